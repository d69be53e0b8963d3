"""Who held a place from when to when, as an answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from controlmap.analysis import assessed_advance, budget, place_history
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.history import takeovers
from controlmap.analysis.place_history import NOT_HELD, PointRecord
from controlmap.analysis.render import Block, Rows, Table
from controlmap.geo import places
from controlmap.geo.oblasts import FACTS
from controlmap.geo.places import Where
from controlmap.record.coverage import Coverage
from controlmap.words import notes
from controlmap.words.catalog import Message

_DAYS_BACK = (0, 30, 365)
"""The days before the last one that a distance is printed of."""


def place(coverage: Coverage, where: str, *, advance: str = Advance.APART) -> Answer:
    """Answer who held a place from when to when, and how far held ground was from it.

    Rows are the record's snapshots; the table `periods` has a row for each time that the place had
    one status, with the first day of the next.

    Parameters
    ----------
    where
        A name, "NAME, OBLAST", or "LON,LAT" in degrees.
    advance
        What assessed advance counts as: "apart", "held" or "contested".

    Raises
    ------
    InputError
        Where no place of that name is known, several are, the point lies in none of the oblasts,
        or the choice is none.
    """
    coverage = assessed_advance.counted(coverage, advance)
    point = places.locate(where)
    record = place_history.record_of(coverage, point.lon, point.lat)
    snapshots, periods = _snapshots(coverage, record), _periods(coverage, record)
    snapshot = coverage.at(coverage.span[1])
    evidence = Evidence.of(coverage, snapshot)
    redrawn = budget.of_oblast(coverage, snapshot, record.iso)
    named = {"name": point.place.name, "name_uk": point.place.name_uk} if point.place else {}
    head = {**named, "iso": record.iso, "lon": point.lon, "lat": point.lat}
    return Answer(
        "place",
        notes.PLACE,
        snapshots,
        document={
            **head,
            "source": coverage.source,
            "as_of": evidence.observed,
            "last_redrawn": redrawn["last_redrawn"],
            "cell_m": coverage.cell_m,
            "advance": str(advance),
            "periods": periods,
            "snapshots": snapshots,
        },
        evidence=(evidence,),
        choices={"advance": str(advance)},
        method=notes.PLACE_METHOD,
        notes=(
            *_notes(coverage, record, evidence, str(advance)),
            *budget.not_redrawn([redrawn], snapshot.day),
        ),
        warnings=tuple(_also(point)),
        shared={"source": coverage.source, "advance": str(advance)},
        further={"periods": periods},
        index="date",
        body=partial(_body, ", ".join(str(part) for part in head.values() if part), periods,
                     tuple(_distances(coverage, record))),
    )  # fmt: skip


def _also(point: Where) -> Iterator[Message]:
    for other in point.others:
        yield notes.ALSO_OF_THAT_NAME(
            name=other.name, oblast=FACTS[other.iso][0], lon=str(other.lon), lat=str(other.lat)
        )


def _snapshots(coverage: Coverage, record: PointRecord) -> list[dict[str, Any]]:
    return [
        {
            "date": info.observed.date(),
            "status": record.status_on(info.observed.date()),
            "distance_km": None if math.isnan(km) else round(float(km), 2),
            "reader": info.reader,
        }
        for info, km in zip(coverage.snapshots, record.distance_km, strict=True)
    ]


def _periods(coverage: Coverage, record: PointRecord) -> list[dict[str, Any]]:
    return [
        {
            "status": period.status,
            "since": period.since,
            "until": period.until,
            "reader": known.info.reader if (known := coverage.known(period.since)) else None,
        }
        for period in record.periods
    ]


def _distances(coverage: Coverage, record: PointRecord) -> Iterator[Message]:
    for days in _DAYS_BACK:
        if known := coverage.known(coverage.span[1] - timedelta(days=days)):
            km = float(record.distance_km[known.index])
            nearest = notes.NEAREST_UNKNOWN if math.isnan(km) else notes.NEAREST(distance_km=km)
            yield nearest(day=str(known.day))


def _body(heading: str, periods: Rows, distances: tuple[Message, ...]) -> Iterator[Block]:
    yield heading
    yield Table(periods)
    yield ""
    yield from distances


def _notes(
    coverage: Coverage, record: PointRecord, evidence: Evidence, advance: str
) -> Iterator[Message]:
    who = {"source": coverage.source, "observed": notes.as_of_iso(evidence)}
    if coverage.cell_m:
        yield notes.PLACE_AS_OF(**who, cell_m=coverage.cell_m)
    else:
        yield notes.PLACE_AS_OF_FULL(**who)
    yield from assessed_advance.note(coverage.source, advance)
    if any(period.status == NOT_HELD for period in record.periods):
        yield notes.PLACE_NOT_HELD
    first = coverage.snapshots[0]
    known = [coverage.known(period.since) for period in record.periods]
    infos = [first, *(snapshot.info for snapshot in known if snapshot)]
    yield from takeovers([(info.observed.date(), info.reader) for info in infos])
