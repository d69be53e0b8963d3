"""Areas, claimed versus held, and history: pure functions from a coverage to tables.

All areas are in km2, geodesic on WGS84. None stands for what a source does not report.
"""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from controlmap.core.model import InputError, Status
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage, DaySnapshot

_KM2_DIGITS = 6
ALL = "all"
ALL_NAME = "All four oblasts"


class Contested(StrEnum):
    """Whether contested ground counts with what is Russian-held."""

    OUT = "out"
    IN = "in"


class Every(StrEnum):
    """How often history has a row: each day, each Sunday, each month's last day; and the last."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Areas:
    """An oblast's areas in km2 on a day, or those of all four; None is not reported.

    `russian_held` + `contested` + `assessed_advance` + `ukrainian_held` equal `total`, the
    polygon's area; what is not reported of the second and third, `ukrainian_held` includes.
    `infiltration` is a part of contested; `liberated` and `claimed_control` are of
    `ukrainian_held`.
    `basis_km2` is what `held_share` is taken over.
    """

    iso: str
    name: str
    total: float
    russian_held: float
    held_before_2022: float | None
    contested: float | None
    liberated: float | None
    ukrainian_held: float
    basis_km2: float
    assessed_advance: float | None = None
    infiltration: float | None = None
    claimed_control: float | None = None

    @property
    def held_share(self) -> float:
        """The Russian-held part of the basis, 0 to 1."""
        return self.russian_held / self.basis_km2

    def share(self, status: Status) -> float | None:
        """Return the share of the basis with a status, 0 to 1; None where that is not reported."""
        km2 = self.km2(status)
        return None if km2 is None else km2 / self.basis_km2

    def counted(self, contested: Contested) -> float:
        """Russian-held, with contested ground counted in where that is chosen and reported."""
        return self.russian_held + ((self.contested or 0.0) if contested is Contested.IN else 0.0)

    def km2(self, status: Status) -> float | None:
        """Return the area of a status."""
        value: float | None = getattr(self, status.value)
        return value


@dataclass(frozen=True)
class Comparison:
    """Claimed versus held in an oblast, or in all four, on a day; km2, None is not known.

    `claimed` is the whole oblast over the basis chosen; `held` counts contested ground in where
    that is chosen; `gap` is what is claimed and not held; changes are of `held`.
    """

    iso: str
    name: str
    claimed: float
    held: float
    held_share: float
    gap: float
    contested: float | None
    change_30d: float | None
    change_365d: float | None


@dataclass(frozen=True)
class Change:
    """What changed between two days in an oblast, or in all four; km2 of Russian-held ground.

    `gained_km2` became Russian-held, `lost_km2` ceased to be, `net_km2` is their difference.
    """

    iso: str
    name: str
    gained_km2: float
    lost_km2: float

    @property
    def net_km2(self) -> float:
        """Gained less lost."""
        return self.gained_km2 - self.lost_km2


@dataclass(frozen=True)
class HistoryRow:
    """A day of an oblast's history; areas are None in a gap, and where not reported."""

    date: date
    iso: str
    russian_held: float | None
    held_before_2022: float | None
    contested: float | None
    liberated: float | None
    ukrainian_held: float | None
    carried: bool
    assessed_advance: float | None = None
    infiltration: float | None = None
    claimed_control: float | None = None


def areas(coverage: Coverage, snapshot: DaySnapshot, basis: Basis = Basis.POLYGON) -> list[Areas]:
    """Return the areas of each oblast on a day, and last those of all four."""
    known = {s: coverage.status_km2(s, snapshot.index) for s in snapshot.info.reports}
    rows = [
        _areas(
            o.iso,
            o.name,
            o.polygon_km2,
            o.total_km2(basis),
            {status: float(km2[i]) for status, km2 in known.items()},
        )
        for i, o in enumerate(coverage.oblasts)
    ]
    total = sum(o.polygon_km2 for o in coverage.oblasts)
    over = sum(o.total_km2(basis) for o in coverage.oblasts)
    km2 = {status: float(by_oblast.sum()) for status, by_oblast in known.items()}
    return [*rows, _areas(ALL, ALL_NAME, total, over, km2)]


def _areas(iso: str, name: str, total: float, over: float, km2: Mapping[Status, float]) -> Areas:
    held = km2.get(Status.RUSSIAN_HELD, 0.0)
    contested, advance = km2.get(Status.CONTESTED), km2.get(Status.ASSESSED_ADVANCE)
    return Areas(
        iso=iso,
        name=name,
        total=total,
        russian_held=held,
        held_before_2022=km2.get(Status.HELD_BEFORE_2022),
        contested=contested,
        liberated=km2.get(Status.LIBERATED),
        ukrainian_held=max(total - held - (contested or 0.0) - (advance or 0.0), 0.0),
        basis_km2=over,
        assessed_advance=advance,
        infiltration=km2.get(Status.INFILTRATION),
        claimed_control=km2.get(Status.CLAIMED_CONTROL),
    )


def counted_km2(
    coverage: Coverage, contested: Contested, index: Sequence[int] | slice = slice(None)
) -> NDArray[np.float64]:
    """Russian-held ground in km2, with contested ground where that counts; (snapshots, oblasts)."""
    held = coverage.status_km2(Status.RUSSIAN_HELD, index)
    if contested is Contested.IN:
        held = held + coverage.status_km2(Status.CONTESTED, index)
    return held


def last_reported(coverage: Coverage, snapshot: DaySnapshot, status: Status) -> DaySnapshot | None:
    """Return the latest snapshot up to a day that reports a status; None where there is none."""
    for index in range(snapshot.index, -1, -1):
        info = coverage.snapshots[index]
        if status in info.reports:
            return DaySnapshot(info.observed.date(), index, info, carried=False)
    return None


def compare(
    coverage: Coverage,
    snapshot: DaySnapshot,
    basis: Basis = Basis.POLYGON,
    contested: Contested = Contested.OUT,
) -> list[Comparison]:
    """Claimed versus held in each oblast on a day, and last in all four."""
    now = areas(coverage, snapshot, basis)
    month, year = (_earlier(coverage, snapshot, basis, days) for days in (30, 365))
    rows = []
    for i, row in enumerate(now):
        held = row.counted(contested)
        rows.append(
            Comparison(
                iso=row.iso,
                name=row.name,
                claimed=row.basis_km2,
                held=held,
                held_share=held / row.basis_km2,
                gap=row.basis_km2 - held,
                contested=row.contested,
                change_30d=_change(row, month[i] if month else None, contested),
                change_365d=_change(row, year[i] if year else None, contested),
            )
        )
    return rows


def _earlier(
    coverage: Coverage, snapshot: DaySnapshot, basis: Basis, days: int
) -> list[Areas] | None:
    then = coverage.known(snapshot.day - timedelta(days=days))
    return areas(coverage, then, basis) if then else None


def _change(now: Areas, then: Areas | None, contested: Contested) -> float | None:
    """Return the change in what counts as held; unknown where only one end reports contested."""
    if then is None:
        return None
    if contested is Contested.IN and (now.contested is None) != (then.contested is None):
        return None
    return round(now.counted(contested) - then.counted(contested), _KM2_DIGITS) + 0.0


def changed_faces(
    coverage: Coverage, start: DaySnapshot, end: DaySnapshot
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which faces became Russian-held from one moment to another, and which ceased to be."""
    before, after = coverage.held(start.index), coverage.held(end.index)
    return after & ~before, before & ~after


def changes(coverage: Coverage, start: DaySnapshot, end: DaySnapshot) -> list[Change]:
    """Return what was gained and lost between two days in each oblast, and last in all four."""
    gained, lost = (
        np.bincount(coverage.face_oblast, coverage.face_km2 * faces, len(coverage.oblasts))
        for faces in changed_faces(coverage, start, end)
    )
    rows = [
        Change(o.iso, o.name, float(gained[i]), float(lost[i]))
        for i, o in enumerate(coverage.oblasts)
    ]
    return [*rows, Change(ALL, ALL_NAME, float(gained.sum()), float(lost.sum()))]


@dataclass(frozen=True)
class Flow:
    """What changed over a period in an oblast, or in all four; km2, None next to a gap.

    `gained_km2` is held at the end of `end` and was not at the end of `start`, `lost_km2` the other
    way round; what changed twice within the period is in neither.
    """

    start: date
    end: date
    iso: str
    gained_km2: float | None
    lost_km2: float | None

    @property
    def net_km2(self) -> float | None:
        """Gained less lost."""
        if self.gained_km2 is None or self.lost_km2 is None:
            return None
        return self.gained_km2 - self.lost_km2


def flows(
    coverage: Coverage, start: date | None = None, end: date | None = None, every: Every = Every.DAY
) -> list[Flow]:
    """Gains and losses period by period over a range, each oblast and then all four.

    Raises
    ------
    InputError
        Where the range is empty, or lies outside the span.
    """
    start, end = _range_of(coverage, start, end)
    ends = [start, *(d for d in days_of(start, end, every) if d > start)]
    snapshots = [coverage.known(day) for day in ends]
    indexes = np.array([m.index for m in snapshots if m])
    gained, lost = _by_period(coverage, indexes)
    isos = [*(o.iso for o in coverage.oblasts), ALL]
    out = []
    period = -1
    for (a, before), (b, after) in itertools.pairwise(zip(ends, snapshots, strict=True)):
        period += bool(before)
        for i, iso in enumerate(isos):
            known = before and after
            both = (gained[period, i], lost[period, i]) if known else (None, None)
            out.append(Flow(a, b, iso, *(None if v is None else float(v) for v in both)))
    return out


def _by_period(
    coverage: Coverage, indexes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what became held, and what ceased to be, from each snapshot to the next, in km2.

    Each of shape (snapshots - 1, oblasts + 1), the last column of all oblasts.
    """
    first = np.searchsorted(indexes, coverage.run_since)
    seen = np.flatnonzero(first < np.searchsorted(indexes, coverage.run_until))
    face, first = coverage.run_face[seen], first[seen]
    held = np.isin(coverage.run_ground[seen], Status.RUSSIAN_HELD.grounds)
    same_face = np.r_[False, face[1:] == face[:-1]]
    periods, width = max(len(indexes) - 1, 0), len(coverage.oblasts)

    def summed(turned: NDArray[np.bool_]) -> NDArray[np.float64]:
        at = (first[turned] - 1) * width + coverage.face_oblast[face[turned]]
        km2 = np.bincount(at, coverage.face_km2[face[turned]], periods * width)
        by_oblast = km2.reshape(periods, width)
        return np.hstack([by_oblast, by_oblast.sum(axis=1, keepdims=True)])

    turned = same_face & np.r_[False, held[1:] != held[:-1]]
    return summed(turned & held), summed(turned & ~held)


def _range_of(coverage: Coverage, start: date | None, end: date | None) -> tuple[date, date]:
    first, last = coverage.span
    start, end = start or first, end or last
    if start > end:
        raise InputError(f"from {start} to {end}: the first day is after the last")
    for day in (start, end):
        if not first <= day <= last:
            coverage.at(day)
    return start, end


def history(
    coverage: Coverage,
    start: date | None = None,
    end: date | None = None,
    every: Every = Every.DAY,
) -> Iterator[HistoryRow]:
    """Rows of the span or a part of it, day by day, each oblast and then all four.

    Raises
    ------
    InputError
        Where the range is empty, or lies outside the span.
    """
    start, end = _range_of(coverage, start, end)
    for day in days_of(start, end, every):
        snapshot = coverage.known(day)
        if snapshot is None:
            for iso in [*(o.iso for o in coverage.oblasts), ALL]:
                yield HistoryRow(day, iso, None, None, None, None, None, carried=False)
            continue
        for row in areas(coverage, snapshot):
            yield HistoryRow(
                day,
                row.iso,
                row.russian_held,
                row.held_before_2022,
                row.contested,
                row.liberated,
                row.ukrainian_held,
                snapshot.carried,
                row.assessed_advance,
                row.infiltration,
                row.claimed_control,
            )


def days_of(start: date, end: date, every: Every) -> Iterator[date]:
    """Return the days of a range that history has rows for; the last day always is one."""
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        sunday = day.isoweekday() == calendar.SUNDAY + 1
        last_of_month = day.day == calendar.monthrange(day.year, day.month)[1]
        if (
            every is Every.DAY
            or (every is Every.WEEK and sunday)
            or (every is Every.MONTH and last_of_month)
            or day == end
        ):
            yield day
