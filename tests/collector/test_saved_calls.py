"""Saved answers of calls give what the calls themselves give; what isn't saved is an assumption."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.decision import FactKind
from models.errors import InputError
from models.snapshot import Resource, Snapshot
from simulator.collector.saved import collect_saved
from tests.collector import cli_files
from tests.collector.conftest import Collected
from tests.moto_triggers import LIVE, TRIGGERED, WORKER
from tests.moto_world import REGION

EXAMPLE = Path(__file__).parents[1] / "example" / "saved"
OURS = "222222222222"
ORDERS = f"arn:aws:lambda:{REGION}:{OURS}:function:orders"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{OURS}:targetgroup/orders/1"

#: What is in files of its own.
ELSEWHERE = ("sts", "iam", "lambda", "s3")
#: What a call says of what it wants, where it isn't about one thing.
MANNERS = ("AccountId", "OutputType", "PolicyName", "Specification", "TemplateStage", "accepts", "exportType")
MANNERS += ("policyType", "targetGroupType")


def save_calls(collected: Collected, folder: Path) -> None:
    """Write what the calls gave as docs/command-line.md says."""
    files: dict[Path, Any] = {}
    for name, asked, output in collected.answers:
        service, operation = name.split(":")
        if service in ELSEWHERE or "Error" in output:
            continue
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", operation).lower()
        path = folder / "calls" / service / f"{words}.json"
        printed = {key: value for key, value in output.items() if key != "ResponseMetadata"}
        if "body" in printed:
            printed = json.loads(printed["body"].getvalue())
        about = "/".join(value for key, value in asked.items() if isinstance(value, str) and key not in MANNERS)
        files[path] = {**files.get(path, {}), about: printed} if about else printed
    for path, content in files.items():
        cli_files.write(path, content)


@pytest.fixture(scope="module")
def saved(address: str, triggered: Collected, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("saved-calls")
    cli_files.write(folder / "account.json", {"account": TRIGGERED, "region": REGION})
    details = {"RoleDetailList": [{"Arn": WORKER, "AssumeRolePolicyDocument": {"Statement": []}}]}
    cli_files.write(folder / "authorization-details.json", details)
    url = {"FunctionArn": LIVE, "AuthType": "AWS_IAM", "FunctionUrl": "https://abcdefghij.lambda-url.eu-west-1.on.aws/"}
    configuration = {"FunctionName": "work", "FunctionArn": LIVE.removesuffix(":live"), "Role": WORKER}
    cli_files.write(folder / "functions" / "work.json", {"configuration": configuration, "url": url})
    mappings = next(output for name, _, output in triggered.answers if name == "lambda:ListEventSourceMappings")
    cli_files.write(folder / "event-source-mappings.json", mappings)
    save_calls(triggered, folder)
    return collect_saved(folder)


def test_saved_calls_tell_the_same_triggers(triggered: Collected, saved: Snapshot) -> None:
    told = [trigger for trigger in triggered.snapshot.triggers if trigger.service != "s3.amazonaws.com"]
    assert len(told) > 25
    assert list(saved.triggers) == told


def test_and_the_same_resources(triggered: Collected, saved: Snapshot) -> None:
    def without_buckets(snapshot: Snapshot) -> dict[str, Resource]:
        return {one.arn: one for one in snapshot.resources if one.type != "s3:bucket"}

    assert without_buckets(saved) == without_buckets(triggered.snapshot)


def test_nothing_of_it_is_missing(saved: Snapshot) -> None:
    assert saved.gaps == ()
    assert {fact.about for fact in saved.assumptions if fact.what is FactKind.TRIGGERS} == {
        f"{TRIGGERED}/s3",
        f"{TRIGGERED}/*",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's account with the function, and a call saved: target groups, one of them a function's."""
    made = Path(shutil.copytree(EXAMPLE / "accounts" / OURS, tmp_path / "saved"))
    groups = [{"TargetGroupArn": GROUP, "TargetType": "lambda"}, {"TargetGroupArn": f"{GROUP}2", "TargetType": "ip"}]
    cli_files.write(made / "calls" / "elbv2" / "describe-target-groups.json", {"TargetGroups": groups})
    return made


def test_a_call_that_was_not_saved_is_an_assumption(folder: Path) -> None:
    snapshot = collect_saved(folder)
    facts = {fact.about: fact.reason for fact in snapshot.assumptions if fact.what is FactKind.TRIGGERS}
    about = f"{OURS}/elasticloadbalancing/{REGION}"
    assert facts[about] == "there is no calls/elbv2/describe-target-health.json"
    cli_files.write(folder / "calls" / "elbv2" / "describe-target-health.json", {"another": {}})
    facts = {fact.about: fact.reason for fact in collect_saved(folder).assumptions}
    assert facts[about] == f"describe-target-health.json doesn't hold `{GROUP}`"


def test_a_call_about_one_thing_is_saved_under_what_it_is_about(folder: Path) -> None:
    health = {GROUP: {"TargetHealthDescriptions": [{"Target": {"Id": ORDERS}}]}}
    cli_files.write(folder / "calls" / "elbv2" / "describe-target-health.json", health)
    found = [(trigger.source, trigger.target) for trigger in collect_saved(folder).triggers]
    assert (GROUP, ORDERS) in found


def test_of_what_has_no_policy_no_policy_is_saved(folder: Path) -> None:
    stream = f"arn:aws:kinesis:{REGION}:{OURS}:stream/clicks"
    kinesis = folder / "calls" / "kinesis"
    cli_files.write(kinesis / "list-streams.json", {"StreamSummaries": [{"StreamARN": stream}]})
    cli_files.write(kinesis / "describe-stream-summary.json", {stream: {"StreamDescriptionSummary": {"KeyId": "k"}}})
    cli_files.write(kinesis / "list-stream-consumers.json", {stream: {"Consumers": []}})
    cli_files.write(kinesis / "get-resource-policy.json", {})
    snapshot = collect_saved(folder)
    (found,) = [resource for resource in snapshot.resources if resource.arn == stream]
    assert (found.policy, found.attributes) == (None, {"KeyId": "k"})
    assert stream not in {fact.about for fact in snapshot.assumptions if fact.what is not FactKind.TAGS}


def test_mistakes_are_named(folder: Path) -> None:
    (folder / "calls" / "elb").mkdir()
    with pytest.raises(InputError, match="calls: `elb` is no service that is read; they are apigateway, "):
        collect_saved(folder)
    (folder / "calls" / "elb").rmdir()
    (folder / "calls" / "elbv2" / "describe-target-groups.json").write_text("[]")
    with pytest.raises(InputError, match=r"describe-target-groups.json: this is no object"):
        collect_saved(folder)
    json_file = folder / "account.json"
    json_file.write_text(json.dumps({"account": OURS}))
    with pytest.raises(InputError, match="calls: nothing says in which Region the calls were made; say it in"):
        collect_saved(folder)
