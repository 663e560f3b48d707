//! The schemas of users and groups (RFC 7643, sections 4 and 8.7), as far as they are kept. What is not here is refused.

use crate::schema::{Attribute as A, Kind, Mutability, ResourceType, Returned, Schema};

const VALUE_DISPLAY: A = A::text("display", "A name for people to read.");
const PRIMARY: A = A::boolean("primary", "Whether this is the preferred value; true once at most.");

const fn kinds(canonical: &'static [&'static str]) -> A {
    A { canonical, ..A::text("type", "What the value is for.") }
}

const fn read_only(attribute: A) -> A {
    A { mutability: Mutability::ReadOnly, ..attribute }
}

const fn immutable(attribute: A) -> A {
    A { mutability: Mutability::Immutable, ..attribute }
}

/// Attributes of every resource; `schemas` of a body is looked at where that is read.
pub(crate) const COMMON: &[A] = &[
    A { multi: true, returned: Returned::Always, ..read_only(A::text("schemas", "The schemas that the resource carries, in any case of letters.")) },
    A { returned: Returned::Always, case_exact: true, unique: true, ..read_only(A::text("id", "The resource's id here.")) },
    A { case_exact: true, most: 255, ..A::text("externalId", "The resource's id at the identity provider; a user's is the subject of their tokens.") },
    read_only(A::complex(
        "meta",
        "When the resource was made and changed, and where it is.",
        &[
            read_only(A::text("resourceType", "User or Group.")),
            A { kind: Kind::Time, ..read_only(A::text("created", "When it was made.")) },
            A { kind: Kind::Time, ..read_only(A::text("lastModified", "When it was last changed.")) },
            read_only(A::reference("location", "Where it is.", &["uri"])),
            A { case_exact: true, ..read_only(A::text("version", "Its entity tag.")) },
        ],
    )),
];

const NAME: &[A] = &[
    A::text("formatted", "The whole name."),
    A::text("familyName", "The family name."),
    A::text("givenName", "The given name."),
    A::text("middleName", "The middle names."),
    A::text("honorificPrefix", "Titles before the name."),
    A::text("honorificSuffix", "Titles behind the name."),
];
const ADDRESS: &[A] = &[
    A::text("formatted", "The whole address."),
    A::text("streetAddress", "Street and number."),
    A::text("locality", "City."),
    A::text("region", "State or region."),
    A::text("postalCode", "Postal code."),
    A::text("country", "Country."),
    kinds(&["work", "home", "other"]),
    PRIMARY,
];

pub const USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person whom the identity provider lets into the tenant.",
    attributes: &[
        A { required: true, unique: true, most: 255, ..A::text("userName", "The name by which the identity provider knows the user; unique in the tenant in any case of letters.") },
        A::complex("name", "The parts of the name.", NAME),
        A::text("displayName", "The name shown to others."),
        A::text("nickName", "What the user is called."),
        A::reference("profileUrl", "A page about the user.", &["external"]),
        A::text("title", "The user's title."),
        A::text("userType", "How the user belongs to the organization."),
        A::text("preferredLanguage", "Languages, as in Accept-Language."),
        A::text("locale", "A language tag."),
        A::text("timezone", "A name of the time zone database."),
        A::boolean("active", "Whether the user may enter the tenant; false ends their access with the next request."),
        A { mutability: Mutability::WriteOnly, returned: Returned::Never, ..A::text("password", "Taken and never kept: users sign in at their issuer.") },
        A::many("emails", "E-mail addresses; none of them lets anybody in.", &[A::text("value", "The address."), VALUE_DISPLAY, kinds(&["work", "home", "other"]), PRIMARY]),
        A::many("phoneNumbers", "Telephone numbers.", &[A::text("value", "The number."), VALUE_DISPLAY, kinds(&["work", "home", "mobile", "fax", "pager", "other"]), PRIMARY]),
        A::many("ims", "Addresses of instant messages.", &[A::text("value", "The address."), VALUE_DISPLAY, kinds(&["xmpp", "other"]), PRIMARY]),
        A::many("photos", "Pictures.", &[A::reference("value", "Where the picture is.", &["external"]), VALUE_DISPLAY, kinds(&["photo", "thumbnail"]), PRIMARY]),
        A::many("addresses", "Postal addresses.", ADDRESS),
        read_only(A::many(
            "groups",
            "The groups that the user is in; changed at the groups.",
            &[
                read_only(A::text("value", "The group's id.")),
                read_only(A::reference("$ref", "Where the group is.", &["Group"])),
                read_only(A::text("display", "The group's name.")),
                A { canonical: &["direct"], ..read_only(A::text("type", "Always direct.")) },
            ],
        )),
        A::many("entitlements", "What the user is entitled to elsewhere; kept, and decides nothing here.", &[A::text("value", "The entitlement."), VALUE_DISPLAY, kinds(&[]), PRIMARY]),
        A::many(
            "x509Certificates",
            "Certificates in DER; none of them lets anybody in.",
            &[A { kind: Kind::Binary, case_exact: true, most: 10_000, ..A::text("value", "The certificate.") }, VALUE_DISPLAY, kinds(&[]), PRIMARY],
        ),
        A::many("roles", "The provider's roles; the tenant's provisioning settings say which of them make an agent.", &[A::text("value", "The role."), VALUE_DISPLAY, kinds(&[]), PRIMARY]),
    ],
};

pub const ENTERPRISE: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "What an organization says of its people.",
    attributes: &[
        A::text("employeeNumber", "The number of the employee."),
        A::text("costCenter", "The cost center."),
        A::text("organization", "The organization."),
        A::text("division", "The division."),
        A::text("department", "The department."),
        A::complex(
            "manager",
            "The user's manager.",
            &[
                A::text("value", "The manager's id."),
                A::reference("$ref", "Where the manager is.", &["User"]),
                read_only(A::text("displayName", "The manager's name.")),
            ],
        ),
    ],
};

pub const GROUP: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "A group of the identity provider, and the queue of tickets that its agents work.",
    attributes: &[
        A { required: true, unique: true, case_exact: true, most: 200, ..A::text("displayName", "The group's name; unique among the tenant's groups.") },
        A::many(
            "members",
            "The users in the group.",
            &[
                A { case_exact: true, ..immutable(A::text("value", "The user's id.")) },
                immutable(A::reference("$ref", "Where the user is.", &["User"])),
                // Not answered: a user who is called otherwise would be another version of each of their groups.
                A { returned: Returned::Never, ..read_only(A::text("display", "Taken and passed over: what a user is called is read at the user.")) },
                A { canonical: &["User"], ..immutable(A::text("type", "Always User.")) },
            ],
        ),
    ],
};

pub const USERS: ResourceType = ResourceType { name: "User", endpoint: "/Users", description: USER.description, schema: &USER, extensions: &[&ENTERPRISE] };
pub const GROUPS: ResourceType = ResourceType { name: "Group", endpoint: "/Groups", description: GROUP.description, schema: &GROUP, extensions: &[] };
pub const RESOURCE_TYPES: &[&ResourceType] = &[&USERS, &GROUPS];
