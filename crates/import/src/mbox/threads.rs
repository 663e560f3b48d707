//! Puts messages together into threads while a file is read. It refuses the same message twice, and more
//! text than may be held.

use std::collections::HashMap;

use crate::{
    field::{MAX_COMMENTS, MAX_HELD_BYTES},
    mbox::message::{self, Mail},
    ticket::{ImportedComment, ImportedTicket, Row, Status},
};

/// What a message and an id in the index cost beside their text.
const MESSAGE_BYTES: usize = 512;
const ID_BYTES: usize = 96;

pub(crate) enum Unplaced {
    Twice { first: u64 },
    Full,
}

#[derive(Default)]
pub(crate) struct Threads {
    threads: Vec<(u64, Vec<Mail>)>,
    index: HashMap<String, Place>,
    /// The fingerprints of all messages and their lines.
    seen: HashMap<[u8; 32], u64>,
    held: usize,
}

/// What is known of a Message-ID: its thread, and whether the message itself was seen.
struct Place {
    thread: usize,
    seen: bool,
}

impl Threads {
    pub(crate) fn add(&mut self, line: u64, mut mail: Mail) -> Result<(), Unplaced> {
        let copy = mail.fingerprint();
        if let Some(first) = self.seen.get(&copy) {
            return Err(Unplaced::Twice { first: *first });
        }
        let mut id = mail.id.clone().unwrap_or_else(|| mail.digest.clone());
        if self.index.get(&id).is_some_and(|place| place.seen) {
            // Another message under the same id: both are kept, and answers to the id go to the first.
            id.clone_from(&mail.digest);
            mail.external_id.clone_from(&mail.digest);
        }
        let ids: usize = mail.answers.iter().map(|id| id.len() + ID_BYTES).sum();
        self.held += MESSAGE_BYTES + mail.body.len() + mail.subject.len() + 2 * id.len() + ids;
        if self.held > MAX_HELD_BYTES {
            return Err(Unplaced::Full);
        }
        // An id may be known before its message: siblings that answer a message which comes late, or never.
        let known = self.index.get(&id).map(|place| place.thread);
        let answered = || {
            mail.answers
                .iter()
                .find_map(|id| self.index.get(id))
                .map(|place| place.thread)
        };
        let open = |thread: &usize| {
            self.threads
                .get(*thread)
                .is_some_and(|(_, mails)| mails.len() < MAX_COMMENTS)
        };
        let thread = known
            .or_else(answered)
            .filter(open)
            .unwrap_or(self.threads.len());
        if thread == self.threads.len() && !mail.answers.is_empty() {
            mail.subject = message::without_reply_marks(&mail.subject);
        }
        for answered in mail.answers.drain(..) {
            self.index.entry(answered).or_insert(Place {
                thread,
                seen: false,
            });
        }
        self.seen.insert(copy, line);
        self.index.insert(id, Place { thread, seen: true });
        match self.threads.get_mut(thread) {
            Some((_, mails)) => mails.push(mail),
            None => self.threads.push((line, vec![mail])),
        }
        Ok(())
    }

    pub(crate) fn into_rows(self, source: &str) -> Vec<Row> {
        let source = source.to_owned();
        self.threads
            .into_iter()
            .filter_map(|(line, mails)| row(line, mails, &source))
            .collect()
    }
}

fn row(line: u64, mails: Vec<Mail>, source: &str) -> Option<Row> {
    let root = mails.first()?;
    let ticket = ImportedTicket {
        external_source: source.to_owned(),
        external_id: root.external_id.clone(),
        subject: root.subject.clone(),
        status: Status::New,
        priority: None,
        kind: None,
        tags: Vec::new(),
        requester: root.from.clone(),
        organization: None,
        group: None,
        created_at: root.date,
        updated_at: mails.iter().filter_map(|mail| mail.date).max(),
        comments: Vec::new(),
        left_out: Vec::new(),
    };
    let comments = mails
        .into_iter()
        .filter(|mail| !mail.body.trim().is_empty())
        .map(|mail| ImportedComment {
            external_id: Some(mail.external_id),
            author: mail.from,
            body: mail.body,
            public: true,
            created_at: mail.date,
        });
    Some(Row {
        line,
        record: None,
        ticket: ImportedTicket {
            comments: comments.collect(),
            ..ticket
        },
    })
}
