//! What an attribute's path names in a resource: `name.familyName`, `emails`, `urn:...:User:department`.

use crate::schema::{Attribute, Kind, ResourceType, Schema};
use crate::schemas::COMMON;
use serde_json::{Map, Value};

/// An attribute, found by its path. Names are compared in any case of letters (RFC 7643, section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The extension that the attribute belongs to.
    pub extension: Option<&'static Schema>,
    /// None: the extension as a whole.
    pub attribute: Option<&'static Attribute>,
    pub sub: Option<&'static Attribute>,
}

impl Target {
    /// The attribute of this path, if the resource's schemas have one.
    #[must_use]
    pub fn find(kind: &ResourceType, path: &str) -> Option<Self> {
        for extension in kind.extensions {
            if path.eq_ignore_ascii_case(extension.id) {
                return Some(Self { extension: Some(extension), attribute: None, sub: None });
            }
            if let Some(rest) = behind(path, extension.id) {
                return Self::within(rest, Some(extension), |name| extension.find(name));
            }
        }
        let path = behind(path, kind.schema.id).unwrap_or(path);
        Self::within(path, None, |name| kind.schema.find(name).or_else(|| COMMON.iter().find(|common| common.name.eq_ignore_ascii_case(name))))
    }

    /// As its schema writes it; within an extension, behind the extension's URN.
    pub(crate) fn name(&self) -> String {
        let own = [self.attribute, self.sub].into_iter().flatten().map(|attribute| attribute.name).collect::<Vec<_>>().join(".");
        match self.extension {
            None => own,
            Some(extension) if own.is_empty() => extension.id.to_owned(),
            Some(extension) => format!("{}:{own}", extension.id),
        }
    }

    /// Every attribute of the resource but those of extensions: the common ones are part of its schema (RFC 7643, section 3.1).
    pub(crate) fn core(kind: &ResourceType) -> impl Iterator<Item = Self> {
        COMMON.iter().chain(kind.schema.attributes).map(|attribute| Self { extension: None, attribute: Some(attribute), sub: None })
    }

    fn within(path: &str, extension: Option<&'static Schema>, find: impl Fn(&str) -> Option<&'static Attribute>) -> Option<Self> {
        let (name, sub) = path.split_once('.').map_or((path, None), |(name, sub)| (name, Some(sub)));
        let attribute = find(name)?;
        let sub = match sub {
            Some(sub) => Some(attribute.find(sub)?),
            None => None,
        };
        Some(Self { extension, attribute: Some(attribute), sub })
    }

    /// The attribute at the end of the path.
    #[must_use]
    pub fn last(&self) -> Option<&'static Attribute> {
        self.sub.or(self.attribute)
    }

    /// What a comparison compares: of complex values, their `value`.
    pub(crate) fn compared(&self) -> Option<&'static Attribute> {
        let last = self.last()?;
        match last.kind {
            Kind::Complex => last.find("value"),
            _ => Some(last),
        }
    }

    /// The object that holds the attribute: the resource, or its extension.
    pub(crate) fn holder<'a>(&self, resource: &'a Map<String, Value>) -> Option<&'a Map<String, Value>> {
        match self.extension {
            Some(extension) => resource.get(extension.id)?.as_object(),
            None => Some(resource),
        }
    }

    /// Every value at the end of the path.
    pub(crate) fn values<'a>(&self, resource: &'a Map<String, Value>) -> Vec<&'a Value> {
        let Some(attribute) = self.attribute else {
            return self.extension.and_then(|extension| resource.get(extension.id)).into_iter().collect();
        };
        let Some(value) = self.holder(resource).and_then(|holder| holder.get(attribute.name)) else { return Vec::new() };
        let items: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            single => vec![single],
        };
        match self.sub {
            Some(sub) => items.into_iter().filter_map(|item| item.get(sub.name)).collect(),
            None => items,
        }
    }
}

/// What stands behind a schema's name and a colon.
fn behind<'a>(path: &'a str, schema: &str) -> Option<&'a str> {
    let head = path.get(..schema.len())?;
    if head.eq_ignore_ascii_case(schema) { path[schema.len()..].strip_prefix(':') } else { None }
}
