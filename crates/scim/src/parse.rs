//! Reads the grammar of filters and PATCH paths (RFC 7644, figures 1 and 7) by descent, within bounds.

use crate::error::{Fault, ScimError};
use crate::filter::{Comparison, Filter, Operator, Term};
use crate::path::Target;
use crate::schema::{Attribute, Kind, Mutability, ResourceType};
use serde_json::Value;

/// Bytes of a filter or path.
const MOST: usize = 4_096;
/// Comparisons in a filter.
const MOST_TERMS: usize = 100;
/// Parentheses and brackets inside one another.
const DEPTH: usize = 12;

/// A path of a PATCH operation, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PatchPath {
    pub target: Target,
    /// Which of several values.
    pub filter: Option<Filter>,
    /// A sub-attribute behind the brackets.
    pub sub: Option<&'static Attribute>,
}

impl PatchPath {
    pub(crate) fn is_read_only(&self) -> bool {
        [self.target.attribute, self.target.sub, self.sub].into_iter().flatten().any(|attribute| attribute.mutability == Mutability::ReadOnly)
    }
}

/// Where names are looked for: in a resource, or in the values of one attribute.
#[derive(Clone, Copy)]
enum Names<'a> {
    Resource(&'a ResourceType),
    Of(&'static Attribute),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    terms: usize,
    fault: Fault,
    place: &'static str,
}

pub(crate) fn filter(kind: &ResourceType, text: &str) -> Result<Filter, ScimError> {
    let mut reader = Reader::of(text, Fault::InvalidFilter, "filter")?;
    let filter = reader.alternatives(Names::Resource(kind), 0)?;
    reader.end()?;
    Ok(filter)
}

pub(crate) fn patch_path(kind: &ResourceType, text: &str) -> Result<PatchPath, ScimError> {
    let mut reader = Reader::of(text, Fault::InvalidPath, "path")?;
    let name = reader.name();
    let target = Target::find(kind, name).ok_or_else(|| reader.wrong("names no attribute of the resource"))?;
    let mut path = PatchPath { target, filter: None, sub: None };
    if reader.takes("[") {
        let attribute = target.attribute.filter(|attribute| attribute.multi && attribute.kind == Kind::Complex && target.sub.is_none());
        let attribute = attribute.ok_or_else(|| reader.wrong("has brackets behind what has no values to choose from"))?;
        path.filter = Some(reader.alternatives(Names::Of(attribute), 1)?);
        reader.expect("]")?;
        if reader.takes(".") {
            let name = reader.name();
            path.sub = Some(attribute.find(name).ok_or_else(|| reader.wrong("names no attribute of the resource"))?);
        }
    }
    reader.end()?;
    Ok(path)
}

impl<'a> Reader<'a> {
    fn of(text: &'a str, fault: Fault, place: &'static str) -> Result<Self, ScimError> {
        let reader = Self { text, at: 0, terms: 0, fault, place };
        if text.len() > MOST { Err(reader.wrong("is too long")) } else { Ok(reader) }
    }

    fn wrong(&self, message: &'static str) -> ScimError {
        ScimError::new(self.fault, self.place, message)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(' ').len();
    }

    fn takes(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        self.at += if found { mark.len() } else { 0 };
        found
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), ScimError> {
        self.spaces();
        if self.takes(mark) { Ok(()) } else { Err(self.wrong("ends or goes on where a bracket is missing")) }
    }

    fn end(&mut self) -> Result<(), ScimError> {
        self.spaces();
        if self.rest().is_empty() { Ok(()) } else { Err(self.wrong("goes on behind its end")) }
    }

    /// A word such as `and`, in any case of letters, that ends where a space or a parenthesis begins.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)) && rest[word.len()..].starts_with([' ', '(']);
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// A path: letters, digits, and what URNs and references hold.
    fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '$'))).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn alternatives(&mut self, names: Names<'_>, depth: usize) -> Result<Filter, ScimError> {
        if depth > DEPTH {
            return Err(self.wrong("is nested too deep"));
        }
        let mut parts = vec![self.conjunction(names, depth)?];
        loop {
            self.spaces();
            if !self.word("or") {
                break;
            }
            parts.push(self.conjunction(names, depth)?);
        }
        Ok(Filter::any(parts))
    }

    fn conjunction(&mut self, names: Names<'_>, depth: usize) -> Result<Filter, ScimError> {
        let mut parts = vec![self.term(names, depth)?];
        loop {
            self.spaces();
            if !self.word("and") {
                break;
            }
            parts.push(self.term(names, depth)?);
        }
        Ok(Filter::all(parts))
    }

    fn term(&mut self, names: Names<'_>, depth: usize) -> Result<Filter, ScimError> {
        self.spaces();
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(self.wrong("holds too many comparisons"));
        }
        let negated = self.word("not");
        self.spaces();
        if self.takes("(") {
            let inner = self.alternatives(names, depth + 1)?;
            self.expect(")")?;
            return Ok(if negated { Filter::Not(Box::new(inner)) } else { inner });
        }
        if negated {
            return Err(self.wrong("has 'not' without parentheses"));
        }
        let name = self.name();
        let unknown = self.wrong("names no attribute of the resource");
        let term = match names {
            Names::Resource(kind) => Term::Attribute(Target::find(kind, name).ok_or(unknown)?),
            Names::Of(attribute) => Term::Sub(attribute.find(name).ok_or(unknown)?),
        };
        if let (Term::Attribute(target), true) = (&term, self.takes("[")) {
            let attribute = target.attribute.filter(|attribute| attribute.kind == Kind::Complex && target.sub.is_none());
            let attribute = attribute.ok_or_else(|| self.wrong("has brackets behind what has no values to choose from"))?;
            let mut inner = self.alternatives(Names::Of(attribute), depth + 1)?;
            self.expect("]")?;
            // Entra compares a sub-attribute of the value that fits, which figure 1 has in paths alone.
            if self.takes(".") {
                let name = self.name();
                let sub = attribute.find(name).ok_or_else(|| self.wrong("names no attribute of the resource"))?;
                inner = Filter::all(vec![inner, self.comparison(Term::Sub(sub))?]);
            }
            return Ok(Filter::Within(*target, Box::new(inner)));
        }
        self.comparison(term)
    }

    fn comparison(&mut self, term: Term) -> Result<Filter, ScimError> {
        if !self.takes(" ") {
            return Err(self.wrong("lacks an operator"));
        }
        self.spaces();
        let word = self.name();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(term));
        }
        let operator = Operator::named(word).ok_or_else(|| self.wrong("has an operator that there is not"))?;
        if !self.takes(" ") {
            return Err(self.wrong("lacks a value"));
        }
        self.spaces();
        let value = self.value()?;
        Comparison::of(term, operator, value).map(Filter::Compare).ok_or_else(|| self.wrong("compares an attribute with what it cannot be compared with"))
    }

    /// A JSON string, number, true, false or null.
    fn value(&mut self) -> Result<Value, ScimError> {
        let rest = self.rest();
        // The parser of JSON takes what follows a word for a part of it.
        let end = if rest.starts_with('"') { None } else { rest.find([' ', ')', ']']) };
        let mut values = serde_json::Deserializer::from_str(&rest[..end.unwrap_or(rest.len())]).into_iter::<Value>();
        let value = match values.next() {
            Some(Ok(value)) if !value.is_array() && !value.is_object() => value,
            _ => return Err(self.wrong("has a value that is no JSON string, number, boolean or null")),
        };
        self.at += values.byte_offset();
        if value.as_str().is_some_and(|text| text.contains('\0')) {
            return Err(self.wrong("holds NUL"));
        }
        Ok(value)
    }
}
