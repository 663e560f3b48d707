//! JSON lines on standard error for what serves; commands speak plain text and log nothing. Other people's crates stay silent
//! below warnings whatever is asked for: the driver's notices may quote a row, and below them it and the HTTP libraries print
//! what they carry, the token key and tickets among it.

use std::io;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

use crate::failure::Failure;
use crate::settings;

const DEFAULT: &str = "info";
/// The beginning of each crate's name here, and so of its events' targets.
const OURS: &str = "ringfence";

/// `RUST_LOG` replaces the default.
pub fn start() -> Result<(), Failure> {
    let asked = settings::LOG.parsed_by(filter)?;
    // A second subscriber would be a defect of ours and changes nothing for the user.
    let _ = subscriber(asked, io::stderr).try_init();
    Ok(())
}

fn filter(asked: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(asked).map_err(|error| error.to_string())
}

/// An event passes both filters or none: no directive, however exact its target, lifts the ceiling.
fn subscriber<W>(asked: Option<EnvFilter>, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = asked.unwrap_or_else(|| EnvFilter::new(DEFAULT));
    let ceiling = Targets::new().with_default(LevelFilter::WARN).with_target(OURS, LevelFilter::TRACE);
    tracing_subscriber::registry().with(fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer)).with(filter).with(ceiling)
}

#[cfg(test)]
mod tests {
    use super::{filter, subscriber};
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use tracing::Level;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Ok(mut kept) = self.0.lock() {
                kept.extend_from_slice(bytes);
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of an event of each of these targets.
    fn written(asked: Option<&str>) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        tracing::subscriber::with_default(subscriber(asked.and_then(|asked| filter(asked).ok()), move || writer.clone()), || {
            tracing::event!(target: "tokio_postgres::prepare", Level::DEBUG, "driver debug");
            tracing::event!(target: "tokio_postgres::connection", Level::INFO, "driver notice");
            tracing::event!(target: "hyper::proto::h1::io", Level::TRACE, "http trace");
            tracing::event!(target: "h2::codec::framed_read", Level::DEBUG, "http debug");
            tracing::event!(target: "rustls::client::hs", Level::WARN, "tls warning");
            tracing::event!(target: "ringfence_api::request_log", Level::INFO, "our request");
            tracing::event!(target: "ringfence_store::audit_trail", Level::DEBUG, "our debug");
        });
        let bytes = kept.0.lock().map(|kept| kept.clone()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn no_directive_makes_the_driver_or_an_http_library_talk() {
        for asked in [Some("trace"), Some("tokio_postgres=trace,h2=debug,hyper::proto=trace"), Some("trace,tokio_postgres::prepare=trace"), None] {
            let text = written(asked);
            for silent in ["driver debug", "driver notice", "http trace", "http debug"] {
                assert!(!text.contains(silent), "{asked:?}: {text}");
            }
        }
        assert!(written(Some("trace")).contains("tls warning"));
    }

    #[test]
    fn what_is_our_own_is_as_loud_as_was_asked_for() {
        let (usual, loud, quiet) = (written(None), written(Some("ringfence_store=debug")), written(Some("error")));
        assert!(usual.contains("our request") && !usual.contains("our debug"), "{usual}");
        assert!(loud.contains("our debug") && !loud.contains("our request"), "{loud}");
        assert_eq!(quiet, "");
    }
}
