//! Demo tenants, each made once: its people through the operator, its tickets through an import. It touches no tenant that
//! holds anybody but demo identities, and never brings back what somebody removed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ringfence_identity::development::Person;
use ringfence_domain::{GroupId, Role, TenantId, permission};
use ringfence_store::command::{MemberRow, NewMember, Operator};
use ringfence_store::numbers::Numbers;
use ringfence_store::{Access, Database, Keyset, Principal, Refusal, StoreError, TenantTx, groups, imports, members, server};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::demo_tickets;
use crate::commands::membership::{Entry, Membership};
use crate::commands::{operator, report_role};
use crate::connections::{Connections, Login};
use crate::data_folder::DataFolder;
use crate::failure::Failure;

const FILE: &str = "demo.json";
const TENANTS: [(&str, &str); 3] = [("acme", "Acme"), ("globex", "Globex"), ("initech", "Initech")];
/// In the tenant's own order: each role once. A service has its permissions named.
const SERVICE_PERMISSIONS: &[&str] = &["ticket.read", "ticket.create", "comment.read", "comment.create", "contact.read"];
/// One person with a place in two tenants, and another role in each.
const TWO_TENANTS: [(&str, Role); 2] = [("acme", Role::Requester), ("globex", Role::Agent)];
const PERSON: &str = "morgan";

/// Which tenants are done, and for which issuer: a port changed in RINGFENCE_LISTEN changes the issuer's name.
#[derive(Default, Serialize, Deserialize)]
struct Done(BTreeMap<String, DoneTenant>);

#[derive(Serialize, Deserialize)]
struct DoneTenant {
    tenant_id: TenantId,
    issuer: String,
}

/// Returns the tenants that are not the demo's: no demo identity is anybody there.
pub async fn seed(folder: &DataFolder, connections: &Connections, admin: &server::Config, issuer: &str) -> Result<Vec<&'static str>, Failure> {
    let operator = operator(connections).await?;
    let mut done: Done = folder.read(FILE)?.unwrap_or_default();
    let mut left_alone = Vec::new();
    for (slug, name) in TENANTS {
        let known = operator.find_tenant(slug).await?.map(|found| found.tenant_id);
        let before = done.0.get(slug).filter(|before| Some(before.tenant_id) == known);
        if before.is_some_and(|before| before.issuer == issuer) {
            continue;
        }
        if let Some(before) = before {
            server::rename_issuer(admin, &before.issuer, issuer).await?;
        }
        let is_new = before.is_none();
        let tenant_id = match known {
            Some(id) => id,
            None => operator.create_tenant(slug, name).await?,
        };
        let seeding = Seeding { operator: &operator, connections, tenant_id, slug, name, issuer };
        if !seeding.people(is_new).await? {
            super::say(&format!("{slug} is somebody's tenant and stays as it is: no demo in it"));
            left_alone.push(slug);
            continue;
        }
        if is_new {
            seeding.tickets().await?;
            seeding.reporting_login().await?;
            super::say(&format!("demo tenant {slug} is ready"));
        }
        done.0.insert(slug.to_owned(), DoneTenant { tenant_id, issuer: issuer.to_owned() });
        folder.write(FILE, &done)?;
    }
    Ok(left_alone)
}

struct Seeding<'a> {
    operator: &'a Operator,
    connections: &'a Connections,
    tenant_id: TenantId,
    slug: &'a str,
    name: &'a str,
    issuer: &'a str,
}

struct DemoMember {
    subject: String,
    name: String,
    email: String,
    role: Role,
}

impl Seeding<'_> {
    /// False: the tenant has members of real issuers. Members of the demo under the issuer's former name come over to the
    /// new one; who is missing is added to a new tenant alone.
    async fn people(&self, is_new: bool) -> Result<bool, Failure> {
        let present = self.operator.list_members(self.tenant_id).await?;
        if !present.iter().all(is_of_the_demo) {
            return Ok(false);
        }
        for member in members(self.slug, self.name) {
            let place = present.iter().find(|row| row.subject == member.subject);
            match place {
                Some(row) if row.issuer == self.issuer => continue,
                None if !is_new => continue,
                _ => {}
            }
            let permissions = (member.role == Role::Service).then(|| SERVICE_PERMISSIONS.iter().map(|&name| name.to_owned()).collect());
            let new = NewMember { issuer: self.issuer, subject: &member.subject, name: &member.name, email: Some(&member.email), role: member.role, permissions };
            self.operator.add_member(self.tenant_id, &new).await?;
            // After: the last owner would not go.
            if let Some(row) = place {
                self.operator.remove_member(self.tenant_id, row.member_id).await?;
            }
        }
        Ok(true)
    }

    /// As an import: a killed run's tickets are found again by their external ids.
    async fn tickets(&self) -> Result<(), Failure> {
        // An import's, and what it takes to say who works in which group: nobody does who holds less than an admin.
        let permissions: Vec<&str> = permission::ALL.iter().copied().filter(|name| *name != permission::BREAK_GLASS_GRANT).collect();
        let entry = Entry { tenant: self.tenant_id, slug: self.slug, command: "demo", name: "Demo", permissions: &permissions };
        let membership = Membership::begin(self.operator, &self.connections.database()?, &entry).await?;
        let written = async {
            for group in demo_tickets::GROUPS {
                make_group(&membership.database, &membership.principal, group).await?;
            }
            self.light_agent_works_in(demo_tickets::GROUPS[0], &membership).await?;
            let numbers = Numbers::default();
            for ticket in demo_tickets::tickets(self.slug, self.name, Timestamp::now()) {
                imports::import(&membership.database, &membership.principal, &numbers, &ticket).await?;
            }
            Ok::<_, Failure>(())
        }
        .await;
        membership.end().await?;
        written
    }

    /// A light agent sees what is in their groups alone.
    async fn light_agent_works_in(&self, group: &str, membership: &Membership<'_>) -> Result<(), Failure> {
        let subject = format!("{}:{}", self.slug, Role::LightAgent);
        let people = self.operator.list_members(self.tenant_id).await?;
        let mut tx = TenantTx::open(&membership.database, &membership.principal, Access::Write).await?;
        let keyset = Keyset { column: "created_at", descending: false, from: None, backwards: false, limit: 10 };
        let groups = groups::list(&mut tx, &keyset).await?.rows;
        if let Some(person) = people.iter().find(|row| row.subject == subject)
            && let Some(member) = members::find(&mut tx, person.member_id).await?
            && let Some(group) = groups.iter().find(|known| known.name == group)
        {
            members::change(&mut tx, member.member_id, member.version, &json!({ "groups": [{ "group_id": group.group_id, "access": ["full"] }] })).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn reporting_login(&self) -> Result<(), Failure> {
        let Some(folder) = self.connections.private_folder() else { return Ok(()) };
        if report_role::kept(folder, self.tenant_id)?.is_none() {
            let login = report_role::create(&self.connections.reachable(Login::Admin).await?, self.tenant_id).await?;
            report_role::keep(folder, self.tenant_id, login)?;
        }
        Ok(())
    }
}

/// One that a killed run made is there already.
async fn make_group(database: &Database, principal: &Principal, name: &str) -> Result<(), Failure> {
    let mut tx = TenantTx::open(database, principal, Access::Write).await?;
    match groups::create(&mut tx, GroupId::generate(), name).await {
        Ok(_) => Ok(tx.commit().await?),
        Err(error) => match tx.refuse(error).await {
            StoreError::Refused(Refusal::Conflict { code: "name_taken", .. }) => Ok(()),
            error => Err(error.into()),
        },
    }
}

/// Demo identities come from a development issuer, or stand for a command that a killed run left behind.
fn is_of_the_demo(member: &MemberRow) -> bool {
    member.issuer.ends_with("/development/issuer") || member.issuer.starts_with("urn:ringfence:")
}

fn members(slug: &str, name: &str) -> Vec<DemoMember> {
    let mut members: Vec<DemoMember> = Role::BY_NAME
        .iter()
        .map(|&role| DemoMember {
            subject: format!("{slug}:{role}"),
            name: format!("{name} {}", role.as_str().replace('_', " ")),
            email: demo_tickets::address(slug, role.as_str()),
            role,
        })
        .collect();
    members.extend(TWO_TENANTS.iter().filter(|(tenant, _)| *tenant == slug).map(|&(_, role)| DemoMember {
        subject: PERSON.to_owned(),
        name: "Morgan".to_owned(),
        email: demo_tickets::PERSON_ADDRESS.to_owned(),
        role,
    }));
    members
}

/// Whom the development issuer's page offers: everybody of the demo but its services, and two whom no tenant knows, one with an
/// address that is their own and one with an address that might be anybody's.
pub fn people() -> Vec<Person> {
    let person = |member: DemoMember| Person { subject: member.subject, name: member.name, email: Some(member.email), email_verified: true };
    let members = TENANTS.iter().flat_map(|(slug, name)| members(slug, name)).filter(|member| member.role != Role::Service);
    let mut people: Vec<Person> = Vec::new();
    for one in members.map(person) {
        if !people.iter().any(|known| known.subject == one.subject) {
            people.push(one);
        }
    }
    for (subject, name, email_verified) in [("newcomer", "Newcomer", true), ("unverified", "Unverified newcomer", false)] {
        people.push(Person { subject: subject.to_owned(), name: name.to_owned(), email: Some(format!("{subject}@example.com")), email_verified });
    }
    people
}

/// The URL of acme's analyst, where a private cluster keeps it.
pub async fn analyst(folder: &DataFolder, connections: &Connections) -> Result<Option<String>, Failure> {
    let operator = operator(connections).await?;
    let Some(tenant) = operator.find_tenant("acme").await? else { return Ok(None) };
    Ok(report_role::kept(folder, tenant.tenant_id)?.and_then(|login| connections.private_url(&login.login, &login.password)))
}

#[cfg(test)]
mod tests {
    use super::{MemberRow, is_of_the_demo, members};
    use ringfence_domain::{MemberId, Role};

    fn of_issuer(issuer: &str) -> MemberRow {
        let (name, role, subject) = ("Agent".to_owned(), "agent".to_owned(), "1".to_owned());
        MemberRow { member_id: MemberId::generate(), name, role, issuer: issuer.to_owned(), subject, created_at: jiff::Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_tenant_with_a_member_of_a_real_issuer_is_not_the_demos() {
        assert!(!is_of_the_demo(&of_issuer("https://id.example.com")));
        assert!(is_of_the_demo(&of_issuer("http://127.0.0.1:8080/development/issuer")));
    }

    #[test]
    fn every_role_is_there_once_and_morgan_in_two_tenants() {
        for (slug, extra) in [("acme", 1), ("globex", 1), ("initech", 0)] {
            assert_eq!(members(slug, "Name").len(), Role::BY_NAME.len() + extra);
        }
    }
}
