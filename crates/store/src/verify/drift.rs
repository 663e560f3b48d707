//! The live catalogue against the committed `sql/schema.sql`, object by object; it does not say which of the two is right.

use std::collections::BTreeMap;

use tokio_postgres::GenericClient;

use super::{Finding, Level, VerifyError};

const CATALOGUE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../sql/catalogue.sql"
));
pub(super) const COMMITTED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/schema.sql"));

const HEAD: &str = "-- What the migrations and policies make of a database, as the server's own catalogue tells it: generated, verified, not executable.
-- Objects stand at the margin, what they are made of is indented.
";
/// A finding shows this many lines of a difference.
const SHOWN: usize = 6;

/// One line of the catalogue under the object that it belongs to.
pub(super) type Line = (String, String);

pub(super) async fn live(client: &impl GenericClient) -> Result<Vec<Line>, VerifyError> {
    client
        .query(CATALOGUE, &[])
        .await
        .and_then(|rows| {
            rows.iter()
                .map(|row| Ok((row.try_get("object")?, row.try_get("line")?)))
                .collect()
        })
        .map_err(VerifyError::Catalogue)
}

pub(super) fn render(lines: &[Line]) -> String {
    let mut text = HEAD.to_owned();
    let mut current = None;
    for (object, line) in lines.iter().filter(|(_, line)| !line.trim().is_empty()) {
        if current != Some(object) {
            text.push('\n');
            text.push_str(object);
            text.push('\n');
            current = Some(object);
        }
        text.push_str("    ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// One finding for each object that differs.
pub(super) fn differences(live: &[Line], committed: &str) -> Vec<Finding> {
    let live = render(live);
    let (live, committed) = (by_object(&live), by_object(committed));
    let mut objects: Vec<&str> = live.keys().chain(committed.keys()).copied().collect();
    objects.sort_unstable();
    objects.dedup();
    objects
        .into_iter()
        .filter_map(|object| {
            let detail = match (committed.get(object), live.get(object)) {
                (Some(before), Some(after)) => changes(before, after)?,
                (Some(_), None) => "is missing from the database".into(),
                (None, _) => "is in the database and not in sql/schema.sql".into(),
            };
            Some(Finding {
                level: Level::Error,
                lint: "drift".into(),
                title: "The database is not what was reviewed".into(),
                object: object.into(),
                detail,
                remedy: remedy(object).into(),
            })
        })
        .collect()
}

/// Policies, grants, views and functions are made anew by every migration; tables are not.
fn remedy(object: &str) -> &'static str {
    if object.starts_with("table ") {
        "run `ringfence migrate`, which puts back policies, grants and row security; a column, default, constraint, index or trigger it leaves as it is: put that back by hand, as the lines with `-` say. After a change of sql/ or policies/, generate sql/schema.sql again and commit it"
    } else {
        "run `ringfence migrate`; after a change of sql/ or policies/, generate sql/schema.sql again and commit it"
    }
}

/// The lines under each object, in order.
fn by_object(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut objects: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut current = None;
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("--"))
    {
        match (line.strip_prefix("    "), current) {
            (Some(line), Some(object)) => objects.entry(object).or_default().push(line),
            _ => current = Some(line),
        }
    }
    objects
}

/// Lines gone (`-`) and lines new (`+`), or None where there is no difference.
fn changes(before: &[&str], after: &[&str]) -> Option<String> {
    if before == after {
        return None;
    }
    let gone = unmatched(before, after)
        .into_iter()
        .map(|l| format!("- {l}"));
    let new = unmatched(after, before)
        .into_iter()
        .map(|l| format!("+ {l}"));
    let mut shown: Vec<String> = gone.chain(new).collect();
    if shown.is_empty() {
        return Some("the same lines in another order".into());
    }
    let more = shown.len().saturating_sub(SHOWN);
    shown.truncate(SHOWN);
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    Some(shown.join("\n"))
}

/// Lines of `one` that `other` does not have as often.
fn unmatched<'a>(one: &[&'a str], other: &[&str]) -> Vec<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in other {
        *counts.entry(line).or_default() += 1;
    }
    one.iter()
        .copied()
        .filter(|line| match counts.get_mut(line) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Line, differences, render};

    fn lines(of: &[(&str, &str)]) -> Vec<Line> {
        of.iter()
            .map(|(object, line)| ((*object).into(), (*line).into()))
            .collect()
    }

    #[test]
    fn what_was_rendered_does_not_differ_from_itself() {
        let live = lines(&[
            ("table a", "owner o"),
            ("table a", "  indented"),
            ("view b", ""),
        ]);
        assert!(differences(&live, &render(&live)).is_empty());
    }

    #[test]
    fn a_changed_line_is_shown_both_ways() {
        let committed = render(&lines(&[("table a", "owner o"), ("table a", "policy p")]));
        let live = lines(&[("table a", "owner o"), ("table a", "policy q")]);
        let found = differences(&live, &committed);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].detail, "- policy p\n+ policy q");
        assert!(found[0].remedy.contains("by hand"), "{}", found[0].remedy);
    }

    #[test]
    fn missing_and_unknown_objects_are_named() {
        let committed = render(&lines(&[("table a", "owner o")]));
        let found = differences(&lines(&[("table b", "owner o")]), &committed);
        let objects: Vec<&str> = found.iter().map(|f| f.object.as_str()).collect();
        assert_eq!(objects, ["table a", "table b"]);
    }

    #[test]
    fn another_order_is_a_difference() {
        let committed = render(&lines(&[("function f", "a"), ("function f", "b")]));
        let live = lines(&[("function f", "b"), ("function f", "a")]);
        assert_eq!(differences(&live, &committed).len(), 1);
    }
}
