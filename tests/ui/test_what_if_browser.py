"""The page What if in a real browser: from a missing edge by its repair to all that it opens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from models.change import AddStatement, RemoveStatement
from tests.ui.conftest import INVOKER, ORDERS, PIPELINE, SIZES, overflow, settled
from ui import supposed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRUSTED = AddStatement(
    side="trust",
    holder=INVOKER,
    statement={"Effect": "Allow", "Principal": {"AWS": PIPELINE}, "Action": "sts:AssumeRole"},
)
BOTH = supposed.code_of((TRUSTED, RemoveStatement(side="resource", holder=f"{ORDERS}:live", sid="inbox")))


def verdict(page: Page) -> Locator:
    return page.locator("h1.pg-verdict")


def changed(page: Page, word: str) -> Locator:
    return page.locator(f".host g.edge.{word}")


def test_from_the_missing_edge_by_its_repair_to_all_that_it_opens(
    page: Page, address: str, complaints: list[str], tmp_path: Path
) -> None:
    page.goto(address)
    expect(page.locator(".host g.edge.missing.picked")).to_be_visible()
    settled(page)
    page.get_by_role("link", name="Try this in What if").click()

    expect(verdict(page)).to_have_text(re.compile("With 1 change, 4 pairs open"))
    expect(page.get_by_text("Nothing is ever applied to AWS")).to_be_visible()
    expect(changed(page, "opens")).to_have_attribute("id", f"{PIPELINE}~assumes~{INVOKER}")
    expect(changed(page, "opens").locator("text").first).to_have_text("opens assumes")
    expect(changed(page, "opens").locator("text").last).to_have_text("missing → allowed")
    expect(page.get_by_text("Add to the trust policy of role invoker")).to_be_visible()
    page.screenshot(path=tmp_path / "what-if.png", full_page=True)
    assert overflow(page) <= 0, "the page scrolls sideways"

    settled(page)
    page.get_by_role("button", name="Undo").click()
    expect(verdict(page)).to_contain_text("Nothing is supposed yet")
    settled(page)
    page.get_by_role("button", name="Redo").click()
    expect(verdict(page)).to_contain_text("4 pairs open")

    settled(page)
    page.get_by_role("link", name="Explore", exact=True).click()
    expect(page.locator(".host g.edge.missing.picked")).to_be_visible()
    back = page.get_by_role("link", name="What if", exact=True)
    # The page's links are written last: until then they are those of the page before.
    expect(back).to_have_attribute("href", re.compile("changes="))
    settled(page)
    back.click()
    expect(verdict(page)).to_contain_text("4 pairs open")
    assert complaints == []


def test_a_permission_is_added_by_hand_and_taken_out_again(page: Page, address: str, complaints: list[str]) -> None:
    page.goto(f"{address}what_if")
    expect(verdict(page)).to_contain_text("Nothing is supposed yet")
    _choose(page, "Kind of change", "Trust somebody with a role")
    _choose(page, "Role", "invoker")
    _choose(page, "Principal that may assume it", "pipeline")
    settled(page)
    page.get_by_role("button", name="Add the change").click()
    expect(verdict(page)).to_contain_text("With 1 change, 4 pairs open")
    expect(changed(page, "opens")).to_be_visible()
    page.go_back()
    expect(verdict(page)).to_contain_text("Nothing is supposed yet")
    page.go_forward()
    expect(verdict(page)).to_contain_text("With 1 change, 4 pairs open")
    settled(page)
    page.get_by_role("button", name="Take out").click()
    expect(verdict(page)).to_contain_text("Nothing is supposed yet")
    assert overflow(page) <= 0, "the page scrolls sideways"
    assert complaints == []


def test_a_mistake_in_the_yaml_is_said_in_one_line_and_nothing_is_lost(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}what_if?changes={BOTH}")
    expect(verdict(page)).to_contain_text("With 2 changes")
    settled(page)
    page.get_by_role("tab", name="YAML").click()
    text = page.get_by_label("A changes file")
    expect(text).to_have_value(re.compile("add_statement"))
    wrong = "changes:\n- change: add_statment\n"
    text.fill(wrong)
    settled(page)
    page.get_by_role("button", name="Take it over").click()
    expect(page.get_by_text("did you mean")).to_be_visible()
    expect(text).to_have_value(wrong)
    expect(verdict(page)).to_contain_text("With 2 changes")
    page.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_and_what_closes_differ_in_line_word_and_colour(
    browser: Browser, address: str, size: tuple[int, int], scheme: str, tmp_path: Path
) -> None:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.goto(f"{address}what_if?changes={BOTH}")
    expect(verdict(page)).to_contain_text("4 pairs open and 3 pairs close")
    opens, closes = changed(page, "opens").first, changed(page, "closes").first
    expect(opens.locator("text").first).to_contain_text("opens ")
    expect(closes.locator("text").first).to_contain_text("closes ")
    green, red = ((27, 110, 60), (179, 38, 30)) if scheme == "light" else ((111, 207, 151), (255, 154, 145))
    for edge, colour, dashed in ((opens, green, False), (closes, red, True)):
        line = edge.locator("path:not(.hit, .core)")
        expect(line).to_have_css("stroke", f"rgb({colour[0]}, {colour[1]}, {colour[2]})")
        expect(line).to_have_css("stroke-dasharray", "8px, 4px" if dashed else "none")
        expect(edge.locator("path.core")).to_have_count(1)
    page.screenshot(path=tmp_path / "what-if.png", full_page=True)
    assert overflow(page) <= 0, "the page scrolls sideways"
    page.close()


def test_an_edge_picked_by_keyboard_says_why_before_and_after(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}what_if?changes={BOTH}")
    edge = changed(page, "opens").first
    expect(edge).to_be_visible()
    edge.focus()
    page.keyboard.press("Enter")
    expect(edge).to_have_class(re.compile(r"\bpicked\b"))
    expect(page.get_by_text("lacks sts:AssumeRole in the trust policy of role invoker")).to_be_visible()
    expect(page.get_by_text("Allow: statement #2 in the trust policy of role invoker")).to_be_visible()
    page.close()


def _choose(page: Page, label: str, name: str) -> None:
    settled(page)
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    box.fill(name)
    page.get_by_role("option", name=re.compile(rf"^{re.escape(name)}")).first.click()
    expect(box).to_have_value(re.compile(rf"^{re.escape(name)}"))
