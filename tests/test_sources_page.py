"""The page of sources and a visitor's own layer, as Streamlit's AppTest sees them."""

from __future__ import annotations

import functools
import gc
import html
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from streamlit.runtime.caching import (
    get_data_cache_stats_provider,
    get_resource_cache_stats_provider,
)
from streamlit.runtime.stats import CacheStat
from streamlit.testing.v1 import AppTest

import hostile
import layer_files as files
from controlmap import sources
from controlmap.analysis import agreement
from controlmap.core import isolated, limits
from controlmap.record import archive
from controlmap.sources import custom
from controlmap.words import text_sources
from input_files import SQUARE_KM2

SECONDS = 120


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("CONTROLMAP_DATA", "")

    def shown() -> None:
        from controlmap.dashboard import session
        from controlmap.dashboard.pages import sources as sourcing

        session.guarded(sourcing.show)()

    made = AppTest.from_function(shown, default_timeout=SECONDS)
    made.query_params["date"] = "2023-07-01"
    yield made


def said(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.error, *page.get("html")]
    text = "\n".join(str(getattr(e, "value", "") or e.proto.body) for e in shown)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def table(page: AppTest, caption: str) -> list[list[str]]:
    """The cells of the table of that caption, row by row."""
    (found,) = [
        e.proto.body
        for e in page.get("html")
        if f"<caption><span>{html.escape(caption)}<" in e.proto.body
    ]
    rows = re.findall(r"<tr>(.*?)</tr>", found.split("<tbody>")[1])
    return [[html.unescape(c) for c in re.findall(r">([^<]*)</t[hd]>", row)] for row in rows]


def elements(page: AppTest, kind: str) -> list[Any]:
    """The elements of a kind that AppTest has no name for."""
    return list(page.get(kind))


def upload(page: AppTest, *named: tuple[str, bytes]) -> None:
    given = [(name, data, "application/octet-stream") for name, data in named]
    elements(page, "file_uploader")[0].set_value(given).run()


def compared_with_mine(page: AppTest) -> bool:
    """Whether the reader's own layer is among what is compared."""
    return str(text_sources.OWN_APART) in [info.value for info in page.info]


def test_it_tells_how_far_the_sources_agree(page: AppTest) -> None:
    page.run()
    assert not page.exception
    known = {s: archive.open_source(s).coverage for s in archive.with_records()}
    compared = agreement.opinions(known, date(2023, 7, 1))
    assert page.date_input(key="sources date").value == date(2023, 7, 1)
    band = agreement.spread(compared)[-1]
    assert f"<b>{text_sources.headline(band.low, band.high)}</b>" in said(page)
    assert "by 3 sources" in said(page)
    rows = table(page, str(text_sources.CAPTION))
    every = agreement.by_oblast(agreement.agree(compared))[-1]
    assert rows[-1][:5] == [
        "All four oblasts",
        *(
            f"{round(v, -1):,.0f}"
            for v in (every.by_all, every.by_some, every.by_one, every.by_none)
        ),
    ]
    assert len(table(page, str(text_sources.PAIR_CAPTION))) == 3
    assert len(table(page, str(text_sources.PATCH_CAPTION))) == 6


def test_every_source_tells_what_it_is_and_its_terms(page: AppTest) -> None:
    page.run()
    shown = said(page)
    for source in sources.SOURCES.values():
        if source.id != custom.ID:
            assert str(source.notes) in shown
            assert str(source.terms) in shown
    assert "On 1 July 2023: its snapshot of 30 June 2023, 1 day old." in shown
    assert "128 of its snapshots leave out what was held before 24 February 2022" in shown
    assert "controlmap build --source viina" in shown


def test_a_source_that_is_too_old_is_said_not_to_be_compared(page: AppTest) -> None:
    page.query_params["date"] = "2026-08-20"
    page.run()
    assert "by 2 sources" in said(page)
    assert "Not compared: its last snapshot is of 24 August 2023, 1,092 days earlier." in said(page)


def test_one_source_alone_is_no_comparison(page: AppTest) -> None:
    page.run()
    elements(page, "button_group")[-1].set_value(["isw"]).run()
    assert not page.exception
    assert str(text_sources.TOO_FEW) in said(page)


def test_assessed_advance_counted_as_held_narrows_the_band(page: AppTest) -> None:
    page.run()
    apart = table(page, str(text_sources.CAPTION))[-1][-1]
    page.query_params["advance"] = "held"
    page.run()
    elements(page, "button_group")[0].set_value("held").run()
    held = table(page, str(text_sources.CAPTION))[-1][-1]

    def width(band: str) -> float:
        low, high = re.findall(r"[\d.]+", band)
        return float(high) - float(low)

    assert width(held) < width(apart)


@pytest.mark.parametrize("name", files.FORMATS)
def test_a_file_that_is_dropped_is_measured_and_compared(page: AppTest, name: str) -> None:
    page.run()
    upload(page, (name.replace(files.DAY, "2023-07-01"), files.FORMATS[name]()))
    assert not page.exception
    assert not page.error
    assert compared_with_mine(page)
    # Ground that a layer does not draw says nothing: the shares are of the three records.
    assert "by 3 sources" in said(page)
    rows = table(page, str(text_sources.OWN_CAPTION))
    assert rows[0] == ["Donetsk", f"{SQUARE_KM2:.1f}", f"{SQUARE_KM2:.1f}"]
    assert [
        row[0]
        for row in table(page, str(text_sources.PAIR_CAPTION))
        if row[0].startswith("DeepState, Y")
    ] == ["DeepState, Your own layer"]


def test_the_guess_is_shown_and_can_be_changed(page: AppTest) -> None:
    page.run()
    upload(page, ("layer 2023-07-01.geojson", files.geojson()))
    told = {s.label: s.value for s in page.selectbox}
    assert told[str(text_sources.OWN_COLUMN)] == "status"
    assert told["grey zone \\(1\\)"] == "contested"
    page.selectbox(key="own: status grey zone").select("russian_held").run()
    rows = table(page, str(text_sources.OWN_CAPTION))
    assert rows[0] == ["Donetsk", f"{2 * SQUARE_KM2:.1f}"]


def test_a_legend_may_come_with_it(page: AppTest) -> None:
    page.run()
    legend = b'whole = "russian_held"\ndate = 2023-06-30'
    upload(page, ("layer.geojson", files.geojson()), ("legend.toml", legend))
    assert not page.error
    assert "as of 30 June 2023" in said(page)
    assert table(page, str(text_sources.OWN_CAPTION))[0][1] == f"{2 * SQUARE_KM2:.1f}"


def test_what_a_file_says_stays_text(page: AppTest) -> None:
    page.run()
    case = hostile.CASES[0]
    upload(page, (case.name.replace(hostile.DAY, "2023-07-01"), case.make()))
    assert not page.exception
    everything = said(page) + "".join(s.label for s in page.selectbox)
    assert not re.search(r"(?<!\\)<(script|img|/script)", everything)
    assert not re.search(r"(?<!\\)\{\{ 7", everything)


def test_a_hostile_file_is_one_line_and_the_page_stays(page: AppTest) -> None:
    page.run()
    upload(page, (f"page {files.DAY}.geojson", b"<!doctype html><html>not found</html>"))
    assert not page.exception
    assert "is a page of the web, not any of" in page.error[0].value
    assert not compared_with_mine(page)


@pytest.fixture
def alone() -> AppTest:
    """The part of the page that takes a visitor's layer."""

    def shown() -> None:
        from datetime import date

        from controlmap.dashboard import upload as own_layer

        own_layer.show(date(2023, 7, 1))

    return AppTest.from_function(shown, default_timeout=SECONDS).run()


def sampled(case: hostile.Case) -> Any:
    """A case of the corpus: its first eight, KML and legends are in each run."""
    often = case in hostile.CASES[:8] or case.name.endswith((".kml", ".toml"))
    marks = [] if often else [pytest.mark.exhaustive]
    return pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", [sampled(case) for case in hostile.CASES])
def test_every_hostile_file_is_one_line_or_read(alone: AppTest, case: hostile.Case) -> None:
    beside = [("layer.geojson", files.geojson())] if case.name.endswith(".toml") else []
    upload(alone, (case.name, case.make()), *beside)
    assert not alone.exception
    assert len(alone.error) == bool(case.told)
    assert not any("\n" in e.value for e in alone.error)


def test_a_file_is_read_again_only_for_another_meaning(
    alone: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(_name: str, function: Any, *given: object) -> object:
        read.append(function.__name__)
        return function(*given)

    monkeypatch.setattr(isolated, "call", noted)
    upload(alone, ("layer 2023-07-01.geojson", files.geojson()))
    assert read == ["_look", "_measured"]
    alone.run()
    assert read == ["_look", "_measured"]
    alone.selectbox(key="own: status grey zone").select("russian_held").run()
    assert read == ["_look", "_measured", "_measured"]
    assert table(alone, str(text_sources.OWN_CAPTION))[0][1] == f"{2 * SQUARE_KM2:.1f}"


def test_nothing_is_measured_until_somebody_says_what_it_means(page: AppTest) -> None:
    page.run()
    borders = files.geojson(files.frame(status=["Donetskyi raion", "Horlivskyi raion"]))
    upload(page, ("borders 2023-07-01.geojson", borders))
    assert [info.value for info in page.info] == [str(text_sources.OWN_CHOOSE)]
    assert not page.error
    assert not compared_with_mine(page)
    assert page.selectbox(key="own: column").value is None
    page.selectbox(key="own: column").select("status").run()
    assert page.selectbox(key="own: status donetskyi raion").value is None
    assert not compared_with_mine(page)
    page.selectbox(key="own: status donetskyi raion").select("russian_held").run()
    assert compared_with_mine(page)
    assert table(page, str(text_sources.OWN_CAPTION))[0][1] == f"{SQUARE_KM2:.1f}"


def test_the_encoding_is_named_and_can_be_set(page: AppTest) -> None:
    page.run()
    parts = files.unzipped(files.shapefile(None, ".cpg"))
    cyrillic = parts["layer.dbf"].replace(b"Grey", b"\xd1\xb3\xf0 ")
    upload(page, ("2023-07-01.zip", files.zipped(parts | {"layer.dbf": cyrillic})))
    assert page.selectbox(key="own: encoding").value == "windows-1251"
    assert any(s.label.startswith("сір  zone") or "сір" in s.label for s in page.selectbox)
    page.selectbox(key="own: encoding").select("KOI8-U").run()
    assert not page.exception
    assert not any("сір" in s.label for s in page.selectbox)


def test_a_layer_is_kept_while_its_reader_is_on_another_page(page: AppTest) -> None:
    page.run()
    upload(page, ("layer 2023-07-01.geojson", files.geojson()))
    page.selectbox(key="own: status grey zone").select("russian_held").run()
    kept = page.session_state["own layer"]

    def elsewhere() -> None:
        import streamlit as st

        from controlmap.dashboard import session
        from controlmap.dashboard.pages import sources as sourcing

        if st.session_state.get("away"):
            st.write("another page")
        else:
            session.guarded(sourcing.show)()

    again = AppTest.from_function(elsewhere, default_timeout=SECONDS)
    again.query_params["date"] = "2023-07-01"
    again.session_state["own layer"] = kept
    again.run()
    assert not again.exception
    assert compared_with_mine(again)
    assert "Kept for this session: layer 2023\\-07\\-01\\.geojson" in said(again)
    assert table(again, str(text_sources.OWN_CAPTION))[0][1] == f"{2 * SQUARE_KM2:.1f}"
    again.button(key="remove own").click().run()
    assert not compared_with_mine(again)
    assert "own layer" not in again.session_state


def test_a_file_that_is_refused_leaves_nothing_of_the_one_before(alone: AppTest) -> None:
    upload(alone, ("control.csv", files.viina((709717, "20230701", "RU"))))
    assert alone.session_state["own layer"]["placed"]["place-held"]
    upload(alone, ("layer.geojson", b"{"))
    assert len(alone.error) == 1
    assert sorted(alone.session_state["own layer"]) == ["answers", "layers", "tomls"]


def test_two_layers_at_once_are_refused(page: AppTest) -> None:
    page.run()
    upload(page, ("a.geojson", files.geojson()), ("b.geojson", files.geojson()))
    assert page.error[0].value == str(text_sources.OWN_TOO_MANY)


def test_a_layer_stays_in_its_session(page: AppTest) -> None:
    page.run()
    upload(page, ("layer 2023-07-01.geojson", files.geojson()))
    assert compared_with_mine(page)

    def other() -> None:
        from controlmap.dashboard.pages import sources as sourcing

        sourcing.show()

    beside = AppTest.from_function(other, default_timeout=SECONDS)
    beside.query_params["date"] = "2023-07-01"
    beside.run()
    assert not compared_with_mine(beside)
    elements(page, "file_uploader")[0].set_value(None).run()
    assert not compared_with_mine(page)
    assert "own layer" not in page.session_state


def test_a_layer_of_another_time_is_not_compared_and_says_so(page: AppTest) -> None:
    page.query_params["date"] = "2026-01-24"
    page.run()
    upload(page, ("layer 2023-07-01.geojson", files.geojson()))
    assert not page.exception
    (told,) = [w.value for w in page.warning]
    assert "shows 1 July 2023 and is not compared on 24 January 2026" in told
    assert not compared_with_mine(page)


def test_viina_is_taken_with_its_opinions(page: AppTest) -> None:
    page.run()
    data = files.viina((709717, "20230701", "RU"), (702320, "20230701", "UA"))
    upload(page, ("control.csv", data))
    assert not page.exception
    assert [len(r.options) for r in page.radio] == [5]
    assert "an approximation" in said(page)
    opinions = table(page, str(text_sources.OPINIONS_CAPTION))
    assert [row[1:4] for row in opinions] == [["1", "0", "1"]] * 5
    placed = page.session_state["own layer"]["placed"]
    assert {layer: [f.lines[:2] for f in placed[layer]] for layer in placed} == {
        "place-held": [("Donetsk", "Russian-held")],
        "place-contested": [],
        "place-rest": [("Makiivka", "Ukrainian-held")],
    }


def test_viina_that_unpacks_to_too_much_is_refused(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UPLOAD_CSV_MB", 1)  # here, where the file is then read
    monkeypatch.setattr(isolated, "call", lambda _, function, *given: function(*given))
    page.run()
    rows = [(709717, "20230701", "RU")] * 40_000
    upload(page, ("control.zip", files.zipped({"control.csv": files.viina(*rows)})))
    assert "larger than 1 MB, the limit" in page.error[0].value


def caches() -> dict[str, object]:
    """Every cache that sessions share, and how often each was added to."""
    return {
        **{
            f"{cache.__module__}.{cache.__qualname__}": cache.cache_info().misses
            for cache in gc.get_objects()
            if isinstance(cache, functools._lru_cache_wrapper)
            and cache.__module__.startswith("controlmap")
        },
        **{
            stat.cache_name: stat.byte_length
            for caches in (get_data_cache_stats_provider(), get_resource_cache_stats_provider())
            for stats in caches.get_stats().values()
            for stat in stats
            if isinstance(stat, CacheStat)
        },
    }


def test_caches_that_sessions_share_get_nothing_of_a_layer(page: AppTest) -> None:
    """The first layer fills what all layers need: the oblasts, the region, the projection."""
    page.run()
    upload(page, ("layer 2023-07-01.geojson", files.geojson()))
    before = caches()
    assert {"controlmap.geo.oblasts.load", "controlmap.sources.polygons.region"} <= before.keys()
    assert any("agreed" in name for name in before)
    upload(page, ("bow-tie 2023-07-01.geojson", hostile.bow_tie()))
    assert not page.exception
    assert compared_with_mine(page)
    assert caches() == before
