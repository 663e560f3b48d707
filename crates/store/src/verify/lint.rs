//! The lints of `policies/lints`: each one SELECT under a head of `-- key: value` lines; a file without a proper head is refused.

use include_dir::{Dir, include_dir};
use tokio_postgres::GenericClient;

use crate::error::is_lost;

use super::{Finding, Level, NOT_LOOKED_AT, TableState, VerifyError, table_state};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../policies/lints");
const EXCEPTIONS: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../policies/exceptions.tsv"
));
/// What a lint writes for the names of policies/exceptions.tsv; psql reads it as a variable of its own.
const PLACEHOLDER: &str = ":exceptions";

/// One lint: a SELECT of (object, detail, remedy) that returns nothing when all is well.
#[derive(Debug, Clone)]
pub struct Lint {
    /// The stem of its file.
    pub name: String,
    pub level: Level,
    pub title: String,
    /// Which leak it prevents.
    pub why: String,
    /// About the server it meets rather than about what we made: such a lint may speak on a well-migrated database.
    pub about_server: bool,
    /// A table without SELECT on which it cannot be run.
    reads: Option<String>,
    /// For what cannot be seeded: text to replace in the SELECT, and by what, so that it must speak.
    substitute: Option<(String, String)>,
    sql: String,
}

/// All lints, by name.
pub fn lints() -> Result<Vec<Lint>, VerifyError> {
    let mut all = FILES
        .files()
        .filter_map(|file| {
            let name = file.path().file_stem()?.to_str()?;
            Some(Lint::parse(name, file.contents_utf8()?))
        })
        .collect::<Result<Vec<_>, _>>()?;
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

impl Lint {
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, VerifyError> {
        let head = |key: &str| {
            text.lines()
                .take_while(|line| line.starts_with("--"))
                .find_map(|line| {
                    line.strip_prefix("-- ")?
                        .strip_prefix(key)?
                        .strip_prefix(": ")
                })
        };
        let refuse = |missing| VerifyError::Head {
            lint: name.into(),
            missing,
        };
        let level = match head("level") {
            Some("error") => Level::Error,
            Some("warning") => Level::Warning,
            Some("notice") => Level::Notice,
            _ => return Err(refuse("-- level: error, warning or notice")),
        };
        let substitute = match head("fault") {
            None => None,
            Some(fault) => Some(
                fault
                    .strip_prefix("replace \"")
                    .and_then(|rest| rest.strip_suffix('"'))
                    .and_then(|rest| rest.split_once("\" with \""))
                    .map(|(from, to)| (from.to_owned(), to.to_owned()))
                    .ok_or_else(|| refuse("-- fault: replace \"...\" with \"...\""))?,
            ),
        };
        let select: Vec<&str> = text
            .lines()
            .skip_while(|line| line.starts_with("--"))
            .collect();
        Ok(Self {
            name: name.into(),
            level,
            title: head("title").ok_or_else(|| refuse("-- title: ..."))?.into(),
            why: head("why").ok_or_else(|| refuse("-- why: ..."))?.into(),
            about_server: head("about") == Some("server"),
            reads: head("reads").map(Into::into),
            substitute,
            sql: select.join("\n"),
        })
    }

    /// The same lint with its substitution made: it must have a finding on any server. None where a seeded fault proves it.
    pub fn substituted(&self) -> Option<Self> {
        let (from, to) = self.substitute.as_ref()?;
        let mut lint = self.clone();
        lint.sql = self.sql.replace(from, to);
        Some(lint)
    }

    /// Its findings. The session's search_path must be pg_catalog, so that expressions are printed with every schema's name.
    pub async fn run(&self, client: &impl GenericClient) -> Result<Vec<Finding>, VerifyError> {
        if let Some(table) = &self.reads {
            match table_state(client, table).await? {
                TableState::Absent => return Ok(Vec::new()),
                TableState::Closed => return Ok(vec![self.not_looked_at(table)]),
                TableState::Readable => {}
            }
        }
        let failed = |source| match is_lost(&source) {
            true => VerifyError::Lost,
            false => VerifyError::Lint { lint: self.name.clone(), source },
        };
        let rows = if self.sql.contains(PLACEHOLDER) {
            let sql = self.sql.replace(PLACEHOLDER, "$1::text[]");
            client.query(&sql, &[&exceptions()]).await
        } else {
            client.query(&self.sql, &[]).await
        };
        rows.map_err(failed)?
            .iter()
            .map(|row| {
                Ok(self.finding(
                    self.level,
                    row.try_get("object")?,
                    row.try_get("detail")?,
                    row.try_get("remedy")?,
                ))
            })
            .collect::<Result<_, _>>()
            .map_err(failed)
    }

    fn not_looked_at(&self, table: &str) -> Finding {
        let detail = "the connected role may not read the table".to_owned();
        let remedy = "verify as an administrator".to_owned();
        let mut finding = self.finding(Level::Notice, table.to_owned(), detail, remedy);
        finding.title = NOT_LOOKED_AT.into();
        finding
    }

    fn finding(&self, level: Level, object: String, detail: String, remedy: String) -> Finding {
        Finding {
            level,
            lint: self.name.clone(),
            title: self.title.clone(),
            object,
            detail,
            remedy,
        }
    }
}

/// The names of the tables without the common wall.
fn exceptions() -> Vec<String> {
    EXCEPTIONS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').next())
        .filter(|name| !name.is_empty())
        .map(Into::into)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Lint, exceptions, lints};
    use crate::verify::VerifyError;

    #[test]
    fn every_embedded_lint_has_a_proper_head() {
        assert!(lints().unwrap().len() >= 60);
    }

    #[test]
    fn a_lint_without_a_level_is_refused() {
        let refused = Lint::parse("x", "-- title: T\n-- why: W\nselect 1");
        assert!(matches!(refused, Err(VerifyError::Head { .. })));
    }

    #[test]
    fn a_substitution_changes_the_select_alone() {
        let text = "-- level: error\n-- title: T\n-- why: 15\n-- fault: replace \"15\" with \"14\"\nselect 15";
        let lint = Lint::parse("x", text).unwrap().substituted().unwrap();
        assert_eq!((lint.sql.as_str(), lint.why.as_str()), ("select 14", "15"));
    }

    #[test]
    fn every_substitution_finds_what_it_replaces() {
        for lint in lints().unwrap() {
            if let Some(substituted) = lint.substituted() {
                assert_ne!(lint.sql, substituted.sql, "{}", lint.name);
            }
        }
    }

    #[test]
    fn exceptions_are_read_without_their_heading() {
        let names = exceptions();
        assert!(names.contains(&"tenants".to_owned()));
        assert!(names.iter().all(|name| !name.contains([' ', '#'])));
    }
}
