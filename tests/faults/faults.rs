//! The service is killed and the database crashes under load, again and again; what was acknowledged must be there, once,
//! with its audit row. It refuses to count an answer that nobody saw.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod crossing;
mod ledger;
mod load;

use ledger::Ledger;
use load::{Load, Random};
use ringfence_tests::process::{Issuer, Process};
use ringfence_tests::server::Server;
use ringfence_tests::{World, cases, seed};
use std::path::PathBuf;

const TENANTS: [&str; 2] = ["acme", "globex"];

/// Kept between runs: each run finds what the ones before it left behind.
struct Ground {
    server: Server,
    issuer: Issuer,
    world: World,
    log: PathBuf,
    ledger: Ledger,
}

impl Ground {
    async fn prepare(name: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let server = Server::start(name).await;
        let issuer = Issuer::start(server.folder());
        let world = World::build(&server.installation(), issuer.url(), &TENANTS).await;
        let log = server.folder().join("service.log");
        let ledger = Ledger::of(&world);
        Self { server, issuer, world, log, ledger }
    }

    fn serve(&self) -> Process {
        Process::serve(&self.server, &self.issuer, &self.log, &[("RINGFENCE_WORKERS", "2")])
    }

    fn load(&self, address: std::net::SocketAddr, seed: u64) -> Load {
        Load::new(address, &self.world, |subject| self.issuer.token(subject), seed)
    }

    /// Everything unanswered is asked again under its key, everything answered once more; then the books are compared.
    async fn settle(&mut self, address: std::net::SocketAddr, seed: u64) {
        let load = self.load(address, seed);
        load.until_it_serves().await;
        load.repeat(&mut self.ledger).await;
        load.catch_up().await;
        self.ledger.compare(&self.server.installation().admin().await, seed).await;
    }
}

/// Each run has its seed; one that fails is repeated by `SEED` and `CASES=1`.
fn seeds(default: usize) -> Vec<u64> {
    let first = seed();
    (0..cases(default) as u64).map(|n| first.wrapping_add(n)).collect()
}

#[tokio::test]
async fn a_killed_service_loses_and_doubles_nothing_that_it_acknowledged() {
    let mut ground = Ground::prepare("killed").await;
    for seed in seeds(3) {
        let mut service = ground.serve();
        let answers = 20 + Random::new(seed).below(150);
        let load = ground.load(service.address, seed);
        load.until_it_serves().await;
        load.run(&mut ground.ledger, answers, || service.kill()).await;
        let service = ground.serve();
        ground.settle(service.address, seed).await;
    }
    ground.ledger.was_worth_it();
    ground.server.stop().await;
}

#[tokio::test]
async fn a_killed_service_carries_what_it_accepted_once_and_whole() {
    let ground = Ground::prepare("crossing").await;
    let admin = ground.server.installation().admin().await;
    let mut crossing = crossing::Crossing::of(&ground);
    for seed in seeds(3) {
        let mut service = ground.serve();
        crossing.agree(service.address).await;
        crossing.run(service.address, seed, || service.kill(), &admin).await;
        let _service = ground.serve();
        crossing.settle(&admin, seed).await;
    }
    crossing.was_worth_it();
    drop(admin);
    ground.server.stop().await;
}

#[tokio::test]
async fn a_crashed_database_loses_and_doubles_nothing_that_was_acknowledged() {
    let mut ground = Ground::prepare("crashed").await;
    // One service over all crashes: it has to find its way back by itself.
    let service = ground.serve();
    for seed in seeds(3) {
        let answers = 20 + Random::new(seed).below(150);
        let load = ground.load(service.address, seed);
        load.until_it_serves().await;
        load.run(&mut ground.ledger, answers, || ground.server.cluster.stop_immediately()).await;
        ground.server.cluster.restart().await.expect("recovered");
        ground.settle(service.address, seed).await;
    }
    ground.ledger.was_worth_it();
    drop(service);
    ground.server.stop().await;
}
