//! Mutants of sql/queries: each condition of each statement taken away. A new file gets its own by standing there.

use crate::mutant::{Made, Mutant};
use crate::sql_text::Sql;
use crate::stage::Layer;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio_postgres::Client;

/// The types of a query's parameters as PostgreSQL infers them, so that a mutant that no longer uses one is still a statement.
pub async fn types(client: &Client, texts: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (path, text) in texts {
        // Those with optional lines name their values, and are composed before they are statements.
        if text.contains("$1") {
            let statement = client.prepare(text).await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
            let names: Vec<&str> = statement.params().iter().map(tokio_postgres::types::Type::name).collect();
            found.insert(path.clone(), names.join(", "));
        }
    }
    found
}

/// Every query by its path.
pub fn texts() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sql/queries");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("sql/queries") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
                found.insert(name, std::fs::read_to_string(&path).expect("a query"));
            }
        }
    }
    found
}

/// The administrator's: not for one tenant, and behind no policy.
fn is_administration(path: &str) -> bool {
    ["operator/clear_policies.sql", "operator/foreign_keys.sql", "operator/not_ours.sql"].contains(&path)
}

pub fn mutants(texts: &BTreeMap<String, String>) -> Vec<Mutant> {
    texts
        .iter()
        .filter(|(path, _)| !is_administration(path))
        .flat_map(|(path, text)| {
            Sql::of(text).without_conditions().into_iter().map(move |change| Mutant {
                name: format!("query: {path} {}", change.what),
                subject: path.clone(),
                made: Made::Query { path: path.clone(), text: change.text },
                // With every policy gone the predicate is all there is.
                layers: vec![Layer::WithoutPolicies, Layer::Whole],
            })
        })
        .collect()
}
