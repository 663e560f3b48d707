//! Tickets and their comments over HTTP: one operation a file.

pub mod change;
pub mod comments;
pub mod create;
pub mod get;
pub mod links;
pub mod list;
mod missing;

use crate::caller::{object, objects};
use ringfence_audit::Object;
use ringfence_domain::{TicketId, TicketRef};
use uuid::Uuid;

/// The `{ticket_id}` of a route. A name that no ticket can have is one that does not exist: it is looked for, refused and recorded as
/// any other.
fn ticket_ref(text: &str) -> TicketRef {
    text.parse().unwrap_or(TicketRef::Id(TicketId(Uuid::nil())))
}

/// What the trail calls the ticket that was asked for, whether there is one or not.
fn asked_for(reference: TicketRef) -> Object {
    match reference {
        TicketRef::Id(id) => object("ticket", id.0),
        TicketRef::Number(_) => objects("ticket"),
    }
}

/// Tags as the database holds them: words, without repetition.
fn tags(fields: &mut crate::body::Fields) -> Option<Vec<String>> {
    let tags = fields.texts("tags", 50, 64)?;
    if tags.iter().any(|tag| tag.contains(|c: char| c.is_whitespace() || c == ',')) {
        fields.wrong("tags", "invalid", "must hold words, without spaces and commas");
    }
    Some(tags)
}
