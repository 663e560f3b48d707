//! Mutants of the database's own functions: each condition, constant, statement and attribute of each body, made from its live source text.

use crate::mutant::Mutant;
use crate::sql_text::{Change, Sql, brief};
use crate::stage::Layer;
use tokio_postgres::Client;

const LAYERS: [Layer; 2] = [Layer::Whole, Layer::WithoutForce];

struct Function {
    name: String,
    signature: String,
    /// As pg_get_functiondef() tells it, cut at the body.
    head: String,
    body: String,
    tail: String,
    definer: bool,
    volatility: String,
    parallel: String,
    pinned: bool,
}

pub async fn mutants(client: &Client) -> Vec<Mutant> {
    let functions = read(client).await;
    let mut mutants = Vec::new();
    for function in &functions {
        attributes(function, &mut mutants);
        let body = Sql::of(&function.body);
        let texts = body.changed_texts(|literal| changed_literal(&function.name, literal));
        let changes = body.without_conditions().into_iter().chain(body.negated_conditions()).chain(texts).chain(body.changed_constants()).chain(body.unwrapped_calls());
        let statements = if function.tail.is_empty() { Vec::new() } else { body.without_statements() };
        for change in changes.chain(statements) {
            add(function, &change, &mut mutants);
        }
        for (what, text) in returned(function) {
            add(function, &Change { what, text }, &mut mutants);
        }
    }
    mutants.extend(context());
    mutants
}

fn add(function: &Function, change: &Change, mutants: &mut Vec<Mutant>) {
    let sql = format!("{}{}{}", function.head, change.text, function.tail);
    mutants.push(Mutant::of("function", &function.name, &format!("{} {}", function.name, change.what), sql, &LAYERS));
}

async fn read(client: &Client) -> Vec<Function> {
    let listed = client
        .query(
            "select p.proname::text, p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.prosecdef, p.provolatile::text, p.proparallel::text, coalesce(p.proconfig::text like '%search_path%', false)
               from pg_proc p where p.pronamespace = 'ringfence'::regnamespace order by 2",
            &[],
        )
        .await
        .expect("the functions");
    listed
        .iter()
        .map(|row| {
            let text: String = row.get(2);
            let (start, end) = match text.find("$function$") {
                Some(at) => (at + 10, text.rfind("$function$").expect("the end of a body")),
                None => (["\nRETURN ", "\nBEGIN ATOMIC"].iter().find_map(|mark| text.find(mark)).expect("a body"), text.len()),
            };
            Function {
                name: row.get(0),
                signature: row.get(1),
                head: text[..start].into(),
                body: text[start..end].into(),
                tail: text[end..].trim_end().into(),
                definer: row.get(3),
                volatility: row.get(4),
                parallel: row.get(5),
                pinned: row.get(6),
            }
        })
        .collect()
}

fn attributes(function: &Function, mutants: &mut Vec<Mutant>) {
    let mut alter = |what: &str, change: &str| {
        let sql = format!("alter function {} {change}", function.signature);
        mutants.push(Mutant::of("function", &function.name, &format!("{} {what}", function.name), sql, &LAYERS));
    };
    if function.definer {
        alter("as its caller", "security invoker");
    }
    if function.pinned {
        alter("without its search_path", "reset search_path");
    }
    match function.volatility.as_str() {
        "v" => alter("immutable", "immutable"),
        "s" => {
            alter("immutable", "immutable");
            alter("volatile", "volatile");
        }
        _ => {}
    }
    if function.parallel != "s" {
        alter("parallel safe", "parallel safe");
    }
    alter("leakproof", "leakproof");
    alter("strict", "strict");
}

/// Another text in its place. A list of permissions loses each of its own, and gains each of the others'.
fn changed_literal(function: &str, literal: &str) -> Vec<String> {
    let inside = literal.trim_matches('\'');
    if function != "permissions_of" || !inside.starts_with(',') {
        return vec![format!("'{inside}x'")];
    }
    let held: Vec<&str> = inside.split(',').filter(|name| !name.is_empty()).collect();
    let mut lists: Vec<String> = held.iter().map(|left_out| inside.replace(&format!(",{left_out},"), ",")).collect();
    lists.extend(["ticket.read", "ticket.change.group", "comment.read", "member.manage", "owner.manage", "audit.read", "ticket.resolve.own"].iter().filter(|name| !held.contains(name)).map(|name| format!("{inside}{name},")));
    lists.into_iter().map(|list| format!("'{list}'")).collect()
}

/// What a function of one expression returns, as a constant.
fn returned(function: &Function) -> Vec<(String, String)> {
    if !function.body.starts_with("\nRETURN ") {
        return Vec::new();
    }
    ["true", "null", "nullif(current_setting('app.tenant_id', true), '')::uuid", "nullif(current_setting('app.member_id', true), '')::uuid"]
        .into_iter()
        .filter(|by| !bare(&function.body).contains(&bare(by)))
        .map(|by| (format!("returns {by}"), format!("\nRETURN {by}")))
        .collect()
}

/// Without what only the catalogue writes: brackets and the types of texts.
fn bare(expression: &str) -> String {
    brief(expression).to_lowercase().replace("::text", "").replace(['(', ')'], "")
}

/// Who may write the setting that the context stands in.
fn context() -> Vec<Mutant> {
    let setting = "set on parameter backtrace_functions";
    let mut changes = vec![("for nobody".to_owned(), format!("revoke {setting} from ringfence_gate"))];
    changes.extend(["public", "ringfence_app", "ringfence_reporting", "ringfence_owner", "ringfence_operator", "ringfence_auditor", "ringfence_dispatcher"].map(|role| (format!("for {role}"), format!("grant {setting} to {role}"))));
    changes.push(("to be given away".to_owned(), format!("grant {setting} to ringfence_gate with grant option")));
    changes.into_iter().map(|(what, sql)| Mutant::of("privilege", "context", &format!("the context {what}"), sql, &[Layer::Whole])).collect()
}
