"""The one-file edition, opened from file:// without a network."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from controlmap.analysis import areas
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import Contested
from controlmap.core import geoparquet
from controlmap.draw import edition, site
from controlmap.geo.oblasts import Basis
from controlmap.record import archive
from controlmap.record.coverage import Coverage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
MOST_BYTES = 1_500_000
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def coverages() -> dict[str, Coverage]:
    paths = [geoparquet.geodata(f"{source}.parquet") for source in ("deepstate", "isw", "nzz")]
    return {path.stem: archive.load(path).coverage for path in paths}


@pytest.fixture(scope="module")
def file(coverages: dict[str, Coverage], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("edition") / "edition.html"
    path.write_bytes(edition.single_file(coverages, "deepstate"))
    return path


@contextmanager
def opened(browser: Browser, file: Path, address: str = "", **options: object) -> Iterator[Page]:
    """Open the file without a network; it may ask for itself alone, and have nothing to say."""
    context = browser.new_context(**{"viewport": DESK, "offline": True, **options})  # type: ignore[arg-type]
    try:
        page = context.new_page()
        said: list[str] = []
        requests: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{file.as_uri()}{address}")
        page.wait_for_function("() => window.front?.times.map", timeout=60_000)
        yield page
        assert said == []
        assert [url for url in requests if not url.startswith("blob:")] == [
            page.url.partition("#")[0]
        ]
    finally:
        context.close()


def test_it_is_small(file: Path) -> None:
    assert file.stat().st_size < MOST_BYTES


def test_its_figures_are_the_commands(
    browser: Browser, file: Path, coverages: dict[str, Coverage]
) -> None:
    sample = random.Random(5)
    with opened(browser, file) as page:
        for choices in itertools.product(coverages, Basis, Contested, Advance):
            source, basis, contested, advance = choices
            first, last = coverages[source].span
            day = first + timedelta(days=sample.randrange((last - first).days))
            if not coverages[source].known(day):
                continue
            shown = page.evaluate(
                "(choices) => { front.show(choices); return front.state().csv; }",
                {
                    "source": source,
                    "date": str(day),
                    "basis": basis,
                    "contested": contested,
                    "advance": advance,
                },
            )
            answer = areas.compare(
                coverages[source],
                day,
                basis=basis,
                contested=contested,
                advance=advance,
                others=coverages,
            )
            assert shown == answer.to_csv(), (choices, day)


def test_the_keyboard_goes_through_the_days(browser: Browser, file: Path) -> None:
    with opened(browser, file, "#date=2024-02-17") as page:
        page.locator(".front-slider").focus()
        page.keyboard.press("ArrowRight")
        assert "date=2024-02-18" in page.url
        headline = page.locator(".front-headline")
        assert "18 February 2024" in headline.inner_text()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        assert "16 February 2024" in headline.inner_text()


def test_a_source_that_says_nothing_of_the_day_leaves_the_day(browser: Browser, file: Path) -> None:
    with opened(browser, file, "#date=2025-05-05&source=isw") as page:
        said = page.locator(".front-headline").inner_text()
        assert said == "ISW: nothing after 24 August 2023."
        assert page.locator(".front-date").input_value() == "2025-05-05"


def test_an_address_that_means_nothing_shows_the_latest_day(browser: Browser, file: Path) -> None:
    with opened(browser, file, "#date=<b>&source=nobody&basis=&contested=maybe") as page:
        assert page.evaluate("() => front.choices.source") == "deepstate"
        assert page.evaluate("() => front.choices.date") == page.evaluate(
            "() => front.config.defaults.date"
        )


def test_a_place_has_a_card_of_every_source(browser: Browser, file: Path) -> None:
    with opened(browser, file, "#date=2023-08-01") as page:
        page.locator(".front-tools input").fill("Bakhmut")
        page.locator(".front-tools input").press("Enter")
        card = page.locator(".front-card")
        card.wait_for()
        assert card.locator("h2").inner_text() == "Bakhmut"
        assert page.locator(".front-point").count() == 1
        assert card.locator("dt").all_inner_texts() == ["DeepState", "ISW", "NZZ / Liveuamap"]
        assert "Russian-held on 1 August 2023" in card.inner_text()
        page.wait_for_function("() => location.hash.includes('map=')")
        _, link = page.url.split("#")
    with opened(browser, file, f"#{link}") as page:
        assert page.locator(".front-card h2").inner_text() == "Bakhmut"
        assert page.evaluate("ControlMap.map.getZoom()") == 10


@pytest.fixture(scope="module")
def site_address(
    coverages: dict[str, Coverage], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where a site of ISW's record is handed out, below another address."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "news").mkdir()
    site.write(folder / "news" / "map", site.site({"isw": coverages["isw"]}, "isw"))
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/news/map/"
        server.shutdown()


@contextmanager
def visited(browser: Browser, address: str, ready: str = "map") -> Iterator[Page]:
    """Visit a page of the site, which may have nothing to say."""
    context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address)
        page.wait_for_function(f"() => window.front?.times.{ready}", timeout=60_000)
        yield page
        # A browser asks for an icon by itself, and logs that there is none.
        assert [line for line in said if "404" not in line] == []
    finally:
        context.close()


@pytest.mark.exhaustive
def test_a_site_works_below_any_address(
    browser: Browser, coverages: dict[str, Coverage], site_address: str
) -> None:
    isw = coverages["isw"]
    answer = areas.compare(isw, date(2022, 9, 17), others={"isw": isw})
    with visited(browser, f"{site_address}#date=2022-09-17") as page:
        assert page.evaluate("() => front.state().csv") == answer.to_csv()
    # A day's own address leads to the map of that day.
    with visited(browser, f"{site_address}2022-09-17/") as page:
        assert page.evaluate("() => front.state().csv") == answer.to_csv()


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("show", "seen"),
    [
        ("map", [".front-map", ".front-sentence"]),
        ("chart", [".front-chart", ".front-sentence"]),
        ("figure", [".front-headline", ".front-sentence"]),
    ],
)
def test_a_part_is_embedded_by_itself(
    browser: Browser, site_address: str, show: str, seen: list[str]
) -> None:
    parts = [".front-map", ".front-headline", ".front-chart", ".front-sentence", ".front-drawer"]
    address = f"{site_address}embed.html?show={show}&date=latest&source=isw"
    with visited(browser, address, "map" if show == "map" else "figures") as page:
        assert [part for part in parts if page.locator(part).is_visible()] == seen
        assert page.evaluate("() => front.choices.date") == "2023-08-24"
        _axe(page)


@pytest.mark.exhaustive
def test_the_page_of_an_oblast_shows_its_picture(browser: Browser, site_address: str) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(f"{site_address}UA-14/")
        assert page.locator("img").evaluate("(image) => image.naturalWidth") == 2400
    finally:
        context.close()


def _axe(page: Page) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci)")
    page.evaluate(AXE.read_text("utf-8"))
    violations = page.evaluate(
        """async () => (await axe.run()).violations.map(({id, nodes}) => (
            [id, nodes.map((node) => [node.html.slice(0, 120), node.any[0]?.message])]
        ))"""
    )
    assert violations == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_no_violation(
    browser: Browser, file: Path, theme: str, viewport: dict[str, int]
) -> None:
    with opened(browser, file, color_scheme=theme, viewport=viewport) as page:
        page.locator("summary").last.click()
        _axe(page)
