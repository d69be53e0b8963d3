"""How fast Russian-held ground grows, what that pace would mean, how often such projections held.

Rates are net, in km2 (geodesic on WGS84) a day. The estimator is Theil and Sen's: the median of the
slopes between all pairs of snapshots in a window, which single days that jump do not move.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis import figures
from controlmap.analysis.figures import ALL, ALL_NAME, Contested
from controlmap.core.model import InputError, Status
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.record.noding import Ints

WINDOWS = (7, 30, 90, 180, 365)
"""The days before a day that its pace may be measured over."""
DEFAULT_WINDOW = 90
HORIZONS = (90, 180, 365)
"""The days ahead at which projections are held against what followed."""
CONFIDENCE = 0.95
LEAST_SNAPSHOTS = 5
"""Fewer snapshots in a window give no slope."""
RIGHT_WITHIN = 0.25
"""A projected change is right if it differs from the change that followed by at most this part."""
LEAST_PROJECTED_KM2 = 10.0
"""Of a projected growth of less, what followed is told in no multiples: nearly nothing has none."""
_EIGHT_IN_TEN = (0.1, 0.9)
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
_SECONDS_PER_DAY = 86400
_LEAST_KM2 = 0.001  # what remains below it is the rounding of sums


@dataclass(frozen=True)
class Pace:
    """The pace of an oblast's Russian-held ground over a window that ends on a day.

    Attributes
    ----------
    iso, name
        The oblast, or `figures.ALL`.
    moment
        The day, and the snapshot that stands for it.
    window_days, snapshots
        How long the window is, and how many snapshots are in it.
    contested
        Whether contested ground counts with what is Russian-held.
    km2_per_day, low, high
        The Theil-Sen slope and the ends of its `CONFIDENCE` interval (Sen 1968), which assumes
        independent errors; errors along a front are not, so it says how well the past slope is
        known and not how sure the future is.
    plain_km2_per_day
        The difference between the window's ends over the time between their snapshots; None where
        the record does not know the window's first day.
    held_km2, remaining_km2
        What is held on the day, and what is not.
    """

    iso: str
    name: str
    snapshot: DaySnapshot
    window_days: int
    snapshots: int
    contested: Contested
    km2_per_day: float
    low: float
    high: float
    plain_km2_per_day: float | None
    held_km2: float
    remaining_km2: float

    @property
    def days(self) -> float | None:
        """The days to take what remains at this pace; None where it never ends."""
        return self._days_at(self.km2_per_day)

    @property
    def days_low(self) -> float | None:
        """As `days`, at the fast end of the interval."""
        return self._days_at(self.high)

    @property
    def days_high(self) -> float | None:
        """As `days`, at the slow end of the interval."""
        return self._days_at(self.low)

    def _days_at(self, km2_per_day: float) -> float | None:
        if self.remaining_km2 == 0:
            return 0.0
        return self.remaining_km2 / km2_per_day if km2_per_day > 0 else None

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
    the simple difference, `within_interval` that on which the change that followed lay in the
    slope's confidence interval; `unmoved` the share on which nothing changed over the horizon.
    Eight in ten of the changes that followed a projected growth of `LEAST_PROJECTED_KM2` or more,
    on `times_tested` days, were between `times_low` and `times_high` times as large. Shares are 0
    to 1, None where no day allows a test.
    """

    window_days: int
    horizon_days: int
    tested: int
    right: float | None
    plain_right: float | None
    within_interval: float | None
    unmoved: float | None
    times_low: float | None
    times_high: float | None
    times_tested: int


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
    columns = [i for i, o in enumerate(coverage.oblasts) if o.iso == iso]
    if not columns:
        allowed = ", ".join([*(o.iso for o in coverage.oblasts), ALL])
        raise InputError("oblast {iso!r}: not in the record; allowed: {allowed}", iso, allowed)
    return columns


def measure(
    coverage: Coverage,
    iso: str,
    snapshot: DaySnapshot,
    window_days: int = DEFAULT_WINDOW,
    contested: Contested = Contested.OUT,
) -> Pace:
    """Return the pace of an oblast, or of all, over the window that ends on a day.

    Method: Theil (1950) and Sen (1968) through scipy.stats.theilslopes.

    Raises
    ------
    InputError
        Where the window is not one of `WINDOWS`, is longer than the record before the day, or has
        fewer than `LEAST_SNAPSHOTS`; where contested ground is to count and is not reported.
    """
    from scipy import stats

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
    inside = slice(first, last + 1)
    slopes = stats.theilslopes(run.km2[inside], run.at[inside], CONFIDENCE)
    columns = _columns(coverage, iso)
    remaining = sum(coverage.oblasts[i].polygon_km2 for i in columns) - float(run.km2[last])
    return Pace(
        iso=iso,
        name=ALL_NAME if iso == ALL else coverage.oblasts[columns[0]].name,
        snapshot=snapshot,
        window_days=window_days,
        snapshots=last - first + 1,
        contested=contested,
        km2_per_day=float(slopes.slope),
        low=float(slopes.low_slope),
        high=float(slopes.high_slope),
        plain_km2_per_day=_plain(run, coverage.known(first_day), last),
        held_km2=float(run.km2[last]),
        remaining_km2=remaining if remaining > _LEAST_KM2 else 0.0,
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


@dataclass(frozen=True)
class Ahead:
    """What a pace projects: days from the one it was measured on, and counted ground in km2.

    `projected` has the ground at the slope, and at its low and high end; `errors` the range that
    eight in ten past projections over the window would have been right in, at each of `HORIZONS`,
    and has none of a horizon at which less than `LEAST_PROJECTED_KM2` of growth is projected.
    """

    projected: tuple[tuple[date, float, float, float], ...]
    errors: tuple[tuple[date, float, float], ...]


def ahead(pace: Pace, scores: Sequence[Score]) -> Ahead:
    """Return what a pace projects over the longest of `HORIZONS`, with the errors of the past."""
    day, total = pace.snapshot.day, pace.held_km2 + pace.remaining_km2

    def ground(days: int, km2_per_day: float) -> float:
        return min(max(pace.held_km2 + days * km2_per_day, 0.0), total)

    rates = (pace.km2_per_day, pace.low, pace.high)
    projected = []
    for days in (0, *HORIZONS):
        middle, low, high = (ground(days, rate) for rate in rates)
        projected.append((day + timedelta(days=days), middle, low, high))
    times = {
        s.horizon_days: (s.times_low, s.times_high)
        for s in scores
        if s.window_days == pace.window_days
    }
    errors = []
    for days in HORIZONS:
        low_times, high_times = times.get(days, (None, None))
        if has_multiples(pace, days) and low_times is not None and high_times is not None:
            ends = [ground(days, pace.km2_per_day * t) for t in (low_times, high_times)]
            errors.append((day + timedelta(days=days), ends[0], ends[1]))
    start = ((day, pace.held_km2, pace.held_km2),) if errors else ()
    return Ahead(tuple(projected), (*start, *errors))


def has_multiples(pace: Pace, days: int) -> bool:
    """Whether the change projected so many days on is enough to tell what followed in multiples."""
    return pace.km2_per_day * days >= LEAST_PROJECTED_KM2


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


def _plain(run: Series, start: DaySnapshot | None, last: int) -> float | None:
    first = -1 if start is None else int(run.number[start.index])
    if first < 0 or first == last:
        return None
    return float((run.km2[last] - run.km2[first]) / (run.at[last] - run.at[first]))


def _number_of(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def backtest(
    coverage: Coverage, iso: str, contested: Contested = Contested.OUT
) -> tuple[Score, ...]:
    """How projections made on every day of the record did; a score a window and horizon.

    On each day that the record knows, and whose window it covers, the net change over the horizon
    is projected with what was known that day, and held against the one that followed.
    """
    run = series(coverage, iso, contested)
    first, last = coverage.span
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    known = [coverage.known(day) for day in days]
    number = np.array([-1 if m is None else run.number[m.index] for m in known])
    slopes = _pair_slopes(run, max(WINDOWS) + 1)
    scores: list[Score] = []
    for window in WINDOWS:
        rates = np.full((len(days), 4), np.nan)
        for day in range(window, len(days)):
            rates[day] = _rates(run, slopes, number, day, window, _number_of(first))
        scores.extend(_scores(rates, run.km2, number, window))
    return tuple(scores)


def _scores(
    rates: NDArray[np.float64], km2: NDArray[np.float64], number: Ints, window: int
) -> Iterator[Score]:
    for horizon in HORIZONS:
        now, then = number[:-horizon], number[horizon:]
        tested = (now >= 0) & (then >= 0) & ~np.isnan(rates[: len(now), 0])
        followed = km2[then[tested]] - km2[now[tested]]
        slope, low, high, plain = rates[: len(now)][tested].T * horizon
        allowed = RIGHT_WITHIN * np.abs(followed)
        grew = slope >= LEAST_PROJECTED_KM2
        times = np.quantile(followed[grew] / slope[grew], _EIGHT_IN_TEN) if grew.any() else None
        yield Score(
            window_days=window,
            horizon_days=horizon,
            tested=len(followed),
            right=_share(np.abs(slope - followed) <= allowed),
            plain_right=_share((np.abs(plain - followed) <= allowed)[~np.isnan(plain)]),
            within_interval=_share((low <= followed) & (followed <= high)),
            unmoved=_share(followed == 0),
            times_low=None if times is None else float(times[0]),
            times_high=None if times is None else float(times[1]),
            times_tested=int(grew.sum()),
        )


def _share(true: NDArray[np.bool_]) -> float | None:
    return float(true.mean()) if len(true) else None


def _pair_slopes(run: Series, lags: int) -> NDArray[np.float64]:
    """Slopes from earlier snapshots: [i, k] from snapshot i - k - 1 to i; shape (told, lags).

    The windows of neighbouring days share nearly all their pairs. Made once here, a backtest takes
    a sixth of the time that SciPy's function, which makes and sorts them each day, would.
    """
    out = np.full((len(run.at), lags), np.nan)
    for lag in range(1, min(lags, len(run.at) - 1) + 1):
        rise, time = run.km2[lag:] - run.km2[:-lag], run.at[lag:] - run.at[:-lag]
        out[lag:, lag - 1] = rise / time
    return out


def _rates(
    run: Series, slopes: NDArray[np.float64], number: Ints, day: int, window: int, origin: int
) -> tuple[float, float, float, float]:
    """Slope, low, high and simple difference on a day; NaN where `measure` would refuse."""
    unknown = (math.nan, math.nan, math.nan, math.nan)
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
    return (*_theil_sen(pairs, run.km2[first : last + 1]), plain)


def _theil_sen(pairs: NDArray[np.float64], km2: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the median of the slopes of pairs, and its interval by Sen (1968), equation 2.6."""
    count, total = len(km2), len(pairs)
    ties = np.unique(km2, return_counts=True)[1]
    weights = [k * (k - 1) * (2 * k + 5) for k in (count, *ties.tolist())]
    spread = _Z * math.sqrt((weights[0] - sum(weights[1:])) / 18)
    low = max(round((total - spread) / 2) - 1, 0)
    high = min(round((total + spread) / 2), total - 1)
    middle = (total - 1) // 2, total // 2
    ordered = np.partition(pairs, sorted({low, high, *middle}))
    return float(ordered[list(middle)].mean()), float(ordered[low]), float(ordered[high])
