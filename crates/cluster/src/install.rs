//! Installs Debian's PostgreSQL packages without their default cluster; it refuses to ask for a password or to touch a system it does not know.

use std::path::Path;
use std::process::Stdio;

use nix::unistd::geteuid;
use tokio::process::Command;

use crate::error::ClusterError;

const APT_GET: &str = "/usr/bin/apt-get";
const DROP_IN_DIR: &str = "/etc/postgresql-common/createcluster.d";
const DROP_IN: &str = "/etc/postgresql-common/createcluster.d/ringfence.conf";
const PACKAGES: [&str; 2] = ["postgresql", "postgresql-contrib"];
const OUTPUT_LINES: usize = 15;

/// The drop-in has to be there before the packages are: their installation is what makes the default cluster.
/// It goes away again, so that what the administrator installs later behaves as documented.
pub(crate) async fn postgresql(progress: &dyn Fn(&str)) -> Result<(), ClusterError> {
    let privilege = Privilege::of_this_process().await?;
    progress(
        "PostgreSQL is missing: installing Debian's packages postgresql and postgresql-contrib, without a default cluster",
    );
    let drop_in_is_ours = !Path::new(DROP_IN).exists();
    if drop_in_is_ours {
        let write = format!(
            "mkdir -p {DROP_IN_DIR} && printf 'create_main_cluster = false\\n' > {DROP_IN}"
        );
        privilege.run(&["sh", "-c", &write]).await?;
    }
    let install = install_command();
    if privilege.run(&install).await.is_err() {
        // A fresh container has no package lists, an idle machine has outdated ones.
        progress("updating the package lists (apt-get update)");
        privilege.run(&[APT_GET, "update", "--quiet"]).await?;
        privilege.run(&install).await?;
    }
    if drop_in_is_ours {
        privilege.run(&["rm", "-f", DROP_IN]).await?;
    }
    progress("PostgreSQL is installed");
    Ok(())
}

fn install_command() -> Vec<&'static str> {
    let mut command = vec!["env", "DEBIAN_FRONTEND=noninteractive", APT_GET];
    command.extend(["install", "--yes", "--quiet", "--no-install-recommends"]);
    command.extend(PACKAGES);
    command
}

enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    async fn of_this_process() -> Result<Self, ClusterError> {
        if !Path::new(APT_GET).exists() {
            return Err(ClusterError::CannotInstall {
                reason: "this system has no apt-get".to_owned(),
                commands: "    (your system's way to install PostgreSQL 15 to 18, then)\n    export RINGFENCE_PG_BIN=/the/folder/with/postgres/and/initdb".to_owned(),
            });
        }
        if geteuid().is_root() {
            return Ok(Self::Root);
        }
        match captured(&["sudo", "-n", "true"]).await {
            Ok(()) => Ok(Self::Sudo),
            Err(_) => Err(cannot_install(
                "it needs root, and sudo wants a password or is missing",
            )),
        }
    }

    async fn run(&self, words: &[&str]) -> Result<(), ClusterError> {
        let outcome = match self {
            Self::Root => captured(words).await,
            Self::Sudo => captured(&[&["sudo", "-n"], words].concat()).await,
        };
        outcome
            .map_err(|output| cannot_install(&format!("`{}` failed:\n{output}\n", words.join(" "))))
    }
}

fn cannot_install(reason: &str) -> ClusterError {
    ClusterError::CannotInstall {
        reason: reason.to_owned(),
        commands: format!(
            "    sudo mkdir -p {DROP_IN_DIR}\n    echo 'create_main_cluster = false' | sudo tee {DROP_IN}\n    sudo apt-get update\n    sudo apt-get install {}",
            PACKAGES.join(" ")
        ),
    }
}

/// Runs to the end without a terminal; the error is the last lines of what was printed.
async fn captured(words: &[&str]) -> Result<(), String> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    Err(lines[lines.len().saturating_sub(OUTPUT_LINES)..].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::cannot_install;

    #[test]
    fn the_advice_disables_the_default_cluster_before_it_installs() {
        let text = cannot_install("no root").to_string();
        let drop_in = text.find("create_main_cluster = false");
        let install = text.find("apt-get install postgresql postgresql-contrib");
        assert!(drop_in.is_some() && drop_in < install);
    }
}
