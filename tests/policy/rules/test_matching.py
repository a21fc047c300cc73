"""Patterns and variables: what an Action, a Resource and a condition's value match.

Sources: IAM User Guide, "IAM JSON policy elements: Action", "IAM JSON policy elements: Resource", "IAM JSON policy
elements: Condition operators", "IAM policy elements: Variables and tags"; Service Authorization Reference.
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

from models.decision import Outcome
from tests.policy.builders import B, allow, ask, deny, to
from tests.policy.rules.table import ALLOWED, IMPLICIT, Case, case, rule

LAMBDA = f"arn:aws:lambda:eu-west-1:{B}:function:"
TOPIC = "arn:aws:sns:eu-west-1:111111111111:topic"


def object_(
    said: str, expected: bool, pattern: str, name: str, *, element: str = "Resource", effect: str = "Allow", **more: Any
) -> Case:
    """An object of a bucket against a pattern for the objects of that bucket."""
    statement = {"Effect": effect, "Action": "s3:GetObject", element: f"arn:aws:s3:::b/{pattern}"}
    identity = [statement] if effect == "Allow" else [statement, allow("*", "*")]
    more = {
        "action": "s3:GetObject",
        "resource_arn": f"arn:aws:s3:::b/{name}",
        "identity": identity,
        "resource": None,
    } | more
    return Case(said, expected, lambda: ask(**more).outcome is ALLOWED)


def action(
    said: str, expected: bool, pattern: str, asked: str = "lambda:InvokeFunction", element: str = "Action"
) -> Case:
    statement = {"Effect": "Allow", element: pattern, "Resource": "*"}
    return Case(said, expected, lambda: ask(action=asked, identity=[statement]).outcome is ALLOWED)


def condition(
    said: str,
    expected: bool,
    operator: str,
    wanted: Any,
    got: str | list[str] | None,
    *,
    key: str = "k",
    version: str = "2012-10-17",
    **others: Any,
) -> Case:
    """A condition on the key `k`; `got` None: the request lacks it."""
    statement = allow(Condition={operator: {key: wanted}})
    context = others | ({} if got is None else {"k": got})
    return Case(said, expected, lambda: ask(identity=[statement], context=context, version=version).outcome is ALLOWED)


@rule(
    "* is any run of characters, ? exactly one; nothing else is special",
    object_("* is a run", True, "a*c", "abbc"),
    object_("* is nothing", True, "a*c", "ac"),
    object_("? is one", True, "a?c", "abc"),
    object_("? is not nothing", False, "a?c", "ac"),
    object_("? is not two", False, "a?c", "abbc"),
    object_("two stars side by side", True, "a**c", "abc"),
    object_("*? needs one", False, "a*?", "a"),
    object_("runs may not overlap", False, "*ab*ba", "aba"),
    object_("both ends have to fit", False, "a*a", "a"),
    object_("a bracket is no class", False, "[ab]", "a"),
    object_("a bracket is itself", True, "[ab]", "[ab]"),
    object_("a dot is a dot", False, "a.c", "abc"),
    object_("a backslash escapes nothing", False, "a\\*", "a*"),
    object_("a line feed is a character", True, "a?c", "a\nc"),
    object_("a brace is itself", True, "{a,b}", "{a,b}"),
    condition("in StringLike", True, "StringLike", "b*?e", "blue"),
    condition("in StringLike, one too few", False, "StringLike", "b???e", "blue"),
    action("in an action", True, "lambda:Invoke*"),
    action("in an action, ?", True, "lambda:?nvokeFunction"),
    action("in an action, in the middle", True, "lambda:*Function"),
    action("in an action, too short", False, "lambda:Invoke"),
    action("in an action, for the service", False, "*:InvokeFunctions"),
)
def test_wildcards(case: Case) -> None:
    case.holds()


@rule(
    "Action names match without regard to case",
    action("in the policy", True, "LAMBDA:invokefunction"),
    action("in the request", True, "lambda:InvokeFunction", "Lambda:INVOKEfunction"),
    action("with a wildcard", True, "lambda:INVOKE*"),
    action("in NotAction", False, "LAMBDA:INVOKEFUNCTION", element="NotAction"),
    action("another action", False, "lambda:InvokeFunctionUrl"),
)
def test_letter_case_of_actions(case: Case) -> None:
    case.holds()


@rule(
    "Condition keys match without regard to case",
    condition("in the policy", True, "StringEquals", "v", "v", key="K"),
    condition("in a variable", True, "StringEquals", "${AWS:UserName}", "dev", **{"aws:username": "dev"}),
    condition("in Null", False, "Null", "true", "v", key="K"),
    condition("another key", False, "StringEquals", "v", "v", key="kk"),
    object_("in a resource's variable", True, "${AWS:USERNAME}", "dev", context={"aws:username": "dev"}),
)
def test_letter_case_of_keys(case: Case) -> None:
    case.holds()


@rule(
    "ARNs and values match with regard to case, but in StringEqualsIgnoreCase",
    object_("a resource", False, "Report", "report"),
    object_("a resource, as written", True, "Report", "Report"),
    condition("StringEquals", False, "StringEquals", "Blue", "blue"),
    condition("StringLike", False, "StringLike", "B*", "blue"),
    condition("StringNotEquals", True, "StringNotEquals", "Blue", "blue"),
    condition("ArnLike", False, "ArnLike", TOPIC.upper(), TOPIC),
    condition("StringEqualsIgnoreCase", True, "StringEqualsIgnoreCase", "Blue", "bLUE"),
    condition("StringNotEqualsIgnoreCase", False, "StringNotEqualsIgnoreCase", "Blue", "bLUE"),
    condition("a variable's value", False, "StringEquals", "${other}", "v", other="V"),
)
def test_letter_case_of_values(case: Case) -> None:
    case.holds()


@rule(
    "In Resource * crosses / and :",
    object_("/", True, "*", "x/y"),
    object_(":", True, "*", "x:y"),
    object_("/ in the middle", True, "a*z", "a/b:c/z"),
    case("the parts of an ARN", ALLOWED, identity=[allow(resource="arn:aws:lambda:*:function:f")]),
    case("a qualifier", ALLOWED, identity=[allow(resource=f"{LAMBDA}f*")], resource_arn=f"{LAMBDA}f:live"),
    case("it doesn't cross what isn't there", IMPLICIT, identity=[allow(resource="arn:aws:lambda:*:function:f:*")]),
)
def test_resource_wildcards(case: Case) -> None:
    case.holds()


@rule(
    "In ArnLike and ArnEquals the six parts are matched apart",
    condition("each part has its wildcard", True, "ArnLike", "arn:aws:sns:*:*:*", TOPIC),
    condition("ArnEquals too", True, "ArnEquals", "arn:aws:sns:*:*:t*", TOPIC),
    condition("* doesn't cross a colon", False, "ArnLike", "arn:aws:sns:*:topic", TOPIC),
    condition("ArnEquals doesn't either", False, "ArnEquals", "arn:aws:sns:eu*:topic", TOPIC),
    condition("? doesn't", False, "ArnLike", "arn:aws:sns:eu-west-1?111111111111:topic", TOPIC),
    condition("ArnNotLike", True, "ArnNotLike", "arn:aws:sns:*:topic", TOPIC),
    condition("ArnNotEquals", False, "ArnNotEquals", "arn:aws:sns:*:*:topic", TOPIC),
    condition("the last part crosses colons", True, "ArnLike", "arn:aws:lambda:*:*:function:*", f"{LAMBDA}f:live"),
    condition("the last part crosses slashes", True, "ArnLike", "arn:aws:iam::*:role/*", f"arn:aws:iam::{B}:role/a/b"),
    condition("a part may be empty", True, "ArnLike", "arn:aws:s3:::*", "arn:aws:s3:::b/x:y"),
    condition("any partition", True, "ArnLike", "arn:*:sns:*:*:*", TOPIC.replace("arn:aws:", "arn:aws-cn:")),
    condition("another partition", False, "ArnLike", "arn:aws:sns:*:*:*", TOPIC.replace("arn:aws:", "arn:aws-cn:")),
    condition("fewer than six parts are no ARN", False, "ArnLike", "arn:aws:sns:*", TOPIC),
    condition("a bare star is no ARN", False, "ArnLike", "*", TOPIC),
    condition("a value that is no ARN", False, "ArnLike", "arn:aws:sns:*:*:*", "topic"),
    condition("StringLike crosses", True, "StringLike", "arn:aws:sns:*:topic", TOPIC),
)
def test_arns(case: Case) -> None:
    case.holds()


@rule(
    "In StringEquals nothing is a wildcard, and ${*} is a star",
    condition("*", False, "StringEquals", "a*", "ab"),
    condition("* is a star", True, "StringEquals", "a*", "a*"),
    condition("?", False, "StringEquals", "a?", "ab"),
    condition("StringEqualsIgnoreCase", False, "StringEqualsIgnoreCase", "B*", "blue"),
    condition("StringNotEquals", True, "StringNotEquals", "a*", "ab"),
    condition("${*}", True, "StringEquals", "${*}", "*"),
    condition("${*} is no run", False, "StringLike", "a${*}", "ab"),
    condition("${*} in StringLike", True, "StringLike", "a${*}*", "a*bc"),
    condition("${?}", True, "StringLike", "a${?}", "a?"),
    condition("${?} is no letter", False, "StringLike", "a${?}", "ab"),
    condition("${$}", True, "StringEquals", "${$}{aws:username}", "${aws:username}"),
    object_("${*} in a resource", True, "${*}", "*"),
    object_("${*} in a resource is no run", False, "${*}", "x"),
    condition("in 2008-10-17 ${*} is no star", False, "StringEquals", "${*}", "*", version="2008-10-17"),
)
def test_stars_that_are_text(case: Case) -> None:
    case.holds()


def on_all(said: str, expected: Outcome, name: str, pattern: str, **more: Any) -> Case:
    return case(said, expected, action=name, resource_arn="*", identity=[allow(name, pattern)], **more)


@rule(
    "Actions without resource types match only Resource *",
    on_all("lambda:ListFunctions on *", ALLOWED, "lambda:ListFunctions", "*"),
    on_all("lambda:ListFunctions on functions", IMPLICIT, "lambda:ListFunctions", f"{LAMBDA}*"),
    on_all("lambda:ListFunctions on any ARN", IMPLICIT, "lambda:ListFunctions", "arn:*"),
    on_all("lambda:CreateEventSourceMapping on *", ALLOWED, "lambda:CreateEventSourceMapping", "*"),
    case("asked about a function all the same", IMPLICIT, action="lambda:ListFunctions", identity=[allow("lambda:ListFunctions", f"{LAMBDA}*")]),
    case("asked about a function, allowed on *", ALLOWED, action="lambda:ListFunctions", identity=[allow("lambda:ListFunctions", "*")]),
    case("a deny on functions doesn't reach it", ALLOWED, action="lambda:ListFunctions", identity=[allow("*", "*"), deny("lambda:ListFunctions", f"{LAMBDA}*")]),
    case("an action with resource types", ALLOWED, identity=[allow(resource=f"{LAMBDA}*")]),
    case("NotResource without the star", ALLOWED, action="lambda:ListFunctions", identity=[{"Effect": "Allow", "Action": "*", "NotResource": f"{LAMBDA}*"}]),
)  # fmt: skip
def test_actions_without_resource_types(case: Case) -> None:
    case.holds()


# Variables


@rule(
    "Variables count only in version 2012-10-17",
    object_("2012-10-17", True, "${aws:username}", "dev", context={"aws:username": "dev"}),
    object_("2008-10-17", False, "${aws:username}", "dev", context={"aws:username": "dev"}, version="2008-10-17"),
    object_("in 2008-10-17 they are text", True, "${aws:username}", "${aws:username}", version="2008-10-17"),
    condition("in a condition, 2012-10-17", True, "StringEquals", "${other}", "v", other="v"),
    condition("in a condition, 2008-10-17", False, "StringEquals", "${other}", "v", other="v", version="2008-10-17"),
    condition("in a condition of 2008-10-17 they are text", True, "StringEquals", "${other}", "${other}", other="v", version="2008-10-17"),
)  # fmt: skip
def test_versions(case: Case) -> None:
    case.holds()


NAMED = {"aws:username": "f", "aws:PrincipalTag/action": "InvokeFunction"}


@rule(
    "Variables count in Resource, NotResource and condition values",
    object_("in Resource", True, "home/${aws:username}/*", "home/dev/x", context={"aws:username": "dev"}),
    object_("in Resource, another's", False, "home/${aws:username}/*", "home/eve/x", context={"aws:username": "dev"}),
    object_("two of them", True, "${aws:username}/${aws:PrincipalTag/team}", "dev/blue", context={"aws:username": "dev", "aws:PrincipalTag/team": "blue"}),
    object_("in NotResource", False, "${aws:username}", "dev", element="NotResource", context={"aws:username": "dev"}),
    object_("in NotResource, another's", True, "${aws:username}", "eve", element="NotResource", context={"aws:username": "dev"}),
    condition("in a condition's value", True, "StringLike", "team-${other}-*", "team-v-1", other="v"),
    condition("in a date's value", True, "DateLessThan", "${other}", "2026-01-01", other="2026-01-02"),
    case("not in Action", IMPLICIT, identity=[allow("lambda:${aws:PrincipalTag/action}")], context=NAMED),
    case("not in Principal", IMPLICIT, resource=[to({"AWS": f"arn:aws:iam::{B}:user/" + "${aws:username}"})], context={"aws:username": "dev"}),
    condition("not in a condition's key", False, "StringEquals", "v", "v", key="${other}", other="k"),
    object_("unclosed it is text", True, "${aws:username", "${aws:username", context={"aws:username": "dev"}),
)  # fmt: skip
def test_where_variables_count(case: Case) -> None:
    case.holds()


@rule(
    "A value's own * or ? is text",
    object_("* in Resource", False, "${aws:username}", "x", context={"aws:username": "*"}),
    object_("* matches itself", True, "${aws:username}", "*", context={"aws:username": "*"}),
    object_("? in Resource", False, "${aws:username}", "x", context={"aws:username": "?"}),
    object_("beside a wildcard of the policy", True, "${aws:username}*", "*xyz", context={"aws:username": "*"}),
    object_("* in NotResource", True, "${aws:username}", "x", element="NotResource", context={"aws:username": "*"}),
    condition("in StringLike", False, "StringLike", "${other}", "v", other="*"),
    condition("in ArnLike", False, "ArnLike", "arn:aws:sns:*:*:${other}", TOPIC, other="*"),
    condition(
        "a value that looks like a variable", False, "StringEquals", "${other}", "w", other="${third}", third="w"
    ),
)
def test_values_of_variables(case: Case) -> None:
    case.holds()


@rule(
    "A default stands in for an absent key",
    object_("in Resource", True, "${aws:username, 'all'}", "all"),
    object_("not for a key that is there", False, "${aws:username, 'all'}", "all", context={"aws:username": "dev"}),
    object_("in NotResource", False, "${aws:username, 'all'}", "all", element="NotResource"),
    condition("in a condition", True, "StringEquals", "${other, 'v'}", "v"),
    condition("in a condition, another value", False, "StringEquals", "${other, 'w'}", "v"),
    condition("an empty default", True, "StringEquals", "v${other, ''}", "v"),
    condition("in a negated condition", False, "StringNotEquals", "${other, 'v'}", "v"),
)
def test_defaults(case: Case) -> None:
    case.holds()


@rule(
    "Without value and default: in Resource no match, in NotResource no exclusion, in a positive condition no match, in a negated one a match",
    object_("in Resource", False, "${aws:username}", "x"),
    object_("in Resource, not even the empty text", False, "x${aws:username}", "x"),
    object_("in Resource, a star around it", False, "*${aws:username}*", "x"),
    object_("in NotResource", True, "${aws:username}", "x", element="NotResource"),
    object_(
        "in the NotResource of a deny: it denies", False, "${aws:username}", "x", element="NotResource", effect="Deny"
    ),
    object_("in the Resource of a deny: it doesn't", True, "${aws:username}", "x", effect="Deny"),
    condition("in a positive condition", False, "StringEquals", "${other}", "v"),
    condition("in a positive condition with wildcards", False, "StringLike", "*${other}*", "v"),
    condition("in a negated one", True, "StringNotEquals", "${other}", "v"),
    condition("in a negated one with wildcards", True, "StringNotLike", "*${other}*", "v"),
    condition("the other values still count", True, "StringEquals", ["${other}", "v"], "v"),
    condition("the other values of a negated one still count", False, "StringNotEquals", ["${other}", "v"], "v"),
)
def test_variables_without_a_value(case: Case) -> None:
    case.holds()


@rule(
    "A multivalued key in a variable has no value",
    condition("in a condition", False, "StringEquals", "${other}", "v", other=["v"]),
    condition("in a negated condition", True, "StringNotEquals", "${other}", "v", other=["v"]),
    condition(
        "with one value the key may have more", False, "StringEquals", "${aws:TagKeys}", "v", **{"aws:TagKeys": ["v"]}
    ),
    condition("a key of one value", True, "StringEquals", "${other}", "v", other="v"),
    object_("in Resource", False, "${aws:TagKeys}", "a", context={"aws:TagKeys": ["a"]}),
)
def test_multivalued_variables(case: Case) -> None:
    case.holds()
