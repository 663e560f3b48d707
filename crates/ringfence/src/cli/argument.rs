//! What an argument's text may be: the rules of the tables, told before anything is asked of the database, and in its words.

use jiff::SignedDuration;
use ringfence_domain::permission::ALL as PERMISSIONS;
use ringfence_domain::{MemberId, Role};
use ringfence_identity::IssuerConfig;

pub fn lifetime(text: &str) -> Result<SignedDuration, String> {
    match text.parse::<SignedDuration>() {
        Ok(lifetime) if lifetime.is_positive() => Ok(lifetime),
        _ => Err("a time above zero, such as 90s, 10m or 8h".to_owned()),
    }
}

pub fn source(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if is_plain && (1..=64).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("1 to 64 letters, digits, '-', '_' and '.', such as zendesk-eu".to_owned())
    }
}

/// Of a tenant or a person.
pub fn name(text: &str) -> Result<String, String> {
    let is_well = (1..=200).contains(&text.chars().count()) && !text.trim().is_empty() && !text.chars().any(char::is_control);
    accepted(text, is_well, "1 to 200 characters, not all blank and no control character among them")
}

pub fn subject(text: &str) -> Result<String, String> {
    let is_well = (1..=255).contains(&text.len()) && !text.chars().any(char::is_control);
    accepted(text, is_well, "1 to 255 bytes without a control character, as the `sub` of the tokens")
}

/// An issuer that the service could be told to believe. The commands' own, `urn:ringfence:command`, is none, so that nobody
/// takes a command's place.
pub fn issuer(text: &str) -> Result<String, String> {
    let is_well = text.chars().count() <= 500 && !text.chars().any(char::is_control) && IssuerConfig::new(text, "any").is_ok();
    accepted(text, is_well, "an https URL (http for this machine) of at most 500 characters without user, query and fragment, such as https://id.example.com")
}

pub fn email(text: &str) -> Result<String, String> {
    let is_well = ringfence_domain::is_email(text);
    accepted(text, is_well, "3 to 254 characters with one '@' and no blank, such as somebody@example.com")
}

pub fn member(text: &str) -> Result<MemberId, String> {
    text.parse().map_err(|_| "a member_id, as `ringfence member list` shows".to_owned())
}

/// Of those that somebody is given for good: nobody is added as a guest, and a role of the tenant's own is the tenant's to give.
pub fn role(text: &str) -> Result<Role, String> {
    let given = [Role::Owner, Role::Admin, Role::Agent, Role::LightAgent, Role::Requester, Role::Auditor, Role::Service];
    given.into_iter().find(|role| role.as_str() == text).ok_or_else(|| format!("one of {}", given.map(Role::as_str).join(", ")))
}

pub fn permission(text: &str) -> Result<String, String> {
    accepted(text, PERMISSIONS.contains(&text), &format!("one of {}", PERMISSIONS.join(", ")))
}

fn accepted(text: &str, is_well: bool, rule: &str) -> Result<String, String> {
    if is_well { Ok(text.to_owned()) } else { Err(rule.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::{email, issuer, name, permission, subject};
    use crate::cli::Cli;
    use clap::Parser;
    use clap::error::ErrorKind;

    #[test]
    fn a_name_is_short_and_visible() {
        for good in ["A", "Åsa Ødegård", &"ü".repeat(200)] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "\u{3000}", "a\nb", "a\0b", "a\u{9b}31m", &"ü".repeat(201)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_subject_is_counted_in_bytes() {
        assert!(subject(&"s".repeat(255)).is_ok());
        for bad in ["", "a\u{1b}b", &"s".repeat(256), &"ü".repeat(128)] {
            assert!(subject(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_issuer_is_one_whose_tokens_could_be_believed() {
        for good in ["https://id.example.com", "https://id.example.com/realms/x/", "http://127.0.0.1:8080/development/issuer", "http://localhost:1"] {
            assert!(issuer(good).is_ok(), "{good}");
        }
        let long = format!("https://id.example.com/{}", "x".repeat(500));
        for bad in ["", "id.example.com", "http://id.example.com", "urn:ringfence:command", "https://", "https://id.example.com ", "ftp://id.example.com", &long] {
            assert!(issuer(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_address_has_one_at_sign_between_two_halves() {
        for good in ["a@b", "somebody@example.com"] {
            assert!(email(good).is_ok(), "{good}");
        }
        let long = format!("{}@b", "a".repeat(319));
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n", &long] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_permission_is_a_known_one() {
        assert!(permission("ticket.read.own").is_ok());
        assert!(permission("ticket.reed").is_err_and(|rule| rule.contains("ticket.read,")));
    }

    #[test]
    fn a_wrong_argument_is_asked_in_the_wrong_way_and_named() {
        let create = ["ringfence", "tenant", "create", "acme", "--owner-issuer", "https://id.example.com", "--owner-subject", "1"];
        let add = ["ringfence", "member", "add", "--tenant", "acme", "--role", "service", "--issuer", "https://id.example.com", "--subject", "1", "--name", "N"];
        for (words, argument, value) in [
            (&create[..4], "--name", " "),
            (&create, "--owner-name", ""),
            (&[&create[..4], &["--owner-subject", "1"]].concat(), "--owner-issuer", "urn:x"),
            (&create[..6], "--owner-subject", ""),
            (&add[..11], "--name", "\t"),
            (&[&add[..7], &add[9..]].concat(), "--issuer", "urn:ringfence:command"),
            (&[&add[..9], &add[11..]].concat(), "--subject", ""),
            (&add, "--email", "nobody"),
            (&add, "--permission", "everything"),
        ] {
            let given = Cli::try_parse_from([words, &[argument, value]].concat());
            let error = given.err().map(|error| (error.kind(), error.exit_code(), error.to_string()));
            assert!(error.as_ref().is_some_and(|(kind, code, text)| *code == 2 && matches!(kind, ErrorKind::ValueValidation | ErrorKind::InvalidValue) && text.contains(argument)), "{argument}: {error:?}");
        }
    }
}
