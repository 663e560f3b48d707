//! SQL as tokens: where its conditions, literals and statements are, so that mutants come from the text alone. It knows no types.

/// One changed text, and what was changed in a few words.
#[derive(Debug, Clone)]
pub struct Change {
    pub what: String,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Text,
    Number,
    Open,
    Close,
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
    /// The token that opened the group it stands in.
    group: Option<usize>,
}

/// How a condition hangs together with its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joined {
    And,
    Or,
}

pub struct Sql<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

/// Words that begin a condition.
const OPENERS: [&str; 7] = ["where", "on", "if", "elsif", "when", "and", "or"];
/// Words that end one.
const TERMINATORS: [&str; 29] = [
    "and", "or", "then", "returning", "for", "order", "group", "limit", "union", "except", "intersect", "having", "when", "else", "end", "loop", "do", "from", "join",
    "left", "right", "inner", "cross", "full", "where", "on", "window", "select", "set",
];

impl<'a> Sql<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut tokens = scan(text);
        let mut open: Vec<usize> = Vec::new();
        for i in 0..tokens.len() {
            let word = word(text, &tokens[i]);
            let closes = tokens[i].kind == Kind::Close || (word == "end" && open.last().is_some_and(|&o| tokens[o].kind == Kind::Word));
            if closes {
                open.pop();
            }
            tokens[i].group = open.last().copied();
            if !closes && (tokens[i].kind == Kind::Open || word == "case") {
                open.push(i);
            }
        }
        Self { text, tokens }
    }

    fn word(&self, i: usize) -> String {
        self.tokens.get(i).map_or_else(String::new, |token| word(self.text, token))
    }

    fn span(&self, from: usize, to: usize) -> (usize, usize) {
        (self.tokens[from].start, self.tokens[to - 1].end)
    }

    fn replaced(&self, (start, end): (usize, usize), by: &str, verb: &str) -> Change {
        let text = format!("{}{by}{}", &self.text[..start], &self.text[end..]);
        Change { what: format!("{verb} {}", brief(&self.text[start..end])), text }
    }

    /// The `and` of a `between` joins no conditions.
    fn joins(&self, i: usize) -> bool {
        let word = self.word(i);
        if word == "or" {
            return true;
        }
        if word != "and" {
            return false;
        }
        for j in (0..i).rev().filter(|&j| self.tokens[j].group == self.tokens[i].group) {
            match self.word(j).as_str() {
                "between" => return false,
                word if TERMINATORS.contains(&word) || OPENERS.contains(&word) => return true,
                _ => {}
            }
        }
        true
    }

    fn ends(&self, i: usize) -> bool {
        let text = &self.text[self.tokens[i].start..self.tokens[i].end];
        if text == ";" || text == "," {
            return true;
        }
        let word = self.word(i);
        match word.as_str() {
            "and" | "or" => self.joins(i),
            "from" => self.word(i.wrapping_sub(1)) != "distinct",
            // The function of that name.
            "left" => self.tokens.get(i + 1).is_none_or(|next| next.kind != Kind::Open),
            word => TERMINATORS.contains(&word),
        }
    }

    /// Every condition as a range of tokens, with how it is joined.
    fn conditions(&self) -> Vec<(usize, usize, Joined)> {
        let mut found = Vec::new();
        for i in 0..self.tokens.len() {
            let inside = match self.word(i).as_str() {
                "and" | "or" if !self.joins(i) => continue,
                "if" if self.word(i.wrapping_sub(1)) == "end" => continue,
                "on" if ["conflict", "constraint", "true"].contains(&self.word(i + 1).as_str()) => continue,
                word if OPENERS.contains(&word) => self.tokens[i].group,
                // A group that joins conditions, but is no sub-query: its first condition has no word before it.
                _ if self.tokens[i].kind == Kind::Open && !["select", "with", "values", "insert", "update", "delete"].contains(&self.word(i + 1).as_str()) => {
                    let joined = (i + 1..self.tokens.len()).any(|j| self.tokens[j].group == Some(i) && self.joins(j));
                    if !joined {
                        continue;
                    }
                    Some(i)
                }
                _ => continue,
            };
            let mut end = i + 1;
            while end < self.tokens.len() {
                let closes = inside.is_some_and(|open| self.tokens[end].group == self.tokens[open].group);
                if closes || (self.tokens[end].group == inside && self.ends(end)) {
                    break;
                }
                end += 1;
            }
            if end == i + 1 || matches!(self.word(i + 1).as_str(), "true" | "false") && end == i + 2 {
                continue;
            }
            let before = self.word(i) == "or";
            let after = self.word(end) == "or";
            let all = self.word(i) == "and" || self.word(end) == "and";
            found.push((i + 1, end, if (before || after) && !all { Joined::Or } else { Joined::And }));
        }
        found
    }

    /// Each condition taken away: true among conjuncts, false among alternatives.
    pub fn without_conditions(&self) -> Vec<Change> {
        self.conditions()
            .into_iter()
            .map(|(from, to, joined)| match joined {
                Joined::And => self.replaced(self.span(from, to), "true", "without"),
                Joined::Or => self.replaced(self.span(from, to), "false", "without the alternative"),
            })
            .collect()
    }

    /// Each condition turned round.
    pub fn negated_conditions(&self) -> Vec<Change> {
        self.conditions()
            .into_iter()
            .map(|(from, to, _)| {
                let (start, end) = self.span(from, to);
                self.replaced((start, end), &format!("(not ({}))", &self.text[start..end]), "negated")
            })
            .collect()
    }

    /// Each string literal under a change. What an exception says in words is no rule.
    pub fn changed_texts(&self, change: impl Fn(&str) -> Vec<String>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (i, token) in self.tokens.iter().enumerate() {
            if token.kind == Kind::Text && self.word(i.wrapping_sub(1)) != "exception" {
                let literal = &self.text[token.start..token.end];
                for by in change(literal) {
                    let mut made = self.replaced((token.start, token.end), &by, "text");
                    made.what = format!("{} as {}", made.what, brief(&by));
                    changes.push(made);
                }
            }
        }
        changes
    }

    /// Each number one higher, and each boolean constant the other one.
    pub fn changed_constants(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (i, token) in self.tokens.iter().enumerate() {
            let literal = &self.text[token.start..token.end];
            let by = match (token.kind, literal.parse::<i64>(), self.word(i).as_str()) {
                (Kind::Number, Ok(number), _) => (number + 1).to_string(),
                (_, _, "true") => "false".to_owned(),
                (_, _, "false") => "true".to_owned(),
                _ => continue,
            };
            let mut made = self.replaced((token.start, token.end), &by, "constant");
            made.what = format!("{} as {by} in {}", made.what, brief(self.around(token)));
            changes.push(made);
        }
        changes
    }

    /// Each call of a function that guards a value, replaced by one of its arguments.
    pub fn unwrapped_calls(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for i in 0..self.tokens.len() {
            if !["coalesce", "nullif", "greatest", "lower"].contains(&self.word(i).as_str()) || self.tokens.get(i + 1).is_none_or(|next| next.kind != Kind::Open) {
                continue;
            }
            let Some(close) = (i + 2..self.tokens.len()).find(|&j| self.tokens[j].group == self.tokens[i + 1].group) else { continue };
            let comma = (i + 2..close).find(|&j| self.tokens[j].group == Some(i + 1) && &self.text[self.tokens[j].start..self.tokens[j].end] == ",");
            let (start, end) = self.span(i + 2, comma.unwrap_or(close));
            changes.push(self.replaced((self.tokens[i].start, self.tokens[close].end), &format!("({})", &self.text[start..end]), "unwrapped"));
        }
        changes
    }

    /// Each statement of a procedural body taken away, and each lock that it takes.
    pub fn without_statements(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut start = None;
        for i in 0..self.tokens.len() {
            let word = self.word(i);
            let top = self.tokens[i].group.is_none();
            if let Some(from) = start
                && top
                && &self.text[self.tokens[i].start..self.tokens[i].end] == ";"
            {
                if !["end", "null", "declare"].contains(&self.word(from).as_str()) {
                    changes.push(self.replaced(self.span(from, i), "null", "without the statement"));
                }
                start = Some(i + 1);
            }
            if top && ["begin", "then", "else", "loop"].contains(&word.as_str()) {
                start = Some(i + 1);
            }
            if word == "for" && self.word(i + 1) == "update" {
                changes.push(self.replaced(self.span(i, i + 2), "", &format!("without the lock after {}", brief(self.around(&self.tokens[i - 1])))));
            }
        }
        changes
    }

    /// The line a token stands in.
    fn around(&self, token: &Token) -> &str {
        let start = self.text[..token.start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[token.end..].find('\n').map_or(self.text.len(), |at| token.end + at);
        &self.text[start..end]
    }
}

fn word(text: &str, token: &Token) -> String {
    if token.kind == Kind::Word { text[token.start..token.end].to_ascii_lowercase() } else { String::new() }
}

/// On one line, and short enough for a name.
pub fn brief(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 90 { line } else { format!("{}...", line.chars().take(87).collect::<String>()) }
}

fn scan(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        let start = i;
        let rest = &bytes[i..];
        let run = |test: fn(&u8) -> bool| rest.iter().take_while(|byte| test(byte)).count();
        let kind = match bytes[i] {
            byte if byte.is_ascii_whitespace() => {
                i += 1;
                continue;
            }
            // An optional line belongs to the statement, its name does not.
            b'-' if rest.starts_with(b"--? ") => {
                i += 4 + rest[4..].iter().take_while(|byte| **byte != b' ').count();
                continue;
            }
            b'-' if rest.starts_with(b"--") => {
                i += rest.iter().take_while(|byte| **byte != b'\n').count();
                continue;
            }
            b'\'' => {
                i += quoted(rest, b'\'');
                Kind::Text
            }
            b'"' => {
                i += quoted(rest, b'"');
                Kind::Word
            }
            b'(' | b'[' => {
                i += 1;
                Kind::Open
            }
            b')' | b']' => {
                i += 1;
                Kind::Close
            }
            byte if byte.is_ascii_digit() => {
                i += run(|byte| byte.is_ascii_digit() || *byte == b'.');
                Kind::Number
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                i += run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
                Kind::Word
            }
            b'$' | b':' if rest.len() > 1 && (rest[1].is_ascii_alphanumeric()) => {
                i += 1 + rest[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                Kind::Other
            }
            _ => {
                i += text[i..].chars().next().map_or(1, char::len_utf8);
                Kind::Other
            }
        };
        tokens.push(Token { kind, start, end: i, group: None });
    }
    tokens
}

/// The length of a quoted token; a doubled quote stays inside.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut i = 1;
    while i < bytes.len() {
        if bytes[i] == quote {
            if bytes.get(i + 1) != Some(&quote) {
                return i + 1;
            }
            i += 1;
        }
        i += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::Sql;

    fn whats(text: &str) -> Vec<String> {
        Sql::of(text).without_conditions().into_iter().map(|change| change.what).collect()
    }

    #[test]
    fn each_conjunct_of_a_predicate_is_taken_away_in_turn() {
        let text = "select 1 from t where a = $1 and (b is distinct from 2 or c between 1 and 3) order by 1";
        assert_eq!(
            whats(text),
            ["without a = $1", "without (b is distinct from 2 or c between 1 and 3)", "without the alternative b is distinct from 2", "without the alternative c between 1 and 3"]
        );
    }

    #[test]
    fn an_optional_line_loses_its_condition_and_keeps_its_name() {
        let change = Sql::of("select 1 from t\n where true\n--? tag and :tag = any (t.tags)\n limit 1").without_conditions();
        assert_eq!(change.len(), 1);
        assert!(change[0].text.contains("--? tag and true\n"), "{}", change[0].text);
    }

    #[test]
    fn a_statement_is_taken_away_whole() {
        let changes = Sql::of("begin if a then raise exception 'no'; end if; x := case when b then 1 else 2 end; return x; end").without_statements();
        let whats: Vec<_> = changes.iter().map(|change| change.what.as_str()).collect();
        assert_eq!(whats, ["without the statement raise exception 'no'", "without the statement x := case when b then 1 else 2 end", "without the statement return x"]);
    }
}
