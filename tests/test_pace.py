"""Rates on hand-made fronts with a known slope, noise and gaps; projections and their backtest."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

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


def calibrated(coverage: Coverage, window: int, iso: str, on: date) -> pace.Pace:
    calibration = pace.calibrate(coverage, iso, windows=(window,))[window]
    return pace.measure(coverage, iso, coverage.at(on), window, calibration=calibration)


def per_day(km2: float | None) -> float | None:
    """A rate in strips a day."""
    return None if km2 is None else round(km2 / STRIP_KM2, 4)


# A known slope, noise, gaps


def test_a_steady_front_has_its_slope_and_nothing_beside_it() -> None:
    found = measured(front(0, 1, 2, 3, 4, 5, 6, 7))
    assert (found.snapshots, found.window_days) == (8, 7)
    assert [per_day(r) for r in (found.km2_per_day, found.plain_km2_per_day)] == [1, 1]
    assert per_day(found.remaining_km2) == 3
    assert found.days == pytest.approx(3, rel=1e-4)
    assert found.date_after(found.days) == day(7 + 3)
    # Without a calibration there is no interval, and so no date.
    assert (found.low, found.high, found.days_low, found.days_high) == (None,) * 4
    assert found.dating == pace.Dating.UNTESTED


def test_one_wrong_day_does_not_move_the_slope_and_moves_the_plain_difference() -> None:
    # The last of eight days lies six strips below the line: 21 of the 28 pairs are still of slope
    # 1, and 7 below it; the plain difference sees only the ends, (1 - 0) / 7.
    found = measured(front(0, 1, 2, 3, 4, 5, 6, 1))
    assert per_day(found.km2_per_day) == 1
    assert per_day(found.plain_km2_per_day) == round(1 / 7, 4)


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
    ("half", "takes", "dating", "reached"),
    [
        # 10,000 km2 are left at 100 a day, give or take half the width over the horizon: over 180
        # days 5, 105 and 95 a day; over 90, 180 days 80 and 40; over 90, 365 days 324 and 80.
        (900, "95 to 105 days", "supported", "April 2024"),
        (7200, "56 to 167 days", "wide", "no calendar date is supported: the range is wider than"),
        (29200, "24 to 500 days", "beyond", "no calendar date is supported: the range goes beyond"),
        (36500, "20 days or more, or not at this pace", "beyond",
         "no calendar date is supported: the range goes beyond"),
    ],
)  # fmt: skip
def test_a_date_is_given_where_the_interval_supports_one(
    half: float, takes: str, dating: str, reached: str
) -> None:
    found = replace(
        measured(front(0, 1, 2, 3, 4, 5, 6, 7)),
        remaining_km2=10_000.0,
        km2_per_day=100.0,
        outlooks=tuple(
            pace.Outlook(horizon, half, None, None, None, 0) for horizon in pace.HORIZONS
        ),
    )
    days = found.days_low, found.days_high
    assert text_pace.takes(*days) == takes
    assert found.dating == dating
    assert text_pace.reached(found.snapshot.day, *days, found.dating).startswith(reached)


@pytest.mark.parametrize(
    ("low", "high", "takes"),
    [
        (16_667, 18_182, "45.6 to 49.8 years"),
        (610, 3_188, "610 days to 8.7 years"),
        (610, 990, "610 to 990 days"),
        (16_667, 100_000, "45.6 years to more than 50 years"),
        (16_667, None, "45.6 years or more, or not at this pace"),
        (20_000, 40_000, "more than 50 years"),
        (None, None, "not at this pace"),
    ],
)
def test_what_lies_beyond_fifty_years_has_no_days(
    low: float | None, high: float | None, takes: str
) -> None:
    assert text_pace.takes(low, high) == takes


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
        for s in pace.backtest(pace.calibrate(coverage, ALL))
        if (s.window_days, s.horizon_days) == (window, horizon)
    )
    return found


def test_a_steady_front_is_always_foreseen() -> None:
    # A strip each 10 days over 200, looked at each 5: nine strips in 90 days, give or take a part.
    coverage = make(*((5 * n, {Ground.OCCUPIED: n // 2}) for n in range(41)))
    found = score(coverage, 30, 90)
    assert found.tested == 200 - 30 - 90 + 1
    assert (found.right, found.unmoved) == (1, 0)
    assert (score(coverage, 180, 90).tested, score(coverage, 180, 90).right) == (0, None)
    # Three snapshots in seven days give no slope.
    assert score(coverage, 7, 90).tested == 0
    # 81 errors are too few to calibrate an interval with.
    assert (found.calibrated, found.within_interval, found.trials) == (0, None, 0)


def test_what_followed_is_held_against_what_was_foreseen() -> None:
    # One strip each 20 days to day 200, then the front stands to day 300.
    coverage = make(*((5 * n, {Ground.OCCUPIED: min(5 * n, 200) // 20}) for n in range(61)))
    found = score(coverage, 90, 90)
    # Days 90 to 210 have their window of 90 days and their 90 days after in the record.
    assert found.tested == 121
    # The slope is a strip in 20 days, 4.5 over 90. What follows: 4 or 5 strips where all of the
    # horizon lies before day 200, fewer after it, none from day 200 on.
    assert found.unmoved == pytest.approx(11 / 121)
    assert found.right is not None
    assert 0 < found.right < 1


# The interval


def test_the_half_width_is_the_quantile_of_the_errors_known_by_the_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A projection of 1 km2 a day over 2 days; off by these on the days from the first on.
    monkeypatch.setattr(pace, "LEAST_ERRORS", 4)
    errors = [5, 1, math.nan, 4, -2, 3, 9, -7, 8, 6]
    followed = np.array([2 + error for error in errors])
    half = pace._half(np.ones(len(followed)), followed, 2)
    # By day 6 the errors of days 0 to 4 are known, four of them; of n the ceil(0.8 (n + 1))th.
    assert np.isnan(half[:6]).all()
    assert half[6:].tolist() == [5, 5, 9, 9]


def test_a_front_whose_every_projection_came_true_has_a_date() -> None:
    # A quarter of a strip in ten days over 290, looked at each 5.
    coverage = make(*((5 * n, {Ground.OCCUPIED: n / 8}) for n in range(59)))
    found = calibrated(coverage, 30, "WEST", day(290))
    assert found.low == pytest.approx(found.km2_per_day, rel=1e-4)
    assert found.high == pytest.approx(found.km2_per_day, rel=1e-4)
    # 2.75 strips are left: 110 days, within the horizon of 180, for which 81 errors are too few.
    assert found.days == pytest.approx(110, rel=1e-3)
    known = [outlook.half_km2 is not None for outlook in found.outlooks]
    assert known == [True, False, False]
    assert found.dating == pace.Dating.BEYOND
    # The first 90 errors were known on day 209: of no interval what followed is known.
    assert (found.outlooks[0].covered, found.outlooks[0].trials) == (None, 0)
    near = replace(found, remaining_km2=found.remaining_km2 / 2)
    assert near.dating == pace.Dating.SUPPORTED
    assert near.date_after(near.days_high) == day(290 + 55)


def test_a_range_ends_at_the_border() -> None:
    calibration = pace.Calibration(
        *(np.zeros(1) for _ in range(2)), *(np.full((3, 1), 50.0) for _ in range(2))
    )
    # Of 90, 180 and 365 km2, give or take 50, there are 100 to gain, and 10 to lose.
    for slope, ends in ((1.0, [(40, 100), (100, 100), (100, 100)]), (-1.0, [(-10, -10)] * 3)):
        outlooks = calibration.outlooks(0, slope, held=10.0, remaining=100.0)
        assert [(o.change_low, o.change_high) for o in outlooks] == ends


def until(coverage: Coverage, index: int) -> Coverage:
    """The record as it was when a snapshot was its last."""
    keep = coverage.run_since <= index
    return replace(
        coverage,
        snapshots=coverage.snapshots[: index + 1],
        run_face=coverage.run_face[keep],
        run_since=coverage.run_since[keep],
        run_ground=coverage.run_ground[keep],
    )


def test_the_interval_of_a_past_day_knows_nothing_of_later_ones() -> None:
    whole = archive.open_source("deepstate").coverage
    snapshot = whole.at(date(2025, 3, 1))
    assert not snapshot.carried
    now = calibrated(whole, 90, "UA-14", snapshot.day)
    then = calibrated(until(whole, snapshot.index), 90, "UA-14", snapshot.day)
    assert now.outlooks[-1].half_km2 is not None
    for one, other in zip(now.outlooks, then.outlooks, strict=True):
        assert vars(one) == pytest.approx(vars(other), abs=1e-6)


@pytest.mark.parametrize("iso", ["UA-14", "UA-23"])
def test_the_interval_holds_what_it_is_meant_to_hold(iso: str) -> None:
    coverage = archive.open_source("deepstate").coverage
    window = pace.DEFAULT_WINDOW
    scores = pace.backtest(pace.calibrate(coverage, iso, windows=(window,)))
    assert [s.horizon_days for s in scores] == list(pace.HORIZONS)
    for found in scores:
        assert found.within_interval is not None
        assert 0.75 <= found.within_interval <= 0.95
        assert found.trials == found.calibrated // found.horizon_days
        # What is printed is the same share: of the days on which enough errors were known.
        assert pace.LEAST_ERRORS < found.calibrated < found.tested


def test_the_backtest_measures_as_the_projection_does() -> None:
    coverage = archive.open_source("deepstate").coverage
    calibrations = pace.calibrate(coverage, "UA-14")
    for window, calibration in calibrations.items():
        for on in (date(2023, 6, 10), date(2025, 8, 10), date(2025, 11, 26), date(2026, 8, 20)):
            plainly = pace.measure(coverage, "UA-14", coverage.at(on), window)
            number = (on - coverage.span[0]).days
            quick = (calibration.slopes[number], calibration.plain[number])
            assert quick == pytest.approx(
                (plainly.km2_per_day, plainly.plain_km2_per_day), abs=1e-9
            )
            run = pace.series(coverage, "UA-14")
            last = run.number[coverage.at(on).index]
            inside = slice(last - plainly.snapshots + 1, last + 1)
            slope = stats.theilslopes(run.km2[inside], run.at[inside]).slope
            assert plainly.km2_per_day == pytest.approx(slope, abs=1e-9)


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
    assert told["days_low"] < told["days"]
    # Even the fast end is beyond a year, the longest horizon that is calibrated.
    assert told["days_low"] > 365
    assert [told[k] for k in ("date", "date_low", "date_high", "dating")] == [*[None] * 3, "beyond"]
    assert [h["horizon_days"] for h in told["horizons"]] == list(pace.HORIZONS)
    first = told["horizons"][0]
    assert first["change_low_km2"] == pytest.approx(90 * told["low"], rel=1e-4)
    assert first["change_high_km2"] == pytest.approx(90 * told["high"], rel=1e-4)
    assert 0.75 < first["within_interval"] < 0.95
    assert first["trials"] > 5
    _, out, _ = run(capsys, "--oblast", "UA-14", "--as-of", "2026-01-24")
    assert "no calendar date is supported: the range goes beyond the longest horizon" in out
    assert "within_interval  trials" in out


def test_a_map_that_was_not_redrawn_has_no_pace(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--oblast", "Kherson", "--format", "json")
    told = json.loads(out)
    rates = ("pace_km2_per_day", "low", "high", "plain_km2_per_day")
    assert [told[k] for k in (*rates, "days", "days_low", "days_high", "date")] == [None] * 8
    assert told["last_redrawn"].startswith("2024-07-")
    _, out, _ = run(capsys, "--oblast", "Kherson")
    assert "not redrawn since" in out
    assert "0.00" not in out
    assert "not at this pace" not in out
    # No pace projects nothing; how often projections held stays.
    for horizon in told["horizons"]:
        assert (horizon["change_low_km2"], horizon["change_high_km2"]) == (None, None)
        assert horizon["within_interval"] > 0.95


def test_of_what_stands_the_day_of_the_last_change_is_given() -> None:
    coverage = front(*(0, 1, 2), *[3] * 9, days=[0, 1, 2, *range(10, 19)])
    found = measured(coverage)
    assert (found.last_redrawn, found.is_known) == (day(10), False)
    assert measured(front(3, *[3] * 9)).last_redrawn is None
    assert measured(front(3, *[3] * 8, 4)).is_known


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
        (("--oblast", "Atlantis"), "oblast 'Atlantis': not known; allowed: UA-14 (Donetsk), "),
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
