"""Claims, Proposals and Pace in a browser, on the real record, with the network cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import expect

from often import often
from visiting import Visit


def visited(page: Visit, address: str, name: str, asked: str = "") -> None:
    """Open a page by its own address."""
    page.tab.goto(f"{address}{name.lower()}{asked}")
    expect(page.tab.get_by_role("heading", name=name, exact=True)).to_be_visible()


def overflow(page: Visit) -> int:
    """How far the page is wider than its window, in pixels."""
    over: int = page.tab.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        " return Math.max(main.scrollWidth - main.clientWidth,"
        " document.documentElement.scrollWidth - window.innerWidth); })()"
    )
    return over


def test_claims_show_verdicts_charts_and_a_citation(
    visit: Callable[..., Visit], address: str
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"], color_scheme="light")
    visited(page, address, "Claims")
    cards = page.tab.locator(".cm-claim")
    expect(cards).to_have_count(12)
    expect(cards.nth(3)).to_contain_text("Roughly supported")
    expect(cards.nth(3)).to_contain_text("5,721")
    charts = page.tab.locator(".cm-claim img")
    expect(charts).to_have_count(11)
    drawn = charts.evaluate_all("(all) => all.map((i) => i.complete && i.naturalWidth > 0)")
    assert drawn == [True] * 11
    page.settle()
    behind = page.tab.locator(".cm-behind").nth(6)
    expect(behind.get_by_text("22.5 km away")).to_be_hidden()
    behind.locator("summary").press("Enter")
    expect(behind.get_by_text("22.5 km away")).to_be_visible()
    page.tab.get_by_role("button", name="Copy as a citation").click()
    citation = page.tab.get_by_test_id("stCode").filter(has_text="claim donetsk-5000")
    expect(citation).to_contain_text("observed 24 January 2026 (or 25 January 2026)")
    citation.hover()
    citation.get_by_label("Copy to clipboard").click()
    copied = page.tab.evaluate("navigator.clipboard.readText()")
    assert "5,721 km² (5,642–5,723 km²)" in copied
    assert "Source: DeepState" in copied
    page.settle()
    page.assert_clean()


def test_claims_are_measured_on_a_day_chosen(page: Visit, address: str) -> None:
    visited(page, address, "Claims")
    page.tab.get_by_text("a chosen day").click()
    expect(page.tab.locator(".cm-claim").filter(has_text="5,285 km²").first).to_be_visible()
    page.tab.wait_for_function("() => location.search.includes('on=chosen')")
    page.assert_clean()


def test_a_proposal_is_drawn_and_another_redraws(page: Visit, address: str) -> None:
    visited(page, address, "Proposals")
    frame = page.map()
    expect(page.tab.locator(".cm-headline")).to_contain_text("would pass from Ukrainian to Russian")
    shown = frame.evaluate("ControlMap.state()")
    assert shown["layers"]["gained"]["on"] is True
    page.tab.get_by_text("Back to the line of 23 February 2022").first.click()
    frame.wait_for_function("(rev) => ControlMap.state().painted !== rev", arg=shown["rev"])
    expect(page.tab.locator(".cm-headline")).to_contain_text("would pass from Russian to Ukrainian")
    page.tab.wait_for_function("() => location.search.includes('proposal=pre_2022')")
    assert frame.evaluate("ControlMap.state().inits") == 1
    page.settle()
    page.assert_clean()


def test_a_proposal_is_composed_and_its_link_shows_it_again(page: Visit, address: str) -> None:
    visited(page, address, "Proposals")
    page.map()
    page.tab.get_by_text("Your own").first.click()
    expect(page.tab.locator(".cm-headline")).to_contain_text("No land would pass")
    page.tab.get_by_role("radio", name="all", exact=True).first.click()
    expect(page.tab.locator(".cm-headline")).to_contain_text("5,290 km²")
    page.tab.wait_for_function("() => location.search.includes('donetsk=claim')")
    page.settle()
    page.tab.get_by_role("button", name="This proposal as an entry of a file").click()
    code = page.tab.get_by_test_id("stCode").filter(has_text="[proposal.rules]")
    expect(code).to_contain_text('UA-14 = "claim"')
    expect(code).to_contain_text('UA-09 = "line"')
    page.settle()
    page.assert_clean()
    page.tab.goto(page.tab.url)
    expect(page.tab.locator(".cm-headline")).to_contain_text("5,290 km²")


def test_the_pace_is_drawn_and_follows_its_window(page: Visit, address: str) -> None:
    visited(page, address, "Pace")
    expect(page.tab.locator(".cm-headline")).to_contain_text("km² a day")
    expect(page.tab.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg").first).to_be_visible()
    expect(page.tab.locator(".cm-table")).to_have_count(2)
    before = page.tab.locator(".cm-headline").inner_text()
    page.tab.get_by_role("radio", name="365 days", exact=True).click()
    expect(page.tab.locator(".cm-headline")).to_contain_text("over 365 days")
    assert page.tab.locator(".cm-headline").inner_text() != before
    page.tab.wait_for_function("() => location.search.includes('window=365')")
    page.settle()
    page.assert_clean()


def beyond(page: Visit) -> list[str]:
    """What reaches beyond the window, and is not in a table that scrolls and says so."""
    found: list[str] = page.tab.evaluate(
        """() => [...document.querySelectorAll(".stMainBlockContainer *")].filter((e) => {
            const { left, right, width } = e.getBoundingClientRect();
            return width && (left < -1 || right > innerWidth + 1) && !e.closest(".cm-scroll > *");
        }).map((e) => `${e.tagName} ${e.className} ${e.textContent.slice(0, 40)}`)"""
    )
    return found


def too_small(page: Visit) -> list[str]:
    """What is to be hit, outside of running text, and is lower or narrower than 24 px."""
    found: list[str] = page.tab.evaluate(
        """() => [...document.querySelectorAll(".stMainBlockContainer :is(button, summary)")]
        .filter((e) => {
            const { width, height } = e.getBoundingClientRect();
            const { content, inset } = getComputedStyle(e, "::after");
            const more = content === '""' ? -2 * (parseFloat(inset) || 0) : 0;
            return width && Math.min(width, height) + more < 24;
        }).map((e) => e.outerHTML.slice(0, 80))"""
    )
    return found


def test_the_keyboard_is_seen_in_the_navigation(page: Visit, address: str) -> None:
    visited(page, address, "Pace")
    page.settle()
    page.tab.get_by_role("link", name="Claims", exact=True).focus()
    page.tab.keyboard.press("Tab")
    focused = page.tab.get_by_role("link", name="Proposals", exact=True)
    expect(focused).to_be_focused()
    expect(focused).to_have_css("outline", "rgb(11, 87, 208) solid 2px")


def test_on_paper_there_is_nothing_to_be_used_and_all_is_shown(page: Visit, address: str) -> None:
    visited(page, address, "History")
    months = page.tab.locator(".cm-tall")
    expect(months).to_be_visible()
    cut = "(e) => e.scrollHeight - e.clientHeight"
    assert months.evaluate(cut) > 0
    page.tab.emulate_media(media="print")
    for test_id in ("stButtonGroup", "stDateInput", "stButton"):
        expect(page.tab.get_by_test_id(test_id).first).to_be_hidden()
    assert months.evaluate(cut) == 0
    expect(months.locator("tbody tr").last).to_be_visible()


BACKGROUND: dict[Literal["light", "dark"], str] = {
    "light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 27)"
}  # fmt: skip


@pytest.mark.parametrize("width", often([390, 1440], lambda width: width == 390))
@pytest.mark.parametrize(
    ("name", "last"),
    often(
        [
            ("claims", ".cm-claim"),
            ("proposals", ".cm-list"),
            ("pace", ".cm-list"),
            ("history", ".cm-prose"),
            ("place", ".cm-list"),
        ],
        lambda page: page[0] in ("claims", "history"),
    ),
)
def test_nothing_sticks_out(
    visit: Callable[..., Visit], address: str, name: str, last: str, width: int
) -> None:
    page = visit(viewport={"width": width, "height": 844})
    query = {"proposals": "?proposal=own", "place": "?where=Bakhmut"}.get(name, "")
    page.tab.goto(f"{address}{name}{query}")
    expect(page.tab.locator(last).last).to_be_visible()
    for scheme, background in BACKGROUND.items():
        page.tab.emulate_media(color_scheme=scheme)
        expect(page.tab.get_by_test_id("stApp")).to_have_css("background-color", background)
        page.settle()
        assert overflow(page) <= 0, scheme
        assert beyond(page) == [], scheme
        assert too_small(page) == [], scheme
    # Streamlit looks for its server below a page's own address before it looks at the root.
    assert {url.rpartition("/_stcore/")[1] for url in page.failures} <= {"/_stcore/"}
    assert page.abroad == []
