//! Any bytes at all, and good files with bytes changed: every format answers with rows and errors, never with a panic or
//! without an end.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::{collection::vec, prelude::*, sample::Index};
use ringfence_import::{Format, MAX_BODY_BYTES, MAX_SUBJECT_CHARS};

const GOOD: [(Format, &str); 5] = [
    (
        Format::ZendeskJson,
        "{\"tickets\":[\n{\"id\":1,\"subject\":\"S\",\"status\":\"open\",\"requester_id\":2,\"tags\":[\"a\"],\"comments\":[{\"id\":3,\"body\":\"b\",\"public\":true}]}],\n\"users\":[{\"id\":2,\"name\":\"N\",\"email\":\"n@example.com\"}]}\n",
    ),
    (
        Format::ZendeskJson,
        "{\"id\":1,\"subject\":\"S\",\"description\":\"D\"}\n{\"id\":2,\"subject\":\"\\u00fc\",\"comments\":[{\"html_body\":\"<p>x<b>y</b>\"}]}\n",
    ),
    (
        Format::ZendeskJson,
        "[\n {\"id\":1,\"subject\":\"S\",\"via\":{\"source\":{\"from\":{\"address\":\"a@example.com\"}}}},\n {\"id\":2}\n]",
    ),
    (
        Format::Csv,
        "id,subject,body,tags,status,created_at\n1,one,\"a \"\"q\"\"\nb\",\"x;y\",open,2024-01-01\n2,two,,,closed,\n",
    ),
    (
        Format::Mbox,
        "From a@example.com Thu Jan  1 00:00:00 1970\nFrom: =?utf-8?b?w7w=?= <a@example.com>\nMessage-ID: <1@x>\nDate: Fri, 4 May 2001 14:05:44 -0400\nSubject: =?iso-8859-1?q?=FC?=\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain; charset=utf-7\nContent-Transfer-Encoding: quoted-printable\n\n=41+AOk-\n--c\nContent-Type: text/html; charset=utf-16\nContent-Transfer-Encoding: base64\n\nPGI+eDwvYj4=\n--c--\n--b\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename*=utf-8''%c3%bc.eml\n\nSubject: in\n\nx\n--b--\n\nFrom b@example.com Thu Jan  1 00:00:01 1970\nIn-Reply-To: <1@x>\nReferences: <0@x> <1@x>\nContent-Type: text/html; charset=iso-2022-jp\n\n<p>&lt;script&gt; <a href=\"http://example.com\">l</a><pre>\n x</pre>\n",
    ),
];

/// Reads everything and holds each row to what is promised of it.
fn read_all(format: Format, bytes: &[u8]) {
    let lines = bytes
        .iter()
        .filter(|byte| **byte == b'\n' || **byte == b'\r')
        .count() as u64
        + 1;
    let mut items = 0;
    for row in ringfence_import::read(format, bytes, "hostile") {
        items += 1;
        assert!(items <= bytes.len() + 1, "more items than bytes");
        let ticket = match row {
            Ok(row) => {
                assert!(
                    (1..=lines).contains(&row.line),
                    "line {} of {lines}",
                    row.line
                );
                row.ticket
            }
            Err(error) => {
                assert!(
                    (1..=lines).contains(&error.line),
                    "line {} of {lines}: {error}",
                    error.line
                );
                continue;
            }
        };
        assert!(!ticket.subject.is_empty() && ticket.subject.chars().count() <= MAX_SUBJECT_CHARS);
        assert!(!ticket.external_id.is_empty());
        let texts = [&ticket.subject, &ticket.external_id]
            .into_iter()
            .chain(&ticket.tags);
        let mut texts = texts.chain(ticket.comments.iter().map(|comment| &comment.body));
        assert!(texts.all(|text| !text.contains('\0')), "a NUL came through");
        assert!(
            ticket
                .comments
                .iter()
                .all(|comment| comment.body.len() <= MAX_BODY_BYTES)
        );
    }
}

/// Bytes that mean something to one of the formats, so that chance gets somewhere.
fn telling_bytes() -> impl Strategy<Value = Vec<u8>> {
    let words: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"\n",
        b"\r",
        b" ",
        b"\"tickets\":[",
        b"\"users\":[",
        b"\"id\":1",
        b"\"subject\":\"s\"",
        b"null",
        b"id,subject\n",
        b"1,one\n",
        b"\"\"",
        b"\xEF\xBB\xBF",
        b"\xff",
        b"\0",
        b"\n\nFrom a@b Thu Jan  1 00:00:00 1970\n",
        b">From ",
        b"From ",
        b"--b",
        b"--b\n",
        b"--b--\n",
        b"Content-Type: multipart/mixed; boundary=b\n\n",
        b"Content-Type: text/html\n",
        b"Content-Type: message/rfc822\n\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Subject: =?utf-8?q?",
        b"?=",
        b"References: <a> <b>\n",
        b"Message-ID: <a>\n",
        b"Date: Fri, 99 May 99999 99:99:99 +9999\n",
        b"From: (a (b) <c@d>, \"e\n",
        b"<b>",
        b"</b>",
        b"<a href=\"",
        b"&lt;",
    ];
    let word = prop_oneof![
        6 => proptest::sample::select(words.to_vec()).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 1..4),
    ];
    vec(word, 0..60).prop_map(|words| words.concat())
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(300);
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..600)) {
        for format in Format::ALL {
            read_all(format, &bytes);
        }
    }

    #[test]
    fn any_telling_bytes_are_answered(bytes in telling_bytes()) {
        for format in Format::ALL {
            read_all(format, &bytes);
        }
        // Past the first line, which decides on its own whether the rest is looked at.
        read_all(Format::Mbox, &[b"From a@b Thu Jan  1 00:00:00 1970\n", bytes.as_slice()].concat());
        read_all(Format::Csv, &[b"id,subject,body\n", bytes.as_slice()].concat());
        read_all(Format::ZendeskJson, &[b"{\"id\":1,\"subject\":\"s\"}\n", bytes.as_slice()].concat());
    }

    #[test]
    fn good_files_with_changed_bytes_are_answered(
        which in 0..GOOD.len(),
        changes in vec((any::<Index>(), any::<u8>(), 0..3usize), 1..8),
    ) {
        let (format, good) = GOOD[which];
        let mut bytes = good.as_bytes().to_vec();
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, byte),
            }
        }
        read_all(format, &bytes);
    }

    #[test]
    fn good_files_cut_off_anywhere_are_answered(which in 0..GOOD.len(), at in any::<Index>()) {
        let (format, good) = GOOD[which];
        read_all(format, &good.as_bytes()[..at.index(good.len())]);
    }
}

#[test]
fn the_good_files_are_good() {
    for (format, good) in GOOD {
        assert!(ringfence_import::read(format, good.as_bytes(), "hostile").any(|row| row.is_ok()));
        read_all(format, good.as_bytes());
    }
}
