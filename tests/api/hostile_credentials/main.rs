//! Credentials that are forged, spoilt, stolen or of elsewhere, each shown to the running service: refused in one shape, with
//! nothing given away, in the trail under its rule, and for no more work than a good one takes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod counting;
#[path = "../../../crates/identity/tests/identity/issuer_server.rs"]
#[allow(dead_code)]
mod issuer_server;
#[path = "../../../crates/identity/tests/identity/signer.rs"]
#[allow(dead_code)]
mod signer;
mod stage;
mod table;

use serde_json::json;
use stage::{PATH, Shown, Stage};
use std::collections::BTreeSet;

/// As many as there are at least.
const LEAST: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hostile_credential_is_refused_in_one_shape_and_is_in_the_trail() {
    let stage = Stage::new().await;
    stage.show(PATH, &Shown::Bearer(stage.good())).await.expect(200);
    let table = table::all(&stage).await;
    let names: BTreeSet<&str> = table.iter().map(|hostile| hostile.name).collect();
    assert_eq!(names.len(), table.len(), "two of one name");
    assert!(table.len() >= LEAST, "only {}", table.len());
    for hostile in &table {
        let name = hostile.name;
        for path in [PATH.to_owned(), format!("/v1/tenants/{}/tickets/1", stage.acme().id)] {
            let answer = stage.show(&path, &hostile.shown).await;
            assert_eq!(answer.status, hostile.status, "{name}: {}", answer.text);
            let (slug, title, code) = match hostile.status {
                401 => ("unauthenticated", "A valid credential is needed", hostile.rule),
                _ => ("not_found", "There is nothing here for you", "not_found"),
            };
            let expected = json!({"type": format!("/problems/{slug}"), "title": title, "status": hostile.status, "code": code, "request_id": answer.request_id()});
            assert_eq!(answer.body, expected, "{name}");
            assert_eq!(answer.header("www-authenticate").is_some(), hostile.status == 401, "{name}");
            assert!(answer.header("set-cookie").is_none(), "{name}");

            let action = if hostile.status == 401 { "identity.rejected" } else { "tenant.entry_denied" };
            let denials = stage.denials(&answer.request_id()).await;
            for tenant in [None, Some(stage.acme().id)] {
                let found = denials.iter().any(|(of, what, rule)| *of == tenant && what == action && rule.as_deref() == Some(hostile.rule));
                assert!(found, "{name}: {action} by {} in the trail of {tenant:?}: {denials:?}", hostile.rule);
            }
        }
    }
    // None of it has spoilt what is good.
    stage.show(PATH, &Shown::Bearer(stage.good())).await.expect(200);
    println!("{} hostile credentials refused", table.len());
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_credential_costs_no_statement_more_than_a_good_one_and_no_question_to_its_issuer() {
    let stage = Stage::new().await;
    let table = table::all(&stage).await;
    let good = Shown::Bearer(stage.good());
    for _ in 0..3 {
        stage.show(PATH, &good).await.expect(200);
    }
    let before = stage.wire.statements();
    stage.show(PATH, &good).await.expect(200);
    let most = stage.wire.statements() - before;
    assert!((3..=6).contains(&most), "a good one takes {most}");
    let asked = stage.issuer.counts();
    for hostile in &table {
        // At first sight an identity is made, for a good one too.
        stage.show(PATH, &hostile.shown).await;
        let before = stage.wire.statements();
        stage.show(PATH, &hostile.shown).await;
        let cost = stage.wire.statements() - before;
        assert!(cost <= most, "{} takes {cost} statements, and a good one {most}", hostile.name);
    }
    let now = stage.issuer.counts();
    // A kid that nobody knows is looked for once, however many of them are shown.
    assert!(now.jwks - asked.jwks <= 1 && now.discovery - asked.discovery <= 1, "{asked:?}, and then {now:?}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_be_kept_out_of_a_tenant_that_exists_takes_as_many_statements_as_of_one_that_does_not() {
    let stage = Stage::new().await;
    let (bearer, api_token) = (stage.good(), stage.api_token("acme", "agent").await);
    let session = format!("__Host-ringfence_session={}", stage.session("acme:agent", "ended_at = null").await);
    for shown in [Shown::Bearer(bearer), Shown::Bearer(api_token), Shown::Headers(vec![("Cookie", session)])] {
        // What is looked up of who asks is known after the first.
        stage.show("/v1/tenants/nonesuch/tickets/1", &shown).await;
        stage.running.get("/v1/tenants/globex/tickets", &stage.running.token("globex:agent")).await.expect(200);
        let mut costs = Vec::new();
        // Known to the service by name, and asked for by nobody before; and two that nobody has.
        for slug in ["globex", "globex-partner", "nonesuch", "nonesuch-2"] {
            let before = stage.wire.statements();
            let answer = stage.show(&format!("/v1/tenants/{slug}/tickets/1"), &shown).await;
            assert!(matches!(answer.status, 401 | 404), "{slug}: {}", answer.text);
            costs.push(stage.wire.statements() - before);
        }
        assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?} for {shown:?}");
    }
    stage.end().await;
}
