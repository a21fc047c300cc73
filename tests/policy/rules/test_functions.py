"""Function policies: which statements count for which ARN, and what another account can be given.

Sources: Lambda Developer Guide, "Viewing resource-based IAM policies in Lambda", "Lambda function versions",
"Fine-tuning the Resources and Conditions sections of policies".
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

import pytest

from models.decision import Outcome
from simulator.answers.can import can
from simulator.facts import reference
from simulator.policy.lacks import lacks
from tests.policy.builders import (
    FUNCTION,
    INVOKE,
    OTHER_SESSION,
    OTHER_USER,
    SESSION,
    USER,
    A,
    B,
    allow,
    analysis,
    ask,
    to,
)
from tests.policy.rules.table import ALLOWED, IMPLICIT, Case, case, rule
from tests.worlds import Builder, Json

LIVE, ONE = f"{FUNCTION}:live", f"{FUNCTION}:1"


def over(said: str, expected: Outcome, asked: str, **documents: Json) -> Case:
    """Over a snapshot, where each ARN of a function has a document of its own; `unqualified` is the function's."""

    def found() -> str:
        built = Builder(accounts=(A, B))
        built.user(USER)
        policies = {name.replace("unqualified", ""): built.document(one) for name, one in documents.items()}
        built.function(FUNCTION)
        made = built.parts["functions"][FUNCTION]
        built.parts["functions"][FUNCTION] = made.model_copy(
            update={"policies": policies, "aliases": {"live": "1"}, "versions": ("1",)}
        )
        return can(built.world(), USER, INVOKE, asked).decision

    return Case(said, expected.value, found)


def names(resource: str) -> Json:
    return to({"AWS": USER}, Resource=resource)


@rule(
    "The statements of the unqualified document and of the requested qualifier's are read",
    over("the unqualified one for the function", ALLOWED, FUNCTION, unqualified=names(FUNCTION)),
    over("the alias's for the alias", ALLOWED, LIVE, live=names(LIVE)),
    over("the unqualified one for the alias, where it names that", ALLOWED, LIVE, unqualified=names(LIVE)),
    over("the unqualified one for the alias, by wildcard", ALLOWED, LIVE, unqualified=names(f"{FUNCTION}:*")),
    over("the alias's for the function", IMPLICIT, FUNCTION, live=names("*")),
    over("the alias's for a version", IMPLICIT, ONE, live=names("*")),
    over("the version's for the alias", IMPLICIT, LIVE, **{"1": names("*")}),
)
def test_documents_of_a_function(case: Case) -> None:
    case.holds()


@rule(
    "A statement of a function policy counts only if its Resource matches the ARN that is asked about",
    over("another function's ARN in this one's policy", IMPLICIT, FUNCTION, unqualified=names(f"{FUNCTION}-2")),
    over("the function's ARN in the alias's document", IMPLICIT, LIVE, live=names(FUNCTION)),
    over("a star", ALLOWED, FUNCTION, unqualified=names("*")),
    over("any function's name", ALLOWED, FUNCTION, unqualified=names(f"arn:aws:lambda:*:{B}:function:*")),
)
def test_resource_of_a_function_policy(case: Case) -> None:
    case.holds()


def covers(said: str, pattern: str, asked: str, expected: Outcome) -> list[Case]:
    """The same on both sides: in the caller's own policy, and in the function's."""
    return [
        case(f"{said}, identity-based", expected, identity=[allow(resource=pattern)], resource_arn=asked),
        case(f"{said}, resource-based", expected, resource=[names(pattern)], resource_arn=asked),
    ]


@rule(
    "Alias and version are ARNs of their own: f doesn't cover f:live, and f:* doesn't cover f",
    *covers("f for f", FUNCTION, FUNCTION, ALLOWED),
    *covers("f for f:live", FUNCTION, LIVE, IMPLICIT),
    *covers("f for f:1", FUNCTION, ONE, IMPLICIT),
    *covers("f:live for f:live", LIVE, LIVE, ALLOWED),
    *covers("f:live for f", LIVE, FUNCTION, IMPLICIT),
    *covers("f:live for f:1, to which the alias may point", LIVE, ONE, IMPLICIT),
    *covers("f:* for f", f"{FUNCTION}:*", FUNCTION, IMPLICIT),
    *covers("f:* for f:live", f"{FUNCTION}:*", LIVE, ALLOWED),
    *covers("f:* for f:1", f"{FUNCTION}:*", ONE, ALLOWED),
    *covers("f* for f", f"{FUNCTION}*", FUNCTION, ALLOWED),
    *covers("f* for f:live", f"{FUNCTION}*", LIVE, ALLOWED),
    *covers("f* for another function that begins with f", f"{FUNCTION}*", f"{FUNCTION}oo", ALLOWED),
    *covers("f:1 for f:11", ONE, f"{ONE}1", IMPLICIT),
)
def test_qualifiers(case: Case) -> None:
    case.holds()


#: Copied from the page, which says `Invoke` for lambda:InvokeFunction: 29 actions.
GIVEN_ACROSS = (
    "CreateAlias",
    "DeleteAlias",
    "DeleteFunction",
    "DeleteFunctionConcurrency",
    "DeleteFunctionEventInvokeConfig",
    "DeleteProvisionedConcurrencyConfig",
    "GetAlias",
    "GetFunction",
    "GetFunctionConcurrency",
    "GetFunctionConfiguration",
    "GetFunctionEventInvokeConfig",
    "GetPolicy",
    "GetProvisionedConcurrencyConfig",
    "InvokeFunction",
    "InvokeFunctionUrl",
    "ListAliases",
    "ListFunctionEventInvokeConfigs",
    "ListProvisionedConcurrencyConfigs",
    "ListTags",
    "ListVersionsByFunction",
    "PublishVersion",
    "PutFunctionConcurrency",
    "PutFunctionEventInvokeConfig",
    "PutProvisionedConcurrencyConfig",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateFunctionCode",
    "UpdateFunctionEventInvokeConfig",
)
OTHERS = [
    action.partition(":")[2]
    for action in reference.expand("lambda:*")
    if "function" in reference.resource_types(action) and action.partition(":")[2] not in GIVEN_ACROSS
]


def across(name: str, expected: Outcome, caller: str = OTHER_USER, said: str = "") -> Case:
    action = f"lambda:{name}"
    more = {"identity": [allow("lambda:*", "*")], "resource": [to({"AWS": [A, USER]}, Action="lambda:*", Resource="*")]}
    return case(said or name, expected, caller, action=action, resource_arn=FUNCTION, **more)


@rule(
    "To callers of another account a function policy can give only the 29 actions that AWS lists: an allow of another counts for nothing there",
    *(across(name, ALLOWED) for name in GIVEN_ACROSS),
    *(across(name, IMPLICIT) for name in OTHERS),
    across("updatefunctionCODE", ALLOWED, said="in any letter case"),
    across("UpdateFunctionConfiguration", IMPLICIT, OTHER_SESSION, said="a session's UpdateFunctionConfiguration"),
    across("UpdateFunctionConfiguration", ALLOWED, USER, said="its own account's UpdateFunctionConfiguration"),
)  # fmt: skip
def test_what_another_account_can_be_given(case: Case) -> None:
    case.holds()


def test_there_are_29_of_them_and_others_too() -> None:
    assert len(GIVEN_ACROSS) == 29
    assert {"AddPermission", "UpdateFunctionConfiguration", "GetFunctionUrlConfig"} <= set(OTHERS)


@pytest.mark.parametrize(
    "name, helped",
    [
        pytest.param("UpdateFunctionConfiguration", False, id="another action: missing is empty"),
        pytest.param("UpdateFunctionCode", True, id="one of the 29: both sides are missing"),
    ],
)
def test_where_a_function_policy_counts_for_nothing_missing_is_empty(name: str, helped: bool) -> None:
    built = Builder(accounts=(A, B))
    built.user(OTHER_USER)
    built.function(FUNCTION)
    answer = can(built.world(), OTHER_USER, f"lambda:{name}", FUNCTION)
    assert answer.decision == "implicitDeny"
    assert [grant.side for grant in answer.missing] == (["identity", "resource"] if helped else [])


def test_a_role_in_the_functions_account_is_the_way() -> None:
    update = {"action": "lambda:UpdateFunctionConfiguration", "identity": [allow("lambda:*", "*")]}
    assert ask(SESSION, **update).outcome is ALLOWED
    asked = analysis(SESSION, action="lambda:UpdateFunctionConfiguration")
    assert [lack.layer.value for lack in lacks(asked)] == ["identity"]
