//! A mutant: one wall, door, key, privilege, function or predicate changed, and where it is looked for. It says nothing of who notices.

use crate::stage::Layer;

/// What a mutant is made of.
#[derive(Debug, Clone)]
pub enum Made {
    /// Changed in the database, inside the open transaction.
    Sql(String),
    /// A file of sql/queries with another text.
    Query { path: String, text: String },
}

#[derive(Debug, Clone)]
pub struct Mutant {
    /// What was changed and how: stable, for equivalents.tsv.
    pub name: String,
    /// The table, function or query that it concerns: its plays are tried first.
    pub subject: String,
    pub made: Made,
    /// The layers that are taken away in turn, until somebody notices.
    pub layers: Vec<Layer>,
}

impl Mutant {
    pub fn of(kind: &str, subject: &str, what: &str, sql: impl Into<String>, layers: &[Layer]) -> Self {
        Self { name: format!("{kind}: {what}"), subject: subject.into(), made: Made::Sql(sql.into()), layers: layers.to_vec() }
    }

    /// A body or a statement with another text.
    pub fn is_text(&self) -> bool {
        match &self.made {
            Made::Sql(sql) => sql.starts_with("CREATE OR REPLACE FUNCTION"),
            Made::Query { .. } => true,
        }
    }
}

/// Names are told apart where the same change is made twice in one text.
pub fn numbered(mut mutants: Vec<Mutant>) -> Vec<Mutant> {
    let mut seen = std::collections::BTreeMap::new();
    for mutant in &mut mutants {
        let count = seen.entry(mutant.name.clone()).and_modify(|n| *n += 1).or_insert(1);
        if *count > 1 {
            mutant.name = format!("{} #{count}", mutant.name);
        }
    }
    mutants
}
