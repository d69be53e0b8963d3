"""Areas by status over time, and gains and losses by period; km2, geodesic on WGS84."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controlmap import sources
from controlmap.analysis import areas, assessed_advance, budget, figures
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL, ALL_NAME, Every
from controlmap.core.choices import chosen
from controlmap.core.model import InputError, RecordError, Status
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import notes
from controlmap.words.catalog import Message

Snapshots = Sequence[tuple[date, DaySnapshot | None]]
"""Days with what the record knows of them; None in a gap."""


def history(
    coverage: Coverage,
    start: date | None = None,
    end: date | None = None,
    *,
    every: str = Every.DAY,
    basis: str = Basis.POLYGON,
    advance: str = Advance.APART,
    others: Mapping[str, Coverage | RecordError] = MappingProxyType({}),
) -> Answer:
    """Answer how large each status was over time, day by day, each oblast and then all four.

    Areas are None in a gap, and where they are not reported.

    Parameters
    ----------
    start, end
        The range; the span of the record by default.
    every
        "day", "week" (each Sunday) or "month" (its last day); the range's last day always is one.
    basis
        What `held_share` is taken over: "polygon", "official", or "land", which leaves lakes and
        reservoirs out of every area.
    advance
        What assessed advance counts as: "apart", "held" or "contested".
    others
        The records of sources, by id, for how far they are apart; a damaged one is left out, and
        said to be.

    Raises
    ------
    InputError
        Where the range is empty or lies outside the span, or a choice is none.
    """
    every, basis = chosen(Every, every), chosen(Basis, basis)
    coverage = assessed_advance.counted(coverage, advance)
    known = days_known(coverage, start, end, every)
    budgets = _budgets(coverage, known, budget.counted(others, advance), basis)
    days = by_day(coverage, known, basis)
    listed = [{**row, **beside} for row, beside in zip(days, budgets, strict=True)]
    hidden = {"source", "observed"}
    return Answer(
        "history",
        notes.HISTORY,
        listed,
        document={
            "source": coverage.source,
            "unit": "km2",
            "basis": basis.value,
            "advance": str(advance),
            "every": every.value,
            "from": start or coverage.span[0],
            "to": known[-1][0],
            "rows": [{k: v for k, v in row.items() if k not in hidden} for row in listed],
        },
        evidence=_evidence(coverage, known),
        choices={"every": every.value, "basis": basis.value, "advance": str(advance)},
        method=notes.AREA_METHOD,
        notes=(
            notes.BUDGET,
            *notes.BASIS[basis],
            *assessed_advance.note(coverage.source, str(advance)),
            *takeovers([(day, s.info.reader) for day, s in known if s]),
        ),
        warnings=budget.damaged(others, coverage.source),
        shared={"basis": basis.value, "advance": str(advance)},
        without=assessed_advance.never_reported(coverage.source, advance)
        | {"source", "reader", "observed", "denominator_km2"},
        index="date",
    )


def days_known(
    coverage: Coverage, start: date | None, end: date | None, every: Every
) -> list[tuple[date, DaySnapshot | None]]:
    """Return the days of a range with what the record knows of them; None in a gap.

    Raises
    ------
    InputError
        Where the range is empty or lies outside the span.
    """
    first, last = coverage.span
    start, end = start or first, end or last
    if start > end:
        raise InputError("from {start} to {end}: the first day is after the last", start, end)
    for day in (start, end):
        if not first <= day <= last:
            coverage.at(day)
    return [(day, coverage.known(day)) for day in figures.days_of(start, end, every)]


def by_day(
    coverage: Coverage, known: Snapshots, basis: Basis = Basis.POLYGON
) -> Iterator[dict[str, Any]]:
    """Yield a row a day and oblast, and one of all four, with the area of each status."""
    isos = [*(o.iso for o in coverage.oblasts), ALL]
    unknown = [{"iso": iso, **dict.fromkeys((*_STATUSES, "held_share"))} for iso in isos]
    for day, snapshot in known:
        info = snapshot.info if snapshot else None
        for row in areas.by_oblast(coverage, snapshot, basis) if snapshot else unknown:
            yield {
                "date": day,
                "iso": row["iso"],
                **{status: row[status] for status in _STATUSES[:5]},
                "held_share": row["held_share"],
                "carried": snapshot is not None and snapshot.carried,
                **{status: row[status] for status in _STATUSES[5:]},
                "reader": info and info.reader,
                "source": coverage.source,
                "observed": info and sources.observed(info),
            }


def _budgets(
    coverage: Coverage, known: Snapshots, others: Mapping[str, Coverage], basis: Basis
) -> Iterator[dict[str, Any]]:
    unknown = [dict.fromkeys(budget.COLUMNS) for _ in (*coverage.oblasts, ALL)]
    for _, snapshot in known:
        yield from budget.by_oblast(coverage, snapshot, others, basis) if snapshot else unknown


_STATUSES = tuple(status.value for status in Status)


def _evidence(coverage: Coverage, known: Snapshots) -> tuple[Evidence, ...]:
    """Return the first and the last snapshot of a range."""
    snapshots = [snapshot for _, snapshot in known if snapshot]
    ends = snapshots[:: max(len(snapshots) - 1, 1)]
    return tuple(Evidence.of(coverage, snapshot) for snapshot in ends)


def takeovers(readers: Sequence[tuple[date, str]]) -> Iterator[Message]:
    """Yield from which days on another kind of a source's files is read; nothing for but one."""
    changed = tuple(
        notes.TAKEOVER(reader=reader, day=str(day))
        for (_, before), (day, reader) in itertools.pairwise(readers)
        if reader != before
    )
    if changed:
        yield notes.FILES_CHANGE(takeovers=changed)


def flows(
    coverage: Coverage,
    start: date | None = None,
    end: date | None = None,
    *,
    every: str = Every.DAY,
    basis: str = Basis.POLYGON,
    advance: str = Advance.APART,
) -> Answer:
    """Answer what was gained and lost period by period, each oblast and then all four.

    `gained_km2` is Russian-held at the end of `end` and was not at the end of `start`, `lost_km2`
    the other way round; what changed twice within a period is in neither. Both are None next to a
    gap, and in a period without a new snapshot. Parameters and errors are those of `history`.
    """
    every, basis = chosen(Every, every), chosen(Basis, basis)
    coverage = assessed_advance.counted(coverage, advance)
    known = period_ends(coverage, start, end, every)
    rows = list(by_period(coverage, known, basis))
    how = {"every": every.value, "basis": basis.value, "advance": str(advance)}
    who = {"source": coverage.source, **how}
    return Answer(
        "flows",
        notes.FLOWS,
        rows,
        document={**who, "unit": "km2", "from": known[0][0], "to": known[-1][0], "rows": rows},
        evidence=_evidence(coverage, known),
        choices=how,
        method=notes.AREA_METHOD,
        notes=(*notes.BASIS[basis], *assessed_advance.note(coverage.source, str(advance))),
        shared=who,
    )


def period_ends(
    coverage: Coverage, start: date | None, end: date | None, every: Every
) -> list[tuple[date, DaySnapshot | None]]:
    """Return `days_known` with the range's first day, at whose end the first period begins."""
    known = days_known(coverage, start, end, every)
    first = start or coverage.span[0]
    return known if known[0][0] == first else [(first, coverage.known(first)), *known]


def by_period(
    coverage: Coverage, known: Snapshots, basis: Basis = Basis.POLYGON
) -> Iterator[dict[str, Any]]:
    """Yield a row an oblast, and one of all four, for each period between days next to another."""
    gained, lost = _by_period(coverage, np.array([s.index for _, s in known if s]), basis)
    names = [*((o.iso, o.name) for o in coverage.oblasts), (ALL, ALL_NAME)]
    period = -1
    for (since, before), (until, after) in itertools.pairwise(known):
        period += bool(before)
        for i, (iso, name) in enumerate(names):
            more, less = None, None
            if before and after and before.index != after.index:
                more, less = float(gained[period, i]), float(lost[period, i])
            yield {
                "start": since,
                "end": until,
                "iso": iso,
                "name": name,
                "gained_km2": more,
                "lost_km2": less,
                "net_km2": None if more is None or less is None else more - less,
            }


def _by_period(
    coverage: Coverage, indexes: NDArray[np.int64], basis: Basis
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what became held, and what ceased to be, from each snapshot to the next, in km2.

    Each of shape (snapshots - 1, oblasts + 1), the last column of all oblasts.
    """
    first = np.searchsorted(indexes, coverage.run_since)
    seen = np.flatnonzero(first < np.searchsorted(indexes, coverage.run_until))
    face, first = coverage.run_face[seen], first[seen]
    held = np.isin(coverage.run_ground[seen], Status.RUSSIAN_HELD.grounds)
    same_face = np.r_[False, face[1:] == face[:-1]]
    face_km2 = coverage.measured_km2(basis)
    periods, width = max(len(indexes) - 1, 0), len(coverage.oblasts)

    def summed(changed: NDArray[np.bool_]) -> NDArray[np.float64]:
        at = (first[changed] - 1) * width + coverage.face_oblast[face[changed]]
        km2 = np.bincount(at, face_km2[face[changed]], periods * width)
        by_oblast = km2.reshape(periods, width)
        return np.hstack([by_oblast, by_oblast.sum(axis=1, keepdims=True)])

    changed = same_face & np.r_[False, held[1:] != held[:-1]]
    return summed(changed & held), summed(changed & ~held)
