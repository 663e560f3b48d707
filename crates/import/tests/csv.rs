//! CSV files with the header names other systems use, good and broken.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::atomic::Ordering;

use ringfence_import::{Format, ImportedTicket, Priority, Progress, Row, RowError, Status};

fn read(text: impl AsRef<[u8]>) -> Vec<Result<Row, RowError>> {
    ringfence_import::read(Format::Csv, text.as_ref(), "csv").collect()
}

fn one(text: &str) -> ImportedTicket {
    let mut rows = read(text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).unwrap().ticket
}

fn lines(text: impl AsRef<[u8]>) -> Vec<(u64, bool)> {
    let line = |row: Result<Row, RowError>| match row {
        Ok(row) => (row.line, true),
        Err(error) => (error.line, false),
    };
    read(text).into_iter().map(line).collect()
}

#[test]
fn columns_are_found_by_name_in_any_case_and_order() {
    let ticket = one(
        "\u{feff}Title,STATE,Number,Labels,priority,requester_name,requester_email,body,created_at,Whatever\n\
         Door jams,closed,17,\"door;hinge|door, old  wood\",High,Somebody,some@example.com,It jams,2024-05-01T12:00:00+02:00,x\n",
    );
    assert_eq!(ticket.external_id, "17");
    assert_eq!(ticket.subject, "Door jams");
    assert_eq!(ticket.status, Status::Closed);
    assert_eq!(ticket.priority, Some(Priority::High));
    assert_eq!(ticket.tags, ["door", "hinge", "old_wood"]);
    let requester = ticket.requester.clone().unwrap();
    assert_eq!(requester.email.as_deref(), Some("some@example.com"));
    assert_eq!(
        ticket.created_at,
        Some("2024-05-01T10:00:00Z".parse().unwrap())
    );
    assert_eq!(ticket.comments[0].body, "It jams");
    assert_eq!(ticket.comments[0].author, Some(requester));
}

#[test]
fn a_column_that_stands_twice_is_refused_where_it_means_something() {
    let error = read("id,subject,Status,status\n1,s,open,new\n").remove(0).unwrap_err();
    assert_eq!(error.to_string(), "line 1: the column status stands twice, at 3 and 4: which of them is meant?");
    assert_eq!(one("id,subject,x,x\n1,s,open,new\n").external_id, "1");
}

#[test]
fn github_columns_are_known_and_a_bare_requester_is_a_handle() {
    let ticket = one(
        "action,issue.id,issue.title,issue.body,state,user.login\nopened,444500041,Typo,Fix it,open,octo\n",
    );
    assert_eq!(ticket.external_id, "444500041");
    assert_eq!(ticket.status, Status::Open);
    let requester = ticket.requester.unwrap();
    assert_eq!(
        (requester.name.as_deref(), requester.external_id.as_deref()),
        (Some("octo"), Some("octo"))
    );
    let ticket = one("id,subject,requester\n1,s,who@example.com\n");
    assert_eq!(
        ticket.requester.unwrap().email.as_deref(),
        Some("who@example.com")
    );
}

#[test]
fn a_record_is_at_the_line_it_starts_on() {
    let text =
        "id,subject,body\n1,one,\"a\nb\n\nc\"\n\n\n2,two,x\n3,three\n4,four,\"y\n\"\n5,five,z";
    let expected = vec![(2, true), (8, true), (9, false), (10, true), (12, true)];
    assert_eq!(lines(text), expected);
    assert_eq!(lines(text.replace('\n', "\r\n")), expected);
    assert_eq!(
        lines(format!("\n\n{text}")),
        expected
            .iter()
            .map(|(line, ok)| (line + 2, *ok))
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_header_without_an_id_or_a_subject_is_one_error_that_lists_unknown_columns() {
    let rows = read("ref,summary,status,some@example.com\n1,one,open,x\n");
    assert_eq!(rows.len(), 1);
    let error = rows[0].as_ref().unwrap_err();
    assert_eq!(error.line, 1);
    assert!(
        error.message.contains("one of id, external_id, number"),
        "{error}"
    );
    assert!(error.message.contains("one of subject, title"), "{error}");
    assert!(
        error.message.contains("unknown: ref, summary, column 4"),
        "{error}"
    );
    assert!(
        read("")[0]
            .as_ref()
            .unwrap_err()
            .message
            .contains("no header row")
    );
    assert!(read("id,subject\n").is_empty());
}

#[test]
fn a_column_that_names_a_tenant_is_one_error() {
    for (header, named) in [
        ("id,subject,tenant_id", "tenant_id"),
        ("issue.id,issue.title,issue.html_url,tenant", "tenant"),
    ] {
        let rows = read(format!("{header}\n1,one,x,y\n"));
        assert_eq!(rows.len(), 1, "{header}");
        let error = rows[0].as_ref().unwrap_err();
        assert!(error.line == 1 && error.message.contains(named), "{error}");
    }
    assert_eq!(one("issue.id,issue.title,issue.html_url\n1,one,x\n").subject, "one");
}

#[test]
fn each_broken_rule_is_an_error_of_its_row_alone() {
    let long_subject = "x".repeat(501);
    let long_body = "x".repeat(64 * 1024 + 1);
    let head = "id,subject,status,body,requester_email,updated_at\n";
    let cases: Vec<(Option<&str>, Vec<u8>)> = vec![
        (Some("id"), b",s,,,,".to_vec()),
        (Some("subject"), b"1, ,,,,".to_vec()),
        (Some("subject"), format!("1,{long_subject},,,,").into()),
        (Some("subject"), b"1,a\0b,,,,".to_vec()),
        (Some("subject"), b"1,a\xff\xfe,,,,".to_vec()),
        (Some("status"), b"1,s,dreaming,,,".to_vec()),
        (Some("body"), format!("1,s,,{long_body},,").into()),
        (Some("requester_email"), b"1,s,,,nowhere,".to_vec()),
        (Some("updated_at"), b"1,s,,,,yesterday".to_vec()),
        (None, b"1,s".to_vec()),
        (None, b"1,s,,,,,,".to_vec()),
    ];
    for (field, row) in cases {
        let text = [head.as_bytes(), &row, b"\n2,fine,,,,\n"].concat();
        let rows = read(text);
        assert_eq!(rows.len(), 2, "{rows:?}");
        let error = rows[0].as_ref().unwrap_err();
        assert_eq!((error.line, error.field.as_deref()), (2, field), "{error}");
        assert!(
            !error.to_string().contains("dreaming") && !error.to_string().contains("nowhere"),
            "{error}"
        );
        assert_eq!(rows[1].as_ref().unwrap().ticket.external_id, "2");
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_memory() {
    let text = format!(
        "id,subject\n1,one\n2,\"two\n{}",
        "x\n".repeat(10 * 1024 * 1024)
    );
    let rows = read(text);
    assert!(rows[0].is_ok());
    let error = rows.last().unwrap().as_ref().unwrap_err();
    assert_eq!(error.line, 3);
    assert!(error.message.contains("quote may not be closed"), "{error}");
}

#[test]
fn a_quote_that_is_never_closed_is_an_error_where_its_record_starts() {
    for rest in [
        "x\n3,three\n4,four\n",
        "x",
        "",
        "\n",
        "x \"\"\n3,\"\"\"\"\n",
    ] {
        let text = format!("id,subject\n1,\"o\n\"\"n\"\"e\"\n\n2,\"two{rest}");
        let rows = read(text.replace('\n', "\r\n"));
        assert_eq!(lines(&text), [(2, true), (5, false)], "{text}");
        assert_eq!(rows.len(), 2, "{rows:?}");
        let error = rows[1].as_ref().unwrap_err();
        assert_eq!(error.line, 5);
        assert!(error.message.contains("a quote is not closed"), "{error}");
    }
    for header in ["\"id,subject\n1,one\n", "\u{feff}\"id,subject\n1,one\n"] {
        assert_eq!(lines(header), [(1, false)]);
    }
}

#[test]
fn a_row_of_another_width_is_at_the_line_it_starts_on() {
    let text = "id,subject\n1,\"o\nn\ne\",x\n2,\"a \"\"stray\"\"\"\n3\n4,\"t\nwo\"\r5,\"five\n\"\n";
    let expected = [(2, false), (5, true), (6, false), (7, true), (9, true)];
    assert_eq!(lines(text), expected);
}

#[test]
fn text_behind_a_closing_quote_ends_the_file_there() {
    // What the quote has swallowed would be one ticket, and the rest would come as if nothing had happened.
    for row in ["4,\"unclosed\n5,x\n6,\"y\"", "4,\"It says \"offline\"\"", "4,\"one\" ", "\"4\"x,one"] {
        let text = format!("id,subject\n1,one\n{row}\n7,z\n");
        assert_eq!(lines(&text), [(2, true), (3, false)], "{text}");
        let error = read(&*text)[1].as_ref().unwrap_err().to_string();
        assert!(error.contains("right behind a closing quote"), "{error}");
    }
    assert_eq!(lines("\"id\"s,subject\n1,one\n"), [(1, false)]);
}

#[test]
fn a_time_that_no_ticket_can_have_is_refused_at_once() {
    for (time, taken) in [
        ("0001-01-01T00:00:00Z", false), ("0001-01-01T23:59:59Z", false), ("0001-01-02T00:00:00Z", true),
        ("9999-12-30T22:00:00Z", true), ("9999-12-30T22:00:01Z", false),
    ] {
        assert_eq!(lines(&format!("id,subject,created_at\n1,x,{time}\n")), [(2, taken)], "{time}");
    }
}

#[test]
fn a_quote_inside_a_field_or_closed_at_the_end_of_the_file_is_none_of_that() {
    for text in [
        "id,subject\n1,a 5\" disk",
        "id,subject\n1,\"one\"",
        "id,subject\n1,\"one\"\"\"",
        "\u{feff}\"id\",subject\n1,\"\"\"\"\n",
    ] {
        assert_eq!(lines(text), [(2, true)], "{text}");
    }
}

#[test]
fn times_without_a_zone_are_utc() {
    let ticket =
        one("id,subject,created_at,updated_at\n1,s,2024-05-01 12:00:00,2024-05-02 08:00 UTC\n");
    assert_eq!(
        ticket.created_at,
        Some("2024-05-01T12:00:00Z".parse().unwrap())
    );
    assert_eq!(
        ticket.updated_at,
        Some("2024-05-02T08:00:00Z".parse().unwrap())
    );
}

#[test]
fn progress_counts_the_bytes_of_the_whole_file() {
    let text = "id,subject\n1,one\n2,two\n";
    let reader = Progress::new(text.as_bytes());
    let bytes = reader.bytes_read();
    assert_eq!(
        ringfence_import::read(Format::Csv, reader, "csv").count(),
        2
    );
    assert_eq!(bytes.load(Ordering::Relaxed), text.len() as u64);
}

#[test]
fn format_names_are_those_of_the_command_line() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert!("CSV".parse::<Format>().is_err());
}

#[test]
fn a_requester_of_control_characters_alone_is_nobody() {
    for handle in ["\u{1}", " \u{1}\t\u{7f} "] {
        assert_eq!(one(&format!("id,subject,requester\n1,s,{handle}\n")).requester, None);
    }
    assert!(one("id,subject,requester\n1,s,\u{1}octo\n").requester.unwrap().external_id.as_deref() == Some("octo"));
}

#[test]
fn a_bare_cr_ends_a_line_that_counts() {
    assert_eq!(lines("id,subject\r1,s\r2\r\r3,s"), [(2, true), (3, false), (5, true)]);
}

#[test]
fn a_header_separated_by_something_else_is_told_that_commas_are_wanted() {
    for separator in [";", "\t"] {
        let error = read(["id", "subject", "body\n1"].join(separator)).remove(0).unwrap_err();
        assert!(error.message.ends_with("; columns are separated by commas, and this row holds none"), "{error}");
    }
}
