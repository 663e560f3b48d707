//! HTTP loads by wrk, and two latencies taken in turns by one client. It counts no answer but those that were asked for.

use crate::stage::{Stage, TICKETS};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};
use uuid::Uuid;

#[derive(Clone, Copy)]
pub enum Load {
    Read,
    /// The same by other credentials than a bearer: looked up in the flush that reads.
    ReadByApiToken,
    ReadBySession,
    List,
    Create,
    /// One ticket of the Fastify service, which knows neither tenants nor tokens; and one in a transaction that names its tenant.
    Plain,
    PlainInTenant,
}

pub struct Measured {
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// As many as pgbench has clients, times what keeps a worker busy while others wait for their event to be durable.
const CONNECTIONS: usize = 32;

pub fn run(stage: &Stage, load: Load, seconds: usize) -> Measured {
    run_at(stage, stage.service.address, load, seconds)
}

pub fn run_at(stage: &Stage, address: SocketAddr, load: Load, seconds: usize) -> Measured {
    wrk(stage, address, load, CONNECTIONS, seconds)
}

fn wrk(stage: &Stage, address: SocketAddr, load: Load, connections: usize, seconds: usize) -> Measured {
    let path = stage.tickets_path();
    let request = match load {
        Load::Read | Load::ReadByApiToken | Load::ReadBySession => format!("return wrk.format('GET', '{path}/' .. math.random({TICKETS}))"),
        Load::Plain => format!("return wrk.format('GET', '/tickets/' .. math.random({TICKETS}))"),
        Load::PlainInTenant => format!("return wrk.format('GET', '/tenant/tickets/' .. math.random({TICKETS}))"),
        Load::List => format!("return wrk.format('GET', '{path}')"),
        Load::Create => format!("return wrk.format('POST', '{path}')"),
    };
    let credential = match load {
        Load::ReadByApiToken => format!("wrk.headers['Authorization'] = 'Bearer {}'", stage.api_token),
        Load::ReadBySession => format!("wrk.headers['Cookie'] = '__Host-ringfence_session={}'", stage.session),
        _ => format!("wrk.headers['Authorization'] = 'Bearer {}'", stage.bearer),
    };
    let script = format!(
        "{credential}
         wrk.headers['Content-Type'] = 'application/json'
         wrk.body = {body}
         local thread_number = 0
         function setup(thread) thread_number = thread_number + 1 thread:set('seed', thread_number) end
         function init(args) math.randomseed(seed * {seed}) end
         function request() {request} end
         function done(summary, latency, requests)
           local e = summary.errors
           io.write(string.format('\\nmeasured %f %f %f %d\\n', summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
             latency:percentile(99) / 1000, e.connect + e.read + e.write + e.status + e.timeout))
         end",
        body = if matches!(load, Load::Create) { r#"'{"subject": "The invoice shows the wrong address", "body": "It is the old one.", "tags": ["invoice"]}'"# } else { "nil" },
        seed = Instant::now().elapsed().subsec_nanos() + 7,
    );
    let file = stage.script("load.lua", &script);
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &connections.to_string(), "--duration", &format!("{seconds}s")])
        .arg("--script")
        .arg(file)
        .arg(format!("http://{address}/"))
        .output()
        .expect("wrk, of Debian's package");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("measured ")).unwrap_or_else(|| panic!("wrk: {text}{}", String::from_utf8_lossy(&output.stderr)));
    let figures: Vec<f64> = line.split(' ').map(|word| word.parse().expect("a figure")).collect();
    assert!(figures[3] == 0.0, "{} answers were errors: {text}", figures[3]);
    Measured { rate: figures[0], p50_ms: figures[1], p99_ms: figures[2] }
}

/// The service's resident memory while 500 connections read, at its highest.
pub fn resident_at_500(stage: &Stage) -> f64 {
    let pid = stage.service.pid();
    let watched = std::thread::spawn(move || {
        let began = Instant::now();
        let mut highest = 0.0_f64;
        while began.elapsed() < Duration::from_secs(8) {
            highest = highest.max(resident_mib(pid));
            std::thread::sleep(Duration::from_millis(100));
        }
        highest
    });
    wrk(stage, stage.service.address, Load::Read, 500, 8);
    watched.join().expect("watched")
}

fn resident_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the service's status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}

/// Medians in microseconds of a ticket of another tenant and of none, asked for in turns: a busy moment meets both.
pub async fn foreign_and_absent(stage: &Stage, seconds: usize) -> (f64, f64) {
    let ticket = |id: Uuid| Asked { path: format!("{}/{id}", stage.tickets_path()), bearer: stage.bearer.clone(), status: 404 };
    in_turns(stage, seconds, || ticket(stage.foreign_ticket), || ticket(Uuid::now_v7())).await
}

/// Medians in microseconds of a forged bearer refused and of a good one's read, in turns. Each forged one is new to the service, and as long as one of the Ed25519 key.
pub async fn forged_and_good(stage: &Stage, seconds: usize) -> (f64, f64) {
    let path = format!("{}/1", stage.tickets_path());
    let (signed, _) = stage.bearer.rsplit_once('.').expect("a signature");
    let forged = || format!("{signed}.{}", URL_SAFE_NO_PAD.encode([Uuid::now_v7().as_bytes().as_slice(); 4].concat()));
    let asked = |bearer, status| Asked { path: path.clone(), bearer, status };
    in_turns(stage, seconds, || asked(forged(), 401), || asked(stage.bearer.clone(), 200)).await
}

struct Asked {
    path: String,
    bearer: String,
    status: u16,
}

async fn in_turns(stage: &Stage, seconds: usize, one: impl Fn() -> Asked, other: impl Fn() -> Asked) -> (f64, f64) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(seconds as u64) {
        ones.push(taken(stage, &client, one()).await);
        others.push(taken(stage, &client, other()).await);
    }
    (median(ones), median(others))
}

async fn taken(stage: &Stage, client: &reqwest::Client, asked: Asked) -> f64 {
    let request = client.get(format!("http://{}{}", stage.service.address, asked.path)).bearer_auth(&asked.bearer).build().expect("a request");
    let began = Instant::now();
    let response = client.execute(request).await.expect("an answer");
    let status = response.status();
    response.bytes().await.expect("a body");
    let elapsed = began.elapsed();
    assert_eq!(status, asked.status);
    elapsed.as_secs_f64() * 1e6
}

pub fn median(values: Vec<f64>) -> f64 {
    percentile(&values, 0.5)
}

/// The value that this share of them does not exceed.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an index of few values")]
    let place = (sorted.len() as f64 * share) as usize;
    sorted[place.min(sorted.len() - 1)]
}
