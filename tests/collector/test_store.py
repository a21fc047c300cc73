"""Snapshot files: the same bytes for the same snapshot, and what is no snapshot is refused in one line."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.errors import InputError
from models.snapshot import Account, Role, Snapshot, document_id
from simulator.collector import store

TRUST: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
SNAPSHOT = Snapshot(
    taken_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    accounts=(Account(id="111111111111", name="Zürich"),),
    roles=(Role(arn="arn:aws:iam::111111111111:role/r", trust=document_id(TRUST)),),
    documents={document_id(TRUST): TRUST},
)


@pytest.mark.parametrize("name", ["s.json", "s.json.gz"])
def test_what_is_saved_is_loaded_and_saved_again_byte_for_byte(tmp_path: Path, name: str) -> None:
    first, second = tmp_path / name, tmp_path / f"again-{name}"
    store.save(SNAPSHOT, first)
    assert store.load(first) == SNAPSHOT
    store.save(store.load(first), second)
    assert first.read_bytes() == second.read_bytes()


def test_the_time_is_not_in_a_gzipped_file(tmp_path: Path) -> None:
    store.save(SNAPSHOT, tmp_path / "s.gz")
    data = (tmp_path / "s.gz").read_bytes()
    assert data[4:8] == bytes(4), "RFC 1952: bytes 4 to 7 are the time"
    assert gzip.decompress(data) == store.encode(SNAPSHOT)


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text("older")
    path.chmod(0o644)
    store.save(SNAPSHOT, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.json"]


def test_a_person_can_read_it() -> None:
    text = store.encode(SNAPSHOT).decode()
    assert text.startswith('{\n "accounts": [\n')
    assert text.endswith("}\n")
    assert "Zürich" in text
    assert json.loads(text)["schema_version"] == 1


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param("nonsense", "s.json:1:1: this is not JSON: expecting value", id="no JSON"),
        pytest.param('{"a": 1,\n}', "s.json:2:1: this is not JSON: ", id="no JSON, further down"),
        pytest.param("[]", "s.json: this is no snapshot; `permgraph collect --out FILE` makes one", id="a list"),
        pytest.param('{"name": "x"}', "s.json: this is no snapshot", id="something else"),
        pytest.param('{"schema_version": 2}', "s.json: schema_version `2` is not supported", id="of another version"),
        pytest.param('{"schema_version": 1}', "s.json: taken_at: field required", id="a field that is missing"),
        pytest.param(
            '{"schema_version": 1, "taken_at": "2026-11-24T12:00:00Z", "accounts": [{"id": 5}]}',
            "s.json: accounts[0].id: input should be a valid string",
            id="a wrong type",
        ),
        pytest.param(
            '{"schema_version": 1, "taken_at": "2026-11-24T12:00:00Z", "rolls": []}',
            "s.json: rolls: extra inputs are not permitted",
            id="an unknown field",
        ),
        pytest.param(
            '{"schema_version": 1, "taken_at": "2026-11-24T12:00:00Z", "roles": [{"arn": "r", "trust": "d"}]}',
            "s.json: r: document `d` is not among documents",
            id="a document that isn't there",
        ),
    ],
)
def test_what_is_no_snapshot_is_refused_with_its_place(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        store.load(path)
    assert str(caught.value).removeprefix(f"{tmp_path}/").startswith(message)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.json: there is no such file"):
        store.load(tmp_path / "no.json")


def test_a_file_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "s.json.gz"
    path.write_bytes(gzip.compress(store.encode(SNAPSHOT))[:40])
    with pytest.raises(InputError, match=r"s\.json\.gz: the file is cut short or damaged"):
        store.load(path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written: no such file or directory"):
        store.save(SNAPSHOT, tmp_path / "nowhere" / "s.json")
