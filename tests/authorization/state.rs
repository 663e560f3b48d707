//! Generates tenants at random from a seed, and writes them past every policy: what is there is given, not tested. The same
//! description is what the model is asked about.

use crate::model::{Access, Actor, Names, Standing, Ticket};
use jiff::Timestamp;
use ringfence_domain::{MemberId, RequestId, TenantId, TenantRef};
use ringfence_identity::{Credential, VerifiedIdentity};
use ringfence_store::{Database, Principal, RequestContext};
use std::collections::BTreeMap;
use tokio_postgres::Client;
use uuid::Uuid;

/// xorshift64*: a case is named by its seed alone.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

pub struct Member {
    pub id: Uuid,
    pub subject: &'static str,
    /// As the row has it.
    pub role: &'static str,
    pub standing: Standing,
    pub groups: BTreeMap<Uuid, Access>,
    /// A role for hours that is in force.
    pub granted: Option<&'static str>,
}

pub struct Token {
    secret: Vec<u8>,
    owner: usize,
    scopes: Names,
}

pub struct Role {
    pub id: Uuid,
    pub names: Names,
    pub held: bool,
}

/// Who comes in, and how.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    Themselves(usize),
    ByToken(usize),
    OnBehalf { actor: usize, subject: usize },
}

pub struct State {
    pub tenant: Uuid,
    pub members: Vec<Member>,
    pub tokens: Vec<Token>,
    pub roles: Vec<Role>,
    pub groups: Vec<Uuid>,
    pub tickets: Vec<Ticket>,
    /// Comment, index of the ticket, visibility.
    pub comments: Vec<(Uuid, usize, &'static str)>,
    pub contacts: Vec<Uuid>,
    pub organizations: Vec<Uuid>,
    pub grants: Vec<Uuid>,
    pub ways: Vec<Way>,
}

/// Every right that a role of a tenant's own making or a service may be given here.
const RIGHTS: &[&str] = &[
    "ticket.read", "ticket.read.group", "ticket.read.own", "ticket.create", "ticket.create.group", "ticket.create.own", "ticket.change", "ticket.change.group",
    "ticket.resolve.own", "comment.read", "comment.read.group", "comment.read.own", "comment.create", "comment.create.group", "comment.create.own", "comment.note.group",
    "member.read", "member.manage", "role.manage", "token.manage", "token.create", "group.read", "group.manage", "organization.read", "organization.change", "organization.delete",
    "contact.read", "contact.change", "contact.delete", "audit.read", "settings.read", "settings.change",
];

/// What is no role's of a tenant's own making.
const BEYOND: &[&str] = &["act_as", "owner.manage", "break_glass.grant"];

pub fn some_rights(dice: &mut Dice, beyond: bool) -> Names {
    let mut names: Names = match dice.below(6) {
        // All of an admin's, or all but one of them.
        0 | 4 => crate::model::of_role("admin", false).into_iter().filter(|_| !dice.one_in(25)).collect(),
        1 => RIGHTS.iter().filter(|_| dice.one_in(2)).map(|name| (*name).to_owned()).collect(),
        2 => crate::model::of_role(dice.pick::<&str>(&["agent", "light_agent", "requester"]), true),
        // A right or two, so that none opens anything that takes another.
        3 => (0..2).map(|_| (*dice.pick(RIGHTS)).to_owned()).collect(),
        _ => RIGHTS.iter().filter(|_| dice.one_in(5)).map(|name| (*name).to_owned()).collect(),
    };
    if beyond {
        names.extend(BEYOND.iter().filter(|_| dice.one_in(2)).map(|name| (*name).to_owned()));
    }
    names
}

fn some_access(dice: &mut Dice) -> Access {
    let mut access: Access = [*dice.pick(&["overview", "read", "full"])].into();
    access.extend(["read", "create", "change", "overview"].into_iter().filter(|_| dice.one_in(3)));
    access
}

fn some_groups(dice: &mut Dice, groups: &[Uuid]) -> BTreeMap<Uuid, Access> {
    groups.iter().filter(|_| dice.one_in(2)).copied().collect::<Vec<_>>().into_iter().map(|group| (group, some_access(dice))).collect()
}

impl State {
    pub fn generate(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let tenant = Uuid::now_v7();
        let groups: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
        let mut roles: Vec<Role> = (0..3).map(|_| Role { id: Uuid::now_v7(), names: some_rights(&mut dice, false), held: false }).collect();
        let mut members: Vec<Member> = Vec::new();
        let fixed = ["owner", "admin", "agent", "light_agent", "requester", "auditor", "service", "custom", "guest"];
        let more = *dice.pick(&["agent", "custom", "service", "owner"]);
        for role in fixed.into_iter().chain([more, "custom", "agent"]) {
            let standing = match role {
                "service" => Standing::Named { names: some_rights(&mut dice, true), service: true },
                "custom" => {
                    let chosen = dice.below(2);
                    roles[chosen].held = true;
                    Standing::Named { names: roles[chosen].names.clone(), service: false }
                }
                role => Standing::Known(role),
            };
            // Any person may be in a group; not for everybody it means something.
            let groups = if role == "service" || dice.one_in(4) { BTreeMap::new() } else { some_groups(&mut dice, &groups) };
            let granted = (role == "guest" || (dice.one_in(4) && !matches!(role, "owner" | "service"))).then(|| *dice.pick(&["admin", "agent", "light_agent", "auditor"]));
            let id = Uuid::now_v7();
            members.push(Member { id, subject: Box::leak(id.to_string().into_boxed_str()), role, standing, groups, granted });
        }
        let contacts = (0..2).map(|_| Uuid::now_v7()).collect::<Vec<_>>();
        let people: Vec<Uuid> = members.iter().map(|member| member.id).chain(contacts.iter().copied()).collect();
        let tickets: Vec<Ticket> = (0..6)
            .map(|_| Ticket { id: Uuid::now_v7(), requester: *dice.pick(&people), group: if dice.one_in(4) { None } else { Some(*dice.pick(&groups)) } })
            .collect();
        let comments = (0..tickets.len()).flat_map(|ticket| [(Uuid::now_v7(), ticket, "public"), (Uuid::now_v7(), ticket, "internal")]).collect();
        let tokens = (0..3)
            .map(|_| {
                let owner = dice.below(members.len());
                let mut scopes = some_rights(&mut dice, true);
                if dice.one_in(2) {
                    scopes.extend(crate::model::of_role("admin", false));
                }
                Token { secret: Uuid::new_v4().as_bytes().repeat(2), owner, scopes }
            })
            .collect::<Vec<_>>();
        let mut ways: Vec<Way> = (0..members.len()).map(Way::Themselves).chain((0..tokens.len()).map(Way::ByToken)).collect();
        for _ in 0..4 {
            let actor = if dice.one_in(5) { dice.below(members.len()) } else { 6 };
            ways.push(Way::OnBehalf { actor, subject: dice.below(members.len()) });
        }
        let grants = (0..members.iter().filter(|member| member.granted.is_some()).count()).map(|_| Uuid::now_v7()).collect();
        Self { tenant, members, tokens, roles, groups, tickets, comments, contacts, organizations: vec![Uuid::now_v7(), Uuid::now_v7()], grants, ways }
    }

    /// As superuser.
    pub async fn write(&self, admin: &Client, database: &Database) {
        let mut sql = String::from("begin;\n");
        let tenant = self.tenant;
        let mut add = |line: String| {
            sql.push_str(&line);
            sql.push_str(";\n");
        };
        let array = |names: &mut dyn Iterator<Item = &str>| format!("'{{{}}}'", names.collect::<Vec<_>>().join(","));
        add(format!("insert into ringfence.tenants (tenant_id, slug, name) values ('{tenant}', 't{}', 'x')", tenant.simple()));
        add(format!("insert into ringfence.ticket_counters (tenant_id) values ('{tenant}')"));
        add(format!("insert into ringfence.audit_heads (tenant_id, length) values ('{tenant}', 0)"));
        for role in &self.roles {
            add(format!("insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{tenant}', '{0}', '{0}', {1})", role.id, array(&mut role.names.iter().map(String::as_str))));
        }
        for group in &self.groups {
            add(format!("insert into ringfence.groups (tenant_id, group_id, name) values ('{tenant}', '{group}', '{group}')"));
        }
        for organization in &self.organizations {
            add(format!("insert into ringfence.organizations (tenant_id, organization_id, name) values ('{tenant}', '{organization}', '{organization}')"));
        }
        for contact in self.contacts.iter().chain(self.members.iter().map(|member| &member.id)) {
            add(format!("insert into ringfence.contacts (tenant_id, contact_id, name) values ('{tenant}', '{contact}', 'x')"));
        }
        let mut grants = self.grants.iter();
        for member in &self.members {
            let id = member.id;
            let (permissions, role_id) = match &member.standing {
                Standing::Named { names, service: true } => (array(&mut names.iter().map(String::as_str)), "null".to_owned()),
                Standing::Named { names, service: false } => {
                    let role = self.roles.iter().find(|role| role.held && role.names == *names).expect("a role of these rights");
                    ("null".to_owned(), format!("'{}'", role.id))
                }
                Standing::Known(_) => ("null".to_owned(), "null".to_owned()),
            };
            add(format!("insert into ringfence.identities (identity_id, issuer, subject) values ('{id}', 'urn:ringfence:command', '{id}')"));
            add(format!("insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions, role_id) values ('{tenant}', '{id}', '{id}', '{}', {permissions}, {role_id})", member.role));
            add(format!("insert into ringfence.memberships (identity_id, tenant_id) values ('{id}', '{tenant}')"));
            for (group, access) in &member.groups {
                add(format!("insert into ringfence.group_members (tenant_id, member_id, group_id, access) values ('{tenant}', '{id}', '{group}', {})", array(&mut access.iter().copied())));
            }
            if let Some(role) = member.granted {
                let owner = self.members[0].id;
                add(format!(
                    "insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
                     values ('{tenant}', '{}', '{id}', '{role}', 'a reason to be told', '{owner}', now() + interval '1 hour')",
                    grants.next().expect("a grant")
                ));
                add(format!("update ringfence.members set elevated_until = now() + interval '1 hour' where tenant_id = '{tenant}' and member_id = '{id}'"));
            } else if member.role != "service" {
                // What is past or was ended changes nothing.
                add(format!(
                    "insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at, revoked_at)
                     values ('{tenant}', gen_random_uuid(), '{id}', 'admin', 'a reason to be told', '{id}', now() - interval '2 hours', now() - interval '1 hour', null),
                            ('{tenant}', gen_random_uuid(), '{id}', 'admin', 'a reason to be told', '{id}', now(), now() + interval '1 hour', now())"
                ));
                add(format!("update ringfence.members set elevated_until = now() + interval '1 hour' where tenant_id = '{tenant}' and member_id = '{id}'"));
            }
        }
        for (number, ticket) in self.tickets.iter().enumerate() {
            let group = ticket.group.map_or("null".to_owned(), |group| format!("'{group}'"));
            add(format!("insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id, group_id) values ('{tenant}', '{}', {}, 'x', '{}', {group})", ticket.id, number + 1, ticket.requester));
        }
        for (comment, ticket, visibility) in &self.comments {
            add(format!(
                "insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
                 select tenant_id, '{comment}', ticket_id, requester_id, group_key, '{}', '{visibility}', 'x' from ringfence.tickets where tenant_id = '{tenant}' and ticket_id = '{}'",
                self.members[0].id, self.tickets[*ticket].id
            ));
        }
        for token in &self.tokens {
            let owner = &self.members[token.owner];
            let hash = hex::encode(database.credential_hash("api_token", &token.secret).bytes());
            add(format!(
                "insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
                 values ('{tenant}', gen_random_uuid(), '{0}', '{1}', 'x', decode('{hash}', 'hex'), {2}, '{0}', now() + interval '1 hour')",
                owner.id, owner.role, array(&mut token.scopes.iter().map(String::as_str))
            ));
        }
        sql.push_str("commit;");
        admin.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    }

    /// What the model says of somebody as they come in; None: they do not.
    pub fn actor(&self, way: Way) -> Option<Actor> {
        match way {
            Way::Themselves(member) => self.alone(member).map(finished),
            Way::ByToken(token) => {
                let token = &self.tokens[token];
                self.alone(token.owner).map(|actor| finished(actor.with_scopes(&token.scopes)))
            }
            Way::OnBehalf { actor, subject } => self.alone(actor)?.on_behalf_of(self.alone(subject)?).map(finished),
        }
    }

    fn alone(&self, member: usize) -> Option<Actor> {
        let member = &self.members[member];
        let standing = member.granted.map_or_else(|| member.standing.clone(), Standing::Known);
        if matches!(standing, Standing::Known("guest")) {
            return None;
        }
        let groups = if standing.works_in_groups() { member.groups.clone() } else { BTreeMap::new() };
        Some(Actor { member: member.id, names: standing.names(&groups), groups, for_another: false, for_hours: member.granted.is_some() })
    }

    pub async fn principal(&self, database: &Database, way: Way) -> Principal {
        let (credential, subject) = match way {
            Way::Themselves(member) => (bearer(&self.members[member]), None),
            Way::ByToken(token) => {
                let hash = database.credential_hash("api_token", &self.tokens[token].secret);
                (Credential::ApiToken { tenant: *self.tenant.as_bytes(), hash }, None)
            }
            Way::OnBehalf { actor, subject } => (bearer(&self.members[actor]), Some(MemberId(self.members[subject].id))),
        };
        let context = RequestContext { request_id: RequestId::generate(), authentication: "command" };
        let principal = Principal::for_request(database, &credential, &TenantRef::Id(TenantId(self.tenant)), context).await.expect("a principal");
        match subject {
            Some(subject) => principal.on_behalf_of(subject),
            None => principal,
        }
    }
}

/// What is for hours loses its last rights at the end: scopes and company give none of them back.
fn finished(actor: Actor) -> Actor {
    if actor.for_hours { actor.for_hours() } else { actor }
}

fn bearer(member: &Member) -> Credential {
    Credential::Bearer(VerifiedIdentity::for_command(member.subject, Timestamp::now()))
}
