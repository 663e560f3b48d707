//! Attack 15: what an analyst may do to their own login, now and for later, opens nothing and keeps nobody out.

use crate::direct_sql::{seen, whole};
use crate::play::{DENIED, Play, code, set};
use crate::side_channels::analyst_config;
use ringfence_store::Database;
use ringfence_store::command::Operator;
use ringfence_tests::server::Server;
use std::collections::BTreeSet;
use tokio_postgres::Client;
use uuid::Uuid;

/// What an analyst may try on their own login, `$L`; PostgreSQL refuses the grants.
const ON_ONESELF: [&str; 13] = [
    "alter role $L set default_transaction_read_only = off",
    "alter role $L set statement_timeout = 0",
    "alter role $L set row_security = off",
    "alter role $L set app.tenant_id = '00000000-0000-7000-8000-000000000001'",
    "alter role $L set backtrace_functions = 'ringfence'",
    "alter role $L reset all",
    "alter role $L in database $D set search_path = pg_temp",
    "alter default privileges grant execute on functions to public",
    "alter default privileges in schema reporting grant select on tables to public",
    "alter default privileges in schema ringfence grant all on tables to ringfence_app",
    "grant $L to ringfence_app",
    "grant $L to ringfence_owner, ringfence_auditor, ringfence_operator, ringfence_dispatcher with admin option",
    "grant $L to $O",
];

#[tokio::test]
async fn what_an_analyst_does_to_their_own_login_opens_nothing_and_keeps_nobody_out() {
    let play = Play::new().await;
    let name = |config: &tokio_postgres::Config| config.get_user().unwrap().to_owned();
    let (acme, globex) = (name(&analyst_config(&play, "acme").await), name(&analyst_config(&play, "globex").await));
    let mut done = 0;
    for statement in ON_ONESELF {
        // In a transaction that is taken back: roles belong to the whole server, which other tests share.
        let client = play.installation.admin().await;
        client.batch_execute(&format!("begin; set session authorization {acme}")).await.unwrap();
        let statement = statement.replace("$L", &acme).replace("$O", &globex).replace("$D", &play.installation.name);
        client.batch_execute("savepoint attempt").await.unwrap();
        if client.batch_execute(&statement).await.is_err() {
            client.batch_execute("rollback to attempt").await.unwrap();
        } else {
            done += 1;
        }
        assert_eq!(seen(&client).await.unwrap(), whole(play.acme()), "{statement}");
        client.batch_execute(&format!("set session authorization {globex}")).await.unwrap();
        assert_eq!(seen(&client).await.unwrap(), whole(play.globex()), "{statement}");

        // Nobody who enters sees more than before, and none of the service's logins sees anything without entering.
        client.batch_execute("set session authorization ringfence_app; savepoint outside").await.unwrap();
        let requester = play.acme().members["requester"];
        let token = play.token(play.acme().id, play.identity("acme", "requester").await, 60);
        crate::play::enter_with(&client, play.acme().id, &token).await.unwrap();
        let [tickets, ..] = seen_by_service(&client).await;
        assert_eq!(tickets, [play.acme().own_ticket].into(), "{statement}: {requester} sees more");
        client.batch_execute("rollback to outside").await.unwrap();
        for login in ["ringfence_app", "ringfence_auditor", "ringfence_operator", "ringfence_dispatcher"] {
            client.batch_execute(&format!("set session authorization {login}; savepoint look")).await.unwrap();
            match client.query("select ticket_id from ringfence.tickets", &[]).await {
                Ok(rows) => assert!(rows.is_empty(), "{login} after {statement}"),
                Err(error) => assert_eq!(code(&error), DENIED),
            }
            client.batch_execute("rollback to look").await.unwrap();
        }
        client.batch_execute("set session authorization ringfence_app; set local search_path = pg_catalog, pg_temp").await.unwrap();
        for lint in ringfence_store::verify::lints().unwrap() {
            let errors = lint.run(&client).await.unwrap().into_iter().filter(|f| f.level == ringfence_store::verify::Level::Error).collect::<Vec<_>>();
            assert!(errors.is_empty(), "after '{statement}' the service would not start: {errors:?}");
        }
        client.batch_execute("rollback").await.unwrap();
    }
    assert!(done >= 6, "an analyst could do {done} of these only");
}

async fn seen_by_service(client: &Client) -> [BTreeSet<Uuid>; 2] {
    let tickets = set(&client.query("select ticket_id from ringfence.tickets", &[]).await.unwrap());
    let comments = set(&client.query("select comment_id from ringfence.comments", &[]).await.unwrap());
    [tickets, comments]
}

/// A login's settings and password are its own, and so its SQL's. On a server of its own: roles belong to the whole of it.
#[tokio::test]
async fn what_sql_does_to_the_services_logins_keeps_nobody_out_and_ends_with_the_next_migration() {
    let server = Server::start("own").await;
    let installation = server.installation();
    let admin = installation.admin().await;
    const LOGINS: [&str; 4] = ["ringfence_app", "ringfence_auditor", "ringfence_dispatcher", "ringfence_operator"];
    for login in LOGINS {
        let client = installation.login(login).await;
        client.batch_execute(&format!("alter role {login} set work_mem = '8MB'; alter role {login} in database ringfence set local_preload_libraries = 'nosuch'")).await.unwrap();
        assert!(installation.login_config(login).connect(tokio_postgres::NoTls).await.is_err(), "{login} gets in by itself");
        ringfence_store::server::answers(&installation.login_config(login)).await.unwrap();
    }
    Operator::connect(&installation.login_config("ringfence_operator")).await.unwrap();
    Database::new(&installation.database_config(1)).unwrap().ping().await.unwrap();
    admin.batch_execute("alter role ringfence_app password 'another'").await.unwrap();

    let settings = async || admin.query_one("select count(*) from pg_db_role_setting", &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(settings().await, 8);
    ringfence_store::migrate::migrate(installation.admin_config(), &server.credentials).await.unwrap();
    assert_eq!(settings().await, 0);
    for login in LOGINS {
        installation.login(login).await;
    }
    drop(admin);
    server.stop().await;
}
