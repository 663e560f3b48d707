//! Limits of credentials that prove nothing, and of signing in: by address, and who has proven themselves gets in meanwhile.

use crate::{TICKETS, behind, left, limited, retry_after, served, told};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ringfence_identity::IssuerConfig;
use ringfence_identity::credential::PresentedApiToken;
use ringfence_identity::sign_in::{SessionSecret, SignInClient};
use ringfence_tests::browser::SESSION;
use serde_json::{Value, json};

#[tokio::test]
async fn bad_credentials_are_throttled_and_a_good_one_gets_in_meanwhile() {
    let (installation, running, world) = limited("sign_in=3/3600").await;
    let forged = format!("{}x", running.token("acme:owner"));
    for n in [2, 1, 0] {
        let rejected = running.get(TICKETS, &forged).await.expect(401);
        assert_eq!(left(&rejected), ("\"sign_in\";q=3;w=3600".into(), n));
        // The last that is let through says how long the next will wait, and not until all is back.
        let until: u64 = rejected.header("ratelimit").and_then(|standing| standing.split(";t=").nth(1)).unwrap().parse().unwrap();
        assert!(n > 0 || (1_100..=1_200).contains(&until), "{until}");
        assert!(rejected.header("www-authenticate").is_some());
    }
    for token in [forged.as_str(), "", "nonsense", forged.as_str()] {
        let refused = running.get(TICKETS, token).await.expect(429);
        assert_eq!(refused.body["code"], "sign_in_rate_limited");
        assert!(left(&refused).1 == 0 && (1_100..=1_200).contains(&retry_after(&refused)));
        // Neither who it would have been nor where they wanted to go lifts the refusal.
        running.get("/v1/me", token).await.expect(429);
        running.get("/v1/tenants/nonesuch/tickets", token).await.expect(429);
        let good = running.get(TICKETS, &running.token("acme:owner")).await.expect(200);
        assert!(left(&good).0.starts_with("\"read\""));
    }
    let spoofed = running.call("GET", TICKETS, &forged, &[("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "for=198.51.100.7"), ("X-Real-IP", "198.51.100.7")], None).await;
    assert_eq!(spoofed.status, 429, "nobody's word is taken for an address");
    let acme = Some(world.tenant("acme").id);
    for tenant in [None, acme] {
        assert_eq!(told(&installation, "identity.rejected", tenant).await, 3);
        assert_eq!(told(&installation, "rate.limited", tenant).await, 1);
    }
}

#[tokio::test]
async fn guesses_of_an_api_token_are_throttled_like_any_other_bad_credential() {
    let (installation, running, world) = limited("sign_in=3/3600").await;
    let tenant = *world.tenant("acme").id.as_bytes();
    let guess = |n: u8| PresentedApiToken { tenant, secret: [n; 32] }.text();
    for n in 0..3 {
        let rejected = running.get(TICKETS, &guess(n)).await.expect(401);
        assert_eq!(left(&rejected), ("\"sign_in\";q=3;w=3600".into(), 2 - u32::from(n)));
    }
    for n in 3..9 {
        let refused = running.get(TICKETS, &guess(n)).await.expect(429);
        assert_eq!(refused.body["code"], "sign_in_rate_limited");
        for path in ["/v1/me", "/v1/me/sessions"] {
            running.get(path, &guess(n)).await.expect(429);
        }
    }
    running.get(TICKETS, &running.token("acme:owner")).await.expect(200);
    assert_eq!(told(&installation, "rate.limited", Some(world.tenant("acme").id)).await, 1);
}

#[tokio::test]
async fn guesses_of_a_session_cost_no_rows_past_the_limit() {
    for (method, path) in [("GET", "/v1/me"), ("GET", TICKETS), ("POST", "/v1/tenants/acme/roles"), ("DELETE", "/v1/me/sessions/00000000-0000-0000-0000-000000000000")] {
        let (installation, running, _) = limited("sign_in=3/3600").await;
        for n in 0..9 {
            let guess = SessionSecret::generate().unwrap();
            let (cookie, csrf, origin) = (format!("{SESSION}={}", guess.expose()), guess.csrf_token(), running.url(""));
            let refused = running.call(method, path, "", &[("Cookie", &cookie), ("X-CSRF-Token", &csrf), ("Origin", &origin)], None).await;
            refused.expect(if n < 3 { 401 } else { 429 });
        }
        assert_eq!((told(&installation, "identity.rejected", None).await, told(&installation, "rate.limited", None).await), (3, 1), "{method} {path}");
        drop(running);
        installation.drop().await;
    }
}

#[tokio::test]
async fn sign_ins_and_logout_tokens_are_throttled_by_address_and_who_has_begun_gets_in() {
    let (installation, running, world) = limited("sign_in=3/3600").await;
    // Three are begun, of which one comes back good and one with the issuer's no; and there is one that nobody began, and a logout.
    let begun = [running.begin("tenant=acme").await, running.begin("tenant=acme").await, running.begin("tenant=acme").await];
    let back = running.pick(&begun[0], "acme:owner").await;
    let said_no = |n: usize| format!("{}&error=access_denied", running.url(&format!("/v1/auth/callback?state={}&iss={}", state(&begun[n].page), running.issuer.issuer())));
    let refused = running.visit(&said_no(1), &[begun[1].cookie()]).await.expect(302);
    assert_eq!(left(&refused), ("\"sign_in\";q=3;w=3600".into(), 2));
    assert_eq!(left(&running.visit(&running.url("/v1/auth/callback?state=x&code=y"), &[]).await.expect(401)).1, 1);
    let form = |token: &str| running.client().post(running.url("/v1/auth/backchannel-logout")).header("Content-Type", "application/x-www-form-urlencoded").body(format!("logout_token={token}"));
    assert_eq!(left(&running.send(form("nonsense")).await.expect(400)).1, 0);
    for _ in 0..3 {
        for refused in [
            running.visit(&running.url("/v1/auth/sign-in?tenant=acme"), &[]).await,
            running.visit(&running.url("/v1/auth/callback?state=x&code=y"), &[]).await,
            running.send(form("nonsense")).await,
            running.send(form("")).await,
        ] {
            let refused = refused.expect(429);
            assert_eq!((refused.body["code"].as_str(), refused.attempt()), (Some("sign_in_rate_limited"), None));
            assert!(left(&refused).1 == 0 && (1080..=1200).contains(&retry_after(&refused)));
        }
    }
    running.visit(&said_no(2), &[begun[2].cookie()]).await.expect(429);
    let admin = installation.admin().await;
    let attempts: i64 = admin.query_one("select count(*) from ringfence.sign_in_attempts", &[]).await.unwrap().get(0);
    assert_eq!(attempts, 1, "nothing was begun that was refused");
    // Whoever has begun is let in, and who is signed in is not asked.
    let signed_in = running.visit(&back, &[begun[0].cookie()]).await.expect(302);
    let browser = running.known(signed_in.cookie(SESSION).expect("a session")).await;
    running.page(&browser, "GET", TICKETS, None).await.expect(200);
    let acme = Some(world.tenant("acme").id);
    assert_eq!((told(&installation, "identity.rejected", None).await, told(&installation, "rate.limited", None).await), (3, 2));
    assert_eq!((told(&installation, "identity.rejected", acme).await, told(&installation, "rate.limited", acme).await), (1, 0));
}

#[tokio::test]
async fn what_is_shown_in_the_name_of_an_issuer_that_does_not_answer_is_counted_and_told() {
    // Nobody listens there.
    let silent = "http://127.0.0.1:9";
    let (installation, running, world) = served(|config| {
        config.limits = Some("sign_in=3/3600".parse().unwrap());
        config.issuers.push(IssuerConfig::new(silent, "ringfence").unwrap());
        config.sign_in.clients.push(SignInClient { issuer: silent.into(), client_id: "ringfence".into(), secret: None });
    })
    .await;
    let now = Timestamp::now().as_second();
    let forged = |kind: &str, more: Value| {
        let mut claims = json!({"iss": silent, "sub": "alice", "aud": "ringfence", "client_id": "web", "iat": now, "exp": now + 300, "jti": "one"});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(&json!({"typ": kind, "alg": "EdDSA", "kid": "nobody's"})), part(&claims), URL_SAFE_NO_PAD.encode([0; 64]))
    };
    let bearer = forged("at+jwt", json!({}));
    let logout = forged("logout+jwt", json!({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}));
    let form = || running.client().post(running.url("/v1/auth/backchannel-logout")).header("Content-Type", "application/x-www-form-urlencoded").body(format!("logout_token={logout}"));
    for n in [2, 1] {
        let refused = running.get(TICKETS, &bearer).await.expect(503);
        assert_eq!((refused.body["code"].as_str(), left(&refused).1), (Some("unavailable"), n));
    }
    assert_eq!(left(&running.send(form()).await.expect(503)).1, 0);
    for _ in 0..3 {
        assert_eq!(running.get(TICKETS, &bearer).await.expect(429).body["code"], "sign_in_rate_limited");
        running.send(form()).await.expect(429);
    }
    // Whose issuer answers is asked for nothing more.
    running.get(TICKETS, &running.token("acme:owner")).await.expect(200);
    for (tenant, rejected) in [(None, 3), (Some(world.tenant("acme").id), 2)] {
        assert_eq!((told(&installation, "identity.rejected", tenant).await, told(&installation, "rate.limited", tenant).await), (rejected, 1), "{tenant:?}");
    }
    let sql = "select count(*) from (select rule from ringfence.audit_inbox union all select rule from ringfence.audit_events union all select rule from ringfence.installation_events) e where rule = 'issuer_unavailable'";
    let by_rule: i64 = installation.admin().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(by_rule, 5);
}

#[tokio::test]
async fn bad_credentials_keep_nobody_at_their_address_from_signing_in() {
    let (_installation, running, _) = limited("sign_in=2/3600").await;
    for status in [401, 401, 429, 429] {
        running.get(TICKETS, "bad.bad.bad").await.expect(status);
    }
    let begun = running.begin("tenant=acme").await;
    let back = running.pick(&begun, "acme:owner").await;
    running.visit(&back, &[begun.cookie()]).await.expect(302).cookie(SESSION).expect("a session");
}

fn state(page: &str) -> String {
    page.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state").to_owned()
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_their_own_throttle() {
    let (_installation, running, _world) = behind("sign_in=2/3600", "127.0.0.0/8").await;
    let from = async |forwarded: &str| running.call("GET", TICKETS, "nonsense", &[("X-Forwarded-For", forwarded)], None).await.status;
    for _ in 0..2 {
        assert_eq!(from("198.51.100.7").await, 401);
    }
    assert_eq!(from("198.51.100.7").await, 429);
    assert_eq!(from("203.0.113.9, 198.51.100.7").await, 429, "what the client wrote before the proxy did is not looked at");
    assert_eq!(from("198.51.100.7, 198.51.100.8").await, 401, "nor does it harm whom it names");
    assert_eq!(from("198.51.100.8").await, 401);
    assert_eq!(from("198.51.100.8").await, 429);
}
