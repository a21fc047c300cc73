"""How long the policies of a scenario may be: by who has them, which the document itself doesn't show.

Source: IAM User Guide, "IAM and AWS STS quotas"; Lambda Developer Guide, "Lambda quotas".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import InputError
from simulator.scenario import load

HEAD: dict[str, Any] = {"name": "x", "accounts": {"ours": "111111111111"}}


def allowing(characters: int, **more: Any) -> dict[str, Any]:
    """A document that allows something, of so many characters when nothing is written between its elements."""

    def made(sid: str) -> dict[str, Any]:
        statement = {"Sid": sid, "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*", **more}
        return {"Version": "2012-10-17", "Statement": [statement]}

    return made("a" * (characters - len(json.dumps(made(""), separators=(",", ":")))))


def inline(section: str, characters: int) -> dict[str, Any]:
    shape: dict[str, Any] = {"policies": {"long": allowing(characters)}}
    return {section: {"ours/x": shape | ({"trust": {"Service": "lambda.amazonaws.com"}} if section == "roles" else {})}}


def boundary(characters: int) -> dict[str, Any]:
    return {"policies": {"long": allowing(characters)}, "users": {"ours/x": {"boundary": "long"}}}


def function(characters: int) -> dict[str, Any]:
    return {"functions": {"ours/f": {"policy": allowing(characters, Principal="*")}}}


LIMITS = [
    pytest.param(lambda length: inline("users", length), 2_048, "the inline policies of a user", id="a user's own"),
    pytest.param(lambda length: inline("groups", length), 5_120, "the inline policies of a group", id="a group's own"),
    pytest.param(lambda length: inline("roles", length), 10_240, "the inline policies of a role", id="a role's own"),
    pytest.param(
        lambda length: {"policies": {"long": allowing(length)}}, 6_144, "a managed policy", id="a managed one"
    ),
    pytest.param(boundary, 6_144, "a managed policy", id="a boundary"),
    pytest.param(function, 20_480, "the policy of a function", id="a function's"),
]


def loaded(content: dict[str, Any], folder: Path) -> str | None:
    """What is said of a scenario; None: it is taken."""
    path = folder / "x.yaml"
    path.write_text(json.dumps(HEAD | content), "utf-8")
    try:
        load(path)
    except InputError as error:
        return error.problem
    return None


@pytest.mark.parametrize("made, most, whose", LIMITS)
def test_a_document_is_as_long_as_its_holder_may_have_it(made: Any, most: int, whose: str, tmp_path: Path) -> None:
    assert loaded(made(most), tmp_path) is None
    refused = loaded(made(most + 1), tmp_path)
    assert refused is not None
    assert f"the document has {most + 1:,} characters, more than the {most:,} that {whose} may have" in refused
