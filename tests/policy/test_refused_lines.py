"""What is said of a document that is refused: one line, with the place, what is wrong there, and what was meant."""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

import pytest

from models.errors import PolicyError
from models.policy import PolicyKind
from simulator.policy.parse import parse_policy
from tests.policy.builders import allow, deny, document, to, trusts

IDENTITY, RESOURCE, TRUST = PolicyKind.IDENTITY, PolicyKind.RESOURCE, PolicyKind.TRUST
S = "Statement[0]"


def of_value(operator: str) -> dict[str, Any]:
    return document(allow(Condition={operator: {"k": "maybe"}}))


@pytest.mark.parametrize(
    "body, kind, line",
    [
        ({"Statment": []}, IDENTITY, "`Statment` is unknown here; did you mean `Statement`?"),
        ({"Other": 1}, IDENTITY, "`Other` is unknown here; known are Version, Id, Statement"),
        ([], IDENTITY, "a policy document is an object, not a list"),
        ({"Version": "2012-10-17"}, IDENTITY, "a policy document needs a Statement"),
        ({"Version": "2012-10-18", "Statement": []}, IDENTITY, "Version: `2012-10-18` is not one of 2008-10-17, 2012-10-17"),
        (document(), IDENTITY, "Statement: a policy document needs at least one statement"),
        (document("s"), IDENTITY, f"{S}: a statement is an object, not a string"),  # type: ignore[arg-type]
        (document(allow(Efect="Allow")), IDENTITY, f"{S}: `Efect` is unknown here; did you mean `Effect`?"),
        (document(allow(Sid="a"), allow(Sid="a")), IDENTITY, "Statement[1].Sid: Sid `a` is in use already"),
        (document(allow(Effect="Permit")), IDENTITY, f"{S}.Effect: `Permit` is not one of Allow, Deny"),
        (document({"Action": "s3:*", "Resource": "*"}), IDENTITY, f"{S}: needs an Effect"),
        (document({"Effect": "Allow", "Resource": "*"}), IDENTITY, f"{S}: needs Action or NotAction"),
        (document({"Effect": "Allow", "Action": "s3:*"}), IDENTITY, f"{S}: needs Resource or NotResource"),
        (document(allow(NotAction="s3:*")), IDENTITY, f"{S}: has both Action and NotAction"),
        (document(allow([])), IDENTITY, f"{S}.Action: is empty"),
        (document(allow("Invoke")), IDENTITY, f"{S}.Action: `Invoke` is not an action such as `lambda:InvokeFunction`"),
        (document(allow(resource="f")), IDENTITY, f"{S}.Resource: `f` is not an ARN"),
        (document(trusts("*", Resource="*")), TRUST, f"{S}: a trust policy has no Resource: it is about its role"),
        (document(allow()), RESOURCE, f"{S}: needs a Principal"),
        (document(to(1)), RESOURCE, f"{S}.Principal: needs `*` or an object, not a number"),
        (document(deny(Principal="*", NotPrincipal="*")), RESOURCE, f"{S}: has both Principal and NotPrincipal"),
        (document(allow(NotPrincipal="*")), RESOURCE, f"{S}.NotPrincipal: NotPrincipal is allowed with Deny only"),
        (document(to("222222222222")), RESOURCE, f'{S}.Principal: `222222222222` is not `*`; write {{"AWS": "222222222222"}}'),
        (document(to({"Aws": "2"})), RESOURCE, f"{S}.Principal: `Aws` is unknown here; known are AWS, Service, Federated, CanonicalUser"),
        (document(to({"AWS": "22"})), RESOURCE, f"{S}.Principal: `22` is not a principal of the kind AWS"),
        (document(to({"Service": "s3.*"})), RESOURCE, f"{S}.Principal: `s3.*` is not a principal of the kind Service; a part of a principal can't be a wildcard"),
        (document(allow(Condition=[])), IDENTITY, f"{S}.Condition: needs an object, not a list"),
        (document(allow(Condition={"Bool": 1})), IDENTITY, f"{S}.Condition.Bool: needs an object, not a number"),
        (of_value("StringLikes"), IDENTITY, f"{S}.Condition.StringLikes: condition operator `StringLikes` is not supported; did you mean `StringLike`?"),
        (of_value("Nope"), IDENTITY, f"{S}.Condition.Nope: condition operator `Nope` is not supported"),
        (of_value("Bool"), IDENTITY, f"{S}.Condition.Bool.k: `maybe` is not true or false"),
        (of_value("Null"), IDENTITY, f"{S}.Condition.Null.k: `maybe` is not true or false"),
        (of_value("NumericEquals"), IDENTITY, f"{S}.Condition.NumericEquals.k: `maybe` is not a number"),
        (of_value("DateEquals"), IDENTITY, f"{S}.Condition.DateEquals.k: `maybe` is not a date such as `2026-01-31T12:00:00Z`"),
        (of_value("IpAddress"), IDENTITY, f"{S}.Condition.IpAddress.k: `maybe` is not an address or a range such as `203.0.113.0/24`"),
        (of_value("ArnLike"), IDENTITY, f"{S}.Condition.ArnLike.k: `maybe` is not an ARN of six parts, such as `arn:aws:lambda:*:*:function:*`"),
        (of_value("BinaryEquals"), IDENTITY, f"{S}.Condition.BinaryEquals.k: `maybe` is not base64 text"),
        ('{"Version": "2012-10-17", "Version": 1}', IDENTITY, "`Version` is written twice"),
        ('{"Statement": NaN}', IDENTITY, "not JSON: `NaN` is no value"),
        ('{"Statement": ' + "9" * 5_000 + "}", IDENTITY, "not a policy: a number is too long"),
        ("[" * 100_000, IDENTITY, "not a policy: nested too deeply"),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)  # fmt: skip
def test_a_refusal_is_one_line(body: object, kind: PolicyKind, line: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(body, kind, strict=True)
    assert str(caught.value) == line
