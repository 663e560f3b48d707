//! Turns foreign HTML into readable CommonMark text, in one pass and linear time. It refuses to keep any markup: no tag, no
//! attribute but a link's address, no script or style comes through, and a `<` meant as text stays text.
//!
//! No tree is built, on purpose: a sanitiser that builds one can be made to take minutes or gigabytes by a small message,
//! and as no markup is kept there is nothing left to sanitise.

use mail_parser::decoders::html::add_html_token;

/// HTML beyond this says more about its template than about a ticket.
const MAX_HTML_BYTES: usize = 1024 * 1024;

/// Elements whose inside is not for reading.
const UNREAD: [&str; 6] = [
    "script", "style", "title", "template", "noembed", "noframes",
];

/// Elements that stand apart from what is around them.
const BLOCKS: [&str; 17] = [
    "address", "article", "body", "dl", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "ol", "p", "section", "table", "ul",
];

/// `None` when the HTML is too large.
pub(crate) fn to_text(html: &str) -> Option<String> {
    if html.len() > MAX_HTML_BYTES {
        return None;
    }
    let mut text = Text::default();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.words(&unescape(&rest[..open]));
        let inside = &rest[open + 1..];
        rest = match Markup::read(inside) {
            Some((markup, after)) => {
                text.tag(&markup);
                let unread = UNREAD
                    .iter()
                    .find(|name| !markup.closing && markup.name == **name);
                unread.map_or(after, |name| from_closing(after, name))
            }
            None => {
                text.words("<");
                inside
            }
        };
    }
    text.words(&unescape(rest));
    Some(text.finish())
}

/// A tag; a comment is one without a name.
#[derive(Default)]
struct Markup<'a> {
    name: String,
    closing: bool,
    href: Option<&'a str>,
}

impl<'a> Markup<'a> {
    /// What follows a `<`, and the rest after it; `None` where the `<` is only a character.
    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        if let Some(comment) = text.strip_prefix("!--") {
            let end = comment.find("-->").map_or(comment.len(), |at| at + 3);
            return Some((Markup::default(), &comment[end..]));
        }
        if text.starts_with(['!', '?']) {
            let end = text.find('>').map_or(text.len(), |at| at + 1);
            return Some((Markup::default(), &text[end..]));
        }
        let (closing, tag) = text
            .strip_prefix('/')
            .map_or((false, text), |tag| (true, tag));
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
        let end = tag.find(ends).unwrap_or(tag.len());
        let mut markup = Markup {
            name: tag[..end].to_ascii_lowercase(),
            closing,
            href: None,
        };
        let after = markup.attributes(&tag[end..]);
        Some((markup, after))
    }

    /// Steps over the attributes, keeping a link's address; returns the rest after the closing `>`.
    fn attributes(&mut self, mut rest: &'a str) -> &'a str {
        let blank = |c: char| c.is_ascii_whitespace();
        loop {
            rest = rest.trim_start_matches(|c| blank(c) || c == '/');
            if rest.is_empty() {
                return rest;
            }
            if let Some(after) = rest.strip_prefix('>') {
                return after;
            }
            // A name may begin with `=`; taking its first character unseen is what moves this on.
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let ends = |c: char| blank(c) || matches!(c, '/' | '>' | '=');
            let end = rest[first..].find(ends).map_or(rest.len(), |at| at + first);
            let name = &rest[..end];
            rest = rest[end..].trim_start_matches(blank);
            let Some(value) = rest.strip_prefix('=') else {
                continue;
            };
            let value = value.trim_start_matches(blank);
            let found;
            (found, rest) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    value[1..].split_once(quote).unwrap_or((&value[1..], ""))
                }
                _ => value.split_at(value.find(|c| blank(c) || c == '>').unwrap_or(value.len())),
            };
            if name.eq_ignore_ascii_case("href") && self.href.is_none() {
                self.href = Some(found);
            }
        }
    }
}

/// The rest from an element's closing tag on.
fn from_closing<'a>(text: &'a str, name: &str) -> &'a str {
    let is_name = |at: usize| {
        let found = text.get(at + 2..at + 2 + name.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    let closing = text
        .match_indices("</")
        .map(|(at, _)| at)
        .find(|at| is_name(*at));
    closing.map_or("", |at| &text[at..])
}

/// Character references become their characters; what is none stays as it stands.
fn unescape(text: &str) -> String {
    const LONGEST: usize = 34;
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
        let end = 1 + rest.bytes().skip(1).take(LONGEST).take_while(name).count();
        if rest.as_bytes().get(end) == Some(&b';') {
            add_html_token(&mut plain, &rest.as_bytes()[..=end], false);
            rest = &rest[end + 1..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain.replace('\0', "").replace('\u{a0}', " ")
}

/// Whether a `<` before this character would begin markup.
fn opens_markup(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')
}

#[derive(Default)]
struct Text {
    out: String,
    /// Line ends owed before the next word; owed, not written, so that blocks do not pile up blank lines.
    breaks: usize,
    space: bool,
    verbatim: usize,
    quotes: usize,
    link: Option<(String, usize)>,
}

impl Text {
    fn tag(&mut self, markup: &Markup<'_>) {
        let closing = markup.closing;
        let name = markup.name.as_str();
        match name {
            "br" => self.breaks = (self.breaks + 1).min(2),
            "hr" => {
                self.block(2);
                self.write("---");
                self.block(2);
            }
            "a" if closing => self.end_link(),
            "a" => self.link = markup.href.map(|href| (unescape(href), self.out.len())),
            "li" if !closing => {
                self.block(1);
                self.write("- ");
            }
            "td" | "th" => self.space = true,
            "tr" | "li" | "div" | "dt" | "dd" => self.block(1),
            "pre" | "blockquote" => {
                self.block(2);
                let depth = if name == "pre" {
                    &mut self.verbatim
                } else {
                    &mut self.quotes
                };
                *depth = if closing {
                    depth.saturating_sub(1)
                } else {
                    *depth + 1
                };
            }
            _ if BLOCKS.contains(&name) => self.block(2),
            _ => {}
        }
    }

    fn words(&mut self, text: &str) {
        if self.verbatim > 0 {
            for (at, line) in text.split('\n').enumerate() {
                self.breaks += usize::from(at > 0);
                if !line.is_empty() {
                    self.write(line);
                }
            }
            return;
        }
        for (at, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            self.space |= at > 0;
            if !word.is_empty() {
                self.write(word);
            }
        }
    }

    fn write(&mut self, word: &str) {
        if self.breaks > 0 && !self.out.is_empty() {
            for _ in 0..self.breaks {
                self.out.push('\n');
            }
            self.space = false;
        }
        let line_starts = self.out.is_empty() || self.out.ends_with('\n');
        if line_starts && self.quotes > 0 {
            // Deeper quoting reads no better, and its prefix would multiply the text.
            self.out.push_str(&"> ".repeat(self.quotes.min(5)));
        } else if self.space && !line_starts && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.space = false;
        // A literal `<` must not begin markup when the body is shown as CommonMark, also where a tag stood in between.
        // As a character reference, because a backslash could itself be escaped by the text before it.
        if self.out.ends_with('<') && word.starts_with(opens_markup) {
            self.out.pop();
            self.out.push_str("&lt;");
        }
        let mut rest = word.chars();
        while let Some(c) = rest.next() {
            match c {
                '<' if rest.as_str().starts_with(opens_markup) => self.out.push_str("&lt;"),
                // Nor may text become a link of CommonMark, whose address nobody has looked at.
                '(' if self.out.ends_with(']') => self.out.push_str("&#40;"),
                ':' if self.out.ends_with(']') => self.out.push_str("&#58;"),
                c => self.out.push(c),
            }
        }
    }

    fn end_link(&mut self) {
        let Some((href, from)) = self.link.take() else {
            return;
        };
        let shown = self.out.get(from..).unwrap_or_default().trim();
        let plain = href.strip_prefix("mailto:").unwrap_or(&href);
        let scheme = href
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let unfit = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>');
        let linkable =
            matches!(scheme.as_str(), "http" | "https" | "mailto") && !href.contains(unfit);
        if linkable && shown != plain && shown != href {
            self.out.push_str(&format!(" <{href}>"));
        }
    }

    fn block(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
    }

    fn finish(self) -> String {
        self.out.trim_end().to_owned()
    }
}
