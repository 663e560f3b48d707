//! Plays: a statement, who tries it, and what must come of it. A play without an expectation is refused.
//!
//! A play file is SQL under lines of its own: `-- play: title` begins one; `-- before:`, `-- forging:`, `-- after:` begin
//! what the superuser prepares, what the actor sets once inside, and what the superuser looks at afterwards;
//! `-- query: path` plays a file of sql/queries with `-- choose:` its optional lines; `-- let: name=value` fills `<name>`
//! (and `$name`, `:name` of a query); `-- effects` appends which tables changed, per tenant; `-- show:` names the columns
//! looked at; `-- but: layer` leaves the play out where that layer is taken away. Then one line for each expectation:
//! `-- actor [actor ...] [name=value ...]: outcome [or outcome]`. `-- each: line [name=value ...]: outcome` is the owner's,
//! with that optional line of the query chosen for `<choose>`. An actor `via[t:secret,m:agent]` shows the API token of that
//! secret and acts for that member; `i:` and `s:` show an identity and a session, `a:` lets an identity act for the first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The superuser: for keys, which hold for everybody.
    Root,
    /// The service's login, which has entered nothing.
    Nobody,
    /// Another login of the installation.
    Login(String),
    /// A reporting login of acme.
    Analyst,
    /// The owner of everything, outside a tenant.
    Owner,
    /// The owner inside acme, as in one of its functions.
    Definer,
    Member { name: String, tenant: String },
    /// A service with these permissions; `admin` among them is all of an admin's, `-name` all but that one.
    Service(Vec<String>),
    /// Whoever shows this credential, acting for somebody else or for themselves.
    Via { credential: String, acting: String, tenant: String },
}

impl Actor {
    pub fn of(word: &str) -> Option<Self> {
        if let Some(permissions) = word.strip_prefix("service[").and_then(|rest| rest.strip_suffix(']')) {
            return Some(Self::Service(permissions.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()));
        }
        let (name, tenant) = word.split_once('@').unwrap_or((word, "acme"));
        if let Some(shown) = name.strip_prefix("via[").and_then(|rest| rest.strip_suffix(']')) {
            let (credential, acting) = shown.split_once(',').unwrap_or((shown, ""));
            return Some(Self::Via { credential: credential.into(), acting: acting.into(), tenant: tenant.into() });
        }
        Some(match name {
            "root" => Self::Root,
            "nobody" => Self::Nobody,
            "analyst" => Self::Analyst,
            "owner_role" => Self::Owner,
            "definer" => Self::Definer,
            "auditor_login" => Self::Login("ringfence_auditor".into()),
            "dispatcher" | "operator" | "backup" | "provisioner" => Self::Login(format!("ringfence_{name}")),
            "owner" | "admin" | "agent" | "grouped_agent" | "light_agent" | "requester" | "auditor" | "service" | "outsider" => {
                Self::Member { name: name.into(), tenant: tenant.into() }
            }
            _ => return None,
        })
    }

    fn member(&self) -> &str {
        match self {
            Self::Member { name, .. } => name,
            Self::Service(_) => "service",
            _ => "none",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Case {
    pub actor: Actor,
    /// The line as it stands, to be named by.
    pub line: String,
    lets: BTreeMap<String, String>,
    pub expected: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Play {
    pub file: String,
    pub title: String,
    pub query: Option<String>,
    types: String,
    choose: Vec<String>,
    pub but: BTreeSet<String>,
    pub before: String,
    pub forging: String,
    pub sql: String,
    pub after: String,
    pub effects: bool,
    pub show: Vec<String>,
    lets: BTreeMap<String, String>,
    each: Vec<String>,
    pub cases: Vec<Case>,
}

impl Case {
    /// The text with every `<name>` filled in; what is not let stays.
    pub fn fill(&self, text: &str, play: &Play) -> String {
        let mut text = text.to_owned();
        for (name, value) in self.lets.iter().chain(play.lets.iter().filter(|(name, _)| !self.lets.contains_key(*name))) {
            text = text.replace(&format!("<{name}>"), value);
        }
        text.replace("<me>", &format!("{{{}}}", self.actor.member()))
    }
}

/// Every play, in the order of the files.
pub fn plays(queries: &BTreeMap<String, String>, types: &BTreeMap<String, String>) -> Vec<Play> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mutants/plays");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("mutants/plays").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().flat_map(|file| read(&std::fs::read_to_string(file).expect("a play file"), &file.file_stem().expect("a stem").to_string_lossy(), queries, types)).collect()
}

fn read(text: &str, file: &str, queries: &BTreeMap<String, String>, types: &BTreeMap<String, String>) -> Vec<Play> {
    let mut plays: Vec<Play> = Vec::new();
    let mut section = "sql";
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("-- play: ") {
            plays.push(Play { file: file.into(), title: title.into(), ..Play::default() });
            section = "sql";
            continue;
        }
        // What stands before the first play says what the file is for.
        let Some(play) = plays.last_mut() else { continue };
        let Some(head) = line.strip_prefix("-- ") else {
            let part = match section {
                "before" => &mut play.before,
                "forging" => &mut play.forging,
                "after" => &mut play.after,
                _ => &mut play.sql,
            };
            part.push_str(line);
            part.push('\n');
            continue;
        };
        let (key, value) = head.split_once(':').map_or((head, ""), |(key, value)| (key, value.trim()));
        match key {
            "before" | "forging" | "after" | "sql" => section = ["before", "forging", "after", "sql"].into_iter().find(|name| *name == key).unwrap_or("sql"),
            "query" => play.query = Some(value.into()),
            "choose" => play.choose = value.split_whitespace().map(Into::into).collect(),
            "but" => play.but = value.split_whitespace().map(Into::into).collect(),
            "show" => play.show = value.split_whitespace().map(Into::into).collect(),
            "effects" => play.effects = true,
            "let" => play.lets.extend(value.split_whitespace().filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.into(), value.into()))),
            "each" => play.each.push(head["each: ".len()..].into()),
            _ => play.cases.extend(cases(head, file)),
        }
    }
    let mut plays: Vec<Play> = plays.into_iter().flat_map(|play| if play.each.is_empty() { vec![play] } else { play.spread() }).collect();
    for play in &mut plays {
        assert!(!play.cases.is_empty(), "{file}: {}: nobody plays it", play.title);
        if let Some(path) = play.query.clone() {
            let query = queries.get(&path).unwrap_or_else(|| panic!("{file}: there is no sql/queries/{path}"));
            play.types = types.get(&path).cloned().unwrap_or_default();
            play.sql = play.performed(query);
        }
    }
    plays
}

fn cases(line: &str, file: &str) -> Vec<Case> {
    let (head, expected) = line.split_once(": ").unwrap_or_else(|| panic!("{file}: no expectation in: {line}"));
    let mut lets = BTreeMap::new();
    let mut actors = Vec::new();
    for word in head.split_whitespace() {
        match (Actor::of(word), word.split_once('=')) {
            (Some(actor), _) => actors.push(actor),
            (None, Some((name, value))) => {
                lets.insert(name.to_owned(), value.to_owned());
            }
            (None, None) => panic!("{file}: {word} is no actor in: {line}"),
        }
    }
    let expected: Vec<String> = expected.split(" or ").map(|outcome| outcome.trim().to_owned()).collect();
    let named = |actor: &Actor| expected.iter().map(|outcome| outcome.replace("<me>", actor.member())).collect();
    actors.into_iter().map(|actor| Case { expected: named(&actor), actor, line: line.into(), lets: lets.clone() }).collect()
}

impl Play {
    /// One play for each optional line.
    fn spread(&self) -> Vec<Self> {
        let one = |line: &String| {
            let (chosen, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{}: no value in: {line}", self.file));
            let choose = self.choose.iter().map(|name| if name == "<choose>" { chosen.to_owned() } else { name.clone() }).collect();
            Self { choose, each: Vec::new(), cases: cases(&format!("owner {rest}"), &self.file), ..self.clone() }
        };
        self.each.iter().map(one).collect()
    }

    /// The same play with another text for its query.
    pub fn with_query(&self, query: &str) -> Self {
        Self { sql: self.performed(query), ..self.clone() }
    }

    /// A query as SQL to be played: optional lines chosen, parameters filled with `<name>`.
    fn performed(&self, query: &str) -> String {
        let mut text = String::new();
        for line in query.lines() {
            let line = match line.trim_start().strip_prefix("--? ") {
                Some(optional) => match optional.split_once(' ') {
                    Some((name, text)) if self.choose.iter().any(|chosen| chosen == name) => text,
                    _ => continue,
                },
                None => line.split("--").next().unwrap_or_default(),
            };
            text.push_str(line);
            text.push('\n');
        }
        if !self.types.is_empty() {
            // A value `null` is no text: Stage::outcome takes its quotes away.
            let values: Vec<String> = (1..=self.types.split(", ").count()).map(|n| format!("'<{n}>'")).collect();
            return format!("prepare q ({}) as {text}; execute q({})", self.types, values.join(", "));
        }
        let mut names: Vec<String> = placeholders(&text);
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        for name in names {
            text = replace_placeholder(&text, &name, &format!("'<{name}>'"));
        }
        text
    }
}

/// The `:name`s of a statement; a cast has two colons.
fn placeholders(text: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices(':') {
        let before = text[..at].chars().last();
        let name: String = text[at + 1..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
        if before != Some(':') && !name.is_empty() {
            names.insert(name);
        }
    }
    names.into_iter().collect()
}

fn replace_placeholder(text: &str, name: &str, by: &str) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&format!(":{name}")) {
        let cast = rest[..at].ends_with(':');
        let longer = rest[at + 1 + name.len()..].starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        done.push_str(&rest[..at]);
        done.push_str(if cast || longer { &rest[at..at + 1 + name.len()] } else { by });
        rest = &rest[at + 1 + name.len()..];
    }
    done.push_str(rest);
    done
}
