"""What a call of a function URL takes: the rules of `invokes_url` and docs/lambda.md are made of it.

Source: Lambda Developer Guide, "Control access to Lambda function URLs", as of November 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = 'Lambda Developer Guide, "Control access to Lambda function URLs"'

#: AuthTypes: requests are signed, or not.
SIGNED, UNSIGNED = "AWS_IAM", "NONE"


@dataclass(frozen=True, slots=True)
class UrlAction:
    """An action that a call is asked for, on the function or alias that the URL is on, and the condition key that the
    call settles for it: `value` is the key's, `{auth_type}` stands for the URL's AuthType."""

    action: str
    key: str
    value: str

    def value_for(self, auth_type: str) -> str:
        return self.value.format(auth_type=auth_type)


#: Both are needed for a URL that was made since October 2025, and since 1 November 2026 for every URL.
ACTIONS = (
    UrlAction("lambda:InvokeFunctionUrl", "lambda:FunctionUrlAuthType", "{auth_type}"),
    UrlAction("lambda:InvokeFunction", "lambda:InvokedViaFunctionUrl", "true"),
)


@dataclass(frozen=True, slots=True)
class AuthType:
    """Who may call a URL with an AuthType, and whose policies are asked."""

    name: str
    who: str
    own_account: str
    other_account: str


AUTH_TYPES = (
    AuthType(
        SIGNED,
        "whoever signs; who doesn't sign gets 403, whatever the policy says",
        "the caller's identity-based policies or the function's policy",
        "the caller's identity-based policies and the function's policy",
    ),
    AuthType(
        UNSIGNED,
        "everybody, and nobody as himself: no identity-based policy is asked",
        "the function's policy, which has to let in `*`",
        "the function's policy, which has to let in `*`",
    ),
)
