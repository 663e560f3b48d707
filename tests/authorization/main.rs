//! The live database beside a reference model of who may do what, over generated cases: the two must agree on every one.
//! CASES says how many; SEED where they begin. It looks at one tenant at a time: what crosses is the isolation suite's.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cases;
mod model;
mod state;

use cases::Tally;
use ringfence_store::Database;
use ringfence_tests::Installation;
use state::{Dice, State};

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not '{text}'")))
}

/// Seeds at work at once, each with tenants of its own.
const LANES: u64 = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_and_the_model_agree_on_who_may_do_what() {
    let installation = Installation::fresh().await;
    let database = Database::new(&installation.database_config(4)).expect("a pool");
    let cases = usize::try_from(from_environment("CASES", 2_000)).expect("a number of cases");
    let first = from_environment("SEED", 1);
    let lanes = (0..LANES).map(|lane| lane_of(&installation, &database, first + lane, cases.div_ceil(2)));
    let tallies: Vec<Tally> = futures_util::future::join_all(lanes).await;
    let played: usize = tallies.iter().map(|tally| tally.cases).sum();
    let allowed: usize = tallies.iter().map(|tally| tally.allowed).sum();
    let disagreements: Vec<&String> = tallies.iter().flat_map(|tally| &tally.disagreements).collect();
    println!("authorization: {played} cases from seed {first}, {allowed} of them allowed, {} disagreements", disagreements.len());
    let shown: Vec<&str> = disagreements.iter().take(20).map(|text| text.as_str()).collect();
    assert!(disagreements.is_empty(), "{} disagreements; SEED=<its seed> CASES=1 plays one again\n{}", disagreements.len(), shown.join("\n"));
    assert!(played >= cases && allowed * 10 > played && allowed * 10 < played * 9, "{played} cases of which {allowed} are allowed prove little");
}

async fn lane_of(installation: &Installation, database: &Database, first: u64, cases: usize) -> Tally {
    let admin = installation.admin().await;
    let mut tally = Tally::default();
    let mut seed = first;
    while tally.cases < cases && tally.disagreements.len() < 100 {
        let state = State::generate(seed);
        state.write(&admin, database).await;
        let mut dice = Dice::new(seed ^ 0xA5A5);
        for way in state.ways.clone() {
            cases::play(&state, database, way, seed, &mut dice, &mut tally).await;
        }
        seed += LANES;
    }
    tally
}
