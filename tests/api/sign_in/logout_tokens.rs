//! What an issuer has to say to end sessions (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6): whatever else it
//! signs ends none.

use crate::turned_away;
use jiff::Timestamp;
use ringfence_identity::development::CLIENT_ID;
use ringfence_tests::world::served;
use ringfence_tests::{Call, Running};
use serde_json::{Value, json};
use uuid::Uuid;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The issuer ends the sessions of acme's agent; some claims are replaced, and null removes one.
async fn said(running: &Running, typ: &str, changes: &Value) -> Call {
    let now = Timestamp::now().as_second();
    let mut claims = json!({"iss": running.issuer.issuer(), "sub": "acme:agent", "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": Uuid::now_v7(), "events": {EVENT: {}}});
    let whole = claims.as_object_mut().unwrap();
    whole.extend(changes.as_object().unwrap().clone());
    whole.retain(|_, value| !value.is_null());
    let token = running.issuer.sign(typ, &claims).expect("a token");
    let form = running.client().post(running.url("/v1/auth/backchannel-logout")).header("Content-Type", "application/x-www-form-urlencoded");
    running.send(form.body(format!("logout_token={token}"))).await
}

#[tokio::test]
async fn whatever_else_an_issuer_signs_ends_no_session() {
    let (installation, running, _) = served().await;
    let agent = running.sign_in("acme:agent").await;
    let now = Timestamp::now().as_second();
    let hostile = [
        ("wrong_audience", json!({"aud": "another-client"})),
        ("wrong_audience", json!({"aud": ["another-client", "ringfence"]})),
        ("missing_claim", json!({"aud": null})),
        ("wrong_token_type", json!({"nonce": "n-0S6_WzA2Mj"})),
        ("wrong_token_type", json!({"events": null})),
        ("wrong_token_type", json!({"events": {}})),
        ("wrong_token_type", json!({"events": [EVENT]})),
        ("wrong_token_type", json!({"events": {EVENT: true}})),
        ("wrong_token_type", json!({"events": {"https://schemas.openid.net/secevent/caep/event-type/session-revoked": {}}})),
        ("expired", json!({"iat": now - 11 * 60})),
        ("expired", json!({"iat": now - 11 * 60, "exp": null})),
        ("expired", json!({"iat": now - 120, "exp": now - 61})),
        ("issued_in_the_future", json!({"iat": now + 120, "exp": now + 240})),
        ("missing_claim", json!({"iat": null})),
        ("missing_claim", json!({"sub": null})),
        ("invalid_subject", json!({"sub": ""})),
        ("missing_claim", json!({"jti": null})),
        ("missing_claim", json!({"jti": ""})),
    ];
    for (code, changes) in &hostile {
        let refused = said(&running, "logout+jwt", changes).await;
        assert_eq!((refused.status, &refused.body["code"]), (400, &json!(code)), "{changes}");
        running.page(&agent, "GET", "/v1/me", None).await.expect(200);
    }
    assert_eq!(said(&running, "at+jwt", &json!({})).await.expect(400).body["code"], "wrong_token_type");
    let told: Vec<&str> = hostile.iter().map(|(code, _)| *code).chain(["wrong_token_type"]).collect();
    assert_eq!(turned_away(&installation).await, told);

    // Good, and of another of the issuer's sessions; older issuers leave out when the token expires.
    let another = json!({"sub": null, "sid": "another", "iat": now - 9 * 60, "exp": null});
    said(&running, "logout+jwt", &another).await.expect(204);
    running.page(&agent, "GET", "/v1/me", None).await.expect(200);
    said(&running, "logout+jwt", &json!({})).await.expect(204);
    assert_eq!(running.page(&agent, "GET", "/v1/me", None).await.expect(401).body["code"], "credential_invalid");
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn an_issuer_ends_one_of_its_sessions_or_all_of_a_subjects_and_nobody_elses() {
    let (installation, running, _) = served().await;
    let admin = installation.admin().await;
    let browsers = [running.sign_in("acme:agent").await, running.sign_in("acme:agent").await, running.sign_in("acme:agent").await, running.sign_in("acme:owner").await];
    let row = admin.query_one("select issuer_session_id from ringfence.sessions where session_id::text = $1", &[&browsers[0].session_id]).await.unwrap();
    let sid: String = row.get(0);
    for (changes, statuses) in [
        // One that is not the subject's.
        (json!({"sub": "acme:owner", "sid": sid}), [200, 200, 200, 200]),
        (json!({"sub": null, "sid": sid}), [401, 200, 200, 200]),
        (json!({}), [401, 401, 401, 200]),
    ] {
        said(&running, "logout+jwt", &changes).await.expect(204);
        for (browser, status) in browsers.iter().zip(statuses) {
            assert_eq!(running.page(browser, "GET", "/v1/me", None).await.status, status, "{changes}");
        }
    }
    drop(running);
    installation.drop().await;
}
