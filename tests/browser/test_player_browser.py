"""The player in a browser: what is drawn and counted on a day, against the record itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Frame, Locator, expect

import rows as of_rows
from controlmap.analysis.place_history import record_of
from controlmap.core import geoparquet
from controlmap.core.model import Status
from controlmap.draw import palette
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from controlmap.words import text
from visiting import Visit, settle

# Before and after right-bank Kherson, during Kharkiv's counter-offensive, the mirror's last year.
DAYS = (
    date(2022, 4, 3),
    date(2022, 9, 12),
    date(2022, 11, 9),
    date(2022, 11, 15),
    date(2026, 1, 24),
)
CLEAR = [0, 0, 0, 0]


@pytest.fixture(scope="session")
def coverage() -> Coverage:
    return archive.load(geoparquet.geodata("deepstate.parquet")).coverage


@pytest.fixture
def frame(page: Visit, address: str) -> Frame:
    page.tab.goto(address)
    return page.map()


def state(frame: Frame) -> dict[str, Any]:
    found: dict[str, Any] = frame.evaluate("ControlMap.player.state()")
    return found


def slider(frame: Frame) -> Locator:
    return frame.get_by_role("slider", name=str(text.PLAYER["day"]))


def go(frame: Frame, coverage: Coverage, day: date) -> None:
    """Drag the slider to a day, as far as the browser can tell."""
    slider(frame).fill(str((day - coverage.span[0]).days))
    frame.wait_for_function("(day) => ControlMap.player.state().shown === day", arg=text.day(day))
    frame.wait_for_function("ControlMap.player.state().settled")


def picture(frame: Frame) -> str:
    """What the player's canvas shows: a hash of its pixels, and "" where each is clear."""
    shown: str = frame.evaluate(
        """async () => {
            const { _container: c } = ControlMap.player.canvas.renderer;
            const copy = new OffscreenCanvas(c.width, c.height);
            const ctx = copy.getContext("2d", { willReadFrequently: true });
            ctx.drawImage(c, 0, 0);
            const { data } = ctx.getImageData(0, 0, c.width, c.height);
            if (data.every((byte) => byte === 0)) return "";
            const hash = await crypto.subtle.digest("SHA-256", data);
            return [...new Uint8Array(hash)].map((byte) => byte.toString(16)).join(" ");
        }"""
    )
    return shown


def colour_at(frame: Frame, lon: float, lat: float) -> list[int]:
    found: list[int] = frame.evaluate(
        """([lat, lon]) => {
            const { _container, _bounds } = ControlMap.player.canvas.renderer;
            const scale = _container.width / parseFloat(_container.style.width);
            const at = ControlMap.map.latLngToLayerPoint([lat, lon]).subtract(_bounds.min);
            const ctx = document.createElement("canvas").getContext("2d");
            const [x, y] = [Math.round(at.x * scale), Math.round(at.y * scale)];
            ctx.drawImage(_container, x, y, 1, 1, 0, 0, 1, 1);
            return [...ctx.getImageData(0, 0, 1, 1).data];
        }""",
        [lat, lon],
    )
    return found


def counted(coverage: Coverage, day: date) -> list[list[str]]:
    rows = of_rows.areas(coverage, coverage.at(day))
    return [[text.km2(r.russian_held), text.share(r.held_share)] for r in rows]


def plain(rows: list[list[str]]) -> list[list[str]]:
    return [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in rows]


def test_nothing_is_fetched_before_the_first_use(page: Visit, frame: Frame) -> None:
    page.tab.wait_for_load_state("networkidle")
    assert not [url for url in page.requests if "player-record-" in url]
    frame.get_by_role("button", name="Play", exact=True).click()
    frame.wait_for_function("ControlMap.player.frames > 3")
    assert len([url for url in page.requests if "player-record-" in url]) == 1
    page.assert_clean()


def test_days_are_counted_as_by_the_record(frame: Frame, coverage: Coverage) -> None:
    counts = {}
    for day in DAYS:
        go(frame, coverage, day)
        counts[day] = plain(state(frame)["figures"])
    assert counts == {day: plain(counted(coverage, day)) for day in DAYS}


def test_days_are_drawn_as_by_the_record(frame: Frame, coverage: Coverage) -> None:
    """Places all over the oblasts have the colour of the status that the record gives them."""
    for day in DAYS:
        go(frame, coverage, day)
        assert statuses_drawn(frame, coverage, day) == {"held", "rest"}


def statuses_drawn(frame: Frame, coverage: Coverage, day: date) -> set[str]:
    seen = set()
    for lon, lat in ((33.2, 46.6), (33.6, 47.2), (34.6, 46.6), (35.9, 47.9), (38.0, 48.6),
                     (38.2, 49.3), (37.5, 48.85), (39.3, 48.5), (37.8, 47.9)):  # fmt: skip
        status = record_of(coverage, lon, lat).status_on(day)
        layer = "held" if status == Status.RUSSIAN_HELD else "rest"
        if status == Status.CONTESTED:
            continue  # hatched: a pixel may be the line or the ground
        seen.add(layer)
        frame.evaluate("at => void ControlMap.map.setView(at, 12, {animate: false})", [lat, lon])
        style = palette.PALETTE[layer][0]
        rgb = [int(str(style["fillColor"])[i : i + 2], 16) for i in (1, 3, 5)]
        got = colour_at(frame, lon, lat)
        assert got[3] == pytest.approx(255 * float(str(style["fillOpacity"])), abs=2)
        assert got[:3] == pytest.approx(rgb, abs=4), (lon, lat, status)
    return seen


def test_going_there_and_back_leaves_no_trace(frame: Frame, coverage: Coverage) -> None:
    go(frame, coverage, DAYS[1])
    before = picture(frame)
    assert before
    for day in (date(2022, 9, 13), DAYS[4], DAYS[0], DAYS[2], DAYS[1]):
        go(frame, coverage, day)
    assert picture(frame) == before
    go(frame, coverage, DAYS[2])
    assert picture(frame) != before


def test_a_step_draws_only_what_changes(frame: Frame, coverage: Coverage) -> None:
    go(frame, coverage, date(2024, 5, 14))
    slider(frame).press("ArrowRight")
    frame.wait_for_function("ControlMap.player.state().shown === '15 May 2024'")
    first = coverage.span[0]
    before, after = (coverage.at(date(2024, 5, d)).index for d in (14, 15))
    changed = (coverage.held(before) != coverage.held(after)).sum()
    assert changed > 0
    assert 0 < state(frame)["redrawn"] < 300
    assert (date(2024, 5, 15) - first).days == int(slider(frame).input_value())


def test_the_keyboard_goes_everywhere(frame: Frame, coverage: Coverage) -> None:
    bar = slider(frame)
    bar.focus()
    for key, shown in (
        ("Home", "3 April 2022"),
        ("ArrowRight", "4 April 2022"),
        ("PageUp", "4 May 2022"),
        ("ArrowLeft", "3 May 2022"),
        ("End", text.day(coverage.span[1])),
        ("ArrowRight", text.day(coverage.span[1])),
        ("PageDown", "20 July 2026"),
    ):
        bar.press(key)
        frame.wait_for_function("(day) => ControlMap.player.state().shown === day", arg=shown)
    frame.get_by_role("combobox", name=str(text.PLAYER["step"])).select_option("week")
    frame.get_by_role("button", name=str(text.PLAYER["earlier_step"])).click()
    frame.wait_for_function("ControlMap.player.state().shown === '13 July 2026'")
    bar.press(" ")
    frame.wait_for_function("ControlMap.player.state().playing")
    bar.press(" ")
    frame.wait_for_function("!ControlMap.player.state().playing")
    bar.press("Escape")
    frame.wait_for_function("!ControlMap.player.state().active")
    assert state(frame)["day"] == str(coverage.span[1])


def test_it_plays_to_the_end_and_stops(frame: Frame, coverage: Coverage) -> None:
    go(frame, coverage, date(2026, 8, 1))
    frame.get_by_role("combobox", name=str(text.PLAYER["speed"])).select_option("7")
    frame.get_by_role("button", name="Play", exact=True).click()
    expect(frame.get_by_role("button", name="Pause")).to_be_visible()
    frame.wait_for_function("!ControlMap.player.state().playing", timeout=15_000)
    assert state(frame)["day"] == str(coverage.span[1])
    assert plain(state(frame)["figures"]) == plain(counted(coverage, coverage.span[1]))


def test_the_day_can_become_that_of_the_page(page: Visit, frame: Frame, coverage: Coverage) -> None:
    go(frame, coverage, DAYS[3])
    frame.get_by_role("button", name=str(text.PLAYER["use"])).click()
    page.tab.wait_for_url("**/?date=2022-11-15")
    every = of_rows.areas(coverage, coverage.at(DAYS[3]))[-1]
    expect(page.tab.locator(".cm-headline")).to_contain_text(text.share(every.held_share))
    frame.wait_for_function("!ControlMap.player.state().active")
    layers = frame.evaluate("ControlMap.state().layers")
    assert layers["held"]["drawn"] == 4
    # The same again, for the component tells only of what is new.
    go(frame, coverage, DAYS[4])
    frame.get_by_role("button", name=str(text.PLAYER["use"])).click()
    page.tab.wait_for_url("**/?date=2026-01-24")
    page.assert_clean()


def test_to_use_a_day_stops_the_play(page: Visit, frame: Frame, coverage: Coverage) -> None:
    go(frame, coverage, DAYS[3])
    frame.get_by_role("button", name="Play", exact=True).click()
    frame.wait_for_function("ControlMap.player.state().playing && ControlMap.player.frames > 5")
    frame.get_by_role("button", name=str(text.PLAYER["use"])).click()
    assert not state(frame)["playing"]
    day = state(frame)["day"]
    page.tab.wait_for_url(f"**/?date={day}")
    frame.wait_for_function("!ControlMap.player.state().active")
    assert state(frame)["day"] == day


def test_leaving_shows_the_day_of_the_page_again(frame: Frame, coverage: Coverage) -> None:
    go(frame, coverage, DAYS[2])
    assert colour_at(frame, 34.6, 46.6) != CLEAR
    frame.get_by_role("button", name="Back to 20 August 2026").click()
    settle(frame)
    assert picture(frame) == ""
    assert not state(frame)["active"]
    assert frame.evaluate("ControlMap.map.hasLayer(ControlMap.groups.held.leaflet)")


def test_when_ground_changed_hands_is_coloured_by_year(frame: Frame) -> None:
    frame.locator("[data-layer='changed-hands']").click()
    frame.wait_for_function("ControlMap.player.state().loaded && ControlMap.player.state().byDate")
    settle(frame)
    years = palette.date_colours("light", 5)
    grey = palette.BEFORE_DATES["light"]
    # Held since before the record; Sievierodonetsk, taken in June 2022; Vuhledar, in October 2024.
    for lon, lat, colour in ((38.9, 48.0, grey), (38.5, 48.97, years[0]), (37.25, 47.77, years[2])):
        rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        frame.evaluate("at => void ControlMap.map.setView(at, 10, {animate: false})", [lat, lon])
        assert colour_at(frame, lon, lat)[:3] == pytest.approx(rgb, abs=4), (lon, lat)
    legend = frame.locator(".cm-dates")
    for year in ("2022", "2023", "2024", "2025", "2026", "3 April 2022"):
        expect(legend).to_contain_text(year)
    frame.locator("[data-layer='changed-hands']").click()
    frame.wait_for_function("!ControlMap.player.state().active")
    expect(legend).to_be_hidden()


def test_a_tooltip_tells_the_whole_record_of_a_face(frame: Frame, coverage: Coverage) -> None:
    go(frame, coverage, date(2023, 6, 1))
    frame.evaluate("void ControlMap.map.setView([48.6, 38.0], 12, {animate: false})")
    told = frame.evaluate(
        """() => {
            const { map, player } = ControlMap;
            const { x, y } = map.project([48.6, 38.0], 0).divideBy(256);
            return player.text.face(player.record, player.record.faceAt(x, y), player.day);
        }"""
    )
    known = record_of(coverage, 38.0, 48.6)  # Bakhmut
    assert told[0] == "Donetsk oblast"
    assert told[1].startswith("Russian-held on 1 June 2023")
    taken = [s for s in known.periods if s.status == Status.RUSSIAN_HELD][-1]
    assert any(line == f"Russian-held since {text.day(taken.since)}" for line in told[2:])
    assert "when the record begins" in told[-1]


@pytest.mark.parametrize("width", [390, 768, 1280, 1440])
def test_all_of_the_player_fits(
    visit: Callable[..., Visit], address: str, coverage: Coverage, width: int
) -> None:
    page = visit(viewport={"width": width, "height": 900})
    page.tab.goto(address)
    frame = page.map()
    go(frame, coverage, DAYS[2])
    out = frame.evaluate(
        """() => [...document.querySelectorAll(".cm-player *")].filter((e) => {
            const { left, right, bottom, width } = e.getBoundingClientRect();
            return width && (left < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5);
        }).map((e) => e.className || e.tagName)"""
    )
    assert out == []
    page.assert_clean()


def test_a_record_that_does_not_load_is_said(page: Visit, address: str) -> None:
    page.tab.context.route("**/player-record-*", lambda route: route.abort())
    page.tab.goto(address)
    frame = page.map()
    frame.get_by_role("button", name="Play", exact=True).click()
    frame.locator(".cm-message.cm-said").wait_for()
    assert frame.locator(".cm-message").text_content() == str(text.PLAYER["failed"])
    assert not state(frame)["playing"]
    assert state(frame)["active"] is False
