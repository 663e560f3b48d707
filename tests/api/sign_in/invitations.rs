//! Invitations: who is invited proves to hold the address, once; and the issuers by which a tenant is entered.

use crate::turned_away;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ringfence_tests::world::served;
use ringfence_tests::{Call, Running};
use serde_json::{Value, json};

const INVITATIONS: &str = "/v1/tenants/acme/invitations";
/// What the development issuer says of its newcomer.
const ADDRESS: &str = "newcomer@people.example";

async fn invite(running: &Running, by: &str, body: Value) -> Call {
    running.post(INVITATIONS, &running.token(by), body).await
}

fn input(email: &str, role: &str) -> Value {
    json!({"email": email, "name": "Newcomer", "role": role})
}

fn secret(made: &Call) -> Value {
    json!({"secret": made.body["secret"]})
}

#[tokio::test]
async fn who_holds_the_address_takes_their_place_once() {
    let (installation, running, _) = served().await;
    let made = invite(&running, "acme:owner", input(&ADDRESS.to_uppercase(), "agent")).await.expect(201);
    let newcomer = running.sign_in("newcomer").await;
    running.page(&newcomer, "GET", "/v1/tenants/acme/tickets", None).await.expect(404);
    let taken = running.page(&newcomer, "POST", "/v1/invitations/accept", Some(&secret(&made))).await.expect(200);
    assert_eq!(taken.body["role"], "agent");
    running.page(&newcomer, "GET", "/v1/tenants/acme/tickets", None).await.expect(200);
    running.page(&newcomer, "GET", "/v1/tenants/globex/tickets", None).await.expect(404);
    // Issuer and subject are tied: the same address of another subject is nobody.
    assert_eq!(running.page(&running.sign_in("unverified").await, "GET", "/v1/me", None).await.expect(200).body["tenants"], json!([]));
    assert_eq!(running.page(&newcomer, "POST", "/v1/invitations/accept", Some(&secret(&made))).await.expect(404).body["code"], "invitation_unknown");

    // The secret is nowhere but in the one answer.
    let listed = running.get(INVITATIONS, &running.token("acme:owner")).await.expect(200);
    assert!(listed.body["data"][0]["accepted_at"].is_string() && !listed.text.contains("rfi_"), "{}", listed.text);
    let admin = installation.admin().await;
    let text = made.body["secret"].as_str().unwrap();
    let kept: bool = admin.query_one("select exists (select from ringfence.invitations v where v::text like '%' || $1 || '%') or exists (select from ringfence.idempotency_keys k where k::text like '%rfi_%')", &[&text]).await.unwrap().get(0);
    assert!(!kept);
    let trail = running.get("/v1/tenants/acme/audit?action=invitation.accepted", &running.token("acme:owner")).await.expect(200);
    assert_eq!((&trail.body["data"][0]["object_id"], &trail.body["data"][0]["session_id"]), (&made.body["invitation"]["invitation_id"], &json!(newcomer.session_id)));
    let person = running.get(&format!("/v1/tenants/acme/audit?object_id={}", taken.body["member_id"].as_str().unwrap()), &running.token("acme:owner")).await.expect(200);
    let began: Vec<_> = person.body["data"].as_array().unwrap().iter().map(|event| (event["action"].clone(), event["object_version"].clone())).collect();
    assert!([("contact.created", 1), ("member.added", 1)].iter().all(|(action, version)| began.contains(&(json!(action), json!(version)))), "{began:?}");
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn who_was_here_by_a_grant_alone_takes_a_place_of_their_own() {
    let (installation, running, _) = served().await;
    let (owner, glass) = (running.token("acme:owner"), "/v1/tenants/acme/break-glass");
    let granted = json!({"issuer": running.issuer.issuer(), "subject": "newcomer", "name": "Guest", "role": "auditor", "hours": 1, "reason": "to look once"});
    let grant = running.post(glass, &owner, granted).await.expect(201);
    let newcomer = running.sign_in("newcomer").await;
    running.page(&newcomer, "GET", "/v1/tenants/acme/audit", None).await.expect(200);
    running.call("DELETE", &format!("{glass}/{}", grant.body["grant_id"].as_str().unwrap()), &owner, &[], None).await.expect(204);
    running.page(&newcomer, "GET", "/v1/tenants/acme/tickets", None).await.expect(404);
    let made = invite(&running, "acme:owner", input(ADDRESS, "agent")).await.expect(201);
    let taken = running.page(&newcomer, "POST", "/v1/invitations/accept", Some(&secret(&made))).await.expect(200);
    assert_eq!((&taken.body["role"], &taken.body["member_id"]), (&json!("agent"), &grant.body["member_id"]));
    running.page(&newcomer, "GET", "/v1/tenants/acme/tickets", None).await.expect(200);
    running.page(&newcomer, "GET", "/v1/tenants/acme/audit", None).await.expect(403);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn an_invitation_is_for_who_holds_the_address_by_a_sign_in_and_for_nobody_else() {
    let (installation, running, world) = served().await;
    let admin = installation.admin().await;
    let made = invite(&running, "acme:owner", input(ADDRESS, "agent")).await.expect(201);
    let accept = async |who: &str, body: &Value| running.page(&running.sign_in(who).await, "POST", "/v1/invitations/accept", Some(body)).await;
    assert_eq!(accept("acme:agent", &secret(&made)).await.expect(403).body["code"], "invitation_for_another");
    // Somebody whom the issuer says has that address, without having looked.
    let unverified = invite(&running, "acme:owner", input("unverified@people.example", "agent")).await.expect(201);
    assert_eq!(accept("unverified", &secret(&unverified)).await.expect(403).body["code"], "email_not_verified");
    // A token says nothing about an address.
    assert_eq!(running.post("/v1/invitations/accept", &running.token("newcomer"), secret(&made)).await.expect(403).body["code"], "session_required");
    for wrong in ["rfi_", "", "rft_AAAA", &format!("rfi_{}", "A".repeat(64)), &format!("{}x", made.body["secret"].as_str().unwrap())] {
        let refused = accept("newcomer", &json!({"secret": wrong})).await;
        assert!(matches!(refused.status, 400 | 404), "{wrong}: {}", refused.text);
    }
    let id = made.body["invitation"]["invitation_id"].as_str().unwrap();
    for (what, sql) in [
        ("expired", "set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'"),
        ("revoked", "set revoked_at = now()"),
    ] {
        admin.execute(&format!("update ringfence.invitations {sql} where invitation_id = '{id}'"), &[]).await.unwrap();
        assert_eq!(accept("newcomer", &secret(&made)).await.expect(404).body["code"], "invitation_unknown", "{what}");
        admin.execute(&format!("update ringfence.invitations set created_at = now(), expires_at = now() + interval '1 day', revoked_at = null where invitation_id = '{id}'"), &[]).await.unwrap();
    }
    // A suspended tenant, an issuer that it does not take, one who invited and may no more.
    for (undo, sql) in [
        ("update ringfence.tenants set status = 'active', suspended_at = null where slug = 'acme'", "update ringfence.tenants set status = 'suspended', suspended_at = now() where slug = 'acme'"),
        ("update ringfence.members set role = 'owner' where tenant_id = (select tenant_id from ringfence.tenants where slug = 'acme') and member_id = (select invited_by from ringfence.invitations limit 1)", "update ringfence.members set role = 'agent' where tenant_id = (select tenant_id from ringfence.tenants where slug = 'acme') and member_id = (select invited_by from ringfence.invitations limit 1)"),
    ] {
        admin.execute(sql, &[]).await.unwrap();
        assert_eq!(accept("newcomer", &secret(&made)).await.expect(404).body["code"], "invitation_unknown", "{sql}");
        admin.execute(undo, &[]).await.unwrap();
    }
    admin.execute("update ringfence.tenants set required_issuers = array['https://id.example.com'] where slug = 'acme'", &[]).await.unwrap();
    assert_eq!(accept("newcomer", &secret(&made)).await.expect(403).body["code"], "issuer_not_accepted");
    admin.execute("update ringfence.tenants set required_issuers = null", &[]).await.unwrap();
    let rules = turned_away(&installation).await;
    for rule in ["invitation_for_another", "email_not_verified", "session_required", "invitation_unknown", "issuer_not_accepted"] {
        assert!(rules.iter().any(|told| told == rule), "{rule} in {rules:?}");
    }
    // Many at once: one place.
    let agents = "select count(*) from ringfence.members where tenant_id = $1 and role = 'agent'";
    let before: i64 = admin.query_one(agents, &[&world.tenant("acme").id]).await.unwrap().get(0);
    let newcomer = running.sign_in("newcomer").await;
    let body = secret(&made);
    let calls = futures_util::future::join_all((0..8).map(|_| running.page(&newcomer, "POST", "/v1/invitations/accept", Some(&body)))).await;
    assert_eq!(calls.iter().filter(|call| call.status == 200).count(), 1, "{:?}", calls.iter().map(|call| call.status).collect::<Vec<_>>());
    let after: i64 = admin.query_one(agents, &[&world.tenant("acme").id]).await.unwrap().get(0);
    assert_eq!(after, before + 1);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn who_brings_another_persons_invitation_is_known_to_the_trail() {
    let (installation, running, _) = served().await;
    let made = invite(&running, "acme:owner", input("other@people.example", "agent")).await.expect(201);
    let newcomer = running.sign_in("newcomer").await;
    let refused = running.page(&newcomer, "POST", "/v1/invitations/accept", Some(&secret(&made))).await.expect(403);
    assert_eq!(refused.body["code"], "invitation_for_another");
    let trail = running.get(&format!("/v1/tenants/acme/audit?request_id={}", refused.request_id()), &running.token("acme:owner")).await.expect(200);
    let event = &trail.body["data"][0];
    assert_eq!((&event["rule"], &event["actor_kind"], &event["session_id"]), (&json!("invitation_for_another"), &json!("user"), &json!(newcomer.session_id)));
    assert!(event["identity_id"].is_string(), "{event}");
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn an_invitation_that_has_ended_is_unknown_to_who_shows_it_and_its_tenant_is_told() {
    let (installation, running, world) = served().await;
    let admin = installation.admin().await;
    let newcomer = running.sign_in("newcomer").await;
    let made = invite(&running, "acme:owner", input(ADDRESS, "agent")).await.expect(201);
    let owner = running.token("acme:owner");
    let tell = async |call: &Call| running.get(&format!("/v1/tenants/acme/audit?request_id={}", call.request_id()), &owner).await.expect(200).body["data"].clone();
    let sql = "update ringfence.invitations set created_at = now() - interval '2 days', accepted_at = null, accepted_by = null, revoked_at = null, expires_at = now() + interval '1 day'";
    for ended in ["expires_at = now() - interval '1 second'", "revoked_at = now()", "accepted_at = now(), accepted_by = invited_by"] {
        admin.execute(sql, &[]).await.unwrap();
        admin.execute(&format!("update ringfence.invitations set {ended}"), &[]).await.unwrap();
        let refused = running.page(&newcomer, "POST", "/v1/invitations/accept", Some(&secret(&made))).await.expect(404);
        assert_eq!(refused.body["code"], "invitation_unknown", "{ended}");
        let told = tell(&refused).await;
        assert_eq!((&told[0]["rule"], &told[0]["session_id"]), (&json!("invitation_unknown"), &json!(newcomer.session_id)), "{ended}: {told}");
    }
    // A secret that was never made for this tenant.
    let other = URL_SAFE_NO_PAD.encode([world.tenant("acme").id.as_bytes().as_slice(), &[7; 32]].concat());
    let refused = running.page(&newcomer, "POST", "/v1/invitations/accept", Some(&json!({"secret": format!("rfi_{other}")}))).await.expect(404);
    assert_eq!((&refused.body["code"], tell(&refused).await), (&json!("invitation_unknown"), json!([])));
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn an_invitation_asked_for_twice_under_one_key_is_made_once_and_shows_its_secret_once() {
    let (installation, running, _) = served().await;
    let owner = running.token("acme:owner");
    let body = json!({"email": ADDRESS, "name": "Newcomer", "role": "agent", "days": 30});
    let ask = async |body: &Value| running.call("POST", INVITATIONS, &owner, &[("Idempotency-Key", "once")], Some(body)).await;
    let made = ask(&body).await.expect(201);
    let again = ask(&body).await.expect(201);
    assert_eq!((again.header("idempotency-replayed"), &again.body["invitation"]), (Some("true"), &made.body["invitation"]));
    assert_eq!((made.header("location"), made.header("etag")), (None, Some("\"1\"")), "it is read in its list alone");
    assert!(made.body["secret"].is_string() && again.body["secret"].is_null(), "{}", again.text);
    ask(&input(ADDRESS, "requester")).await.expect(422);
    assert_eq!(running.get(INVITATIONS, &owner).await.expect(200).body["data"].as_array().unwrap().len(), 1);
    let days = |invitation: &Value| {
        let at = |field: &str| invitation[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        at("expires_at").duration_since(at("created_at")).as_hours() / 24
    };
    assert_eq!(days(&made.body["invitation"]), 30);
    assert_eq!(days(&invite(&running, "acme:owner", input("other@people.example", "agent")).await.expect(201).body["invitation"]), 7);
    for wrong in [json!(0), json!(31), json!(1.5), json!("7"), json!(true)] {
        let mut body = input("wrong@people.example", "agent");
        body["days"] = wrong;
        assert_eq!(invite(&running, "acme:owner", body).await.expect(400).body["errors"][0]["field"], "days");
    }
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn nobody_invites_to_what_they_could_not_add() {
    let (installation, running, _) = served().await;
    for (by, role, status) in [
        ("owner", "owner", 201), ("owner", "requester", 201), ("admin", "owner", 403), ("admin", "admin", 201), ("admin", "agent", 201), ("agent", "requester", 403),
        ("requester", "requester", 403), ("auditor", "auditor", 403), ("service", "requester", 403), ("owner", "service", 400), ("owner", "guest", 400), ("owner", "custom", 400),
    ] {
        invite(&running, &format!("acme:{by}"), input(ADDRESS, role)).await.expect(status);
    }
    for body in [json!({"email": "no address", "name": "x", "role": "agent"}), json!({"name": "x", "role": "agent"}), json!({"email": ADDRESS, "name": "x", "role": "agent", "days": 31}), json!({"email": ADDRESS, "name": "x", "role": "agent", "tenant_id": "x"})] {
        invite(&running, "acme:owner", body).await.expect(400);
    }
    invite(&running, "globex:owner", input(ADDRESS, "agent")).await.expect(404);
    running.get(INVITATIONS, &running.token("acme:agent")).await.expect(403);
    let made = invite(&running, "acme:admin", input(ADDRESS, "agent")).await.expect(201);
    let path = format!("{INVITATIONS}/{}", made.body["invitation"]["invitation_id"].as_str().unwrap());
    running.call("DELETE", &path, &running.token("globex:owner"), &[], None).await.expect(404);
    running.call("DELETE", &path, &running.token("acme:admin"), &[], None).await.expect(204);
    assert_eq!(running.call("DELETE", &path, &running.token("acme:admin"), &[], None).await.expect(409).body["code"], "invitation_ended");
    let newcomer = running.sign_in("newcomer").await;
    running.page(&newcomer, "POST", "/v1/invitations/accept", Some(&secret(&made))).await.expect(404);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_tenant_is_entered_by_its_own_issuers_and_nobody_shuts_themselves_out() {
    let (installation, running, _) = served().await;
    let path = "/v1/tenants/acme/sign-in-settings";
    let owner = running.token("acme:owner");
    let own = running.issuer.issuer();
    let change = async |token: &str, version: &str, issuers: Value| running.call("PUT", path, token, &[("If-Match", version)], Some(&json!({"required_issuers": issuers}))).await;
    let read = running.get(path, &owner).await.expect(200);
    assert_eq!((&read.body["required_issuers"], &read.body["available_issuers"], read.header("etag")), (&json!(null), &json!([own]), Some("\"1\"")));
    change(&owner, "\"1\"", json!(["https://id.example.com"])).await.expect(400);
    change(&owner, "\"1\"", json!([])).await.expect(400);
    change(&owner, "\"2\"", json!([own])).await.expect(412);
    change(&running.token("acme:agent"), "\"1\"", json!([own])).await.expect(403);
    change(&running.token("globex:owner"), "\"1\"", json!([own])).await.expect(404);
    running.get(path, &running.token("acme:agent")).await.expect(403);
    running.get(path, &running.token("acme:auditor")).await.expect(200);
    change(&owner, "\"1\"", json!([own])).await.expect(200);
    let agent = running.sign_in("acme:agent").await;
    running.page(&agent, "GET", "/v1/tenants/acme/tickets", None).await.expect(200);
    // As if the tenant had gone over to another issuer: whoever came by this one is out, session and token alike; in globex nothing changes.
    installation.admin().await.execute("update ringfence.tenants set required_issuers = array['https://id.example.com'] where slug = 'acme'", &[]).await.unwrap();
    running.page(&agent, "GET", "/v1/tenants/acme/tickets", None).await.expect(404);
    running.get("/v1/tenants/acme/tickets", &owner).await.expect(404);
    running.get("/v1/tenants/globex/tickets", &running.token("globex:owner")).await.expect(200);
    drop(running);
    installation.drop().await;
}
