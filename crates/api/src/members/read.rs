//! GET a member, or a page of them; everybody sees themselves.

use crate::caller::{Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing, ONESELF};
use crate::people::{self, ORDERS};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{Member, MemberId, Role, permission};
use ringfence_store::{Key, members};

/// A page of the members that the caller sees, oldest first: themselves, if nobody else.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/members", operation_id = "listMembers", tag = "members",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("role" = Option<String>, Query, description = "One or several, separated by commas"),
        ("group_id" = Option<Uuid>, Query),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<Member>)))]
pub async fn list_members(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (mut fields, asked) = listing::asked(&request, ORDERS, &[]);
    let filter = members::Filter { role: fields.words::<Role>("role"), group_id: fields.uuid("group_id") };
    fields.finish()?;
    let asked = asked.of("members", &filter);
    let needs = &[permission::MEMBER_READ, permission::TICKET_READ_OWN, ONESELF];
    let listing = Listing { asked, action: Action::MemberListed, object: objects("member"), under: None, needs };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((members::list(tx, &filter, keyset).await?, Beside::default())),
        |member: &Member| Key { time: Some(member.created_at), number: None, id: member.member_id.0 },
    )
    .await
}

/// One member.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/members/{member_id}", operation_id = "getMember", tag = "members",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("member_id" = Uuid, Path),
    ),
    responses((status = 200, body = Member, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_member(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let member_id: MemberId = people::id(&path.1);
    let found = members::get(caller.database(), &caller.principal, member_id).await;
    people::read(&caller, (Action::MemberRead, object("member", member_id.0)), found, |member| member.version).await
}
