//! Limits of who is let in: a caller's own, and the one that all of a tenant share.

use crate::{OTHERS, TICKETS, exhaust, left, limited, retry_after, told};
use futures_util::future::join_all;
use jiff::Timestamp;
use ringfence_domain::{Role, TenantId};
use ringfence_store::command::NewMember;
use ringfence_tests::Running;
use ringfence_tests::world::World;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

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
async fn of_two_empty_buckets_the_one_that_is_so_for_longer_binds() {
    let (_installation, running, _world) = limited("read=1/4 tenant=1/3600").await;
    let owner = running.token("acme:owner");
    assert_eq!(running.get(TICKETS, &owner).await.expect(200).header("ratelimit"), Some("\"read\";r=0;t=4"));
    assert_eq!(running.get(TICKETS, &owner).await.expect(200).header("ratelimit"), Some("\"tenant\";r=0;t=3600"));
}

#[tokio::test]
async fn whoever_came_too_fast_waits_as_long_as_told_and_is_let_through() {
    let (installation, running, world) = limited("read=1/4").await;
    let owner = running.token("acme:owner");
    let last = [running.get(TICKETS, &owner).await.expect(200), running.get(TICKETS, &owner).await.expect(200)];
    assert!(last.iter().all(|last| last.header("ratelimit") == Some("\"read\";r=0;t=4")), "one in four seconds, and it was taken");
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
async fn whoever_acts_for_another_too_fast_is_told_of_with_both() {
    let (installation, running, world) = limited("read=2/3600").await;
    let admin = installation.admin().await;
    let now = Timestamp::now().as_second();
    let claims = json!({"iss": running.issuer.issuer(), "sub": "acme:requester", "aud": "ringfence", "client_id": "web", "iat": now, "exp": now + 300, "jti": Uuid::now_v7(), "act": {"sub": "acme:agent"}});
    let (acting, named) = (running.issuer.sign("at+jwt", &claims).expect("a token"), world.tenant("acme").members["agent"].to_string());
    let sql = "select (select i.subject from ringfence.identities i where i.identity_id = e.identity_id),
                      (select i.subject from ringfence.identities i where i.identity_id::text = e.details ->> 'subject_identity_id'), e.on_behalf_of::text
                 from (select request_id, action, identity_id, details, on_behalf_of from ringfence.audit_inbox where tenant_id is not null
                       union all select request_id, action, identity_id, details, on_behalf_of from ringfence.audit_events) e
                where e.request_id = $1 and e.action = 'rate.limited'";
    let cases = [
        (acting, None, ("acme:agent", Some("acme:requester"), None)),
        (running.token("acme:service"), Some(named.as_str()), ("acme:service", None, Some(named.as_str()))),
    ];
    for (token, act_as, (who, subject, on_behalf_of)) in cases {
        let headers: Vec<_> = act_as.map(|id| ("Act-As", id)).into_iter().collect();
        let mut last = running.call("GET", TICKETS, &token, &headers, None).await;
        for _ in 0..4 {
            if last.status == 429 {
                break;
            }
            last = running.call("GET", TICKETS, &token, &headers, None).await;
        }
        let event = admin.query_one(sql, &[&last.expect(429).request_id().parse::<Uuid>().unwrap()]).await.unwrap();
        let told: (Option<&str>, Option<&str>, Option<&str>) = (event.get(0), event.get(1), event.get(2));
        assert_eq!(told, (Some(who), subject, on_behalf_of));
    }
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

#[tokio::test]
async fn whoever_makes_more_tokens_asks_no_faster() {
    let (_installation, running, _) = limited("read=6/3600").await;
    let requester = running.token("acme:requester");
    let mut tokens = vec![requester.clone()];
    for name in ["one", "two", "three"] {
        let made = running.post("/v1/tenants/acme/api-tokens", &requester, json!({"name": name, "scopes": ["ticket.read.own"]})).await.expect(201);
        tokens.push(made.body["token"].as_str().unwrap().to_owned());
    }
    // Each is let in once before it is known whose it is.
    for token in &tokens {
        running.get(TICKETS, token).await.expect(200);
    }
    let served = join_all((0..12).map(|n| running.get(TICKETS, &tokens[n % tokens.len()]))).await.iter().filter(|call| call.status == 200).count();
    assert!(served <= 6, "{served}");
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
