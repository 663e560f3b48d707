//! What a flood of one tenant costs another: latencies of a quiet tenant's reads alone, and beside the flood. It says nothing of the
//! flood's own answers.

use crate::http::percentile;
use crate::report::Rounds;
use crate::stage::{Stage, TICKETS};
use ringfence_tests::process::{Issuer, Process};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 128;

/// The same service under three settings of its limits.
pub struct Floods(Vec<(&'static str, Process)>);

impl Floods {
    pub fn start(stage: &Stage) -> Self {
        let settings = [
            // As if nobody had thought of it.
            ("unlimited", "off"),
            // While no bucket is empty, turns at the pool are all there is.
            ("turns", "read=1000000/60 tenant=1000000/60"),
            ("limited", "read=1800/60 tenant=18000/60"),
        ];
        let log = stage.server.folder().join("flooded.log");
        let start = |(name, limits)| (name, serve(stage, &stage.issuer, &log, limits));
        Self(settings.map(start).into())
    }

    /// One round: each service quiet, then flooded.
    pub async fn measure(&self, stage: &Stage, seconds: usize, rounds: &mut Rounds) {
        for (name, service) in &self.0 {
            let quiet = reads(stage, service.address, seconds).await;
            let mut flood = flood(stage, service.address, seconds + 2);
            tokio::time::sleep(Duration::from_secs(1)).await;
            let beside = reads(stage, service.address, seconds).await;
            flood.wait().expect("wrk ended");
            for (what, share) in [("p50", 0.5), ("p99", 0.99)] {
                rounds.add(&format!("{name}.quiet.{what}"), percentile(&quiet, share));
                rounds.add(&format!("{name}.flooded.{what}"), percentile(&beside, share));
                rounds.add(&format!("{name}.{what}"), percentile(&beside, share) / percentile(&quiet, share));
            }
        }
    }
}

fn serve(stage: &Stage, issuer: &Issuer, log: &Path, limits: &str) -> Process {
    Process::serve(&stage.server, issuer, log, &[("RINGFENCE_LIMITS", limits)])
}

/// Reads of single tickets of the large tenant, as fast as they are answered, whatever the answer.
fn flood(stage: &Stage, address: SocketAddr, seconds: usize) -> Child {
    let script = format!(
        "wrk.headers['Authorization'] = 'Bearer {}'
         function request() return wrk.format('GET', '{}/' .. math.random({TICKETS})) end",
        stage.bearer,
        stage.tickets_path()
    );
    Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string(), "--duration", &format!("{seconds}s"), "--script"])
        .arg(stage.script("flood.lua", &script))
        .arg(format!("http://{address}/"))
        .stdout(Stdio::null())
        .spawn()
        .expect("wrk, of Debian's package")
}

/// Microseconds of each read of the quiet tenant, one after the other, a little apart: it does not flood itself.
async fn reads(stage: &Stage, address: SocketAddr, seconds: usize) -> Vec<f64> {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let (began, mut taken) = (Instant::now(), Vec::new());
    while began.elapsed() < Duration::from_secs(seconds as u64) {
        let request = client.get(format!("http://{address}{}/1", stage.quiet_path())).bearer_auth(&stage.quiet_bearer).build().expect("a request");
        let asked = Instant::now();
        let response = client.execute(request).await.expect("an answer");
        let status = response.status();
        response.bytes().await.expect("a body");
        taken.push(asked.elapsed().as_secs_f64() * 1e6);
        assert_eq!(status, 200, "the quiet tenant is served");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    taken
}
