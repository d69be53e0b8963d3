"""What finds room on the map: nothing that is asked about lies under what tells of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, expect

from controlmap.words import text
from often import often
from visiting import Visit, settle

WIDTHS = (390, 1024, 1280, 1440)
COVERED = """() => {
    const { map, config } = ControlMap;
    const boxes = ControlMap.occupied(".leaflet-control");
    const foot = innerHeight - document.querySelector(".cm-player").offsetHeight;
    return config.ground.flat().filter((at) => {
        const { x, y } = map.latLngToContainerPoint(at);
        const under = boxes.some((b) => x > b.x && x < b.x + b.w && y > b.y && y < b.y + b.h);
        return under || x < 0 || y < 0 || x > innerWidth || y > foot;
    }).length;
}"""


def opened(visit: Callable[..., Visit], address: str, width: int, asked: str = "") -> Frame:
    touch = width == 390
    page = visit(viewport={"width": width, "height": 900}, is_mobile=touch, has_touch=touch)
    page.tab.goto(f"{address}{asked}")
    frame = page.map()
    page.tab.locator("iframe").evaluate("node => node.scrollIntoView({ block: 'center' })")
    page.settle()
    settle(frame)
    return frame


def play_on(frame: Frame, day: str) -> None:
    """Have the player show the day that so many days after the record's first is."""
    frame.get_by_role("slider").fill(day)
    frame.wait_for_function("ControlMap.player.active && ControlMap.player.state().settled")
    settle(frame)


def point(frame: Frame, lat: float, lon: float) -> tuple[float, float]:
    """Where a place is on the page."""
    at = frame.evaluate("at => ControlMap.map.latLngToContainerPoint(at)", [lat, lon])
    box = frame.locator("#map_div").bounding_box()
    assert box is not None
    return box["x"] + at["x"], box["y"] + at["y"]


def hover(frame: Frame, x: float, y: float) -> None:
    """Move the mouse to a point, later than Leaflet's pause of 32 ms after a move before."""
    frame.page.mouse.move(x + 9, y + 9)
    settle(frame)
    frame.page.mouse.move(x, y)


@pytest.mark.parametrize("width", often(WIDTHS, lambda width: width in (390, 1440)))
def test_no_control_covers_the_ground(
    visit: Callable[..., Visit], address: str, width: int
) -> None:
    frame = opened(visit, address, width)
    assert frame.evaluate(COVERED) == 0
    before = frame.evaluate("ControlMap.state().zoom")
    play_on(frame, "300")
    assert frame.evaluate("document.querySelector('.cm-player').offsetHeight") > 100
    assert frame.evaluate(COVERED) == 0
    assert frame.evaluate("ControlMap.state().zoom") == before


@pytest.mark.parametrize("width", [390, 1440])
def test_a_tip_is_in_the_frame_and_off_the_legend(
    visit: Callable[..., Visit], address: str, width: int
) -> None:
    frame = opened(visit, address, width, "?date=2022-10-20")
    frame.evaluate("void ControlMap.map.doubleClickZoom.disable()")
    for lat, lon in ((47.3, 33.4), (46.6, 32.6), (48.574, 39.307), (49.5, 39.3), (46.4, 34.5)):
        x, y = point(frame, lat, lon)
        if width == 390:
            frame.page.touchscreen.tap(x, y)
        else:
            hover(frame, x, y)
        frame.locator(".cm-tip").wait_for()
        found: dict[str, Any] = frame.evaluate(
            """() => {
                const [tip, panel] = [".cm-tip", ".cm-layers"]
                    .map((which) => document.querySelector(which).getBoundingClientRect());
                const { x, y } = ControlMap.map.getSize();
                return {
                    inside: tip.left >= 0 && tip.top >= 0 && tip.right <= x && tip.bottom <= y,
                    apart: tip.left >= panel.right || tip.top >= panel.bottom,
                };
            }"""
        )
        assert found == {"inside": True, "apart": True}, (lat, lon)


def test_every_dot_has_its_name_and_no_name_lies_on_a_dot(
    visit: Callable[..., Visit], address: str
) -> None:
    frame = opened(visit, address, 1440)
    for view in ("[48.2, 38.2], 7", "[48.2, 38.2], 8", "[48.2, 38.2], 9"):
        frame.evaluate(f"void ControlMap.map.setView({view}, {{animate: false}})")
        settle(frame)
        found = frame.evaluate(
            """() => {
                const { map, named, canvases } = ControlMap;
                const at = (place) => map.latLngToLayerPoint(place.getLatLng());
                const dots = ControlMap.places().filter((place) => place.group.hasLayer(place)
                    && canvases.labels._bounds.contains(at(place)));
                const names = new Set(named.map(({ layer }) => layer));
                const bare = dots.filter((place) => place.rank && !names.has(place));
                const hit = named.filter(({ layer, box: { x, y, w, h } }) => dots.some((place) => {
                    const { x: px, y: py } = at(place);
                    return place !== layer && px > x && px < x + w && py > y && py < y + h;
                }));
                return { dots: dots.length > 5, bare: bare.length, hit: hit.length };
            }"""
        )
        assert found == {"dots": True, "bare": 0, "hit": 0}, view


@pytest.mark.parametrize("width", [390, 1440])
def test_what_lies_round_is_named(visit: Callable[..., Visit], address: str, width: int) -> None:
    frame = opened(visit, address, width)
    labels = frame.evaluate("ControlMap.state().labels")
    assert {str(lines[0]) for _, lines in text.NAMES} <= set(labels)
    expect(frame.locator(".cm-layers p")).to_have_text(str(text.MAP["beyond"]))


@pytest.mark.parametrize("width", [390, 1440])
def test_targets_are_large_enough(visit: Callable[..., Visit], address: str, width: int) -> None:
    """WCAG 2.2, 2.5.8: 24 pixels, but for links in a line of text, as the wide credit has them."""
    frame = opened(visit, address, width)
    frame.evaluate("document.querySelector('.cm-layers').open = true")
    links = ", .cm-credit a" if width == 390 else ""
    small = frame.evaluate(
        """(which) => [...document.querySelectorAll(which)].filter((node) => {
            const { width, height } = node.getBoundingClientRect();
            return width && (width < 24 || height < 23.9);
        }).map((node) => node.textContent || node.className)""",
        f".cm-layers label, summary, button, select, .cm-player input{links}",
    )
    assert small == []


def test_the_map_speaks_in_the_font_and_under_the_name_of_its_page(
    page: Visit, address: str
) -> None:
    page.tab.goto(address)
    frame = page.map()
    assert page.tab.locator("iframe").get_attribute("title") == str(text.MAP["map"])
    loaded = (
        "[...document.fonts].map(({ family, status }) => [family.replaceAll('\"', ''), status])"
    )
    assert frame.evaluate(loaded) == [["Source Sans", "loaded"]]
    page.assert_clean()


def test_at_play_nothing_tells_of_the_day_of_the_page(
    visit: Callable[..., Visit], address: str
) -> None:
    frame = opened(visit, address, 1440)
    notes = frame.locator(".cm-layers small").filter(has_text=str(text.NOT_REPORTED))
    expect(notes.first).to_be_visible()
    play_on(frame, "300")
    for note in frame.locator(".cm-layers small").all():
        expect(note).to_be_hidden()
    assert frame.locator("[data-layer='gained']").is_disabled()
    assert frame.locator("[data-layer='held']").is_enabled()
    assert frame.locator(".cm-text li").count() == 0
    # Ground held before 2022 stays drawn, and tells of the face below it.
    x, y = point(frame, 48.25, 38.6)
    hover(frame, x, y)
    expect(frame.locator(".cm-tip")).to_contain_text(str(text.PLAYER["whole"]))


def test_a_click_keeps_the_whole_record_of_a_face_open(
    visit: Callable[..., Visit], address: str
) -> None:
    frame = opened(visit, address, 1440)
    play_on(frame, "0")
    face = frame.evaluate(
        """() => {
            const { map, player: { record } } = ControlMap;
            const runs = (face) => record.runAt[face + 1] - record.runAt[face];
            const faces = Array.from({ length: record.faces }, (_, face) => face);
            const most = faces.sort((a, b) => runs(b) - runs(a)).find((face) => {
                const [x0, y0, x1, y1] = record.boxes.subarray(4 * face, 4 * face + 4);
                return record.faceAt((x0 + x1) / 2, (y0 + y1) / 2) === face;
            });
            const [x0, y0, x1, y1] = record.boxes.subarray(4 * most, 4 * most + 4);
            const at = map.unproject([(x0 + x1) * 128, (y0 + y1) * 128], 0);
            map.setView(at, 13, { animate: false });
            return { at: [at.lat, at.lng], runs: record.periods(most).length };
        }"""
    )
    assert face["runs"] > 6
    settle(frame)
    frame.locator("[data-layer='places']").uncheck()
    x, y = point(frame, *face["at"])
    tip, lines = frame.locator(".cm-tip"), frame.locator(".cm-tip .cm-line")
    hover(frame, x, y)
    expect(lines).to_have_count(3 + 6 + 1)
    earlier = str(text.PLAYER["earlier"]).replace("{n}", str(face["runs"] - 6))
    expect(lines.last).to_have_text(earlier)
    frame.page.mouse.click(x, y)
    expect(lines).to_have_count(3 + face["runs"])
    later = str(text.PLAYER["later"]).replace("{period}", "")
    told = lines.all_text_contents()[3:]
    assert [line.startswith(later) for line in told] == [True] * (face["runs"] - 1) + [False]
    frame.page.mouse.move(x + 300, y + 100, steps=3)
    frame.page.mouse.move(5, 5)
    expect(tip).to_be_visible()
    frame.locator("#map_div").press("Escape")
    expect(tip).to_have_count(0)


def test_the_legend_of_dates_and_the_list_of_layers_are_apart(
    visit: Callable[..., Visit], address: str
) -> None:
    frame = opened(visit, address, 390)
    frame.locator(".cm-layers summary").tap()
    frame.locator("[data-layer='changed-hands']").tap()
    expect(frame.locator(".cm-dates")).to_be_visible()
    assert frame.locator(".cm-layers").evaluate("node => node.open") is False
    lines = frame.locator(".cm-dates span:not(.cm-wide)").evaluate_all(
        "nodes => nodes.map((node) => node.getBoundingClientRect().top)"
    )
    assert len(lines) == 5
    assert len(set(lines)) == 1
    settle(frame)
    assert frame.evaluate(COVERED) == 0
