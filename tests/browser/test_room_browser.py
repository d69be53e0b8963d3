"""What finds room on the map: nothing that is asked about lies under what tells of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from controlmap.words import text
from often import often
from visiting import Visit, settle

WIDTHS = (390, 1024, 1280, 1440)
COVERED = """() => {
    const { map, config } = ControlMap;
    const boxes = ControlMap.occupied(".leaflet-control");
    const size = map.getSize();
    return config.ground.flat().filter((at) => {
        const { x, y } = map.latLngToContainerPoint(at);
        const under = boxes.some((b) => x > b.x && x < b.x + b.w && y > b.y && y < b.y + b.h);
        return under || x < 0 || y < 0 || x > size.x || y > size.y;
    }).length;
}"""


def opened(visit: Callable[..., Visit], address: str, width: int) -> Page:
    touch = width == 390
    page = visit(viewport={"width": width, "height": 900}, is_mobile=touch, has_touch=touch)
    page.tab.goto(address)
    page.tab.wait_for_function("() => window.front?.times.map")
    settle(page.tab)
    return page.tab


@pytest.mark.parametrize("width", often(WIDTHS, lambda width: width in (390, 1440)))
def test_no_control_covers_the_ground(
    visit: Callable[..., Visit], address: str, width: int
) -> None:
    tab = opened(visit, address, width)
    assert tab.evaluate(COVERED) == 0


def test_every_dot_has_its_name_and_no_name_lies_on_a_dot(
    visit: Callable[..., Visit], address: str
) -> None:
    tab = opened(visit, address, 1440)
    for view in ("[48.2, 38.2], 7", "[48.2, 38.2], 8", "[48.2, 38.2], 9"):
        tab.evaluate(f"void ControlMap.map.setView({view}, {{animate: false}})")
        settle(tab)
        found = tab.evaluate(
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
    tab = opened(visit, address, width)
    labels = tab.evaluate("ControlMap.state().labels")
    assert {str(lines[0]) for _, lines in text.NAMES} <= set(labels)
    expect(tab.locator(".cm-layers p")).to_have_text(str(text.MAP["beyond"]))


@pytest.mark.parametrize("width", [390, 1440])
def test_targets_are_large_enough(visit: Callable[..., Visit], address: str, width: int) -> None:
    """WCAG 2.2, 2.5.8: 24 pixels, but for links in a line of text, as the wide credit has them."""
    tab = opened(visit, address, width)
    if width == 390:
        tab.locator(".front-handle").tap()
    tab.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    links = ", .cm-credit a" if width == 390 else ""
    small = tab.evaluate(
        """(which) => [...document.querySelectorAll(which)].filter((node) => {
            const { width, height } = node.getBoundingClientRect();
            return width && (width < 24 || height < 23.9);
        }).map((node) => node.textContent || node.className)""",
        f".cm-layers label, summary, button, select, input[type=range], nav a{links}",
    )
    assert small == []


def test_the_map_speaks_in_the_font_and_under_the_name_of_its_page(
    page: Visit, address: str
) -> None:
    page.tab.goto(f"{address}changes")
    frame = page.map()
    assert page.tab.locator("iframe").get_attribute("title") == str(text.MAP["map"])
    loaded = (
        "[...document.fonts].map(({ family, status }) => [family.replaceAll('\"', ''), status])"
    )
    assert frame.evaluate(loaded) == [["Source Sans", "loaded"]]
    page.assert_clean()


def test_the_legend_of_dates_and_the_list_of_layers_are_apart(
    visit: Callable[..., Visit], address: str
) -> None:
    tab = opened(visit, address, 390)
    tab.locator(".cm-layers summary").tap()
    tab.locator("[data-layer='changed-hands']").tap()
    expect(tab.locator(".cm-dates")).to_be_visible()
    assert tab.locator(".cm-layers").evaluate("node => node.open") is False
    lines = tab.locator(".cm-dates span:not(.cm-wide)").evaluate_all(
        "nodes => nodes.map((node) => node.getBoundingClientRect().top)"
    )
    assert len(lines) == 5
    assert len(set(lines)) == 1
    settle(tab)
    assert tab.evaluate(COVERED) == 0
