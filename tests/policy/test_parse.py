"""Reading documents. Source: IAM User Guide, "Grammar of the IAM JSON policy language"; our two manners: docs/engine.md."""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError, convert
from msgspec.structs import replace

from models.errors import PolicyError
from models.policy import WITH_PRINCIPAL, Condition, Effect, Policy, PolicyKind, Principal, Quantifier
from simulator.policy.parse import parse_policy
from simulator.policy.spellings import conditions_of
from simulator.policy.usual import TYPES
from tests.policy.builders import FUNCTION, USER, allow, deny, document, to, trusts
from tests.strategies import ASKED, junk, statements_about

IDENTITY = PolicyKind.IDENTITY
RESOURCE = PolicyKind.RESOURCE
TRUST = PolicyKind.TRUST


def tolerant(body: object, kind: PolicyKind = IDENTITY) -> Policy:
    return parse_policy(body, kind, strict=False)


def strict(body: object, kind: PolicyKind = IDENTITY) -> Policy:
    return parse_policy(body, kind, strict=True)


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def test_a_whole_document() -> None:
    body = document(
        to({"AWS": [USER, "111111111111"], "Service": "s3.amazonaws.com"}, Sid="One", Condition={"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a", 1, True]}}),
        {"Effect": "Deny", "NotPrincipal": "*", "NotAction": ["s3:*"], "NotResource": FUNCTION},
    )  # fmt: skip
    read = tolerant({**body, "Id": "me"}, RESOURCE)
    assert (read.version, read.id) == ("2012-10-17", "me")
    first, second = read.statements
    assert (first.effect, first.sid, first.label(1), second.effect, second.label(2)) == (
        Effect.ALLOW,
        "One",
        "One",
        Effect.DENY,
        "#2",
    )
    assert first.principals == (
        Principal("AWS", USER),
        Principal("AWS", "111111111111"),
        Principal("Service", "s3.amazonaws.com"),
    )
    assert (first.actions, first.resources) == (("lambda:InvokeFunction",), (FUNCTION,))
    assert (first.not_principals, first.not_actions, first.not_resources) == (None, None, None)
    assert conditions_of(first) == (
        Condition("StringLike", "aws:TagKeys", ("a", "1", "true"), Quantifier.ANY, if_exists=True),
    )
    assert (second.not_principals, second.not_actions, second.not_resources) == (
        (Principal("*", "*"),),
        ("s3:*",),
        (FUNCTION,),
    )
    assert (second.principals, second.actions, second.resources, conditions_of(second)) == (None, None, None, ())


def test_json_text_reads_as_its_object_does() -> None:
    body = document(allow(), deny(Sid="No"))
    assert strict(json.dumps(body)) == strict(body)


def test_one_statement_needs_no_list() -> None:
    assert tolerant({"Version": "2012-10-17", "Statement": allow()}) == tolerant(document(allow()))


def test_without_version_it_is_2008() -> None:
    assert tolerant({"Statement": [allow()]}).version == "2008-10-17"
    assert not tolerant({"Statement": [allow()]}).has_variables


def test_an_empty_object_is_no_policy() -> None:
    assert tolerant({}) == Policy(())
    with pytest.raises(PolicyError):
        strict({})


def test_unknown_fields_are_kept_out_of_the_way() -> None:
    body = {**document({**allow(), "New": 1}), "Other": {}}
    assert tolerant(body) == tolerant(document(allow()))
    with pytest.raises(PolicyError, match="`Other` is unknown"):
        strict(body)


def test_a_bare_principal_is_read_as_aws() -> None:
    assert tolerant(document(to(USER)), RESOURCE) == tolerant(document(to({"AWS": USER})), RESOURCE)
    with pytest.raises(PolicyError):
        strict(document(to(USER)), RESOURCE)


def test_without_principal_a_resource_based_statement_matches_nobody() -> None:
    read = tolerant(document(allow()), RESOURCE)
    assert read.statements[0].principals == ()
    assert read.warnings
    with pytest.raises(PolicyError):
        strict(document(allow()), RESOURCE)


def test_without_resource_it_is_about_the_resource_it_is_on() -> None:
    assert tolerant(document(trusts("*")), TRUST).statements[0].resources is None
    assert tolerant(document(without(to("*"), "Resource")), RESOURCE).statements[0].resources is None


@pytest.mark.parametrize(
    "resource, kind, good",
    [
        pytest.param("arn:aws:sqs", IDENTITY, True, id="AWS completes it in identity-based policies"),
        pytest.param("arn:aws:sqs", PolicyKind.SESSION, False, id="session policies do not support it"),
        pytest.param("arn:aws-cn:sqs:*:*:q", IDENTITY, True, id="any partition"),
        pytest.param("sqs", IDENTITY, False, id="no ARN"),
        pytest.param("*", IDENTITY, True, id="a star"),
    ],
)
def test_strict_wants_arns(resource: str, kind: PolicyKind, good: bool) -> None:
    assert tolerant(document(allow(resource=resource)), kind)
    if good:
        assert strict(document(allow(resource=resource)), kind)
    else:
        with pytest.raises(PolicyError, match="is not an ARN"):
            strict(document(allow(resource=resource)), kind)


BOTH_MANNERS = [
    pytest.param("{", IDENTITY, "", id="not JSON"),
    pytest.param("NaN", IDENTITY, "", id="NaN is not JSON"),
    pytest.param('{"Version": "2012-10-17", "Version": "2012-10-17"}', IDENTITY, "", id="a name twice"),
    pytest.param(f'{{"Id": {"9" * 5000}}}', IDENTITY, "", id="an endless number"),
    pytest.param("[" * 200_000, IDENTITY, "", id="endless nesting"),
    pytest.param([], IDENTITY, "", id="a list"),
    pytest.param(None, IDENTITY, "", id="null"),
    pytest.param(7, IDENTITY, "", id="a number"),
    pytest.param({"Version": "2012-10-17"}, IDENTITY, "", id="no Statement"),
    pytest.param({"Version": "2020-01-01", "Statement": []}, IDENTITY, "Version", id="an unknown Version"),
    pytest.param({"Version": ["2012-10-17"], "Statement": []}, IDENTITY, "Version", id="a list as Version"),
    pytest.param({"Version": 10**5_000, "Statement": []}, IDENTITY, "Version", id="a Version of thousands of digits"),
    pytest.param({**document(allow()), "Id": 5}, IDENTITY, "Id", id="a number as Id"),
    pytest.param({"Statement": [allow(), 5]}, IDENTITY, "Statement[1]", id="a number as statement"),
    pytest.param({"Statement": None}, IDENTITY, "Statement[0]", id="null as statement"),
    pytest.param(document(allow(Sid=5)), IDENTITY, "Statement[0].Sid", id="a number as Sid"),
    pytest.param(document(allow(Effect="allow")), IDENTITY, "Statement[0].Effect", id="an unknown Effect"),
    pytest.param(document(allow(Effect=["Allow"])), IDENTITY, "Statement[0].Effect", id="a list as Effect"),
    pytest.param(document(without(allow(), "Effect")), IDENTITY, "Statement[0]", id="no Effect"),
    pytest.param(document(allow(NotAction="s3:*")), IDENTITY, "Statement[0]", id="both Action and NotAction"),
    pytest.param(document(without(allow(), "Action")), IDENTITY, "Statement[0]", id="neither Action nor NotAction"),
    pytest.param(document(allow(action=[5])), IDENTITY, "Statement[0].Action", id="a number as Action"),
    pytest.param(document(without(allow(NotAction=[5]), "Action")), IDENTITY, "Statement[0].NotAction", id="a number as NotAction"),
    pytest.param(document(without(allow(NotResource=5), "Resource")), IDENTITY, "Statement[0].NotResource", id="a number as NotResource"),
    pytest.param(document(allow(action=None)), IDENTITY, "Statement[0].Action", id="null as Action"),
    pytest.param(document(allow(NotResource="*")), IDENTITY, "Statement[0]", id="both Resource and NotResource"),
    pytest.param(document(without(allow(), "Resource")), IDENTITY, "Statement[0]", id="neither Resource nor NotResource"),
    pytest.param(document(allow(resource={})), IDENTITY, "Statement[0].Resource", id="an object as Resource"),
    pytest.param(document(to("*")), IDENTITY, "Statement[0]", id="Principal in an identity-based policy"),
    pytest.param(document(deny(NotPrincipal="*")), IDENTITY, "Statement[0]", id="NotPrincipal in an identity-based policy"),
    pytest.param(document(allow(NotPrincipal="*")), RESOURCE, "Statement[0].NotPrincipal", id="NotPrincipal with Allow"),
    pytest.param(document(without({**deny("sts:AssumeRole"), "NotPrincipal": "*"}, "Resource")), TRUST, "Statement[0].NotPrincipal", id="NotPrincipal in a trust policy"),
    pytest.param(document(to("*", NotPrincipal="*")), RESOURCE, "Statement[0]", id="both Principal and NotPrincipal"),
    pytest.param(document(to(5)), RESOURCE, "Statement[0].Principal", id="a number as Principal"),
    pytest.param(document(to({"AWS": 5})), RESOURCE, "Statement[0].Principal.AWS", id="a number as account"),
    pytest.param(document(to({7: "x"})), RESOURCE, "Statement[0].Principal", id="a number as kind of principal"),
    pytest.param(document(allow(Condition=None)), IDENTITY, "Statement[0].Condition", id="null as Condition"),
    pytest.param(document(allow(Condition=[])), IDENTITY, "Statement[0].Condition", id="a list as Condition"),
    pytest.param(document(allow(Condition={5: {}})), IDENTITY, "Statement[0].Condition", id="a number as operator"),
    pytest.param(document(allow(Condition={"Bool": "k"})), IDENTITY, "Statement[0].Condition.Bool", id="text for keys"),
    pytest.param(document(allow(Condition={"Bool": {True: "k"}})), IDENTITY, "Statement[0].Condition.Bool", id="true as a key"),
    pytest.param(document(allow(Condition={"Bool": {"k": None}})), IDENTITY, "Statement[0].Condition.Bool.k", id="null as a value"),
    pytest.param(document(allow(Condition={"Bool": {"k": [[]]}})), IDENTITY, "Statement[0].Condition.Bool.k", id="a list as a value"),
    pytest.param(document(allow(Condition={"Bool": {"k": float("nan")}})), IDENTITY, "Statement[0].Condition.Bool.k", id="NaN as a value"),
    pytest.param(document(allow(Condition={"Bool": {"k": 10**5000}})), IDENTITY, "Statement[0].Condition.Bool.k", id="an endless value"),
    pytest.param(document(allow(Condition={"StringLikes": {"k": "v"}})), IDENTITY, "Statement[0].Condition.StringLikes", id="an unknown operator"),
]  # fmt: skip


@pytest.mark.parametrize("manner", [strict, tolerant])
@pytest.mark.parametrize("body, kind, place", BOTH_MANNERS)
def test_never_tolerated(manner: Any, body: object, kind: PolicyKind, place: str) -> None:
    with pytest.raises(PolicyError) as caught:
        manner(body, kind)
    assert caught.value.place == place
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "body, kind, place",
    [
        pytest.param(document(), IDENTITY, "Statement", id="no statement at all"),
        pytest.param(document(allow(Sid="A"), deny(Sid="A")), IDENTITY, "Statement[1].Sid", id="a Sid twice"),
        pytest.param(document(allow(action=[])), IDENTITY, "Statement[0].Action", id="no action"),
        pytest.param(document(allow(action="invoke")), IDENTITY, "Statement[0].Action", id="no service in an action"),
        pytest.param(document(without(allow(NotAction="x"), "Action")), IDENTITY, "Statement[0].NotAction", id="no service in a NotAction"),
        pytest.param(document(trusts("*", Resource="*")), TRUST, "Statement[0]", id="Resource in a trust policy"),
        pytest.param(document(to({"Aws": USER})), RESOURCE, "Statement[0].Principal", id="an unknown kind of principal"),
        pytest.param(document(to({"AWS": "arn:aws:iam::222222222222:user/*"})), RESOURCE, "Statement[0].Principal", id="a wildcard in a principal"),
        pytest.param(document(to({"AWS": "12345"})), RESOURCE, "Statement[0].Principal", id="no account number"),
        pytest.param(document(to({"Service": "s3"})), RESOURCE, "Statement[0].Principal", id="no service"),
        pytest.param(document({**allow(), "Efect": "Deny"}), IDENTITY, "Statement[0]", id="an unknown element"),
    ],
)  # fmt: skip
def test_refused_by_aws_and_strictly(body: object, kind: PolicyKind, place: str) -> None:
    assert tolerant(body, kind)
    with pytest.raises(PolicyError) as caught:
        strict(body, kind)
    assert caught.value.place == place


def test_an_operator_gets_a_hint() -> None:
    with pytest.raises(PolicyError, match="did you mean `StringLike`"):
        strict(document(allow(Condition={"StringLikes": {"k": "v"}})))


#: Source: "IAM JSON policy elements: Condition operators" for the forms, "IAM policy validation check reference" for
#: "Type mismatch IP range", "… date", "… number", "… Boolean".
OPERANDS = [
    pytest.param("NumericEquals", "abc", ["10", "-1.5", 10], id="a number"),
    pytest.param("NumericLessThanEqualsIfExists", "1_000", ["1e3"], id="a number, as AWS writes it"),
    pytest.param("DateGreaterThan", "tomorrow", ["2026-01-31T12:00:00Z", "2026-01-31", "1767225600"], id="a date"),
    pytest.param("DateLessThan", "2026-13-01T00:00:00Z", ["2026-12-01T00:00:00Z"], id="a month that there is"),
    pytest.param("IpAddress", "203.0.113.0/33", ["203.0.113.0/24", "203.0.113.7", "2001:db8::/32"], id="a range"),
    pytest.param("NotIpAddress", "here", ["203.0.113.7/32"], id="an address"),
    pytest.param("Bool", "yes", ["true", "False", True], id="true or false"),
    pytest.param("ForAllValues:Bool", "1", ["true"], id="each of several values"),
    pytest.param("Null", "absent", ["true", "false"], id="present or absent"),
    pytest.param("ArnLike", "role/dev", ["arn:aws:iam::*:role/dev", "arn:*:iam::111111111111:*"], id="an ARN"),
    pytest.param("ArnNotEquals", "arn:aws:s3", ["arn:aws:s3:::inbox"], id="an ARN of six parts"),
    pytest.param("BinaryEquals", "%", ["QmluYXJ5VmFsdWU="], id="base64"),
]


@pytest.mark.parametrize("operator, wrong, right", OPERANDS)
def test_a_value_has_to_be_of_its_operators_type(operator: str, wrong: str, right: list[Any]) -> None:
    assert strict(document(allow(Condition={operator: {"k": [*right, "${aws:username}"]}})))
    body = document(allow(), allow(Condition={operator: {"k": [*right, wrong]}}))
    assert conditions_of(tolerant(body).statements[1])[0].values[-1] == wrong, "AWS gave it out, so it is a fact"
    with pytest.raises(PolicyError, match=f"`{re.escape(wrong)}` is not ") as caught:
        strict(body)
    assert caught.value.place == f"Statement[1].Condition.{operator}.k"


def test_what_is_read_is_whole_and_frozen() -> None:
    read = strict(document(allow(Condition={"Bool": {"aws:SecureTransport": "true"}})))
    statement = read.statements[0]
    for value in (read, statement, *conditions_of(statement)):
        assert replace(value) == value
        assert hash(value) == hash(replace(value))
        with pytest.raises(AttributeError, match="immutable"):
            setattr(value, value.__struct_fields__[0], None)
    assert read == Policy(read.statements, "2012-10-17")
    assert pickle.loads(pickle.dumps(statement)) == statement


@pytest.mark.parametrize(
    "value, said",
    [
        (None, "null"),
        (True, "true or false"),
        (1, "a number"),
        (1.5, "a number"),
        (["s3:*"], "a list"),
        ({"s3": "*"}, "an object"),
    ],
)
def test_what_stands_for_a_string_is_named(value: object, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(document(allow([value])), PolicyKind.IDENTITY, strict=False)
    assert caught.value.problem == f"needs a string, not {said}"
    with pytest.raises(PolicyError) as caught:
        parse_policy(document(allow(Condition={"Bool": {"k": [[value]]}})), PolicyKind.IDENTITY, strict=False)
    assert caught.value.problem == "needs a string, not a list"


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*", USER]}, {"AWS": "222222222222"}, {"AWS": USER}])
def test_a_principal_that_aws_takes_is_read_strictly(principal: object) -> None:
    assert parse_policy(document(to(principal)), PolicyKind.RESOURCE, strict=True).statements[0].principals


@pytest.mark.parametrize(
    "body, kind, usual",
    [
        pytest.param(document(allow(Sid="A"), deny(["s3:*"], ["*"])), IDENTITY, True, id="texts and lists of them"),
        pytest.param(document(allow(Condition={"Bool": {"k": True}, "StringLikeIfExists": {"k": ["v"]}})), IDENTITY, True, id="conditions"),
        pytest.param({"Statement": to({"AWS": [USER]})}, RESOURCE, True, id="one statement"),
        pytest.param(document(trusts("*")), TRUST, True, id="no Resource"),
        pytest.param(document(trusts("*")), PolicyKind.RCP, False, id="no Resource where it is needed"),
        pytest.param(document(allow(Condition={"NumericEquals": {"k": 1}})), IDENTITY, False, id="a number"),
        pytest.param(document(allow(Condition={"stringlike": {"k": "v"}})), IDENTITY, False, id="an operator in lower case"),
        pytest.param(document(allow(Sid=None)), IDENTITY, False, id="null"),
        pytest.param(document(to("*")), IDENTITY, False, id="somebody is named where nobody is"),
        pytest.param(document(allow()), RESOURCE, False, id="nobody is named"),
        pytest.param(document(without({**allow(), "NotAction": "s3:*"}, "Action")), IDENTITY, False, id="NotAction"),
        pytest.param(document(deny(NotAction="s3:*")), IDENTITY, False, id="Action and NotAction"),
    ],
)  # fmt: skip
def test_what_is_usual(body: dict[str, Any], kind: PolicyKind, usual: bool) -> None:
    with nullcontext() if usual else pytest.raises(ValidationError):
        assert convert(body, TYPES[kind]).policy == careful(body, kind)


def test_a_usual_document_keeps_its_id() -> None:
    assert convert({**document(allow()), "Id": "me"}, TYPES[IDENTITY]).policy.id == "me"


@given(st.sampled_from(ASKED), st.sampled_from(PolicyKind), st.booleans(), st.data())
def test_a_usual_document_means_what_a_careful_reading_says(
    asked: Any, kind: PolicyKind, odd: bool, data: st.DataObject
) -> None:
    """Null as Id is nothing usual, and means nothing: such a document is read with care."""
    _, actions, resources = asked
    about = statements_about(actions, resources, "somebody" if kind in WITH_PRINCIPAL else "")
    body: Any = document(*data.draw(st.lists(about, min_size=1, max_size=2)))
    if odd:
        one = data.draw(st.sampled_from(body["Statement"]))
        element = data.draw(st.sampled_from((*one, "Sid", "NotAction", "Resource", "Principal")))
        body["Statement"] = [{**one, element: data.draw(junk)}]
    if data.draw(st.booleans()):
        body = shorter(body)
    assert said(lambda: tolerant(body, kind)) == said(lambda: careful(body, kind))


def careful(body: dict[str, Any], kind: PolicyKind) -> Policy:
    return tolerant({**body, "Id": None}, kind)


def shorter(value: Any) -> Any:
    """The same document without the lists that it can do without."""
    if isinstance(value, dict):
        return {key: shorter(part) for key, part in value.items()}
    if isinstance(value, list):
        return shorter(value[0]) if len(value) == 1 else [shorter(part) for part in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def said(reading: Callable[[], Policy]) -> tuple[Policy, tuple[str, ...]] | str:
    try:
        read = reading()
    except PolicyError as error:
        return str(error)
    return read, read.warnings
