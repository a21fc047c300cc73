"""Who may call a function URL. Source: Lambda Developer Guide, "Control access to Lambda function URLs"."""

from __future__ import annotations

from typing import Any

import pytest

from models.decision import FactKind
from models.edge import Edge, EdgeKind, Status
from models.errors import PermgraphError, UnknownNameError
from models.snapshot import FunctionUrl
from simulator.answers.can import can
from simulator.answers.paths import paths
from simulator.answers.reach import reach
from simulator.answers.who_can import who_can
from simulator.answers.whole_graph import whole_graph
from simulator.changes import apply
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.world import World
from tests.worlds import INVOKE, ONE, THREE, TWO, Builder, Json, additions, allow, deny, function, role, trusting, user

BY_URL = "lambda:InvokeFunctionUrl"
BOTH = [BY_URL, INVOKE]
ORDERS, LIVE = function("orders"), f"{function('orders')}:live"
URL, LIVE_URL = f"url:{ORDERS}", f"url:{LIVE}"
DEV, PARTNER = user("dev"), user("partner", TWO)


def with_url(auth_type: Any, *permits: Json, qualifier: str | None = None) -> Builder:
    made = Builder()
    url = FunctionUrl(qualifier=qualifier, auth_type=auth_type)
    made.function(ORDERS, *permits, versions=("1",), aliases={"live": "1"}, urls=(url,))
    return made


def of_type(auth_type: str, on: str = ORDERS, who: Any = "*") -> Json:
    """The statement of AWS's samples by which a URL may be called."""
    return allow(BY_URL, on, Principal=who, Condition={"StringEquals": {"lambda:FunctionUrlAuthType": auth_type}})


def via_url(on: str = ORDERS, who: Any = "*") -> Json:
    """The statement of AWS's samples by which its function may be invoked, by URL only."""
    return allow(INVOKE, on, Principal=who, Condition={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})


def callers(world: World, question: Question | None = None) -> dict[str, Status]:
    found = RULES[EdgeKind.INVOKES_URL](world, None, None, question or Question())
    return {edge.source: edge.status for edge in found if edge.status.is_open or edge.status is Status.UNKNOWN}


def the_edge(world: World, source: str, url: str = URL) -> Edge:
    found = RULES[EdgeKind.INVOKES_URL](world, frozenset((source,)), None, Question(asked=(source, url)))
    (edge,) = [edge for edge in found if edge.source == source]
    return edge


@pytest.mark.parametrize(
    "action, lacking",
    [
        pytest.param(BOTH, [], id="both permissions are required"),
        pytest.param("lambda:*", [], id="a star is both"),
        pytest.param(
            BY_URL, [INVOKE], id="S2 lambda:InvokeFunctionUrl alone is not enough: lambda:InvokeFunction lacks"
        ),
        pytest.param(
            INVOKE, [BY_URL], id="S2 lambda:InvokeFunction alone is not enough: lambda:InvokeFunctionUrl lacks"
        ),
        pytest.param("s3:GetObject", [INVOKE, BY_URL], id="nothing is allowed: both lack"),
    ],
)
def test_the_same_account_needs_both_on_one_side(action: Any, lacking: list[str]) -> None:
    made = with_url("AWS_IAM")
    made.user(DEV, allow(action, ORDERS))
    edge = the_edge(made.world(), DEV)
    assert edge.status is (Status.MISSING if lacking else Status.ALLOWED)
    assert sorted(grant.action for grant in edge.missing) == lacking
    answer = can(made.world(), DEV, BY_URL, URL)
    assert answer.decision == ("implicitDeny" if lacking else "allowed")
    assert sorted(grant.action for grant in answer.missing) == lacking


def test_one_permission_may_come_from_either_side_of_an_account() -> None:
    made = with_url("AWS_IAM", of_type("AWS_IAM", who={"AWS": DEV}))
    made.user(DEV, allow(INVOKE, ORDERS))
    assert callers(made.world()) == {DEV: Status.ALLOWED}


@pytest.mark.parametrize(
    "own, permits, expected",
    [
        pytest.param(BOTH, ("url", "function"), Status.ALLOWED, id="both sides allow both"),
        pytest.param(BOTH, ("url",), Status.MISSING, id="the function's policy lacks lambda:InvokeFunction"),
        pytest.param(BOTH, (), Status.MISSING, id="no policy of the function"),
        pytest.param(BY_URL, ("url", "function"), Status.MISSING, id="the caller's side lacks lambda:InvokeFunction"),
    ],
)
def test_another_account_needs_both_on_both_sides(own: Any, permits: tuple[str, ...], expected: Status) -> None:
    who = {"AWS": PARTNER}
    statements = {"url": of_type("AWS_IAM", who=who), "function": via_url(who=who)}
    made = with_url("AWS_IAM", *(statements[name] for name in permits))
    made.user(PARTNER, allow(own, ORDERS))
    assert the_edge(made.world(), PARTNER).status is expected


@pytest.mark.parametrize(
    "permits, expected",
    [
        pytest.param((of_type("NONE"), via_url()), Status.ALLOWED, id="as AWS's sample policy has it"),
        pytest.param((allow(BOTH, ORDERS, Principal="*"),), Status.ALLOWED, id="conditions are not needed"),
        pytest.param((of_type("NONE"),), Status.MISSING, id="without lambda:InvokeFunction"),
        pytest.param((via_url(),), Status.MISSING, id="without lambda:InvokeFunctionUrl"),
        pytest.param((), Status.MISSING, id="the resource-based policy is always in effect"),
        pytest.param((of_type("AWS_IAM"), via_url()), Status.MISSING, id="for URLs of the other AuthType"),
        pytest.param(
            (of_type("NONE", who={"AWS": DEV}), via_url(who={"AWS": DEV})),
            Status.MISSING,
            id="nobody is authenticated: a user by name is nobody",
        ),
        pytest.param((of_type("NONE", LIVE), via_url(LIVE)), Status.MISSING, id="on an alias that it isn't on"),
        pytest.param(
            (of_type("NONE"), via_url(), deny(INVOKE, ORDERS, Principal="*")), Status.DENIED, id="an explicit deny"
        ),
        pytest.param(
            (allow(BOTH, ORDERS, Principal="*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),),
            Status.CONDITIONAL,
            id="from some addresses",
        ),
    ],
)
def test_a_url_without_authentication_is_open_to_whom_its_policy_lets_in(
    permits: tuple[Json, ...], expected: Status
) -> None:
    made = with_url("NONE", *permits)
    made.user(DEV, allow(BOTH, ORDERS))
    world = made.world()
    assert the_edge(world, "anyone").status is expected
    # What a user is allowed himself counts for nothing: he isn't asked who he is.
    open_to_all = expected in (Status.ALLOWED, Status.CONDITIONAL)
    assert callers(world) == ({"anyone": expected} if open_to_all else {})
    rows = [row.status for row in reach(world, DEV).reaches if row.node == URL]
    assert rows == ([expected.value] if open_to_all else [])
    assert can(world, DEV, BY_URL, URL).decision == can(world, "anyone", BY_URL, URL).decision


def test_who_is_missing_is_let_in_by_the_statements_of_awss_sample() -> None:
    world = with_url("NONE").world()
    missing = can(world, "anyone", BY_URL, URL).missing
    assert [(grant.side, grant.principal, grant.condition) for grant in missing] == [
        ("resource", "anyone", {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
        ("resource", "anyone", {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),
    ]
    mended = World(apply(world.snapshot, additions(missing)))
    assert callers(mended) == {"anyone": Status.ALLOWED}
    assert can(mended, "anyone", INVOKE, ORDERS).decision == "implicitDeny"


def test_requests_have_to_be_signed_with_aws_iam_whatever_the_policy_says() -> None:
    made = with_url("AWS_IAM", allow(BOTH, ORDERS, Principal="*"))
    made.user(DEV)
    made.user(PARTNER)
    world = made.world()
    role = f"arn:aws:iam::{ONE}:role/orders-role"
    assert callers(world) == dict.fromkeys((DEV, role, f"{role}#{ORDERS}"), Status.ALLOWED)
    edge = the_edge(world, "anyone")
    assert (edge.status, edge.missing) == (Status.MISSING, ())
    answer = can(world, "anyone", BY_URL, URL)
    assert (answer.decision, answer.missing) == ("implicitDeny", ())
    assert "signed" in str(answer.impossible)


def test_what_is_allowed_by_url_only_is_not_allowed_by_the_api() -> None:
    made = with_url("AWS_IAM", via_url(who={"AWS": DEV}), of_type("AWS_IAM", who={"AWS": DEV}))
    made.user(DEV)
    assert can(made.world(), DEV, BY_URL, URL).decision == "allowed"
    assert can(made.world(), DEV, INVOKE, ORDERS).decision == "implicitDeny"


def test_a_permission_is_on_the_alias_that_the_url_is_on() -> None:
    made = with_url("AWS_IAM", qualifier="live")
    made.user(DEV, allow(BOTH, LIVE))
    made.user(user("other"), allow(BOTH, ORDERS))
    world = made.world()
    assert callers(world) == {DEV: Status.ALLOWED}
    (first, *_) = paths(world, DEV, ORDERS).paths
    assert first.status == "allowed"
    by_url = [path for path in paths(world, DEV, ORDERS).paths if path.steps[0].target == LIVE_URL]
    assert [step.target for step in by_url[0].steps] == [LIVE_URL, LIVE, ORDERS]


def test_who_calls_the_url_runs_the_function() -> None:
    made = with_url("AWS_IAM", of_type("AWS_IAM", who={"AWS": DEV}), via_url(who={"AWS": DEV}))
    made.user(DEV)
    made.user(user("boss"), allow("sts:AssumeRole", role("caller")))
    made.role(role("caller"), trusting(user("boss")), allow(BOTH, ORDERS))
    world = made.world()
    listed = {(row.principal, row.how): row.via for row in who_can(world, INVOKE, ORDERS).principals}
    assert listed[(DEV, "qualifier")] == (URL,)
    assert (DEV, "direct") not in listed
    assert listed[(user("boss"), "role_chain")] == (role("caller"),)
    direct = {row.principal for row in who_can(world, BY_URL, URL).principals if row.how == "direct"}
    assert direct == {DEV, role("caller")}
    assert who_can(world, INVOKE, URL).principals == who_can(world, BY_URL, URL).principals
    reached = {(row.node, row.how) for row in reach(world, DEV).reaches}
    assert reached == {(URL, "direct"), (ORDERS, "qualifier")}


def test_a_service_signs_too() -> None:
    """CloudFront with origin access control signs as itself, for a distribution."""
    service = {"Service": "cloudfront.amazonaws.com"}
    of_ours = {"Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ONE}:distribution/EXAMPLE"}}}
    made = with_url(
        "AWS_IAM", allow(BY_URL, ORDERS, Principal=service, **of_ours), allow(INVOKE, ORDERS, Principal=service)
    )
    assert callers(made.world()) == {"service:cloudfront.amazonaws.com": Status.CONDITIONAL}


def test_an_account_that_was_not_collected_is_unknown() -> None:
    who = {"AWS": f"arn:aws:iam::{THREE}:root"}
    made = with_url("AWS_IAM", of_type("AWS_IAM", who=who), via_url(who=who))
    made.trusted = (THREE,)
    assert callers(made.world()) == {f"account:{THREE}": Status.UNKNOWN}


def test_a_url_that_was_not_read_is_unknown() -> None:
    made = Builder(trusted=(THREE,))
    made.user(DEV, allow(BOTH, "*"))
    world = made.world()
    there = f"url:{function('theirs', THREE)}"
    assert can(world, DEV, BY_URL, there).decision == "unknown"
    assert {path.status for path in paths(world, DEV, there).paths} == {"unknown"}


def test_a_list_of_urls_that_was_refused_is_said_and_changes_nothing() -> None:
    made = Builder()
    made.function(ORDERS)
    made.user(DEV, allow(INVOKE, ORDERS))
    made.gap(FactKind.FUNCTION, ORDERS, "lambda:ListFunctionUrlConfigs")
    answer = who_can(made.world(), INVOKE, ORDERS)
    assert [(row.principal, row.status) for row in answer.principals] == [(DEV, "allowed")]
    assert [(gap.what, gap.about) for gap in answer.gaps] == [("function", ORDERS)]
    # Nobody knows that there is none.
    assert made.world().resolve("url:orders", "resource") == URL
    assert can(made.world(), DEV, BY_URL, URL).decision == "unknown"


@pytest.mark.parametrize("written", ["url:orders", f"url:{ORDERS}", "https://abc.lambda-url.eu-west-1.on.aws/"])
def test_is_named_by_its_function_or_its_address(written: str) -> None:
    made = Builder()
    url = FunctionUrl(auth_type="NONE", url="https://abc.lambda-url.eu-west-1.on.aws/")
    made.function(ORDERS, urls=(url,))
    assert made.world().resolve(written, "resource") == URL


@pytest.mark.parametrize("written", ["url:ordrs", "url:orders:live", f"url:{function('other')}", "url:dev"])
def test_a_url_that_is_not_there_is_an_unknown_name(written: str) -> None:
    made = with_url("NONE")
    made.user(DEV)
    with pytest.raises(UnknownNameError):
        made.world().resolve(written, "resource")


def test_another_action_is_asked_of_the_function() -> None:
    world = with_url("NONE").world()
    with pytest.raises(PermgraphError, match="lambda:GetFunction"):
        can(world, "anyone", "lambda:GetFunction", URL)
    with pytest.raises(PermgraphError, match="lambda:GetFunction"):
        who_can(world, "lambda:GetFunction", URL)


def test_the_permission_by_itself_is_asked_of_the_function_with_its_auth_type() -> None:
    made = with_url("NONE", of_type("NONE"))
    assert can(made.world(), "anyone", BY_URL, ORDERS).decision == "allowed"
    assert can(made.world(), "anyone", BY_URL, LIVE).decision == "implicitDeny"


def test_a_graph_shows_urls_with_what_they_are_on() -> None:
    answer = whole_graph(with_url("NONE", of_type("NONE"), via_url(), qualifier=None).world())
    node = next(node for node in answer.nodes if node.id == URL)
    assert (node.kind, node.account, node.region, node.label) == ("url", ONE, "eu-west-1", "url:orders")
    edges = {(edge.source, edge.target, edge.kind): edge.status for edge in answer.edges}
    assert edges[("anyone", URL, "invokes_url")] == "allowed"
    assert edges[(URL, ORDERS, "qualifies")] == "allowed"
