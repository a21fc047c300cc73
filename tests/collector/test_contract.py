"""Each collector gives the same facts for the same accounts, as far as files can hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.snapshot import Resource, Snapshot
from simulator.collector.saved import collect_saved
from tests.collector import cli_files
from tests.collector.conftest import Collected
from tests.moto_world import OURS, PARTNER


@pytest.fixture(scope="module")
def saved(address: str, collected: Collected, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Both accounts from files, written of the same server."""
    folder = tmp_path_factory.mktemp("saved")
    for account in (PARTNER, OURS):
        below = folder / "accounts" / account
        cli_files.save_account(account, address, below)
        cli_files.save_triggers(collected.snapshot, account, below)
    cli_files.save_organization(collected.snapshot, Path(folder, "organization.json"))
    return collect_saved(folder)


@pytest.mark.parametrize(
    "part", ["accounts", "users", "groups", "roles", "policies", "functions", "mappings", "triggers", "organization"]
)
def test_files_say_what_the_account_says(collected: Collected, saved: Snapshot, part: str) -> None:
    live: Any = getattr(collected.snapshot, part)
    assert live
    assert getattr(saved, part) == live


def test_resources_too_but_for_what_files_do_not_hold(collected: Collected, saved: Snapshot) -> None:
    """Files hold no tags, and no region of a bucket."""

    def comparable(snapshot: Snapshot) -> list[Resource]:
        return [resource.model_copy(update={"tags": {}, "region": None}) for resource in snapshot.resources]

    assert comparable(saved) == comparable(collected.snapshot)


def test_the_same_documents(collected: Collected, saved: Snapshot) -> None:
    assert saved.documents == collected.snapshot.documents
