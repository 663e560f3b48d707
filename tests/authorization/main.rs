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
    let lanes = (0..LANES).map(|lane| lane_of(&installation, &database, first + lane, cases.div_ceil(2), 100));
    let tallies: Vec<Tally> = futures_util::future::join_all(lanes).await;
    let played: usize = tallies.iter().map(|tally| tally.cases).sum();
    let allowed: usize = tallies.iter().map(|tally| tally.allowed).sum();
    let disagreements: Vec<&String> = tallies.iter().flat_map(|tally| &tally.disagreements).collect();
    println!("authorization: {played} cases from seed {first}, {allowed} of them allowed, {} disagreements", disagreements.len());
    let shown: Vec<&str> = disagreements.iter().take(20).map(|text| text.as_str()).collect();
    assert!(disagreements.is_empty(), "{} disagreements; SEED=<its seed> CASES=1 plays one again\n{}", disagreements.len(), shown.join("\n"));
    assert!(played >= cases && allowed * 10 > played && allowed * 10 < played * 9, "{played} cases of which {allowed} are allowed prove little");
}

/// Doors opened or shut by hand, one at a time: the model must notice each.
const CHANGED: &[(&str, &str)] = &[
    ("a requester reads internal comments", "alter policy comments_read on ringfence.comments using (tenant_id = ringfence.tenant_id() and ((select ringfence.may('ticket.read')) or group_key = any ((select ringfence.groups_with('ticket.read.group'))::uuid[]) or requester_id = (select ringfence.member_with('ticket.read.own'))) and ((select ringfence.may('comment.read')) or group_key = any ((select ringfence.groups_with('comment.read.group'))::uuid[]) or requester_id = (select ringfence.member_with('comment.read.own'))))"),
    ("whoever sees fields reads comments", "alter policy comments_read on ringfence.comments using (tenant_id = ringfence.tenant_id() and ((select ringfence.may('ticket.read')) or group_key = any ((select ringfence.groups_with('ticket.read.group'))::uuid[]) or requester_id = (select ringfence.member_with('ticket.read.own'))) and ((select ringfence.may('comment.read')) or group_key = any ((select ringfence.groups_with('ticket.read.group'))::uuid[]) or requester_id = (select ringfence.member_with('comment.read.own')) and visibility = 'public'))"),
    ("comments are read without their ticket", "alter policy comments_read on ringfence.comments using (tenant_id = ringfence.tenant_id() and ((select ringfence.may('comment.read')) or group_key = any ((select ringfence.groups_with('comment.read.group'))::uuid[]) or requester_id = (select ringfence.member_with('comment.read.own')) and visibility = 'public'))"),
    ("whoever sees a ticket changes it", "alter policy tickets_change_in_groups on ringfence.tickets using (tenant_id = ringfence.tenant_id() and group_id = any ((select ringfence.groups_with('ticket.read.group'))::uuid[])) with check (true)"),
    ("roles are given by whoever manages members", "alter policy members_change on ringfence.members using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage'))) with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')))"),
    ("a role is made above its maker's", "alter policy tenant_roles_create on ringfence.tenant_roles with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('role.manage')))"),
    ("contacts are changed by whoever reads them", "alter policy contacts_change on ringfence.contacts using (tenant_id = ringfence.tenant_id() and (select ringfence.may('contact.read'))) with check (true)"),
    ("staff are renamed by whoever changes contacts", "alter policy contacts_change on ringfence.contacts using (tenant_id = ringfence.tenant_id() and (select ringfence.may('contact.change')))"),
    ("nobody writes notes", "drop policy comments_note_in_groups on ringfence.comments"),
    ("nobody works in groups", "drop policy tickets_read_in_groups on ringfence.tickets"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_door_opened_or_shut_by_hand_is_noticed() {
    for (what, sql) in CHANGED {
        let installation = Installation::fresh().await;
        installation.admin().await.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}: {sql}"));
        let database = Database::new(&installation.database_config(2)).expect("a pool");
        let tally = lane_of(&installation, &database, 1, 30_000, 1).await;
        assert!(!tally.disagreements.is_empty(), "{what}, and {} cases do not notice", tally.cases);
        println!("authorization: {what}: noticed after {} cases", tally.cases);
    }
}

async fn lane_of(installation: &Installation, database: &Database, first: u64, cases: usize, enough: usize) -> Tally {
    let admin = installation.admin().await;
    let mut tally = Tally::default();
    let mut seed = first;
    while tally.cases < cases && tally.disagreements.len() < enough {
        let state = State::generate(seed);
        state.write(&admin, database).await;
        let mut dice = Dice::new(seed ^ 0xA5A5);
        for way in state.ways.clone() {
            if tally.disagreements.len() >= enough {
                break;
            }
            cases::play(&state, database, way, seed, &mut dice, &mut tally).await;
        }
        seed += LANES;
    }
    tally
}
