"""The page Diagnose in a real browser: what fails, where it is in the picture, and what to add."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.ui.conftest import SIZES, overflow, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHECKOUT = "arn:aws:lambda:eu-west-1:222222222222:function:checkout"
START = "diagnose?scenario=night-shift"


def _finding(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=re.compile(words))


def _function(page: Page, name: str) -> Locator:
    """Its button at the first cause by which it fails; what it is only warned of has one, too."""
    return page.locator("[class*=st-key-issue-fail]").get_by_role("button", name=name).first


def _picked(page: Page) -> Locator:
    return page.locator(".host g.edge.picked")


def test_from_all_functions_to_the_finding_and_its_edge_in_the_picture(
    page: Page, address: str, complaints: list[str]
) -> None:
    page.goto(f"{address}{START}")
    verdict = page.locator("h1.pg-verdict")
    expect(verdict).to_contain_text("4 functions: 2 fail")
    settled(page)
    assert overflow(page) <= 0, "the page scrolls sideways"

    settled(page)
    _function(page, "mail").click()
    expect(verdict).to_contain_text("mail: 1 failure")
    runs_as = re.compile("~runs_as~arn:aws:iam::222222222222:role/other-service$")
    expect(_picked(page)).to_have_attribute("id", runs_as)

    page.go_back()
    expect(verdict).to_contain_text("4 functions")
    settled(page)
    _function(page, "checkout").click()
    expect(verdict).to_contain_text("checkout: 5 failures")
    expect(_picked(page)).to_have_attribute("id", re.compile("~calls~arn:aws:sqs:.*:lost$"))

    settled(page)
    _finding(page, "fail mapping").click()
    expect(_picked(page)).to_have_attribute("id", re.compile("paid~polled_by~"))
    expect(_picked(page)).to_have_class(re.compile(r"\bmissing\b"))
    expect(page.get_by_test_id("stCode").first).to_contain_text('"Action": "sqs:DeleteMessage"')
    assert _is_within(_picked(page), page.locator(".host")), "what was picked is out of sight"
    assert overflow(page) <= 0, "the page scrolls sideways"
    assert complaints == []


def _is_within(inner: Locator, outer: Locator) -> bool:
    one, other = inner.bounding_box(), outer.bounding_box()
    assert one
    assert other
    return other["x"] <= one["x"] + one["width"] / 2 <= other["x"] + other["width"]


def test_back_brings_back_the_finding_and_keeps_the_function(page: Page, address: str) -> None:
    page.goto(f"{address}{START}&function=checkout")
    expect(_picked(page)).to_have_attribute("id", re.compile(":lost$"))
    settled(page)
    _finding(page, "fail mapping").click()
    expect(page).to_have_url(re.compile("finding=mapping"))
    settled(page)
    _finding(page, "warning confused-deputy").click()
    expect(page.locator(".host g.node.picked")).to_have_attribute("id", CHECKOUT)
    page.go_back()
    expect(_picked(page)).to_have_attribute("id", re.compile("polled_by"))
    page.go_back()
    expect(_picked(page)).to_have_attribute("id", re.compile(":lost$"))
    expect(page.locator("h1.pg-verdict")).to_contain_text("checkout")


def test_a_link_in_the_dark_restores_function_finding_and_filter(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page.goto(f"{address}{START}&function=checkout&finding=tracing-permissions&only=warning")
    expect(_picked(page)).to_have_attribute("id", re.compile("xray"))
    expect(_finding(page, "warning tracing-permissions")).to_be_visible()
    expect(_finding(page, "fail mapping")).to_have_count(0)
    page.close()


def test_findings_are_gone_through_by_keyboard(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}{START}&function=checkout")
    expect(_picked(page)).to_be_visible()
    trigger = _finding(page, "fail trigger")
    trigger.focus()
    page.keyboard.press("Enter")
    expect(_picked(page)).to_have_attribute("id", re.compile("incoming~triggers"))
    expect(trigger).to_be_focused()
    page.close()


def test_an_edge_picked_in_the_picture_opens_its_finding(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}{START}&function=checkout")
    expect(_picked(page)).to_be_visible()
    page.locator(".host g.edge.denied path.hit").first.dispatch_event("click")
    expect(page).to_have_url(re.compile("finding=code-calls"))
    expect(page.get_by_text("because Deny: statement NoRefunds")).to_be_visible()
    page.close()


def test_a_finding_s_way_is_explored_and_back_leads_to_the_finding(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}{START}&function=checkout&finding=caller-lacks")
    page.get_by_role("link", name="Explore this way").click()
    expect(page.locator("h1.pg-verdict")).to_contain_text("buyer can't invoke checkout:live")
    expect(page.locator(".pg-why .pg-chip")).to_contain_text("invokes — missing")
    settled(page)
    page.go_back()
    expect(page.locator("h1.pg-verdict")).to_contain_text("checkout: 5 failures")
    expect(_picked(page)).to_have_attribute("id", re.compile("buyer~invokes~"))
    settled(page)
    page.get_by_role("link", name="Explore", exact=True).click()
    expect(page.locator("h1.pg-verdict")).to_contain_text("buyer can't invoke checkout:live")
    settled(page)
    page.get_by_role("link", name="Diagnose").click()
    expect(page.locator("h1.pg-verdict")).to_contain_text("checkout: 5 failures")
    page.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_words_are_told_apart_without_colour(
    browser: Browser, address: str, size: tuple[int, int], scheme: str, tmp_path: Path
) -> None:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.goto(f"{address}{START}&function=checkout")
    expect(_picked(page)).to_be_visible()
    for words in ("✕ fail", "~ conditional", "! warning"):
        expect(_finding(page, f"^{re.escape(words)}").first).to_be_visible()
    page.screenshot(path=tmp_path / "diagnose.png", full_page=True)
    assert (tmp_path / "diagnose.png").stat().st_size > 10_000
    assert overflow(page) <= 0, "the page scrolls sideways"
    page.close()
