//! Measures the service beside what it is made of, in interleaved rounds, and prints medians against their targets.
//! It compares on one machine in one run; it refuses to compare with a figure from elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod credentials;
mod fastify;
mod flood;
mod http;
#[path = "../../crates/identity/tests/identity/issuer_server.rs"]
#[allow(dead_code, reason = "the verifier's tests make more of it")]
mod issuer_server;
mod pgbench;
mod report;
#[path = "../../crates/identity/tests/identity/signer.rs"]
#[allow(dead_code, reason = "the verifier's tests make more of it")]
mod signer;
mod stage;

use report::{Rounds, Row};
use stage::Stage;
use std::process::ExitCode;

/// Rounds, and seconds that each measure runs in a round.
struct Plan {
    rounds: usize,
    seconds: usize,
}

#[actix_web::main]
async fn main() -> ExitCode {
    rustls::crypto::ring::default_provider().install_default().ok();
    let plan = Plan { rounds: number("ROUNDS", 5), seconds: number("SECONDS", 4) };
    let stage = Stage::build().await;
    let mut rounds = Rounds::default();
    let fastify = fastify::Fastify::start(&stage);
    let floods = flood::Floods::start(&stage);
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}", plan.rounds);
        measure(&stage, &fastify, &plan, &mut rounds).await;
        floods.measure(&stage, plan.seconds, &mut rounds).await;
    }
    let resident = http::resident_at_500(&stage);
    drop((fastify, floods));
    println!("{}", report::table(&rows(&rounds, resident), &plan, &stage));
    stage.stop().await;
    ExitCode::SUCCESS
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).filter(|n| *n > 0).unwrap_or(default)
}

/// One round of everything: what is compared runs next to each other, on a machine as busy.
async fn measure(stage: &Stage, fastify: &fastify::Fastify, plan: &Plan, rounds: &mut Rounds) {
    let seconds = plan.seconds;
    let pipeline = pgbench::run(stage, pgbench::Script::Pipeline, 8, seconds);
    let read = http::run(stage, http::Load::Read, seconds);
    let plain = http::run_at(stage, fastify.address(), http::Load::Plain, seconds);
    let plain_in_tenant = http::run_at(stage, fastify.address(), http::Load::PlainInTenant, seconds);
    let trips = pgbench::run(stage, pgbench::Script::Trips, 8, seconds);
    let entered = pgbench::run(stage, pgbench::Script::Enter, 1, seconds);
    let not_entered = pgbench::run(stage, pgbench::Script::NoEnter, 1, seconds);
    let admin = stage.server.installation().admin().await;
    let [walled, unwalled] = pgbench::side_by_side(stage, &admin, [pgbench::Script::Pipeline, pgbench::Script::PipelineWithoutRowSecurity], seconds).await;
    let [inside, outside] = pgbench::side_by_side(stage, &admin, [pgbench::Script::Enter, pgbench::Script::NoEnter], seconds).await;
    let [in_groups, as_nobody] = pgbench::side_by_side(stage, &admin, [pgbench::Script::EnterAsGroupedAgent, pgbench::Script::NoEnter], seconds).await;
    let list = http::run(stage, http::Load::List, seconds);
    let create = http::run(stage, http::Load::Create, seconds);
    let by_token = http::run(stage, http::Load::ReadByApiToken, seconds);
    let by_session = http::run(stage, http::Load::ReadBySession, seconds);
    credentials::measure(seconds, rounds).await;
    let (foreign, absent) = http::foreign_and_absent(stage, seconds).await;
    let (forged, good) = http::forged_and_good(stage, seconds).await;

    rounds.add("pipeline", pipeline.rate);
    rounds.add("trips", trips.rate);
    rounds.add("tax", 1.0 - unwalled.whole_us / walled.whole_us);
    rounds.add("tax_of_server", 1.0 - unwalled.server_us / walled.server_us);
    rounds.add("enter", inside.server_us - outside.server_us);
    rounds.add("enter_latency", entered.latency_us - not_entered.latency_us);
    rounds.add("enter_grouped", in_groups.server_us - as_nobody.server_us);
    for (name, load) in [("read", &read), ("list", &list), ("create", &create), ("plain", &plain), ("plain_in_tenant", &plain_in_tenant)] {
        rounds.add_load(name, load);
    }
    rounds.add("by_token", by_token.rate);
    rounds.add("by_session", by_session.rate);
    rounds.add("by_token_of_read", by_token.rate / read.rate);
    rounds.add("by_session_of_read", by_session.rate / read.rate);
    rounds.add("read_of_pipeline", read.rate / pipeline.rate);
    rounds.add("read_of_plain", read.rate / plain.rate);
    rounds.add("read_of_plain_in_tenant", read.rate / plain_in_tenant.rate);
    rounds.add("foreign", foreign);
    rounds.add("absent", absent);
    rounds.add("foreign_of_absent", (foreign / absent).max(absent / foreign));
    rounds.add("forged", forged);
    rounds.add("forged_of_good", forged / good);
}

fn rows(rounds: &Rounds, resident_mib: f64) -> Vec<Row> {
    let mut rows = vec![
        Row::shown("pgbench: the read transaction, one pipeline", rounds.median("pipeline"), "/s"),
        Row::shown("pgbench: the same in separate trips", rounds.median("trips"), "/s"),
        Row::at_most("enter, processor time (owner)", rounds.median("enter"), 80.0, "us"),
        Row::shown("the same of an agent with groups", rounds.median("enter_grouped"), "us"),
        Row::shown("enter, latency for a client alone (owner)", rounds.median("enter_latency"), "us"),
        Row::at_most("tax of wall and doors, processor time", rounds.median("tax") * 100.0, 15.0, "%"),
        Row::shown("the same without pgbench's share", rounds.median("tax_of_server") * 100.0, "%"),
    ];
    for (name, title) in [("read", "service: read"), ("list", "service: list of 50"), ("create", "service: create"), ("plain", "Fastify + pg: plain read"), ("plain_in_tenant", "Fastify + pg: in a tenant's transaction")] {
        rows.extend(rounds.load_rows(name, title));
    }
    rows.extend([
        Row::at_least("read, of pgbench's pipeline", rounds.median("read_of_pipeline"), 0.3, "x"),
        Row::at_least("read, of Fastify's plain read", rounds.median("read_of_plain"), 1.2, "x"),
        Row::shown("read, of Fastify's in a tenant's transaction", rounds.median("read_of_plain_in_tenant"), "x"),
        Row::at_most("bearer verified, key cached (RS256)", rounds.median("bearer.RS256.fresh"), 60.0, "us"),
        Row::at_most("bearer verified, key cached (EdDSA)", rounds.median("bearer.EdDSA.fresh"), 60.0, "us"),
        Row::shown("bearer shown again (RS256)", rounds.median("bearer.RS256.again"), "us"),
        Row::shown("bearer shown again (EdDSA)", rounds.median("bearer.EdDSA.again"), "us"),
        Row::shown("service: read by an API token", rounds.median("by_token"), "/s"),
        Row::shown("the same, of the read by a bearer", rounds.median("by_token_of_read"), "x"),
        Row::shown("service: read by a session", rounds.median("by_session"), "/s"),
        Row::shown("the same, of the read by a bearer", rounds.median("by_session_of_read"), "x"),
        Row::shown("foreign ticket, p50", rounds.median("foreign"), "us"),
        Row::shown("non-existent ticket, p50", rounds.median("absent"), "us"),
        Row::at_most("the slower of the two, of the faster", rounds.median("foreign_of_absent"), 1.1, "x"),
        Row::shown("forged bearer refused, p50", rounds.median("forged"), "us"),
        Row::at_most("the same, of a good bearer's read", rounds.median("forged_of_good"), 1.0, "x"),
        Row::shown("a quiet tenant's read, p50", rounds.median("limited.quiet.p50"), "us"),
        Row::shown("beside a flood within its limits, p50", rounds.median("turns.p50"), "x"),
        Row::shown("beside a flood within its limits, p99", rounds.median("turns.p99"), "x"),
        Row::shown("beside a flood past its limits, p50", rounds.median("limited.p50"), "x"),
        Row::shown("beside a flood past its limits, p99", rounds.median("limited.p99"), "x"),
        Row::shown("beside a flood without limits, p50", rounds.median("unlimited.p50"), "x"),
        Row::shown("beside a flood without limits, p99", rounds.median("unlimited.p99"), "x"),
        Row::at_most("resident at 500 connections", resident_mib, 64.0, "MiB"),
    ]);
    rows
}
