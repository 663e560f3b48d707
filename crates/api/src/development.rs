//! The development issuer over HTTP: its documents, a page to pick who to be, and the exchange of codes. Mounted on loopback
//! listeners alone, and no part of the contract: a real issuer stands in its place elsewhere.

use crate::problem::{Kind, Problem};
use crate::sign_in::{parameters, redirect};
use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ringfence_identity::development::{AUTHORIZATION_PATH, DISCOVERY_PATH, DevelopmentIssuer, END_SESSION_PATH, GrantError, JWKS_PATH, TOKEN_PATH};
use serde_json::json;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("development/page.css");
/// Where the issuer is mounted.
const ROOT: &str = "/development/issuer";
/// Which person was picked; the page adds it to the request it was asked with.
const PICKED: &str = "picked";

pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(&format!("{ROOT}{DISCOVERY_PATH}"), web::get().to(|issuer: Data<DevelopmentIssuer>| async move { web::Json(issuer.discovery_document()) }))
        .route(&format!("{ROOT}{JWKS_PATH}"), web::get().to(|issuer: Data<DevelopmentIssuer>| async move { web::Json(issuer.jwks()) }))
        .route(&format!("{ROOT}{AUTHORIZATION_PATH}"), web::get().to(authorize))
        .route(&format!("{ROOT}{TOKEN_PATH}"), web::post().to(token))
        .route(&format!("{ROOT}{END_SESSION_PATH}"), web::get().to(signed_out));
}

/// The page; or, with somebody picked, the way back with a code. Links alone: no script, and no form whose redirection a policy
/// would have to name.
async fn authorize(request: HttpRequest, issuer: Data<DevelopmentIssuer>) -> Result<HttpResponse, Problem> {
    let mut query = parameters(request.query_string())?;
    let picked = query.remove(PICKED);
    let asked = match issuer.asked(&query) {
        Ok(asked) => asked,
        Err(unsound) => return Ok(page(HttpResponse::BadRequest(), &format!("<p>{}</p>", escape(&unsound.to_string())))),
    };
    if let Some(subject) = picked {
        return match issuer.grant(asked, &subject, Timestamp::now()) {
            Ok(url) => Ok(redirect(url.as_str(), &[])),
            Err(GrantError::Unsound(unsound)) => Ok(page(HttpResponse::BadRequest(), &format!("<p>{}</p>", escape(&unsound.to_string())))),
            Err(GrantError::Failed(_)) => Err(Problem::new(Kind::Internal)),
        };
    }
    let again = escape(request.query_string());
    let mut text = String::from("<p>Who do you want to be? Nobody has to prove anything here: this issuer is for development.</p><ul>");
    for person in issuer.people() {
        let email = match &person.email {
            Some(email) if person.email_verified => escape(email),
            Some(email) => format!("{} (not verified)", escape(email)),
            None => String::new(),
        };
        text.push_str(&format!(
            "<li><a href=\"?{again}&amp;{PICKED}={}\">{}</a><span>{}</span><span>{email}</span></li>",
            escape(&person.subject.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace('#', "%23")),
            escape(&person.name),
            escape(&person.subject),
        ));
    }
    text.push_str("</ul>");
    Ok(page(HttpResponse::Ok(), &text))
}

async fn token(issuer: Data<DevelopmentIssuer>, body: Payload) -> Result<HttpResponse, Problem> {
    let body = crate::body::collect(body.into_inner()).await?;
    let form = parameters(std::str::from_utf8(&body).map_err(|_| Problem::new(Kind::InvalidRequest))?)?;
    match issuer.exchange(&form, Timestamp::now()) {
        Ok(Some(tokens)) => Ok(HttpResponse::Ok().json(tokens)),
        // RFC 6749, section 5.2. As text of its own: the errors of the contract have another form.
        Ok(None) => Ok(HttpResponse::BadRequest().content_type("application/problem+json").body(json!({ "error": "invalid_grant" }).to_string())),
        Err(_) => Err(Problem::new(Kind::Internal)),
    }
}

async fn signed_out(request: HttpRequest, issuer: Data<DevelopmentIssuer>) -> Result<HttpResponse, Problem> {
    let query = parameters(request.query_string())?;
    match query.get("post_logout_redirect_uri").and_then(|uri| issuer.signed_out_to(uri)) {
        Some(url) => Ok(redirect(url.as_str(), &[])),
        None => Ok(page(HttpResponse::Ok(), "<p>Signed out.</p>")),
    }
}

fn page(mut response: actix_web::HttpResponseBuilder, content: &str) -> HttpResponse {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        STANDARD.encode(Sha256::digest(STYLE))
    );
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>Development issuer</title><style>{STYLE}</style></head><body><main><h1>Development issuer</h1>{content}</main></body></html>"
        ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
