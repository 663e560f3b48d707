//! Puts messages together into threads once a file has been read, so that it does not matter in which order they stand. It
//! refuses the same message twice, a thread without one of its messages, and more text than may be held.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::{
    error::{Lost, RowError},
    field::{MAX_COMMENTS, MAX_HELD_BYTES},
    mbox::message::{self, Links, Mail},
    ticket::{ImportedComment, ImportedTicket, Row, Status},
};

/// What a message and an id in the index cost beside their text.
const MESSAGE_BYTES: usize = 512;
const ID_BYTES: usize = 128;

/// What is said of a ticket whose text could not be read as it was meant.
const UNDECODED: &str = "encoded text that cannot be decoded";

pub(crate) enum Unplaced {
    Twice { first: u64 },
    Full,
}

#[derive(Default)]
pub(crate) struct Threads {
    messages: Vec<Message>,
    /// The ids of the messages that are well.
    taken: HashSet<String>,
    /// The fingerprints of all messages and their lines.
    seen: HashMap<[u8; 32], u64>,
    held: usize,
}

/// A message, or why it is refused: what belongs to one ticket with it waits for it, or a later import would find the
/// ticket there already and leave it without.
struct Message {
    id: String,
    /// The messages it answers, the nearest first; not itself.
    answers: Vec<String>,
    mail: Result<Mail, RowError>,
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
        self.seen.insert(mail.fingerprint, mail.line);
        self.taken.insert(id.clone());
        let text = mail.body.len() + mail.subject.len();
        self.hold(id, links.answers, text, Ok(mail))
    }

    pub(crate) fn refuse(&mut self, links: Links, broken: RowError) -> Result<(), Unplaced> {
        let id = self.key(&links);
        self.hold(id, links.answers, 0, Err(broken))
    }

    /// The id under which a message is found. Of two under the same one both are kept, and answers to it go to the first.
    fn key(&self, links: &Links) -> String {
        links.id.as_ref().filter(|id| !self.taken.contains(*id)).unwrap_or(&links.digest).clone()
    }

    fn hold(&mut self, id: String, mut answers: Vec<String>, text: usize, mail: Result<Mail, RowError>) -> Result<(), Unplaced> {
        answers.retain(|answered| *answered != id);
        let ids: usize = answers.iter().map(|id| id.len() + ID_BYTES).sum();
        self.held += MESSAGE_BYTES + text + 2 * id.len() + ids;
        if self.held > MAX_HELD_BYTES {
            return Err(Unplaced::Full);
        }
        self.messages.push(Message { id, answers, mail });
        Ok(())
    }

    /// The refusals first, then a row for each thread.
    pub(crate) fn into_rows(self, source: &str) -> Vec<Result<Row, RowError>> {
        let threads = threads(self.messages);
        let (mut refused, mut rows) = (Vec::new(), Vec::new());
        for thread in threads {
            let (mails, errors) = apart(thread);
            // A thread is one ticket, lost once.
            let alone = mails.is_empty();
            let first = errors.first().map(|error| error.line);
            refused.extend(errors.into_iter().enumerate().map(|(at, error)| error.losing(if alone && at == 0 { Lost::Ticket } else { Lost::Part })));
            match (first, mails.first()) {
                (Some(refused), Some(mail)) => {
                    let message = format!("held back, for the message at line {refused} belongs to the same ticket and was refused");
                    rows.push(Err(RowError::new(mail.line, message)));
                }
                (None, _) => rows.extend(row(mails, source).map(Ok)),
                (Some(_), None) => {}
            }
        }
        refused.sort_by_key(|error| error.line);
        refused.into_iter().map(Err).chain(rows).collect()
    }

    /// What was refused so far, of a file that cannot be read to its end.
    pub(crate) fn into_refusals(self) -> impl Iterator<Item = RowError> {
        self.messages.into_iter().filter_map(|message| message.mail.err())
    }
}

fn apart(thread: Vec<Message>) -> (Vec<Mail>, Vec<RowError>) {
    let (mut mails, mut errors) = (Vec::new(), Vec::new());
    for message in thread {
        match message.mail {
            Ok(mail) => mails.push(Mail { answers: message.answers, ..mail }),
            Err(error) => errors.push(error),
        }
    }
    (mails, errors)
}

/// The messages of each ticket, in the file's order. A message belongs to the nearest that it answers and the file has, and
/// to whatever nearer one the file lacks: siblings share what they answer, though it never comes.
fn threads(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut nodes: HashMap<&str, usize> = HashMap::new();
    let present: HashSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    let mut groups = Groups::default();
    let mut own = Vec::with_capacity(messages.len());
    for message in &messages {
        let node = *nodes.entry(&message.id).or_insert_with(|| groups.open());
        own.push(node);
        for answered in &message.answers {
            let answered_node = *nodes.entry(answered).or_insert_with(|| groups.open());
            groups.join(node, answered_node);
            if present.contains(answered.as_str()) {
                break;
            }
        }
    }
    drop((nodes, present));
    let mut threads: Vec<Vec<Message>> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for (message, node) in messages.into_iter().zip(own) {
        let place = places.entry(groups.find(node)).or_insert(threads.len());
        // One too long for a ticket goes on in another.
        if threads.get(*place).is_some_and(|thread| thread.len() == MAX_COMMENTS) {
            *place = threads.len();
        }
        if *place == threads.len() {
            threads.push(Vec::new());
        }
        threads[*place].push(message);
    }
    threads
}

/// Numbers put together into groups, each found by one of its own.
#[derive(Default)]
struct Groups(Vec<usize>);

impl Groups {
    fn open(&mut self) -> usize {
        self.0.push(self.0.len());
        self.0.len() - 1
    }

    fn find(&mut self, mut number: usize) -> usize {
        while self.0[number] != number {
            // Halves the way for whoever comes next.
            self.0[number] = self.0[self.0[number]];
            number = self.0[number];
        }
        number
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        self.0[other] = one;
    }
}

/// A message without a time is listed after those before it in the file and after the one it answers; one before all
/// others begins with them.
fn date_the_silent(mails: &mut [Mail]) {
    let dates: HashMap<String, Timestamp> = mails.iter().filter_map(|mail| Some((mail.external_id.clone(), mail.date?))).collect();
    let earliest = dates.values().min().copied();
    let mut latest = None;
    for mail in mails {
        let answered = mail.answers.first().and_then(|id| dates.get(&message::external_id(id))).copied();
        mail.date = mail.date.or(latest.max(answered)).or(earliest);
        latest = latest.max(mail.date);
    }
}

/// The message that opened a thread: it answers none of the others, and of several such it is the earliest by its own date.
/// Where all answer each other, the smallest id opens it. Its id is the ticket's key, so the order in the file must not tell.
fn root(mails: &[Mail]) -> usize {
    let own: HashSet<&str> = mails.iter().map(|mail| mail.external_id.as_str()).collect();
    let answers_none = |mail: &Mail| !mail.answers.iter().any(|id| own.contains(message::external_id(id).as_str()));
    let opener = (0..mails.len()).filter(|at| answers_none(&mails[*at])).min_by_key(|at| {
        let mail = &mails[*at];
        (mail.date.is_none(), mail.date, &mail.external_id)
    });
    opener.or_else(|| (0..mails.len()).min_by_key(|at| &mails[*at].external_id)).unwrap_or_default()
}

/// `None` of no messages.
fn row(mut mails: Vec<Mail>, source: &str) -> Option<Row> {
    let root = root(&mails);
    date_the_silent(&mut mails);
    let line = mails.first()?.line;
    let root = mails.get(root)?;
    let ticket = ImportedTicket {
        external_source: source.to_owned(),
        external_id: root.external_id.clone(),
        other_ids: mails.iter().map(|mail| mail.external_id.clone()).filter(|id| *id != root.external_id).collect(),
        subject: if root.answers.is_empty() { root.subject.clone() } else { message::without_reply_marks(&root.subject) },
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
