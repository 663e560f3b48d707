//! Finds PostgreSQL's programs on this machine; it refuses versions on which the walls were never verified.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::ClusterError;
use crate::install;
use crate::version::Version;

/// Names the folder to use instead of searching.
const EXPLICIT: &str = "RINGFENCE_PG_BIN";
const DEBIAN_ROOT: &str = "/usr/lib/postgresql";
const PREFIXES: &[&str] = &["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"];
const HOMEBREW_OPT: &[&str] = &[
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/home/linuxbrew/.linuxbrew/opt",
];

/// A folder with `postgres` and `initdb`, and the version they say they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    pub bin_dir: PathBuf,
    pub version: Version,
}

impl Installation {
    /// The folder in `RINGFENCE_PG_BIN`, or else the newest supported version found.
    pub fn find() -> Result<Self, ClusterError> {
        if let Some(folder) = env::var_os(EXPLICIT).filter(|value| !value.is_empty()) {
            let folder = PathBuf::from(folder);
            let looked_in = format!("{EXPLICIT}={}", folder.display());
            return Self::choose(Self::inspect(&folder).into_iter().collect(), looked_in);
        }
        let looked_in = format!(
            "{DEBIAN_ROOT}/*/bin, PATH, {}, Homebrew",
            PREFIXES.join(", ")
        );
        Self::choose(Self::all(), looked_in)
    }

    /// As [`find`](Self::find); where there is none, Debian's packages are installed, without their default cluster.
    pub async fn find_or_install(progress: &dyn Fn(&str)) -> Result<Self, ClusterError> {
        match Self::find() {
            Err(ClusterError::NotFound { .. } | ClusterError::TooOld { .. })
                if env::var_os(EXPLICIT).is_none_or(|value| value.is_empty()) =>
            {
                install::postgresql(progress).await?;
                Self::find()
            }
            found => found,
        }
    }

    /// Data made by one major version can be opened by that one alone.
    pub(crate) fn of_major(major: u32) -> Option<Self> {
        Self::all()
            .into_iter()
            .rev()
            .filter(|installation| installation.version.major == major)
            .max_by_key(|installation| installation.version)
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(name)
    }

    fn choose(found: Vec<Self>, looked_in: String) -> Result<Self, ClusterError> {
        let newest_supported = found
            .iter()
            // max_by_key takes the last of equals.
            .rev()
            .filter(|installation| installation.version.is_supported())
            .max_by_key(|installation| installation.version);
        if let Some(installation) = newest_supported {
            return Ok(installation.clone());
        }
        match found
            .into_iter()
            .max_by_key(|installation| installation.version)
        {
            None => Err(ClusterError::NotFound { looked_in }),
            Some(Self { bin_dir, version }) if version.major > Version::NEWEST_SUPPORTED_MAJOR => {
                Err(ClusterError::TooNew { version, bin_dir })
            }
            Some(Self { bin_dir, version }) => Err(ClusterError::TooOld { version, bin_dir }),
        }
    }

    fn all() -> Vec<Self> {
        // In order of preference among equal versions.
        let mut folders = Vec::new();
        folders.extend(children(Path::new(DEBIAN_ROOT)).map(|version| version.join("bin")));
        folders.extend(pg_config_bin_dir());
        folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
        folders.extend(PREFIXES.iter().map(PathBuf::from));
        for opt in HOMEBREW_OPT {
            let formulae = children(Path::new(opt)).filter(|folder| {
                folder
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("postgresql"))
            });
            folders.extend(formulae.map(|formula| formula.join("bin")));
        }
        folders
            .iter()
            .filter_map(|folder| Self::inspect(folder))
            .collect()
    }

    /// Debian's client package has a bin folder too: only one with a server in it counts.
    fn inspect(folder: &Path) -> Option<Self> {
        let postgres = folder.join("postgres");
        if !postgres.is_file() || !folder.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(&postgres).arg("--version").output().ok()?;
        let version = Version::parse(&String::from_utf8_lossy(&output.stdout))?;
        // A relative RINGFENCE_PG_BIN would not survive the server's start in another folder.
        let bin_dir = fs::canonicalize(folder).ok()?;
        Some(Self { bin_dir, version })
    }
}

fn children(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
}

fn pg_config_bin_dir() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let folder = text.trim();
    (output.status.success() && !folder.is_empty()).then(|| PathBuf::from(folder))
}

#[cfg(test)]
mod tests {
    use super::Installation;
    use crate::error::ClusterError;
    use crate::version::Version;
    use std::path::PathBuf;

    fn installations(versions: &[(u32, u32)]) -> Vec<Installation> {
        versions
            .iter()
            .map(|&(major, minor)| Installation {
                bin_dir: PathBuf::from(format!("/pg/{major}/bin")),
                version: Version::new(major, minor),
            })
            .collect()
    }

    fn chosen(versions: &[(u32, u32)]) -> Result<Version, ClusterError> {
        Installation::choose(installations(versions), "here".to_owned())
            .map(|installation| installation.version)
    }

    #[test]
    fn the_newest_supported_version_is_chosen() {
        let version = chosen(&[(14, 2), (17, 6), (16, 10), (19, 1)]).ok();
        assert_eq!(version, Some(Version::new(17, 6)));
    }

    #[test]
    fn without_any_server_the_error_says_what_to_install() {
        let text = chosen(&[]).map_err(|error| error.to_string());
        assert!(text.is_err_and(|text| text.contains("apt-get install postgresql")));
    }

    #[test]
    fn an_old_server_alone_is_too_old() {
        assert!(matches!(chosen(&[(13, 9), (14, 2)]),
            Err(ClusterError::TooOld { version, .. }) if version == Version::new(14, 2)));
    }

    #[test]
    fn an_unverified_server_alone_is_too_new() {
        assert!(matches!(
            chosen(&[(19, 0)]),
            Err(ClusterError::TooNew { .. })
        ));
    }
}
