"""Sources against each other, on squares whose shares are counted by hand, and on the real ones."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import shapely

from controlmap.analysis import agreement, assessed_advance, features
from controlmap.analysis.agreement import Opinion
from controlmap.analysis.assessed_advance import Advance
from controlmap.core import geoparquet
from controlmap.core.model import Ground, InputError, Snapshot, SnapshotInfo, Status
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of
from controlmap.geo.oblasts import Basis
from controlmap.record import archive, coverage, generalise, sampling
from controlmap.record.coverage import Coverage
from controlmap.record.grid import Grid
from rows import areas

DAY = date(2024, 5, 6)
DAY_OF_3 = date(2023, 7, 1)
Box = tuple[float, float, float, float]
A, B, C = ((37.0 + i / 10, 48.0, 37.1 + i / 10, 48.1) for i in range(3))  # in Donetsk oblast
SQUARE_KM2 = 82.897
SNAP_KM2 = 0.02
GRID_KM2 = 2.4  # half a row of points along two sides of 7.4 and 11.1 km


def record(*boxes: Box, on: date = DAY, ground: Ground = Ground.OCCUPIED) -> Coverage:
    """A record of one state that holds these boxes; an advance comes with the first box held."""
    held = boxes if ground is Ground.OCCUPIED else boxes[:1]
    layers = {Ground.OCCUPIED: array_of(shapely.box(*b) for b in held)}
    reports = {Status.RUSSIAN_HELD}
    if ground is not Ground.OCCUPIED:
        layers[ground] = array_of(shapely.box(*b) for b in boxes[1:])
        reports.add(Status.ASSESSED_ADVANCE)
    observed = datetime(on.year, on.month, on.day, tzinfo=UTC)
    info = SnapshotInfo("isw", "x", observed, None, "x", frozenset(reports))
    return coverage.build("isw", [Snapshot(info, layers)])


def opinions(*records: Coverage, day: date = DAY) -> list[Opinion]:
    return agreement.opinions({f"s{i}": r for i, r in enumerate(records)}, day)


# The grid


def test_the_points_fill_the_oblasts() -> None:
    known = archive.load(geoparquet.geodata("deepstate.parquet")).coverage.oblasts
    counts = np.bincount(sampling.points().oblast) * (sampling.CELL_M / 1000) ** 2
    assert counts == pytest.approx([o.polygon_km2 for o in known], abs=5)


def test_each_point_is_given_the_polygon_that_it_lies_in() -> None:
    # A square, its neighbour with a hole that a third fills, and nothing.
    square, outer = shapely.box(0, 0, 2000, 2000), shapely.box(2000, 0, 6000, 4000)
    inner = shapely.box(3000, 1000, 4000, 2000)
    polygons = np.array([square, outer - inner, inner, None])
    grid = Grid.over(polygons[:3], sampling.CELL_M)
    numbers = grid.numbers(polygons)
    assert numbers.shape == (16, 24)
    rows, columns = np.indices(numbers.shape)
    x, y = grid.west + (columns + 0.5) * 250, grid.south + (rows + 0.5) * 250
    for number, polygon in enumerate(polygons[:3]):
        assert ((numbers == number) == shapely.contains_xy(polygon, x, y)).all()
    assert np.bincount(numbers.ravel() + 1).tolist() == [8 * 8, 8 * 8, 16 * 16 - 4 * 4, 4 * 4]


@pytest.mark.parametrize("off_m", [-1.0, -1e-6, 0.0, 1e-6, 1.0])
def test_an_edge_that_two_share_but_for_rounding_takes_nothing_from_the_one_behind_it(
    off_m: float,
) -> None:
    # Squares of eight cells a side; the second begins a little before the first one ends, the
    # third is of the second's number, and a sliver lies between these.
    side = 8 * sampling.CELL_M
    square = [shapely.box(n * side + off_m * (n > 0), 0, (n + 1) * side, side) for n in range(3)]
    sliver = shapely.box(2 * side - abs(off_m), 0, 2 * side + off_m / 2, side)
    two = shapely.MultiPolygon(square[1:])
    both = array_of([square[0], two, sliver] if off_m > 0 else [square[0], two])
    numbers = Grid.over(both, sampling.CELL_M).numbers(both)
    assert (numbers[:, :8] == 0).all()
    assert (numbers[:, 8:] == 1).all()


def test_points_of_the_embedded_record_are_those_of_a_search() -> None:
    known = archive.load(geoparquet.geodata("deepstate.parquet")).coverage
    chosen = np.random.default_rng(1).choice(len(sampling.points().place), 3000, replace=False)
    row, column = np.divmod(sampling.points().place[chosen], sampling.grid().columns)
    x = sampling.grid().west + (column + 0.5) * sampling.CELL_M
    y = sampling.grid().south + (row + 0.5) * sampling.CELL_M
    point, face = known.faces.tree.query(shapely.points(x, y), predicate="within")
    # Of a point in no face the nearest.
    expected = np.asarray(known.faces.tree.nearest(np.asarray(shapely.points(x, y))))
    expected[point] = face
    assert known.faces.at_points[chosen].tolist() == expected.tolist()


# Who holds what


def test_held_by_all_by_some_by_one_by_none() -> None:
    found = agreement.agree(opinions(record(A, B), record(A, C), record(A, B)))
    donetsk, *others, every = agreement.by_oblast(found)
    assert donetsk.by_all == pytest.approx(SQUARE_KM2, abs=SNAP_KM2)
    assert donetsk.by_some == pytest.approx(SQUARE_KM2, abs=SNAP_KM2)
    assert donetsk.by_one == pytest.approx(SQUARE_KM2, abs=SNAP_KM2)
    assert donetsk.only == {"s0": 0, "s1": pytest.approx(donetsk.by_one), "s2": 0}
    for row in (donetsk, *others, every):
        parts = row.by_all + row.by_some + row.by_one + row.by_none
        assert parts == pytest.approx(row.total, abs=1e-6)
    assert all(r.by_none == pytest.approx(r.total) for r in others)
    assert every.by_all == pytest.approx(donetsk.by_all)


def test_generalised_records_are_counted_on_points_and_raked() -> None:
    compared = [
        replace(o, coverage=generalise.generalise(o.coverage, 250))
        for o in opinions(record(A, B), record(A, C))
    ]
    counted = agreement.agree(compared)
    assert not counted.is_exact
    donetsk = agreement.by_oblast(counted)[0]
    assert donetsk.by_all == pytest.approx(SQUARE_KM2, abs=GRID_KM2)
    for bit in (0, 1):  # what each holds is exact
        assert counted.km2[0, [1 << bit, 3]].sum() == pytest.approx(2 * SQUARE_KM2, abs=SNAP_KM2)


def test_of_two_sources_none_is_some() -> None:
    found = agreement.agree(opinions(record(A, B), record(A)))
    assert agreement.by_oblast(found)[-1].by_some == 0
    assert set(agreement.outlines(found)) == {"all", "one"}


def test_jaccard() -> None:
    first, second, third = agreement.pairs(
        agreement.agree(opinions(record(A, B), record(A, C), record(A, B)))
    )
    # Of three squares that either holds, both hold one.
    assert (first.one, first.other) == ("s0", "s1")
    assert first.jaccard == pytest.approx(1 / 3, abs=0.01)
    assert first.apart_km2 == pytest.approx(2 * SQUARE_KM2, abs=SNAP_KM2)
    assert (second.jaccard, second.apart_km2) == (1, 0)
    assert third.jaccard == pytest.approx(1 / 3, abs=0.01)


def test_the_spread_is_the_records_own() -> None:
    rows = agreement.spread(opinions(record(A, B), record(A), record(A, B, C)))
    total = record(A).oblasts[0].polygon_km2
    assert rows[0].iso == "UA-14"
    assert rows[0].low == pytest.approx(SQUARE_KM2 / total, abs=1e-5)
    assert rows[0].high == pytest.approx(3 * SQUARE_KM2 / total, abs=1e-5)
    assert list(rows[0].shares) == ["s0", "s1", "s2"]
    assert (rows[1].low, rows[1].high) == (0, 0)
    whole = sum(o.polygon_km2 for o in record(A).oblasts)
    assert rows[-1].high == pytest.approx(3 * SQUARE_KM2 / whole, abs=1e-6)
    official = agreement.spread(opinions(record(A)), Basis.OFFICIAL)
    assert official[0].high == pytest.approx(SQUARE_KM2 / 26_517, abs=1e-6)


def test_each_source_is_read_at_its_own_last_state() -> None:
    known = {"early": record(A, on=DAY - timedelta(days=14)), "now": record(A, B)}
    early, now = agreement.opinions(known, DAY)
    assert (early.age_days, early.is_current) == (14, True)
    assert (now.age_days, now.is_current) == (0, True)
    later = agreement.opinions(known, DAY + timedelta(days=1))
    assert [o.is_current for o in later] == [False, True]
    assert [o.source for o in agreement.opinions(known, DAY - timedelta(days=1))] == ["early"]
    assert agreement.spread(later)[0].shares.keys() == {"now"}


def test_the_band_over_time() -> None:
    known = {"early": record(A, on=DAY - timedelta(days=14)), "now": record(A, B)}
    days = [DAY - timedelta(days=n) for n in (20, 1, 0)]
    rows = list(agreement.spread_over_time(known, days))
    assert [(day, len(spread)) for day, spread in rows] == [(days[0], 0), (days[1], 5), (DAY, 5)]
    assert rows[1][1][0].shares.keys() == {"early"}
    assert rows[2][1][0].shares.keys() == {"early", "now"}


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InputError, match="sources s0: two to 8 are compared"):
        agreement.agree(opinions(record(A)))
    with pytest.raises(InputError, match="two to 8"):
        agreement.agree(opinions(*[record(A)] * 9))
    old = opinions(record(A), record(A, on=DAY - timedelta(days=15)))
    with pytest.raises(InputError, match=r"s1: its last snapshot .* 14 days before 2024-05-06"):
        agreement.agree(old)


# On the map


def test_the_largest_pieces_come_first_and_lie_where_they_should() -> None:
    found = agreement.agree(opinions(record(A, B), record(A)))
    (patch,) = agreement.patches(found, 5)
    assert patch.holders == ("s0",)
    assert patch.area_km2 == pytest.approx(SQUARE_KM2, rel=0.1)  # drawn from every second point
    assert shapely.box(*B).contains(shapely.Point(patch.lon, patch.lat))


def test_what_is_drawn_is_where_it_is_held() -> None:
    drawn = agreement.outlines(agreement.agree(opinions(record(A, B), record(A))))
    for name, box in (("all", A), ("one", B)):
        square = shapely.box(*box)
        assert geodesy.area_km2(drawn[name] & square) > 0.9 * SQUARE_KM2
        assert geodesy.area_km2(drawn[name] - square) < 0.1 * SQUARE_KM2


def test_the_ground_as_a_frame() -> None:
    shown = features.agreed(agreement.agree(opinions(record(A, B), record(A))))
    assert shown["held_by"].tolist() == ["s0", "s0 s1"]
    assert shown["class"].tolist() == ["one", "all"]
    assert shown["area_km2"].tolist() == pytest.approx([SQUARE_KM2] * 2, abs=GRID_KM2)


def test_how_records_agree_keeps_none_of_them() -> None:
    compared = opinions(record(A), record(B))
    kept = weakref.ref(compared[0].coverage)
    found = agreement.agree(compared)
    del compared
    gc.collect()
    assert kept() is None
    assert found.sources == ("s0", "s1")


# Assessed advance


@pytest.mark.parametrize(
    ("advance", "held", "contested", "apart"),
    [
        (Advance.APART, 1, None, 1),
        (Advance.HELD, 2, None, None),
        (Advance.CONTESTED, 1, 1, None),
    ],
)
def test_what_assessed_advance_counts_as(
    advance: Advance, held: float, contested: float | None, apart: float | None
) -> None:
    made = assessed_advance.counted(record(A, B, ground=Ground.ASSESSED_ADVANCE), advance)
    row = areas(made, made.at(DAY))[0]
    found = (row.russian_held, row.contested, row.assessed_advance)
    squares = [None if km2 is None else round(km2 / SQUARE_KM2, 3) for km2 in found]
    assert squares == [held, contested, apart]
    assert row.ukrainian_held == pytest.approx(row.total - 2 * SQUARE_KM2, abs=0.02)


def test_counted_otherwise_the_faces_are_sampled_once() -> None:
    made = record(A, B, ground=Ground.ASSESSED_ADVANCE)
    held, contested = (assessed_advance.counted(made, a) for a in (Advance.HELD, Advance.CONTESTED))
    assert held.faces.at_points is made.faces.at_points
    assert contested.faces.tree is made.faces.tree


def test_a_record_without_assessed_advance_is_the_same() -> None:
    made = record(A)
    assert assessed_advance.counted(made, Advance.HELD) is made


# The embedded records


def test_the_embedded_records_agree_on_most_and_never_on_more_than_they_hold() -> None:
    known = {s: archive.open_source(s).coverage for s in ("deepstate", "isw", "nzz")}
    compared = agreement.opinions(known, date(2023, 7, 1))
    assert [(o.source, o.age_days) for o in compared] == [("deepstate", 0), ("isw", 0), ("nzz", 1)]
    every = agreement.by_oblast(agreement.agree(compared))[-1]
    held = [o.held_km2().sum() for o in compared]
    assert 76_000 < every.by_all < min(held)
    for one, source in zip(held, compared, strict=True):
        bits = [c for c in range(8) if c >> compared.index(source) & 1]
        assert agreement.agree(compared).km2[:, bits].sum() == pytest.approx(one, abs=0.01)
    assert all(pair.jaccard > 0.95 for pair in agreement.pairs(agreement.agree(compared)))


def test_a_persons_own_record_is_as_exact_where_it_has_the_embedded_one_s_lines() -> None:
    known = {s: archive.open_source(s).coverage for s in ("deepstate", "isw", "nzz")}
    embedded = agreement.agree(agreement.opinions(known, DAY_OF_3))
    own = replace(known["deepstate"], sha256="of its own")
    extended = agreement.agree(agreement.opinions({**known, "deepstate": own}, DAY_OF_3))
    assert (embedded.is_exact, extended.is_exact) == (True, True)
    assert extended.km2 == pytest.approx(embedded.km2)
    of_other_lines = replace(own.faces, km2=own.faces.km2 * 1.0001)
    other = replace(own, faces=of_other_lines)
    assert not agreement.agree(agreement.opinions({**known, "deepstate": other}, DAY_OF_3)).is_exact


def test_luhansk_is_whole_in_the_embedded_nzz_after_march_2024() -> None:
    made = archive.open_source("nzz").coverage
    before, after = (made.at(day).index for day in (date(2024, 3, 8), date(2024, 3, 15)))
    held = made.areas[:, :, list(Status.RUSSIAN_HELD.grounds)].sum(axis=2)
    assert held[after] - held[before] == pytest.approx([0, 0, 0, 0], abs=60)
    assert held[after][1] > 26_000
    told = archive.open_source("nzz").provenance.figures["completed"]
    assert "left out from 2024-03-15 on" in told
