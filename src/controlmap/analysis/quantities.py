"""The queries on a record that a claim can be about: each by its name, with its unit and spread.

A measured figure has a spread: contested ground counted in or out, the days that its file may be
of, windows where there are several. Where a day's snapshot does not report contested ground, what
of the last reported has not been taken since stands for it, and the day it is of is given. Areas
are in km2, geodesic on WGS84.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis import figures, pace, place_history
from controlmap.analysis.figures import Contested, Every
from controlmap.analysis.place_history import PointRecord
from controlmap.core.model import InputError, Status
from controlmap.geo import places
from controlmap.geo.oblasts import CLAIMED_ON
from controlmap.record.coverage import Coverage, DaySnapshot

Areas = NDArray[np.float64]
SHARE, KM2, DAYS, PLACES = "share", "km2", "days", "places"
KM, KM2_PER_DAY, PEOPLE = "km", "km2_per_day", "people"


class Basis(StrEnum):
    """What gives a quantity: the records of sources, a declaration, or the calendar alone."""

    RECORD = "record"
    DECLARATION = "declaration"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class Query:
    """What a claim asks of a record; a quantity uses what its `parameters` name."""

    oblasts: tuple[str, ...] = ()
    windows: tuple[int, ...] = ()
    period_days: int = 0
    periods: int = 0
    places: tuple[str, ...] = ()
    since: date | None = None


@dataclass(frozen=True)
class Part:
    """What a figure is made of: of an oblast, a window's days or a place, by its `key`.

    `value` is in `unit`, with its spread; infinite is never, None is not known. `status` is that of
    a place.
    """

    key: str
    unit: str
    value: float | None
    low: float | None = None
    high: float | None = None
    status: str | None = None


@dataclass(frozen=True)
class Measure:
    """A quantity on a day, with its spread; infinite is never.

    `contested_of` is the day whose contested ground the spread has in it, where that is an earlier
    one than the day measured; None where it is the same day's, or where no ground is counted.
    `contested_known` is False where none was ever reported, so that the spread leaves it out.
    `left_out` says of what could not be measured why: a window that is too sparse.
    """

    value: float
    low: float
    high: float
    parts: tuple[Part, ...]
    contested_of: date | None = None
    contested_known: bool = True
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """A line of a chart: values on days, with their spread where it is known; NaN is a gap."""

    key: str
    days: tuple[date, ...]
    values: NDArray[np.float64]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Quantity:
    """A named query.

    `measure` may raise an InputError where the record cannot tell; `traced` is the quantity, or
    what it comes from, over all the record, in `trace_unit`; None for nothing to draw.
    """

    unit: str
    parameters: tuple[str, ...]
    measure: Callable[[Coverage, Query, DaySnapshot], Measure]
    trace_unit: str
    traced: Callable[[Coverage, Query], tuple[Trace, ...]] | None
    basis: Basis = Basis.RECORD

    def traces(self, coverage: Coverage, query: Query) -> tuple[Trace, ...]:
        """Return the lines of a chart, which stop where a gap of the record begins."""
        traced = self.traced(coverage, query) if self.traced else ()
        return tuple(_broken(trace, coverage) for trace in traced)


def _broken(trace: Trace, coverage: Coverage) -> Trace:
    """With a NaN on the first day of each gap of the record: none is drawn over."""
    silent = [d for d, _ in coverage.unknown if trace.days and d > trace.days[0]]
    at = [bisect.bisect(trace.days, d) for d in silent]

    def cut(values: Areas) -> Areas:
        return np.insert(values, at, math.nan)

    return Trace(
        trace.key,
        tuple(sorted([*trace.days, *silent])),
        cut(trace.values),
        None if trace.low is None else cut(trace.low),
        None if trace.high is None else cut(trace.high),
    )


# Ground held, as a share or as what is left


def _claimed_share(coverage: Coverage, query: Query, snapshot: DaySnapshot) -> Measure:
    """Return the share that Russia claims: all of each oblast, from its declaration on."""
    _columns(coverage, query)
    share = 1.0 if snapshot.day >= CLAIMED_ON else 0.0
    parts = tuple(Part(iso, SHARE, share) for iso in query.oblasts)
    return Measure(share, share, share, parts)


def _held_share(coverage: Coverage, query: Query, snapshot: DaySnapshot) -> Measure:
    g = _ground(coverage, query, snapshot)
    shares = g.held / g.total, g.least / g.total, g.most / g.total
    parts = tuple(
        Part(iso, SHARE, *share)
        for iso, *share in zip(query.oblasts, *_floats(*shares), strict=True)
    )
    value, least, most = (float(km2.sum() / g.total.sum()) for km2 in (g.held, g.least, g.most))
    return Measure(value, least, most, parts, *_dated(g.contested_of, snapshot))


def _not_held(coverage: Coverage, query: Query, snapshot: DaySnapshot) -> Measure:
    g = _ground(coverage, query, snapshot)
    rests = g.total - g.held, g.total - g.most, g.total - g.least
    parts = tuple(
        Part(iso, KM2, *rest) for iso, *rest in zip(query.oblasts, *_floats(*rests), strict=True)
    )
    value, least, most = (float(rest.sum()) for rest in rests)
    return Measure(value, least, most, parts, *_dated(g.contested_of, snapshot))


def _not_held_ground(coverage: Coverage, query: Query, snapshot: DaySnapshot) -> Measure:
    """Return what is not held, with the settlements in it and their population (GeoNames)."""
    measured = _not_held(coverage, query, snapshot)
    held = coverage.held(snapshot.index)
    inside = [
        place
        for place, face in place_history.settlement_faces(coverage).items()
        if place.iso in query.oblasts and not held[face]
    ]
    people = sum(place.population or 0 for place in inside)
    ground = Part("settlements", PLACES, len(inside)), Part("people", PEOPLE, people)
    return replace(measured, parts=(*measured.parts, *ground))


def _floats(*columns: Areas) -> list[list[float]]:
    return [column.tolist() for column in columns]


def _dated(of: DaySnapshot | None, snapshot: DaySnapshot) -> tuple[date | None, bool]:
    return (of.day if of and of.index != snapshot.index else None), of is not None


class _Held(NamedTuple):
    """Km2 of each oblast: Russian-held, the least and the most that may be, and in all."""

    held: Areas
    least: Areas
    most: Areas
    total: Areas
    contested_of: DaySnapshot | None


def _ground(coverage: Coverage, query: Query, snapshot: DaySnapshot) -> _Held:
    """Return what is held: at most with contested ground, and on each day that a file may be of.

    Of an earlier day's contested ground what has been taken since is held, and counts once.
    """
    columns = _columns(coverage, query)
    total = np.array([coverage.oblasts[c].polygon_km2 for c in columns])
    held = coverage.status_km2(Status.RUSSIAN_HELD, snapshot.index)[columns]
    may_be_of = coverage.may_be_of(snapshot)
    dated = coverage.status_km2(Status.RUSSIAN_HELD, may_be_of)[:, columns]
    of = figures.last_reported(coverage, snapshot, Status.CONTESTED)
    most = dated.max(axis=0)
    if of is not None:
        left = [_contested_left(coverage, of.index, index)[columns] for index in may_be_of]
        most = np.max(dated + left, axis=0)
    return _Held(held, dated.min(axis=0), most, total, of)


def _contested_left(coverage: Coverage, of: int, index: int) -> Areas:
    """Return the contested ground of one snapshot that is not held in another; km2 by oblast."""
    if of == index:
        return coverage.status_km2(Status.CONTESTED, index)
    left = np.isin(coverage.ground(of), Status.CONTESTED.grounds) & ~coverage.held(index)
    size = len(coverage.oblasts)
    return np.bincount(coverage.face_oblast[left], coverage.face_km2[left], size).astype(float)


def _columns(coverage: Coverage, query: Query) -> list[int]:
    isos = [o.iso for o in coverage.oblasts]
    missing = [iso for iso in query.oblasts if iso not in isos]
    if missing:
        raise InputError(
            "oblast {missing!r}: not in the record; allowed: {listed}",
            missing[0],
            ", ".join(isos),
        )
    return [isos.index(iso) for iso in query.oblasts]


def _held_share_traces(coverage: Coverage, query: Query) -> tuple[Trace, ...]:
    return (_trace(coverage, query, _held_share),)


def _not_held_traces(coverage: Coverage, query: Query) -> tuple[Trace, ...]:
    return (_trace(coverage, query, _not_held),)


def _trace(
    coverage: Coverage, query: Query, measure: Callable[[Coverage, Query, DaySnapshot], Measure]
) -> Trace:
    """Return a quantity by month, with its spread where the day itself reports it."""
    days, rows = [], []
    for snapshot in month_ends(coverage):
        measured = measure(coverage, query, snapshot)
        spread = (measured.low, measured.high)
        days.append(snapshot.day)
        reported = snapshot.reports(Status.CONTESTED)
        rows.append((measured.value, *(spread if reported else (math.nan, math.nan))))
    value, low, high = np.array(rows).T
    return Trace("", tuple(days), value, low, high)


def month_ends(coverage: Coverage) -> list[DaySnapshot]:
    """Return the last day of each month and of the record, where the record knows them."""
    days = figures.days_of(*coverage.span, Every.MONTH)
    return [snapshot for snapshot in map(coverage.known, days) if snapshot]


# The time that what is left would take


def _days_to_take(coverage: Coverage, query: Query, snapshot: DaySnapshot) -> Measure:
    """Return the time at the pace of the first window that has one, with those of all windows.

    Raises
    ------
    InputError
        Where no window has enough snapshots; it says how many.
    """
    parts: list[Part] = []
    days: list[float] = []
    spread: list[float] = []
    problems: list[InputError] = []
    may_be_of = [replace(snapshot, index=i) for i in coverage.may_be_of(snapshot)]
    for window in query.windows:
        try:
            each = _pace(coverage, query, snapshot, window)
            dated = [_or_never(_pace(coverage, query, s, window).days) for s in may_be_of]
        except InputError as error:
            problems.append(error)
            continue
        days.append(_or_never(each.days))
        parts.append(Part(str(window), DAYS, days[-1], min(dated), max(dated)))
        parts.append(Part(str(window), KM2_PER_DAY, each.km2_per_day))
        spread += dated
    if not days:
        raise problems[0]
    left_out = tuple(map(str, problems))
    return Measure(days[0], min(spread), max(spread), tuple(parts), left_out=left_out)


def _pace(coverage: Coverage, query: Query, snapshot: DaySnapshot, window: int) -> pace.Pace:
    """Return a pace over more than the fewest snapshots that have one."""
    measured = pace.measure(coverage, "+".join(query.oblasts), snapshot, window)
    if measured.snapshots <= pace.LEAST_SNAPSHOTS:
        raise InputError(
            "window of {window_days} days before {day}: {snapshots} snapshots in it; at least "
            "{least_snapshots} are needed",
            window,
            snapshot.day,
            measured.snapshots,
            pace.LEAST_SNAPSHOTS + 1,
        )
    return measured


def _or_never(days: float | None) -> float:
    return math.inf if days is None else days


def _pace_traces(coverage: Coverage, query: Query) -> tuple[Trace, ...]:
    iso = "+".join(query.oblasts)
    window, first = query.windows[0], coverage.span[0]
    known = [m for m in month_ends(coverage) if (m.day - first).days >= window]
    paces = [pace.measure(coverage, iso, snapshot, window) for snapshot in known]
    values = np.array([p.km2_per_day for p in paces])
    return (Trace(str(window), tuple(p.snapshot.day for p in paces), values),)


# Whether a front keeps moving


def _gaining_share(coverage: Coverage, query: Query, snapshot: DaySnapshot) -> Measure:
    ends = [
        coverage.at(snapshot.day - timedelta(days=query.period_days * n))
        for n in range(query.periods, 0, -1)
    ]
    ends.append(snapshot)
    for start, end in pairwise(ends):
        if start.index == end.index:
            raise InputError(
                "{start} to {end}: no new snapshot of {source}", start.day, end.day, coverage.source
            )
    columns = _columns(coverage, query)
    km2 = _counted_km2(coverage, ends, columns, Contested.OUT)
    net = np.diff(km2)
    known = all(m.reports(Status.CONTESTED) for m in ends)
    nets = [net]
    if known:
        nets.append(np.diff(_counted_km2(coverage, ends, columns, Contested.IN)))
    dated = [
        figures.counted_km2(coverage, Contested.OUT, coverage.may_be_of(end))[:, columns].sum(
            axis=1
        )
        for end in ends
    ]
    # From the latest day that the first file may be of to the earliest of the last, and reverse.
    low, high = (np.array([end(each) for each in dated]) for end in (np.min, np.max))
    nets += [low[1:] - high[:-1], high[1:] - low[:-1]]
    shares = [float((each > 0).mean()) for each in nets]
    parts = tuple(
        Part(str(end.day), KM2, *km2)
        for end, *km2 in zip(ends[1:], *_floats(net, nets[-2], nets[-1]), strict=True)
    )
    return Measure(shares[0], min(shares), max(shares), parts, contested_known=known)


def _counted_km2(
    coverage: Coverage, snapshots: list[DaySnapshot], columns: list[int], contested: Contested
) -> Areas:
    km2 = figures.counted_km2(coverage, contested, [m.index for m in snapshots])
    return np.asarray(km2[:, columns].sum(axis=1))


def _net_traces(coverage: Coverage, query: Query) -> tuple[Trace, ...]:
    columns = _columns(coverage, query)
    days, values = [], []
    for snapshot in month_ends(coverage):
        then = coverage.known(snapshot.day - timedelta(days=query.period_days))
        if then and then.index != snapshot.index:
            ends = _counted_km2(coverage, [then, snapshot], columns, Contested.OUT)
            days.append(snapshot.day)
            values.append(float(ends[1] - ends[0]))
    return (Trace("", tuple(days), np.array(values)),)


# Who holds places


def _places_not_held(coverage: Coverage, query: Query, snapshot: DaySnapshot) -> Measure:
    of = figures.last_reported(coverage, snapshot, Status.CONTESTED)
    parts, not_held, maybe_contested = [], 0, 0
    for name, point in _records(coverage, query):
        status = point.status_on(snapshot.info.observed.date())
        km = float(point.distance_km[snapshot.index])
        parts.append(Part(name, KM, None if math.isnan(km) else km, status=status))
        if status == Status.RUSSIAN_HELD:
            continue
        not_held += 1
        reported_status = point.status_on(of.info.observed.date()) if of else ""
        maybe_contested += reported_status == Status.CONTESTED
    return Measure(
        not_held, not_held - maybe_contested, not_held, tuple(parts), *_dated(of, snapshot)
    )


def _records(coverage: Coverage, query: Query) -> list[tuple[str, PointRecord]]:
    matches = [places.find(name)[0] for name in query.places]
    return [(p.name, place_history.record_of(coverage, p.lon, p.lat)) for p in matches]


def _distance_traces(coverage: Coverage, query: Query) -> tuple[Trace, ...]:
    snapshots = month_ends(coverage)
    indices = [m.index for m in snapshots]
    days = tuple(m.day for m in snapshots)
    return tuple(
        Trace(name, days, point.distance_km[indices]) for name, point in _records(coverage, query)
    )


# The calendar


def _days_since(_: Coverage, query: Query, snapshot: DaySnapshot) -> Measure:
    assert query.since is not None
    days = (snapshot.day - query.since).days
    return Measure(days, days, days, ())


QUANTITIES: Mapping[str, Quantity] = {
    "claimed_share": Quantity(
        SHARE, ("oblasts",), _claimed_share, SHARE, _held_share_traces, Basis.DECLARATION
    ),
    "held_share": Quantity(SHARE, ("oblasts",), _held_share, SHARE, _held_share_traces),
    "not_held_km2": Quantity(KM2, ("oblasts",), _not_held_ground, KM2, _not_held_traces),
    "days_to_take": Quantity(
        DAYS, ("oblasts", "windows"), _days_to_take, KM2_PER_DAY, _pace_traces
    ),
    "gaining_share": Quantity(
        SHARE, ("oblasts", "period_days", "periods"), _gaining_share, KM2, _net_traces
    ),
    "places_not_held": Quantity(PLACES, ("places",), _places_not_held, KM, _distance_traces),
    "days_since": Quantity(DAYS, ("since",), _days_since, DAYS, None, Basis.CALENDAR),
}
"""Every quantity by its name; `docs/claims.md` tells what each is."""
