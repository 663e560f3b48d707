//! The settings every private cluster runs with; it refuses any that would let a literal into the log or a stranger onto the port.

use std::ffi::OsString;
use std::path::Path;

/// What a power cut may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// fsync on, data checksums: for data that matters.
    Full,
    /// Nothing is flushed: for tests. A killed server recovers but may lose the last commits; with the setting
    /// `synchronous_commit=on` it loses none. A killed machine may lose everything.
    Volatile,
}

/// Settings are given on the command line rather than in postgresql.conf: there they outrank ALTER SYSTEM,
/// and a folder made by an older version of Ringfence starts with today's settings.
pub(crate) fn command_line(
    durability: Durability,
    port: u16,
    socket_dir: &Path,
    cluster_name: &str,
    extra: &[(String, String)],
) -> Vec<OsString> {
    let port = port.to_string();
    let mut settings: Vec<(&str, OsString)> = vec![
        ("listen_addresses", "127.0.0.1".into()),
        ("port", port.into()),
        ("unix_socket_directories", quoted(socket_dir)),
        ("cluster_name", cluster_name.into()),
    ];
    settings.extend(BASE.iter().map(|(name, value)| (*name, value.into())));
    if durability == Durability::Volatile {
        settings.extend(VOLATILE.iter().map(|(name, value)| (*name, value.into())));
    }
    settings.extend(
        extra
            .iter()
            .map(|(name, value)| (name.as_str(), value.into())),
    );
    settings
        .into_iter()
        .flat_map(|(name, value)| {
            let mut setting = OsString::from(name);
            setting.push("=");
            setting.push(value);
            [OsString::from("-c"), setting]
        })
        .collect()
}

/// The value is a comma-separated list: a folder with a comma or a blank in its name must be quoted in it.
fn quoted(folder: &Path) -> OsString {
    let mut text = OsString::from("\"");
    text.push(folder);
    text.push("\"");
    text
}

const BASE: &[(&str, &str)] = &[
    ("max_connections", "200"),
    ("shared_buffers", "128MB"),
    ("password_encryption", "scram-sha-256"),
    // Of one session: an analyst's sort would fill the disk that everybody writes to.
    ("temp_file_limit", "2GB"),
    ("timezone", "UTC"),
    // Messages of a known language: a start is judged by them.
    ("lc_messages", "C"),
    // The log goes to the file that standard error is, even where a postgresql.conf template says otherwise.
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%m [%p] "),
    // No literal in the log: neither statement, nor parameters, nor DETAIL with its key values...
    ("log_statement", "none"),
    ("log_min_duration_statement", "-1"),
    ("log_min_error_statement", "panic"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_error_verbosity", "terse"),
    // ...nor the message of a failed statement, which quotes its input (`invalid input syntax for type uuid: "..."`).
    // In this scale `log` lies above `error`: server events, FATAL and PANIC remain.
    ("log_min_messages", "log"),
];

const VOLATILE: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("synchronous_commit", "off"),
];

#[cfg(test)]
mod tests {
    use super::{Durability, command_line};
    use std::path::Path;

    fn settings(durability: Durability) -> Vec<String> {
        let extra = [("work_mem".to_owned(), "8MB".to_owned())];
        command_line(durability, 5499, Path::new("/a, b/socket"), "name", &extra)
            .into_iter()
            .filter_map(|word| word.into_string().ok())
            .collect()
    }

    #[test]
    fn extra_settings_come_last_and_so_win() {
        assert_eq!(
            settings(Durability::Full).last().map(String::as_str),
            Some("work_mem=8MB")
        );
    }

    #[test]
    fn only_a_volatile_cluster_goes_without_fsync() {
        let off = "fsync=off".to_owned();
        assert!(settings(Durability::Volatile).contains(&off));
        assert!(!settings(Durability::Full).contains(&off));
    }

    #[test]
    fn a_socket_folder_with_a_comma_stays_one_folder() {
        let expected = "unix_socket_directories=\"/a, b/socket\"".to_owned();
        assert!(settings(Durability::Full).contains(&expected));
    }
}
