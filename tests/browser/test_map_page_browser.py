"""The map as a page of the server: of files alone, its address shared with the other pages."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from visiting import Visit


def test_the_map_is_of_files_alone_and_other_pages_take_its_choices_along(
    page: Visit, address: str
) -> None:
    tab = page.tab
    tab.goto(f"{address}map?date=2022-11-10&source=nzz")
    expect(tab.locator(".front-panel")).to_contain_text("10 November 2022")
    expect(tab.locator(".front-map canvas").first).to_be_visible()
    assert not [url for url in page.requests if "_stcore" in url]
    tab.locator(".front-drawer summary").press("Enter")
    tab.locator("select[name=source]").select_option("deepstate")
    expect(tab).to_have_url(re.compile(r"/map\?date=2022-11-10$"))
    tab.locator("select[name=source]").select_option("nzz")
    tab.get_by_role("link", name="Claimed and held").click()
    expect(tab.get_by_role("radio", name="NZZ / Liveuamap")).to_be_checked()
    expect(tab.locator(".cm-headline")).to_contain_text("10 November 2022")
    page.map()
    tab.get_by_role("link", name="The map of every day").click()
    expect(tab).to_have_url(re.compile(r"/map\?source=nzz&date=2022-11-10$"))
    expect(tab.locator(".front-panel")).to_contain_text("10 November 2022")
    page.assert_clean()
