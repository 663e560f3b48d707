//! What one tenant's SQL holds on to, fills or names, and what another notices of it: nothing. It tests no policy; those have suites.

use crate::play::{DENIED, Play, code, one, refused};
use crate::side_channels::analyst;
use ringfence_store::audit_trail::AuditTrail;
use uuid::Uuid;

const ISSUER: &str = "https://issuer.example";

#[tokio::test]
async fn sql_injected_names_no_stranger_and_waits_in_nobodys_way() {
    let play = Play::new().await;
    let app = play.app().await;
    let said = format!("identify|{}|{}|nonce|1", hex::encode(serde_json::json!({ "issuer": ISSUER, "subject": "stranger" }).to_string()), i64::from(i32::MAX));
    assert_eq!(refused(&app, &format!("select ringfence.identify('{said}|{}')", "0".repeat(64))).await, "RF002");
    assert_eq!(refused(&app, &format!("select ringfence.identity_of('{ISSUER}', 'stranger')")).await, DENIED);
    for role in ["agent", "requester", "auditor"] {
        let inside = play.entered("acme", role).await;
        assert_eq!(one::<Option<Uuid>>(&inside, "select ringfence.identity_to_add($1, 'stranger')", &[&ISSUER]).await, None, "{role}");
    }
    assert_eq!(one::<i64>(&play.admin, "select count(*) from ringfence.identities where subject = 'stranger'", &[]).await, 0);
}

#[tokio::test]
async fn an_identity_does_not_tell_whether_others_knew_it() {
    let play = Play::new().await;
    let inside = play.entered("acme", "owner").await;
    let named = async |subject: &str| one::<Uuid>(&inside, "select ringfence.identity_to_add($1, $2)", &[&ISSUER, &subject]).await;
    for id in [named("known-to-nobody").await, named("known-to-nobody").await] {
        assert_eq!(id.get_version_num(), 4, "an id that holds a time");
    }
    inside.batch_execute("commit").await.unwrap();
    // Nor do what the asking leaves behind in its transaction, and what it is refused where it may leave nothing.
    for subject in ["known-to-nobody", "known-before"] {
        let asking = play.entered("acme", "owner").await;
        one::<Uuid>(&asking, "select ringfence.identity_to_add($1, $2)", &[&ISSUER, &subject]).await;
        asking.batch_execute("commit").await.unwrap();
        let asking = play.entered("acme", "owner").await;
        one::<Uuid>(&asking, "select ringfence.identity_to_add($1, $2)", &[&ISSUER, &subject]).await;
        assert!(one::<bool>(&asking, "select pg_current_xact_id_if_assigned() is not null", &[]).await, "known by now");
    }
    for subject in ["known-before", "known-to-nobody-yet"] {
        let reading = play.entered("acme", "owner").await;
        reading.batch_execute("set transaction read only").await.unwrap();
        let error = reading.query_one("select ringfence.identity_to_add($1, $2)", &[&ISSUER, &subject]).await.unwrap_err();
        assert_eq!((code(&error).as_str(), error.as_db_error().unwrap().message()), ("25006", "cannot name anybody in a read-only transaction"), "{subject}");
    }
}

#[tokio::test]
async fn whoever_names_tenants_that_are_none_stops_nobodys_trail() {
    let play = Play::new().await;
    let invented = "insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, actor_kind) select gen_random_uuid(), gen_random_uuid(), 'tenant.entry_denied', 'deny', 'nobody' from generate_series(1, 20000)";
    let auditor = play.installation.login("ringfence_auditor").await;
    auditor.batch_execute(invented).await.unwrap();
    auditor.batch_execute("set statement_timeout = '10s'").await.unwrap();
    let before: i64 = one(&play.admin, "select count(*) from ringfence.installation_events", &[]).await;
    let mut rounds = 0;
    while one::<i32>(&auditor, "select ringfence.move_audit(5000)", &[]).await > 0 {
        rounds += 1;
        assert!(rounds < 20, "no round moves more than it may, and each moves something");
    }
    assert!(rounds >= 4);
    assert_eq!(one::<i64>(&play.admin, "select count(*) from ringfence.audit_inbox", &[]).await, 0);
    assert!(one::<i64>(&play.admin, "select count(*) from ringfence.installation_events", &[]).await >= before + 20_000);
}

#[tokio::test]
async fn no_row_holds_a_time_that_the_service_cannot_tell() {
    let play = Play::new().await;
    for time in ["infinity", "-infinity", "10000-01-01", "0001-01-01 BC"] {
        for update in [
            format!("update ringfence.tickets set updated_at = '{time}' where tenant_id = '{}'", play.acme().id),
            format!("update ringfence.contacts set updated_at = '{time}' where tenant_id = '{}'", play.acme().id),
            format!("update ringfence.groups set updated_at = '{time}' where tenant_id = '{}'", play.acme().id),
        ] {
            assert_eq!(refused(&play.entered("acme", "owner").await, &update).await, "23514", "{update}");
        }
    }
    let long = "insert into ringfence.audit_inbox (tenant_id, action, decision, details) values (ringfence.current_tenant(), 'x', 'allow', jsonb_build_object('x', repeat('x', 2000000)))";
    assert_eq!(refused(&play.entered("acme", "requester").await, long).await, "23514");
}

#[tokio::test]
async fn an_agreement_ends_at_a_time_that_its_partner_can_be_told() {
    let play = Play::new().await;
    let (tenant, owner) = (play.acme().id, play.acme().members["owner"]);
    for expiry in ["infinity", "294000-01-01", "10000-01-01", "9999-12-31"] {
        let sql = format!(
            "insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by)
             values ('{tenant}', gen_random_uuid(), 'globex', 'both', '{{ticket.escalate}}', '{{subject}}', '{expiry}', '{owner}')"
        );
        assert_eq!(refused(&play.entered("acme", "owner").await, &sql).await, "23514", "{expiry}");
    }
}

#[tokio::test]
async fn an_analyst_who_takes_their_limits_away_is_ended_and_nobody_else() {
    let play = Play::new().await;
    let (analyst, app) = (analyst(&play, "acme").await, play.entered("acme", "agent").await);
    analyst.batch_execute("set idle_in_transaction_session_timeout = 0; set statement_timeout = 0; begin isolation level repeatable read; select count(*) from tickets").await.unwrap();
    let auditor = play.installation.login("ringfence_auditor").await;
    let end = include_str!("../../../sql/queries/audit/end_overdue_reports.sql");
    assert_eq!(one::<i32>(&auditor, end, &[&"5 minutes"]).await, 0, "not overdue yet");
    analyst.batch_execute("select 1").await.unwrap();
    assert_eq!(one::<i32>(&auditor, end, &[&"0"]).await, 1);
    assert!(analyst.batch_execute("select 1").await.is_err(), "the analyst's session goes on");
    assert_eq!(one::<i64>(&app, "select count(distinct tenant_id) from ringfence.tickets", &[]).await, 1);
    assert_eq!(refused(&play.app().await, "select ringfence.end_overdue_reports('0')").await, DENIED);
}

#[tokio::test]
async fn whoever_reads_their_trail_waits_for_no_other_tenants_events() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().id, play.globex().id);
    let waiting = "insert into ringfence.audit_inbox (tenant_id, event_id, xid, recorded_at, request_id, action, decision, actor_kind)
                   select $1::uuid, gen_random_uuid(), pg_current_xact_id(), now(), gen_random_uuid(), 'ticket.read', 'allow', 'nobody' from generate_series(1, $2::integer)";
    play.admin.execute(waiting, &[&acme, &1_000]).await.unwrap();
    play.admin.execute(waiting, &[&globex, &1]).await.unwrap();
    // Whatever is acme's cannot be carried on: the mover would wait there.
    let held = play.installation.admin().await;
    held.batch_execute(&format!("begin; select from ringfence.audit_heads where tenant_id = '{acme}' for update")).await.unwrap();
    let auditor = play.installation.login("ringfence_auditor").await;
    auditor.batch_execute("set lock_timeout = '1s'").await.unwrap();
    assert_eq!(code(&auditor.query_one("select ringfence.move_audit(5000)", &[]).await.unwrap_err()), "55P03");
    assert!(one::<i32>(&auditor, "select ringfence.move_audit(5000, $1)", &[&globex]).await > 0);
    assert_eq!(one::<i64>(&play.admin, "select count(*) from ringfence.audit_inbox where tenant_id = $1", &[&globex]).await, 0);
    held.batch_execute("rollback").await.unwrap();

    let trail = AuditTrail::start(&play.installation.login_config("ringfence_auditor"));
    play.admin.execute(waiting, &[&acme, &11_000]).await.unwrap();
    trail.catch_up(acme.into()).await.unwrap();
    assert_eq!(one::<i64>(&play.admin, "select count(*) from ringfence.audit_inbox", &[]).await, 0);
    assert_eq!(one::<i64>(&play.admin, "select count(*) from ringfence.audit_events where tenant_id = $1 and actor_kind = 'nobody' and action = 'ticket.read'", &[&acme]).await, 12_000);
    trail.carries().await.unwrap();
}
