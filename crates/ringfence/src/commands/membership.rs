//! A command's own membership of one tenant, for as long as it works: it enters by the same door as everybody, with the
//! permissions named and no others, and the database audits its coming and going. Two of one name would share it, and the
//! first to end would take it from the other: so each has its turn.

use jiff::Timestamp;
use ringfence_domain::{MemberId, Role, TenantId};
use ringfence_identity::VerifiedIdentity;
use ringfence_store::command::{NewMember, Operator, Turn};
use ringfence_store::{Database, DatabaseConfig, Principal, RequestContext};

use crate::failure::Failure;

pub struct Membership<'a> {
    operator: &'a Operator,
    tenant: TenantId,
    pub member: MemberId,
    pub principal: Principal,
    pub database: Database,
    _turn: Turn,
}

/// Which command means to work in which tenant.
pub struct Entry<'a> {
    pub tenant: TenantId,
    /// As the tenant is named in an error.
    pub slug: &'a str,
    pub command: &'static str,
    pub name: &'a str,
    pub permissions: &'a [&'a str],
}

impl<'a> Membership<'a> {
    pub async fn begin(operator: &'a Operator, config: &DatabaseConfig, entry: &Entry<'_>) -> Result<Self, Failure> {
        let &Entry { tenant, slug, command, name, permissions } = entry;
        let database = Database::new(config)?;
        let turn = operator.take_turn(tenant, command).await?.ok_or_else(|| Failure::RunsAlready(slug.to_owned()))?;
        let identity = VerifiedIdentity::for_command(command, Timestamp::now());
        let permissions = permissions.iter().map(|&name| name.to_owned()).collect();
        let new = NewMember { issuer: identity.issuer(), subject: identity.subject(), name, email: None, role: Role::Service, permissions: Some(permissions) };
        let member = match operator.add_member(tenant, &new).await? {
            Some(member) => member,
            None => again(operator, tenant, &new).await?,
        };
        let context = RequestContext { request_id: operator.request_id(), authentication: "command" };
        let principal = Principal::for_command(&database, &identity, tenant, context).await?;
        Ok(Self { operator, tenant, member, principal, database, _turn: turn })
    }

    pub async fn end(self) -> Result<(), Failure> {
        self.operator.remove_member(self.tenant, self.member).await?;
        Ok(())
    }
}

/// A killed command left its membership behind, perhaps with an older version's permissions; nobody uses it, for the turn is
/// this one's.
async fn again(operator: &Operator, tenant: TenantId, new: &NewMember<'_>) -> Result<MemberId, Failure> {
    let members = operator.list_members(tenant).await?;
    if let Some(left) = members.iter().find(|member| member.issuer == new.issuer && member.subject == new.subject) {
        operator.remove_member(tenant, left.member_id).await?;
    }
    operator
        .add_member(tenant, new)
        .await?
        .ok_or_else(|| Failure::Refused(format!("`{}` could not become a member of the tenant; does another one run?", new.subject)))
}
