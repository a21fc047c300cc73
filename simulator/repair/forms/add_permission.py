"""What AddPermission can say of a function policy, and what only the whole policy can.

Sources, as of November 2026: Lambda API Reference, "AddPermission", "PutResourcePolicy", "AddLayerVersionPermission";
Lambda Developer Guide, "Working with resource-based policies in Lambda", "Granting Lambda function access to AWS
services", "Control access to Lambda function URLs"; Service Authorization Reference, "AWS Lambda".
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from models import arns


class Parameter(NamedTuple):
    """A parameter of AddPermission, and the condition that Lambda stores for it.

    `option`, `argument`: its name in the AWS CLI and in Terraform. `value`: what it may be, as the API's model says.
    `action`: the only one that it goes with.
    """

    name: str
    option: str
    argument: str
    operator: str
    key: str
    value: re.Pattern[str]
    source: str
    action: str | None = None


_PERMISSION = 'Lambda API Reference, "AddPermission"'
_SERVICES = 'Lambda Developer Guide, "Granting Lambda function access to AWS services"'
_URLS = 'Lambda Developer Guide, "Control access to Lambda function URLs"'
_ARN = re.compile(r"arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:([a-z]{2}[a-z0-9-]*-\d)?:(\d{12})?:\S*", re.ASCII)

#: The only conditions that AddPermission can store.
#: UNCONFIRMED: the operator of EventSourceToken, which no page says.
PARAMETERS = (
    Parameter("SourceArn", "source-arn", "source_arn", "ArnLike", "AWS:SourceArn", _ARN, _SERVICES),
    Parameter(
        "SourceAccount",
        "source-account",
        "source_account",
        "StringEquals",
        "AWS:SourceAccount",
        re.compile(r"\d{12}", re.ASCII),
        _SERVICES,
    ),
    Parameter(
        "PrincipalOrgID",
        "principal-org-id",
        "principal_org_id",
        "StringEquals",
        "aws:PrincipalOrgID",
        re.compile(r"o-[a-z0-9]{10,32}", re.ASCII),
        _PERMISSION,
    ),
    Parameter(
        "EventSourceToken",
        "event-source-token",
        "event_source_token",
        "StringEquals",
        "lambda:EventSourceToken",
        re.compile(r"[a-zA-Z0-9._-]{1,256}", re.ASCII),
        'Service Authorization Reference, "AWS Lambda"',
    ),
    Parameter(
        "FunctionUrlAuthType",
        "function-url-auth-type",
        "function_url_auth_type",
        "StringEquals",
        "lambda:FunctionUrlAuthType",
        re.compile("NONE|AWS_IAM"),
        _URLS,
        "lambda:InvokeFunctionUrl",
    ),
    Parameter(
        "InvokedViaFunctionUrl",
        "invoked-via-function-url",
        "invoked_via_function_url",
        "Bool",
        "lambda:InvokedViaFunctionUrl",
        re.compile("true|false"),
        _URLS,
        "lambda:InvokeFunction",
    ),
)

_BY_CONDITION = {(item.operator, item.key.lower()): item for item in PARAMETERS}
_STATEMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
_ACTION = re.compile(r"lambda:\*|lambda:[a-zA-Z]+|\*", re.ASCII)
_ACCOUNT_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root", re.ASCII)
_IDENTITY = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(user|role)/\S+", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com)", re.ASCII)
_ELEMENTS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}


def permission(statement: Any, function: str) -> dict[str, str] | None:
    """The parameters of AddPermission that store this statement in the policy of `function`, an ARN maybe qualified.

    None: none do. InvokedViaFunctionUrl is `true` or `false`.
    """
    if not isinstance(statement, dict) or not set(statement) <= _ELEMENTS or statement.get("Effect") != "Allow":
        return None
    sid, action = statement.get("Sid"), _only(statement.get("Action"))
    principal, conditions = _principal(statement.get("Principal")), _conditions(statement.get("Condition"), action)
    if principal is None or conditions is None or _only(statement.get("Resource")) != function:
        return None
    if not (_fits(_STATEMENT_ID, sid) and _fits(_ACTION, action)):
        return None
    return {"StatementId": str(sid), "Action": str(action), "Principal": principal, **conditions}


def layer_permission(statement: Any) -> dict[str, str] | None:
    """The parameters of AddLayerVersionPermission that store this statement; None: none do."""
    found = permission(statement, _only(statement.get("Resource")) or "") if isinstance(statement, dict) else None
    if found is None or found["Action"] != "lambda:GetLayerVersion":
        return None
    organization = found.pop("PrincipalOrgID", None)
    if set(found) != {"StatementId", "Action", "Principal"} or not re.fullmatch(r"\d{12}|\*", found["Principal"]):
        return None
    if organization is None:
        return found
    # With an organization the principal has to be everybody.
    return {**found, "OrganizationId": organization} if found["Principal"] == "*" else None


def _fits(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _only(value: Any) -> str | None:
    """The one value of an element, which may stand in a list."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) else None


def _principal(element: Any) -> str | None:
    if element == "*":
        return "*"
    if not isinstance(element, dict) or len(element) != 1:
        return None
    kind, value = next(iter(element.items()))
    name = _only(value)
    if name is None:
        return None
    if kind == "Service":
        return name if _SERVICE.fullmatch(name) else None
    if kind != "AWS":
        return None
    root = _ACCOUNT_ROOT.fullmatch(name)
    if root:
        return root[1]
    return name if name == "*" or arns.ACCOUNT.fullmatch(name) or _IDENTITY.fullmatch(name) else None


def _conditions(element: Any, action: str | None) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for operator, keys in (element or {}).items():
        for key, value in keys.items():
            parameter, text = _BY_CONDITION.get((operator, key.lower())), _text(value)
            if parameter is None or text is None or not parameter.value.fullmatch(text):
                return None
            if parameter.action not in (None, action):
                return None
            found[parameter.name] = text
    return found


def _text(value: Any) -> str | None:
    """The one value of a condition; booleans and numbers as IAM reads them."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None
