"""What a held area is good for: how far its sources, its dating and its denominators lie apart.

All in km2, geodesic on WGS84, by oblast and last of all four; None is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis import agreement, assessed_advance
from controlmap.analysis.agreement import Opinion
from controlmap.analysis.figures import ALL
from controlmap.analysis.render import Rows
from controlmap.core.model import RecordError, Status
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage, DaySnapshot, with_sum
from controlmap.words import notes
from controlmap.words.catalog import Message

COLUMNS = ("source_spread_km2", "dating_km2", "denominator_km2", "last_redrawn")
"""What `by_oblast` gives a row beside its figures."""
_OF_ALL = (Basis.POLYGON, Basis.OFFICIAL)
"""What a share of all that is claimed may be taken of; over land another area is held as well."""
STALE_DAYS = 30
"""A map that was not redrawn for longer is named."""


def counted(others: Mapping[str, Coverage | RecordError], advance: str) -> dict[str, Coverage]:
    """Return the records of other sources with assessed advance as in the one that is asked.

    Without those that are damaged.
    """
    return {
        source: assessed_advance.counted(coverage, advance)
        for source, coverage in others.items()
        if not isinstance(coverage, RecordError)
    }


def damaged(
    others: Mapping[str, Coverage | RecordError], excepted: str = ""
) -> tuple[Message, ...]:
    """Return which records are damaged, and what is done: none is left out without a word."""
    return tuple(
        notes.RECORD_NOT_COMPARED(source=source, problem=str(other))
        if isinstance(other, RecordError)
        else notes.RECORD_REPLACED(source=source, problem=other.in_place_of)
        for source, other in others.items()
        if source != excepted and (isinstance(other, RecordError) or other.in_place_of)
    )


def by_oblast(
    coverage: Coverage,
    snapshot: DaySnapshot,
    others: Mapping[str, Coverage],
    basis: Basis = Basis.POLYGON,
) -> list[dict[str, Any]]:
    """Return the budget of what is Russian-held on a day; a row an oblast, the last of all four.

    `source_spread_km2` is from the least to the most that a source has that is current on the day,
    None where it stands alone; `dating_km2` from the least to the most over the days that the
    snapshot may be of; `denominator_km2` from the smallest to the largest total that shares may be
    taken of; `last_redrawn` the last day on which the area changed.

    Parameters
    ----------
    others
        The records of sources to compare with, by id; that which is asked may be among them.
    basis
        On land alone where it is that.
    """
    current = _current(coverage, snapshot, others)
    by_source = [o.held_km2(basis) for o in current.values()]
    return _rows(coverage, snapshot, by_source, over_days(coverage, snapshot, basis))


def of_change(
    coverage: Coverage, first: DaySnapshot, last: DaySnapshot, others: Mapping[str, Coverage]
) -> list[dict[str, Any]]:
    """Return the budget of the net change between two days, as `by_oblast`.

    Sources are compared that are current on both days, by another snapshot on each; the days are
    those that either file may be of. Both are None where the two days stand on the same snapshot:
    no change was observed.
    """
    if first.index == last.index:
        return _rows(coverage, last, [], None)
    start, end = (_current(coverage, snapshot, others) for snapshot in (first, last))
    by_source = [
        now.held_km2() - then.held_km2()
        for source, now in end.items()
        if (then := start.get(source)) and then.snapshot.index != now.snapshot.index
    ]
    before, after = (_each_day(coverage, snapshot) for snapshot in (first, last))
    nets = (after[:, None] - before).reshape(-1, len(coverage.oblasts))
    return _rows(coverage, last, by_source, _spread(nets))


def _current(
    coverage: Coverage, snapshot: DaySnapshot, others: Mapping[str, Coverage]
) -> dict[str, Opinion]:
    known = agreement.opinions({**others, coverage.source: coverage}, snapshot.day)
    return {o.source: o for o in known if o.is_current}


def over_days(coverage: Coverage, snapshot: DaySnapshot, basis: Basis) -> list[float]:
    """Return how far what is held lies apart over the days that a snapshot may be of, in km2."""
    return _spread(_each_day(coverage, snapshot, basis))


def _each_day(
    coverage: Coverage, snapshot: DaySnapshot, basis: Basis = Basis.POLYGON
) -> NDArray[np.float64]:
    """Return what is held in each snapshot that may be of a day; shape (snapshots, oblasts)."""
    return coverage.status_km2(Status.RUSSIAN_HELD, coverage.may_be_of(snapshot), basis)


def _rows(
    coverage: Coverage,
    snapshot: DaySnapshot,
    by_source: Sequence[NDArray[np.float64]],
    by_day: list[float] | None,
) -> list[dict[str, Any]]:
    totals = np.array([[o.total_km2(basis) for o in coverage.oblasts] for basis in _OF_ALL])
    unknown = [None] * (len(coverage.oblasts) + 1)
    columns = (
        _spread(np.array(by_source)) if len(by_source) > 1 else unknown,
        by_day or unknown,
        _spread(totals),
        last_redrawn(coverage, snapshot),
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]


def _spread(km2: NDArray[np.float64]) -> list[float]:
    """Return from least to most, of each column and of their sum."""
    spread: list[float] = np.ptp(with_sum(km2), axis=0).tolist()
    return spread


def last_redrawn(coverage: Coverage, snapshot: DaySnapshot) -> list[date | None]:
    """Return the last day up to a snapshot on which what is held changed, by oblast and of all."""
    return [
        coverage.snapshots[number].day if number >= 0 else None
        for number in coverage.redrawn[snapshot.index]
    ]


def of_oblast(coverage: Coverage, snapshot: DaySnapshot, iso: str) -> dict[str, Any]:
    """Return when the map of an oblast was last redrawn, with its code and name."""
    number, oblast = next((n, o) for n, o in enumerate(coverage.oblasts) if o.iso == iso)
    last = last_redrawn(coverage, snapshot)[number]
    return {"iso": iso, "name": oblast.name, "last_redrawn": last}


def notes_of(rows: Rows, day: date, columns: Message = notes.BUDGET) -> Iterator[Message]:
    """Yield what the columns of the budget are, and which oblasts were not redrawn for long."""
    yield columns
    yield from not_redrawn(rows, day)


def not_redrawn(rows: Rows, day: date) -> Iterator[Message]:
    """Yield which oblasts were not redrawn for long before a day; nothing where none was."""
    if since := stale(rows, day):
        names = {row["iso"]: row["name"] for row in rows}
        yield notes.not_redrawn([(names[iso], str(last)) for iso, last in since], STALE_DAYS)


def stale(rows: Rows, day: date) -> list[tuple[str, date]]:
    """Return the oblasts, by ISO code, that were not redrawn for long before a day, since when."""
    return [
        (row["iso"], row["last_redrawn"])
        for row in rows
        if row["iso"] != ALL
        and row["last_redrawn"] is not None
        and (day - row["last_redrawn"]).days > STALE_DAYS
    ]
