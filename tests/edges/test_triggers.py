"""The table of triggers, row by row: what AWS says about each service, and what comes of a permission that says less.

The SourceArn of each case is written out as AWS's page has it, never made from the table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from models.context import Given
from models.edge import Edge, Status
from simulator.edges import triggers
from simulator.edges.question import Question
from simulator.triggers.push import find
from simulator.triggers.services import SERVICES
from tests.worlds import ASSUME, INVOKE, ONE, REGION, TWO, Builder, Json, allow, function, permit, role, rule

ORDERS = function("orders")
WORKER = role("worker")


def at(service: str, resource: str, account: str = ONE) -> str:
    return f"arn:aws:{service}:{REGION}:{account}:{resource}"


class Push(NamedTuple):
    """A service that invokes by itself: what its trigger is configured on, and what it sends for it."""

    says: str
    service: str
    on: str
    sends: str
    other: str


API = at("execute-api", "a1b2c3d4e5")
PUSHES = (
    Push(
        "S3 sends the ARN of the bucket, which has no account",
        "s3.amazonaws.com",
        "arn:aws:s3:::inbox",
        "arn:aws:s3:::inbox",
        "arn:aws:s3:::inbox-2",
    ),
    Push("SNS sends the topic's ARN", "sns.amazonaws.com", at("sns", "news"), at("sns", "news"), at("sns", "old")),
    Push(
        "a rule on the default bus is rule/NAME",
        "events.amazonaws.com",
        at("events", "rule/nightly"),
        at("events", "rule/nightly"),
        at("events", "rule/default/nightly"),
    ),
    Push(
        "a rule on a custom bus is rule/BUS/NAME",
        "events.amazonaws.com",
        at("events", "rule/shop/placed"),
        at("events", "rule/shop/placed"),
        at("events", "rule/placed"),
    ),
    Push(
        "a load balancer acts for the target group",
        "elasticloadbalancing.amazonaws.com",
        at("elasticloadbalancing", "targetgroup/web/0123456789abcdef"),
        at("elasticloadbalancing", "targetgroup/web/0123456789abcdef"),
        at("elasticloadbalancing", "targetgroup/web/fedcba9876543210"),
    ),
    Push(
        "CloudWatch Logs sends the log group's ARN with :* behind it",
        "logs.amazonaws.com",
        at("logs", "log-group:/aws/app"),
        at("logs", "log-group:/aws/app:*"),
        at("logs", "log-group:/aws/app"),
    ),
    Push(
        "Cognito sends the user pool's ARN",
        "cognito-idp.amazonaws.com",
        at("cognito-idp", f"userpool/{REGION}_AbCdEf"),
        at("cognito-idp", f"userpool/{REGION}_AbCdEf"),
        at("cognito-idp", f"userpool/{REGION}_GhIjKl"),
    ),
    Push(
        "IoT sends the topic rule's ARN",
        "iot.amazonaws.com",
        at("iot", "rule/hot"),
        at("iot", "rule/hot"),
        at("iot", "rule/cold"),
    ),
    Push(
        "Config acts for the rule",
        "config.amazonaws.com",
        at("config", "config-rule/config-rule-abc123"),
        at("config", "config-rule/config-rule-abc123"),
        at("config", "config-rule/config-rule-xyz789"),
    ),
    Push(
        "SES sends receipt-rule-set/SET:receipt-rule/RULE",
        "ses.amazonaws.com",
        at("ses", "receipt-rule-set/inbound:receipt-rule/orders"),
        at("ses", "receipt-rule-set/inbound:receipt-rule/orders"),
        at("ses", "receipt-rule-set/inbound:receipt-rule/returns"),
    ),
    Push(
        "Secrets Manager acts for the secret",
        "secretsmanager.amazonaws.com",
        at("secretsmanager", "secret:db/main-AbCdEf"),
        at("secretsmanager", "secret:db/main-AbCdEf"),
        at("secretsmanager", "secret:db/other-GhIjKl"),
    ),
    Push(
        "CodeCommit sends the repository's ARN",
        "codecommit.amazonaws.com",
        at("codecommit", "shop"),
        at("codecommit", "shop"),
        at("codecommit", "site"),
    ),
    Push(
        "AppSync calls an authorizer for the API",
        "appsync.amazonaws.com",
        at("appsync", "apis/abc123"),
        at("appsync", "apis/abc123"),
        at("appsync", "apis/def456"),
    ),
    Push(
        "an alarm invokes as lambda.alarms.cloudwatch.amazonaws.com",
        "lambda.alarms.cloudwatch.amazonaws.com",
        at("cloudwatch", "alarm:errors"),
        at("cloudwatch", "alarm:errors"),
        at("cloudwatch", "alarm:latency"),
    ),
    Push(
        "a Bedrock agent invokes an action group's function for agent/ID",
        "bedrock.amazonaws.com",
        at("bedrock", "agent/AGENT12345"),
        at("bedrock", "agent/AGENT12345"),
        at("bedrock", "agent/OTHER67890"),
    ),
    Push(
        "VPC Lattice sends the target group's ARN",
        "vpc-lattice.amazonaws.com",
        at("vpc-lattice", "targetgroup/tg-0123456789abcdef0"),
        at("vpc-lattice", "targetgroup/tg-0123456789abcdef0"),
        at("vpc-lattice", "targetgroup/tg-0fedcba9876543210"),
    ),
    Push(
        "Connect sends the instance's ARN",
        "connect.amazonaws.com",
        at("connect", "instance/11111111-2222-3333-4444-555555555555"),
        at("connect", "instance/11111111-2222-3333-4444-555555555555"),
        at("connect", "instance/99999999-2222-3333-4444-555555555555"),
    ),
    Push(
        "Lex V2 sends bot-alias/BOT/ALIAS",
        "lexv2.amazonaws.com",
        at("lex", "bot-alias/BOT1234567/TSTALIASID"),
        at("lex", "bot-alias/BOT1234567/TSTALIASID"),
        at("lex", "bot-alias/BOT1234567/LIVEALIAS1"),
    ),
)
GATEWAYS = (
    Push(
        "API Gateway invokes an authorizer for API/authorizers/ID",
        "apigateway.amazonaws.com",
        f"{API}/authorizers/x9y8z7",
        f"{API}/authorizers/x9y8z7",
        f"{API}/authorizers/other",
    ),
    Push(
        "a method is API/STAGE/METHOD/PATH",
        "apigateway.amazonaws.com",
        f"{API}/prod/GET/orders",
        f"{API}/prod/GET/orders",
        f"{API}/prod/POST/orders",
    ),
    Push(
        "a WebSocket route is API/STAGE/ROUTEKEY",
        "apigateway.amazonaws.com",
        f"{API}/prod/$connect",
        f"{API}/prod/$connect",
        f"{API}/prod/$disconnect",
    ),
)


class ByRole(NamedTuple):
    """A service that assumes a role in order to invoke."""

    says: str
    service: str
    on: str
    also: tuple[str, ...] = ()


BY_ROLE = (
    ByRole("Scheduler assumes the schedule's role", "scheduler.amazonaws.com", at("scheduler", "schedule/default/n")),
    ByRole("a pipe invokes with its role", "pipes.amazonaws.com", at("pipes", "pipe/orders")),
    ByRole("CodePipeline invokes with its service role", "codepipeline.amazonaws.com", at("codepipeline", "release")),
    ByRole("a job of S3 Batch Operations has a role", "batchoperations.s3.amazonaws.com", at("s3", "job/1234-abcd")),
    ByRole("a state machine invokes with its role", "states.amazonaws.com", at("states", "stateMachine:orders")),
    ByRole(
        "Firehose needs lambda:InvokeFunction and lambda:GetFunctionConfiguration",
        "firehose.amazonaws.com",
        at("firehose", "deliverystream/clicks"),
        ("lambda:GetFunctionConfiguration",),
    ),
)
#: Services that act in both ways, by role here.
WITH_A_ROLE_TOO = (
    ByRole("an AppSync data source has a service role", "appsync.amazonaws.com", at("appsync", "apis/abc123")),
    ByRole("an integration with credentials assumes them", "apigateway.amazonaws.com", f"{API}/prod/GET/orders"),
    ByRole("a target with a RoleArn is invoked with it", "events.amazonaws.com", at("events", "rule/nightly")),
)


def trigger_edge(made: Builder, question: Question | None = None) -> Edge:
    (edge,) = triggers.edges(made.world(), None, None, question or Question())
    return edge


def service(principal: str, sends: str | None, account: str | None, on: str = ORDERS) -> Json:
    condition: dict[str, dict[str, str]] = {}
    if sends:
        condition["ArnLike"] = {"AWS:SourceArn": sends}
    if account:
        condition["StringEquals"] = {"AWS:SourceAccount": account}
    return permit({"Service": principal}, on, **({"Condition": condition} if condition else {}))


def pushing(case: Push, *permits: Json, target: str = ORDERS, owner: str = ONE) -> Edge:
    made = Builder()
    made.function(ORDERS, *permits, versions=("1",), aliases={"live": "1"})
    made.resource(case.on, "some:thing", owner)
    made.trigger(case.service, case.on, target)
    return trigger_edge(made)


def ids(cases: tuple[Any, ...]) -> list[Any]:
    return [pytest.param(case, id=case.says) for case in cases]


def missed(edge: Edge) -> set[str | None]:
    return {miss.key for part in edge.requirements for miss in part.decision.near_misses}


@pytest.mark.parametrize("case", ids((*PUSHES, *GATEWAYS)))
def test_the_right_source_is_let_in(case: Push) -> None:
    assert pushing(case, service(case.service, case.sends, None)).status is Status.ALLOWED


@pytest.mark.parametrize("case", ids((*PUSHES, *GATEWAYS)))
def test_another_source_is_a_near_miss_and_the_grant_names_the_right_one(case: Push) -> None:
    edge = pushing(case, service(case.service, case.other, None))
    assert edge.status is Status.MISSING
    assert [str(key).lower() for key in missed(edge)] == ["aws:sourcearn"]
    (grant,) = edge.missing
    assert (grant.side, grant.holder, grant.principal) == ("resource", ORDERS, f"service:{case.service}")
    assert case.sends in str(grant.condition)


@pytest.mark.parametrize("case", ids(PUSHES))
def test_source_account_is_the_owner_of_the_source(case: Push) -> None:
    assert pushing(case, service(case.service, case.sends, ONE)).status is Status.ALLOWED
    edge = pushing(case, service(case.service, case.sends, TWO))
    assert edge.status is Status.MISSING
    assert [str(key).lower() for key in missed(edge)] == ["aws:sourceaccount"]


@pytest.mark.parametrize("case", ids((*PUSHES, *GATEWAYS)))
def test_the_permission_sits_on_the_arn_that_is_called(case: Push) -> None:
    live = f"{ORDERS}:live"
    edge = pushing(case, service(case.service, case.sends, None), target=live)
    assert edge.status is Status.MISSING
    (miss,) = edge.requirements[0].decision.near_misses
    assert (miss.failed, miss.wanted, miss.got) == ("resource", ORDERS, live)
    assert pushing(case, service(case.service, case.sends, None, live), target=live).status is Status.ALLOWED
    assert pushing(case, service(case.service, case.sends, None, live)).status is Status.MISSING


def test_cloudwatch_logs_goes_by_its_regional_name_in_older_policies() -> None:
    case = next(case for case in PUSHES if case.service == "logs.amazonaws.com")
    assert pushing(case, service(f"logs.{REGION}.amazonaws.com", case.sends, ONE)).status is Status.ALLOWED
    edge = pushing(case, service("logs.us-east-1.amazonaws.com", case.sends, ONE))
    assert edge.status is Status.MISSING
    assert [grant.principal for grant in edge.missing] == ["service:logs.amazonaws.com"]


def test_a_bucket_that_somebody_else_has_now_is_told_apart_by_its_account_only() -> None:
    """S3's ARN has no account: SourceArn alone lets a bucket of the same name in, whoever's it is."""
    case = PUSHES[0]
    assert pushing(case, service(case.service, case.sends, None), owner=TWO).status is Status.ALLOWED
    assert pushing(case, service(case.service, case.sends, ONE), owner=TWO).status is Status.MISSING


@pytest.mark.parametrize("case", ids(GATEWAYS))
def test_whether_api_gateway_sends_source_account_is_not_confirmed_and_may_be_given(case: Push) -> None:
    made = Builder()
    made.function(ORDERS, service(case.service, case.sends, ONE))
    made.trigger(case.service, case.on, ORDERS)
    assert trigger_edge(made).status is Status.CONDITIONAL
    given = Given({"aws:sourceaccount": (ONE,)}, frozenset())
    assert trigger_edge(made, Question(given)).status is Status.ALLOWED
    assert trigger_edge(made, Question(Given({}, frozenset(("aws:sourceaccount",))))).status is Status.MISSING


@pytest.mark.parametrize(
    "route, permitted, status",
    [
        pytest.param("prod/GET/orders", "*/GET/orders", Status.ALLOWED, id="any stage"),
        pytest.param("test/GET/orders", "prod/GET/orders", Status.MISSING, id="another stage"),
        pytest.param("prod/GET/orders", "prod/get/orders", Status.MISSING, id="methods are in upper case"),
        pytest.param("prod/*/orders", "prod/*/orders", Status.ALLOWED, id="ANY is a star"),
        pytest.param("prod/*/orders", "prod/GET/orders", Status.MISSING, id="one method isn't ANY"),
        pytest.param("prod/GET/orders", "*/*/*", Status.ALLOWED, id="three stars are every route"),
        pytest.param("prod/GET/orders/1", "prod/GET/orders", Status.MISSING, id="a path isn't what is below it"),
        pytest.param("prod/GET/orders/1", "prod/GET/orders/*", Status.ALLOWED, id="a star crosses slashes"),
        pytest.param("prod/GET/", "prod/GET/", Status.ALLOWED, id="the root"),
        pytest.param("prod/$default", "*/$default", Status.ALLOWED, id="$default of an HTTP API has no method"),
        pytest.param("prod/$default", "*/*/$default", Status.MISSING, id="$default with a method too many"),
        pytest.param("test-invoke-stage/GET/orders", "prod/GET/orders", Status.MISSING, id="the console's test"),
    ],
)
def test_stage_method_and_path_are_matched_exactly(route: str, permitted: str, status: Status) -> None:
    case = Push("", "apigateway.amazonaws.com", f"{API}/{route}", "", "")
    assert pushing(case, service(case.service, f"{API}/{permitted}", None)).status is status


def acting(case: ByRole, trusts: str | None, *actions: str, trigger_role: str | None = WORKER) -> Edge:
    made = Builder()
    made.function(ORDERS)
    made.role(
        WORKER,
        allow(ASSUME, Principal={"Service": trusts or "ec2.amazonaws.com"}),
        *([allow(list(actions), ORDERS)] if actions else []),
    )
    made.trigger(case.service, case.on, ORDERS, role=trigger_role)
    return trigger_edge(made)


@pytest.mark.parametrize("case", ids((*BY_ROLE, *WITH_A_ROLE_TOO)))
def test_the_role_is_trusted_and_may_invoke(case: ByRole) -> None:
    assert acting(case, case.service, INVOKE, *case.also).status is Status.ALLOWED


@pytest.mark.parametrize("case", ids((*BY_ROLE, *WITH_A_ROLE_TOO)))
def test_a_role_that_does_not_trust_the_service(case: ByRole) -> None:
    edge = acting(case, None, INVOKE, *case.also)
    assert edge.status is Status.MISSING
    assert [(grant.side, grant.holder, grant.principal) for grant in edge.missing] == [
        ("trust", WORKER, f"service:{case.service}")
    ]


@pytest.mark.parametrize("case", ids((*BY_ROLE, *WITH_A_ROLE_TOO)))
def test_a_role_that_may_not_invoke(case: ByRole) -> None:
    edge = acting(case, case.service)
    assert edge.status is Status.MISSING
    wanted = [("identity", WORKER, action) for action in (INVOKE, *case.also)]
    assert [(grant.side, grant.holder, grant.action) for grant in edge.missing] == wanted


@pytest.mark.parametrize("case", ids(BY_ROLE))
def test_a_role_that_is_not_known_decides_nothing(case: ByRole) -> None:
    edge = acting(case, case.service, INVOKE, trigger_role=None)
    assert edge.status is Status.UNKNOWN
    assert "the role with which" in edge.gaps[0].reason


def test_every_row_has_a_case() -> None:
    cases = [(case.service, case.on) for case in (*PUSHES, *GATEWAYS, *BY_ROLE)]
    rows = {found.label for principal, on in cases if (found := find(principal, on, SERVICES))}
    assert rows == {row.label for row in SERVICES}


def test_a_service_that_is_not_in_the_table_is_unknown_and_says_so() -> None:
    case = Push("", "new.amazonaws.com", at("new", "thing/1"), "", "")
    edge = pushing(case, service(case.service, case.on, ONE))
    assert edge.status is Status.UNKNOWN
    assert edge.gaps[0].reason == "how new.amazonaws.com invokes functions for it is not known to this version"
    assert edge.gaps[0].about == case.on


def test_a_source_of_another_form_is_unknown_too() -> None:
    case = Push("", "apigateway.amazonaws.com", API, "", "")
    assert pushing(case, service(case.service, None, None)).status is Status.UNKNOWN


# --- EventBridge across accounts -------------------------------------------------------------------------------------

FAR = function("orders", TWO)


@pytest.mark.parametrize(
    "with_role, identity, policy, status, lacking",
    [
        pytest.param(False, False, "service", Status.MISSING, [], id="specify an execution role"),
        pytest.param(True, True, "role", Status.ALLOWED, [], id="an execution role and a resource policy"),
        pytest.param(True, True, None, Status.MISSING, ["resource"], id="attach a resource policy to the target"),
        pytest.param(True, False, "role", Status.MISSING, ["identity"], id="the role needs the permission as well"),
        pytest.param(True, True, "service", Status.MISSING, ["resource"], id="the role calls, not the service"),
    ],
)
def test_a_rule_delivers_to_another_account_with_a_role_that_both_sides_allow(
    with_role: bool, identity: bool, policy: str | None, status: Status, lacking: list[str]
) -> None:
    made = Builder()
    principal = {"service": {"Service": "events.amazonaws.com"}, "role": {"AWS": WORKER}}.get(policy or "")
    made.function(FAR, *([permit(principal, FAR)] if principal else []))
    made.role(
        WORKER,
        allow(ASSUME, Principal={"Service": "events.amazonaws.com"}),
        *([allow(INVOKE, FAR)] if identity else []),
    )
    made.trigger("events.amazonaws.com", rule("nightly"), FAR, role=WORKER if with_role else None)
    edge = trigger_edge(made)
    assert edge.status is status
    assert [grant.side for grant in edge.missing] == lacking
    assert edge.can_be_bought == (status is Status.ALLOWED or bool(lacking))
