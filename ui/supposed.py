"""The changes of a what-if: as text, as what an address holds, and each in a sentence. Imports no Streamlit."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from typing import Any

from models.change import AddStatement, Change, ChangesFile, RemoveStatement, ReplaceStatement
from models.errors import InputError, PermgraphError
from simulator.changes import apply
from simulator.changes.names import resolved
from simulator.render.lines import clean
from simulator.scenario.changes_file import parse_changes, plain, write_changes
from simulator.world.world import World
from ui import view
from ui.kinds import FORMS
from ui.nameable import said

Changes = tuple[Change, ...]

#: A longer code stays in the session, and the address holds its name: browsers and mail cut what is too long.
LONGEST_CODE = 4_000
#: What an address may unfold to.
_LARGEST = 1_000_000
#: What an error calls the text in the page.
TEXT = "changes"


def text_of(changes: Changes) -> str:
    """The changes as a file's text; none are an empty one."""
    return write_changes(changes) if changes else ""


def read(text: str) -> Changes:
    """The changes of a file's text.

    Raises:
        InputError: with line and column, for whatever is wrong with it.
    """
    return parse_changes(text, TEXT) if text.strip() else ()


def code_of(changes: Changes) -> str:
    """The changes as an address holds them."""
    if not changes:
        return ""
    packed = zlib.compress(json.dumps([plain(change) for change in changes], separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decoded(code: str) -> Changes:
    """The changes that an address holds.

    Raises:
        InputError: if it holds none.
    """
    try:
        packed = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        listed = json.loads(zlib.decompressobj().decompress(packed, _LARGEST))
        return ChangesFile.model_validate({"changes": listed}).changes
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise InputError("the changes in this link can't be read; was it cut?") from error


def name_of(code: str) -> str:
    """What stands in an address for a code that is too long for it."""
    return f"~{hashlib.sha256(code.encode()).hexdigest()[:20]}"


def refused(world: World, changes: Changes) -> tuple[int, str] | None:
    """The first of the changes that can't be made, by its number from 0, and why; None: all can."""
    for number in range(len(changes)):
        try:
            apply(world.snapshot, resolved(world, changes[: number + 1]))
        except PermgraphError as error:
            return number, str(error)
    return None


def title(changes: Changes) -> str:
    """What a what-if of these changes is called."""
    more = f", and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{sentence(changes[0])}{more}"


def sentence(change: Change) -> str:
    """What is done, where: `Add to the trust policy of role invoker: Allow sts:AssumeRole for role pipeline`."""
    if isinstance(change, AddStatement):
        return f"Add to the {_place(change)}: {clean(said(change.statement))}"
    if isinstance(change, RemoveStatement):
        return f"Remove statement {clean(change.sid)} from the {_place(change)}"
    if isinstance(change, ReplaceStatement):
        return f"Replace statement {clean(change.sid)} in the {_place(change)}: {clean(said(change.statement))}"
    values = ((field, value) for field, value in plain(change).items() if field != "change")
    told = ", ".join(f"{field.replace('_', ' ')} {_told(value)}" for field, value in values)
    return f"{FORMS[change.change].label}: {told}"


def _place(change: AddStatement | RemoveStatement | ReplaceStatement) -> str:
    within = f" ({clean(view.short(change.policy))})" if change.policy else ""
    return clean(view.place(change.side, change.holder)) + within


def _told(value: Any) -> str:
    if isinstance(value, str):
        return clean(view.short(value))
    return clean(json.dumps(value, ensure_ascii=False))
