//! From a file's ticket to the store's. Words of the same meaning, and no decision but the defaults of what a file leaves out.

use ringfence_domain::{Priority, TicketStatus, TicketType, Visibility};
use ringfence_import as file;
use ringfence_store::imports::{ImportedComment, ImportedTicket, Person};

pub fn ticket(ticket: file::ImportedTicket) -> ImportedTicket {
    ImportedTicket {
        external_source: ticket.external_source,
        external_id: ticket.external_id,
        other_ids: ticket.other_ids,
        subject: ticket.subject,
        status: status(ticket.status),
        priority: ticket.priority.map_or(Priority::Normal, priority),
        r#type: ticket.kind.map_or(TicketType::Question, kind),
        tags: ticket.tags,
        requester: ticket.requester.map(person),
        organization: ticket.organization,
        group: ticket.group,
        created_at: ticket.created_at,
        updated_at: ticket.updated_at,
        comments: ticket.comments.into_iter().map(comment).collect(),
    }
}

fn comment(comment: file::ImportedComment) -> ImportedComment {
    ImportedComment {
        external_id: comment.external_id,
        author: comment.author.map(person),
        visibility: if comment.public { Visibility::Public } else { Visibility::Internal },
        body: comment.body,
        created_at: comment.created_at,
    }
}

fn person(person: file::Person) -> Person {
    Person { name: person.name, email: person.email, external_id: person.external_id }
}

const fn status(status: file::Status) -> TicketStatus {
    match status {
        file::Status::New => TicketStatus::New,
        file::Status::Open => TicketStatus::Open,
        file::Status::Pending => TicketStatus::Pending,
        file::Status::OnHold => TicketStatus::OnHold,
        file::Status::Solved => TicketStatus::Solved,
        file::Status::Closed => TicketStatus::Closed,
    }
}

const fn priority(priority: file::Priority) -> Priority {
    match priority {
        file::Priority::Low => Priority::Low,
        file::Priority::Normal => Priority::Normal,
        file::Priority::High => Priority::High,
        file::Priority::Urgent => Priority::Urgent,
    }
}

const fn kind(kind: file::TicketType) -> TicketType {
    match kind {
        file::TicketType::Question => TicketType::Question,
        file::TicketType::Incident => TicketType::Incident,
        file::TicketType::Problem => TicketType::Problem,
        file::TicketType::Task => TicketType::Task,
    }
}
