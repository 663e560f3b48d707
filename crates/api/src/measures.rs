//! Every metric by its name, what it counts and how it is cut, on one screen. A tenant is never a label.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::Duration;

pub const REQUESTS: &str = "ringfence_http_requests_total";
pub const REQUEST_SECONDS: &str = "ringfence_http_request_seconds";
pub const RATE_LIMITED: &str = "ringfence_rate_limited_total";

/// Of a read that takes a millisecond and of one that waits for its timeout.
const SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];
const EVENTS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 500.0];

/// One recorder a process: several services in it share it, as they share the process.
///
/// # Errors
/// When another recorder is installed, or no thread can be had.
pub fn recorder() -> Result<PrometheusHandle, String> {
    static HANDLE: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    HANDLE.get_or_init(installed).clone()
}

fn installed() -> Result<PrometheusHandle, String> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUEST_SECONDS.into()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Full(ringfence_store::audit_trail::BATCH_EVENTS.into()), &EVENTS));
    let handle = builder.and_then(PrometheusBuilder::install_recorder).map_err(|e| e.to_string())?;
    metrics::describe_counter!(REQUESTS, "Requests answered, by method, route and status.");
    metrics::describe_histogram!(REQUEST_SECONDS, metrics::Unit::Seconds, "From a request's head to its answer's, by route.");
    metrics::describe_counter!(RATE_LIMITED, "Requests and connections refused, by the limit they met.");
    metrics::describe_histogram!(ringfence_store::audit_trail::BATCH_EVENTS, metrics::Unit::Count, "Audit events that became durable in one commit.");
    // What was measured waits as it came until it is drained, and nobody may ever ask for it.
    let upkept = handle.clone();
    std::thread::Builder::new()
        .name("metrics".into())
        .spawn(move || loop {
            std::thread::sleep(Duration::from_secs(5));
            upkept.run_upkeep();
        })
        .map_err(|e| e.to_string())?;
    Ok(handle)
}
