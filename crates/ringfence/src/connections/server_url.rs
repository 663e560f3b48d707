//! The URL of a server, as libpq reads one (PostgreSQL 15, 34.1.1). A complaint names a parameter at most: the rest may be a password.

use ringfence_store::server::{Config, SslMode};

use super::DATABASE;

/// A demand for TLS is refused: without it the password, and with it every ticket, would go over the wire for all to read.
pub fn parse(text: &str) -> Result<Config, String> {
    let no_tls = || "this build speaks no TLS to PostgreSQL: reach the server over loopback or through a tunnel, and leave out `sslmode` or say sslmode=disable".to_owned();
    let asks_for_tls = text.contains("sslmode") && (text.contains("verify-") || text.contains("require"));
    // The parser's own text may quote what it could not read, a password among it. It knows neither the verifying modes nor
    // the files of certificates that stand beside them.
    let mut config: Config = text.parse().map_err(|error| match asks_for_tls {
        true => no_tls(),
        false => unreadable(&error),
    })?;
    if !matches!(config.get_ssl_mode(), SslMode::Disable | SslMode::Prefer) {
        return Err(no_tls());
    }
    if config.get_dbname().is_none() {
        config.dbname(DATABASE);
    }
    Ok(config)
}

/// With the parameter at fault where that is one of libpq's: of another name a part may be a password's.
fn unreadable(error: &dyn std::error::Error) -> String {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let name = said.split('`').nth(1).filter(|name| PARAMETERS.contains(name));
    match (name, said.starts_with("unknown option")) {
        (Some(name), true) => format!("not a PostgreSQL URL of this build, which does not know the parameter `{name}`: leave it out"),
        (Some(name), false) => format!("not a PostgreSQL URL: its `{name}` cannot be that"),
        (None, _) => "not a PostgreSQL URL".to_owned(),
    }
}

/// PostgreSQL 15, 34.1.2.
const PARAMETERS: &[&str] = &[
    "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "require_auth", "channel_binding", "connect_timeout", "client_encoding", "options", "application_name",
    "fallback_application_name", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "keepalives_retries", "tcp_user_timeout", "replication", "gssencmode",
    "sslmode", "requiressl", "sslnegotiation", "sslcompression", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslcrldir", "sslsni", "sslcertmode", "requirepeer",
    "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib", "service", "target_session_attrs", "load_balance_hosts",
];

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_url_that_asks_for_tls_is_refused() {
        for mode in ["require", "verify-ca", "verify-full"] {
            for url in [format!("postgres://u:secret@db.example/r?sslmode={mode}"), format!("postgres://u:secret@db.example/r?connect_timeout=5&sslmode={mode}&sslrootcert=/ca.pem"), format!("host=db.example user=u password=secret sslmode={mode}")] {
                let reason = parse(&url).err().unwrap_or_default();
                assert!(reason.contains("no TLS") && !reason.contains("secret"), "{url}: {reason}");
            }
        }
    }

    #[test]
    fn the_parameter_at_fault_is_named_and_nothing_else_is_quoted() {
        for (url, named) in [
            ("postgres://u:secret@db.example/r?sslmode=allow", "`sslmode`"),
            ("postgres://u:secret@db.example/r?gssencmode=disable", "`gssencmode`"),
            ("postgres://u:secret@db.example:99999/r", "`port`"),
            ("postgres://u:p@db.example/r?secret=1", "not a PostgreSQL URL"),
            ("host=db.example secret=1", "not a PostgreSQL URL"),
        ] {
            let reason = parse(url).err().unwrap_or_default();
            assert!(reason.contains(named) && !reason.contains("secret"), "{url}: {reason}");
        }
    }

    #[test]
    fn a_url_that_asks_for_no_tls_is_taken() {
        for end in ["", "?sslmode=disable", "?sslmode=prefer"] {
            assert!(parse(&format!("postgres://u:secret@db.example/r{end}")).is_ok(), "{end}");
        }
        assert!(parse("postgres://u:secret@db.example/r?sslmode=verify").is_err_and(|reason| !reason.contains("secret")));
    }
}
