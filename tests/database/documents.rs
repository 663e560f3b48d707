//! The committed documents say what the live database says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_tests::database::migrated_admin_client;
use ringfence_tests::documents::generated;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_committed_schema_and_policy_tables_are_the_live_ones() {
    for (path, text) in generated(&migrated_admin_client().await).await {
        let committed = std::fs::read_to_string(&path).unwrap();
        assert!(committed == text, "{} is not what the database says; run 'make schema' and review the difference", path.display());
    }
}

/// An installation that applied one keeps its checksum, and refuses another text under the same number.
#[test]
fn a_released_migration_is_never_edited() {
    let sql = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../sql"));
    let released = std::fs::read_to_string(sql.join("released.tsv")).unwrap();
    assert!(released.lines().count() >= 5, "sql/released.tsv names fewer migrations than were released");
    for line in released.lines() {
        let (name, digest) = line.split_once('\t').unwrap();
        let text = std::fs::read(sql.join("migrations").join(name)).unwrap();
        let now = hex::encode(ring::digest::digest(&ring::digest::SHA256, &text));
        assert_eq!(now, digest, "{name} was released: take the edit back, and write a new migration");
    }
}

#[test]
fn the_exceptions_from_the_wall_become_no_more() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../policies/exceptions.tsv")).unwrap();
    let tables = text.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(tables, 12, "policies/exceptions.tsv may only shrink: give a new table tenant_id and the common wall (CONTRIBUTING.md, 'Add a table'); where one has gone, lower this number");
}

/// Unique and foreign keys that no request runs into, by what keeps it from them. Checks are of the shape of a value, which is looked at
/// before it is sent; a key of `tenant_id` alone, and a primary key, hold what the database itself has given.
const NEVER_MET: &[(&str, &[&str])] = &[
    ("the caller, or who is found by the same statement", &[
        "agreements_consented_by_fkey", "agreements_revoked_by_fkey", "api_tokens_created_by_fkey", "break_glass_grants_granted_by_fkey", "break_glass_grants_member_fkey",
        "comment_shares_created_by_fkey", "invitations_accepted_by_fkey", "invitations_invited_by_fkey", "ticket_events_actor_fkey", "ticket_links_created_by_fkey",
        "identities_issuer_subject_key", "memberships_identity_fkey", "memberships_member_fkey", "sessions_identity_fkey",
    ]),
    ("what it refers to is read by the same statement", &[
        "agreements_contact_fkey", "api_tokens_member_fkey", "comment_shares_comment_fkey", "comment_shares_link_fkey", "comment_shares_ticket_fkey", "scim_group_members_group_fkey",
        "scim_groups_group_fkey", "scim_groups_group_key", "scim_users_contact_fkey", "ticket_events_ticket_fkey", "ticket_links_agreement_fkey", "ticket_links_ticket_fkey",
    ]),
    ("more columns of what is unique already", &["contacts_partner_key", "members_role_key", "ticket_links_ticket_key", "tickets_doors_key"]),
    ("the hash of 256 bits by chance", &["api_tokens_hash_key", "invitations_secret_key", "sessions_hash_key"]),
    ("an operator's command names it", &["tenants_slug_key"]),
];

#[tokio::test]
async fn every_key_is_one_that_a_request_can_meet_or_is_said_not_to_be() {
    let client = migrated_admin_client().await;
    let sql = "select c.conname::text from pg_catalog.pg_constraint c
                where c.connamespace = 'ringfence'::regnamespace and c.contype in ('u', 'f', 'x') and c.conname !~ '_tenant_fkey$'";
    let live: BTreeSet<String> = client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let never: BTreeSet<&str> = NEVER_MET.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    for name in &live {
        let met = ringfence_store::CONSTRAINTS.iter().any(|(known, _)| known == name);
        assert!(met || never.contains(name.as_str()), "{name} is new: say in crates/store/src/constraint.rs what a request is told that meets it, or in NEVER_MET here why none does");
        assert!(!met || !never.contains(name.as_str()), "{name} is mapped to a refusal: take it from NEVER_MET");
    }
    for name in never {
        assert!(live.contains(name), "{name} is no key any more: take it from NEVER_MET");
    }
}

#[tokio::test]
async fn every_constraint_that_a_request_can_meet_exists() {
    let client = migrated_admin_client().await;
    let rows = client.query("select conname::text from pg_catalog.pg_constraint where connamespace = 'ringfence'::regnamespace", &[]).await.unwrap();
    let live: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let mut named = BTreeSet::new();
    for (name, _) in ringfence_store::CONSTRAINTS {
        assert!(named.insert(*name), "{name} is mapped twice, and the second text is never said");
        assert!(live.contains(*name), "{name} is mapped to a refusal, but no constraint has that name");
    }
}

#[tokio::test]
async fn every_action_that_sql_records_is_an_action_of_the_trail() {
    let known: BTreeSet<&str> = ringfence_audit::Action::ALL.iter().map(|action| action.as_str()).collect();
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut folders = vec![root.join("sql/queries"), root.join("policies/functions")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("'allow'") {
                let before = &text[..at];
                let Some(action) = before.rsplit('\'').nth(1) else { continue };
                // A parameter or a variable stands there instead of a name.
                if action.contains('.') && !action.contains(' ') {
                    seen += 1;
                    assert!(known.contains(action), "{}: '{action}' is not in the enum of actions", path.display());
                }
            }
        }
    }
    assert!(seen > 5, "the search for recorded actions found {seen}");
}
