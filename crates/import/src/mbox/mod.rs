//! Tickets from an mbox: a message that answers none before it is a ticket, one that does is a comment on that ticket. It
//! refuses to believe a message about who sent it: names and addresses are data, whatever they claim.

mod message;
mod mime;
mod postmark;
mod split;
mod threads;
mod transfer_encoding;

use std::{collections::VecDeque, io::Read};

use crate::{
    error::{Lost, RowError},
    mbox::{split::Messages, threads::Threads},
    ticket::Row,
};

/// The threads of a file, known once it has been read to its end: any later message may still be a reply.
pub(crate) struct Tickets<R> {
    messages: Option<Messages<R>>,
    threads: Threads,
    rows: VecDeque<Result<Row, RowError>>,
    source: String,
}

impl<R: Read> Tickets<R> {
    pub(crate) fn new(reader: R, source: String) -> Self {
        Tickets {
            messages: Some(Messages::new(reader)),
            threads: Threads::default(),
            rows: VecDeque::new(),
            source,
        }
    }

    /// Nothing of the file follows: threads that may lack replies must not look complete to a resumed import.
    fn give_up(&mut self, error: RowError) -> Option<Result<Row, RowError>> {
        self.messages = None;
        self.rows = std::mem::take(&mut self.threads).into_refusals().map(Err).collect();
        self.rows.push_back(Err(error.losing(Lost::Rest)));
        self.rows.pop_front()
    }
}

impl<R: Read> Iterator for Tickets<R> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(messages) = &mut self.messages {
            let raw = match messages.next() {
                Ok(Some(raw)) => raw,
                Ok(None) => {
                    self.messages = None;
                    self.rows = std::mem::take(&mut self.threads)
                        .into_rows(&self.source)
                        .into();
                    break;
                }
                Err(error) => return self.give_up(error),
            };
            let line = raw.line;
            let (links, mail) = message::read(&raw);
            let placed = match mail {
                Ok(mail) => self.threads.add(links, mail),
                Err(broken) => self.threads.refuse(links, broken.at(line)),
            };
            match placed {
                Ok(()) => {}
                Err(threads::Unplaced::Twice { first }) => {
                    let message = format!("the same message stands at line {first}");
                    return Some(Err(RowError::new(line, message).losing(Lost::Part)));
                }
                Err(threads::Unplaced::Full) => {
                    let message = "the file holds more than the 256 MiB of text that replies can be matched in; \
                                   split it between threads";
                    return self.give_up(RowError::new(line, message));
                }
            }
        }
        self.rows.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rows.len(), self.messages.is_none().then_some(self.rows.len()))
    }
}
