//! JSON lines on standard error for what serves; commands speak plain text and log nothing. Drivers stay silent below warnings,
//! because their notices may quote a row.

use tracing_subscriber::EnvFilter;

const DEFAULT: &str = "info,tokio_postgres=warn,refinery_core=warn,actix_server=warn";

/// `RUST_LOG` replaces the default.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    // A second subscriber would be a defect of ours and changes nothing for the user.
    let _ = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
