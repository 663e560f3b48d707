//! Writes sql/schema.sql and the tables of policies/README.md anew. Run it under `with-postgres`.
#![allow(clippy::expect_used)]

use ringfence_tests::database::migrated_admin_client;
use ringfence_tests::documents::generated;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (path, text) in generated(&migrated_admin_client().await).await {
        std::fs::write(&path, text).expect("a committed file");
    }
}
