//! What an export document says beside its tickets: users, groups, organizations and comments, found again by id. It
//! refuses to drop a broken one silently.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    error::{Lost, RowError, Violation},
    field,
    ticket::Person,
    zendesk::{
        scan::Captured,
        value::{self, parse},
    },
};

#[derive(Default)]
pub(crate) struct SideLoads {
    users: Known<Person>,
    groups: Known<String>,
    organizations: Known<String>,
    /// Of each ticket, until it takes them.
    comments: HashMap<String, Vec<Captured>>,
}

/// What a document describes of one kind, by id.
struct Known<T> {
    sound: HashMap<String, T>,
    /// The lines of what is wrong.
    broken: HashMap<String, u64>,
    /// The line of the first that is wrong in its id too.
    unnamed: Option<u64>,
}

/// What an element says, part by part.
struct Element<T> {
    id: Result<Option<String>, Violation>,
    says: Result<Option<T>, Violation>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Known {
            sound: HashMap::new(),
            broken: HashMap::new(),
            unnamed: None,
        }
    }
}

impl<T> Known<T> {
    fn add(&mut self, what: &str, line: u64, read: Result<Element<T>, RowError>) -> Option<RowError> {
        let error = match read {
            Ok(Element { id: Ok(id), says: Ok(says) }) => {
                self.sound.extend(id.zip(says));
                return None;
            }
            Ok(Element { id: Ok(id), says: Err(broken) }) => {
                self.broken.extend(id.map(|id| (id, line)));
                broken.within(what).at(line)
            }
            Ok(Element { id: Err(broken), .. }) => {
                self.unnamed.get_or_insert(line);
                broken.within(what).at(line)
            }
            Err(error) => {
                self.unnamed.get_or_insert(line);
                error
            }
        };
        Some(error.losing(Lost::Part))
    }

    /// `None` for what the document does not describe. A ticket that refers to what is wrong is refused: imported without
    /// it, no later import would mend it.
    fn find(&self, field: &str, id: &str) -> Result<Option<&T>, Violation> {
        match (self.sound.get(id), self.broken.get(id), self.unnamed) {
            (Some(found), _, _) => Ok(Some(found)),
            (None, Some(line), _) => Err(Violation::of(field, format!("names what is wrong at line {line}"))),
            (None, None, Some(line)) => Err(Violation::of(field, format!("may name what is wrong at line {line}"))),
            (None, None, None) => Ok(None),
        }
    }
}

/// A user as Zendesk writes one, side-loaded or inside a ticket.
#[derive(Deserialize)]
pub(crate) struct RawPerson<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    email: Option<&'a RawValue>,
    #[serde(borrow, default)]
    address: Option<&'a RawValue>,
}

impl RawPerson<'_> {
    pub(crate) fn read(&self) -> Result<Person, Violation> {
        let name =
            value::text("name", self.name)?.map_or(Ok(None), |name| field::name("name", &name))?;
        let email = match value::text("email", self.email)? {
            Some(email) => field::email("email", &email)?,
            None => value::text("address", self.address)?
                .map_or(Ok(None), |email| field::email("address", &email))?,
        };
        Ok(Person {
            name,
            email,
            external_id: value::id("id", self.id)?,
        })
    }
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct OfTicket<'a> {
    #[serde(borrow, default)]
    ticket_id: Option<&'a RawValue>,
}

impl SideLoads {
    pub(crate) fn is_empty(&self) -> bool {
        self.users.sound.is_empty() && self.groups.sound.is_empty() && self.organizations.sound.is_empty()
    }

    pub(crate) fn user(&self, field: &str, id: &str) -> Result<Option<&Person>, Violation> {
        self.users.find(field, id)
    }

    pub(crate) fn group(&self, field: &str, id: &str) -> Result<Option<&String>, Violation> {
        self.groups.find(field, id)
    }

    pub(crate) fn organization(&self, field: &str, id: &str) -> Result<Option<&String>, Violation> {
        self.organizations.find(field, id)
    }

    pub(crate) fn take_comments(&mut self, ticket: &str) -> Vec<Captured> {
        self.comments.remove(ticket).unwrap_or_default()
    }

    /// Once all tickets have taken theirs: the comments left, in the document's order.
    pub(crate) fn unclaimed(&mut self) -> Vec<RowError> {
        let mut lines: Vec<u64> = self.comments.drain().flat_map(|(_, comments)| comments).map(|comment| comment.line).collect();
        lines.sort_unstable();
        let unclaimed = |line| Violation::of("comments.ticket_id", "names no ticket that was read").at(line).losing(Lost::Part);
        lines.into_iter().map(unclaimed).collect()
    }

    pub(crate) fn add_user(&mut self, element: &Captured) -> Option<RowError> {
        let read = parse::<RawPerson<'_>>(element).map(|raw| Element {
            id: value::id("id", raw.id),
            says: raw.read().map(Some),
        });
        self.users.add("users", element.line, read)
    }

    pub(crate) fn add_group(&mut self, element: &Captured) -> Option<RowError> {
        add_named("groups", &mut self.groups, element)
    }

    pub(crate) fn add_organization(&mut self, element: &Captured) -> Option<RowError> {
        add_named("organizations", &mut self.organizations, element)
    }

    pub(crate) fn add_comment(&mut self, element: Captured) -> Option<RowError> {
        let ticket = parse::<OfTicket<'_>>(&element).and_then(|raw| {
            value::id("ticket_id", raw.ticket_id)
                .map_err(|broken| broken.within("comments").at(element.line))
        });
        match ticket {
            Ok(Some(ticket)) => {
                self.comments.entry(ticket).or_default().push(element);
                None
            }
            Ok(None) => Some(Violation::of("comments.ticket_id", "is missing").at(element.line).losing(Lost::Part)),
            Err(error) => Some(error.losing(Lost::Part)),
        }
    }
}

fn add_named(what: &str, known: &mut Known<String>, element: &Captured) -> Option<RowError> {
    let read = parse::<Named<'_>>(element).map(|raw| Element {
        id: value::id("id", raw.id),
        says: value::text("name", raw.name)
            .and_then(|name| name.map_or(Ok(None), |name| field::name("name", &name))),
    });
    known.add(what, element.line, read)
}
