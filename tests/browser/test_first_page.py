"""The first page in a browser: every day is drawn and said as the record has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from controlmap.analysis.place_history import record_of
from controlmap.core import geoparquet
from controlmap.core.model import Status
from controlmap.draw import palette
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from visiting import Visit, settle

# Before and after right-bank Kherson, during Kharkiv's counter-offensive, the mirror's last year.
DAYS = (
    date(2022, 4, 3),
    date(2022, 9, 12),
    date(2022, 11, 9),
    date(2022, 11, 15),
    date(2026, 1, 24),
)
LAYERS = (
    "rest", "held", "held-before-2022", "contested", "liberated", "gained", "lost", "oblasts",
    "claim", "places", "changed-hands",
)  # fmt: skip


PUT = "at => void ControlMap.map.setView(at, 9, {animate: false})"


@pytest.fixture(scope="session")
def coverage() -> Coverage:
    return archive.load(geoparquet.geodata("deepstate.parquet")).coverage


@pytest.fixture
def front(page: Visit, address: str) -> Page:
    return opened(page, address)


def opened(page: Visit, address: str) -> Page:
    page.tab.goto(address)
    page.tab.wait_for_function("() => window.front?.times.map")
    settled(page.tab)
    return page.tab


def settled(tab: Page) -> None:
    tab.wait_for_function("() => front.state().settled")
    settle(tab)


def show(tab: Page, **choices: object) -> None:
    tab.evaluate(
        "(choices) => front.show({ ...front.choices, ...choices })",
        {name: str(value) for name, value in choices.items()},
    )
    settled(tab)


def drawn(tab: Page) -> str:
    """All that the map's canvases show, as one text to compare."""
    shown: str = tab.evaluate(
        """() => [...document.querySelectorAll(".front-map canvas")]
            .filter((c) => !c.closest(".cm-layers, .cm-dates"))
            .map((c) => c.toDataURL()).join()"""
    )
    return shown


def tick(tab: Page, layer: str) -> None:
    tab.locator(f".cm-layers input[data-layer='{layer}']").click()
    settle(tab)


def said(tab: Page) -> str:
    return tab.locator(".front-figures").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def test_days_are_drawn_as_by_the_record(front: Page, coverage: Coverage) -> None:
    """Places all over the oblasts have the colour of the status that the record gives them."""
    for day in DAYS:
        show(front, date=day)
        assert statuses_drawn(front, coverage, day) == {"held", "rest"}


def statuses_drawn(tab: Page, coverage: Coverage, day: date) -> set[str]:
    seen = set()
    for lon, lat in ((33.2, 46.6), (33.6, 47.2), (34.6, 46.6), (35.9, 47.9), (38.0, 48.6),
                     (38.2, 49.3), (37.5, 48.85), (39.3, 48.5), (37.8, 47.9)):  # fmt: skip
        status = record_of(coverage, lon, lat).status_on(day)
        layer = "held" if status == Status.RUSSIAN_HELD else "rest"
        if status == Status.CONTESTED:
            continue  # hatched: a pixel may be the line or the ground
        seen.add(layer)
        tab.evaluate("at => void ControlMap.map.setView(at, 12, {animate: false})", [lat, lon])
        style = palette.PALETTE[layer][0]
        rgb = [int(str(style["fillColor"])[i : i + 2], 16) for i in (1, 3, 5)]
        got: list[int] = tab.evaluate(
            "([lon, lat]) => [...front.faces.pixel(lat, lon)]", [lon, lat]
        )
        assert got[3] == pytest.approx(255 * float(str(style["fillOpacity"])), abs=2)
        assert got[:3] == pytest.approx(rgb, abs=4), (lon, lat, status)
    return seen


def test_going_there_and_back_leaves_no_trace(front: Page) -> None:
    show(front, date=DAYS[1])
    before = drawn(front)
    for day in (date(2022, 9, 13), DAYS[4], DAYS[0], DAYS[2]):
        show(front, date=day)
    assert drawn(front) != before
    show(front, date=DAYS[1])
    assert drawn(front) == before


@pytest.mark.exhaustive
def test_each_layer_is_drawn_when_on_and_not_when_off_and_asks_nobody(
    page: Visit, address: str
) -> None:
    # Kherson's north-east had just been retaken: the record has every layer.
    tab = opened(page, f"{address}?date=2022-10-20")
    before, requests = drawn(tab), len(page.requests)
    wrong: dict[str, str] = {}
    for layer in LAYERS:
        tick(tab, layer)
        if drawn(tab) == before:
            wrong[layer] = "another tick draws the same"
        tick(tab, layer)
        if drawn(tab) != before:
            wrong[layer] = "two ticks leave something else"
    assert wrong == {}
    assert len(page.requests) == requests
    page.assert_clean()


def test_a_change_of_the_day_keeps_view_and_layers_and_asks_nobody(
    page: Visit, address: str
) -> None:
    tab = opened(page, f"{address}?date=2022-11-09")
    tick(tab, "claim")
    tab.evaluate("void ControlMap.map.setView([46.9, 33.2], 8.5, {animate: false})")
    before, requests, picture = tab.evaluate("ControlMap.state()"), len(page.requests), drawn(tab)
    for _ in range(2):
        tab.locator(".front-later").click()
    settled(tab)
    after = tab.evaluate("ControlMap.state()")
    assert (after["zoom"], after["centre"]) == (before["zoom"], before["centre"])
    assert after["layers"]["claim"]["on"] is False
    assert drawn(tab) != picture
    assert "date=2022-11-11" in tab.url
    assert len(page.requests) == requests


def test_the_keyboard_goes_everywhere(front: Page) -> None:
    bar, field = front.locator(".front-slider"), front.locator(".front-date")
    front.evaluate("front.show({ ...front.choices, date: '2022-04-03' })")
    for key, shown in (
        ("ArrowRight", "2022-04-04"),
        ("PageUp", "2022-05-04"),
        ("ArrowLeft", "2022-05-03"),
        ("PageDown", "2022-04-03"),
    ):
        bar.press(key)
        expect(field).to_have_value(shown)
    bar.press(" ")
    expect(front.get_by_role("button", name="Pause")).to_be_visible()
    bar.press(" ")
    expect(front.get_by_role("button", name="Play", exact=True)).to_be_visible()
    bar.press("End")
    last: str = front.evaluate("front.strip.slider.max")
    expect(bar).to_have_value(last)


def test_it_plays_to_the_end_and_the_figures_go_along(front: Page) -> None:
    show(front, date="2026-08-01")
    front.get_by_role("button", name="Play", exact=True).click()
    front.wait_for_function("() => !front.strip.playing", timeout=15_000)
    assert "NZZ / Liveuamap" in said(front)
    expect(front.locator(".front-headline")).to_contain_text("on 21 August 2026")


def test_when_ground_changed_hands_is_coloured_by_year(front: Page) -> None:
    tick(front, "changed-hands")
    legend = front.locator(".cm-dates")
    assert legend.locator("span:not(.cm-wide)").all_inner_texts() == [
        "2022", "2023", "2024", "2025", "2026",
    ]  # fmt: skip
    years, before = palette.date_colours("light", 5), palette.BEFORE_DATES["light"]
    for lon, lat, colour in (
        (38.9, 48.95, years[0]),
        (37.75, 48.14, years[2]),
        (38.5, 48.2, before),
    ):
        front.evaluate("at => void ControlMap.map.setView(at, 12, {animate: false})", [lat, lon])
        got = front.evaluate("([lon, lat]) => [...front.faces.pixel(lat, lon, 3)]", [lon, lat])
        assert got[:3] == pytest.approx([int(colour[i : i + 2], 16) for i in (1, 3, 5)], abs=4)
    tick(front, "changed-hands")
    expect(legend).to_be_hidden()


SAID: tuple[tuple[dict[str, str], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        {},
        (
            "not reported",
            "Contested when last reported, on 3 August 2025: 750 km².",
            "The newest map of DeepState is of 20 August 2026.",
            "Shares are of the polygon area, 107,800 km² in all.",
        ),
        ("or contested on", "before the declaration"),
    ),
    ({"date": "2025-08-03"}, ("750 km²",), ("not reported", "The newest map")),
    (
        {"date": "2025-11-24"},
        ("No snapshot on 24 November 2025: that of 23 November 2025 is carried",),
        (),
    ),
    (
        {"date": "2025-06-01", "basis": "official", "contested": "in"},
        (
            "of the claim is Russian-held or contested on 1 June 2025",
            "Claimed, neither held nor contested",
            "Held or contested, change over 30 days",
            "Share of each claim that is held or contested",
            "108,850 km²",
        ),
        (),
    ),
    ({"date": "2026-01-24", "contested": "in"}, ("not counted as held",), ("or contested on",)),
    ({"date": "2022-09-29"}, ("of what Russia was to claim", "before the declaration"), ()),
    ({"date": "2022-09-30"}, ("of the claim is",), ("before the declaration",)),
    (
        {"date": "2023-07-01", "source": "isw"},
        (
            "Assessed advance",
            "Claimed by Moscow, not confirmed",
            "Source: ISW. Observed 1 July 2023",
        ),
        (),
    ),
    (
        {"date": "2026-08-20", "source": "nzz"},
        ("Not redrawn for more than 30 days: Luhansk since 1 May 2026",),
        (),
    ),
    ({"date": "2022-03-01"}, ("DeepState: nothing before 3 April 2022.",), ("km²",)),
)


def test_what_a_reader_needs_to_know_is_said_beside_the_figures(front: Page) -> None:
    defaults = front.evaluate("front.config.defaults")
    for choices, there, not_there in SAID:
        show(front, **{**defaults, **choices})
        text = said(front)
        assert [part for part in there if part not in text] == [], choices
        assert [part for part in not_there if part in text] == [], choices


def test_a_swipe_parts_two_days_and_two_sources_by_pointer_touch_and_keys(
    visit: Callable[..., Visit], address: str
) -> None:
    page = visit(has_touch=True)
    tab = opened(page, f"{address}?date=2026-08-20&other=2022-10-01&swipe=other")
    bar, sides = tab.locator(".front-swipe"), tab.locator(".front-side")
    expect(sides.first).to_have_text("DeepState, 1 Oct 2022")
    expect(sides.last).to_have_text("DeepState, 20 Aug 2026")
    tab.evaluate("void ControlMap.map.setView([48.28, 37.18], 9, {animate: false})")
    box = tab.locator(".front-map").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    parts = "[front.beside, front.faces].map(({ view, part }) => part?.w)"
    before = tab.evaluate(parts)
    assert before[0] == pytest.approx(before[1], abs=1)  # Pokrovsk is on both
    tab.mouse.move(box["x"] + box["width"] / 2, middle + 80)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 300, middle + 80, steps=3)
    tab.mouse.up()
    assert tab.evaluate(parts)[0] == pytest.approx(300, abs=2)
    assert tab.evaluate("ControlMap.map.getCenter().lng") == pytest.approx(37.18, abs=1e-2)
    bar.press("ArrowRight")
    assert tab.evaluate(parts)[0] == pytest.approx(300 + 0.02 * box["width"], abs=2)
    bar.press("End")
    assert tab.evaluate(parts)[1] == 0
    tab.locator(".front-more summary").tap()
    tab.get_by_label("Swipe between two maps").first.select_option("nzz")
    expect(sides.first).to_have_text("NZZ / Liveuamap, 20 Aug 2026")
    assert "swipe=nzz" in tab.url
    tab.get_by_label("Swipe between two maps").first.select_option("")
    expect(bar).to_be_hidden()
    page.assert_clean()


def test_the_card_view_and_layers_are_in_the_address_and_restored(
    page: Visit, address: str
) -> None:
    tab = opened(page, f"{address}?date=2023-08-01")
    tick(tab, "claim")
    tab.evaluate("void ControlMap.map.setView([48.28, 37.18], 9, {animate: false})")
    box = tab.locator(".front-map").bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = tab.locator(".front-card")
    expect(card).to_contain_text("Not Russian-held on 1 August 2023")
    expect(card).to_contain_text("Line of contact: ")
    expect(card).to_contain_text("No change within 5 km since the record begins")
    tab.wait_for_function("() => location.search.includes('layers=claim')")
    view = tab.evaluate("ControlMap.state()")
    tab.evaluate("sessionStorage.clear()")
    tab.reload()
    tab.wait_for_function("() => window.front?.times.map")
    expect(card).to_contain_text("Not Russian-held on 1 August 2023")
    after = tab.evaluate("ControlMap.state()")
    assert after["zoom"] == view["zoom"]
    assert after["centre"] == pytest.approx(view["centre"], abs=1e-3)
    assert after["layers"]["claim"]["on"] is False
    tab.evaluate("front.show({ ...front.choices, date: '2026-08-20' })")
    expect(card).to_contain_text("Russian-held on 20 August 2026")
    expect(card).to_contain_text("Last change within 5 km: ")
    link = card.get_by_role("link", name="Its whole record")
    expect(link).to_have_attribute("href", re.compile(r"^place\?where=37\.1.*&on=2026-08-20"))
    page.assert_clean()


def test_a_way_is_measured_and_an_oblast_zoomed_to(front: Page) -> None:
    front.locator(".front-more summary").click()
    front.get_by_label("Zoom to").select_option("UA-65")
    west, south, east, north = (
        float(x) for x in front.evaluate("ControlMap.map.getBounds().toBBoxString()").split(",")
    )
    assert west < 31.6
    assert east > 35.2
    assert south < 46.1
    assert north > 47.5
    front.get_by_role("button", name="Measure a distance").click()
    for lon in (33.0, 34.0):  # by keys: the frame's middle
        front.evaluate(PUT, [46.9, lon])
        front.locator(".front-map").press("Enter")
    expect(front.locator(".front-km")).to_have_text("76.0 km")  # a degree at 46.9 north
    front.locator(".front-map").press("Escape")
    expect(front.locator(".front-km")).to_be_hidden()


def test_the_server_writes_what_the_page_shows(page: Visit, address: str) -> None:
    tab = opened(page, f"{address}?date=2022-11-10&source=nzz&basis=land")
    tab.get_by_text("Download", exact=True).click()
    with tab.expect_download() as download:
        tab.get_by_role("link", name="JSON", exact=True).click()
    assert download.value.suggested_filename == "compare-nzz-2022-11-10.json"
    tab.get_by_role("button", name="Copy as a citation").click()
    expect(tab.locator(".front-status")).to_contain_text(
        "Source: NZZ / Liveuamap, observed 10 November 2022"
    )
    page.assert_clean()


def test_a_record_that_does_not_load_is_said(page: Visit, address: str) -> None:
    page.tab.route("**/record-*.bin", lambda route: route.fulfill(status=404))
    page.tab.goto(address)
    expect(page.tab.get_by_text("The record could not be loaded")).to_be_visible()
    expect(page.tab.locator(".front-share")).to_contain_text("of the claim is Russian-held")


def test_tiles_that_cannot_be_reached_switch_off_and_say_so(page: Visit, address: str) -> None:
    tab = opened(page, address)
    assert page.abroad == []
    tick(tab, "tiles")
    expect(tab.get_by_text("cannot be reached")).to_be_visible()
    assert tab.evaluate("ControlMap.state().layers.tiles.on") is False
    assert all("tile.openstreetmap.org" in url for url in page.abroad)


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_nothing_sticks_out(visit: Callable[..., Visit], address: str, width: int) -> None:
    page = visit(viewport={"width": width, "height": 844})
    tab = opened(page, address)
    out: list[Any] = tab.evaluate(
        """() => {
            const foot = document.querySelector(".front-strip").getBoundingClientRect().bottom;
            const parts = ".front-keys > *, .front-tools > *, .front-event, .front-nav";
            return [...document.querySelectorAll(parts)].filter((node) => {
                const { left, right, bottom, width } = node.getBoundingClientRect();
                const cut = left < 0 || right > innerWidth || bottom > foot;
                return width && (cut || node.scrollWidth > node.clientWidth + 1);
            }).map((node) => node.className);
        }"""
    )
    assert out == []
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert tab.url == address  # nothing is chosen
