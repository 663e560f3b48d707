//! Mutants of what the live catalogue lists: walls, doors, row security, keys, privileges and views. A new policy gets its own by standing there.

use crate::mutant::Mutant;
use crate::sql_text::Sql;
use crate::stage::Layer;
use tokio_postgres::{Client, Row};

/// Logins, and the group of the analysts' logins.
const GRANTEES: [&str; 6] = ["ringfence_app", "ringfence_auditor", "ringfence_dispatcher", "ringfence_operator", "ringfence_reporting", "public"];

async fn rows(client: &Client, sql: &str) -> Vec<Row> {
    client.query(sql, &[]).await.unwrap_or_else(|error| panic!("{error:?} in\n{sql}"))
}

pub async fn mutants(client: &Client) -> Vec<Mutant> {
    let mut mutants = policies(client).await;
    mutants.extend(row_security(client).await);
    mutants.extend(keys(client).await);
    mutants.extend(revoked(client).await);
    mutants.extend(granted(client).await);
    mutants.extend(views(client).await);
    mutants
}

struct Policy {
    name: String,
    table: String,
    permissive: bool,
    command: String,
    roles: String,
    using: Option<String>,
    check: Option<String>,
}

impl Policy {
    fn created(&self, command: &str, permissive: bool, roles: &str) -> String {
        let kind = if permissive { "permissive" } else { "restrictive" };
        let mut sql = format!("drop policy {0} on ringfence.{1}; create policy {0} on ringfence.{1} as {kind} for {command} to {roles}", self.name, self.table);
        let using = self.using.as_ref().or(self.check.as_ref().filter(|_| command == "all"));
        let check = self.check.as_ref().or(self.using.as_ref().filter(|_| command == "all"));
        if let Some(using) = using {
            sql.push_str(&format!(" using ({using})"));
        }
        if let Some(check) = check {
            sql.push_str(&format!(" with check ({check})"));
        }
        sql
    }
}

async fn policies(client: &Client) -> Vec<Mutant> {
    let listed = rows(
        client,
        "select p.polname::text, c.relname::text, p.polpermissive, case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
                (select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ' order by r) from unnest(p.polroles) r), pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
           from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = 'ringfence'::regnamespace order by 2, 1",
    )
    .await;
    let mut mutants = Vec::new();
    for row in listed {
        let policy = Policy { name: row.get(0), table: row.get(1), permissive: row.get(2), command: row.get(3), roles: row.get(4), using: row.get(5), check: row.get(6) };
        let layers: &[Layer] = if policy.permissive { &[Layer::WithoutWalls, Layer::Whole] } else { &[Layer::WithoutDoors, Layer::Whole] };
        let kind = if policy.permissive { "door" } else { "wall" };
        let mut add = |what: &str, sql: String| mutants.push(Mutant::of(kind, &policy.table, &format!("{} {what}", policy.name), sql, layers));
        let on = format!("{} on ringfence.{}", policy.name, policy.table);
        add("dropped", format!("drop policy {on}"));
        for (clause, expression) in [("using", &policy.using), ("with check", &policy.check)] {
            let Some(expression) = expression else { continue };
            let mut altered = |what: &str, text: &str| add(&format!("{clause} {what}"), format!("alter policy {on} {clause} ({text})"));
            for constant in ["true", "false"].into_iter().filter(|constant| constant != expression) {
                altered(constant, constant);
            }
            let sql = Sql::of(expression);
            let literals = sql.changed_texts(|literal| if literal == "''" { vec![] } else { vec!["null".to_owned()] });
            for change in sql.without_conditions().into_iter().chain(sql.negated_conditions()).chain(literals).chain(unsealed(expression)) {
                altered(&change.what, &change.text);
            }
        }
        if policy.permissive {
            add("for all commands", policy.created("all", true, &policy.roles));
            add("to public", format!("alter policy {on} to public"));
        } else {
            add("permissive", policy.created(&policy.command, true, &policy.roles));
            for command in ["select", "update"] {
                let check = policy.check.clone().filter(|_| command == "update");
                let narrow = Policy { name: policy.name.clone(), table: policy.table.clone(), permissive: false, command: command.into(), roles: policy.roles.clone(), using: policy.using.clone(), check };
                add(&format!("for {command} alone"), narrow.created(command, false, &policy.roles));
            }
            for left_out in ["ringfence_app", "ringfence_owner", "ringfence_reporting"] {
                let rest: Vec<&str> = ["ringfence_app", "ringfence_owner", "ringfence_reporting"].into_iter().filter(|role| *role != left_out && (policy.roles == "public" || policy.roles.contains(role))).collect();
                if (policy.roles == "public" || policy.roles.contains(left_out)) && !rest.is_empty() {
                    add(&format!("not for {left_out}"), format!("alter policy {on} to {}", rest.join(", ")));
                }
            }
        }
    }
    mutants
}

/// Each sealed reader replaced by the plain setting that a statement can forge.
fn unsealed(expression: &str) -> Vec<crate::sql_text::Change> {
    let plain = |setting: &str| format!("nullif(current_setting('app.{setting}', true), '')::uuid");
    let held = "string_to_array(trim(both ',' from current_setting('app.permissions', true)), ',')";
    let mut changes = Vec::new();
    for (reader, by) in [
        ("current_tenant", plain("tenant_id")),
        ("member_with", plain("member_id")),
        ("member", plain("member_id")),
        ("oneself", plain("member_id")),
        ("actor", plain("actor_id")),
        ("identity", plain("identity_id")),
        ("request", plain("request_id")),
        // The argument goes on to say which of the lists is asked.
        ("groups_with", "nullif(split_part(current_setting('app.groups', true), ';', ringfence.access_of($)), '')::uuid[]".to_owned()),
        ("permissions", held.to_owned()),
        ("grantable", held.to_owned()),
        ("may", "(current_setting('app.permissions', true) <> '')".to_owned()),
    ] {
        let call = format!("ringfence.{reader}(");
        for (at, _) in expression.match_indices(&call) {
            let Some(end) = expression[at..].find(')') else { continue };
            let by = by.replace('$', &expression[at + call.len()..at + end]);
            let text = format!("{}{by}{}", &expression[..at], &expression[at + end + 1..]);
            changes.push(crate::sql_text::Change { what: format!("unsealed {}", &expression[at..=at + end]), text });
        }
    }
    changes
}

async fn row_security(client: &Client) -> Vec<Mutant> {
    rows(client, "select relname::text, relrowsecurity, relforcerowsecurity from pg_class where relnamespace = 'ringfence'::regnamespace and relkind = 'r' and relrowsecurity order by 1")
        .await
        .iter()
        .flat_map(|row| {
            let table: String = row.get(0);
            ["disable", "no force"].map(|change| Mutant::of("row security", &table, &format!("{table} {change}"), format!("alter table ringfence.{table} {change} row level security"), &[Layer::Whole]))
        })
        .collect()
}

async fn keys(client: &Client) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let constraints = rows(
        client,
        "select k.conname::text, c.relname::text, k.contype::text, pg_get_constraintdef(k.oid), k.confupdtype::text
           from pg_constraint k join pg_class c on c.oid = k.conrelid
          where c.relnamespace = 'ringfence'::regnamespace and k.contype in ('p', 'u', 'f') and c.relname <> 'schema_history' order by 2, 1",
    )
    .await;
    for row in constraints {
        let (name, table, kind, definition): (String, String, String, String) = (row.get(0), row.get(1), row.get(2), row.get(3));
        let kind = if kind == "f" { "foreign key" } else { "unique key" };
        let dropped = format!("alter table ringfence.{table} drop constraint {name} cascade");
        mutants.push(Mutant::of(kind, &table, &format!("{name} dropped"), dropped.clone(), &[Layer::Whole]));
        if definition.contains(" ON UPDATE CASCADE") {
            let by = definition.replace(" ON UPDATE CASCADE", "");
            mutants.push(Mutant::of(kind, &table, &format!("{name} without its cascade"), format!("{dropped}; alter table ringfence.{table} add constraint {name} {by}"), &[Layer::Whole]));
        }
        if kind == "foreign key" {
            let by = format!("{definition} on delete cascade");
            mutants.push(Mutant::of(kind, &table, &format!("{name} on delete cascade"), format!("{dropped}; alter table ringfence.{table} add constraint {name} {by}"), &[Layer::Whole]));
        }
    }
    let indexes = rows(
        client,
        "select i.indexrelid::regclass::text, t.relname::text from pg_index i join pg_class t on t.oid = i.indrelid
          where t.relnamespace = 'ringfence'::regnamespace and i.indisunique and not exists (select from pg_constraint k where k.conindid = i.indexrelid) order by 1",
    )
    .await;
    for row in indexes {
        let (name, table): (String, String) = (row.get(0), row.get(1));
        mutants.push(Mutant::of("unique key", &table, &format!("{name} dropped"), format!("drop index {name}"), &[Layer::Whole]));
    }
    mutants
}

/// Each privilege that is held, taken away.
async fn revoked(client: &Client) -> Vec<Mutant> {
    let held = rows(
        client,
        "select o.name, o.what, a.privilege_type || coalesce(' (' || o.col || ')', ''), case a.grantee when 0 then 'public' else a.grantee::regrole::text end
           from (select c.relname::text, c.oid::regclass::text, c.relacl, null::text, c.relowner from pg_class c where c.relnamespace in ('ringfence'::regnamespace, 'reporting'::regnamespace) and c.relkind in ('r', 'v')
                 union all
                 select c.relname::text, c.oid::regclass::text, t.attacl, quote_ident(t.attname), c.relowner from pg_attribute t join pg_class c on c.oid = t.attrelid
                  where c.relnamespace in ('ringfence'::regnamespace, 'reporting'::regnamespace) and t.attacl is not null
                 union all
                 select p.proname::text, 'function ' || p.oid::regprocedure::text, p.proacl, null, p.proowner from pg_proc p where p.pronamespace = 'ringfence'::regnamespace
                 union all
                 select n.nspname::text, 'schema ' || n.nspname, n.nspacl, null, n.nspowner from pg_namespace n where n.nspname in ('ringfence', 'reporting')) o (name, what, acl, col, owner)
          cross join lateral aclexplode(o.acl) a where a.grantee <> o.owner order by 1, 2, 3, 4",
    )
    .await;
    held.iter()
        .map(|row| {
            let (name, object, privilege, role): (String, String, String, String) = (row.get(0), row.get(1), row.get(2), row.get(3));
            let privilege = privilege.to_lowercase();
            Mutant::of("grant", &name, &format!("{privilege} on {object} taken from {role}"), format!("revoke {privilege} on {object} from {role}"), &[Layer::Whole])
        })
        .collect()
}

/// Each privilege that is not held, given.
async fn granted(client: &Client) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut add = |name: &str, object: &str, privilege: &str, role: &str| {
        mutants.push(Mutant::of("privileges", name, &format!("{privilege} on {object} given to {role}"), format!("grant {privilege} on {object} to {role}"), &[Layer::Whole]));
    };
    let relations = rows(
        client,
        "select c.relname::text, c.oid::regclass::text, c.relkind = 'r', array(select quote_ident(t.attname) from pg_attribute t where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped and t.attgenerated = '')
           from pg_class c where c.relnamespace in ('ringfence'::regnamespace, 'reporting'::regnamespace) and c.relkind in ('r', 'v') order by 2",
    )
    .await;
    for row in relations {
        let (name, object, is_table, columns): (String, String, bool, Vec<String>) = (row.get(0), row.get(1), row.get(2), row.get(3));
        for role in GRANTEES {
            for privilege in ["select", "insert", "update", "delete", "truncate", "references", "trigger"] {
                let of_table = "select case when $1 = 'public' then exists (select from pg_class c, aclexplode(c.relacl) a where c.oid = $2::text::regclass and a.grantee = 0 and a.privilege_type = upper($3)) else has_table_privilege($1, $2, $3) end";
                let held: bool = client.query_one(of_table, &[&role, &object, &privilege]).await.expect("a privilege").get(0);
                if held {
                    continue;
                }
                add(&name, &object, privilege, role);
                // Where some columns are granted, each other one by itself.
                if !is_table || role == "public" || !["select", "insert", "update"].contains(&privilege) {
                    continue;
                }
                let any: bool = client.query_one("select has_any_column_privilege($1, $2, $3)", &[&role, &object, &privilege]).await.expect("a privilege").get(0);
                for column in columns.iter().filter(|_| any) {
                    let bare = column.trim_matches('"').to_owned();
                    let held: bool = client.query_one("select has_column_privilege($1, $2, $3, $4)", &[&role, &object, &bare, &privilege]).await.expect("a privilege").get(0);
                    if !held {
                        add(&name, &object, &format!("{privilege} ({column})"), role);
                    }
                }
            }
        }
    }
    let functions = rows(client, "select p.proname::text, p.oid::regprocedure::text, array(select r from unnest(array['ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting']) r where not has_function_privilege(r, p.oid, 'execute')) from pg_proc p where p.pronamespace = 'ringfence'::regnamespace order by 2").await;
    for row in functions {
        let (name, signature, roles): (String, String, Vec<String>) = (row.get(0), row.get(1), row.get(2));
        for role in roles.iter().map(String::as_str).chain(["public"]) {
            add(&name, &format!("function {signature}"), "execute", role);
        }
    }
    for (schema, privilege) in [("ringfence", "usage"), ("ringfence", "create"), ("reporting", "usage"), ("reporting", "create")] {
        for role in GRANTEES {
            let known = "select case when $1 = 'public' then false else has_schema_privilege($1, $2, $3) end";
            let held: bool = client.query_one(known, &[&role, &schema, &privilege]).await.expect("a privilege").get(0);
            if !held {
                add(schema, &format!("schema {schema}"), privilege, role);
            }
        }
    }
    mutants
}

async fn views(client: &Client) -> Vec<Mutant> {
    rows(client, "select relname::text, oid::regclass::text, pg_get_viewdef(oid) from pg_class where relnamespace = 'reporting'::regnamespace and relkind = 'v' order by 1")
        .await
        .iter()
        .flat_map(|row| {
            let (name, view): (String, String) = (row.get(0), row.get(1));
            ["security_invoker", "security_barrier"].map(|option| Mutant::of("view", &name, &format!("{view} without {option}"), format!("alter view {view} set ({option} = false)"), &[Layer::Whole]))
        })
        .collect()
}
