"""A line of JSON, read exactly and written: what stands between the bytes and the question.

Exactly means: as Python's own reader with its hooks would, which is six times slower. orjson differs from it in two
ways that matter here and are found again afterwards: of a member that is written twice it keeps the last without a
word, and a whole number beyond 64 bits becomes a float.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import orjson

from models.errors import PolicyError

# A line's own white space, and not all that bytes.strip() takes.
BLANK = b" \t\r\n"

#: Every digit as a zero, so that a run of digits is a run of one byte.
_AS_ZEROS = bytes(ord("0") if chr(byte) in "0123456789" else byte for byte in range(256))
#: The least digits of a whole number that doesn't fit into 64 bits.
_BEYOND = 19

#: Longer errors are cut: what is wrong with a line stands at their beginning, what follows is the line itself.
_LONGEST = 1000


def read(line: bytes | str) -> dict[str, Any]:
    """Return the object that a line holds.

    Raises:
        PolicyError: for what is no JSON object, and for a member that is written twice.
    """
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _carefully(line)
    if isinstance(document, dict) and _is_exact(line.encode() if isinstance(line, str) else line, document):
        return document
    return _carefully(line)


def _is_exact(line: bytes, document: dict[str, Any]) -> bool:
    """Whether orjson lost nothing of a line. False for some lines of which it didn't: those are read again, slowly.

    Written out again, the document has a quote at each end of every name and text, and `\\"` for each quote within
    one. The line has the same ones, unless it writes a quote as `\\u0022`, and two or more besides for each member that
    was dropped: those of its name. So equal counts mean that none was.

    A whole number of more than 64 bits has 19 digits or more, six of which are among every third byte of the line.
    Where no six of those in a row are digits there is no such number; where they are, the line is looked at whole.
    """
    try:
        written = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return False  # nested more deeply than it writes
    if written == line:
        return True
    if written.count(b'"') != line.count(b'"') or (b"\\" in line and b"\\u0022" in line):
        return False
    return b"000000" not in line[::3].translate(_AS_ZEROS) or b"0" * _BEYOND not in line.translate(_AS_ZEROS)


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
