"""The explorer in a real browser: choose, see the missing edge, click it, read what mends it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.ui.conftest import SIZES, overflow

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ORDERS = "arn:aws:lambda:eu-west-1:222222222222:function:orders"


@pytest.fixture(name="page", params=SIZES)
def _page(request: pytest.FixtureRequest, browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda failed: complaints.append(f"{failed.url}: {failed.failure}"))
    page.goto(address)
    expect(page.locator(".host g.edge").first).to_be_visible()
    yield page
    page.close()


def test_the_missing_edge_is_seen_clicked_and_explained(page: Page, complaints: list[str], tmp_path: Path) -> None:
    missing = page.locator(".host g.edge.missing")
    expect(page.locator("h1.pg-verdict")).to_contain_text("is missing, on the trust side")
    expect(missing.first.locator("text").first).to_contain_text("missing")
    _choose(page, "To", "orders")
    _choose(page, "To", "orders:live")
    expect(page.locator("h1.pg-verdict")).to_contain_text("orders:live")

    page.locator(".host g.edge.allowed path.hit").first.dispatch_event("click")
    expect(page).to_have_url(re.compile(r"picked="))
    expect(page.locator(".pg-why .pg-chip")).to_contain_text("allowed")

    missing.locator("path.hit").first.dispatch_event("click")
    expect(page.locator(".pg-why .pg-chip")).to_contain_text("assumes — missing")
    expect(page.get_by_test_id("stCode").first).to_contain_text('"Action": "sts:AssumeRole"')
    expect(missing.first).to_have_class(re.compile(r"\bpicked\b"))

    page.screenshot(path=tmp_path / "explorer.png", full_page=True)
    assert (tmp_path / "explorer.png").stat().st_size > 10_000
    assert overflow(page) <= 0, "the page scrolls sideways"
    assert complaints == []


def test_a_link_restores_what_was_seen(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page.goto(f"{address}?from=partner/dev&to={ORDERS}:live&k=1")
    expect(page.locator(".host g.edge.missing.picked")).to_be_visible()
    expect(page.locator("h1.pg-verdict")).to_contain_text("dev can't invoke orders:live")
    page.close()


def test_the_picture_is_worked_by_keyboard_and_wheel(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    edge = page.locator(".host g.edge.missing").first
    expect(edge).to_be_visible()
    picture = page.locator(".host svg")
    before = picture.get_attribute("viewBox")
    page.locator(".host").hover()
    page.mouse.wheel(0, -300)
    expect(picture).not_to_have_attribute("viewBox", before or "")
    other = page.locator(".host g.edge.allowed").first
    other.focus()
    page.keyboard.press("Enter")
    expect(other).to_have_class(re.compile(r"\bpicked\b"))
    zoomed = picture.get_attribute("viewBox")
    page.locator(".tools [data-do=fit]").click()
    expect(picture).not_to_have_attribute("viewBox", zoomed or "")
    page.close()


def test_going_back_brings_back_what_was_picked(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    chip = page.locator(".pg-why .pg-chip")
    expect(chip).to_contain_text("missing")
    page.locator(".host g.edge.allowed path.hit").first.dispatch_event("click")
    expect(chip).to_contain_text("allowed")
    page.go_back()
    expect(chip).to_contain_text("missing")
    page.close()


def _choose(page: Page, label: str, name: str) -> None:
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    box.fill(name)
    page.get_by_role("option", name=re.compile(rf"^{re.escape(name)} ")).first.click()
