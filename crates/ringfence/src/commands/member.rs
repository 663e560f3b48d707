//! `ringfence member`: who belongs to one tenant. An identity is issuer and subject; an e-mail address never is.

use std::process::ExitCode;

use ringfence_domain::{MemberId, Role};
use ringfence_store::command::{NewMember, Removal};
use serde::Serialize;

use super::{operator, tenant_named};
use crate::cli::MemberCommand;
use crate::connections::Connections;
use crate::failure::Failure;
use crate::output;

#[derive(Serialize)]
struct Added {
    member_id: MemberId,
}

pub async fn perform(command: MemberCommand) -> Result<ExitCode, Failure> {
    let operator = operator(&Connections::find()?).await?;
    match command {
        MemberCommand::Add { tenant, issuer, subject, name, email, role, permissions, shown } => {
            let permissions = permissions_of(role, permissions)?;
            let id = tenant_named(&operator, &tenant).await?;
            let new = NewMember { issuer: &issuer, subject: &subject, name: &name, email: email.as_deref(), role, permissions };
            let Some(member_id) = operator.add_member(id, &new).await? else {
                return Err(Failure::Refused(format!("{subject} of {issuer} is a member of {tenant} already; `ringfence member list --tenant {tenant}` shows the role")));
            };
            output::data(shown.format, &Added { member_id }, |added| format!("member {} added to {tenant} as {role}", added.member_id))?;
        }
        MemberCommand::List { tenant, shown } => {
            let id = tenant_named(&operator, &tenant).await?;
            let members = operator.list_members(id).await?;
            output::data(shown.format, &members, |members| {
                output::table(
                    ["member_id", "role", "name", "subject", "issuer"],
                    members.iter().map(|m| [m.member_id.to_string(), m.role.clone(), m.name.clone(), m.subject.clone(), m.issuer.clone()]),
                )
            })?;
        }
        MemberCommand::Remove { tenant, member } => {
            let id = tenant_named(&operator, &tenant).await?;
            match operator.remove_member(id, member).await? {
                Removal::Removed => {}
                Removal::NoMember => return Err(Failure::Refused(format!("{tenant} has no member {member}"))),
                Removal::LastOwner => return Err(Failure::Refused(format!("{member} is the last owner of {tenant}; add another first: `ringfence member add --tenant {tenant} --role owner ...`"))),
            }
            output::line(&format!("member {member} is out of {tenant} from the next request on"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A service has the permissions named and no others; every other role has its own.
fn permissions_of(role: Role, named: Vec<String>) -> Result<Option<Vec<String>>, Failure> {
    match (role, named.is_empty()) {
        (Role::Service, true) => Err(Failure::Usage("a service needs its permissions named: --permission ticket.read --permission ticket.create".to_owned())),
        (Role::Service, false) => Ok(Some(named)),
        (_, true) => Ok(None),
        (_, false) => Err(Failure::Usage(format!("--permission is for --role service alone; what {role} may do, the role says"))),
    }
}
