//! Whether a change that a cookie speaks for was meant by a page of ours: its origin is listed, and it knows what no other site
//! can read.

use super::Entrance;
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header;
use ringfence_identity::sign_in::SessionSecret;

pub const HEADER: &str = "X-CSRF-Token";

/// True for what changes nothing; for everything else, where both the origin and the token are right.
pub fn is_meant(request: &HttpRequest, entrance: &Entrance, secret: &SessionSecret) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let one = |name: &str| {
        let mut values = request.headers().get_all(name);
        match (values.next(), values.next()) {
            (None, _) => Some(None),
            (Some(value), None) => value.to_str().ok().map(Some),
            _ => None,
        }
    };
    // Browsers say where every change comes from. What is no browser has no cookie that another could misuse.
    let from_a_page_of_ours = match one(header::ORIGIN.as_str()) {
        Some(Some(origin)) => entrance.admits(origin),
        Some(None) => matches!(one("Sec-Fetch-Site"), Some(None | Some("same-origin" | "none"))),
        None => false,
    };
    from_a_page_of_ours && matches!(one(HEADER), Some(Some(token)) if secret.is_csrf_token(token))
}
