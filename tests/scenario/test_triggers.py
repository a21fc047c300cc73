"""Triggers of a scenario: Alexa skills, which have no ARN, and what hangs on a stage's variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import InputError
from models.snapshot import Trigger
from simulator.scenario import load

WORLD = """\
name: x
accounts: {{ours: "111111111111"}}
region: eu-west-1
functions:
  f: {{versions: [1], aliases: {{live: 1}}}}
resources:
  a1/prod/GET/orders: {{type: "execute-api:route"}}
triggers:
  - {{{fields}}}
"""
F = "arn:aws:lambda:eu-west-1:111111111111:function:f"
SKILL = "amzn1.ask.skill.1111-aaaa"
API = "service: apigateway.amazonaws.com, from: a1/prod/GET/orders"


def trigger_of(folder: Path, fields: str) -> Trigger:
    file = folder / "x.yaml"
    file.write_text(WORLD.format(fields=fields), encoding="utf-8")
    (found,) = load(file).snapshot.triggers
    return found


def test_a_skill_is_named_by_its_id(tmp_path: Path) -> None:
    found = trigger_of(tmp_path, f"service: alexa-appkit.amazon.com, from: {SKILL}, to: f")
    assert (found.source, found.target) == (SKILL, F)


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param("prod/*/orders", id="the method ANY"),
        pytest.param("prod/GET/orders/*", id="what a path has in braces"),
        pytest.param("prod/$default", id="$default"),
    ],
)
def test_a_route_that_is_no_name_is_named_by_its_arn(tmp_path: Path, tail: str) -> None:
    arn = f"arn:aws:execute-api:eu-west-1:111111111111:a1/{tail}"
    file = tmp_path / "x.yaml"
    world = WORLD.format(fields="service: apigateway.amazonaws.com, from: any, to: f")
    route = f"  any: {{type: 'execute-api:route', arn: '{arn}', attributes: {{AuthorizationType: NONE}}}}\n"
    file.write_text(world.replace("triggers:\n", f"{route}triggers:\n"), encoding="utf-8")
    snapshot = load(file).snapshot
    assert [trigger.source for trigger in snapshot.triggers] == [arn]
    assert {one.arn: one.attributes for one in snapshot.resources}[arn] == {"AuthorizationType": "NONE"}


def test_the_events_that_a_trigger_tells_of(tmp_path: Path) -> None:
    fields = "service: apigateway.amazonaws.com, from: a1/prod/GET/orders, to: f, events: [b, a]"
    assert trigger_of(tmp_path, fields).events == ("a", "b")


def test_a_function_url_is_what_cloudfront_calls(tmp_path: Path) -> None:
    assert trigger_of(
        tmp_path, "service: cloudfront.amazonaws.com, from: a1/prod/GET/orders, to: 'url:f:live'"
    ).target == (f"url:{F}:live")


@pytest.mark.parametrize(
    "to, variables, target",
    [
        pytest.param("'${stageVariables.fn}'", "{fn: f}", F, id="the function by name"),
        pytest.param("'f:${stageVariables.alias}'", "{alias: live}", f"{F}:live", id="the alias"),
        pytest.param(
            "'f:${stageVariables.alias}'", "{}", f"{F}:${{stageVariables.alias}}", id="an alias that isn't known"
        ),
        pytest.param("'${stageVariables.fn}'", "{other: f}", "${stageVariables.fn}", id="a function that isn't known"),
        pytest.param(
            f"'{F[:-1]}${{stageVariables.fn}}'",
            "{}",
            f"{F[:-1]}${{stageVariables.fn}}",
            id="a function of this account and Region",
        ),
    ],
)
def test_stage_variables_that_are_known_are_filled_in(tmp_path: Path, to: str, variables: str, target: str) -> None:
    assert trigger_of(tmp_path, f"{API}, to: {to}, stage_variables: {variables}").target == target


@pytest.mark.parametrize(
    "fields, says",
    [
        pytest.param(f"{API}, to: 'g:${{stageVariables.alias}}'", "unknown name `g`", id="alias of no function"),
        pytest.param(
            f"{API}, to: '${{stageVariables.fn}}', stage_variables: {{fn: g}}",
            "unknown name `g`",
            id="no such function",
        ),
        pytest.param(f"{API}, to: 'url:g'", "unknown name `g`", id="URL of no function"),
        pytest.param("service: alexa-appkit.amazon.com, from: amzn1.ask.x, to: f", "unknown name", id="no skill's id"),
    ],
)
def test_what_is_not_there_is_refused(tmp_path: Path, fields: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        trigger_of(tmp_path, fields)
