//! The detector: the catalogue lints, then the plays nearest to a mutant, then what only a commit shows, then every other play. It believes a mutant dead only where an outcome differs from what is written.

use crate::committed;
use crate::mutant::{Made, Mutant};
use crate::play::{Actor, Case, Play, plays};
use crate::queries;
use crate::stage::{Layer, Stage};
use crate::story::{Queries, Story, stories};
use ringfence_store::verify::{Lint, lints};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What makes the context and what reads it, and the plays that are about nothing else.
const CONTEXT: [&str; 10] = ["enter", "context", "tenant_of_login", "seal", "unseal", "current_tenant", "narrowed", "common_groups", "live_session", "for_hours"];
const AROUND_THE_CONTEXT: [&str; 4] = ["entry", "forging", "credentials", "break_glass"];

/// Catalogue rows of undone changes slow the catalogue down until the transaction ends.
const BATCH: usize = 40;

pub struct Detector {
    stage: Stage,
    /// Where changes are committed.
    second: Stage,
    plays: Vec<Play>,
    stories: Vec<Story>,
    texts: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
    callers: BTreeMap<String, BTreeSet<String>>,
    lints: Vec<Lint>,
    /// What the lints say of this server as it is.
    known: BTreeSet<String>,
    /// How many mutants of a subject each case has noticed: the same case will likely notice the next one.
    noticed: RefCell<BTreeMap<(String, usize, usize), u32>>,
}

#[derive(Debug, Clone)]
pub enum Verdict {
    Killed { kind: &'static str, by: String },
    /// PostgreSQL refused to make it.
    Stillborn(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed { kind, by } => write!(f, "killed by the {kind} {by}"),
            Self::Stillborn(why) => write!(f, "stillborn: {why}"),
        }
    }
}

/// Where a mutant is looked for, in this order: the cheap and telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Near,
    Lints,
    Far,
}

impl Detector {
    pub async fn new(stage: Stage, second: Stage) -> Self {
        let texts = queries::texts();
        let types = queries::types(&stage.client, &texts).await;
        let callers = callers(&stage).await;
        let mut detector = Self { callers, stage, second, plays: plays(&texts, &types), stories: stories(), texts, types, lints: lints().expect("lints"), known: BTreeSet::new(), noticed: RefCell::default() };
        detector.known = detector.findings().await;
        detector
    }

    pub async fn leave(self) {
        for stage in [self.stage, self.second] {
            stage.leave().await;
        }
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

    /// What comes out otherwise than written although nothing was changed.
    pub async fn with_nothing_changed(&self) -> Vec<String> {
        let mut wrong: Vec<String> = committed::look(&self.second).await.into_iter().collect();
        for layer in Layer::ALL {
            wrong.extend(self.baseline(layer).await.into_iter().map(|line| format!("[{}] {line}", layer.name())));
        }
        wrong
    }

    async fn baseline(&self, layer: Layer) -> Vec<String> {
        self.stage.run("begin").await;
        self.stage.remove(layer).await;
        self.stage.run("savepoint play").await;
        let mut wrong = Vec::new();
        for play in &self.plays {
            for case in play.cases.iter().filter(|case| is_played(play, case, layer)) {
                wrong.extend(self.difference(play, case).await);
            }
        }
        self.stage.run("rollback").await;
        wrong
    }

    async fn difference(&self, play: &Play, case: &Case) -> Option<String> {
        let outcome = self.stage.outcome(play, case).await;
        (!case.expected.contains(&outcome)).then(|| format!("{}: {} | {:?} {} | came: {outcome}", play.file, play.title, case.actor, case.line))
    }

    /// What became of each mutant; one that is not named lives.
    pub async fn judge(&mut self, mutants: &[Mutant]) -> BTreeMap<String, Verdict> {
        let mut verdicts = BTreeMap::new();
        // The catalogue shows what a policy, a key or a privilege is, and little of what a text says.
        let (texts, others): (Vec<Mutant>, Vec<Mutant>) = mutants.iter().cloned().partition(Mutant::is_text);
        self.judge_looking(&others, Look::Lints, [Layer::Whole], &mut verdicts).await;
        // Near by, one layer alone tells soonest; far away, the whole does.
        self.judge_looking(mutants, Look::Near, Layer::ALL.into_iter().rev(), &mut verdicts).await;
        for layer in Layer::ALL {
            self.judge_telling(mutants, layer, &mut verdicts).await;
        }
        self.judge_looking(&texts, Look::Lints, [Layer::Whole], &mut verdicts).await;
        self.judge_committed(mutants, &mut verdicts).await;
        // Half a minute for each that nobody notices; who writes a play first wants to know which those are.
        if std::env::var("MUTANTS").is_ok_and(|value| value == "near") {
            return verdicts;
        }
        self.judge_looking(mutants, Look::Far, Layer::ALL, &mut verdicts).await;
        verdicts
    }

    async fn judge_looking(&self, mutants: &[Mutant], look: Look, layers: impl IntoIterator<Item = Layer>, verdicts: &mut BTreeMap<String, Verdict>) {
        for layer in layers {
            let left: Vec<&Mutant> = mutants.iter().filter(|mutant| mutant.layers.contains(&layer) && !verdicts.contains_key(&mutant.name)).collect();
            eprintln!("{look:?}, layer {}: {} mutants left", layer.name(), left.len());
            if look == Look::Far && std::env::var("VERBOSE").is_ok() {
                left.iter().for_each(|mutant| eprintln!("left\t{}", mutant.name));
            }
            for batch in left.chunks(BATCH) {
                self.judge_batch(batch, look, layer, verdicts).await;
            }
        }
    }

    /// On a stage of its own, since a commit leaves traces; on a new one where a mutant left some that make a sound function fail.
    async fn judge_committed(&mut self, mutants: &[Mutant], verdicts: &mut BTreeMap<String, Verdict>) {
        let originals = committed::originals(&self.second).await;
        for mutant in mutants.iter().filter(|mutant| mutant.name.starts_with("function")) {
            if verdicts.contains_key(&mutant.name) {
                continue;
            }
            if let Some(by) = committed::difference(&self.second, mutant, &originals).await {
                verdicts.insert(mutant.name.clone(), Verdict::Killed { kind: "commit", by });
                if committed::look(&self.second).await.is_some() {
                    std::mem::replace(&mut self.second, Stage::set().await).leave().await;
                }
            }
        }
    }

    /// Stories that do not go as written.
    pub async fn told_otherwise(&self) -> Vec<String> {
        self.otherwise(&self.told(Layer::Whole).await)
    }

    fn otherwise(&self, told: &[Vec<String>]) -> Vec<String> {
        self.stories.iter().zip(told).filter_map(|(story, told)| story.difference(told)).collect()
    }

    /// One story with nothing changed but a layer taken away.
    async fn told_one(&self, story: &Story, layer: Layer) -> Vec<String> {
        let queries = Queries { texts: &self.texts, types: &self.types, changed: None };
        self.stage.run("begin").await;
        self.stage.remove(layer).await;
        let told = story.tell(&self.stage, &queries, None).await.unwrap_or_else(|told| vec![told]);
        self.stage.run("rollback").await;
        told
    }

    async fn told(&self, layer: Layer) -> Vec<Vec<String>> {
        let mut told = Vec::new();
        for story in &self.stories {
            told.push(self.told_one(story, layer).await);
        }
        told
    }

    async fn judge_telling(&self, mutants: &[Mutant], layer: Layer, verdicts: &mut BTreeMap<String, Verdict>) {
        let left: Vec<&Mutant> = mutants.iter().filter(|mutant| mutant.layers.contains(&layer) && !verdicts.contains_key(&mutant.name)).collect();
        eprintln!("Stories, layer {}: {} mutants left", layer.name(), left.len());
        if left.is_empty() {
            return;
        }
        let expected = self.told(layer).await;
        // A story that goes otherwise by itself would notice everything.
        assert_eq!(self.told(layer).await, expected, "a story is not told twice alike");
        if layer == Layer::Whole {
            let otherwise = self.otherwise(&expected);
            assert!(otherwise.is_empty(), "not as written\n{}", otherwise.join("\n"));
        }
        // The story that noticed the one before will likely notice the next one.
        let mut order: Vec<usize> = (0..self.stories.len()).collect();
        for mutant in left {
            let changed = if let Made::Query { path, text } = &mutant.made { Some((path.as_str(), text.as_str())) } else { None };
            let queries = Queries { texts: &self.texts, types: &self.types, changed };
            for place in 0..order.len() {
                let story = &self.stories[order[place]];
                if changed.is_some_and(|(path, _)| !story.uses(path)) {
                    continue;
                }
                self.stage.run("begin").await;
                self.stage.remove(layer).await;
                let told = match &mutant.made {
                    Made::Sql(sql) if self.stage.client.batch_execute(sql).await.is_err() => Ok(Vec::new()),
                    _ => story.tell(&self.stage, &queries, Some(&expected[order[place]])).await,
                };
                self.stage.run("rollback").await;
                if let Err(by) = told {
                    // One that goes otherwise with nothing changed, by what was left behind in the files of the database, tells nothing.
                    if self.told_one(story, layer).await != expected[order[place]] {
                        eprintln!("not believed, for it goes otherwise by itself now: {by}");
                        continue;
                    }
                    if std::env::var("VERBOSE").is_ok() {
                        println!("{}\tkilled by the story {by}", mutant.name);
                    }
                    verdicts.insert(mutant.name.clone(), Verdict::Killed { kind: "story", by });
                    order[..=place].rotate_right(1);
                    break;
                }
            }
        }
    }

    async fn judge_batch(&self, batch: &[&Mutant], look: Look, layer: Layer, verdicts: &mut BTreeMap<String, Verdict>) {
        self.stage.run("begin").await;
        self.stage.remove(layer).await;
        self.stage.run("savepoint clean").await;
        for mutant in batch {
            if let Some(verdict) = self.look(mutant, look, layer).await {
                if std::env::var("VERBOSE").is_ok() {
                    println!("{}\t{verdict}", mutant.name);
                }
                verdicts.insert(mutant.name.clone(), verdict);
            }
            self.stage.run("rollback to savepoint clean").await;
        }
        self.stage.run("rollback").await;
    }

    async fn look(&self, mutant: &Mutant, look: Look, layer: Layer) -> Option<Verdict> {
        if let Made::Sql(sql) = &mutant.made
            && let Err(error) = self.stage.client.batch_execute(sql).await
        {
            return Some(Verdict::Stillborn(error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned())));
        }
        self.stage.run("savepoint play").await;
        if look == Look::Lints {
            let by = self.findings().await.difference(&self.known).next().cloned()?;
            return Some(Verdict::Killed { kind: "lint", by });
        }
        for (at, number) in self.order(mutant, look, layer) {
            let (play, changed);
            play = match &mutant.made {
                Made::Query { text, .. } => {
                    changed = self.plays[at].with_query(text);
                    &changed
                }
                Made::Sql(_) => &self.plays[at],
            };
            match self.difference(play, &play.cases[number]).await {
                Some(by) if by.ends_with("came: !42601") => return Some(Verdict::Stillborn(by)),
                Some(by) => {
                    *self.noticed.borrow_mut().entry((mutant.subject.clone(), at, number)).or_default() += 1;
                    return Some(Verdict::Killed { kind: if play.file == "privileges" { "list" } else { "play" }, by });
                }
                None => {}
            }
        }
        None
    }

    /// The cases to play, by their play and number: those first that have noticed most of the same subject.
    fn order(&self, mutant: &Mutant, look: Look, layer: Layer) -> Vec<(usize, usize)> {
        let mut order = Vec::new();
        let callers = self.callers.get(&mutant.subject).cloned().unwrap_or_default();
        for (at, play) in self.plays.iter().enumerate() {
            if matches!(&mutant.made, Made::Query { path, .. } if play.query.as_ref() != Some(path)) {
                continue;
            }
            let cases = play.cases.iter().enumerate().filter(|(_, case)| is_played(play, case, layer) && (look == Look::Near) == is_near(mutant, &callers, play, case));
            order.extend(cases.map(|(number, _)| (at, number)));
        }
        let noticed = self.noticed.borrow();
        order.sort_by_cached_key(|(at, number)| std::cmp::Reverse(noticed.get(&(mutant.subject.clone(), *at, *number)).copied().unwrap_or_default()));
        order
    }
}

/// Without any policy the queries alone are looked at; without FORCE nothing stands before the owner itself.
fn is_played(play: &Play, case: &Case, layer: Layer) -> bool {
    let unguarded = layer == Layer::WithoutForce && matches!(case.actor, Actor::Owner | Actor::Definer);
    !play.but.contains(layer.name()) && !unguarded && (layer != Layer::WithoutPolicies || play.query.is_some())
}

/// Whether a case is about what the mutant changed. The list of who holds what is near to a privilege given alone: one
/// taken away should be missed where it is used.
fn is_near(mutant: &Mutant, callers: &BTreeSet<String>, play: &Play, case: &Case) -> bool {
    if play.file == "privileges" {
        let lists_all = play.title.starts_with("what each may execute");
        return mutant.name.starts_with("privileges") && (lists_all || case.line.contains(&mutant.subject));
    }
    if matches!(mutant.made, Made::Query { .. }) {
        return true;
    }
    // Whatever is let in, is let in by the entry, and believed by the context.
    if CONTEXT.contains(&mutant.subject.as_str()) && AROUND_THE_CONTEXT.contains(&play.file.as_str()) {
        return true;
    }
    let text = case.fill(&format!("{} {} {}", play.before, play.sql, play.forging), play);
    ["ringfence", "reporting"].iter().any(|schema| text.contains(&format!("{schema}.{}", mutant.subject))) || callers.iter().any(|caller| text.contains(&format!("ringfence.{caller}(")))
}

/// By function: those that call it, at however many removes. What makes the context is called by all, and is left out.
async fn callers(stage: &Stage) -> BTreeMap<String, BTreeSet<String>> {
    let bodies = committed::originals(stage).await;
    let calls = |body: &str, name: &str| body.contains(&format!("ringfence.{name}("));
    let mut callers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for called in bodies.keys().filter(|called| !CONTEXT.contains(&called.as_str())) {
        let mut known = BTreeSet::from([called.clone()]);
        loop {
            let more: Vec<String> = bodies
                .iter()
                .filter(|(name, body)| !known.contains(*name) && !CONTEXT.contains(&name.as_str()) && known.iter().any(|one| calls(body, one)))
                .map(|(name, _)| name.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            known.extend(more);
        }
        callers.insert(called.clone(), known);
    }
    callers
}
