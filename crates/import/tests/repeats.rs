//! One id twice in a file: the second is said to be wrong by the reading, before anything is lost as there already.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_import::Format;

/// The id of each row, or the error.
fn outline(format: Format, text: &str) -> Vec<Result<String, String>> {
    ringfence_import::read(format, text.as_bytes(), "source").map(|row| row.map(|row| row.ticket.external_id).map_err(|error| error.to_string())).collect()
}

#[test]
fn an_id_that_stands_twice_is_an_error_that_says_where_it_stood_first() {
    let csv = outline(Format::Csv, "id,subject\n7,one\n7,two\n8,three\n7,four\n");
    let twice = |line: u64| Err(format!("line {line}: the id stands at line 2 already"));
    assert_eq!(csv, [Ok("7".to_owned()), twice(3), Ok("8".to_owned()), twice(5)]);
    let twice = || Err("line 1, record 2: the id stands at line 1, record 1 already".to_owned());
    for json in [
        r#"[{"id": 7, "subject": "one"}, {"id": "7", "subject": "two"}]"#,
        r#"{"tickets": [{"id": 7, "subject": "one"}, {"external_id": "7", "subject": "two"}]}"#,
        r#"{"id": 7, "subject": "one"} {"id": 7, "subject": "one"}"#,
    ] {
        assert_eq!(outline(Format::ZendeskJson, json), [Ok("7".to_owned()), twice()], "{json}");
    }
}

#[test]
fn the_id_of_a_row_that_is_wrong_is_still_to_be_had() {
    let csv = outline(Format::Csv, "id,subject,status\n7,one,lost\n7,two,open\n");
    assert!(csv[0].is_err(), "{csv:?}");
    assert_eq!(csv[1], Ok("7".to_owned()));
}
