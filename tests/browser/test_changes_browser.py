"""What changed: the map zooms to it, each patch can be zoomed to, and the last visit is known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, expect

from often import often
from visiting import Visit

WEEK = "changes?from=2026-08-13"


def bounds(frame: Frame) -> list[float]:
    """Return the degrees that the map's frame shows: west, south, east, north."""
    shown: list[float] = frame.evaluate("ControlMap.map.getBounds().toBBoxString().split(',')")
    return [float(degrees) for degrees in shown]


def within(inner: list[float], outer: list[float]) -> bool:
    west, south, east, north = inner
    return outer[0] <= west and outer[1] <= south and east <= outer[2] and north <= outer[3]


@pytest.mark.parametrize("touch", often([False, True], lambda touch: not touch))
def test_a_patch_is_zoomed_to_and_back(
    visit: Callable[..., Visit], address: str, touch: bool
) -> None:
    page = visit(has_touch=True) if touch else visit()
    page.tab.goto(address + WEEK)
    everything = bounds(page.map())
    button = page.tab.get_by_role("button", name="+12 km² near Zaliznychne")
    if touch:
        button.tap()
    else:
        button.press("Enter")
    page.tab.wait_for_url("**at=36.1724*")
    page.settle()
    frame = page.map()
    frame.wait_for_function(
        "(west) => ControlMap.map.getBounds().getWest() > west", arg=everything[0]
    )
    patch = bounds(frame)
    assert within(patch, everything)
    assert within([36.1724, 47.6975, 36.1724, 47.6975], patch)
    assert frame.evaluate("ControlMap.map.getZoom()") > 10
    page.tab.reload()
    assert bounds(page.map()) == pytest.approx(patch, abs=1e-3)
    page.tab.get_by_role("button", name="Zoom to all changes").click()
    page.settle()
    page.map().wait_for_function(
        "(west) => ControlMap.map.getBounds().getWest() < west", arg=patch[0]
    )
    assert bounds(page.map()) == pytest.approx(everything, abs=1e-3)
    page.assert_clean()


@pytest.mark.exhaustive
def test_the_browser_alone_knows_the_last_visit(page: Visit, address: str) -> None:
    page.tab.goto(f"{address}changes")
    page.map()
    link = page.tab.get_by_role("link", name="Since your last visit")
    expect(link).to_have_count(0)
    visits: dict[str, Any] = json.loads(
        page.tab.evaluate("localStorage.getItem('controlmap.visits')")
    )
    assert visits["deepstate"]["seen"] == "2026-08-20"
    visits["deepstate"] = {"on": "2026-08-14", "seen": "2026-08-13"}
    page.tab.evaluate("(v) => localStorage.setItem('controlmap.visits', v)", json.dumps(visits))
    page.tab.reload()
    expect(link).to_have_text("Since your last visit, 13 August 2026")
    link.click()
    expect(page.tab.locator(".cm-headline")).to_contain_text(
        "from the end of 13 August 2026 to the end of 20 August 2026"
    )
    expect(link).to_be_visible()  # still the visit before today's
    page.tab.goto(address)
    expect(link).to_have_text("Since your last visit, 13 August 2026")
    expect(link).to_have_attribute("href", re.compile(r"/changes\?from=2026-08-13$"))
    page.assert_clean()


def test_a_typed_date_is_taken_by_enter_and_read_whole_at_twice_the_size(
    page: Visit, address: str
) -> None:
    page.tab.goto(f"{address}changes?from=2026-07-20")
    headline = page.tab.locator(".cm-headline")
    expect(headline).to_contain_text("from the end of 20 July 2026", timeout=30_000)
    page.map()
    page.settle()
    field = page.tab.get_by_test_id("stDateInput").first
    field.get_by_role("spinbutton").first.click()
    page.tab.keyboard.type("20260701")
    page.tab.keyboard.press("Enter")
    expect(headline).to_contain_text("from the end of 1 July 2026")
    expect(page.tab.get_by_role("dialog")).to_have_count(0)
    page.settle()
    page.tab.evaluate("document.documentElement.style.fontSize = '200%'")
    cut = "(e) => e.scrollWidth - e.clientWidth"
    assert field.get_by_test_id("stDateInputFieldsScroller").evaluate(cut) == 0
    page.assert_clean()


def test_on_paper_the_lists_are_there_in_dark_on_white(page: Visit, address: str) -> None:
    page.tab.emulate_media(color_scheme="dark")
    page.tab.goto(f"{address}changes?from=2026-07-20&to=2026-08-20")
    patch = page.tab.get_by_role("button", name="near Myrne, Donetsk")
    expect(patch).to_be_visible(timeout=30_000)
    page.map()
    page.tab.emulate_media(color_scheme="dark", media="print")
    expect(patch).to_be_visible()
    expect(page.tab.get_by_role("button", name="Kryva Luka")).to_be_visible()
    expect(page.tab.get_by_role("button", name="Last 7 days")).to_be_hidden()
    colour = "(e, name) => getComputedStyle(e)[name]"
    app = page.tab.get_by_test_id("stApp")
    assert app.evaluate(colour, "backgroundColor") == "rgb(255, 255, 255)"
    for text in (page.tab.locator(".cm-headline b"), patch.locator("p")):
        assert text.evaluate(colour, "color") == "rgb(20, 24, 27)"
    expect(page.tab.locator(".cm-headline")).to_contain_text("20 July 2026 to the end of 20 August")
    page.assert_clean()
