"""Gains and losses by period, turning points, charts and the page of history; figures by hand."""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

import rows as of_rows
from controlmap.analysis import turning_points
from controlmap.analysis.figures import ALL, Every
from controlmap.core import geoparquet
from controlmap.core.model import Ground, InputError, RecordError
from controlmap.dashboard import app
from controlmap.draw import chart_pictures, charts, palette
from controlmap.draw.charts import Line, Marks
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from controlmap.words import text_history as words
from controlmap.words import text_pictures
from controlmap.words.catalog import rendered
from records import STRIP_KM2, day, make

SECONDS = 60
WORDS = rendered(words.CHART)
NOTHING = Marks(events=(), readers=(), carried=(), gaps=())


def in_strips(flow: Any) -> tuple[float | None, float | None]:
    if flow.gained_km2 is None or flow.lost_km2 is None:
        return None, None
    return round(flow.gained_km2 / STRIP_KM2, 4), round(flow.lost_km2 / STRIP_KM2, 4)


def test_each_day_gains_and_loses_what_it_does() -> None:
    # WEST, from the west: three strips held; the first freed, two more taken; then as at first.
    record = make(
        (0, {Ground.OCCUPIED: 3}),
        (1, {Ground.LIBERATED: 1, Ground.OCCUPIED: 4}),
        (3, {Ground.OCCUPIED: 3}),
    )
    found = of_rows.flows(record)
    west = [f for f in found if f.iso == "WEST"]
    assert [(f.start, f.end) for f in west] == [(day(n), day(n + 1)) for n in range(3)]
    # The third day has no snapshot: what changed on it is not known, and is not nothing.
    unknown = (None, None)
    assert [in_strips(f) for f in west] == [(2, 1), unknown, (1, 2)]
    assert [in_strips(f) for f in found if f.iso == "EAST"] == [(0, 0), unknown, (0, 0)]
    assert [in_strips(f) for f in found if f.iso == ALL] == [(2, 1), unknown, (1, 2)]


def test_what_changed_twice_within_a_period_is_in_neither() -> None:
    record = make((0, {Ground.OCCUPIED: 3}), (2, {Ground.OCCUPIED: 7}), (6, {Ground.OCCUPIED: 3}))
    week = [f for f in of_rows.flows(record, every=Every.WEEK) if f.iso == "WEST"]
    # 1 January 2024 is a Monday: the week's end is the record's.
    assert [(f.start, f.end, *in_strips(f)) for f in week] == [(day(0), day(6), 0, 0)]


def test_a_period_beside_a_gap_is_unknown() -> None:
    record = make((0, {Ground.OCCUPIED: 3}), (40, {Ground.OCCUPIED: 5}), (41, {Ground.OCCUPIED: 6}))
    west = {f.end: f for f in of_rows.flows(record) if f.iso == "WEST"}
    # The first snapshot is carried for 14 days, which says nothing of what changed in them either.
    assert {in_strips(west[day(n)]) for n in range(1, 41)} == {(None, None)}
    assert west[day(20)].net_km2 is None
    assert in_strips(west[day(41)]) == (1, 0)


held_strips = st.lists(st.integers(0, 10), min_size=2, max_size=6)


@given(held_strips, st.sampled_from(Every))
@settings(deadline=None, max_examples=40)
def test_periods_agree_with_the_comparison_of_their_ends(counts: list[int], every: Every) -> None:
    record = make(*((3 * n, {Ground.OCCUPIED: count}) for n, count in enumerate(counts)))
    for flow in of_rows.flows(record, every=every):
        rows = of_rows.changes(record, record.at(flow.start), record.at(flow.end))
        same = next(r for r in rows if r.iso == flow.iso)
        assert flow.gained_km2 == pytest.approx(same.gained_km2, abs=1e-6)
        assert flow.lost_km2 == pytest.approx(same.lost_km2, abs=1e-6)


def test_a_range_outside_the_record_is_refused() -> None:
    record = make((0, {Ground.OCCUPIED: 3}), (3, {Ground.OCCUPIED: 4}))
    with pytest.raises(InputError, match="the first day is after the last"):
        of_rows.flows(record, day(2), day(1))
    with pytest.raises(InputError, match="outside the span"):
        of_rows.flows(record, end=day(9))


@pytest.fixture(scope="module")
def embedded() -> Coverage:
    return archive.load(geoparquet.geodata("deepstate.parquet")).coverage


def test_the_months_of_the_record_add_up_to_its_span(embedded: Coverage) -> None:
    ends = [embedded.at(d) for d in embedded.span]
    rows = {r.iso: r.net_km2 for r in of_rows.changes(embedded, *ends)}
    for every in Every:
        found = of_rows.flows(embedded, every=every)
        for iso, net in rows.items():
            assert sum(f.net_km2 or 0 for f in found if f.iso == iso) == pytest.approx(
                net, abs=1e-3
            )
    november = next(
        f
        for f in of_rows.flows(embedded, every=Every.MONTH)
        if (f.iso, f.end) == ("UA-65", date(2022, 11, 30))
    )
    assert november.lost_km2 == pytest.approx(3744, abs=1)


def test_turning_points_are_told_in_order_with_who_reported_them() -> None:
    points = turning_points.load()
    assert [p.date for p in points] == sorted(p.date for p in points)
    assert {date(2022, 9, 30), date(2022, 11, 11), date(2026, 1, 24)} <= {p.date for p in points}
    assert all(p.title and p.source for p in points)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("[[turning_point]]\ndate = 'soon'\ntitle = 'x'", "entry 1: date is 'soon'"),
        ("[[turning_point]]\ndate = 2022-01-01T00:00:00Z\ntitle='x'\nsource='y'", "entry 1: date"),
        ("[[turning_point]", "points.toml: "),
    ],
)
def test_a_broken_file_of_turning_points_is_told(tmp_path: Path, written: str, found: str) -> None:
    path = tmp_path / "points.toml"
    path.write_text(written)
    with pytest.raises(RecordError, match=found):
        turning_points.read(path)


def drawn(chart: Any) -> tuple[dict[str, Any], list[list[dict[str, Any]]]]:
    """A chart as Vega-Lite, and the rows of each of its layers."""
    told = chart.to_dict()
    data = told.get("datasets", {})
    shared = told.get("data", {}).get("name")
    return told, [data[layer.get("data", {}).get("name", shared)] for layer in told["layer"]]


def test_a_gap_stays_a_gap_in_the_chart() -> None:
    rows = [
        {"date": day(n), "name": "West", "value": value, "least": None, "most": None, "upper": None}
        for n, value in enumerate((0.5, None, 0.75))
    ]
    told, data = drawn(
        charts.held_over_time(rows, [Line("UA-14", "West")], NOTHING, WORDS, share=True)
    )
    assert [row["value"] for row in data[0]] == [0.5, None, 0.75]
    assert {layer["mark"]["type"] for layer in told["layer"]} == {"line", "rule"}


def test_the_band_is_drawn_where_contested_ground_is_known() -> None:
    rows = [
        {"date": day(n), "name": "West", "value": 0.5, "least": 0.4, "most": 0.7, "upper": upper}
        for n, upper in enumerate((0.6, None))
    ]
    told, data = drawn(
        charts.held_over_time(rows, [Line("UA-14", "West")], NOTHING, WORDS, share=True)
    )
    contested, sources = told["layer"][:2]
    assert contested["mark"]["type"] == sources["mark"]["type"] == "area"
    assert contested["encoding"]["y2"]["field"] == "upper"
    assert (sources["encoding"]["y"]["field"], sources["encoding"]["y2"]["field"]) == (
        "least",
        "most",
    )
    assert [row["upper"] for row in data[0]] == [0.6, None]


def test_what_is_marked_is_in_the_chart() -> None:
    marks = Marks(
        events=[(day(1), "1", "Something")],
        readers=[(day(2), "Another file")],
        carried=[day(3)],
        gaps=[(day(4), day(30))],
    )
    rows = [{"start": day(0), "end": day(1), "gained": 3.0, "lost": 1.0, "net": 2.0}]
    told, data = drawn(charts.flows(rows, marks, WORDS))
    said = [
        (layer["mark"]["type"], rows[0].get("what"))
        for layer, rows in zip(told["layer"], data, strict=True)
    ]
    assert said[:5] == [
        ("rect", WORDS["gap"]),
        ("tick", WORDS["carried"]),
        ("rule", "Another file"),
        ("rule", "Something"),
        ("text", "Something"),
    ]
    bars = next(
        d for layer, d in zip(told["layer"], data, strict=True) if layer["mark"]["type"] == "bar"
    )
    assert {(b["kind"], b["km2"]) for b in bars} == {(WORDS["gained"], 3.0), (WORDS["lost"], -1.0)}


def test_the_net_is_left_out_where_it_would_hide_the_bars() -> None:
    rows = [
        {"start": day(n), "end": day(n + 1), "gained": 3.0, "lost": 1.0, "net": 2.0}
        for n in range(charts.MOST_NET + 1)
    ]
    for count, marked in ((charts.MOST_NET, True), (charts.MOST_NET + 1, False)):
        told, _ = drawn(charts.flows(rows[:count], NOTHING, WORDS))
        assert ("point" in {layer["mark"]["type"] for layer in told["layer"]}) is marked


def test_what_the_marks_are_is_said_where_there_are_any() -> None:
    readers = [(date(2025, 8, 4), "daily mirror")]
    (said,) = text_pictures.marks([], readers, carried=2, has_gaps=False, net=True)
    assert said == (
        "Circles: the net. Ticks: 2 days without a snapshot, carried forward. "
        "Solid line, 4 August 2025: daily mirror."
    )


def test_what_is_saved_of_a_chart_has_title_key_series_and_source() -> None:
    coverage = archive.open_source("deepstate").coverage
    others = {s: archive.open_source(s).coverage for s in ("deepstate", "isw", "nzz")}
    first, last = date(2023, 7, 1), date(2023, 8, 1)
    charts_of = {
        "value": chart_pictures.held(coverage, others, first, last, "UA-65"),
        "net": chart_pictures.flows(coverage, first, last, "all", advance="apart"),
        "km2": chart_pictures.projection(coverage, "UA-14", last, window=30, contested="out"),
    }
    for column, chart in charts_of.items():
        spec = chart.on_page.to_dict()
        title = spec["title"]
        assert title["text"]["expr"].endswith(f": {json.dumps(chart.caption.title)}")
        assert "Source: DeepState, observed" in " ".join(title["subtitle"])
        assert "retrieved" in " ".join(title["subtitle"])
        assert chart.caption.title in chart.alt
        # The first data are what a page shows as the chart's table.
        assert column in spec["datasets"][spec["data"]["name"]][0]
        legends = [
            layer["encoding"]["color"]["legend"]
            for layer in spec["layer"]
            if "legend" in layer.get("encoding", {}).get("color", {})
        ]
        assert legends
        assert None not in legends
    assert "from NZZ / Liveuamap to DeepState" in " ".join(charts_of["value"].marks)


@pytest.mark.parametrize(
    ("low", "high", "share", "form"),
    [
        (0.70, 0.81, True, ".0%"),
        (0.7025, 0.7031, True, ".2%"),
        (19_236.1, 19_236.4, False, ",.2f"),
        (19_000.0, 21_000.0, False, ",.0f"),
        (5.0, 5.0, False, ",.3f"),
    ],
)
def test_ticks_have_the_digits_that_tell_them_apart(
    low: float, high: float, share: bool, form: str
) -> None:
    rows = [
        {"date": day(n), "name": "West", "value": v, "least": None, "most": None, "upper": None}
        for n, v in enumerate((low, high))
    ]
    spec, _ = drawn(
        charts.held_over_time(rows, [Line("UA-14", "West")], NOTHING, WORDS, share=share)
    )
    axes = [layer["encoding"].get("y", {}).get("axis") for layer in spec["layer"]]
    assert [axis["format"] for axis in axes if axis] == [form]


def luminance(colour: Any) -> float:
    """Relative luminance of an sRGB colour from 0 to 255, as WCAG 2 has it."""
    parts = [float(c) / 255 for c in colour]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: Any, other: Any) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def test_charts_and_tables_are_legible_in_both_themes() -> None:
    assert round(contrast(rgb("#000000"), rgb("#ffffff"))) == 21
    config = Path(__file__).parents[1] / ".streamlit" / "config.toml"
    theme = tomllib.loads(config.read_text("utf-8"))["theme"]
    css = (Path(app.__file__).parent / "assets" / "page.css").read_text("utf-8")
    papers = [theme[name]["backgroundColor"] for name in ("light", "dark")]
    assert f"--paper: light-dark({', '.join(papers)})" in css
    lines = {*charts.COLOURS.values(), *charts.FLOWS.values(), *dict(charts.PROJECTED.values())}
    assert "currentColor" in lines
    for name in ("light", "dark"):
        ink, paper = (rgb(theme[name][part]) for part in ("textColor", "backgroundColor"))
        share = charts.TEXT_OPACITY
        text = [share * i + (1 - share) * p for i, p in zip(ink, paper, strict=True)]
        assert contrast(text, paper) >= 4.5
        for line in lines - {"currentColor"}:
            assert contrast(rgb(line), paper) >= 3, (line, name)


def test_what_a_layer_looks_like_on_the_land(monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = {
        "land": ({"fillColor": "#ffffff", "fillOpacity": 1}, {"fillColor": "#000000"}),
        "held": ({"fillColor": "#ff0000", "fillOpacity": 0.2}, {"fillColor": "#00ff00"}),
    }
    monkeypatch.setattr(palette, "PALETTE", mixed)
    # A fifth of red over white leaves four fifths of 255 in green and blue, which is 204, or cc.
    assert palette.on_land("held") == ("#ffcccc", "#003300")


def history_page() -> None:
    from controlmap.dashboard.pages import history

    history.show()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    return AppTest.from_function(history_page, default_timeout=SECONDS)


def html(page: AppTest) -> str:
    return "\n".join(e.proto.body for e in page.get("html")).replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_tells_months_and_turning_points(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert len(page.get("vega_lite_chart")) + len(page.get("arrow_vega_lite_chart")) == 2
    shown = html(page)
    assert "November 2022" in shown
    assert "Russia declares the four oblasts annexed" in shown
    assert "114 days without a snapshot" in page.caption[0].value
    assert "53 months, the latest first" in shown
    # Of the first month and the last the record has a part, whose days are named.
    assert '<th scope="row">1–20 August 2026</th>' in shown
    assert '<th scope="row">July 2026</th>' in shown
    assert '<th scope="row">4–30 April 2022</th>' in shown


def test_a_range_and_an_oblast_are_chosen(page: AppTest) -> None:
    page.query_params.update({"oblast": "UA-65", "start": "2022-10-31", "end": "2022-11-30"})
    page.run()
    assert not page.exception
    shown = html(page)
    assert "<td>3,744</td>" in shown
    assert "Avdiivka" not in shown
    assert page.query_params["oblast"] == "UA-65"
    last = archive.open_source("deepstate").coverage.span[1]
    page.button[1].click().run()
    assert page.query_params["start"] == str(last - timedelta(days=365))


def test_a_range_without_a_new_snapshot_has_no_change(page: AppTest) -> None:
    page.query_params.update({"source": "nzz", "start": "2024-05-05", "end": "2024-05-09"})
    page.run()
    assert not page.exception
    assert "no new snapshot up to 9 May 2024" in page.code[0].value
    assert "<td>not known</td>" in html(page)
    assert "0.0" not in html(page)


def test_a_bad_address_is_told(page: AppTest) -> None:
    page.query_params.update({"oblast": "<b>", "every": "year", "start": "2031-01-01"})
    page.run()
    assert not page.exception
    assert len(page.warning) == 3
    assert not page.query_params


def test_days_in_the_wrong_order_are_told(page: AppTest) -> None:
    page.query_params.update({"start": "2023-01-02", "end": "2023-01-01"})
    page.run()
    assert "the first day is after the last" in page.error[0].value
