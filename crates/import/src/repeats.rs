//! Finds ids that stand twice in a file. It refuses the later one: an import would pass over it as there already, and what it
//! says would be lost unnoticed.

use std::collections::{HashMap, hash_map::Entry};

use sha2::{Digest, Sha256};

use crate::{
    error::{RowError, place},
    ticket::Row,
};

/// The rows of a file, each id once.
pub(crate) struct Once<I> {
    rows: I,
    /// Where each id stood first. Half a digest tells them apart, so that a long id costs no more than a short one.
    seen: HashMap<[u8; 16], (u64, Option<u64>)>,
}

impl<I> Once<I> {
    pub(crate) fn new(rows: I) -> Self {
        Once {
            rows,
            seen: HashMap::new(),
        }
    }
}

impl<I: Iterator<Item = Result<Row, RowError>>> Iterator for Once<I> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        let mut key = [0; 16];
        key.copy_from_slice(&Sha256::digest(&row.ticket.external_id)[..16]);
        Some(match self.seen.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert((row.line, row.record));
                Ok(row)
            }
            Entry::Occupied(entry) => {
                let &(line, record) = entry.get();
                let message = format!("the id stands at {} already", place(line, record));
                Err(RowError {
                    record: row.record,
                    ..RowError::new(row.line, message)
                })
            }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}
