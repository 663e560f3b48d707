//! Limits over HTTP: who is told to wait, whom it leaves alone, and that waiting as long as told is enough.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod callers;
mod credentials;
mod floods;
mod silence;
mod strangers;

use ringfence_tests::world::World;
use ringfence_tests::{Call, Installation, Running};

const TICKETS: &str = "/v1/tenants/acme/tickets";
const OTHERS: &str = "/v1/tenants/globex/tickets";

async fn limited(limits: &str) -> (Installation, Running, World) {
    behind(limits, "").await
}

async fn behind(limits: &str, proxies: &str) -> (Installation, Running, World) {
    served(|config| {
        config.limits = Some(limits.parse().unwrap());
        config.proxies = proxies.split_whitespace().map(|proxy| proxy.parse().unwrap()).collect();
    })
    .await
}

async fn served(adjust: impl FnOnce(&mut ringfence_api::ServiceConfig)) -> (Installation, Running, World) {
    let installation = Installation::fresh().await;
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

/// Twelve requests, one after the other.
async fn exhaust(running: &Running, path: &str, token: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(running.get(path, token).await.status);
    }
    statuses
}
