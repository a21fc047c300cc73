"""A line of JSON, read exactly and written: what stands between the bytes and the question.

Exactly means: as Python's own reader with its hooks would, which is ten times slower. Quicker ones differ from it in
what matters here, which is found again afterwards: of a member that is written twice they keep the last without a
word, and for orjson a whole number beyond 64 bits becomes a float.
"""

from __future__ import annotations

import json
import math
from typing import Any, Generic, NoReturn, TypedDict, cast

import msgspec
import orjson
from msgspec import UNSET, UnsetType

from models.errors import PolicyError
from simulator.policy.usual import Naming, NamingWhole, Own, S, Written

# A line's own white space, and not all that bytes.strip() takes.
BLANK = b" \t\r\n"

#: Every digit as a zero, so that a run of digits is a run of one byte.
_AS_ZEROS = bytes(ord("0") if chr(byte) in "0123456789" else byte for byte in range(256))
#: The least digits of a whole number that doesn't fit into 64 bits.
_BEYOND = 19

#: Longer errors are cut: what is wrong with a line stands at their beginning, what follows is the line itself.
_LONGEST = 1000


class Brought(Written[S], Generic[S], gc=False):
    """A policy that a line brings along: a usual document, or one with a name."""

    name: str | UnsetType = msgspec.field(default=UNSET, name="name")
    document: Written[S] | str | UnsetType = msgspec.field(default=UNSET, name="document")


_Owned = Brought[Own] | str


class _Policies(TypedDict, total=False):
    identity: list[_Owned] | None
    boundary: _Owned | list[str] | None
    session: _Owned | list[str] | None
    resource: Brought[Naming] | str | list[str] | None
    scps: list[list[_Owned] | None] | None
    rcps: list[list[Brought[NamingWhole] | str] | None] | None
    vpc_endpoint: Brought[NamingWhole] | str | list[str] | None


class _Usual(TypedDict, total=False):
    """What nearly all lines are. Fractions aren't: they would have to be read as Python reads them."""

    id: str | int | None
    principal: str
    principal_role: str | None
    action: str
    resource: str
    resource_account: str | None
    context: dict[str, str | int | list[str] | bool | None] | None
    open_keys: list[str] | None
    policies: _Policies | None
    management_account: bool | None
    resource_in_management_account: bool | None
    service_linked_role: bool | None
    vpc_endpoint_type: str | None


_decode = msgspec.json.Decoder(_Usual).decode
_encode = msgspec.json.Encoder().encode


def read(line: bytes | str) -> dict[str, Any]:
    """Return the object that a line holds; of a usual line the policies are looked through already (`Brought`).

    Raises:
        PolicyError: for what is no JSON object, and for a member that is written twice.
    """
    raw = line if isinstance(line, bytes) else line.encode("utf-8", "surrogatepass")
    found = _usual(raw)
    if found is None:
        found = _plain(raw)
    return _carefully(line) if found is None else found


def _usual(line: bytes) -> dict[str, Any] | None:
    """Read a line that has what a usual one has, and nothing else; None for any other."""
    try:
        document = _decode(line)
        written = _encode(document)
        # Nothing gets longer by being written out again: where it is as long as before, nothing is missing.
        whole = len(written) == len(line) or _is_whole(line, written)
        return cast(dict[str, Any], document) if whole else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _plain(line: bytes) -> dict[str, Any] | None:
    """Read a line of which orjson loses nothing; None for any other, and for a few of which it wouldn't.

    A whole number of more than 64 bits has 19 digits or more, six of which are among every third byte of the line.
    Where no six of those in a row are digits there is no such number; where they are, the line is looked at whole.
    """
    try:
        document = orjson.loads(line)
        if not isinstance(document, dict) or not _is_whole(line, orjson.dumps(document)):
            return None
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # the latter of what is nested more deeply than it writes
        return None
    exact = b"000000" not in line[::3].translate(_AS_ZEROS) or b"0" * _BEYOND not in line.translate(_AS_ZEROS)
    return document if exact else None


def _is_whole(line: bytes, written: bytes) -> bool:
    """Whether no member of a line was dropped, given what was read of it written out again. False for some others.

    What is written has a quote at each end of every name and text, and `\\"` for each quote within one. The line has
    the same ones, unless it writes a quote as `\\u0022`, and two or more besides for each member that was dropped:
    those of its name. So equal counts mean that none was.
    """
    return written.count(b'"') == line.count(b'"') and not (b"\\" in line and b"\\u0022" in line)


def _carefully(line: bytes | str) -> dict[str, Any]:
    """Read with Python's own reader, which says what is wrong and where."""
    try:
        text = line if isinstance(line, str) else line.decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise PolicyError("not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise PolicyError(f"not JSON: {error.msg.lower().removesuffix(' at')} at column {error.colno}") from error
    except RecursionError as error:
        raise PolicyError("nested too deeply") from error
    except ValueError as error:
        # Python reads no number of more than 4300 digits.
        raise PolicyError("not JSON: a number is too long") from error
    if not isinstance(document, dict):
        raise PolicyError("a request is a JSON object")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep no member twice: of two conditions with one operator, one would be lost without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise PolicyError(f"`{next(name for name in names if names.count(name) > 1)}` is written twice")
    return found


def _no_constant(text: str) -> NoReturn:
    raise PolicyError(f"not JSON: `{text}`")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise PolicyError(f"not JSON: `{text}` is too large a number")
    return value


def written(answer: dict[str, Any]) -> bytes:
    """Return an answer as the bytes of its line, without the line's end."""
    try:
        return orjson.dumps(answer)
    except orjson.JSONEncodeError:
        # Half of a surrogate pair, a number beyond 64 bits, an id of many levels: JSON can hold them, orjson can't.
        return json.dumps(answer, separators=(",", ":")).encode()


def error_text(error: Exception) -> str:
    """Return what an error says, on one line and not as long as the line that it is about."""
    text = str(error)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} …"
    return " ".join(text.split())
