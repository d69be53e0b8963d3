"""The map in a browser: what is asserted is what is drawn, not what a control says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from map_harness import BOUNDARY, BOUNDS, CITY, DAYS, HOSTILE, SQUARES, VILLAGE
from playwright.sync_api import Frame, Route

from controlmap.draw import maps, palette
from visiting import Visit, settle

CLEAR = [0, 0, 0, 0]


@pytest.fixture(scope="session")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("background")
    script = Path(__file__).parent / "map_app.py"
    return serve(script, {"CONTROLMAP_TEST_BACKGROUND": str(folder)})


def opened(visit: Visit, address: str) -> Frame:
    visit.tab.goto(address)
    return visit.map(DAYS[0])


def state(frame: Frame) -> dict[str, Any]:
    found: dict[str, Any] = frame.evaluate("ControlMap.state()")
    return found


def pixel(frame: Frame, lon: float, lat: float, canvas: str = "faces") -> list[int]:
    colour: list[int] = frame.evaluate(f"ControlMap.pixel({lat}, {lon}, '{canvas}')")
    return colour


def patch(frame: Frame, lon: float, lat: float, canvas: str = "faces") -> set[tuple[int, ...]]:
    """Return the colours along a short line, which crosses a hatch or a dash wherever it is."""
    colours: list[list[int]] = frame.evaluate(
        """([lat, lon, canvas]) => {
            const step = 360 / 256 / 2 ** ControlMap.map.getZoom();
            return Array.from({ length: 33 }, (_, i) => (i - 16) * step)
                .map((by) => ControlMap.pixel(lat + by, lon + by, canvas));
        }""",
        [lat, lon, canvas],
    )
    return set(map(tuple, colours))


def centre_of(layer_id: str) -> tuple[float, float]:
    west, south = SQUARES[layer_id]
    return west + 0.5, south + 0.5


def tick(frame: Frame, layer_id: str) -> None:
    frame.locator(f".cm-layers input[data-layer='{layer_id}']").click()
    settle(frame)


def point_at(frame: Frame, lon: float, lat: float) -> tuple[float, float]:
    at = frame.evaluate(f"ControlMap.map.latLngToContainerPoint([{lat}, {lon}])")
    box = frame.locator("#map_div").bounding_box()
    assert box is not None
    return box["x"] + at["x"], box["y"] + at["y"]


def look(frame: Frame, lon: float, lat: float, zoom: float) -> None:
    frame.evaluate(f"void ControlMap.map.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
    settle(frame)


def turned(frame: Frame) -> dict[str, Any]:
    """Turn the wheel where the mouse is; return the state once the map is at rest again."""
    frame.evaluate(
        """() => {
            ControlMap.message.classList.remove("cm-said");
            window.turnedAt = Infinity;
            const note = () => { window.turnedAt = performance.now(); };
            addEventListener("wheel", note, { once: true, capture: true });
        }"""
    )
    frame.page.mouse.wheel(0, -300)
    # Leaflet waits 40 ms for more of the wheel before it zooms.
    frame.wait_for_function(
        "performance.now() - window.turnedAt > 80 && !ControlMap.map._animatingZoom"
    )
    return state(frame)


def test_nothing_leaves_the_machine_and_nothing_complains(page: Visit, address: str) -> None:
    frame = opened(page, address)
    page.tab.wait_for_load_state("networkidle")
    page.assert_clean()
    assert state(frame)["inits"] == 1
    assert sum("/background-" in url for url in page.requests) == 1


def test_the_land_the_sea_and_each_layer_are_drawn(page: Visit, address: str) -> None:
    frame = opened(page, address)
    land = palette.PALETTE["land"][0]["fillColor"]
    assert pixel(frame, 32.5, 48.5, "base") == [*bytes.fromhex(str(land)[1:]), 255]
    assert pixel(frame, 32.5, 45.8, "base") == CLEAR
    counts = {layer_id: found["n"] for layer_id, found in state(frame)["layers"].items()}
    one = dict.fromkeys([*SQUARES, *maps.BASE_IDS, "oblasts", "claim"], 1)
    assert counts == one | {"places": 2, "tiles": 0}
    assert pixel(frame, 37.5, 46.9) == CLEAR


def test_areas_lines_dots_and_names_go_and_come_back(page: Visit, address: str) -> None:
    frame = opened(page, address)
    seen = [
        *((layer_id, "faces", centre_of(layer_id)) for layer_id in SQUARES),
        ("oblasts", "faces", (BOUNDARY, 47)),
        ("claim", "faces", (34, 47)),
        ("places", "faces", CITY),
        ("places", "labels", (CITY[0] + 0.15, CITY[1])),
    ]
    wrong: dict[tuple[str, str], str] = {}
    for layer_id, canvas, place in seen:
        before = patch(frame, *place, canvas)
        if before == {tuple(CLEAR)}:
            wrong[layer_id, canvas] = "is not drawn"
        tick(frame, layer_id)
        if patch(frame, *place, canvas) != {tuple(CLEAR)}:
            wrong[layer_id, canvas] = "is drawn when off"
        tick(frame, layer_id)
        if patch(frame, *place, canvas) != before:
            wrong[layer_id, canvas] = "comes back as another"
    assert wrong == {}


def test_layers_differ_from_each_other(page: Visit, address: str) -> None:
    frame = opened(page, address)
    seen = {layer_id: frozenset(patch(frame, *centre_of(layer_id))) for layer_id in SQUARES}
    assert len(set(seen.values())) == len(SQUARES)
    plain = {layer_id for layer_id, colours in seen.items() if len(colours) == 1}
    assert plain == {"held", "liberated"}


def test_the_order_of_drawing_survives_a_toggle(page: Visit, address: str) -> None:
    """A boundary lies over an area, also after the area was switched off and on."""
    frame = opened(page, address)
    before = patch(frame, BOUNDARY, 48)
    assert len(before) > len(patch(frame, *centre_of("liberated")))
    tick(frame, "liberated")
    tick(frame, "liberated")
    assert patch(frame, BOUNDARY, 48) == before


def test_another_date_keeps_the_view_and_the_layers(page: Visit, address: str) -> None:
    frame = opened(page, address)
    tick(frame, "contested")
    look(frame, 37.1, 47.6, 7.5)
    before = state(frame)
    assert pixel(frame, *centre_of("held")) != CLEAR
    assert pixel(frame, 37.5, 46.8) == CLEAR
    page.tab.get_by_text(DAYS[1]).click()
    frame = page.map(DAYS[1])
    after = state(frame)
    assert pixel(frame, *centre_of("held")) == CLEAR
    assert pixel(frame, 37.5, 46.8) != CLEAR
    for key in ("inits", "zoom", "centre"):
        assert after[key] == before[key]
    assert {k: v["on"] for k, v in after["layers"].items()} == {
        k: v["on"] for k, v in before["layers"].items()
    }
    assert after["layers"]["contested"]["on"] is False
    assert patch(frame, *centre_of("contested")) == {tuple(CLEAR)}
    assert (before["updates"], after["updates"]) == (1, 2)
    page.assert_clean()


def test_another_page_and_back_keeps_the_view_and_the_layers(page: Visit, address: str) -> None:
    frame = opened(page, address)
    tick(frame, "liberated")
    look(frame, 37.1, 47.6, 7.5)
    before = state(frame)
    page.tab.get_by_test_id("stSidebarNavLink").get_by_text("Other").click()
    page.tab.get_by_text("No map here.").wait_for()
    page.tab.get_by_test_id("stSidebarNavLink").get_by_text("Chart").click()
    after = state(page.map(DAYS[0]))
    assert after["zoom"] == before["zoom"]
    assert after["centre"] == pytest.approx(before["centre"], abs=0.01)
    assert after["layers"]["liberated"]["on"] is False


def test_hostile_text_is_text_wherever_it_shows(page: Visit, address: str) -> None:
    frame = opened(page, address)
    box = frame.locator("#map_div")
    assert box.get_attribute("aria-label") == HOSTILE
    text = "e => e.textContent"
    assert frame.locator(".cm-layers li:has([data-layer=places])").evaluate(text) == HOSTILE
    assert frame.locator(".cm-credit a").evaluate(text) == HOSTILE
    assert frame.locator(".leaflet-control-zoom-in").get_attribute("title") == HOSTILE
    assert state(frame)["labels"] == [HOSTILE[:39] + "…", "Sea"]
    assert page.tab.locator("iframe").get_attribute("title") == HOSTILE
    for summary in frame.locator(".cm-layers summary").all():
        summary.click()
    lines = "all => all.map(e => e.textContent)"
    for place, second in ((CITY, HOSTILE), (centre_of("held"), "held")):
        x, y = point_at(frame, *place)
        page.tab.mouse.move(x + 30, y + 30)
        page.tab.mouse.move(x, y, steps=4)
        page.tab.mouse.click(x, y)
        settle(frame)
        assert frame.locator(".cm-tip .cm-line").evaluate_all(lines) == [HOSTILE, second]
    page.tab.mouse.click(*point_at(frame, 36.5, 47))
    frame.locator(".cm-tip").wait_for(state="detached")
    spoken = frame.locator(".cm-text > li").evaluate_all(lines)
    assert f"held{HOSTILE}. held" in spoken
    # Everything that the text would have made, had it been markup.
    assert frame.locator(".cm img, .cm b, .cm script").count() == 0
    assert frame.evaluate("window.pwned") is None
    page.assert_clean()


def test_the_zoom_ends_where_there_is_something_to_see(page: Visit, address: str) -> None:
    frame = opened(page, address)
    look(frame, *CITY, 28)
    assert state(frame)["zoom"] == 14
    look(frame, *CITY, 0)
    assert state(frame)["zoom"] == 5
    # A view that was stored before there was a limit.
    stored = "JSON.stringify({lat: 47, lng: 33.5, zoom: 28})"
    frame.evaluate(f"sessionStorage.setItem('controlmap.view', {stored})")
    page.tab.reload()
    assert state(page.map(DAYS[0]))["zoom"] == 14


def test_nothing_glides_where_motion_is_unwelcome(
    visit: Callable[..., Visit], address: str
) -> None:
    frame = opened(visit(reduced_motion="reduce"), address)
    before = state(frame)
    frame.evaluate("void ControlMap.map.on('zoomanim', () => { window.glided = true; })")
    zoomed, panned = frame.evaluate(
        """() => {
            const { map } = ControlMap;
            map.zoomIn();
            const zoomed = map.getZoom();
            map.panBy([100, 0]);
            return [zoomed, !map._panAnim?._inProgress && map.getCenter().lng];
        }"""
    )
    assert zoomed == before["zoom"] + 1
    assert panned > before["centre"]["lng"]
    settle(frame)
    assert frame.evaluate("window.glided") is None


def test_names_of_small_places_wait_for_the_zoom(page: Visit, address: str) -> None:
    frame = opened(page, address)
    assert state(frame)["layers"]["places"]["drawn"] == 1
    assert patch(frame, *VILLAGE) == {tuple(CLEAR)}
    look(frame, *VILLAGE, 10)
    assert state(frame)["layers"]["places"]["drawn"] == 2
    assert state(frame)["labels"] == ["Village"]
    assert patch(frame, *VILLAGE) != {tuple(CLEAR)}


def test_a_tile_server_that_is_down_unticks_itself_and_says_so(page: Visit, address: str) -> None:
    frame = opened(page, address)
    tick(frame, "tiles")
    frame.locator(".cm-message", has_text="No tiles here.").wait_for()
    assert state(frame)["layers"]["tiles"]["on"] is False
    assert not frame.locator("[data-layer=tiles]").is_checked()
    assert frame.locator(".leaflet-tile").count() == 0
    assert all("ERR_CONNECTION_REFUSED" in said for said in page.console)


def test_a_background_that_does_not_load_is_said(page: Visit, address: str) -> None:
    page.tab.context.route("**/background-*", lambda route: route.fulfill(status=404))
    frame = opened(page, address)
    assert state(frame)["message"] == HOSTILE
    assert any("no background: 404" in said for said in page.console)
    assert pixel(frame, *centre_of("held")) != CLEAR


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_takes_the_theme(visit: Callable[..., Visit], address: str, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    frame = opened(page, address)
    assert state(frame)["theme"] == scheme
    land = {
        **palette.PALETTE["land"][0],
        **(palette.PALETTE["land"][1] if scheme == "dark" else {}),
    }
    assert pixel(frame, 32.5, 48.5, "base") == [*bytes.fromhex(str(land["fillColor"])[1:]), 255]
    page.assert_clean()


def test_a_change_of_theme_repaints_without_a_new_map(page: Visit, address: str) -> None:
    frame = opened(page, address)
    light = pixel(frame, *centre_of("held"))
    sea = frame.locator("#map_div").evaluate("e => getComputedStyle(e).backgroundColor")
    page.tab.emulate_media(color_scheme="dark")
    frame.wait_for_function("ControlMap.theme === 'dark'")
    settle(frame)
    assert pixel(frame, *centre_of("held")) != light
    assert frame.locator("#map_div").evaluate("e => getComputedStyle(e).backgroundColor") != sea
    assert state(frame)["inits"] == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_all_of_the_map_fits(visit: Callable[..., Visit], address: str, width: int) -> None:
    page = visit(viewport={"width": width, "height": 844})
    frame = opened(page, address)
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    west, south, east, north = BOUNDS
    assert frame.evaluate(
        f"ControlMap.map.getBounds().contains([[{south}, {west}], [{north}, {east}]])"
    )
    is_open = frame.locator(".cm-layers").evaluate("e => e.open")
    assert is_open == (width > 600)
    if not is_open:
        frame.locator(".cm-layers summary").click()
    assert frame.locator(".cm-layers li").first.is_visible()
    if not is_open:
        frame.locator(".cm-layers summary").click()
    page.tab.set_viewport_size({"width": 390 if width > 600 else 1280, "height": 844})
    frame.wait_for_function(
        f"document.querySelector('.cm-layers').open === {str(width < 600).lower()}"
    )
    page.assert_clean()


def test_the_keyboard_reaches_a_layer(page: Visit, address: str) -> None:
    frame = opened(page, address)
    frame.locator(".cm-layers summary").focus()
    page.tab.keyboard.press("Tab")
    assert frame.evaluate("document.activeElement.dataset.layer") == "held"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert frame.evaluate(outline) == "solid"
    page.tab.keyboard.press("Space")
    settle(frame)
    assert pixel(frame, *centre_of("held")) == CLEAR


def test_the_wheel_scrolls_the_page_until_the_map_is_clicked(page: Visit, address: str) -> None:
    frame = opened(page, address)
    zoom = state(frame)["zoom"]
    x, y = point_at(frame, 32.5, 46.6)
    page.tab.mouse.move(x, y)
    unpointed = turned(frame)
    assert unpointed["message"] == "Click, then zoom."
    assert unpointed["zoom"] == zoom
    page.tab.mouse.click(x, y)
    clicked = turned(frame)
    assert clicked["message"] == ""
    assert clicked["zoom"] > zoom
    page.tab.mouse.move(x, 5)
    page.tab.mouse.move(x, y, steps=3)
    assert turned(frame)["zoom"] == clicked["zoom"]


def test_a_date_that_arrives_while_leaflet_loads_is_not_lost(page: Visit, address: str) -> None:
    """st_folium drops it; Streamlit sends it again when the map has set its frame's height."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.tab.context.route("**/leaflet.js", hold)
    with page.tab.expect_request("**/leaflet.js"):
        page.tab.goto(address)
    page.tab.get_by_text(DAYS[1]).click()
    page.settle()
    waiting[0].continue_()
    frame = page.map(DAYS[1])
    assert pixel(frame, 37.5, 46.8) != CLEAR


def test_a_tap_tells_and_another_hides(visit: Callable[..., Visit], address: str) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    frame = opened(page, address)
    assert frame.evaluate("ControlMap.map.dragging.enabled()") is False
    page.tab.touchscreen.tap(*point_at(frame, *centre_of("held")))
    frame.locator(".cm-tip").wait_for()
    page.tab.touchscreen.tap(*point_at(frame, 36.5, 47))
    frame.locator(".cm-tip").wait_for(state="detached")
    page.assert_clean()
