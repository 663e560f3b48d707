//! Mailboxes: threads, encodings, attachments and messages made to do harm.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;

use ringfence_import::{Format, ImportedTicket, Row, RowError};

const POSTMARK: &str = "From sender@example.com Thu Jan  1 00:00:00 1970\n";

fn read(mailbox: impl AsRef<[u8]>) -> Vec<Result<Row, RowError>> {
    ringfence_import::read(Format::Mbox, mailbox.as_ref(), "mail").collect()
}

fn tickets(mailbox: impl AsRef<[u8]>) -> Vec<ImportedTicket> {
    read(mailbox)
        .into_iter()
        .map(|row| row.unwrap().ticket)
        .collect()
}

/// The one comment of a mailbox with one message.
fn body(message: impl AsRef<[u8]>) -> String {
    let tickets = tickets([POSTMARK.as_bytes(), message.as_ref()].concat());
    assert_eq!(tickets.len(), 1);
    tickets[0]
        .comments
        .first()
        .map(|comment| comment.body.clone())
        .unwrap_or_default()
}

fn refused(message: impl AsRef<[u8]>) -> RowError {
    let mut rows = read([POSTMARK.as_bytes(), message.as_ref()].concat());
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).unwrap_err()
}

fn mail(id: &str, headers: &str, subject: &str, body: &str) -> String {
    format!(
        "{POSTMARK}From: A B <a@example.com>\nMessage-ID: <{id}>\n{headers}Subject: {subject}\nDate: Fri, 04 May 2001 14:05:44 -0400\n\n{body}\n\n"
    )
}

#[test]
fn a_message_is_a_ticket_and_its_replies_are_comments() {
    let mailbox = [
        mail("1@x", "", "=?utf-8?q?T=C3=BCr?= klemmt", "Help"),
        mail("2@x", "", "Other", "Unrelated"),
        mail("3@x", "In-Reply-To: <1@x>\n", "Re: door", "Which one?"),
        mail(
            "4@x",
            "References: <1@x> <3@x>\n",
            "Re: Re: door",
            "The red one",
        ),
    ]
    .concat();
    let rows: Vec<Row> = read(&mailbox).into_iter().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 9]);
    let ticket = &rows[0].ticket;
    assert_eq!(
        (ticket.external_id.as_str(), ticket.subject.as_str()),
        ("1@x", "Tür klemmt")
    );
    assert_eq!(
        ticket.created_at,
        Some("2001-05-04T18:05:44Z".parse().unwrap())
    );
    let requester = ticket.requester.clone().unwrap();
    assert_eq!(
        (requester.name.as_deref(), requester.email.as_deref()),
        (Some("A B"), Some("a@example.com"))
    );
    let comments: Vec<_> = ticket
        .comments
        .iter()
        .map(|comment| {
            (
                comment.external_id.as_deref().unwrap(),
                comment.body.as_str(),
            )
        })
        .collect();
    assert_eq!(
        comments,
        [
            ("1@x", "Help"),
            ("3@x", "Which one?"),
            ("4@x", "The red one")
        ]
    );
    assert!(ticket.comments.iter().all(|comment| comment.public));
}

#[test]
fn replies_to_a_message_outside_the_file_share_a_ticket_without_reply_marks() {
    let mailbox = [
        mail("2@x", "In-Reply-To: <1@x>\n", "Re: RE: door", "first"),
        mail("3@x", "In-Reply-To: <1@x>\n", "Re: door", "second"),
        mail("1@x", "", "door", "late"),
    ];
    let whole = tickets(mailbox.concat());
    assert_eq!(whole.len(), 1);
    assert_eq!((whole[0].subject.as_str(), whole[0].external_id.as_str()), ("door", "1@x"));
    assert_eq!(whole[0].comments.len(), 3);
    let without = tickets(mailbox[..2].concat());
    assert_eq!(without.len(), 1);
    assert_eq!((without[0].subject.as_str(), without[0].external_id.as_str()), ("door", "2@x"));
}

#[test]
fn a_copy_is_refused_and_another_message_under_the_same_id_is_kept() {
    let copy = mail("1@x", "", "door", "text");
    let mailbox = [copy.clone(), copy, mail("1@x", "", "door", "other text")].concat();
    let rows = read(&mailbox);
    assert_eq!(rows.len(), 3);
    let error = rows[0].as_ref().unwrap_err();
    assert_eq!(error.line, 9);
    assert!(error.message.contains("line 1"), "{error}");
    assert_eq!(rows[1].as_ref().unwrap().ticket.external_id, "1@x");
    assert!(
        rows[2]
            .as_ref()
            .unwrap()
            .ticket
            .external_id
            .starts_with("sha256:")
    );
}

#[test]
fn a_message_without_an_id_gets_the_same_key_every_time() {
    let message = format!("{POSTMARK}Subject: x\n\nbody\n");
    let first = tickets(&message).remove(0).external_id;
    assert!(first.starts_with("sha256:"));
    assert_eq!(
        tickets(format!("{}{message}", mail("1@x", "", "s", "b")))
            .remove(1)
            .external_id,
        first
    );
}

#[test]
fn quoted_from_lines_are_unquoted_and_prose_is_not_a_separator() {
    let text = body(
        "Subject: s\n\n>From here\n>>From there\n\nFrom my point of view it is fine.\n\nFrom afar\n",
    );
    assert_eq!(
        text,
        "From here\n>From there\n\nFrom my point of view it is fine.\n\nFrom afar"
    );
}

#[test]
fn a_separator_has_the_shape_of_ctime() {
    let separates = |line: &str| read(format!("{POSTMARK}Subject: s\n\nfirst\n\n{line}\nSubject: t\n\nsecond\n")).len() == 2;
    for line in [
        "From a@example.com Sat Jan  3 01:05:34 1996",
        "From a@example.com Sat Jan  3 01:05 1996",
        "From - Sat Jan 03 01:05:34 1996",
        "From MAILER-DAEMON Sat Jan  3 01:05:34 1996",
        "From a@example.com Sat Jan  3 01:05:34 EST 1996",
        "From a@example.com Sat Jan  3 01:05:34 MET DST 1996",
        "From a@example.com Sat Jan  3 01:05:34 1996 PST",
        "From a@example.com  Sat Jan 03 01:05:34 +0000 1996",
        "From a@example.com Sat Jan  3 1:05:34 1996 -0800",
        "From user Sat Jan  3 01:05:34 1996 remote from host",
        "From \"Some Body\" Sat Jan  3 01:05:34 1996",
        "From somebody at example.com  Sat Jan  3 01:05:34 1996",
        "From  Sat Jan  3 01:05:34 1996",
        "From a@example.com",
        "From -",
    ] {
        assert!(separates(line), "{line}");
    }
    for line in [
        "From Monday at 10:00 we are open.",
        "From 10:00 to 12:00 on Sat Jan 3 1996 we are open",
        "From Sat Jan 3 10:00 we are open",
        "From a@example.com at 10:00",
        "From here on",
        "From Sat Jan 3 10:00 1996 on we are open until four",
    ] {
        assert!(!separates(line), "{line}");
    }
}

#[test]
fn plain_text_is_preferred_and_a_large_html_alternative_costs_nothing() {
    let html = format!("<p>{}</p>", "x".repeat(2 * 1024 * 1024));
    let text = body(format!(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
    ));
    assert_eq!(text, "plain");
}

#[test]
fn html_becomes_text_that_holds_no_markup() {
    let text = body(concat!(
        "Content-Type: text/html; charset=utf-8\n\n<html><head><title>t</title><style>p{}</style></head><body>",
        "<h1>Hi</h1><p>One&nbsp;<b>two</b>\nthree<br>four</p><ul><li>a<li>b</ul><blockquote>said<p>more</blockquote>",
        "<pre>x\n  y</pre><a href=\"https://example.com/?a=1&amp;b=2\">here</a> <a href=\"javascript:x()\">evil</a>",
        "<img src=x onerror=x()><script>alert(1)</script>&lt;script&gt;alert(2)&lt;/script&gt; 1 &lt; 2</body></html>\n",
    ));
    assert_eq!(
        text,
        "Hi\n\nOne two three\nfour\n\n- a\n- b\n\n> said\n\n> more\n\nx\n  y\n\nhere <https://example.com/?a=1&b=2> evil&lt;script>alert(2)&lt;/script> 1 < 2"
    );
}

#[test]
fn encodings_and_charsets_are_decoded_and_unknown_ones_do_no_harm() {
    assert_eq!(
        body(
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nT=FCr =\nzu\n"
        ),
        "Tür zu"
    );
    assert_eq!(
        body(
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nVMO8cg==\n"
        ),
        "Tür"
    );
    assert_eq!(
        body(b"Content-Type: text/plain; charset=x-no-such\n\nT\xfcr\n"),
        "T\u{fffd}r"
    );
    assert_eq!(
        body("Content-Transfer-Encoding: x-no-such\n\nas it is\n"),
        "as it is"
    );
    assert_eq!(body(b"Subject: s\n\na\0b\r\nc\r\n"), "ab\nc");
    // A NUL that only appears by decoding goes the same way.
    assert_eq!(body("Content-Transfer-Encoding: base64\n\nYQBi\n"), "ab");
}

#[test]
fn what_does_not_belong_to_an_encoding_costs_nothing_around_it() {
    let base64 = |content: &str| body(format!("Content-Transfer-Encoding: base64\n\n{content}\n"));
    assert_eq!(base64("SGVs!bG8g\nZGVh*cg=="), "Hello dear");
    // A mailing list's footer stays readable, with and without padding before it.
    assert_eq!(base64("SGVsbG8=\n____\nUsers mailing list"), "Hello\n____\nUsers mailing list");
    assert_eq!(base64("SGVsbG8h\n____\nUsers mailing list"), "Hello!\n____\nUsers mailing list");
    assert_eq!(base64("SGVsbG8h\n\nUsers mailing list, by Mailman"), "Hello!\nUsers mailing list, by Mailman");
    let quoted = |content: &str| body(format!("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{content}\n"));
    assert_eq!(quoted("Price 5=E2=82=AC, see http://x.example/?a=zz&b=3D1"), "Price 5€, see http://x.example/?a=zz&b=1");
    assert_eq!(quoted("a == b=3d c= ab =\nx=4 =\t\ny"), "a == b= c= ab x=4 y");
    assert_eq!(quoted("end  \nT=C3=BC="), "end\nTü");
}

#[test]
fn text_that_is_not_in_its_encoding_stands_as_it_came_and_is_told() {
    let of = |content: &str| tickets(format!("{POSTMARK}Content-Transfer-Encoding: base64\n\n{content}\n")).remove(0);
    let plain = of("My printer burns, please help!");
    assert_eq!(plain.comments[0].body, "My printer burns, please help!");
    assert_eq!(plain.left_out, ["encoded text that cannot be decoded"]);
    assert!(of("SGVs!bG8=").left_out.is_empty());
}

#[test]
fn text_that_is_meant_to_be_read_where_it_stands_may_have_a_name() {
    let part = |head: &str| body(&format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n{head}\n\nThe server room is on fire.\n--b--\n"));
    let named = "Content-Type: text/plain; name=\"message.txt\"";
    assert_eq!(part(&format!("{named}\nContent-Disposition: INLINE; filename=message.txt")), "The server room is on fire.");
    for attached in [named.to_owned(), format!("{named}\nContent-Disposition: attachment"), "Content-Type: text/calendar\nContent-Disposition: inline".to_owned()] {
        assert!(part(&attached).starts_with("[attachment not imported"), "{attached}");
    }
}

#[test]
fn a_part_of_a_digest_is_a_message_unless_it_says_otherwise() {
    let text = body("Content-Type: multipart/digest; boundary=b\n\n--b\nContent-Type: text/plain\n\nsaid\n--b\n\nSubject: inner\n\ninner text\n--b--\n");
    assert_eq!(text, "said\n\n[attachment not imported: 27 bytes]");
}

#[test]
fn the_first_line_that_is_no_header_begins_the_text() {
    for said in ["here's something interesting", "an odd name: is no header", "\u{fc}ber: nothing"] {
        assert_eq!(body(&format!("Subject : x\n\tfolded\nX-Other: y\n{said}\nand more\n")), format!("{said}\nand more"));
    }
}

#[test]
fn attachments_and_enclosed_messages_leave_a_note() {
    let text = body(concat!(
        "Content-Type: multipart/mixed; boundary=\"b b\"\n\npreamble\n--b b\n\ntext\n",
        "--b b\nContent-Type: image/png; name=\"a]b.png\"\nContent-Transfer-Encoding: base64\n\nQUJDRA==\n",
        "--b b\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner text\n--b b--\nepilogue\n",
    ));
    assert_eq!(
        text,
        "text\n\n[attachment not imported: a_b.png, 4 bytes]\n\n[attachment not imported: 26 bytes]"
    );
}

#[test]
fn addresses_that_are_none_are_left_out() {
    let tickets = tickets(format!("{POSTMARK}From: not an address\nSubject: \n\nx\n"));
    assert_eq!(
        tickets[0]
            .requester
            .as_ref()
            .and_then(|person| person.email.clone()),
        None
    );
    assert_eq!(tickets[0].subject, "(no subject)");
}

#[test]
fn what_is_no_mailbox_is_one_error() {
    let rows = read("{\"tickets\":[]}\n");
    assert_eq!(rows.len(), 1);
    assert!(
        rows[0]
            .as_ref()
            .unwrap_err()
            .message
            .contains("not an mbox")
    );
    let nothing = read("");
    assert_eq!(nothing.len(), 1);
    assert!(nothing[0].as_ref().unwrap_err().message.contains("empty"));
}

#[test]
fn bombs_are_refused_and_the_next_message_is_read() {
    let mut nested = String::new();
    for depth in 0..5000 {
        write!(
            nested,
            "Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n"
        )
        .unwrap();
    }
    let enclosed = "Content-Type: message/rfc822\n\n".repeat(100_000);
    let parts = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\n".repeat(500_000)
    );
    let heads = "A: b\n".repeat(1_000_000);
    let long = format!("Subject: s\n\n{}\n", "x".repeat(70_000));
    for bomb in [&nested, &parts, &heads, &long] {
        let error = refused(bomb);
        assert_eq!(error.line, 1, "{error}");
        let rows = read(format!(
            "{POSTMARK}{bomb}\n\n{}",
            mail("2@x", "", "fine", "fine")
        ));
        assert!(rows[0].is_err());
        assert_eq!(rows[1].as_ref().unwrap().ticket.external_id, "2@x");
    }
    assert!(body(enclosed).starts_with("[attachment not imported"));
}

#[test]
fn a_message_beyond_the_bound_is_refused_and_the_next_is_read() {
    let long = format!(
        "{POSTMARK}Subject: s\n\n{}\n\n",
        format!("{}\n", "x".repeat(1023)).repeat(26 * 1024)
    );
    let rows = read(format!("{long}{}", mail("2@x", "", "fine", "fine")));
    assert_eq!(rows[0].as_ref().unwrap_err().line, 1);
    assert_eq!(rows[1].as_ref().unwrap().ticket.external_id, "2@x");
}

#[test]
fn tangled_html_is_flattened_and_nothing_of_it_is_markup() {
    let tangled = format!(
        "{}{}{}",
        "<div>".repeat(40_000),
        "<a <b x=\"".repeat(40_000),
        "<!--<!".repeat(40_000)
    );
    assert_eq!(
        body(format!("Content-Type: text/html\n\n{tangled}text\n")),
        ""
    );
    let unclosed = "<p>a<br>".repeat(5_000);
    let text = body(format!("Content-Type: text/html\n\n{unclosed}\n"));
    assert!(text.starts_with("a\n\na\n\na"));
    let hidden = [
        "&lt;script>",
        "&#60;script>",
        "&#x3c;script>",
        "\\&lt;script>",
        "<<script>x</script>",
        "<scr<script>ipt>",
        "<\0script>",
        "<pre>&lt;img src=x></pre>",
        "&lt;<b></b>img>",
        "&lt;&#0;img>",
        "<a href=\"https://example.com/\"&lt;script>\">x</a>",
        "<a href='https://example.com/&gt;&lt;script&gt;'>x</a>",
    ];
    for html in hidden {
        let text = body(format!("Content-Type: text/html\n\n{html}\n"));
        let opens =
            |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        let markup = text
            .split('<')
            .skip(1)
            .any(|rest| opens(rest) && !rest.starts_with("https://"));
        assert!(!markup, "{text}");
    }
}
