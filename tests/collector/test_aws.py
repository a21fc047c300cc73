"""The live collector over real HTTP: what it finds, what it leaves out, what becomes of a refused call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from models.decision import FactKind
from models.errors import InputError, PermgraphError
from models.snapshot import FunctionUrl, GapStatus, Snapshot
from simulator.collector import aws, store
from simulator.collector.calls import CALLS
from tests.collector.conftest import Collected, hook_calls, read
from tests.moto_world import BASIC_EXECUTION, BUS, INBOX, ORDERS, OURS, PARTNER, QUEUE, READER, RULE, SECRET, TOPIC

Collect = Callable[..., Snapshot]
Hook = Callable[[Callable[[str], None]], None]

#: Made only where another call doesn't exist, for what moto can't hold, or in other Regions: test_places.py,
#: test_polled.py and test_needed.py make those.
NOT_MADE = {
    "lambda:GetFunction",
    "bedrock-agent:GetAgentVersion",
    "bedrock-agent:GetFlowVersion",
    "connect:ListInstances",
    "connect:ListLambdaFunctions",
    "kafka:DescribeVpcConnection",
    "mq:DescribeBroker",
    "docdb:DescribeDBClusters",
    "ecr:GetRepositoryPolicy",
    "efs:DescribeAccessPoints",
    "efs:DescribeFileSystemPolicy",
    "s3files:GetFileSystem",
    "s3files:GetFileSystemPolicy",
}


def refuse(*names: str) -> Callable[[str], None]:
    """A hook that refuses the calls of those names, as AWS does."""

    def hook(name: str) -> None:
        if name in names:
            error = {"Code": "AccessDenied", "Message": "not authorized"}
            raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 403}}, name.split(":")[1])

    return hook


def gaps(snapshot: Snapshot) -> set[tuple[FactKind, str, str, GapStatus]]:
    return {(gap.what, gap.about, gap.call, gap.status) for gap in snapshot.gaps}


def test_both_accounts_are_read_whole(collected: Collected) -> None:
    snapshot = collected.snapshot
    assert snapshot.gaps == ()
    assert [(a.id, a.name, a.collected) for a in snapshot.accounts] == [(PARTNER, "master", True), (OURS, "ours", True)]
    (dev,) = snapshot.users
    assert dev.groups == (f"arn:aws:iam::{PARTNER}:group/developers",)
    assert dev.tags == {"team": "blue"}
    roles = {role.arn.rpartition("/")[2]: role for role in snapshot.roles}
    assert roles.keys() >= {"pipeline", "invoker", "reader", "orders-role"}
    assert roles["pipeline"].boundary == f"arn:aws:iam::{PARTNER}:policy/limits"
    assert roles["invoker"].tags == {"team": "red"}
    (provider,) = snapshot.identity_providers
    assert (provider.kind, provider.url) == ("oidc", "token.actions.githubusercontent.com")
    assert provider.client_ids == ("sts.amazonaws.com",)


def test_of_aws_managed_policies_only_the_attached_are_kept(collected: Collected) -> None:
    assert [policy.arn for policy in collected.snapshot.policies] == [
        f"arn:aws:iam::{PARTNER}:policy/limits",
        f"arn:aws:iam::{PARTNER}:policy/look",
        BASIC_EXECUTION,
    ]


def test_a_function_with_all_that_is_around_it(collected: Collected) -> None:
    snapshot = collected.snapshot
    (orders,) = snapshot.functions
    assert orders.arn == ORDERS
    assert orders.role == f"arn:aws:iam::{OURS}:role/orders-role"
    assert (orders.versions, orders.aliases) == (("1",), {"live": "1"})
    assert orders.tags == {"stage": "production"}
    assert orders.event_invokes[0].on_failure == QUEUE
    assert orders.layers == (f"arn:aws:lambda:eu-west-1:{OURS}:layer:shared:1",)
    assert [type(url) for url in orders.urls] == [FunctionUrl]
    sids = {statement["Sid"] for statement in snapshot.documents[orders.policies["live"]]["Statement"]}
    assert sids == {"inbox", "news", "placed"}
    (mapping,) = snapshot.mappings
    assert (mapping.source, mapping.enabled) == (QUEUE, True)


def test_what_triggers_it(collected: Collected) -> None:
    triggers = {trigger.source: trigger for trigger in collected.snapshot.triggers}
    assert set(triggers) == {INBOX, TOPIC, RULE}
    assert {trigger.target for trigger in triggers.values()} == {f"{ORDERS}:live"}
    assert triggers[INBOX].events == ("s3:ObjectCreated:*",)
    assert triggers[INBOX].prefix == "in/"
    assert (triggers[RULE].bus, triggers[RULE].pattern) == (BUS, '{"source": ["shop"]}')
    assert all(trigger.enabled for trigger in triggers.values())


def test_resources_with_owner_policy_tags_and_attributes(collected: Collected) -> None:
    snapshot = collected.snapshot
    resources = {resource.arn: resource for resource in snapshot.resources}
    assert (resources[INBOX].account, resources[INBOX].region, resources[INBOX].type) == (
        OURS,
        "eu-west-1",
        "s3:bucket",
    )
    assert resources[QUEUE].attributes["KmsMasterKeyId"] == "alias/q"
    assert [resources[arn].tags for arn in (INBOX, TOPIC, QUEUE)] == [{"team": "red"}] * 3
    policy = resources[QUEUE].policy
    assert policy is not None
    assert snapshot.documents[policy]["Statement"][0]["Action"] == "sqs:SendMessage"
    assert {BUS, RULE} <= resources.keys()


def test_the_organization_with_its_policies(collected: Collected) -> None:
    organization = collected.snapshot.organization
    assert organization is not None
    unit = organization.parents[OURS]
    assert organization.names[unit] == "workloads"
    assert organization.management_account == PARTNER
    assert {organization.policies[key].name for key in organization.targets[unit]} == {
        "FullAWSAccess",
        "RCPFullAWSAccess",
        "stay",
    }


def test_without_being_asked_the_organization_is_an_assumption(collect: Collect) -> None:
    snapshot = collect(organization=False)
    assert snapshot.organization is None
    about = [fact.about for fact in snapshot.assumptions if fact.what is FactKind.ORGANIZATION]
    assert about == [PARTNER, OURS]


def test_an_account_that_is_in_no_organization_says_so(collect: Collect, before_calls: Hook) -> None:
    def not_in_use(name: str) -> None:
        if name == "organizations:DescribeOrganization":
            error = {"Code": "AWSOrganizationsNotInUseException", "Message": "not a member of an organization"}
            raise ClientError({"Error": error}, "DescribeOrganization")

    before_calls(not_in_use)
    snapshot = collect(assume_roles=[])
    assert snapshot.organization is None
    assert FactKind.ORGANIZATION not in {fact.what for fact in (*snapshot.gaps, *snapshot.assumptions)}


def test_policies_of_services_that_are_not_read_are_assumptions(collected: Collected) -> None:
    about = {fact.about for fact in collected.snapshot.assumptions if fact.what is FactKind.RESOURCE_POLICY}
    assert {f"{OURS}/ecr", f"{OURS}/logs", f"{PARTNER}/ecr"} <= about
    assert not {f"{OURS}/kms", f"{OURS}/kinesis", f"{OURS}/dynamodb"} & about


def test_nothing_secret_is_stored(collected: Collected) -> None:
    text = store.encode(collected.snapshot).decode()
    assert SECRET not in text
    assert "PASSWORD" not in text


def test_every_call_is_in_the_table_and_every_row_is_used(collected: Collected, triggered: Collected) -> None:
    assert collected.calls | triggered.calls == CALLS.keys() - NOT_MADE


#: What a refused call leaves unknown. No two of a group are in each other's way: a list that is refused leaves nothing
#: to ask the details of.
REFUSED_LISTS = {
    "iam:GetAccountAuthorizationDetails": {(FactKind.IDENTITY, PARTNER), (FactKind.IDENTITY, OURS)},
    "lambda:ListFunctions": {(FactKind.FUNCTIONS, f"{account}/eu-west-1") for account in (PARTNER, OURS)},
    "lambda:ListEventSourceMappings": {(FactKind.MAPPINGS, f"{account}/eu-west-1") for account in (PARTNER, OURS)},
    "s3:ListBuckets": {(FactKind.TRIGGERS, f"{account}/s3") for account in (PARTNER, OURS)},
    "events:ListEventBuses": {(FactKind.TRIGGERS, f"{account}/events/eu-west-1") for account in (PARTNER, OURS)},
    "kinesis:ListStreams": {(FactKind.RESOURCE_POLICY, f"{account}/kinesis") for account in (PARTNER, OURS)},
    "dynamodb:ListTables": {(FactKind.RESOURCE_POLICY, f"{account}/dynamodb") for account in (PARTNER, OURS)},
    "kafka:ListClustersV2": {(FactKind.RESOURCE_POLICY, f"{account}/kafka") for account in (PARTNER, OURS)},
    "cloudfront:ListDistributions": {(FactKind.TRIGGERS, f"{account}/cloudfront") for account in (PARTNER, OURS)},
    "organizations:ListRoots": {(FactKind.ORGANIZATION, PARTNER), (FactKind.ORGANIZATION, OURS)},
}
REFUSED_DETAILS = {
    "lambda:GetPolicy": {(FactKind.RESOURCE_POLICY, ORDERS + end) for end in ("", ":live", ":1")},
    "lambda:ListFunctionUrlConfigs": {(FactKind.FUNCTION, ORDERS)},
    "lambda:ListTags": {(FactKind.TAGS, ORDERS)},
    "s3:GetBucketNotificationConfiguration": {(FactKind.TRIGGERS, f"{OURS}/s3/eu-west-1")},
    "s3:GetBucketPolicy": {(FactKind.RESOURCE_POLICY, INBOX)},
    "sns:GetTopicAttributes": {(FactKind.RESOURCE_POLICY, TOPIC)},
    "sqs:GetQueueAttributes": {(FactKind.RESOURCE_POLICY, QUEUE)},
    "events:ListTargetsByRule": {(FactKind.TRIGGERS, f"{OURS}/events/eu-west-1")},
    "organizations:ListPolicies": {(FactKind.ORGANIZATION, "*")},
}


@pytest.mark.parametrize(
    "refused", [pytest.param(REFUSED_LISTS, id="lists"), pytest.param(REFUSED_DETAILS, id="details")]
)
def test_a_refused_call_is_a_gap_and_collecting_goes_on(
    collect: Collect, before_calls: Hook, refused: dict[str, set[tuple[FactKind, str]]]
) -> None:
    before_calls(refuse(*refused))
    snapshot = collect()
    assert gaps(snapshot) == {
        (what, about, call, GapStatus.DENIED) for call, facts in refused.items() for what, about in facts
    }
    assert {account.id for account in snapshot.accounts} == {PARTNER, OURS}


@pytest.mark.parametrize(
    "refused, region",
    [
        pytest.param([], "eu-west-1", id="its location"),
        pytest.param(["GetBucketLocation"], "eu-west-1", id="its notifications: they go to its own Region only"),
        pytest.param(["GetBucketLocation", "GetBucketNotificationConfiguration"], None, id="neither"),
    ],
)
def test_the_region_of_a_bucket_is_read_and_not_guessed(
    collect: Collect, before_calls: Hook, refused: list[str], region: str | None
) -> None:
    before_calls(refuse(*(f"s3:{name}" for name in refused)))
    snapshot = collect(organization=False)
    assert [bucket.region for bucket in snapshot.resources if bucket.arn == INBOX] == [region]
    assert {gap.call for gap in snapshot.gaps} == {f"s3:{name}" for name in refused}


def test_a_role_that_is_refused_leaves_its_account_unread(collect: Collect, before_calls: Hook) -> None:
    before_calls(refuse("sts:AssumeRole"))
    snapshot = collect(organization=False)
    assert [(a.id, a.collected) for a in snapshot.accounts] == [(PARTNER, True), (OURS, False)]
    assert gaps(snapshot) == {(FactKind.IDENTITY, OURS, "sts:AssumeRole", GapStatus.DENIED)}


def test_keys_that_run_out_while_a_role_reads_are_renewed(as_partner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto gives them for an hour: here each call is told that they end in five minutes, which is too soon."""
    calls: list[str] = []

    def hear(name: str, asked: dict[str, Any], output: dict[str, Any]) -> None:
        if name == "sts:AssumeRole":
            output["Credentials"]["Expiration"] = datetime.now(UTC) + timedelta(minutes=5)

    hook_calls(calls.append, monkeypatch, hear=hear)
    snapshot = read(as_partner, organization=False)
    assert calls.count("sts:AssumeRole") > 1
    assert ORDERS in {function.arn for function in snapshot.functions}
    assert snapshot.gaps == ()


def test_a_service_that_is_not_there_is_a_gap(collect: Collect, before_calls: Hook) -> None:
    def unreachable(name: str) -> None:
        if name == "sns:ListTopics":
            raise EndpointConnectionError(endpoint_url="https://sns.example")

    before_calls(unreachable)
    found = collect(assume_roles=[], organization=False).gaps
    assert {(gap.call, gap.status) for gap in found} == {("sns:ListTopics", GapStatus.FAILED)}
    assert all("\n" not in gap.message for gap in found)


def test_progress_says_account_region_and_service(collected: Collected) -> None:
    assert f"assuming {READER}" in collected.lines
    assert f"{OURS} eu-west-1: Lambda: 1 functions, 1 event source mappings" in collected.lines
    for found in ("ECR: 0 repositories of images", "EFS: 0 access points of file systems"):
        assert f"{OURS} eu-west-1: {found}" in collected.lines
    assert f"{OURS} eu-west-1: S3 Files: 0 file systems of buckets" in collected.lines


def test_no_address_answers_in_one_line(as_partner: str) -> None:
    with pytest.raises(PermgraphError, match="AWS doesn't take the credentials: could not connect") as caught:
        # Port 1 of the loopback address: nothing listens there.
        aws.collect(regions=["eu-west-1"], endpoint_url="http://127.0.0.1:1")
    assert "\n" not in str(caught.value)


def test_a_role_that_is_none_is_refused_before_anything_is_read() -> None:
    with pytest.raises(InputError, match="`reader` is no role's ARN; --assume-role takes"):
        aws.collect(regions=["eu-west-1"], assume_roles=["reader"])


def test_no_region_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(InputError, match="no region is configured; name at least one with --region"):
        aws.collect()


def test_a_profile_that_does_not_exist_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(InputError, match="the AWS configuration can't be used: the config profile"):
        aws.collect(profile="nobody")
