//! POST a ticket: in the caller's name, or in that of a contact who asked.

use super::missing::told_whole;
use crate::answer::{self, Answer};
use crate::body::{Fields, JsonBody, Unread};
use crate::caller::{Caller, objects};
use crate::people;
use crate::problem::Problem;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ringfence_audit::Action;
use ringfence_domain::{Priority, Ticket, TicketId, TicketType};
use ringfence_store::idempotency::Attempt;
use ringfence_store::numbers::Numbers;
use ringfence_store::tickets::{self, Named, NewTicket};
use ringfence_store::{Refusal, StoreError, TenantTx, contacts};
use serde::Serialize;
use std::cell::Cell;
use utoipa::ToSchema;
use uuid::Uuid;

/// A new ticket.
#[derive(Serialize, ToSchema)]
pub struct TicketInput {
    #[schema(min_length = 1, max_length = 500, example = "The invoice shows the wrong address")]
    subject: String,
    /// The first public comment; CommonMark, at most 64 KiB.
    body: Option<String>,
    priority: Option<Priority>,
    r#type: Option<TicketType>,
    /// The contact who asked; the caller if neither this nor `requester` is given.
    requester_id: Option<Uuid>,
    /// Found by e-mail address, or made.
    requester: Option<RequesterInput>,
    group_id: Option<Uuid>,
    assignee_id: Option<Uuid>,
    organization_id: Option<Uuid>,
    #[schema(max_items = 50)]
    tags: Option<Vec<String>>,
    external_source: Option<String>,
    external_id: Option<String>,
}

/// Who asked.
#[derive(Serialize, ToSchema)]
pub struct RequesterInput {
    #[schema(min_length = 1, max_length = 200, example = "Customer")]
    name: String,
    #[schema(min_length = 3, max_length = 254, example = "customer@example.com")]
    email: String,
}

/// Creates a ticket.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/tickets", operation_id = "createTicket", tag = "tickets",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = TicketInput),
    responses((status = 201, body = Ticket, headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The ticket's URL")))))]
pub async fn create_ticket(caller: Caller, request: HttpRequest, body: Unread, numbers: Data<Numbers>) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let (new, requester) = read(body)?;
    let path = format!("/v1/tenants/{}/tickets", caller.tenant_path());
    for _ in 1..BLOCKS {
        let spent = Cell::new(false);
        match create(&caller, attempt.clone(), &numbers, (&new, &requester), &path, &spent).await {
            Err(_) if spent.get() => {}
            outcome => return outcome,
        }
    }
    create(&caller, attempt, &numbers, (&new, &requester), &path, &Cell::new(false)).await
}

/// Blocks of numbers that others may empty between the look and the taking, or have given to tickets of theirs.
const BLOCKS: usize = 8;

async fn create(caller: &Caller, attempt: Option<Attempt>, numbers: &Numbers, (new, requester): (&NewTicket, &Requester), path: &str, spent: &Cell<bool>) -> Result<HttpResponse, Problem> {
    // In a transaction of its own, before this one: a counter row held until commit would let one create at a time in.
    if let Err(error) = numbers.ensure(caller.database(), &caller.principal).await {
        return Err(caller.refused(Action::TicketCreated, objects("ticket"), error, None).await);
    }
    let created = answer::change(caller, attempt, Action::TicketCreated, objects("ticket"), async |tx| {
        let mut new = new.clone();
        new.requester_id = requester.find(tx).await?;
        let number = numbers.take_for(tx).await.inspect_err(|error| spent.set(matches!(error, StoreError::Collided)))?;
        let ticket = tickets::create(tx, &new, number).await.inspect_err(|error| {
            if matches!(error, StoreError::Collided) {
                numbers.forget(&caller.principal);
                spent.set(true);
            }
        })?;
        let location = format!("{path}/{}", ticket.ticket_id);
        Ok(Answer::created(&ticket, Some(ticket.version), location))
    })
    .await;
    match created {
        Err(problem) => Err(told_whole(caller, problem, &requester.named_beside(new)).await),
        created => created,
    }
}

/// Who asked, as the body says it. An id is one that the caller gave, whatever it is: none stands for nobody.
enum Requester {
    Caller,
    Contact(Uuid),
    Address { name: String, email: String },
}

impl Requester {
    const fn named_beside(&self, new: &NewTicket) -> Named {
        let requester_id = if let Self::Contact(id) = self { Some(*id) } else { None };
        Named { requester_id, assignee_id: new.assignee_id, group_id: new.group_id, organization_id: new.organization_id }
    }

    async fn find(&self, tx: &mut TenantTx) -> Result<Uuid, StoreError> {
        match self {
            Self::Caller => Ok(tx.enter().await?.member_id.0),
            Self::Contact(id) => Ok(*id),
            Self::Address { name, email } => Ok(contacts::of_email(tx, name, email).await?.ok_or(Refusal::Forbidden { permission: "contact.change" })?.0),
        }
    }
}

fn read(body: JsonBody) -> Result<(NewTicket, Requester), Problem> {
    let mut fields = Fields::of(body.fields);
    let address = fields.object("requester").map(|mut inner| {
        let name = inner.required_text("name", 1, 200);
        let email = inner.required_text("email", 3, 254);
        if !email.is_empty() {
            people::check_email(&mut inner, Some(&email));
        }
        fields.close(inner);
        Requester::Address { name, email }
    });
    let contact = fields.uuid("requester_id").map(Requester::Contact);
    let new = NewTicket {
        ticket_id: TicketId::generate(),
        subject: fields.required_text("subject", 1, 500),
        body: fields.text("body", 1, 65_536),
        priority: fields.word::<Priority>("priority").unwrap_or(Priority::Normal).as_str(),
        r#type: fields.word::<TicketType>("type").unwrap_or(TicketType::Question).as_str(),
        // Found inside the transaction.
        requester_id: Uuid::nil(),
        group_id: fields.uuid("group_id"),
        assignee_id: fields.uuid("assignee_id"),
        organization_id: fields.uuid("organization_id"),
        tags: super::tags(&mut fields).unwrap_or_default(),
        external_source: fields.text("external_source", 1, 200),
        external_id: fields.text("external_id", 1, 255),
    };
    if new.external_source.is_some() != new.external_id.is_some() {
        fields.wrong("external_id", "incomplete", "goes together with external_source");
    }
    if address.is_some() && contact.is_some() {
        fields.wrong("requester", "contradiction", "is given beside requester_id");
    }
    if new.body.as_ref().is_some_and(|body| body.len() > 65_536) {
        fields.wrong("body", "length", "must be at most 64 KiB");
    }
    fields.finish()?;
    Ok((new, address.or(contact).unwrap_or(Requester::Caller)))
}
