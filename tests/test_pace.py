"""Rates on hand-made fronts with a known slope, noise and gaps; projections and their backtest."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

import rows as of_rows
from controlmap.analysis import pace
from controlmap.analysis.figures import ALL, Contested
from controlmap.cli import main
from controlmap.core.model import Ground, InputError, Status
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from controlmap.words import text_pace
from records import EVERYTHING, HELD_ONLY, STRIP_KM2, day, make, reporting


def front(*strips: int, days: list[int] | None = None) -> Coverage:
    """So many strips of WEST held on the days that follow each other, or on those given."""
    numbers = range(len(strips)) if days is None else days
    return make(*((n, {Ground.OCCUPIED: s}) for n, s in zip(numbers, strips, strict=True)))


def measured(coverage: Coverage, window: int = 7, iso: str = "WEST") -> pace.Pace:
    return pace.measure(coverage, iso, coverage.at(coverage.span[1]), window)


def per_day(km2: float | None) -> float | None:
    """A rate in strips a day."""
    return None if km2 is None else round(km2 / STRIP_KM2, 4)


# A known slope, noise, gaps


def test_a_steady_front_has_its_slope_and_nothing_beside_it() -> None:
    found = measured(front(0, 1, 2, 3, 4, 5, 6, 7))
    assert (found.snapshots, found.window_days) == (8, 7)
    rates = (found.km2_per_day, found.low, found.high, found.plain_km2_per_day)
    assert [per_day(r) for r in rates] == [1, 1, 1, 1]
    assert per_day(found.remaining_km2) == 3
    days = (found.days, found.days_low, found.days_high)
    assert days == pytest.approx((3, 3, 3), rel=1e-4)
    assert found.date_after(found.days) == day(7 + 3)


def test_one_wrong_day_does_not_move_the_slope_and_moves_the_plain_difference() -> None:
    # The last of eight days lies six strips below the line: 21 of the 28 pairs are still of slope
    # 1, and 7 below it; the plain difference sees only the ends, (1 - 0) / 7.
    found = measured(front(0, 1, 2, 3, 4, 5, 6, 1))
    assert per_day(found.km2_per_day) == 1
    assert per_day(found.plain_km2_per_day) == round(1 / 7, 4)
    assert found.low < found.km2_per_day <= found.high


def test_a_missing_day_is_no_day_without_movement() -> None:
    found = measured(front(0, 1, 4, 5, 6, 7, days=[0, 1, 4, 5, 6, 7]))
    assert found.snapshots == 6
    assert per_day(found.km2_per_day) == 1


def test_of_a_day_with_several_snapshots_the_last_stands() -> None:
    twice = make(*((n / 2, {Ground.OCCUPIED: n // 2}) for n in range(16)))
    assert per_day(measured(twice).km2_per_day) == 1
    assert measured(twice).snapshots == 8


def test_a_front_that_stands_or_goes_back_never_ends() -> None:
    for strips in ((3,) * 8, (7, 6, 5, 4, 3, 2, 1, 0)):
        found = measured(front(*strips))
        assert (found.days, found.days_low, found.days_high) == (None, None, None)
        assert found.date_after(found.days) is None
    assert per_day(found.km2_per_day) == -1


def test_an_interval_with_zero_in_it_has_no_slow_end() -> None:
    found = measured(front(3, 2, 3, 4, 3, 5, 4, 3))
    assert found.low <= 0 < found.high
    assert found.days_high is None
    assert found.days_low is not None


def test_nothing_left_takes_no_time() -> None:
    found = measured(front(3, 4, 5, 6, 7, 8, 9, 10))
    assert found.remaining_km2 == 0
    assert (found.days, found.days_low, found.days_high) == (0, 0, 0)


def test_all_is_the_sum() -> None:
    coverage = front(4, 5, 6, 7, 8, 9, 10, 11)  # the last strip is in EAST
    assert [per_day(measured(coverage, iso=i).remaining_km2) for i in ("WEST", "EAST", ALL)] == [
        0,
        9,
        9,
    ]
    assert per_day(measured(coverage, iso=ALL).km2_per_day) == 1


def test_a_day_beyond_the_calendar_is_none() -> None:
    found = measured(front(0, 1, 2, 3, 4, 5, 6, 7))
    assert found.date_after(1e9) is None
    assert found.date_after(None) is None


@pytest.mark.parametrize(
    ("rate", "low", "high", "takes", "reached"),
    [
        (100, 90, 110, "91 to 111 days", "April 2024"),
        (0.5, 0.55, 0.6, "16,667 to 18,182 days", "August 2069 to October 2073"),
        (0.5, 0.1, 0.6, "16,667 days to more than 50 years",
         "August 2069 or later, or not within 50 years"),
        (0.5, -0.1, 0.6, "16,667 days or more, or not at this pace",
         "August 2069 or later, or not within 50 years"),
        (0.003, 0.002, 0.004, "more than 50 years", "not within 50 years"),
        (-1, -2, -0.5, "not at this pace", "not at this pace"),
    ],
)  # fmt: skip
def test_what_lies_beyond_fifty_years_is_told_as_that(
    rate: float, low: float, high: float, takes: str, reached: str
) -> None:
    coverage = front(0, 1, 2, 3, 4, 5, 6, 7)
    found = replace(
        measured(coverage), remaining_km2=10_000.0, km2_per_day=rate, low=low, high=high
    )
    days = found.days_low, found.days_high
    assert text_pace.takes(*days) == takes
    assert text_pace.reached(found.snapshot.day, *days) == reached


# Contested ground


@pytest.mark.parametrize("contested", Status.CONTESTED.grounds)
def test_contested_ground_counts_where_it_is_chosen(contested: Ground) -> None:
    coverage = make(*((n, {Ground.OCCUPIED: 1, contested: n}) for n in range(8)))
    snapshot = coverage.at(day(7))
    out = pace.measure(coverage, "WEST", snapshot, 7)
    both = pace.measure(coverage, "WEST", snapshot, 7, Contested.IN)
    assert (per_day(out.km2_per_day), per_day(both.km2_per_day)) == (0, 1)
    assert (per_day(out.remaining_km2), per_day(both.remaining_km2)) == (9, 2)


def test_contested_ground_that_is_not_reported_is_not_counted_as_none() -> None:
    plain = front(0, 1, 2, 3, 4, 5, 6, 7)
    coverage = reporting(plain, *[EVERYTHING] * 7, HELD_ONLY)
    with pytest.raises(InputError, match=r"2024-01-08: made does not report .*last on 2024-01-07"):
        pace.measure(coverage, "WEST", coverage.at(day(7)), 7, Contested.IN)
    assert len(pace.series(coverage, "WEST", Contested.IN).km2) == 7
    assert pace.measure(coverage, "WEST", coverage.at(day(7)), 7).snapshots == 8


# What cannot be had is said


@pytest.mark.parametrize(
    ("window", "on", "said"),
    [
        (8, 7, "window 8: allowed are 7, 30, 90, 180, 365"),
        (7, 6, "window of 7 days before 2024-01-07: longer than the record of made, which begins "),
        (30, 7, "longer than the record of made, which begins on 2024-01-01"),
    ],
)
def test_a_window_that_cannot_be(window: int, on: int, said: str) -> None:
    coverage = front(0, 1, 2, 3, 4, 5, 6, 7)
    with pytest.raises(InputError, match=said):
        pace.measure(coverage, "WEST", coverage.at(day(on)), window)


def test_four_snapshots_give_no_slope_and_five_do() -> None:
    four = front(0, 1, 2, 7, days=[0, 1, 2, 7])
    with pytest.raises(InputError, match=r"4 snapshots in it; a slope needs at least 5"):
        measured(four)
    assert measured(front(0, 1, 2, 3, 7, days=[0, 1, 2, 3, 7])).snapshots == 5


def test_a_window_that_begins_in_a_gap_has_no_plain_difference() -> None:
    # The window of 30 days before 20 February begins on 21 January: 20 days after the last known.
    coverage = front(0, 1, 2, 3, 4, 5, days=[0, 46, 47, 48, 49, 50])
    found = measured(coverage, 30)
    assert found.plain_km2_per_day is None
    assert per_day(found.km2_per_day) == 1


def test_an_oblast_that_is_not_there() -> None:
    with pytest.raises(InputError, match="oblast 'UA-14': not in the record; allowed: WEST, EAST"):
        measured(front(0, 1, 2, 3, 4, 5, 6, 7), iso="UA-14")


# The backtest


def score(coverage: Coverage, window: int, horizon: int) -> pace.Score:
    (found,) = (
        s
        for s in pace.backtest(coverage, ALL)
        if (s.window_days, s.horizon_days) == (window, horizon)
    )
    return found


def test_a_steady_front_is_always_foreseen() -> None:
    # A strip each 10 days over 200, looked at each 5: nine strips in 90 days, give or take a part.
    coverage = make(*((5 * n, {Ground.OCCUPIED: n // 2}) for n in range(41)))
    found = score(coverage, 30, 90)
    assert found.tested == 200 - 30 - 90 + 1
    assert (found.right, found.unmoved) == (1, 0)
    assert found.times_low == pytest.approx(1, abs=0.25)
    assert found.times_high == pytest.approx(1, abs=0.25)
    assert (score(coverage, 180, 90).tested, score(coverage, 180, 90).right) == (0, None)
    # Three snapshots in seven days give no slope.
    assert score(coverage, 7, 90).tested == 0


def test_what_followed_is_held_against_what_was_foreseen() -> None:
    # One strip each 20 days to day 200, then the front stands to day 300.
    steps = [(n, {Ground.OCCUPIED: min(n, 200) // 20}) for n in range(0, 301, 10)]
    coverage = make(*steps)
    found = score(coverage, 90, 90)
    # Days 90 to 210 have their window of 90 days and their 90 days after in the record.
    assert found.tested == 121
    # The slope is a strip in 20 days, 4.5 over 90. What follows: 4 or 5 strips where all of the
    # horizon lies before day 200, fewer after it, none from day 200 on.
    assert found.unmoved == pytest.approx(11 / 121)
    assert found.right is not None
    assert 0 < found.right < 1
    assert found.within_interval is not None
    assert found.times_tested == found.tested  # each had a slope
    # At the tenth of the way a strip had followed where 4.5 were foreseen, at nine tenths five.
    assert found.times_low == pytest.approx(1 / 4.5, rel=1e-4)
    assert found.times_high == pytest.approx(5 / 4.5, rel=1e-4)


def test_what_follows_next_to_nothing_has_no_multiples() -> None:
    # On and off, a thousandth of a strip in 30 days: below ten km2 over any horizon.
    coverage = make(*((10 * n, {Ground.OCCUPIED: n / 3000}) for n in range(41)))
    found = score(coverage, 90, 90)
    assert found.tested > 0
    assert (found.times_low, found.times_high, found.times_tested) == (None, None, 0)
    slow = measured(coverage, 90, ALL)
    assert not pace.has_multiples(slow, 365)
    assert pace.ahead(slow, [replace(found, times_low=-700.0, times_high=0.0)]).errors == ()
    text = text_pace.summary(
        tested=found.tested,
        right=found.right,
        within_interval=found.within_interval,
        tolerance=pace.RIGHT_WITHIN,
        least_km2=pace.LEAST_PROJECTED_KM2,
        has_multiples=False,
        times_tested=0,
        times_low=None,
        times_high=None,
    )
    assert "too little to give what followed as a multiple" in text


def test_the_backtest_measures_as_the_projection_does() -> None:
    coverage = archive.open_source("deepstate").coverage
    run = pace.series(coverage, "UA-14")
    slopes = pace._pair_slopes(run, 366)
    first = coverage.span[0]
    for window in pace.WINDOWS:
        for on in (date(2023, 6, 10), date(2025, 8, 10), date(2025, 11, 26), date(2026, 8, 20)):
            snapshot = coverage.at(on)
            plainly = pace.measure(coverage, "UA-14", snapshot, window)
            ahead = (on - first).days
            number = np.full(ahead + 1, -1)
            number[ahead] = run.number[snapshot.index]
            number[ahead - window] = run.number[coverage.at(on - timedelta(days=window)).index]
            origin = (first - date(1970, 1, 1)).days
            quick = pace._rates(run, slopes, number, ahead, window, origin)
            assert quick == pytest.approx(
                (plainly.km2_per_day, plainly.low, plainly.high, plainly.plain_km2_per_day),
                abs=1e-9,
            )


# The command


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.main(["pace", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", "")


def test_the_command_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys, "--oblast", "UA-14", "--as-of", "2026-01-24", "--window", "90", "--format", "json"
    )
    assert code == 0
    told = json.loads(out)
    assert (told["iso"], told["window_days"], told["contested_counted"]) == ("UA-14", 90, "out")
    assert told["low"] < told["pace_km2_per_day"] < told["high"]
    assert told["remaining_km2"] == pytest.approx(5720.8, abs=0.1)
    assert told["days"] == pytest.approx(told["remaining_km2"] / told["pace_km2_per_day"], rel=1e-5)
    assert told["days_low"] < told["days"] < told["days_high"]
    expected = date(2026, 1, 24) + timedelta(days=round(told["days"]))
    assert told["date"] == str(expected)


def test_what_never_ends_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--oblast", "Kherson", "--format", "json")
    told = json.loads(out)
    assert told["pace_km2_per_day"] == 0
    assert [told[k] for k in ("days", "days_low", "days_high", "date")] == [None] * 4
    _, out, _ = run(capsys, "--oblast", "Kherson")
    assert "not at this pace" in out


def test_the_command_over_all_and_its_backtest(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--oblast", "all", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["iso"], row["name"]) == (ALL, "All four oblasts")
    code, out, _ = run(capsys, "--oblast", "UA-14", "--backtest", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert len(told["scores"]) == len(pace.WINDOWS) * len(pace.HORIZONS)
    _, out, _ = run(capsys, "--oblast", "UA-14", "--backtest", "--window", "30", "--format", "json")
    assert json.loads(out)["scores"] == [s for s in told["scores"] if s["window_days"] == 30]
    # Of 1,601 days, those from the 91st on whose 90 days after are in the record.
    (known,) = (s for s in told["scores"] if (s["window_days"], s["horizon_days"]) == (90, 90))
    assert known["tested"] == 1601 - 90 - 90
    assert 0 < known["right"] < 0.5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--oblast", "Atlantis"), "oblast 'Atlantis': not known; allowed: UA-14"),
        (("--oblast", "UA-14", "--window", "12"), "window 12: allowed are 7, 30, 90, 180, 365"),
        (("--oblast", "UA-14", "--backtest", "--window", "8"), "window 8: allowed are 7, 30, 90"),
        (
            ("--oblast", "UA-14", "--backtest", "--as-of", "2026-01-24"),
            "--as-of: does not go with --backtest",
        ),
        (("--oblast", "UA-14", "--as-of", "2021-01-01"), "outside the span"),
        (("--oblast", "UA-14", "--as-of", "2022-06-01", "--window", "365"), "longer than"),
        (("--oblast", "UA-14", "--contested", "in"), "does not report contested ground"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    code, out, errors = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in errors
    assert errors.count("\n") == 1


def test_the_history_that_pace_sees_is_the_history() -> None:
    coverage = archive.open_source("deepstate").coverage
    found = pace.series(coverage, "UA-09")
    rows = {r.date: r for r in of_rows.history(coverage) if r.iso == "UA-09" and not r.carried}
    assert len(found.km2) == len(rows)
    assert found.km2 == pytest.approx([r.russian_held for r in rows.values()], abs=1e-6)
