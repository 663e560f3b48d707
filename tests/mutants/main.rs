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

use detector::{Detector, Verdict};
use mutant::{Mutant, numbered};
use stage::{Layer, Stage};
use std::collections::{BTreeMap, BTreeSet};

async fn all(stage: &Stage) -> Vec<Mutant> {
    let mut mutants = catalogue::mutants(&stage.client).await;
    mutants.extend(functions::mutants(&stage.client).await);
    mutants.extend(queries::mutants(&queries::texts()));
    numbered(mutants)
}

/// Known to change nothing that anybody could see, each with its reason. The list may only shrink.
fn equivalents() -> BTreeMap<String, String> {
    let text = include_str!("equivalents.tsv");
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once('\t').map(|(name, reason)| (name.to_owned(), reason.to_owned())).expect("a name, a tab and a reason"))
        .collect()
}

/// The fixed sample of `make test`: what stands before tickets and what seals the context.
fn is_sampled(mutant: &Mutant) -> bool {
    ["door: tickets_", "wall: tickets_", "seal:", "function: sealed", "function: enter", "function: transfer_ticket", "query: tickets/", "foreign key: comments_", "row security: tickets"]
        .iter()
        .any(|begin| mutant.name.starts_with(begin))
}

#[tokio::test]
async fn every_mutant_is_noticed_and_with_nothing_changed_nothing_is() {
    let second = Stage::set().await;
    assert_eq!(committed::look(&second).await, None, "with nothing changed");
    let stage = Stage::set().await;
    let whole = std::env::var("MUTANTS").is_ok_and(|value| value == "all");
    let only = std::env::var("MUTANT").ok();
    let chosen = |mutant: &Mutant| only.as_ref().map_or(whole || is_sampled(mutant), |only| mutant.name.contains(only.as_str()));
    let mutants: Vec<Mutant> = all(&stage).await.into_iter().filter(chosen).collect();
    let detector = Detector::new(stage, second).await;
    let mut wrong = Vec::new();
    for layer in Layer::ALL {
        wrong.extend(detector.baseline(layer).await.into_iter().map(|line| format!("[{}] {line}", layer.name())));
    }
    assert!(wrong.is_empty(), "with nothing changed, {} outcomes are not as written\n{}", wrong.len(), wrong.join("\n"));

    let verdicts = detector.judge(&mutants).await;
    detector.leave().await;
    if std::env::var("VERBOSE").is_ok() {
        for mutant in &mutants {
            println!("{}\t{}", mutant.name, verdicts.get(&mutant.name).map_or_else(|| "LIVES".to_owned(), ToString::to_string));
        }
    }
    report(&mutants, &verdicts, whole);
}

fn report(mutants: &[Mutant], verdicts: &BTreeMap<String, Verdict>, whole: bool) {
    let equivalents = equivalents();
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
