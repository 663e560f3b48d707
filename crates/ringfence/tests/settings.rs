//! What the environment says wrongly: every command names the setting, where it is read and an example, before it does anything.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;
use std::process::Command;

/// A folder of the test's own, empty.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ringfence-settings-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Exit code and complaint; nothing but what is named here is set.
    fn ringfence(&self, words: &[&str], settings: &[(&str, &str)]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
        command.args(words).current_dir(&self.0).env_clear().env("PATH", "/usr/bin:/bin").env("RINGFENCE_DATA", self.path("data"));
        let output = command.envs(settings.iter().copied()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `run` on a free port, and `serve` as far as it comes without a database.
const RUN: &[(&str, &str)] = &[("RINGFENCE_LISTEN", "127.0.0.1:0")];
const SERVE: &[(&str, &str)] = &[("RINGFENCE_LISTEN", "127.0.0.1:0"), ("RINGFENCE_ISSUERS", "https://id.example.com tickets"), ("DATABASE_URL", "postgres://ringfence_app:x@127.0.0.1:1/r")];

#[test]
fn what_is_wrong_is_named_with_its_place_and_an_example_before_anything_begins() {
    let place = Place::new("wrong");
    for (name, value) in [
        ("RINGFENCE_ORIGINS", "notanorigin"),
        ("RINGFENCE_ORIGINS", "https://a.example/path"),
        ("RINGFENCE_ORIGINS", "https://a.example,https://A.example"),
        ("RINGFENCE_ORIGINS", "https://a.example:443"),
        ("RINGFENCE_PUBLIC_URL", "foo"),
        ("RINGFENCE_SIGN_IN", "https://id.example.com"),
        ("RINGFENCE_SIGN_IN", "https://id.example.com a; https://id.example.com b"),
        ("RINGFENCE_ISSUERS", "https://id.example.com a; https://id.example.com b"),
        ("RINGFENCE_SESSION_IDLE", "never"),
        ("RINGFENCE_WORKERS", "0"),
        ("RINGFENCE_CONNECTIONS", "0"),
        ("RINGFENCE_LIMITS", "read=fast"),
        ("RINGFENCE_TRUSTED_PROXIES", "proxy"),
        ("RINGFENCE_TOKEN_KEY", "zz"),
        ("RINGFENCE_DISPATCHER_URL", "nowhere"),
        ("RINGFENCE_CREDENTIALS", "/nonexistent/x.json"),
        ("RUST_LOG", "======="),
    ] {
        for (command, usual) in [("run", RUN), ("serve", SERVE)] {
            let settings: Vec<_> = usual.iter().copied().filter(|(usual, _)| *usual != name).chain([(name, value)]).collect();
            let (code, complaint) = place.ringfence(&[command], &settings);
            assert_eq!(code, Some(2), "{command} {name}={value}: {complaint}");
            assert!(complaint.starts_with(&format!("ringfence: {name} (environment)")) && complaint.contains(&format!("for example\n    {name}=")), "{command} {name}={value}: {complaint}");
            assert_eq!(std::fs::read_dir(&place.0).unwrap().count(), 0, "{command} {name}={value} began");
        }
    }
}

#[test]
fn a_service_that_listens_to_all_must_say_where_browsers_find_it() {
    let place = Place::new("public");
    let outside: Vec<_> = SERVE.iter().copied().skip(1).chain([("RINGFENCE_LISTEN", "0.0.0.0:0")]).collect();
    for command in ["run", "serve"] {
        let (code, complaint) = place.ringfence(&[command], &outside);
        assert_eq!(code, Some(2), "{complaint}");
        assert!(complaint.starts_with("ringfence: RINGFENCE_PUBLIC_URL (environment): not set, and it must be"), "{command}: {complaint}");
    }
}

#[test]
fn the_development_issuer_is_never_within_everybodys_reach() {
    let place = Place::new("outside");
    let (code, complaint) = place.ringfence(&["run"], &[("RINGFENCE_LISTEN", "0.0.0.0:0")]);
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.starts_with("ringfence: RINGFENCE_LISTEN (environment)") && complaint.contains("the development issuer must not be"), "{complaint}");
}

#[test]
fn a_credentials_file_that_is_not_well_is_told_by_the_setting_that_names_it() {
    let place = Place::new("credentials");
    let (bad_key, absent) = (place.path("bad.json"), place.path("absent/x.json"));
    std::fs::write(&bad_key, r#"{"app_password": "a", "auditor_password": "b", "dispatcher_password": "c", "operator_password": "d", "token_key": "zz"}"#).unwrap();
    let nobody = ("RINGFENCE_ADMIN_URL", "postgres://postgres:x@127.0.0.1:1/r");
    for (words, named, word) in [
        (&["tenant", "list"][..], &absent, "cannot be read"),
        (&["migrate"], &absent, "nor the folder"),
        (&["migrate"], &bad_key, "64 hex digits"),
        (&["serve"], &bad_key, "64 hex digits"),
    ] {
        let settings: Vec<_> = SERVE.iter().copied().chain([nobody, ("RINGFENCE_CREDENTIALS", named.as_str())]).collect();
        let (code, complaint) = place.ringfence(words, &settings);
        assert_eq!(code, Some(2), "{words:?}: {complaint}");
        assert!(complaint.starts_with(&format!("ringfence: RINGFENCE_CREDENTIALS (environment) is `{named}`: ")) && complaint.contains(word), "{words:?}: {complaint}");
    }
}

#[test]
fn a_credentials_file_that_cannot_be_read_is_not_said_to_have_changed() {
    let place = Place::new("closed");
    // Closed to everybody, root too.
    std::fs::create_dir_all(place.0.join("data/credentials.json")).unwrap();
    let (code, complaint) = place.ringfence(&["tenant", "list"], &[]);
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.starts_with(&format!("ringfence: cannot read {}: ", place.path("data/credentials.json"))) && !complaint.contains("changed"), "{complaint}");
}

#[test]
fn a_data_folder_is_a_folder() {
    let place = Place::new("data");
    let file = place.path("file");
    std::fs::write(&file, "").unwrap();
    for words in [&["run"][..], &["tenant", "list"]] {
        let settings: Vec<_> = RUN.iter().copied().chain([("RINGFENCE_DATA", file.as_str())]).collect();
        let (code, complaint) = place.ringfence(words, &settings);
        assert!(code == Some(2) && complaint.starts_with(&format!("ringfence: RINGFENCE_DATA (environment) is `{file}`: ")) && complaint.contains("no folder"), "{words:?}: {complaint}");
    }
}

#[test]
fn a_complaint_that_nobody_reads_is_no_panic() {
    let place = Place::new("pipe");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    let status = command.arg("serve").current_dir(&place.0).env_clear().stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn who_is_removed_and_what_somebody_becomes_is_asked_for_in_words_of_the_command() {
    let place = Place::new("words");
    let add = ["member", "add", "--tenant", "acme", "--issuer", "https://id.example.com", "--subject", "1", "--name", "N", "--role"];
    for role in ["king", "custom", "guest", ""] {
        let (code, complaint) = place.ringfence(&[&add[..], &[role]].concat(), &[]);
        assert_eq!(code, Some(2), "{complaint}");
        assert!(complaint.contains(": one of owner, admin, agent, light_agent, requester, auditor, service\n"), "{role}: {complaint}");
    }
    let (code, complaint) = place.ringfence(&["member", "remove", "--tenant", "acme", "nosuch"], &[]);
    assert!(code == Some(2) && complaint.contains("a member_id, as `ringfence member list` shows"), "{complaint}");
}
