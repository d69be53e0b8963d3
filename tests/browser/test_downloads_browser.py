"""What a reader takes away from a page by its control, as the browser saves it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
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


def test_a_chart_has_its_whole_key_on_a_phone_and_is_saved_black_on_white(
    page: Visit, address: str
) -> None:
    page.tab.set_viewport_size({"width": 390, "height": 844})
    page.tab.emulate_media(color_scheme="dark")
    page.tab.goto(f"{address}pace?oblast=all&window=30")
    chart = page.tab.get_by_test_id("stVegaLiteChart")
    names = chart.locator(".role-legend-label text")
    expect(names).to_have_count(2, timeout=30_000)
    page.settle()
    ends = names.evaluate_all("(all) => all.map((name) => name.getBoundingClientRect().right)")
    box = chart.bounding_box()
    assert box is not None
    assert max(ends) <= box["x"] + box["width"]
    ground = chart.locator("svg.marks").evaluate("(svg) => getComputedStyle(svg).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)"
    chart.hover()
    with page.tab.expect_download() as waiting:
        page.tab.get_by_role("button", name="Download as PNG").click()
    saved = np.asarray(Image.open(waiting.value.path()).convert("L"), int)
    # Most of it is white, and the text is dark: its first line is the title's.
    assert (saved == 255).mean() > 0.5
    assert saved[: saved.shape[0] // 10].min() < 60
    page.assert_clean()
