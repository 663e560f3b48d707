//! Who may do what, in plain Rust: written from the contract's table of roles and the words for what may be done in a group,
//! never from the policies. It asks nobody and knows no SQL; what it says is compared with what the database does.

use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a member may do in one group, in the contract's words.
pub type Access = BTreeSet<&'static str>;

/// Names of permissions, as roles of a tenant's own making, services and tokens carry them.
pub type Names = BTreeSet<String>;

#[derive(Debug, Clone)]
pub enum Standing {
    /// A role that everybody knows.
    Known(&'static str),
    /// A service or a role of the tenant's own making: what is named, and nothing else.
    Named { names: Names, service: bool },
}

/// Somebody who came in, with what they may do there.
#[derive(Debug, Clone)]
pub struct Actor {
    pub member: Uuid,
    pub names: Names,
    pub groups: BTreeMap<Uuid, Access>,
    /// Acts for somebody else, whose id `member` is.
    pub for_another: bool,
    /// What they may do ends by itself within hours.
    pub for_hours: bool,
}

#[derive(Debug, Clone)]
pub struct Ticket {
    pub id: Uuid,
    pub requester: Uuid,
    pub group: Option<Uuid>,
}

fn names(listed: &[&str]) -> Names {
    listed.iter().map(|name| (*name).to_owned()).collect()
}

/// What an admin does: everything but with owners.
const ADMIN: [&str; 22] = [
    "token.create",
    "ticket.read", "ticket.create", "ticket.change", "ticket.escalate", "agreement.read", "comment.read", "comment.create", "member.read", "member.manage", "role.manage", "token.manage", "group.read",
    "group.manage", "organization.read", "organization.change", "organization.delete", "contact.read", "contact.change", "contact.delete", "audit.read", "settings.read",
];

/// The table of roles, row by row.
pub fn of_role(role: &str, grouped: bool) -> Names {
    let in_scope = |verbs: &[&str], scope: &str| verbs.iter().map(|verb| format!("{verb}{scope}")).collect::<Names>();
    let reads = names(&["token.create", "agreement.read", "member.read", "group.read", "organization.read", "contact.read"]);
    match role {
        "owner" => names(&ADMIN).union(&names(&["settings.change", "owner.manage", "break_glass.grant", "agreement.manage"])).cloned().collect(),
        "admin" => names(&ADMIN).union(&names(&["settings.change"])).cloned().collect(),
        // In its groups, or everywhere if it has none; contacts and organizations: create, change.
        "agent" => {
            let scope = if grouped { ".group" } else { "" };
            let work = in_scope(&["ticket.read", "ticket.create", "ticket.change", "ticket.escalate", "comment.read", "comment.create"], scope);
            work.into_iter().chain(reads).chain(names(&["organization.change", "contact.change"])).collect()
        }
        // Reads in its groups, and writes internal notes there.
        "light_agent" => in_scope(&["ticket.read", "comment.read", "comment.note"], ".group").into_iter().chain(reads).collect(),
        // Its own: read, create, reopen or solve; public comments.
        "requester" => in_scope(&["ticket.read", "ticket.create", "ticket.resolve", "comment.read", "comment.create"], ".own").into_iter().chain(names(&["token.create"])).collect(),
        "auditor" => names(&["ticket.read", "comment.read", "audit.read", "settings.read"]).into_iter().chain(reads).collect(),
        _ => Names::new(),
    }
}

impl Standing {
    pub fn names(&self, groups: &BTreeMap<Uuid, Access>) -> Names {
        match self {
            Self::Known(role) => of_role(role, !groups.is_empty()),
            Self::Named { names, .. } => names.clone(),
        }
    }

    /// Groups mean something to agents and to roles of the tenant's own making.
    pub fn works_in_groups(&self) -> bool {
        matches!(self, Self::Known("agent" | "light_agent") | Self::Named { service: false, .. })
    }
}

/// The right that opens all that this one does, and more; or itself.
fn wider(name: &str) -> &str {
    match name {
        "ticket.resolve.own" => "ticket.change",
        "comment.note.group" => "comment.create",
        name => name.strip_suffix(".group").or_else(|| name.strip_suffix(".own")).unwrap_or(name),
    }
}

/// What two sets of rights have in common: the narrower of two.
pub fn common(first: &Names, second: &Names) -> Names {
    let opens = |set: &Names, name: &str| set.contains(name) || set.contains(wider(name));
    first.union(second).filter(|name| opens(first, name) && opens(second, name)).cloned().collect()
}

impl Actor {
    /// A token carries at most its scopes.
    pub fn with_scopes(mut self, scopes: &Names) -> Self {
        self.names = common(&self.names, scopes);
        self
    }

    /// For hours nobody gets the right to give rights.
    pub fn for_hours(mut self) -> Self {
        for name in ["member.manage", "role.manage", "token.manage", "token.create", "settings.change"] {
            self.names.remove(name);
        }
        self.for_hours = true;
        self
    }

    /// Somebody acts on behalf of a member: with what both may do, where both may do it. What is one's own is the member's.
    pub fn on_behalf_of(self, subject: Self) -> Option<Self> {
        if self.member == subject.member || !self.names.contains("act_as") {
            return None;
        }
        let by_group = |names: &Names| names.iter().any(|name| name.ends_with(".group"));
        let groups = match (by_group(&subject.names), by_group(&self.names)) {
            (_, false) => subject.groups.clone(),
            (false, true) => self.groups.clone(),
            (true, true) => subject.groups.iter().filter_map(|(group, access)| self.groups.get(group).map(|other| (*group, shared(access, other)))).collect(),
        };
        let not_own: Names = self.names.iter().filter(|name| !name.ends_with(".own")).cloned().collect();
        Some(Self { member: subject.member, names: common(&subject.names, &not_own), groups, for_another: true, for_hours: self.for_hours || subject.for_hours })
    }

    pub fn may(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn group_allows(&self, group: Option<Uuid>, words: &[&str]) -> bool {
        group.and_then(|group| self.groups.get(&group)).is_some_and(|access| words.iter().any(|word| access.contains(word)))
    }

    /// A right in one of its scopes over something of this requester in this group, where the group's words allow it.
    fn reaches(&self, right: &str, requester: Uuid, group: Option<Uuid>, words: &[&str]) -> bool {
        self.may(right) || (self.may(&format!("{right}.group")) && self.group_allows(group, words)) || (self.may(&format!("{right}.own")) && requester == self.member)
    }

    pub fn sees(&self, ticket: &Ticket) -> bool {
        self.reaches("ticket.read", ticket.requester, ticket.group, &["overview", "read", "full"])
    }

    pub fn changes(&self, ticket: &Ticket) -> bool {
        let grouped = self.may("ticket.change.group") && self.group_allows(ticket.group, &["change", "full"]);
        self.sees(ticket) && (self.may("ticket.change") || grouped)
    }

    /// Solves or reopens what is their own.
    pub fn resolves(&self, ticket: &Ticket) -> bool {
        self.sees(ticket) && self.may("ticket.resolve.own") && ticket.requester == self.member
    }

    /// One's own is for oneself and in no group.
    pub fn creates(&self, ticket: &Ticket) -> bool {
        let own = self.may("ticket.create.own") && ticket.requester == self.member && ticket.group.is_none();
        let grouped = self.may("ticket.create.group") && self.group_allows(ticket.group, &["create", "full"]);
        self.sees(ticket) && (self.may("ticket.create") || grouped || own)
    }

    /// With a first comment, which one must be able to write.
    pub fn creates_saying(&self, ticket: &Ticket) -> bool {
        self.creates(ticket) && self.writes(ticket, "public")
    }

    pub fn reads_comment(&self, ticket: &Ticket, visibility: &str) -> bool {
        let own = self.may("comment.read.own") && ticket.requester == self.member && visibility == "public";
        self.sees(ticket) && (self.may("comment.read") || (self.may("comment.read.group") && self.group_allows(ticket.group, &["read", "full"])) || own)
    }

    fn writes(&self, ticket: &Ticket, visibility: &str) -> bool {
        let own = self.may("comment.create.own") && ticket.requester == self.member && visibility == "public";
        let grouped = self.may("comment.create.group") && self.group_allows(ticket.group, &["change", "full"]);
        let note = self.may("comment.note.group") && self.group_allows(ticket.group, &["read", "full"]) && visibility == "internal";
        self.may("comment.create") || grouped || note || own
    }

    /// Nobody writes into a conversation that they do not read.
    pub fn comments(&self, ticket: &Ticket, visibility: &str) -> bool {
        self.reads_comment(ticket, visibility) && self.writes(ticket, visibility)
    }

    /// Members and contacts are seen by who reads them, and by themselves; whoever acts for them is not they.
    pub fn sees_person(&self, right: &str, person: Uuid) -> bool {
        self.may(right) || (person == self.member && !self.for_another)
    }

    /// How staff are called is for who manages members, and for themselves; of customers, for whoever changes contacts. None: no member.
    pub fn renames(&self, person: Uuid, role: Option<&str>) -> bool {
        let oneself = person == self.member && !self.for_another;
        let free = oneself || self.may("member.manage") || role.is_none_or(|role| role == "requester");
        self.may("contact.change") && self.sees_person("contact.read", person) && free
    }

    /// Whoever holds every right of an admin gives roles and places, and nobody else.
    fn gives_roles(&self) -> bool {
        of_role("admin", false).is_subset(&self.names)
    }

    /// What one may put into somebody else's rights: what one holds, and its narrower forms; breaking the glass is an owner's own.
    pub fn could_give(&self, wanted: &Names) -> bool {
        let holds = |name: &str| {
            self.may(name) || self.may(wider(name)) || (["act_as", "provision.manage"].contains(&name) && self.may("owner.manage") && self.gives_roles())
        };
        (!self.for_hours || wanted.is_empty()) && wanted.iter().all(|name| name != "break_glass.grant" && holds(name))
    }

    /// Makes a member of the role, or takes the membership of who has it.
    pub fn manages(&self, role: &str) -> bool {
        let manager = if role == "owner" { self.may("owner.manage") } else { self.may("member.manage") || self.may("owner.manage") };
        manager && self.gives_roles()
    }

    /// A member is a person, so it takes making a contact, too.
    pub fn adds(&self, role: &str, wanted: &Names) -> bool {
        self.manages(role) && self.may("member.manage") && self.may("member.read") && self.may("contact.change") && self.may("contact.read") && self.could_give(wanted)
    }

    pub fn changes_member(&self, member: Uuid, from: &str, to: &str, wanted: &Names) -> bool {
        self.sees_person("member.read", member) && self.manages(from) && self.manages(to) && self.could_give(wanted)
    }

    pub fn makes_role(&self, wanted: &Names) -> bool {
        self.may("role.manage") && self.may("member.read") && self.could_give(wanted)
    }

    pub fn changes_role(&self, present: &Names, wanted: &Names) -> bool {
        self.makes_role(present) && self.could_give(wanted)
    }

    /// An owner, whole and in their own name, and to nobody who is more already.
    pub fn grants(&self, to: &str) -> bool {
        self.may("break_glass.grant") && self.may("owner.manage") && self.gives_roles() && !self.for_another && !matches!(to, "owner" | "service")
    }
}

/// What two may do in one group, each by their own words: what both words stand for.
fn shared(one: &Access, other: &Access) -> Access {
    let means = |access: &Access, what: &str| match what {
        "overview" => !access.is_disjoint(&["overview", "read", "full"].into()),
        what => access.contains(what) || access.contains("full"),
    };
    ["overview", "read", "create", "change"].into_iter().filter(|what| means(one, what) && means(other, what)).collect()
}
