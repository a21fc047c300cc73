"""The read-only policy that the live collector needs, generated from the table of calls.

`python -m simulator.collector.readonly` prints it; the README holds what it prints.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from simulator.collector.calls import CALLS

#: What only --organization and --assume-role need. sts:AssumeRole is left to whoever lists the roles.
_ORGANIZATION = "organizations"


def read_only_policy() -> dict[str, Any]:
    """Return the policy: one statement for an account, one for --organization (management or delegated account)."""
    actions = {action for call in CALLS.values() for action in call.actions} - {"sts:AssumeRole"}
    organization = {action for action in actions if action.startswith(f"{_ORGANIZATION}:")}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Account", "Effect": "Allow", "Action": sorted(actions - organization), "Resource": "*"},
            {"Sid": "Organization", "Effect": "Allow", "Action": sorted(organization), "Resource": "*"},
        ],
    }


def main() -> None:
    sys.stdout.write(json.dumps(read_only_policy(), indent=2) + "\n")


if __name__ == "__main__":
    main()
