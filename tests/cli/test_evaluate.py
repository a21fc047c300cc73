"""`permgraph evaluate`: what is read how, in order, and with flat memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.answer import EvaluateAnswer
from models.errors import PolicyError
from simulator.answers.evaluate import evaluate_line
from simulator.answers.line import read, written
from simulator.cli.main import run
from tests.strategies import worlds

USER = "arn:aws:iam::111111111111:user/dev"
ROLE = "arn:aws:iam::111111111111:role/team/pipeline"
SESSION = "arn:aws:sts::111111111111:assumed-role/pipeline/run-7"
FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:orders"
OTHER_FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:orders"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def line(**changes: Any) -> dict[str, Any]:
    made = {
        "id": "1",
        "principal": USER,
        "action": "lambda:InvokeFunction",
        "resource": FUNCTION,
        "policies": {"identity": [EVERYTHING]},
    }
    return {key: value for key, value in (made | changes).items() if value is not ...}


def when(operator: str, key: str, value: Any, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {key: value}}} | more
    return {"Version": "2012-10-17", "Statement": [statement]}


def decided(**changes: Any) -> str:
    answer = evaluate_line(json.dumps(line(**changes)))
    assert "error" not in answer, answer
    EvaluateAnswer.model_validate(answer)
    return str(answer["decision"])


def error(**changes: Any) -> str:
    answer = evaluate_line(json.dumps(line(**changes)))
    assert set(answer) == {"id", "error"}, answer
    return str(answer["error"])


@pytest.mark.parametrize(
    "expected, changes",
    [
        pytest.param("allowed", {}, id="an identity-based policy"),
        pytest.param("implicitDeny", {"policies": None}, id="null is no policy"),
        pytest.param("implicitDeny", {"policies": ...}, id="a missing field is no policy"),
        pytest.param("allowed", {"policies": {"identity": [EVERYTHING], "boundary": {}}}, id="{} is no boundary"),
        pytest.param("allowed", {"policies": {"identity": [EVERYTHING], "session": []}}, id="[] is no policy"),
        pytest.param(
            "implicitDeny",
            {"policies": {"identity": [EVERYTHING], "boundary": {"Statement": []}}},
            id="a boundary without statements allows nothing",
        ),
        pytest.param(
            "implicitDeny",
            {"policies": {"identity": [EVERYTHING], "scps": [[EVERYTHING], []]}},
            id="an empty SCP level allows nothing",
        ),
        pytest.param(
            "allowed",
            {"policies": {"identity": [EVERYTHING], "scps": [[EVERYTHING], []]}, "management_account": True},
            id="SCPs don't bind the management account",
        ),
        pytest.param("allowed", {"policies": {"identity": [json.dumps(EVERYTHING)]}}, id="a document as text"),
        pytest.param("implicitDeny", {"resource": OTHER_FUNCTION}, id="another account by the ARN"),
        pytest.param("implicitDeny", {"resource_account": "222222222222"}, id="another account by its field"),
        pytest.param("allowed", {"expected": "allowed"}, id="an unknown field of the line is let be"),
    ],
)
def test_policies(expected: str, changes: dict[str, Any]) -> None:
    assert decided(**changes) == expected


@pytest.mark.parametrize(
    "expected, principal, key, value",
    [
        pytest.param("allowed", USER, "aws:PrincipalArn", USER, id="a user's ARN"),
        pytest.param("allowed", ROLE, "aws:PrincipalArn", ROLE, id="a role's ARN with its path"),
        pytest.param(
            "allowed",
            SESSION,
            "aws:PrincipalArn",
            "arn:aws:iam::111111111111:role/pipeline",
            id="of a session: the role's",
        ),
        pytest.param("allowed", USER, "AWS:principalaccount", "111111111111", id="the account, in any letter case"),
        pytest.param("allowed", USER, "aws:PrincipalType", "User", id="a user's type"),
        pytest.param("allowed", SESSION, "aws:PrincipalType", "AssumedRole", id="a session's type"),
        pytest.param(
            "allowed", "arn:aws:iam::111111111111:root", "aws:userid", "111111111111", id="the root user's id"
        ),
        pytest.param("allowed", USER, "aws:ResourceAccount", "111111111111", id="the resource's account"),
        pytest.param("implicitDeny", USER, "aws:PrincipalIsAWSService", "false", id="of services only"),
        pytest.param("implicitDeny", USER, "aws:SourceIp", "203.0.113.7", id="what isn't given is absent"),
        pytest.param("implicitDeny", USER, "aws:username", "dev", id="nothing that the list doesn't name"),
    ],
)
def test_what_is_added_to_the_context(expected: str, principal: str, key: str, value: str) -> None:
    policy = when("StringEquals", key, value)
    # A root user needs no identity-based policy: the condition denies instead.
    deny = when("StringNotEquals", key, value, Effect="Deny")
    policies = {"identity": [EVERYTHING, deny]} if principal.endswith(":root") else {"identity": [policy]}
    assert decided(principal=principal, policies=policies) == expected


def test_what_is_given_wins_over_what_follows() -> None:
    policies = {"identity": [when("StringEquals", "aws:PrincipalType", "Robot")]}
    assert decided(policies=policies, context={"aws:PrincipalType": "Robot"}) == "allowed"
    absent = {"identity": [when("Null", "aws:PrincipalArn", "true")]}
    assert decided(policies=absent, context={"aws:PrincipalArn": None}) == "allowed"


def test_a_service_needs_the_resources_policy_and_carries_its_name() -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "*", "Resource": FUNCTION}
    statement["Condition"] = {
        "StringEquals": {"aws:PrincipalServiceName": "s3.amazonaws.com"},
        "Bool": {"aws:PrincipalIsAWSService": "true"},
    }
    policies = {"identity": [EVERYTHING], "resource": {"Statement": [statement]}}
    assert decided(principal="s3.amazonaws.com", policies=policies) == "allowed"
    assert decided(principal="sns.amazonaws.com", policies=policies) == "implicitDeny"


def test_the_role_of_a_session_may_be_given_with_its_path() -> None:
    policies = {"identity": [when("ArnEquals", "aws:PrincipalArn", ROLE)]}
    assert decided(principal=SESSION, principal_role=ROLE, policies=policies) == "allowed"
    assert decided(principal=SESSION, policies=policies) == "implicitDeny"


def test_a_trust_policy_is_the_resources_own_and_called_trust() -> None:
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sts:AssumeRole"}}
    answer = evaluate_line(json.dumps(line(action="sts:AssumeRole", resource=ROLE, policies={"resource": trust})))
    assert answer["decision"] == "allowed"
    assert answer["layers"] == {"trust": "allowed"}
    assert answer["because"] == [{"layer": "trust", "policy": "resource", "statement": "#1", "effect": "Allow"}]


def test_names_of_policies_show_in_the_reasons() -> None:
    named = {"name": "everything", "document": EVERYTHING}
    answer = evaluate_line(json.dumps(line(policies={"identity": [{}, named], "scps": [[EVERYTHING]]})))
    assert [cited["policy"] for cited in answer["because"]] == ["everything", "scps[0][0]"]


def test_an_open_key_makes_it_conditional_with_a_witness_of_every_open_key() -> None:
    policies = {"identity": [when("Bool", "aws:MultiFactorAuthPresent", "true")]}
    opened = ["AWS:multifactorauthpresent", "aws:SourceIp"]
    answer = evaluate_line(json.dumps(line(policies=policies, open_keys=opened)))
    EvaluateAnswer.model_validate(answer)
    assert answer["decision"] == "conditional"
    residual = answer["residual"]
    assert residual["allowed_with"] == {"AWS:multifactorauthpresent": "true", "aws:SourceIp": None}
    assert set(residual["denied_with"]) == set(opened)
    for witness, expected in ((residual["allowed_with"], "allowed"), (residual["denied_with"], "implicitDeny")):
        assert decided(policies=policies, context=witness) == expected


@pytest.mark.parametrize(
    "changes, message",
    [
        pytest.param({"principal": ...}, "principal: is missing", id="no principal"),
        pytest.param({"principal": 7}, "principal: has to be a string", id="a number for a principal"),
        pytest.param({"principal": "dev"}, "principal `dev` is not an ARN", id="a short name"),
        pytest.param({"action": "Invoke"}, "action: `Invoke` is not an action", id="no service"),
        pytest.param({"action": "lambda:*"}, "action: `lambda:*` is not an action", id="a pattern"),
        pytest.param({"resource": ""}, "resource: is missing", id="no resource"),
        pytest.param({"resource_account": "ours"}, "resource_account: `ours` is not the number", id="a name"),
        pytest.param({"resource": "arn:aws:s3:::inbox"}, "resource_account: is missing", id="a bucket's owner"),
        pytest.param({"context": []}, "context: has to be an object", id="context"),
        pytest.param({"context": {"a:b": {}}}, "context.a:b: has to be a string", id="a value"),
        pytest.param({"context": {"a:b": "1", "A:B": "2"}}, "context: `A:B` is there twice", id="a key twice"),
        pytest.param({"open_keys": "a:b"}, "open_keys: has to be a list", id="open keys"),
        pytest.param({"context": {"a:b": "1"}, "open_keys": ["A:b"]}, "open_keys: `A:b` has a value", id="both"),
        pytest.param({"policies": {"scp": []}}, "policies: `scp` is not one of identity", id="a kind of policy"),
        pytest.param({"policies": {"identity": EVERYTHING}}, "policies.identity: has to be a list", id="no list"),
        pytest.param({"policies": {"scps": [EVERYTHING]}}, "policies.scps[0]: has to be a list", id="no levels"),
        pytest.param(
            {"policies": {"identity": [{"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}]}},
            "policies.identity[0]: Statement[0].Effect: `Maybe` is not one of Allow, Deny",
            id="an effect",
        ),
        pytest.param(
            {"policies": {"identity": [when("StringLikes", "a:b", "c")]}}, "StringLikes", id="a condition operator"
        ),
        pytest.param({"management_account": "yes"}, "management_account: has to be true or false", id="a flag"),
        pytest.param({"vpc_endpoint_type": "door"}, "`door` is not one of interface, gateway", id="a kind of endpoint"),
    ],
)
def test_what_cannot_be_read_is_said_on_its_line(changes: dict[str, Any], message: str) -> None:
    assert message in error(**changes)


@pytest.mark.parametrize(
    "text, message",
    [
        pytest.param(b"{", "not JSON", id="half an object"),
        pytest.param(b"[]", "a request is a JSON object", id="a list"),
        pytest.param(b"\xff", "not UTF-8", id="bytes"),
        pytest.param(b'{"id": NaN}', "not JSON: `NaN`", id="not a number"),
        pytest.param(b'{"id": 1, "id": 2}', "`id` is written twice", id="a member twice"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="deep"),
        pytest.param(b'{"id": ' + b"9" * 5000 + b"}", "not JSON: a number is too long", id="a long number"),
        pytest.param(b'{"id": 1e400}', "not JSON: `1e400` is too large a number", id="a number beyond a double"),
        pytest.param(b'{"id": "\x00"}', "not JSON: invalid control character at column 9", id="a null byte"),
        pytest.param(b'{"a": {"b": 1, "b": 1}}', "`b` is written twice", id="a member twice, further in"),
        pytest.param(b'{"\\u0061": 1, "a": 2}', "`a` is written twice", id="a member twice, spelled otherwise"),
        pytest.param(b'{"a\\u0022": "\\u0022", "a\\"": 2}', '`a"` is written twice', id="a quote in its name"),
        pytest.param(b'{"id": "\xed\xa0\x80"}', "not UTF-8", id="half a surrogate pair as bytes"),
    ],
)
def test_lines_that_are_no_request(text: bytes, message: str) -> None:
    answer = evaluate_line(text)
    assert answer["id"] is None
    assert message in answer["error"]


def test_a_mistake_is_not_longer_than_what_a_person_reads() -> None:
    assert len(error(action="x" * 50_000_000)) < 1_100


def test_a_line_of_50_megabytes_is_answered() -> None:
    assert decided(padding="x" * 50_000_000) == "allowed"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(2**63, id="a number of 64 bits"),
        pytest.param(-(10**30), id="a number of more than 64 bits"),
        pytest.param(1.5, id="a number with a fraction"),
        pytest.param("\ud800", id="half a surrogate pair"),
        pytest.param({"a": [None, True]}, id="an object"),
        pytest.param(json.loads("[" * 300 + "]" * 300), id="many levels"),
    ],
)
def test_an_id_comes_back_as_it_was_given(name: Any) -> None:
    answer = evaluate_line(json.dumps(line(id=name)).encode())
    assert answer["id"] == name
    assert json.loads(written(answer)) == answer


def test_a_number_in_the_context_counts_with_all_its_digits() -> None:
    policies = {"identity": [when("StringEquals", "a:b", "123456789012345678901234567890")]}
    assert decided(policies=policies, context={"a:b": 123456789012345678901234567890}) == "allowed"


def _text_of(value: Any) -> st.SearchStrategy[str]:
    """A text as JSON, its characters spelled in any of the ways that there are."""
    ways = [st.sampled_from([json.dumps(char)[1:-1], f"\\u{ord(char):04x}", f"\\u{ord(char):04X}"]) for char in value]
    return st.tuples(*ways).map(lambda chars: '"' + "".join(chars) + '"')


_SPACE = st.sampled_from(["", "", " ", "\t", " \r"])
_NAME = st.sampled_from(["a", '"', ":", 'a":', "\\", "é"]).flatmap(_text_of)
_NUMBER = st.sampled_from(["0", "-0", "1.5", "1e5", "18446744073709551615", "18446744073709551616", "9" * 40, "-1E+2"])
_SCALAR = st.sampled_from(["true", "null"]) | _NUMBER | _NAME


def _members(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.tuples(_SPACE, _NAME, _SPACE, st.just(":"), _SPACE, inner, _SPACE).map("".join)
    return st.lists(one, max_size=4).map(lambda members: "{" + ",".join(members) + "}")


_DOCUMENT = _members(
    st.recursive(
        _SCALAR,
        lambda inner: st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]") | _members(inner),
        max_leaves=6,
    )
)


@given(text=_DOCUMENT)
def test_nothing_of_a_line_is_lost_without_a_word(text: str) -> None:
    """Held to Python's own reader: what it says of each pair of brackets is all that was written there."""
    twice = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        twice = twice or len(dict(found)) != len(found)
        return dict(found)

    expected = json.loads(text, object_pairs_hook=pairs)
    if twice:
        with pytest.raises(PolicyError, match="is written twice"):
            read(text.encode())
    else:
        assert repr(read(text.encode())) == repr(expected)


def as_line(world: dict[str, Any]) -> dict[str, Any]:
    """What `tests.policy.builders.ask` takes, as a line; of one policy the document is written as text."""

    def documents(statements: list[Any]) -> list[Any]:
        return [{"Version": "2012-10-17", "Statement": statements}]

    made = {"id": 1, "principal": world["principal"], "action": world["action"], "resource": world["resource_arn"]}
    if "role" in world:
        made["principal_role"] = world["role"]
    policies: dict[str, Any] = {"identity": documents(world.get("identity", []))}
    for name, field in {
        "boundary": "boundary",
        "resource": "resource",
        "trust": "resource",
        "endpoint": "vpc_endpoint",
    }.items():
        if name in world:
            policies[field] = {"name": name, "document": documents(world[name])[0]}
    if "session" in world:
        policies["session"] = json.dumps(documents(world["session"])[0])
    for name in ("scps", "rcps"):
        policies[name] = [documents(level) for level in world[name]]
    return made | {"policies": policies, "context": {"k": "v", "m": ["v", "w"], "b": True, "n": 1}, "open_keys": ["l"]}


@given(worlds())
def test_a_member_that_nobody_knows_makes_no_difference(world: dict[str, Any]) -> None:
    """Usual lines are read by another reader than those that have one, and documents by another where one is null."""
    asked = as_line(world)
    answer = evaluate_line(json.dumps(asked))
    assert evaluate_line(json.dumps(asked, separators=(",", ":"))) == answer
    assert evaluate_line(json.dumps(asked | {"expected": "allowed"})) == answer
    for document in asked["policies"]["identity"]:
        document["Id"] = None
    assert evaluate_line(json.dumps(asked)) == answer
    assert "error" not in answer


def test_order_is_kept_and_bad_lines_end_in_exit_code_2(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [json.dumps(line(id=number)) if number % 3 else f'{{"id": {number}}}' for number in range(30)]
    file = tmp_path / "requests.jsonl"
    file.write_text("\ufeff" + "\n".join([*lines, "", ""]), encoding="utf-8")
    assert run(["evaluate", str(file)]) == 2
    output = capfdbinary.readouterr()
    found = [json.loads(row) for row in output.out.splitlines()]
    assert [one["id"] for one in found] == list(range(30))
    assert [number for number, one in enumerate(found) if "error" in one] == list(range(0, 30, 3))
    assert output.err == b"error: 10 of 30 lines could not be read; the answer in place of each says why\n"


def test_stdin_and_letters_of_every_kind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "in"
    file.write_text(json.dumps(line(id="Größe")) + "\n" + json.dumps(line(id="\ud800")), encoding="ascii")
    with file.open(encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert run(["evaluate", "-"]) == 0
    output = capfdbinary.readouterr().out
    assert "Größe".encode() in output
    assert [json.loads(row)["id"] for row in output.splitlines()] == ["Größe", "\ud800"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([USER, FUNCTION, "*", "Allow"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "Resource", "Principal", "Condition", "StringLike", "document"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    changes=st.dictionaries(
        st.sampled_from(["principal", "action", "resource", "context", "open_keys", "policies", "principal_role"]), JSON
    ),
    policies=st.dictionaries(st.sampled_from(["identity", "boundary", "resource", "scps", "vpc_endpoint"]), JSON),
)
def test_nothing_but_an_answer_comes_of_any_line(changes: dict[str, Any], policies: dict[str, Any]) -> None:
    answer = evaluate_line(json.dumps(line(**({"policies": policies} | changes))))
    assert answer["id"] == "1"
    assert not str(answer.get("error", "")).startswith("internal error")
    assert "error" in answer or EvaluateAnswer.model_validate(answer)
