//! The stage: a database with two twin tenants, and one superuser's connection that becomes each actor in turn. Nothing here is committed after the scene is set.

use crate::play::{Actor, Case, Play};
use ringfence_tests::Installation;
use std::collections::BTreeMap;
use std::fmt::Write;
use tokio_postgres::{Client, SimpleQueryMessage};

/// Names that stage.sql and the plays give to ids. The tenants' ids begin with a letter of their own.
const NAMES: [&str; 66] = [
    "owner", "admin", "agent", "grouped_agent", "light_agent", "requester", "auditor", "service", "asker", "silent", "outsider", "i_owner", "i_admin", "i_agent",
    "i_grouped_agent", "i_light_agent", "i_requester", "i_auditor", "i_service", "i_outsider", "i_new", "org", "empty_org", "foreign_org", "first", "second", "vacant",
    "foreign_group", "ticket1", "ticket2", "ticket3", "ticket4", "foreign_ticket", "c1p", "c1i", "c2p", "c2i", "c3p", "c3i", "foreign_comment", "event", "r_one", "r_two",
    "absent", "new", "new2", "session", "token_service", "token_auditor", "narrow_role", "wide_role", "grant",
    "u1", "u2", "sg1", "queue", "p1", "p2", "i_p1", "i_p7",
    "agreement", "agreement2", "link", "link2", "share", "share2",
];

/// One layer of the defence taken away, so that the other one is seen to hold alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// As installed.
    Whole,
    /// No wall on any table: the doors alone.
    WithoutWalls,
    /// No door names the tenant: the walls alone.
    WithoutDoors,
    /// The owner's functions are behind no policy: their own predicates alone.
    WithoutForce,
    /// No policy at all: the predicates of the queries alone.
    WithoutPolicies,
}

impl Layer {
    pub const ALL: [Self; 5] = [Self::Whole, Self::WithoutWalls, Self::WithoutDoors, Self::WithoutForce, Self::WithoutPolicies];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::WithoutWalls => "walls",
            Self::WithoutDoors => "doors",
            Self::WithoutForce => "force",
            Self::WithoutPolicies => "policies",
        }
    }
}

pub struct Stage {
    pub client: Client,
    pub installation: Installation,
    ids: BTreeMap<String, String>,
    tokens: BTreeMap<(String, String), String>,
    pub analyst: String,
    effects: String,
    /// All rows, each with its table.
    rows: String,
}

impl Stage {
    pub async fn set() -> Self {
        let installation = Installation::fresh().await;
        let client = installation.admin().await;
        let mut ids = BTreeMap::from([
            ("acme".to_owned(), "a0000000-0000-7000-8000-000000000001".to_owned()),
            ("globex".to_owned(), "b0000000-0000-7000-8000-000000000001".to_owned()),
            // Of the right length: PostgreSQL takes anything else for a password.
            ("verifier".to_owned(), format!("SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==${0}:{0}", "A".repeat(43) + "=")),
            ("none".to_owned(), "00000000-0000-0000-0000-000000000000".to_owned()),
        ]);
        for (number, name) in NAMES.iter().enumerate() {
            ids.insert((*name).to_owned(), format!("00000000-0000-7000-8000-{:012}", number + 1));
        }
        let mut stage = Self { client, installation, ids, tokens: BTreeMap::new(), analyst: String::new(), effects: String::new(), rows: String::new() };
        stage.run("set search_path = pg_catalog, pg_temp; set client_min_messages = error; set timezone = utc; set statement_timeout = '20s'").await;
        stage.run(&stage.named(include_str!("stage.sql"))).await;
        for tenant in ["globex", "acme"] {
            stage.analyst = stage.value(&stage.named(&format!("select ringfence.create_reporting_login('{{{tenant}}}', '{{verifier}}', '{{r_one}}')"))).await;
        }
        stage.run("delete from ringfence.audit_inbox where action = 'reporting_login.created'; analyze").await;
        for tenant in ["acme", "globex"] {
            for member in NAMES.iter().filter(|name| NAMES.contains(&format!("i_{name}").as_str())) {
                let token = stage.value(&stage.named(&mint(tenant, member))).await;
                stage.tokens.insert((tenant.to_owned(), (*member).to_owned()), token);
            }
        }
        stage.remember().await;
        stage
    }

    pub async fn leave(self) {
        drop(self.client);
        self.installation.drop().await;
    }

    /// Keeps a digest of every row, for telling afterwards what changed where.
    async fn remember(&mut self) {
        let tables = self
            .value("select string_agg(c.relname || case when a.attname is null then '' else '!' end, ' ' order by c.relname) from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                     where c.relnamespace = 'ringfence'::regnamespace and c.relkind = 'r' and c.relname <> 'schema_history'")
            .await;
        // The keys are another installation's each time.
        let contents = |table: &str| format!("select '{table} ' || (jsonb_strip_nulls(to_jsonb(x)) - 'xid')::text from ringfence.{table} x");
        self.rows = tables.split(' ').map(|table| table.trim_end_matches('!')).filter(|table| *table != "keys").map(contents).collect::<Vec<_>>().join(" union all ");
        let mut rows = String::new();
        for table in tables.split(' ') {
            let (table, tenant) = table.strip_suffix('!').map_or((table, "'-'"), |table| (table, "coalesce(left(x.tenant_id::text, 1), '-')"));
            let _ = write!(rows, "{}select '{table}' as t, {tenant} as tenant, md5(x::text) as h from ringfence.{table} x", if rows.is_empty() { "" } else { " union all " });
        }
        self.run(&format!("create temp table remembered as select r.*, r.h in (select md5(m::text) from ringfence.members m where m.role = 'service') as service from ({rows}) r")).await;
        self.effects = format!(
            "select coalesce(string_agg(format('%s %s%s%s', t, tenant, '+' || nullif(made, 0), '-' || nullif(gone, 0)), ', ' order by t, tenant), 'unchanged') from (
               select coalesce(l.t, r.t) as t, coalesce(l.tenant, r.tenant) as tenant, count(*) filter (where r.h is null) as made, count(*) filter (where l.h is null) as gone
                 from ({rows}) l full join pg_temp.remembered r on (l.t, l.tenant, l.h) = (r.t, r.tenant, r.h)
                where l.h is null or r.h is null group by 1, 2) changed"
        );
    }

    /// The text with every `{name}` as its id.
    pub fn named(&self, text: &str) -> String {
        let mut done = String::with_capacity(text.len() + 64);
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            done.push_str(&rest[..at]);
            rest = &rest[at..];
            match rest.find('}').and_then(|end| Some((end, self.ids.get(&rest[1..end])?))) {
                Some((end, id)) => {
                    done.push_str(id);
                    rest = &rest[end + 1..];
                }
                None => {
                    done.push('{');
                    rest = &rest[1..];
                }
            }
        }
        done.push_str(rest);
        done
    }

    pub async fn run(&self, sql: &str) {
        if let Err(error) = self.client.batch_execute(sql).await {
            panic!("{error:?} in\n{sql}");
        }
    }

    pub async fn value(&self, sql: &str) -> String {
        let messages = self.client.simple_query(sql).await.unwrap_or_else(|error| panic!("{error:?} in\n{sql}"));
        messages.iter().find_map(|message| if let SimpleQueryMessage::Row(row) = message { row.get(0).map(str::to_owned) } else { None }).unwrap_or_default()
    }

    /// Plays one case behind the savepoint `play`, leaves no trace, and says what came of it.
    pub async fn outcome(&self, play: &Play, case: &Case) -> String {
        let fill = |text: &str| self.named(&case.fill(text, play));
        let mut script = format!("{};\n{};\n{};\n", fill(&play.before), self.become_actor(&case.actor), fill(&play.forging));
        let sql = fill(&play.sql);
        script.push_str(&if play.query.is_some() { sql.replace("'null'", "null") } else { sql });
        let mut outcome = match self.client.simple_query(&script).await {
            Ok(messages) => shown(&messages, &play.show),
            Err(error) => refused(&error),
        };
        if !outcome.starts_with('!') {
            for check in [play.effects.then_some(self.effects.as_str()), Some(play.after.as_str())].into_iter().flatten().filter(|check| !check.trim().is_empty()) {
                let after = format!("reset role; reset session authorization; {}", fill(check));
                let seen = match self.client.simple_query(&after).await {
                    Ok(messages) => shown(&messages, &[]),
                    Err(error) => refused(&error),
                };
                let _ = write!(outcome, " / {seen}");
            }
        }
        self.run("rollback to savepoint play; deallocate all").await;
        self.unnamed(&outcome).trim().to_owned()
    }

    /// The text with every id by its name.
    pub fn unnamed(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(id, name))
    }

    /// Every row of every table.
    pub async fn rows(&self) -> Vec<String> {
        let messages = self.client.simple_query(&self.rows).await.unwrap_or_else(|error| panic!("{error:?} in\n{}", self.rows));
        messages.iter().filter_map(|message| if let SimpleQueryMessage::Row(row) = message { row.get(0).map(str::to_owned) } else { None }).collect()
    }

    /// Plays a step of a story, which stays unless it is refused, and says what came of it.
    pub async fn step(&self, actor: &Actor, sql: &str) -> String {
        const EMPTY: &str = "select set_config(name, '', true) from unnest(array['app.tenant_id', 'app.session_id', 'app.authentication', 'backtrace_functions', 'play.told']) name";
        self.run("savepoint step").await;
        let outcome = match self.client.simple_query(&format!("{EMPTY}; {}; {sql}", self.become_actor(actor))).await {
            Ok(messages) => shown(&messages, &[]),
            Err(error) => {
                self.run("rollback to savepoint step").await;
                refused(&error)
            }
        };
        self.run("reset role; reset session authorization; deallocate all; release savepoint step").await;
        outcome
    }

    /// SQL that enters a tenant as the service does.
    pub fn enter(&self, tenant: &str, member: &str) -> String {
        self.enter_with(tenant, &format!("'{}'", self.token(tenant, member)))
    }

    /// The same without a word of how they came.
    pub fn enter_silently(&self, tenant: &str, member: &str) -> String {
        format!("select set_config('app.tenant_id', '{}', true), ringfence.enter('{}')", self.ids[tenant], self.token(tenant, member))
    }

    fn enter_with(&self, tenant: &str, token: &str) -> String {
        format!(
            "select set_config('app.tenant_id', '{}', true), set_config('app.session_id', 'session', true),
                    set_config('app.authentication', 'bearer', true), set_config('play.entered', ringfence.enter({token}), true)",
            self.ids[tenant]
        )
    }

    /// As the service mints it, good for a day.
    pub fn token(&self, tenant: &str, member: &str) -> &str {
        self.tokens.get(&(tenant.to_owned(), member.to_owned())).unwrap_or_else(|| panic!("{member} is no member"))
    }

    /// SQL that turns the superuser into an actor.
    fn become_actor(&self, actor: &Actor) -> String {
        let enter = |tenant: &str, member: &str| self.enter(tenant, member);
        match actor {
            Actor::Root => "select".to_owned(),
            Actor::Nobody => "set session authorization ringfence_app".to_owned(),
            Actor::Login(role) => format!("set session authorization {role}"),
            Actor::Analyst => format!("set session authorization {}", self.analyst),
            Actor::Owner => "set local role ringfence_owner".to_owned(),
            Actor::Via { credential, acting, tenant } => format!(
                "select set_config('play.token', ({}), true); set session authorization ringfence_app; {}",
                self.named(&signed(tenant, &said(credential), &said(acting))),
                self.enter_with(tenant, "current_setting('play.token')")
            ),
            Actor::Definer => format!("{}; set local role ringfence_owner", enter("acme", "auditor")),
            Actor::Member { name, tenant } => format!("set session authorization ringfence_app; {}", enter(tenant, name)),
            Actor::Service(permissions) => format!(
                "update ringfence.members set permissions = {} where role = 'service'; update pg_temp.remembered r set h = md5(m::text) from ringfence.members m
                  where r.t = 'members' and m.role = 'service' and r.tenant = left(m.tenant_id::text, 1) and r.service; set session authorization ringfence_app; {}",
                rights(permissions),
                enter("acme", "service")
            ),
        }
    }

    /// Takes a layer away, inside the open transaction.
    pub async fn remove(&self, layer: Layer) {
        let of_policies = |which: &str, change: &str| {
            format!("select coalesce(string_agg({change}, ';'), '') from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = 'ringfence'::regnamespace and {which}")
        };
        let of_tables = |change: &str| format!("select string_agg(format('alter table ringfence.%I {change} row level security', relname), ';') from pg_class where relnamespace = 'ringfence'::regnamespace and relrowsecurity");
        let make = match layer {
            Layer::Whole => return,
            Layer::WithoutWalls => of_policies("not p.polpermissive", "format('drop policy %I on ringfence.%I', p.polname, c.relname)"),
            Layer::WithoutDoors => {
                // `(tenant_id = ringfence.tenant_id())` becomes true, in each clause of each door that has it.
                let untied = |column: &str| format!("replace(pg_get_expr(p.{column}, p.polrelid), '(tenant_id = ringfence.tenant_id())', '(true)')");
                of_policies(
                    "p.polpermissive and concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) like '%ringfence.tenant_id()%'",
                    &format!(
                        "format('alter policy %I on ringfence.%I', p.polname, c.relname) || coalesce(' using (' || {} || ')', '') || coalesce(' with check (' || {} || ')', '')",
                        untied("polqual"),
                        untied("polwithcheck")
                    ),
                )
            }
            Layer::WithoutForce => of_tables("no force"),
            Layer::WithoutPolicies => of_tables("disable"),
        };
        let change = self.value(&make).await;
        self.run(&change).await;
        if layer == Layer::WithoutForce {
            // Whoever stands at the gate is no owner: its doors are opened, and no wall is before it.
            let opened = of_policies(
                "('ringfence_gate'::regrole = any (p.polroles) or not p.polpermissive and p.polroles = '{0}')",
                "format('alter policy %I on ringfence.%I ', p.polname, c.relname) || case when p.polpermissive then 'using (true)' else 'to ringfence_app, ringfence_owner, ringfence_reporting' end",
            );
            let change = self.value(&opened).await;
            self.run(&change).await;
        }
    }
}

/// Permissions as SQL; `admin` is all that an admin has, and `-name` all but that one.
fn rights(permissions: &[String]) -> String {
    let named: Vec<&str> = permissions.iter().map(String::as_str).filter(|name| *name != "admin" && !name.starts_with('-')).collect();
    let mut list = format!("'{{{}}}'::text[]", named.join(","));
    if permissions.iter().any(|name| name == "admin") {
        list = format!("{list} || string_to_array(trim(both ',' from ringfence.permissions_of('admin', false)), ',')");
    }
    permissions.iter().filter_map(|name| name.strip_prefix('-')).fold(list, |list, name| format!("array_remove({list}, '{name}')"))
}

/// SQL that mints a member's token.
fn mint(tenant: &str, member: &str) -> String {
    signed(tenant, &format!("'i:{{i_{member}}}'"), "''")
}

fn signed(tenant: &str, credential: &str, acting: &str) -> String {
    format!(
        "select t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex')
           from ringfence.keys k, lateral (select concat_ws('|', '{{{tenant}}}', {credential}, {acting}, '{{r_two}}', extract(epoch from clock_timestamp())::bigint + 86400, 'nonce', k.kid)) t (token)
          where k.purpose = 'token'"
    )
}

/// What a play writes of a credential or of who acts, as SQL: `i:` and `a:` name an identity, `m:` a member, `s:` and `t:` a
/// secret, whose hash is what the service says.
fn said(words: &str) -> String {
    match words.split_once(':') {
        Some((kind @ ("i" | "a"), name)) => format!("'{kind}:{{i_{name}}}'"),
        Some((kind @ "m", name)) => format!("'{kind}:{{{name}}}'"),
        Some((kind, secret)) => format!("'{kind}:' || encode(sha256('{secret}'), 'hex')"),
        None => format!("'{words}'"),
    }
}

/// The rows of the last statement, or how many it touched.
fn shown(messages: &[SimpleQueryMessage], columns: &[String]) -> String {
    let mut rows = Vec::new();
    let mut last = String::from("nothing");
    let mut described = false;
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(_) => {
                described = true;
                rows.clear();
            }
            SimpleQueryMessage::Row(row) => {
                let chosen = row.columns().iter().enumerate().filter(|(_, column)| columns.is_empty() || columns.iter().any(|name| name == column.name()));
                rows.push(chosen.map(|(i, _)| row.get(i).unwrap_or("null")).collect::<Vec<_>>().join("|"));
            }
            SimpleQueryMessage::CommandComplete(count) => {
                last = match (described, rows.is_empty()) {
                    (false, _) => format!("#{count}"),
                    (true, true) => "nothing".to_owned(),
                    (true, false) => rows.join("; "),
                };
                described = false;
            }
            _ => {}
        }
    }
    last
}

fn refused(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("!{}{}", error.code().code(), error.constraint().map(|name| format!(" {name}")).unwrap_or_default()),
        None => panic!("the connection broke: {error:?}"),
    }
}
