//! The service's own statements, read from sql/queries as files, with what each parameter is called there. Nothing is
//! listed by hand: a statement that is added is played from its first day.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Folders whose statements stand before a tenant, or are the operator's or the dispatcher's.
pub const OUTSIDE_TENANTS: [&str; 3] = ["context", "dispatcher", "operator"];

pub struct Statement {
    /// Folder and file, such as `tickets/get.sql`.
    pub name: String,
    text: String,
    /// Of `$1`, `$2` and so on, as the file's first lines call them.
    names: Vec<String>,
}

/// A statement to prepare, with what each of its parameters is called.
pub struct Composed {
    pub text: String,
    pub names: Vec<String>,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sql/queries")
}

/// Every file of `sql/queries`, by folder and name.
pub fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).expect("sql/queries") {
        let entry = entry.expect("a folder");
        for file in std::fs::read_dir(entry.path()).expect("a folder of queries") {
            let file = file.expect("a file");
            let name = format!("{}/{}", entry.file_name().to_string_lossy(), file.file_name().to_string_lossy());
            files.insert(name, std::fs::read_to_string(file.path()).expect("text"));
        }
    }
    assert!(files.len() > 30, "sql/queries holds fewer statements than it should");
    files
}

/// Every statement that runs inside a tenant.
pub fn statements() -> &'static [Statement] {
    static STATEMENTS: LazyLock<Vec<Statement>> = LazyLock::new(|| {
        files()
            .into_iter()
            .filter(|(name, _)| !OUTSIDE_TENANTS.iter().any(|folder| name.starts_with(&format!("{folder}/"))))
            .map(|(name, text)| Statement { names: names_in(&text), name, text })
            .collect()
    });
    &STATEMENTS
}

/// The words behind `$1`, `$2` and so on in the comment at the top.
fn names_in(text: &str) -> Vec<String> {
    let comment: Vec<&str> = text.lines().take_while(|line| line.starts_with("--")).collect();
    let comment = comment.join(" ");
    let mut names = Vec::new();
    for part in comment.split('$').skip(1) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let word: String = part[digits.len()..].trim_start().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
        if let Ok(n) = digits.parse::<usize>()
            && n == names.len() + 1
        {
            names.push(word);
        }
    }
    names
}

impl Statement {
    /// The statement itself; of one with optional lines those whose bit is set, and one order.
    pub fn compose(&self, bits: u32) -> Composed {
        if !self.text.contains(" :") {
            return Composed { text: self.text.clone(), names: self.names.clone() };
        }
        let mut orders: Vec<&str> = optional(&self.text).filter_map(|(name, _)| name.split_once(':').map(|(column, _)| column)).collect();
        orders.sort_unstable();
        orders.dedup();
        let order = orders.get(bits as usize % orders.len().max(1)).copied().unwrap_or_default();
        let (direction, edge) = (["ascending", "descending"][bits as usize >> 8 & 1], ["after", "before", "", ""][bits as usize >> 9 & 3]);
        let mut composed = Composed { text: String::new(), names: Vec::new() };
        for (n, line) in self.text.lines().enumerate() {
            let line = match line.strip_prefix("--? ").and_then(|rest| rest.split_once(' ')) {
                Some((name, text)) => match name.split_once(':') {
                    Some((column, part)) if column == order && (part == direction || part == edge) => text,
                    // Two in three lines are left out, so that lists are not always empty.
                    None if (bits >> (n % 32)) & 1 == 1 && (bits >> ((n + 7) % 32)) & 1 == 1 => text,
                    _ => continue,
                },
                None => line,
            };
            composed.push(line.split("--").next().unwrap_or_default());
        }
        composed
    }
}

fn optional(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.strip_prefix("--? ")?.split_once(' '))
}

impl Composed {
    /// A line with each `:name` as the place of a parameter.
    fn push(&mut self, line: &str) {
        let mut rest = line;
        while let Some(at) = rest.find(':') {
            let is_cast = rest[at + 1..].starts_with(':');
            let name: String = rest[at + 1..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if is_cast || name.is_empty() {
                self.text.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
                continue;
            }
            self.text.push_str(&rest[..at]);
            let place = self.names.iter().position(|known| *known == name).unwrap_or_else(|| {
                self.names.push(name.clone());
                self.names.len() - 1
            });
            self.text.push_str(&format!("${}", place + 1));
            rest = &rest[at + 1 + name.len()..];
        }
        self.text.push_str(rest);
        self.text.push('\n');
    }
}

#[test]
fn every_statement_names_its_parameters() {
    for statement in statements() {
        let composed = statement.compose(0);
        let places = (1..).take_while(|n| composed.text.lines().filter(|l| !l.starts_with("--")).any(|l| l.contains(&format!("${n}")))).count();
        // The trail's batches are described as a whole.
        if !statement.name.starts_with("audit/") {
            assert_eq!(places, composed.names.len(), "{}: the comment at the top is to call each of $1 to ${places} by what it is, in order: {:?}", statement.name, composed.names);
        }
    }
}
