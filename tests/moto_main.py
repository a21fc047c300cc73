"""moto's server with what it lacks and the tests need: an account's number, and three lists.

An account that an organization creates gets the number that the tests know: moto makes it up, and its invitations of
existing accounts fail. The repositories of CodeCommit, the authorizers of IoT and the subscription filters of an
account as a whole moto doesn't list: here there are none, as in an account that uses none.
"""

from __future__ import annotations

import sys

from moto.codecommit.responses import CodeCommitResponse
from moto.iot.responses import IoTResponse
from moto.logs.responses import LogsResponse
from moto.organizations import utils
from moto.server import main

ACCOUNT = sys.argv.pop(1)


def make_account_id() -> str:
    return ACCOUNT


def no_repositories(_: CodeCommitResponse) -> str:
    return '{"repositories": []}'


def no_authorizers(_: IoTResponse) -> str:
    return '{"authorizers": []}'


def no_account_policies(_: LogsResponse) -> str:
    return '{"accountPolicies": []}'


utils.make_random_account_id = make_account_id
CodeCommitResponse.list_repositories = no_repositories  # type: ignore[attr-defined]
IoTResponse.list_authorizers = no_authorizers  # type: ignore[attr-defined]
LogsResponse.describe_account_policies = no_account_policies  # type: ignore[attr-defined]

if __name__ == "__main__":
    main()
