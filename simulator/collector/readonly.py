"""The read-only policy that the live collector needs, and the page's list of its calls: from the table of calls.

`python -m simulator.collector.readonly` prints the policy, with `--calls` the list; the README and docs/command-line.md
hold what it prints.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from simulator.collector.calls import CALLS

#: What only --organization and --assume-role need. sts:AssumeRole is left to whoever lists the roles.
_ORGANIZATION = "organizations"

#: Actions for which less than everything will do: API Gateway knows one action for whatever is read, API keys too.
#: Source: API Gateway Developer Guide, "Control access to an API with IAM permissions".
_ON = {"apigateway:GET": ("arn:*:apigateway:*::/apis*", "arn:*:apigateway:*::/restapis*")}


def read_only_policy() -> dict[str, Any]:
    """Return the policy: two statements for an account, one for --organization (management or delegated account)."""
    actions = {action for call in CALLS.values() for action in call.actions} - {"sts:AssumeRole"}
    organization = {action for action in actions if action.startswith(f"{_ORGANIZATION}:")}
    return {
        "Version": "2012-10-17",
        "Statement": [
            _statement("Account", actions - organization - _ON.keys()),
            *(_statement("ApiGateway", {action}, sorted(on)) for action, on in _ON.items()),
            _statement("Organization", organization),
        ],
    }


def _statement(sid: str, actions: set[str], on: str | list[str] = "*") -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": on}


def calls_page() -> str:
    """Return the calls as a table in Markdown, a row for each service."""
    rows: dict[str, list[str]] = {}
    for call in CALLS.values():
        rows.setdefault(call.service, []).append(f"`{call.operation}`: {call.reason}")
    lines = [f"| `{service}` | {'; '.join(calls)} |" for service, calls in rows.items()]
    return "\n".join(("| service | calls, and what they are made for |", "|---|---|", *lines)) + "\n"


def main() -> None:
    page = calls_page() if "--calls" in sys.argv[1:] else json.dumps(read_only_policy(), indent=2) + "\n"
    sys.stdout.write(page)


if __name__ == "__main__":
    main()
