//! The trail: nobody changes it, no answer overtakes its event, and without it there is no answer.

use crate::play::{DENIED, Play, code, one};
use futures_util::future::join_all;
use ringfence_audit::{Action, Decision, Event, Object, Who};
use ringfence_store::StoreError;
use ringfence_store::audit_trail::AuditTrail;
use ringfence_tests::{Call, Installation, Running};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use uuid::Uuid;

pub async fn served() -> (Arc<Running>, Play) {
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    let issuer = running.issuer.issuer().to_owned();
    (Arc::new(running), Play::over(installation, &issuer).await)
}

const TRAIL: [&str; 4] = ["audit_inbox", "audit_events", "installation_events", "audit_heads"];

#[tokio::test]
async fn no_role_changes_deletes_or_truncates_what_was_recorded() {
    let play = Play::new().await;
    let analyst = play.installation.create_reporting_login(play.acme().id.into(), "a long password").await;
    let client = play.installation.admin().await;
    let roles = ["ringfence_app", "ringfence_auditor", "ringfence_dispatcher", "ringfence_operator", "ringfence_provisioner", "ringfence_reporting", "ringfence_backup", &analyst];
    for role in roles {
        client.batch_execute(&format!("set session authorization {role}; set default_transaction_read_only = off")).await.unwrap();
        for table in TRAIL {
            for sql in [
                // Blind: without a column read no SELECT is asked for.
                format!("update ringfence.{table} set {}", if table == "audit_heads" { "length = 0" } else { "action = 'x'" }),
                format!("delete from ringfence.{table}"),
                format!("truncate ringfence.{table}"),
                format!("drop table ringfence.{table}"),
                format!("alter table ringfence.{table} disable row level security"),
            ] {
                assert_eq!(code(&client.batch_execute(&sql).await.unwrap_err()), DENIED, "{role}: {sql}");
            }
        }
        client.batch_execute("reset session authorization").await.unwrap();
    }
    // Nor from inside a tenant, whoever is entered.
    let entered = play.app().await;
    for table in TRAIL {
        let update = if table == "audit_heads" { "update ringfence.$T set length = 0" } else { "update ringfence.$T set action = 'x'" };
        for form in [update, "delete from ringfence.$T", "truncate ringfence.$T"] {
            play.enter(&entered, "acme", "owner").await;
            let outcome = entered.batch_execute(&form.replace("$T", table)).await;
            assert_eq!(code(&outcome.unwrap_err()), DENIED, "{form} {table}");
            entered.batch_execute("rollback").await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_event_is_written_in_ones_own_name_tenant_and_request_alone() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().clone(), play.globex().clone());
    let client = play.app().await;
    let other = Uuid::now_v7();
    for (columns, values) in [
        ("tenant_id", format!("'{}'", globex.id)),
        ("tenant_id", "null".into()),
        ("tenant_id, actor_id", format!("'{}', '{}'", acme.id, acme.members["owner"])),
        ("tenant_id, actor_id", format!("'{}', null", acme.id)),
        ("tenant_id, request_id", format!("'{}', '{other}'", acme.id)),
        ("tenant_id, event_id", format!("'{}', '{other}'", acme.id)),
        ("tenant_id, recorded_at", format!("'{}', now()", acme.id)),
        ("tenant_id, xid", format!("'{}', '7'", acme.id)),
    ] {
        play.enter(&client, "acme", "agent").await;
        let sql = format!("insert into ringfence.audit_inbox ({columns}, action, decision) values ({values}, 'ticket.read', 'allow')");
        assert_eq!(code(&client.execute(&sql, &[]).await.unwrap_err()), DENIED, "{sql}");
        client.batch_execute("rollback").await.unwrap();
    }
}

/// The service's auditor waits for a lock on the inbox.
async fn until_auditor_waits(play: &Play) {
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and usename = 'ringfence_auditor' and wait_event_type = 'Lock' and query like '%insert into ringfence.audit_inbox%'";
    for _ in 0..100_000 {
        if one::<i64>(&play.admin, sql, &[]).await > 0 {
            return;
        }
    }
    panic!("nothing is being recorded");
}

/// Who reads what, and what the trail says of it.
fn paths(play: &Play) -> Vec<(String, &'static str, &'static str)> {
    let ticket = play.acme().ticket;
    vec![
        (format!("/v1/tenants/acme/tickets/{ticket}"), "acme:agent", "ticket.read allow"),
        ("/v1/tenants/acme/tickets".into(), "acme:auditor", "ticket.listed allow"),
        (format!("/v1/tenants/acme/tickets/{ticket}/comments"), "acme:owner", "comment.listed allow"),
        ("/v1/me".into(), "acme:requester", "identity.read allow"),
        // Denials wait for their event as well.
        (format!("/v1/tenants/acme/tickets/{ticket}"), "acme:requester", "ticket.read deny"),
        (format!("/v1/tenants/acme/tickets/{ticket}"), "globex:agent", "tenant.entry_denied deny"),
        ("/v1/tenants/acme/agreements".into(), "acme:requester", "agreement.listed deny"),
    ]
}

fn shows_nothing(call: &Call) {
    assert_eq!(call.status, 503, "{}", call.text);
    assert!(!call.text.contains("canary") && call.body["code"] == "unavailable" && call.header("retry-after").is_some(), "{}", call.text);
}

#[tokio::test]
async fn no_answer_leaves_before_its_event_is_durable() {
    let (running, play) = served().await;
    // Carries what is there: the mover has its connection, so that whoever waits to insert below is the writer.
    running.get("/v1/tenants/acme/audit", &running.token("acme:auditor")).await.expect(200);
    for (path, who, event) in paths(&play) {
        // Their arrival is recorded: what is waited for below is what they did.
        let token = running.token(who);
        running.get(&path, &token).await;
        let lock = play.installation.admin().await;
        lock.batch_execute("begin; lock table ringfence.audit_inbox in access exclusive mode").await.unwrap();
        let asked = tokio::spawn({
            let (running, path) = (running.clone(), path.clone());
            async move { running.get(&path, &token).await }
        });
        until_auditor_waits(&play).await;
        // The service answers others meanwhile.
        running.get("/healthz", "").await.expect(200);
        assert!(!asked.is_finished(), "{path} was answered before it was recorded");
        lock.batch_execute("commit").await.unwrap();
        let call = asked.await.unwrap();
        assert_ne!(call.status, 503);
        assert_eq!(recorded(&play, &call).await, [event.to_owned()].into(), "{path}");
    }
}

#[tokio::test]
async fn a_trail_that_takes_nothing_means_no_answer_and_no_data() {
    let (running, play) = served().await;
    let lock = play.installation.admin().await;
    lock.batch_execute("begin; lock table ringfence.audit_inbox in access exclusive mode").await.unwrap();
    let paths = paths(&play);
    let calls = join_all(paths.iter().map(|(path, who, _)| {
        let token = running.token(who);
        let running = &running;
        async move { running.get(path, &token).await }
    }));
    for call in calls.await {
        shows_nothing(&call);
    }
    lock.batch_execute("commit").await.unwrap();
    running.get(&paths[0].0, &running.token(paths[0].1)).await.expect(200);
}

#[tokio::test]
async fn a_trail_out_of_reach_means_no_answer_and_no_data() {
    let installation = Installation::fresh().await;
    let running = Running::try_over(&installation, |config| {
        config.database.auditor.password("another");
    })
    .await
    .unwrap();
    let issuer = running.issuer.issuer().to_owned();
    let play = Play::over(installation, &issuer).await;
    for (path, who, _) in paths(&play) {
        shows_nothing(&running.get(&path, &running.token(who)).await);
    }
    shows_nothing(&running.get("/v1/tenants/acme/tickets", "not a token").await);
    shows_nothing(&running.post("/v1/tenants/acme/tickets", &running.token("acme:agent"), json!({"subject": "x"})).await);
    running.get("/healthz", "").await.expect(200);
    running.get("/readyz", "").await.expect(503);
}

fn read(play: &Play) -> Event {
    Event {
        tenant_id: Some(play.acme().id.into()),
        request_id: ringfence_domain::RequestId::generate(),
        action: Action::TicketRead,
        decision: Decision::Allow,
        rule: None,
        who: Who { kind: "user", ..Who::default() },
        object: Object::default(),
        details: json!({}),
    }
}

#[tokio::test]
async fn a_full_trail_refuses_at_once_instead_of_queueing_without_end() {
    let play = Play::new().await;
    let lock = play.installation.admin().await;
    lock.batch_execute("begin; lock table ringfence.audit_inbox in access exclusive mode").await.unwrap();
    let trail = AuditTrail::start(&play.installation.login_config("ringfence_auditor"));
    let mut waiting = Vec::new();
    let mut refused = None;
    for n in 0..30_000 {
        let mut record = Box::pin(trail.record(vec![read(&play)]));
        match futures_util::poll!(&mut record) {
            Poll::Pending => waiting.push(record),
            Poll::Ready(outcome) => {
                refused = Some((n, outcome.unwrap_err()));
                break;
            }
        }
    }
    let (taken, why) = refused.expect("the trail takes events without end");
    assert!(taken >= 1_000 && matches!(why, StoreError::Unavailable { .. }), "{taken}: {why}");
    lock.batch_execute("commit").await.unwrap();
}

#[tokio::test]
async fn nobody_waits_without_end_for_a_mover_that_is_stuck() {
    let play = Play::new().await;
    let lock = play.installation.admin().await;
    lock.batch_execute("begin; lock table ringfence.audit_heads in access exclusive mode").await.unwrap();
    let trail = AuditTrail::start(&play.installation.login_config("ringfence_auditor"));
    trail.record(vec![read(&play)]).await.unwrap();
    // More than the mover takes and its queue holds together.
    let waiting = join_all((0..200).map(|_| trail.catch_up(play.acme().id.into())));
    let answered = tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("somebody waits for a place in the queue");
    assert!(answered.iter().all(|outcome| matches!(outcome, Err(StoreError::Unavailable { .. }))), "{answered:?}");
    lock.batch_execute("commit").await.unwrap();
    trail.catch_up(play.acme().id.into()).await.unwrap();
}

/// What the trails say under the request's id, on its way there or arrived.
pub async fn recorded(play: &Play, call: &Call) -> BTreeSet<String> {
    let id: Uuid = call.request_id().parse().expect("a request id");
    let sql = "select concat_ws(' ', action, decision) from ringfence.audit_inbox where request_id = $1
               union select concat_ws(' ', action, decision) from ringfence.audit_events where request_id = $1
               union select concat_ws(' ', action, decision) from ringfence.installation_events where request_id = $1";
    play.admin.query(sql, &[&id]).await.expect("events").iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_answered_request_that_names_a_person_is_in_the_trail_under_its_id() {
    let (running, play) = served().await;
    let acme = play.acme().clone();
    let ticket = format!("/v1/tenants/acme/tickets/{}", acme.ticket);
    let version = [("If-Match", "\"1\"")];
    // One token each, whose first arrivals are recorded: they answer for nothing below.
    let mut tokens = BTreeMap::from([("", "nonsense".to_owned())]);
    for who in ["acme:agent", "acme:auditor", "acme:light_agent", "acme:stranger", "globex:agent"] {
        let token = running.token(who);
        running.get("/v1/me", &token).await.expect(200);
        running.get(&format!("/v1/tenants/{}/tickets", who.split(':').next().unwrap()), &token).await;
        tokens.insert(who, token);
    }
    let mut seen = BTreeSet::new();
    for (method, path, who, headers, body, event) in [
        ("GET", ticket.clone(), "acme:agent", &[][..], None, "ticket.read allow"),
        ("GET", format!("{ticket}/comments"), "acme:agent", &[], None, "comment.listed allow"),
        ("GET", format!("{ticket}/events"), "acme:agent", &[], None, "ticket_event.listed allow"),
        ("GET", format!("{ticket}/comments/{}", acme.comments[0].0), "acme:agent", &[], None, "comment.read allow"),
        ("GET", "/v1/tenants/acme/audit".into(), "acme:auditor", &[], None, "audit.listed allow"),
        ("GET", "/v1/me".into(), "acme:agent", &[], None, "identity.read allow"),
        ("POST", "/v1/tenants/acme/tickets".into(), "acme:agent", &[], Some(json!({"subject": "x"})), "ticket.created allow"),
        ("POST", format!("{ticket}/comments"), "acme:light_agent", &[], Some(json!({"body": "x", "visibility": "public"})), "comment.created deny"),
        ("POST", format!("{ticket}/comments"), "acme:light_agent", &[], Some(json!({"body": "x", "visibility": "internal"})), "comment.created allow"),
        ("PATCH", ticket.clone(), "acme:auditor", &version, Some(json!({"priority": "low"})), "ticket.updated deny"),
        ("PATCH", ticket.clone(), "acme:agent", &version, Some(json!({"priority": "low"})), "ticket.updated allow"),
        ("PATCH", ticket.clone(), "acme:agent", &version, Some(json!({"priority": "low"})), "ticket.updated deny"),
        ("PUT", format!("{ticket}/status"), "acme:agent", &[("If-Match", "\"2\"")], Some(json!({"status": "open"})), "ticket.status_set allow"),
        ("GET", ticket.clone(), "globex:agent", &[], None, "tenant.entry_denied deny"),
        ("GET", ticket.replace("acme", "nonesuch"), "globex:agent", &[], None, "tenant.entry_denied deny"),
        ("GET", ticket.clone(), "acme:stranger", &[], None, "tenant.entry_denied deny"),
        ("GET", ticket.clone(), "", &[], None, "identity.rejected deny"),
    ] {
        let call = running.call(method, &path, &tokens[who], headers, body.as_ref()).await;
        seen.insert(call.status);
        assert!(call.status < 500, "{method} {path}: {}", call.text);
        assert_eq!(recorded(&play, &call).await, [event.to_owned()].into(), "{method} {path} as '{who}' was answered {}", call.status);
    }
    assert!([200, 201, 401, 403, 404, 412].iter().all(|status| seen.contains(status)), "{seen:?}");
}
