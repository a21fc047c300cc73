"""Snapshots as files: JSON that a person can read, the same bytes for the same snapshot, for the owner's eyes only."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from models.errors import InputError
from models.snapshot import SCHEMA_VERSION, Holder, Role, Snapshot

_GZIP_MAGIC = b"\x1f\x8b"


def save(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot, gzipped where the name ends in `.gz`, readable by its owner alone.

    What has its default is left out. The file is there whole or not at all.

    Raises:
        InputError: if it can't be written.
    """
    data = encode(snapshot)
    if path.suffix == ".gz":
        # No name and no time in the header: the same snapshot gives the same bytes.
        data = gzip.compress(data, mtime=0)
    try:
        # mkstemp makes the file with mode 0600.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"`{path}` can't be written: {_reason(error)}") from error


def encode(snapshot: Snapshot) -> bytes:
    fields = snapshot.model_dump(mode="json", exclude_defaults=True)
    # Defaults may change with the schema, which is why its version is said even where it is the default.
    fields |= {"schema_version": snapshot.schema_version, "origin": snapshot.origin}
    return (json.dumps(fields, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def load(path: Path) -> Snapshot:
    """Read a snapshot, gzipped or not.

    Raises:
        InputError: if there is no such file, or it is no snapshot that this version reads; says where.
    """
    fields = _parse(_read(path), path)
    if not isinstance(fields, dict) or "schema_version" not in fields:
        raise InputError("this is no snapshot; `permgraph collect --out FILE` makes one", str(path))
    if fields["schema_version"] != SCHEMA_VERSION:
        found = fields["schema_version"]
        hint = f"this permgraph reads {SCHEMA_VERSION}; collect again, or use the version that wrote it"
        raise InputError(f"schema_version `{found}` is not supported; {hint}", str(path))
    try:
        snapshot = Snapshot.model_validate(fields)
    except ValidationError as error:
        raise InputError(first_problem(error), str(path)) from error
    for place, document in _references(snapshot):
        if document not in snapshot.documents:
            raise InputError(f"{place}: document `{document}` is not among documents", str(path))
    return snapshot


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        InputError: if it can't be read, or isn't JSON; says where.
    """
    return _parse(_read(path), path)


def first_problem(error: ValidationError) -> str:
    """Say where and what the first problem of a pydantic error is, such as `functions[3].arn: field required`."""
    first = error.errors(include_url=False)[0]
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"]).lstrip(".")
    message = first["msg"][:1].lower() + first["msg"][1:]
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place}: {message}{more}" if place else f"{message}{more}"


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP_MAGIC) else data
    except FileNotFoundError as error:
        raise InputError("there is no such file", str(path)) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError("the file is cut short or damaged", str(path)) from error
    except OSError as error:
        raise InputError(f"it can't be read: {_reason(error)}", str(path)) from error


def _parse(data: bytes, path: Path) -> Any:
    try:
        # It reads the same in two thirds of the time, and says less of what is wrong.
        return from_json(data, cache_strings="keys")
    except ValueError:
        return _parse_slowly(data, path)


def _parse_slowly(data: bytes, path: Path) -> Any:
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        raise InputError(f"this is not JSON: {message}", str(path), error.lineno, error.colno) from error
    except UnicodeDecodeError as error:
        raise InputError("this is not JSON: it isn't UTF-8 text", str(path)) from error
    except RecursionError as error:
        raise InputError("it is nested too deeply", str(path)) from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _references(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield every reference to a document, with what holds it."""
    holders: tuple[Holder, ...] = (*snapshot.users, *snapshot.groups, *snapshot.roles)
    for holder in holders:
        yield from ((holder.arn, document) for document in holder.inline.values())
        if isinstance(holder, Role):
            yield holder.arn, holder.trust
    for policy in snapshot.policies:
        yield from ((policy.arn, document) for document in (policy.document, *policy.versions.values()))
    for function in snapshot.functions:
        yield from ((function.arn, document) for document in function.policies.values())
    for resource in snapshot.resources:
        if resource.policy is not None:
            yield resource.arn, resource.policy
    if snapshot.organization:
        yield from ((policy.id, policy.document) for policy in snapshot.organization.policies.values())
