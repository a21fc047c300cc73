"""Every rule has a scenario with a function that isn't held to it and one that is; nothing tells of what is no rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.finding import Verdict
from simulator.diagnosis.rules import RULES, Rule
from simulator.features.table import FEATURES, On
from simulator.render import diagnosis_pages
from simulator.scenario import load
from simulator.scenario.questions import Asked, Told

ROOT = Path(__file__).parents[2]
ROWS = [pytest.param(rule, id=rule.id) for rule in RULES.values()]
#: In a scenario a role of its own accounts is there: what can be shown is a function whose role isn't known.
UNKNOWN_IN_SCENARIOS = ("execution-role",)


def asked_of(rule: Rule) -> list[Asked]:
    return [asked for asked in load(diagnosis_pages.example(rule)).questions.asked if asked.kind == "diagnose"]


def told_of(asked: Asked, rule: Rule) -> list[Told]:
    return [told for told in asked.findings or () if told.fields.values["check"] == rule.id]


def tells(told: Told, rule: Rule) -> bool:
    values = told.fields.values
    if rule.verdict is Verdict.PASS:
        return values.get("note") == "True"
    return values.get("verdict") == ("unknown" if rule.id in UNKNOWN_IN_SCENARIOS else rule.verdict.value)


@pytest.mark.parametrize("rule", ROWS)
def test_its_scenario_has_a_function_that_is_not_held_to_it(rule: Rule) -> None:
    assert [asked for asked in asked_of(rule) if any(tells(told, rule) for told in told_of(asked, rule))]


@pytest.mark.parametrize("rule", ROWS)
def test_its_scenario_has_a_function_that_is(rule: Rule) -> None:
    assert [asked for asked in asked_of(rule) if rule.id in (asked.excludes or ())]


@pytest.mark.parametrize("rule", ROWS)
def test_its_scenario_is_short_and_follows_a_page_of_aws(rule: Rule) -> None:
    text = diagnosis_pages.example(rule).read_text("utf-8")
    assert len(text.splitlines()) <= 60
    assert rule.source.startswith(("Lambda Developer Guide, ", "IAM User Guide, ", "Amazon CloudWatch User Guide, "))
    title = rule.source.partition('"')[2].partition('"')[0]
    assert title in str(load(diagnosis_pages.example(rule)).scenario.source)


def test_every_scenario_of_a_rule_is_of_a_rule() -> None:
    named = {path.stem.removeprefix("rule-") for path in (ROOT / "scenarios").glob("rule-*.yaml")}
    assert named == set(RULES)


def test_every_check_that_a_feature_names_is_a_rule() -> None:
    assert [need.check for feature in FEATURES for need in feature.needs if need.check not in RULES] == []


def test_every_check_in_the_code_is_a_rule() -> None:
    code = "".join(file.read_text("utf-8") for file in (ROOT / "simulator/diagnosis").glob("*.py"))
    found = set(re.findall(r'(?:held|of_edge|of_requests|_off|report|Finding)\)?\(\s*"([a-z-]+)"', code))
    assert len(found) > 15
    assert found <= set(RULES)
    assert set(RULES) <= found | {need.check for feature in FEATURES for need in feature.needs}


def test_every_thing_that_may_be_asked_on_is_asked_on() -> None:
    assert {need.on for feature in FEATURES for need in feature.needs} == set(On)
