//! A tenant that asks for all at once, beside one that asks for little.

use crate::{OTHERS, TICKETS, left, limited, served, told};
use futures_util::future::join_all;
use ringfence_tests::{Installation, Running};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const CONCURRENT: usize = 120;

/// Calls as fast as they are answered, until told to stop; how many were, and with which statuses. Under way when so many were.
async fn flood(running: &Arc<Running>, stop: &Arc<AtomicBool>, answered: &Arc<AtomicUsize>, under_way: usize) -> Vec<tokio::task::JoinHandle<Vec<u16>>> {
    let mut clients = Vec::new();
    for n in 0..CONCURRENT {
        let (running, stop, answered) = (Arc::clone(running), Arc::clone(stop), Arc::clone(answered));
        let token = running.token(["acme:owner", "acme:admin", "acme:agent", "acme:auditor"][n % 4]);
        clients.push(tokio::spawn(async move {
            let mut statuses = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                statuses.push(running.get(TICKETS, &token).await.status);
                answered.fetch_add(1, Ordering::Relaxed);
            }
            statuses
        }));
    }
    while answered.load(Ordering::Relaxed) < under_way {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    clients
}

/// How many of a flood under way were answered for each request of another tenant, and the flood's statuses.
async fn beside_a_flood(running: Arc<Running>, under_way: usize) -> (usize, Vec<u16>) {
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let quiet = running.token("globex:owner");
    running.get(OTHERS, &quiet).await.expect(200);
    for role in ["owner", "admin", "agent", "auditor"] {
        running.get(TICKETS, &running.token(&format!("acme:{role}"))).await.expect(200);
    }
    let clients = flood(&running, &stop, &answered, under_way).await;
    let before = answered.load(Ordering::Relaxed);
    for _ in 0..20 {
        running.get(OTHERS, &quiet).await.expect(200);
    }
    let during = answered.load(Ordering::Relaxed) - before;
    stop.store(true, Ordering::Relaxed);
    let mut statuses = Vec::new();
    for client in clients {
        statuses.extend(client.await.unwrap());
    }
    statuses.sort_unstable();
    statuses.dedup();
    println!("{during} of the flood were answered during 20 of another tenant's");
    (during / 20, statuses)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_waits_in_its_own_queue() {
    // Before any bucket is empty.
    let (_installation, running, _world) = limited("read=1000000/60 tenant=1000000/60").await;
    let (overtook, statuses) = beside_a_flood(Arc::new(running), CONCURRENT).await;
    // In turn; on a busy machine one that waited too long is told that its tenant asks too much at once.
    assert!(statuses == [200] || statuses == [200, 429], "{statuses:?}");
    assert!(overtook < 60, "{overtook} of the flood's 120 were answered before each of the other tenant's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_past_its_limits_is_refused_and_the_other_tenant_served() {
    let (installation, running, world) = limited("read=200/60 tenant=300/60").await;
    // A slow machine answers fewer than the limits while another tenant asks twenty times.
    let (_, statuses) = beside_a_flood(Arc::new(running), 400).await;
    assert_eq!(statuses, [200, 429]);
    assert!(told(&installation, "rate.limited", Some(world.tenant("acme").id)).await <= 5, "a flood of refusals is not a flood of events");
    assert_eq!(told(&installation, "rate.limited", Some(world.tenant("globex").id)).await, 0);
}

/// What those are told who ask while so many wait already that no more may: no ticket is read until one of them was told.
async fn told_at_once(installation: &Installation, running: &Running) -> (String, u32) {
    let (admin, token, was_told) = (installation.admin().await, running.token("acme:owner"), tokio::sync::Notify::new());
    admin.batch_execute("begin; lock table ringfence.tickets in access exclusive mode").await.unwrap();
    let asked = join_all((0..300).map(|_| async {
        let answer = running.get(TICKETS, &token).await;
        if answer.status == 429 {
            was_told.notify_one();
        }
        answer
    }));
    let (answers, ()) = tokio::join!(asked, async {
        was_told.notified().await;
        admin.batch_execute("rollback").await.unwrap();
    });
    left(answers.iter().find(|answer| answer.body["code"] == "too_many_at_once").expect("somebody is told"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_too_much_at_once_is_told_how_much_is_theirs_just_now() {
    let (installation, running, _world) = served(|config| {
        config.limits = Some("read=1000000/60 tenant=1000000/60".parse().unwrap());
        config.workers = Some(1);
    })
    .await;
    running.get(TICKETS, &running.token("acme:owner")).await.expect(200);
    let alone = told_at_once(&installation, &running).await;
    assert_eq!(alone, ("\"connections\";q=8;qu=\"concurrent-requests\"".to_owned(), 0));
    // The first request is still a stranger's, who is nobody's company.
    for _ in 0..2 {
        running.get(OTHERS, &running.token("globex:owner")).await.expect(200);
    }
    let in_company = told_at_once(&installation, &running).await;
    assert_eq!(in_company, ("\"connections\";q=2;qu=\"concurrent-requests\"".to_owned(), 0));
}
