"""What a record tells of a point; names of places; the command. Figures worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from controlmap.analysis import place_history
from controlmap.cli import main
from controlmap.core.model import Ground, InputError
from controlmap.geo import geodesy, places
from controlmap.geo.geodesy import WGS84
from records import DAYS, EVERYTHING, HELD_ONLY, Layers, day, make, of_boxes, reporting

# WEST is ten strips of a tenth of a degree from 36 east; strip 5 has its middle at 36.55.
MIDDLE = (36.55, 48.5)


def periods(record: place_history.PointRecord) -> list[tuple[str, str, str | None]]:
    return [(s.status, str(s.since), str(s.until) if s.until else None) for s in record.periods]


def test_a_place_that_is_contested_taken_lost_and_retaken() -> None:
    coverage = make(
        (0, {Ground.OCCUPIED: 5}),
        (1, {Ground.OCCUPIED: 5, Ground.CONTESTED: 1}),
        (2, {Ground.OCCUPIED: 6}),
        (3, {Ground.OCCUPIED: 5, Ground.LIBERATED: 2}),
        (5, {Ground.HELD_BEFORE_2022: 1, Ground.OCCUPIED: 8}),
    )
    found = place_history.record_of(coverage, *MIDDLE)
    assert found.iso == "WEST"
    assert periods(found) == [
        ("ukrainian_held", "2024-01-01", "2024-01-02"),
        ("contested", "2024-01-02", "2024-01-03"),
        ("russian_held", "2024-01-03", "2024-01-04"),
        ("ukrainian_held", "2024-01-04", "2024-01-06"),
        ("russian_held", "2024-01-06", None),
    ]
    assert found.status_on(day(4)) == "ukrainian_held"
    assert [bool(km) for km in found.distance_km] == [True, True, False, True, False]


def test_the_distance_is_to_the_nearest_held_ground_of_each_day() -> None:
    coverage = make(
        (0, {Ground.OCCUPIED: 3}), (1, {Ground.OCCUPIED: 5}), (2, {Ground.CONTESTED: 5})
    )
    found = place_history.record_of(coverage, *MIDDLE)
    # From 36.55 to the edges of strips at 36.3 and 36.5 east, along the parallel.
    for km, edge in zip(found.distance_km[:2], (36.3, 36.5), strict=True):
        plain = WGS84.inv(*MIDDLE, edge, MIDDLE[1])[2] / 1000
        assert km == pytest.approx(plain, rel=0.002)
    assert math.isnan(found.distance_km[2])


@settings(max_examples=40, deadline=None)
@given(days=DAYS, at=st.tuples(st.integers(1, 1999), st.integers(1, 999)))
def test_the_distance_is_that_to_all_held_faces(days: list[Layers], at: tuple[int, int]) -> None:
    coverage = of_boxes(*days)
    lon, lat = 36 + at[0] / 1000, 48 + at[1] / 1000
    found = place_history.record_of(coverage, lon, lat).distance_km
    here = geodesy.to_equal_area(shapely.Point(lon, lat))
    for index, km in enumerate(found):
        away_m = shapely.distance(coverage.faces.flat[coverage.held(index)], here)
        assert math.isnan(km) if not len(away_m) else km == pytest.approx(away_m.min() / 1000)


def test_distances_over_more_faces_than_are_looked_at_first() -> None:
    # Two hundred squares of a hundredth of a degree; on day n the first n columns are let go.
    squares = [
        (36 + i / 100, 48 + j / 100, 36.01 + i / 100, 48.01 + j / 100)
        for i in range(20)
        for j in range(10)
    ]
    coverage = of_boxes(*({Ground.OCCUPIED: squares[10 * n :]} for n in range(20)))
    assert len(coverage.face_km2) > 200
    found = place_history.record_of(coverage, 36.001, 48.055).distance_km
    assert found[0] == 0
    assert (np.diff(found) > 0).all()
    for n in range(1, 20):
        plain = WGS84.inv(36.001, 48.055, 36 + n / 100, 48.055)[2] / 1000
        assert found[n] == pytest.approx(plain, rel=0.002)


def test_a_gap_is_no_part_of_a_spell() -> None:
    # The second is carried forward over two weeks, 3 to 16 January; the next is of 18 and 19.
    held = {Ground.OCCUPIED: 6}
    coverage = make((0, {}), (1, held), (17, held), (18, {}))
    found = place_history.record_of(coverage, *MIDDLE)
    assert periods(found) == [
        ("ukrainian_held", "2024-01-01", "2024-01-02"),
        ("russian_held", "2024-01-02", "2024-01-17"),
        ("not_known", "2024-01-17", "2024-01-18"),
        ("russian_held", "2024-01-18", "2024-01-19"),
        ("ukrainian_held", "2024-01-19", None),
    ]
    for number in range(19):
        known = coverage.known(day(number)) is not None
        assert (found.status_on(day(number)) != place_history.NOT_KNOWN) is known


def test_two_weeks_without_a_snapshot_are_no_gap() -> None:
    found = place_history.record_of(
        make((0, {Ground.OCCUPIED: 6}), (15, {Ground.OCCUPIED: 6})), *MIDDLE
    )
    assert periods(found) == [("russian_held", "2024-01-01", None)]


def test_what_is_not_reported_is_not_called_ukrainian_held() -> None:
    coverage = reporting(
        make((0, {Ground.OCCUPIED: 1}), (1, {Ground.OCCUPIED: 2})), EVERYTHING, HELD_ONLY
    )
    assert [s.status for s in place_history.record_of(coverage, *MIDDLE).periods] == [
        "ukrainian_held",
        place_history.NOT_HELD,
    ]


def test_a_point_elsewhere_is_refused() -> None:
    with pytest.raises(InputError, match="10,10: lies in none of the oblasts"):
        place_history.record_of(make((0, {Ground.OCCUPIED: 1})), 10, 10)


@pytest.mark.parametrize(
    ("asked", "name", "iso"),
    [
        ("Kostiantynivka", "Kostiantynivka", "UA-14"),  # the city, of three
        ("kostiantynivka, Kherson", "Kostiantynivka", "UA-65"),
        ("Костянтинівка", "Kostiantynivka", "UA-14"),
        ("  BAKHMUT ", "Bakhmut", "UA-14"),
        ("Chasiv-Yar", "Chasiv Yar", "UA-14"),
        ("Запоріжжя", "Zaporizhzhia", "UA-23"),
    ],
)
def test_names_match_however_they_are_written(asked: str, name: str, iso: str) -> None:
    place, _ = places.find(asked)
    assert (place.name, place.iso) == (name, iso)


def test_doubles_are_told_apart_and_near_misses_suggested() -> None:
    _, others = places.find("Kostiantynivka")
    assert {p.iso for p in others} == {"UA-23", "UA-65"}
    with pytest.raises(InputError, match=r"places of that name: Oleksandrivka, Donetsk \(36"):
        places.find("Oleksandrivka")
    with pytest.raises(InputError, match="no place of that name; near: Sloviansk"):
        places.find("Slovyansk City")
    with pytest.raises(InputError, match="oblast ' Crimea': not known; allowed: UA-14"):
        places.find("Kherson, Crimea")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main.main(["place", *arguments]) == 0
    return capsys.readouterr().out


def test_the_command_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(capsys, "Bakhmut", "--format", "json"))
    assert (told["name"], told["iso"], told["cell_m"]) == ("Bakhmut", "UA-14", 250)
    assert [s["status"] for s in told["periods"]] == ["ukrainian_held", "contested", "russian_held"]
    assert told["periods"][-1]["until"] is None
    assert len(told["snapshots"]) == 1487
    last = told["snapshots"][-1]
    held = {"date": "2026-08-20", "status": "russian_held", "distance_km": 0.0}
    assert last == {**held, "reader": "deepstate_daily"}
    at = f"{told['lon']},{told['lat']}"
    rows = list(csv.DictReader(io.StringIO(run(capsys, at, "--format", "csv"))))
    assert [r["status"] for r in rows] == [s["status"] for s in told["snapshots"]]
    assert "2026-08-20  nearest Russian-held ground: 0.0 km" in run(capsys, "Bakhmut")


def test_the_command_tells_a_gap(capsys: pytest.CaptureFixture[str]) -> None:
    # By ISW's embedded record, which has none from 30 November 2022 to 1 May 2023.
    told = json.loads(run(capsys, "Kherson", "--source", "isw", "--format", "json"))
    gap = {"status": "not_known", "since": "2022-12-15", "until": "2023-05-01", "reader": None}
    assert gap in told["periods"]
    assert "not_known" not in {s["status"] for s in told["snapshots"]}
    shown = run(capsys, "Kherson", "--source", "isw").splitlines()
    assert ["not_known", "2022-12-15", "2023-05-01"] in [line.split()[:3] for line in shown]


@pytest.mark.parametrize("where", ["Nowhere at all", "10,10", "1.2.3,4", "Oleksandrivka", "nan,1"])
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], where: str) -> None:
    assert main.main(["place", where]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
