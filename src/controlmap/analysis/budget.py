"""What a held area is good for: how far its sources, its dating and its denominators lie apart.

All in km2, geodesic on WGS84, by oblast and last of all four; None is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis import agreement, assessed_advance
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
    coverage: Coverage, snapshot: DaySnapshot, others: Mapping[str, Coverage]
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
    """
    held = Status.RUSSIAN_HELD
    known = agreement.opinions({**others, coverage.source: coverage}, snapshot.day)
    by_source = np.array([o.held_km2() for o in known if o.is_current])
    totals = np.array([[o.total_km2(basis) for o in coverage.oblasts] for basis in _OF_ALL])
    columns = (
        _spread(by_source) if len(by_source) > 1 else [None] * (len(coverage.oblasts) + 1),
        _spread(coverage.status_km2(held, coverage.may_be_of(snapshot))),
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


def notes_of(rows: Rows, day: date) -> Iterator[Message]:
    """Yield what the columns of the budget are, and which oblasts were not redrawn for long."""
    yield notes.BUDGET
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
