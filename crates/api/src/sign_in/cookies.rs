//! The cookies of a session and of each sign-in under way. All carry the `__Host-` prefix, so that no other host and no plain connection can set or read them.

use actix_web::HttpRequest;
use actix_web::http::header;
use ringfence_identity::sign_in::{AttemptSecret, SessionSecret};
use std::time::Duration;

pub const SESSION: &str = "__Host-ringfence_session";
/// Begins the name of each attempt's cookie: windows that sign in at once have one each.
const ATTEMPT: &str = "__Host-ringfence_sign_in_";
/// How much of an attempt's state stands in its cookie's name.
const NAMING: usize = 8;
/// Attempts that a browser may have under way; where there are more, those before are taken for given up.
const ATTEMPTS: usize = 8;
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

/// The attempt that a state belongs to, if this browser made it.
pub fn attempt(request: &HttpRequest, state: &str) -> Brought<AttemptSecret> {
    match brought(request, &attempt_name(state), AttemptSecret::parse) {
        Brought::One(secret) if !secret.is_state(state) => Brought::Nonsense,
        brought => brought,
    }
}

/// The name of an attempt's cookie, by its state.
pub fn attempt_name(state: &str) -> String {
    let naming = state.chars().filter(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_')).take(NAMING);
    ATTEMPT.chars().chain(naming).collect()
}

/// The names of the attempts that a browser shows, if they are too many to keep beside a new one.
pub fn given_up(request: &HttpRequest) -> Vec<String> {
    let shown = pairs(request).filter_map(|pair| Some(std::str::from_utf8(pair).ok()?.split_once('=')?.0));
    let names: Vec<String> = shown.filter(|name| name.strip_prefix(ATTEMPT).is_some_and(|naming| attempt_name(naming) == *name)).map(str::to_owned).collect();
    if names.len() < ATTEMPTS { Vec::new() } else { names }
}

pub fn set(name: &str, value: &str, lifetime: Duration) -> String {
    format!("{name}={value}; Max-Age={}; {ATTRIBUTES}", lifetime.as_secs())
}

pub fn clear(name: &str) -> String {
    format!("{name}=; Max-Age=0; {ATTRIBUTES}")
}

fn brought<T>(request: &HttpRequest, name: &str, parse: impl Fn(&str) -> Option<T>) -> Brought<T> {
    // A name in another encoding is not ours; a value in one is nonsense.
    let values = pairs(request).filter_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    let mut found: Vec<Option<T>> = values.map(|value| std::str::from_utf8(value).ok().and_then(&parse)).collect();
    match (found.pop(), found.is_empty()) {
        (None, _) => Brought::Nothing,
        (Some(Some(secret)), true) => Brought::One(secret),
        _ => Brought::Nonsense,
    }
}

fn pairs(request: &HttpRequest) -> impl Iterator<Item = &[u8]> {
    request.headers().get_all(header::COOKIE).flat_map(|line| line.as_bytes().split(|byte| *byte == b';')).map(<[u8]>::trim_ascii)
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
