"""A small world of two accounts, in which partner's dev lacks one statement of ours to run our function; a browser."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from streamlit.testing.v1 import AppTest

from models.snapshot import Account, Function, Resource, Role, Snapshot, Trigger, User, document_id
from simulator.collector import store
from ui import inputs
from ui.launch import APP

PARTNER, OURS = "111111111111", "222222222222"
ORDERS = f"arn:aws:lambda:eu-west-1:{OURS}:function:orders"
DEV = f"arn:aws:iam::{PARTNER}:user/dev"
PIPELINE = f"arn:aws:iam::{PARTNER}:role/pipeline"
INVOKER = f"arn:aws:iam::{OURS}:role/invoker"
ORDERS_ROLE = f"arn:aws:iam::{OURS}:role/orders-role"
INBOX = "arn:aws:s3:::inbox"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str, resource: str) -> dict[str, Any]:
    return policy({"Effect": "Allow", "Action": action, "Resource": resource})


def trust(**principal: str) -> dict[str, Any]:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


@pytest.fixture(name="snapshot")
def _snapshot() -> Snapshot:
    """Pipeline may assume invoker, but invoker's trust policy only admits its own account."""
    documents: dict[str, Any] = {}

    def kept(document: dict[str, Any]) -> str:
        name = document_id(document)
        documents[name] = document
        return name

    notified = {
        "Sid": "inbox",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"{ORDERS}:live",
        "Condition": {"StringEquals": {"aws:SourceAccount": OURS}, "ArnLike": {"aws:SourceArn": INBOX}},
    }
    roles = (
        Role(arn=PIPELINE, trust=kept(trust(AWS=DEV)), inline={"use-invoker": kept(allow("sts:AssumeRole", INVOKER))}),
        Role(
            arn=INVOKER,
            trust=kept(trust(AWS=f"arn:aws:iam::{OURS}:root")),
            inline={"invoke": kept(allow("lambda:InvokeFunction", f"{ORDERS}:live"))},
        ),
        Role(arn=ORDERS_ROLE, trust=kept(trust(Service="lambda.amazonaws.com"))),
    )
    return Snapshot(
        taken_at=datetime(2026, 1, 1, tzinfo=UTC),
        accounts=(Account(id=PARTNER, name="partner"), Account(id=OURS, name="ours")),
        users=(User(arn=DEV, inline={"use-pipeline": kept(allow("sts:AssumeRole", PIPELINE))}),),
        roles=tuple(sorted(roles, key=lambda role: role.arn)),
        functions=(
            Function(
                arn=ORDERS,
                role=ORDERS_ROLE,
                versions=("1",),
                aliases={"live": "1"},
                policies={"live": kept(policy(notified))},
            ),
        ),
        resources=(Resource(arn=INBOX, type="s3:bucket", account=OURS, region="eu-west-1"),),
        triggers=(
            Trigger(service="s3.amazonaws.com", source=INBOX, target=f"{ORDERS}:live", events=("s3:ObjectCreated:*",)),
        ),
        documents=documents,
    )


@pytest.fixture(name="snapshot_file")
def _snapshot_file(snapshot: Snapshot, tmp_path: Path) -> Path:
    path = tmp_path / "partner.json"
    store.save(snapshot, path)
    return path


#: A page of a machine that has much to do takes its time; whoever waits for what doesn't come waits so long.
expect.set_options(timeout=60_000)

SIZES = [pytest.param((1440, 900), id="wide"), pytest.param((390, 844), id="phone")]

#: A new profile each time, and nothing asked of the network.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(name="address", scope="session")
def _address() -> Iterator[str]:
    """The explorer on a free loopback port, opened with the embedded scenario as `permgraph ui` does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = [sys.executable, "-m", "ui.launch", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)


def _wait_for(url: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            # Not up yet. Waiting for the process to end is a pause that a failed start cuts short.
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(0.1)
                pytest.fail(server.communicate()[0].decode())
    pytest.fail(f"the explorer was not up after {seconds:g} s")


@pytest.fixture(name="browser", scope="session")
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(name="complaints")
def _complaints() -> list[str]:
    return []


@pytest.fixture(name="page", params=SIZES)
def _page(request: pytest.FixtureRequest, browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A page of either size that nothing is opened on yet."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})

    def listen(message: ConsoleMessage) -> None:
        # Streamlit looks for its server below the page's own address first.
        if message.type == "error" and not re.search("/(diagnose|what_if)/_stcore/", message.location["url"]):
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()


def opener(monkeypatch: pytest.MonkeyPatch, page: str, usual: Path) -> Callable[..., AppTest]:
    """What opens a page of the explorer on a file, as a link to it does."""

    def opened(file: Path = usual, **address: str) -> AppTest:
        monkeypatch.setenv(inputs.FILE_VARIABLE, str(file))
        monkeypatch.setenv(inputs.KIND_VARIABLE, inputs.kind_of(file.name))
        app = AppTest.from_file(str(APP), default_timeout=60)
        # Streamlit knows which pages there are once it has run.
        app.run()
        app.switch_page(page)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    return opened


def texts(app: AppTest) -> str:
    """All HTML of the page."""
    return "\n".join(element.proto.body for element in app.get("html"))


def settled(page: Page) -> None:
    """Wait until all of the page is written, and what stood there before is gone: until then things may move."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    script = (
        "Math.max(document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth) - innerWidth"
    )
    return int(page.evaluate(script))
