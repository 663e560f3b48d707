//! One raw e-mail message into what a ticket or a comment needs. It refuses messages beyond the bounds, and replaces what
//! it cannot decode rather than failing on it.

use jiff::Timestamp;
use mail_parser::{Address, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::{
    error::Violation,
    field::{self, MAX_EXTERNAL_ID_CHARS, MAX_RECORD_BYTES},
    mbox::{
        mime::{self, Headers, MAX_HEAD_BYTES},
        split::RawMessage,
    },
    ticket::Person,
};

/// References beyond these are older ancestors, of which one is enough.
const MAX_REFERENCES: usize = 100;
const NO_SUBJECT: &str = "(no subject)";

/// What ties a message to others; known of one that is refused, too.
#[derive(Debug)]
pub(crate) struct Links {
    /// The Message-ID as it is referred to; `None` when there is none.
    pub(crate) id: Option<String>,
    /// The key to fall back on when there is none, or another message bears the same Message-ID.
    pub(crate) digest: String,
    /// The messages this one answers, the nearest first.
    pub(crate) answers: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Mail {
    /// The line of its `From ` line.
    pub(crate) line: u64,
    pub(crate) external_id: String,
    /// Equal for two copies of one message, whichever way they were delivered.
    pub(crate) fingerprint: [u8; 32],
    pub(crate) subject: String,
    pub(crate) from: Option<Person>,
    pub(crate) body: String,
    /// Some of the body is not in the encoding that it names, and stands there as it came.
    pub(crate) undecoded: bool,
    /// Its own, or else that of its delivery.
    pub(crate) date: Option<Timestamp>,
    /// The ids that it answers, the nearest first; empty until it has been put into a thread.
    pub(crate) answers: Vec<String>,
}

pub(crate) fn read(raw: &RawMessage) -> (Links, Result<Mail, Violation>) {
    // NUL says nothing in a mail and cannot be stored; it is the one byte that is dropped.
    let without_nul: Vec<u8>;
    let bytes = if raw.bytes.contains(&0) {
        without_nul = raw
            .bytes
            .iter()
            .copied()
            .filter(|byte| *byte != 0)
            .collect();
        &without_nul
    } else {
        &raw.bytes
    };
    let parts = mime::split_head(bytes);
    let head = parts.as_ref().map_or(&bytes[..bytes.len().min(MAX_HEAD_BYTES)], |(head, _)| head);
    let headers = Headers::read(head);
    let mut answers = ids(&headers, HeaderName::InReplyTo);
    answers.extend(ids(&headers, HeaderName::References).into_iter().rev());
    answers.truncate(MAX_REFERENCES);
    let links = Links {
        id: ids(&headers, HeaderName::MessageId).into_iter().next(),
        digest: digest(bytes),
        answers,
    };
    let mail = if raw.cut_short {
        Err(Violation::of_record(format!("longer than {MAX_RECORD_BYTES} bytes")))
    } else {
        parts.and_then(|(_, content)| mail(raw, &links, &headers, content))
    };
    (links, mail)
}

fn mail(raw: &RawMessage, links: &Links, headers: &Headers<'_>, content: &[u8]) -> Result<Mail, Violation> {
    let date = date(headers);
    let (body, undecoded) = mime::body(headers, content)?;
    let mut mail = Mail {
        line: raw.line,
        external_id: links.id.as_deref().map_or_else(|| links.digest.clone(), external_id),
        fingerprint: [0; 32],
        subject: subject(headers)?,
        from: headers
            .value(HeaderName::From)
            .and_then(HeaderValue::as_address)
            .and_then(sender),
        body: field::body("body", body)?,
        undecoded,
        date,
        answers: Vec::new(),
    };
    mail.fingerprint = mail.fingerprint(links);
    mail.date = date.or(raw.delivered);
    Ok(mail)
}

/// The Message-ID where it can serve as a key, else a digest of it.
pub(crate) fn external_id(id: &str) -> String {
    if id.chars().count() <= MAX_EXTERNAL_ID_CHARS {
        id.to_owned()
    } else {
        digest(id.as_bytes())
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

impl Mail {
    fn fingerprint(&self, links: &Links) -> [u8; 32] {
        let mut hash = Sha256::new();
        for text in [
            &self.subject,
            &self.body,
            links.id.as_ref().unwrap_or(&links.digest),
        ] {
            hash.update(text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
        let from = self
            .from
            .as_ref()
            .and_then(|from| from.email.as_deref())
            .unwrap_or_default();
        hash.update(from.as_bytes());
        hash.update(
            self.date
                .map_or(i64::MIN, Timestamp::as_second)
                .to_le_bytes(),
        );
        hash.finalize().into()
    }
}

fn ids(headers: &Headers<'_>, name: HeaderName<'static>) -> Vec<String> {
    let found = headers
        .value(name)
        .and_then(HeaderValue::as_text_list)
        .unwrap_or_default();
    found
        .iter()
        .map(|id| {
            id.chars()
                .filter(|c| !c.is_whitespace() && !c.is_control())
                .collect::<String>()
        })
        .filter(|id| !id.is_empty())
        .collect()
}

fn subject(headers: &Headers<'_>) -> Result<String, Violation> {
    let text = headers
        .value(HeaderName::Subject)
        .and_then(HeaderValue::as_text)
        .unwrap_or_default();
    let subject = field::one_line("subject", &text.replace('\0', ""), field::MAX_SUBJECT_CHARS)?;
    Ok(if subject.is_empty() {
        NO_SUBJECT.to_owned()
    } else {
        subject
    })
}

/// The subject without the marks of a reply, for a thread whose first message is not in the file.
pub(crate) fn without_reply_marks(subject: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let mark = ["re:", "aw:", "sv:"].iter().find(|mark| {
            rest.get(..3)
                .is_some_and(|is| is.eq_ignore_ascii_case(mark))
        });
        match mark {
            Some(mark) => rest = rest[mark.len()..].trim_start(),
            None if rest.is_empty() => return NO_SUBJECT.to_owned(),
            None => return rest.to_owned(),
        }
    }
}

/// What a header claims about its sender, as far as it has the shape of a name and an address.
fn sender(address: &Address<'_>) -> Option<Person> {
    let first = address.first()?;
    let clean = |text: &str| text.replace('\0', "");
    let name = first
        .name
        .as_deref()
        .and_then(|name| field::name("from", &clean(name)).ok().flatten());
    let email = first
        .address
        .as_deref()
        .and_then(|email| field::email("from", &clean(email)).ok().flatten());
    Person {
        name,
        email,
        external_id: None,
    }
    .known()
}

fn date(headers: &Headers<'_>) -> Option<Timestamp> {
    let date = headers.value(HeaderName::Date)?.as_datetime()?;
    if !date.is_valid() {
        return None;
    }
    Timestamp::from_second(date.to_timestamp())
        .ok()
        .and_then(field::storable)
}
