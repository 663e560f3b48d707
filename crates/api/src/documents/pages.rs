//! Pages for people: the contract to read and try, and one page for every kind of problem. They load nothing from elsewhere.

use super::answers;
use crate::problem::Kind;
use actix_web::HttpResponse;
use actix_web::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page that reads the document.
pub fn docs() -> HttpResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| include_str!("page.html").replace("{style}", STYLE).replace("{script}", SCRIPT));
    page(text.clone())
}

/// What a kind of problem means.
pub fn problem(slug: &str) -> Option<HttpResponse> {
    let kinds: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| kind.describe().0 == slug).collect();
    if kinds.is_empty() {
        return None;
    }
    let mut text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{slug}</title><style>{STYLE}</style></head><body><header><h1>/problems/{slug}</h1><a href=\"/docs\">The contract</a></header><main>"
    );
    for kind in kinds {
        let (_, status, title) = kind.describe();
        let example = serde_json::to_string_pretty(&answers::example(kind)).unwrap_or_default();
        text.push_str(&format!("<h2>{title}</h2><p>HTTP {status}</p><p>{}</p><h3>Example</h3><pre>{}</pre>", advice(kind), escape(&example)));
    }
    text.push_str("<h2>All problems</h2><ul>");
    for other in Kind::slugs() {
        text.push_str(&format!("<li><a href=\"/problems/{other}\">{other}</a></li>"));
    }
    text.push_str("</ul></main></body></html>");
    Some(page(text))
}

/// What a client can do about it.
const fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::InvalidRequest => "<code>errors</code> names everything that is wrong, field by field. Nothing was changed. Sending the same again has the same answer.",
        Kind::Unauthenticated => "Send an access token of an issuer that the service trusts, as <code>Authorization: Bearer ...</code>. <code>code</code> says what is wrong with the one that was sent.",
        Kind::Forbidden => "You can see it and may not do that. Somebody who manages the members of the tenant can change what you may do.",
        Kind::NotFound => "It does not exist, or you may not know of it: the two are not told apart. Where <code>errors</code> names a field, the id in that field is meant.",
        Kind::MethodNotAllowed => "The path exists and has no such method. The <code>Allow</code> header names those it has.",
        Kind::NotImplemented => "The path is one that a standard leaves optional; this service does without it.",
        Kind::Conflict => "The request is well-formed and may be made, but not now: <code>code</code> says what stands in the way. Read the record again.",
        Kind::PreconditionFailed => "Somebody changed the record after you read it. <code>current_version</code> is the version it has now: read it, and decide again.",
        Kind::PreconditionRequired => "Send the <code>ETag</code> that you read as <code>If-Match</code>, so that nobody's change is overwritten unseen.",
        Kind::IdempotencyMismatch => "This <code>Idempotency-Key</code> was used for another request in the last 24 hours. Use a new key for a new request.",
        Kind::CursorInvalid => "A cursor belongs to its caller, list, filters and order, and holds for a day. Begin again without one.",
        Kind::TooLarge => "A request has at most 512 KiB, a comment at most 64 KiB.",
        Kind::UnsupportedMediaType => "Send <code>Content-Type: application/json</code>, or <code>application/merge-patch+json</code> for a PATCH.",
        Kind::RateLimited => "Wait as long as <code>Retry-After</code> says. <code>RateLimit-Policy</code> names the limit, and <code>RateLimit</code> says how much of it is left: slow down before it is nothing.",
        Kind::Unavailable => "Nothing is known to have changed. Wait as long as <code>Retry-After</code> says, and repeat the request, under the same <code>Idempotency-Key</code> if it changes something.",
        Kind::Internal => "This is a defect of the service. Its log has more under the <code>request_id</code>.",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Only our own script and style run, known by their digests; nothing is loaded, framed or posted elsewhere.
fn page(text: String) -> HttpResponse {
    static POLICY: OnceLock<String> = OnceLock::new();
    let policy = POLICY.get_or_init(|| {
        let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        format!(
            "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
            digest(SCRIPT),
            digest(STYLE)
        )
    });
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy.as_str()))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(text)
}
