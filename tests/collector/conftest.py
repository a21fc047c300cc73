"""One moto server, with the world of tests/moto_world.py on it, for all tests of the live collector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.snapshot import Snapshot
from simulator.collector import aws
from tests import moto_world


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a moto server that the world is built on. Nobody changes it."""
    with moto_world.moto_server(tmp_path_factory.mktemp("moto") / "log") as address:
        moto_world.build(address)
        yield address


@pytest.fixture
def as_partner(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, with the partner's keys in the environment."""
    for name, value in moto_world.credentials(moto_world.PARTNER, address).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return address


@pytest.fixture
def collect(as_partner: str) -> Callable[..., Snapshot]:
    """Collect both accounts from the server, unless told otherwise."""

    def inner(**settings: Any) -> Snapshot:
        chosen: dict[str, Any] = {
            "regions": [moto_world.REGION],
            "assume_roles": [moto_world.READER],
            "organization": True,
        }
        return aws.collect(endpoint_url=as_partner, **(chosen | settings))

    return inner
