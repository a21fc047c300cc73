"""One moto server, with the world of tests/moto_world.py on it, for all tests of the live collector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
import pytest

from models.snapshot import Snapshot
from simulator.collector import aws
from tests import moto_triggers, moto_world
from tests.collector import lacking
from tests.collector.recorded import Answers, answer_calls


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a moto server that the world is built on. Nobody changes it."""
    with moto_world.moto_server(tmp_path_factory.mktemp("moto") / "log") as address:
        moto_world.build(address)
        yield address


@dataclass(frozen=True)
class Collected:
    """Both accounts as they were read, with the calls that it took and the lines of progress."""

    snapshot: Snapshot
    calls: frozenset[str]
    lines: tuple[str, ...]
    answers: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = ()
    """Every call with its parameters and its output, where they were kept."""


def with_keys(address: str, patch: pytest.MonkeyPatch, account: str = moto_world.PARTNER) -> None:
    """Put an account's keys into the environment."""
    for name, value in moto_world.credentials(account, address).items():
        patch.setenv(name, value)
    patch.delenv("AWS_PROFILE", raising=False)


Heard = Callable[[str, dict[str, Any], dict[str, Any]], None]


def hook_calls(
    hook: Callable[[str], None],
    patch: pytest.MonkeyPatch,
    answers: Answers | None = None,
    hear: Heard = lambda name, asked, output: None,
) -> None:
    """Have `hook` called with `service:Operation` before every call that a new session makes.

    What `answers` has an answer for doesn't get to the server. `hear` is told of every call, what was asked with it,
    and what came of it.
    """
    session_of = boto3.Session

    def before_call(model: Any, **_: Any) -> None:
        hook(f"{model.service_model.service_name}:{model.name}")

    def after_call(model: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        hear(f"{model.service_model.service_name}:{model.name}", context["asked"], parsed)

    def hooked(*arguments: Any, **settings: Any) -> boto3.Session:
        session = session_of(*arguments, **settings)
        session.events.register("before-call", before_call)
        session.events.register("after-call", after_call)
        answer_calls(session.events, answers or {}, only=False)
        return session

    patch.setattr(boto3, "Session", hooked)


def read(address: str, **settings: Any) -> Snapshot:
    """Collect both accounts and the organization, unless told otherwise."""
    chosen: dict[str, Any] = {
        "regions": [moto_world.REGION],
        "assume_roles": [moto_world.READER],
        "organization": True,
    }
    return aws.collect(endpoint_url=address, **(chosen | settings))


@pytest.fixture(scope="session")
def collected(address: str) -> Collected:
    """The whole of both accounts, read once."""
    calls: set[str] = set()
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        with_keys(address, patch)
        hook_calls(calls.add, patch, lacking.NOTHING)
        snapshot = read(address, progress=lines.append)
    return Collected(snapshot, frozenset(calls), tuple(lines))


@pytest.fixture(scope="session")
def sources(address: str) -> dict[str, str]:
    """The ARNs of what invokes the function of tests/moto_triggers.py, by name."""
    return moto_triggers.build(address)


@pytest.fixture(scope="session")
def triggered(address: str, sources: dict[str, str]) -> Collected:
    """The account in which every service invokes a function; what moto lacks is answered from tests/collector."""
    calls: set[str] = set()
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        with_keys(address, patch, moto_triggers.TRIGGERED)
        answers: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        hook_calls(calls.add, patch, lacking.answers(sources), lambda *heard: answers.append(heard))
        snapshot = read(address, assume_roles=[], organization=False, progress=lines.append)
    return Collected(snapshot, frozenset(calls), tuple(lines), tuple(answers))


@pytest.fixture
def as_partner(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    with_keys(address, monkeypatch)
    hook_calls(lambda name: None, monkeypatch, lacking.NOTHING)
    return address


@pytest.fixture
def collect(as_partner: str) -> Callable[..., Snapshot]:
    """Collect from the server with settings of one's own."""
    return partial(read, as_partner)


@pytest.fixture
def before_calls(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], None]], None]:
    return partial(hook_calls, patch=monkeypatch)
