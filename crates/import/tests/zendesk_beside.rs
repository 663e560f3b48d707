//! What stands beside the tickets of an export document: users, groups, organizations and comments, good, broken and unclaimed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_import::{Format, ImportedTicket, Row, RowError};

fn read(text: &str) -> Vec<Result<Row, RowError>> {
    ringfence_import::read(Format::ZendeskJson, text.as_bytes(), "zendesk").collect()
}

/// The id of each ticket, or the error.
fn outline(text: &str) -> Vec<Result<String, String>> {
    read(text).into_iter().map(|row| row.map(|row| row.ticket.external_id).map_err(|error| error.to_string())).collect()
}

fn bodies(ticket: &ImportedTicket) -> Vec<&str> {
    ticket.comments.iter().map(|comment| comment.body.as_str()).collect()
}

#[test]
fn comments_inside_a_ticket_and_beside_it_come_together() {
    let text = r#"{"tickets": [{"id": 1, "subject": "s", "comments": [{"id": 1, "body": "inside"}, {"id": 2, "body": "both"}]}],
                   "comments": [{"id": 2, "ticket_id": 1, "body": "both"}, {"id": 3, "ticket_id": 1, "body": "beside"}]}"#;
    let rows = read(text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(bodies(&rows[0].as_ref().unwrap().ticket), ["inside", "both", "beside"]);
}

#[test]
fn two_comments_of_one_id_are_refused_with_their_ticket() {
    for text in [
        r#"{"id": 1, "subject": "s", "comments": [{"id": 2, "body": "one"}, {"id": 2, "body": "two"}]}"#,
        r#"[{"id": 1, "subject": "s", "comments": [{"id": 2, "body": "one"}, {"id": 2, "body": "two"}]}]"#,
        r#"{"tickets": [{"id": 1, "subject": "s", "comments": [{"id": 2, "body": "one"}]}], "comments": [{"id": 2, "ticket_id": 1, "body": "two"}]}"#,
    ] {
        let rows = read(text);
        assert_eq!(rows.len(), 1, "{rows:?}");
        let error = rows[0].as_ref().unwrap_err();
        assert!(error.field.as_deref().is_some_and(|field| field.starts_with("comments[") && field.ends_with("].id")), "{error}");
        assert!(error.message.contains("another comment of the ticket"), "{error}");
    }
}

#[test]
fn comments_that_no_ticket_claims_are_errors_at_the_documents_end() {
    let text = "{\"comments\":[\n{\"id\":1,\"ticket_id\":9,\"body\":\"a\"},\n{\"id\":2,\"ticket_id\":1,\"body\":\"b\"},\n{\"id\":3,\"ticket_id\":8,\"body\":\"c\"}],\n\"tickets\":[{\"id\":1,\"subject\":\"s\"},{\"id\":2}]}\n{\"id\":3,\"subject\":\"s\"}";
    let unclaimed = |line: u64| Err(format!("line {line}: field `comments.ticket_id`: names no ticket that was read"));
    let rows = outline(text);
    assert_eq!((&rows[0], rows[1].is_err()), (&Ok("1".to_owned()), true));
    assert_eq!(rows[2..], [unclaimed(2), unclaimed(4), Ok("3".to_owned())]);
}

#[test]
fn the_comments_of_a_ticket_that_is_wrong_are_not_unclaimed() {
    let rows = outline(r#"{"tickets": [{"id": 1, "subject": "s", "status": "lost"}], "comments": [{"id": 1, "ticket_id": 1, "body": "a"}]}"#);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].as_ref().unwrap_err().contains("field `status`"), "{rows:?}");
}

#[test]
fn a_ticket_that_refers_to_what_is_broken_is_refused() {
    let beside = "\"users\":[\n{\"id\":7,\"email\":\"nobody\"},{\"id\":8,\"name\":\"Eight\"}],\n\"groups\":[{\"id\":7,\"name\":[]}],\n\"organizations\":[{\"id\":7,\"name\":{}}]";
    for (field, ticket) in [
        ("requester_id", r#""requester_id": 7"#),
        ("group_id", r#""group_id": 7"#),
        ("organization_id", r#""organization_id": 7"#),
        ("comments[0].author_id", r#""comments": [{"id": 1, "author_id": 7, "body": "b"}]"#),
    ] {
        let rows = read(&format!("{{{beside},\n\"tickets\":[{{\"id\":1,\"subject\":\"s\",{ticket}}},{{\"id\":2,\"subject\":\"s\",\"requester_id\":8}},{{\"id\":3,\"subject\":\"s\",\"requester_id\":404}}]}}"));
        assert_eq!(rows.len(), 6, "{rows:?}");
        let error = rows[3].as_ref().unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{error}");
        assert!(error.message.starts_with("names what is wrong at line "), "{error}");
        assert!(rows[4].is_ok() && rows[5].is_ok(), "{rows:?}");
    }
}

#[test]
fn a_broken_user_whose_id_cannot_be_read_may_be_anybody_the_file_does_not_describe() {
    let rows = outline("{\"users\":[\n{\"id\":7 \"name\":\"Seven\"},\n{\"id\":8,\"name\":\"Eight\"}],\n\"tickets\":[{\"id\":1,\"subject\":\"s\",\"requester_id\":7},{\"id\":2,\"subject\":\"s\",\"requester_id\":8}]}");
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[1].as_ref().unwrap_err().contains("field `requester_id`: may name what is wrong at line 2"), "{rows:?}");
    assert_eq!(rows[2], Ok("2".to_owned()));
}
