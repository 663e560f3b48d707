//! Credentials of our own: nobody makes one out of another, past a revocation, in another's name, or with more than they hold.

use crate::audit::served;
use crate::play::{BAD_TOKEN, DENIED, NO_ENTRY, Play, code, enter_with, one, refused};
use ringfence_identity::credential::PresentedApiToken;
use ringfence_store::TokenKey;
use serde_json::json;
use tokio_postgres::Client;
use uuid::Uuid;

/// The credential is none, or is one no more. As policies/functions say.
const NO_CREDENTIAL: &str = "RF004";
const MAY_NOT_ACT: &str = "RF007";
const CONSTRAINT: &str = "23514";

/// Signed by the service: this tenant, credential and way of acting.
fn token(play: &Play, tenant: Uuid, credential: &str, acting: &str) -> String {
    // The last two words but the MAC: the nonce and the key's number.
    let minted = play.token(tenant, Uuid::nil(), 60);
    let parts: Vec<&str> = minted.split('|').collect();
    play.sign(&format!("{tenant}|{credential}|{acting}|{}|{}|{}|{}", parts[3], parts[4], parts[5], parts[6]))
}

/// What the service would say of a secret, whatever its key.
fn hash(secret: &str) -> String {
    hex::encode(ring::digest::digest(&ring::digest::SHA256, secret.as_bytes()))
}

struct Credentials {
    play: Play,
    /// By their secrets: a session of acme's agent; a token of acme's agent for `ticket.read`, and one of its service.
    session: String,
    agents: String,
    services: String,
}

impl Credentials {
    async fn new() -> Self {
        let play = Play::new().await;
        let agent = play.identity("acme", "agent").await;
        play.admin
            .execute(
                "insert into ringfence.sessions (session_id, session_hash, identity_id, authenticated_at, idle_expires_at, expires_at)
                 values (gen_random_uuid(), sha256('session'), $1, now(), now() + interval '1 hour', now() + interval '1 hour')",
                &[&agent],
            )
            .await
            .unwrap();
        play.admin.execute("update ringfence.members set permissions = '{act_as,ticket.read,comment.read}' where role = 'service'", &[]).await.unwrap();
        for (role, scopes, maker) in [("agent", "{ticket.read}", "agent"), ("service", "{act_as,ticket.read}", "owner")] {
            play.admin
                .execute(
                    "insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
                     values ($1, gen_random_uuid(), $2, $3, $3, sha256($3::text::bytea), $4::text::text[], $5, now() + interval '1 hour')",
                    &[&play.acme().id, &play.acme().members[role], &role, &scopes, &play.acme().members[maker]],
                )
                .await
                .unwrap();
        }
        Self { play, session: format!("s:{}", hash("session")), agents: format!("t:{}", hash("agent")), services: format!("t:{}", hash("service")) }
    }

    /// A connection inside acme, entered by this credential.
    async fn entered(&self, credential: &str, acting: &str) -> Client {
        let client = self.play.app().await;
        client.batch_execute("begin").await.unwrap();
        enter_with(&client, self.play.acme().id, &token(&self.play, self.play.acme().id, credential, acting)).await.unwrap();
        client
    }

    async fn entry(&self, tenant: Uuid, credential: &str, acting: &str) -> (String, String) {
        let client = self.play.app().await;
        client.batch_execute("begin").await.unwrap();
        let error = enter_with(&client, tenant, &token(&self.play, tenant, credential, acting)).await.unwrap_err();
        (code(&error), error.as_db_error().unwrap().message().to_owned())
    }
}

fn make(play: &Play, member: &str, role: &str, scopes: &str, by: &str) -> String {
    let acme = play.acme();
    format!(
        "insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
         values ('{}', gen_random_uuid(), '{}', '{role}', 'mine', sha256(gen_random_uuid()::text::bytea), '{scopes}', '{}', now() + interval '300 days')",
        acme.id, acme.members[member], acme.members[by]
    )
}

/// Each in a transaction of its own, after the same entry: what it is refused with, or how many rows it touched.
async fn tried(client: &Client, sql: &str) -> String {
    client.batch_execute("savepoint attempt").await.unwrap();
    let outcome = client.execute(sql, &[]).await;
    client.batch_execute("rollback to savepoint attempt").await.unwrap();
    outcome.map_or_else(|error| code(&error), |touched| format!("#{touched}"))
}

#[tokio::test]
async fn a_stranger_learns_of_no_tenant_by_what_their_credential_is_refused_with() {
    let given = Credentials::new().await;
    let (globex, absent) = (given.play.globex().id, Uuid::now_v7());
    let identity = format!("i:{}", given.play.identity("acme", "agent").await);
    let other = format!("a:{}", given.play.identity("acme", "owner").await);
    let member = format!("m:{}", given.play.globex().members["agent"]);
    let nobody = format!("m:{}", Uuid::now_v7());
    let unknown = format!("t:{}", hash("unknown"));
    for (credential, acting) in [
        (&identity, ""),
        (&identity, other.as_str()),
        (&identity, member.as_str()),
        (&given.session, ""),
        (&given.session, member.as_str()),
        (&given.session, nobody.as_str()),
        (&given.agents, ""),
        (&given.services, member.as_str()),
        (&unknown, ""),
    ] {
        let refusal = given.entry(globex, credential, acting).await;
        assert_eq!(refusal, given.entry(absent, credential, acting).await, "{credential} {acting}");
        let expected = if credential.starts_with("t:") { NO_CREDENTIAL } else { NO_ENTRY };
        assert_eq!(refusal.0, expected, "{credential} {acting}");
    }
    // Nor of a member of one's own, by acting for them without the right to.
    for subject in [given.play.acme().members["owner"], given.play.acme().contact, Uuid::now_v7()] {
        assert_eq!(given.entry(given.play.acme().id, &given.agents, &format!("m:{subject}")).await.0, MAY_NOT_ACT);
    }
}

#[tokio::test]
async fn a_tenant_and_none_answer_a_foreign_api_token_alike() {
    let (running, play) = served().await;
    let secret = PresentedApiToken { tenant: *play.acme().id.as_bytes(), secret: [7; 32] };
    let hash = TokenKey::parse(play.installation.credentials.token_key.expose()).unwrap().credential_hash("api_token", &secret.secret);
    play.admin
        .execute(
            "insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
             values ($1, gen_random_uuid(), $2, 'agent', 'mine', $3, '{ticket.read}', $2, now() + interval '1 hour')",
            &[&play.acme().id, &play.acme().members["agent"], &hash.bytes().as_slice()],
        )
        .await
        .unwrap();
    let token = secret.text();
    running.get("/v1/tenants/acme/tickets", &token).await.expect(200);
    running.post("/v1/tenants/acme/tickets", &token, json!({"subject": "x"})).await.expect(403);
    let bodies = |mut body: serde_json::Value| {
        body.as_object_mut().unwrap().remove("request_id");
        body.as_object_mut().unwrap().remove("instance");
        body
    };
    let foreign = running.get("/v1/tenants/globex/tickets", &token).await.expect(401);
    let absent = running.get("/v1/tenants/nonesuch/tickets", &token).await.expect(401);
    assert_eq!(bodies(foreign.body), bodies(absent.body));
    // Revoked, it is none anywhere, from the next request on.
    play.admin.execute("update ringfence.api_tokens set revoked_at = now()", &[]).await.unwrap();
    running.get("/v1/tenants/acme/tickets", &token).await.expect(401);
}

#[tokio::test]
async fn a_token_signed_for_one_purpose_serves_no_other() {
    let given = Credentials::new().await;
    let play = &given.play;
    let identity = format!("i:{}", play.identity("acme", "owner").await);
    let client = play.app().await;
    let asked = async |function: &str, token: &str| match client.query(&format!("select * from ringfence.{function}($1)"), &[&token]).await {
        Ok(rows) => format!("{} rows", rows.len()),
        Err(error) => code(&error),
    };
    let entering = token(play, play.acme().id, &identity, "");
    let nowhere = token(play, Uuid::nil(), &identity, "");
    assert_eq!(asked("my_identity", &nowhere).await, "1 rows");
    for function in ["my_identity", "my_tenants"] {
        assert_eq!(asked(function, &entering).await, BAD_TOKEN, "{function}");
        // An API token is nobody outside of its tenant.
        assert_eq!(asked(function, &token(play, Uuid::nil(), &given.agents, "")).await, NO_CREDENTIAL, "{function}");
    }
    assert_eq!(given.entry(Uuid::nil(), &identity, "").await.0, NO_ENTRY);
    // A session's hash is no API token's, nor the other way round, and no other letter means anything.
    let acme = play.acme().id;
    for credential in [given.session.replacen("s:", "t:", 1), given.agents.replacen("t:", "s:", 1), given.agents.replacen("t:", "x:", 1), "i".to_owned(), String::new()] {
        assert_eq!(given.entry(acme, &credential, "").await.0, NO_CREDENTIAL, "{credential}");
    }
    // A way of acting that is none narrows nothing, so it is refused: it must not pass for acting alone.
    let owner = play.identity("acme", "owner").await;
    for (credential, acting) in [(&identity, format!("x:{owner}")), (&identity, owner.to_string()), (&identity, " ".into()), (&given.session, format!("a:{owner}")), (&given.services, format!("a:{owner}"))] {
        assert_eq!(given.entry(acme, credential, &acting).await.0, BAD_TOKEN, "{credential} {acting}");
    }
    // What a part says cannot reach into the next one.
    for injected in [format!("{identity}||"), format!("{identity}|m:{owner}"), format!("|{identity}")] {
        assert_eq!(given.entry(acme, &injected, "").await.0, BAD_TOKEN, "{injected}");
    }
}

#[tokio::test]
async fn injected_sql_finds_no_secret_no_session_and_no_way_to_mint() {
    let given = Credentials::new().await;
    let (play, owner) = (&given.play, given.play.identity("acme", "owner").await);
    let acme = play.acme();
    for sql in [
        "select * from ringfence.sessions".to_owned(),
        "select 1 from ringfence.sessions".to_owned(),
        "update ringfence.sessions set ended_at = null".to_owned(),
        "update ringfence.sessions set expires_at = '2999-01-01'".to_owned(),
        "delete from ringfence.sessions".to_owned(),
        format!("insert into ringfence.sessions (session_id, session_hash, identity_id, authenticated_at, idle_expires_at, expires_at) values (gen_random_uuid(), sha256('mine'), '{owner}', now(), '2999-01-01', '2999-01-01')"),
        "select token_hash from ringfence.api_tokens".to_owned(),
        "select a from ringfence.api_tokens a".to_owned(),
        "select count(*) from ringfence.api_tokens where token_hash = sha256('agent')".to_owned(),
        "update ringfence.api_tokens set token_hash = sha256('mine')".to_owned(),
        "update ringfence.api_tokens set scopes = '{ticket.read,member.manage}'".to_owned(),
        "update ringfence.api_tokens set expires_at = '2999-01-01'".to_owned(),
        "update ringfence.api_tokens set revoked_at = null".to_owned(),
        "update ringfence.api_tokens set member_id = created_by".to_owned(),
        format!("{} on conflict (tenant_id, token_hash) do update set revoked_at = null", make(play, "owner", "owner", "{}", "owner")),
        format!("{} returning token_hash", make(play, "owner", "owner", "{}", "owner")),
        "select ringfence.token_parts('x')".to_owned(),
        "select ringfence.live_session('00')".to_owned(),
        "select ringfence.narrowed(',a,', ',a,')".to_owned(),
        "select ringfence.common_groups('', '', '', '')".to_owned(),
        "update ringfence.members set elevated_until = '2999-01-01'".to_owned(),
        format!("insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at) values ('{}', gen_random_uuid(), '{}', 'admin', 'because I can', '{}', now() + interval '1 hour')", acme.id, acme.members["agent"], acme.members["owner"]),
        "update ringfence.break_glass_grants set expires_at = '2999-01-01'".to_owned(),
        "delete from ringfence.break_glass_grants".to_owned(),
        "update ringfence.tenants set required_issuers = null".to_owned(),
    ] {
        let client = play.entered("acme", "owner").await;
        assert_eq!(refused(&client, &sql).await, DENIED, "{sql}");
    }
}

#[tokio::test]
async fn a_token_makes_no_successor_that_outlives_it() {
    let given = Credentials::new().await;
    let play = &given.play;
    let client = given.entered(&given.agents, "").await;
    for scopes in ["{}", "{ticket.read}", "{token.create}", "{ticket.change}"] {
        assert_eq!(tried(&client, &make(play, "agent", "agent", scopes, "agent")).await, DENIED, "{scopes}");
    }
    // With the right to, within its own scopes alone.
    play.admin.execute("update ringfence.api_tokens set scopes = '{token.create,ticket.read}' where member_role = 'agent'", &[]).await.unwrap();
    let client = given.entered(&given.agents, "").await;
    for (scopes, expected) in [("{ticket.read}", "#1"), ("{ticket.read.group}", "#1"), ("{ticket.change}", DENIED), ("{ticket.read,contact.read}", DENIED)] {
        assert_eq!(tried(&client, &make(play, "agent", "agent", scopes, "agent")).await, expected, "{scopes}");
    }
    // A person who signed in makes one of what they hold, and of nothing that merely looks like it.
    let client = given.entered(&given.session, "").await;
    for (scopes, expected) in [("{ticket.change}", "#1"), ("{ticket.read.own.own}", DENIED), ("{audit.read}", DENIED), ("{\"ticket.read,audit.read\"}", DENIED), ("{\"\"}", DENIED), ("{NULL}", DENIED), ("{.group}", DENIED)] {
        assert_eq!(tried(&client, &make(play, "agent", "agent", scopes, "agent")).await, expected, "{scopes}");
    }
}

#[tokio::test]
async fn a_scope_that_is_narrower_in_name_alone_opens_nothing() {
    let given = Credentials::new().await;
    let play = &given.play;
    // What grantable() allows beside the rights themselves: one more ending.
    for held in ["ticket.read", "ticket.read.group", "ticket.read.own"] {
        play.admin.execute("update ringfence.members set permissions = array['token.create', $1] where role = 'service'", &[&held]).await.unwrap();
        let identity = format!("i:{}", play.identity("acme", "service").await);
        for ending in [".group", ".own"] {
            let scope = format!("{held}{ending}");
            let client = given.entered(&identity, "").await;
            assert_eq!(tried(&client, &make(play, "service", "service", &format!("{{{scope}}}"), "service")).await, "#1", "{scope}");
            play.admin.execute("update ringfence.api_tokens set scopes = array[$1] where member_role = 'service'", &[&scope]).await.unwrap();
            let client = given.entered(&given.services, "").await;
            let seen: i64 = one(&client, "select count(*) from ringfence.tickets", &[]).await;
            assert_eq!(seen, 0, "{held} as {scope}");
        }
    }
}

#[tokio::test]
async fn nobody_makes_or_touches_a_token_in_anothers_name() {
    let given = Credentials::new().await;
    let play = &given.play;
    let acme = play.acme();
    // Managing tokens is of services; the row's own word for the role is held to the member's.
    let client = play.entered("acme", "owner").await;
    for (sql, expected) in [
        (make(play, "agent", "agent", "{}", "owner"), DENIED),
        (make(play, "agent", "agent", "{}", "agent"), DENIED),
        (make(play, "agent", "service", "{}", "owner"), "23503"),
        (make(play, "service", "service", "{}", "agent"), DENIED),
        (make(play, "service", "service", "{ticket.read}", "owner"), "#1"),
    ] {
        assert_eq!(tried(&client, &sql).await, expected, "{sql}");
    }
    // A person made a service, given a token, and made a person again would be spoken for.
    for way in [
        format!("update ringfence.members set role = 'agent', permissions = null where member_id = '{}'", acme.members["requester"]),
        format!("update ringfence.members set role = 'requester', permissions = null where member_id = '{}'", acme.members["requester"]),
    ] {
        let client = play.entered("acme", "admin").await;
        client.batch_execute(&format!("update ringfence.members set role = 'service', permissions = '{{}}' where member_id = '{}'", acme.members["requester"])).await.unwrap();
        client.batch_execute(&make(play, "requester", "service", "{}", "admin")).await.unwrap();
        assert_eq!(tried(&client, &way).await, CONSTRAINT);
        // Nor by letting the token say that they made it.
        assert_eq!(tried(&client, "update ringfence.api_tokens set created_by = member_id").await, DENIED);
    }
    // Whoever acts for another neither makes, sees nor revokes what is the other's.
    for (credential, acting) in [
        (format!("i:{}", play.identity("acme", "agent").await), format!("a:{}", play.identity("acme", "owner").await)),
        (given.services.clone(), format!("m:{}", acme.members["agent"])),
    ] {
        let client = given.entered(&credential, &acting).await;
        assert_eq!(tried(&client, &make(play, "agent", "agent", "{}", "agent")).await, DENIED);
        assert_eq!(tried(&client, "update ringfence.api_tokens set revoked_at = now()").await, "#0");
        assert_eq!(one::<i64>(&client, "select count(*) from ringfence.api_tokens", &[]).await, 0);
    }
}

#[tokio::test]
async fn a_role_or_a_service_is_given_no_right_that_its_maker_lacks() {
    let given = Credentials::new().await;
    let play = &given.play;
    let acme = play.acme();
    let role = |permissions: &str| format!("insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{}', gen_random_uuid(), 'mine', '{permissions}')", acme.id);
    for (who, permissions, expected) in [
        ("admin", "{ticket.read,audit.read}", "#1"),
        ("admin", "{owner.manage}", DENIED),
        ("admin", "{\"ticket.read,owner.manage\"}", DENIED),
        ("admin", "{act_as}", DENIED),
        ("owner", "{owner.manage}", CONSTRAINT),
        ("owner", "{act_as}", CONSTRAINT),
        ("owner", "{provision.manage}", CONSTRAINT),
        ("owner", "{\"act_as,ticket.read\"}", DENIED),
        ("agent", "{ticket.read}", DENIED),
        ("auditor", "{}", DENIED),
    ] {
        let client = play.entered("acme", who).await;
        assert_eq!(tried(&client, &role(permissions)).await, expected, "{who} {permissions}");
    }
    // Who manages roles alone widens none, whoever it was made for.
    play.admin.batch_execute(&format!("insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{}', gen_random_uuid(), 'readers', '{{ticket.read}}')", acme.id)).await.unwrap();
    play.admin.execute("update ringfence.members set permissions = '{role.manage,member.read,ticket.read}' where role = 'service'", &[]).await.unwrap();
    let client = given.entered(&format!("i:{}", play.identity("acme", "service").await), "").await;
    for (sql, expected) in [
        ("update ringfence.tenant_roles set name = 'mine'", "#1"),
        ("update ringfence.tenant_roles set permissions = '{ticket.read,ticket.change}'", DENIED),
        ("update ringfence.tenant_roles set permissions = permissions || '{owner.manage}'", DENIED),
        ("update ringfence.members set role = 'custom', permissions = null, role_id = (select role_id from ringfence.tenant_roles limit 1)", "#0"),
    ] {
        assert_eq!(tried(&client, sql).await, expected, "{sql}");
    }
}
