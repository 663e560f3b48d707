//! Puts messages together into threads while a file is read. It refuses the same message twice, a thread without one of its
//! messages, and more text than may be held.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::{
    error::{Lost, RowError},
    field::{MAX_COMMENTS, MAX_HELD_BYTES},
    mbox::message::{self, Links, Mail},
    ticket::{ImportedComment, ImportedTicket, Row, Status},
};

/// What a message and an id in the index cost beside their text.
const MESSAGE_BYTES: usize = 512;
const ID_BYTES: usize = 96;
/// What is said of a ticket whose text could not be read as it was meant.
const UNDECODED: &str = "encoded text that cannot be decoded";

pub(crate) enum Unplaced {
    Twice { first: u64 },
    Full,
}

#[derive(Default)]
pub(crate) struct Threads {
    threads: Vec<Thread>,
    index: HashMap<String, Place>,
    /// The fingerprints of all messages and their lines.
    seen: HashMap<[u8; 32], u64>,
    held: usize,
}

/// The messages of one ticket.
#[derive(Default)]
struct Thread {
    mails: Vec<Mail>,
    /// The line of the first one that was refused.
    refused: Option<u64>,
    /// The refused one opened it, and its error stands for the ticket.
    opened_by_refused: bool,
}

/// What is known of a Message-ID: its thread, and whether the message itself was seen and is well.
struct Place {
    thread: usize,
    seen: bool,
}

impl Threads {
    pub(crate) fn add(&mut self, links: Links, mut mail: Mail) -> Result<(), Unplaced> {
        if let Some(first) = self.seen.get(&mail.fingerprint) {
            return Err(Unplaced::Twice { first: *first });
        }
        let id = self.key(&links);
        if id == links.digest {
            mail.external_id.clone_from(&id);
        }
        let is_reply = !links.answers.is_empty();
        let thread = self.place(id, links.answers, mail.body.len() + mail.subject.len(), true)?;
        if is_reply && thread == self.threads.len() {
            mail.subject = message::without_reply_marks(&mail.subject);
        }
        self.seen.insert(mail.fingerprint, mail.line);
        self.thread(thread).mails.push(mail);
        Ok(())
    }

    /// A message that is not kept. What belongs to one ticket with it waits for it, or a later import would find the ticket
    /// there already and leave it without.
    pub(crate) fn refuse(&mut self, line: u64, links: Links) -> Result<Lost, Unplaced> {
        let id = self.key(&links);
        let thread = self.place(id, links.answers, 0, false)?;
        let opens = thread == self.threads.len();
        let thread = self.thread(thread);
        thread.opened_by_refused |= opens;
        thread.refused.get_or_insert(line);
        Ok(if opens { Lost::Ticket } else { Lost::Part })
    }

    /// The id under which a message is found. Of two under the same one both are kept, and answers to it go to the first.
    fn key(&self, links: &Links) -> String {
        let is_taken = |id: &&String| self.index.get(*id).is_some_and(|place| place.seen);
        links.id.as_ref().filter(|id| !is_taken(id)).unwrap_or(&links.digest).clone()
    }

    /// The thread of a message; the one after the last where it opens one.
    fn place(&mut self, id: String, answers: Vec<String>, text: usize, is_well: bool) -> Result<usize, Unplaced> {
        let ids: usize = answers.iter().map(|id| id.len() + ID_BYTES).sum();
        self.held += MESSAGE_BYTES + text + 2 * id.len() + ids;
        if self.held > MAX_HELD_BYTES {
            return Err(Unplaced::Full);
        }
        // An id may be known before its message: siblings that answer a message which comes late, or never.
        let known = self.index.get(&id).map(|place| place.thread);
        let answered = || {
            answers
                .iter()
                .find_map(|id| self.index.get(id))
                .map(|place| place.thread)
        };
        let open = |thread: &usize| {
            self.threads
                .get(*thread)
                .is_some_and(|thread| thread.mails.len() < MAX_COMMENTS)
        };
        let thread = known
            .or_else(answered)
            .filter(open)
            .unwrap_or(self.threads.len());
        for answered in answers {
            self.index.entry(answered).or_insert(Place {
                thread,
                seen: false,
            });
        }
        self.index.insert(id, Place { thread, seen: is_well });
        Ok(thread)
    }

    fn thread(&mut self, thread: usize) -> &mut Thread {
        if thread == self.threads.len() {
            self.threads.push(Thread::default());
        }
        &mut self.threads[thread]
    }

    pub(crate) fn into_rows(self, source: &str) -> Vec<Result<Row, RowError>> {
        self.threads
            .into_iter()
            .filter_map(|thread| thread.into_row(source))
            .collect()
    }
}

impl Thread {
    /// `None` where nothing is left that was not reported.
    fn into_row(mut self, source: &str) -> Option<Result<Row, RowError>> {
        let line = self.mails.first()?.line;
        if let Some(refused) = self.refused {
            let message = format!("held back, for the message at line {refused} belongs to the same ticket and was refused");
            let lost = if self.opened_by_refused { Lost::Part } else { Lost::Ticket };
            return Some(Err(RowError::new(line, message).losing(lost)));
        }
        self.date_the_silent();
        row(self.mails, source).map(Ok)
    }

    /// A message without a time is listed after those before it in the file and after the one it answers; one before all
    /// others begins with them.
    fn date_the_silent(&mut self) {
        let dates: HashMap<String, Timestamp> = self.mails.iter().filter_map(|mail| Some((mail.external_id.clone(), mail.date?))).collect();
        let earliest = dates.values().min().copied();
        let mut latest = None;
        for mail in &mut self.mails {
            let answered = mail.answers.as_ref().and_then(|id| dates.get(id)).copied();
            mail.date = mail.date.or(latest.max(answered)).or(earliest);
            latest = latest.max(mail.date);
        }
    }
}

fn row(mails: Vec<Mail>, source: &str) -> Option<Row> {
    let root = mails.first()?;
    let line = root.line;
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
        left_out: if mails.iter().any(|mail| mail.undecoded) { vec![UNDECODED] } else { Vec::new() },
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
