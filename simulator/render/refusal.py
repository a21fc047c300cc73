"""The sentence in which AWS refuses a request, so that whoever has seen it in a log recognises it.

Source: IAM User Guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.render.names import account_in, parts

if TYPE_CHECKING:
    from models.answer import CanAnswer

#: Layer -> how the message ends where no policy of that kind allows the action. RCPs have none: RCPFullAWSAccess
#: allows at every level, so that an RCP refuses by a Deny only.
IMPLICIT = {
    "scp": "because no service control policy allows the {action} action",
    "vpc_endpoint": "because no VPC endpoint policy allows the {action} action",
    "identity": "because no identity-based policy allows the {action} action",
    "boundary": "because no permissions boundary allows the {action} action",
    "session": "because no session policy allows the {action} action",
    "resource": "because no resource-based policy allows the {action} action",
    "trust": "because no role trust policy allows the {action} action",
}

#: Layer -> how the message ends where a policy of that kind denies. AWS's example for a session has a misprint, "a
#: sessions policy"; its rule is "with an explicit deny in a TYPE policy".
EXPLICIT = {
    "rcp": "with an explicit deny in a resource control policy",
    "scp": "with an explicit deny in a service control policy",
    "vpc_endpoint": "with an explicit deny in a VPC endpoint policy",
    "resource": "with an explicit deny in a resource-based policy",
    "trust": "with an explicit deny in the role trust policy",
    "identity": "with an explicit deny in an identity-based policy",
    "boundary": "with an explicit deny in a permissions boundary",
    "session": "with an explicit deny in a session policy",
}

# "If multiple policy types deny an authorization request, AWS includes only one of those policy types in the error
# message", and doesn't say which. Ours: the first of the tables above. A Deny in the order in which AWS's enforcement
# code goes through the policies; a missing Allow in the order in which it is mended, the caller's side first.


#: What Lambda answers (InvalidParameterValueException) to who gives a function a role that doesn't let Lambda in.
NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."


#: What a function URL answers (HTTP 403), whatever is at fault. As reports quote it; no page of AWS does.
FORBIDDEN = "Forbidden"


def sentence(answer: CanAnswer) -> str | None:
    """Return the sentence; None for what isn't denied, and for services, whose refusals nobody is told in this form."""
    if answer.decision not in ("implicitDeny", "explicitDeny"):
        return None
    if parts(answer.resource)[0] == "function URL":
        return FORBIDDEN
    kind, name = parts(answer.principal)
    if kind == "service":
        is_lambda = name == "lambda.amazonaws.com" and answer.action.lower() == "sts:assumerole"
        return NOT_ASSUMABLE if is_lambda else None
    if kind == "identity provider":
        # STS doesn't say more of a token that it doesn't let in.
        return f"Not authorized to perform {answer.action}"
    place = "" if answer.resource == "*" else f" on resource: {answer.resource}"
    head = f"User: {answer.caller or answer.principal} is not authorized to perform: {answer.action}{place}"
    ending = _explicit(answer) if answer.decision == "explicitDeny" else _implicit(answer)
    return f"{head} {ending}" if ending else head


def _explicit(answer: CanAnswer) -> str:
    denying = {cited.layer: cited.policy for cited in reversed(answer.because) if cited.effect == "Deny"}
    layer = next((layer for layer in EXPLICIT if layer in denying), None)
    if layer is None:
        return ""
    policy = denying[layer]
    # "Check if the error message includes the type and Amazon Resource Name (ARN) of the policy": some have none.
    return EXPLICIT[layer] + (f": {policy}" if policy.startswith("arn:") and ":policy/" in policy else "")


def _implicit(answer: CanAnswer) -> str:
    lacking = {grant.side for grant in answer.missing} or _without_remedy(answer)
    layer = next((layer for layer in IMPLICIT if layer in lacking), None)
    return IMPLICIT[layer].format(action=answer.action) if layer else ""


def _without_remedy(answer: CanAnswer) -> set[str]:
    """The layers at fault where no statement is missing, as far as they are known.

    What nothing can allow, AWS refuses by other messages; so it does a root user who would assume a role.
    """
    if answer.impossible or answer.principal.endswith(":root"):
        return set()
    lacking = {layer for layer, outcome in answer.layers.items() if outcome == "implicitDeny"}
    theirs, ours = account_in(answer.principal), account_in(answer.resource)
    if parts(answer.resource)[0] == "function" and theirs and ours and theirs != ours:
        # A function's policy can't give this action to another account: what it allows counts for nothing.
        lacking.add("resource")
        if "identity" not in answer.layers:
            lacking.add("identity")
    return lacking
