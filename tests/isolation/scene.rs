//! Three tenants side by side and everybody who may call: each role, nobody, a stranger, people of two tenants. Made anew
//! every few hundred cases, so that a digest of everything stays cheap.

use crate::browsers::{Browsers, Newcomer, invited};
use crate::digests::{Digests, Snapshot, changed};
use crate::kind::Kind;
use ringfence_domain::Role;
use ringfence_store::command::NewMember;
use ringfence_tests::world::{PEOPLE, Tenant, canary};
use ringfence_tests::{Installation, Running, World};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

pub const SIDES: usize = 3;

/// One tenant as a target and as a home.
pub struct Side {
    pub tenant: Tenant,
    /// Whose tokens the service believes.
    pub issuer: String,
    /// What may be read and changed again and again.
    pub ids: BTreeMap<Kind, Vec<Uuid>>,
    /// What may be used up: deleted, ended, sent to a partner.
    pub spares: BTreeMap<Kind, Vec<Uuid>>,
    /// A ticket's number that no other tenant of the scene has.
    pub number: i64,
    /// A comment's ticket.
    pub ticket_of: HashMap<Uuid, Uuid>,
    /// Who was invited and has not come.
    pub newcomers: Vec<Newcomer>,
}

pub struct Person {
    pub name: &'static str,
    pub subject: String,
    pub token: String,
    /// By side: the member's id.
    pub memberships: BTreeMap<usize, Uuid>,
}

/// Everybody beside the members with one role in one tenant.
pub const OUTSIDERS: [&str; 6] = ["nobody", "forger", "stranger", "owner_and_requester", "agent_and_auditor", "importer"];

/// What the import of a file may do.
const IMPORTS: [&str; 11] = [
    "ticket.read", "ticket.create", "ticket.change", "ticket.import", "comment.read", "comment.create",
    "contact.read", "contact.change", "organization.read", "organization.change", "group.read",
];

pub struct Scene {
    pub installation: Arc<Installation>,
    pub running: Arc<Running>,
    pub sides: Vec<Side>,
    pub people: Vec<Person>,
    pub digests: Digests,
    pub snapshot: Snapshot,
    /// Whose an id is, one bit a side.
    pub owners: HashMap<Uuid, u8>,
    pub browsers: Browsers,
    /// A logout token that was brought.
    pub spent: Option<String>,
    /// Makes names unique.
    pub serial: u64,
}

impl Side {
    pub fn text(&self, n: u64) -> String {
        canary(&self.tenant.slug, &format!("text-{n}"))
    }

    pub fn tag(&self) -> String {
        canary(&self.tenant.slug, "tag")
    }

    /// A comment of this ticket, if it has one.
    pub fn comment_of(&self, ticket: Uuid, n: u8, spare: bool) -> Option<Uuid> {
        let of = if spare { &self.spares[&Kind::Comment] } else { &self.ids[&Kind::Comment] };
        let of: Vec<&Uuid> = of.iter().filter(|comment| self.ticket_of.get(comment) == Some(&ticket)).collect();
        (!of.is_empty()).then(|| *of[usize::from(n) % of.len()])
    }
}

impl Scene {
    /// `name` makes the slugs unique in the database.
    pub async fn build(installation: &Arc<Installation>, running: &Arc<Running>, name: &str) -> Self {
        let slugs = ["acme", "globex", "initech"].map(|slug| format!("{slug}-{name}"));
        let world = World::build(installation, running.issuer.issuer(), &slugs.each_ref().map(String::as_str)).await;
        let operator = installation.operator().await;
        let digests = Digests::open(installation).await;
        let mut sides = Vec::new();
        for (n, tenant) in world.tenants.into_iter().enumerate() {
            let mut side = side(&digests.client, &operator, running.issuer.issuer(), tenant, 9_001 + i64::try_from(n).expect("small")).await;
            for n in 0..3 {
                let tenant = &side.tenant;
                side.newcomers.push(invited(installation, &digests.client, (tenant.id, &tenant.slug), tenant.members["owner"], n).await);
            }
            sides.push(side);
        }
        let mut people: Vec<Person> = Vec::new();
        for (n, side) in sides.iter().enumerate() {
            for role in PEOPLE {
                let subject = format!("{}:{role}", side.tenant.slug);
                people.push(Person { name: role, token: running.token(&subject), subject, memberships: [(n, side.tenant.members[role])].into() });
            }
        }
        for outsider in OUTSIDERS {
            let subject = format!("{outsider}-{name}");
            let places: &[(usize, Role)] = match outsider {
                "owner_and_requester" => &[(0, Role::Owner), (1, Role::Requester)],
                "agent_and_auditor" => &[(1, Role::Agent), (2, Role::Auditor)],
                "importer" => &[(2, Role::Service)],
                _ => &[],
            };
            let mut memberships = BTreeMap::new();
            for (n, role) in places {
                let permissions = (*role == Role::Service).then(|| IMPORTS.map(str::to_owned).to_vec());
                let new = NewMember { issuer: running.issuer.issuer(), subject: &subject, name: &canary(&sides[*n].tenant.slug, outsider), email: None, role: *role, permissions };
                memberships.insert(*n, operator.add_member(sides[*n].tenant.id.into(), &new).await.expect("added").expect("new").0);
            }
            let token = match outsider {
                "nobody" => String::new(),
                // A good token of somebody's, with the last byte of its payload's signature changed.
                "forger" => forged(&running.token(&format!("{}:owner", sides[0].tenant.slug))),
                _ => running.token(&subject),
            };
            people.push(Person { name: outsider, subject, token, memberships });
        }
        let mut scene = Self {
            installation: installation.clone(),
            running: running.clone(),
            sides,
            people,
            digests,
            snapshot: Snapshot::new(),
            owners: HashMap::new(),
            browsers: Browsers::new(),
            spent: None,
            serial: 0,
        };
        scene.snapshot = scene.digests.of(&scene.tenants()).await;
        scene.learn().await;
        scene
    }

    pub fn tenants(&self) -> Vec<Uuid> {
        self.sides.iter().map(|side| side.tenant.id).collect()
    }

    /// The person of this name; a role is that of `home`.
    pub fn person(&self, name: &str, home: usize) -> &Person {
        let is_role = PEOPLE.contains(&name);
        self.people.iter().find(|p| p.name == name && (!is_role || p.memberships.contains_key(&home))).expect("a person of the scene")
    }

    pub fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Takes in which ids there are now, and whose.
    pub async fn learn(&mut self) {
        for (n, side) in self.sides.iter().enumerate() {
            // The trail's own are in no digest.
            self.owners.extend(side.ids[&Kind::Request].iter().map(|id| (*id, 1 << n)));
        }
        for (tenant, id) in self.digests.ids(&self.tenants()).await {
            // Stands for no group.
            if let (false, Some(n)) = (id.is_nil(), self.sides.iter().position(|side| side.tenant.id == tenant)) {
                *self.owners.entry(id).or_default() |= 1 << n;
            }
        }
    }

    /// Whether an id is some tenant's, but of none of `mine`.
    pub fn is_foreign(&self, id: Uuid, mine: &[usize]) -> bool {
        self.owners.get(&id).is_some_and(|owners| mine.iter().all(|n| owners & (1 << n) == 0))
    }

    /// What a call changed outside the tenant it was made in, and inside if it may not have changed anything.
    pub async fn settle(&mut self, home: Option<usize>, may_write: bool) -> Vec<String> {
        // What was sent to a partner is carried as part of the call that sent it.
        self.digests.carried(&self.tenants()).await;
        let after = self.digests.of(&self.tenants()).await;
        let mut broken = Vec::new();
        let mut wrote = false;
        for (n, side) in self.sides.iter().enumerate() {
            let mut tables = changed(&self.snapshot, &after, side.tenant.id);
            let at_home = home == Some(n);
            wrote |= at_home && !tables.is_empty();
            // A number taken for a ticket that is then refused is a gap, and gaps are normal.
            tables.retain(|table| !(at_home && (may_write || table == "ticket_counters")));
            if !tables.is_empty() {
                broken.push(format!("changed {} of {}", tables.join(", "), side.tenant.slug));
            }
        }
        self.snapshot = after;
        if wrote {
            self.learn().await;
        }
        broken
    }
}

fn forged(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{first}{}", &signature[1..])
}

async fn side(admin: &tokio_postgres::Client, operator: &ringfence_store::command::Operator, issuer: &str, tenant: Tenant, number: i64) -> Side {
    let (id, slug) = (tenant.id, tenant.slug.clone());
    let mut spares: BTreeMap<Kind, Vec<Uuid>> = BTreeMap::new();
    for n in 0..2 {
        for kind in [Kind::Group, Kind::Organization, Kind::Contact] {
            let spare = Uuid::now_v7();
            let sql = format!("insert into ringfence.{} (tenant_id, {}, name) values ($1, $2, $3)", kind.table(), kind.key());
            admin.execute(&sql, &[&id, &spare, &canary(&slug, &format!("spare-{n}"))]).await.expect("a spare");
            spares.entry(kind).or_default().push(spare);
        }
    }
    for n in 0..3 {
        let spare = Uuid::now_v7();
        admin
            .execute(
                "insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
                 values ($1, $2, $3, $4, $5, sha256($2::uuid::text::bytea), '{ticket.read}', $3, now() + interval '1 day')",
                &[&id, &spare, &tenant.members[["owner", "agent", "requester"][n]], &["owner", "agent", "requester"][n], &canary(&slug, &format!("spare-{n}"))],
            )
            .await
            .expect("a spare");
        spares.entry(Kind::ApiToken).or_default().push(spare);
    }
    let mut invitations = Vec::new();
    for _ in 0..4 {
        let invitation = Uuid::now_v7();
        let digest = [*invitation.as_bytes(), *id.as_bytes()].concat();
        admin
            .execute(
                "insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at) values ($1, $2, $3, $4, $5, 'agent', $6, now() + interval '1 day')",
                &[&id, &invitation, &digest, &format!("{}@{slug}.example", canary(&slug, "invited")), &canary(&slug, "invited"), &tenant.members["owner"]],
            )
            .await
            .expect("an invitation");
        invitations.push(invitation);
    }
    spares.insert(Kind::Invitation, invitations.split_off(2));
    for n in 0..2 {
        let spare = Uuid::now_v7();
        let sql = "insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ($1, $2, $3, '{ticket.read}')";
        admin.execute(sql, &[&id, &spare, &canary(&slug, &format!("spare-role-{n}"))]).await.expect("a role");
        spares.entry(Kind::Role).or_default().push(spare);
    }
    let mut leavers = Vec::new();
    for n in 0..3 {
        let new = NewMember { issuer, subject: &format!("{slug}:leaver-{n}"), name: &canary(&slug, "leaver"), email: None, role: Role::LightAgent, permissions: None };
        leavers.push(operator.add_member(id.into(), &new).await.expect("added").expect("new").0);
    }
    let stable = leavers.pop().expect("a member who stays");
    for _ in 0..2 {
        let spare = Uuid::now_v7();
        admin
            .execute(
                "insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at) values ($1, $2, $3, 'auditor', $4, $5, now() + interval '8 hours')",
                &[&id, &spare, &stable, &canary(&slug, "spare"), &tenant.members["owner"]],
            )
            .await
            .expect("a grant");
        spares.entry(Kind::Grant).or_default().push(spare);
    }
    spares.insert(Kind::Member, leavers);
    for n in 0..2 {
        let (person, user, queue, group) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let text = canary(&slug, &format!("leaves-{n}"));
        for (sql, params) in [
            ("insert into ringfence.contacts (tenant_id, contact_id, name) values ($1, $2, $3)", &[&id as &(dyn tokio_postgres::types::ToSql + Sync), &person, &text][..]),
            (
                "insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, active, issuer, subject, role, attributes) values ($1, $2, $3, $4, false, $5, $4, 'requester', '{}')",
                &[&id, &user, &person, &text, &issuer],
            ),
            ("insert into ringfence.groups (tenant_id, group_id, name) values ($1, $2, $3)", &[&id, &queue, &text]),
            ("insert into ringfence.scim_groups (tenant_id, scim_group_id, group_id, display_name) values ($1, $2, $3, $4)", &[&id, &group, &queue, &text]),
        ] {
            admin.execute(sql, params).await.expect("a spare of provisioning");
        }
        spares.entry(Kind::ScimUser).or_default().push(user);
        spares.entry(Kind::ScimGroup).or_default().push(group);
    }
    let request = Uuid::now_v7();
    admin
        .execute(
            "insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, actor_kind) values ($1, $2, 'tenant.resumed', 'allow', 'operator')",
            &[&id, &request],
        )
        .await
        .expect("an event");
    let numbered = Uuid::now_v7();
    admin
        .execute(
            "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id, group_id) values ($1, $2, $3, $4, $5, $6)",
            &[&id, &numbered, &number, &canary(&slug, "numbered"), &tenant.contact, &tenant.groups["first"]],
        )
        .await
        .expect("a ticket");
    let tickets = [tenant.ticket, tenant.other_ticket, tenant.own_ticket];
    let mut ticket_of: HashMap<Uuid, Uuid> = tickets.iter().zip(&tenant.comments).flat_map(|(ticket, pair)| [(pair.0, *ticket), (pair.1, *ticket)]).collect();
    // Linked with a partner's, and with comments that have not gone over.
    let linked = vec![tenant.ticket, tenant.other_ticket];
    for ticket in linked.repeat(3) {
        let spare = Uuid::now_v7();
        admin
            .execute(
                "insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
                 select tenant_id, $3, ticket_id, requester_id, group_key, $4, 'public', $5 from ringfence.tickets where tenant_id = $1 and ticket_id = $2",
                &[&id, &ticket, &spare, &tenant.members["agent"], &canary(&slug, "spare")],
            )
            .await
            .expect("a comment");
        ticket_of.insert(spare, ticket);
        spares.entry(Kind::Comment).or_default().push(spare);
    }
    spares.insert(Kind::Ticket, linked);
    let comments = tenant.comments.iter().flat_map(|(public, internal)| [*public, *internal]).collect();
    let ids = BTreeMap::from([
        (Kind::Ticket, vec![tenant.ticket, tenant.other_ticket, tenant.own_ticket, numbered]),
        (Kind::Comment, comments),
        (Kind::Member, vec![stable]),
        (Kind::Group, vec![tenant.groups["first"], tenant.groups["second"]]),
        (Kind::Organization, vec![tenant.organization]),
        (Kind::ApiToken, vec![tenant.api_token]),
        (Kind::Contact, vec![tenant.contact, tenant.members["requester"]]),
        (Kind::Invitation, invitations),
        (Kind::Role, vec![tenant.role]),
        (Kind::Grant, vec![tenant.grants[0]]),
        (Kind::Agreement, vec![tenant.proposal, tenant.agreement, tenant.used_agreement]),
        (Kind::ScimUser, vec![tenant.scim_user]),
        (Kind::ScimGroup, vec![tenant.scim_group]),
        (Kind::Request, vec![request]),
    ]);
    Side { tenant, issuer: issuer.to_owned(), ids, spares, number, ticket_of, newcomers: Vec::new() }
}
