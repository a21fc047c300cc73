"""Steps as commands of the AWS CLI, ready to paste into a POSIX shell.

Source: AWS CLI User Guide, "Structure commands in the AWS CLI", "Specifying parameter values in the AWS CLI".
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from typing import Any

from simulator.repair.forms.said import Command, Json, Step, Verbatim


def text(steps: Iterable[Step]) -> str:
    """One command a line, in an order that works; a comment line tells in whose account."""
    lines: list[str] = []
    account = None
    for one in steps:
        if one.account and one.account != account:
            lines.append(f"# in account {one.account}")
        account = one.account or account
        lines.extend(f"# {warning}" for warning in one.warnings)
        lines.extend(command(each, one.endpoint) for each in one.commands)
    return "\n".join(lines)


def command(one: Command, region: str | None) -> str:
    words = ["aws", one.service, one.operation]
    for name, value in one.options.items():
        words.extend(_option(name, value))
    if region:
        words += ["--region", region]
    return " ".join(words)


def _option(name: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, bool):
        return (f"--{name}" if value else f"--no-{name}",)
    return (f"--{name}", str(value) if isinstance(value, Verbatim) else shlex.quote(_word(value)))


def _word(value: Any) -> str:
    if isinstance(value, str | int):
        return str(value)
    return compact(value.document if isinstance(value, Json) else value)


def compact(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document, separators=(",", ":"), ensure_ascii=False)
