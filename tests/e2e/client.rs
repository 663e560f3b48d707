//! The TypeScript client that is generated from the committed document, compiled strictly and run against the service.

use crate::node::{folder, node, printed};
use ringfence_tests::{Installation, Running, World};

#[tokio::test]
async fn a_typescript_client_generated_from_the_document_holds_a_conversation() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
    std::fs::create_dir_all(folder().join("target")).unwrap();
    printed(node(&["node_modules/openapi-typescript/bin/cli.js", document, "--output", "target/schema.d.ts"])).await;
    printed(node(&["node_modules/typescript/bin/tsc", "--noEmit", "--project", "."])).await;
    printed(node(&["node_modules/typescript/bin/tsc", "--project", "."])).await;

    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    let world = World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
    let mut scenario = node(&["target/client/scenario.js"]);
    scenario
        .env("RINGFENCE_URL", running.url(""))
        .env("RINGFENCE_AGENT", running.token("acme:agent"))
        .env("RINGFENCE_AUDITOR", running.token("acme:auditor"))
        .env("RINGFENCE_FOREIGN_TICKET", world.tenant("globex").ticket.to_string());
    let said = printed(scenario).await;
    assert!(said.ends_with("another tenant: not found, as if it never existed\n"), "{said}");
    drop(running);
    installation.drop().await;
}

/// Each is a mistake that the document's types must not let pass.
const MISTAKES: &[(&str, &str)] = &[
    ("unknown_route", "await client.GET('/v1/ticket');"),
    ("no_tenant", "await client.GET('/v1/tenants/{tenant}/tickets', {});"),
    ("no_subject", "await client.POST('/v1/tenants/{tenant}/tickets', { ...acme, body: {} });"),
    ("unknown_priority", "await client.POST('/v1/tenants/{tenant}/tickets', { ...acme, body: { subject: 'x', priority: 'highest' } });"),
    ("unknown_field", "export const made: components['schemas']['TicketInput'] = { subject: 'x', colour: 'red' };"),
    ("null_subject", "export const made: components['schemas']['TicketPatch'] = { subject: null };"),
    ("unknown_filter", "await client.GET('/v1/tenants/{tenant}/tickets', { params: { ...acme.params, query: { colour: 'red' } } });"),
    ("unknown_order", "await client.GET('/v1/tenants/{tenant}/tickets', { params: { ...acme.params, query: { order: 'subject' } } });"),
    ("no_precondition", "await client.PATCH('/v1/tenants/{tenant}/tickets/{ticket_id}', { params: { path: { tenant: 'acme', ticket_id: '1' } }, body: {} });"),
    ("absent_field", "export const shown = (ticket: components['schemas']['Ticket']) => ticket.owner;"),
];

#[tokio::test]
async fn the_generated_types_refuse_what_the_service_would() {
    let folder = folder().join("target/mistakes");
    std::fs::create_dir_all(&folder).unwrap();
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
    printed(node(&["node_modules/openapi-typescript/bin/cli.js", document, "--output", "target/mistakes/schema.d.ts"])).await;
    let head = "import createClient from 'openapi-fetch';\nimport type { components, paths } from './schema.js';\nconst client = createClient<paths>();\nconst acme = { params: { path: { tenant: 'acme' } } };\nexport type Unused = components;\nvoid acme;\n";
    let right = ("right", "await client.POST('/v1/tenants/{tenant}/tickets', { ...acme, body: { subject: 'x' } });");
    let mut compiler = node(&["node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--target", "ES2023", "--module", "NodeNext", "--moduleResolution", "NodeNext"]);
    for (name, call) in MISTAKES.iter().chain([&right]) {
        let file = folder.join(format!("{name}.ts"));
        std::fs::write(&file, format!("{head}{call}\n")).unwrap();
        compiler.arg(file);
    }
    let output = tokio::task::spawn_blocking(move || compiler.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!said.contains("right.ts"), "{said}");
    for (name, _) in MISTAKES {
        assert!(said.contains(&format!("{name}.ts(7,")), "{name} compiles: {said}");
    }
}
