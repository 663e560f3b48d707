//! The binary as an operator uses it: migrated, tenants side by side, and real files read into each. It talks to no service.

use crate::binary::{command, count, ringfence, well};
use crate::node::folder;
use ringfence_domain::Role;
use ringfence_store::command::{NewMember, Operator};
use ringfence_tests::database::connect;
use ringfence_tests::server::{DATABASE, Server};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Counts of an import; a row refused ends it with 1, as the command promises.
fn import(server: &Server, tenant: &str, format: &str, file: &Path, more: &[&str]) -> (Value, String) {
    let mut arguments = vec!["import", "--tenant", tenant, "--format", format, "--summary", "json", file.to_str().unwrap()];
    arguments.extend(more);
    let output = ringfence(server, &arguments);
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {complaints}"));
    let whole = summary["failed"] == 0 && summary["parts_failed"] == 0 && summary["rest_unread"] == false;
    assert_eq!(output.status.code(), Some(i32::from(!whole)), "{complaints}");
    (summary, complaints)
}

/// CPython's own test messages, one after the other as an mbox holds them.
fn mbox(server: &Server) -> (PathBuf, usize) {
    let mut files: Vec<_> = std::fs::read_dir(folder().join("target/mail")).expect("run this with `make e2e`").map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let mut mbox = Vec::new();
    for file in &files {
        mbox.extend_from_slice(b"From test@example.org Fri May  4 14:05:44 2001\n");
        for line in std::fs::read(file).unwrap().split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b"From ") {
                mbox.push(b'>');
            }
            mbox.extend_from_slice(line);
        }
        mbox.extend_from_slice(b"\n\n");
    }
    let path = server.folder().join("messages.mbox");
    std::fs::write(&path, mbox).unwrap();
    (path, files.len())
}

/// The payloads about issues of GitHub's webhook examples, one row for each; and how many.
fn issues(server: &Server) -> (PathBuf, usize) {
    let quoted = |text: &Value| format!("\"{}\"", text.as_str().unwrap_or_default().replace('"', "\"\""));
    let text = std::fs::read_to_string(folder().join("node_modules/@octokit/webhooks-examples/api.github.com/index.json")).expect("run this with `make e2e`");
    let events: Value = serde_json::from_str(&text).unwrap();
    let payloads = events.as_array().unwrap().iter().filter(|event| event["name"] == "issues" || event["name"] == "issue_comment").flat_map(|event| event["examples"].as_array().unwrap());
    let mut csv = "id,title,body,state,issue.user.login,created_at\n".to_owned();
    let mut rows = 0;
    for issue in payloads.map(|payload| &payload["issue"]) {
        rows += 1;
        let [title, body, state, login, created] = [&issue["title"], &issue["body"], &issue["state"], &issue["user"]["login"], &issue["created_at"]].map(quoted);
        writeln!(csv, "payload-{rows},{title},{body},{state},{login},{created}").unwrap();
    }
    let path = server.folder().join("issues.csv");
    std::fs::write(&path, csv).unwrap();
    (path, rows)
}

#[tokio::test]
async fn real_files_go_into_tenants_side_by_side_whole_or_not_at_all() {
    let server = Server::start("import").await;
    for slug in ["acme", "globex"] {
        well(&server, &["tenant", "create", slug]);
    }
    let listed = well(&server, &["tenant", "list", "--format", "json"]);
    assert!(listed.contains("acme") && listed.contains("globex"), "{listed}");
    let admin = connect(&server.admin(DATABASE)).await;
    let ((mail, messages), (csv, made)) = (mbox(&server), issues(&server));
    assert!(messages > 40 && made > 30, "{messages} messages, {made} issues");

    // A dry run says what would come of it, and writes nothing.
    let (dry, _) = import(&server, "acme", "mbox", &mail, &["--dry-run"]);
    assert_eq!(count(&admin, "select count(*) from ringfence.tickets").await, 0);
    assert!(dry["rows"].as_u64().unwrap() >= 40, "{dry}");

    let (first, complaints) = import(&server, "acme", "mbox", &mail, &[]);
    let created = first["created"].as_i64().unwrap();
    assert!(created >= 40, "{first}\n{complaints}");
    let wrong = first["failed"].as_u64().unwrap() + first["parts_failed"].as_u64().unwrap();
    assert_eq!(complaints.lines().filter(|line| line.starts_with("line ")).count() as u64, wrong, "{complaints}");
    let (issues, complaints) = import(&server, "globex", "csv", &csv, &[]);
    assert_eq!((issues["created"].as_u64(), issues["failed"].as_u64()), (Some(made as u64), Some(0)), "{complaints}");

    // Again: nothing twice, in either tenant. The same file in the other tenant is that tenant's own.
    assert_eq!(import(&server, "acme", "mbox", &mail, &[]).0["created"], 0);
    assert_eq!(import(&server, "globex", "csv", &csv, &[]).0["already_there"], made);
    assert_eq!(import(&server, "acme", "csv", &csv, &[]).0["created"], made);
    let of = |slug: &str| format!("select count(*) from ringfence.tickets join ringfence.tenants using (tenant_id) where slug = '{slug}'");
    assert_eq!(count(&admin, &of("acme")).await, created + i64::try_from(made).unwrap());
    assert_eq!(count(&admin, &of("globex")).await, i64::try_from(made).unwrap());

    // An analyst of one tenant reads what was imported there, and nothing of the other.
    let made_login: Value = serde_json::from_str(&well(&server, &["report-role", "create", "--tenant", "globex", "--format", "json"])).unwrap();
    let analyst = connect(&made_login["url"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(count(&analyst, "select count(*) from reporting.tickets").await, i64::try_from(made).unwrap());

    // A suspended tenant takes nothing more.
    well(&server, &["tenant", "suspend", "acme"]);
    let again = ["import", "--tenant", "acme", "--format", "csv", "--source", "again", csv.to_str().unwrap()];
    for arguments in [again.to_vec(), [&again[..], &["--dry-run"]].concat()] {
        let refused = ringfence(&server, &arguments);
        let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{complaint}");
        assert!(complaint.contains("suspended") && complaint.contains("`ringfence tenant resume acme`"), "{complaint}");
    }
    assert_eq!(count(&admin, &of("acme")).await, created + i64::try_from(made).unwrap());

    // Of all that, one command looked at all tenants, as the trail says.
    let listed = "select count(*) from (select action from ringfence.audit_inbox union all select action from ringfence.installation_events) told where action = 'tenant.listed'";
    assert_eq!(count(&admin, listed).await, 1);
    drop((admin, analyst));
    server.stop().await;
}

#[tokio::test]
async fn a_tenant_whose_owner_is_refused_is_not_made() {
    let server = Server::start("owners").await;
    let operator = Operator::connect(&server.installation().login_config("ringfence_operator")).await.unwrap();
    let owner = |name| NewMember { issuer: "https://id.example.com", subject: "1", name, email: None, role: Role::Owner, permissions: None };
    assert!(operator.create_tenant_of(&owner(""), "acme", "Acme").await.is_err());
    assert_eq!(operator.find_tenant("acme").await.unwrap(), None);
    // The same connection and the same slug, once the owner is well.
    let tenant = operator.create_tenant_of(&owner("Owner"), "acme", "Acme").await.unwrap();
    assert_eq!(operator.find_tenant("acme").await.unwrap().map(|found| (found.tenant_id, found.is_suspended)), Some((tenant, false)));
    assert_eq!(operator.list_members(tenant).await.unwrap().len(), 1);
    let made = well(&server, &["tenant", "create", "globex", "--owner-issuer", "https://id.example.com", "--owner-subject", "1"]);
    assert!(made.contains("tenant globex created"), "{made}");
    assert_eq!(well(&server, &["member", "list", "--tenant", "globex"]).lines().count(), 2);
    drop(operator);
    server.stop().await;
}

#[tokio::test]
async fn the_commands_leave_an_owner_add_no_guest_and_make_a_tenants_analyst() {
    let server = Server::start("members").await;
    well(&server, &["tenant", "create", "acme", "--owner-issuer", "https://id.example.com", "--owner-subject", "1"]);
    let listed: Value = serde_json::from_str(&well(&server, &["member", "list", "--tenant", "acme", "--format", "json"])).unwrap();
    let owner = listed[0]["member_id"].as_str().unwrap();
    assert_eq!(owner.as_bytes()[14], b'7', "{owner}");
    let add = |role| ["member", "add", "--tenant", "acme", "--issuer", "https://id.example.com", "--subject", "2", "--name", "Second", "--role", role];
    for (arguments, word) in [(&["member", "remove", "--tenant", "acme", owner][..], "last owner"), (&add("guest"), "guest")] {
        let refused = ringfence(&server, arguments);
        assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains(word), "{arguments:?}: {}", String::from_utf8_lossy(&refused.stderr));
    }
    assert_eq!(well(&server, &["member", "list", "--tenant", "acme"]).lines().count(), 2);
    well(&server, &add("owner"));
    well(&server, &["member", "remove", "--tenant", "acme", owner]);
    let made: Value = serde_json::from_str(&well(&server, &["report-role", "create", "--tenant", "acme", "--format", "json"])).unwrap();
    let analyst = connect(&made["url"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(count(&analyst, "select count(*) from reporting.tickets").await, 0);
    drop(analyst);
    server.stop().await;
}

/// An import that reads what is written into the pipe, until that is closed.
fn lasting_import(server: &Server, tenant: &str) -> (Child, std::fs::File) {
    let pipe = server.folder().join("pipe.csv");
    if !pipe.exists() {
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    }
    let child = command(server, &["import", "--tenant", tenant, "--format", "csv", pipe.to_str().unwrap()]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(b"id,subject\n").unwrap();
    (child, writer)
}

#[tokio::test]
async fn a_second_import_into_a_tenant_waits_its_turn_and_a_killed_one_holds_up_nobody() {
    let server = Server::start("turns").await;
    for slug in ["acme", "globex"] {
        well(&server, &["tenant", "create", slug]);
    }
    let file = server.folder().join("one.csv");
    std::fs::write(&file, "id,subject\n1,one\n").unwrap();
    let arguments = |tenant| ["import", "--tenant", tenant, "--format", "csv", "--source", "second", file.to_str().unwrap()];
    let admin = connect(&server.admin(DATABASE)).await;
    let began = "select count(*) from ringfence.members";

    let (mut first, mut rows) = lasting_import(&server, "acme");
    while count(&admin, began).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let refused = ringfence(&server, &arguments("acme"));
    let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("an import into acme runs already"), "{complaint}");
    well(&server, &arguments("globex"));
    // The first one's membership is still there: it goes on.
    rows.write_all(b"1,first\n").unwrap();
    drop(rows);
    assert!(first.wait().unwrap().success());
    // Suspended meanwhile, it says so.
    let (suspended, mut rows) = lasting_import(&server, "acme");
    while count(&admin, began).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    well(&server, &["tenant", "suspend", "acme"]);
    rows.write_all(b"2,second\n").unwrap();
    drop(rows);
    let suspended = suspended.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&suspended.stderr).into_owned();
    assert!(suspended.status.code() == Some(1) && complaint.contains("line 2: the tenant acme is suspended"), "{complaint}");
    well(&server, &["tenant", "resume", "acme"]);
    well(&server, &arguments("acme"));

    let (mut killed, rows) = lasting_import(&server, "acme");
    while count(&admin, began).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    drop(rows);
    well(&server, &arguments("acme"));
    assert_eq!(count(&admin, began).await, 0);
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn a_signal_ends_an_import_also_where_no_row_is_well() {
    let server = Server::start("signal").await;
    well(&server, &["tenant", "create", "acme"]);
    let admin = connect(&server.admin(DATABASE)).await;
    let summary = server.folder().join("summary");
    let pipe = server.folder().join("endless.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = command(&server, &["import", "--tenant", "acme", "--format", "csv", pipe.to_str().unwrap()])
        .stdout(std::fs::File::create(&summary).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(b"id,subject\n1,first\n").unwrap();
    // One row more than is read at once, for the import reads ahead.
    let wrong = "wrong\n".repeat(10_000);
    writer.write_all(wrong.as_bytes()).unwrap();
    while count(&admin, "select count(*) from ringfence.tickets").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    // Until nobody reads; a bound, for an import that would read them all.
    let read = (0..100).take_while(|_| writer.write_all(wrong.as_bytes()).is_ok()).count();
    drop(writer);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.contains("1 created") && summary.contains("; interrupted, run it again to go on"), "{read}: {summary}");
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn what_an_import_leaves_out_is_counted() {
    let server = Server::start("left-out").await;
    well(&server, &["tenant", "create", "acme"]);
    let admin = connect(&server.admin(DATABASE)).await;
    admin.batch_execute("insert into ringfence.groups (tenant_id, group_id, name) select tenant_id, ringfence.new_id(), 'Support' from ringfence.tenants").await.unwrap();
    let file = server.folder().join("export.json");
    std::fs::write(
        &file,
        r#"[{"id": 1, "subject": "s", "group": "Support", "assignee_id": 7},
            {"id": 2, "subject": "s", "group": "Sales", "custom_fields": [{"id": 1, "value": "x"}]}, {"id": 3, "subject": "s", "group": "Sales", "assignee_id": 8}]"#,
    )
    .unwrap();
    let (dry, _) = import(&server, "acme", "zendesk-json", &file, &["--dry-run"]);
    assert_eq!(dry["left_out"], serde_json::json!({"assignee_id": 2, "custom_fields": 1, "group, unless the tenant has one of its name": 3}));
    let (summary, _) = import(&server, "acme", "zendesk-json", &file, &[]);
    assert_eq!(summary["left_out"], serde_json::json!({"assignee_id": 2, "custom_fields": 1, "group": 2}));
    let said = well(&server, &["import", "--tenant", "acme", "--format", "zendesk-json", "--source", "again", file.to_str().unwrap()]);
    assert!(said.ends_with("; left out: assignee_id (2), custom_fields (1), group (2)\n"), "{said}");
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn a_mailbox_that_has_grown_makes_no_ticket_twice_and_what_it_does_not_take_is_told() {
    let server = Server::start("grown").await;
    well(&server, &["tenant", "create", "acme"]);
    let mail = |id: &str, answers: &str| format!("From - Thu Jan  1 00:00:00 2026\nMessage-ID: <{id}>\n{answers}From: a@example.org\nSubject: s\n\ntext of {id}\n\n");
    let (root, reply, late) = (mail("1@x", ""), mail("2@x", "In-Reply-To: <1@x>\n"), mail("3@x", "In-Reply-To: <2@x>\nReferences: <1@x> <2@x>\n"));
    let file = server.folder().join("box.mbox");
    for (mailbox, created, comments_not_taken) in [
        // The reply alone, then with what it answers, then with what answers it.
        (reply.clone(), 1, 0),
        (format!("{root}{reply}"), 0, 1),
        (format!("{late}{reply}{root}"), 0, 2),
        (format!("{reply}{}", mail("4@x", "")), 1, 0),
    ] {
        std::fs::write(&file, mailbox).unwrap();
        let (summary, complaints) = import(&server, "acme", "mbox", &file, &[]);
        assert_eq!((&summary["created"], &summary["comments_not_taken"]), (&created.into(), &comments_not_taken.into()), "{summary} {complaints}");
    }
    std::fs::write(&file, root + &reply + &late).unwrap();
    let said = well(&server, &["import", "--tenant", "acme", "--format", "mbox", file.to_str().unwrap()]);
    assert_eq!(said, "1 tickets read: 0 created, 1 there already, 0 failed; not taken: 2 comments on tickets that were there already\n");
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_ticket_is_not_counted_as_one_and_a_rest_unread_is_told() {
    let server = Server::start("counts").await;
    well(&server, &["tenant", "create", "acme"]);
    let export = server.folder().join("export.json");
    let broken_user = r#"{"users": [{"id": 7, "email": "nobody"}], "tickets": [{"id": 1, "subject": "s"}, {"id": 2, "subject": "s", "requester_id": 7}, {"id": 3, "subject": "s"}]}"#;
    std::fs::write(&export, broken_user).unwrap();
    let deep = server.folder().join("deep.json");
    std::fs::write(&deep, format!("[{{\"id\": 4, \"subject\": \"s\"}},\n{}", "[".repeat(1000))).unwrap();
    for more in [&["--dry-run"][..], &[]] {
        let (summary, complaints) = import(&server, "acme", "zendesk-json", &export, more);
        assert_eq!((&summary["rows"], &summary["failed"], &summary["parts_failed"]), (&3.into(), &1.into(), &1.into()), "{summary} {complaints}");
        let (summary, complaints) = import(&server, "acme", "zendesk-json", &deep, more);
        assert_eq!((&summary["rows"], &summary["failed"], &summary["rest_unread"]), (&1.into(), &0.into(), &true.into()), "{summary} {complaints}");
    }
    let told = |file: &Path| String::from_utf8(ringfence(&server, &["import", "--tenant", "acme", "--format", "zendesk-json", file.to_str().unwrap()]).stdout).unwrap();
    assert_eq!(told(&export), "3 tickets read: 0 created, 2 there already, 1 failed; 1 wrong beside them (users, comments, messages)\n");
    assert_eq!(told(&deep), "1 tickets read: 0 created, 1 there already, 0 failed; the rest of the file was not read\n");
    // Mended, the ticket comes with its requester.
    std::fs::write(&export, broken_user.replace("nobody", "seven@example.com")).unwrap();
    assert_eq!(import(&server, "acme", "zendesk-json", &export, &[]).0["created"], 1);
    let admin = connect(&server.admin(DATABASE)).await;
    assert_eq!(count(&admin, "select count(*) from ringfence.contacts where email = 'seven@example.com'").await, 1);
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn an_import_that_the_database_does_not_believe_ends_at_once_and_says_what_to_do() {
    let server = Server::start("disbelieved").await;
    well(&server, &["tenant", "create", "acme"]);
    let file = server.folder().join("three.csv");
    std::fs::write(&file, "id,subject\n1,one\n2,two\n3,three\n").unwrap();
    let arguments = ["import", "--tenant", "acme", "--format", "csv", file.to_str().unwrap()];
    let refused = command(&server, &arguments).env("RINGFENCE_TOKEN_KEY", format!("1:{}", "ab".repeat(32))).output().unwrap();
    let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("the database does not believe this command") && complaint.contains("RINGFENCE_CREDENTIALS"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    well(&server, &arguments);
    server.stop().await;
}

#[tokio::test]
async fn an_import_whose_database_dies_says_how_far_it_came() {
    let server = Server::start("died").await;
    well(&server, &["tenant", "create", "acme"]);
    let admin = connect(&server.admin(DATABASE)).await;
    let (child, mut rows) = lasting_import(&server, "acme");
    rows.write_all(b"1,first\n").unwrap();
    while count(&admin, "select count(*) from ringfence.tickets").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    drop(admin);
    server.cluster.stop_immediately();
    server.cluster.ended().await;
    rows.write_all(b"2,second\n").unwrap();
    drop(rows);
    let died = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&died.stderr).into_owned();
    assert_eq!(died.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("line 3: ") && complaint.contains("; 1 tickets were created, run it again to go on"), "{complaint}");
    server.stop().await;
}
