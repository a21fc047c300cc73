"""The table of calls against botocore's models and AWS's Service Authorization Reference."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from simulator.collector.calls import CALLS, Call
from simulator.collector.finders import FINDERS
from simulator.collector.readonly import calls_page, read_only_policy
from simulator.facts import reference

SESSION = boto3.Session("key", "secret", region_name="eu-west-1")


def operation(call: Call) -> Any:
    return SESSION.client(call.service).meta.service_model.operation_model(call.operation)


def member(shape: Any, path: str) -> Any:
    for name in path.split("."):
        shape = shape.members[name]
    return shape


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.name)
def test_a_call_is_one_of_botocores_and_its_list_is_in_the_answer(call: Call) -> None:
    output = operation(call).output_shape
    assert {member(output, path).type_name for path in (call.result or "").split()} <= {"list"}


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.name)
def test_an_action_is_one_that_aws_asks_for(call: Call) -> None:
    assert [action for action in call.actions if not reference.is_known_action(action)] == []


def test_the_read_only_policy_fits_into_a_managed_policy() -> None:
    """IAM User Guide, "IAM and AWS STS quotas": 6,144 characters, white space not counted."""
    assert len(json.dumps(read_only_policy(), separators=(",", ":"))) <= 6144


def test_the_read_only_policy_reads_of_api_gateway_only_apis() -> None:
    """GET on anything would read API keys too."""
    (statement,) = [one for one in read_only_policy()["Statement"] if "apigateway:GET" in one["Action"]]
    assert statement["Resource"] == ["arn:*:apigateway:*::/apis*", "arn:*:apigateway:*::/restapis*"]


def test_the_page_lists_the_calls() -> None:
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
    found = re.search(r"<!-- calls -->\n(.*?)<!-- end of calls -->", page, re.DOTALL)
    assert found, "docs/command-line.md holds what `python -m simulator.collector.readonly --calls` prints"
    assert found[1] == calls_page()


def test_every_finder_asks_a_service_that_botocore_knows() -> None:
    asked = {name for finder in FINDERS for name in (finder.client, finder.offered_as) if name}
    assert asked <= set(SESSION.get_available_services())
