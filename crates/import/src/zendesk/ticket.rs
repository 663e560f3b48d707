//! One Zendesk ticket object into one ticket of ours. It refuses a ticket whole when any of its parts breaks a rule, so
//! that nothing arrives half.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    error::{RowError, Violation},
    field::{self, MAX_COMMENTS},
    ticket::{ImportedComment, ImportedTicket, Person, Row, Status},
    zendesk::{
        scan::Captured,
        side::SideLoads,
        value::{elements, flag, id, named, object, parse, person, says_something, text, time},
    },
};

/// The fields that are read; each is parsed for itself, so that an error can name it. All others are stepped over.
#[derive(Deserialize)]
struct RawTicket<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    external_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    subject: Option<&'a RawValue>,
    #[serde(borrow, default)]
    raw_subject: Option<&'a RawValue>,
    #[serde(borrow, default)]
    description: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    priority: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
    #[serde(borrow, default)]
    requester_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    requester: Option<&'a RawValue>,
    #[serde(borrow, default)]
    organization_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    organization: Option<&'a RawValue>,
    #[serde(borrow, default)]
    group_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    group: Option<&'a RawValue>,
    #[serde(borrow, default)]
    created_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    updated_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    is_public: Option<&'a RawValue>,
    #[serde(borrow, default)]
    comments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    via: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tenant_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tenant: Option<&'a RawValue>,
    #[serde(borrow, default)]
    assignee_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    collaborator_ids: Option<&'a RawValue>,
    #[serde(borrow, default)]
    custom_fields: Option<&'a RawValue>,
    #[serde(borrow, default)]
    due_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    follower_ids: Option<&'a RawValue>,
    #[serde(borrow, default)]
    email_cc_ids: Option<&'a RawValue>,
    #[serde(borrow, default)]
    problem_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    satisfaction_rating: Option<&'a RawValue>,
    #[serde(borrow, default)]
    assignee: Option<&'a RawValue>,
    #[serde(borrow, default)]
    collaborator: Option<&'a RawValue>,
    #[serde(borrow, default)]
    brand_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ticket_form_id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawComment<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    author_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    author: Option<&'a RawValue>,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    plain_body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    html_body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    public: Option<&'a RawValue>,
    #[serde(borrow, default)]
    created_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    attachments: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawAttachment<'a> {
    #[serde(borrow, default)]
    file_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    size: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawVia<'a> {
    #[serde(borrow, default)]
    source: Option<RawViaSource<'a>>,
}

#[derive(Deserialize)]
struct RawViaSource<'a> {
    #[serde(borrow, default)]
    from: Option<&'a RawValue>,
}

/// What stands at every ticket that nobody was asked to rate.
fn is_unoffered(rating: &RawValue) -> bool {
    serde_json::from_str::<serde_json::Value>(rating.get()).is_ok_and(|rating| rating["score"] == "unoffered")
}

/// A ticket from its object. `apart` are the comments that were taken out of it on the way.
pub(crate) fn read(
    value: &Captured,
    apart: &[Captured],
    side: &mut SideLoads,
    source: &str,
) -> Result<Row, RowError> {
    let raw = parse::<RawTicket<'_>>(value)?;
    let here = |broken: Violation| broken.at(value.line);
    let external_id = raw.external_id().map_err(here)?;
    let beside = side.take_comments(&external_id);
    let mut ticket = raw.ticket(external_id, side, source).map_err(here)?;
    let mut comments = Comments::default();
    comments.add_inside(raw.comments, side).map_err(here)?;
    for (at, comment) in apart.iter().chain(&beside).enumerate() {
        let name = format!("comments[{at}]");
        let raw = parse::<RawComment<'_>>(comment).map_err(|error| RowError {
            line: value.line,
            field: Some(name.clone()),
            ..error
        })?;
        comments.add(&name, &raw, side).map_err(here)?;
    }
    ticket.comments = comments.list;
    if ticket.comments.is_empty() {
        ticket.comments.extend(raw.description_comment(&ticket).map_err(here)?);
    }
    Ok(Row {
        line: value.line,
        record: None,
        ticket,
    })
}

/// The comments of a ticket, wherever they stood.
#[derive(Default)]
struct Comments {
    list: Vec<ImportedComment>,
    places: HashMap<String, usize>,
}

impl Comments {
    fn add_inside(&mut self, list: Option<&RawValue>, side: &SideLoads) -> Result<(), Violation> {
        for (at, element) in elements("comments", list)?.into_iter().enumerate() {
            let name = format!("comments[{at}]");
            let raw: RawComment<'_> = object(&name, element)?;
            self.add(&name, &raw, side)?;
        }
        Ok(())
    }

    /// One that is there already, inside the ticket and beside it, counts once.
    fn add(&mut self, name: &str, raw: &RawComment<'_>, side: &SideLoads) -> Result<(), Violation> {
        let Some(comment) = raw.comment(side).map_err(|broken| broken.within(name))? else {
            return Ok(());
        };
        if let Some(id) = &comment.external_id {
            let place = *self.places.entry(id.clone()).or_insert(self.list.len());
            match self.list.get(place) {
                None => {}
                Some(same) if *same == comment => return Ok(()),
                Some(_) => return Err(Violation::of("id", "is that of another comment of the ticket").within(name)),
            }
        }
        if self.list.len() == MAX_COMMENTS {
            return Err(Violation::of("comments", format!("more than {MAX_COMMENTS}")));
        }
        self.list.push(comment);
        Ok(())
    }
}

impl RawTicket<'_> {
    /// A file goes into the tenant that the command names.
    fn refuse_tenant(&self) -> Result<(), Violation> {
        match [("tenant_id", self.tenant_id), ("tenant", self.tenant)].into_iter().find(|(_, value)| value.is_some()) {
            None => Ok(()),
            Some((name, _)) => Err(Violation::of_record(format!("the field {name} names a tenant, and --tenant alone does"))),
        }
    }

    /// An agent of the other system is none of the tenant's, and its fields are not ours.
    fn left_out(&self) -> Vec<&'static str> {
        let fields = [
            ("assignee_id", self.assignee_id),
            ("collaborator_ids", self.collaborator_ids),
            ("custom_fields", self.custom_fields),
            ("due_at", self.due_at),
            ("follower_ids", self.follower_ids),
            ("email_cc_ids", self.email_cc_ids),
            ("problem_id", self.problem_id),
            ("assignee", self.assignee),
            ("collaborator", self.collaborator),
            ("brand_id", self.brand_id),
            ("ticket_form_id", self.ticket_form_id),
            // The key where there is no `id`.
            ("external_id", self.external_id.filter(|_| self.id.is_some())),
        ];
        let rated = self.satisfaction_rating.filter(|rating| says_something(rating) && !is_unoffered(rating));
        let said = fields.into_iter().filter(|(_, value)| value.is_some_and(says_something)).map(|(name, _)| name);
        said.chain(rated.map(|_| "satisfaction_rating")).collect()
    }

    fn external_id(&self) -> Result<String, Violation> {
        match id("id", self.id)? {
            Some(id) => Ok(id),
            None => id("external_id", self.external_id)?
                .ok_or_else(|| Violation::of("id", "is missing")),
        }
    }

    fn ticket(&self, external_id: String, side: &SideLoads, source: &str) -> Result<ImportedTicket, Violation> {
        self.refuse_tenant()?;
        let word_of = |name, value| text(name, value).map(Option::unwrap_or_default);
        let tags: Vec<String> = elements("tags", self.tags)?
            .into_iter()
            .map(|tag| text("tags", Some(tag)).map(Option::unwrap_or_default))
            .collect::<Result<_, _>>()?;
        Ok(ImportedTicket {
            external_source: source.to_owned(),
            external_id,
            other_ids: Vec::new(),
            subject: self.subject()?,
            status: field::word("status", &word_of("status", self.status)?)?.unwrap_or(Status::New),
            priority: field::word("priority", &word_of("priority", self.priority)?)?,
            kind: field::word("type", &word_of("type", self.kind)?)?,
            tags: field::tags("tags", tags.iter().map(String::as_str))?,
            requester: self.requester(side)?,
            organization: named(
                ("organization", self.organization),
                ("organization_id", self.organization_id),
                |field, id| side.organization(field, id),
            )?,
            group: named(("group", self.group), ("group_id", self.group_id), |field, id| {
                side.group(field, id)
            })?,
            created_at: time("created_at", self.created_at)?,
            updated_at: time("updated_at", self.updated_at)?,
            comments: Vec::new(),
            left_out: self.left_out(),
        })
    }

    /// Chats and calls have no subject; their first line stands in for it.
    fn subject(&self) -> Result<String, Violation> {
        for (name, value) in [("subject", self.subject), ("raw_subject", self.raw_subject)] {
            if let Some(subject) = text(name, value)?.filter(|subject| !subject.trim().is_empty()) {
                return field::subject(name, &subject);
            }
        }
        let description = text("description", self.description)?.unwrap_or_default();
        let line: String = description
            .trim()
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(100)
            .collect();
        field::subject("subject", &line)
    }

    fn requester(&self, side: &SideLoads) -> Result<Option<Person>, Violation> {
        let via = match self.via {
            Some(via) => serde_json::from_str::<RawVia<'_>>(via.get())
                .ok()
                .and_then(|via| via.source?.from),
            None => None,
        };
        let inline = self.requester.or(if self.requester_id.is_none() {
            via
        } else {
            None
        });
        person(
            ("requester", inline),
            ("requester_id", self.requester_id),
            side,
        )
    }

    /// A ticket without comments says in its description what was asked.
    fn description_comment(
        &self,
        ticket: &ImportedTicket,
    ) -> Result<Option<ImportedComment>, Violation> {
        let body = text("description", self.description)?.unwrap_or_default();
        if body.trim().is_empty() {
            return Ok(None);
        }
        Ok(Some(ImportedComment {
            external_id: None,
            author: ticket.requester.clone(),
            body: field::body("description", body)?,
            public: flag("is_public", self.is_public)?.unwrap_or(true),
            created_at: ticket.created_at,
        }))
    }
}

impl RawComment<'_> {
    /// `None` for a comment that says nothing.
    fn comment(&self, side: &SideLoads) -> Result<Option<ImportedComment>, Violation> {
        let mut body = String::new();
        for (name, value) in [
            ("body", self.body),
            ("plain_body", self.plain_body),
            ("html_body", self.html_body),
        ] {
            let Some(found) = text(name, value)?.filter(|found| !found.trim().is_empty()) else {
                continue;
            };
            body = match name {
                "html_body" => crate::html::to_text(&found)
                    .ok_or_else(|| Violation::of(name, "too large to clean"))?,
                _ => found,
            };
            break;
        }
        for element in elements("attachments", self.attachments)? {
            let file: RawAttachment<'_> = object("attachments", element)?;
            let name = text("attachments.file_name", file.file_name)?;
            let bytes = file
                .size
                .and_then(|size| size.get().parse().ok())
                .unwrap_or(0);
            if !body.is_empty() {
                body.push_str("\n\n");
            }
            body.push_str(&field::attachment_note(name.as_deref(), bytes));
        }
        if body.trim().is_empty() {
            return Ok(None);
        }
        Ok(Some(ImportedComment {
            external_id: id("id", self.id)?,
            author: person(("author", self.author), ("author_id", self.author_id), side)?,
            body: field::body("body", body)?,
            // An internal note that becomes public cannot be taken back, so silence means internal.
            public: flag("public", self.public)?.unwrap_or(false),
            created_at: time("created_at", self.created_at)?,
        }))
    }
}
