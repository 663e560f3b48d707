//! `ringfence report-role`: a login whose SQL sees the reporting views of one tenant. Its password is printed once; beside a
//! private cluster it is also kept in the data folder, for `ringfence dsn`.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

use ringfence_domain::TenantId;
use ringfence_store::command;
use ringfence_store::server::{self, Host};
use serde::{Deserialize, Serialize};

use super::{operator, tenant_named};
use crate::cli::ReportRoleCommand;
use crate::connections::{Connections, Login};
use crate::data_folder::DataFolder;
use crate::failure::Failure;
use crate::output;

const FILE: &str = "reporting-logins.json";

/// The last login made for each tenant.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Kept(BTreeMap<TenantId, ReportingLogin>);

#[derive(Serialize, Deserialize)]
pub struct ReportingLogin {
    pub login: String,
    pub password: String,
}

#[derive(Serialize)]
struct Made {
    login: String,
    url: String,
}

pub async fn perform(command: ReportRoleCommand) -> Result<ExitCode, Failure> {
    let ReportRoleCommand::Create { tenant, shown } = command;
    let connections = Connections::find()?;
    let operator = operator(&connections).await?;
    let id = tenant_named(&operator, &tenant).await?;
    let login = create(&connections.reachable(Login::Admin).await?, id).await?;
    let url = match connections.private_url(&login.login, &login.password) {
        Some(url) => url,
        None => url(&connections.login(Login::Admin)?, &login),
    };
    // Nobody else knows the password: it is printed though it cannot be kept, and kept though nobody reads it.
    let printed = output::data(shown.format, &Made { login: login.login.clone(), url }, |made| made.url.clone());
    if let Some(folder) = connections.private_folder() {
        keep(folder, id, login)?;
    }
    printed?;
    Ok(ExitCode::SUCCESS)
}

pub async fn create(admin: &server::Config, tenant: TenantId) -> Result<ReportingLogin, Failure> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes)?;
    let password = hex::encode(bytes);
    let login = command::create_reporting_login(admin, tenant, &password).await?;
    Ok(ReportingLogin { login, password })
}

pub fn keep(folder: &DataFolder, tenant: TenantId, login: ReportingLogin) -> Result<(), Failure> {
    folder.change(FILE, |kept: &mut Kept| {
        kept.0.insert(tenant, login);
    })
}

pub fn kept(folder: &DataFolder, tenant: TenantId) -> Result<Option<ReportingLogin>, Failure> {
    Ok(folder.read::<Kept>(FILE)?.and_then(|mut kept| kept.0.remove(&tenant)))
}

/// On an existing server: at the address by which the administrator reached it.
fn url(admin: &server::Config, made: &ReportingLogin) -> String {
    let port = admin.get_ports().first().unwrap_or(&5432);
    let database = admin.get_dbname().unwrap_or(crate::connections::DATABASE);
    let ReportingLogin { login, password } = made;
    match admin.get_hosts().first() {
        Some(Host::Tcp(host)) if host.contains(':') => format!("postgres://{login}:{password}@[{}]:{port}/{database}", percent_encoded(host.as_bytes(), b":")),
        Some(Host::Tcp(host)) => format!("postgres://{login}:{password}@{host}:{port}/{database}"),
        Some(Host::Unix(folder)) => format!("postgres://{login}:{password}@/{database}?host={}&port={port}", percent_encoded(folder.as_os_str().as_bytes(), b"/")),
        None => format!("postgres://{login}:{password}@localhost:{port}/{database}"),
    }
}

/// RFC 3986, section 2.3: all but the unreserved characters, and those that mean nothing in that place.
fn percent_encoded(bytes: &[u8], kept: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || kept.contains(byte);
    bytes.iter().map(|byte| if is_plain(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::{ReportingLogin, url};
    use ringfence_store::server::{Config, Host};
    use std::path::Path;

    #[test]
    fn an_analysts_url_leads_back_to_the_address_it_was_made_of() {
        let login = || ReportingLogin { login: "r_0".to_owned(), password: "p".to_owned() };
        for (host, port) in [("::1", 5433), ("fe80::1%eth0", 5432), ("127.0.0.1", 5433), ("db.example", 5432)] {
            let made = url(Config::new().host(host).port(port).dbname("ringfence"), &login());
            let read: Config = made.parse().unwrap();
            assert_eq!((read.get_hosts(), read.get_ports()), (&[Host::Tcp(host.to_owned())][..], &[port][..]), "{made}");
            // As libpq wants it, which takes no bare one.
            assert_eq!(made.contains('['), host.contains(':'), "{made}");
        }
        for folder in ["/run/postgresql", "/tmp/a b&port=1/100%"] {
            let made = url(Config::new().host_path(folder).port(5433).dbname("ringfence"), &login());
            let read: Config = made.parse().unwrap();
            assert_eq!((read.get_hosts(), read.get_ports()), (&[Host::Unix(Path::new(folder).to_owned())][..], &[5433][..]), "{made}");
        }
    }
}
