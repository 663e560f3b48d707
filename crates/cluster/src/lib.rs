//! A private, unmodified PostgreSQL cluster: found, made, started, stopped, recovered; it refuses to run as root and to listen beyond loopback.
//!
//! [`Installation`] finds the server's programs, [`Cluster`] runs one data folder with them. What lies in that folder:
//! `postgres/` (PGDATA, there only once initdb has finished), `socket/`, `postgres.log`, `cluster.json` (port and
//! superuser password, 0600) and `lock` (the one run that may use the folder).

#![forbid(unsafe_code)]

mod account;
mod cluster;
mod dsn;
mod error;
mod folder;
mod initdb;
mod install;
mod installation;
mod leftovers;
mod postmaster;
mod record;
mod settings;
mod version;

pub use cluster::{Cluster, Options};
pub use error::ClusterError;
pub use folder::{leave_path_to_owner, leave_to_owner, open_in_turn};
pub use installation::Installation;
pub use settings::Durability;
pub use version::Version;
