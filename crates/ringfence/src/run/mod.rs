//! `ringfence run`: everything in one, from nothing to a served demo, and down again in order. It never runs PostgreSQL as
//! root, and never opens the development issuer to anybody but this machine.

mod demo;
mod demo_tickets;
mod next_steps;

use std::net::{SocketAddr, TcpListener};
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use ringfence_api::{Service, StartError};
use ringfence_cluster::{Cluster, Durability, Installation, Options};
use ringfence_identity::development::DevelopmentIssuer;
use ringfence_identity::sign_in::CALLBACK_PATH;
use ringfence_store::migrate::known_migrations;
use ringfence_store::server;
use ringfence_store::verify::Level;

use crate::commands::migrate::bring_up_to_date;
use crate::commands::serve::StopSignals;
use crate::commands::token::{AUDIENCE, issuer_url};
use crate::connections::{self, Connections};
use crate::data_folder::{DataFolder, LastRun};
use crate::failure::Failure;
use crate::service_settings::{ServiceSettings, listen};
use crate::{logs, output, settings};

/// Within which the end of the private PostgreSQL is noticed.
const A_MOMENT: Duration = Duration::from_secs(1);

pub async fn run() -> Result<ExitCode, Failure> {
    logs::start()?;
    let mut stop = StopSignals::catch()?;
    let plan = Plan::from_settings()?;
    // A signal during the start drops what was begun; the cluster stops its server as it goes.
    let running = tokio::select! {
        started = plan.start() => started?,
        () = stop.wait() => return Ok(ExitCode::SUCCESS),
    };
    let Running { service, cluster } = running;
    let mut ended = None;
    let served = service
        .run_until(async {
            tokio::select! {
                () = stop.wait() => {}
                status = end_of(cluster.as_ref()) => ended = Some(status),
            }
        })
        .await;
    say("the service has stopped");
    if let (Some(status), Some(cluster)) = (ended, &cluster) {
        return Err(Failure::DatabaseEnded { status, log_file: cluster.log_file() });
    }
    if let Some(cluster) = cluster {
        cluster.stop().await?;
        say("PostgreSQL has stopped");
    }
    served.map_err(Failure::Service)?;
    Ok(ExitCode::SUCCESS)
}

/// An existing server's end is its administrator's to see.
async fn end_of(cluster: Option<&Cluster>) -> ExitStatus {
    match cluster {
        Some(cluster) => cluster.ended().await,
        None => std::future::pending().await,
    }
}

/// What the environment asks for, found sound before anything is started.
struct Plan {
    folder: DataFolder,
    service: ServiceSettings,
    on_existing_server: bool,
}

struct Running {
    service: Service,
    cluster: Option<Cluster>,
}

impl Plan {
    fn from_settings() -> Result<Self, Failure> {
        let folder = DataFolder::from_settings()?;
        let listen = free(listen()?)?;
        if !listen.ip().is_loopback() && settings::ISSUERS.text()?.is_none() {
            return Err(settings::LISTEN.missing(format!(
                "{listen} can be reached from outside, where the development issuer must not be: listen on a loopback address, or name a real issuer with RINGFENCE_ISSUERS"
            )));
        }
        let service = ServiceSettings::read(listen)?;
        connections::check_settings(&folder)?;
        let on_existing_server = settings::ADMIN_URL.text()?.is_some();
        for setting in [&settings::DATABASE_URL, &settings::OPERATOR_URL] {
            if !on_existing_server && setting.text()?.is_some() {
                return Err(settings::ADMIN_URL.missing(format!(
                    "not set, but {} names an existing server, which `run` has to migrate first; set both, or unset {} to get a private cluster",
                    setting.name, setting.name
                )));
            }
        }
        Ok(Self { folder, service, on_existing_server })
    }

    async fn start(self) -> Result<Running, Failure> {
        let cluster = match self.on_existing_server {
            true => None,
            false => Some(start_cluster(&self.folder).await?),
        };
        let started = self.start_service(cluster.as_ref()).await;
        // What fails for want of a server says less than that the server has ended.
        if started.is_err()
            && let Some(cluster) = &cluster
            && let Ok(status) = tokio::time::timeout(A_MOMENT, cluster.ended()).await
        {
            return Err(Failure::DatabaseEnded { status, log_file: cluster.log_file() });
        }
        Ok(Running { service: started?, cluster })
    }

    async fn start_service(self, cluster: Option<&Cluster>) -> Result<Service, Failure> {
        let Self { folder, service, on_existing_server } = self;
        let listen = service.listen;
        folder.make()?;
        let cluster_folder = cluster.map(|cluster| cluster.data_dir().to_path_buf());
        folder.note_run(&LastRun { listen, cluster_folder })?;
        say("migrating, and applying the policies");
        // Nobody but this data folder's own service uses the private cluster.
        let (admin, _) = bring_up_to_date(&folder, &Connections::for_administrator()?, !on_existing_server).await?;
        let connections = Connections::find()?;
        look_at_the_walls(&admin).await?;
        connections.check_logins().await?;
        let development = match listen.ip().is_loopback() {
            true => {
                let (key, is_made) = (folder.issuer_key(), !folder.issuer_key().exists());
                let issuer = DevelopmentIssuer::open(&key, &issuer_url(listen), AUDIENCE)?;
                if is_made {
                    folder.leave_to_owner(&key)?;
                }
                Some(issuer.with_sign_in(demo::people(), vec![format!("{}{CALLBACK_PATH}", service.public_url)]))
            }
            false => None,
        };
        let is_for_development = development.is_some();
        let has_demo = match &development {
            Some(issuer) => {
                let left_alone = demo::seed(&folder, &connections, &admin, issuer.issuer()).await?;
                !next_steps::TENANTS.iter().any(|slug| left_alone.contains(slug))
            }
            None => false,
        };
        let service = ringfence_api::start(service.config(&connections, development)?).await?;
        let analyst = if has_demo { demo::analyst(&folder, &connections).await? } else { None };
        let demo = has_demo.then_some(next_steps::Demo { analyst: analyst.as_deref() });
        next_steps::print(service.address(), &folder, is_for_development, demo)?;
        Ok(service)
    }
}

/// Bound and let go: a busy port is told before a cluster is started for it, and port 0 becomes one that the issuer can name.
fn free(listen: SocketAddr) -> Result<SocketAddr, Failure> {
    let bound = TcpListener::bind(listen).and_then(|listener| listener.local_addr());
    bound.map_err(|source| StartError::Listen { address: listen, source }.into())
}

async fn start_cluster(folder: &DataFolder) -> Result<Cluster, Failure> {
    let installation = Installation::find_or_install(&say).await?;
    let options = Options { data_dir: folder.path().to_path_buf(), durability: Durability::Full, settings: Vec::new() };
    let cluster = Cluster::start(&installation, options, &say).await?;
    say(&format!("PostgreSQL {} runs in {} (port {})", installation.version, cluster.data_dir().display(), cluster.port()));
    Ok(cluster)
}

/// Errors stop the start; the rest is told in a line each.
async fn look_at_the_walls(admin: &server::Config) -> Result<(), Failure> {
    let findings = server::look(admin, &known_migrations(), false).await?;
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return Err(StartError::Findings(findings.into_iter().filter(|finding| finding.level == Level::Error).collect()).into());
    }
    for finding in findings.iter().filter(|finding| finding.level == Level::Warning) {
        say(&format!("warning: {}: {} (`ringfence verify` says more)", finding.object, finding.title));
    }
    say("the walls stand");
    Ok(())
}

/// What is going on, for whoever looks on: the service does not end because nobody can.
fn say(text: &str) {
    let _ = output::line(&format!("  {text}"));
}
