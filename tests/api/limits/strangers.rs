//! Limits of whom no tenant lets in: they take nothing from the one they name, and learn of none.

use crate::{TICKETS, exhaust, left, limited, told};
use ringfence_tests::Call;
use serde_json::json;

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
