//! What the trails hold: what was done stands there by its name, each once, and a denial in the trail of the tenant named. In the
//! end they say nothing of any other tenant.

use crate::judge::ids_in;
use crate::request::Request;
use crate::scene::Scene;
use crate::table::{Operation, Scope};
use ringfence_audit::Action;
use ringfence_tests::Call;
use std::collections::HashMap;
use uuid::Uuid;

/// Reads every event of the scene's tenants, moved or not.
const EVENTS: &str = "
    select e.tenant_id, e.actor_id, e.actor_kind, e.decision, e.object_id, e.details::text, to_jsonb(e)::text
      from (select tenant_id, actor_id, actor_kind, decision, object_id, details from ringfence.audit_events where tenant_id = any ($1)
            union all
            select tenant_id, actor_id, actor_kind, decision, object_id, details from ringfence.audit_inbox where tenant_id = any ($1)) e";

/// What a trail says of requests, by request: all but the ids and numbers asked for, and a caller's first arrival.
pub async fn told(scene: &Scene, requests: &[Uuid]) -> HashMap<Uuid, Vec<String>> {
    let rows = scene
        .digests
        .client
        .query(
            "select e.request_id, concat_ws(' ', e.action, e.decision, e.rule, e.actor_id, e.object_type, e.object_id is null, e.object_version, e.details - 'filter' - 'number')
               from (select request_id, tenant_id, action, decision, rule, actor_id, object_type, object_id, object_version, details from ringfence.audit_events
                     union all
                     select request_id, tenant_id, action, decision, rule, actor_id, object_type, object_id, object_version, details from ringfence.audit_inbox) e
              where e.request_id = any ($1) and e.tenant_id is not null and e.action not in ('identity.authenticated', 'tenant.entered')
              order by 1, 2",
            &[&requests],
        )
        .await
        .expect("events");
    let mut told: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in rows {
        told.entry(row.get(0)).or_default().push(row.get(1));
    }
    told
}

/// How somebody comes in: beside what they do there.
const ARRIVALS: [Action; 3] = [Action::IdentityAuthenticated, Action::TenantEntered, Action::BreakGlassUsed];

/// Whoever is not let in did not come as far as what they asked for.
const AT_THE_DOOR: [Action; 2] = [Action::IdentityRejected, Action::TenantEntryDenied];

/// What is missing in the trail of a call, or stands there and was not done.
pub async fn untold(scene: &Scene, operation: &Operation, request: &Request, answer: &Call) -> Vec<String> {
    let row = operation.row;
    let place = match row.scope {
        Scope::Tenant => match request.entered {
            Some(entered) => Some(scene.sides[entered].tenant.id),
            None => return Vec::new(),
        },
        // Whose tenant it is, only a place taken there says.
        Scope::Sessions | Scope::Identity => request.entered.map(|entered| scene.sides[entered].tenant.id),
        Scope::Public | Scope::SignIn => return Vec::new(),
    };
    let id: Uuid = answer.request_id().parse().expect("a request's id");
    let events = scene.digests.events(id, place).await;
    let named = |event: &(String, String), actions: &[Action]| actions.iter().any(|action| action.as_str() == event.0);
    let mut broken = Vec::new();
    if answer.status < 400 {
        let done = events.iter().filter(|event| event.1 == "allow" && named(event, row.records)).count();
        if done != 1 {
            broken.push(format!("the trail tells {done} times of {:?}: {events:?}", row.records));
        }
        broken.extend(events.iter().filter(|event| event.1 != "allow" || ![row.records, row.beside, &ARRIVALS].iter().any(|actions| named(event, actions))).map(|event| {
            format!("the trail tells of {event:?}, which tests/isolation/table.rs does not")
        }));
    } else if place.is_some() && matches!(answer.status, 403 | 404 | 409 | 412) && !request.garbage_path {
        let denied = events.iter().any(|event| event.1 == "deny" && (named(event, row.records) || named(event, &AT_THE_DOOR)));
        if !denied {
            broken.push(format!("the trail tells of no denial of {:?}: {events:?}", row.records));
        }
    }
    broken
}

pub async fn broken(scene: &Scene) -> Vec<String> {
    let mut broken = Vec::new();
    for row in scene.digests.client.query(EVENTS, &[&scene.tenants()]).await.expect("events") {
        let (tenant, actor, kind, decision): (Uuid, Option<Uuid>, String, String) = (row.get(0), row.get(1), row.get(2), row.get(3));
        let (object, details, whole): (Option<Uuid>, String, String) = (row.get(4), row.get(5), row.get(6));
        let side = scene.sides.iter().position(|side| side.tenant.id == tenant).expect("of the scene");
        let slug = &scene.sides[side].tenant.slug;
        match actor {
            Some(actor) if scene.is_foreign(actor, &[side]) => broken.push(format!("the trail of {slug} names an actor of another tenant: {whole}")),
            // What a member's own list asked for is theirs to repeat.
            Some(_) => {}
            // What came over, or went, under an agreement: by nobody of this tenant.
            None if kind == "operator" || kind == "crossing" => {}
            None if decision == "deny" && details == "{}" => {}
            None => broken.push(format!("the trail of {slug} holds more than a denial of somebody who is no member: {whole}")),
        }
        // A denial repeats the id that was asked for, whether or not there is such a thing anywhere.
        if decision != "deny" && object.is_some_and(|object| scene.is_foreign(object, &[side])) {
            broken.push(format!("the trail of {slug} names an object of another tenant: {whole}"));
        }
        let foreign_text = whole.contains("canary-") && scene.sides.iter().enumerate().any(|(n, other)| n != side && whole.contains(&format!("canary-{}-", other.tenant.slug)));
        if foreign_text || (actor.is_none() && ids_in(&details).iter().any(|id| scene.is_foreign(*id, &[side]))) {
            broken.push(format!("the trail of {slug} holds what belongs to another tenant: {whole}"));
        }
    }
    broken
}
