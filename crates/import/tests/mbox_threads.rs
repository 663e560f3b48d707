//! Threads of a mailbox that lack a message, and the time of one that does not say its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_import::{Format, ImportedTicket, MAX_BODY_BYTES};

const POSTMARK: &str = "From sender@example.com Thu Jan  1 00:00:00 1970\n";

/// The id of each ticket, or the error.
fn outline(mailbox: &str) -> Vec<Result<String, String>> {
    ringfence_import::read(Format::Mbox, mailbox.as_bytes(), "mail").map(|row| row.map(|row| row.ticket.external_id).map_err(|error| error.to_string())).collect()
}

fn ticket(mailbox: &str) -> ImportedTicket {
    let mut rows: Vec<_> = ringfence_import::read(Format::Mbox, mailbox.as_bytes(), "mail").collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).unwrap().ticket
}

/// Six lines of a mailbox.
fn mail(id: &str, headers: &str, body: &str) -> String {
    format!("{POSTMARK}Message-ID: <{id}>\n{headers}\n{body}\n\n")
}

#[test]
fn a_thread_waits_for_the_message_that_was_refused() {
    let long = "x".repeat(MAX_BODY_BYTES + 1);
    let reply = mail("rep@x", "In-Reply-To: <root@x>\nReferences: <root@x>\n", "answer");
    let other = mail("other@x", "", "unrelated");
    let held = |line: u64, refused: u64| Err(format!("line {line}: held back, for the message at line {refused} belongs to the same ticket and was refused"));
    let too_long = |line: u64| Err(format!("line {line}: field `body`: longer than {MAX_BODY_BYTES} bytes"));
    let other_id = Ok("other@x".to_owned());

    let root = mail("root@x", "", &long);
    assert_eq!(outline(&[&*root, &reply, &other].concat()), [too_long(1), held(6, 1), other_id.clone()]);
    // Whichever comes first in the file.
    assert_eq!(outline(&[&*reply, &other, &root].concat()), [too_long(13), held(1, 13), other_id.clone()]);
    // A reply that is refused holds back what it answers: the ticket would lack it for good.
    let answer = mail("rep@x", "In-Reply-To: <root@x>\n", &long);
    assert_eq!(outline(&[&*mail("root@x", "", "text"), &other, &answer].concat()), [too_long(11), held(1, 11), other_id]);
    // Once it is well, the ticket comes whole.
    assert_eq!(ticket(&[&*mail("root@x", "", "short"), &reply].concat()).comments.len(), 2);
}

#[test]
fn a_message_too_large_to_be_held_is_still_known_by_its_head() {
    let line = format!("{}\n", "x".repeat(1023));
    let reply = mail("rep@x", "In-Reply-To: <root@x>\n", "answer");
    let many = mail("root@x", "", &line.repeat(26 * 1024));
    let one = mail("root@x", "", &"x".repeat(26 * 1024 * 1024));
    let heads = mail("root@x", &"A: b\n".repeat(60_000), "text");
    for root in [many, one, heads] {
        let rows = outline(&[root, reply.clone()].concat());
        assert_eq!(rows.len(), 2, "{rows:?}");
        assert!(rows[0].as_ref().unwrap_err().contains("longer than"), "{rows:?}");
        assert!(rows[1].as_ref().unwrap_err().ends_with("held back, for the message at line 1 belongs to the same ticket and was refused"), "{rows:?}");
    }
}

#[test]
fn a_message_without_a_date_has_the_time_of_its_from_line() {
    let with = |stamp: &str| ticket(&format!("From a@example.com {stamp}\nSubject: s\n\ntext\n")).created_at.map(|time| time.to_string());
    assert_eq!(with("Fri May  4 14:05:44 2001").as_deref(), Some("2001-05-04T14:05:44Z"));
    assert_eq!(with("Fri May  4 14:05 2001").as_deref(), Some("2001-05-04T14:05:00Z"));
    assert_eq!(with("Fri May 04 14:05:44 -0400 2001").as_deref(), Some("2001-05-04T18:05:44Z"));
    assert_eq!(with("Fri May 04 14:05:44 2001 +0200").as_deref(), Some("2001-05-04T12:05:44Z"));
    // What writes the line without knowing the time writes the epoch.
    for none in ["Thu Jan  1 00:00:00 1970", "Fri May 44 14:05:44 2001", ""] {
        assert_eq!(with(none), None, "{none}");
    }
    let dated = ticket("From a@example.com Fri May  4 14:05:44 2001\nDate: Sat, 5 May 2001 10:00:00 +0000\n\ntext\n");
    assert_eq!(dated.created_at, Some("2001-05-05T10:00:00Z".parse().unwrap()));
}

#[test]
fn a_reply_without_any_time_comes_after_what_it_answers() {
    let root = mail("1@x", "Date: Fri, 4 May 2001 10:00:00 +0000\n", "one");
    let late = mail("2@x", "In-Reply-To: <1@x>\nDate: Sat, 5 May 2001 10:00:00 +0000\n", "two");
    let dateless = mail("3@x", "In-Reply-To: <2@x>\nReferences: <1@x> <2@x>\n", "three");
    for mailbox in [[&*root, &late, &dateless].concat(), [&*root, &dateless, &late].concat(), [&*dateless, &root, &late].concat()] {
        let ticket = ticket(&mailbox);
        let time = |id: &str| ticket.comments.iter().find(|comment| comment.external_id.as_deref() == Some(id)).unwrap().created_at;
        assert_eq!(time("3@x"), time("2@x"), "{mailbox}");
        assert_eq!(time("2@x"), Some("2001-05-05T10:00:00Z".parse().unwrap()));
    }
}

/// The key of each ticket and the ids of its messages, however the messages are sorted.
fn threads(mails: &[&str]) -> Vec<(String, Vec<String>)> {
    let rows = ringfence_import::read(Format::Mbox, mails.concat().as_bytes(), "mail").map(|row| row.unwrap().ticket).collect::<Vec<_>>();
    let mut threads: Vec<_> = rows
        .into_iter()
        .map(|ticket| {
            let mut ids: Vec<_> = ticket.comments.into_iter().map(|comment| comment.external_id.unwrap()).collect();
            ids.sort();
            (ticket.external_id, ids)
        })
        .collect();
    threads.sort();
    threads
}

#[test]
fn the_order_of_a_mailbox_does_not_change_its_tickets() {
    let date = |day: u8| format!("Date: {day} May 2001 10:00:00 +0000\n");
    let mails = [
        mail("z-root@x", &date(9), "one"),
        mail("a-reply@x", &format!("In-Reply-To: <z-root@x>\n{}", date(3)), "two"),
        mail("b-reply@x", "In-Reply-To: <a-reply@x>\n", "three"),
        // Siblings without what they answer: the earlier one opens.
        mail("c@x", &format!("In-Reply-To: <gone@x>\n{}", date(2)), "four"),
        mail("d@x", &format!("In-Reply-To: <gone@x>\n{}", date(1)), "five"),
        // They answer each other.
        mail("f@x", &format!("In-Reply-To: <e@x>\n{}", date(1)), "six"),
        mail("e@x", &format!("In-Reply-To: <f@x>\n{}", date(2)), "seven"),
    ];
    let expected: Vec<(String, Vec<String>)> = [("d@x", &["c@x", "d@x"][..]), ("e@x", &["e@x", "f@x"]), ("z-root@x", &["a-reply@x", "b-reply@x", "z-root@x"])]
        .into_iter()
        .map(|(key, ids)| (key.to_owned(), ids.iter().map(|id| (*id).to_owned()).collect()))
        .collect();
    let mut sorted: Vec<&str> = mails.iter().map(String::as_str).collect();
    for _ in 0..sorted.len() {
        sorted.rotate_left(1);
        assert_eq!(threads(&sorted), expected);
        let backwards: Vec<&str> = sorted.iter().rev().copied().collect();
        assert_eq!(threads(&backwards), expected);
        let mut swapped = sorted.clone();
        swapped.swap(1, 2);
        assert_eq!(threads(&swapped), expected);
    }
}

#[test]
fn a_mailbox_read_to_its_end_says_how_many_tickets_wait() {
    let mailbox = [mail("1@x", "", "one"), mail("2@x", "", "two"), mail("3@x", "", "three")].concat();
    let mut rows = ringfence_import::read(Format::Mbox, mailbox.as_bytes(), "mail");
    assert_eq!(rows.size_hint().0, 0);
    rows.next();
    assert_eq!(rows.size_hint().0, 2);
}
