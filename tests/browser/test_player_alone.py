"""The player in a plain page: no dashboard, no server, every file handed out by the test."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Route

import rows
from controlmap.analysis import place_history
from controlmap.core import geoparquet
from controlmap.draw import map_layers, maps, player_record
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from controlmap.words import numbers, text
from controlmap.words.catalog import rendered
from visiting import Visit

HERE = "http://127.0.0.1:9/"  # the port of nothing: what the test does not hand out, nobody does
ASSETS = maps.ASSETS
DAY = date(2022, 11, 15)


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return archive.load(geoparquet.geodata("deepstate.parquet")).coverage


def page_of(coverage: Coverage, folder: Path) -> str:
    """A page with the map and nothing else, as a publication without a server would write it."""
    player = replace(
        map_layers.player(coverage, f"files/{player_record.write(folder, coverage)}"), listens=False
    )
    chart = maps.base_map(
        map_layers.layer_list(text.LAYERS),
        background_url=f"files/{maps.write_background(folder, map_layers.background(coverage))}",
        credit=[],
        ground=map_layers.ground(coverage),
        words=rendered(text.MAP),
        assets_url="assets",
        player=player,
    )
    (init,) = (c.javascript for c in chart._children.values() if hasattr(c, "javascript"))
    totals = [o.polygon_km2 for o in coverage.oblasts]
    payload = maps.payload_json("alone", {}, day=coverage.span[1], totals_km2=totals)
    scripts = "".join(f'<script src="{escape(url)}"></script>' for _, url in chart.default_js)
    return f"""<!doctype html><html><head><meta charset="utf-8"></head><body style="margin:0">
        <div id="map_div" style="height:100vh"></div>{scripts}
        <script>
            const map_div = L.map("map_div", {{zoomControl: false, attributionControl: false}});
            map_div.setView([48, 36], 7);
            {init}
            ControlMap.update({payload});
        </script></body></html>"""


def opened(page: Visit, coverage: Coverage, files: Path) -> Visit:
    """Go to the page of a record, every file of which is handed out here."""
    html = page_of(coverage, files)
    folders = {"assets": ASSETS, "files": files}

    def hand_out(route: Route) -> None:
        path = re.sub(r"\?.*", "", route.request.url.removeprefix(HERE))
        folder, _, name = path.partition("/")
        if not path:
            route.fulfill(body=html, content_type="text/html")
        elif folder in folders:
            route.fulfill(path=folders[folder] / name)
        else:
            route.fulfill(status=204)

    page.tab.context.route(f"{HERE}**", hand_out)
    page.tab.goto(HERE)
    page.tab.wait_for_function("window.ControlMap?.painted === 'alone'")
    return page


def test_a_tooltip_carries_nothing_over_a_gap(visit: Callable[..., Visit], tmp_path: Path) -> None:
    # NZZ's record has no snapshot from 24 July to 13 August 2022; Kherson was Russian-held.
    coverage = archive.load(geoparquet.geodata("nzz.parquet")).coverage
    lon, lat = 32.6, 46.65
    page = opened(visit(), coverage, tmp_path)
    page.tab.get_by_role("slider").fill(str((DAY - coverage.span[0]).days))
    page.tab.wait_for_function("ControlMap.player.state().shown === '15 November 2022'")
    periods, shown = page.tab.evaluate(
        """([lat, lon]) => {
            const { map, player } = ControlMap;
            const { x, y } = map.project([lat, lon], 0).divideBy(256);
            const { calendar, record, text, day } = player;
            const face = record.faceAt(x, y);
            const dated = ([since, kind]) => [calendar.iso(since), kind];
            return [record.periods(face).map(dated), text.face(record, face, day)];
        }""",
        [lat, lon],
    )
    kinds = {"russian_held": player_record.HELD, "not_known": None}
    known = place_history.record_of(coverage, lon, lat).periods
    assert periods == [[str(s.since), kinds.get(s.status, player_record.NOT_HELD)] for s in known]
    assert "Not known since 8 August 2022" in shown
    assert "Russian-held since 13 August 2022" in shown
    page.assert_clean()


def test_the_player_needs_no_server(
    visit: Callable[..., Visit], coverage: Coverage, tmp_path: Path
) -> None:
    page = opened(visit(), coverage, tmp_path)
    page.tab.get_by_role("slider").fill(str((DAY - coverage.span[0]).days))
    page.tab.wait_for_function("ControlMap.player.state().shown === '15 November 2022'")
    every = rows.areas(coverage, coverage.at(DAY))[-1]
    told = page.tab.evaluate("ControlMap.player.state().figures")[-1]
    assert told == [f"{numbers.area(every.russian_held)} km²", text.share(every.held_share)]
    assert page.tab.get_by_role("button", name=str(text.PLAYER["use"])).count() == 0
    page.assert_clean()
