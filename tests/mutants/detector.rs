//! The detector: every play under every layer, then the catalogue lints. It believes a mutant dead only where an outcome differs from what is written.

use crate::mutant::{Made, Mutant};
use crate::play::{Actor, Play, plays};
use crate::queries;
use crate::stage::{Layer, Stage};
use ringfence_store::verify::{Lint, lints};
use std::collections::BTreeSet;
use std::fmt;

pub struct Detector {
    stage: Stage,
    plays: Vec<Play>,
    lints: Vec<Lint>,
    /// What the lints say of this server as it is.
    known: BTreeSet<String>,
}

#[derive(Debug, Clone)]
pub enum Verdict {
    /// By a play or a lint.
    Killed { kind: &'static str, by: String },
    Survived,
    /// PostgreSQL refused to make it.
    Stillborn(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed { kind, by } => write!(f, "killed by the {kind} {by}"),
            Self::Survived => f.write_str("SURVIVED"),
            Self::Stillborn(why) => write!(f, "stillborn: {why}"),
        }
    }
}

impl Detector {
    pub async fn new(stage: Stage) -> Self {
        let texts = queries::texts();
        let types = queries::types(&stage.client, &texts).await;
        let mut detector = Self { stage, plays: plays(&texts, &types), lints: lints().expect("lints"), known: BTreeSet::new() };
        detector.known = detector.findings().await;
        detector
    }

    pub async fn leave(self) {
        drop(self.stage.client);
        self.stage.installation.drop().await;
    }

    async fn findings(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for lint in &self.lints {
            match lint.run(&self.stage.client).await {
                Ok(findings) => found.extend(findings.iter().map(|finding| format!("{}: {}: {}", finding.lint, finding.object, finding.detail))),
                Err(error) => {
                    found.insert(format!("{}: {error}", lint.name));
                    break;
                }
            }
        }
        found
    }

    /// Every play with that layer away and nothing else changed: what came out otherwise than written.
    pub async fn baseline(&self, layer: Layer) -> Vec<String> {
        self.stage.run("begin").await;
        self.stage.remove(layer).await;
        self.stage.run("savepoint play").await;
        let mut wrong = Vec::new();
        for play in &self.plays {
            wrong.extend(self.differences(play, layer, false).await);
        }
        self.stage.run("rollback").await;
        wrong
    }

    /// What came out otherwise than written; the first alone, where that is enough.
    async fn differences(&self, play: &Play, layer: Layer, first: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        // Without any policy the queries alone are looked at; without FORCE nothing stands before the owner itself.
        if play.but.contains(layer.name()) || (layer == Layer::WithoutPolicies && play.query.is_none()) {
            return wrong;
        }
        let unguarded = |actor: &Actor| layer == Layer::WithoutForce && matches!(actor, Actor::Owner | Actor::Definer);
        for case in play.cases.iter().filter(|case| !unguarded(&case.actor)) {
            let outcome = self.stage.outcome(play, case).await;
            if !case.expected.contains(&outcome) {
                wrong.push(format!("{}: {} | {:?} {} | came: {outcome}", play.file, play.title, case.actor, case.line));
                if first {
                    break;
                }
            }
        }
        wrong
    }

    pub async fn verdict(&self, mutant: &Mutant) -> Verdict {
        for layer in &mutant.layers {
            self.stage.run("begin").await;
            self.stage.remove(*layer).await;
            let verdict = self.look(mutant, *layer).await;
            self.stage.run("rollback").await;
            if !matches!(verdict, Verdict::Survived) {
                return verdict;
            }
        }
        Verdict::Survived
    }

    async fn look(&self, mutant: &Mutant, layer: Layer) -> Verdict {
        let killed = |kind, by| Verdict::Killed { kind, by };
        match &mutant.made {
            Made::Query { path, text } => {
                self.stage.run("savepoint play").await;
                for play in self.plays.iter().filter(|play| play.query.as_ref() == Some(path)) {
                    match self.differences(&play.with_query(text), layer, true).await.pop() {
                        Some(by) if by.ends_with("came: !42601") => return Verdict::Stillborn(by),
                        Some(by) => return killed("play", by),
                        None => {}
                    }
                }
                return Verdict::Survived;
            }
            Made::Sql(sql) => {
                if let Err(error) = self.stage.client.batch_execute(sql).await {
                    return Verdict::Stillborn(error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned()));
                }
                self.stage.run("savepoint play").await;
            }
        }
        let about = |play: &&Play| play.file == mutant.subject || play.sql.contains(&mutant.subject) || play.title.contains(&mutant.subject);
        // The list of who holds what comes last: a privilege should be missed where it is used.
        let (lists, rest): (Vec<&Play>, Vec<&Play>) = self.plays.iter().partition(|play| play.file == "privileges");
        let (near, far): (Vec<&Play>, Vec<&Play>) = rest.into_iter().partition(about);
        let mut order: Vec<&Play> = if mutant.name.starts_with("privileges") { lists.iter().copied().collect() } else { Vec::new() };
        order.extend(near);
        order.extend(far);
        order.extend(lists);
        for play in order {
            if let Some(by) = self.differences(play, layer, true).await.pop() {
                return killed(if play.file == "privileges" { "list" } else { "play" }, by);
            }
        }
        if layer == Layer::Whole
            && let Some(by) = self.findings().await.difference(&self.known).next()
        {
            return killed("lint", by.clone());
        }
        Verdict::Survived
    }
}
