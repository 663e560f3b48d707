//! The only crate that talks to PostgreSQL. Tenant rows are reached through a `TenantTx` and in no other way.

pub mod audit_trail;
pub mod command;
mod constraint;
pub mod crossing;
mod credentials;
mod database;
mod error;
mod fair_share;
mod login;
pub mod migrate;
mod principal;
mod queries;
pub mod server;
mod statement;
mod tenant_tx;
mod token;

pub mod verify;

pub use constraint::{CONSTRAINTS, refusal_of};
pub use credentials::{Credentials, TokenKey};
pub use database::{Database, DatabaseConfig};
pub use error::{Refusal, StoreError};
pub use fair_share::Party;
pub use principal::{Identified, Principal, RequestContext};
pub use queries::*;
pub use statement::{Sql, Template};
pub use tenant_tx::{Access, Entered, TenantTx, TokenLimits};
pub use token::Acting;
