//! If-Match on what a GET answers with a version: 412 for whom wants another (RFC 9110, section 13.1.1). The reading was done and recorded
//! before; SCIM reads its own. There is no 304: a version tells what was changed, and an answer has more in it, such as when somebody last
//! commented, or whoever was included.

use crate::problem::{Kind, Problem};
use crate::scim::{Condition, is_scim};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, ResponseError};

/// The answer, or its refusal where the request wants another version.
pub fn hold(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let request = response.request();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD) && !is_scim(request.path());
    let Some(version) = version(&response).filter(|_| reads && response.status() == StatusCode::OK) else { return response };
    match wanted(request, version) {
        Ok(()) => response,
        Err(problem) => {
            let refused = problem.error_response();
            response.into_response(refused)
        }
    }
}

fn version(response: &ServiceResponse<BoxBody>) -> Option<i32> {
    response.headers().get(header::ETAG)?.to_str().ok()?.trim_matches('"').parse().ok()
}

/// # Errors
/// 412 where If-Match names other versions; 400 for what is no condition.
fn wanted(request: &HttpRequest, version: i32) -> Result<(), Problem> {
    match Condition::strong(request, header::IF_MATCH)? {
        Some(wanted) if !wanted.names(version) => Err(Problem { current_version: Some(version), ..Problem::new(Kind::PreconditionFailed) }),
        _ => Ok(()),
    }
}
