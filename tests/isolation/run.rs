//! Runs the generated cases, a few lanes at a time, each in a scene of its own: over HTTP and as SQL, with row security on,
//! with it off, and under parallel plans.

use crate::case::{self, HttpCase, SqlCase, callers};
use crate::judge::Walls;
use crate::play::play;
use crate::request::Kept;
use crate::scene::Scene;
use crate::statement::statements;
use crate::statement_play::Player;
use crate::table::{Operation, operations};
use crate::trail;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use ringfence_store::StoreError;
use ringfence_tests::{Installation, Running, cases, seed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// Cases made where nobody says otherwise.
const MADE: usize = 1_000;
/// Connections that play side by side.
const LANES: usize = 3;
/// Cases before a scene is made anew, so that its digests stay cheap.
const SCENE: usize = 250;
/// A run stops after so many, for one hole breaks many cases.
const ENOUGH: usize = 5;
/// Of every five cases, this many are HTTP.
const HTTP: usize = 3;

#[derive(Default)]
pub struct Report {
    http: usize,
    sql: usize,
    /// By operation or statement: how often it did something.
    worked: BTreeMap<String, usize>,
    /// Statements that the service's role has no privilege for.
    denied: BTreeSet<String>,
    broken: Vec<String>,
}

enum Case {
    Http(HttpCase),
    Sql(SqlCase),
}

/// The nth case of a seed is the same in every run: who does what goes round, the rest is drawn.
fn drawn(n: usize) -> Case {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    bytes[8..16].copy_from_slice(&(n as u64).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let callers = callers();
    let (round, place) = (n / 5, n % 5);
    if place < HTTP {
        let (combination, honest) = turn(round * HTTP + place, operations().len() * callers.len());
        let strategy = case::http(combination / callers.len(), callers[combination % callers.len()]);
        let case = strategy.new_tree(&mut runner).expect("a case").current();
        Case::Http(if honest { case.honest() } else { case })
    } else {
        // Nobody without a good token comes as far as a statement.
        let callers: Vec<&str> = callers.into_iter().filter(|name| !matches!(*name, "nobody" | "forger")).collect();
        let (combination, honest) = turn(round * (5 - HTTP) + place - HTTP, statements().len() * callers.len());
        let strategy = case::sql(combination / callers.len(), callers[combination % callers.len()]);
        let case = strategy.new_tree(&mut runner).expect("a case").current();
        Case::Sql(if honest { case.honest() } else { case })
    }
}

/// Which combination is whose turn, each once in a round; and whether the caller keeps to their own, as all do in the second round
/// and every fourth after it, and one in eight in the others: what nobody ever succeeds in proves nothing.
const fn turn(n: usize, combinations: usize) -> (usize, bool) {
    (n * 7_919 % combinations, n / combinations % 4 == 1 || n % 8 == 7)
}

struct Lane {
    scene: Scene,
    player: Player,
    kept: Vec<Kept>,
    report: Report,
    walls: Walls,
}

impl Lane {
    async fn http(&mut self, n: usize, case: &HttpCase, operation: &Operation) {
        // The catalogue without index scans takes longer to verify than a statement may; it holds no tenant's rows.
        if self.walls == Walls::UnderParallelPlans && operation.row.operation_id == "readyz" {
            return;
        }
        let played = play(&mut self.scene, case, operation, &mut self.kept, self.walls).await;
        self.report.http += 1;
        *self.report.worked.entry(operation.row.operation_id.to_owned()).or_default() += usize::from(played.worked);
        if !played.broken.is_empty() {
            let (request, answer) = (&played.request, &played.answer);
            self.report.broken.push(format!(
                "case {n}, as {} of {}: {}\n  {} {}{}\n  {:?}\n  {}\n  answered {} {}\n  {case:?}",
                case.caller,
                self.scene.sides[case.home].tenant.slug,
                played.broken.join("; "),
                request.method,
                request.path,
                request.query,
                request.headers,
                request.body.as_ref().map(ToString::to_string).unwrap_or_default(),
                answer.status,
                answer.text.chars().take(1_000).collect::<String>(),
            ));
        }
    }

    async fn sql(&mut self, n: usize, case: &SqlCase) {
        let statement = &statements()[case.statement];
        let outcome = self.player.play(&mut self.scene, case, statement, self.walls).await;
        self.report.sql += 1;
        *self.report.worked.entry(statement.name.clone()).or_default() += usize::from(outcome.error.is_none() && outcome.rows > 0);
        if outcome.error.as_ref().is_some_and(is_denied) {
            self.report.denied.insert(statement.name.clone());
        }
        if !outcome.broken.is_empty() {
            self.report.broken.push(format!(
                "case {n}, as {} of {}: {}\n  {}\n  {:?}\n  {case:?}",
                case.caller,
                self.scene.sides[case.home].tenant.slug,
                outcome.broken.join("; "),
                outcome.shown,
                outcome.error,
            ));
        }
    }
}

async fn lane(installation: Arc<Installation>, running: Arc<Running>, walls: Walls, number: usize, cases: usize) -> Report {
    let operations = operations();
    let mut lane: Option<Lane> = None;
    let mut report = Report::default();
    for (played, n) in (number..cases).step_by(LANES).enumerate() {
        if played % SCENE == 0 {
            if let Some(ended) = lane.take() {
                report = ended.end().await;
            }
            let scene = Scene::build(&installation, &running, &format!("{number}-{played}")).await;
            let player = Player::over(&scene).await;
            lane = Some(Lane { scene, player, kept: Vec::new(), report: std::mem::take(&mut report), walls });
        }
        let lane = lane.as_mut().expect("made above");
        match drawn(n) {
            Case::Http(case) => lane.http(n, &case, &operations[case.operation]).await,
            Case::Sql(case) => lane.sql(n, &case).await,
        }
        if lane.report.broken.len() >= ENOUGH {
            break;
        }
    }
    match lane {
        Some(lane) => lane.end().await,
        None => report,
    }
}

impl Lane {
    async fn end(mut self) -> Report {
        self.report.broken.extend(trail::broken(&self.scene).await.into_iter().take(ENOUGH));
        self.report
    }
}

async fn run(name: &str, installation: Arc<Installation>, running: Arc<Running>, walls: Walls, cases: usize) -> Report {
    let started = Instant::now();
    let lanes = (0..LANES).map(|number| tokio::spawn(lane(installation.clone(), running.clone(), walls, number, cases)));
    let mut whole = Report::default();
    for report in futures_util::future::join_all(lanes).await {
        let report = report.expect("a lane");
        whole.http += report.http;
        whole.sql += report.sql;
        whole.broken.extend(report.broken);
        whole.denied.extend(report.denied);
        for (name, times) in report.worked {
            *whole.worked.entry(name).or_default() += times;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let rate = (whole.http + whole.sql) as f64 / seconds;
    let worked: usize = whole.worked.values().sum();
    println!("isolation, {name}: {} cases over HTTP, {} as SQL, {worked} did what was asked, {} leaks; {rate:.0} a second, SEED={}", whole.http, whole.sql, whole.broken.len(), seed());
    assert!(whole.broken.is_empty(), "{} of the cases crossed; SEED={} CASES={cases}\n{}", whole.broken.len(), seed(), whole.broken.join("\n\n"));
    assert!(whole.denied.iter().all(|name| NEVER_WORK.contains(&name.as_str())), "the service's role may not run these: {:?}", whole.denied);
    let idle: Vec<&String> = whole.worked.iter().filter(|(_, times)| **times == 0).map(|(name, _)| name).collect();
    if std::env::var("ISOLATION_DETAILS").is_ok() {
        println!("{:#?}", whole.worked);
    }
    // A suite in which nothing ever succeeds would find no leak either; where there are enough cases, none that somebody never succeeds in.
    assert!(cases < 50 || worked * 20 > whole.http + whole.sql, "of all cases {worked} did what was asked: {:?}", whole.worked);
    if cases >= 10_000 {
        // Without walls the service says at /readyz that it is not ready.
        let excused = |name: &str| NEVER_WORK.contains(&name) || (walls == Walls::Down && name == "readyz");
        assert!(idle.iter().all(|name| excused(name)), "these did nothing in any case, so the suite proves nothing about them: {idle:?}");
    }
    whole
}

/// The trail's own statements, which the service's role may not run; one that returns no row; and the place of an issuer that does
/// not name itself, which the one issuer of this suite does (tests/api/sign_in has others).
const NEVER_WORK: [&str; 5] = ["audit/end_overdue_reports.sql", "audit/insert.sql", "audit/move.sql", "idempotency/keep.sql", "signInCallbackOfIssuer"];

/// By a grant, not by a policy (insufficient_privilege, PostgreSQL's appendix A).
fn is_denied(error: &StoreError) -> bool {
    matches!(error, StoreError::Unexpected { code, message } if code == "42501" && message == "aclcheck_error")
}

async fn started() -> (Arc<Installation>, Arc<Running>) {
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    (Arc::new(installation), Arc::new(running))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_crosses_between_tenants() {
    let (installation, running) = started().await;
    run("row security on", installation, running, Walls::Standing, cases(MADE)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queries_own_predicates_let_nothing_across_without_row_security() {
    let (installation, running) = started().await;
    // The service refuses to start without walls, so they are taken down behind its back.
    let admin = installation.admin().await;
    let tables = admin
        .query("select relname::text from pg_class where relnamespace = 'ringfence'::regnamespace and relkind in ('r', 'p') and relrowsecurity", &[])
        .await
        .expect("tables");
    assert!(tables.len() > 10);
    for table in tables {
        let table: String = table.get(0);
        admin.batch_execute(&format!("alter table ringfence.{table} disable row level security, no force row level security")).await.expect("without row security");
    }
    run("row security off", installation, running, Walls::Down, cases(MADE)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_crosses_under_parallel_plans() {
    let (installation, running) = started().await;
    let admin = installation.admin().await;
    let debug: String = admin.query_one("select name from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query')", &[]).await.expect("a setting").get(0);
    for setting in [
        "parallel_setup_cost = 0", "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0", "min_parallel_index_scan_size = 0",
        "max_parallel_workers_per_gather = 4", "enable_indexscan = off", "enable_indexonlyscan = off", "enable_bitmapscan = off", &format!("{debug} = on"),
    ] {
        admin.batch_execute(&format!("alter database {} set {setting}", installation.name)).await.expect("set");
    }
    // What the service opened before would keep the old settings.
    admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename in ('ringfence_app', 'ringfence_auditor')", &[]).await.expect("ended");
    let plan = installation.login("ringfence_app").await.query("explain select ticket_id from ringfence.tickets", &[]).await.expect("a plan");
    assert!(plan.iter().any(|line| line.get::<_, String>(0).contains("Gather")), "no parallel plan: {plan:?}");
    // Workers cost a process each; what differs is the plan, and every plan comes early.
    run("parallel plans", installation, running, Walls::UnderParallelPlans, cases(MADE) / 4).await;
}
