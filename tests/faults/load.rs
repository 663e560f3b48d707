//! Clients that write and read at once, note every answer they saw, and stop at the first they did not. Seeded: what they
//! ask for depends on nothing but the seed.

use crate::ledger::{Answer, Kind, Ledger, Request};
use futures_util::future::join_all;
use ringfence_tests::World;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use uuid::Uuid;

const CLIENTS: u64 = 8;
/// Asked for while a server comes back; each takes at least a connection's time.
const PATIENCE: usize = 3_000;

/// Numbers from a seed (splitmix64).
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

struct Place {
    slug: String,
    token: String,
    /// Of the other tenant: asked for in vain, and recorded.
    foreign_ticket: Uuid,
    ticket: Uuid,
    auditor: String,
}

pub struct Load {
    base: String,
    http: reqwest::Client,
    places: Vec<Place>,
    seed: u64,
}

impl Load {
    pub fn new(address: SocketAddr, world: &World, token: impl Fn(&str) -> String, seed: u64) -> Self {
        let others = world.tenants.iter().cycle().skip(1);
        let places = world
            .tenants
            .iter()
            .zip(others)
            .map(|(tenant, other)| Place { slug: tenant.slug.clone(), token: token(&format!("{}:agent", tenant.slug)), foreign_ticket: other.ticket, ticket: tenant.ticket, auditor: token(&format!("{}:auditor", tenant.slug)) })
            .collect();
        Self { base: format!("http://{address}/v1/tenants"), http: reqwest::Client::builder().no_proxy().build().expect("a client"), places, seed }
    }

    /// Clients run until `answers` were seen between them; then `fault` strikes while the others' requests are under way.
    pub async fn run(&self, ledger: &mut Ledger, answers: u64, fault: impl FnOnce()) {
        let fault = Cell::new(Some(fault));
        let (seen, struck) = (Cell::new(0), Cell::new(false));
        let book = RefCell::new(ledger);
        join_all((0..CLIENTS).map(|client| {
            let (fault, seen, struck, book) = (&fault, &seen, &struck, &book);
            async move {
                let mut random = Random::new(self.seed.wrapping_mul(1_000).wrapping_add(client));
                let mut own = Vec::new();
                for step in 0.. {
                    let request = self.draw(&mut random, &mut own, client, step);
                    book.borrow_mut().asked(&request);
                    let Some(answer) = self.ask(&request).await else { return };
                    if request.kind == Kind::Ticket && answer.status == 201 {
                        own.push((request.tenant, answer.id, 1));
                    }
                    book.borrow_mut().answered(&request, answer);
                    seen.set(seen.get() + 1);
                    if seen.get() >= answers
                        && let Some(fault) = fault.take()
                    {
                        struck.set(true);
                        fault();
                    }
                }
            }
        }))
        .await;
        assert!(struck.get(), "seed {}: the load ended by itself, before the fault", self.seed);
    }

    /// What a client asks for next. Its own tickets it changes alone, so that it knows their versions.
    fn draw(&self, random: &mut Random, own: &mut [(usize, Uuid, i32)], client: u64, step: u64) -> Request {
        let tenant = usize::try_from(random.below(self.places.len() as u64)).expect("small");
        let place = &self.places[tenant];
        let marker = format!("s{}-c{client}-n{step}", self.seed);
        let plain = |kind, method, path: String, body| Request { kind, tenant, marker: marker.clone(), method, path, if_match: None, body };
        match random.below(10) {
            0..=3 => plain(Kind::Ticket, "POST", "/tickets".into(), Some(json!({ "subject": marker, "body": "as well", "tags": ["fault", marker] }))),
            4..=5 => plain(Kind::Comment, "POST", format!("/tickets/{}/comments", place.ticket), Some(json!({ "body": marker, "visibility": "public" }))),
            6 if !own.is_empty() => {
                let at = usize::try_from(random.below(own.len() as u64)).expect("small");
                let (tenant, ticket, version) = &mut own[at];
                let request = Request {
                    kind: Kind::Change(*version + 1),
                    tenant: *tenant,
                    marker: marker.clone(),
                    method: "PATCH",
                    path: format!("/tickets/{ticket}"),
                    if_match: Some(*version),
                    body: Some(json!({ "subject": marker })),
                };
                *version += 1;
                request
            }
            6..=7 => plain(Kind::Read, "GET", format!("/tickets/{}", place.ticket), None),
            8 => plain(Kind::Read, "GET", "/tickets?limit=5".into(), None),
            _ => plain(Kind::Denied, "GET", format!("/tickets/{}", place.foreign_ticket), None),
        }
    }

    /// None where no answer came, or none but "not now": whoever asked knows nothing.
    async fn ask(&self, request: &Request) -> Option<Answer> {
        let place = &self.places[request.tenant];
        let mut call = self.http.request(request.method.parse().expect("a method"), format!("{}/{}{}", self.base, place.slug, request.path)).bearer_auth(&place.token);
        if request.is_write() {
            call = call.header("Idempotency-Key", &request.marker);
        }
        if let Some(version) = request.if_match {
            call = call.header("If-Match", format!("\"{version}\""));
        }
        if let Some(body) = &request.body {
            call = call.json(body);
        }
        let response = call.send().await.ok()?;
        let status = response.status().as_u16();
        let request_id = response.headers().get("x-request-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok()).expect("a request id");
        let is_replay = response.headers().contains_key("idempotency-replayed");
        let text = response.text().await.ok()?;
        if status == 503 {
            return None;
        }
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let id = ["comment_id", "ticket_id"].iter().find_map(|name| body[*name].as_str()).and_then(|id| id.parse().ok()).unwrap_or_default();
        Some(Answer { status, request_id, is_replay, id, text })
    }

    /// Every write of this run once more, under its key: an unanswered one gets its answer, an answered one the same again.
    pub async fn repeat(&self, ledger: &mut Ledger) {
        for (request, before) in ledger.writes(&format!("s{}-", self.seed)) {
            let mut tries = 0;
            let answer = loop {
                match self.ask(&request).await {
                    // What the killed service had begun may still hold the key, until the server misses its client.
                    Some(answer) if answer.status == 409 && answer.text.contains("idempotency_in_flight") && tries < PATIENCE => tries += 1,
                    Some(answer) => break answer,
                    None => panic!("{}: no answer after the fault", request.marker),
                }
            };
            match before {
                Some(before) => {
                    assert!(answer.is_replay, "{}: done twice: {}", request.marker, answer.text);
                    assert_eq!((before.status, &before.text), (answer.status, &answer.text), "{}: another answer under its key", request.marker);
                }
                None => assert!(matches!(answer.status, 200 | 201), "{}: {} {}", request.marker, answer.status, answer.text),
            }
            ledger.answered(&request, answer);
        }
    }

    pub async fn until_it_serves(&self) {
        for _ in 0..PATIENCE {
            let request = Request { kind: Kind::Read, tenant: 0, marker: String::new(), method: "GET", path: "/tickets?limit=1".into(), if_match: None, body: None };
            if self.ask(&request).await.is_some_and(|answer| answer.status == 200) {
                return;
            }
        }
        panic!("seed {}: it does not serve again", self.seed);
    }

    /// Whoever reads the trail reads what was recorded before: the mover has then carried it.
    pub async fn catch_up(&self) {
        for place in &self.places {
            let response = self.http.get(format!("{}/{}/audit?limit=1", self.base, place.slug)).bearer_auth(&place.auditor).send().await.expect("an answer");
            assert_eq!(response.status(), 200);
        }
    }
}
