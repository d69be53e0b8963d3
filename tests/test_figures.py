"""Tables out of hand-made records, with figures that a reader can work out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from controlmap.analysis.figures import ALL, Contested, Every, days_of, last_reported
from controlmap.core.model import REPORTABLE, Ground, InputError, Status
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage
from records import (
    EVERYTHING,
    FIRST,
    HELD_ONLY,
    day,
    make,
    reporting,
    strips,
)
from rows import areas, compare, history


def of(rows: list[Any], iso: str) -> Any:
    (row,) = (row for row in rows if row.iso == iso)
    return row


MIXED = {
    Ground.HELD_BEFORE_2022: 1,
    Ground.OCCUPIED: 3,
    Ground.CONTESTED: 2,
    Ground.LIBERATED: 1,
}


# Areas


def test_a_status_is_summed_over_its_kinds_of_ground_in_one_snapshot_or_several() -> None:
    made = make((0, {Ground.CONTESTED: 1}), (1, {Ground.CONTESTED: 1, Ground.INFILTRATION: 2}))
    one, several = (made.status_km2(Status.CONTESTED, index) for index in (1, [0, 1]))
    assert [strips(v) for v in one] == [3, 0]
    assert [[strips(v) for v in row] for row in several] == [[1, 0], [3, 0]]
    assert (made.status_km2(Status.CONTESTED) == several).all()


def test_areas_of_each_oblast_and_of_all() -> None:
    coverage = make((0, MIXED))
    rows = areas(coverage, coverage.at(FIRST))
    assert [(r.iso, r.name) for r in rows] == [
        ("WEST", "West"),
        ("EAST", "East"),
        (ALL, "All four oblasts"),
    ]
    columns = (*REPORTABLE[:4], Status.UKRAINIAN_HELD)
    assert [[strips(getattr(r, s)) for s in columns] for r in rows] == [
        [4, 1, 2, 1, 4],
        [0, 0, 0, 0, 10],
        [4, 1, 2, 1, 14],
    ]
    assert [strips(r.total) for r in rows] == [10, 10, 20]
    assert [round(r.held_share, 6) for r in rows] == [0.4, 0, 0.2]


def test_what_is_not_reported_is_unknown_and_what_is_reported_may_be_zero() -> None:
    reported = make((0, {Ground.OCCUPIED: 4}))
    unknown = make((0, {Ground.OCCUPIED: 4}), reports=HELD_ONLY)
    for coverage, nothing in ((reported, 0), (unknown, None)):
        for row in areas(coverage, coverage.at(FIRST)):
            assert row.contested == nothing
            assert row.liberated == nothing
            assert row.held_before_2022 == nothing
            assert row.ukrainian_held == pytest.approx(row.total - row.russian_held)


def test_shares_are_taken_over_the_official_area_where_that_is_chosen() -> None:
    coverage = make((0, MIXED))
    rows = areas(coverage, coverage.at(FIRST), Basis.OFFICIAL)
    assert [strips(r.basis_km2) for r in rows] == [8, 12, 20]
    assert [round(r.held_share, 6) for r in rows] == [4 / 8, 0, 4 / 20]
    # The areas stay those of the polygon, so that they add up.
    assert [strips(r.total) for r in rows] == [10, 10, 20]
    for row in rows:
        assert row.contested is not None
        assert row.russian_held + row.contested + row.ukrainian_held == pytest.approx(row.total)


# Claimed versus held


def test_claimed_versus_held() -> None:
    coverage = make((0, MIXED))
    west = of(compare(coverage, coverage.at(FIRST)), "WEST")
    assert [strips(v) for v in (west.claimed, west.held, west.gap, west.contested)] == [10, 4, 6, 2]
    assert west.held_share == pytest.approx(0.4)
    assert west.claimed == west.held + west.gap


@pytest.mark.parametrize(
    ("basis", "contested", "claimed", "held"),
    [
        (Basis.POLYGON, Contested.OUT, 10, 4),
        (Basis.POLYGON, Contested.IN, 10, 6),
        (Basis.OFFICIAL, Contested.OUT, 8, 4),
        (Basis.OFFICIAL, Contested.IN, 8, 6),
    ],
)
def test_basis_and_contested_are_chosen(
    basis: Basis, contested: Contested, claimed: int, held: int
) -> None:
    coverage = make((0, MIXED))
    rows = compare(coverage, coverage.at(FIRST), basis, contested)
    for iso, beside in (("WEST", 0), (ALL, 12 if basis is Basis.OFFICIAL else 10)):
        row = of(rows, iso)
        whole, drawn = claimed + beside, 10 if iso == "WEST" else 20
        # What the official area has beyond the polygon is not measured, not "not held".
        assert [strips(v) for v in (row.claimed, row.held, row.gap)] == [whole, held, drawn - held]
        assert row.held_share == pytest.approx(held / whole)


def changes(
    coverage: Coverage, on: date, contested: Contested = Contested.OUT
) -> tuple[float | None, float | None]:
    """The changes of WEST over 30 and 365 days, in strips."""
    row = of(compare(coverage, coverage.at(on), contested=contested), "WEST")
    return strips(row.change_30d), strips(row.change_365d)


def test_changes_over_30_and_365_days() -> None:
    # A snapshot every ten days: 1 strip for 340 days, then one more every ten days.
    coverage = make(*((d, {Ground.OCCUPIED: max(1, d // 10 - 33)}) for d in range(0, 400, 10)))
    assert changes(coverage, day(390)) == (6 - 3, 6 - 1)
    assert changes(coverage, day(365)) == (3 - 1, 3 - 1)
    # 364 days before the first snapshot is a day before the span.
    assert changes(coverage, day(364)) == (3 - 1, None)
    assert changes(coverage, day(29)) == (None, None)
    assert changes(coverage, day(30)) == (0, None)


def test_a_loss_is_a_negative_change() -> None:
    coverage = make((0, {Ground.OCCUPIED: 5}), (14, {}), (28, {}), (30, {Ground.OCCUPIED: 2}))
    assert changes(coverage, day(30)) == (-3, None)


def test_a_change_from_within_a_gap_is_unknown() -> None:
    coverage = make(*((d, {Ground.OCCUPIED: 1 + d // 40}) for d in (0, 40, 45)))
    assert coverage.gaps == ((day(0), day(40)),)
    assert changes(coverage, day(44)) == (1, None)  # 30 days before is day 14, carried
    assert changes(coverage, day(45)) == (None, None)  # day 15, in the gap


def test_a_change_across_what_is_reported_is_unknown_only_where_contested_counts() -> None:
    drawn = make(
        (0, {Ground.OCCUPIED: 1, Ground.CONTESTED: 2}),
        (14, {Ground.OCCUPIED: 1, Ground.CONTESTED: 2}),
        (28, {Ground.OCCUPIED: 2}),
        (30, {Ground.OCCUPIED: 2}),
    )
    coverage = reporting(drawn, EVERYTHING, EVERYTHING, HELD_ONLY, HELD_ONLY)
    assert changes(coverage, day(30)) == (1, None)
    assert changes(coverage, day(30), Contested.IN) == (None, None)
    assert changes(drawn, day(30), Contested.IN) == (2 - 3, None)


def test_the_last_time_that_a_status_was_reported() -> None:
    drawn = make(*((d, {Ground.OCCUPIED: d + 1}) for d in range(4)))
    coverage = reporting(drawn, HELD_ONLY, EVERYTHING, HELD_ONLY, HELD_ONLY)
    found = last_reported(coverage, coverage.at(day(3)), Status.CONTESTED)
    assert found is not None
    assert (found.index, found.day, found.carried) == (1, day(1), False)
    held = last_reported(coverage, coverage.at(day(3)), Status.RUSSIAN_HELD)
    assert held is not None
    assert held.index == 3
    assert last_reported(coverage, coverage.at(day(0)), Status.CONTESTED) is None


# History


def rows_of(coverage: Coverage, iso: str = "WEST", **asked: object) -> list[Any]:
    return [r for r in history(coverage, **asked) if r.iso == iso]  # type: ignore[arg-type]


def test_history_has_a_row_a_day_and_oblast_and_says_what_is_carried() -> None:
    coverage = make((0, {Ground.OCCUPIED: 1}), (2, {Ground.OCCUPIED: 2, Ground.CONTESTED: 1}))
    rows = list(history(coverage))
    assert [r.iso for r in rows] == ["WEST", "EAST", ALL] * 3
    west = [(r.date, strips(r.russian_held), strips(r.contested), r.carried) for r in rows[::3]]
    assert west == [(day(0), 1, 0, False), (day(1), 1, 0, True), (day(2), 2, 1, False)]
    assert [strips(r.ukrainian_held) for r in rows[6:]] == [7, 10, 17]


def test_history_tells_nothing_of_a_gap() -> None:
    coverage = make((0, {Ground.OCCUPIED: 1}), (16, {Ground.OCCUPIED: 2}))
    rows = rows_of(coverage)
    assert [strips(r.russian_held) for r in rows] == [1] * 15 + [None, 2]
    gap = rows[15]
    assert {k: v for k, v in vars(gap).items() if k not in ("reader", "source", "observed")} == {
        "date": day(15),
        "iso": "WEST",
        "russian_held": None,
        "held_before_2022": None,
        "contested": None,
        "liberated": None,
        "ukrainian_held": None,
        "held_share": None,
        "carried": False,
        "assessed_advance": None,
        "infiltration": None,
        "claimed_control": None,
    }
    assert [r.carried for r in rows] == [False, *[True] * 14, False, False]


def test_history_agrees_with_areas_on_every_day() -> None:
    coverage = make(*((d, {Ground.OCCUPIED: 1 + d % 3, Ground.CONTESTED: d % 2}) for d in range(9)))
    for row in history(coverage):
        whole = of(areas(coverage, coverage.at(row.date)), row.iso)
        assert row.russian_held == whole.russian_held
        assert row.contested == whole.contested


def test_history_of_a_part_of_the_span() -> None:
    coverage = make((0, {}), (10, {Ground.OCCUPIED: 1}))
    assert [r.date for r in rows_of(coverage, start=day(3), end=day(5))] == [day(3), day(4), day(5)]
    assert [r.date for r in rows_of(coverage, start=day(9))] == [day(9), day(10)]
    assert [r.date for r in rows_of(coverage, end=day(0))] == [day(0)]


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (5, 4, "from 2024-01-06 to 2024-01-05: the first day is after the last"),
        (-1, 4, "2023-12-31: outside the span of made, 2024-01-01 to 2024-01-11"),
        (0, 11, "2024-01-12: outside the span of made, 2024-01-01 to 2024-01-11"),
        (20, 21, "2024-01-21: outside the span of made"),
    ],
)
def test_a_range_that_cannot_be_is_refused(start: int, end: int, told: str) -> None:
    coverage = make((0, {}), (10, {}))
    with pytest.raises(InputError, match=told):
        list(history(coverage, day(start), day(end)))


@pytest.mark.parametrize(
    ("start", "end", "every", "expected"),
    [
        # 2024-02 has 29 days; 1 January 2024 is a Monday.
        ("2024-02-27", "2024-03-01", Every.DAY, "02-27 02-28 02-29 03-01"),
        ("2024-01-01", "2024-01-21", Every.WEEK, "01-07 01-14 01-21"),
        ("2024-01-01", "2024-01-23", Every.WEEK, "01-07 01-14 01-21 01-23"),
        ("2024-01-07", "2024-01-07", Every.WEEK, "01-07"),
        ("2024-01-08", "2024-01-09", Every.WEEK, "01-09"),
        ("2024-01-15", "2024-04-30", Every.MONTH, "01-31 02-29 03-31 04-30"),
        ("2023-02-01", "2023-04-02", Every.MONTH, "02-28 03-31 04-02"),
        ("2023-12-31", "2024-01-01", Every.MONTH, "12-31 01-01"),
        ("2024-01-01", "2024-01-01", Every.MONTH, "01-01"),
    ],
)
def test_the_days_of_a_range(start: str, end: str, every: Every, expected: str) -> None:
    days = days_of(date.fromisoformat(start), date.fromisoformat(end), every)
    assert " ".join(f"{d:%m-%d}" for d in days) == expected


def test_history_by_the_week_carries_and_leaves_gaps_like_by_the_day() -> None:
    coverage = make((0, {Ground.OCCUPIED: 1}), (30, {Ground.OCCUPIED: 2}))
    rows = rows_of(coverage, every=Every.WEEK)
    # Sundays are days 6, 13, 20 and 27; the last day is day 30. Beyond day 14 is a gap.
    assert [(r.date, strips(r.russian_held), r.carried) for r in rows] == [
        (day(6), 1, True),
        (day(13), 1, True),
        (day(20), None, False),
        (day(27), None, False),
        (day(30), 2, False),
    ]
