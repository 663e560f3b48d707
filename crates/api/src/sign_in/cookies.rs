//! The two cookies. Both carry the `__Host-` prefix, so that no other host and no plain connection can set or read them.

use actix_web::HttpRequest;
use actix_web::http::header;
use ringfence_identity::sign_in::{AttemptSecret, SessionSecret};
use std::time::Duration;

pub const SESSION: &str = "__Host-ringfence_session";
pub const ATTEMPT: &str = "__Host-ringfence_sign_in";
/// Lax: a person comes back from the issuer's page by a link, and brings them along; no form or script of another site does.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// What a request brought under a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Brought<T> {
    Nothing,
    One(T),
    /// Several of the name, or none that could be ours.
    Nonsense,
}

pub fn session(request: &HttpRequest) -> Brought<SessionSecret> {
    brought(request, SESSION, SessionSecret::parse)
}

pub fn attempt(request: &HttpRequest) -> Brought<AttemptSecret> {
    brought(request, ATTEMPT, AttemptSecret::parse)
}

pub fn set(name: &str, value: &str, lifetime: Duration) -> String {
    format!("{name}={value}; Max-Age={}; {ATTRIBUTES}", lifetime.as_secs())
}

pub fn clear(name: &str) -> String {
    format!("{name}=; Max-Age=0; {ATTRIBUTES}")
}

fn brought<T>(request: &HttpRequest, name: &str, parse: impl Fn(&str) -> Option<T>) -> Brought<T> {
    let mut found = Vec::new();
    for line in request.headers().get_all(header::COOKIE) {
        // A name in another encoding is not ours; a value in one is nonsense.
        for pair in line.as_bytes().split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            if let Some(value) = pair.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"=")) {
                found.push(std::str::from_utf8(value).ok().and_then(&parse));
            }
        }
    }
    match (found.pop(), found.is_empty()) {
        (None, _) => Brought::Nothing,
        (Some(Some(secret)), true) => Brought::One(secret),
        _ => Brought::Nonsense,
    }
}

#[cfg(test)]
mod tests {
    use super::{Brought, SESSION, brought};
    use actix_web::test::TestRequest;

    #[test]
    fn one_cookie_of_the_name_is_read_and_several_are_nonsense() {
        let read = |lines: &[&str]| {
            let mut request = TestRequest::default();
            for line in lines {
                request = request.append_header(("Cookie", *line));
            }
            brought(&request.to_http_request(), SESSION, |value| (value == "a").then_some(()))
        };
        assert_eq!(read(&[]), Brought::Nothing);
        assert_eq!(read(&["other=a; ringfence_session=a; x__Host-ringfence_session=a"]), Brought::Nothing);
        assert_eq!(read(&["b=c; __Host-ringfence_session=a"]), Brought::One(()));
        assert_eq!(read(&["__Host-ringfence_session=b"]), Brought::Nonsense);
        assert_eq!(read(&["__Host-ringfence_session="]), Brought::Nonsense);
        assert_eq!(read(&["__Host-ringfence_session=a; __Host-ringfence_session=a"]), Brought::Nonsense);
        assert_eq!(read(&["__Host-ringfence_session=a", "__Host-ringfence_session=b"]), Brought::Nonsense);
    }
}
