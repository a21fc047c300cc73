"""Text for people: the verdict first, one fact a line, nothing that a terminal would obey."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from models.answer import (
    CanAnswer,
    CitationAnswer,
    ExpectationAnswer,
    FactAnswer,
    GrantAnswer,
    PathAnswer,
    PathsAnswer,
    PrincipalAnswer,
    ReachAnswer,
    ReachedAnswer,
    ResidualAnswer,
    ScenarioAnswer,
    StepAnswer,
    TestAnswer,
    WhoCanAnswer,
)
from simulator.render import text
from simulator.render.lines import MOST_FACTS, facts, line, table
from simulator.render.names import Names, parts

DEV = "arn:aws:iam::111111111111:user/dev"
PIPELINE = "arn:aws:iam::111111111111:role/ci/pipeline"
INVOKER = "arn:aws:iam::222222222222:role/invoker"
ORDERS = "arn:aws:lambda:eu-west-1:222222222222:function:orders:live"
NAMES = Names({"111111111111": "partner", "222222222222": None})

RESIDUAL = ResidualAnswer(
    text="allowed if sts:ExternalId is pipe-42",
    when={"operator": "StringEquals", "key": "sts:ExternalId", "values": ["pipe-42"]},
    allowed_with={"sts:ExternalId": "pipe-42", "aws:SourceIp": None},
    denied_with={"sts:ExternalId": None},
)
TRUST = GrantAnswer(
    account="222222222222",
    side="trust",
    holder=INVOKER,
    principal=PIPELINE,
    action="sts:AssumeRole",
    resource=INVOKER,
    condition=None,
    statement={"Effect": "Allow", "Principal": {"AWS": PIPELINE}, "Action": "sts:AssumeRole"},
)


def shown(lines: list[Text]) -> str:
    return "\n".join(line.plain for line in lines)


def can_answer(**changes: Any) -> CanAnswer:
    fields: dict[str, Any] = {
        "principal": DEV,
        "action": "lambda:InvokeFunction",
        "resource": ORDERS,
        "decision": "allowed",
        "because": (),
        "layers": {},
        "near_misses": (),
        "residual": None,
        "gaps": (),
        "missing": (),
        "assumes": (),
    }
    return CanAnswer(**(fields | changes))


@pytest.mark.parametrize(
    "changes, first",
    [
        pytest.param({}, "YES  dev may lambda:InvokeFunction on orders:live", id="allowed"),
        pytest.param(
            {"decision": "implicitDeny"},
            "NO  dev may not lambda:InvokeFunction on orders:live: nothing allows it",
            id="nothing allows it",
        ),
        pytest.param(
            {"decision": "implicitDeny", "layers": {"identity": "allowed", "resource": "implicitDeny"}},
            "NO  dev may not lambda:InvokeFunction on orders:live: not every policy that has to allow it does",
            id="one side allows it",
        ),
        pytest.param(
            {"decision": "explicitDeny"},
            "NO  dev may not lambda:InvokeFunction on orders:live: an explicit deny",
            id="explicit deny",
        ),
        pytest.param(
            {"decision": "conditional", "residual": RESIDUAL},
            "IT DEPENDS  dev may lambda:InvokeFunction on orders:live under a condition",
            id="conditional",
        ),
        pytest.param(
            {"decision": "unknown"},
            "UNKNOWN  whether dev may lambda:InvokeFunction on orders:live: the snapshot lacks what decides it",
            id="unknown",
        ),
    ],
)
def test_the_verdict_is_the_first_line(changes: dict[str, Any], first: str) -> None:
    assert text.can(can_answer(**changes), NAMES)[0].plain == first


def test_can_says_why_and_what_it_rests_on() -> None:
    cited = CitationAnswer(layer="scp", policy="p-1", holder="222222222222", statement="NoDelete", effect="Deny")
    fact = FactAnswer(what="organization", about="222222222222", reason="the organization was not read")
    gap = FactAnswer(what="resource_policy", about=ORDERS, reason="lambda:GetPolicy was denied")
    answer = can_answer(
        decision="explicitDeny", because=(cited,), layers={"scp": "explicitDeny"}, gaps=(gap,), assumes=(fact,)
    )
    found = shown(text.can(answer, NAMES))
    assert "Deny  service control policy on 222222222222, policy p-1, statement NoDelete" in found
    assert "service control policy   x explicit deny" in found
    assert f"not read: the resource-based policy of {ORDERS}: lambda:GetPolicy was denied" in found
    assert "assumes no service control policies for 222222222222: the organization was not read" in found


def test_a_residual_is_said_with_an_example() -> None:
    found = shown(text.can(can_answer(decision="conditional", residual=RESIDUAL), NAMES))
    assert "allowed if sts:ExternalId is pipe-42" in found
    assert "for instance with sts:ExternalId = pipe-42, aws:SourceIp = (absent)" in found


def path_answer() -> PathsAnswer:
    steps = (
        StepAnswer(
            source=DEV, target=PIPELINE, kind="assumes", status="allowed", because=(), missing=(), residual=None
        ),
        StepAnswer(
            source=PIPELINE,
            target=INVOKER,
            kind="assumes",
            status="missing",
            because=(),
            missing=(TRUST,),
            residual=None,
        ),
        StepAnswer(
            source=INVOKER,
            target=ORDERS,
            kind="invokes",
            status="conditional",
            because=(),
            missing=(),
            residual=RESIDUAL,
        ),
    )
    return PathsAnswer(
        source=DEV, target=ORDERS, paths=(PathAnswer(status="missing", cost=1, steps=steps),), gaps=(), assumes=()
    )


def test_a_path_is_a_line_for_each_step_and_the_grants_below() -> None:
    assert shown(text.paths(path_answer(), NAMES)) == (
        "NO  no way from user dev to function orders:live holds; the nearest lacks 1 statement\n"
        "\n"
        "missing, 1 statement to add\n"
        "   + assumes  user dev -> role pipeline  allowed\n"
        "   - assumes  role pipeline -> role invoker  missing: account 222222222222, trust policy of role invoker\n"
        "   ~ invokes  role invoker -> function orders:live  conditional\n"
        "       allowed if sts:ExternalId is pipe-42\n"
        "       for instance with sts:ExternalId = pipe-42, aws:SourceIp = (absent)\n"
        "\n"
        "   add in account 222222222222, trust policy of role invoker\n"
        f"      {INVOKER}\n"
        "      {\n"
        '        "Effect": "Allow",\n'
        '        "Principal": {\n'
        f'          "AWS": "{PIPELINE}"\n'
        "        },\n"
        '        "Action": "sts:AssumeRole"\n'
        "      }"
    )


@pytest.mark.parametrize(
    "statuses, first",
    [
        pytest.param([], "NO  no way from user dev to function orders:live was found, not even", id="none"),
        pytest.param(["missing", "allowed"], "YES  a way from user dev to function orders:live holds", id="one holds"),
        pytest.param(["conditional", "missing"], "IT DEPENDS  a way", id="a condition"),
        pytest.param(["unknown"], "UNKNOWN  whether a way", id="not known"),
        pytest.param(
            ["denied"], "NO  no way from user dev to function orders:live holds, and what is there", id="denied"
        ),
    ],
)
def test_the_verdict_on_paths_is_that_of_the_best(statuses: list[Any], first: str) -> None:
    found = tuple(PathAnswer(status=status, cost=1, steps=()) for status in statuses)
    answer = PathsAnswer(source=DEV, target=ORDERS, paths=found, gaps=(), assumes=())
    assert text.paths(answer, NAMES)[0].plain.startswith(first)


def test_a_way_that_nothing_mends_lacks_no_statements() -> None:
    answer = PathsAnswer(
        source=DEV, target=ORDERS, paths=(PathAnswer(status="missing", cost=0, steps=()),), gaps=(), assumes=()
    )
    assert text.paths(answer, NAMES)[0].plain.endswith("holds, and no statement would mend it")


def test_who_can_is_a_table() -> None:
    rows = (
        PrincipalAnswer(principal=INVOKER, status="allowed", how="direct", via=(), residual=None),
        PrincipalAnswer(
            principal=DEV, status="conditional", how="role_chain", via=(PIPELINE, INVOKER), residual=RESIDUAL
        ),
    )
    answer = WhoCanAnswer(action="lambda:InvokeFunction", resource=ORDERS, principals=rows, gaps=(), assumes=())
    assert shown(text.who_can(answer, NAMES)) == (
        "2 principals for lambda:InvokeFunction on orders:live: 1 allowed, 1 conditional\n"
        "\n"
        "  status         how                principal     account                 via\n"
        "  + allowed      directly           role invoker  222222222222\n"
        "  ~ conditional  by assuming roles  user dev      111111111111 (partner)  pipeline > invoker\n"
        "\n"
        "conditions\n"
        "  user dev, by assuming roles: allowed if sts:ExternalId is pipe-42"
    )


def test_nobody_and_nothing() -> None:
    nobody = WhoCanAnswer(action="lambda:InvokeFunction", resource=ORDERS, principals=(), gaps=(), assumes=())
    assert shown(text.who_can(nobody, NAMES)) == "NOBODY  may lambda:InvokeFunction on orders:live"
    nothing = ReachAnswer(source=DEV, reaches=(), gaps=(), assumes=())
    assert shown(text.reach(nothing, NAMES)) == "NOTHING  user dev can become no role and run no function"


def test_where_nothing_is_certain_that_is_the_first_word() -> None:
    service = PrincipalAnswer(
        principal="service:s3.amazonaws.com", status="conditional", how="direct", via=(), residual=RESIDUAL
    )
    asked = WhoCanAnswer(action="lambda:InvokeFunction", resource=ORDERS, principals=(service,), gaps=(), assumes=())
    found = text.who_can(asked, NAMES)[0].plain
    assert found == "IT DEPENDS  1 principal for lambda:InvokeFunction on orders:live: 1 conditional"
    rows = (ReachedAnswer(node=PIPELINE, status="unknown", how="direct", via=()),)
    found = text.reach(ReachAnswer(source=DEV, reaches=rows, gaps=(), assumes=()), NAMES)[0].plain
    assert found == "UNKNOWN  user dev reaches 1 node: 1 unknown"


def test_what_no_statement_mends_is_said() -> None:
    found = shown(text.can(can_answer(decision="implicitDeny", action="lambda:UpdateFunctionCode"), NAMES))
    assert "no statement mends it: a function's policy can't give another account lambda:UpdateFunctionCode" in found
    aws = can_answer(decision="implicitDeny", resource="arn:aws:iam::111111111111:role/aws-reserved/r")
    assert "no statement is known that would mend it" in shown(text.can(aws, NAMES))


def test_a_root_arn_that_asks_is_the_root_user() -> None:
    root = can_answer(principal="arn:aws:iam::111111111111:root")
    assert text.can(root, NAMES)[0].plain.startswith("YES  the root user of account 111111111111 (partner) may ")


def test_a_way_back_to_itself_is_named_as_such() -> None:
    answer = PathsAnswer(source=DEV, target=DEV, paths=(), gaps=(), assumes=())
    assert text.paths(answer, NAMES)[0].plain.startswith("NO  no way from user dev back to itself was found")


def test_reach_is_a_table() -> None:
    rows = (ReachedAnswer(node=PIPELINE, status="allowed", how="direct", via=()),)
    found = shown(text.reach(ReachAnswer(source=DEV, reaches=rows, gaps=(), assumes=()), NAMES))
    assert found.startswith("user dev reaches 1 node: 1 allowed\n")
    assert "  + allowed  directly  role pipeline  111111111111 (partner)" in found


def test_a_failed_expectation_says_what_was_expected_and_what_is_so() -> None:
    expectations = (
        ExpectationAnswer(name="dev gets there", passed=False, expected="status allowed", got="status missing"),
        ExpectationAnswer(name="nobody else", passed=True, expected="nobody", got=""),
    )
    scenario = ScenarioAnswer(file="s.yaml", name="A scenario", passed=False, expectations=expectations)
    assert shown(text.test(TestAnswer(scenarios=(scenario,)))) == (
        "A scenario  s.yaml\n"
        "  FAIL  dev gets there\n"
        "        expected  status allowed\n"
        "        got       status missing\n"
        "  ok    nobody else\n"
        "\n"
        "1 failed: 1 of 2 expectations in 1 scenario hold"
    )


@pytest.mark.parametrize(
    "node, expected",
    [
        pytest.param(DEV, ("user", "dev"), id="a user"),
        pytest.param(PIPELINE, ("role", "pipeline"), id="a role with a path"),
        pytest.param(ORDERS, ("function", "orders:live"), id="an alias"),
        pytest.param(f"url:{ORDERS}", ("function URL", "orders:live"), id="a function URL"),
        pytest.param("arn:aws-cn:s3:::inbox", ("bucket", "inbox"), id="a bucket"),
        pytest.param("arn:aws:s3:::inbox/key", ("object", "inbox/key"), id="an object"),
        pytest.param("arn:aws:sqs:eu-west-1:222222222222:q", ("queue", "q"), id="a queue"),
        pytest.param("arn:aws:events:eu-west-1:222222222222:rule/bus/r", ("rule", "bus/r"), id="a rule"),
        pytest.param("arn:aws:iam::222222222222:root", ("account", "222222222222"), id="a root user"),
        pytest.param("arn:aws:new:eu-west-1:222222222222:thing/t", ("new thing", "t"), id="a service we don't know"),
        pytest.param("service:s3.amazonaws.com", ("service", "s3.amazonaws.com"), id="a service"),
        pytest.param("federated:accounts.google.com", ("identity provider", "accounts.google.com"), id="a provider"),
        pytest.param("account:333333333333", ("account", "333333333333"), id="an account"),
        pytest.param("anyone", ("", "anyone"), id="anyone"),
        pytest.param("arn:broken", ("", "arn:broken"), id="no ARN"),
    ],
)
def test_short_names(node: str, expected: tuple[str, str]) -> None:
    assert parts(node) == expected


def test_a_fact_about_everything_is_said_without_what_it_is_about() -> None:
    fact = FactAnswer(what="organization", about="*", reason="the organization was not read")
    assert facts((), (fact,))[0].plain == "assumes no service control policies: the organization was not read"


def test_more_facts_than_anybody_reads_are_counted() -> None:
    many = tuple(FactAnswer(what="tags", about=f"arn:{number}") for number in range(MOST_FACTS + 3))
    lines = facts((), many)
    assert len(lines) == MOST_FACTS + 1
    assert lines[-1].plain == "and 3 more facts that nobody asked for (--format json lists them)"


@given(words=st.lists(st.text(), min_size=2, max_size=2))
def test_no_name_reaches_the_terminal_as_a_command(words: list[str]) -> None:
    for made in (line(*words), *table(["a", "b"], [words])):
        assert not [char for char in made.plain if ord(char) < 32 or 0x7F <= ord(char) < 0xA0]
        made.plain.encode()
