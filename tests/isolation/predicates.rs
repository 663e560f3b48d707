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

/// Words and signs, in order.
fn tokens(code: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | ':');
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        tokens.push(&rest[..length]);
        rest = &rest[length..];
        // What follows a name at once calls it; what follows a blank does not.
        if rest.starts_with('(') && is_word(first) {
            tokens.push("(");
            rest = &rest[1..];
        } else if rest.starts_with(char::is_whitespace) {
            tokens.push(" ");
        }
        rest = rest.trim_start();
    }
    tokens
}

/// Every table of the schema that a statement reads or changes, under its alias. What rows are inserted into has no rows to hold, and a
/// function decides inside.
fn tables(code: &str) -> Vec<(String, String)> {
    const NO_ALIAS: [&str; 16] = ["set", "where", "join", "left", "right", "inner", "full", "cross", "on", "using", "order", "group", "limit", "for", "returning", "union"];
    let tokens = tokens(code);
    let mut found = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        let Some(table) = token.strip_prefix("ringfence.") else { continue };
        let inserted = tokens[..n].iter().rev().find(|token| **token != " ").is_some_and(|before| before.eq_ignore_ascii_case("into"));
        if inserted || tokens.get(n + 1) == Some(&"(") {
            continue;
        }
        let mut behind = tokens[n + 1..].iter().filter(|token| **token != " " && !token.eq_ignore_ascii_case("as"));
        let alias = behind.next().filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()) && !NO_ALIAS.contains(&word.to_ascii_lowercase().as_str()));
        found.push((alias.map_or(table, |alias| alias).to_owned(), table.to_owned()));
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
            // To the parameter, or to a row that is held to it.
            let through = tables.iter().any(|(other, _)| named(other) && held(&code, alias, &format!("{other}.tenant_id")));
            let held = named(alias) || through;
            assert!(held, "sql/queries/{name}: '{alias}' ({table}) is to be held to the tenant: {alias}.tenant_id = $1");
        }
    }
}

#[test]
fn a_table_is_seen_however_it_is_named() {
    for (code, seen) in [
        ("select 1 from ringfence.tickets t, ringfence.agreements a where t.tenant_id = $1", &[("t", "tickets"), ("a", "agreements")][..]),
        ("select 1 from ringfence.tickets, ringfence.agreements", &[("tickets", "tickets"), ("agreements", "agreements")]),
        ("select 1 from ringfence.tickets as t left join ringfence.groups on true", &[("t", "tickets"), ("groups", "groups")]),
        ("select 1 from lateral (select 1 from ringfence.tickets) x", &[("tickets", "tickets")]),
        ("update ringfence.tickets set a = 1", &[("tickets", "tickets")]),
        ("delete from ringfence.tickets t using x,ringfence.groups g", &[("t", "tickets"), ("g", "groups")]),
        ("insert into ringfence.tickets (tenant_id) select 1 from ringfence.hold_person($2) h", &[]),
        ("select 1 where ringfence.member() = $2", &[]),
    ] {
        let seen: Vec<(String, String)> = seen.iter().map(|(alias, table)| ((*alias).to_owned(), (*table).to_owned())).collect();
        assert_eq!(tables(code), seen, "{code}");
    }
}

#[test]
fn no_exception_is_stale_and_none_is_added() {
    let files = files();
    assert_eq!(EXCEPTIONS.len(), 2, "the list may only shrink: let a new statement name its tenant ($1 tenant_id) in place of an exception; where one has gone, lower this number");
    for (name, reason) in EXCEPTIONS {
        let text = files.get(*name).unwrap_or_else(|| panic!("{name} ({reason}) is no statement any more: remove the exception"));
        assert!(!code(text).contains("tenant_id = $1"), "{name} names its tenant now: remove the exception");
    }
}
