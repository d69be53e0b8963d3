"""What a reader takes away from a page by its control, as the browser saves it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from often import often
from visiting import Visit

DAY = "2026-01-24"


def taken(page: Visit, name: str) -> Path:
    """What the browser saves when a button of the control is pressed."""
    with page.tab.expect_download() as waiting:
        page.tab.get_by_role("button", name=name, exact=True).click()
    assert waiting.value.suggested_filename
    path: Path = waiting.value.path()
    return path


def opened(page: Visit, address: str, number: int = 0) -> None:
    page.tab.goto(address)
    control = page.tab.get_by_role("button", name="Download", exact=True).nth(number)
    expect(control).to_be_visible(timeout=30_000)
    page.settle()
    control.click()


PAGES = (
    ("changes?from=2026-01-01", 1),
    ("history?from=2026-01-01", 2),
    ("place?where=Kostiantynivka, Donetsk", 1),
    ("pace", 2),
    ("proposals", 1),
    ("claims", 1),
    ("sources", 1),
)


@pytest.mark.parametrize(
    ("name", "controls"), often(PAGES, lambda page: page[0].startswith(("changes", "claims")))
)
def test_every_page_with_figures_offers_them(
    page: Visit, address: str, name: str, controls: int
) -> None:
    for number in range(controls):
        opened(page, f"{address}{name}", number)
        document = json.loads(taken(page, "JSON").read_bytes())
        assert document["provenance"]["question"].startswith(
            {"history": ("history", "flows"), "pace": ("pace", "backtest"), "sources": ("agree",)}
            .get(name.partition("?")[0], name.partition("?")[0])
        )  # fmt: skip
    page.assert_clean()
