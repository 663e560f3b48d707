//! What only a commit shows: settings that outlive their transaction, connections that have seen nothing yet, and two at once. It puts a function back as it was, and no more.

use crate::mutant::{Made, Mutant};
use crate::stage::Stage;
use std::collections::BTreeMap;
use tokio_postgres::{Client, SimpleQueryMessage};

const SETTINGS: &str = "select concat(current_setting('app.tenant_id', true), current_setting('app.session_id', true),
                        current_setting('app.authentication', true), current_setting('backtrace_functions'))";

/// Every function as it was made.
pub async fn originals(stage: &Stage) -> BTreeMap<String, String> {
    let rows = stage.client.query("select proname::text, pg_get_functiondef(oid) from pg_proc where pronamespace = 'ringfence'::regnamespace", &[]).await.expect("the functions");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// What came out otherwise than it must once the change is committed.
pub async fn difference(stage: &Stage, mutant: &Mutant, originals: &BTreeMap<String, String>) -> Option<String> {
    let Made::Sql(sql) = &mutant.made else { return None };
    stage.run(sql).await;
    let seen = look(stage).await;
    stage.run(&originals[&mutant.subject]).await;
    seen
}

/// The same with nothing changed: all must be well.
pub async fn look(stage: &Stage) -> Option<String> {
    for (what, found, expected) in [
        ("a connection that entered nothing", seen_by_fresh(stage, "select").await, "0|0|null|f||null".to_owned()),
        ("a connection that named a tenant", seen_by_fresh(stage, &stage.named("select set_config('app.tenant_id', '{acme}', false)")).await, "0|0|null|f||null".to_owned()),
        ("a connection that writes itself a context", seen_by_fresh(stage, "select set_config('backtrace_functions', 'ringfence', false)").await, "!42501".to_owned()),
        ("a token where no tenant was named", value(&stage.installation.login("ringfence_app").await, &format!("select ringfence.enter('{}')", stage.token("acme", "agent"))).await, "!RF002".to_owned()),
        ("a member of whom nobody says how they came", value(&stage.installation.login("ringfence_app").await, &format!("begin; {}; select ringfence.may('ticket.read'), ringfence.context(7), ringfence.context(8), ringfence.context(9); commit", stage.enter_silently("acme", "agent"))).await, "t|user||".to_owned()),
        ("settings after a member's transaction", left_behind(stage, "ringfence_app", &format!("{}; select count(*) from ringfence.tickets", stage.enter("acme", "agent"))).await, String::new()),
        ("settings after the operator's transaction", left_behind(stage, "ringfence_operator", &stage.named("select ringfence.deprovision_member('{acme}', '{absent}', '{r_one}')")).await, String::new()),
        ("settings after the mover's transaction", left_behind(stage, "ringfence_auditor", "select ringfence.move_audit(100)").await, String::new()),
        ("one ticket handed over twice at once", handed_over_twice(stage).await, "0".to_owned()),
        ("a turn that another has, in one tenant and in two", turns(stage).await, "1111 0000 1111".to_owned()),
        ("a command's turn that another has, in one tenant and in two", command_turns(stage).await, "t f t".to_owned()),
        ("two movers at once", moved_twice(stage).await, "dense".to_owned()),
        ("whose turn it is in what is carried over", turn_kept(stage).await, format!("null  {}", stage.named("{acme}"))),
        ("analysts' transactions that have stood for an hour, and for no time", reports_ended(stage).await, "0 1 1 1 gone".to_owned()),
        ("two sign-ins begun at once", begun_twice(stage).await, "0".to_owned()),
        ("two sessions opened at once", opened_twice(stage).await, "0".to_owned()),
        ("somebody made another meanwhile", made_other_meanwhile(stage).await, "!RF012 !RF012 guest".to_owned()),
        ("an owner removed while the other one ceases to be one", last_of_two(stage).await, "last_owner".to_owned()),
        ("a member removed beside another whom somebody has at hand", removed_beside(stage).await, "removed".to_owned()),
        ("what another transaction of the sender's holds", taken_while_held(stage).await, "1 1".to_owned()),
        ("a transaction in which somebody was named who is known", somebody_named(stage).await, "t".to_owned()),
        ("a refusal that comes back after it was taken up again", refused_too_late(stage).await, "1".to_owned()),
    ] {
        if found != expected {
            return Some(format!("{what}: {found}"));
        }
    }
    None
}

async fn value(client: &Client, sql: &str) -> String {
    match client.simple_query(sql).await {
        Ok(messages) => {
            let last = messages.iter().rev().find_map(|message| if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None });
            last.map(|row| (0..row.len()).map(|i| row.get(i).unwrap_or("null")).collect::<Vec<_>>().join("|")).unwrap_or_default()
        }
        Err(error) => error.as_db_error().map_or_else(|| error.to_string(), |db| format!("!{}", db.code().code())),
    }
}

async fn seen_by_fresh(stage: &Stage, before: &str) -> String {
    let fresh = stage.installation.login("ringfence_app").await;
    value(&fresh, &format!("{before}; select (select count(*) from ringfence.tickets), (select count(*) from ringfence.members), ringfence.current_tenant(), ringfence.may('ticket.read'), current_setting('backtrace_functions'), ringfence.rights()")).await
}

async fn left_behind(stage: &Stage, login: &str, work: &str) -> String {
    let fresh = stage.installation.login(login).await;
    let done = value(&fresh, &format!("begin; {work}; commit")).await;
    if done.starts_with('!') { done } else { value(&fresh, SETTINGS).await }
}

/// What the second is answered that comes while the first has not committed, and waits until it has.
async fn meanwhile(stage: &Stage, (one, first): (Client, &str), (other, second): (Client, &str)) -> String {
    let begun = value(&one, &format!("begin; {first}")).await;
    if begun.starts_with('!') {
        return format!("begun: {begun}");
    }
    let pid = value(&other, "select pg_backend_pid()").await;
    let work = second.to_owned();
    let waiting = tokio::spawn(async move { value(&other, &work).await });
    while !waiting.is_finished() && stage.value(&format!("select wait_event_type from pg_stat_activity where pid = {pid}")).await != "Lock" {
        tokio::task::yield_now().await;
    }
    value(&one, "commit").await;
    waiting.await.expect("an answer")
}

/// The second hands over what it has seen at the same version; it must find that it came too late.
async fn handed_over_twice(stage: &Stage) -> String {
    let version = stage.value(&stage.named("select version from ringfence.tickets where tenant_id = '{acme}' and ticket_id = '{ticket2}'")).await;
    let hand_over = |event: u8| stage.named(&format!("select count(*) from ringfence.transfer_ticket('{{ticket2}}', {version}, '{{first}}', null, gen_random_uuid()) where {event} > 0"));
    let (first, second) = (format!("{}; {}", stage.enter("acme", "agent"), hand_over(1)), format!("begin; {}; {}", stage.enter("acme", "owner"), hand_over(2)));
    meanwhile(stage, (stage.installation.login("ringfence_app").await, &first), (stage.installation.login("ringfence_app").await, &second)).await
}

async fn reports_ended(stage: &Stage) -> String {
    stage.run(&format!("alter role {} password 'a long password'", stage.analyst)).await;
    let mut config = stage.installation.admin_config().clone();
    config.user(&stage.analyst).password("a long password");
    let analyst = ringfence_tests::database::connect(&config).await;
    let (auditor, app) = (stage.installation.login("ringfence_auditor").await, stage.installation.login("ringfence_app").await);
    let mut told = Vec::new();
    for client in [&analyst, &app] {
        value(client, "begin; select 1").await;
    }
    for (client, sql) in [(&auditor, "select ringfence.end_overdue_reports('1 hour')"), (&analyst, "select 1"), (&auditor, "select ringfence.end_overdue_reports('0')"), (&app, "select 1")] {
        told.push(value(client, sql).await);
    }
    told.push(if value(&analyst, "select 1").await == "1" { "there" } else { "gone" }.to_owned());
    told.join(" ")
}

/// Four turns, the same again meanwhile, and the other tenant's.
async fn turns(stage: &Stage) -> String {
    let (mut told, mut open) = (Vec::new(), Vec::new());
    for tenant in ["acme", "acme", "globex"] {
        let client = stage.installation.login("ringfence_app").await;
        let take = "select string_agg(ringfence.take_turn(what)::int::text, '') from unnest('{a,b,c,d}'::text[]) what";
        told.push(value(&client, &format!("begin; {}; {take}", stage.enter(tenant, "agent"))).await);
        open.push(client);
    }
    told.join(" ")
}

async fn command_turns(stage: &Stage) -> String {
    let (mut told, mut open) = (Vec::new(), Vec::new());
    for tenant in ["{acme}", "{acme}", "{globex}"] {
        let client = stage.installation.login("ringfence_operator").await;
        told.push(value(&client, &stage.named(&format!("begin; select ringfence.command_turn('{tenant}', 'x')"))).await);
        open.push(client);
    }
    told.join(" ")
}

/// Two movers at once leave each trail without gap or repetition, and its head where the trail ends.
async fn moved_twice(stage: &Stage) -> String {
    stage
        .run(&stage.named("insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, actor_kind) select '{acme}', '{r_one}', 'twice', 'allow', 'nobody' from generate_series(1, 3)"))
        .await;
    let move_some = "select ringfence.move_audit(100)";
    let second = meanwhile(stage, (stage.installation.login("ringfence_auditor").await, move_some), (stage.installation.login("ringfence_auditor").await, move_some)).await;
    if second.starts_with('!') {
        return second;
    }
    stage
        .value(&stage.named("select case when count(*) = max(position) and max(position) = (select length from ringfence.audit_heads where tenant_id = '{acme}') then 'dense' else 'torn' end from ringfence.audit_events where tenant_id = '{acme}'"))
        .await
}

/// Two that clear away what is over at the same moment do not wait for each other, and each clears it: how much is left of it.
async fn cleared_twice(stage: &Stage, purpose: &str, says: &str, calls: &str, over: &str, cleared: &str) -> String {
    stage.run(&stage.named(over)).await;
    let (first, second) = (stage.installation.login("ringfence_app").await, stage.installation.login("ringfence_app").await);
    let call = async |secret: &str| {
        stage
            .value(&format!(
                "select format('begin; set local lock_timeout = ''1s''; select {calls}(%L)', m.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(m.token))), 'hex'))
                   from ringfence.keys k, lateral (select concat_ws('|', '{purpose}', encode(convert_to((jsonb_build_object('attempt', s.hash, 'session', s.hash, 'request_id', gen_random_uuid()) || '{says}')::text, 'UTF8'), 'hex'),
                          extract(epoch from clock_timestamp())::bigint + 60, 'nonce', k.kid) token from (select encode(sha256('{secret}'), 'hex') as hash) s) m
                  where k.purpose = 'token'"
            ))
            .await
    };
    let came = [value(&first, &call("first").await).await, value(&second, &call("second").await).await];
    value(&first, "commit").await;
    value(&second, "commit").await;
    let left = stage.value(cleared).await;
    came.into_iter().find(|answer| answer.starts_with('!')).unwrap_or(left)
}

async fn begun_twice(stage: &Stage) -> String {
    let over = "insert into ringfence.sign_in_attempts (attempt_hash, issuer, return_to, expires_at) select sha256(n::text::bytea), 'x', '/', now() - interval '1 hour' from generate_series(1, 3) n";
    let cleared = "with gone as (delete from ringfence.sign_in_attempts returning expires_at) select count(*) from gone where expires_at < now()";
    cleared_twice(stage, "sign_in.begin", r#"{"issuer": "x", "return_to": "/", "lifetime": 60}"#, "ringfence.begin_sign_in", over, cleared).await
}

async fn opened_twice(stage: &Stage) -> String {
    let over = "insert into ringfence.sessions (session_id, session_hash, identity_id, last_seen_at, idle_expires_at, expires_at)
                select ringfence.new_id(), sha256(n::text::bytea), '{i_agent}', now() - interval '3 hours', now() - interval '1 hour', now() + interval '1 day' from generate_series(1, 3) n";
    let cleared = "with gone as (delete from ringfence.sessions where last_seen_at < now() - interval '2 hours' or session_hash in (sha256('first'), sha256('second')) returning idle_expires_at),
                        told as (delete from ringfence.audit_inbox where action = 'session.opened')
                   select count(*) from gone where idle_expires_at < now()";
    let says = r#"{"issuer": "https://issuer.example", "subject": "agent", "idle": 1800, "absolute": 36000}"#;
    cleared_twice(stage, "session.open", says, "ringfence.open_session", over, cleared).await
}

/// A carrier's connection that has carried nothing yet finds nothing; later it knows whose turn it was.
async fn turn_kept(stage: &Stage) -> String {
    let carrier = stage.installation.login("ringfence_dispatcher").await;
    let first = value(&carrier, "select ringfence.take_crossing()").await;
    stage.run(&stage.named("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('{acme}', '{absent}', '{absent}', 'agreement')")).await;
    let second = value(&carrier, "select ringfence.take_crossing()").await;
    stage.run("delete from ringfence.crossing_queue").await;
    format!("{first} {second} {}", value(&carrier, "select current_setting('app.crossing_turn', true)").await)
}

/// Provisioning lets go of whom an admin makes an owner meanwhile, and who was removed meanwhile becomes a guest.
async fn made_other_meanwhile(stage: &Stage) -> String {
    let mut came = Vec::new();
    for (admin, member, work) in [
        ("update ringfence.members set role = 'owner' where tenant_id = '{acme}' and member_id = '{p1}'", "service", "select version from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P9', null, '{}')"),
        ("update ringfence.members set role = 'owner' where tenant_id = '{acme}' and member_id = '{p1}'", "service", "select version from ringfence.deprovision_user('{u1}', null)"),
        (
            "delete from ringfence.memberships where tenant_id = '{acme}' and identity_id = '{i_p1}'; delete from ringfence.members where tenant_id = '{acme}' and member_id = '{p1}'",
            "owner",
            "select role from ringfence.grant_break_glass(gen_random_uuid(), 'https://issuer.example', 'p1', 'x', 'auditor', 1, 'long enough a reason'); select role from ringfence.members where member_id = '{p1}'",
        ),
    ] {
        stage
            .run(&stage.named(
                "insert into ringfence.identities (identity_id, issuer, subject) values ('{i_p1}', 'https://issuer.example', 'p1');
                 insert into ringfence.contacts (tenant_id, contact_id, name, identity_id) values ('{acme}', '{p1}', 'P1', '{i_p1}');
                 insert into ringfence.members (tenant_id, member_id, identity_id, role, provisioned) values ('{acme}', '{p1}', '{i_p1}', 'agent', true);
                 insert into ringfence.memberships (identity_id, tenant_id) values ('{i_p1}', '{acme}');
                 insert into ringfence.provisioning_settings (tenant_id, issuer, default_role, role_map) values ('{acme}', 'https://issuer.example', 'agent', '{}');
                 insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, external_id, active, issuer, subject, role, attributes)
                 values ('{acme}', '{u1}', '{p1}', 'U1', 'p1', true, 'https://issuer.example', 'p1', 'agent', '{}');
                 update ringfence.members set permissions = '{provision.manage}' where role = 'service'",
            ))
            .await;
        let first = format!("{}; {}", stage.enter("acme", "owner"), stage.named(admin));
        let second = format!("begin; {}; {}", stage.enter("acme", member), stage.named(work));
        came.push(meanwhile(stage, (stage.installation.login("ringfence_app").await, &first), (stage.installation.login("ringfence_app").await, &second)).await);
        stage
            .run(&stage.named(
                "update ringfence.members set permissions = '{}' where role = 'service';
                 delete from ringfence.scim_users where scim_user_id = '{u1}'; delete from ringfence.provisioning_settings where tenant_id = '{acme}';
                 delete from ringfence.memberships where identity_id = '{i_p1}'; delete from ringfence.members where identity_id = '{i_p1}';
                 delete from ringfence.contacts where contact_id = '{p1}'; delete from ringfence.identities where identity_id = '{i_p1}'",
            ))
            .await;
    }
    came.join(" ")
}

/// Who is removed counts the owners when the other has come to an end; nothing of it stays.
async fn last_of_two(stage: &Stage) -> String {
    stage
        .run(&stage.named(
            "insert into ringfence.identities (identity_id, issuer, subject) values ('{i_p1}', 'https://issuer.example', 'p1');
             insert into ringfence.contacts (tenant_id, contact_id, name, identity_id) values ('{acme}', '{p1}', 'P1', '{i_p1}');
             insert into ringfence.members (tenant_id, member_id, identity_id, role) values ('{acme}', '{p1}', '{i_p1}', 'owner');
             insert into ringfence.memberships (identity_id, tenant_id) values ('{i_p1}', '{acme}')",
        ))
        .await;
    let demoted = stage.named("update ringfence.members set role = 'agent' where tenant_id = '{acme}' and member_id = '{p1}'");
    let removed = stage.named("begin; select ringfence.deprovision_member('{acme}', '{owner}', '{r_one}')");
    let came = meanwhile(stage, (stage.installation.admin().await, &demoted), (stage.installation.login("ringfence_operator").await, &removed)).await;
    stage
        .run(&stage.named(
            "delete from ringfence.memberships where identity_id = '{i_p1}'; delete from ringfence.members where identity_id = '{i_p1}';
             delete from ringfence.contacts where contact_id = '{p1}'; delete from ringfence.identities where identity_id = '{i_p1}'",
        ))
        .await;
    came
}

/// Whoever is no owner is not waited for.
async fn removed_beside(stage: &Stage) -> String {
    let (other, operator) = (stage.installation.admin().await, stage.installation.login("ringfence_operator").await);
    value(&other, &stage.named("begin; select from ringfence.members where tenant_id = '{acme}' and member_id = '{agent}' for update")).await;
    let came = value(&operator, &stage.named("begin; set local lock_timeout = '1s'; select ringfence.deprovision_member('{acme}', '{admin}', '{r_one}')")).await;
    value(&operator, "rollback").await;
    value(&other, "rollback").await;
    came
}

/// Another carrier took the ticket up after the one whose refusal comes now: it still goes over.
async fn refused_too_late(stage: &Stage) -> String {
    stage.run(&stage.named("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, claim) values ('{acme}', '{absent}', '{absent}', 'ticket', '{event}')")).await;
    let receipt = "select ringfence.signed('receipt', jsonb_build_object('kind', 'ticket', 'intent', '{absent}', 'claim', '{event}', 'agreement', '{absent}', 'from', '{acme}', 'refused', 'not_accepted')::text)";
    let receipt = stage.value(&stage.named(receipt)).await;
    let taken = stage.named("update ringfence.crossing_queue set claim = gen_random_uuid() where tenant_id = '{acme}' and intent_id = '{absent}'");
    let came = meanwhile(stage, (stage.installation.admin().await, &taken), (stage.installation.login("ringfence_dispatcher").await, &format!("select ringfence.complete_crossing('{receipt}')"))).await;
    let left = stage.value("with gone as (delete from ringfence.crossing_queue returning 1) select count(*) from gone").await;
    if came.starts_with('!') { came } else { left }
}

/// It has its number, as one has that makes somebody.
async fn somebody_named(stage: &Stage) -> String {
    let fresh = stage.installation.login("ringfence_app").await;
    let named = "select ringfence.identity_to_add('https://issuer.example', 'agent')";
    value(&fresh, &format!("begin; {}; {named}; select pg_current_xact_id_if_assigned() is not null; commit", stage.enter("acme", "owner"))).await
}

/// A link, and a share, that somebody has at hand while the carrier comes for it; whatever else there is, nobody holds. It stays in the
/// queue, and the carrier stands in no tenant.
async fn taken_while_held(stage: &Stage) -> String {
    stage.run("select pg_temp.agreed()").await;
    let (holder, carrier) = (stage.installation.admin().await, stage.installation.login("ringfence_dispatcher").await);
    let mut came = Vec::new();
    for (kind, table, key, intent) in [("ticket", "ticket_links", "link_id", "{link}"), ("comment", "comment_shares", "share_id", "{share}")] {
        stage.run(&stage.named(&format!("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('{{acme}}', '{intent}', '{{agreement}}', '{kind}')"))).await;
        value(&holder, &stage.named(&format!("begin; select from ringfence.{table} where tenant_id = '{{acme}}' and {key} = '{intent}' for update"))).await;
        let letter = value(&carrier, "begin; set local lock_timeout = '1s'; select ringfence.take_crossing() || current_setting('backtrace_functions')").await;
        value(&carrier, "commit").await;
        came.push(letter + &stage.value("select count(*) from ringfence.crossing_queue").await);
        value(&holder, "rollback").await;
        stage.run("delete from ringfence.crossing_queue").await;
    }
    stage.run("delete from ringfence.comment_shares; delete from ringfence.ticket_links; delete from ringfence.agreements").await;
    came.join(" ")
}
