"""The rows of the project's checklist about triggers, mappings and who else can run a function: the ids are its own.

What each row rests on: Lambda Developer Guide, "Granting Lambda function access to AWS services", "Viewing
resource-based IAM policies in Lambda" and "Creating and configuring an Amazon SQS event source mapping".
"""

from __future__ import annotations

import pytest

from models.answer import PathAnswer
from models.context import Given
from models.snapshot import Organization, OrganizationPolicy
from simulator.answers.can import can
from simulator.answers.paths import paths
from simulator.answers.reach import reach
from simulator.answers.who_can import who_can
from simulator.world import World
from tests.worlds import (
    ASSUME,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    function,
    permit,
    queue,
    role,
    topic,
    trusting,
    user,
)

#: The caller's account and the function's, as the checklist has them.
A, B = ONE, TWO
F = function("f", B)
BUCKET = "arn:aws:s3:::b"
S3 = {"Service": "s3.amazonaws.com"}


def first_path(world: World, source: str, target: str = F) -> PathAnswer:
    return paths(world, source, target).paths[0]


def notified(*permits: Json, to: str = F) -> World:
    made = Builder()
    made.function(F, *permits, versions=("1",), aliases={"prod": "1"})
    made.resource(BUCKET, "s3:bucket", B, region="eu-west-1")
    made.trigger("s3.amazonaws.com", BUCKET, to, events=("s3:ObjectCreated:*",))
    return made.world()


def test_b2_a_bucket_that_notifies_a_function_without_a_policy_names_what_to_add() -> None:
    path = first_path(notified(), BUCKET)
    assert path.status == "missing"
    (grant,) = [grant for step in path.steps for grant in step.missing]
    assert (grant.side, grant.holder, grant.action) == ("resource", F, INVOKE)
    assert grant.principal == "service:s3.amazonaws.com"
    assert grant.condition == {"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": B}}


def test_c8_a_service_is_let_in_only_where_the_statements_source_matches() -> None:
    news = topic("news", B)
    made = Builder()
    made.function(F, permit({"Service": "sns.amazonaws.com"}, F, Condition={"ArnLike": {"aws:SourceArn": news}}))
    world = made.world()

    def asked(source: str) -> str:
        return can(world, "service:sns.amazonaws.com", INVOKE, F, Given.of({"aws:SourceArn": source})).decision

    assert (asked(news), asked(topic("old", B))) == ("allowed", "implicitDeny")
    assert can(world, "service:sns.amazonaws.com", INVOKE, F).decision == "conditional"


def test_c11_a_permission_on_the_function_is_none_on_the_alias_that_is_called() -> None:
    prod = f"{F}:prod"
    world = notified(permit(S3, F), to=prod)
    path = first_path(world, BUCKET, prod)
    (grant,) = [grant for step in path.steps for grant in step.missing]
    assert (path.status, grant.holder, grant.statement["Resource"]) == ("missing", prod, prod)
    assert first_path(notified(permit(S3, prod), to=prod), BUCKET, prod).status == "allowed"


def test_c12_a_policy_allows_a_service_by_account_and_denies_it_one_bucket() -> None:
    by_account = permit(S3, F, Condition={"StringEquals": {"aws:SourceAccount": B}})
    not_x = permit(S3, F, Sid="NotX", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::x"}}) | {"Effect": "Deny"}
    made = Builder()
    made.function(F, by_account, not_x)
    world = made.world()

    def asked(bucket: str) -> tuple[str, list[str]]:
        given = Given.of({"aws:SourceArn": f"arn:aws:s3:::{bucket}", "aws:SourceAccount": B})
        answer = can(world, "service:s3.amazonaws.com", INVOKE, F, given)
        return answer.decision, [item.statement for item in answer.because]

    assert asked("x") == ("explicitDeny", ["NotX"])
    assert asked("y")[0] == "allowed"


def test_c13_what_a_function_policy_cant_give_another_account_no_statement_of_it_mends() -> None:
    action = "lambda:UpdateFunctionConfiguration"
    made = Builder()
    made.user(user("dev", A), allow(action, F))
    made.function(F, allow(action, F, Principal={"AWS": user("dev", A)}))
    answer = can(made.world(), user("dev", A), action, F)
    assert (answer.decision, answer.missing) == ("implicitDeny", ())


def test_c14_a_user_has_what_his_groups_managed_policy_allows_in_its_default_version() -> None:
    policy, developers = f"arn:aws:iam::{B}:policy/invoke", f"arn:aws:iam::{B}:group/developers"
    made = Builder()
    made.policy(policy, allow(INVOKE, F))
    made.group(developers, attached=(policy,))
    made.user(user("dev", B), groups=(developers,))
    made.function(F)
    answer = can(made.world(), user("dev", B), INVOKE, F)
    assert answer.decision == "allowed"
    assert [(item.policy, item.holder) for item in answer.because] == [(policy, developers)]


def chained(trusted: str) -> World:
    """A user of A who may take a role of B that trusts somebody, and may invoke."""
    made = Builder()
    made.user(user("dev", A), allow(ASSUME, role("invoker", B)))
    made.user(user("other", B))
    made.role(role("invoker", B), trusting(trusted), allow(INVOKE, F))
    made.function(F)
    return made.world()


def test_s3_a_role_of_another_account_has_to_trust_the_user_hop_by_hop() -> None:
    path = first_path(chained(user("other", B)), user("dev", A))
    assert path.status == "missing"
    assert [(step.kind, step.status) for step in path.steps] == [("assumes", "missing"), ("invokes", "allowed")]
    (grant,) = path.steps[0].missing
    assert (grant.side, grant.account, grant.holder) == ("trust", B, role("invoker", B))
    trusted = first_path(chained(user("dev", A)), user("dev", A))
    assert trusted.status == "allowed"
    assert all(step.because for step in trusted.steps)


def test_s3b_both_accounts_have_a_list_of_their_own() -> None:
    made = Builder()
    made.user(user("dev", A))
    made.role(role("invoker", B), trusting(user("other", B)), allow(INVOKE, F))
    made.user(user("other", B))
    made.function(F)
    missing = can(made.world(), user("dev", A), INVOKE, F).missing
    assert [(grant.account, grant.side) for grant in missing] == [(A, "identity"), (B, "resource")]
    assert all(grant.statement["Effect"] == "Allow" for grant in missing)


QUEUE = queue("q", B)
READS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def polling(source: str, actions: list[str], *policy: Json) -> World:
    made = Builder()
    made.role(role("reader", B), LAMBDA_TRUST, allow(actions, source))
    made.function(F, role=role("reader", B))
    account = source.split(":")[4]
    made.resource(source, "sqs:queue", account, *policy)
    made.mapping(source, F)
    return made.world()


def test_s6_a_mapping_whose_role_lacks_an_action_names_it_on_the_queue() -> None:
    path = first_path(polling(QUEUE, [READS[0], READS[2]]), QUEUE)
    grants = [(grant.action, grant.resource, grant.holder) for step in path.steps for grant in step.missing]
    assert grants == [("sqs:DeleteMessage", QUEUE, role("reader", B))]


def test_s6b_and_negative_2_a_mapping_needs_no_statement_of_the_function_policy() -> None:
    assert first_path(polling(QUEUE, READS), QUEUE).status == "allowed"


def test_s6d_a_queue_of_another_account_has_to_let_the_role_in() -> None:
    far = queue("q", A)
    path = first_path(polling(far, READS), far)
    assert path.status == "missing"
    assert {(grant.account, grant.side, grant.holder) for step in path.steps for grant in step.missing} == {
        (A, "resource", far)
    }
    lets_in = allow(READS, far, Principal={"AWS": role("reader", B)})
    assert first_path(polling(far, READS, lets_in), far).status == "allowed"


def test_p3_the_services_that_may_invoke_with_what_each_statement_asks_of_the_source() -> None:
    made = Builder()
    asks = {"ArnLike": {"aws:SourceArn": BUCKET}}
    made.function(F, permit({"Service": "events.amazonaws.com"}, F), permit(S3, F, Condition=asks))
    rows = {row.principal: row for row in who_can(made.world(), INVOKE, F).principals}
    assert {name: row.status for name, row in rows.items() if name.startswith("service:")} == {
        "service:events.amazonaws.com": "allowed",
        "service:s3.amazonaws.com": "conditional",
    }
    residual = rows["service:s3.amazonaws.com"].residual
    assert residual is not None
    assert BUCKET in residual.text


def test_p4_chains_of_several_roles_the_shortest_first_and_cycles_end() -> None:
    made = Builder()
    one, two, three = (role(name, B) for name in ("one", "two", "three"))
    made.user(user("dev", B), allow(ASSUME, [one, three]))
    made.role(one, trusting(user("dev", B), two), allow(ASSUME, two))
    made.role(two, trusting(one), allow(ASSUME, [one, three]))
    made.role(three, trusting(two, user("dev", B)), allow(INVOKE, F))
    made.function(F)
    found = [
        [step.target for step in path.steps]
        for path in paths(made.world(), user("dev", B), F).paths
        if path.status == "allowed"
    ]
    assert found[:2] == [[three, F], [one, two, three, F]]
    assert {row.node for row in reach(made.world(), user("dev", B)).reaches} >= {one, two, three, F}


def in_a_unit(management: str, unit_denies: bool = True) -> Builder:
    """B is in an OU whose SCP denies all of Lambda."""
    made = Builder()
    documents = {
        "p-full": made.document(allow("*", "*")),
        "p-deny": made.document(deny("lambda:*", "*", Sid="NoLambda")),
    }
    policies = {
        name: OrganizationPolicy(id=name, name=name, type="SERVICE_CONTROL_POLICY", document=document)
        for name, document in documents.items()
    }
    unit = ("p-full", "p-deny") if unit_denies else ("p-full",)
    made.organization = Organization(
        id="o-a1b2c3d4e5",
        management_account=management,
        parents={A: "r-root", B: "ou-1"} | {"ou-1": "r-root"},
        policies=policies,
        targets={"r-root": ("p-full",), "ou-1": unit, A: ("p-full",), B: ("p-full",)},
    )
    return made


def test_p9_an_explicit_deny_is_named_with_its_policy_wherever_it_sits() -> None:
    made = in_a_unit(A)
    made.user(user("dev", B), allow(INVOKE, F))
    made.function(F)
    answer = can(made.world(), user("dev", B), INVOKE, F)
    assert answer.decision == "explicitDeny"
    assert [(item.layer, item.policy, item.holder, item.statement) for item in answer.because] == [
        ("scp", "p-deny", "ou-1", "NoLambda")
    ]


def test_p10_neither_services_nor_the_management_account_are_bound_by_an_scp() -> None:
    made = in_a_unit(A)
    asks = {"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": B}}
    made.function(F, permit(S3, F, Condition=asks))
    made.resource(BUCKET, "s3:bucket", B, region="eu-west-1")
    made.trigger("s3.amazonaws.com", BUCKET, F, events=("s3:ObjectCreated:*",))
    assert first_path(made.world(), BUCKET).status == "allowed"
    managing = in_a_unit(B)
    managing.user(user("dev", B), allow(INVOKE, F))
    managing.function(F)
    assert can(managing.world(), user("dev", B), INVOKE, F).decision == "allowed"


def test_p10_an_rcp_says_nothing_of_lambda() -> None:
    made = in_a_unit(A, unit_denies=False)
    organization = made.organization
    assert organization is not None
    document = made.document(deny("*", "*", Principal="*"))
    refusing = OrganizationPolicy(id="p-rcp", name="none", type="RESOURCE_CONTROL_POLICY", document=document)
    policies = {**organization.policies, "p-rcp": refusing}
    targets = {**organization.targets, B: ("p-full", "p-rcp")}
    made.organization = organization.model_copy(update={"policies": policies, "targets": targets})
    made.user(user("dev", B), allow(INVOKE, F))
    made.function(F)
    assert can(made.world(), user("dev", B), INVOKE, F).decision == "allowed"


def test_negative_1_identity_alone_is_enough_in_the_functions_account() -> None:
    made = Builder()
    made.user(user("dev", B), allow(INVOKE, F))
    made.function(F)
    answer = can(made.world(), user("dev", B), INVOKE, F)
    assert (answer.decision, answer.missing) == ("allowed", ())


@pytest.mark.parametrize("key", ["AWS:SourceArn", "aws:SourceArn", "aws:sourcearn"])
def test_negative_8_a_condition_key_is_the_same_in_any_letter_case(key: str) -> None:
    asks = {"ArnLike": {key: BUCKET}, "StringEquals": {"AWS:SourceAccount": B}}
    assert first_path(notified(permit(S3, F, Condition=asks)), BUCKET).status == "allowed"


def test_negative_10_an_alias_doesnt_need_the_version_behind_it() -> None:
    made = Builder()
    made.user(user("dev", B), allow(INVOKE, f"{F}:prod"))
    made.function(F, versions=("1",), aliases={"prod": "1"})
    assert can(made.world(), user("dev", B), INVOKE, f"{F}:prod").decision == "allowed"
    assert can(made.world(), user("dev", B), INVOKE, f"{F}:1").decision == "implicitDeny"
