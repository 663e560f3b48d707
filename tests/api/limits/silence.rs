//! A database that hangs: nobody waits for it without end.

use ringfence_tests::{Call, Installation, Running, World};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Carries bytes on until it is to fall silent: then it takes them and says nothing, as a server does that was stopped.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, silent: Arc<AtomicBool>) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if silent.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        to.write_all(&bytes[..read]).await.ok();
    }
}

/// The way to a server, until it falls silent.
async fn way_to(server: SocketAddr, silent: Arc<AtomicBool>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), TcpStream::connect(server).await.unwrap().into_split());
            tokio::spawn(carry(from_client, to_server, Arc::clone(&silent)));
            tokio::spawn(carry(from_server, to_client, Arc::clone(&silent)));
        }
    });
    address
}

/// A login by such a way.
async fn behind(direct: &tokio_postgres::Config, silent: &Arc<AtomicBool>) -> tokio_postgres::Config {
    let server = SocketAddr::from(([127, 0, 0, 1], direct.get_ports()[0]));
    let way = way_to(server, Arc::clone(silent)).await;
    let mut behind = tokio_postgres::Config::new();
    behind.host(way.ip().to_string()).port(way.port()).user(direct.get_user().unwrap()).password(direct.get_password().unwrap()).dbname(direct.get_dbname().unwrap());
    behind
}

#[tokio::test]
async fn a_database_that_says_nothing_more_is_unavailable_and_one_that_speaks_again_is_not() {
    let installation = Installation::fresh().await;
    let silent = Arc::new(AtomicBool::new(false));
    let behind = behind(&installation.database_config(16).app, &silent).await;
    let running = Running::try_over(&installation, |config| config.database.app = behind).await.unwrap();
    let world = World::build(&installation, running.issuer.issuer(), &["acme"]).await;
    let (agent, ticket) = (running.token("acme:agent"), format!("/v1/tenants/acme/tickets/{}", world.tenant("acme").ticket));
    running.get(&ticket, &agent).await.expect(200);
    running.get("/readyz", "").await.expect(200);
    silent.store(true, Ordering::Relaxed);
    let since = Instant::now();
    let timed = async |call: Call| (call, since.elapsed());
    let (read, made, ready) = tokio::join!(
        async { timed(running.get(&ticket, &agent).await).await },
        async { timed(running.post("/v1/tenants/acme/tickets", &agent, json!({"subject": "x"})).await).await },
        async { timed(running.get("/readyz", "").await).await },
    );
    for ((call, took), most) in [(read, 30), (made, 30), (ready, 10)] {
        assert_eq!(call.expect(503).body["code"], "unavailable");
        assert!(took < Duration::from_secs(most), "{took:?}");
    }
    silent.store(false, Ordering::Relaxed);
    running.get(&ticket, &agent).await.expect(200);
}

#[tokio::test]
async fn a_trail_that_says_nothing_more_makes_the_service_unready_and_is_reached_anew() {
    let installation = Installation::fresh().await;
    let silent = Arc::new(AtomicBool::new(false));
    let behind = behind(&installation.database_config(16).auditor, &silent).await;
    let running = Running::try_over(&installation, |config| config.database.auditor = behind).await.unwrap();
    let world = World::build(&installation, running.issuer.issuer(), &["acme"]).await;
    let (agent, ticket) = (running.token("acme:agent"), format!("/v1/tenants/acme/tickets/{}", world.tenant("acme").ticket));
    running.get(&ticket, &agent).await.expect(200);
    silent.store(true, Ordering::Relaxed);
    let (read, ready) = tokio::join!(running.get(&ticket, &agent), running.get("/readyz", ""));
    for call in [read, ready] {
        assert_eq!(call.expect(503).body["code"], "unavailable");
    }
    // The connections from before stay silent for good.
    silent.store(false, Ordering::Relaxed);
    let since = Instant::now();
    while running.get(&ticket, &agent).await.status != 200 {
        assert!(since.elapsed() < Duration::from_secs(30));
    }
}
