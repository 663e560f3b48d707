//! What a session opens and what ends it.

use crate::turned_away;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ringfence_tests::Call;
use ringfence_tests::browser::SESSION;
use ringfence_tests::world::served;
use serde_json::json;

#[tokio::test]
async fn a_page_signs_in_reads_changes_and_signs_out() {
    let (installation, running, _) = served().await;
    let agent = running.sign_in("acme:agent").await;
    let me = running.page(&agent, "GET", "/v1/me", None).await.expect(200);
    assert_eq!((&me.body["subject"], &me.body["kind"], &me.body["tenants"][0]["slug"]), (&json!("acme:agent"), &json!("user"), &json!("acme")));
    running.page(&agent, "GET", "/v1/tenants/acme/tickets", None).await.expect(200);
    running.page(&agent, "GET", "/v1/tenants/globex/tickets", None).await.expect(404);
    let made = running.page(&agent, "POST", "/v1/tenants/acme/tickets", Some(&json!({"subject": "By a page"}))).await.expect(201);

    // The trail says which session it was.
    let trail = running.get(&format!("/v1/tenants/acme/audit?request_id={}", made.request_id()), &running.token("acme:owner")).await.expect(200);
    let event = &trail.body["data"][0];
    assert_eq!((&event["action"], &event["authentication"], &event["session_id"]), (&json!("ticket.created"), &json!("session"), &json!(agent.session_id)));

    let out = running.page(&agent, "POST", "/v1/auth/sign-out", Some(&json!({}))).await.expect(200);
    // The page sees no token: the browser is sent on with it by the service.
    let envelope = out.body["end_session_url"].as_str().unwrap().strip_prefix(&running.url("/v1/auth/sign-out/issuer?envelope=")).expect("an envelope");
    assert!(!out.text.contains("eyJ") && !out.text.contains(&URL_SAFE_NO_PAD.encode("eyJ")[..4]), "{}", out.text);
    let leads = running.send(running.client().get(running.url(&format!("/v1/auth/sign-out/issuer?envelope={envelope}")))).await.expect(302);
    assert!(leads.header("location").unwrap().starts_with(&format!("{}/sign-out?id_token_hint=eyJ", running.issuer.issuer())));
    assert_eq!(leads.header("referrer-policy"), Some("no-referrer"));
    assert!(out.header("set-cookie").unwrap().starts_with(&format!("{SESSION}=; Max-Age=0;")));
    for path in ["/v1/me", "/v1/me/sessions", "/v1/tenants/acme/tickets"] {
        let refused = running.page(&agent, "GET", path, None).await.expect(401);
        assert_eq!(refused.body["code"], "credential_invalid", "{path}");
    }
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn one_lists_and_ends_ones_own_sessions_and_nobody_elses() {
    let (installation, running, _) = served().await;
    let (here, there, other) = (running.sign_in("acme:agent").await, running.sign_in("acme:agent").await, running.sign_in("acme:owner").await);
    let listed = running.page(&here, "GET", "/v1/me/sessions", None).await.expect(200);
    let sessions = listed.body["data"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().filter(|s| s["is_current"] == true).map(|s| &s["session_id"]).collect::<Vec<_>>(), [&json!(here.session_id)]);
    // By a bearer token of the same person too; it is no session itself.
    let by_token = running.get("/v1/me/sessions", &running.token("acme:agent")).await.expect(200);
    assert!(by_token.body["data"].as_array().unwrap().iter().all(|s| s["is_current"] == false));

    let path = |id: &str| format!("/v1/me/sessions/{id}");
    running.page(&here, "DELETE", &path(&other.session_id), None).await.expect(404);
    running.page(&here, "DELETE", &path("00000000-0000-0000-0000-000000000000"), None).await.expect(404);
    running.page(&other, "GET", "/v1/me", None).await.expect(200);
    let elsewhere = running.page(&here, "DELETE", &path(&there.session_id), None).await.expect(204);
    assert_eq!(elsewhere.header("set-cookie"), None);
    running.page(&there, "GET", "/v1/tenants/acme/tickets", None).await.expect(401);
    running.page(&here, "DELETE", &path(&there.session_id), None).await.expect(404);
    running.page(&here, "GET", "/v1/tenants/acme/tickets", None).await.expect(200);
    // Whoever ends the session that they are in keeps no cookie of it.
    let own = running.page(&here, "DELETE", &path(&here.session_id), None).await.expect(204);
    assert!(own.header("set-cookie").unwrap_or_default().starts_with(&format!("{SESSION}=; Max-Age=0;")), "{:?}", own.headers);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn whoever_acts_for_somebody_sees_and_ends_none_of_their_sessions() {
    let (installation, running, _) = served().await;
    let owner = running.sign_in("acme:owner").await;
    let now = Timestamp::now().as_second();
    let acting = |actor: &str| {
        let claims = json!({"iss": running.issuer.issuer(), "sub": "acme:owner", "aud": "ringfence", "client_id": "web", "iat": now, "exp": now + 300, "jti": uuid::Uuid::now_v7(), "act": {"sub": actor}});
        running.issuer.sign("at+jwt", &claims).expect("a token")
    };
    let path = format!("/v1/me/sessions/{}", owner.session_id);
    let admin = installation.admin().await;
    let told = async |call: &Call, actor: &str| -> bool {
        let sql = "select exists (select from ringfence.identities i where i.subject = $2 and e.details ->> 'actor_identity_id' = i.identity_id::text)
                     from (select request_id, action, details from ringfence.audit_inbox union all select request_id, action, details from ringfence.installation_events) e
                    where request_id = $1 and action <> 'identity.authenticated'";
        admin.query_one(sql, &[&call.request_id().parse::<uuid::Uuid>().unwrap(), &actor]).await.unwrap().get(0)
    };
    for actor in ["acme:agent", "total-stranger"] {
        for (method, path) in [("GET", "/v1/me/sessions"), ("DELETE", path.as_str())] {
            let refused = running.call(method, path, &acting(actor), &[], None).await.expect(403);
            assert!(told(&refused, actor).await, "{method} by {actor}");
        }
        let refused = running.post("/v1/invitations/accept", &acting(actor), json!({"secret": "x"})).await.expect(403);
        assert!(told(&refused, actor).await, "a place taken by {actor}");
        assert!(told(&running.get("/v1/me", &acting(actor)).await.expect(200), actor).await);
    }
    running.page(&owner, "GET", "/v1/me", None).await.expect(200);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn the_trail_tells_who_ended_a_session_from_whose_it_was() {
    let (installation, running, _) = served().await;
    let (here, there) = (running.sign_in("acme:agent").await, running.sign_in("acme:agent").await);
    let ended = running.page(&here, "DELETE", &format!("/v1/me/sessions/{}", there.session_id), None).await.expect(204);
    let out = running.page(&here, "POST", "/v1/auth/sign-out", None).await.expect(200);
    let third = running.sign_in("acme:agent").await;
    let by_token = running.call("DELETE", &format!("/v1/me/sessions/{}", third.session_id), &running.token("acme:agent"), &[], None).await.expect(204);
    let admin = installation.admin().await;
    for (call, by, how, which) in [(&ended, Some(&here), "session", &there), (&out, Some(&here), "session", &here), (&by_token, None, "bearer", &third)] {
        let sql = "select session_id, authentication, object_id::text from (select * from ringfence.audit_inbox where action = 'session.ended') e where request_id = $1
                   union all select session_id, authentication, object_id::text from ringfence.installation_events where action = 'session.ended' and request_id = $1";
        let row = admin.query_one(sql, &[&call.request_id().parse::<uuid::Uuid>().unwrap()]).await.unwrap();
        let named: Option<String> = row.get(0);
        assert_eq!((row.get(1), row.get(2)), (how, which.session_id.as_str()));
        assert!(by.map_or(named.as_deref() != Some(which.session_id.as_str()), |by| named.as_deref() == Some(by.session_id.as_str())), "{how}");
    }
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn nothing_is_kept_of_sessions_whose_time_is_over() {
    let (installation, running, _) = served().await;
    let (idle, live) = (running.sign_in("acme:agent").await, running.sign_in("acme:agent").await);
    let admin = installation.admin().await;
    admin.execute("update ringfence.sessions set idle_expires_at = now() - interval '1 second' where session_id::text = $1", &[&idle.session_id]).await.unwrap();
    running.sign_in("acme:owner").await;
    let kept: Vec<String> = admin.query("select session_id::text from ringfence.sessions", &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(!kept.contains(&idle.session_id) && kept.contains(&live.session_id) && kept.len() == 2, "{kept:?}");
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_session_ends_by_idleness_and_by_age_and_a_request_keeps_it_from_the_first_alone() {
    let (installation, running, _) = served().await;
    let admin = installation.admin().await;
    for column in ["idle_expires_at", "expires_at", "ended_at"] {
        let agent = running.sign_in("acme:agent").await;
        running.page(&agent, "GET", "/v1/tenants/acme/tickets", None).await.expect(200);
        admin.execute(&format!("update ringfence.sessions set {column} = now() - interval '1 second' where session_id = '{}'", agent.session_id), &[]).await.unwrap();
        for path in ["/v1/me", "/v1/tenants/acme/tickets"] {
            assert_eq!(running.page(&agent, "GET", path, None).await.expect(401).body["code"], "credential_invalid", "{column} {path}");
        }
    }

    let agent = running.sign_in("acme:agent").await;
    let times = async || {
        let row = admin.query_one("select idle_expires_at > now() + interval '29 minutes', expires_at > now() + interval '2 hours' from ringfence.sessions where session_id::text = $1", &[&agent.session_id]).await.unwrap();
        (row.get::<_, bool>(0), row.get::<_, bool>(1))
    };
    // As if it had been seen ten minutes ago, by another process.
    admin
        .execute("update ringfence.sessions set last_seen_at = now() - interval '10 minutes', idle_expires_at = now() + interval '20 minutes', expires_at = now() + interval '1 hour' where session_id::text = $1", &[&agent.session_id])
        .await
        .unwrap();
    drop(running);
    let running = ringfence_tests::Running::over(&installation).await;
    // Whose member they are is no matter here: the session is there.
    running.page(&agent, "GET", "/v1/me", None).await.expect(200);
    for _ in 0..100 {
        if times().await.0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(times().await, (true, false), "the idle time begins anew, the end stays");
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_session_in_use_outlives_an_idle_time_of_a_few_seconds() {
    let installation = ringfence_tests::Installation::fresh().await;
    let idle = jiff::SignedDuration::from_secs(4);
    let running = ringfence_tests::Running::try_over(&installation, |config| config.sign_in.limits.idle = idle).await.unwrap();
    let somebody = running.sign_in("newcomer").await;
    // Three times as long as it lasts unused.
    for _ in 0..24 {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        running.page(&somebody, "GET", "/v1/me", None).await.expect(200);
    }
    tokio::time::sleep(std::time::Duration::from_millis(4_500)).await;
    running.page(&somebody, "GET", "/v1/me", None).await.expect(401);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn nobody_is_sent_to_an_issuer_by_an_envelope_that_no_sign_out_made() {
    let (installation, running, _) = served().await;
    let go = async |query: &str| running.send(running.client().get(running.url(&format!("/v1/auth/sign-out/issuer{query}")))).await;
    for query in ["", "?envelope=", "?envelope=a&envelope=b", "?envelope=a&return_to=/"] {
        go(query).await.expect(400);
    }
    for envelope in ["a".to_owned(), URL_SAFE_NO_PAD.encode([0; 100]), URL_SAFE_NO_PAD.encode("https://evil.example/")] {
        let refused = go(&format!("?envelope={envelope}")).await.expect(401);
        assert_eq!((&refused.body["code"], refused.header("location")), (&json!("envelope_invalid"), None));
    }
    assert_eq!(turned_away(&installation).await, ["envelope_invalid"; 3]);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_sign_out_needs_no_body_and_takes_no_other() {
    let (installation, running, _) = served().await;
    let somebody = running.sign_in("newcomer").await;
    let (cookie, origin) = (format!("{SESSION}={}", somebody.secret), running.url(""));
    let asked = || running.client().post(running.url("/v1/auth/sign-out")).header("Cookie", &cookie).header("Origin", &origin).header("X-CSRF-Token", &somebody.csrf);
    running.send(asked().body("return_to=/")).await.expect(415);
    running.send(asked().header("Content-Type", "text/plain")).await.expect(415);
    assert!(running.send(asked()).await.expect(200).body["end_session_url"].is_string());
    running.page(&somebody, "GET", "/v1/me", None).await.expect(401);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_removed_member_keeps_a_session_that_opens_nothing_there() {
    let (installation, running, world) = served().await;
    let agent = running.sign_in("acme:agent").await;
    running.page(&agent, "GET", "/v1/tenants/acme/tickets", None).await.expect(200);
    let path = format!("/v1/tenants/acme/members/{}", world.tenant("acme").members["agent"]);
    running.call("DELETE", &path, &running.token("acme:owner"), &[], None).await.expect(204);
    running.page(&agent, "GET", "/v1/tenants/acme/tickets", None).await.expect(404);
    assert_eq!(running.page(&agent, "GET", "/v1/me", None).await.expect(200).body["tenants"], json!([]));
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn what_is_dangerous_needs_a_fresh_sign_in_and_a_service_needs_none() {
    let (installation, running, world) = served().await;
    let admin = installation.admin().await;
    let owner = running.sign_in("acme:owner").await;
    admin.execute("update ringfence.sessions set authenticated_at = now() - interval '16 minutes' where session_id::text = $1", &[&owner.session_id]).await.unwrap();
    let input = |role: &str| json!({"issuer": "https://id.example.com", "subject": role, "name": "Colleague", "role": role});
    let path = format!("/v1/tenants/acme/members/{}", world.tenant("acme").members["agent"]);
    for role in ["owner", "admin"] {
        let refused = running.page(&owner, "POST", "/v1/tenants/acme/members", Some(&input(role))).await.expect(401);
        assert_eq!(refused.body["code"], "step_up_required");
        // Who was turned away is known, and told to both trails.
        let sql = "select tenant_id is null, actor_id, identity_id is not null, actor_kind, session_id from ringfence.audit_inbox where request_id = $1 and rule = 'step_up_required'
                   union all select false, actor_id, identity_id is not null, actor_kind, session_id from ringfence.audit_events where request_id = $1 and rule = 'step_up_required'
                   union all select true, null, identity_id is not null, actor_kind, session_id from ringfence.installation_events where request_id = $1 and rule = 'step_up_required'
                   order by 1";
        let told = admin.query(sql, &[&refused.request_id().parse::<uuid::Uuid>().unwrap()]).await.unwrap();
        assert_eq!(told.iter().map(|row| row.get(0)).collect::<Vec<bool>>(), [false, true]);
        for row in &told {
            assert_eq!((row.get(2), row.get(3), row.get(4)), (true, "user", Some(owner.session_id.as_str())));
        }
        assert_eq!(told[0].get::<_, Option<uuid::Uuid>>(1), Some(world.tenant("acme").members["owner"]));
        assert_eq!(refused.body["max_age"], 900, "for pages, which read no challenge");
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer error=\"insufficient_user_authentication\"") && challenge.contains("max_age=900"), "{challenge}");
    }
    running.page(&owner, "POST", "/v1/tenants/acme/members", Some(&input("agent"))).await.expect(201);
    let origin = running.url("");
    let cookie = format!("{SESSION}={}", owner.secret);
    let headers = [("Cookie", cookie.as_str()), ("Origin", origin.as_str()), ("X-CSRF-Token", owner.csrf.as_str()), ("If-Match", "\"1\"")];
    assert_eq!(running.call("PATCH", &path, "", &headers, Some(&json!({"role": "admin"}))).await.expect(401).body["code"], "step_up_required");

    // A service and a role of the tenant's own may hold whatever an owner gives them.
    let fresh = running.token("acme:owner");
    let role = running.post("/v1/tenants/acme/roles", &fresh, json!({"name": "Everything", "permissions": ["member.manage"]})).await.expect(201).body["role_id"].clone();
    for (role, more) in [("service", json!({"permissions": ["owner.manage"]})), ("custom", json!({"role_id": role}))] {
        let mut body = input(role);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(running.page(&owner, "POST", "/v1/tenants/acme/members", Some(&body)).await.expect(401).body["code"], "step_up_required");
    }
    let service = format!("/v1/tenants/acme/members/{}", world.tenant("acme").members["service"]);
    for (member, body) in [
        (&service, json!({"permissions": ["owner.manage"]})),
        (&service, json!({"permissions": null})),
        (&path, json!({"role": "custom", "role_id": role})),
        (&path, json!({"role": "service", "permissions": []})),
        (&path, json!({"role_id": role})),
    ] {
        assert_eq!(running.call("PATCH", member, "", &headers, Some(&body)).await.expect(401).body["code"], "step_up_required", "{body}");
    }
    running.call("PATCH", &path, "", &headers, Some(&json!({"role": "light_agent"}))).await.expect(200);

    // The way out: the same person proves themselves again, and the page goes on.
    let begun = running.begin("max_age=60").await;
    assert!(begun.page.contains("max_age=60"), "{}", begun.page);
    let owner = running.sign_in("acme:owner").await;
    running.page(&owner, "POST", "/v1/tenants/acme/members", Some(&input("owner"))).await.expect(201);
    running.post("/v1/tenants/acme/members", &running.token("acme:owner"), input("admin")).await.expect(201);
    drop(running);
    installation.drop().await;
}
