//! Conditions on what a GET answers with a version (RFC 9110, section 13): 304 for whom has it already, 412 for whom wants another.
//! The reading was done and recorded before; SCIM reads its own.

use crate::problem::{Kind, Problem};
use crate::scim::{Condition, is_scim};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, ResponseError};

/// The answer, or what the request's conditions leave of it.
pub fn hold(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let request = response.request();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD) && !is_scim(request.path());
    let Some(version) = version(&response).filter(|_| reads && response.status() == StatusCode::OK) else { return response };
    match unchanged(request, version) {
        Ok(false) => response,
        Ok(true) => {
            let mut response = response.map_body(|_, _| BoxBody::new(()));
            *response.response_mut().status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(header::CONTENT_TYPE);
            response
        }
        Err(problem) => {
            let refused = problem.error_response();
            response.into_response(refused)
        }
    }
}

fn version(response: &ServiceResponse<BoxBody>) -> Option<i32> {
    response.headers().get(header::ETAG)?.to_str().ok()?.trim_matches('"').parse().ok()
}

/// Whether the client has this version.
///
/// # Errors
/// 412 where If-Match names others; 400 for what is no condition.
fn unchanged(request: &HttpRequest, version: i32) -> Result<bool, Problem> {
    let wanted = Condition::strong(request, header::IF_MATCH)?;
    let known = Condition::of(request, header::IF_NONE_MATCH)?;
    if wanted.is_some_and(|wanted| !wanted.names(version)) {
        return Err(Problem { current_version: Some(version), ..Problem::new(Kind::PreconditionFailed) });
    }
    Ok(known.is_some_and(|known| known.names(version)))
}
