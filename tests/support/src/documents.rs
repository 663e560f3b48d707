//! Documents generated from a migrated database: sql/schema.sql and the tables of policies/README.md. A test compares them.

use std::fmt::Write;
use std::path::PathBuf;
use tokio_postgres::Client;

/// The committed files and what they should hold.
pub async fn generated(client: &Client) -> Vec<(PathBuf, String)> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let readme = root.join("policies/README.md");
    let text = std::fs::read_to_string(&readme).expect("policies/README.md");
    let text = between(&text, "permissions", &permissions(client).await);
    let text = between(&text, "doors", &doors(client).await);
    let schema = ringfence_store::verify::render_schema(client).await.expect("the catalogue");
    vec![(root.join("sql/schema.sql"), schema), (readme, text)]
}

/// Replaces what stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
fn between(text: &str, name: &str, block: &str) -> String {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let start = text.find(&begin).expect("a begin mark") + begin.len();
    let stop = text.find(&end).expect("an end mark");
    format!("{}{block}{}", &text[..start], &text[stop..])
}

/// Role by permission. An agent stands twice: in no group, and in some.
async fn permissions(client: &Client) -> String {
    const ROLES: [(&str, &str, bool); 7] = [
        ("owner", "owner", false),
        ("admin", "admin", false),
        ("agent", "agent", false),
        ("agent in groups", "agent", true),
        ("light_agent", "light_agent", true),
        ("requester", "requester", false),
        ("auditor", "auditor", false),
    ];
    let mut held = Vec::new();
    for (_, role, grouped) in ROLES {
        let row = client.query_one("select ringfence.permissions_of($1, $2)", &[&role, &grouped]).await.expect("permissions");
        held.push(row.get::<_, String>(0).trim_matches(',').split(',').map(str::to_owned).collect::<Vec<_>>());
    }
    let mut all: Vec<&String> = held.iter().flatten().collect();
    all.sort();
    all.dedup();
    let mut table = format!("| permission | {} |\n|---|{}\n", ROLES.map(|(title, _, _)| title).join(" | "), "---|".repeat(ROLES.len()));
    for permission in all {
        let marks: Vec<&str> = held.iter().map(|names| if names.contains(permission) { "x" } else { "" }).collect();
        writeln!(table, "| {permission} | {} |", marks.join(" | ")).expect("a string");
    }
    table
}

/// Every policy, with the permissions that its rule asks for.
async fn doors(client: &Client) -> String {
    let rows = client
        .query(
            "select p.tablename::text, p.policyname::text, lower(p.cmd), array_to_string(p.roles, ', '), p.permissive = 'RESTRICTIVE',
                    coalesce(p.qual, '') || ' ' || coalesce(p.with_check, '')
               from pg_catalog.pg_policies p where p.schemaname = 'ringfence' order by 1, p.permissive desc, 2",
            &[],
        )
        .await
        .expect("policies");
    let mut table = "| table | policy | for | to | asks for |\n|---|---|---|---|---|\n".to_owned();
    for row in rows {
        let rule: String = row.get(5);
        let asks = if row.get::<_, bool>(4) { "the tenant entered (wall)".to_owned() } else { asked(&rule) };
        writeln!(table, "| {} | {} | {} | {} | {asks} |", row.get::<_, String>(0), row.get::<_, String>(1), row.get::<_, String>(2), row.get::<_, String>(3)).expect("a string");
    }
    table
}

/// The permissions and persons that a rule names, in their order.
fn asked(rule: &str) -> String {
    let mut asks: Vec<String> = Vec::new();
    for (word, meaning) in [
        ("groups_with", "in one's groups"),
        ("requester_id = ( SELECT", "as requester"),
        ("author_id", "as author"),
        ("actor_id", "as actor"),
        ("member_id = ( SELECT", "as oneself"),
        ("contact_id = ( SELECT", "as oneself"),
        ("role <> 'owner'", "owners apart"),
        ("role = 'owner'", "owners alone"),
        ("ringfence.gives_roles", "all rights of an admin"),
        ("ringfence.rights", "with the rights kept"),
        ("ringfence.acts_on_tickets", "whoever may do anything to tickets"),
        ("revoked_at IS NULL", "once"),
        ("permissions <@", "no more than one holds"),
        ("visibility = 'public'", "public"),
        ("visibility = 'internal'", "internal"),
    ] {
        if rule.contains(word) && !asks.iter().any(|ask| ask == meaning) {
            asks.push(meaning.to_owned());
        }
    }
    let mut permissions: Vec<&str> = rule
        .split('\'')
        .filter(|word| word.contains('.') && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_') && !word.starts_with("app."))
        .collect();
    permissions.sort_unstable();
    permissions.dedup();
    let mut parts: Vec<String> = permissions.into_iter().map(str::to_owned).collect();
    parts.extend(asks);
    match (parts.is_empty(), rule.contains("tenant_id()")) {
        (true, true) => "the tenant entered".to_owned(),
        (true, false) => "nothing more (see the file)".to_owned(),
        (false, _) => parts.join(", "),
    }
}
