"""What questions have in common: choices, days, and the arrays that they count from.

All areas are in km2, geodesic on WGS84. None stands for what a source does not report.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from controlmap.core.model import Status
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage, DaySnapshot

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


def counted_km2(
    coverage: Coverage,
    contested: Contested,
    index: Sequence[int] | slice = slice(None),
    basis: Basis = Basis.POLYGON,
) -> NDArray[np.float64]:
    """Russian-held ground in km2, with contested ground where that counts; (snapshots, oblasts)."""
    held = coverage.status_km2(Status.RUSSIAN_HELD, index, basis)
    if contested == Contested.IN:
        held = held + coverage.status_km2(Status.CONTESTED, index, basis)
    return held


def last_reported(coverage: Coverage, snapshot: DaySnapshot, status: Status) -> DaySnapshot | None:
    """Return the latest snapshot up to a day that reports a status; None where there is none."""
    for index in range(snapshot.index, -1, -1):
        info = coverage.snapshots[index]
        if status in info.reports:
            return DaySnapshot(info.observed.date(), index, info, carried=False)
    return None


def changed_faces(
    coverage: Coverage, start: DaySnapshot, end: DaySnapshot
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which faces became Russian-held from one moment to another, and which ceased to be."""
    before, after = coverage.held(start.index), coverage.held(end.index)
    return after & ~before, before & ~after


def days_of(start: date, end: date, every: Every) -> Iterator[date]:
    """Return the days of a range that history has rows for; the last day always is one."""
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        sunday = day.isoweekday() == calendar.SUNDAY + 1
        last_of_month = day.day == calendar.monthrange(day.year, day.month)[1]
        if (
            every == Every.DAY
            or (every == Every.WEEK and sunday)
            or (every == Every.MONTH and last_of_month)
            or day == end
        ):
            yield day
