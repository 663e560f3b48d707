//! Limits over HTTP: who is told to wait, whom it leaves alone, and that waiting as long as told is enough.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_domain::{Role, TenantId};
use ringfence_identity::credential::PresentedApiToken;
use ringfence_store::command::NewMember;
use ringfence_tests::browser::{ATTEMPT, SESSION};
use ringfence_tests::world::World;
use ringfence_tests::{Call, Installation, Running};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const TICKETS: &str = "/v1/tenants/acme/tickets";
const OTHERS: &str = "/v1/tenants/globex/tickets";

async fn limited(limits: &str) -> (Installation, Running, World) {
    behind(limits, "").await
}

async fn behind(limits: &str, proxies: &str) -> (Installation, Running, World) {
    let installation = Installation::fresh().await;
    let adjust = |config: &mut ringfence_api::ServiceConfig| {
        config.limits = Some(limits.parse().unwrap());
        config.proxies = proxies.split_whitespace().map(|proxy| proxy.parse().unwrap()).collect();
    };
    let running = Running::try_over(&installation, adjust).await.unwrap();
    let world = World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
    (installation, running, world)
}

/// The policy that binds, its quota and window, and what is left of it.
fn left(call: &Call) -> (String, u32) {
    let (policy, standing) = (call.header("ratelimit-policy").expect("a policy"), call.header("ratelimit").expect("a standing"));
    let (name, rest) = standing.split_once(";r=").unwrap();
    assert_eq!(policy.split(';').next(), Some(name), "both speak of one policy");
    (policy.to_owned(), rest.split(';').next().unwrap().parse().unwrap())
}

fn retry_after(call: &Call) -> u64 {
    call.header("retry-after").expect("how long to wait").parse().unwrap()
}

/// How often the trail was told of this action, in the tenant or, without one, in the installation.
async fn told(installation: &Installation, action: &str, tenant: Option<uuid::Uuid>) -> i64 {
    // By request: the event of a tenant that does not exist comes to lie with the installation's own of the same request.
    let sql = "select count(distinct request_id) from (
                   select request_id from ringfence.audit_inbox where action = $1 and tenant_id is not distinct from $2
                   union all select request_id from ringfence.audit_events where action = $1 and tenant_id = $2
                   union all select request_id from ringfence.installation_events where action = $1 and $2::uuid is null) events";
    let admin = installation.admin().await;
    admin.query_one(sql, &[&action, &tenant]).await.unwrap().get(0)
}

/// All of an answer that could tell one from another.
fn outside(call: &Call) -> (u16, Vec<(String, String)>, String) {
    let told = |name: &str| !["x-request-id", "date", "connection"].contains(&name);
    let mut headers: Vec<_> = call.headers.iter().filter(|(name, _)| told(name.as_str())).map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    for (name, value) in &mut headers {
        // The two were not asked at one moment: their seconds may differ by one.
        if name == "retry-after" || name == "ratelimit" {
            *value = value.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        }
        // Lists of names have an order of the worker's own.
        if name.starts_with("access-control") || name == "vary" {
            let mut names: Vec<_> = value.split(", ").collect();
            names.sort_unstable();
            *value = names.join(", ");
        }
    }
    headers.sort();
    (call.status, headers, call.text.replace(&call.request_id(), "REQUEST"))
}

#[tokio::test]
async fn every_answer_to_a_caller_says_how_much_is_left() {
    let (installation, running, world) = limited("read=6/3600 write=4/3600").await;
    let owner = running.token("acme:owner");
    // Until the tenant has let the caller in, the request counts on the caller alone.
    running.get(TICKETS, &owner).await.expect(200);
    let found = running.get(TICKETS, &owner).await.expect(200);
    assert_eq!(left(&found), ("\"read\";q=6;w=3600".into(), 5));
    assert_eq!(found.header("ratelimit"), Some("\"read\";r=5;t=600"));
    assert!(found.header("retry-after").is_none());
    let absent = running.get(&format!("{TICKETS}/4711"), &owner).await.expect(404);
    assert_eq!(left(&absent).1, 4);
    assert_eq!(left(&running.get(&format!("{TICKETS}?limit=none"), &owner).await.expect(400)).1, 3);
    let by_id = format!("/v1/tenants/{}/tickets", world.tenant("acme").id);
    running.get(&by_id, &owner).await.expect(200);
    assert_eq!(left(&running.get(&by_id, &owner).await.expect(200)).1, 2, "a tenant has one bucket by either of its names");
    let made = running.post(TICKETS, &owner, json!({"subject": "It is slow"})).await.expect(201);
    assert_eq!(left(&made), ("\"write\";q=4;w=3600".into(), 3), "reads and writes are counted apart");
    assert_eq!(left(&running.call("PATCH", &format!("{TICKETS}/1"), &owner, &[], Some(&json!({}))).await.expect(428)).1, 2);
    assert_eq!(left(&running.get("/v1/me", &owner).await.expect(200)).0, "\"read\";q=6;w=3600");
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        assert!(running.get(path, "").await.expect(200).header("ratelimit").is_none(), "{path} is not limited");
    }
    let browser = running.call("GET", TICKETS, &owner, &[("Origin", "http://127.0.0.1:5173")], None).await.expect(200);
    let exposed = browser.header("access-control-expose-headers").unwrap().to_ascii_lowercase();
    assert!(["ratelimit", "ratelimit-policy", "retry-after"].iter().all(|name| exposed.split(", ").any(|shown| shown == *name)), "{exposed}");

    let unlimited = Running::over(&installation).await;
    World::build(&installation, unlimited.issuer.issuer(), &["initech"]).await;
    let answer = unlimited.get("/v1/tenants/initech/tickets", &unlimited.token("initech:owner")).await.expect(200);
    assert!(answer.header("ratelimit").is_none() && answer.header("ratelimit-policy").is_none());
}

#[tokio::test]
async fn whoever_came_too_fast_waits_as_long_as_told_and_is_let_through() {
    let (installation, running, world) = limited("read=1/4").await;
    let owner = running.token("acme:owner");
    for _ in 0..2 {
        running.get(TICKETS, &owner).await.expect(200);
    }
    let refused = running.get(TICKETS, &owner).await.expect(429);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!((refused.body["type"].as_str(), refused.body["code"].as_str()), (Some("/problems/rate_limited"), Some("rate_limited")));
    let wait = retry_after(&refused);
    assert_eq!(refused.header("ratelimit"), Some(format!("\"read\";r=0;t={wait}").as_str()));
    assert!((1..=4).contains(&wait), "{wait}");
    for _ in 0..3 {
        running.get(TICKETS, &owner).await.expect(429);
    }
    let acme = Some(world.tenant("acme").id);
    assert_eq!(told(&installation, "rate.limited", acme).await, 1, "the first of a window alone");
    tokio::time::sleep(Duration::from_secs(wait)).await;
    running.get(TICKETS, &owner).await.expect(200);
    assert_eq!(told(&installation, "rate.limited", acme).await, 1);
    assert_eq!(told(&installation, "rate.limited", None).await, 0);
    assert!(running.get("/metrics", "").await.text.contains("ringfence_rate_limited_total{policy=\"read\"}"));
}

#[tokio::test]
async fn one_callers_haste_is_nobody_elses_business() {
    let (installation, running, world) = limited("read=4/3600").await;
    let globex = TenantId(world.tenant("globex").id);
    let both = NewMember { issuer: running.issuer.issuer(), subject: "acme:owner", name: "Of two", email: None, role: Role::Agent, permissions: None };
    installation.operator().await.add_member(globex, &both).await.unwrap().unwrap();
    let owner = running.token("acme:owner");
    running.get(OTHERS, &owner).await.expect(200);
    let statuses = exhaust(&running, TICKETS, &owner).await;
    assert!(statuses.contains(&429));
    running.get(TICKETS, &owner).await.expect(429);
    running.post(TICKETS, &owner, json!({"subject": "Writes are apart"})).await.expect(201);
    running.get(TICKETS, &running.token("acme:agent")).await.expect(200);
    running.get(OTHERS, &running.token("globex:owner")).await.expect(200);
    // The same person in another tenant.
    running.get(OTHERS, &owner).await.expect(200);
    // Another token of the same person is the same person.
    running.get(TICKETS, &running.token("acme:owner")).await.expect(429);
}

/// Twelve requests, one after the other.
async fn exhaust(running: &Running, path: &str, token: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(running.get(path, token).await.status);
    }
    statuses
}

#[tokio::test]
async fn all_of_a_tenant_share_one_limit_and_another_tenant_has_its_own() {
    let (installation, running, world) = limited("read=8/3600 tenant=10/3600").await;
    let (owner, agent, admin) = (running.token("acme:owner"), running.token("acme:agent"), running.token("acme:admin"));
    for token in [&owner, &agent, &admin] {
        running.get(TICKETS, token).await.expect(200);
    }
    let mut last = None;
    for n in 0..5 {
        let binds = if n < 3 { "\"read\";q=8;w=3600" } else { "\"tenant\";q=10;w=3600" };
        assert_eq!(left(&running.get(TICKETS, &owner).await.expect(200)), (binds.into(), (7 - n).min(9 - 2 * n)), "the one with less left is the one that binds");
        last = Some(running.get(TICKETS, &agent).await.expect(200));
    }
    assert_eq!(left(&last.unwrap()), ("\"tenant\";q=10;w=3600".into(), 0));
    let refused = running.get(TICKETS, &owner).await.expect(429);
    assert_eq!(refused.body["code"], "tenant_rate_limited");
    assert!(left(&refused).1 == 0 && (300..=360).contains(&retry_after(&refused)));
    running.get(TICKETS, &admin).await.expect(429);
    for _ in 0..3 {
        running.get(OTHERS, &running.token("globex:owner")).await.expect(200);
    }
    assert_eq!(told(&installation, "rate.limited", Some(world.tenant("acme").id)).await, 1);
    assert_eq!(told(&installation, "rate.limited", Some(world.tenant("globex").id)).await, 0);
}

#[tokio::test]
async fn a_stranger_takes_nothing_from_the_tenant_they_name() {
    let (installation, running, world) = limited("read=8/3600 tenant=10/3600").await;
    let owner = running.token("acme:owner");
    running.get(TICKETS, &owner).await.expect(200);
    let acme = world.tenant("acme").id;
    for stranger in ["stranger", "globex:owner", "another"] {
        let token = running.token(stranger);
        for path in [TICKETS.to_owned(), format!("/v1/tenants/{acme}/tickets")] {
            exhaust(&running, &path, &token).await;
        }
        assert_eq!(running.get(TICKETS, &token).await.expect(429).body["code"], "rate_limited");
    }
    let answer = running.get(TICKETS, &owner).await.expect(200);
    assert_eq!(left(&answer), ("\"read\";q=8;w=3600".into(), 7));
    for _ in 0..7 {
        running.get(TICKETS, &owner).await.expect(200);
    }
    // Of the tenant's ten, eight are the owner's: the strangers had none.
    let agent = running.token("acme:agent");
    running.get(TICKETS, &agent).await.expect(200);
    assert_eq!(left(&running.get(TICKETS, &agent).await.expect(200)), ("\"tenant\";q=10;w=3600".into(), 1));
    assert_eq!(told(&installation, "rate.limited", None).await, 3, "the installation hears of each stranger once");
}

#[tokio::test]
async fn naming_ever_new_tenants_refills_nothing() {
    let (_installation, running, _world) = limited("read=5/3600").await;
    let token = running.token("stranger");
    let mut statuses = Vec::new();
    for n in 0..40 {
        statuses.push(running.get(&format!("/v1/tenants/invented-{n}/tickets"), &token).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 5, "{statuses:?}");
    assert!(statuses[5..].iter().all(|status| *status == 429), "{statuses:?}");
}

#[tokio::test]
async fn a_tenant_that_is_foreign_and_one_that_never_existed_are_limited_alike() {
    let (installation, running, world) = limited("read=4/3600 write=2/3600").await;
    let pairs = [
        (TICKETS.to_owned(), "/v1/tenants/nonesuch/tickets".to_owned()),
        (format!("/v1/tenants/{}/tickets", world.tenant("acme").id), format!("/v1/tenants/{}/tickets", uuid::Uuid::now_v7())),
    ];
    for (n, (foreign, absent)) in pairs.into_iter().enumerate() {
        let (one, other) = (running.token(&format!("one-{n}")), running.token(&format!("other-{n}")));
        let mut refused = 0;
        for _ in 0..7 {
            let (there, nowhere) = (running.get(&foreign, &one).await, running.get(&absent, &other).await);
            assert_eq!(outside(&there), outside(&nowhere));
            let body = json!({"subject": "Knock, knock"});
            let (there, nowhere) = (running.post(&foreign, &one, body.clone()).await, running.post(&absent, &other, body).await);
            assert_eq!(outside(&there), outside(&nowhere));
            refused += usize::from(there.status == 429);
        }
        assert_eq!(refused, 5);
    }
    assert_eq!(told(&installation, "rate.limited", None).await, 8, "two callers of each pair, two classes each");
}

#[tokio::test]
async fn a_member_removed_is_a_stranger_to_the_limits_too() {
    let (_installation, running, world) = limited("read=20/3600 tenant=9/3600").await;
    let (owner, agent) = (running.token("acme:owner"), running.token("acme:agent"));
    running.get(TICKETS, &agent).await.expect(200);
    running.get(TICKETS, &agent).await.expect(200);
    let member = format!("/v1/tenants/acme/members/{}", world.tenant("acme").members["agent"]);
    running.call("DELETE", &member, &owner, &[], None).await.expect(204);
    for _ in 0..15 {
        let status = running.get(TICKETS, &agent).await.status;
        assert_eq!(status, 404);
    }
    // One of the nine was the agent's before, one the first after; the rest went on their own account.
    running.get(TICKETS, &owner).await.expect(200);
    assert_eq!(left(&running.get(TICKETS, &owner).await.expect(200)), ("\"tenant\";q=9;w=3600".into(), 5));
}

#[tokio::test]
async fn bad_credentials_are_throttled_and_a_good_one_gets_in_meanwhile() {
    let (installation, running, world) = limited("sign_in=3/3600").await;
    let forged = format!("{}x", running.token("acme:owner"));
    for n in [2, 1, 0] {
        let rejected = running.get(TICKETS, &forged).await.expect(401);
        assert_eq!(left(&rejected), ("\"sign_in\";q=3;w=3600".into(), n));
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
        running.get("/v1/me", &guess(n)).await.expect(429);
    }
    running.get(TICKETS, &running.token("acme:owner")).await.expect(200);
    assert_eq!(told(&installation, "rate.limited", Some(world.tenant("acme").id)).await, 1);
}

#[tokio::test]
async fn sign_ins_and_logout_tokens_are_throttled_by_address_and_who_has_begun_gets_in() {
    let (installation, running, world) = limited("sign_in=5/3600").await;
    // Three are begun, of which one comes back good, one with the issuer's no, and one that nobody began.
    let begun = [running.begin("tenant=acme").await, running.begin("tenant=acme").await, running.begin("tenant=acme").await];
    let back = running.pick(&begun[0], "acme:owner").await;
    let said_no = |n: usize| format!("{}&error=access_denied", running.url(&format!("/v1/auth/callback?state={}&iss={}", state(&begun[n].page), running.issuer.issuer())));
    let refused = running.visit(&said_no(1), &[(ATTEMPT, &begun[1].secret)]).await.expect(302);
    assert_eq!(left(&refused), ("\"sign_in\";q=5;w=3600".into(), 1));
    assert_eq!(left(&running.visit(&running.url("/v1/auth/callback?state=x&code=y"), &[]).await.expect(401)).1, 0);
    let form = |token: &str| running.client().post(running.url("/v1/auth/backchannel-logout")).header("Content-Type", "application/x-www-form-urlencoded").body(format!("logout_token={token}"));
    for _ in 0..3 {
        for refused in [
            running.visit(&running.url("/v1/auth/sign-in?tenant=acme"), &[]).await,
            running.visit(&running.url("/v1/auth/callback?state=x&code=y"), &[]).await,
            running.send(form("nonsense")).await,
            running.send(form("")).await,
        ] {
            let refused = refused.expect(429);
            assert_eq!((refused.body["code"].as_str(), refused.cookie(ATTEMPT)), (Some("sign_in_rate_limited"), None));
            assert!(left(&refused).1 == 0 && (600..=720).contains(&retry_after(&refused)));
        }
    }
    running.visit(&said_no(2), &[(ATTEMPT, &begun[2].secret)]).await.expect(429);
    let admin = installation.admin().await;
    let attempts: i64 = admin.query_one("select count(*) from ringfence.sign_in_attempts", &[]).await.unwrap().get(0);
    assert_eq!(attempts, 1, "nothing was begun that was refused");
    // Whoever has begun is let in, and who is signed in is not asked.
    let signed_in = running.visit(&back, &[(ATTEMPT, &begun[0].secret)]).await.expect(302);
    let browser = running.known(signed_in.cookie(SESSION).expect("a session")).await;
    running.page(&browser, "GET", TICKETS, None).await.expect(200);
    let acme = Some(world.tenant("acme").id);
    assert_eq!((told(&installation, "identity.rejected", None).await, told(&installation, "rate.limited", None).await), (2, 1));
    assert_eq!((told(&installation, "identity.rejected", acme).await, told(&installation, "rate.limited", acme).await), (1, 0));
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

/// Calls as fast as they are answered, until told to stop; how many were, and with which statuses.
async fn flood(running: &Arc<Running>, stop: &Arc<AtomicBool>, answered: &Arc<AtomicUsize>, concurrent: usize) -> Vec<tokio::task::JoinHandle<Vec<u16>>> {
    let mut clients = Vec::new();
    for n in 0..concurrent {
        let (running, stop, answered) = (Arc::clone(running), Arc::clone(stop), Arc::clone(answered));
        let token = running.token(["acme:owner", "acme:admin", "acme:agent", "acme:auditor"][n % 4]);
        clients.push(tokio::spawn(async move {
            let mut statuses = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                statuses.push(running.get(TICKETS, &token).await.status);
                answered.fetch_add(1, Ordering::Relaxed);
            }
            statuses
        }));
    }
    while answered.load(Ordering::Relaxed) < concurrent {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    clients
}

/// How many of the flood were answered for each request of another tenant, and the flood's statuses.
async fn beside_a_flood(running: Arc<Running>) -> (usize, Vec<u16>) {
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let quiet = running.token("globex:owner");
    running.get(OTHERS, &quiet).await.expect(200);
    for role in ["owner", "admin", "agent", "auditor"] {
        running.get(TICKETS, &running.token(&format!("acme:{role}"))).await.expect(200);
    }
    let clients = flood(&running, &stop, &answered, 120).await;
    let before = answered.load(Ordering::Relaxed);
    for _ in 0..20 {
        running.get(OTHERS, &quiet).await.expect(200);
    }
    let during = answered.load(Ordering::Relaxed) - before;
    stop.store(true, Ordering::Relaxed);
    let mut statuses = Vec::new();
    for client in clients {
        statuses.extend(client.await.unwrap());
    }
    statuses.sort_unstable();
    statuses.dedup();
    println!("{during} of the flood were answered during 20 of another tenant's");
    (during / 20, statuses)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_waits_in_its_own_queue() {
    // Before any bucket is empty.
    let (_installation, running, _world) = limited("read=1000000/60 tenant=1000000/60").await;
    let (overtook, statuses) = beside_a_flood(Arc::new(running)).await;
    // In turn; on a busy machine one that waited too long is told that its tenant asks too much at once.
    assert!(statuses == [200] || statuses == [200, 429], "{statuses:?}");
    assert!(overtook < 60, "{overtook} of the flood's 120 were answered before each of the other tenant's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_past_its_limits_is_refused_and_the_other_tenant_served() {
    let (installation, running, world) = limited("read=200/60 tenant=300/60").await;
    let (_, statuses) = beside_a_flood(Arc::new(running)).await;
    assert_eq!(statuses, [200, 429]);
    assert!(told(&installation, "rate.limited", Some(world.tenant("acme").id)).await <= 5, "a flood of refusals is not a flood of events");
    assert_eq!(told(&installation, "rate.limited", Some(world.tenant("globex").id)).await, 0);
}
