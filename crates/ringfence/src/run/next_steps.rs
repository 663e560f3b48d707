//! What to type next, ready to be copied into another terminal. The one secret it prints is the demo analyst's, on a private
//! cluster; for every other it prints the command that fetches it.

use std::net::SocketAddr;
use std::path::Path;

use crate::commands::token::issuer_url;
use crate::data_folder::DataFolder;
use crate::failure::Failure;
use crate::output;

/// Whom the conversation speaks of.
pub const TENANTS: [&str; 2] = ["acme", "globex"];

/// These tenants, each as `run` made it.
pub struct Demo<'a> {
    /// The URL of acme's analyst, where it is kept.
    pub analyst: Option<&'a str>,
}

pub fn print(address: SocketAddr, folder: &DataFolder, is_for_development: bool, demo: Option<Demo<'_>>) -> Result<(), Failure> {
    let binary = std::env::current_exe().ok();
    let binary = quoted(binary.as_deref().unwrap_or(Path::new("ringfence")));
    output::line(&text(address, &binary, &quoted(folder.path()), is_for_development, demo))
}

/// The conversation speaks of demo tenants and their people; where one of them is somebody's, it would end in refusals.
fn text(address: SocketAddr, binary: &str, folder: &str, is_for_development: bool, demo: Option<Demo<'_>>) -> String {
    let mut text = format!("ringfence is ready on http://{address}");
    if !is_for_development {
        return text;
    }
    if let Some(demo) = demo {
        text.push('\n');
        text.push_str(&conversation(address, binary, folder));
        if let Some(url) = demo.analyst {
            text.push('\n');
            text.push_str(&SQL.replace("ANALYST", url));
        }
    }
    text.push_str("\n\nCtrl-C stops everything; the next run finds its data again.");
    text
}

fn conversation(address: SocketAddr, binary: &str, folder: &str) -> String {
    let issuer = issuer_url(address);
    format!(
        r#"
In another terminal, for example:

  export RINGFENCE_DATA={folder}
  ringfence={binary}
  tenants=http://{address}/v1/tenants
  agent="Authorization: Bearer $("$ringfence" token --subject acme:agent)"

  # the tickets of acme, as an agent of acme
  curl -sw '\n' -H "$agent" "$tenants/acme/tickets?limit=3"

  # the same agent at another tenant: 404, as if it did not exist
  curl -siw '\n' -H "$agent" "$tenants/globex/tickets"

  # a reply
  curl -siw '\n' -H "$agent" -H 'Content-Type: application/json' -d '{{"body": "We are on it.", "visibility": "public"}}' "$tenants/acme/tickets/1/comments"

  # a change that rests on an old version: 412
  curl -siw '\n' -X PATCH -H "$agent" -H 'Content-Type: application/merge-patch+json' -H 'If-Match: "0"' -d '{{"priority": "high"}}' "$tenants/acme/tickets/1"

  # as a web page does: pick who to be in a browser; the session is a cookie, and /v1/me says who it is
  #   http://{address}/v1/auth/sign-in?issuer={issuer}&return_to=/v1/me

  # one person, two tenants, two roles
  curl -sw '\n' -H "Authorization: Bearer $("$ringfence" token --subject morgan)" http://{address}/v1/me"#
    )
}

const SQL: &str = r#"
  # what an analyst of acme gets to see by SQL: acme, whatever they SET
  psql 'ANALYST' -c 'select number, status, subject from tickets order by number limit 5'

  # the other logins: admin, app, auditor, dispatcher, operator, reporting:globex
  psql "$("$ringfence" dsn --as app)" -c 'select count(*) from ringfence.tickets'

  # holes in the walls, if there are any
  "$ringfence" verify"#;

/// As one word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-+".contains(&b)) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{Demo, quoted, text};
    use std::net::{Ipv4Addr, SocketAddr};
    use std::path::Path;

    #[test]
    fn the_conversation_is_printed_where_the_demo_is_alone() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        let said = |is_for_development, demo| text(address, "ringfence", ".ringfence", is_for_development, demo);
        for (text, talks, has_sql, stops) in [
            (said(true, Some(Demo { analyst: Some("postgres://a") })), true, true, true),
            (said(true, Some(Demo { analyst: None })), true, false, true),
            (said(true, None), false, false, true),
            (said(false, None), false, false, false),
        ] {
            assert!(text.starts_with("ringfence is ready on http://127.0.0.1:8080"), "{text}");
            // It asks the operator's login, whom another terminal does not know beside an existing server.
            assert!(!text.contains("token --tenant"), "{text}");
            assert_eq!((text.contains("acme"), text.contains("psql 'postgres://a'"), text.contains("Ctrl-C")), (talks, has_sql, stops), "{text}");
        }
    }

    #[test]
    fn a_folder_with_a_blank_and_a_quote_stays_one_word() {
        assert_eq!(quoted(Path::new("/home/a b/it's")), r"'/home/a b/it'\''s'");
    }
}
