//! How the service's logins connect: past the one setting of their own by which SQL in their name could keep them out for good.

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
