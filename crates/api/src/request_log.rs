//! Around every request: its id, one log line, its metrics, and the body of an error. Never a payload, a token or an address.

use crate::caller::Logged;
use crate::conditional;
use crate::limits;
use crate::measures;
use crate::pieces::in_pieces;
use crate::problem::{Kind, Problem, Unwritten};
use crate::unread::Unread;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use ringfence_domain::RequestId;
use std::time::Instant;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// # Errors
/// What the framework could not turn into a response.
pub async fn log(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    // Always ours: an id from outside could repeat another request's in the trail.
    let request_id = RequestId::generate();
    request.extensions_mut().insert(request_id);
    let method = known(request.method());
    let unread = Unread::behind(&mut request);
    // Handlers and extractors answer their own errors; holding the request for another would forbid routing it.
    // Whatever is logged on the way to an answer names the request that it is for.
    let answered = next.call(request).instrument(tracing::error_span!("request", %request_id)).await?;
    let mut response = limits::counting_refusals(conditional::hold(answered.map_into_boxed_body()));
    limits::describe(&mut response);
    let mut response = written(response, request_id);
    if let Ok(value) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let route = response.request().match_pattern().unwrap_or_else(|| "unknown".into());
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    metrics::counter!(measures::REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string()).increment(1);
    metrics::histogram!(measures::REQUEST_SECONDS, "route" => route.clone()).record(elapsed.as_secs_f64());
    let logged = response.request().extensions().get::<Logged>().copied();
    let tenant_id = logged.map(|l| tracing::field::display(l.tenant_id));
    let member_id = logged.and_then(|l| l.member_id).map(tracing::field::display);
    tracing::info!(request_id = %request_id, tenant_id, member_id, method, route, status, microseconds = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), "request");
    limits::hold_back(&response).await;
    Ok(response.map_body(|_, body| match unread {
        Some(unread) => unread.outlive(in_pieces(body)),
        None => in_pieces(body),
    }))
}

/// The method as it may stand in a log or a label: anybody may invent one, and each would be a time series of its own.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Fills in the body of an error, where the request's id is known.
fn written(response: ServiceResponse<BoxBody>, request_id: RequestId) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.response().extensions().get::<Unwritten>().map(|unwritten| unwritten.0.clone());
    let is_ours = problem.is_some();
    if !is_ours && response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t == "application/problem+json") {
        return response;
    }
    let detail = is_preflight(response.request()).then_some(NO_PREFLIGHT);
    let problem = problem.unwrap_or_else(|| Problem { detail, ..Problem::new(kind_of(status.as_u16())) });
    let (request, response) = response.into_parts();
    let mut fresh = HttpResponse::build(if is_ours { status } else { problem.kind.describe().1 });
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            fresh.append_header((name.clone(), value.clone()));
        }
    }
    if crate::scim::is_scim(request.path()) {
        return ServiceResponse::new(request, fresh.content_type(crate::scim::MEDIA).body(crate::scim::error_body(&problem).to_string()));
    }
    let body = serde_json::to_string(&problem.body(request_id.to_string())).unwrap_or_default();
    ServiceResponse::new(request, fresh.content_type("application/problem+json").body(body))
}

const NO_PREFLIGHT: &str = "Pages of this origin may not call the service, or not by this method or with these headers";

fn is_preflight(request: &HttpRequest) -> bool {
    *request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// An error that the framework made: the nearest of ours, without its text.
const fn kind_of(status: u16) -> Kind {
    match status {
        404 => Kind::NotFound,
        405 => Kind::MethodNotAllowed,
        413 => Kind::TooLarge,
        415 => Kind::UnsupportedMediaType,
        503 => Kind::Unavailable,
        400..500 => Kind::InvalidRequest,
        _ => Kind::Internal,
    }
}
