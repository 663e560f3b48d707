//! What stands in a transfer encoding (RFC 2045, 6), by writers who broke its rules too. It refuses nothing: what cannot be decoded is
//! read as it stands.

use mail_parser::{
    HeaderName, HeaderValue,
    decoders::{base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode_char},
};

use crate::mbox::mime::Headers;

fn encoding<'h>(headers: &'h Headers<'_>) -> &'h str {
    headers
        .value(HeaderName::ContentTransferEncoding)
        .and_then(HeaderValue::as_text)
        .unwrap_or_default()
        .trim()
}

/// The text of a leaf, with replacement characters where needed; `Err` as it stands where it is not in its encoding.
pub(crate) fn decode(headers: &Headers<'_>, content: &[u8]) -> Result<String, String> {
    let charset = headers
        .content_type()
        .and_then(|kind| kind.attribute("charset"));
    let read = |bytes: &[u8]| match charset.and_then(|name| charset_decoder(name.trim().as_bytes())) {
        Some(decode) => decode(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    };
    let encoding = encoding(headers);
    if encoding.eq_ignore_ascii_case("base64") {
        if let Some(decoded) = base64_decode(content) {
            return Ok(read(&decoded));
        }
        return match base64_among_others(content) {
            Some((decoded, plain)) if plain.is_empty() => Ok(read(&decoded)),
            Some((decoded, plain)) => Ok(format!("{}\n{plain}", read(&decoded))),
            None => Err(read(content)),
        };
    }
    if encoding.eq_ignore_ascii_case("quoted-printable") {
        return Ok(read(&quoted_printable(content)));
    }
    Ok(read(content))
}

/// Base64 with what does not belong to it (RFC 2045, 6.8: to be ignored), and the plain text that a mailing list has put
/// behind it: after the padding, or from a line on that has white space between words or nothing of the alphabet. `None`
/// where there is no base64 before that.
fn base64_among_others(content: &[u8]) -> Option<(Vec<u8>, String)> {
    let mut digits = Vec::with_capacity(content.len());
    let mut at = 0;
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii();
        let is_digit = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let padding = text.iter().position(|byte| *byte == b'=');
        if !text.is_empty() && (text.iter().any(u8::is_ascii_whitespace) || !text.iter().any(|byte| is_digit(&byte)) && padding.is_none()) {
            break;
        }
        at += line.len();
        digits.extend(text[..padding.unwrap_or(text.len())].iter().filter(is_digit));
        if padding.is_some() {
            break;
        }
    }
    let decoded = base64_decode(&digits).filter(|decoded| !decoded.is_empty())?;
    Some((decoded, String::from_utf8_lossy(&content[at..]).trim().to_owned()))
}

/// Quoted-printable, whose rules a writer may have broken: a `=` that means nothing stays (RFC 2045, 6.7, notes 1 to 5),
/// and so does all around it.
fn quoted_printable(content: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        // White space at a line's end was added on the way.
        let mut rest = line.trim_ascii_end();
        let continues = rest.ends_with(b"=");
        rest = rest.strip_suffix(b"=").unwrap_or(rest);
        while let Some((&byte, after)) = rest.split_first() {
            let quoted = match after {
                [one, two, ..] if byte == b'=' => quoted_printable_decode_char(*one, *two),
                _ => None,
            };
            decoded.push(quoted.unwrap_or(byte));
            rest = if quoted.is_some() { &after[2..] } else { after };
        }
        if !continues && line.ends_with(b"\n") {
            decoded.push(b'\n');
        }
    }
    decoded
}

/// The size of the file that a part carries, without decoding it.
pub(crate) fn decoded_len(headers: &Headers<'_>, content: &[u8]) -> u64 {
    let encoding = encoding(headers);
    if encoding.eq_ignore_ascii_case("base64") {
        let digits = content
            .iter()
            .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
            .count();
        return digits as u64 * 6 / 8;
    }
    if encoding.eq_ignore_ascii_case("quoted-printable") {
        return quoted_printable(content).len() as u64;
    }
    content.len() as u64
}
