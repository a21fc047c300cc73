"""Every service that invokes functions, found in an account on moto, and the edges that come of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.decision import FactKind
from models.edge import Edge, Status
from models.snapshot import Resource, Trigger
from simulator.cli.main import run
from simulator.collector import store
from simulator.edges import feeds, polled_by, triggers
from simulator.edges.question import Question
from simulator.triggers.services import service_of
from simulator.world.world import World
from tests.collector.conftest import Collected
from tests.moto_triggers import BY_THEMSELVES, CALLER, LIVE, STREAM, TABLE, TRIGGERED, WORK, WORKER, WRITER, of

#: Those that act with a role.
BY_ROLE = (
    "REST ANY",
    "AppSync",
    "AppSync Events",
    "Step Functions",
    "CodePipeline",
    "CodeDeploy",
    "CloudFormation",
    "Firehose",
    "Scheduler",
    "Pipes",
    "S3 Batch",
    "Bedrock knowledge base",
    "Bedrock flow",
)
#: Those that act with the rights of whoever uses them.
BY_CALLER = ("Athena", "S3 Object Lambda")
#: Of these two no page says which aws:SourceArn is sent: the edge holds, or holds under a condition.
UNSAID = ("Cognito Sync", "Config")


@pytest.fixture(scope="module")
def world(triggered: Collected) -> World:
    return World(triggered.snapshot)


@pytest.fixture(scope="module")
def drawn(world: World) -> list[Edge]:
    return list(triggers.edges(world, None, None, Question(missing=True)))


@pytest.fixture(scope="module")
def fed(world: World) -> dict[tuple[str, str], Edge]:
    found = feeds.edges(world, None, None, Question(missing=False))
    return {(edge.source, edge.target): edge for edge in found}


@pytest.fixture(scope="module")
def resources(triggered: Collected) -> dict[str, Resource]:
    return {resource.arn: resource for resource in triggered.snapshot.resources}


def of_source(triggered: Collected, source: str) -> list[Trigger]:
    return [trigger for trigger in triggered.snapshot.triggers if trigger.source == source]


def test_nothing_is_refused_or_left_over(triggered: Collected) -> None:
    assert triggered.snapshot.gaps == ()


@pytest.mark.parametrize("name", BY_THEMSELVES)
def test_who_invokes_by_itself_is_found_and_let_in(
    triggered: Collected, sources: dict[str, str], drawn: list[Edge], name: str
) -> None:
    found = [trigger for trigger in of_source(triggered, sources[name]) if trigger.role is None]
    assert [(trigger.target, trigger.enabled) for trigger in found if trigger.target == LIVE] == [(LIVE, True)]
    assert all(service_of(trigger) for trigger in found)
    statuses = {edge.status for edge in drawn if (edge.source, edge.target) == (sources[name], LIVE)}
    assert statuses
    assert statuses <= {Status.ALLOWED, *([Status.CONDITIONAL] if name in UNSAID else [])}


@pytest.mark.parametrize("name", BY_ROLE)
def test_who_acts_with_a_role_is_found_with_it(
    triggered: Collected, sources: dict[str, str], drawn: list[Edge], name: str
) -> None:
    found = [trigger for trigger in of_source(triggered, sources[name]) if trigger.role is not None]
    assert [(trigger.target, trigger.role, trigger.enabled) for trigger in found] == [(LIVE, CALLER, True)]
    edges = [edge for edge in drawn if (edge.source.partition("#")[0], edge.target) == (sources[name], LIVE)]
    assert [edge.status for edge in edges if edge.requirements[0].action == "sts:AssumeRole"] == [Status.ALLOWED]


@pytest.mark.parametrize("name", BY_CALLER)
def test_who_acts_as_its_caller_is_found_and_who_that_is_asked_for(
    triggered: Collected, sources: dict[str, str], drawn: list[Edge], name: str
) -> None:
    assert [trigger.target for trigger in of_source(triggered, sources[name])] == [LIVE]
    edges = [edge for edge in drawn if edge.source.partition("#")[0] == sources[name]]
    assert [(edge.target, edge.status) for edge in edges] == [(LIVE, Status.UNKNOWN)]


@pytest.mark.parametrize(
    "service, source, target",
    [
        pytest.param("cognito-idp", "Cognito", WORK, id="a user pool's trigger that is an object"),
        pytest.param("logs", of("logs", "log-group:*"), WORK, id="a filter on all log groups"),
        pytest.param("iot", of("iot", "authorizer/badge"), LIVE, id="an IoT authorizer"),
        pytest.param("transfer", of("transfer", "server/s-1234567890abcdef0"), LIVE, id="a Transfer Family server"),
        pytest.param("codecommit", of("codecommit", "shop"), LIVE, id="a repository"),
        pytest.param("edgelambda", "CloudFront", f"{WORK.replace('eu-west', 'us-east')}:1", id="a distribution"),
        pytest.param("cloudfront", "CloudFront", f"url:{LIVE}", id="a distribution before a function URL"),
    ],
)
def test_what_else_is_found(
    triggered: Collected, sources: dict[str, str], service: str, source: str, target: str
) -> None:
    found = {(trigger.service, trigger.target) for trigger in of_source(triggered, sources.get(source, source))}
    assert (f"{service}.amazonaws.com", target) in found


@pytest.mark.parametrize("name", ["SNS", "S3", "EventBridge"])
def test_what_is_written_into_a_queue_is_found_too(triggered: Collected, sources: dict[str, str], name: str) -> None:
    assert [trigger.target for trigger in of_source(triggered, sources[name])] == [of("sqs", "work")]


def test_a_schedule_is_fed_by_nobody(
    triggered: Collected, sources: dict[str, str], fed: dict[tuple[str, str], Edge]
) -> None:
    (trigger,) = of_source(triggered, sources["Scheduler"])
    assert trigger.schedule == "rate(1 day)"
    assert not [edge for edge in fed if edge[1] == sources["Scheduler"]]


def test_what_is_published_is_written_on_to_a_firehose_stream(
    triggered: Collected, sources: dict[str, str], fed: dict[tuple[str, str], Edge]
) -> None:
    (trigger,) = of_source(triggered, sources["SNS to Firehose"])
    assert (trigger.target, trigger.role) == (sources["Firehose"], CALLER)
    assert fed[sources["SNS to Firehose"], sources["Firehose"]].status is Status.ALLOWED


@pytest.mark.parametrize("name", ["REST ANY", "HTTP", "WEBSOCKET", "Step Functions", "Pipes"])
def test_who_may_call_it_feeds_it(sources: dict[str, str], fed: dict[tuple[str, str], Edge], name: str) -> None:
    assert fed[WRITER, sources[name]].status is Status.ALLOWED
    assert ("anyone", sources[name]) not in fed


def test_who_may_publish_on_a_channel_namespace_feeds_it(
    sources: dict[str, str], fed: dict[tuple[str, str], Edge]
) -> None:
    assert fed[WRITER, f"{sources['AppSync Events']}#publish *"].status is Status.ALLOWED


def test_a_method_that_asks_nobody_is_open_to_whom_the_api_policy_lets_in(
    sources: dict[str, str], fed: dict[tuple[str, str], Edge]
) -> None:
    assert fed["anyone", sources["REST GET"]].status is Status.ALLOWED


@pytest.mark.parametrize("name", ["WEBSOCKET say", "AppSync", "REST authorizer", "ALB", "Cognito", "IoT"])
def test_where_more_than_iam_lets_in_it_is_unknown_who_does(
    sources: dict[str, str], fed: dict[tuple[str, str], Edge], name: str
) -> None:
    assert fed["anyone", sources[name]].status is Status.UNKNOWN
    assert (WRITER, sources[name]) not in fed


def test_a_stream_has_its_policy_its_key_and_its_consumers(
    triggered: Collected, resources: dict[str, Resource]
) -> None:
    stream = resources[STREAM]
    assert stream.policy is not None
    assert stream.attributes == {"EncryptionType": "KMS", "KeyId": "alias/clicks"}
    assert [arn for arn in resources if arn.startswith(f"{STREAM}/consumer/work")]


def test_a_key_has_its_policy_and_an_alias_the_key_that_it_stands_for(resources: dict[str, Resource]) -> None:
    alias = resources[of("kms", "alias/clicks")]
    key = resources[of("kms", f"key/{alias.attributes['TargetKeyId']}")]
    assert key.policy is not None
    assert key.attributes["KeyManager"] == "CUSTOMER"
    assert not [arn for arn in resources if ":alias/aws/" in arn]


def test_a_secret_has_its_policy_tags_and_key_and_not_its_value(
    sources: dict[str, str], resources: dict[str, Resource]
) -> None:
    secret = resources[sources["Secrets Manager"]]
    assert secret.policy is not None
    assert secret.tags == {"team": "red"}
    assert secret.attributes == {"KmsKeyId": "alias/clicks", "RotationLambdaARN": LIVE}


def test_whether_a_kafka_cluster_takes_iam(resources: dict[str, Resource]) -> None:
    (cluster,) = [resource for arn, resource in resources.items() if ":kafka:" in arn]
    assert cluster.attributes == {"ClientAuthentication.Sasl.Iam.Enabled": "true"}


def test_what_is_polled_is_known_whole(world: World) -> None:
    edges = list(polled_by.edges(world, None, None, Question(missing=True)))
    assert {edge.source.partition("/stream/")[0] for edge in edges} == {STREAM, TABLE}
    assert [edge.status for edge in edges] == [Status.ALLOWED] * 2
    (encrypted,) = [edge for edge in edges if edge.source == STREAM]
    (decrypt,) = [one for one in encrypted.requirements if one.action == "kms:Decrypt"]
    assert decrypt.resource.startswith(of("kms", "key/"))
    assumed = {fact.what for one in encrypted.requirements for fact in one.decision.assumes}
    assert assumed == {FactKind.ORGANIZATION}


def test_what_a_source_says_of_who_causes_it(sources: dict[str, str], resources: dict[str, Resource]) -> None:
    assert resources[sources["Alarm"]].attributes == {"Namespace": "shop"}
    assert resources[sources["IoT"]].attributes == {"sql": "SELECT * FROM 'readings/+'"}


def test_tags_that_nobody_asked_for_are_assumptions(triggered: Collected, sources: dict[str, str]) -> None:
    about = {fact.about for fact in triggered.snapshot.assumptions if fact.what is FactKind.TAGS}
    assert {STREAM, TABLE, sources["Step Functions"]} <= about
    assert not {sources["Secrets Manager"], sources["REST GET"]} & about


def test_a_service_that_a_region_does_not_have_is_not_asked(triggered: Collected) -> None:
    facts = {fact.about: fact.reason for fact in triggered.snapshot.assumptions if fact.what is FactKind.TRIGGERS}
    reason = "Connect isn't offered in eu-west-1, as far as botocore knows"
    assert facts[f"{TRIGGERED}/connect/eu-west-1"] == reason
    assert "connect:ListInstances" not in triggered.calls


def test_progress_says_what_was_found(triggered: Collected) -> None:
    assert f"{TRIGGERED} eu-west-1: Load balancers: 1 triggers" in triggered.lines
    assert f"{TRIGGERED}: CloudFront: 2 triggers" in triggered.lines


def test_who_can_names_the_sources(
    triggered: Collected, sources: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "snapshot.json"
    store.save(triggered.snapshot, file)
    assert run(["who-can", "lambda:InvokeFunction", "work:live", "--snapshot", str(file), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    rows = {(row["principal"], row["status"], row["how"]) for row in answer["principals"]}
    assert (CALLER, "allowed", "direct") in rows
    assert (WRITER, "allowed", "event_source") in rows
    assert (WORKER, "allowed", "direct") not in rows
    assert answer["gaps"] == []
