//! What a list is asked for (RFC 7644, section 3.4.2), as a query string or as a body, and how it is answered. A filter is
//! held against a bounded number of rows, found by their keys where it names one.

use crate::body::Fields;
use crate::caller::{Caller, objects};
use crate::listing::digest;
use crate::problem::Problem;
use crate::scim::protocol::{MEDIA, enter};
use actix_web::HttpResponse;
use ringfence_audit::Action;
use ringfence_scim::{Fault, Filter, Order, Projection, ResourceType, ScimError};
use ringfence_store::scim::Keys;
use ringfence_store::{StoreError, TenantTx};
use serde_json::{Map, Value, json};

/// Comparisons of a filter that the trail is told of.
const MOST_TERMS: usize = 100;

/// Resources of one answer.
pub const MOST_RESULTS: i64 = 200;
const USUAL_RESULTS: i64 = 100;
/// Rows that a filter or an order without a key looks at.
const MOST_ROWS: i64 = 10_000;

pub struct Query {
    filter: Option<Filter>,
    order: Option<Order>,
    /// From 1.
    start: i64,
    count: i64,
    projection: Projection,
}

/// The parts of a query as texts, wherever they came from.
#[derive(Default)]
struct Parts {
    filter: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    start: Option<i64>,
    count: Option<i64>,
    attributes: Vec<String>,
    excluded: Vec<String>,
}

impl Parts {
    fn query(self, kind: &'static ResourceType) -> Result<Query, Problem> {
        let descending = match self.sort_order.as_deref() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("ascending") => false,
            Some(word) if word.eq_ignore_ascii_case("descending") => true,
            Some(_) => return Err(ScimError::new(Fault::InvalidValue, "sortOrder", "must be ascending or descending").into()),
        };
        Ok(Query {
            filter: self.filter.map(|text| Filter::parse(kind, &text)).transpose()?,
            order: self.sort_by.map(|by| Order::parse(kind, &by, descending)).transpose()?,
            start: self.start.unwrap_or(1).max(1),
            count: self.count.unwrap_or(USUAL_RESULTS).clamp(0, MOST_RESULTS),
            projection: Projection::parse(kind, &self.attributes, &self.excluded)?,
        })
    }
}

fn names(text: Option<String>) -> Vec<String> {
    text.map(|text| text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()).unwrap_or_default()
}

/// Which attributes of one resource are asked for.
///
/// # Errors
/// 400 for parameters and attributes that there are not.
pub fn projection(kind: &ResourceType, query: &str) -> Result<Projection, Problem> {
    let mut fields = Fields::of_query(query);
    let (attributes, excluded) = (fields.text("attributes", 0, 4_096), fields.text("excludedAttributes", 0, 4_096));
    fields.finish()?;
    Ok(Projection::parse(kind, &names(attributes), &names(excluded))?)
}

/// # Errors
/// 400 for parameters, filters and attributes that there are not.
pub fn of_query(kind: &'static ResourceType, query: &str) -> Result<Query, Problem> {
    let mut fields = Fields::of_query(query);
    let parts = Parts {
        filter: fields.text("filter", 1, 4_096),
        sort_by: fields.text("sortBy", 1, 200),
        sort_order: fields.text("sortOrder", 1, 20),
        start: fields.parsed("startIndex", "an integer"),
        count: fields.parsed("count", "an integer"),
        attributes: names(fields.text("attributes", 0, 4_096)),
        excluded: names(fields.text("excludedAttributes", 0, 4_096)),
    };
    fields.finish()?;
    parts.query(kind)
}

/// # Errors
/// As `of_query`.
pub fn of_body(kind: &'static ResourceType, mut body: Map<String, Value>) -> Result<Query, Problem> {
    let mut integer = |name: &'static str| match body.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
        Some(_) => Err(ScimError::new(Fault::InvalidValue, name, "must be an integer")),
    };
    let (start, count) = (integer("startIndex")?, integer("count")?);
    let mut fields = Fields::of(body);
    let schemas = fields.texts("schemas", 10, 200);
    let parts = Parts {
        filter: fields.text("filter", 1, 4_096),
        sort_by: fields.text("sortBy", 1, 200),
        sort_order: fields.text("sortOrder", 1, 20),
        start,
        count,
        attributes: fields.texts("attributes", 100, 200).unwrap_or_default(),
        excluded: fields.texts("excludedAttributes", 100, 200).unwrap_or_default(),
    };
    fields.finish()?;
    if schemas.is_none_or(|schemas| !schemas.iter().any(|schema| schema.eq_ignore_ascii_case(ringfence_scim::SEARCH_REQUEST))) {
        return Err(ScimError::new(Fault::InvalidSyntax, "schemas", "must hold the schema of a search").into());
    }
    parts.query(kind)
}

/// Runs a query: enters, fetches, records, answers.
///
/// # Errors
/// The problem, its denial recorded; `tooMany` where a filter would look at more rows than it may.
pub async fn list<F>(caller: &Caller, query: &Query, (action, kind, name): (Action, &'static str, &'static str), fetch: F) -> Result<HttpResponse, Problem>
where
    F: AsyncFn(&mut TenantTx, &Keys, i64, i64) -> Result<(Vec<Map<String, Value>>, i64), StoreError>,
{
    let object = objects(kind);
    let (mut tx, entered) = enter(caller, action, &object).await?;
    let by_rows = query.filter.is_some() || query.order.is_some();
    let keys = query.filter.as_ref().map_or(Some(Keys::default()), |filter| keys(filter, name));
    let fetched = match (&keys, by_rows) {
        // An id that is none, and so nobody's.
        (None, _) => Ok((Vec::new(), 0)),
        (Some(keys), true) => fetch(&mut tx, keys, MOST_ROWS, 0).await,
        (Some(keys), false) => fetch(&mut tx, keys, query.count, query.start - 1).await,
    };
    let (mut resources, mut total) = match fetched {
        Ok(fetched) => fetched,
        Err(error) => {
            let error = tx.refuse(error).await;
            return Err(caller.refused(action, object, error, Some(&entered)).await);
        }
    };
    tx.commit().await?;
    if by_rows {
        if total > MOST_ROWS {
            return Err(ScimError::new(Fault::TooMany, "filter", "would look at more resources than it may; name an id, a name or an externalId").into());
        }
        if let Some(filter) = &query.filter {
            resources.retain(|resource| filter.fits(resource));
        }
        if let Some(order) = &query.order {
            resources.sort_by(|one, other| order.compare(one, other));
        }
        total = i64::try_from(resources.len()).unwrap_or(i64::MAX);
        let skipped = usize::try_from(query.start - 1).unwrap_or(usize::MAX);
        resources = resources.into_iter().skip(skipped).take(usize::try_from(query.count).unwrap_or(0)).collect();
    }
    let ids = resources.iter().filter_map(|resource| resource.get("id")?.as_str()?.parse().ok());
    let filter = query.filter.as_ref().map(Filter::terms).unwrap_or_default().into_iter().take(MOST_TERMS).collect::<Vec<_>>();
    let details = json!({ "filter": filter, "count": resources.len(), "digest": digest(ids), "total": total });
    caller.read(&entered, action, object, details).await?;
    let count = resources.len();
    let resources: Vec<Value> = resources.into_iter().map(|resource| Value::Object(query.projection.of(resource))).collect();
    Ok(answer(resources, total, query.start, count))
}

fn keys(filter: &Filter, name: &str) -> Option<Keys> {
    let id = match filter.equality("id") {
        Some(text) => Some(text.parse().ok()?),
        None => None,
    };
    Some(Keys { id, name: filter.equality(name).map(str::to_owned), external_id: filter.equality("externalId").map(str::to_owned) })
}

/// A list in its envelope.
pub fn answer(resources: Vec<Value>, total: i64, start: i64, count: usize) -> HttpResponse {
    let body = json!({ "schemas": [ringfence_scim::LIST_RESPONSE], "totalResults": total, "startIndex": start, "itemsPerPage": count, "Resources": resources });
    HttpResponse::Ok().content_type(MEDIA).body(body.to_string())
}
