//! Each wall, door, key, privilege, function body and predicate is taken away or loosened in turn, and somebody must notice. It repairs nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod catalogue;
mod committed;
mod detector;
mod functions;
mod mutant;
mod play;
mod queries;
mod sql_text;
mod stage;
mod story;

use detector::{Detector, Verdict};
use futures_util::future::join_all;
use mutant::{Mutant, numbered};
use stage::Stage;
use std::collections::{BTreeMap, BTreeSet};

async fn all(stage: &Stage) -> Vec<Mutant> {
    let mut mutants = catalogue::mutants(&stage.client).await;
    mutants.extend(functions::mutants(&stage.client).await);
    mutants.extend(queries::mutants(&queries::texts()));
    numbered(mutants)
}

/// Known to change nothing that anybody could see, each with its reason. The list may only shrink.
fn equivalents() -> BTreeMap<String, String> {
    include_str!("equivalents.tsv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once('\t').map(|(name, reason)| (name.to_owned(), reason.to_owned())).expect("a name, a tab and a reason"))
        .collect()
}

/// The fixed sample of `make test`: what stands before tickets, and what writes and reads the context. A name here that begins no mutant
/// would sample nothing.
const SAMPLE: [&str; 17] = [
    "door: tickets_", "wall: tickets_", "privilege: the context", "function: context", "function: current_tenant", "function: tenant_of_login", "function: tenant_id",
    "function: may ", "function: member", "function: groups_with", "function: seal", "function: unseal", "function: enter", "function: transfer_ticket", "query: tickets/",
    "foreign key: comments_", "row security: tickets",
];

fn is_sampled(mutant: &Mutant) -> bool {
    SAMPLE.iter().any(|begin| mutant.name.starts_with(begin))
}

/// Detectors at work at once, each on a database of its own.
const LANES: usize = 2;

#[tokio::test]
async fn every_mutant_is_noticed_and_with_nothing_changed_nothing_is() {
    let stage = Stage::set().await;
    let only = std::env::var("MUTANT").ok();
    let whole = only.is_none() && std::env::var("MUTANTS").is_ok_and(|value| value == "all");
    let equivalents = equivalents();
    // Those that nobody can notice are looked for everywhere, which takes longest: left to the whole run.
    let sampled = |mutant: &Mutant| is_sampled(mutant) && !equivalents.contains_key(&mutant.name);
    let chosen = |mutant: &Mutant| only.as_ref().map_or(whole || sampled(mutant), |only| only.split(';').any(|part| mutant.name.contains(part)));
    let mutants = all(&stage).await;
    for begin in SAMPLE {
        assert!(mutants.iter().any(|mutant| mutant.name.starts_with(begin)), "no mutant is called {begin}: the sample lost what it stood for");
    }
    let mutants: Vec<Mutant> = mutants.into_iter().filter(chosen).collect();
    stage.leave().await;
    let lanes = (0..LANES).map(|lane| {
        let share: Vec<Mutant> = mutants.iter().skip(lane).step_by(LANES).cloned().collect();
        judged(share, lane == 0)
    });
    let verdicts: BTreeMap<String, Verdict> = join_all(lanes).await.into_iter().flatten().collect();
    if std::env::var("VERBOSE").is_ok() {
        for mutant in &mutants {
            println!("{}\t{}", mutant.name, verdicts.get(&mutant.name).map_or_else(|| "LIVES".to_owned(), ToString::to_string));
        }
    }
    report(&mutants, &verdicts, &equivalents, whole);
}

#[tokio::test]
async fn every_story_goes_as_written() {
    let detector = Detector::new(Stage::set().await, Stage::set().await).await;
    let otherwise = detector.told_otherwise().await;
    detector.leave().await;
    assert!(otherwise.is_empty(), "not as written; if it is as it should be, STORIES=write writes it\n{}", otherwise.join("\n"));
}

async fn judged(mutants: Vec<Mutant>, first: bool) -> BTreeMap<String, Verdict> {
    let mut detector = Detector::new(Stage::set().await, Stage::set().await).await;
    if first {
        let wrong = detector.with_nothing_changed().await;
        assert!(wrong.is_empty(), "with nothing changed, {} outcomes are not as written\n{}", wrong.len(), wrong.join("\n"));
    }
    let verdicts = detector.judge(&mutants).await;
    detector.leave().await;
    verdicts
}

fn report(mutants: &[Mutant], verdicts: &BTreeMap<String, Verdict>, equivalents: &BTreeMap<String, String>, whole: bool) {
    let made: Vec<&Mutant> = mutants.iter().filter(|mutant| !matches!(verdicts.get(&mutant.name), Some(Verdict::Stillborn(_)))).collect();
    let mut by = BTreeMap::<&str, usize>::new();
    for verdict in verdicts.values() {
        if let Verdict::Killed { kind, .. } = verdict {
            *by.entry(kind).or_default() += 1;
        }
    }
    let names: BTreeSet<&str> = made.iter().map(|mutant| mutant.name.as_str()).collect();
    let (listed, survivors): (Vec<&str>, Vec<&str>) = names.iter().filter(|name| !verdicts.contains_key(**name)).partition(|name| equivalents.contains_key(**name));
    let stale: Vec<&str> = equivalents.keys().map(String::as_str).filter(|name| verdicts.contains_key(*name) || (whole && !names.contains(name))).collect();
    let ways: Vec<String> = by.iter().map(|(kind, count)| format!("{count} by a {kind}")).collect();
    println!("mutants: {} made, {} killed, {} equivalent ({})", made.len(), by.values().sum::<usize>(), listed.len(), ways.join(", "));
    assert!(survivors.is_empty(), "{} mutants live; write a play that notices, or a line with its reason to mutants/equivalents.tsv\n{}", survivors.len(), survivors.join("\n"));
    assert!(stale.is_empty(), "noticed, or no longer made: take them out of mutants/equivalents.tsv\n{}", stale.join("\n"));
}
