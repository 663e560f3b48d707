//! Plays one call against the real service and says what it broke.

use crate::case::HttpCase;
use crate::judge::{Walls, judge};
use crate::request::{Kept, Request, list_of};
use crate::scene::Scene;
use crate::table::{Operation, Scope};
use crate::trail;
use ringfence_tests::Call;

/// Cursors remembered; the oldest go first.
const KEPT: usize = 60;

pub struct Played {
    pub request: Request,
    pub answer: Call,
    pub broken: Vec<String>,
    /// Whether it did what it is there for.
    pub worked: bool,
}

pub async fn play(scene: &mut Scene, case: &HttpCase, operation: &Operation, kept: &mut Vec<Kept>, walls: Walls) -> Played {
    let request = Request::of(case, operation, scene, kept).await;
    let headers: Vec<(&str, &str)> = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let path = format!("{}{}", request.path, request.query);
    let running = &scene.running;
    let answer = match &request.form {
        Some(token) => running.send(running.client().post(running.url(&path)).header("Content-Type", "application/x-www-form-urlencoded").body(format!("logout_token={token}"))).await,
        None => running.call(&request.method, &path, &request.token, &headers, request.body.as_ref()).await,
    };
    let may_write = !operation.reads() && answer.status < 400;
    let worked = answer.status < 400 && !answer.header("location").is_some_and(|back| back.contains("sign_in_error"));
    // First what was changed, so that what was made by this very call counts as one's own.
    let mut broken = scene.settle(request.entered, may_write).await;
    if matches!(operation.row.scope, Scope::Sessions | Scope::SignIn) {
        let caller = scene.person(case.caller, case.home).subject.clone();
        broken.extend(scene.signed_out(&caller).await);
    }
    broken.extend(judge(scene, operation, &request, case.caller, case.home, &answer, walls));
    broken.extend(trail::untold(scene, operation, &request, &answer).await);
    if let (Some(cursor), Some(entered)) = (answer.body["page"]["next_cursor"].as_str(), request.entered)
        && request.query == "?limit=1"
    {
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(Kept { caller: case.caller, entered, list: list_of(&request.path), cursor: cursor.to_owned() });
    }
    Played { request, answer, broken, worked }
}

