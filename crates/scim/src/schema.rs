//! What a schema says of an attribute (RFC 7643, section 7), and the JSON by which discovery tells it.

use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Boolean,
    Reference,
    /// Octets in base64 (RFC 7643, section 2.3.6).
    Binary,
    Time,
    Complex,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    ReadOnly,
    ReadWrite,
    Immutable,
    WriteOnly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    Always,
    Default,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    pub name: &'static str,
    pub description: &'static str,
    pub kind: Kind,
    pub multi: bool,
    pub required: bool,
    pub case_exact: bool,
    pub mutability: Mutability,
    pub returned: Returned,
    /// Unique among the resources of a tenant.
    pub unique: bool,
    /// The most characters that a text may have.
    pub most: usize,
    pub canonical: &'static [&'static str],
    pub references: &'static [&'static str],
    pub sub: &'static [Self],
}

#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub attributes: &'static [Attribute],
}

#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    pub name: &'static str,
    pub endpoint: &'static str,
    pub description: &'static str,
    pub schema: &'static Schema,
    pub extensions: &'static [&'static Schema],
}

impl Attribute {
    pub(crate) const fn text(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind: Kind::Text,
            multi: false,
            required: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            unique: false,
            most: 1_000,
            canonical: &[],
            references: &[],
            sub: &[],
        }
    }

    pub(crate) const fn boolean(name: &'static str, description: &'static str) -> Self {
        Self { kind: Kind::Boolean, ..Self::text(name, description) }
    }

    pub(crate) const fn reference(name: &'static str, description: &'static str, references: &'static [&'static str]) -> Self {
        Self { kind: Kind::Reference, case_exact: true, references, ..Self::text(name, description) }
    }

    pub(crate) const fn complex(name: &'static str, description: &'static str, sub: &'static [Self]) -> Self {
        Self { kind: Kind::Complex, sub, ..Self::text(name, description) }
    }

    pub(crate) const fn many(name: &'static str, description: &'static str, sub: &'static [Self]) -> Self {
        Self { multi: true, ..Self::complex(name, description, sub) }
    }

    /// Its sub-attribute of this name, in any case of letters.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Self> {
        self.sub.iter().find(|sub| sub.name.eq_ignore_ascii_case(name))
    }

    /// Members are who their value says, whatever else is said of them.
    pub(crate) fn is_identified(&self) -> bool {
        self.find("value").is_some_and(|value| value.mutability == Mutability::Immutable)
    }

    fn json(&self) -> Value {
        let mut json = json!({
            "name": self.name,
            "description": self.description,
            "type": match self.kind {
                Kind::Text => "string",
                Kind::Boolean => "boolean",
                Kind::Reference => "reference",
                Kind::Binary => "binary",
                Kind::Time => "dateTime",
                Kind::Complex => "complex",
            },
            "multiValued": self.multi,
            "required": self.required,
            "caseExact": self.case_exact,
            "mutability": match self.mutability {
                Mutability::ReadOnly => "readOnly",
                Mutability::ReadWrite => "readWrite",
                Mutability::Immutable => "immutable",
                Mutability::WriteOnly => "writeOnly",
            },
            "returned": match self.returned {
                Returned::Always => "always",
                Returned::Default => "default",
                Returned::Never => "never",
            },
            "uniqueness": if self.unique { "server" } else { "none" },
        });
        if !self.canonical.is_empty() {
            json["canonicalValues"] = json!(self.canonical);
        }
        if !self.references.is_empty() {
            json["referenceTypes"] = json!(self.references);
        }
        if !self.sub.is_empty() {
            json["subAttributes"] = self.sub.iter().map(Self::json).collect();
        }
        json
    }
}

impl Schema {
    pub(crate) fn find(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    /// As `/Schemas` tells it, under this base path.
    #[must_use]
    pub fn json(&self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": self.attributes.iter().map(Attribute::json).collect::<Vec<_>>(),
            "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.id) },
        })
    }
}

impl ResourceType {
    /// Whether a name is that of the schema itself, and of no attribute or extension.
    pub(crate) const fn is_core(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.schema.id)
    }

    /// As `/ResourceTypes` tells it, under this base path.
    #[must_use]
    pub fn json(&self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "endpoint": self.endpoint,
            "description": self.description,
            "schema": self.schema.id,
            "schemaExtensions": self.extensions.iter().map(|extension| json!({ "schema": extension.id, "required": false })).collect::<Vec<_>>(),
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", self.name) },
        })
    }
}
