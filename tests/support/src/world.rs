//! Tenants side by side with everything in them: every role, groups, organizations, contacts, tickets, comments.

use crate::{Installation, Running};
use ringfence_domain::{Role, TenantId};
use ringfence_store::command::NewMember;
use std::collections::BTreeMap;
use uuid::Uuid;

pub const ROLES: [&str; 8] = ["owner", "admin", "agent", "grouped_agent", "light_agent", "requester", "auditor", "service"];

/// The same, and those whose rights the tenant made.
pub const PEOPLE: [&str; 11] =
    ["owner", "admin", "agent", "grouped_agent", "light_agent", "requester", "auditor", "service", "custom", "partial_agent", "guest"];

/// A text that no log, metric, error or other tenant's answer may ever hold.
#[must_use]
pub fn canary(tenant: &str, place: &str) -> String {
    format!("canary-{tenant}-{place}-qz7")
}

/// One tenant and the ids in it.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub slug: String,
    pub id: Uuid,
    /// By role; `grouped_agent` is an agent in the group `first` alone, as is the light agent. `partial_agent` sees the fields
    /// there, and reads, creates and changes in `second`, where `custom` has a role of the tenant's own making. `guest` is an
    /// admin for hours.
    pub members: BTreeMap<String, Uuid>,
    pub groups: BTreeMap<String, Uuid>,
    pub organization: Uuid,
    pub contact: Uuid,
    /// Requested by the contact, in the group `first`.
    pub ticket: Uuid,
    /// Requested by the contact, in the group `second`.
    pub other_ticket: Uuid,
    /// Requested by the requester, in no group.
    pub own_ticket: Uuid,
    /// The agent's.
    pub api_token: Uuid,
    /// A service that no issuer can sign in.
    pub service_account: Uuid,
    /// A public and an internal comment of each ticket, in the order of the tickets above.
    pub comments: Vec<(Uuid, Uuid)>,
    /// Of the tenant's own making: what `custom` may do.
    pub role: Uuid,
    /// In force, of `guest`; ended, of the auditor.
    pub grants: [Uuid; 2],
    /// With a tenant of its own, which has nobody in it: everything may go both ways, and nothing has.
    pub agreement: Uuid,
    /// The same, and the first ticket went, another came in as the second, and the public comment of that one was sent back.
    pub used_agreement: Uuid,
    /// Proposed by the same, and waiting for an owner.
    pub proposal: Uuid,
    /// Provisioned, and in the provisioned group; the subject of their tokens is `slug:provisioned`.
    pub scim_user: Uuid,
    pub scim_group: Uuid,
}

impl Tenant {
    /// A route's path, filled in with what this tenant has.
    #[must_use]
    pub fn path(&self, pattern: &str) -> String {
        let ids = [
            ("{ticket_id}", self.ticket),
            ("{comment_id}", self.comments[0].0),
            ("{api_token_id}", self.api_token),
            ("{role_id}", self.role),
            ("{grant_id}", self.grants[0]),
            ("{scim_user_id}", self.scim_user),
            ("{scim_group_id}", self.scim_group),
            ("{member_id}", self.members["agent"]),
            ("{group_id}", self.groups["first"]),
            ("{organization_id}", self.organization),
            ("{contact_id}", self.contact),
            ("{agreement_id}", self.agreement),
            ("{session_id}", Uuid::nil()),
        ];
        let names = [("{tenant}", self.slug.as_str()), ("{problem}", "not_found"), ("{resource_type}", "User"), ("{schema}", ringfence_scim::USERS.schema.id)];
        let filled = names.iter().fold(pattern.to_owned(), |path, (name, value)| path.replace(name, value));
        ids.iter().fold(filled, |path, (name, id)| path.replace(name, &id.to_string()))
    }
}

pub struct World {
    pub tenants: Vec<Tenant>,
    pub issuer: String,
}

/// A service over a database of its own, with two tenants.
pub async fn served() -> (Installation, Running, World) {
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    let world = World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
    (installation, running, world)
}

impl World {
    /// Makes tenants of these slugs; the subjects of their members are `slug:role` of the issuer.
    pub async fn build(installation: &Installation, issuer: &str, slugs: &[&str]) -> Self {
        let operator = installation.operator().await;
        let admin = installation.admin().await;
        let mut tenants = Vec::new();
        for slug in slugs {
            let id = operator.create_tenant(slug, &canary(slug, "name")).await.expect("a tenant");
            let mut members = BTreeMap::new();
            for role in PEOPLE {
                members.insert(role.to_owned(), member(&operator, id, issuer, slug, role).await);
            }
            let partner = operator.create_tenant(&format!("{slug}-partner"), &canary(&format!("{slug}-partner"), "name")).await.expect("a partner");
            tenants.push(fill(&admin, issuer, slug, id, members, partner).await);
        }
        Self { tenants, issuer: issuer.to_owned() }
    }

    #[must_use]
    pub fn tenant(&self, slug: &str) -> &Tenant {
        self.tenants.iter().find(|tenant| tenant.slug == slug).expect("a tenant of this world")
    }
}

async fn member(operator: &ringfence_store::command::Operator, tenant: TenantId, issuer: &str, slug: &str, role: &str) -> Uuid {
    let kind: Role = match role {
        "grouped_agent" | "partial_agent" => Role::Agent,
        // Until the role is there.
        "custom" => Role::LightAgent,
        role => role.parse().expect("a role"),
    };
    let permissions = (kind == Role::Service).then(|| {
        ["ticket.read", "ticket.create", "ticket.change", "comment.read", "comment.create", "contact.read", "provision.manage"].into_iter().map(str::to_owned).collect()
    });
    let new = NewMember {
        issuer,
        subject: &format!("{slug}:{role}"),
        name: &canary(slug, role),
        email: Some(&format!("{}@{slug}.example", canary(slug, role))),
        role: kind,
        permissions,
    };
    operator.add_member(tenant, &new).await.expect("added").expect("a new member").0
}

/// As superuser, past every policy: the world is what the tests look at, not what they test.
async fn fill(admin: &tokio_postgres::Client, issuer: &str, slug: &str, tenant: TenantId, members: BTreeMap<String, Uuid>, partner: TenantId) -> Tenant {
    let id = tenant.0;
    let (api_token, service_account) = machines(admin, slug, id, &members).await;
    let mut groups = BTreeMap::new();
    for name in ["first", "second"] {
        let group = Uuid::now_v7();
        admin.execute("insert into ringfence.groups (tenant_id, group_id, name) values ($1, $2, $3)", &[&id, &group, &canary(slug, name)]).await.expect("a group");
        groups.insert(name.to_owned(), group);
    }
    for role in ["grouped_agent", "light_agent"] {
        admin.execute("insert into ringfence.group_members (tenant_id, member_id, group_id) values ($1, $2, $3)", &[&id, &members[role], &groups["first"]]).await.expect("a group member");
    }
    for (role, group, access) in [("partial_agent", "first", "overview"), ("partial_agent", "second", "read,create,change"), ("custom", "second", "read,change")] {
        let sql = "insert into ringfence.group_members (tenant_id, member_id, group_id, access) values ($1, $2, $3, string_to_array($4::text, ','))";
        admin.execute(sql, &[&id, &members[role], &groups[group], &access]).await.expect("a group member");
    }
    let (role, grants) = (Uuid::now_v7(), [Uuid::now_v7(), Uuid::now_v7()]);
    admin
        .execute(
            "insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ($1, $2, $3, string_to_array($4::text, ','))",
            &[&id, &role, &canary(slug, "role"), &"ticket.read.group,ticket.change.group,comment.read.group,comment.note.group,contact.read,member.read"],
        )
        .await
        .expect("a role");
    admin.execute("update ringfence.members set role = 'custom', role_id = $3 where tenant_id = $1 and member_id = $2", &[&id, &members["custom"], &role]).await.expect("a member of the role");
    for (grant, holder, revoked) in [(grants[0], "guest", false), (grants[1], "auditor", true)] {
        admin
            .execute(
                "insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at, revoked_at)
                 values ($1, $2, $3, 'admin', $4, $5, transaction_timestamp() + interval '8 hours', case when $6 then transaction_timestamp() end)",
                &[&id, &grant, &members[holder], &canary(slug, "reason"), &members["owner"], &revoked],
            )
            .await
            .expect("a grant");
        let sql = "update ringfence.members set elevated_until = transaction_timestamp() + interval '8 hours' where tenant_id = $1 and member_id = $2";
        admin.execute(sql, &[&id, &members[holder]]).await.expect("elevated");
    }
    let (organization, contact) = (Uuid::now_v7(), Uuid::now_v7());
    admin
        .execute("insert into ringfence.organizations (tenant_id, organization_id, name, external_source, external_id) values ($1, $2, $3, 'crm', $4)", &[&id, &organization, &canary(slug, "organization"), &canary(slug, "organization-key")])
        .await
        .expect("an organization");
    admin
        .execute(
            "insert into ringfence.contacts (tenant_id, contact_id, name, email, organization_id, external_source, external_id) values ($1, $2, $3, $4, $5, 'crm', $6)",
            &[&id, &contact, &canary(slug, "contact"), &format!("{}@{slug}.example", canary(slug, "address")), &organization, &canary(slug, "contact-key")],
        )
        .await
        .expect("a contact");
    let mut tickets = Vec::new();
    let mut comments = Vec::new();
    for (number, requester, group) in [(1_i64, contact, Some(groups["first"])), (2, contact, Some(groups["second"])), (3, members["requester"], None)] {
        let ticket = Uuid::now_v7();
        admin
            .execute(
                "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id, group_id, organization_id, tags, external_source, external_id)
                 values ($1, $2, $3, $4, $5, $6, $7, array[$8::text], 'demo', $9)",
                &[&id, &ticket, &number, &canary(slug, "subject"), &requester, &group, &organization, &canary(slug, "tag"), &format!("{}-{number}", canary(slug, "ticket-key"))],
            )
            .await
            .expect("a ticket");
        let pair = (Uuid::now_v7(), Uuid::now_v7());
        for (comment, visibility) in [(pair.0, "public"), (pair.1, "internal")] {
            admin
                .execute(
                    "insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
                     select tenant_id, $3, ticket_id, requester_id, group_key, $4, $5, $6 from ringfence.tickets where tenant_id = $1 and ticket_id = $2",
                    &[&id, &ticket, &comment, &members["agent"], &visibility, &canary(slug, visibility)],
                )
                .await
                .expect("a comment");
        }
        admin
            .execute(
                "insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version)
                 select tenant_id, $3, ticket_id, requester_id, group_key, $4, 'ticket.created', 'public', 1 from ringfence.tickets where tenant_id = $1 and ticket_id = $2",
                &[&id, &ticket, &Uuid::now_v7(), &members["agent"]],
            )
            .await
            .expect("an event");
        tickets.push(ticket);
        comments.push(pair);
    }
    admin.execute("insert into ringfence.tags (tenant_id, tag) values ($1, $2)", &[&id, &canary(slug, "tag")]).await.expect("a tag");
    admin.execute("update ringfence.ticket_counters set last = 3 where tenant_id = $1", &[&id]).await.expect("a counter");
    let (agreement, used_agreement, proposal) = agree(admin, slug, id, partner.0, &members, &tickets, &comments).await;
    let (scim_user, scim_group) = provisioned(admin, issuer, slug, id).await;
    Tenant { api_token, service_account, scim_user, scim_group, slug: slug.to_owned(), id, members, groups, organization, contact, ticket: tickets[0], other_ticket: tickets[1], own_ticket: tickets[2], comments, role, grants, agreement, used_agreement, proposal }
}

/// An agreement that holds, with what went and came under it, and a proposal.
async fn agree(admin: &tokio_postgres::Client, slug: &str, id: Uuid, partner: Uuid, members: &BTreeMap<String, Uuid>, tickets: &[Uuid], comments: &[(Uuid, Uuid)]) -> (Uuid, Uuid, Uuid) {
    const AGREEMENT: &str = "insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, expires_at, consented_by, consented_at, partner_consented_at)
        values ($1, $2, $3, $4, $5, 'both', '{ticket.escalate,comment.share}', '{subject,body,tags}', '2099-01-01', $6, case when $6::uuid is not null then now() end, now())";
    let (agreement, used, proposal, link, arrived, share) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let partner_slug = format!("{slug}-partner");
    for one in [agreement, used] {
        admin.execute(AGREEMENT, &[&id, &one, &partner_slug, &partner, &true, &Some(members["owner"])]).await.expect("an agreement");
    }
    admin.execute(AGREEMENT, &[&id, &proposal, &partner_slug, &partner, &false, &None::<Uuid>]).await.expect("a proposal");
    // The other side has its own; its consent is somebody's there, who is a contact like everybody.
    let there = Uuid::now_v7();
    admin.execute("insert into ringfence.contacts (tenant_id, contact_id, name) values ($1, $2, 'Owner')", &[&partner, &there]).await.expect("a contact");
    for one in [agreement, used] {
        admin.execute(AGREEMENT, &[&partner, &one, &slug, &id, &false, &Some(there)]).await.expect("an agreement");
    }
    admin.execute(AGREEMENT, &[&partner, &proposal, &slug, &id, &true, &Some(there)]).await.expect("a proposal");
    for (ticket, link, direction) in [(tickets[0], link, "outgoing"), (tickets[1], arrived, "incoming")] {
        let sender = (direction == "outgoing").then_some(members["agent"]);
        admin
            .execute(
                "insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, direction, state, created_by, requester_name, requester_email, settled_at)
                 select tenant_id, $3, $4, ticket_id, requester_id, group_key, $5, 'delivered', $6, $7, $8, now() from ringfence.tickets where tenant_id = $1 and ticket_id = $2",
                &[&id, &ticket, &link, &used, &direction, &sender, &canary(slug, "asker"), &format!("{}@{slug}.example", canary(slug, "asker-address"))],
            )
            .await
            .expect("a link");
    }
    admin
        .execute(
            "insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, state, created_by, settled_at)
             select tenant_id, $3, $4, comment_id, ticket_id, requester_id, group_key, 'delivered', $5, now() from ringfence.comments where tenant_id = $1 and comment_id = $2",
            &[&id, &comments[1].0, &share, &arrived, &members["agent"]],
        )
        .await
        .expect("a share");
    (agreement, used, proposal)
}

/// Settings, a user and a group, as an identity provider would have made them.
async fn provisioned(admin: &tokio_postgres::Client, issuer: &str, slug: &str, id: Uuid) -> (Uuid, Uuid) {
    let (person, user, queue, group) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let (subject, name) = (format!("{slug}:provisioned"), canary(slug, "provisioned"));
    let text = |place: &str| canary(slug, place);
    for (sql, params) in [
        ("insert into ringfence.provisioning_settings (tenant_id, issuer, default_role, role_map) values ($1, $2, 'requester', jsonb_build_object($3::text, 'agent'))", &[&id as &(dyn tokio_postgres::types::ToSql + Sync), &issuer, &text("provider-role")][..]),
        ("insert into ringfence.identities (identity_id, issuer, subject) values (gen_random_uuid(), $1, $2) on conflict do nothing", &[&issuer, &subject]),
        ("insert into ringfence.contacts (tenant_id, contact_id, name, identity_id) select $1, $2, $3, i.identity_id from ringfence.identities i where i.issuer = $4 and i.subject = $5", &[&id, &person, &name, &issuer, &subject]),
        ("insert into ringfence.members (tenant_id, member_id, identity_id, role, provisioned) select $1, $2, i.identity_id, 'agent', true from ringfence.identities i where i.issuer = $3 and i.subject = $4", &[&id, &person, &issuer, &subject]),
        ("insert into ringfence.memberships (identity_id, tenant_id) select m.identity_id, m.tenant_id from ringfence.members m where m.tenant_id = $1 and m.member_id = $2", &[&id, &person]),
        (
            "insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, external_id, active, issuer, subject, role, grouped, attributes)
             values ($1, $2, $3, $4, $5, true, $6, $5, 'agent', true, jsonb_build_object('displayName', $4::text, 'roles', jsonb_build_array(jsonb_build_object('value', $7::text))))",
            &[&id, &user, &person, &name, &subject, &issuer, &text("provider-role")],
        ),
        ("insert into ringfence.groups (tenant_id, group_id, name) values ($1, $2, $3)", &[&id, &queue, &text("provisioned-group")]),
        ("insert into ringfence.scim_groups (tenant_id, scim_group_id, group_id, display_name, external_id) values ($1, $2, $3, $4, $5)", &[&id, &group, &queue, &text("provisioned-group"), &text("group-key")]),
        ("insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ($1, $2, $3)", &[&id, &group, &user]),
        ("insert into ringfence.group_members (tenant_id, member_id, group_id) values ($1, $2, $3)", &[&id, &person, &queue]),
    ] {
        admin.execute(sql, params).await.unwrap_or_else(|error| panic!("{error:?} in {sql}"));
    }
    (user, group)
}

/// An API token of the agent's, whose secret nobody has, and a service account.
async fn machines(admin: &tokio_postgres::Client, slug: &str, tenant: Uuid, members: &BTreeMap<String, Uuid>) -> (Uuid, Uuid) {
    let (token, account) = (Uuid::now_v7(), Uuid::now_v7());
    admin
        .execute(
            "insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
             values ($1, $2, $3, 'agent', $4, sha256($2::uuid::text::bytea), '{ticket.read}', $3, now() + interval '90 days')",
            &[&tenant, &token, &members["agent"], &canary(slug, "api-token")],
        )
        .await
        .expect("an API token");
    admin
        .execute("insert into ringfence.contacts (tenant_id, contact_id, name) values ($1, $2, $3)", &[&tenant, &account, &canary(slug, "service-account")])
        .await
        .expect("a contact");
    admin
        .execute(
            "with i as (insert into ringfence.identities (identity_id, issuer, subject) values ($2, 'urn:ringfence:service-account', $2::uuid::text) returning identity_id),
                  m as (insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions) select $1, $2, i.identity_id, 'service', '{ticket.read}' from i returning *)
             insert into ringfence.memberships (identity_id, tenant_id) select m.identity_id, m.tenant_id from m",
            &[&tenant, &account],
        )
        .await
        .expect("a service account");
    (token, account)
}
