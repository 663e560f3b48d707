//! What an e-mail address looks like, the same wherever one comes in. Whether anybody reads it, only a message would tell.

/// The longest path of RFC 5321, section 4.5.3.1.3, without its brackets.
const LONGEST: usize = 254;

/// One '@' with something on either side, without blanks and control characters.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let is_plain = text.len() <= LONGEST && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let (name, host) = text.split_once('@').unwrap_or_default();
    is_plain && !name.is_empty() && !host.is_empty() && !host.contains('@')
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn one_at_sign_stands_between_two_words() {
        assert!(is_email("a@b") && is_email("first.last+tag@mail.example.com"));
        for wrong in ["", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b\u{7}", "a@b\n"] {
            assert!(!is_email(wrong), "{wrong:?}");
        }
        assert!(!is_email(&format!("{}@b", "x".repeat(253))), "longer than a path may be");
    }
}
