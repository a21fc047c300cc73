"""moto's server with one thing settled: an account that an organization creates gets the number that the tests know.

moto makes the number up, and its invitations of existing accounts fail.
"""

from __future__ import annotations

import sys

from moto.organizations import utils
from moto.server import main

ACCOUNT = sys.argv.pop(1)


def make_account_id() -> str:
    return ACCOUNT


utils.make_random_account_id = make_account_id

if __name__ == "__main__":
    main()
