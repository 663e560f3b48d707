//! What is known of a credential afterwards: who was refused with it, and when it was used last.

use crate::{BASE, Stage, TOKENS};
use ringfence_tests::Call;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

/// What the trails say of a request: whether of a tenant, what was done, whether the identity named is this subject's, and with what.
type Told = (bool, String, Option<bool>, Option<String>);

async fn told(admin: &Client, call: &Call, subject: &str) -> Vec<Told> {
    let sql = "select e.tenant_id is not null, e.action, (select i.subject = $2 from ringfence.identities i where i.identity_id = e.identity_id), e.session_id
                 from (select tenant_id, request_id, action, identity_id, session_id from ringfence.audit_inbox
                       union all select tenant_id, request_id, action, identity_id, session_id from ringfence.audit_events
                       union all select null, request_id, action, identity_id, session_id from ringfence.installation_events) e
                where e.request_id = $1 order by 1, 2";
    let rows = admin.query(sql, &[&call.request_id().parse::<Uuid>().unwrap(), &subject]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
}

#[tokio::test]
async fn a_refused_change_is_recorded_with_who_asked_for_it() {
    let stage = Stage::new().await;
    let agent = json!(stage.acme().members["agent"]);
    let browser = stage.running.sign_in("acme:agent").await;
    let (token, token_id) = stage.token(&stage.bearer("agent"), &["ticket.read"]).await;
    let (roles, groups, tickets) = (format!("{BASE}/roles"), format!("{BASE}/groups"), format!("{BASE}/tickets"));
    let (role, group, ticket) = (json!({"name": "x", "permissions": []}), json!({"name": "x"}), json!({"subject": "x"}));
    for (path, body, action) in [(&roles, &role, "role.created"), (&groups, &group, "group.created")] {
        let by_page = stage.running.page(&browser, "POST", path, Some(body)).await.expect(403);
        let by_token = stage.post(path, &token, body.clone()).await.expect(403);
        let by_bearer = stage.post(path, &stage.bearer("agent"), body.clone()).await.expect(403);
        for (call, shown) in [(&by_page, json!(browser.session_id)), (&by_token, json!(token_id)), (&by_bearer, Value::Null)] {
            let event = stage.event(call, action).await;
            assert_eq!((&event["decision"], &event["actor_id"], &event["actor_kind"]), (&json!("deny"), &agent, &json!("user")), "{event}");
            assert!(event["identity_id"].is_string() && (shown.is_null() || event["session_id"] == shown), "{event}");
        }
    }
    // The first ticket of a service's life takes numbers beforehand, and says no less.
    let refused = stage.post(&tickets, &stage.bearer("auditor"), ticket.clone()).await.expect(403);
    assert_eq!(stage.event(&refused, "ticket.created").await["actor_id"], json!(stage.acme().members["auditor"]));

    // A broken glass is in the trail at a refused use too.
    let grant = json!({"issuer": stage.running.issuer.issuer(), "subject": "on-call", "name": "On call", "role": "auditor", "hours": 1, "reason": "somebody has to look"});
    let granted = stage.post(&format!("{BASE}/break-glass"), &stage.bearer("owner"), grant).await.expect(201);
    let on_call = stage.running.token("on-call");
    for (path, body, action) in [(&tickets, &ticket, "ticket.created"), (&groups, &group, "group.created")] {
        let refused = stage.post(path, &on_call, body.clone()).await.expect(403);
        assert_eq!(stage.event(&refused, action).await["actor_id"], granted.body["member_id"]);
        let used = stage.event(&refused, "break_glass.used").await;
        assert_eq!((&used["decision"], &used["object_id"], &used["actor_id"]), (&json!("deny"), &granted.body["grant_id"], &granted.body["member_id"]));
    }
    stage.end().await;
}

#[tokio::test]
async fn whoever_was_not_let_in_is_known_by_their_session_and_a_token_by_its_owner() {
    let stage = Stage::new().await;
    let admin = stage.installation.admin().await;
    let told = async |call: &Call, subject: &str| told(&admin, call, subject).await;
    let browser = stage.running.sign_in("acme:agent").await;
    for (path, tenants) in [("/v1/tenants/globex/tickets/1", [false, true].as_slice()), ("/v1/tenants/nonesuch/tickets/1", &[false])] {
        let denied = stage.running.page(&browser, "GET", path, None).await.expect(404);
        let expected: Vec<_> = tenants.iter().map(|tenant| (*tenant, "tenant.entry_denied".to_owned(), Some(true), Some(browser.session_id.clone()))).collect();
        assert_eq!(told(&denied, "acme:agent").await, expected, "{path}");
    }
    let (token, id) = stage.token(&stage.bearer("agent"), &["ticket.read"]).await;
    let me = stage.running.get("/v1/me", &token).await.expect(200);
    let expected = ["identity.authenticated", "identity.read"].map(|action| (false, action.to_owned(), Some(true), Some(id.to_string())));
    assert_eq!(told(&me, "acme:agent").await, expected);
    let me = stage.running.page(&browser, "GET", "/v1/me", None).await.expect(200);
    assert!(told(&me, "acme:agent").await.contains(&(false, "identity.read".to_owned(), Some(true), Some(browser.session_id.clone()))));
    stage.end().await;
}

#[tokio::test]
async fn what_has_ended_or_is_kept_out_is_known_by_its_id_to_the_trail_of_its_tenant() {
    let stage = Stage::new().await;
    let admin = stage.installation.admin().await;
    let tickets = format!("{BASE}/tickets");
    let both = |action: &str, id: &str| [false, true].map(|tenant| (tenant, action.to_owned(), Some(true), Some(id.to_owned()))).to_vec();
    for ended in ["revoked_at = now()", "created_at = now() - interval '2 days', expires_at = now() - interval '1 second'"] {
        let (token, id) = stage.token(&stage.bearer("agent"), &["ticket.read"]).await;
        admin.execute(&format!("update ringfence.api_tokens set {ended} where api_token_id = $1"), &[&id]).await.unwrap();
        for _ in 0..2 {
            let refused = stage.running.get(&tickets, &token).await.expect(401);
            assert_eq!(told(&admin, &refused, "acme:agent").await, both("identity.rejected", &id.to_string()), "{ended}");
        }
        // What another tenant's token is called is nobody's business here.
        let refused = stage.running.get("/v1/tenants/globex/tickets", &token).await.expect(401);
        assert_eq!(told(&admin, &refused, "acme:agent").await, [false, true].map(|tenant| (tenant, "identity.rejected".to_owned(), None, None)));
    }
    for ended in ["ended_at = now()", "idle_expires_at = now() - interval '1 second'", "expires_at = now() - interval '1 second'"] {
        let browser = stage.running.sign_in("acme:agent").await;
        let id: Uuid = browser.session_id.parse().unwrap();
        admin.execute(&format!("update ringfence.sessions set {ended} where session_id = $1"), &[&id]).await.unwrap();
        let refused = stage.running.page(&browser, "GET", &tickets, None).await.expect(401);
        assert_eq!(told(&admin, &refused, "acme:agent").await, both("identity.rejected", &browser.session_id), "{ended}");
        let refused = stage.running.page(&browser, "GET", "/v1/me", None).await.expect(401);
        assert_eq!(told(&admin, &refused, "acme:agent").await, both("identity.rejected", &browser.session_id)[..1], "{ended}");
    }
    let (token, id) = stage.token(&stage.bearer("agent"), &["ticket.read"]).await;
    for (kept_out, undone) in [("required_issuers = '{https://id.example.com}'", "required_issuers = null"), ("status = 'suspended', suspended_at = now()", "status = 'active', suspended_at = null")] {
        admin.execute(&format!("update ringfence.tenants set {kept_out} where slug = 'acme'"), &[]).await.unwrap();
        let refused = stage.running.get(&tickets, &token).await.expect(404);
        assert_eq!(told(&admin, &refused, "acme:agent").await, both("tenant.entry_denied", &id.to_string()), "{kept_out}");
        admin.execute(&format!("update ringfence.tenants set {undone} where slug = 'acme'"), &[]).await.unwrap();
    }
    stage.running.get(&tickets, &token).await.expect(200);
    stage.end().await;
}

#[tokio::test]
async fn the_last_use_of_a_token_is_known_to_the_minute() {
    let stage = Stage::new().await;
    let agent = stage.bearer("agent");
    let (token, id) = stage.token(&agent, &["ticket.read"]).await;
    let path = format!("{TOKENS}/{id}");
    assert!(stage.running.get(&path, &agent).await.expect(200).body["last_used_at"].is_null());
    let used = async |token: &str, path: &str| {
        stage.running.get(&format!("{BASE}/tickets"), token).await.expect(200);
        for _ in 0..200 {
            let used = stage.running.get(path, &agent).await.expect(200).body["last_used_at"].clone();
            if used.is_string() {
                return used;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("it was used");
    };
    used(&token, &path).await;
    let admin = stage.installation.admin().await;
    admin.execute("update ringfence.api_tokens set created_at = now() - interval '2 hours', last_used_at = now() - interval '1 hour' where api_token_id = $1", &[&id]).await.unwrap();
    let before = stage.running.get(&path, &agent).await.expect(200).body["last_used_at"].clone();
    for _ in 0..5 {
        stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(200);
    }
    // Once a later use by another is known, this one would be too.
    let (other, other_id) = stage.token(&agent, &["ticket.read"]).await;
    used(&other, &format!("{TOKENS}/{other_id}")).await;
    assert_eq!(stage.running.get(&path, &agent).await.expect(200).body["last_used_at"], before, "not written anew within the minute");
    stage.end().await;
}
