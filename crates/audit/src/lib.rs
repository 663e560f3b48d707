//! What the audit trail records: every kind of event on one screen, and the event itself. Pure: nothing is written here.

mod action;
mod event;

pub use action::Action;
pub use event::{Decision, Event, Object, Who};
