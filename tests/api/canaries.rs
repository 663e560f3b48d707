//! Attacks 20 and 30: texts planted in every field, body, header and query, and the secrets that were given out, appear in no log of the
//! service or of PostgreSQL, no metric, no error, no row of the trail, and nothing that another role sees of the sessions. It never looks
//! at payloads' own tables.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_api::ROUTES;
use ringfence_tests::browser::{Browser, SESSION};
use ringfence_tests::world::Tenant;
use ringfence_tests::{Call, Installation, Running, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// In every text that the world and this test plant.
const CANARY: &str = "canary-";
/// In the names of fields and parameters: an error may tell its sender which of them it does not know.
const ODD_NAME: &str = "oddname";
/// What every bearer token, every API token and every invitation's secret begins with.
const TOKENS: [&str; 3] = ["eyJ", "rft_", "rfi_"];
/// Where the calls come from: nothing else of this machine is called so.
const CALLER: [u8; 4] = [127, 0, 0, 77];

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// As the binary logs, and beyond: every line of every crate but of the drivers, which the binary silences, and of this test's own client.
fn capture() -> Captured {
    let captured = Captured::default();
    let filter = "trace,tokio_postgres=warn,refinery_core=warn,reqwest=warn,hyper_util=warn,h2=warn";
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(captured.clone()).init();
    captured
}

/// What PostgreSQL has written since.
struct ServerLog(std::fs::File);

impl ServerLog {
    fn from_here() -> Self {
        let mut file = std::fs::File::open(std::env::var("RINGFENCE_TEST_LOG").expect("set by with-postgres")).unwrap();
        file.seek(SeekFrom::End(0)).unwrap();
        Self(file)
    }

    fn written(mut self) -> String {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn planted(place: &str) -> String {
    format!("{CANARY}{place}-typed-qz7")
}

/// A body that the operation takes, with a canary in every text. A new operation with a body needs its line here.
fn good_body(operation: &str, tenant: &Tenant, issuer: &str) -> Option<Value> {
    let address = format!("{}@mail.example", planted("address"));
    Some(match operation {
        "createTicket" => json!({
            "subject": planted("subject"), "body": planted("body"), "tags": [planted("tag")], "group_id": tenant.groups["first"],
            "external_source": planted("source"), "external_id": planted("key"), "requester": {"name": planted("name"), "email": address},
        }),
        "updateTicket" => json!({"subject": planted("subject"), "tags": [planted("tag")], "external_source": planted("source"), "external_id": planted("changed-key")}),
        "assignTicket" => json!({"group_id": tenant.groups["first"], "assignee_id": tenant.members["agent"]}),
        "setTicketStatus" => json!({"status": "solved"}),
        "createComment" => json!({"body": planted("comment"), "visibility": "internal"}),
        "addMember" => json!({"issuer": format!("https://{}.example.com", planted("issuer")), "subject": planted("subject"), "role": "requester", "name": planted("name"), "email": address}),
        "createAgreement" => json!({
            "partner": "nobody-there", "direction": "both", "actions": ["ticket.escalate"], "fields": ["subject"], "expires_at": "2099-01-01T00:00:00Z",
        }),
        "setAgreementState" => json!({"state": "consented"}),
        "escalateTicket" => json!({"agreement_id": tenant.agreement}),
        "shareComment" => json!({"agreement_id": tenant.used_agreement}),
        "updateMember" => json!({"name": planted("name"), "email": format!("member-{address}")}),
        "createServiceAccount" => json!({"name": planted("name"), "permissions": ["ticket.read"]}),
        "createApiToken" => json!({"name": planted("name"), "scopes": ["ticket.read"]}),
        "createGroup" => json!({"name": planted("group")}),
        "updateGroup" => json!({"name": planted("changed-group")}),
        "createOrganization" => json!({"name": planted("organization"), "external_source": planted("source"), "external_id": planted("key")}),
        "updateOrganization" => json!({"name": planted("changed-organization"), "external_source": planted("source"), "external_id": planted("changed-key")}),
        "createContact" => {
            json!({"name": planted("name"), "email": format!("second-{address}"), "organization_id": tenant.organization, "external_source": planted("source"), "external_id": planted("key")})
        }
        "updateContact" => json!({"name": planted("name"), "email": format!("changed-{address}"), "external_source": planted("source"), "external_id": planted("changed-key")}),
        "createInvitation" => json!({"email": format!("invited-{address}"), "name": planted("name"), "role": "agent"}),
        "acceptInvitation" => json!({"secret": planted("secret")}),
        "changeSignInSettings" => json!({"required_issuers": null}),
        "createRole" => json!({"name": planted("role"), "permissions": ["ticket.read"]}),
        "updateRole" => json!({"name": planted("changed-role")}),
        "grantBreakGlass" => {
            json!({"issuer": format!("https://{}.example.com", planted("issuer")), "subject": planted("glass"), "name": planted("name"), "role": "auditor", "hours": 1, "reason": planted("reason")})
        }
        "setProvisioningSettings" => json!({"issuer": issuer, "default_role": "requester", "role_map": {planted("role"): "agent"}}),
        "createScimUser" | "replaceScimUser" => json!({
            "schemas": [ringfence_scim::USERS.schema.id], "userName": planted(operation), "title": planted("title"), "displayName": planted("name"),
            "externalId": planted(operation), "emails": [{"value": format!("scim-{address}"), "primary": true}],
        }),
        "updateScimUser" => json!({"schemas": [ringfence_scim::PATCH_OP], "Operations": [{"op": "add", "path": "title", "value": planted("changed-title")}]}),
        "createScimGroup" | "replaceScimGroup" => {
            json!({"schemas": [ringfence_scim::GROUPS.schema.id], "displayName": planted(operation), "externalId": planted(operation)})
        }
        "updateScimGroup" => json!({"schemas": [ringfence_scim::PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": planted(operation)}]}),
        "searchScimUsers" => json!({"schemas": [ringfence_scim::SEARCH_REQUEST], "filter": format!("userName eq \"{}\"", planted("filter"))}),
        "searchScimGroups" => json!({"schemas": [ringfence_scim::SEARCH_REQUEST], "filter": format!("displayName eq \"{}\"", planted("filter"))}),
        "signOut" => json!({}),
        "backChannelLogout" => json!({"logout_token": planted("logout")}),
        _ => return None,
    })
}

/// Bodies that no operation takes.
fn bad_bodies(good: &Value) -> Vec<Vec<u8>> {
    let text = good.to_string();
    let mut with_unknown = good.clone();
    with_unknown[ODD_NAME] = json!(planted("unknown"));
    let mut bad = vec![
        with_unknown.to_string().into_bytes(),
        text.as_bytes()[..text.len() - 1].to_vec(),
        json!(planted("string")).to_string().into_bytes(),
        json!([planted("array")]).to_string().into_bytes(),
        planted("plain").into_bytes(),
        [b"{\"subject\": \"".as_slice(), planted("bytes").as_bytes(), b"\xff\xfe\"}"].concat(),
        format!("{{\"subject\": \"{}\\u0000\", \"name\": \"{}\\u0000\", \"body\": \"\\u0000\"}}", planted("nul"), planted("nul")).into_bytes(),
    ];
    for (field, value) in good.as_object().unwrap() {
        for wrong in [json!({"x": planted("object")}), json!([[planted("nested")]]), json!(planted("word").repeat(40)), json!(planted("enum")), json!(7), Value::Null] {
            let mut changed = good.clone();
            changed[field] = if wrong == *value { json!(true) } else { wrong };
            bad.push(changed.to_string().into_bytes());
        }
    }
    bad
}

struct Drive<'a> {
    running: &'a Running,
    client: reqwest::Client,
    /// Secrets that were given out, each in one answer.
    secrets: BTreeSet<String>,
    errors: Vec<String>,
    statuses: BTreeSet<u16>,
    operations: BTreeSet<&'static str>,
}

impl Drive<'_> {
    async fn send(&mut self, operation: &'static str, request: reqwest::RequestBuilder, mine: &str) -> Call {
        let call = self.running.send(request).await;
        let told = ["token", "secret"].iter().filter_map(|field| call.body[field].as_str()).chain(call.body["session"]["csrf_token"].as_str());
        self.secrets.extend(told.chain(call.cookies().map(|(_, value)| value)).filter(|secret| !secret.is_empty()).map(str::to_owned));
        self.statuses.insert(call.status);
        if call.status >= 400 {
            self.errors.push(format!("{operation}: {} {:?}", call.text, call.headers));
        } else {
            let other = if mine == "acme" { "globex" } else { "acme" };
            assert!(!call.text.contains(&format!("{CANARY}{other}")), "{operation} shows {mine} a text of {other}: {}", call.text);
            self.operations.insert(operation);
        }
        assert_ne!(call.status, 500, "{operation}: {}", call.text);
        call
    }

    fn request(&self, method: &str, path: &str, token: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method.to_ascii_uppercase().parse().unwrap(), self.running.url(path));
        if token.is_empty() { request } else { request.bearer_auth(token) }
    }

    /// Every operation on one tenant as one role: as it should be, twice for what is unique, then in every wrong way.
    async fn operations(&mut self, tenant: &Tenant, role: &str) {
        let token = self.running.token(&format!("{}:{role}", tenant.slug));
        for route in ROUTES {
            let path = path_of(route.path, tenant);
            let good = good_body(route.operation_id, tenant, self.running.issuer.issuer());
            assert!(good.is_some() || ["get", "delete"].contains(&route.method), "{} has no body in this test", route.operation_id);
            // An action on a record compares the record's own version.
            let record = path.trim_end_matches("/assignee").trim_end_matches("/status").trim_end_matches("/state");
            let etag = self.running.get(record, &token).await.header("etag").unwrap_or("\"1\"").to_owned();
            for version in [etag.as_str(), "\"77\"", &planted("version")] {
                // Bad bodies are so with any version, and for whoever may do nothing with a good one.
                let bad = |good| if version == etag && ["owner", "service", "stranger"].contains(&role) { bad_bodies(good) } else { Vec::new() };
                for body in good.iter().flat_map(|good| [good.to_string().into_bytes(), good.to_string().into_bytes()].into_iter().chain(bad(good))).chain(good.is_none().then(Vec::new)) {
                    let mut request = self.request(route.method, &path, &token).header("If-Match", version).header("X-Odd", planted("header"));
                    if good.is_some() {
                        request = request.header("Content-Type", "application/json").body(body);
                    }
                    self.send(route.operation_id, request, &tenant.slug).await;
                }
            }
            for (name, value) in [("Idempotency-Key", planted("key")), ("Content-Type", planted("type")), ("Origin", planted("origin")), ("Cookie", planted("cookie"))] {
                let request = self.request(route.method, &path, &token).header(name, value).body(good.as_ref().map(Value::to_string).unwrap_or_default());
                self.send(route.operation_id, request, &tenant.slug).await;
            }
            for query in [format!("{ODD_NAME}={}", planted("query")), format!("status={0}&order={0}&include={0}&action={0}&tag={0}", planted("query")), format!("cursor={}", planted("cursor")), format!("requester_id={}&limit={}", planted("id"), planted("limit"))] {
                self.send(route.operation_id, self.request(route.method, &format!("{path}?{query}"), &token), &tenant.slug).await;
            }
            for foreign in [path.replace(&tenant.slug, &planted("slug")), path.replace(&tenant.ticket.to_string(), &planted("ticket")), format!("{path}/{}", planted("path"))] {
                self.send(route.operation_id, self.request(route.method, &foreign, &token), &tenant.slug).await;
            }
            for credential in [format!("Bearer {}", planted("token")), format!("Basic {}", planted("basic")), format!("Bearer {token}{}", planted("tail")), planted("scheme")] {
                let request = self.client.request(route.method.to_ascii_uppercase().parse().unwrap(), self.running.url(&path)).header("Authorization", credential);
                self.send(route.operation_id, request, &tenant.slug).await;
            }
        }
        let name = json!({"name": planted("short-lived")});
        let invitation = json!({"name": planted("short-lived"), "email": format!("short-lived-{}@mail.example", planted("address")), "role": "agent"});
        let own_role = json!({"name": planted("short-lived"), "permissions": ["ticket.read"]});
        for (list, operation, body) in [
            ("groups", "deleteGroup", &name),
            ("contacts", "deleteContact", &name),
            ("organizations", "deleteOrganization", &name),
            ("invitations", "revokeInvitation", &invitation),
            ("roles", "deleteRole", &own_role),
        ] {
            let path = format!("/v1/tenants/{}/{list}", tenant.slug);
            let made = self.running.post(&path, &token, body.clone()).await;
            if made.status == 201 {
                // An invitation has no place of its own.
                let id = made.header("location").map_or_else(|| format!("{path}/{}", made.body["invitation"]["invitation_id"].as_str().unwrap()), str::to_owned);
                self.send(operation, self.request("DELETE", &id, &token), &tenant.slug).await;
            }
        }
        if ["owner", "requester"].contains(&role) {
            self.sign_in(tenant, role).await;
        }
        self.send("unknown", self.request(&planted("method"), "/v1/me", &token), &tenant.slug).await;
        self.send("unknown", self.request("GET", &format!("/{}?{}", planted("nowhere"), planted("query")), &token), &tenant.slug).await;
    }

    /// In, about and out by a browser's cookie.
    async fn sign_in(&mut self, tenant: &Tenant, role: &str) {
        let running = self.running;
        let query = format!("return_to=/{0}&state={0}&{ODD_NAME}={0}", planted("back"));
        self.send("signIn", self.client.get(running.url(&format!("/v1/auth/sign-in?{query}"))), &tenant.slug).await;
        for (attempt, tail) in [(Some(planted("attempt")), String::new()), (None, planted("tail")), (None, String::new())] {
            let begun = running.begin(&format!("return_to=/{}", planted("back"))).await;
            let back = running.pick(&begun, &format!("{}:{role}", tenant.slug)).await;
            self.secrets.insert(begun.cookie().1.to_owned());
            let cookie = format!("{}={}", begun.cookie().0, attempt.as_deref().unwrap_or(begun.cookie().1));
            let call = self.send("signInCallback", self.client.get(format!("{back}{tail}")).header("Cookie", cookie), &tenant.slug).await;
            if let Some(secret) = call.cookie(SESSION) {
                self.session(&running.known(secret).await, tenant, role).await;
            }
        }
    }

    async fn session(&mut self, browser: &Browser, tenant: &Tenant, role: &str) {
        let running = self.running;
        let other = running.sign_in(&format!("{}:{role}", tenant.slug)).await;
        self.secrets.extend([&browser.secret, &browser.csrf, &other.secret, &other.csrf].map(Clone::clone));
        let other_session = format!("/v1/me/sessions/{}", other.session_id);
        for (operation, method, path) in [
            ("listSessions", "GET", "/v1/me/sessions"),
            ("endSession", "DELETE", other_session.as_str()),
            ("acceptInvitation", "POST", "/v1/invitations/accept"),
            ("signOut", "POST", "/v1/auth/sign-out"),
        ] {
            for (csrf, origin) in [(planted("csrf"), running.url("")), (browser.csrf.clone(), planted("origin")), (browser.csrf.clone(), running.url(""))] {
                let cookie = format!("{SESSION}={}; other={}", browser.secret, planted("cookie"));
                let request = self.request(method, path, "").header("Cookie", cookie).header("X-CSRF-Token", csrf).header("Origin", origin);
                let request = if method == "POST" { request.json(&good_body(operation, tenant, running.issuer.issuer())) } else { request };
                let call = self.send(operation, request, &tenant.slug).await;
                if let Some(leads) = call.body["end_session_url"].as_str() {
                    self.send("signOutAtIssuer", self.client.get(leads), &tenant.slug).await;
                    self.send("signOutAtIssuer", self.client.get(format!("{leads}{}", planted("envelope"))), &tenant.slug).await;
                }
            }
        }
    }
}

fn path_of(pattern: &str, tenant: &Tenant) -> String {
    // What may be changed and removed without an end of this test.
    let own = pattern
        .replace("{member_id}", &tenant.members["light_agent"].to_string())
        .replace("{group_id}", &tenant.groups["second"].to_string())
        .replace("{agreement_id}", &tenant.proposal.to_string());
    tenant.path(&own)
}

/// How many requests were let into a tenant; the log says of each which it was, and which member of it asked.
fn inside(log: &str, world: &World) -> usize {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let inside = lines.filter(|line| line["route"].as_str().is_some_and(|route| route.starts_with("/v1/tenants/{tenant}/")) && line["status"].as_u64().is_some_and(|status| status < 400));
    let told = |line: &Value| world.tenants.iter().any(|tenant| line["tenant_id"] == json!(tenant.id) && tenant.members.values().any(|member| line["member_id"] == json!(member)));
    inside.inspect(|line| assert!(told(line), "the log does not say whose request this was: {line}")).count()
}

/// From here on the server logs as PostgreSQL does unless told otherwise: errors with their detail and statement.
async fn log_by_default(installation: &Installation) {
    let admin = installation.admin().await;
    for setting in ["log_min_messages = warning", "log_error_verbosity = default", "log_min_error_statement = error"] {
        admin.batch_execute(&format!("alter database {} set {setting}", installation.name)).await.unwrap();
    }
    admin.batch_execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()").await.unwrap();
}

#[tokio::test]
async fn what_people_write_appears_in_no_log_metric_error_or_audit_row() {
    let captured = capture();
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    let world = World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
    let server_log = ServerLog::from_here();
    log_by_default(&installation).await;
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).local_address(IpAddr::from(CALLER)).build().unwrap();
    let mut drive = Drive { running: &running, client, secrets: BTreeSet::new(), errors: Vec::new(), statuses: BTreeSet::new(), operations: BTreeSet::new() };
    for (slug, roles) in [("acme", ["owner", "agent", "requester", "service", "stranger"].as_slice()), ("globex", &["owner", "light_agent", "service"])] {
        for role in roles {
            drive.operations(world.tenant(slug), role).await;
        }
    }
    let Drive { errors, statuses, operations, secrets, .. } = drive;
    for expected in [200, 201, 204, 400, 401, 403, 404, 405, 409, 412] {
        assert!(statuses.contains(&expected), "{expected} was never answered: {statuses:?}");
    }
    // Answered well where an issuer sends its logout token (tests/e2e), and where somebody holds the invited address or there are several
    // issuers (tests/api/sign_in).
    let elsewhere = ["readyz", "backChannelLogout", "acceptInvitation", "signInCallbackOfIssuer"];
    let unanswered: Vec<_> = ROUTES.iter().map(|route| route.operation_id).filter(|id| !operations.contains(id) && !elsewhere.contains(id)).collect();
    assert!(unanswered.is_empty(), "never answered well: {unanswered:?}");

    let metrics = running.get("/metrics", "").await.expect(200).text;
    let admin = installation.admin().await;
    let mut trail = String::new();
    for table in ["audit_inbox", "audit_events", "installation_events"] {
        let text: Option<String> = admin.query_one(&format!("select string_agg(t::text, E'\\n') from ringfence.{table} t"), &[]).await.unwrap().get(0);
        trail.push_str(&text.unwrap_or_default());
    }
    let operator = installation.login("ringfence_operator").await;
    let sessions: String = operator.query_one("select string_agg(a::text, E'\\n') from pg_catalog.pg_stat_activity a", &[]).await.unwrap().get(0);
    let service = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    let server = server_log.written();

    // Proof that each was listened to.
    assert!(service.lines().filter(|line| line.contains("\"request_id\"")).count() > 1_000);
    assert!(metrics.contains("ringfence_http_requests_total") && trail.contains("ticket.created") && sessions.contains("ringfence_app"));
    assert!(server.contains("violates"), "PostgreSQL logged no refusal, so its log proves nothing:\n{server}");

    assert!(TOKENS[1..].iter().all(|token| secrets.iter().any(|secret| secret.starts_with(token))), "no API token or no invitation was given out: {secrets:?}");
    assert!(inside(&service, &world) > 100, "hardly a request was let into a tenant");

    let errors = errors.join("\n");
    let caller = IpAddr::from(CALLER).to_string();
    let everywhere = [CANARY, "@mail.example", "@acme.example", "@globex.example", ODD_NAME, &caller].into_iter().chain(TOKENS).chain(secrets.iter().map(String::as_str));
    let everywhere: Vec<String> = everywhere.map(str::to_lowercase).collect();
    let mut found = Vec::new();
    for (place, text) in [("the service's log", &service), ("PostgreSQL's log", &server), ("the metrics", &metrics), ("an error", &errors), ("the trail", &trail), ("pg_stat_activity", &sessions)] {
        let text = text.to_lowercase();
        // Of whom there is a number, no metric tells.
        let names = world.tenants.iter().flat_map(|tenant| [tenant.id.to_string(), tenant.id.simple().to_string(), tenant.slug.clone()]).filter(|_| place == "the metrics");
        for secret in everywhere.iter().cloned().chain(names).filter(|secret| secret != ODD_NAME || place != "an error") {
            found.extend(text.lines().find(|line| line.contains(&secret)).map(|line| format!("'{secret}' stands in {place}: {line}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
