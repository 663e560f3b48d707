//! The database alone, driven by pgbench as the service drives it: same login, same socket, prepared statements. It runs
//! the service's own files of sql/queries, so that a statement changed there is measured here.

use crate::stage::{OPEN_DATABASE, Stage, TICKETS};
use ringfence_tests::server::DATABASE;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio_postgres::Client;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// BEGIN, context and enter, the ticket, COMMIT in one flush.
    Pipeline,
    /// The same over the clone in which row security is off.
    PipelineWithoutRowSecurity,
    /// The same, each statement waiting for the one before it.
    Trips,
    /// A transaction that enters and does nothing more, and one that does not even enter: their difference is `enter`.
    Enter,
    NoEnter,
    EnterAsGroupedAgent,
}

pub struct Measured {
    pub rate: f64,
    pub latency_us: f64,
}

const ENTER: &str = include_str!("../../sql/queries/context/enter.sql");
const GET: &str = include_str!("../../sql/queries/tickets/get_by_number.sql");

impl Script {
    fn text(self) -> String {
        let enter = statement(ENTER, &[":tenant", ":session", ":authentication", ":token"]);
        // Without enter: the context settings alone.
        let no_enter = enter.replace("ringfence.enter(:token)", ":token");
        let get = statement(GET, &[":tenant", ":number"]);
        let draw = format!("\\set number random(1, {TICKETS})\n");
        match self {
            Self::Pipeline | Self::PipelineWithoutRowSecurity => format!("{draw}\\startpipeline\nbegin read only;\n{enter};\n{get};\ncommit;\n\\endpipeline\n"),
            Self::Trips => format!("{draw}begin read only;\n{enter};\n{get};\ncommit;\n"),
            Self::Enter | Self::EnterAsGroupedAgent => format!("\\startpipeline\nbegin read only;\n{enter};\ncommit;\n\\endpipeline\n"),
            Self::NoEnter => format!("\\startpipeline\nbegin read only;\n{no_enter};\ncommit;\n\\endpipeline\n"),
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Pipeline | Self::PipelineWithoutRowSecurity => "pipeline.sql",
            Self::Trips => "trips.sql",
            Self::Enter | Self::EnterAsGroupedAgent => "enter.sql",
            Self::NoEnter => "no_enter.sql",
        }
    }
}

/// A file of sql/queries with pgbench's variables in the places of its parameters.
fn statement(file: &str, variables: &[&str]) -> String {
    let mut text: String = file.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join(" ");
    for (i, variable) in variables.iter().enumerate() {
        text = text.replace(&format!("${}", i + 1), variable);
    }
    text
}

fn pgbench(stage: &Stage, script: Script, clients: usize, seconds: usize) -> Command {
    let database = if script == Script::PipelineWithoutRowSecurity { OPEN_DATABASE } else { DATABASE };
    let token = if script == Script::EnterAsGroupedAgent { &stage.grouped_token } else { &stage.owner_token };
    let mut command = Command::new("pgbench");
    command
        .args(["--no-vacuum", "--protocol=prepared", &format!("--jobs={}", clients.div_ceil(4)), &format!("--client={clients}"), &format!("--time={seconds}")])
        .arg(format!("--file={}", stage.script(script.file(), &script.text()).display()))
        .args(["-D", &format!("tenant={}", stage.tenant), "-D", "session=session", "-D", "authentication=bearer"])
        .args(["-D", &format!("token={token}")])
        .arg(stage.server.url("ringfence_app", database))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn measured(output: &std::process::Output) -> Measured {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("number of failed transactions: 0 "), "pgbench: {text}{}", String::from_utf8_lossy(&output.stderr));
    Measured { rate: figure(&text, "tps = "), latency_us: figure(&text, "latency average = ") * 1000.0 }
}

pub fn run(stage: &Stage, script: Script, clients: usize, seconds: usize) -> Measured {
    measured(&pgbench(stage, script, clients, seconds).output().expect("pgbench, of Debian's postgresql-contrib"))
}

/// Microseconds of processor time for one transaction.
pub struct Taken {
    /// By the server's processes.
    pub server_us: f64,
    /// By them and pgbench.
    pub whole_us: f64,
}

/// Two scripts at once, so that whatever the machine does meanwhile meets both. Each has a processor, and half-way the other's: no two are
/// equally fast for long. The first second, in which connections warm up, is not watched.
pub async fn side_by_side(stage: &Stage, admin: &Client, scripts: [Script; 2], seconds: usize) -> [Taken; 2] {
    const HALVES: u32 = 2;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut runs = Vec::new();
    for (script, name) in scripts.into_iter().zip(["bench-left", "bench-right"]) {
        runs.push((pgbench(stage, script, 2, seconds + 2).env("PGAPPNAME", name).spawn().expect("pgbench"), name));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut backends = Vec::new();
    for (_, name) in &runs {
        let rows = admin.query("select pid from pg_stat_activity where application_name = $1", &[name]).await.expect("pids");
        let pids: Vec<u32> = rows.iter().map(|row| row.get::<_, i32>(0).cast_unsigned()).collect();
        assert_eq!(pids.len(), 2, "two clients of {name}");
        backends.push(pids);
    }
    let clients = [runs[0].0.id(), runs[1].0.id()];
    let times = || [0, 1].map(|i| (processor_time(&backends[i]), processor_time(&[clients[i]])));
    let (began, before) = (Instant::now(), times());
    for half in 0..HALVES as usize {
        for (i, pids) in backends.iter().enumerate() {
            for pid in pids.iter().chain([&clients[i]]) {
                pin(*pid, (i + half) % processors);
            }
        }
        tokio::time::sleep(Duration::from_secs(seconds as u64) / HALVES).await;
    }
    let (after, watched) = (times(), began.elapsed().as_secs_f64());
    let mut taken = Vec::new();
    for (i, (child, _)) in runs.into_iter().enumerate() {
        let transactions = measured(&child.wait_with_output().expect("pgbench")).rate * watched;
        let each = |time: Duration| time.as_secs_f64() * 1e6 / transactions;
        let (server_us, client_us) = (each(after[i].0 - before[i].0), each(after[i].1 - before[i].1));
        taken.push(Taken { server_us, whole_us: server_us + client_us });
    }
    taken.try_into().ok().expect("two")
}

fn pin(pid: u32, processor: usize) {
    let done = Command::new("taskset").args(["--cpu-list", "--pid", &processor.to_string(), &pid.to_string()]).output().expect("taskset, of util-linux");
    assert!(done.status.success(), "taskset: {}", String::from_utf8_lossy(&done.stderr));
}

/// Of processes of one thread. The first figure of schedstat: nanoseconds on a processor (Linux, Documentation/scheduler/sched-stats).
fn processor_time(pids: &[u32]) -> Duration {
    let of = |pid: &u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).expect("a running backend");
        text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<u64>().ok()).expect("nanoseconds")
    };
    Duration::from_nanos(pids.iter().map(of).sum())
}

fn figure(text: &str, before: &str) -> f64 {
    let rest = text.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
    rest.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("no `{before}` in what pgbench printed: {text}"))
}
