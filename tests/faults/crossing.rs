//! Tickets are escalated while the service that carries them is killed: what it accepted arrives once and is noted so.

use crate::Ground;
use crate::load::Random;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio_postgres::Client;
use uuid::Uuid;

pub struct Crossing {
    http: reqwest::Client,
    acme: String,
    globex: String,
    agreement: Option<Uuid>,
    /// Links that the service accepted, in an answer that was seen.
    accepted: Vec<Uuid>,
    /// Kills that left something to carry.
    interrupted: usize,
}

impl Crossing {
    pub fn of(ground: &Ground) -> Self {
        let token = |slug: &str| ground.issuer.token(&format!("{slug}:owner"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, acme: token("acme"), globex: token("globex"), agreement: None, accepted: Vec::new(), interrupted: 0 }
    }

    async fn send(&self, address: SocketAddr, method: &str, slug: &str, path: &str, version: &str, body: Option<Value>) -> Option<(u16, Value)> {
        let token = if slug == "acme" { &self.acme } else { &self.globex };
        let url = format!("http://{address}/v1/tenants/{slug}{path}");
        let mut request = self.http.request(method.parse().expect("a method"), url).bearer_auth(token).header("If-Match", version);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    /// Everything of a ticket may go from acme to globex, once and for all runs.
    pub async fn agree(&mut self, address: SocketAddr) {
        if self.agreement.is_some() {
            return;
        }
        let terms = json!({"partner": "globex", "direction": "outgoing", "actions": ["ticket.escalate"], "fields": ["subject", "body", "tags"], "expires_at": "2099-01-01T00:00:00Z"});
        let (_, made) = self.send(address, "POST", "acme", "/agreements", "", Some(terms)).await.expect("proposed");
        let path = format!("/agreements/{}", made["agreement_id"].as_str().expect("an id"));
        let states = [("globex", "\"1\"", "active"), ("acme", "", "active")];
        for (slug, version, wanted) in states {
            for _ in 0..1_000 {
                if !version.is_empty() {
                    self.send(address, "PUT", slug, &format!("{path}/state"), version, Some(json!({"state": "consented"}))).await;
                }
                match self.send(address, "GET", slug, &path, "", None).await {
                    Some((200, seen)) if seen["state"] == wanted => break,
                    _ => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        }
        self.agreement = made["agreement_id"].as_str().and_then(|id| id.parse().ok());
    }

    /// Escalates new tickets and kills the service while it carries them.
    pub async fn run(&mut self, address: SocketAddr, seed: u64, kill: impl FnOnce(), admin: &Client) {
        let mut random = Random::new(seed);
        let (tickets, pause) = (5 + random.below(20), random.below(15));
        let mut paths = Vec::new();
        for n in 0..tickets {
            let ticket = json!({"subject": format!("{seed}-{n}"), "body": "to cross", "tags": ["crossing"]});
            let Some((201, made)) = self.send(address, "POST", "acme", "/tickets", "", Some(ticket)).await else { continue };
            paths.push(format!("/tickets/{}/escalations", made["ticket_id"].as_str().expect("an id")));
        }
        // All at once, so that the kill finds some of them under way.
        let answers = join_all(paths.iter().map(|path| self.send(address, "POST", "acme", path, "", Some(json!({"agreement_id": self.agreement}))))).await;
        for (_, link) in answers.into_iter().flatten().filter(|(status, _)| *status == 202) {
            self.accepted.push(link["link_id"].as_str().and_then(|id| id.parse().ok()).expect("an id"));
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
        kill();
        let left: i64 = admin.query_one("select count(*) from ringfence.crossing_queue", &[]).await.expect("a queue").get(0);
        self.interrupted += usize::from(left > 0);
    }

    /// All that was accepted is delivered, each as one ticket with its comment, link and events; and nothing else is.
    pub async fn settle(&self, admin: &Client, seed: u64) {
        for _ in 0..3_000 {
            let left: i64 = admin.query_one("select count(*) from ringfence.crossing_queue", &[]).await.expect("a queue").get(0);
            if left == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let sent = admin.query("select link_id from ringfence.ticket_links where agreement_id = $1 and direction = 'outgoing' and state = 'delivered'", &[&self.agreement]).await.expect("links");
        let sent: Vec<Uuid> = sent.iter().map(|row| row.get(0)).collect();
        for link in &self.accepted {
            assert!(sent.contains(link), "{link} was accepted and is not delivered; SEED={seed}");
        }
        let arrived = admin
            .query(
                "select l.link_id, count(distinct t.ticket_id), count(distinct c.comment_id),
                        (select count(*) from (select request_id from ringfence.audit_events where action in ('ticket.received', 'crossing.delivered')
                                               union all select request_id from ringfence.audit_inbox where action in ('ticket.received', 'crossing.delivered')) e where e.request_id = l.link_id)
                   from ringfence.ticket_links l join ringfence.tickets t using (tenant_id, ticket_id) left join ringfence.comments c using (tenant_id, ticket_id)
                  where l.agreement_id = $1 and l.direction = 'incoming' group by 1",
                &[&self.agreement],
            )
            .await
            .expect("links");
        assert_eq!(arrived.len(), sent.len(), "as many arrived as were sent; SEED={seed}");
        for row in arrived {
            let (link, counts): (Uuid, [i64; 3]) = (row.get(0), [row.get(1), row.get(2), row.get(3)]);
            assert!(sent.contains(&link) && counts == [1, 1, 2], "{link}: {counts:?}; SEED={seed}");
        }
        let tickets: i64 = admin.query_one("select count(*) from ringfence.tickets t join ringfence.tenants using (tenant_id) where slug = 'globex' and 'crossing' = any (tags)", &[]).await.expect("tickets").get(0);
        assert_eq!(usize::try_from(tickets).expect("few"), sent.len(), "a ticket without its link; SEED={seed}");
    }

    /// Kills that found nothing under way would prove nothing.
    pub fn was_worth_it(&self) {
        assert!(!self.accepted.is_empty() && self.interrupted > 0, "{} accepted, {} kills left something to carry", self.accepted.len(), self.interrupted);
        println!("faults: {} tickets accepted for another tenant, each there once; {} kills left something to carry", self.accepted.len(), self.interrupted);
    }
}
