"""Near misses: which statements are told, in what they differ, and which of them first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.context import Open
from models.decision import Layer, NearMiss, Nearness, Outcome
from models.policy import PolicyKind
from models.request import Request, Traits
from simulator.policy.near import MOST_WANTED, near_misses, nearest
from simulator.policy.principals import requester
from tests.policy.builders import (
    FEDERATED,
    FUNCTION,
    INVOKE,
    OTHER_USER,
    ROLE,
    SESSION,
    USER,
    A,
    B,
    Document,
    Keys,
    allow,
    ask,
    attached,
    deny,
    known,
    to,
)
from tests.strategies import DOMAIN, KEYS, requests, statements

LIVE = f"{FUNCTION}:live"
MFA = "aws:MultiFactorAuthPresent"


def request(
    principal: str = USER,
    action: str = INVOKE,
    resource: str = FUNCTION,
    context: dict[str, str | list[str]] | None = None,
    opens: dict[str, Any] | None = None,
    **more: Any,
) -> Request:
    role = ROLE if principal == SESSION else None
    return Request(
        requester(principal, role), action, resource, Keys({**known(context or {}), **(opens or {})}), **more
    )


def missed(*bodies: Document, layer: Layer = Layer.IDENTITY, **more: Any) -> list[NearMiss]:
    kind = PolicyKind(layer.value)
    return near_misses(layer, [attached(kind, bodies, "p")], request(**more))


def only(*bodies: Document, **more: Any) -> NearMiss:
    (found,) = missed(*bodies, **more)
    return found


# In what it differs


@pytest.mark.parametrize(
    "wanted, asked, nearness",
    [
        pytest.param(FUNCTION, LIVE, Nearness.QUALIFIER, id="the function is allowed, not its alias"),
        pytest.param(f"{FUNCTION}:*", FUNCTION, Nearness.QUALIFIER, id="its aliases are allowed, not the function"),
        pytest.param(f"{FUNCTION}:1", LIVE, Nearness.QUALIFIER, id="a version is allowed, not the alias"),
        pytest.param(FUNCTION.replace("west", "north"), FUNCTION, Nearness.REGION, id="the copy in another Region"),
        pytest.param(FUNCTION.replace(B, A), FUNCTION, Nearness.ACCOUNT, id="the copy in another account"),
        pytest.param(FUNCTION[:-1] + "g", FUNCTION, Nearness.NAME, id="another function beside it"),
        pytest.param(
            FUNCTION[:-1] + "${aws:username}", FUNCTION, Nearness.NAME, id="the function called like the user"
        ),
        pytest.param(FUNCTION.replace("function", "layer"), FUNCTION, Nearness.NAME, id="a layer called like it"),
        pytest.param(FUNCTION, FUNCTION.replace("function", "layer"), Nearness.NAME, id="a function called like it"),
        pytest.param(FUNCTION.replace("aws", "aws-cn"), FUNCTION, Nearness.ARN, id="the copy in another partition"),
        pytest.param(
            FUNCTION.replace("west", "n*").replace(B, "?" * 12), FUNCTION, Nearness.REGION, id="Regions elsewhere"
        ),
        pytest.param(
            FUNCTION.replace("lambda", "lam*").replace("west", "north"),
            FUNCTION,
            Nearness.REGION,
            id="any such service",
        ),
        pytest.param(FUNCTION[:-1] + "g*", FUNCTION, Nearness.NAME, id="functions called otherwise"),
        pytest.param(
            f"arn:aws:lambda:*:{A}:function:f", FUNCTION, Nearness.ACCOUNT, id="any Region of another account"
        ),
        pytest.param(f"arn:aws:lambda:eu-north-1:{A}:function:f", FUNCTION, Nearness.ARN, id="two parts differ"),
    ],
)
def test_a_resource_differs_in(wanted: str, asked: str, nearness: Nearness) -> None:
    found = only(allow(resource=wanted), resource=asked, context={"aws:username": "dev"})
    assert (found.failed, found.wanted, found.got, found.nearness) == ("resource", wanted, asked, nearness)


def test_an_action_without_resource_types_matches_only_a_star() -> None:
    traits = Traits(has_resource_types=False)
    found = only(allow("lambda:ListFunctions", FUNCTION), action="lambda:ListFunctions", traits=traits)
    assert (found.failed, found.wanted, found.got, found.nearness) == ("resource", FUNCTION, "*", Nearness.ARN)


@pytest.mark.parametrize(
    "principal, caller, nearness",
    [
        pytest.param({"AWS": f"arn:aws:iam::{B}:user/ops"}, USER, Nearness.PRINCIPAL, id="a colleague"),
        pytest.param({"AWS": f"arn:aws:iam::{B}:role/admin"}, SESSION, Nearness.PRINCIPAL, id="another role"),
        pytest.param(
            {"AWS": f"arn:aws:sts::{B}:assumed-role/worker/you"},
            SESSION,
            Nearness.PRINCIPAL,
            id="another session of the role",
        ),
        pytest.param({"AWS": OTHER_USER}, USER, Nearness.NAMESAKE, id="the user of the same name, elsewhere"),
        pytest.param({"AWS": f"arn:aws:iam::{A}:role/worker"}, SESSION, Nearness.NAMESAKE, id="the role elsewhere"),
        pytest.param({"AWS": A}, USER, Nearness.ELSEWHERE, id="another account"),
        pytest.param({"AWS": "AIDAEXAMPLE"}, USER, Nearness.ELSEWHERE, id="a user that was deleted"),
        pytest.param({"Service": "sns.amazonaws.com"}, "s3.amazonaws.com", Nearness.ELSEWHERE, id="another service"),
        pytest.param(
            {"Federated": f"arn:aws:iam::{B}:oidc-provider/x"},
            f"arn:aws:iam::{B}:oidc-provider/y",
            Nearness.ELSEWHERE,
            id="another provider",
        ),
    ],
)
def test_a_principal_is(principal: dict[str, str], caller: str, nearness: Nearness) -> None:
    found = only(to(principal), layer=Layer.RESOURCE, principal=caller)
    assert (found.failed, found.nearness) == ("principal", nearness)
    assert (found.wanted, found.got) == (next(iter(principal.values())), caller)


def test_another_action_of_the_same_service() -> None:
    found = only(allow(["s3:GetObject", "LAMBDA:GetFunction"]))
    assert (found.failed, found.got, found.nearness) == ("action", INVOKE, Nearness.ACTION)
    assert found.wanted == "LAMBDA:GetFunction and 1 more"


def test_an_action_that_is_left_out_by_name() -> None:
    found = only({"Effect": "Allow", "NotAction": ["lambda:*", "s3:*"], "Resource": "*"})
    assert (found.failed, found.wanted, found.nearness) == ("action", "anything but lambda:*, s3:*", Nearness.ACTION)


def test_a_resource_that_is_left_out_by_name() -> None:
    found = only({"Effect": "Allow", "Action": "*", "NotResource": [FUNCTION, LIVE]})
    assert (found.failed, found.wanted, found.nearness) == (
        "resource",
        f"anything but {FUNCTION}, {LIVE}",
        Nearness.NAME,
    )


@pytest.mark.parametrize(
    "condition, context, wanted, got, key, operator",
    [
        pytest.param(
            {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::inbox"}},
            {"aws:SourceArn": "arn:aws:s3:::other"},
            "ArnLike aws:SourceArn arn:aws:s3:::inbox",
            "arn:aws:s3:::other",
            "aws:SourceArn",
            "ArnLike",
            id="which value the key has",
        ),
        pytest.param(
            {"StringEquals": {"sts:ExternalId": ["a", "b"]}},
            {},
            "StringEquals sts:ExternalId a, b",
            "absent",
            "sts:ExternalId",
            "StringEquals",
            id="that the key is absent",
        ),
        pytest.param(
            {"ForAnyValue:StringLike": {"aws:CalledVia": "x*"}},
            {"aws:CalledVia": ["a", "b"]},
            "ForAnyValue:StringLike aws:CalledVia x*",
            "a, b",
            "aws:CalledVia",
            "ForAnyValue:StringLike",
            id="all values of a key with several",
        ),
        pytest.param({"Null": {MFA: "false"}}, {}, f"Null {MFA} false", "absent", MFA, "Null", id="Null asks for it"),
    ],
)
def test_a_condition_tells(
    condition: dict[str, Any], context: dict[str, str | list[str]], wanted: str, got: str, key: str, operator: str
) -> None:
    found = only(allow(Condition=condition), context=context)
    assert (found.failed, found.nearness) == ("condition", Nearness.CONDITION)
    assert (found.wanted, found.got, found.key, found.operator) == (wanted, got, key, operator)


def test_all_conditions_that_fail_are_told_at_once() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": B, "aws:PrincipalAccount": B}, "Bool": {MFA: "true"}}
    found = only(allow(Condition=condition), context={"aws:SourceAccount": A, "aws:PrincipalAccount": B})
    assert found.nearness is Nearness.CONDITIONS
    assert found.wanted == f"StringEquals aws:SourceAccount {B}; Bool {MFA} true"
    assert found.got == f"aws:SourceAccount {A}; {MFA} absent"
    assert found.key == "aws:SourceAccount"


# Which are told


@pytest.mark.parametrize(
    "statement, more",
    [
        pytest.param(allow("s3:GetObject", "*"), {}, id="another service's action"),
        pytest.param(allow("*", "arn:aws:s3:::b/*"), {}, id="another service's resource"),
        pytest.param(allow("*", "f"), {}, id="a resource that is no ARN"),
        pytest.param(to({"Service": "s3.amazonaws.com"}), {"layer": Layer.RESOURCE}, id="a service, for a user"),
        pytest.param(
            to({"AWS": B}), {"layer": Layer.RESOURCE, "principal": "s3.amazonaws.com"}, id="users, of a service"
        ),
        pytest.param(to({"AWS": B}), {"layer": Layer.RESOURCE, "principal": "*"}, id="a user, for anybody"),
        pytest.param(to({"Service": "s3.amazonaws.com"}), {"layer": Layer.RESOURCE, "principal": "*"}, id="a service"),
        pytest.param(allow("lambda:GetFunction", LIVE), {}, id="two elements fail"),
        pytest.param(allow("lambda:GetFunction", Condition={"Bool": {MFA: "true"}}), {}, id="action and condition"),
        pytest.param(
            allow("lambda:GetFunction", LIVE, Condition={"Bool": {MFA: "true"}}), {}, id="three elements fail"
        ),
        pytest.param(deny("lambda:GetFunction"), {}, id="a Deny"),
        pytest.param(allow(), {}, id="one that matches"),
    ],
)
def test_not_told(statement: Document, more: dict[str, Any]) -> None:
    assert missed(statement, **more) == []


def test_what_may_hold_has_not_failed() -> None:
    statement = allow(Condition={"Bool": {MFA: "true"}})
    assert missed(statement, opens={MFA: Open()}) == []


@pytest.mark.parametrize(
    "layer, wanted",
    [(layer, 1) for layer in (Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION, Layer.SCP)],
    ids=lambda value: str(value),
)
def test_every_layer_has_them(layer: Layer, wanted: int) -> None:
    assert len(missed(allow("lambda:Get*"), layer=layer)) == wanted


def test_an_account_lets_in_only_its_root_user_at_a_gateway_endpoint() -> None:
    statement = allow("*", "*", Principal={"AWS": B})
    assert missed(statement, layer=Layer.VPC_ENDPOINT) == []
    found = only(statement, layer=Layer.VPC_ENDPOINT, gateway_endpoint=True)
    assert (found.failed, found.wanted) == ("principal", B)


def test_a_federated_user_is_named_by_its_own_name() -> None:
    found = only(to({"AWS": f"arn:aws:sts::{A}:federated-user/bob"}), layer=Layer.RESOURCE, principal=FEDERATED)
    assert found.nearness is Nearness.NAMESAKE


def test_of_many_values_the_nearest_are_told() -> None:
    regions = [FUNCTION.replace("eu-west-1", f"eu-north-{number}") for number in range(5)]
    names = [f"{FUNCTION}{number}" for number in range(40)]
    found = only(allow(resource=names + regions))
    assert found.nearness is Nearness.REGION
    assert found.wanted == f"{', '.join(regions[:MOST_WANTED])} and {45 - MOST_WANTED} more"


# In which order

#: A statement for each nearness.
MISSED: dict[Nearness, Document] = {
    Nearness.CONDITION: allow(Condition={"Bool": {MFA: "true"}}),
    Nearness.CONDITIONS: allow(Condition={"Bool": {MFA: "true"}, "StringEquals": {"aws:SourceVpc": "v"}}),
    Nearness.QUALIFIER: allow(resource=LIVE),
    Nearness.REGION: allow(resource=FUNCTION.replace("west", "north")),
    Nearness.ACCOUNT: allow(resource=FUNCTION.replace(B, A)),
    Nearness.NAME: allow(resource=FUNCTION[:-1] + "g"),
    Nearness.PRINCIPAL: to({"AWS": f"arn:aws:iam::{B}:user/ops"}),
    Nearness.NAMESAKE: to({"AWS": OTHER_USER}),
    Nearness.ACTION: allow("lambda:GetFunction"),
    Nearness.ARN: allow(resource=f"arn:aws:lambda:eu-north-1:{A}:function:f"),
    Nearness.ELSEWHERE: to({"AWS": A}),
}


@given(st.permutations(list(MISSED)))
def test_the_nearest_first_whatever_the_order_of_policies(order: list[Nearness]) -> None:
    policies = [
        attached(PolicyKind.RESOURCE, [{"Principal": {"AWS": USER}, **MISSED[nearness]}], f"p{number}")
        for number, nearness in enumerate(order)
    ]
    found = near_misses(Layer.RESOURCE, policies, request())
    assert [item.nearness for item in found] == list(Nearness)
    assert [item.policy for item in found] == [f"p{order.index(nearness)}" for nearness in Nearness]


def test_of_several_layers_the_nearest_first() -> None:
    far = missed(allow("lambda:GetFunction"), layer=Layer.IDENTITY)
    near = missed(allow(resource=LIVE), layer=Layer.SCP)
    same = missed(allow(resource=LIVE), layer=Layer.BOUNDARY)
    assert [item.layer for item in nearest([*far, *near, *same])] == [Layer.BOUNDARY, Layer.SCP, Layer.IDENTITY]


def test_of_equally_near_ones_by_holder_then_policy_then_statement() -> None:
    def near(holder: str | None, policy: str, statement: str) -> NearMiss:
        return NearMiss(Layer.SCP, policy, statement, "action", "w", "g", holder, Nearness.ACTION)

    ordered = [
        near(None, "z", "Z"),
        near("ou-1", "a", "Z"),
        near("ou-1", "b", "#1"),
        near("ou-1", "b", "#2"),
        near("r-1", "a", "#1"),
    ]
    assert nearest(reversed(ordered)) == ordered


def test_statement_two_stands_before_ten() -> None:
    bodies = [allow(f"lambda:Get{number}") for number in range(11)]
    assert [item.statement for item in missed(*bodies)] == [f"#{number}" for number in range(1, 12)]


# A law: mend the element that failed, and the statement matches


@given(requests(), statements(principals=True), st.dictionaries(st.sampled_from(KEYS), st.sampled_from(DOMAIN)))
def test_mended_in_its_one_element_it_allows(
    asked: dict[str, Any], body: dict[str, Any], context: dict[str, str]
) -> None:
    body = {**body, "Effect": "Allow"}
    if "NotPrincipal" in body:
        body["Principal"] = body.pop("NotPrincipal")
    policies = {"identity": None, "boundary": None, "session": None, "scps": (), "endpoint": None}
    layer = ask(**{**asked, **policies, "resource": [body]}, context=context).layers[Layer.RESOURCE]
    found = missed(
        body,
        layer=Layer.RESOURCE,
        principal=asked["principal"],
        action=asked["action"],
        resource=asked["resource_arn"],
        context=dict(context),
    )
    if layer is Outcome.ALLOWED:
        assert found == []
    for item in found:
        mended = {key: value for key, value in body.items() if key.removeprefix("Not").lower() != item.failed}
        if item.failed != "condition":
            mended[item.failed.capitalize()] = "*"
        assert (
            ask(**{**asked, **policies, "resource": [mended]}, context=context).layers[Layer.RESOURCE]
            is Outcome.ALLOWED
        )
