//! Stories: what takes several steps, such as crossing between tenants, or signing in. After each step the answer and every row
//! that came, went or changed are compared with what is written beside the story (`.out`); `STORIES=write` writes that anew.
//!
//! A story is SQL under lines of its own: `-- actor: title` begins a step of that actor (as in a play); `-- actor query path: title`
//! one that runs a file of sql/queries with the values that follow; with `try` before it, the step is taken back. All steps are one
//! transaction, which is rolled back; the context is empty at the beginning of each.

use crate::play::Actor;
use crate::stage::Stage;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uuid::Uuid;

#[derive(Debug)]
pub struct Story {
    pub name: String,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    actor: Actor,
    title: String,
    query: Option<String>,
    is_tried: bool,
    text: String,
}

/// Files of sql/queries and the types of their parameters.
pub struct Queries<'a> {
    pub texts: &'a BTreeMap<String, String>,
    pub types: &'a BTreeMap<String, String>,
    /// One of them as a mutant has it.
    pub changed: Option<(&'a str, &'a str)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("mutants/stories")
}

pub fn stories() -> Vec<Story> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).expect("mutants/stories").map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|end| end == "sql")).collect();
    files.sort();
    files.iter().map(|file| read(&file.file_stem().expect("a stem").to_string_lossy(), &std::fs::read_to_string(file).expect("a story"))).collect()
}

fn read(name: &str, text: &str) -> Story {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines() {
        if let Some((who, title)) = line.strip_prefix("-- ").and_then(|head| head.split_once(": ")) {
            let (is_tried, who) = who.strip_prefix("try ").map_or((false, who), |who| (true, who));
            let (actor, query) = who.split_once(" query ").map_or((who, None), |(actor, path)| (actor, Some(path.to_owned())));
            if let Some(actor) = Actor::of(actor) {
                steps.push(Step { actor, title: title.to_owned(), query, is_tried, text: String::new() });
                continue;
            }
        }
        if let Some(step) = steps.last_mut() {
            step.text.push_str(line);
            step.text.push('\n');
        }
    }
    assert!(!steps.is_empty(), "{name}: nothing happens");
    Story { name: name.to_owned(), steps }
}

impl Step {
    fn sql(&self, queries: &Queries<'_>) -> String {
        let Some(path) = &self.query else { return self.text.clone() };
        let text = match queries.changed {
            Some((changed, text)) if changed == path => text,
            _ => queries.texts.get(path).unwrap_or_else(|| panic!("there is no sql/queries/{path}")),
        };
        let types = queries.types.get(path).unwrap_or_else(|| panic!("{path} takes no values"));
        let text: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        format!("prepare q ({types}) as {}; execute q({})", text.join("\n"), self.text.trim())
    }
}

impl Story {
    pub fn uses(&self, path: &str) -> bool {
        self.steps.iter().any(|step| step.query.as_deref() == Some(path))
    }

    /// Step by step in the open transaction, until something comes otherwise than expected.
    pub async fn tell(&self, stage: &Stage, queries: &Queries<'_>, expected: Option<&[String]>) -> Result<Vec<String>, String> {
        let begun = clock(stage, "transaction_timestamp()").await;
        // Each row as it was shown when it came.
        let mut rows: BTreeMap<String, String> = stage.rows().await.into_iter().map(|row| (row.clone(), seen(stage, begun, begun, &row))).collect();
        let mut told = Vec::new();
        for (number, step) in self.steps.iter().enumerate() {
            if step.is_tried {
                stage.run("savepoint tried").await;
            }
            let now = clock(stage, "clock_timestamp()").await;
            let outcome = stage.step(&step.actor, &stage.named(&step.sql(queries))).await;
            // A refused step has left nothing.
            let after: BTreeMap<String, String> = if outcome.starts_with('!') {
                rows.clone()
            } else {
                stage.rows().await.into_iter().map(|row| (row.clone(), rows.get(&row).cloned().unwrap_or_else(|| seen(stage, begun, now, &row)))).collect()
            };
            let mut lines = vec![format!("{}: {}", step.title, seen(stage, begun, now, &outcome))];
            for (sign, some, others) in [('-', &rows, &after), ('+', &after, &rows)] {
                let mut changed: Vec<&String> = some.iter().filter(|(row, _)| !others.contains_key(*row)).map(|(_, shown)| shown).collect();
                changed.sort();
                lines.extend(changed.into_iter().map(|row| format!("  {sign} {row}")));
            }
            if step.is_tried {
                stage.run("rollback to savepoint tried").await;
            } else {
                rows = after;
            }
            let told_now = lines.join("\n");
            if let Some(written) = expected.map(|expected| &expected[number])
                && *written != told_now
            {
                let line = told_now.lines().zip(written.lines().chain(std::iter::repeat(""))).find(|(told, written)| told != written);
                let (told, written) = line.unwrap_or(("less", written));
                return Err(format!("{}: {}: {told} | not: {written}", self.name, step.title));
            }
            told.push(told_now);
        }
        Ok(told)
    }

    /// What is written, or is now.
    pub fn difference(&self, told: &[String]) -> Option<String> {
        let path = folder().join(format!("{}.out", self.name));
        let told = told.join("\n\n") + "\n";
        if std::env::var("STORIES").is_ok_and(|value| value == "write") {
            std::fs::write(&path, &told).expect("written");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let line = told.lines().zip(written.lines().chain(std::iter::repeat(""))).find(|(told, written)| told != written);
        line.map(|(told, written)| format!("{}: {told}\n  is written: {written}", self.name)).or_else(|| (told != written).then(|| format!("{}: it is written longer", self.name)))
    }
}

async fn clock(stage: &Stage, which: &str) -> Timestamp {
    stage.value(&format!("select to_char({which} at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")).await.parse().expect("a time")
}

/// A text with ids by their names, those made in the story as `made`, and times of the story by how far they are from its beginning;
/// those by the running clock, from the step's.
fn seen(stage: &Stage, begun: Timestamp, now: Timestamp, text: &str) -> String {
    let text = stage.unnamed(text);
    let mut done = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(next) = rest.chars().next() {
        let starts = next.is_ascii_hexdigit() && !done.ends_with(|c: char| c.is_ascii_alphanumeric());
        if starts && rest.get(..36).is_some_and(|word| Uuid::parse_str(word).is_ok()) {
            done.push_str("made");
            rest = &rest[36..];
        } else if let Some((time, length)) = starts.then(|| time(rest, begun)).flatten() {
            let since = time.duration_since(begun);
            if since.subsec_nanos() == 0 {
                done.push_str(&if since.is_zero() { "now".to_owned() } else { format!("now{:+}s", since.as_secs()) });
            } else if time < now || time.duration_since(now).as_hours() > 0 {
                // The scene's, or of a step before.
                done.push_str("then");
            } else {
                // A step takes less than five seconds.
                done.push_str(&format!("clock{:+}s", time.duration_since(now).as_secs() / 5 * 5));
            }
            rest = &rest[length..];
        } else {
            done.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    done
}

/// A time of the story at the beginning of a text: those of the scene have no parts of a second and are far away. One of the story's in a
/// million has none either.
fn time(text: &str, begun: Timestamp) -> Option<(Timestamp, usize)> {
    let bytes = text.as_bytes();
    if bytes.len() < 22 || bytes[4] != b'-' || bytes[7] != b'-' || bytes[13] != b':' {
        return None;
    }
    let digits = if bytes[19] == b'.' { bytes[20..].iter().take_while(|byte| byte.is_ascii_digit()).count() + 1 } else { 0 };
    let end = 19 + digits;
    let zone = if text[end..].starts_with("+00:00") { 6 } else if text[end..].starts_with("+00") { 3 } else { return None };
    let time: Timestamp = format!("{}T{}Z", &text[..10], &text[11..end]).parse().ok()?;
    (digits > 0 || time.duration_since(begun).abs().as_hours() < 48).then_some((time, end + zone))
}
