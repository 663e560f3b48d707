//! The database alone, driven by pgbench as the service drives it: same login, same socket, prepared statements. It runs
//! the service's own files of sql/queries, so that a statement changed there is measured here.

use crate::stage::{OPEN_DATABASE, Stage, TICKETS};
use ringfence_tests::server::DATABASE;
use std::process::Command;

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

pub fn run(stage: &Stage, script: Script, clients: usize, seconds: usize) -> Measured {
    let database = if script == Script::PipelineWithoutRowSecurity { OPEN_DATABASE } else { DATABASE };
    let token = if script == Script::EnterAsGroupedAgent { &stage.grouped_token } else { &stage.owner_token };
    let output = Command::new("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", &format!("--client={clients}"), &format!("--time={seconds}")])
        .arg(format!("--file={}", stage.script(script.file(), &script.text()).display()))
        .args(["-D", &format!("tenant={}", stage.tenant), "-D", "session=session", "-D", "authentication=bearer"])
        .args(["-D", &format!("token={token}")])
        .arg(stage.server.url("ringfence_app", database))
        .output()
        .expect("pgbench, of Debian's postgresql-contrib");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("number of failed transactions: 0 "), "pgbench: {text}{}", String::from_utf8_lossy(&output.stderr));
    let rate = figure(&text, "tps = ");
    Measured { rate, latency_us: figure(&text, "latency average = ") * 1000.0 }
}

fn figure(text: &str, before: &str) -> f64 {
    let rest = text.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
    rest.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("no `{before}` in what pgbench printed: {text}"))
}
