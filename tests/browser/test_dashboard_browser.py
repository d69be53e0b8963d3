"""The dashboard in a browser, on the real record, with the network cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, expect

from controlmap.dashboard.page_list import PAGES
from controlmap.words import text_sources
from often import often
from visiting import Visit, settle


def state(frame: Frame) -> dict[str, Any]:
    found: dict[str, Any] = frame.evaluate("ControlMap.state()")
    return found


def drawn(frame: Frame) -> str:
    """All that the map's canvases show, as one text to compare."""
    shown: str = frame.evaluate(
        """() => [...document.querySelectorAll("#map_div canvas")]
            .filter((c) => !c.closest(".cm-panel, .cm-layers"))
            .map((c) => c.toDataURL()).join()"""
    )
    return shown


def tick(frame: Frame, layer_id: str) -> None:
    frame.locator(f".cm-layers input[data-layer='{layer_id}']").click()
    settle(frame)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out(
    visit: Callable[..., Visit], address: str, width: int, scheme: str
) -> None:
    page = visit(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.tab.goto(f"{address}changes")
    frame = page.map()
    assert state(frame)["theme"] == scheme
    over = page.tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0
    inside = frame.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert inside <= 0
    page.assert_clean()


def test_a_bad_address_is_told(page: Visit, address: str) -> None:
    page.tab.goto(f"{address}changes?to=1999-01-01")
    expect(page.tab.get_by_text("is not available; choose")).to_be_visible()
    page.assert_clean()


def test_the_method_page_opens(page: Visit, address: str) -> None:
    page.tab.goto(f"{address}changes")
    page.map()
    page.tab.get_by_role("link", name="Method", exact=True).click()
    expect(page.tab.get_by_role("heading", name="Method", exact=True)).to_be_visible()
    expect(page.tab.get_by_text("may not be redistributed").first).to_be_visible()
    page.settle()
    page.assert_clean()


@pytest.mark.parametrize("path", often(PAGES, lambda path: path in ("changes", "sources")))
def test_each_page_has_an_address_of_its_own(page: Visit, address: str, path: str) -> None:
    page.tab.goto(f"{address}{path}")
    expect(page.tab.get_by_role("heading", level=1)).to_have_text(str(PAGES[path][0]))
    page.settle()
    page.assert_clean()


def test_two_days_are_compared_on_the_map(page: Visit, address: str) -> None:
    page.tab.goto(f"{address}changes")
    expect(page.tab.get_by_role("heading", name="What changed")).to_be_visible()
    page.tab.get_by_role("button", name="Since 30 September 2022").click()
    expect(page.tab.locator(".cm-headline")).to_contain_text("net change")
    page.tab.wait_for_function("() => location.search.includes('from=2022-09-30')")
    page.settle()
    frame = page.map()
    before = drawn(frame)
    tick(frame, "lost")
    without_lost = drawn(frame)
    tick(frame, "gained")
    assert before != without_lost != drawn(frame)
    page.assert_clean()


def test_a_tooltip_tells_name_status_area_and_share(page: Visit, address: str) -> None:
    page.tab.goto(f"{address}place?on=2025-06-01")
    frame = page.map()
    box = frame.locator("#map_div").bounding_box()
    assert box is not None
    for (lat, lon), said in {
        (46.6, 34.6): ("Kherson oblast", "Russian-held", "19,240"),
        (48.35, 36.9): ("Donetsk oblast", "Ukrainian-held", "7,260"),
        (49.5, 38.9): ("Luhansk oblast", "Russian-held", "26,490"),
    }.items():
        at = frame.evaluate(f"ControlMap.map.latLngToContainerPoint([{lat}, {lon}])")
        tip = frame.locator(".cm-tip")
        # Leaflet reads the mouse at most every 32 ms: a hand trembles, so that it is read again.
        for tremble in range(40):
            page.tab.mouse.move(box["x"] + at["x"] + tremble % 2, box["y"] + at["y"])
            page.tab.wait_for_timeout(50)
            if said[0] in "".join(tip.all_text_contents()):
                break
        for part in (*said, "km²", "% of the polygon area"):
            expect(tip).to_contain_text(part)


def test_a_layer_dropped_on_the_page_of_sources_is_drawn(
    page: Visit, address: str, tmp_path: Path
) -> None:
    ring = [[36.5, 47.6], [37.5, 47.6], [37.5, 48.4], [36.5, 48.4], [36.5, 47.6]]
    drawn = {"type": "Polygon", "coordinates": [ring]}
    hostile = "Occupied <img src=x onerror=alert(1)> {{ 7*7 }}"
    feature = {"type": "Feature", "properties": {"status": hostile}, "geometry": drawn}
    path = tmp_path / "mine 2023-07-01.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    page.tab.goto(f"{address}sources?date=2023-07-01")
    expect(page.tab.get_by_role("heading", name="Sources", exact=True)).to_be_visible()
    expect(page.tab.locator(".cm-headline")).to_contain_text("by 3 sources")
    page.settle()
    frame = page.map()
    assert "own" not in state(frame)["layers"]
    page.tab.locator("input[type=file]").set_input_files(path)
    expect(page.tab.get_by_text(str(text_sources.OWN_APART))).to_be_visible()
    # Other layers make another map: the frame of the one before goes away.
    page.tab.wait_for_function(
        """() => [...document.querySelectorAll("iframe")]
            .map((frame) => frame.contentWindow?.ControlMap)
            .some((map) => map?.painted && map.state().layers.own?.n > 0)"""
    )
    frame = page.map()
    assert state(frame)["layers"]["by-one"]["n"] == 1
    page.assert_clean()


@pytest.mark.exhaustive
def test_history_is_drawn_and_read_by_hovering(page: Visit, address: str) -> None:
    page.tab.goto(f"{address}changes")
    page.tab.get_by_role("link", name="History").click()
    expect(page.tab.get_by_role("heading", name="History", exact=True)).to_be_visible()
    charts = page.tab.locator("[data-testid='stVegaLiteChart']")
    expect(charts).to_have_count(2)
    canvas = charts.first.locator("canvas, svg.marks").first
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box is not None
    tip = page.tab.locator("#vg-tooltip-element")
    for tremble in range(40):
        page.tab.mouse.move(box["x"] + box["width"] * 0.6 + tremble, box["y"] + box["height"] / 2)
        page.tab.wait_for_timeout(50)
        if tip.count() and "Donetsk" in (tip.text_content() or ""):
            break
    for name in ("Donetsk", "Luhansk", "Kherson", "Zaporizhzhia", "All four oblasts"):
        expect(tip).to_contain_text(name)
    page.tab.get_by_role("button", name="Last 90 days").click()
    page.tab.wait_for_function("() => location.search.includes('start=2026-05-22')")
    page.assert_clean()


def test_a_click_on_the_map_tells_of_that_place(page: Visit, address: str) -> None:
    page.tab.goto(f"{address}place")
    expect(page.tab.get_by_role("heading", name="A place", exact=True)).to_be_visible()
    page.settle()
    frame = page.map()
    box = frame.locator("#map_div").bounding_box()
    assert box is not None
    at = frame.evaluate("ControlMap.map.latLngToContainerPoint([46.6, 34.6])")
    page.tab.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    headline = page.tab.locator(".cm-headline")
    expect(headline).to_contain_text("Russian-held")
    expect(headline).to_contain_text("Kherson oblast")
    page.tab.wait_for_function("() => location.search.includes('where=34.')")
    frame.wait_for_function("ControlMap.state().layers.chosen.n === 1")
    page.assert_clean()
