//! People with a browser: sessions as a sign-in leaves them, and what is done with them: signing in and out, ending one,
//! taking a place that one was invited to.

use crate::case::{HttpCase, Pick};
use crate::request::Request;
use crate::scene::Scene;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ringfence_identity::development::CLIENT_ID;
use ringfence_identity::sign_in::SessionSecret;
use ringfence_store::TokenKey;
use ringfence_tests::Installation;
use ringfence_tests::browser::{Browser, SESSION};
use ringfence_tests::world::canary;
use serde_json::json;
use std::collections::HashMap;
use tokio_postgres::Client;
use uuid::Uuid;

/// Who is at which browser, by subject.
pub type Browsers = HashMap<String, Browser>;

/// Somebody whom a tenant invited, signed in, and the secret of the invitation.
pub struct Newcomer {
    pub subject: String,
    pub secret: String,
}

/// A session of somebody whom an issuer says to hold this address.
pub async fn session(installation: &Installation, admin: &Client, issuer: &str, subject: &str) -> Browser {
    let secret = SessionSecret::generate().expect("a secret");
    let hash = hash(installation, "session", secret.bytes());
    admin.execute("insert into ringfence.identities (identity_id, issuer, subject) values (gen_random_uuid(), $1, $2) on conflict do nothing", &[&issuer, &subject]).await.expect("an identity");
    let id = Uuid::now_v7();
    let sql = "insert into ringfence.sessions (session_id, session_hash, identity_id, verified_email, authenticated_at, idle_expires_at, expires_at)
               select $1, $2, i.identity_id, $5, now(), now() + interval '1 hour', now() + interval '1 day' from ringfence.identities i where i.issuer = $3 and i.subject = $4";
    let opened = admin.execute(sql, &[&id, &hash.as_slice(), &issuer, &subject, &address(subject)]).await.expect("a session");
    assert_eq!(opened, 1);
    Browser { csrf: secret.csrf_token(), session_id: id.to_string(), secret: secret.expose() }
}

/// Somebody to whom an invitation of the tenant is addressed.
pub async fn invited(installation: &Installation, admin: &Client, tenant: (Uuid, &str), owner: Uuid, n: u8) -> Newcomer {
    let ((id, slug), mut secret) = (tenant, [n; 32]);
    secret[..16].copy_from_slice(Uuid::now_v7().as_bytes());
    let newcomer = Newcomer { subject: format!("{slug}:newcomer-{n}"), secret: format!("rfi_{}", URL_SAFE_NO_PAD.encode([id.as_bytes().as_slice(), &secret].concat())) };
    admin
        .execute(
            "insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at) values ($1, $2, $3, $4, $5, 'agent', $6, now() + interval '1 day')",
            &[&id, &Uuid::now_v7(), &hash(installation, "invitation", &secret).as_slice(), &address(&newcomer.subject), &canary(slug, "newcomer"), &owner],
        )
        .await
        .expect("an invitation");
    newcomer
}

fn hash(installation: &Installation, kind: &str, secret: &[u8]) -> [u8; 32] {
    *TokenKey::parse(installation.credentials.token_key.expose()).expect("a key").credential_hash(kind, secret).bytes()
}

fn address(subject: &str) -> String {
    format!("{}@people.example", subject.replace(':', "."))
}

impl Scene {
    /// The browser at which this person is signed in.
    pub async fn browser(&mut self, subject: &str) -> Browser {
        if let Some(known) = self.browsers.get(subject) {
            return known.clone();
        }
        let browser = session(&self.installation, &self.digests.client, self.running.issuer.issuer(), subject).await;
        self.browsers.insert(subject.to_owned(), browser.clone());
        browser
    }

    /// Whose sessions have ended, but for this person's.
    pub async fn signed_out(&mut self, caller: &str) -> Vec<String> {
        let ended = self.digests.client.query("select session_id::text from ringfence.sessions where ended_at is not null", &[]).await.expect("sessions");
        let ended: Vec<String> = ended.iter().map(|row| row.get(0)).collect();
        let mut others = Vec::new();
        self.browsers.retain(|subject, browser| {
            let stands = !ended.contains(&browser.session_id);
            if !stands && subject != caller {
                others.push(format!("ended the session of {subject}"));
            }
            stands
        });
        others
    }
}

impl Request {
    /// Shows a session's cookie in place of a token, as a page of ours does.
    pub fn shown(&mut self, browser: &Browser, origin: String) {
        self.token.clear();
        self.headers.extend([("Cookie".into(), format!("{SESSION}={}", browser.secret)), ("X-CSRF-Token".into(), browser.csrf.clone()), ("Origin".into(), origin)]);
    }

    /// By a session that the case says: the caller's own, or one that nobody ever opened.
    pub async fn by_session(&mut self, case: &HttpCase, scene: &mut Scene) {
        let subject = scene.person(case.caller, case.home).subject.clone();
        let browser = match case.caller {
            "nobody" => return,
            "forger" => {
                let secret = SessionSecret::generate().expect("a secret");
                Browser { csrf: secret.csrf_token(), session_id: String::new(), secret: secret.expose() }
            }
            _ => scene.browser(&subject).await,
        };
        self.shown(&browser, scene.running.url(""));
    }

    /// Fills in what an operation of signing in and out needs; the first id says whose it is.
    pub async fn session_operation(&mut self, operation_id: &str, case: &HttpCase, scene: &mut Scene) {
        let subject = scene.person(case.caller, case.home).subject.clone();
        let signed_in = !matches!(case.caller, "nobody" | "forger");
        match operation_id {
            "signInCallback" | "signInCallbackOfIssuer" => {
                let begun = scene.running.begin("").await;
                let back = scene.running.pick(&begun, "newcomer").await;
                let other = scene.running.begin("").await;
                let secret = match case.ids[0] {
                    Pick::Own(_) => begun.cookie().1,
                    // An answer that was meant for another browser.
                    Pick::Foreign(_) => other.cookie().1,
                    _ => return,
                };
                self.path = back.strip_prefix(&scene.running.url("")).expect("the way back").to_owned();
                self.stray_path = matches!(case.ids[0], Pick::Foreign(_));
                if operation_id == "signInCallbackOfIssuer" {
                    // The place of an issuer that was not asked.
                    (self.stray_path, self.path) = (true, self.path.replacen('?', "/0123456789abcdef?", 1));
                }
                self.headers.retain(|(name, _)| name != "cookie");
                self.headers.push(("Cookie".into(), format!("{}={secret}", begun.cookie().0)));
            }
            "signOutAtIssuer" => {
                let browser = scene.running.sign_in("newcomer").await;
                let out = scene.running.page(&browser, "POST", "/v1/auth/sign-out", Some(&json!({}))).await;
                let leads = out.body["end_session_url"].as_str().expect("the way out");
                self.path = leads.strip_prefix(&scene.running.url("")).expect("the way out").to_owned();
                self.stray_path = !matches!(case.ids[0], Pick::Own(_));
                if self.stray_path {
                    // Nobody's: its first letters are another's.
                    self.path = self.path.replacen("envelope=", "envelope=AAAA", 1);
                }
            }
            "backChannelLogout" => {
                let now = Timestamp::now().as_second();
                let claims = json!({"iss": scene.running.issuer.issuer(), "sub": subject, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": Uuid::now_v7(),
                    "events": {"http://schemas.openid.net/event/backchannel-logout": {}}});
                let token = scene.running.issuer.sign("logout+jwt", &claims).expect("a token");
                self.form = Some(match case.ids[0] {
                    Pick::Own(_) if signed_in => {
                        scene.browser(&subject).await;
                        scene.spent = Some(token.clone());
                        token
                    }
                    _ => {
                        self.stray_path = true;
                        let (signed, signature) = token.rsplit_once('.').expect("a signature");
                        // Brought a second time; or signed by nobody.
                        scene.spent.clone().unwrap_or_else(|| format!("{signed}.{}", signature.chars().rev().collect::<String>()))
                    }
                });
            }
            "endSession" => {
                let other = scene.person(if case.caller == "owner" { "agent" } else { "owner" }, case.victim).subject.clone();
                let id = match case.ids[0] {
                    // A second browser of the caller's.
                    Pick::Own(_) if signed_in => session(&scene.installation, &scene.digests.client, scene.running.issuer.issuer(), &subject).await.session_id,
                    Pick::TenantItself => scene.sides[case.victim].tenant.id.to_string(),
                    Pick::Absent | Pick::Nil => Uuid::nil().to_string(),
                    _ => scene.browser(&other).await.session_id,
                };
                self.stray_path = !(signed_in && matches!(case.ids[0], Pick::Own(_)));
                self.path = self.path.replace("{session_id}", &id);
            }
            "acceptInvitation" => {
                let Some(newcomer) = scene.sides[case.home].newcomers.pop() else { return };
                if let Some(secret) = self.body.as_mut().and_then(|body| body.get_mut("secret")) {
                    *secret = json!(newcomer.secret);
                }
                // Whoever comes with what was given to somebody else stays outside.
                self.stray_body = !matches!(case.ids[0], Pick::Own(_));
                if signed_in && !self.stray_body {
                    let browser = scene.browser(&newcomer.subject).await;
                    self.headers.retain(|(name, _)| !["Cookie", "cookie", "X-CSRF-Token", "Origin"].contains(&name.as_str()));
                    self.shown(&browser, scene.running.url(""));
                    self.entered = Some(case.home);
                } else {
                    scene.sides[case.home].newcomers.push(newcomer);
                }
            }
            _ => {}
        }
    }
}
