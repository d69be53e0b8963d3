"""What changed between two days: tables, GeoJSON, command, page; figures worked out by hand."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

import rows as of_rows
from controlmap.analysis import budget, changes
from controlmap.analysis.answer import as_geojson
from controlmap.analysis.patches import By
from controlmap.cli import main
from controlmap.core.model import Ground
from controlmap.geo.geodesy import area_km2
from controlmap.record import archive
from records import STRIP_KM2, day, make

SECONDS = 60


def test_a_front_that_moves_gains_and_loses() -> None:
    # WEST, ten strips: three held from the west; then the first is free and two more are held.
    record = make(
        (0, {Ground.OCCUPIED: 3}),
        (1, {Ground.LIBERATED: 1, Ground.OCCUPIED: 4}),
        (2, {Ground.OCCUPIED: 3}),
    )
    start, end, back = (record.at(day(n)) for n in range(3))
    west, east, every = of_rows.changes(record, start, end)
    assert west.gained_km2 / STRIP_KM2 == pytest.approx(2, abs=1e-5)
    assert west.lost_km2 / STRIP_KM2 == pytest.approx(1, abs=1e-5)
    assert west.net_km2 / STRIP_KM2 == pytest.approx(1, abs=1e-5)
    assert (east.gained_km2, east.lost_km2, east.net_km2) == (0, 0, 0)
    assert (every.gained_km2, every.lost_km2) == (west.gained_km2, west.lost_km2)
    # Taken, lost and retaken: between the ends nothing has changed.
    assert of_rows.changes(record, start, back)[-1].net_km2 == 0
    assert of_rows.changes(record, start, back)[-1].gained_km2 == 0


def test_contested_ground_is_no_longer_held_and_since_when_it_is_held_is_no_change() -> None:
    record = make(
        (0, {Ground.OCCUPIED: 3}),
        (1, {Ground.HELD_BEFORE_2022: 2, Ground.CONTESTED: 1}),
    )
    west = of_rows.changes(record, record.at(day(0)), record.at(day(1)))[0]
    assert west.gained_km2 == 0
    assert west.lost_km2 / STRIP_KM2 == pytest.approx(1, abs=1e-5)


def test_two_days_on_the_same_snapshot_have_no_change_and_not_a_change_of_zero() -> None:
    record = make((0, {Ground.OCCUPIED: 3}), (4, {Ground.OCCUPIED: 3}), (8, {Ground.OCCUPIED: 4}))
    for row in of_rows.changes(record, record.at(day(1)), record.at(day(3))):
        assert (row.gained_km2, row.lost_km2, row.net_km2) == (None, None, None)
    # A new snapshot that is like the one before says that nothing changed.
    for row in of_rows.changes(record, record.at(day(1)), record.at(day(4))):
        assert (row.gained_km2, row.lost_km2, row.net_km2) == (0, 0, 0)
    west = [r for r in of_rows.flows(record, day(2), day(8)) if r.iso == "WEST"]
    assert [r.net_km2 and r.net_km2 / STRIP_KM2 for r in west] == [
        None, 0, None, None, None, pytest.approx(1, abs=1e-5)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "start", "end", "of"),
    [
        ("isw", "2022-12-01", "2022-12-14", "2022-11-30"),
        ("nzz", "2024-05-05", "2024-05-09", "2024-05-03"),
    ],
)
def test_no_new_snapshot_is_said_in_every_format(
    capsys: pytest.CaptureFixture[str], source: str, start: str, end: str, of: str
) -> None:
    days = ("--source", source, "--from", start, "--to", end)
    told = json.loads(run(capsys, *days, "--format", "json"))
    assert told["from"] == told["to"]
    figures = ("gained_km2", "lost_km2", "net_km2")
    for row in (*told["oblasts"], told["all"]):
        assert [row[f] for f in figures] == [None] * 3
    for record in csv.DictReader(io.StringIO(run(capsys, *days, "--format", "csv"))):
        assert [record[f] for f in figures] == [""] * 3
    table = run(capsys, *days)
    assert f"No new snapshot: {start} and {end} both stand on that of {of}" in table
    assert "0.0" not in table.replace("00:00:00Z", "")
    shown = json.loads(run(capsys, *days, "--format", "geojson"))
    assert shown["features"] == []
    assert shown["note"].startswith("No new snapshot")


@pytest.mark.parametrize("by", By)
def test_the_geojson_has_the_ground_with_its_area(by: By) -> None:
    record = make((0, {Ground.OCCUPIED: 3}), (1, {Ground.LIBERATED: 1, Ground.OCCUPIED: 4}))
    record = replace(record, source="deepstate")
    answer = changes.changes(record, day(0), day(1), by=by)
    frame = answer.to_gdf()
    assert frame.crs == "OGC:CRS84"
    assert frame.geometry.exterior.is_ccw.all()  # as RFC 7946 asks
    read = json.loads(as_geojson(answer))
    by_change: dict[str, float] = {"gained": 0, "lost": 0}
    for feature in read["features"]:
        told_km2 = feature["properties"]["area_km2"]
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert area_km2(shape) == pytest.approx(told_km2, rel=1e-6)
        by_change[feature["properties"]["change"]] += told_km2
    assert by_change["gained"] / STRIP_KM2 == pytest.approx(2, abs=1e-5)
    assert by_change["lost"] / STRIP_KM2 == pytest.approx(1, abs=1e-5)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main.main(["changes", *arguments]) == 0
    return capsys.readouterr().out


def test_the_command_prints_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    days = ("--from", "2026-01-24", "--to", "2026-08-20")
    told = json.loads(run(capsys, *days, "--format", "json"))
    ends = ["retrieved_from", "retrieved_to", "reader_from", "reader_to", "readers_differ"]
    assert list(told) == [
        "source",
        "from",
        "to",
        "advance",
        *ends,
        "unit",
        "oblasts",
        "all",
        "records",
    ]
    assert (told["from"], told["to"]) == ("2026-01-24", "2026-08-20")
    assert list(told["all"]) == [
        *("iso", "name", "gained_km2", "lost_km2", "net_km2"),
        *budget.COLUMNS,
    ]
    coverage = archive.open_source("deepstate").coverage
    areas = [of_rows.areas(coverage, coverage.at(date.fromisoformat(d)))[-1] for d in days[1::2]]
    net = areas[1].russian_held - areas[0].russian_held
    assert told["all"]["net_km2"] == pytest.approx(net, abs=1e-3)
    rows = list(csv.DictReader(io.StringIO(run(capsys, *days, "--format", "csv"))))
    assert float(rows[-1]["net_km2"]) == told["all"]["net_km2"]
    assert "All four oblasts" in run(capsys, *days)
    shown = json.loads(run(capsys, *days, "--format", "geojson"))
    assert (shown["type"], shown["from"], shown["cell_m"]) == ("FeatureCollection", days[1], 250)
    assert shown["credit"].startswith("DeepState")
    lost = [f["properties"]["area_km2"] for f in shown["features"]]
    lost += shown["not_drawn_km2"].values()
    whole = told["all"]["gained_km2"] + told["all"]["lost_km2"]
    assert sum(lost) == pytest.approx(whole, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--from"),
        (["--from", "2021-01-01"], "2022-04-03 to 2026-08-20"),
        (["--from", "2026-02-01", "--to", "2026-01-01"], "the first day is after the last"),
        (["--from", "2026-13-01"], "not a date YYYY-MM-DD"),
        (["--from", "2026-01-01", "--source", "x"], "allowed: deepstate"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    try:
        code = main.main(["changes", *arguments])
    except SystemExit as stopped:
        code = int(str(stopped.code))
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))

    def changes() -> None:
        from controlmap.dashboard.pages import changes as shown

        shown.show()

    return AppTest.from_function(changes, default_timeout=SECONDS)


def html(page: AppTest) -> str:
    return "\n".join(e.proto.body for e in page.get("html"))


def test_the_page_compares_the_days_chosen(page: AppTest) -> None:
    page.query_params["from"] = "2022-11-01"
    page.query_params["to"] = "2022-11-15"
    page.run()
    assert not page.exception
    coverage = archive.open_source("deepstate").coverage
    days = (coverage.at(date(2022, 11, 1)), coverage.at(date(2022, 11, 15)))
    kherson = of_rows.changes(coverage, *days)[2]
    assert kherson.lost_km2 > 3000
    assert f"<td>{kherson.lost_km2:,.0f}</td>" in html(page)
    presets = {button.label: button for button in page.button}
    presets["Since 24 January 2026"].click().run()
    assert page.date_input(key="changes from").value == date(2026, 1, 24)
    assert page.date_input(key="changes to").value == date(2026, 8, 20)
    assert "3,567" not in html(page)
    page.date_input(key="changes to").set_value(date(2025, 1, 1)).run()
    assert "the first day is after the last" in page.error[0].value


def test_the_page_says_that_there_is_no_new_snapshot_and_draws_nothing(page: AppTest) -> None:
    page.query_params["source"] = "isw"
    page.query_params["from"] = "2022-12-01"
    page.query_params["to"] = "2022-12-14"
    page.run()
    assert not page.exception
    (info,) = page.info
    assert "No new snapshot" in info.value
    assert "0 km²" not in html(page)
    assert "<table" not in html(page)
    assert not page.code


def test_days_of_different_readers_are_marked(page: AppTest) -> None:
    page.query_params["from"] = "2025-08-01"
    page.run()
    assert any("different kinds" in caption.value for caption in page.caption)
