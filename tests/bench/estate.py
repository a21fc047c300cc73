"""A large organization, made up: what `who-can` and `reach` are measured on.

Ten accounts in two units, with SCPs at every level; users in groups, roles with managed and inline policies, trust
within and across accounts, with an external id, MFA, tags or the organization as a condition here and there; functions
with aliases, some called by topics, some polling queues, some called by other functions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.snapshot import (
    Account,
    Function,
    Group,
    ManagedPolicy,
    Mapping,
    Organization,
    OrganizationPolicy,
    Resource,
    Role,
    Snapshot,
    Trigger,
    User,
    document_id,
)

REGION = "eu-west-1"
ACCOUNTS = (*(f"{number}" * 12 for number in range(1, 10)), "101010101010")
INVOKE, ASSUME = "lambda:InvokeFunction", "sts:AssumeRole"
Json = dict[str, Any]


def _policy(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(action: str | list[str], resource: str | list[str], **more: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def _trust(principal: Json, **more: Any) -> Json:
    return {"Effect": "Allow", "Action": ASSUME, "Principal": principal} | more


def function_arn(number: int) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNTS[number % len(ACCOUNTS)]}:function:fn-{number}"


def role_arn(number: int) -> str:
    return f"arn:aws:iam::{ACCOUNTS[number % len(ACCOUNTS)]}:role/team{number % 40}/role-{number}"


class _Maker:
    def __init__(self, principals: int, functions: int) -> None:
        self.roles = principals * 4 // 5
        self.users = principals - self.roles
        self.functions = functions
        self.documents: dict[str, Json] = {}

    def stored(self, *statements: Json) -> str:
        document = _policy(*statements)
        self.documents[name := document_id(document)] = document
        return name

    def role(self, number: int) -> Role:
        """Every role has a managed policy that it shares with a hundred others, and one of its own."""
        account = ACCOUNTS[number % 10]
        lambda_ = {"Service": "lambda.amazonaws.com"}
        trusts = [_trust(lambda_)] if number < self.functions else []
        other = ACCOUNTS[(number + 1) % 10]
        if number % 3 == 0:
            trusts.append(_trust({"AWS": f"arn:aws:iam::{account}:root"}))
        elif number % 7 == 1:
            trusts.append(_trust({"AWS": other}, Condition={"StringEquals": {"sts:ExternalId": f"x{number}"}}))
        elif number % 11 == 2:
            trusts.append(_trust({"AWS": other}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
        else:
            named = role_arn((number + 1) % self.roles)
            trusts.append(_trust({"AWS": named}, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))
        return Role(
            arn=role_arn(number),
            id=f"AROA{number:016d}",
            trust=self.stored(*trusts),
            inline={"own": self.stored(*self.own(number))},
            attached=(f"arn:aws:iam::{account}:policy/shared-{number % 40}",),
            tags={"team": f"team{number % 40}"},
        )

    def own(self, number: int) -> list[Json]:
        """Every tenth role may invoke functions, every sixth may assume a role or some."""
        found = [
            _allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::data-{number}/*"),
            _allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:*:*:log-group:/app/{number}:*"),
        ]
        if number % 10 == 1:
            invoked = [function_arn(number % self.functions), function_arn((number * 7) % self.functions)]
            found.append(_allow(INVOKE, invoked))
        if number % 50 == 7:
            found.append(_allow(["lambda:Invoke*"], f"arn:aws:lambda:*:*:function:fn-{number % 10}*"))
        if number % 6 == 0:
            found.append(_allow(ASSUME, role_arn((number * 3 + 1) % self.roles)))
        if number % 120 == 5:
            found.append(_allow(ASSUME, f"arn:aws:iam::{ACCOUNTS[number % 10]}:role/team{number % 40}/*"))
        if number % 25 == 3:
            tagged = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
            found.append(_allow("lambda:*", "*", Condition=tagged))
        if number % 9 == 4:
            found.append(_allow("sqs:SendMessage", f"arn:aws:sqs:{REGION}:*:jobs-{number % 50}"))
        if number % 13 == 4:
            found.append(_allow("sns:Publish", f"arn:aws:sns:{REGION}:*:news-{number % 50}"))
        return found

    def shared(self, number: int, account: str) -> ManagedPolicy:
        document = self.stored(
            _allow(["s3:List*", "dynamodb:GetItem", "dynamodb:Query"], "*"),
            _allow("kms:Decrypt", "*", Condition={"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}),
            {"Effect": "Deny", "Action": "lambda:Delete*", "Resource": "*"},
            _allow("cloudwatch:PutMetricData", "*"),
        )
        return ManagedPolicy(arn=f"arn:aws:iam::{account}:policy/shared-{number}", document=document)

    def user(self, number: int) -> User:
        account = ACCOUNTS[number % 10]
        own = [_allow(ASSUME, role_arn((number * 5) % self.roles)), _allow("iam:ChangePassword", "*")]
        return User(
            arn=f"arn:aws:iam::{account}:user/user-{number}",
            id=f"AIDA{number:016d}",
            inline={"own": self.stored(*own)},
            groups=(f"arn:aws:iam::{account}:group/developers",),
            tags={"team": f"team{number % 40}"},
        )

    def function(self, number: int) -> Function:
        arn = function_arn(number)
        permits = []
        if number % 4 == 0:
            source = f"arn:aws:sns:{REGION}:{ACCOUNTS[number % 10]}:news-{number % 50}"
            permits.append(self.permit({"Service": "sns.amazonaws.com"}, arn, {"ArnLike": {"aws:SourceArn": source}}))
        if number % 6 == 1:
            permits.append(self.permit({"AWS": role_arn((number + 1) % self.roles)}, arn))
        if number % 40 == 3:
            permits.append(self.permit({"AWS": ACCOUNTS[(number + 1) % 10]}, arn))
        return Function(
            arn=arn,
            role=role_arn(number % self.roles),
            aliases={"live": "1"} if number % 2 else {},
            versions=("1",) if number % 2 else (),
            policies={"": self.stored(*permits)} if permits else {},
            tags={"team": f"team{number % 40}"},
        )

    def permit(self, principal: Json, arn: str, condition: Json | None = None) -> Json:
        more = {"Condition": condition} if condition else {}
        return _allow(INVOKE, arn, Principal=principal, **more)

    def triggers(self) -> list[Trigger]:
        every = range(0, self.functions, 4)
        return [
            Trigger(
                service="sns.amazonaws.com",
                source=f"arn:aws:sns:{REGION}:{ACCOUNTS[number % 10]}:news-{number % 50}",
                target=function_arn(number),
            )
            for number in every
        ]

    def mappings(self) -> list[Mapping]:
        return [
            Mapping(
                uuid=f"{number}",
                source=f"arn:aws:sqs:{REGION}:{ACCOUNTS[number % 10]}:jobs-{number % 50}",
                function=function_arn(number),
            )
            for number in range(1, self.functions, 5)
        ]

    def resources(self) -> list[Resource]:
        found = {}
        for item in (*self.triggers(), *self.mappings()):
            arn = item.source or ""
            kind = "sns:topic" if ":sns:" in arn else "sqs:queue"
            found[arn] = Resource(arn=arn, type=kind, account=arn.split(":")[4], region=REGION)
        return list(found.values())

    def organization(self) -> Organization:
        region = {"StringNotEquals": {"aws:RequestedRegion": [REGION, "us-east-1"]}}
        everything = _allow("*", "*")
        regions = {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": region}
        guard = {
            "Effect": "Deny",
            "Action": "lambda:UpdateFunctionCode",
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team1/*"}},
        }
        documents = {"full": (everything,), "regions": (regions,), "guard": (guard,)}
        policies = {
            name: OrganizationPolicy(
                id=name, name=name, type="SERVICE_CONTROL_POLICY", document=self.stored(*statements)
            )
            for name, statements in documents.items()
        }
        units = ("ou-1", "ou-2")
        parents = {account: units[place % 2] for place, account in enumerate(ACCOUNTS)} | dict.fromkeys(units, "r-1")
        targets = dict.fromkeys((*ACCOUNTS, *units, "r-1"), ("full",))
        targets |= {"r-1": ("full", "regions"), "ou-2": ("full", "guard")}
        return Organization(
            id="o-1", management_account="999999999998", parents=parents, policies=policies, targets=targets
        )

    def snapshot(self) -> Snapshot:
        return Snapshot(
            taken_at=datetime(2026, 1, 1, tzinfo=UTC),
            accounts=tuple(Account(id=account) for account in ACCOUNTS),
            organization=self.organization(),
            users=tuple(map(self.user, range(self.users))),
            groups=tuple(
                Group(
                    arn=f"arn:aws:iam::{account}:group/developers",
                    inline={"look": self.stored(_allow(["lambda:Get*", "lambda:List*"], "*"))},
                )
                for account in ACCOUNTS
            ),
            roles=tuple(map(self.role, range(self.roles))),
            policies=tuple(self.shared(number, account) for number in range(40) for account in ACCOUNTS),
            functions=tuple(map(self.function, range(self.functions))),
            resources=tuple(self.resources()),
            triggers=tuple(self.triggers()),
            mappings=tuple(self.mappings()),
            documents=self.documents,
        )


def estate(principals: int, functions: int) -> Snapshot:
    """The organization with so many users and roles, a fifth of them users, and so many functions."""
    return _Maker(principals, functions).snapshot()
