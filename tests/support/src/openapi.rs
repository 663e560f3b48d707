//! Writes openapi.json anew from the code; a test compares it with what is served. It needs no database.
#![allow(clippy::expect_used)]

fn main() {
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json"), ringfence_api::document()).expect("openapi.json");
}
