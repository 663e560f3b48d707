//! Attacks 13, 17 and 18: objects that are new, shadowed or keyed across tenants carry nothing past a policy.

use crate::play::{DENIED, Play, enter_with, one, refused, set};
use std::collections::BTreeSet;
use uuid::Uuid;

#[tokio::test]
async fn a_new_table_view_or_function_is_closed_until_somebody_opens_it() {
    let play = Play::new().await;
    play.admin
        .batch_execute(
            "set role ringfence_owner;
             create table ringfence.fresh (tenant_id uuid, words text);
             create view reporting.fresh as select * from ringfence.fresh;
             create function ringfence.fresh() returns text language sql security definer return 'x';
             reset role",
        )
        .await
        .unwrap();
    let analyst = play.installation.create_reporting_login(play.acme().id.into(), "a long password").await;
    for login in ["ringfence_app", "ringfence_auditor", "ringfence_dispatcher", "ringfence_operator", &analyst] {
        for right in ["has_table_privilege($1, 'ringfence.fresh', 'select, insert, update, delete, truncate')", "has_table_privilege($1, 'reporting.fresh', 'select')", "has_function_privilege($1, 'ringfence.fresh()', 'execute')"] {
            assert!(!one::<bool>(&play.admin, &format!("select {right}"), &[&login]).await, "{login}: {right}");
        }
    }
}

#[tokio::test]
async fn a_function_of_the_owner_is_not_hijacked_through_pg_temp() {
    let play = Play::new().await;
    let name = &play.installation.name;
    // The first defence, no temporary objects, is taken away: the pinned path must hold by itself.
    play.admin.batch_execute(&format!("grant temporary on database {name} to ringfence_app")).await.unwrap();
    let client = play.app().await;
    for sql in [
        "create temp table keys as select 'token'::text as purpose, 1 as kid, null::timestamptz as retired_at, ''::bytea as inner_pad, ''::bytea as outer_pad",
        "create temp table members (tenant_id uuid, member_id uuid, identity_id uuid, role text, permissions text[])",
        "create temp table tenants (tenant_id uuid, status text, slug text)",
        "create temp table tickets (subject text)",
        "create function pg_temp.sha256(bytea) returns bytea language sql return ''::bytea",
        "create function pg_temp.current_setting(text, boolean) returns text language sql return ''",
        "create function pg_temp.always(text, text) returns boolean language sql return true",
        "create function pg_temp.always(uuid, uuid) returns boolean language sql return true",
        "create operator pg_temp.= (leftarg = text, rightarg = text, function = pg_temp.always)",
        "create operator pg_temp.= (leftarg = uuid, rightarg = uuid, function = pg_temp.always)",
        "create function pg_temp.position(text, text) returns int language sql return 1",
        "set search_path = pg_temp, pg_catalog",
    ] {
        client.batch_execute(sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
    }
    let (acme, globex) = (play.acme().id, play.globex().id);
    let identity = play.identity("acme", "requester").await;
    client.batch_execute("begin").await.unwrap();
    assert!(enter_with(&client, globex, &play.token(globex, identity, 60)).await.is_err());
    client.batch_execute("rollback; begin").await.unwrap();
    let entered: String = enter_with(&client, acme, &play.token(acme, identity, 60)).await.unwrap().get("entered");
    assert!(entered.contains(",ticket read own,") && !entered.contains(",ticket read,"), "{entered}");
    let seen: BTreeSet<Uuid> = set(&client.query("select ticket_id from ringfence.tickets", &[]).await.unwrap());
    assert_eq!(seen, [play.acme().own_ticket].into());
    assert_eq!(one::<i64>(&client, "select count(*) from ringfence.tickets where tenant_id operator(pg_catalog.<>) $1", &[&acme]).await, 0);
    client.batch_execute(&format!("set local app.tenant_id = '{globex}'")).await.unwrap();
    assert_eq!(set::<Uuid>(&client.query("select ticket_id from ringfence.tickets", &[]).await.unwrap()), seen);
}

#[tokio::test]
async fn a_key_that_another_tenant_uses_tells_nothing_and_is_free() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().clone(), play.globex().clone());
    let client = play.app().await;
    let external: (String, String) = {
        let row = play.admin.query_one("select external_source, external_id from ringfence.tickets where tenant_id = $1 and ticket_id = $2", &[&globex.id, &globex.ticket]).await.unwrap();
        (row.get(0), row.get(1))
    };
    let name = |table: &str| format!("(select name from ringfence.{table} limit 1)");
    let globex_name: String = one(&play.admin, "select name from ringfence.groups where tenant_id = $1 limit 1", &[&globex.id]).await;
    let email: String = one(&play.admin, "select email from ringfence.contacts where tenant_id = $1 and contact_id = $2", &[&globex.id, &globex.contact]).await;
    assert!(!name("groups").is_empty());
    for sql in [
        format!("insert into ringfence.groups (tenant_id, group_id, name) values ('{}', '{}', '{globex_name}') on conflict do nothing", acme.id, globex.groups["first"]),
        format!("insert into ringfence.organizations (tenant_id, organization_id, name) values ('{}', '{}', 'x') on conflict do nothing", acme.id, globex.organization),
        format!("insert into ringfence.contacts (tenant_id, contact_id, name, email) values ('{}', '{}', 'x', '{email}') on conflict do nothing", acme.id, globex.contact),
        format!(
            "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id, external_source, external_id)
             values ('{}', '{}', 40, 'x', '{}', '{}', '{}') on conflict do nothing",
            acme.id, globex.ticket, acme.contact, external.0, external.1
        ),
    ] {
        play.enter(&client, "acme", "owner").await;
        assert_eq!(client.execute(&sql, &[]).await.unwrap(), 1, "{sql}");
        client.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn a_link_to_another_tenants_row_fails_as_one_to_nothing_does() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().clone(), play.globex().clone());
    let client = play.app().await;
    let absent = Uuid::now_v7();
    let values = |requester: Uuid, assignee: Option<Uuid>, group: Option<Uuid>, organization: Option<Uuid>| (requester, assignee, group, organization);
    let foreign = globex.members["agent"];
    for (there, nowhere) in [
        (values(globex.contact, None, None, None), values(absent, None, None, None)),
        (values(acme.contact, Some(foreign), None, None), values(acme.contact, Some(absent), None, None)),
        (values(acme.contact, None, Some(globex.groups["first"]), None), values(acme.contact, None, Some(absent), None)),
        (values(acme.contact, None, None, Some(globex.organization)), values(acme.contact, None, None, Some(absent))),
    ] {
        let mut refusals = Vec::new();
        for (requester, assignee, group, organization) in [there, nowhere] {
            play.enter(&client, "acme", "owner").await;
            let sql = "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id, assignee_id, group_id, organization_id) values ($1, gen_random_uuid(), 50, 'x', $2, $3, $4, $5)";
            let error = client.execute(sql, &[&acme.id, &requester, &assignee, &group, &organization]).await.unwrap_err();
            client.batch_execute("rollback").await.unwrap();
            let db = error.as_db_error().unwrap().clone();
            let told = format!("{} {} {:?} {}", db.code().code(), db.message(), db.constraint(), db.detail().unwrap_or_default());
            let known = [requester.to_string(), assignee.map(|i| i.to_string()).unwrap_or_default(), group.map(|i| i.to_string()).unwrap_or_default(), organization.map(|i| i.to_string()).unwrap_or_default()];
            refusals.push(known.iter().filter(|k| !k.is_empty()).fold(told, |text, id| text.replace(id.as_str(), "ID")));
        }
        assert_eq!(refusals[0], refusals[1]);
        assert!(refusals[0].starts_with("23503"), "{}", refusals[0]);
    }
}

#[tokio::test]
async fn large_objects_are_closed_to_every_login() {
    let play = Play::new().await;
    for login in ["ringfence_app", "ringfence_auditor", "ringfence_dispatcher", "ringfence_operator"] {
        let client = play.installation.login(login).await;
        for sql in ["select lo_create(0)", "select lo_creat(-1)", "select lo_from_bytea(0, 'x')", "select lo_open(1, 262144)", "select lo_get(1)", "select lo_put(1, 0, 'x')", "select lo_unlink(1)", "select loread(0, 1)", "select lowrite(0, 'x')", "select lo_export(1, '/tmp/x')"] {
            assert_eq!(refused(&client, sql).await, DENIED, "{login}: {sql}");
        }
    }
}
