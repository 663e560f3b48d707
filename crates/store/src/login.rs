//! How the service's logins connect: past the one setting of their own by which SQL in their name could keep them out for good; and how
//! long they wait for a server that has stopped answering without closing its connections.

use crate::StoreError;
use std::time::Duration;
use tokio_postgres::Config;

/// A login may say for itself which libraries its sessions load, and one that is not there refuses every connection.
const NO_LIBRARIES: &str = "-c local_preload_libraries=";

/// The same login with these options of the connection, which go before what is kept for the role.
pub(crate) fn with_options(login: &Config, options: &str) -> Config {
    let mut login = login.clone();
    login.application_name("ringfence").options(format!("{NO_LIBRARIES} {options}"));
    login
}

/// The same with the options that its URL names.
pub(crate) fn with_its_options(login: &Config) -> Config {
    with_options(login, login.get_options().unwrap_or_default())
}

/// What is asked of the server, unless it takes longer than a server that answers would: the connection is then to be let go.
pub(crate) async fn answered<T>(limit: Duration, asked: impl Future<Output = T>) -> Result<T, StoreError> {
    tokio::time::timeout(limit, asked).await.map_err(|_| StoreError::Unavailable { reason: "the server does not answer" })
}
