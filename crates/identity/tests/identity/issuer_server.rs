//! A tiny issuer on a loopback port whose documents, faults and request counts the test controls.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

#[derive(Clone)]
pub struct Answer {
    pub status: &'static str,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(body: &Value) -> Self {
        Self {
            status: "200 OK",
            headers: "content-type: application/json\r\n".into(),
            body: body.to_string().into_bytes(),
        }
    }
}

#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Counts {
    pub discovery: usize,
    pub jwks: usize,
}

struct Plan {
    up: bool,
    silence: Option<Arc<Notify>>,
    discovery: Answer,
    jwks: Answer,
    token: Answer,
}

pub struct IssuerServer {
    pub url: String,
    plan: Arc<Mutex<Plan>>,
    counts: watch::Receiver<Counts>,
}

impl IssuerServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let plan = Arc::new(Mutex::new(Plan {
            up: true,
            silence: None,
            discovery: Answer::json(&discovery(&url, &format!("{url}/keys"))),
            jwks: Answer::json(&json!({"keys": []})),
            token: Answer::json(&json!({"error": "invalid_grant"})),
        }));
        let (count, counts) = watch::channel(Counts::default());
        tokio::spawn(serve(listener, Arc::clone(&plan), count));
        Self { url, plan, counts }
    }

    pub fn set_up(&self, up: bool) {
        self.plan.lock().unwrap().up = up;
    }

    /// Whoever asks next is kept waiting until this is notified, and so are all behind them.
    pub fn fall_silent(&self) -> Arc<Notify> {
        let silence = Arc::new(Notify::new());
        self.plan.lock().unwrap().silence = Some(Arc::clone(&silence));
        silence
    }

    pub fn set_keys(&self, keys: &[Value]) {
        self.answer_keys_with(Answer::json(&json!({"keys": keys})));
    }

    pub fn answer_keys_with(&self, answer: Answer) {
        self.plan.lock().unwrap().jwks = answer;
    }

    pub fn answer_discovery_with(&self, answer: Answer) {
        self.plan.lock().unwrap().discovery = answer;
    }

    /// What a code comes to.
    pub fn answer_codes_with(&self, answer: Answer) {
        self.plan.lock().unwrap().token = answer;
    }

    pub fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    /// Waits until the keys have been asked for this many times; gives up in place of hanging.
    pub async fn keys_asked_for(&self, times: usize) {
        self.until(|counts| counts.jwks >= times).await;
    }

    /// The same of the discovery document.
    pub async fn discovery_asked_for(&self, times: usize) {
        self.until(|counts| counts.discovery >= times).await;
    }

    async fn until(&self, reached: impl FnMut(&Counts) -> bool) {
        let mut counts = self.counts.clone();
        let asked = counts.wait_for(reached);
        tokio::time::timeout(Duration::from_secs(30), asked)
            .await
            .unwrap()
            .unwrap();
    }
}

pub fn discovery(issuer: &str, jwks_uri: &str) -> Value {
    json!({
        "issuer": issuer, "jwks_uri": jwks_uri,
        "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

async fn serve(listener: TcpListener, plan: Arc<Mutex<Plan>>, count: watch::Sender<Counts>) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let Some(path) = request_path(&mut stream).await else {
            continue;
        };
        let (answer, silence) = {
            let mut plan = plan.lock().unwrap();
            let known = match path.as_str() {
                "/.well-known/openid-configuration" => {
                    count.send_modify(|counts| counts.discovery += 1);
                    Some(plan.discovery.clone())
                }
                "/keys" => {
                    count.send_modify(|counts| counts.jwks += 1);
                    Some(plan.jwks.clone())
                }
                "/token" => Some(plan.token.clone()),
                _ => None,
            };
            let answer = known.unwrap_or(Answer {
                status: "404 Not Found",
                headers: String::new(),
                body: vec![],
            });
            (plan.up.then_some(answer), plan.silence.take())
        };
        if let Some(silence) = silence {
            silence.notified().await;
        }
        // An issuer that is down hangs up on whoever calls.
        let Some(answer) = answer else { continue };
        let head = format!(
            "HTTP/1.1 {}\r\n{}content-length: {}\r\nconnection: close\r\n\r\n",
            answer.status,
            answer.headers,
            answer.body.len()
        );
        // A client that refuses a large answer hangs up in its middle.
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(&answer.body).await;
        let _ = stream.shutdown().await;
    }
}

async fn request_path(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.ok()?);
    }
    let text = String::from_utf8(request).ok()?;
    // A body left unread would reset the connection before the answer is seen.
    let length = text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or(0)]).await.ok()?;
    text.split(' ').nth(1).map(str::to_owned)
}
