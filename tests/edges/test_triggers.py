"""Configured triggers: the right permission lets the service in, and what comes of one that says less."""

from __future__ import annotations

import pytest

from models.context import Given
from models.edge import Edge, Status
from models.snapshot import FunctionUrl
from simulator.edges.question import Question
from tests.edges.trigger_cases import (
    API,
    DISTRIBUTION,
    ORDERS,
    PUSHES,
    SKILL,
    WITHOUT_ACCOUNT,
    Push,
    at,
    ids,
    pushing,
    service,
    trigger_edge,
)
from tests.worlds import (
    ASSUME,
    INVOKE,
    ONE,
    REGION,
    TWO,
    Builder,
    Json,
    allow,
    permit,
    role,
)

BY_URL = "lambda:InvokeFunctionUrl"


def missed(edge: Edge) -> list[str]:
    return [str(miss.key).lower() for part in edge.requirements for miss in part.decision.near_misses]


@pytest.mark.parametrize("case", ids((*PUSHES, *WITHOUT_ACCOUNT)))
def test_c8_the_right_source_is_let_in(case: Push) -> None:
    assert pushing(case, service(case.service, case.sends, None)).status is Status.ALLOWED


@pytest.mark.parametrize("case", ids((*PUSHES, *WITHOUT_ACCOUNT)))
def test_c8_another_source_is_a_near_miss_and_the_grant_names_the_right_one(case: Push) -> None:
    edge = pushing(case, service(case.service, case.other, None))
    assert edge.status is Status.MISSING
    assert missed(edge) == ["aws:sourcearn"]
    (grant,) = edge.missing
    assert (grant.side, grant.holder, grant.principal) == ("resource", ORDERS, f"service:{case.service}")
    assert case.sends in str(grant.condition)


@pytest.mark.parametrize("case", ids(PUSHES))
def test_source_account_is_the_owner_of_the_source(case: Push) -> None:
    assert pushing(case, service(case.service, case.sends, ONE)).status is Status.ALLOWED
    edge = pushing(case, service(case.service, case.sends, TWO))
    assert edge.status is Status.MISSING
    assert missed(edge) == ["aws:sourceaccount"]


@pytest.mark.parametrize("case", ids((*PUSHES, *WITHOUT_ACCOUNT)))
def test_c11_the_permission_sits_on_the_arn_that_is_called(case: Push) -> None:
    """C11: a permission on another qualifier is a near miss, and the grant goes on the one that is called."""
    live = f"{ORDERS}:live"
    edge = pushing(case, service(case.service, case.sends, None), target=live)
    assert edge.status is Status.MISSING
    (miss,) = edge.requirements[0].decision.near_misses
    assert (miss.failed, miss.wanted, miss.got, miss.nearness) == ("resource", ORDERS, live, "qualifier")
    assert [(grant.holder, grant.statement["Resource"]) for grant in edge.missing] == [(live, live)]
    assert pushing(case, service(case.service, case.sends, None, live), target=live).status is Status.ALLOWED
    unqualified = pushing(case, service(case.service, case.sends, None, live))
    assert unqualified.status is Status.MISSING
    assert [(grant.holder, grant.statement["Resource"]) for grant in unqualified.missing] == [(ORDERS, ORDERS)]


def test_negative_10_an_alias_does_not_need_the_version_behind_it() -> None:
    """Lambda Developer Guide: for an alias the alias ARN alone is looked at."""
    case, live = PUSHES[0], f"{ORDERS}:live"
    edge = pushing(case, service(case.service, case.sends, ONE, live), target=live)
    assert [(one.action, one.resource) for one in edge.requirements] == [(INVOKE, live)]
    assert (edge.status, edge.missing) == (Status.ALLOWED, ())


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


@pytest.mark.parametrize("case", ids(WITHOUT_ACCOUNT))
def test_whether_source_account_is_sent_is_not_confirmed_and_may_be_given(case: Push) -> None:
    made = Builder()
    made.function(ORDERS, service(case.service, case.sends, ONE))
    made.trigger(case.service, case.on, ORDERS)
    assert trigger_edge(made).status is Status.CONDITIONAL
    given = Given({"aws:sourceaccount": (ONE,)}, frozenset())
    assert trigger_edge(made, Question(given)).status is Status.ALLOWED
    assert trigger_edge(made, Question(Given({}, frozenset(("aws:sourceaccount",))))).status is Status.MISSING


@pytest.mark.parametrize(
    "sends, status",
    [
        pytest.param(None, Status.ALLOWED, id="any source, as in AWS's sample"),
        pytest.param(at("iotevents", "detectorModel/press"), Status.CONDITIONAL, id="whatever it sends"),
    ],
)
def test_a_source_arn_that_no_page_confirms_is_never_taken_for_granted(sends: str | None, status: Status) -> None:
    """Lambda Developer Guide, "Using AWS Lambda with AWS IoT Events": the sample names no source."""
    case = Push("", "iotevents.amazonaws.com", at("iotevents", "detectorModel/press"), "", "")
    assert pushing(case, service(case.service, sends, None)).status is status


@pytest.mark.parametrize(
    "route, permitted, status",
    [
        pytest.param("prod/GET/orders", "*/GET/orders", Status.ALLOWED, id="any stage"),
        pytest.param("test/GET/orders", "prod/GET/orders", Status.MISSING, id="another stage"),
        pytest.param("prod/GET/orders", "prod/get/orders", Status.MISSING, id="methods are in upper case"),
        pytest.param("prod/*/orders", "prod/*/orders", Status.ALLOWED, id="ANY is a star"),
        pytest.param("prod/*/orders", "prod/GET/orders", Status.CONDITIONAL, id="of ANY one method only"),
        pytest.param("prod/*/orders/*", "*/*/orders/new", Status.CONDITIONAL, id="of a path in braces one only"),
        pytest.param("prod/*/orders", "test/*/orders", Status.MISSING, id="ANY on another stage"),
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


def test_what_any_stands_for_is_compared_and_never_the_star_itself() -> None:
    """IAM User Guide, "IAM JSON policy elements: Condition operators": StringEquals knows no wildcards."""
    case = Push("", "apigateway.amazonaws.com", f"{API}/prod/*/orders", "", "")
    permits = permit({"Service": case.service}, ORDERS, Condition={"StringEquals": {"aws:SourceArn": case.on}})
    assert pushing(case, permits).status is not Status.ALLOWED
    (grant,) = pushing(case).missing
    assert grant.condition == {"ArnLike": {"aws:SourceArn": case.on}}
    assert pushing(case, dict(grant.statement)).status is Status.ALLOWED


def test_a_deny_of_one_method_leaves_the_others_of_any() -> None:
    case = Push("", "apigateway.amazonaws.com", f"{API}/prod/*/orders", "", "")
    denied = service(case.service, f"{API}/prod/DELETE/orders", None) | {"Effect": "Deny"}
    assert pushing(case, service(case.service, f"{API}/*", None), denied).status is Status.CONDITIONAL


@pytest.mark.parametrize("order", [(None, "spare", "worker"), ("worker", "spare", None)], ids=["last", "first"])
def test_of_several_targets_with_the_same_function_the_best_counts(order: tuple[str | None, ...]) -> None:
    """EventBridge API Reference, "PutTargets": targets are told apart by their ids."""
    made, on = Builder(), at("events", "rule/nightly")
    made.function(ORDERS)
    made.role(role("worker"), allow(ASSUME, Principal={"Service": "events.amazonaws.com"}), allow(INVOKE, ORDERS))
    made.role(role("spare"), allow(ASSUME, Principal={"Service": "ec2.amazonaws.com"}))
    for name in order:
        made.trigger("events.amazonaws.com", on, ORDERS, role=role(name) if name else None)
    assert trigger_edge(made).status is Status.ALLOWED


def test_b2_a_notification_without_a_permission_names_what_to_add() -> None:
    """B2: bucket `b` notifies `f`, which has no policy."""
    edge = pushing(Push("", "s3.amazonaws.com", "arn:aws:s3:::b", "", ""))
    assert edge.status is Status.MISSING
    assert [grant.statement for grant in edge.missing] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": INVOKE,
            "Resource": ORDERS,
            "Condition": {
                "ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"},
                "StringEquals": {"aws:SourceAccount": ONE},
            },
        }
    ]


@pytest.mark.parametrize(
    "bucket, status",
    [
        pytest.param("arn:aws:s3:::x", Status.DENIED, id="bucket x is denied by name"),
        pytest.param("arn:aws:s3:::y", Status.ALLOWED, id="bucket y of the account is allowed"),
    ],
)
def test_c12_allow_by_account_and_deny_by_bucket(bucket: str, status: Status) -> None:
    """C12: a document of PutResourcePolicy may hold several statements, a Deny among them."""
    denies = service("s3.amazonaws.com", "arn:aws:s3:::x", None) | {"Effect": "Deny", "Sid": "not-x"}
    edge = pushing(Push("", "s3.amazonaws.com", bucket, "", ""), service("s3.amazonaws.com", None, ONE), denies)
    assert edge.status is status
    assert [line.statement for line in edge.because] == (["not-x"] if status is Status.DENIED else ["#1"])
    assert edge.missing == ()


# --- by function URL -------------------------------------------------------------------------------------------------

SHOP = Push("", "cloudfront.amazonaws.com", DISTRIBUTION, DISTRIBUTION, "")


def by_url(*actions: str, on: str = ORDERS, sends: str = DISTRIBUTION) -> list[Json]:
    return [service(SHOP.service, sends, None, on) | {"Action": action} for action in actions]


@pytest.mark.parametrize(
    "permits, status, lacks",
    [
        pytest.param(by_url(BY_URL, INVOKE), Status.ALLOWED, [], id="both actions for the distribution"),
        pytest.param(by_url(BY_URL), Status.MISSING, [INVOKE], id="lambda:InvokeFunctionUrl only"),
        pytest.param(by_url(INVOKE), Status.MISSING, [BY_URL], id="lambda:InvokeFunction only"),
        pytest.param(
            by_url(BY_URL, INVOKE, sends="arn:aws:cloudfront::*:distribution/OTHER"),
            Status.MISSING,
            [BY_URL, INVOKE],
            id="another distribution",
        ),
        pytest.param(
            by_url(BY_URL, INVOKE, on=f"{ORDERS}:live"), Status.MISSING, [BY_URL, INVOKE], id="on the alias, not here"
        ),
    ],
)
def test_cloudfront_needs_both_actions_on_what_the_url_is_on(
    permits: list[Json], status: Status, lacks: list[str]
) -> None:
    """CloudFront Developer Guide, "Restrict access to an AWS Lambda function URL origin"."""
    made = Builder()
    made.function(ORDERS, *permits, aliases={"live": "1"}, urls=(FunctionUrl(auth_type="AWS_IAM"),))
    made.trigger(SHOP.service, SHOP.on, f"url:{ORDERS}")
    edge = trigger_edge(made)
    assert edge.status is status
    assert [(grant.holder, grant.action) for grant in edge.missing] == [(ORDERS, action) for action in lacks]
    assert all(DISTRIBUTION in str(grant.condition) for grant in edge.missing)


def test_a_url_that_asks_nobody_who_he_is_lets_cloudfront_in_as_anybody() -> None:
    """Lambda Developer Guide, "Control access to Lambda function URLs": with NONE no IAM authentication is done."""
    made = Builder()
    made.function(ORDERS, *by_url(BY_URL, INVOKE), urls=(FunctionUrl(auth_type="NONE"),))
    made.trigger(SHOP.service, SHOP.on, f"url:{ORDERS}")
    edge = trigger_edge(made)
    assert (edge.status, {grant.principal for grant in edge.missing}) == (Status.MISSING, {"anyone"})
    public = Builder()
    public.function(ORDERS, permit("*", ORDERS, Action=[BY_URL, INVOKE]), urls=(FunctionUrl(auth_type="NONE"),))
    public.trigger(SHOP.service, SHOP.on, f"url:{ORDERS}")
    assert trigger_edge(public).status is Status.ALLOWED


def test_a_url_that_is_not_known_is_unknown() -> None:
    edge = pushing(SHOP, *by_url(BY_URL, INVOKE), target=f"url:{ORDERS}")
    assert (edge.status, [fact.about for fact in edge.gaps]) == (Status.UNKNOWN, [DISTRIBUTION])


# --- what has no ARN -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("principal", ["alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com"])
@pytest.mark.parametrize(
    "condition, status",
    [
        pytest.param({}, Status.ALLOWED, id="any skill"),
        pytest.param({"StringEquals": {"lambda:EventSourceToken": SKILL}}, Status.ALLOWED, id="the skill's id"),
        pytest.param(
            {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}, Status.MISSING, id="another skill's"
        ),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:*"}}, Status.MISSING, id="no SourceArn is sent"),
        pytest.param({"StringEquals": {"aws:SourceAccount": ONE}}, Status.MISSING, id="no SourceAccount is sent"),
    ],
)
def test_alexa_comes_with_a_token_and_no_source(
    principal: str, condition: dict[str, dict[str, str]], status: Status
) -> None:
    made = Builder()
    made.function(ORDERS, permit({"Service": principal}, ORDERS, Condition=condition))
    made.trigger(principal, SKILL, ORDERS)
    edge = trigger_edge(made)
    assert edge.status is status
    wanted = {"StringEquals": {"lambda:EventSourceToken": SKILL}}
    assert [grant.condition for grant in edge.missing] == ([wanted] if status is Status.MISSING else [])


def test_a_skill_is_found_by_its_id_and_everything_else_by_its_name() -> None:
    made = Builder()
    made.function(ORDERS)
    made.trigger("alexa-appkit.amazon.com", SKILL, ORDERS)
    assert [made.world().resolve(name) for name in (SKILL, "orders")] == [SKILL, ORDERS]


# --- what no row says ------------------------------------------------------------------------------------------------


def test_a_service_that_is_not_in_the_table_is_unknown_and_says_so() -> None:
    case = Push("", "new.amazonaws.com", at("new", "thing/1"), "", "")
    edge = pushing(case, service(case.service, case.on, ONE))
    assert edge.status is Status.UNKNOWN
    assert edge.gaps[0].reason == "how new.amazonaws.com invokes functions for it is not known to this version"
    assert edge.gaps[0].about == case.on


@pytest.mark.parametrize(
    "principal, on",
    [
        pytest.param("apigateway.amazonaws.com", API, id="an API without stage and method"),
        pytest.param("s3.amazonaws.com", "s3:::inbox", id="no ARN"),
        pytest.param("alexa-appkit.amazon.com", f"arn:aws:{SKILL}", id="no skill's id"),
    ],
)
def test_a_source_of_another_form_is_unknown_too(principal: str, on: str) -> None:
    assert pushing(Push("", principal, on, "", ""), service(principal, None, None)).status is Status.UNKNOWN
