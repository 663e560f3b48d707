//! PATCH as the RFC's examples, Entra and Okta send it, and what is refused of it.

use super::{apply, operations};
use crate::error::{Fault, ScimError};
use crate::schema::ResourceType;
use crate::schemas::{GROUPS, USERS};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn patched(kind: &ResourceType, before: &Value, list: Value) -> Result<Value, ScimError> {
    let body = json!({ "schemas": [crate::PATCH_OP], "Operations": list });
    let operations = operations(kind, body.as_object().cloned().expect("an object"))?;
    apply(kind, before.as_object().expect("an object"), &operations).map(Value::Object)
}

fn user() -> Value {
    json!({
        "userName": "bjensen", "active": true, "name": { "givenName": "Barbara", "familyName": "Jensen" },
        "emails": [{ "type": "work", "value": "b@example.com", "primary": true }, { "type": "home", "value": "b@home.example" }],
    })
}

#[test]
fn the_operations_of_the_rfc_do_what_they_say() {
    let group = json!({ "displayName": "Tour Guides", "members": [{ "value": "1", "type": "User" }, { "value": "2" }] });
    for (list, after) in [
        (json!([{"op": "add", "path": "members", "value": [{"value": "3"}, {"value": "1"}]}]), json!([{"value": "1", "type": "User"}, {"value": "2"}, {"value": "3"}])),
        (json!([{"op": "remove", "path": "members[value eq \"1\"]"}]), json!([{"value": "2"}])),
        (json!([{"op": "remove", "path": "members"}]), Value::Null),
        (json!([{"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": [{"value": "9"}]}]), json!([{"value": "9"}])),
        (json!([{"op": "replace", "path": "members", "value": [{"value": "9"}]}]), json!([{"value": "9"}])),
        // Entra removes by listing values.
        (json!([{"op": "Remove", "path": "members", "value": [{"value": "2"}]}]), json!([{"value": "1", "type": "User"}])),
        (json!([{"op": "replace", "value": {"members": [{"value": "4"}]}}]), json!([{"value": "4"}])),
    ] {
        let result = patched(&GROUPS, &group, list.clone()).expect("patched");
        assert_eq!(result["members"], after, "{list}");
    }
}

#[test]
fn what_is_said_of_a_member_beside_who_it_is_is_passed_over() {
    let group = json!({ "displayName": "Tour Guides", "members": [{ "value": "1", "type": "User" }, { "value": "2" }] });
    let (one, two) = (json!({ "value": "1", "type": "User" }), json!({ "value": "2" }));
    for (list, after) in [
        (json!([{"op": "add", "path": "members", "value": [{"value": "3", "display": "Mandy"}, {"value": "1", "display": "Babs"}]}]), json!([one, two, {"value": "3"}])),
        (json!([{"op": "replace", "path": "members", "value": [{"value": "2", "display": "Mandy"}]}]), json!([two])),
        (json!([{"op": "replace", "value": {"members": [{"display": "Babs", "value": "4"}]}}]), json!([{"value": "4"}])),
        (json!([{"op": "remove", "path": "members", "value": [{"display": "Mandy", "value": "2"}]}]), json!([one])),
        (json!([{"op": "replace", "path": "members[value eq \"2\"]", "value": {"display": "Mandy"}}]), json!([one, two])),
        (json!([{"op": "add", "path": "members[value eq \"3\"]", "value": {"display": "Mandy"}}]), json!([one, two, {"value": "3"}])),
        (json!([{"op": "remove", "path": "members[display eq \"Mandy\"]"}]), json!([one, two])),
        (json!([{"op": "remove", "path": "members", "value": []}]), Value::Null),
    ] {
        assert_eq!(patched(&GROUPS, &group, list.clone()).expect("patched")["members"], after, "{list}");
    }
    for verb in ["add", "replace", "remove"] {
        for value in [json!([{"display": "Mandy"}]), json!({"display": "Mandy"}), json!([{"value": "1"}, {}])] {
            let refused = patched(&GROUPS, &group, json!([{"op": verb, "path": "members", "value": value}])).expect_err("refused");
            assert_eq!((refused.fault, refused.place.as_ref()), (Fault::InvalidValue, "members"), "{verb} {value}");
        }
    }
    for path in ["members.display", "members[value eq \"2\"].display"] {
        let refused = patched(&GROUPS, &group, json!([{"op": "replace", "path": path, "value": "Mandy"}])).expect_err("refused");
        assert_eq!((refused.fault, refused.place.as_ref()), (Fault::Mutability, "display"), "{path}");
    }
}

#[test]
fn what_entra_and_okta_send_is_understood() {
    let after = patched(
        &USERS,
        &user(),
        json!([
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "555"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com"},
            {"op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Tours"},
            {"op": "replace", "value": {"id": "mine", "displayName": "Babs", "name.familyName": "Smith", (format!("{ENTERPRISE}:division")): "East"}},
        ]),
    );
    assert_eq!(
        after.expect("patched"),
        json!({
            "userName": "bjensen", "active": false, "displayName": "Babs", "name": { "givenName": "Barbara", "familyName": "Smith" },
            "emails": [{ "type": "work", "value": "new@example.com", "primary": true }, { "type": "home", "value": "b@home.example" }],
            "phoneNumbers": [{ "type": "mobile", "value": "555" }],
            ENTERPRISE: { "department": "Tours", "division": "East" },
        })
    );
}

#[test]
fn what_is_read_only_is_passed_over_beside_what_is_changed() {
    let groups = json!([{ "value": "e9e30dba", "$ref": "../Groups/e9e30dba", "display": "Tour Guides" }]);
    let whole = json!({"schemas": [crate::PATCH_OP], "id": "mine", "META": {"version": "9"}, "meta.version": "9", "Groups": groups, "groups[value eq \"x\"].display": 7, (format!("{ENTERPRISE}:manager.displayName")): "John", "title": "Guide"});
    for verb in ["add", "replace"] {
        let mut after = user();
        after["title"] = json!("Guide");
        assert_eq!(patched(&USERS, &user(), json!([{"op": verb, "value": whole}])).expect("patched"), after);
        assert_eq!(patched(&USERS, &user(), json!([{"op": verb, "value": {"groups": null}}])).expect("patched"), user());
    }
    let group = json!({ "displayName": "Tour Guides", "members": [{ "value": "1" }] });
    assert_eq!(patched(&GROUPS, &group, json!([{"op": "replace", "value": {"members.display": "Babs", "id": "mine"}}])).expect("patched"), group);
    for path in ["groups", "groups[value eq \"x\"]", "groups.display", "id", "meta", "schemas"] {
        assert_eq!(patched(&USERS, &user(), json!([{"op": "replace", "path": path, "value": groups}])).expect_err("refused").fault, Fault::Mutability, "{path}");
    }
}

#[test]
fn the_resources_own_schema_holds_what_stands_beside_it() {
    let core = "URN:ietf:params:scim:schemas:core:2.0:User";
    let mut after = user();
    after["title"] = json!("Guide");
    after["name"]["familyName"] = json!("Smith");
    after[ENTERPRISE] = json!({ "department": "Tours" });
    for operation in [
        json!({"op": "replace", "value": {(core): {"title": "Guide", "name.familyName": "Smith", "id": "mine", "groups": []}, (ENTERPRISE): {"department": "Tours"}}}),
        json!({"op": "add", "path": core, "value": {"title": "Guide", "name": {"familyName": "Smith"}, (format!("{ENTERPRISE}:department")): "Tours"}}),
    ] {
        assert_eq!(patched(&USERS, &user(), json!([operation])).expect("patched"), after, "{operation}");
    }
    for (operation, fault) in [
        (json!({"op": "replace", "value": {(core): "x"}}), Fault::InvalidValue),
        (json!({"op": "replace", "value": {(core): null}}), Fault::InvalidValue),
        (json!({"op": "replace", "value": {(core): {"role": "owner"}}}), Fault::InvalidPath),
        (json!({"op": "replace", "value": {(core): {(core): {"title": "x"}}}}), Fault::InvalidPath),
        (json!({"op": "replace", "path": core, "value": "x"}), Fault::InvalidValue),
        (json!({"op": "remove", "path": core}), Fault::NoTarget),
        (json!({"op": "replace", "value": {"urn:ietf:params:scim:schemas:core:2.0:Group": {"displayName": "x"}}}), Fault::InvalidPath),
    ] {
        assert_eq!(patched(&USERS, &user(), json!([operation])).expect_err("refused").fault, fault, "{operation}");
    }
}

#[test]
fn a_manager_is_named_by_the_value_alone_and_by_none() {
    for (list, manager) in [
        (json!([{"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "26118915"}]), json!({ "value": "26118915" })),
        (json!([{"op": "Add", "path": ENTERPRISE, "value": {"manager": "26118915"}}]), json!({ "value": "26118915" })),
        (json!([{"op": "replace", "value": {(format!("{ENTERPRISE}:manager")): "26118915"}}]), json!({ "value": "26118915" })),
        (json!([{"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "1"}, {"op": "Replace", "path": format!("{ENTERPRISE}:manager"), "value": ""}]), Value::Null),
    ] {
        let after = patched(&USERS, &user(), list.clone()).expect("patched");
        assert_eq!(after.get(ENTERPRISE).map_or(&Value::Null, |held| &held["manager"]), &manager, "{list}");
    }
}

#[test]
fn what_is_wrong_is_named_and_no_value_is() {
    for (operation, place) in [
        (json!({"op": "replace", "path": "role", "value": "owner"}), "role"),
        (json!({"op": "replace", "value": {"title": "x", "role": "owner"}}), "role"),
        (json!({"op": "replace", "path": "mails[value eq \"a@b.example\"].type", "value": "x"}), "mails"),
        (json!({"op": "replace", "path": "emails[colour eq \"red\"].type", "value": "x"}), "emails"),
        (json!({"op": "replace", "path": "title", "value": 7}), "title"),
        (json!({"op": "replace", "path": "name.givenName", "value": 7}), "givenName"),
        (json!({"op": "replace", "path": "name", "value": {"tenant": "x"}}), "name.tenant"),
        (json!({"op": "add", "path": ENTERPRISE, "value": {"permissions": "x"}}), "permissions"),
        (json!({"op": "replace", "path": "id", "value": "x"}), "id"),
        (json!({"op": "remove", "path": "userName"}), "userName"),
        (json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"}), "emails"),
    ] {
        let refused = patched(&USERS, &user(), json!([operation])).expect_err("refused");
        assert_eq!(refused.place, place, "{operation}");
    }
    // Only the resource shows these to be wrong, and they bear the schema's own name.
    for (operation, place) in [(json!({"op": "replace", "path": "id", "value": "x"}), "id"), (json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"}), "emails")] {
        let body = json!({ "schemas": [crate::PATCH_OP], "Operations": [operation] });
        let operations = operations(&USERS, body.as_object().cloned().expect("an object")).expect("operations");
        let refused = apply(&USERS, user().as_object().expect("an object"), &operations).expect_err("refused");
        assert!(matches!(refused.place, std::borrow::Cow::Borrowed(name) if name == place), "{refused}");
    }
}

#[test]
fn a_new_primary_takes_the_place_of_the_old() {
    let after = patched(&USERS, &user(), json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}])).expect("patched");
    assert_eq!((&after["emails"][0]["primary"], &after["emails"][1]["primary"]), (&json!(false), &json!(true)));
    let after = patched(&USERS, &user(), json!([{"op": "add", "path": "emails", "value": [{"value": "c@example.com", "primary": true}]}])).expect("patched");
    assert_eq!((&after["emails"][0]["primary"], &after["emails"][2]["primary"]), (&json!(false), &json!(true)));
    let there = json!([{"op": "add", "path": "emails", "value": [{"type": "work", "value": "b@example.com", "primary": true}]}]);
    assert_eq!(patched(&USERS, &user(), there).expect("patched"), user());
}

#[test]
fn attributes_are_cleared_one_by_one() {
    let after = patched(
        &USERS,
        &user(),
        json!([{"op": "remove", "path": "name.givenName"}, {"op": "replace", "path": "name.familyName", "value": null}, {"op": "remove", "path": "emails[type eq \"home\"].value"},
               {"op": "remove", "path": "emails[type eq \"home\"]"}, {"op": "remove", "path": "active"}, {"op": "remove", "path": "title"}, {"op": "remove", "path": ENTERPRISE}]),
    );
    assert_eq!(after.expect("patched"), json!({ "userName": "bjensen", "emails": [{ "type": "work", "value": "b@example.com", "primary": true }] }));
}

#[test]
fn a_patch_that_breaks_a_rule_changes_nothing_and_says_why() {
    for (list, fault) in [
        (json!([]), Fault::InvalidSyntax),
        (json!([{"op": "move", "path": "title"}]), Fault::InvalidSyntax),
        (json!([{"path": "title", "value": "x"}]), Fault::InvalidSyntax),
        (json!([{"op": "remove"}]), Fault::NoTarget),
        (json!([{"op": "replace", "value": "x"}]), Fault::InvalidValue),
        (json!([{"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "member_id", "value": "x"}]), Fault::InvalidPath),
        (json!([{"op": "replace", "value": {"role": "owner"}}]), Fault::InvalidPath),
        (json!([{"op": "replace", "path": "title[value eq \"x\"]", "value": "x"}]), Fault::InvalidPath),
        (json!([{"op": "replace", "path": "emails[type eq \"work\"", "value": "x"}]), Fault::InvalidPath),
        (json!([{"op": "replace", "path": "emails[type eq \"pager\"].value", "value": "x"}]), Fault::NoTarget),
        (json!([{"op": "replace", "path": "id", "value": "x"}]), Fault::Mutability),
        (json!([{"op": "add", "path": "groups", "value": [{"value": "x"}]}]), Fault::Mutability),
        (json!([{"op": "replace", "path": "meta.version", "value": "x"}]), Fault::Mutability),
        (json!([{"op": "add", "path": "schemas", "value": [ENTERPRISE]}]), Fault::Mutability),
        (json!([{"op": "remove", "path": "userName"}]), Fault::Mutability),
        (json!([{"op": "replace", "path": "userName", "value": ""}]), Fault::InvalidValue),
        (json!([{"op": "replace", "path": "active", "value": "perhaps"}]), Fault::InvalidValue),
        (json!([{"op": "add", "path": "emails", "value": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}]), Fault::InvalidValue),
    ] {
        assert_eq!(patched(&USERS, &user(), list.clone()).expect_err("refused").fault, fault, "{list}");
    }
}
