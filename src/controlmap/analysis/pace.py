"""How fast Russian-held ground grows, what that pace would mean, how often such projections held.

Rates are net, in km2 (geodesic on WGS84) a day. The estimator is Theil and Sen's: the median of the
slopes between all pairs of snapshots in a window, which single days that jump do not move. Its
interval is calibrated on the record itself (split conformal): as wide as projections made on the
days before turned out to need.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis import figures
from controlmap.analysis.figures import ALL, ALL_NAME, Contested
from controlmap.core.model import InputError, Status
from controlmap.record.coverage import Coverage, DaySnapshot, last_changes
from controlmap.record.noding import Ints

WINDOWS = (7, 30, 90, 180, 365)
"""The days before a day that its pace may be measured over."""
DEFAULT_WINDOW = 90
HORIZONS = (90, 180, 365)
"""The days ahead at which projections are held against what followed."""
COVERAGE = 0.8
"""The share of changes that an interval is to hold."""
LEAST_ERRORS = HORIZONS[0]
"""On fewer tested days than the shortest horizon has, no interval is calibrated."""
LEAST_SNAPSHOTS = 5
"""Fewer snapshots in a window give no slope."""
RIGHT_WITHIN = 0.25
"""A projected change is right if it differs from the change that followed by at most this part."""
_PARTS = 0.5
_EPOCH = date(1970, 1, 1)
_SECONDS_PER_DAY = 86400
_LEAST_KM2 = 0.001  # what remains below it is the rounding of sums


class Dating(StrEnum):
    """Whether a pace supports calendar dates of when the rest would be taken.

    It does not where even the slow end is beyond the longest horizon that is calibrated, where the
    interval at its horizon is wider than what remains, and where none is calibrated.
    """

    SUPPORTED = "supported"
    BEYOND = "beyond"
    WIDE = "wide"
    UNTESTED = "untested"


@dataclass(frozen=True)
class Outlook:
    """What a pace projects at a horizon, with the errors that were known on the day.

    Attributes
    ----------
    horizon_days
        The days ahead.
    half_km2
        Half the width of the interval: the `COVERAGE` quantile of the errors of all projections
        over the window and horizon whose outcome was known by the day; None below `LEAST_ERRORS`.
    change_low, change_high
        The range of the net change in km2, within what there is to lose and to gain.
    covered, trials
        The share of earlier changes, known by the day, that such intervals held, each of which used
        only what was known when it was made; and how many of them do not overlap.
    """

    horizon_days: int
    half_km2: float | None
    change_low: float | None
    change_high: float | None
    covered: float | None
    trials: int


@dataclass(frozen=True)
class Pace:
    """The pace of an oblast's Russian-held ground over a window that ends on a day.

    Attributes
    ----------
    iso, name
        The oblast, several joined by "+" as one sum, or `figures.ALL`.
    moment
        The day, and the snapshot that stands for it.
    window_days, snapshots
        How long the window is, and how many snapshots are in it.
    contested
        Whether contested ground counts with what is Russian-held.
    km2_per_day
        The Theil-Sen slope.
    net_km2, plain_km2_per_day
        The net change between the window's ends, and the same over the time between their
        snapshots; None where the record does not know the window's first day.
    held_km2, remaining_km2
        What is held on the day, and what is not.
    last_redrawn, redrawn
        The last day up to this one on which the area changed by more than a hectare, None for none
        in the record; and whether that is in the window: else the pace is not known.
    outlooks
        What it projects at each of `HORIZONS`; none without a calibration.
    """

    iso: str
    name: str
    snapshot: DaySnapshot
    window_days: int
    snapshots: int
    contested: Contested
    km2_per_day: float
    net_km2: float | None
    plain_km2_per_day: float | None
    held_km2: float
    remaining_km2: float
    last_redrawn: date | None
    redrawn: bool
    outlooks: tuple[Outlook, ...]

    @property
    def is_known(self) -> bool:
        """Whether there is a pace: the map was redrawn in the window, or nothing remains."""
        return self.redrawn or self.remaining_km2 == 0

    @property
    def parts(self) -> bool:
        """Whether the slope parts from the net change: in its sign, or by half of the larger."""
        slope, plain = self.km2_per_day, self.plain_km2_per_day
        if plain is None or not self.is_known:
            return False
        return abs(slope - plain) > _PARTS * max(abs(slope), abs(plain))

    @property
    def low(self) -> float | None:
        """The low end of the rate over the shortest horizon not shorter than the window."""
        return self._rate(-1)

    @property
    def high(self) -> float | None:
        """As `low`, the high end."""
        return self._rate(1)

    def _rate(self, sign: int) -> float | None:
        outlook = next((o for o in self.outlooks if o.horizon_days >= self.window_days), None)
        if outlook is None or outlook.half_km2 is None:
            return None
        return self.km2_per_day + sign * outlook.half_km2 / outlook.horizon_days

    @property
    def days(self) -> float | None:
        """The days to take what remains at this pace; None where it never ends."""
        if self.remaining_km2 == 0:
            return 0.0
        return self.remaining_km2 / self.km2_per_day if self.km2_per_day > 0 else None

    @property
    def days_low(self) -> float | None:
        """The days to take what remains, at the fast end; None where it never ends or is unknown.

        The end is that of the interval at the horizon that the day lies in, beyond the longest that
        of the longest.
        """
        return self._days_at(1)

    @property
    def days_high(self) -> float | None:
        """As `days_low`, at the slow end."""
        return self._days_at(-1)

    def _days_at(self, sign: int) -> float | None:
        if self.remaining_km2 == 0:
            return 0.0
        days = None
        for outlook in self.outlooks:
            if outlook.half_km2 is None:
                continue
            rate = self.km2_per_day + sign * outlook.half_km2 / outlook.horizon_days
            days = self.remaining_km2 / rate if rate > 0 else None
            if days is not None and days <= outlook.horizon_days:
                break
        return days

    @property
    def dating(self) -> Dating:
        """Whether calendar dates are supported, or why not."""
        late, known = self.days_high, [o for o in self.outlooks if o.half_km2 is not None]
        if self.remaining_km2 == 0:
            return Dating.SUPPORTED
        if not known:
            return Dating.UNTESTED
        if late is None or late > known[-1].horizon_days:
            return Dating.BEYOND
        half = next(o.half_km2 for o in known if o.half_km2 and o.horizon_days >= late)
        return Dating.WIDE if 2 * half > self.remaining_km2 else Dating.SUPPORTED

    def date_after(self, days: float | None) -> date | None:
        """Return the day so many days on; None for none, and beyond what calendars have."""
        if days is None or days >= (date.max - self.snapshot.day).days:
            return None
        return self.snapshot.day + timedelta(days=round(days))


@dataclass(frozen=True)
class Score:
    """How projections over a window did at a horizon, over every day of the record that allows it.

    `tested` is the number of days; `right` the share of them on which the net change projected by
    the Theil-Sen slope was within `RIGHT_WITHIN` of the one that followed, `plain_right` that of
    the simple difference; `unmoved` the share on which nothing changed over the horizon. On
    `calibrated` of them enough errors were known for an interval: `within_interval` is the share on
    which it held the change that followed, `trials` how many of them do not overlap. Shares are 0
    to 1, None where no day allows a test.
    """

    window_days: int
    horizon_days: int
    tested: int
    right: float | None
    plain_right: float | None
    unmoved: float | None
    calibrated: int
    within_interval: float | None
    trials: int


@dataclass(frozen=True)
class Series:
    """Counted ground over the days whose last snapshot tells it, in order of time.

    `at` (days since 1970, UTC), `day` (the same, whole) and `km2` are of shape (days,); `number` of
    shape (snapshots,) is the place of a snapshot in them, -1 where it is in none.
    """

    at: NDArray[np.float64]
    day: Ints
    km2: NDArray[np.float64]
    number: Ints


def series(coverage: Coverage, iso: str, contested: Contested = Contested.OUT) -> Series:
    """Russian-held ground of an oblast or all, with contested ground where that counts."""
    used = np.ones(len(coverage.snapshots), dtype=bool)
    if contested == Contested.IN:
        used = np.array([Status.CONTESTED in s.reports for s in coverage.snapshots])
    km2 = figures.counted_km2(coverage, contested)[:, _columns(coverage, iso)].sum(axis=1)
    at = np.array([s.observed.timestamp() for s in coverage.snapshots]) / _SECONDS_PER_DAY
    day = np.floor(at).astype(np.int64)
    used &= np.r_[day[1:] > day[:-1], True]
    return Series(at[used], day[used], km2[used], np.where(used, np.cumsum(used) - 1, -1))


def _columns(coverage: Coverage, iso: str) -> list[int]:
    if iso == ALL:
        return list(range(len(coverage.oblasts)))
    number = {o.iso: i for i, o in enumerate(coverage.oblasts)}
    if missing := [one for one in iso.split("+") if one not in number]:
        allowed = ", ".join([*number, ALL])
        raise InputError(
            "oblast {iso!r}: not in the record; allowed: {allowed}", missing[0], allowed
        )
    return sorted({number[one] for one in iso.split("+")})


def measure(
    coverage: Coverage,
    iso: str,
    snapshot: DaySnapshot,
    window_days: int = DEFAULT_WINDOW,
    contested: Contested = Contested.OUT,
    calibration: Calibration | None = None,
) -> Pace:
    """Return the pace of an oblast, or of all, over the window that ends on a day.

    Parameters
    ----------
    calibration
        That of the same record, oblast, window and choice; without it there are no `outlooks`.

    Raises
    ------
    InputError
        Where the window is not one of `WINDOWS`, is longer than the record before the day, or has
        fewer than `LEAST_SNAPSHOTS`; where contested ground is to count and is not reported.
    """
    check_window(window_days)
    run = series(coverage, iso, contested)
    last = _number_on(coverage, run, snapshot)
    first_day = snapshot.day - timedelta(days=window_days)
    if first_day < coverage.span[0]:
        raise InputError(
            "window of {window_days} days before {day}: longer than the record of "
            "{source}, which begins on {span}",
            window_days,
            snapshot.day,
            coverage.source,
            coverage.span[0],
        )
    first = int(np.searchsorted(run.day, _number_of(first_day)))
    if last - first + 1 < LEAST_SNAPSHOTS:
        raise InputError(
            "window of {window_days} days before {day}: {most} snapshots in it; a "
            "slope needs at least {least}",
            window_days,
            snapshot.day,
            max(last - first + 1, 0),
            LEAST_SNAPSHOTS,
        )
    slope = _slope(run, first, last)
    net, plain = _difference(run, coverage.known(first_day), last) or (None, None)
    redrawn = int(last_changes(run.km2[:, None])[last, 0])
    number = (snapshot.day - coverage.span[0]).days
    columns = _columns(coverage, iso)
    held = float(run.km2[last])
    remaining = sum(coverage.oblasts[i].polygon_km2 for i in columns) - held
    remaining = remaining if remaining > _LEAST_KM2 else 0.0
    return Pace(
        iso=iso,
        name=ALL_NAME if iso == ALL else " + ".join(coverage.oblasts[i].name for i in columns),
        snapshot=snapshot,
        window_days=window_days,
        snapshots=last - first + 1,
        contested=contested,
        km2_per_day=slope,
        net_km2=net,
        plain_km2_per_day=plain,
        held_km2=held,
        remaining_km2=remaining,
        last_redrawn=_day_of(int(run.day[redrawn])) if redrawn >= 0 else None,
        redrawn=redrawn > first,
        outlooks=tuple(calibration.outlooks(number, slope, held, remaining)) if calibration else (),
    )


def history(
    coverage: Coverage, iso: str, start: date, end: date, contested: Contested = Contested.OUT
) -> list[tuple[date, float]]:
    """Return the counted km2 of each day of a range within the span; NaN where it is unknown."""
    run = series(coverage, iso, contested)
    first, last = max(start, coverage.span[0]), min(end, coverage.span[1])
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    out = []
    for day in days:
        snapshot = coverage.known(day)
        number = -1 if snapshot is None else int(run.number[snapshot.index])
        out.append((day, float(run.km2[number]) if number >= 0 else math.nan))
    return out


def ahead(pace: Pace) -> list[tuple[date, float, float, float]]:
    """Return days ahead, the ground in km2 that a pace projects, and its range; NaN is not known.

    The range is that of `Pace.outlooks`; both end at the oblast's border.
    """
    day, held = pace.snapshot.day, pace.held_km2
    out = [(day, held, held, held)]
    for outlook in pace.outlooks:
        days = outlook.horizon_days
        change = min(max(pace.km2_per_day * days, -held), pace.remaining_km2)
        low, high = outlook.change_low, outlook.change_high
        ends = (math.nan, math.nan) if low is None or high is None else (held + low, held + high)
        out.append((day + timedelta(days=days), held + change, *ends))
    return out


def check_window(days: int) -> None:
    """Raise an InputError for a window that is not one of `WINDOWS`."""
    if days not in WINDOWS:
        raise InputError(
            "window {days!r}: allowed are {listed} (days)", days, ", ".join(map(str, WINDOWS))
        )


def _number_on(coverage: Coverage, run: Series, snapshot: DaySnapshot) -> int:
    number = int(run.number[snapshot.index])
    if number >= 0:
        return number
    last = figures.last_reported(coverage, snapshot, Status.CONTESTED)
    when = f"last on {last.day}" if last else "never before"
    raise InputError(
        "{day}: {source} does not report contested ground ({when}), so it cannot "
        "be counted in; allowed: out",
        snapshot.day,
        coverage.source,
        when,
    )


def _slope(run: Series, first: int, last: int) -> float:
    """Return the median of the slopes between all pairs of the snapshots of a window."""
    earlier, later = np.triu_indices(last - first + 1, 1)
    km2, at = run.km2[first : last + 1], run.at[first : last + 1]
    return float(np.median((km2[later] - km2[earlier]) / (at[later] - at[earlier])))


def _difference(run: Series, start: DaySnapshot | None, last: int) -> tuple[float, float] | None:
    """Return the change since a window's first day, in km2 and in km2 a day."""
    first = -1 if start is None else int(run.number[start.index])
    if first < 0 or first == last:
        return None
    net = float(run.km2[last] - run.km2[first])
    return net, net / float(run.at[last] - run.at[first])


def _number_of(day: date) -> int:
    return (day - _EPOCH).days


def _day_of(number: int) -> date:
    return _EPOCH + timedelta(days=number)


@dataclass(frozen=True)
class Calibration:
    """How far projections over a window were off, on every day of a record.

    Attributes
    ----------
    slopes, plain
        The Theil-Sen slope and the simple difference in km2 a day, each of shape (days,).
    followed
        The net change in km2 over each of `HORIZONS` from a day on, of shape (horizons, days).
    half
        Half the width of the interval in km2 at each horizon, from the errors that were known by
        the day alone; of that shape. NaN is not known.
    """

    slopes: NDArray[np.float64]
    plain: NDArray[np.float64]
    followed: NDArray[np.float64]
    half: NDArray[np.float64]

    def outlooks(
        self, number: int, slope: float, held: float, remaining: float
    ) -> Iterator[Outlook]:
        """Return what a slope projects from a day on, by the day's number; areas in km2."""
        for place, horizon in enumerate(HORIZONS):
            half = float(self.half[place, number])
            known = not math.isnan(half)
            change, tested = slope * horizon, self.tested(place, number - horizon + 1)
            yield Outlook(
                horizon,
                half if known else None,
                min(max(change - half, -held), remaining) if known else None,
                min(max(change + half, -held), remaining) if known else None,
                self.covered(place, tested),
                _trials(tested, horizon),
            )

    def tested(self, place: int, end: int | None = None) -> Ints:
        """Return the numbers of the days before `end` that had an interval and an outcome."""
        last = None if end is None else max(end, 0)
        known = self.slopes + self.followed[place] + self.half[place]
        return np.flatnonzero(~np.isnan(known[:last]))

    def covered(self, place: int, tested: Ints) -> float | None:
        """Return the share of days on which the interval at a horizon held what followed."""
        change = self.slopes[tested] * HORIZONS[place]
        return _share(np.abs(self.followed[place, tested] - change) <= self.half[place, tested])


def _trials(tested: Ints, horizon: int) -> int:
    """Return how many horizons, one after the other, the tested days span."""
    return int(tested[-1] - tested[0] + 1) // horizon if len(tested) else 0


def calibrate(
    coverage: Coverage,
    iso: str,
    contested: Contested = Contested.OUT,
    windows: Sequence[int] = WINDOWS,
) -> dict[int, Calibration]:
    """Project from every day of the record with what was known that day; a calibration a window.

    A day counts whose window the record covers, so that `measure` would not refuse it.
    """
    run = series(coverage, iso, contested)
    first, last = coverage.span
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    known = [coverage.known(day) for day in days]
    number = np.array([-1 if m is None else run.number[m.index] for m in known])
    km2 = np.where(number >= 0, run.km2[number], math.nan) if len(run.km2) else number * math.nan
    followed = np.full((len(HORIZONS), len(days)), math.nan)
    for place, horizon in enumerate(HORIZONS):
        followed[place, :-horizon] = km2[horizon:] - km2[:-horizon]
    slopes = _pair_slopes(run, max(windows) + 1)
    out: dict[int, Calibration] = {}
    for window in windows:
        rates = np.full((len(days), 2), math.nan)
        for day in range(window, len(days)):
            rates[day] = _rates(run, slopes, number, day, window, _number_of(first))
        slope, plain = rates.T
        half = np.stack([_half(slope, *each) for each in zip(followed, HORIZONS, strict=True)])
        out[window] = Calibration(slope, plain, followed, half)
    return out


def _half(
    slopes: NDArray[np.float64], followed: NDArray[np.float64], horizon: int
) -> NDArray[np.float64]:
    """Return the half width on each day: the quantile of the errors that were known by then."""
    errors = np.abs(followed - slopes * horizon)
    out = np.full(len(errors), math.nan)
    known: list[float] = []
    for day in range(horizon, len(errors)):
        error = float(errors[day - horizon])
        if not math.isnan(error):
            bisect.insort(known, error)
        if len(known) >= LEAST_ERRORS:
            out[day] = known[math.ceil(COVERAGE * (len(known) + 1)) - 1]
    return out


def backtest(calibrations: Mapping[int, Calibration]) -> tuple[Score, ...]:
    """Return how projections made on every day of the record did; a score a window and horizon."""
    return tuple(
        _score(calibration, window, place)
        for window, calibration in calibrations.items()
        for place in range(len(HORIZONS))
    )


def _score(calibration: Calibration, window: int, place: int) -> Score:
    horizon = HORIZONS[place]
    tested = ~np.isnan(calibration.followed[place] + calibration.slopes)
    followed = calibration.followed[place, tested]
    slope, plain = (each[tested] * horizon for each in (calibration.slopes, calibration.plain))
    allowed = RIGHT_WITHIN * np.abs(followed)
    calibrated = calibration.tested(place)
    return Score(
        window_days=window,
        horizon_days=horizon,
        tested=len(followed),
        right=_share(np.abs(slope - followed) <= allowed),
        plain_right=_share((np.abs(plain - followed) <= allowed)[~np.isnan(plain)]),
        unmoved=_share(followed == 0),
        calibrated=len(calibrated),
        within_interval=calibration.covered(place, calibrated),
        trials=_trials(calibrated, horizon),
    )


def _share(true: NDArray[np.bool_]) -> float | None:
    return float(true.mean()) if len(true) else None


def _pair_slopes(run: Series, lags: int) -> NDArray[np.float64]:
    """Slopes from earlier snapshots: [i, k] from snapshot i - k - 1 to i; shape (told, lags).

    The windows of neighbouring days share nearly all their pairs, so they are computed once.
    """
    out = np.full((len(run.at), lags), np.nan)
    for lag in range(1, min(lags, len(run.at) - 1) + 1):
        rise, time = run.km2[lag:] - run.km2[:-lag], run.at[lag:] - run.at[:-lag]
        out[lag:, lag - 1] = rise / time
    return out


def _rates(
    run: Series, slopes: NDArray[np.float64], number: Ints, day: int, window: int, origin: int
) -> tuple[float, float]:
    """Slope and simple difference on a day; NaN where `measure` would refuse."""
    unknown = (math.nan, math.nan)
    last = int(number[day])
    if last < 0:
        return unknown
    first = int(np.searchsorted(run.day, origin + day - window))
    count = last - first + 1
    if count < LEAST_SNAPSHOTS:
        return unknown
    earlier = np.arange(count)[:, None] > np.arange(count - 1)
    pairs = slopes[first : last + 1, : count - 1][earlier]
    start = int(number[day - window])
    plain = math.nan
    if 0 <= start < last:
        plain = (run.km2[last] - run.km2[start]) / (run.at[last] - run.at[start])
    middle = [(len(pairs) - 1) // 2, len(pairs) // 2]
    return float(np.partition(pairs, middle)[middle].mean()), plain
