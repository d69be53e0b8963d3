"""The address says what the page shows, from page to page and back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from visiting import Visit


def shows(tab: Page, path: str, source: str = "", day: str = "") -> None:
    """Wait until the address ends so, and the page shows that source and that day."""
    expect(tab).to_have_url(re.compile(rf"127\.0\.0\.1:\d+/{re.escape(path)}$"))
    if source:
        expect(tab.get_by_role("radio", name=source)).to_be_checked()
    if day:
        expect(tab.get_by_test_id("stDateInput").locator("input").first).to_have_value(day)


def test_address_and_page_agree_from_page_to_page_and_back(page: Visit, address: str) -> None:
    tab = page.tab
    panel = tab.locator(".front-panel")
    tab.goto(f"{address}map?date=2022-11-10&source=nzz")
    shows(tab, "?date=2022-11-10&source=nzz")
    expect(panel).to_contain_text("10 November 2022")
    expect(tab.locator(".front-map canvas").first).to_be_visible()
    assert not [url for url in page.requests if "_stcore" in url]
    tab.get_by_role("link", name="What changed").first.click()
    shows(tab, "changes?date=2022-11-10&source=nzz", "NZZ / Liveuamap")
    page.map()
    page.settle()
    tab.get_by_role("link", name="Claims", exact=True).click()
    shows(tab, "claims?source=nzz&date=2022-11-10")
    expect(tab.locator(".cm-claim").first).to_be_visible()
    tab.get_by_role("link", name="Map", exact=True).click()
    shows(tab, "?source=nzz&date=2022-11-10")
    expect(panel).to_contain_text("10 November 2022")
    tab.locator(".front-earlier").click()
    shows(tab, "?date=2022-11-09&source=nzz")
    expect(panel).to_contain_text("9 November 2022")

    tab.go_back()
    shows(tab, "claims?source=nzz&date=2022-11-10")
    expect(tab.locator(".cm-claim").first).to_be_visible()
    page.settle()
    tab.go_back()
    shows(tab, "changes?date=2022-11-10&source=nzz", "NZZ / Liveuamap")
    page.map()
    tab.go_back()
    shows(tab, "?date=2022-11-10&source=nzz")
    expect(panel).to_contain_text("10 November 2022")
    page.assert_clean()
