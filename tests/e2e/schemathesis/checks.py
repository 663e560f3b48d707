"""Checks that schemathesis does not bring: what a schema allows is refused for known reasons alone, and every error is a problem of ours.

It refuses to excuse an operation: only reasons are excused, and only those that one request alone cannot show.
"""

import re

import schemathesis
from schemathesis import GenerationMode

# Of two fields or parameters that are each in order, but not beside one another.
RELATIONS = {"incomplete", "contradiction"}

# What the installation or the clock decides: which issuers it trusts, and what lies in the future.
UNFORESEEN = {
    ("issuer", "unknown_value"), ("issuer", "required"), ("issuer", "invalid"), ("required_issuers", "unknown_value"),
    ("expires_at", "out_of_range"), ("expires_in_days", "out_of_range"), ("email", "invalid"), ("role", "contradiction"), ("role", "unknown_value"),
    ("expires_at", "contradiction"), ("expires_in_days", "contradiction"), ("return_to", "invalid"), ("groups", "contradiction"),
}


# SCIM's filters, paths and names of attributes have a grammar of their own, and a member may be a user who is not there.
SCIM = "/scim/v2/"
GRAMMAR = {"invalidFilter", "invalidPath", "noTarget", "mutability"}


def beyond_a_schema(case, error):
    """Whether a schema cannot foresee why SCIM refused."""
    if error.get("scimType") in GRAMMAR or case.method.upper() == "PATCH":
        return True
    both = case.query and "attributes" in case.query and "excludedAttributes" in case.query
    return both or any(reason in error["detail"] for reason in ("names no user", "names no attribute", "255 bytes", "beside attributes", "two_credentials", "must be an integer"))


@schemathesis.hook
def before_call(context, case, kwargs):
    """An answer in part lacks what the schema of the whole requires: what `fields` does, tests/api/bad_input/trimmed.rs holds."""
    if case.query and case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE:
        case.query.pop("fields", None)


@schemathesis.check
def well_formed_is_accepted(ctx, response, case):
    """A request that the document allows is not called malformed, unless by its cursor or by two parameters that clash."""
    if response.status_code != 400 or case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    problem = response.json()
    if SCIM in case.path:
        unforeseen = beyond_a_schema(case, problem) or malformed_header(case, {"field": problem["detail"].split(":")[0]})
        assert unforeseen, f"the document allows what was refused: {problem}"
        return
    # Of two ways to say who calls the document allows either, and nobody sends both. A logout token is the issuer's own to make.
    if problem["code"] in ("cursor_invalid", "two_credentials") or case.path.endswith("/backchannel-logout"):
        return
    errors = [error for error in problem.get("errors", [{"code": "nothing was named"}]) if not malformed_header(case, error)]
    errors = [error for error in errors if (error.get("field"), error["code"]) not in UNFORESEEN]
    # A pair in a query string; bodies say in their schema which fields go together.
    is_relation = case.operation.method.upper() == "GET" and all(error["code"] in RELATIONS for error in errors)
    assert not errors or is_relation, f"the document allows what was refused: {problem}"


def malformed_header(case, error):
    """A header beside a fixed path is called positive even when it was made to break its pattern."""
    for parameter in case.operation.definition.raw.get("parameters", []):
        if parameter["in"] == "header" and parameter["name"].lower() == error.get("field", "").lower():
            return re.search(parameter["schema"]["pattern"], str(case.headers.get(parameter["name"], ""))) is None
    return False


@schemathesis.check
def errors_are_problems_under_the_request_id(ctx, response, case):
    """Every error is application/problem+json, of the status it came with, under the id in the header."""
    if response.status_code < 400:
        assert "x-request-id" in response.headers
        return
    media = "application/scim+json" if SCIM in case.path else "application/problem+json"
    assert response.headers["content-type"] == [media], response.headers["content-type"]
    if case.method.upper() == "HEAD":
        return
    problem = response.json()
    if SCIM in case.path:
        assert problem["status"] == str(response.status_code), problem
        return
    assert problem["status"] == response.status_code, problem
    assert [problem["request_id"]] == response.headers["x-request-id"], problem
