"""What became Russian-held between two days, and what ceased to be; km2, geodesic on WGS84."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from controlmap.analysis import assessed_advance, figures
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL, ALL_NAME
from controlmap.core.model import InputError
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import notes
from controlmap.words.catalog import Message

if TYPE_CHECKING:
    from controlmap.analysis.answer import Features


def changes(
    coverage: Coverage, start: date, end: date | None = None, *, advance: str = Advance.APART
) -> Answer:
    """Answer what was gained and lost between two days in each oblast, and in all four.

    `gained_km2` is Russian-held at the end of the second day and was not at the end of the first;
    `lost_km2` the other way round. Ground that became contested was lost. All are None where both
    days stand on the same snapshot: that none was taken between them is not that nothing changed.

    Parameters
    ----------
    start, end
        The two days; `end` is the latest by default.
    advance
        What assessed advance counts as: "apart", "held" or "contested".

    Raises
    ------
    InputError
        Where the record does not know a day, the first is after the last, or a choice is none.
    """
    coverage = assessed_advance.counted(coverage, advance)
    first, last = coverage.at(start), coverage.at(end or coverage.span[1])
    if first.day > last.day:
        raise InputError(
            "from {day} to {day_2}: the first day is after the last", first.day, last.day
        )
    evidence = Evidence.of(coverage, first), Evidence.of(coverage, last)
    ends = _ends(*evidence)
    rows = by_oblast(coverage, first, last)
    who = {
        "source": coverage.source,
        "from": evidence[0].observed,
        "to": evidence[1].observed,
        "advance": str(advance),
        **ends,
    }
    return Answer(
        "changes",
        notes.CHANGES,
        rows,
        document={**who, "unit": "km2", "oblasts": rows[:-1], "all": rows[-1]},
        evidence=evidence,
        choices={"advance": str(advance)},
        method=notes.AREA_METHOD,
        notes=tuple(_notes(first, last, *evidence, str(advance))),
        shared=who,
        locate=partial(_features, coverage, first, last, {"advance": str(advance), **ends}),
    )


def by_oblast(coverage: Coverage, start: DaySnapshot, end: DaySnapshot) -> list[dict[str, Any]]:
    """Return a row an oblast and last one of all four, with what was gained and lost.

    None where both days stand on the same snapshot.
    """
    names = [*((o.iso, o.name) for o in coverage.oblasts), (ALL, ALL_NAME)]
    if start.index == end.index:
        unknown = dict.fromkeys(("gained_km2", "lost_km2", "net_km2"))
        return [{"iso": iso, "name": name, **unknown} for iso, name in names]
    gained, lost = (
        np.bincount(coverage.face_oblast, coverage.face_km2 * faces, len(coverage.oblasts))
        for faces in figures.changed_faces(coverage, start, end)
    )
    columns = zip([*gained, gained.sum()], [*lost, lost.sum()], strict=True)
    return [
        {
            "iso": iso,
            "name": name,
            "gained_km2": float(more),
            "lost_km2": float(less),
            "net_km2": float(more - less),
        }
        for (iso, name), (more, less) in zip(names, columns, strict=True)
    ]


def no_new_snapshot(first: DaySnapshot, last: DaySnapshot) -> Message:
    """Return that two days stand on the same snapshot, and on which."""
    of = notes.as_of_iso(last.info)
    return notes.NO_NEW_SNAPSHOT(start=str(first.day), end=str(last.day), observed=of)


def _ends(start: Evidence, end: Evidence) -> dict[str, Any]:
    return {
        "retrieved_from": start.retrieved,
        "retrieved_to": end.retrieved,
        "reader_from": start.reader,
        "reader_to": end.reader,
        "readers_differ": start.reader != end.reader,
    }


def _notes(
    first: DaySnapshot, last: DaySnapshot, start: Evidence, end: Evidence, advance: str
) -> Iterator[Message]:
    if first.index == last.index:
        yield no_new_snapshot(first, last)
    yield notes.BETWEEN(source=start.source, start=notes.as_of_iso(start), end=notes.as_of_iso(end))
    yield from assessed_advance.note(start.source, advance)
    if start.reader != end.reader:
        yield notes.READERS_DIFFER


def _features(
    coverage: Coverage, start: DaySnapshot, end: DaySnapshot, ends: dict[str, Any]
) -> Features:
    """Return the faces that changed hands, how many have an outline, and what those without are."""
    from controlmap.analysis import features

    faces = features.changed(coverage, start, end)
    thin = faces.geometry.isna()
    members = {
        "source": coverage.source,
        "credit": Evidence.of(coverage, end).credit,
        "from": start.day,
        "to": end.day,
        "cell_m": coverage.cell_m,
        **ends,
        "drawn": int((~thin).sum()),
        "not_drawn": int(thin.sum()),
        "not_drawn_km2": round(float(faces.loc[thin, "area_km2"].sum()), 6),
    }
    if start.index == end.index:
        members["note"] = no_new_snapshot(start, end)
    elif coverage.cell_m and thin.any():
        members["note"] = notes.WITHOUT_OUTLINE(cell_m=coverage.cell_m)
    return faces, members
