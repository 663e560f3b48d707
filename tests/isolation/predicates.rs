//! Every statement names its tenant, although the policies say it too: two walls that do not know of one another.

use crate::statement::{OUTSIDE_TENANTS, files};

/// Statements that name no tenant although they run for one, each with its reason. This list may only shrink.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("audit/insert.sql", "writes events of any tenant; the batch holds the tenant of each"),
    ("audit/move.sql", "calls the mover, which enters one tenant after another"),
];

/// A statement as it runs, with every optional line and without comments.
fn code(text: &str) -> String {
    text.lines()
        .map(|line| line.strip_prefix("--? ").map_or(line, |rest| rest.split_once(' ').map_or("", |(_, text)| text)))
        .map(|line| line.split("--").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Names that a FROM, JOIN, UPDATE or INTO gives to tables of the schema: alias and table.
fn tables(code: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = code.split(|c: char| c.is_whitespace() || c == '(' || c == ')' || c == ',').filter(|w| !w.is_empty()).collect();
    let mut found = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let Some(table) = word.strip_prefix("ringfence.") else { continue };
        let before = words.get(n.wrapping_sub(1)).map(|w| w.to_ascii_lowercase()).unwrap_or_default();
        if matches!(before.as_str(), "from" | "join" | "update" | "using") {
            let alias = words.get(n + 1).filter(|w| !matches!(**w, "set" | "where" | "join" | "on")).map_or(table, |alias| alias);
            found.push((alias.to_owned(), table.to_owned()));
        }
    }
    found
}

/// Whether a condition holds this alias, and not one that ends alike, to the tenant.
fn held(code: &str, alias: &str, tenant: &str) -> bool {
    [' ', '('].iter().any(|before| code.contains(&format!("{before}{alias}.tenant_id = {tenant}")))
}

#[test]
fn every_statement_names_its_tenant() {
    for (name, text) in files() {
        let (folder, _) = name.split_once('/').expect("a folder");
        if OUTSIDE_TENANTS.contains(&folder) || EXCEPTIONS.iter().any(|(exception, _)| *exception == name) {
            continue;
        }
        let code = code(&text);
        assert!(code.contains("$1") || code.contains(":tenant_id"), "sql/queries/{name}: the tenant is to be its first parameter");
        let tables = tables(&code);
        let named = |alias: &str| ["$1", ":tenant_id"].iter().any(|tenant| held(&code, alias, tenant));
        for (alias, table) in &tables {
            // A function in FROM decides inside, and is told apart by its parenthesis having been cut off.
            if code.contains(&format!("ringfence.{table}(")) {
                continue;
            }
            // To the parameter, or to a row that is held to it.
            let through = tables.iter().any(|(other, _)| named(other) && held(&code, alias, &format!("{other}.tenant_id")));
            let held = named(alias) || through;
            assert!(held, "sql/queries/{name}: '{alias}' ({table}) is to be held to the tenant: {alias}.tenant_id = $1");
        }
    }
}

#[test]
fn no_exception_is_stale() {
    let files = files();
    for (name, reason) in EXCEPTIONS {
        let text = files.get(*name).unwrap_or_else(|| panic!("{name} ({reason}) is no statement any more: remove the exception"));
        assert!(!code(text).contains("tenant_id = $1"), "{name} names its tenant now: remove the exception");
    }
}
