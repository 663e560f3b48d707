//! Each wall, door, key, privilege, function body and predicate is taken away or loosened in turn, and somebody must notice. It repairs nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod catalogue;
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

#[tokio::test]
async fn with_nothing_changed_every_play_comes_out_as_written() {
    let stage = Stage::set().await;
    let detector = Detector::new(stage).await;
    let mut wrong = Vec::new();
    for layer in Layer::ALL {
        wrong.extend(detector.baseline(layer).await.into_iter().map(|line| format!("[{}] {line}", layer.name())));
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    detector.leave().await;
}

#[tokio::test]
async fn every_mutant_is_noticed() {
    let stage = Stage::set().await;
    let only = std::env::var("MUTANT").ok();
    let mutants: Vec<Mutant> = all(&stage).await.into_iter().filter(|mutant| only.as_ref().is_none_or(|only| mutant.name.contains(only.as_str()))).collect();
    let detector = Detector::new(stage).await;
    let equivalents = equivalents();
    let (mut survivors, mut revived, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    let (mut made, mut killed) = (0, 0);
    let mut by = BTreeMap::<&str, usize>::new();
    for mutant in &mutants {
        let verdict = detector.verdict(mutant).await;
        if std::env::var("VERBOSE").is_ok() {
            println!("{}\t{verdict}", mutant.name);
        }
        match verdict {
            Verdict::Stillborn(_) => continue,
            Verdict::Killed { kind, .. } => {
                killed += 1;
                *by.entry(kind).or_default() += 1;
                if equivalents.contains_key(&mutant.name) {
                    revived.push(mutant.name.clone());
                }
            }
            Verdict::Survived if equivalents.contains_key(&mutant.name) => {}
            Verdict::Survived => survivors.push(mutant.name.clone()),
        }
        made += 1;
        seen.insert(mutant.name.clone());
    }
    let gone: Vec<&String> = equivalents.keys().filter(|name| only.is_none() && !seen.contains(*name)).collect();
    println!("mutants: {made} made, {killed} killed, {} equivalent ({by:?})", made - killed - survivors.len());
    detector.leave().await;
    assert!(survivors.is_empty(), "{} mutants live; add a play that notices, or a line with its reason to mutants/equivalents.tsv\n{}", survivors.len(), survivors.join("\n"));
    assert!(revived.is_empty(), "these are noticed: take them out of mutants/equivalents.tsv\n{}", revived.join("\n"));
    assert!(gone.is_empty(), "there are no such mutants: take them out of mutants/equivalents.tsv\n{gone:?}");
}
