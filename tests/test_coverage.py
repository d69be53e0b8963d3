"""Hand-made coverages whose areas, runs and days a reader can work out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from controlmap.core.model import (
    PRECEDENCE,
    REPORTABLE,
    Ground,
    InputError,
    Snapshot,
    Status,
)
from controlmap.geo import geodesy, oblasts
from controlmap.record import archive
from controlmap.record.coverage import Coverage, build
from records import (
    DAYS,
    NOON,
    PROPERTY,
    TINY,
    WEST_EAST,
    Layers,
    make_snapshot,
    of_boxes,
    same,
)


def rectangle_km2(west: float, south: float, east: float, north: float) -> float:
    """The area on WGS84 between two meridians and two parallels, by the authalic formula.

    Source: Snyder (1987), Map Projections - A Working Manual, equation 3-12.
    """
    semi_major_km, flattening = 6378.137, 1 / 298.257223563
    e = math.sqrt(flattening * (2 - flattening))

    def q(lat: float) -> float:
        s = math.sin(math.radians(lat))
        return (1 - e * e) * (s / (1 - (e * s) ** 2) + math.atanh(e * s) / e)

    return semi_major_km**2 / 2 * math.radians(east - west) * (q(north) - q(south))


def km2(coverage: Coverage, index: int, status: Status, oblast: int = 0) -> float:
    return float(coverage.areas[index, oblast, list(status.grounds)].sum())


# Inside Donetsk oblast, a tenth of a degree wide and high: by the formula 82.897 km2.
SQUARE = (37.6, 48.0, 37.7, 48.1)
OCCUPIED, CONTESTED, LIBERATED, BEFORE = (
    Ground.OCCUPIED,
    Ground.CONTESTED,
    Ground.LIBERATED,
    Ground.HELD_BEFORE_2022,
)


# Areas that can be derived


def test_a_square_taken_lost_and_retaken() -> None:
    coverage = build(
        "deepstate",
        [
            make_snapshot(day, layers)
            for day, layers in enumerate(
                [{}, {OCCUPIED: [SQUARE]}, {LIBERATED: [SQUARE]}, {OCCUPIED: [SQUARE]}]
            )
        ],
    )
    assert [o.iso for o in coverage.oblasts] == ["UA-14", "UA-09", "UA-65", "UA-23"]
    assert rectangle_km2(*SQUARE) == pytest.approx(82.8967, abs=1e-4)
    held = [km2(coverage, i, Status.RUSSIAN_HELD) for i in range(4)]
    assert held == pytest.approx([0, 82.8967, 0, 82.8967], abs=1e-4)
    assert km2(coverage, 2, Status.LIBERATED) == pytest.approx(82.8967, abs=1e-4)
    assert coverage.areas[:, 1:, 1:].max() == 0  # nothing in the other three
    square = coverage.held(1)
    assert square.sum() == 1
    runs = coverage.run_face == np.flatnonzero(square)[0]
    assert coverage.run_since[runs].tolist() == [0, 1, 2, 3]
    assert coverage.run_until[runs].tolist() == [1, 2, 3, 4]
    assert coverage.run_ground[runs].tolist() == [Ground.UNMARKED, OCCUPIED, LIBERATED, OCCUPIED]


def test_ground_that_was_lost_measures_zero_and_not_nearly_zero() -> None:
    # Sums of tenths and sevenths leave a rest in floating point when they are taken off again.
    steps = [(36 + i / 70, 48.1, 36 + (i + 1) / 70, 48.3 + i / 90) for i in range(40)]
    coverage = of_boxes({OCCUPIED: steps}, *({OCCUPIED: steps[i:]} for i in range(1, 40)), {})
    assert coverage.areas[0, 0, OCCUPIED] > 100
    assert coverage.areas[-1, :, 1:].tolist() == [[0.0] * (len(Ground) - 1)] * 2
    assert not np.signbit(coverage.areas).any()


def test_a_front_moved_by_one_kilometre() -> None:
    # At 48.05 north a degree of longitude is 74.6 km: the front of 11.1 km moves by 1 km.
    degree_km = geodesy.WGS84.inv(37.6, 48.05, 38.6, 48.05)[2] / 1000
    step = round(1 / degree_km, 5)
    before, after = (37.6, 48.0, 37.7, 48.1), (37.6, 48.0, 37.7 + step, 48.1)
    coverage = build(
        "deepstate",
        [make_snapshot(0, {OCCUPIED: [before]}), make_snapshot(1, {OCCUPIED: [after]})],
    )
    front_km = geodesy.WGS84.inv(37.7, 48.0, 37.7, 48.1)[2] / 1000
    assert front_km == pytest.approx(11.12, abs=0.01)
    gained = km2(coverage, 1, Status.RUSSIAN_HELD) - km2(coverage, 0, Status.RUSSIAN_HELD)
    assert gained == pytest.approx(front_km * 1.0, rel=1e-3)
    changed = coverage.ground(0) != coverage.ground(1)
    assert changed.sum() == 1
    assert coverage.face_km2[changed].sum() == pytest.approx(gained, abs=1e-5)


def test_a_box_over_a_border_is_divided_between_the_oblasts() -> None:
    coverage = of_boxes({OCCUPIED: [(36.8, 48.2, 37.1, 48.4)]})
    whole = rectangle_km2(36.8, 48.2, 37.1, 48.4)
    held = [km2(coverage, 0, Status.RUSSIAN_HELD, oblast) for oblast in (0, 1)]
    assert held == pytest.approx([whole * 2 / 3, whole / 3], abs=1e-4)


def test_what_lies_outside_the_oblasts_does_not_count() -> None:
    coverage = of_boxes({OCCUPIED: [(35.5, 47.5, 36.5, 48.5)]})
    assert km2(coverage, 0, Status.RUSSIAN_HELD) == pytest.approx(
        rectangle_km2(36, 48, 36.5, 48.5), abs=1e-3
    )


@pytest.mark.parametrize(("winner", "loser"), [*itertools.combinations(PRECEDENCE, 2)])
def test_where_two_are_drawn_over_each_other_the_first_counts(
    winner: Ground, loser: Ground
) -> None:
    # Each is a square of 0.2 degrees; they share a strip of half their width.
    west, east = (36.2, 48.2, 36.4, 48.4), (36.3, 48.2, 36.5, 48.4)
    coverage = of_boxes({loser: [east], winner: [west]})
    whole = rectangle_km2(*west)
    assert coverage.areas[0, 0, winner] == pytest.approx(whole, abs=1e-4)
    assert coverage.areas[0, 0, loser] == pytest.approx(whole / 2, abs=1e-4)


def test_held_before_2022_is_a_part_of_held_and_liberated_of_ukrainian_held() -> None:
    one, two = (36.1, 48.1, 36.2, 48.2), (36.3, 48.1, 36.4, 48.2)
    coverage = of_boxes({BEFORE: [one], LIBERATED: [two]})
    square = rectangle_km2(*one)
    assert km2(coverage, 0, Status.HELD_BEFORE_2022) == pytest.approx(square, abs=1e-4)
    assert km2(coverage, 0, Status.RUSSIAN_HELD) == pytest.approx(square, abs=1e-4)
    assert km2(coverage, 0, Status.UKRAINIAN_HELD) == pytest.approx(
        WEST_EAST[0].polygon_km2 - square, abs=1e-4
    )


def test_a_snapshot_is_drawn_by_the_faces() -> None:
    coverage = of_boxes(
        {OCCUPIED: [(36.2, 48.2, 36.4, 48.4)], CONTESTED: [(36.3, 48.2, 36.5, 48.4)]}
    )
    drawn = coverage.snapshot(0)
    assert shapely.union_all(drawn.layers[OCCUPIED]).equals(shapely.box(36.2, 48.2, 36.4, 48.4))
    assert shapely.union_all(drawn.layers[CONTESTED]).equals(shapely.box(36.4, 48.2, 36.5, 48.4))
    assert len(drawn.layers[LIBERATED]) == 0


# Properties over whatever is drawn

FILLING = (
    Status.RUSSIAN_HELD,
    Status.CONTESTED,
    Status.ASSESSED_ADVANCE,
    Status.UKRAINIAN_HELD,
)


def measured(coverage: Coverage, layers: Layers) -> dict[Status, float]:
    """The areas in WEST by overlay, the other way: union, difference, one box after another."""
    frame = coverage.oblasts[0].polygon
    taken: BaseGeometry = shapely.MultiPolygon()
    whole: dict[Ground, float] = {}
    for ground in PRECEDENCE:
        drawn = shapely.union_all([shapely.box(*b) for b in layers.get(ground, ())])
        whole[ground] = geodesy.area_km2(frame & (drawn - taken))
        taken = taken | drawn
    return {s: sum(whole.get(g, 0.0) for g in s.grounds) for s in REPORTABLE}


@PROPERTY
@given(days=DAYS)
def test_the_statuses_fill_every_oblast_and_are_what_is_drawn(days: list[Layers]) -> None:
    coverage = of_boxes(*days)
    for index, layers in enumerate(days):
        for oblast, place in enumerate(coverage.oblasts):
            parts = [km2(coverage, index, status, oblast) for status in FILLING]
            assert sum(parts) == pytest.approx(place.polygon_km2, abs=0.01)
        for status, area in measured(coverage, layers).items():
            # The boxes' corners are on the grid; pieces of an edge are a little shorter or longer.
            assert km2(coverage, index, status) == pytest.approx(area, abs=0.01)


@PROPERTY
@given(days=DAYS)
def test_faces_are_disjoint_and_fill_the_oblasts(days: list[Layers]) -> None:
    coverage = of_boxes(*days)
    assert shapely.is_valid(coverage.face_geometry).all()
    assert shapely.coverage_is_valid(coverage.face_geometry)
    assert coverage.face_km2.min() > 0
    for number, oblast in enumerate(coverage.oblasts):
        own = coverage.face_oblast == number
        assert coverage.face_km2[own].sum() == pytest.approx(oblast.polygon_km2, abs=0.01)
        outline = shapely.coverage_union_all(coverage.face_geometry[own])
        assert shapely.equals(outline, oblast.polygon)


@PROPERTY
@given(days=DAYS)
def test_runs_follow_each_other_and_change_the_ground(days: list[Layers]) -> None:
    coverage = of_boxes(*days)
    for face in range(len(coverage.face_km2)):
        own = coverage.run_face == face
        since, until = coverage.run_since[own], coverage.run_until[own]
        assert since[0] == 0
        assert until[-1] == len(days)
        assert since[1:].tolist() == until[:-1].tolist()
        assert (since < until).all()
        assert (np.diff(coverage.run_ground[own]) != 0).all()


@PROPERTY
@given(days=DAYS, data=st.data())
def test_the_order_of_input_does_not_matter(days: list[Layers], data: st.DataObject) -> None:
    snapshots = [make_snapshot(day, layers) for day, layers in enumerate(days)]
    shuffled = data.draw(st.permutations(snapshots))
    assert same(
        build("made", snapshots, oblasts=WEST_EAST), build("made", shuffled, oblasts=WEST_EAST)
    )


@PROPERTY
@given(days=DAYS)
def test_its_own_snapshots_rebuild_it(days: list[Layers]) -> None:
    coverage = of_boxes(*days)
    own = [coverage.snapshot(index) for index in range(len(days))]
    again = build("made", own, oblasts=WEST_EAST)
    # Its corners are on the grid already, so nothing is moved. But a corner that only touched an
    # edge is not drawn again, and the edge is then measured in other pieces of a hundredth of a
    # degree: each is within 6e-6 km2 of the straight line, and a degree has a hundred.
    assert again.areas == pytest.approx(coverage.areas, abs=1e-3)
    assert again.snapshots == coverage.snapshots


def test_slanted_lines_that_cross_rebuild_within_what_the_grid_moves() -> None:
    # Crossings fall between grid points; the first build snaps them, the second finds them there.
    star = [(36.1 + 0.07 * i, 48.1, 36.9 - 0.05 * i, 48.9) for i in range(5)]
    fans = [
        geodesy.array_of(
            shapely.Polygon([(w, s), (e, n), (e + 0.013, n - 0.0171)]) for w, s, e, n in star[i:]
        )
        for i in range(3)
    ]
    drawn = [Snapshot(make_snapshot(i, {}).info, {OCCUPIED: fan}) for i, fan in enumerate(fans)]
    coverage = build("made", drawn, oblasts=WEST_EAST)
    again = build("made", [coverage.snapshot(i) for i in range(3)], oblasts=WEST_EAST)
    assert again.areas == pytest.approx(coverage.areas, abs=1e-3)


# Days and instants


def make_days(*days: float) -> Coverage:
    return build("made", [make_snapshot(d, TINY) for d in days], oblasts=WEST_EAST)


def test_a_day_is_its_last_snapshot_by_its_end_in_utc() -> None:
    # Noon of 1 March; then 23:59:59, and midnight, which is 2 March already.
    coverage = make_days(0, 43_199 / 86_400, 0.5)
    snapshot = coverage.at(date(2024, 3, 1))
    assert (snapshot.index, snapshot.carried) == (1, False)
    assert (coverage.at(date(2024, 3, 2)).index, coverage.span[1]) == (2, date(2024, 3, 2))


def test_a_day_without_a_snapshot_carries_the_last_one_and_says_so() -> None:
    snapshot = make_days(0, 3).at(date(2024, 3, 3))
    assert (snapshot.index, snapshot.carried, snapshot.day) == (0, True, date(2024, 3, 3))
    assert snapshot.info.observed == NOON


def test_fourteen_days_are_carried_and_fifteen_are_a_gap() -> None:
    assert make_days(0, 14).gaps == ()
    assert make_days(0, 15).gaps == ()  # the fourteen days between are all carried
    assert len(make_days(0, 16).gaps) == 1
    coverage = make_days(0, 20)
    assert coverage.gaps == ((date(2024, 3, 1), date(2024, 3, 21)),)
    assert coverage.at(date(2024, 3, 15)).carried
    with pytest.raises(InputError) as caught:
        coverage.at(date(2024, 3, 16))
    assert str(caught.value) == (
        "2024-03-16: in a gap of made from 2024-03-01 to 2024-03-21; "
        "the nearest snapshots are of these two days"
    )
    assert coverage.known(date(2024, 3, 16)) is None


@pytest.mark.parametrize(
    ("day", "nearest"),
    [
        (date(2024, 2, 29), "2024-03-01"),
        (date(2024, 3, 4), "2024-03-03"),
        (date.min, "2024-03-01"),
        (date.max, "2024-03-03"),
    ],
)
def test_outside_the_span_is_refused_with_the_span_and_the_nearest(day: date, nearest: str) -> None:
    coverage = make_days(0, 2)
    with pytest.raises(InputError) as caught:
        coverage.at(day)
    assert str(caught.value) == (
        f"{day}: outside the span of made, 2024-03-01 to 2024-03-03; "
        f"the nearest snapshot is of {nearest}"
    )
    assert coverage.known(day) is None


# What is kept of what is given


def test_identical_duplicates_are_kept_once() -> None:
    coverage = make_days(0, 1, 0)
    assert len(coverage.snapshots) == 2


def test_of_identical_duplicates_the_order_of_input_does_not_choose_the_name() -> None:
    pair = [make_snapshot(0, TINY, name=name) for name in ("b.geojson", "a.geojson")]
    one, other = (build("made", order, oblasts=WEST_EAST) for order in (pair, pair[::-1]))
    assert one.snapshots == other.snapshots


def test_contradictory_duplicates_are_refused_and_both_are_named() -> None:
    pair = [make_snapshot(0, TINY, name="one"), make_snapshot(0, {}, name="other")]
    with pytest.raises(InputError, match="other: one is of the same instant and differs"):
        build("made", pair, oblasts=WEST_EAST)


@pytest.mark.parametrize("day", ["2026-01-24", datetime(2024, 1, 1, tzinfo=UTC), 20240101, None])
def test_what_is_no_day_is_refused_in_one_line(day: Any) -> None:
    coverage = archive.open_source("deepstate").coverage
    for asked in (coverage.at, coverage.known, coverage.last):
        with pytest.raises(InputError, match=r"is no day; allowed: a datetime\.date, as date\("):
            asked(day)


def readers_of(*snapshots: Snapshot, readers: Iterable[str]) -> list[tuple[str, int]]:
    coverage = build("made", snapshots, readers=list(readers), oblasts=WEST_EAST)
    return [(s.reader, (s.observed - NOON).days) for s in coverage.snapshots]


def test_over_the_span_of_the_first_reader_the_others_are_not_used() -> None:
    map_days = [make_snapshot(d, TINY, "map") for d in (2, 5)]
    daily = [make_snapshot(d, TINY, "daily") for d in (1, 2, 3, 5, 6)]
    assert readers_of(*daily, *map_days, readers=("map", "daily")) == [
        ("daily", 1),
        ("map", 2),
        ("map", 5),
        ("daily", 6),
    ]


def test_a_reader_without_snapshots_has_no_span() -> None:
    daily = [make_snapshot(d, TINY, "daily") for d in (1, 2)]
    assert readers_of(*daily, readers=("map", "daily")) == [("daily", 1), ("daily", 2)]


def test_without_a_precedence_all_are_used_in_order_of_time() -> None:
    snapshots = [make_snapshot(1, TINY, "map"), make_snapshot(1, {}, "daily")]
    assert readers_of(*snapshots, readers=()) == [("daily", 1), ("map", 1)]


def test_what_the_precedence_leaves_out_leaves_no_lines() -> None:
    map_days = [make_snapshot(d, TINY, "map") for d in (0, 2)]
    unused = make_snapshot(1, {OCCUPIED: [(36.7, 48.7, 36.8, 48.8)]}, "daily")
    coverage = build("made", [*map_days, unused], readers=["map", "daily"], oblasts=WEST_EAST)
    assert len(coverage.face_km2) == 3  # the box, the rest of WEST, and EAST


def test_nothing_to_build_from_is_refused() -> None:
    with pytest.raises(InputError, match="made: no snapshot to build a record from"):
        build("made", [])


def test_a_snapshot_that_draws_nothing_is_all_the_rest() -> None:
    coverage = of_boxes({})
    assert coverage.areas[0, :, Ground.UNMARKED] == pytest.approx(
        [o.polygon_km2 for o in WEST_EAST]
    )
    assert [g.is_empty for g in coverage.dissolved(coverage.held(0))] == [True, True]


def test_the_four_oblasts_are_filled_to_the_hundredth_of_a_km2() -> None:
    coverage = build("deepstate", [make_snapshot(0, {OCCUPIED: [(36.0, 47.0, 39.0, 49.0)]})])
    for number, oblast in enumerate(oblasts.load()):
        assert coverage.areas[0, number].sum() == pytest.approx(oblast.polygon_km2, abs=0.01)
    assert shapely.coverage_is_valid(coverage.face_geometry)
