//! What a cookie is worth by itself: nothing beside a bearer token, nothing for a change from elsewhere, nothing if it was planted.

use crate::{turned_away, with};
use ringfence_tests::browser::SESSION;
use ringfence_tests::world::served;
use serde_json::json;

#[tokio::test]
async fn a_cookie_that_was_there_before_is_never_adopted() {
    let (installation, running, _) = served().await;
    // An attacker's own live session, planted in the victim's browser.
    let attacker = running.sign_in("acme:requester").await;
    let begun = running.begin("").await;
    let back = running.pick(&begun, "acme:owner").await;
    let call = running.visit(&back, &[begun.cookie(), (SESSION, &attacker.secret)]).await.expect(302);
    let fresh = call.cookie(SESSION).unwrap();
    assert_ne!(fresh, attacker.secret);
    let set = call.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned()).find(|line| line.starts_with(SESSION)).unwrap();
    for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    assert_eq!(running.known(fresh.clone()).await.secret, fresh);
    // What was planted has ended: whoever planted it is in nobody's place.
    running.visit(&running.url("/v1/me"), &[(SESSION, &attacker.secret)]).await.expect(401);

    // One of the attacker's invention opens nothing, before and after.
    let invented = "A".repeat(43);
    let begun = running.begin("").await;
    let back = running.pick(&begun, "acme:owner").await;
    let call = running.visit(&back, &[begun.cookie(), (SESSION, &invented)]).await.expect(302);
    assert_ne!(call.cookie(SESSION).unwrap(), invented);
    running.visit(&running.url("/v1/me"), &[(SESSION, &invented)]).await.expect(401);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_change_needs_the_pages_token_and_an_origin_of_ours() {
    let (installation, running, _) = served().await;
    let agent = running.sign_in("acme:agent").await;
    let other = running.sign_in("acme:agent").await;
    let (cookie, own) = (format!("{SESSION}={}", agent.secret), running.url(""));
    let body = json!({"subject": "Forged"});
    let token = agent.csrf.as_str();
    let tickets = "/v1/tenants/acme/tickets";
    let before = running.page(&agent, "GET", &format!("{tickets}?include=total"), None).await.expect(200).text;
    let refused: [&[(&str, &str)]; 11] = [
        &[],
        &[("Origin", &own)],
        &[("X-CSRF-Token", token)],
        &[("Origin", "https://evil.example"), ("X-CSRF-Token", token)],
        &[("Origin", "null"), ("X-CSRF-Token", token)],
        &[("Origin", &own), ("X-CSRF-Token", "")],
        &[("Origin", &own), ("X-CSRF-Token", &other.csrf)],
        &[("Origin", &own), ("X-CSRF-Token", &agent.secret)],
        &[("Origin", &own), ("Origin", "https://evil.example"), ("X-CSRF-Token", token)],
        &[("Sec-Fetch-Site", "cross-site"), ("X-CSRF-Token", token)],
        &[("Sec-Fetch-Site", "same-site"), ("X-CSRF-Token", token)],
    ];
    for (n, headers) in refused.into_iter().enumerate() {
        // A token without an origin is a program's, which no browser is tricked into being.
        if n == 2 {
            continue;
        }
        let headers: Vec<_> = headers.iter().copied().chain([("Cookie", cookie.as_str())]).collect();
        let answer = with(&running, "POST", tickets, &headers, Some(&body)).await.expect(403);
        assert_eq!(answer.body["code"], "csrf_required", "{headers:?}");
    }
    assert_eq!(running.page(&agent, "GET", &format!("{tickets}?include=total"), None).await.expect(200).text, before);
    assert_eq!(turned_away(&installation).await.iter().filter(|rule| *rule == "csrf_required").count(), refused.len() - 1);
    let trail = running.get("/v1/tenants/acme/audit?action=identity.rejected", &running.token("acme:owner")).await.expect(200);
    assert_eq!(trail.body["data"][0]["rule"], "csrf_required");

    for origin in [own.as_str(), "http://127.0.0.1:5173"] {
        with(&running, "POST", tickets, &[("Cookie", &cookie), ("Origin", origin), ("X-CSRF-Token", token)], Some(&body)).await.expect(201);
    }
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn two_credentials_are_refused_and_so_is_a_cookie_that_is_none_of_ours() {
    let (installation, running, _) = served().await;
    let agent = running.sign_in("acme:agent").await;
    let (cookie, bearer) = (format!("{SESSION}={}", agent.secret), format!("Bearer {}", running.token("acme:agent")));
    for path in ["/v1/me", "/v1/tenants/acme/tickets"] {
        let both = with(&running, "GET", path, &[("Cookie", &cookie), ("Authorization", &bearer)], None).await.expect(400);
        assert_eq!(both.body["code"], "two_credentials");
        for cookies in [
            format!("{cookie}; {cookie}"),
            format!("{SESSION}="),
            format!("{SESSION}=nonsense"),
            format!("{SESSION}={}=", agent.secret),
            format!("{SESSION}=\"{}\"", agent.secret),
            format!("{SESSION}={}", "A".repeat(43)),
            format!("{SESSION}={}", agent.csrf),
            format!("{SESSION}={}", agent.secret.to_uppercase()),
        ] {
            let refused = with(&running, "GET", path, &[("Cookie", &cookies)], None).await.expect(401);
            assert_eq!(refused.body["code"], "credential_invalid", "{cookies}");
        }
        // Of another name, it is no credential at all.
        for name in ["ringfence_session", "__Secure-ringfence_session", "__host-ringfence_session", "X__Host-ringfence_session"] {
            assert_eq!(with(&running, "GET", path, &[("Cookie", &format!("{name}={}", agent.secret))], None).await.expect(401).body["code"], "missing");
        }
        with(&running, "GET", path, &[("Cookie", &format!("theme=dark; {cookie}; lang=en"))], None).await.expect(200);
    }
    drop(running);
    installation.drop().await;
}
