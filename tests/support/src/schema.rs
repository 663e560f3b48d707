//! Writes sql/schema.sql anew from a migrated database; a test compares the two. Run it under `with-postgres`.
#![allow(clippy::expect_used)]

use ringfence_tests::database::migrated_admin_client;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = migrated_admin_client().await;
    let text = ringfence_store::verify::render_schema(&client).await.expect("the catalogue");
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../sql/schema.sql"), text).expect("sql/schema.sql");
}
