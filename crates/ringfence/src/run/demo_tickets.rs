//! What the demo tenants' tickets say: a dozen each, in every status, from a few days. Invented, and of nobody.

use jiff::{SignedDuration, Timestamp};
use ringfence_domain::{Priority, TicketStatus, TicketType, Visibility};
use ringfence_store::imports::{ImportedComment, ImportedTicket, Person};

use Priority::{High, Low, Normal, Urgent};
use TicketStatus::{Closed, New, OnHold, Open, Pending, Solved};
use TicketType::{Incident, Problem, Question, Task};

pub const GROUPS: [&str; 2] = ["Support", "Billing"];
pub const PERSON_ADDRESS: &str = "morgan@partner.example";
const SOURCE: &str = "demo";

/// Who speaks, in a demo ticket.
#[derive(Clone, Copy)]
enum Voice {
    Requester,
    Agent,
    /// Staff among themselves.
    Note,
}
use Voice::{Agent, Note, Requester};

struct Story {
    subject: &'static str,
    status: TicketStatus,
    priority: Priority,
    r#type: TicketType,
    group: Option<&'static str>,
    tags: &'static [&'static str],
    asked_by: Asker,
    said: &'static [(Voice, &'static str)],
}

#[derive(Clone, Copy)]
enum Asker {
    /// The tenant's member of that role.
    Member,
    /// Somebody without sign-in.
    Customer(&'static str),
    /// The one who belongs to two tenants.
    Morgan,
}
use Asker::{Customer, Member, Morgan};

#[rustfmt::skip]
const STORIES: [Story; 12] = [
    Story { subject: "Cannot sign in after the password change", status: Open, priority: High, r#type: Incident, group: Some("Support"), tags: &["sign-in"], asked_by: Member,
        said: &[(Requester, "Since I changed my password, the sign-in page sends me back to itself."), (Agent, "Thank you for the report. Does it also happen in a private window?"), (Requester, "Yes, in every browser."), (Note, "Same session cookie as last month; looks like the old proxy.")] },
    Story { subject: "Invoice lists a seat too many", status: Pending, priority: Normal, r#type: Question, group: Some("Billing"), tags: &["invoice"], asked_by: Customer("accounts"),
        said: &[(Requester, "The invoice of this month has 12 seats, we are 11."), (Agent, "One seat was removed two days after the invoice was made. Shall we credit it?")] },
    Story { subject: "Export of last quarter's tickets", status: Solved, priority: Low, r#type: Task, group: Some("Support"), tags: &["export"], asked_by: Member,
        said: &[(Requester, "Can I get last quarter's tickets as a file?"), (Agent, "The file is attached to your account page.")] },
    Story { subject: "Printer in the warehouse prints blank labels", status: New, priority: Normal, r#type: Incident, group: None, tags: &[], asked_by: Customer("warehouse"),
        said: &[(Requester, "Since this morning every label comes out blank.")] },
    Story { subject: "Nightly import stops at the same row", status: OnHold, priority: High, r#type: Problem, group: Some("Support"), tags: &["import", "nightly"], asked_by: Customer("warehouse"),
        said: &[(Requester, "The import has ended at row 4,512 three nights in a row."), (Note, "Row 4,512 has a date of the year 0024."), (Agent, "We found the row and wait for the supplier to correct it.")] },
    Story { subject: "How do I add a colleague?", status: Closed, priority: Low, r#type: Question, group: Some("Support"), tags: &["how-to"], asked_by: Member,
        said: &[(Requester, "Where do I add somebody to our account?"), (Agent, "An owner or admin does, under Members."), (Requester, "Found it, thank you.")] },
    Story { subject: "Payment by bank transfer", status: Open, priority: Normal, r#type: Question, group: Some("Billing"), tags: &["payment"], asked_by: Customer("accounts"),
        said: &[(Requester, "Can we pay by transfer instead of by card?"), (Note, "Needs the yearly plan.")] },
    Story { subject: "Everything is slow since noon", status: Open, priority: Urgent, r#type: Incident, group: Some("Support"), tags: &["performance"], asked_by: Member,
        said: &[(Requester, "Each page takes ten seconds."), (Agent, "We see it too and are on it.")] },
    Story { subject: "Wrong VAT number on the receipt", status: Solved, priority: Normal, r#type: Problem, group: Some("Billing"), tags: &["invoice", "tax"], asked_by: Customer("accounts"),
        said: &[(Requester, "The receipt carries our old VAT number."), (Agent, "Corrected; a new receipt is on its way.")] },
    Story { subject: "Set up the second office", status: Pending, priority: Normal, r#type: Task, group: Some("Support"), tags: &["onboarding"], asked_by: Member,
        said: &[(Requester, "Our second office opens next month. What do you need from us?"), (Agent, "A list of its people with their roles, and the day.")] },
    Story { subject: "Question about the partner programme", status: Open, priority: Normal, r#type: Question, group: None, tags: &["partner"], asked_by: Morgan,
        said: &[(Requester, "Who is our contact for the partner programme?"), (Agent, "That would be us, here.")] },
    Story { subject: "Old ticket from the former system", status: Closed, priority: Low, r#type: Question, group: None, tags: &[], asked_by: Customer("warehouse"),
        said: &[(Requester, "Is there a manual for the label printer?"), (Agent, "It came with the delivery note.")] },
];

/// The tickets of one tenant, the oldest first.
pub fn tickets(slug: &str, name: &str, now: Timestamp) -> Vec<ImportedTicket> {
    let ago = |hours: i64| now.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(now);
    let count = i64::try_from(STORIES.len()).unwrap_or_default();
    STORIES.iter().zip(0..count).map(|(story, i)| ticket(slug, name, story, i, ago((count - i) * 20))).collect()
}

fn ticket(slug: &str, name: &str, story: &Story, i: i64, created_at: Timestamp) -> ImportedTicket {
    let later = |hours: i64| created_at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(created_at);
    let requester = asker(slug, name, story.asked_by);
    let comments = story.said.iter().zip(0..).map(|(&(voice, body), n)| ImportedComment {
        external_id: Some(format!("{}-{n}", i + 1)),
        author: Some(match voice {
            Requester => requester.clone(),
            Agent | Note => member(slug, name, "agent"),
        }),
        visibility: match voice {
            Note => Visibility::Internal,
            Requester | Agent => Visibility::Public,
        },
        body: body.to_owned(),
        created_at: Some(later(n)),
    });
    ImportedTicket {
        external_source: SOURCE.to_owned(),
        external_id: (i + 1).to_string(),
        other_ids: Vec::new(),
        subject: story.subject.to_owned(),
        status: story.status,
        priority: story.priority,
        r#type: story.r#type,
        tags: story.tags.iter().map(|&tag| tag.to_owned()).collect(),
        requester: Some(requester.clone()),
        organization: None,
        group: story.group.map(str::to_owned),
        created_at: Some(created_at),
        updated_at: None,
        comments: comments.collect(),
    }
}

fn asker(slug: &str, name: &str, asked_by: Asker) -> Person {
    match asked_by {
        Member => member(slug, name, "requester"),
        Customer(department) => Person {
            name: Some(format!("Customer of {name}, {department}")),
            email: Some(format!("{department}@customer-of-{slug}.example")),
            external_id: None,
        },
        // A contact in every tenant, a member where the demo says so.
        Morgan => Person { name: Some("Morgan".to_owned()), email: Some(PERSON_ADDRESS.to_owned()), external_id: None },
    }
}

fn member(slug: &str, name: &str, role: &str) -> Person {
    Person { name: Some(format!("{name} {role}")), email: Some(address(slug, role)), external_id: None }
}

/// Where a demo member is written to: a name that can never be registered (RFC 2606).
pub fn address(slug: &str, role: &str) -> String {
    format!("{}@{slug}.example", role.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::{STORIES, tickets};
    use ringfence_domain::TicketStatus;

    #[test]
    fn the_demo_shows_every_status() {
        for status in TicketStatus::ALL {
            assert!(STORIES.iter().any(|story| story.status == *status), "{status}");
        }
    }

    #[test]
    fn no_two_demo_tickets_share_an_external_id() {
        let tickets = tickets("acme", "Acme", jiff::Timestamp::UNIX_EPOCH);
        let ids: std::collections::BTreeSet<_> = tickets.iter().map(|ticket| &ticket.external_id).collect();
        assert_eq!(ids.len(), tickets.len());
    }
}
