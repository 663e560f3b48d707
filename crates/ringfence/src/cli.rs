//! The command line: what can be typed, and what its help says. It decides nothing.

mod argument;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ringfence_domain::{MemberId, Role, Slug};

use crate::connections::Login;
use crate::output::Format;
use crate::settings;

/// A ticket backend for many tenants, whom PostgreSQL itself keeps apart.
#[derive(Debug, Parser)]
#[command(name = "ringfence", version, arg_required_else_help = true, max_term_width = 110)]
#[command(after_help = "Begin with `ringfence run`: it needs nothing else. Exit codes: 0 done, 1 refused or something found, 2 asked in the wrong way.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything in one: a private PostgreSQL, demo tenants, a development issuer, the service
    #[command(after_help = settings::help(settings::FOR_RUN))]
    Run,
    /// The service alone, on a migrated database
    #[command(after_help = settings::help(settings::FOR_SERVE))]
    Serve,
    /// Bring a database to this binary's tables, policies, logins and keys
    #[command(after_help = format!("Each login gets the password that its URL names, and the database the token key that is named; what is not named comes from the credentials file.\n\n{}", settings::help(settings::FOR_MIGRATION)))]
    Migrate(MigrateArgs),
    /// Look for holes in the walls of the live database; exit code 1 on any error or warning
    #[command(after_help = settings::help(settings::FOR_VERIFICATION))]
    Verify(Shown),
    /// Create, list, suspend and resume tenants
    #[command(subcommand, after_help = settings::help(settings::FOR_OPERATION))]
    Tenant(TenantCommand),
    /// Tie identities to a tenant, list and remove them
    #[command(subcommand, after_help = settings::help(settings::FOR_OPERATION))]
    Member(MemberCommand),
    /// Make a login for SQL reports on one tenant
    #[command(subcommand, after_help = settings::help(settings::FOR_OPERATION))]
    ReportRole(ReportRoleCommand),
    /// Print a bearer token of a demo identity (development only)
    #[command(after_help = format!("Examples:\n  ringfence token --tenant acme --as agent\n  ringfence token --subject morgan --lifetime 10m\n\n{}", settings::help(settings::FOR_OPERATION)))]
    Token(TokenArgs),
    /// Print the URL of a login, for psql (private cluster only)
    #[command(after_help = format!("Examples:\n  psql \"$(ringfence dsn --as reporting:acme)\"\n  psql \"$(ringfence dsn --as app)\"\n\n{}", settings::help(settings::FOR_DSN)))]
    Dsn(DsnArgs),
    /// Read tickets of another system into one tenant
    #[command(after_help = format!("Examples:\n  ringfence import --tenant acme --format csv --dry-run tickets.csv\n  ringfence import --tenant acme --format zendesk-json --source zendesk-eu export.json\n\nAn import run again goes on where it ended: a ticket whose source and id are there already is skipped. Columns of a CSV file that mean nothing here are passed over.\n\n{}", settings::help(settings::FOR_IMPORT)))]
    Import(ImportArgs),
}

#[derive(Debug, Args)]
pub struct Shown {
    /// How data is printed
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Where no credentials file is, make one even for a server that has an installation's logins: services that use
    /// the old passwords and the old token key are shut out
    #[arg(long)]
    pub new_credentials: bool,
    #[command(flatten)]
    pub shown: Shown,
}

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Create a tenant, with its first owner if one is named
    #[command(after_help = format!("Example:\n  ringfence tenant create acme --name 'Acme Support' --owner-issuer https://id.example.com --owner-subject 8f3c\n\n{}", settings::help(settings::FOR_OPERATION)))]
    Create {
        /// The tenant's name in routes: 3 to 40 of a-z, 0-9 and '-'
        slug: Slug,
        /// The tenant's name for people; default: the slug
        #[arg(long, value_parser = argument::name)]
        name: Option<String>,
        /// Who vouches for the first owner
        #[arg(long, requires = "owner_subject", value_parser = argument::issuer)]
        owner_issuer: Option<String>,
        /// Who the first owner is to that issuer (the `sub` of their tokens)
        #[arg(long, requires = "owner_issuer", value_parser = argument::subject)]
        owner_subject: Option<String>,
        /// The first owner's name for people
        #[arg(long, default_value = "Owner", value_parser = argument::name)]
        owner_name: String,
        #[command(flatten)]
        shown: Shown,
    },
    /// List all tenants: names and states, no content; audited
    #[command(after_help = settings::help(settings::FOR_OPERATION))]
    List(Shown),
    /// Refuse every member entry from the next request on
    #[command(after_help = settings::help(settings::FOR_OPERATION))]
    Suspend {
        /// Slug or id
        tenant: String,
    },
    /// Let the members in again
    #[command(after_help = settings::help(settings::FOR_OPERATION))]
    Resume {
        /// Slug or id
        tenant: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Tie an identity to a tenant
    #[command(after_help = format!("Examples:\n  ringfence member add --tenant acme --issuer https://id.example.com --subject 8f3c --name 'First agent' --role agent\n  ringfence member add --tenant acme --issuer https://id.example.com --subject bot --name Bot --role service --permission ticket.read --permission ticket.create\n\n{}", settings::help(settings::FOR_OPERATION)))]
    Add {
        /// Slug or id
        #[arg(long)]
        tenant: String,
        /// The issuer of the identity's tokens
        #[arg(long, value_parser = argument::issuer)]
        issuer: String,
        /// The `sub` of the identity's tokens; never an e-mail address
        #[arg(long, value_parser = argument::subject)]
        subject: String,
        /// Name for people
        #[arg(long, value_parser = argument::name)]
        name: String,
        /// E-mail address, as data: it grants nothing
        #[arg(long, value_parser = argument::email)]
        email: Option<String>,
        /// owner, admin, agent, light_agent, requester, auditor or service
        #[arg(long, value_parser = argument::role)]
        role: Role,
        /// What a service may do, such as ticket.read; once for each
        #[arg(long = "permission", value_parser = argument::permission)]
        permissions: Vec<String>,
        #[command(flatten)]
        shown: Shown,
    },
    /// List the members of a tenant; audited
    #[command(after_help = settings::help(settings::FOR_OPERATION))]
    List {
        /// Slug or id
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        shown: Shown,
    },
    /// End a membership at the next request; the person's tickets stay
    #[command(after_help = settings::help(settings::FOR_OPERATION))]
    Remove {
        /// Slug or id
        #[arg(long)]
        tenant: String,
        /// The member_id that `member list` shows
        #[arg(value_parser = argument::member)]
        member: MemberId,
    },
}

#[derive(Debug, Subcommand)]
pub enum ReportRoleCommand {
    /// Make a login that sees the reporting views of one tenant, and print its URL once
    #[command(after_help = settings::help(settings::FOR_OPERATION))]
    Create {
        /// Slug or id
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        shown: Shown,
    },
}

#[derive(Debug, Args)]
pub struct TokenArgs {
    /// The demo tenant whose member the token is for
    #[arg(long, requires = "role", required_unless_present = "subject")]
    pub tenant: Option<Slug>,
    /// The role of that member
    #[arg(long = "as", id = "role", value_name = "ROLE", requires = "tenant", value_parser = argument::role)]
    pub role: Option<Role>,
    /// The `sub` of the token, instead of tenant and role
    #[arg(long, conflicts_with_all = ["tenant", "role"], value_parser = argument::subject)]
    pub subject: Option<String>,
    /// How long the token holds, such as 10m or 8h
    #[arg(long, default_value = "1h", value_parser = argument::lifetime)]
    pub lifetime: jiff::SignedDuration,
}

#[derive(Debug, Args)]
pub struct DsnArgs {
    /// admin, app, auditor, dispatcher, operator or reporting:TENANT
    #[arg(long = "as", value_name = "LOGIN")]
    pub login: DsnLogin,
}

#[derive(Debug, Clone)]
pub enum DsnLogin {
    Of(Login),
    Reporting(String),
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Slug or id; an import is always into one tenant
    #[arg(long)]
    pub tenant: String,
    /// zendesk-json, csv or mbox
    #[arg(long)]
    pub format: ringfence_import::Format,
    /// The other system's name, the first half of each ticket's external key; default: the format
    #[arg(long, value_parser = argument::source)]
    pub source: Option<String>,
    /// Read and check everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How the summary is printed
    #[arg(long, value_enum, default_value = "text")]
    pub summary: Format,
    /// The file to read
    pub file: PathBuf,
}

impl std::str::FromStr for DsnLogin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "admin" => Ok(Self::Of(Login::Admin)),
            "app" => Ok(Self::Of(Login::App)),
            "auditor" => Ok(Self::Of(Login::Auditor)),
            "dispatcher" => Ok(Self::Of(Login::Dispatcher)),
            "operator" => Ok(Self::Of(Login::Operator)),
            other => match other.strip_prefix("reporting:") {
                Some(tenant) if !tenant.is_empty() => Ok(Self::Reporting(tenant.to_owned())),
                _ => Err("one of admin, app, auditor, dispatcher, operator, reporting:TENANT".to_owned()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_names_the_settings_that_the_readme_does() {
        let readme = include_str!("../../../README.md");
        let table: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')).collect();
        assert!(table.contains(&"RINGFENCE_PG_BIN") && table.contains(&"RINGFENCE_CREDENTIALS"), "{table:?}");
        for (command, not_its_own) in [("run", &[][..]), ("serve", &["RINGFENCE_ADMIN_URL", "RINGFENCE_PG_BIN"])] {
            let help = Cli::try_parse_from(["ringfence", command, "--help"]).err().map(|help| help.to_string()).unwrap_or_default();
            for name in &table {
                assert_eq!(help.contains(name), !not_its_own.contains(name), "{command} --help: {name}");
            }
        }
    }

    #[test]
    fn every_commands_help_lists_the_settings_that_it_reads() {
        let command = Cli::command();
        let leaves = command.get_subcommands().flat_map(|one| {
            let name = one.get_name();
            let below: Vec<Vec<&str>> = one.get_subcommands().map(|below| vec![name, below.get_name()]).collect();
            if below.is_empty() { vec![vec![name]] } else { below }
        });
        let help = |words: &[&str]| Cli::try_parse_from(["ringfence"].iter().chain(words).chain(&["--help"])).err().map(|help| help.to_string()).unwrap_or_default();
        for words in leaves {
            for name in ["RINGFENCE_DATA", "RINGFENCE_CREDENTIALS"] {
                assert!(help(&words).contains(name), "{words:?} --help: {name}");
            }
        }
        for name in ["DATABASE_URL", "RINGFENCE_AUDITOR_URL", "RINGFENCE_DISPATCHER_URL", "RINGFENCE_OPERATOR_URL", "RINGFENCE_TOKEN_KEY"] {
            assert!(help(&["migrate"]).contains(name), "migrate --help: {name}");
        }
        for example in ["'read=", "'https://id.example.com "] {
            assert!(help(&["serve"]).contains(&format!("for example {example}")), "serve --help: {example}");
        }
    }

    #[test]
    fn no_command_acts_on_a_tenant_that_was_not_named() {
        for words in [
            &["ringfence", "tenant", "suspend"][..],
            &["ringfence", "member", "list"],
            &["ringfence", "report-role", "create"],
            &["ringfence", "import", "--format", "csv", "tickets.csv"],
            &["ringfence", "token", "--as", "agent"],
        ] {
            assert!(Cli::try_parse_from(words).is_err(), "{words:?}");
        }
    }
}
