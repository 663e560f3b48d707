//! What an export document says beside its tickets: users, groups, organizations and comments, found again by id. It
//! refuses to drop a broken one silently.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    error::{RowError, Violation},
    field,
    ticket::Person,
    zendesk::{
        scan::Captured,
        value::{self, parse},
    },
};

#[derive(Default)]
pub(crate) struct SideLoads {
    users: HashMap<String, Person>,
    groups: HashMap<String, String>,
    organizations: HashMap<String, String>,
    comments: HashMap<String, Vec<Captured>>,
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
        self.users.is_empty() && self.groups.is_empty() && self.organizations.is_empty()
    }

    pub(crate) fn user(&self, id: &str) -> Option<&Person> {
        self.users.get(id)
    }

    pub(crate) fn group(&self, id: &str) -> Option<&String> {
        self.groups.get(id)
    }

    pub(crate) fn organization(&self, id: &str) -> Option<&String> {
        self.organizations.get(id)
    }

    pub(crate) fn comments(&self, ticket: &str) -> Option<&Vec<Captured>> {
        self.comments.get(ticket)
    }

    pub(crate) fn add_user(&mut self, element: &Captured) -> Option<RowError> {
        let read = parse::<RawPerson<'_>>(element).and_then(|raw| {
            raw.read()
                .map_err(|broken| broken.within("users").at(element.line))
        });
        match read {
            Ok(person) => {
                if let Some(id) = person.external_id.clone() {
                    self.users.insert(id, person);
                }
                None
            }
            Err(error) => Some(error),
        }
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
            Ok(None) => Some(Violation::of("comments.ticket_id", "is missing").at(element.line)),
            Err(error) => Some(error),
        }
    }
}

fn add_named(
    what: &str,
    map: &mut HashMap<String, String>,
    element: &Captured,
) -> Option<RowError> {
    let read = parse::<Named<'_>>(element).and_then(|raw| {
        let id = value::id("id", raw.id);
        let name = value::text("name", raw.name)
            .and_then(|name| name.map_or(Ok(None), |name| field::name("name", &name)));
        id.and_then(|id| Ok((id, name?)))
            .map_err(|broken| broken.within(what).at(element.line))
    });
    match read {
        Ok((Some(id), Some(name))) => {
            map.insert(id, name);
            None
        }
        Ok(_) => None,
        Err(error) => Some(error),
    }
}
