//! Every URL on one screen. The document, the isolation table and the tests are compared with this list.

use crate::{agreements, api_tokens, break_glass, contacts, documents, groups, invitations, members, operations, organizations, problem, roles, scim, sign_in, sign_in_settings, tickets};
use actix_web::{HttpResponse, ResponseError, Route as Way, guard, web};

/// One operation: the tests know it by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub operation_id: &'static str,
}

macro_rules! routes {
    ($($path:literal { $($method:ident $operation:ident => $handler:path),+ $(,)? })+) => {
        pub const ROUTES: &[Route] = &[$($(Route { method: stringify!($method), path: $path, operation_id: stringify!($operation) }),+),+];

        pub fn configure(config: &mut web::ServiceConfig) {
            $(config.service(
                web::resource($path)
                    $(.route(verb(stringify!($method)).to($handler)))+
                    .default_service(web::to(|| undeclared(&[$(stringify!($method)),+]))),
            );)+
        }
    };
}

routes! {
    "/v1/auth/issuers" { get listIssuers => sign_in::begin::list_issuers }
    "/v1/auth/sign-in" { get signIn => sign_in::begin::sign_in }
    "/v1/auth/callback" { get signInCallback => sign_in::callback::sign_in_callback }
    "/v1/auth/callback/{issuer}" { get signInCallbackOfIssuer => sign_in::callback::sign_in_callback_of_issuer }
    "/v1/auth/sign-out" { post signOut => sign_in::sign_out::sign_out }
    "/v1/auth/sign-out/issuer" { get signOutAtIssuer => sign_in::issuer_sign_out::sign_out_at_issuer }
    "/v1/auth/backchannel-logout" { post backChannelLogout => sign_in::logout::back_channel_logout }
    "/v1/me" { get getMe => operations::get_me }
    "/v1/me/sessions" { get listSessions => sign_in::sessions::list_sessions }
    "/v1/me/sessions/{session_id}" { delete endSession => sign_in::sessions::end_session }
    "/v1/tenants/{tenant}/tickets" { get listTickets => tickets::list::list_tickets, post createTicket => tickets::create::create_ticket }
    "/v1/tenants/{tenant}/tickets/{ticket_id}" { get getTicket => tickets::get::get_ticket, patch updateTicket => tickets::change::update_ticket }
    "/v1/tenants/{tenant}/tickets/{ticket_id}/assignee" { put assignTicket => tickets::change::assign_ticket }
    "/v1/tenants/{tenant}/tickets/{ticket_id}/status" { put setTicketStatus => tickets::change::set_ticket_status }
    "/v1/tenants/{tenant}/tickets/{ticket_id}/events" { get listTicketEvents => tickets::list::list_ticket_events }
    "/v1/tenants/{tenant}/tickets/{ticket_id}/comments" { get listComments => tickets::comments::list_comments, post createComment => tickets::comments::create_comment }
    "/v1/tenants/{tenant}/tickets/{ticket_id}/comments/{comment_id}" { get getComment => tickets::comments::get_comment }
    "/v1/tenants/{tenant}/tickets/{ticket_id}/comments/{comment_id}/shares" { get listCommentShares => tickets::links::list_comment_shares, post shareComment => tickets::links::share_comment }
    "/v1/tenants/{tenant}/tickets/{ticket_id}/links" { get listTicketLinks => tickets::links::list_ticket_links }
    "/v1/tenants/{tenant}/tickets/{ticket_id}/escalations" { post escalateTicket => tickets::links::escalate_ticket }
    "/v1/tenants/{tenant}/agreements" { get listAgreements => agreements::list_agreements, post createAgreement => agreements::create_agreement }
    "/v1/tenants/{tenant}/agreements/{agreement_id}" { get getAgreement => agreements::get_agreement }
    "/v1/tenants/{tenant}/agreements/{agreement_id}/state" { put setAgreementState => agreements::set_agreement_state }
    "/v1/tenants/{tenant}/members" { get listMembers => members::read::list_members, post addMember => members::add::add_member }
    "/v1/tenants/{tenant}/members/{member_id}" { get getMember => members::read::get_member, patch updateMember => members::change::update_member, delete removeMember => members::change::remove_member }
    "/v1/tenants/{tenant}/service-accounts" { post createServiceAccount => members::service_accounts::create_service_account }
    "/v1/tenants/{tenant}/api-tokens" { get listApiTokens => api_tokens::list_api_tokens, post createApiToken => api_tokens::create_api_token }
    "/v1/tenants/{tenant}/api-tokens/{api_token_id}" { get getApiToken => api_tokens::get_api_token, delete revokeApiToken => api_tokens::revoke_api_token }
    "/v1/tenants/{tenant}/invitations" { get listInvitations => invitations::list_invitations, post createInvitation => invitations::create_invitation }
    "/v1/tenants/{tenant}/invitations/{invitation_id}" { delete revokeInvitation => invitations::revoke_invitation }
    "/v1/invitations/accept" { post acceptInvitation => invitations::accept_invitation }
    "/v1/tenants/{tenant}/sign-in-settings" { get getSignInSettings => sign_in_settings::get_sign_in_settings, put changeSignInSettings => sign_in_settings::change_sign_in_settings }
    "/v1/tenants/{tenant}/roles" { get listRoles => roles::list_roles, post createRole => roles::create_role }
    "/v1/tenants/{tenant}/roles/{role_id}" { get getRole => roles::get_role, patch updateRole => roles::update_role, delete deleteRole => roles::delete_role }
    "/v1/tenants/{tenant}/break-glass" { get listBreakGlassGrants => break_glass::list_break_glass_grants, post grantBreakGlass => break_glass::grant_break_glass }
    "/v1/tenants/{tenant}/break-glass/{grant_id}" { get getBreakGlassGrant => break_glass::get_break_glass_grant, delete revokeBreakGlassGrant => break_glass::revoke_break_glass_grant }
    "/v1/tenants/{tenant}/groups" { get listGroups => groups::list_groups, post createGroup => groups::create_group }
    "/v1/tenants/{tenant}/groups/{group_id}" { get getGroup => groups::get_group, patch updateGroup => groups::update_group, delete deleteGroup => groups::delete_group }
    "/v1/tenants/{tenant}/organizations" { get listOrganizations => organizations::list_organizations, post createOrganization => organizations::create_organization }
    "/v1/tenants/{tenant}/organizations/{organization_id}" { get getOrganization => organizations::get_organization, patch updateOrganization => organizations::update_organization, delete deleteOrganization => organizations::delete_organization }
    "/v1/tenants/{tenant}/contacts" { get listContacts => contacts::list_contacts, post createContact => contacts::create_contact }
    "/v1/tenants/{tenant}/contacts/{contact_id}" { get getContact => contacts::get_contact, patch updateContact => contacts::update_contact, delete deleteContact => contacts::delete_contact }
    "/v1/tenants/{tenant}/provisioning-settings" { get getProvisioningSettings => scim::settings::get_settings, put setProvisioningSettings => scim::settings::set_settings }
    "/v1/tenants/{tenant}/scim/v2/ServiceProviderConfig" { get getScimServiceProviderConfig => scim::discovery::service_provider_config }
    "/v1/tenants/{tenant}/scim/v2/ResourceTypes" { get listScimResourceTypes => scim::discovery::resource_types }
    "/v1/tenants/{tenant}/scim/v2/ResourceTypes/{resource_type}" { get getScimResourceType => scim::discovery::resource_type }
    "/v1/tenants/{tenant}/scim/v2/Schemas" { get listScimSchemas => scim::discovery::schemas }
    "/v1/tenants/{tenant}/scim/v2/Schemas/{schema}" { get getScimSchema => scim::discovery::schema }
    "/v1/tenants/{tenant}/scim/v2/Users" { get listScimUsers => scim::users::list_users, post createScimUser => scim::users::create_user }
    "/v1/tenants/{tenant}/scim/v2/Users/.search" { post searchScimUsers => scim::users::search_users }
    "/v1/tenants/{tenant}/scim/v2/Users/{scim_user_id}" { get getScimUser => scim::users::get_user, put replaceScimUser => scim::users::replace_user, patch updateScimUser => scim::users::update_user, delete deleteScimUser => scim::users::delete_user }
    "/v1/tenants/{tenant}/scim/v2/Groups" { get listScimGroups => scim::groups::list_groups, post createScimGroup => scim::groups::create_group }
    "/v1/tenants/{tenant}/scim/v2/Groups/.search" { post searchScimGroups => scim::groups::search_groups }
    "/v1/tenants/{tenant}/scim/v2/Groups/{scim_group_id}" { get getScimGroup => scim::groups::get_group, put replaceScimGroup => scim::groups::replace_group, patch updateScimGroup => scim::groups::update_group, delete deleteScimGroup => scim::groups::delete_group }
    "/v1/tenants/{tenant}/audit" { get listAudit => operations::list_audit }
    "/healthz" { get healthz => operations::healthz }
    "/readyz" { get readyz => operations::readyz }
    "/metrics" { get metrics => operations::metrics }
    "/openapi.json" { get openapi => documents::openapi }
    "/docs" { get docs => documents::docs }
    "/problems/{problem}" { get getProblem => documents::problem }
}

/// Where there is GET there is HEAD (RFC 9110, section 9.3.2): the same work and the same trail, and the server leaves out the body.
fn verb(method: &'static str) -> Way {
    match method {
        "get" => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        "post" => web::post(),
        "put" => web::put(),
        "patch" => web::patch(),
        _ => web::delete(),
    }
}

async fn undeclared(methods: &[&str]) -> HttpResponse {
    let mut response = problem::Problem::new(problem::Kind::MethodNotAllowed).error_response();
    let head = methods.contains(&"get").then_some("head");
    let methods: Vec<&str> = methods.iter().copied().chain(head).collect();
    if let Ok(allow) = methods.join(", ").to_ascii_uppercase().parse() {
        response.headers_mut().insert(actix_web::http::header::ALLOW, allow);
    }
    response
}
