//! SQL injected as the service: it may call every function of signing in, and opens, finds, ends and accepts nothing by it.

use ringfence_tests::world::served;

const FUNCTIONS: [&str; 10] =
    ["begin_sign_in", "take_sign_in", "open_session", "find_session", "known_credential", "touch_session", "list_sessions", "end_session", "end_sessions_of_issuer", "accept_invitation"];

#[tokio::test]
async fn no_function_of_signing_in_does_anything_without_a_token_minted_for_it() {
    let (installation, running, world) = served().await;
    let owner = running.sign_in("acme:owner").await;
    let app = installation.login("ringfence_app").await;
    let before = sessions(&installation).await;
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let said = hex(&format!(r#"{{"session": "{}", "issuer": "{}", "subject": "acme:owner", "identity_id": null, "session_id": "{}"}}"#, "00".repeat(32), running.issuer.issuer(), owner.session_id));
    for function in FUNCTIONS {
        let purpose = match function {
            "begin_sign_in" => "sign_in.begin",
            "take_sign_in" => "sign_in.take",
            "end_sessions_of_issuer" => "session.end_by_issuer",
            "accept_invitation" => "invitation.accept",
            other => &other.split('_').collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("."),
        };
        for token in [
            String::new(),
            "|||||".to_owned(),
            format!("{purpose}|{said}|99999999999|nonce|1|{}", "0".repeat(64)),
            format!("{purpose}|{said}|99999999999|nonce|2|{}", "0".repeat(64)),
            format!("{purpose}|{said}|99999999999|nonce||"),
            format!("{purpose}|{said}|99999999999|nonce|1"),
            format!("{}|i:{}||{}|99999999999|nonce|1|{}", world.tenant("acme").id, uuid::Uuid::nil(), uuid::Uuid::nil(), "0".repeat(64)),
        ] {
            let error = app.query(&format!("select * from ringfence.{function}($1)"), &[&token]).await.expect_err(&format!("{function} {token}"));
            assert_eq!(error.code().map(|code| code.code()), Some("RF002"), "{function} {token}: {error:?}");
        }
        let error = app.query(&format!("select * from ringfence.{function}(null)"), &[]).await.expect_err(function);
        assert_eq!(error.code().map(|code| code.code()), Some("RF002"), "{function}");
    }
    for statement in ["select * from ringfence.sessions", "select * from ringfence.sign_in_attempts", "select * from ringfence.logout_tokens", "select ringfence.minted('', '')", "select * from ringfence.live_session('00')", "select ringfence.record_session('session.opened', null, null, null, null, null, null)", "select secret_hash from ringfence.invitations"] {
        let error = app.simple_query(statement).await.expect_err(statement);
        assert_eq!(error.code().map(|code| code.code()), Some("42501"), "{statement}: {error:?}");
    }
    // Outside of a tenant, and inside without the right, no issuers are required of anybody.
    assert_eq!(app.query_one("select ringfence.require_issuers(null, 1)", &[]).await.unwrap().get::<_, Option<i32>>(0), None);
    assert_eq!(sessions(&installation).await, before);
    drop(running);
    installation.drop().await;
}

async fn sessions(installation: &ringfence_tests::Installation) -> String {
    let admin = installation.admin().await;
    admin.query_one("select coalesce(md5(string_agg(s::text, '|' order by s::text)), '') from ringfence.sessions s", &[]).await.unwrap().get(0)
}
