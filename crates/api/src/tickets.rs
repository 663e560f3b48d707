//! Tickets and their comments over HTTP: one operation a file.

pub mod change;
pub mod comments;
pub mod create;
pub mod get;
pub mod list;

use crate::problem::{Kind, Problem};
use ringfence_domain::TicketRef;

/// The `{ticket_id}` of a route. A name that no ticket can have is one that does not exist.
fn ticket_ref(text: &str) -> Result<TicketRef, Problem> {
    text.parse().map_err(|_| Problem::new(Kind::NotFound))
}

/// Tags as the database holds them: words, without repetition.
fn tags(fields: &mut crate::body::Fields) -> Option<Vec<String>> {
    let tags = fields.texts("tags", 50, 64)?;
    if tags.iter().any(|tag| tag.contains(|c: char| c.is_whitespace() || c == ',')) {
        fields.wrong("tags", "invalid", "must hold words, without spaces and commas");
    }
    Some(tags)
}
