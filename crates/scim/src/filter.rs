//! Filters (RFC 7644, section 3.4.2.2): what they say, and whether a resource fits. Values are data throughout: none becomes code.

use crate::error::ScimError;
use crate::parse;
use crate::path::Target;
use crate::schema::{Attribute, Kind, ResourceType};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::cmp::Ordering;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

/// What is compared: an attribute of the resource, or a sub-attribute of the value in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    Attribute(Target),
    Sub(&'static Attribute),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    term: Term,
    compared: &'static Attribute,
    operator: Operator,
    value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Compare(Comparison),
    Present(Term),
    /// One and the same value of the attribute fits all that stands in brackets.
    Within(Target, Box<Self>),
}

impl Operator {
    pub(crate) fn named(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "co" => Self::Co,
            "sw" => Self::Sw,
            "ew" => Self::Ew,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _ => return None,
        })
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    const fn is_part(self) -> bool {
        matches!(self, Self::Co | Self::Sw | Self::Ew)
    }

    const fn fits(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Co | Self::Sw | Self::Ew => false,
        }
    }
}

impl Term {
    fn name(&self) -> String {
        match self {
            Self::Attribute(target) => target.name(),
            Self::Sub(sub) => sub.name.to_owned(),
        }
    }
}

impl Comparison {
    /// None: the attribute cannot be compared so.
    pub(crate) fn of(term: Term, operator: Operator, value: Value) -> Option<Self> {
        let compared = match term {
            Term::Attribute(target) => target.compared()?,
            Term::Sub(sub) => Some(sub).filter(|sub| sub.kind != Kind::Complex)?,
        };
        let value = match (compared.kind, value) {
            (_, Value::Null) if matches!(operator, Operator::Eq | Operator::Ne) => Value::Null,
            (Kind::Boolean, value) if matches!(operator, Operator::Eq | Operator::Ne) => Value::Bool(boolean(&value)?),
            (Kind::Binary, value @ Value::String(_)) if matches!(operator, Operator::Eq | Operator::Ne) => value,
            (Kind::Text | Kind::Reference, value @ Value::String(_)) => value,
            (Kind::Time, Value::String(text)) if operator.is_part() || text.parse::<Timestamp>().is_ok() => Value::String(text),
            _ => return None,
        };
        Some(Self { term, compared, operator, value })
    }

    fn fits(&self, values: &[&Value]) -> bool {
        let values: Vec<&Value> = values.iter().filter_map(|value| if value.is_object() { value.get(self.compared.name) } else { Some(value) }).collect();
        match (&self.value, self.operator) {
            (Value::Null, Operator::Eq) => values.is_empty(),
            (Value::Null, _) => !values.is_empty(),
            // Nothing at all is not equal to something.
            (_, Operator::Ne) if values.is_empty() => true,
            _ => values.into_iter().any(|value| self.fits_one(value)),
        }
    }

    fn fits_one(&self, value: &Value) -> bool {
        match (value, &self.value) {
            (Value::Bool(held), Value::Bool(asked)) => self.operator.fits(held.cmp(asked)),
            (Value::String(held), Value::String(asked)) if self.compared.kind == Kind::Time && !self.operator.is_part() => {
                match (held.parse::<Timestamp>(), asked.parse::<Timestamp>()) {
                    (Ok(held), Ok(asked)) => self.operator.fits(held.cmp(&asked)),
                    _ => false,
                }
            }
            (Value::String(held), Value::String(asked)) if self.compared.case_exact => self.compares(held, asked),
            (Value::String(held), Value::String(asked)) => self.compares(&held.to_lowercase(), &asked.to_lowercase()),
            _ => false,
        }
    }

    fn compares(&self, held: &str, asked: &str) -> bool {
        match self.operator {
            Operator::Co => held.contains(asked),
            Operator::Sw => held.starts_with(asked),
            Operator::Ew => held.ends_with(asked),
            order => order.fits(held.cmp(asked)),
        }
    }
}

/// A boolean, also in the words by which some clients send one.
pub(crate) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

impl Filter {
    /// # Errors
    /// `invalidFilter` for what is no filter of this resource's attributes.
    pub fn parse(kind: &ResourceType, text: &str) -> Result<Self, ScimError> {
        parse::filter(kind, text)
    }

    pub(crate) fn any(mut parts: Vec<Self>) -> Self {
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                Self::Any(parts)
            }
        }
    }

    pub(crate) fn all(mut parts: Vec<Self>) -> Self {
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                Self::All(parts)
            }
        }
    }

    /// Whether a whole resource fits.
    #[must_use]
    pub fn fits(&self, resource: &Map<String, Value>) -> bool {
        self.holds(&|term| match term {
            Term::Attribute(target) => target.values(resource),
            Term::Sub(_) => Vec::new(),
        })
    }

    /// Whether one value of an attribute fits what stands in brackets.
    #[must_use]
    pub fn fits_value(&self, value: &Value) -> bool {
        self.holds(&|term| match term {
            Term::Sub(sub) => value.get(sub.name).into_iter().collect(),
            Term::Attribute(_) => Vec::new(),
        })
    }

    fn holds<'a>(&self, values: &dyn Fn(&Term) -> Vec<&'a Value>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(values)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(values)),
            Self::Not(inner) => !inner.holds(values),
            Self::Compare(comparison) => comparison.fits(&values(&comparison.term)),
            Self::Present(term) => values(term).into_iter().any(|value| !value.is_null() && value != &Value::Array(Vec::new())),
            Self::Within(target, inner) => values(&Term::Attribute(*target)).into_iter().any(|value| inner.fits_value(value)),
        }
    }

    /// What is compared, and how, without what it is compared with: that is what people are called.
    #[must_use]
    pub fn terms(&self) -> Vec<String> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::terms).collect(),
            Self::Not(inner) => inner.terms(),
            Self::Compare(comparison) => vec![format!("{} {}", comparison.term.name(), comparison.operator.word())],
            Self::Present(term) => vec![format!("{} pr", term.name())],
            Self::Within(target, inner) => inner.terms().into_iter().map(|term| format!("{}.{term}", target.name())).collect(),
        }
    }

    /// What a resource must equal by one attribute of this name, whatever else is asked: the database finds it by its key.
    #[must_use]
    pub fn equality(&self, name: &str) -> Option<&str> {
        match self {
            Self::All(parts) => parts.iter().find_map(|part| part.equality(name)),
            Self::Compare(Comparison { term: Term::Attribute(Target { extension: None, attribute: Some(attribute), sub: None }), operator: Operator::Eq, value, .. })
                if attribute.name == name =>
            {
                value.as_str()
            }
            _ => None,
        }
    }

    /// The values that `eq` comparisons ask of one element, where nothing else is asked: what a new element would hold.
    pub(crate) fn described(&self) -> Option<Map<String, Value>> {
        let mut element = Map::new();
        let parts = match self {
            Self::All(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        for part in parts {
            match part {
                Self::Compare(Comparison { term: Term::Sub(sub), operator: Operator::Eq, value, .. }) if !value.is_null() => {
                    element.insert(sub.name.to_owned(), value.clone());
                }
                _ => return None,
            }
        }
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemas::USERS;
    use serde_json::json;

    fn fits(filter: &str, resource: &Value) -> bool {
        let filter = Filter::parse(&USERS, filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
        filter.fits(resource.as_object().expect("a resource"))
    }

    #[test]
    fn the_filters_of_the_rfc_find_what_they_describe() {
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
            "userName": "bjensen", "title": "Tour Guide", "userType": "Employee", "active": true,
            "name": { "familyName": "O'Malley" },
            "emails": [{ "type": "work", "value": "bjensen@example.com" }, { "type": "home", "value": "babs@jensen.org" }],
            "ims": [{ "type": "xmpp", "value": "bjensen@foo.com" }], "x509Certificates": [{ "value": "MIIDQzCC" }],
            "meta": { "resourceType": "User", "lastModified": "2011-05-13T04:42:34Z" },
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Tours" },
        });
        for filter in [
            r#"userName eq "bjensen""#,
            r#"USERNAME Eq "BJensen""#,
            r#"name.familyName co "O'Malley""#,
            r#"userName sw "B""#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b""#,
            "title pr",
            r#"meta.lastModified gt "2011-05-13T04:42:33Z""#,
            r#"meta.lastModified le "2011-05-13T05:42:34+01:00""#,
            r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
            r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:user""#,
            r#"schemas sw "urn:ietf:params:scim:schemas:core:" and schemas pr"#,
            r#"title pr and userType eq "Employee""#,
            r#"title pr or userType eq "Intern""#,
            r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
            r#"userType ne "Intern" and not (emails co "example.net")"#,
            r#"userType eq "Employee" and (emails.type eq "work")"#,
            r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
            r#"emails[type eq "work"].value eq "BJensen@example.com""#,
            r#"emails[type eq "work"].value pr and emails[type eq "home"].value ew "jensen.org""#,
            r#"not (emails[type eq "other"].value pr)"#,
            r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
            r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tours""#,
            "active eq true",
            r#"active eq "True""#,
            r#"x509Certificates eq "MIIDQzCC" and x509Certificates.value ne "MIIDQZCC""#,
            "nickName eq null",
            "(active eq true)",
            "(nickName eq null) and not (active eq false)",
            r#"nickName ne "x""#,
            r#"title pr or userName eq "nobody" and userName eq "nobody""#,
        ] {
            assert!(fits(filter, &user), "{filter}");
        }
        for filter in [
            r#"userName eq "bjense""#,
            "nickName pr",
            r#"emails[type eq "work" and value co "jensen.org"]"#,
            r#"emails[type eq "work"].value eq "babs@jensen.org""#,
            "not (title pr)",
            r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group""#,
            "not (schemas pr)",
            "active eq false",
            r#"meta.lastModified lt "2011-05-13T04:42:34Z""#,
            r#"(title pr or userName eq "nobody") and userName eq "nobody""#,
            r#"userName gt "c""#,
            "userName eq null",
        ] {
            assert!(!fits(filter, &user), "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let deep = format!("{}title pr{}", "(".repeat(40), ")".repeat(40));
        let wide = vec!["title pr"; 200].join(" or ");
        for filter in [
            "", " ", "userName", "userName eq", r#"userName eq "x"#, "userName eq x", r#"userName is "x""#, r#"tenant_id eq "x""#, r#"password_hash pr"#,
            r#"userName eq "x" and"#, r#"userName eq "x") or (title pr"#, "not title pr", r#"emails[type eq "work""#, r#"emails[type eq "work"]."#, r#"emails[type eq "work"].colour eq "x""#, r#"emails[type eq "work"].value"#, r#"emails[colour eq "x"]"#, r#"title[type eq "x"]"#,
            r#"name eq "x""#, "active gt true", r#"x509Certificates.value gt "MII""#, r#"x509Certificates co "MII""#, "active eq 1", "userName eq 1", "userName eq [1]", r#"userName eq {"a":1}"#, r#"meta.created gt "yesterday""#,
            r#"userName eq "x"; drop table users"#, r#"userName eq "a" 'or' "b""#, "userName eq \"a\u{0}\"", r#"userName eq "a\u0000""#, "schemas gt 1", r#"schemas[value eq "x"]"#, "schemas.value pr", "title  pr pr", &deep, &wide,
        ] {
            let refused = Filter::parse(&USERS, filter).expect_err(filter);
            assert_eq!(refused.fault, crate::Fault::InvalidFilter, "{filter}");
        }
    }

    #[test]
    fn an_equality_is_found_where_it_must_hold() {
        let of = |filter: &str| Filter::parse(&USERS, filter).expect(filter).equality("userName").map(str::to_owned);
        assert_eq!(of(r#"userName eq "a""#).as_deref(), Some("a"));
        assert_eq!(of(r#"title pr and userName eq "a""#).as_deref(), Some("a"));
        assert_eq!(of(r#"title pr or userName eq "a""#), None);
        assert_eq!(of(r#"not (userName eq "a")"#), None);
        assert_eq!(of(r#"userName ne "a""#), None);
    }
}
