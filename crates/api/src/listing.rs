//! Lists: limit, order and cursor in; a page, its cursors and its links out.

use crate::body::Fields;
use crate::caller::Caller;
use crate::cursor::{Cursors, Scope};
use crate::included::Included;
use crate::problem::{Kind, Problem};
use crate::trim::Trim;
use actix_web::http::header;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use ringfence_audit::{Action, Object};
use ringfence_domain::{Role, TenantId};
use ringfence_store::{Access, Entered, Key, Keyset, Page, StoreError, TenantTx};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::cell::Cell;
use utoipa::ToSchema;

/// The column and direction of an `order=` word.
pub type Order = (&'static str, &'static str, bool);

/// What a list request asked for, before it is known who asks.
pub struct Asked {
    pub order: &'static str,
    pub column: &'static str,
    pub descending: bool,
    pub limit: i64,
    pub cursor: Option<String>,
    pub trim: Trim,
    /// What is to come along: a count, and what the rows refer to.
    pub include: Vec<&'static str>,
    /// The list and its filters, for the cursor to be bound to.
    pub list: String,
    /// The filters as the trail shows them.
    pub filter: Value,
}

#[derive(Serialize, ToSchema)]
pub struct PageInfo {
    /// Give it as `cursor`, with the same filters and order; null at the end.
    pub next_cursor: Option<String>,
    pub prev_cursor: Option<String>,
    /// With `include=total`; counted up to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct ListBody<T> {
    pub data: Vec<T>,
    pub page: PageInfo,
}

/// A page, and what came along with it.
#[derive(Serialize, ToSchema)]
pub struct IncludingList<T> {
    pub data: Vec<T>,
    pub page: PageInfo,
    /// With `include`, what the rows refer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub included: Option<Included>,
}

/// What comes along with a page.
#[derive(Default)]
pub struct Beside {
    pub total: Option<i64>,
    pub included: Option<Included>,
}

/// Takes `limit`, `order`, `cursor`, `fields` and, where anything may come along, `include` from the query, and leaves the filters.
pub fn asked(request: &HttpRequest, orders: &[Order], includes: &'static [&'static str]) -> (Fields, Asked) {
    let mut fields = Fields::of_query(request.query_string());
    let limit = match fields.parsed::<i64>("limit", "a number from 1 to 200") {
        Some(limit) if (1..=200).contains(&limit) => limit,
        None => 50,
        Some(_) => {
            fields.wrong("limit", "out_of_range", "must be from 1 to 200");
            50
        }
    };
    let (first, first_column, first_descending) = orders.first().copied().unwrap_or(("-created_at", "created_at", true));
    let mut chosen = (first, first_column, first_descending);
    if let Some(word) = fields.text("order", 1, 40) {
        match orders.iter().find(|(name, _, _)| *name == word) {
            Some(order) => chosen = *order,
            None => {
                let names: Vec<&str> = orders.iter().map(|(name, _, _)| *name).collect();
                fields.wrong("order", "unknown_value", format!("must be one of: {}", names.join(", ")));
            }
        }
    }
    let cursor = fields.text("cursor", 0, 64 * 1024);
    let include = if includes.is_empty() { None } else { fields.names("include", includes) };
    let trim = Trim::asked(&mut fields, request);
    (fields, Asked { order: chosen.0, column: chosen.1, descending: chosen.2, limit, cursor, trim, include: include.unwrap_or_default(), list: String::new(), filter: Value::Null })
}

impl Asked {
    /// Binds the request to its list, named with what it belongs to, and its filters by their names.
    pub fn of(mut self, list: &str, filters: &impl Serialize) -> Self {
        self.list = format!("{list} {}", serde_json::to_string(filters).unwrap_or_default());
        self.filter = shown(serde_json::to_value(filters).unwrap_or_default());
        self
    }

    fn scope<'a>(&'a self, tenant: TenantId, class: &'a str) -> Scope<'a> {
        Scope { tenant, class, list: &self.list, order: self.order }
    }
}

/// Stands among what a list needs where everybody sees themselves in it, whatever else they may. Whoever acts for them is not they.
pub const ONESELF: &str = "oneself";

/// A list operation: what was asked, how the trail names it, and what it takes to read any of it.
pub struct Listing<'a> {
    pub asked: Asked,
    pub action: Action,
    pub object: Object,
    /// What the list belongs to, once it was found: a route may name it by number.
    pub under: Option<&'a Cell<Option<uuid::Uuid>>>,
    /// Any of these will do; without one the list is forbidden instead of empty.
    pub needs: &'a [&'a str],
}

/// Runs a list operation: enters, fetches the page, records it, answers.
///
/// # Errors
/// The problem, its denial recorded.
pub async fn page<T, F>(caller: &Caller, request: &HttpRequest, listing: Listing<'_>, fetch: F, key: impl Fn(&T) -> Key) -> Result<HttpResponse, Problem>
where
    T: Serialize,
    F: AsyncFn(&mut TenantTx, &Keyset) -> Result<(Page<T>, Beside), StoreError>,
{
    let Listing { asked, action, object, under, needs } = listing;
    let cursors = request.app_data::<Data<Cursors>>().ok_or(Problem::new(Kind::Internal))?;
    let now = Timestamp::now();
    let mut tx = TenantTx::open(caller.database(), &caller.principal, Access::Read).await?;
    let entered = match tx.enter().await.cloned() {
        Ok(entered) => entered,
        Err(error) => {
            // Recording it takes a connection, and whoever holds one while waiting for another may wait for themselves.
            drop(tx);
            return Err(caller.refused(action, object, error, None).await);
        }
    };
    let oneself = needs.contains(&ONESELF) && entered.on_behalf_of().is_none();
    if !entered.permissions.any(needs) && !oneself {
        let problem = tx.refuse(Problem::new(Kind::Forbidden)).await;
        return Err(caller.denied(action, object, problem, None, Some(&entered)).await);
    }
    let class = class_of(&entered);
    let scope = asked.scope(caller.tenant_id(), &class);
    let (from, backwards) = match asked.cursor.as_deref().map(|cursor| cursors.open(&scope, cursor, now)).transpose() {
        Ok(place) => place.map_or((None, false), |(key, backwards)| (Some(key), backwards)),
        Err(problem) => {
            let problem = tx.refuse(problem).await;
            return Err(caller.denied(action, object, problem, None, Some(&entered)).await);
        }
    };
    let keyset = Keyset { column: asked.column, descending: asked.descending, from, backwards, limit: asked.limit };
    let fetched = fetch(&mut tx, &keyset).await;
    let object = Object { id: under.and_then(Cell::get).or(object.id), ..object };
    let (page, Beside { total, included }) = match fetched {
        Ok(fetched) => fetched,
        Err(error) => {
            let error = tx.refuse(error).await;
            return Err(caller.refused(action, object, error, Some(&entered)).await);
        }
    };
    tx.commit().await?;
    let mut details = json!({ "filter": asked.filter, "count": page.rows.len(), "digest": digest(page.rows.iter().map(|row| key(row).id)) });
    if let Some(included) = &included {
        details["included"] = included.told();
    }
    caller.read(&entered, action, object, details).await?;

    // What lies behind the page: in the direction asked for, `more`; in the other, wherever it came from.
    let (more_after, more_before) = if keyset.backwards { (true, page.more) } else { (page.more, keyset.from.is_some()) };
    // What was behind an edge may be gone by the time that it is asked for: then the way back begins at the edge itself.
    let turned = if page.rows.is_empty() { keyset.turned() } else { None };
    let edge = |row: Option<&T>, more: bool, backwards: bool| {
        let place = turned.filter(|_| backwards != keyset.backwards).or_else(|| row.filter(|_| more).map(&key));
        place.map(|place| cursors.seal(&scope, place, backwards, now))
    };
    let info = PageInfo { next_cursor: edge(page.rows.last(), more_after, false), prev_cursor: edge(page.rows.first(), more_before, true), total };
    let links: Vec<String> = [(&info.next_cursor, "next"), (&info.prev_cursor, "prev")]
        .into_iter()
        .filter_map(|(cursor, relation)| cursor.as_ref().map(|cursor| format!("<{}>; rel=\"{relation}\"", link(request, cursor))))
        .collect();
    let mut response = HttpResponse::Ok();
    if !links.is_empty() {
        // RFC 8288.
        response.insert_header((header::LINK, links.join(", ")));
    }
    let data = page.rows.iter().map(|row| asked.trim.show(row)).collect();
    Ok(match included {
        None => response.json(ListBody { data, page: info }),
        included => response.json(IncludingList { data, page: info, included }),
    })
}

/// What decides over the contents of a list: a changed right makes another list.
fn class_of(entered: &Entered) -> String {
    let groups: Vec<String> = entered.group_ids.iter().map(ToString::to_string).collect();
    format!("{}|{}|{}|{}", entered.member_id, entered.actor_id, entered.permissions, groups.join(","))
}

fn link(request: &HttpRequest, cursor: &str) -> String {
    // However it was written: what was read is what is left out.
    let is_cursor = |pair: &str| Query::<Vec<(String, String)>>::from_query(pair).is_ok_and(|read| read.iter().any(|(name, _)| name == "cursor"));
    let query: Vec<&str> = request.query_string().split('&').filter(|pair| !pair.is_empty() && !is_cursor(pair)).collect();
    let joint = if query.is_empty() { String::new() } else { format!("{}&", query.join("&")) };
    format!("{}?{joint}cursor={cursor}", request.path())
}

/// Filters without what a person wrote: ids, times and words of closed sets stay, other texts are only named.
fn shown(filters: Value) -> Value {
    let is_plain = |text: &str| text.parse::<uuid::Uuid>().is_ok() || text.parse::<Timestamp>().is_ok() || is_known(text);
    match filters {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null() && *value != json!([]))
            .map(|(name, value)| match value {
                Value::String(text) if !is_plain(&text) => (name, json!("given")),
                other => (name, other),
            })
            .collect(),
        _ => json!({}),
    }
}

fn is_known(text: &str) -> bool {
    Action::ALL.iter().any(|action| action.as_str() == text)
        || Role::ALL.iter().any(|role| role.as_str() == text)
        || matches!(text, "allow" | "deny" | "public" | "internal")
}

/// A digest of what a list returned, for the audit: the ids in their order.
pub fn digest(ids: impl Iterator<Item = uuid::Uuid>) -> String {
    let mut hasher = Sha256::new();
    for id in ids {
        hasher.update(id.as_bytes());
    }
    hex::encode(hasher.finalize())
}
