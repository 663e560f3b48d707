"""Holds every example of the document given against its own schema, formats included. It believes no example that it has not validated."""

import json
import sys

import jsonschema_rs

with open(sys.argv[1], encoding="utf-8") as file:
    document = json.load(file)


def resolved(value):
    while "$ref" in value:
        found = document
        for part in value["$ref"][2:].split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        value = found
    return value


def examples(holder):
    if "example" in holder:
        yield holder["example"]
    for example in holder.get("examples", {}).values():
        yield resolved(example)["value"]


validators = {}


def validator(schema):
    text = json.dumps(schema, sort_keys=True)
    if text not in validators:
        components = {"schemas": document["components"]["schemas"]}
        validators[text] = jsonschema_rs.Draft202012Validator({**schema, "components": components}, validate_formats=True)
    return validators[text]


wrong = []
checked = 0


def hold(place, holder):
    global checked
    for example in examples(holder):
        checked += 1
        wrong.extend(f"{place}: {error.message}" for error in validator(holder["schema"]).iter_errors(example))


for path, item in document["paths"].items():
    for method, operation in item.items():
        place = f"{method.upper()} {path}"
        for parameter in operation.get("parameters", []):
            hold(f"{place} {parameter['name']}", parameter)
        for media in operation.get("requestBody", {}).get("content", {}).values():
            hold(f"{place} request", media)
        for status, response in operation["responses"].items():
            for media in resolved(response).get("content", {}).values():
                hold(f"{place} {status}", media)

print("\n".join(wrong))
print(f"{checked} examples, {len(wrong)} wrong")
sys.exit(bool(wrong) or checked < 300)
