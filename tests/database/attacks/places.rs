//! Rights inside a tenant: whoever holds one of them makes no more of it, by nobody's place, an old answer, an old grant or a number.

use crate::audit::served;
use crate::play::{DENIED, Play, one, refused};
use serde_json::json;
use uuid::Uuid;

const GLASS: &str = "select count(*) from ringfence.grant_break_glass(gen_random_uuid(), 'https://issuer.example', 'mallory', 'Mallory', 'admin', 24, 'a reason that was told')";

#[tokio::test]
async fn nobody_becomes_the_contact_that_stands_for_a_partner() {
    let play = Play::new().await;
    let partner: Uuid = one(
        &play.admin,
        "insert into ringfence.contacts (tenant_id, contact_id, name, is_partner) values ($1, gen_random_uuid(), 'globex', true) returning contact_id",
        &[&play.acme().id],
    )
    .await;
    let identity: Uuid = one(
        &play.admin,
        "insert into ringfence.identities (identity_id, issuer, subject) values (gen_random_uuid(), 'https://issuer.example', 'partner') returning identity_id",
        &[],
    )
    .await;
    let sql = format!("insert into ringfence.members (tenant_id, member_id, identity_id, role) values ('{}', '{partner}', '{identity}', 'requester')", play.acme().id);
    assert_eq!(refused(&play.entered("acme", "owner").await, &sql).await, "23503");
    assert_eq!(refused(&play.entered("acme", "owner").await, &format!("update ringfence.contacts set is_partner = false where contact_id = '{partner}'")).await, DENIED);
}

#[tokio::test]
async fn the_right_to_break_the_glass_gives_nothing_without_all_that_it_gives_away() {
    let play = Play::new().await;
    let granted = async |permissions: &str| -> i64 {
        play.admin.execute("update ringfence.members set permissions = $1::text::text[] where role = 'service'", &[&permissions]).await.unwrap();
        one(&play.entered("acme", "service").await, GLASS, &[]).await
    };
    assert_eq!(granted("{break_glass.grant}").await, 0);
    assert_eq!(granted("{break_glass.grant,owner.manage}").await, 0);
    assert_eq!(one::<i64>(&play.entered("acme", "admin").await, GLASS, &[]).await, 0);
    assert_eq!(one::<i64>(&play.entered("acme", "owner").await, GLASS, &[]).await, 1);
}

#[tokio::test]
async fn a_grant_from_before_makes_nobody_less_than_the_owner_they_became() {
    let play = Play::new().await;
    let (tenant, admin) = (play.acme().id, play.acme().members["admin"]);
    for sql in [
        format!("insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at) values ('{tenant}', gen_random_uuid(), '{admin}', 'light_agent', 'a reason that was told', '{admin}', now() + interval '2 hours')"),
        format!("update ringfence.members set elevated_until = now() + interval '2 hours', role = 'owner' where tenant_id = '{tenant}' and member_id = '{admin}'"),
    ] {
        play.admin.batch_execute(&sql).await.unwrap();
    }
    let rights = "select ringfence.may('owner.manage') and not ringfence.may('break_glass.held')";
    assert!(one::<bool>(&play.entered("acme", "admin").await, rights, &[]).await);
}

#[tokio::test]
async fn how_somebody_calls_is_not_theirs_to_say() {
    let play = Play::new().await;
    for setting in ["app.session_id", "app.authentication"] {
        let client = play.entered("acme", "owner").await;
        let before: String = one(&client, "select current_setting('backtrace_functions')", &[]).await;
        client.batch_execute(&format!("select set_config('{setting}', 'operator', true)")).await.unwrap();
        assert_eq!(one::<String>(&client, "select current_setting('backtrace_functions')", &[]).await, before, "{setting}");
    }
    for (column, value) in [("actor_kind", "service"), ("session_id", "another"), ("authentication", "another")] {
        let sql = format!("insert into ringfence.audit_inbox (tenant_id, action, decision, {column}) values ('{}', 'x.done', 'allow', '{value}')", play.acme().id);
        assert_eq!(refused(&play.entered("acme", "agent").await, &sql).await, DENIED, "{column}");
    }
}

#[tokio::test]
async fn numbers_given_out_of_turn_stop_nobody() {
    let (running, play) = served().await;
    running.post("/v1/tenants/acme/tickets", &running.token("acme:agent"), json!({"subject": "Before"})).await.expect(201);
    let client = play.entered("acme", "requester").await;
    let sql = format!(
        "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id) select '{}', gen_random_uuid(), n, 'x', ringfence.member() from generate_series(1, 3000) n on conflict do nothing",
        play.acme().id
    );
    client.batch_execute(&format!("{sql}; commit")).await.unwrap();
    for _ in 0..3 {
        let made = running.post("/v1/tenants/acme/tickets", &running.token("acme:agent"), json!({"subject": "After"})).await.expect(201);
        assert!(made.body["number"].as_i64().unwrap() > 3000, "{}", made.text);
    }
}

#[tokio::test]
async fn an_answer_is_not_repeated_to_other_rights() {
    let (running, play) = served().await;
    let (owner, admin) = (running.token("acme:owner"), running.token("acme:admin"));
    let create = async || running.call("POST", "/v1/tenants/acme/tickets", &admin, &[("Idempotency-Key", "once")], Some(&json!({"subject": "Once"}))).await;
    let made = create().await.expect(201);
    assert_eq!(create().await.expect(201).body, made.body);
    let path = format!("/v1/tenants/acme/members/{}", play.acme().members["admin"]);
    let become_a = async |role: &str, version: &str| running.call("PATCH", &path, &owner, &[("If-Match", version)], Some(&json!({"role": role}))).await.expect(200);
    become_a("agent", "\"1\"").await;
    assert_eq!(create().await.expect(409).body["code"], "idempotency_rights_changed");
    become_a("auditor", "\"2\"").await;
    create().await.expect(403);
    let tickets: i64 = one(&play.admin, "select count(*) from ringfence.tickets where subject = 'Once'", &[]).await;
    assert_eq!(tickets, 1);
}
