"""What functions' code was denied, read from messages: each is a call that the code makes.

Source: IAM User Guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from models import arns

_MESSAGE = re.compile(
    r"User: (?P<principal>arn:\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r'(?: on resource: \\?"?(?P<resource>[^\s"\\]+))?'
)


class Denial(NamedTuple):
    """`function` names the session, as Lambda does by the function whose code asks; None: no session was denied."""

    role: str
    function: str | None
    account: str | None
    action: str
    resource: str


def denials(text: str) -> Iterator[Denial]:
    """Yield the denials in a text, whatever else is in it: error messages, logs, CloudTrail records."""
    for found in _MESSAGE.finditer(text):
        principal, resource = found["principal"], found["resource"] or "*"
        _, _, session = principal.partition(":assumed-role/")
        role, _, name = session.partition("/")
        yield Denial(role, name or None, arns.account_of(principal), found["action"], resource.rstrip(".,;"))
