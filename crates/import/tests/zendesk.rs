//! Zendesk-shaped JSON in all its shapes, good and broken; it holds no data of any real account.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_import::{
    Format, ImportedTicket, MAX_BODY_BYTES, Priority, Row, RowError, Status, TicketType,
};

fn read(text: &str) -> Vec<Result<Row, RowError>> {
    ringfence_import::read(Format::ZendeskJson, text.as_bytes(), "zendesk").collect()
}

fn one(text: &str) -> ImportedTicket {
    let mut rows = read(text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).unwrap().ticket
}

fn refused(text: &str) -> RowError {
    let mut rows = read(text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).unwrap_err()
}

/// Line and id of each row, or line and field of each error.
fn outline(text: &str) -> Vec<(u64, Result<String, Option<String>>)> {
    let outline = |row: Result<Row, RowError>| match row {
        Ok(row) => (row.line, Ok(row.ticket.external_id)),
        Err(error) => (error.line, Err(error.field)),
    };
    read(text).into_iter().map(outline).collect()
}

const EXPORT: &str = r#"{
  "tickets": [
    {
      "id": 35436,
      "subject": "Printer  on\tfire",
      "status": "hold",
      "priority": "urgent",
      "type": "incident",
      "tags": ["printer", "fire", "printer"],
      "requester_id": 7,
      "organization_id": 8,
      "group_id": 9,
      "created_at": "2009-07-20T22:55:29Z",
      "updated_at": "2011-05-05T10:38:52Z",
      "custom_fields": [{"id": 1, "value": null}],
      "description": "It burns"
    },
    { "id": 35437, "subject": "Second",
      "requester_id": 404 }
  ],
  "users": [ { "id": 7, "name": "Requester Seven", "email": "seven@example.com" } ],
  "organizations": [ { "id": 8, "name": "Example Org" } ],
  "groups": [ { "id": 9, "name": "Support" } ],
  "comments": [
    { "id": 1, "ticket_id": 35436, "author_id": 7, "body": "It burns", "public": true },
    { "id": 2, "ticket_id": 35436, "author_id": 7, "body": "Told nobody", "public": false }
  ],
  "count": 2, "end_of_stream": true
}
"#;

#[test]
fn an_export_document_is_resolved_from_users_that_follow_the_tickets() {
    let rows: Vec<Row> = read(EXPORT).into_iter().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 18]);
    let ticket = &rows[0].ticket;
    assert_eq!(ticket.external_source, "zendesk");
    assert_eq!(ticket.external_id, "35436");
    assert_eq!(ticket.subject, "Printer on fire");
    assert_eq!(ticket.status, Status::OnHold);
    assert_eq!(ticket.status.as_str(), "on_hold");
    assert_eq!(ticket.priority, Some(Priority::Urgent));
    assert_eq!(ticket.kind, Some(TicketType::Incident));
    assert_eq!(ticket.tags, ["printer", "fire"]);
    assert_eq!(ticket.organization.as_deref(), Some("Example Org"));
    assert_eq!(ticket.group.as_deref(), Some("Support"));
    assert_eq!(
        ticket.created_at,
        Some("2009-07-20T22:55:29Z".parse().unwrap())
    );
    let requester = ticket.requester.clone().unwrap();
    assert_eq!(requester.name.as_deref(), Some("Requester Seven"));
    assert_eq!(requester.email.as_deref(), Some("seven@example.com"));
    assert_eq!(requester.external_id.as_deref(), Some("7"));
    let comments: Vec<(&str, bool)> = ticket
        .comments
        .iter()
        .map(|comment| (comment.body.as_str(), comment.public))
        .collect();
    assert_eq!(comments, [("It burns", true), ("Told nobody", false)]);
    // A user whom the file does not describe is still told apart.
    let stranger = rows[1].ticket.requester.clone().unwrap();
    assert_eq!(
        (stranger.name, stranger.external_id.as_deref()),
        (None, Some("404"))
    );
}

#[test]
fn a_description_becomes_the_first_public_comment_when_there_are_no_comments() {
    let ticket =
        one(r#"{"id":1,"subject":"S","description":"D","created_at":"2020-01-01T00:00:00Z"}"#);
    assert_eq!(ticket.status, Status::New);
    assert_eq!(ticket.comments.len(), 1);
    assert!(ticket.comments[0].public);
    assert_eq!(ticket.comments[0].body, "D");
    assert_eq!(ticket.comments[0].created_at, ticket.created_at);
    let internal = one(r#"{"id":1,"subject":"S","description":"D","is_public":false}"#);
    assert!(!internal.comments[0].public);
}

#[test]
fn text_of_html_becomes_no_link_of_commonmark() {
    let of = |html: &str| one(&serde_json::json!({"id": 1, "subject": "s", "comments": [{"id": 2, "html_body": html}]}).to_string()).comments[0].body.clone();
    assert_eq!(of("[x](javascript:alert(1))"), "[x]&#40;javascript:alert(1))");
    assert_eq!(of("[x]<b>(javascript:y)</b> ![z]&#40;javascript:y)"), "[x]&#40;javascript:y) ![z]&#40;javascript:y)");
    assert_eq!(of("<p>[x][y]<p>[y]: javascript:z<pre>[y]: q</pre>"), "[x][y]\n\n[y]&#58; javascript:z\n\n[y]&#58; q");
    assert_eq!(of("[INFO] (see 1:2) x < y"), "[INFO] (see 1:2) x < y");
}

#[test]
fn json_lines_carry_their_requester_and_comments_inside() {
    let ticket = one(
        r#"{"id":"A-1","subject":"S","requester":{"id":5,"name":"N","email":"n@example.com"},"comments":[{"id":9,"author":{"name":"Agent"},"html_body":"<p>Hello <b>you</b></p><script>x()</script>","public":true},{"id":10,"body":"","attachments":[{"file_name":"a.pdf","size":12}]},{"id":11,"body":" "}]}"#,
    );
    assert_eq!(ticket.external_id, "A-1");
    assert_eq!(ticket.requester.unwrap().external_id.as_deref(), Some("5"));
    let bodies: Vec<&str> = ticket
        .comments
        .iter()
        .map(|comment| comment.body.as_str())
        .collect();
    assert_eq!(
        bodies,
        ["Hello you", "[attachment not imported: a.pdf, 12 bytes]"]
    );
    // Silence about visibility means internal.
    assert!(!ticket.comments[1].public);
}

#[test]
fn a_malformed_line_costs_only_itself() {
    let text = concat!(
        "{\"id\":1,\"subject\":\"one\"}\n",
        "not json at all\n",
        "{\"id\":2,\"subject\":\"cut off\n",
        "{\"id\":3,\"subject\":\"three\"\n",
        "{\"id\":4,\"subject\":\"four\",\"tags\":[\"a\" \"b\"]}\n",
        "{\"id\":5,\"subject\":\"five\",}\n",
        "\n",
        "{\"id\":6,\"subject\":\"six\",\"status\":\"sleeping\"}\r\n",
        "{\"id\":7,\"subject\":\"seven\",\"status\":tru}\n",
        "{\"id\":8,\"subject\":\"eight\"}",
    );
    let expected = [
        (1, Ok("1")),
        (2, Err(None)),
        (3, Err(None)),
        (4, Err(None)),
        (5, Err(None)),
        (6, Err(None)),
        (8, Err(Some("status"))),
        (9, Err(None)),
        (10, Ok("8")),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(line, row)| {
            (
                line,
                row.map(str::to_owned)
                    .map_err(|field: Option<&str>| field.map(str::to_owned)),
            )
        })
        .collect();
    assert_eq!(outline(text), expected);
}

#[test]
fn a_bad_element_of_an_array_costs_only_itself_and_lines_still_count() {
    let text = "[\n  {\n    \"id\": 1,\n    \"subject\": \"one\"\n  },\n  17,\n  {\n    \"id\": 2\n  },\n\n  {\"id\": 3, \"subject\": \"th\nree\"},\n  {\"id\": 4, \"subject\": \"four\"}\n]\n";
    let expected = vec![
        (2, Ok("1".to_owned())),
        (6, Err(None)),
        (7, Err(Some("subject".to_owned()))),
        (11, Err(None)),
        (13, Ok("4".to_owned())),
    ];
    assert_eq!(outline(text), expected);
}

#[test]
fn a_broken_array_ends_with_one_error_at_its_line() {
    let rows = read("[\n{\"id\":1,\"subject\":\"one\"}\n{\"id\":2,\"subject\":\"two\"}\n]");
    assert_eq!(rows.len(), 2);
    let error = rows[1].as_ref().unwrap_err();
    assert_eq!(error.line, 3);
    assert!(error.message.contains("expected `,` or `]`"), "{error}");
    let error = read("[\n{\"id\":1,\"subject\":\"one\"},\n")
        .pop()
        .unwrap()
        .unwrap_err();
    assert!(error.message.contains("ends inside"), "{error}");
}

#[test]
fn a_broken_document_yields_no_ticket_whose_requester_may_be_missing() {
    let error = refused(
        "{\"tickets\":[\n{\"id\":1,\"subject\":\"one\",\"requester_id\":1}\n],\n\"users\": [\n{\"id\":1]\n}",
    );
    assert_eq!(error.line, 5);
    assert!(error.message.starts_with("malformed JSON"), "{error}");
}

#[test]
fn what_is_not_json_is_one_error() {
    let error = refused("id;subject\n1;one\n2;two\n");
    assert_eq!(error.line, 1);
    assert!(error.message.contains("not Zendesk JSON"), "{error}");
    for nothing in ["", " \n\n"] {
        let error = refused(nothing);
        assert!(error.message.contains("empty"), "{error}");
    }
    assert!(read("[]").is_empty());
    assert!(read("{\"tickets\":[]}").is_empty());
}

#[test]
fn errors_name_the_field_and_never_its_content() {
    let secret = "canary-7f3a";
    let cases = [
        ("id", format!(r#"{{"id":{{"{secret}":1}},"subject":"s"}}"#)),
        (
            "status",
            format!(r#"{{"id":1,"subject":"s","status":"{secret}"}}"#),
        ),
        (
            "priority",
            format!(r#"{{"id":1,"subject":"s","priority":"{secret}"}}"#),
        ),
        (
            "type",
            format!(r#"{{"id":1,"subject":"s","type":"{secret}"}}"#),
        ),
        (
            "tags",
            format!(r#"{{"id":1,"subject":"s","tags":"{secret}"}}"#),
        ),
        (
            "tags",
            format!(r#"{{"id":1,"subject":"s","tags":[{{"{secret}":2}}]}}"#),
        ),
        (
            "created_at",
            format!(r#"{{"id":1,"subject":"s","created_at":"{secret}"}}"#),
        ),
        ("subject", format!(r#"{{"id":1,"subject":["{secret}"]}}"#)),
        (
            "subject",
            format!(r#"{{"id":1,"subject":"{secret}\u0000"}}"#),
        ),
        (
            "subject",
            format!(r#"{{"id":1,"subject":"{secret}\ud800"}}"#),
        ),
        (
            "subject",
            format!(r#"{{"id":1,"subject":"{secret}{}"}}"#, "x".repeat(500)),
        ),
        (
            "requester.email",
            format!(r#"{{"id":1,"subject":"s","requester":{{"email":"{secret}"}}}}"#),
        ),
        (
            "comments",
            format!(r#"{{"id":1,"subject":"s","comments":"{secret}"}}"#),
        ),
        (
            "comments[1].body",
            format!(
                r#"{{"id":1,"subject":"s","comments":[{{"body":"x"}},{{"body":["{secret}"]}}]}}"#
            ),
        ),
        (
            "comments[0].public",
            format!(r#"{{"id":1,"subject":"s","comments":[{{"body":"x","public":"{secret}"}}]}}"#),
        ),
        (
            "comments[0].body",
            format!(
                r#"{{"id":1,"subject":"s","comments":[{{"body":"{secret}{}"}}]}}"#,
                "x".repeat(MAX_BODY_BYTES)
            ),
        ),
        (
            "description",
            format!(r#"{{"id":1,"subject":"s","description":"{secret}\u0000"}}"#),
        ),
    ];
    for (field, text) in cases {
        for text in [
            text.clone(),
            format!("[{text}]"),
            format!("{{\"tickets\":[{text}]}}"),
        ] {
            let error = refused(&text);
            assert_eq!(error.field.as_deref(), Some(field), "{error}");
            assert_eq!(error.line, 1);
            assert!(!format!("{error} {error:?}").contains(secret), "{error}");
        }
    }
}

#[test]
fn a_record_beyond_the_bound_is_refused_and_the_next_is_read() {
    let long = "x".repeat(26 * 1024 * 1024);
    let text = format!(
        "[{{\"id\":1,\"subject\":\"s\",\"custom\":\"{long}\"}},\n{{\"id\":2,\"subject\":\"s\"}}]"
    );
    assert_eq!(outline(&text), [(1, Err(None)), (2, Ok("2".to_owned()))]);
    let text = format!(
        "{{\"id\":1,\"subject\":\"s\",\"custom\":\"{long}\"}}\n{{\"id\":2,\"subject\":\"s\"}}"
    );
    assert_eq!(outline(&text), [(1, Err(None)), (2, Ok("2".to_owned()))]);
}

#[test]
fn endless_nesting_is_refused() {
    let error = refused(&"[".repeat(1_000_000));
    assert!(error.message.contains("nested too deeply"), "{error}");
    let error = refused(&"{\"a\":".repeat(1_000_000));
    assert!(error.message.contains("nested too deeply"), "{error}");
}

#[test]
fn a_broken_user_is_reported_and_the_tickets_are_read() {
    let rows = read(
        "{\"users\":[\n{\"id\":1,\"email\":\"nobody\"},\n{\"id\":2,\"name\":\"Two\"}],\n\"tickets\":[{\"id\":1,\"subject\":\"s\",\"requester_id\":2}]}",
    );
    let error = rows[0].as_ref().unwrap_err();
    assert_eq!(
        (error.line, error.field.as_deref()),
        (2, Some("users.email"))
    );
    assert_eq!(
        rows[1]
            .as_ref()
            .unwrap()
            .ticket
            .requester
            .clone()
            .unwrap()
            .name
            .as_deref(),
        Some("Two")
    );
}

#[test]
fn a_record_that_names_a_tenant_is_refused() {
    for name in ["tenant_id", "tenant"] {
        let error = refused(&format!(r#"[{{"id": 1, "subject": "s", "{name}": "acme"}}]"#));
        assert_eq!((error.line, error.field.as_deref()), (1, None));
        assert_eq!(error.message, format!("the field {name} names a tenant, and --tenant alone does"));
    }
    assert_eq!(one(r#"{"id": 1, "subject": "s", "tenant": null}"#).external_id, "1");
}

#[test]
fn of_many_records_on_one_line_each_error_says_which() {
    for text in [
        r#"[{"id": 1, "subject": "s"}, {"id": 2}, {"id": 3, "subject": "s", "status": "lost"}]"#,
        r#"{"tickets": [{"id": 1, "subject": "s"}, {"id": 2}, {"id": 3, "subject": "s", "status": "lost"}], "users": []}"#,
        r#"{"id": 1, "subject": "s"} {"id": 2} {"id": 3, "subject": "s", "status": "lost"}"#,
    ] {
        let places: Vec<String> = read(text).into_iter().map(|row| row.map_or_else(|error| error.to_string(), |row| row.place())).collect();
        assert_eq!(places[0], "line 1, record 1");
        assert!(places[1].starts_with("line 1, record 2: field `subject`: ") && places[2].starts_with("line 1, record 3: field `status`: "), "{places:?}");
    }
}

#[test]
fn what_no_ticket_of_ours_holds_is_named() {
    let text = r#"[{"id": 1, "subject": "s", "assignee_id": 7, "collaborator_ids": [8], "custom_fields": [{"id": 1, "value": null}, {"id": 2, "value": "x"}]},
                  {"id": 2, "subject": "s", "assignee_id": null, "collaborator_ids": [], "custom_fields": [{"id": 1, "value": null}, {"id": 2, "value": false}, {"id": 3, "value": ""}]}]"#;
    let left_out: Vec<_> = read(text).into_iter().map(|row| row.unwrap().ticket.left_out).collect();
    assert_eq!(left_out, [vec!["assignee_id", "collaborator_ids", "custom_fields"], vec![]]);
    let names = ["due_at", "follower_ids", "email_cc_ids", "problem_id", "satisfaction_rating", "brand_id", "ticket_form_id", "external_id"];
    for name in names {
        let value = if name.ends_with("_ids") { "[8]" } else { "\"8\"" };
        assert_eq!(one(&format!(r#"{{"id": 1, "subject": "s", "{name}": {value}}}"#)).left_out, [name]);
        assert!(one(&format!(r#"{{"id": 1, "subject": "s", "{name}": null}}"#)).left_out.is_empty());
    }
    assert!(one(r#"{"external_id": "8", "subject": "s"}"#).left_out.is_empty());
    let mut rows = ringfence_import::read(Format::ZendeskJson, r#"{"tickets": [{"id": 1, "subject": "s"}, {"id": 2, "subject": "s"}]}"#.as_bytes(), "zendesk");
    rows.next();
    assert_eq!(rows.size_hint().0, 1);
}

#[test]
fn an_address_is_held_to_what_it_is_elsewhere() {
    for wrong in ["a@b@c".to_owned(), format!("{}@example.com", "x".repeat(292)), "nobody".to_owned()] {
        let error = refused(&format!(r#"{{"id": 1, "subject": "s", "requester": {{"email": "{wrong}"}}}}"#));
        assert_eq!(error.field.as_deref(), Some("requester.email"), "{error}");
    }
}
