//! HTTP: phrases what the database decided. Status codes live here and nowhere else.

mod agreements;
mod answer;
mod api_tokens;
mod body;
mod break_glass;
mod caller;
mod conditional;
mod contacts;
mod credential;
mod cursor;
mod development;
mod documents;
mod groups;
mod included;
mod invitations;
mod last_use;
mod limits;
mod listing;
mod measures;
mod members;
mod operations;
mod organizations;
mod people;
mod pieces;
mod problem;
mod request_log;
mod roles;
mod routes;
mod scim;
mod service;
mod sign_in;
mod sign_in_settings;
mod step_up;
mod tickets;
mod trim;
mod unread;

pub use documents::document;
pub use ipnet::IpNet;
pub use limits::{EXAMPLE as LIMITS_EXAMPLE, LimitPolicy};
pub use routes::{ROUTES, Route};
pub use service::{Service, ServiceConfig, SignInConfig, StartError};
pub use sign_in::SessionLimits;
pub use step_up::StepUp;

/// Starts the service.
///
/// # Errors
/// See `StartError`.
pub async fn start(config: ServiceConfig) -> Result<Service, StartError> {
    service::start(config).await
}
