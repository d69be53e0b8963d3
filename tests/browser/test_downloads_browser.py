"""What a reader takes away from a page by its control, as the browser saves it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import geopandas
import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import expect

import controlmap as cm
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


def test_the_first_page_offers_its_table_and_its_ground(page: Visit, address: str) -> None:
    opened(page, f"{address}?date={DAY}")
    answer = cm.open("deepstate").compare(DAY)
    with zipfile.ZipFile(taken(page, "CSV")) as packed:
        assert packed.read("compare.csv").decode().splitlines()[0].startswith("iso,name,claimed,")
        metadata = json.loads(packed.read("compare.metadata.json"))
    assert metadata["sources"][0]["observed"] == DAY
    book = openpyxl.load_workbook(io.BytesIO(taken(page, "XLSX").read_bytes()))
    last = [cell.value for cell in list(book["compare"].rows)[-1]]
    assert last[3] == pytest.approx(answer.row("all")["held"], abs=1e-6)
    ground = geopandas.read_parquet(taken(page, "GeoParquet"))
    held = ground.loc[ground["status"] == "russian_held", "area_km2"].sum()
    assert 0 < answer.row("all")["held"] - held < 300  # what is too thin to be drawn
    assert Image.open(taken(page, "PNG")).size == (2400, 1350)
    assert "Who controls what, 24 January 2026" in taken(page, "SVG").read_text("utf-8")
    expect(page.tab.get_by_text("generalised to cells of 250 m")).to_be_visible()
    page.assert_clean()


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
