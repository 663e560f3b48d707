//! Who is asked to sign in again for what is dangerous: whoever could do it, and nobody whom it would not help.

use jiff::Timestamp;
use ringfence_tests::world::served;
use ringfence_tests::{Call, Running};
use serde_json::{Value, json};
use uuid::Uuid;

const BASE: &str = "/v1/tenants/acme";

/// What no role of a tenant's own making may hold: an owner has it.
const ABOVE: [&str; 3] = ["owner.manage", "break_glass.grant", "agreement.manage"];

/// A good bearer token that does not say when its person signed in.
fn stale(running: &Running, subject: &str, more: &Value) -> String {
    let now = Timestamp::now().as_second();
    let mut claims = json!({"iss": running.issuer.issuer(), "sub": subject, "aud": "ringfence", "client_id": "web", "iat": now, "exp": now + 300, "jti": Uuid::now_v7()});
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    running.issuer.sign("at+jwt", &claims).expect("a token")
}

/// Dangerous operations, and the rights of which each asks for one.
fn dangerous(running: &Running, role: &str, agreement: &str) -> Vec<(&'static str, String, Value, Vec<&'static str>)> {
    let issuer = running.issuer.issuer();
    vec![
        ("POST", format!("{BASE}/break-glass"), json!({"issuer": issuer, "subject": "x", "name": "X", "role": "auditor", "hours": 1, "reason": "to be refused"}), vec!["break_glass.grant"]),
        ("POST", format!("{BASE}/api-tokens"), json!({"name": "x", "scopes": ["member.read"]}), vec!["token.create", "token.manage"]),
        ("POST", format!("{BASE}/service-accounts"), json!({"name": "x", "permissions": ["member.read"]}), vec!["member.manage"]),
        ("POST", format!("{BASE}/roles"), json!({"name": "x", "permissions": ["member.read"]}), vec!["role.manage"]),
        ("PATCH", format!("{BASE}/roles/{role}"), json!({"name": "y"}), vec!["role.manage"]),
        ("POST", format!("{BASE}/agreements"), json!({"partner": "globex", "direction": "both", "actions": ["ticket.escalate"], "fields": ["subject"], "expires_at": "2099-01-01T00:00:00Z"}), vec!["agreement.manage"]),
        ("PUT", format!("{BASE}/agreements/{agreement}/state"), json!({"state": "revoked"}), vec!["agreement.manage"]),
        ("PUT", format!("{BASE}/sign-in-settings"), json!({"required_issuers": null}), vec!["settings.change"]),
        ("PUT", format!("{BASE}/provisioning-settings"), json!({"issuer": issuer, "default_role": "requester", "role_map": {}}), vec!["settings.change"]),
    ]
}

async fn tried(running: &Running, method: &str, path: &str, body: &Value, token: &str) -> Call {
    let headers: &[(&str, &str)] = if method == "POST" { &[] } else { &[("If-Match", "\"1\"")] };
    running.call(method, path, token, headers, Some(body)).await
}

#[tokio::test]
async fn whoever_holds_the_right_is_asked_and_whoever_lacks_it_is_refused() {
    let (installation, running, _) = served().await;
    let owner = running.token("acme:owner");
    let everything: Vec<String> = {
        let me = running.get("/v1/me", &owner).await.expect(200);
        me.body["tenants"][0]["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap().to_owned()).collect()
    };
    let made = running.post(&format!("{BASE}/roles"), &owner, json!({"name": "Changed", "permissions": ["member.read"]})).await.expect(201);
    let agreement = running.post(&format!("{BASE}/agreements"), &owner, json!({"partner": "globex", "direction": "both", "actions": ["ticket.escalate"], "fields": ["subject"], "expires_at": "2099-01-01T00:00:00Z"})).await.expect(201);
    let custom = async |subject: &str, permissions: Vec<String>| {
        let role = running.post(&format!("{BASE}/roles"), &owner, json!({"name": subject, "permissions": permissions})).await.expect(201);
        let member = json!({"issuer": running.issuer.issuer(), "subject": subject, "name": subject, "role": "custom", "role_id": role.body["role_id"]});
        running.post(&format!("{BASE}/members"), &owner, member).await.expect(201);
        stale(&running, subject, &json!({}))
    };
    for (n, (method, path, body, rights)) in dangerous(&running, made.body["role_id"].as_str().unwrap(), agreement.body["agreement_id"].as_str().unwrap()).into_iter().enumerate() {
        for right in &rights {
            let token = if ABOVE.contains(right) {
                stale(&running, "acme:owner", &json!({}))
            } else {
                custom(&format!("{n}:{right}"), vec!["member.read".into(), "agreement.read".into(), "settings.read".into(), (*right).to_owned()]).await
            };
            let asked = tried(&running, method, &path, &body, &token).await.expect(401);
            assert_eq!(asked.body["code"], "step_up_required", "{method} {path} with {right}");
        }
        let others = everything.iter().filter(|permission| !rights.contains(&permission.as_str()) && !ABOVE.contains(&permission.as_str())).cloned().collect();
        let refused = tried(&running, method, &path, &body, &custom(&format!("{n}:others"), others).await).await.expect(403);
        assert_eq!(refused.body["code"], "forbidden", "{method} {path}");
        // Where nobody lets them in, there is nothing.
        assert_eq!(tried(&running, method, &path, &body, &stale(&running, "stranger", &json!({}))).await.expect(404).body["code"], "not_found");
    }
    drop(running);
    installation.drop().await;
}

/// RFC 9068 says what a client's own token looks like at most issuers; who is a service here, the tenant says.
#[tokio::test]
async fn a_service_is_who_the_tenant_says_and_not_how_its_token_looks() {
    let (installation, running, _) = served().await;
    let (owner, roles) = (running.token("acme:owner"), format!("{BASE}/roles"));
    let service = json!({"issuer": running.issuer.issuer(), "subject": "5f3c", "name": "Machine", "role": "service", "permissions": ["role.manage", "member.read", "act_as"]});
    running.post(&format!("{BASE}/members"), &owner, service).await.expect(201);
    let kind = async |call: &Call| {
        let told = running.get(&format!("{BASE}/audit?request_id={}", call.request_id()), &owner).await.expect(200);
        told.body["data"][0]["actor_kind"].clone()
    };
    for (n, client) in [json!({"client_id": "machine"}), json!({"client_id": "5f3c"}), json!({"client_id": "web"})].iter().enumerate() {
        let made = running.post(&roles, &stale(&running, "5f3c", client), json!({"name": format!("By a service {n}"), "permissions": ["member.read"]})).await.expect(201);
        assert_eq!(kind(&made).await, "service");
    }
    // A person is one in whatever client's name.
    let as_client = stale(&running, "acme:owner", &json!({"client_id": "acme:owner"}));
    assert_eq!(running.post(&roles, &as_client, json!({"name": "By a person", "permissions": ["member.read"]})).await.expect(401).body["code"], "step_up_required");
    assert_eq!(kind(&running.get(&format!("{BASE}/tickets"), &as_client).await.expect(200)).await, "user");
    // A service that acts for a person stands in for their sign-in.
    let acting = stale(&running, "acme:owner", &json!({"act": {"sub": "5f3c"}}));
    assert_eq!(running.post(&roles, &acting, json!({"name": "For a person", "permissions": ["member.read"]})).await.expect(401).body["code"], "step_up_required");
    drop(running);
    installation.drop().await;
}
