//! Keyset pages: where one begins, which way it goes, and what came of it.

use crate::StoreError;
use crate::statement::Param;
use jiff::Timestamp;
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

/// Bytes, as the database sends them, past which a page ends before its limit: whoever reads slowly holds that much, six times over
/// where JSON escapes every byte.
const MOST_BYTES: usize = 1024 * 1024;

/// The sort key of the row at a page's edge. The id breaks ties; a number needs none.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Key {
    pub time: Option<Timestamp>,
    pub number: Option<i64>,
    pub id: Uuid,
}

/// Which rows a page holds: `limit` of them at most, in an order, from an edge on, forwards or backwards.
#[derive(Debug, Clone)]
pub struct Keyset {
    /// The column, such as `updated_at`; a name that the statement's optional lines know.
    pub column: &'static str,
    pub descending: bool,
    pub from: Option<Key>,
    /// Towards the beginning of the list, for the page before.
    pub backwards: bool,
    pub limit: i64,
}

#[derive(Debug, Clone)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// More rows in the direction that was asked for.
    pub more: bool,
}

/// The values behind a keyset, kept where parameters can borrow them.
pub(crate) struct Edge {
    time: Option<Timestamp>,
    number: Option<i64>,
    id: Uuid,
    limit: i64,
    lines: [String; 2],
    chosen: usize,
}

impl Keyset {
    /// One row more than asked for, to learn whether there are more.
    pub(crate) fn edge(&self) -> Edge {
        let ascending = self.descending == self.backwards;
        let order = format!("{}:{}", self.column, if ascending { "ascending" } else { "descending" });
        let beyond = format!("{}:{}", self.column, if ascending { "after" } else { "before" });
        let key = self.from.unwrap_or(Key { time: None, number: None, id: Uuid::nil() });
        Edge { time: key.time, number: key.number, id: key.id, limit: self.limit + 1, lines: [order, beyond], chosen: if self.from.is_some() { 2 } else { 1 } }
    }

    /// Where to look from for what lies on the other side of an edge behind which nothing was found: just past it, for the row at the
    /// edge is on that side, if it is still there.
    #[must_use]
    pub fn turned(&self) -> Option<Key> {
        let from = self.from?;
        let ascending = self.descending == self.backwards;
        let beside = |id: u128| if ascending { id.saturating_add(1) } else { id.saturating_sub(1) };
        let number = from.number.map(|number| if ascending { number.saturating_add(1) } else { number.saturating_sub(1) });
        Some(Key { time: from.time, number, id: Uuid::from_u128(beside(from.id.as_u128())) })
    }

    /// One row at least, however large.
    pub(crate) fn page<T>(&self, rows: &[Row], read: impl Fn(&Row) -> Result<T, StoreError>) -> Result<Page<T>, StoreError> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut bytes = 0;
        let held = rows.iter().take(limit).take_while(|row| {
            let fits = bytes < MOST_BYTES;
            bytes += row.raw_size_bytes();
            fits
        });
        let mut held: Vec<T> = held.map(read).collect::<Result<_, _>>()?;
        let more = held.len() < rows.len();
        if self.backwards {
            held.reverse();
        }
        Ok(Page { rows: held, more })
    }
}

impl Edge {
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines[..self.chosen].iter().map(String::as_str)
    }

    pub(crate) fn values<'a>(&'a self, values: &mut BTreeMap<&'static str, Param<'a>>) {
        values.insert("limit", &self.limit);
        values.insert("key_time", &self.time);
        values.insert("key_number", &self.number);
        values.insert("key_id", &self.id);
    }
}
