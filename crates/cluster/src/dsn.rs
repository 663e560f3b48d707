//! Connection URLs over loopback; it refuses to put a character into a URL that could end one of its parts.

/// `postgres://user:password@127.0.0.1:port/database`, each part percent-encoded.
pub(crate) fn dsn(port: u16, user: &str, password: &str, database: &str) -> String {
    format!(
        "postgres://{}:{}@127.0.0.1:{port}/{}",
        percent_encoded(user),
        percent_encoded(password),
        percent_encoded(database)
    )
}

/// RFC 3986, section 2.3: all but the unreserved characters are encoded.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::dsn;

    #[test]
    fn reserved_characters_are_percent_encoded() {
        assert_eq!(
            dsn(5499, "re:port@acme", "p/w?#%", "dätabase"),
            "postgres://re%3Aport%40acme:p%2Fw%3F%23%25@127.0.0.1:5499/d%C3%A4tabase"
        );
    }
}
