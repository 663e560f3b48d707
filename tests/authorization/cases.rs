//! One case: somebody does something with something. It is done with the service's own statements, in the service's role, and
//! taken back; whether it was let through is compared with what the model says.

use crate::model::{Actor, Names, Ticket};
use crate::state::{Dice, State, Way, some_rights};
use ringfence_domain::{CommentId, ContactId, GrantId, GroupId, MemberId, OrganizationId, RoleId, TicketId, TicketRef};
use ringfence_store::{Access, Database, Keyset, StoreError, TenantTx, break_glass, comments, contacts, groups, members, organizations, roles, tickets};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What came of the cases so far.
#[derive(Default)]
pub struct Tally {
    pub cases: usize,
    pub allowed: usize,
    pub disagreements: Vec<String>,
}

impl Tally {
    fn compare(&mut self, who: &str, what: &str, expected: bool, found: bool) {
        self.cases += 1;
        self.allowed += usize::from(expected);
        if expected != found {
            self.disagreements.push(format!("{who}: {what}: the model says {}, the database {}", word(expected), word(found)));
        }
    }
}

const fn word(allowed: bool) -> &'static str {
    if allowed { "yes" } else { "no" }
}

fn page(column: &'static str) -> Keyset {
    Keyset { column, descending: false, from: None, backwards: false, limit: 200 }
}

/// Something to be changed, and whether the model lets it.
struct Attempted {
    what: String,
    expected: bool,
    act: Act,
}

#[derive(Clone)]
enum Act {
    ChangeTicket(TicketId),
    Transfer(TicketId, Option<Uuid>),
    Resolve(TicketId),
    CreateTicket { requester: Uuid, group: Option<Uuid>, body: bool },
    Comment(TicketId, &'static str),
    AddMember { role: &'static str, names: Names },
    ChangeMember { member: MemberId, role: &'static str, role_id: Option<Uuid>, names: Names },
    RemoveMember(MemberId),
    NarrowGroup { member: MemberId, group: Uuid },
    CreateRole(Names),
    ChangeRole(RoleId, Names),
    RemoveRole(RoleId),
    Grant(&'static str),
    CreateGroup,
    ChangeGroup(GroupId),
    CreateOrganization,
    ChangeOrganization(OrganizationId),
    RemoveOrganization(OrganizationId),
    CreateContact,
    ChangeContact(ContactId),
}

pub async fn play(state: &State, database: &Database, way: Way, seed: u64, dice: &mut Dice, tally: &mut Tally) {
    let actor = state.actor(way);
    let who = described(state, way, seed, actor.as_ref());
    let principal = state.principal(database, way).await;
    let mut tx = TenantTx::open(database, &principal, Access::Read).await.expect("a connection");
    let entered = tx.enter().await;
    tally.compare(&who, "enters", actor.is_some(), entered.is_ok());
    let Some(actor) = actor.filter(|_| entered.is_ok()) else {
        let _ = tx.rollback().await;
        return;
    };
    let entered = entered.expect("entered").clone();
    if entered.member_id.0 != actor.member {
        tally.disagreements.push(format!("{who}: entered as {}", entered.member_id));
    }
    reads(state, &actor, &who, &mut tx, tally).await;
    let _ = tx.rollback().await;
    for Attempted { what, expected, act } in writes(state, &actor, dice) {
        let mut tx = TenantTx::open(database, &principal, Access::Write).await.expect("a connection");
        let found = attempt(&mut tx, &act).await;
        let _ = tx.rollback().await;
        match found {
            Ok(found) => tally.compare(&who, &what, expected, found),
            Err(error) => tally.disagreements.push(format!("{who}: {what}: {error:?}")),
        }
    }
}

/// Every list and every single thing; a list is the filter of all that may be fetched.
async fn reads(state: &State, actor: &Actor, who: &str, tx: &mut TenantTx, tally: &mut Tally) {
    let list = |tally: &mut Tally, what: &str, expected: BTreeSet<Uuid>, listed: BTreeSet<Uuid>| {
        tally.compare(who, &format!("list of {what} is the filter of get: {expected:?} and {listed:?}"), true, expected == listed);
    };
    let mut seen = BTreeSet::new();
    for ticket in &state.tickets {
        let found = tickets::find(tx, TicketRef::Id(TicketId(ticket.id))).await.expect("a read").is_some();
        tally.compare(who, &format!("sees the ticket {ticket:?}"), actor.sees(ticket), found);
        if found {
            seen.insert(ticket.id);
        }
        let mut read = BTreeSet::new();
        for (comment, _, visibility) in state.comments.iter().filter(|(_, of, _)| state.tickets[*of].id == ticket.id) {
            let found = comments::find(tx, TicketId(ticket.id), CommentId(*comment)).await.expect("a read").is_some();
            tally.compare(who, &format!("reads a comment, {visibility}, of {ticket:?}"), actor.reads_comment(ticket, visibility), found);
            if found {
                read.insert(*comment);
            }
        }
        let listed = comments::list(tx, TicketId(ticket.id), None, &page("created_at")).await.expect("a list").rows.iter().map(|c| c.comment_id.0).collect();
        list(tally, "comments", read, listed);
    }
    let listed = tickets::list(tx, &tickets::Filter::default(), &page("number")).await.expect("a list").rows.iter().map(|t| t.ticket_id.0).collect();
    list(tally, "tickets", seen, listed);

    let mut seen = BTreeSet::new();
    for member in &state.members {
        let found = members::find(tx, MemberId(member.id)).await.expect("a read").is_some();
        tally.compare(who, "sees a member", actor.sees_person("member.read", member.id), found);
        if found {
            seen.insert(member.id);
        }
    }
    let listed = members::list(tx, &members::Filter::default(), &page("created_at")).await.expect("a list").rows.iter().map(|m| m.member_id.0).collect();
    list(tally, "members", seen, listed);

    let mut seen = BTreeSet::new();
    for contact in state.contacts.iter().chain(state.members.iter().map(|m| &m.id)) {
        let found = contacts::find(tx, ContactId(*contact)).await.expect("a read").is_some();
        tally.compare(who, "sees a contact", actor.sees_person("contact.read", *contact), found);
        if found {
            seen.insert(*contact);
        }
    }
    let listed = contacts::list(tx, &contacts::Filter::default(), &page("created_at")).await.expect("a list").rows.iter().map(|c| c.contact_id.0).collect();
    list(tally, "contacts", seen, listed);

    let mut seen = BTreeSet::new();
    for organization in &state.organizations {
        let found = organizations::find(tx, OrganizationId(*organization)).await.expect("a read").is_some();
        tally.compare(who, "sees an organization", actor.may("organization.read"), found);
        if found {
            seen.insert(*organization);
        }
    }
    let listed = organizations::list(tx, &organizations::Filter::default(), &page("created_at")).await.expect("a list").rows.iter().map(|o| o.organization_id.0).collect();
    list(tally, "organizations", seen, listed);

    let mut seen = BTreeSet::new();
    for group in &state.groups {
        let found = groups::find(tx, GroupId(*group)).await.expect("a read").is_some();
        tally.compare(who, "sees a group", actor.may("group.read"), found);
        if found {
            seen.insert(*group);
        }
    }
    list(tally, "groups", seen, groups::list(tx, &page("created_at")).await.expect("a list").rows.iter().map(|g| g.group_id.0).collect());

    let mut seen = BTreeSet::new();
    for role in &state.roles {
        let found = roles::find(tx, RoleId(role.id)).await.expect("a read").is_some();
        tally.compare(who, "sees a role", actor.may("member.read"), found);
        if found {
            seen.insert(role.id);
        }
    }
    list(tally, "roles", seen, roles::list(tx, &page("created_at")).await.expect("a list").rows.iter().map(|r| r.role_id.0).collect());

    let listed: BTreeSet<Uuid> = break_glass::list(tx, &break_glass::Filter::default(), &page("created_at")).await.expect("a list").rows.iter().map(|g| g.grant_id.0).collect();
    for grant in &state.grants {
        let found = break_glass::find(tx, GrantId(*grant)).await.expect("a read").is_some();
        tally.compare(who, "sees a grant", actor.may("member.read"), found);
        tally.compare(who, "finds the same grants in their list", found, listed.contains(grant));
    }
}

fn writes(state: &State, actor: &Actor, dice: &mut Dice) -> Vec<Attempted> {
    let mut all = Vec::new();
    let mut add = |what: String, expected: bool, act: Act| all.push(Attempted { what, expected, act });
    for ticket in &state.tickets {
        let id = TicketId(ticket.id);
        add(format!("changes {ticket:?}"), actor.changes(ticket), Act::ChangeTicket(id));
        let group = if dice.one_in(4) { None } else { Some(*dice.pick(&state.groups)) };
        add(format!("hands {ticket:?} over"), actor.changes(ticket), Act::Transfer(id, group));
        add(format!("solves {ticket:?} as its requester"), actor.resolves(ticket), Act::Resolve(id));
        for visibility in ["public", "internal"] {
            add(format!("comments, {visibility}, on {ticket:?}"), actor.comments(ticket, visibility), Act::Comment(id, visibility));
        }
    }
    for _ in 0..4 {
        let requester = if dice.one_in(2) { actor.member } else { dice.pick(&state.members).id };
        let group = if dice.one_in(3) { None } else { Some(*dice.pick(&state.groups)) };
        let (ticket, body) = (Ticket { id: Uuid::nil(), requester, group }, dice.one_in(2));
        let expected = if body { actor.creates_saying(&ticket) } else { actor.creates(&ticket) };
        add(format!("creates {ticket:?}, saying something: {body}"), expected, Act::CreateTicket { requester, group, body });
    }
    people(state, actor, dice, &mut add);
    let role = dice.pick(&state.roles);
    for names in [some_rights(dice, false), some_subset(&role.names, dice)] {
        add(format!("makes a role of {names:?}"), actor.makes_role(&names), Act::CreateRole(names.clone()));
        add(format!("makes of the role {:?} {names:?}", role.names), actor.changes_role(&role.names, &names), Act::ChangeRole(RoleId(role.id), names));
    }
    for role in state.roles.iter().filter(|role| !role.held).take(1) {
        add(format!("deletes the role {:?}", role.names), actor.makes_role(&role.names), Act::RemoveRole(RoleId(role.id)));
    }
    let may = |right: &str, read: &str| actor.may(right) && actor.may(read);
    add("makes a group".into(), may("group.manage", "group.read"), Act::CreateGroup);
    add("renames a group".into(), may("group.manage", "group.read"), Act::ChangeGroup(GroupId(*dice.pick(&state.groups))));
    add("makes an organization".into(), may("organization.change", "organization.read"), Act::CreateOrganization);
    let organization = OrganizationId(*dice.pick(&state.organizations));
    add("renames an organization".into(), may("organization.change", "organization.read"), Act::ChangeOrganization(organization));
    add("deletes an organization".into(), may("organization.delete", "organization.read"), Act::RemoveOrganization(organization));
    add("makes a contact".into(), may("contact.change", "contact.read"), Act::CreateContact);
    for contact in [*dice.pick(&state.contacts), actor.member, dice.pick(&state.members).id] {
        let role = state.members.iter().find(|member| member.id == contact).map(|member| member.role);
        add(format!("renames a contact who is {role:?}"), actor.renames(contact, role), Act::ChangeContact(ContactId(contact)));
    }
    all
}

fn some_subset(names: &Names, dice: &mut Dice) -> Names {
    names.iter().filter(|_| !dice.one_in(3)).cloned().collect()
}

/// Members: made, changed and removed; roles given to them, for good and for hours.
fn people(state: &State, actor: &Actor, dice: &mut Dice, add: &mut impl FnMut(String, bool, Act)) {
    let none = Names::new();
    for role in ["owner", "admin", "requester"] {
        add(format!("adds a {role}"), actor.adds(role, &none), Act::AddMember { role, names: none.clone() });
    }
    let names = some_subset(&actor.names.iter().filter(|name| *name != "break_glass.held").cloned().collect(), dice);
    for names in [names, some_rights(dice, true)] {
        add(format!("adds a service of {names:?}"), actor.adds("service", &names), Act::AddMember { role: "service", names });
    }
    for _ in 0..4 {
        let member = dice.pick(&state.members);
        let to = *dice.pick(&["admin", "agent", "owner", "service", "custom"]);
        let names = if to == "service" { some_subset(&actor.names, dice) } else { none.clone() };
        let role_id = (to == "custom").then(|| dice.pick(&state.roles).id);
        // The only owner stays one, and a token stays its owner's of one role.
        let last = member.role == "owner" && to != "owner" && state.members.iter().filter(|m| m.role == "owner").count() == 1;
        let expected = !last && actor.changes_member(member.id, member.role, to, &names);
        add(format!("makes of a {} a {to} of {names:?}", member.role), expected, Act::ChangeMember { member: MemberId(member.id), role: to, role_id, names });
    }
    let member = dice.pick(&state.members);
    let last = member.role == "owner" && state.members.iter().filter(|m| m.role == "owner").count() == 1;
    let expected = !last && actor.sees_person("member.read", member.id) && actor.manages(member.role);
    // Ending a membership ends its entry in the list of who may ask, too.
    let expected = expected && actor.may("member.manage");
    add(format!("removes a {}", member.role), expected, Act::RemoveMember(MemberId(member.id)));
    let worker = dice.pick(&state.members);
    let (group, kept) = (*dice.pick(&state.groups), worker.role != "service");
    let expected = actor.changes_member(worker.id, worker.role, worker.role, &none) && kept && gives(actor);
    if kept {
        add("says what somebody may do in a group".into(), expected, Act::NarrowGroup { member: MemberId(worker.id), group });
    }
    let person = dice.pick(&state.members);
    add(format!("gives a {} a role for hours", person.role), actor.grants(person.role), Act::Grant(person.subject));
    add("gives a stranger a role for hours".into(), actor.grants("nobody"), Act::Grant("a stranger"));
}

fn gives(actor: &Actor) -> bool {
    actor.manages("requester")
}

/// Whether it was done.
async fn attempt(tx: &mut TenantTx, act: &Act) -> Result<bool, StoreError> {
    let done = match act.clone() {
        Act::ChangeTicket(ticket) => tickets::change(tx, ticket, 1, &json!({ "subject": "y" }), "ticket.updated").await.map(|t| t.is_some()),
        Act::Transfer(ticket, group) => tickets::transfer(tx, ticket, 1, group, None).await.map(|t| t.is_some()),
        Act::Resolve(ticket) => tickets::resolve_own(tx, ticket, 1, "solved").await.map(|t| t.is_some()),
        Act::CreateTicket { requester, group, body } => {
            let new = tickets::NewTicket {
                ticket_id: TicketId::generate(),
                subject: "x".into(),
                body: body.then(|| "x".into()),
                priority: "normal",
                r#type: "question",
                requester_id: requester,
                group_id: group,
                assignee_id: None,
                organization_id: None,
                tags: Vec::new(),
                external_source: None,
                external_id: None,
            };
            tickets::create(tx, &new, 100).await.map(|_| true)
        }
        Act::Comment(ticket, visibility) => comments::create(tx, ticket, CommentId::generate(), visibility, "x").await.map(|c| c.is_some()),
        Act::AddMember { role, names } => members::add(tx, &new_member(role, names)).await.map(|_| true),
        Act::ChangeMember { member, role, role_id, names } => {
            let mut patch = json!({ "role": role });
            if role == "service" {
                patch["permissions"] = json!(names);
            }
            if let Some(id) = role_id {
                patch["role_id"] = json!(id);
            }
            members::change(tx, member, 1, &patch).await.map(|m| m.is_some())
        }
        Act::RemoveMember(member) => members::remove(tx, member, Some(1)).await,
        Act::NarrowGroup { member, group } => {
            let patch = json!({ "groups": [{ "group_id": group, "access": ["overview", "change"] }] });
            members::change(tx, member, 1, &patch).await.map(|m| m.is_some())
        }
        Act::CreateRole(names) => roles::create(tx, RoleId::generate(), "x", &list(&names)).await.map(|_| true),
        Act::ChangeRole(role, names) => roles::change(tx, role, 1, &json!({ "permissions": names })).await.map(|r| r.is_some()),
        Act::RemoveRole(role) => roles::remove(tx, role, None).await,
        Act::Grant(subject) => {
            let new = break_glass::NewGrant {
                grant_id: GrantId::generate(),
                issuer: "urn:ringfence:command".into(),
                subject: subject.to_owned(),
                name: None,
                role: "admin",
                hours: 2,
                reason: "a reason to be told".into(),
            };
            break_glass::grant(tx, &new).await.map(|g| g.is_some())
        }
        Act::CreateGroup => groups::create(tx, GroupId::generate(), "x").await.map(|_| true),
        Act::ChangeGroup(group) => groups::change(tx, group, 1, &renamed()).await.map(|g| g.is_some()),
        Act::CreateOrganization => {
            let new = organizations::NewOrganization { organization_id: OrganizationId::generate(), name: "x".into(), external_source: None, external_id: None };
            organizations::create(tx, &new).await.map(|_| true)
        }
        Act::ChangeOrganization(organization) => organizations::change(tx, organization, 1, &renamed()).await.map(|o| o.is_some()),
        Act::RemoveOrganization(organization) => organizations::remove(tx, organization, None).await,
        Act::CreateContact => {
            let new = contacts::NewContact { contact_id: ContactId::generate(), name: "x".into(), email: None, organization_id: None, external_source: None, external_id: None };
            contacts::create(tx, &new).await.map(|_| true)
        }
        Act::ChangeContact(contact) => contacts::change(tx, contact, 1, &renamed()).await.map(|c| c.is_some()),
    };
    match done {
        Err(StoreError::Refused(ringfence_store::Refusal::Forbidden { .. } | ringfence_store::Refusal::NotFound)) => Ok(false),
        other => other,
    }
}

fn renamed() -> Value {
    json!({ "name": "y" })
}

fn list(names: &Names) -> Vec<String> {
    names.iter().cloned().collect()
}

fn new_member(role: &'static str, names: Names) -> members::NewMember {
    members::NewMember {
        issuer: "urn:ringfence:command".into(),
        subject: Uuid::now_v7().to_string(),
        new_id: ContactId::generate(),
        contact_id: None,
        name: Some("x".into()),
        email: None,
        role,
        permissions: (role == "service").then(|| list(&names)),
        groups: Vec::new(),
        role_id: None,
    }
}

fn described(state: &State, way: Way, seed: u64, actor: Option<&Actor>) -> String {
    let name = |member: usize| {
        let member = &state.members[member];
        format!("a {}{}", member.role, member.granted.map_or(String::new(), |role| format!(" for hours a {role}")))
    };
    let way = match way {
        Way::Themselves(member) => name(member),
        Way::ByToken(token) => format!("the token {token}"),
        Way::OnBehalf { actor, subject } => format!("{} for {}", name(actor), name(subject)),
    };
    format!("seed {seed}, {way}, {:?}", actor.map(|actor| (&actor.names, &actor.groups)))
}
