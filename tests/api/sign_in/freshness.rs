//! How fresh a sign-in is: only as fresh as the issuer says in so many words, and never fresher than now.

use crate::issuer_server::{Answer, IssuerServer};
use crate::signer::Signer;
use crate::turned_away;
use jiff::Timestamp;
use ringfence_domain::{Role, TenantId};
use ringfence_identity::sign_in::{SignInClient, place};
use ringfence_store::command::NewMember;
use ringfence_tests::browser::{Begun, SESSION};
use ringfence_tests::{Call, Installation, Running, World};
use serde_json::{Value, json};

const ROLES: &str = "/v1/tenants/acme/roles";

struct Stage {
    installation: Installation,
    running: Running,
    issuer: IssuerServer,
    key: Signer,
}

impl Stage {
    /// `alice` of the test's issuer, by which people sign in, is an admin of acme.
    async fn new() -> Self {
        Self::asking(&[]).await
    }

    /// Where what is dangerous asks for one of these authentication contexts.
    async fn asking(acr_values: &[&str]) -> Self {
        let (issuer, key) = (IssuerServer::start().await, Signer::ed25519());
        issuer.set_keys(&[key.jwk("ed")]);
        let installation = Installation::fresh().await;
        let client = SignInClient { issuer: issuer.url.clone(), client_id: "web".into(), secret: None };
        let running = Running::try_over(&installation, |config| {
            config.sign_in.clients.push(client);
            config.sign_in.step_up.acr_values = acr_values.iter().map(|word| (*word).to_owned()).collect();
        }).await.expect("the service starts");
        let world = World::build(&installation, running.issuer.issuer(), &["acme"]).await;
        let alice = NewMember { issuer: &issuer.url, subject: "alice", name: "Alice", email: None, role: Role::Admin, permissions: None };
        installation.operator().await.add_member(TenantId(world.tenant("acme").id), &alice).await.unwrap().unwrap();
        Self { installation, running, issuer, key }
    }

    /// The way back of a sign-in whose ID token says this about the time of the proof.
    async fn back(&self, auth_time: Value) -> Call {
        self.back_of("", auth_time).await
    }

    async fn back_of(&self, query: &str, auth_time: Value) -> Call {
        self.back_saying(query, auth_time, json!({})).await
    }

    async fn back_saying(&self, query: &str, auth_time: Value, more: Value) -> Call {
        let (begun, given, token) = self.asked(query, auth_time, more).await;
        self.issuer.answer_codes_with(Answer::json(&json!({"access_token": "opaque", "token_type": "Bearer", "id_token": token})));
        // An issuer that does not name itself has a place of its own, for there is another one here.
        let url = format!("{}?code=code&state={}", self.running.url(&format!("/v1/auth/callback/{}", place(&self.issuer.url))), given("state"));
        assert_eq!(given("redirect_uri").replace("%3A", ":").replace("%2F", "/"), url.split('?').next().unwrap());
        self.running.visit(&url, &[begun.cookie()]).await
    }

    /// A sign-in begun, what stands in the way out, and the ID token that answers it.
    async fn asked(&self, query: &str, auth_time: Value, more: Value) -> (Begun, impl Fn(&str) -> String, String) {
        let begun = self.running.begin(&format!("issuer={}{query}", self.issuer.url.replace(':', "%3A").replace('/', "%2F"))).await;
        let page = begun.page.clone();
        let given = move |name: &str| page.split(&format!("{name}=")).nth(1).and_then(|rest| rest.split('&').next()).expect("a parameter").to_owned();
        let now = Timestamp::now().as_second();
        let mut claims = json!({"iss": self.issuer.url, "sub": "alice", "aud": "web", "iat": now, "exp": now + 300, "nonce": given("nonce")});
        if !auth_time.is_null() {
            claims["auth_time"] = auth_time;
        }
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let token = self.key.token("EdDSA", &json!({"typ": "JWT", "alg": "EdDSA", "kid": "ed"}).to_string(), &claims.to_string());
        (begun, given, token)
    }
}

#[tokio::test]
async fn a_sign_in_is_as_fresh_as_the_issuer_says_and_no_fresher() {
    let stage = Stage::new().await;
    let (running, now) = (&stage.running, Timestamp::now().as_second());
    let role = |name: &str| json!({"name": name, "permissions": ["ticket.read"]});
    // Without the claim nobody knows: the issuer's own session may be a month old.
    for (name, auth_time, fresh) in [("unsaid", Value::Null, false), ("now", json!(now), true), ("an hour ago", json!(now - 3600), false)] {
        let browser = running.known(stage.back(auth_time.clone()).await.expect(302).cookie(SESSION).expect("a session")).await;
        let me = running.page(&browser, "GET", "/v1/me", None).await.expect(200);
        assert_eq!(me.body["session"]["authenticated_at"].is_null(), auth_time.is_null(), "{name}: {}", me.text);
        let listed = running.page(&browser, "GET", "/v1/me/sessions", None).await.expect(200);
        let current = listed.body["data"].as_array().unwrap().iter().find(|session| session["is_current"] == true).unwrap().clone();
        assert_eq!(current["authenticated_at"], me.body["session"]["authenticated_at"], "{name}");
        running.page(&browser, "GET", "/v1/tenants/acme/tickets", None).await.expect(200);
        let made = running.page(&browser, "POST", ROLES, Some(&role(name))).await.expect(if fresh { 201 } else { 401 });
        assert!(fresh || made.body["code"] == "step_up_required", "{name}: {}", made.text);
        // One that lies ahead is not fresh until then.
        let sql = "update ringfence.sessions set authenticated_at = now() + interval '1 day' where session_id::text = $1";
        stage.installation.admin().await.execute(sql, &[&browser.session_id]).await.unwrap();
        let refused = running.page(&browser, "POST", ROLES, Some(&role("ahead"))).await.expect(401);
        assert_eq!(refused.body["code"], "step_up_required");
    }
    for ahead in [61 + 5, 86_400] {
        let told = stage.back(json!(Timestamp::now().as_second() + ahead)).await.expect(302);
        assert_eq!((told.header("location"), told.cookie(SESSION)), (Some(format!("{}/?sign_in_error=authenticated_in_the_future", running.url("")).as_str()), None));
        assert_eq!(turned_away(&stage.installation).await.last().map(String::as_str), Some("authenticated_in_the_future"));
    }
    // Asked for, and not said or not reached.
    for (query, answer, code) in [("&max_age=60", Value::Null, "missing_claim"), ("&max_age=60", json!(now - 3600), "authenticated_too_long_ago")] {
        let told = stage.back_of(query, answer).await.expect(302);
        assert_eq!(told.header("location"), Some(format!("{}/?sign_in_error={code}", running.url("")).as_str()));
    }
    drop(stage.running);
    stage.installation.drop().await;
}

/// RFC 8693, 4.1: who acts for another is not the other, and a session would not say so.
#[tokio::test]
async fn an_id_token_by_which_somebody_acts_for_another_opens_no_session() {
    let stage = Stage::new().await;
    let now = Timestamp::now().as_second();
    for act in [json!({"sub": "erin"}), json!({"sub": "erin", "act": {"sub": "dave"}})] {
        let told = stage.back_saying("", json!(now), json!({"act": act})).await.expect(302);
        assert_eq!((told.header("location"), told.cookie(SESSION)), (Some(format!("{}/?sign_in_error=invalid_actor", stage.running.url("")).as_str()), None));
        assert_eq!(turned_away(&stage.installation).await.last().map(String::as_str), Some("invalid_actor"));
    }
    drop(stage.running);
    stage.installation.drop().await;
}

#[tokio::test]
async fn what_is_dangerous_asks_for_a_strong_sign_in_where_the_operator_does() {
    let stage = Stage::asking(&["mfa", "hwk"]).await;
    let (running, now) = (&stage.running, Timestamp::now().as_second());
    for (acr, strong) in [(json!({}), false), (json!({"acr": "pwd"}), false), (json!({"acr": "hwk"}), true)] {
        let browser = running.known(stage.back_saying("", json!(now), acr.clone()).await.expect(302).cookie(SESSION).expect("a session")).await;
        let made = running.page(&browser, "POST", ROLES, Some(&json!({"name": acr.to_string(), "permissions": ["ticket.read"]}))).await.expect(if strong { 201 } else { 401 });
        if !strong {
            assert_eq!((&made.body["code"], &made.body["max_age"], &made.body["acr_values"]), (&json!("step_up_required"), &json!(900), &json!("mfa hwk")));
            assert!(made.header("www-authenticate").unwrap().ends_with("max_age=900, acr_values=\"mfa hwk\""));
        }
        // A token of the same sign-in says it itself.
        let mut claims = json!({"iss": running.issuer.issuer(), "sub": "acme:owner", "aud": "ringfence", "client_id": "web", "iat": now, "exp": now + 300, "auth_time": now, "jti": uuid::Uuid::now_v7()});
        claims.as_object_mut().unwrap().extend(acr.as_object().unwrap().clone());
        let token = running.issuer.sign("at+jwt", &claims).expect("a token");
        running.post(ROLES, &token, json!({"name": format!("by token {acr}"), "permissions": ["ticket.read"]})).await.expect(if strong { 201 } else { 401 });
    }
    drop(stage.running);
    stage.installation.drop().await;
}

/// RFC 9700, section 4.4: an issuer that sends the browser on to another one is not given that one's code.
#[tokio::test]
async fn an_issuers_answer_is_taken_at_its_own_place_alone() {
    let stage = Stage::new().await;
    let (running, now) = (&stage.running, Timestamp::now().as_second());
    for at in ["/v1/auth/callback".to_owned(), format!("/v1/auth/callback/{}", place(running.issuer.issuer())), "/v1/auth/callback/0123456789abcdef".to_owned()] {
        for tail in ["code=code", "error=access_denied"] {
            let (begun, given, token) = stage.asked("", json!(now), json!({})).await;
            stage.issuer.answer_codes_with(Answer::json(&json!({"access_token": "opaque", "token_type": "Bearer", "id_token": token})));
            let call = running.visit(&running.url(&format!("{at}?{tail}&state={}", given("state"))), &[begun.cookie()]).await.expect(401);
            assert_eq!((call.body["code"].as_str(), call.cookie(SESSION)), (Some("issuer_mixed_up"), None), "{at}");
        }
    }
    // Nor is one that names itself taken at another's.
    let begun = running.begin(&format!("issuer={}", running.issuer.issuer().replace(':', "%3A").replace('/', "%2F"))).await;
    let back = running.pick(&begun, "acme:owner").await;
    let elsewhere = back.replacen("/callback?", &format!("/callback/{}?", place(&stage.issuer.url)), 1);
    assert_eq!(running.visit(&elsewhere, &[begun.cookie()]).await.expect(401).body["code"], "issuer_mixed_up");
    drop(stage.running);
    stage.installation.drop().await;
}

#[tokio::test]
async fn an_address_that_merely_looks_alike_is_another() {
    let stage = Stage::new().await;
    let (running, now) = (&stage.running, Timestamp::now().as_second());
    let invited = json!({"email": "Mark@acme.example", "name": "Mark", "role": "agent"});
    let made = running.post("/v1/tenants/acme/invitations", &running.token("acme:owner"), invited).await.expect(201);
    // The sign of the kelvin is a small k in lower case.
    for (email, status) in [("mar\u{212A}@acme.example", 403), ("mArK@ACME.example", 200)] {
        let says = json!({"sub": email, "email": email, "email_verified": true});
        let browser = running.known(stage.back_saying("", json!(now), says).await.expect(302).cookie(SESSION).expect("a session")).await;
        let answer = running.page(&browser, "POST", "/v1/invitations/accept", Some(&json!({"secret": made.body["secret"]}))).await.expect(status);
        assert!(status == 200 || answer.body["code"] == "invitation_for_another", "{}", answer.text);
    }
    drop(stage.running);
    stage.installation.drop().await;
}

#[tokio::test]
async fn what_makes_or_unmakes_those_who_rule_or_read_everything_asks_for_a_fresh_sign_in() {
    let stage = Stage::new().await;
    let (running, now) = (&stage.running, Timestamp::now().as_second());
    let browser = running.known(stage.back(json!(now - 3600)).await.expect(302).cookie(SESSION).expect("a session")).await;
    let me = running.page(&browser, "GET", "/v1/me", None).await.expect(200);
    let alice = format!("/v1/tenants/acme/members/{}", me.body["tenants"][0]["member_id"].as_str().unwrap());
    let owner = running.token("acme:owner");
    running.call("PATCH", &alice, &owner, &[("If-Match", "\"1\"")], Some(&json!({"role": "owner"}))).await.expect(200);
    let invited = json!({"email": "x@x.example", "name": "X", "role": "auditor"});
    let added = json!({"issuer": "https://x.example", "subject": "x", "name": "X", "role": "auditor"});
    for (method, path, body) in [("DELETE", alice.as_str(), None), ("POST", "/v1/tenants/acme/invitations", Some(&invited)), ("POST", "/v1/tenants/acme/members", Some(&added))] {
        let refused = running.page(&browser, method, path, body).await.expect(401);
        assert_eq!(refused.body["code"], "step_up_required", "{method} {path}");
    }
    let fresh = running.known(stage.back(json!(now)).await.expect(302).cookie(SESSION).expect("a session")).await;
    running.page(&fresh, "DELETE", &alice, None).await.expect(204);
    drop(stage.running);
    stage.installation.drop().await;
}

#[tokio::test]
async fn a_session_ends_when_its_owner_is_told_it_does() {
    let stage = Stage::new().await;
    let cookie = stage.back(json!(Timestamp::now().as_second())).await.expect(302).cookie(SESSION).expect("a session");
    let admin = stage.installation.admin().await;
    admin.execute("update ringfence.sessions set idle_expires_at = now() + interval '1 minute'", &[]).await.unwrap();
    let told = stage.running.visit(&stage.running.url("/v1/me"), &[(SESSION, cookie.as_ref())]).await.expect(200);
    let ends: Timestamp = told.body["session"]["idle_expires_at"].as_str().unwrap().parse().unwrap();
    assert!(ends.as_second() > Timestamp::now().as_second() + 25 * 60, "{ends}");
    assert_eq!(ends.as_nanosecond() % 1_000, 0, "no finer than the database keeps times: {ends}");
    drop(stage.running);
    stage.installation.drop().await;
}
