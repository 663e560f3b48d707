//! SQL text as a type: made from files of `sql/queries` alone, so that no value can ever be part of it.

use std::collections::BTreeMap;
use tokio_postgres::types::ToSql;

pub type Param<'a> = &'a (dyn ToSql + Sync);

/// One whole statement of `sql/queries`.
#[derive(Debug, Clone, Copy)]
pub struct Sql(&'static str);

impl Sql {
    #[must_use]
    pub const fn new(file: &'static str) -> Self {
        Self(file)
    }

    pub(crate) const fn text(self) -> &'static str {
        self.0
    }
}

/// Includes a statement of `sql/queries` by its path.
#[macro_export]
macro_rules! sql {
    ($path:literal) => {
        $crate::Sql::new(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/queries/", $path)))
    };
}

/// A statement with optional lines: a line that begins `--? name ` belongs to the statement only where `name` is chosen,
/// so that psql runs the file as it stands. Values stand as `:name`, and are always bind parameters.
#[derive(Debug, Clone, Copy)]
pub struct Template(&'static str);

/// Includes a statement with optional lines by its path, as `sql!` does a whole one.
#[macro_export]
macro_rules! template {
    ($path:literal) => {
        $crate::Template::new(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/queries/", $path)))
    };
}

/// Optional lines of a form that is kept prepared: a class of principal, an order, and one more.
const COMMON: usize = 3;

/// A template's text with its parameters in order.
pub struct Composed<'a> {
    pub(crate) text: String,
    pub(crate) params: Vec<Param<'a>>,
    /// One of very many forms: not worth a place among a connection's prepared statements, which a client could fill.
    pub(crate) rare: bool,
}

impl Template {
    #[must_use]
    pub const fn new(file: &'static str) -> Self {
        Self(file)
    }

    /// The statement with the chosen optional lines. A `:name` without a value is a defect of ours and stays as it is,
    /// which PostgreSQL refuses.
    #[must_use]
    pub fn compose<'a>(self, chosen: &[&str], values: &BTreeMap<&'static str, Param<'a>>) -> Composed<'a> {
        let mut composed = Composed { text: String::with_capacity(self.0.len()), params: Vec::new(), rare: chosen.len() > COMMON };
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for line in self.0.lines() {
            let line = match line.trim_start().strip_prefix("--? ") {
                Some(optional) => match optional.split_once(' ') {
                    Some((name, text)) if chosen.contains(&name) => text,
                    _ => continue,
                },
                None => line,
            };
            let code = line.split("--").next().unwrap_or(line);
            composed.place(code, values, &mut places);
            composed.text.push('\n');
        }
        composed
    }
}

impl<'a> Composed<'a> {
    fn place<'l>(&mut self, line: &'l str, values: &BTreeMap<&'static str, Param<'a>>, places: &mut BTreeMap<&'l str, usize>) {
        let bytes = line.as_bytes();
        let mut i = 0;
        let mut plain = 0;
        while i < bytes.len() {
            let is_name_start = bytes[i] == b':' && bytes.get(i + 1).is_some_and(u8::is_ascii_lowercase) && (i == 0 || bytes[i - 1] != b':');
            if !is_name_start {
                i += 1;
                continue;
            }
            let end = i + 1 + bytes[i + 1..].iter().take_while(|b| b.is_ascii_lowercase() || **b == b'_').count();
            let name = &line[i + 1..end];
            if let Some(value) = values.get(name) {
                self.text.push_str(&line[plain..i]);
                let place = *places.entry(name).or_insert_with(|| {
                    self.params.push(*value);
                    self.params.len()
                });
                self.text.push('$');
                self.text.push_str(&place.to_string());
                plain = end;
            }
            i = end;
        }
        self.text.push_str(&line[plain..]);
    }
}
