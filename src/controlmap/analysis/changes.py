"""What became Russian-held between two days, and what ceased to be; km2, geodesic on WGS84."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from controlmap.analysis import assessed_advance, budget, figures, patches, place_history
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL, ALL_NAME
from controlmap.analysis.patches import By, Kind, Pieces
from controlmap.analysis.render import Block, Row, Rows, Table
from controlmap.core.choices import chosen
from controlmap.core.model import Ground, InputError, RecordError, Status
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import notes
from controlmap.words.catalog import Message

if TYPE_CHECKING:
    from controlmap.analysis.answer import Features


def changes(
    coverage: Coverage,
    start: date,
    end: date | None = None,
    *,
    by: str | None = None,
    others: Mapping[str, Coverage | RecordError] = MappingProxyType({}),
    advance: str = Advance.APART,
) -> Answer:
    """Answer what was gained and lost between two days in each oblast, and in all four.

    `gained_km2` is Russian-held at the end of the second day and was not at the end of the first;
    `lost_km2` the other way round. Ground that became contested was lost. All are None where both
    days stand on the same snapshot: that none was taken between them is not that nothing changed.

    Parameters
    ----------
    start, end
        The two days; `end` is the latest by default.
    by
        What a row is: "oblast", "patch" (the largest first, each by its nearest place) or "face";
        and what the ground is dissolved to. By default rows are by oblast, the ground by patch.
    others
        The records by the id of their source, for how far they are apart, and to look for patches
        in; a damaged one is left out, and said to be.
    advance
        What assessed advance counts as: "apart", "held" or "contested".

    Raises
    ------
    InputError
        Where the record does not know a day, the first is after the last, or a choice is none.
    """
    coverage = assessed_advance.counted(coverage, advance)
    row_by = chosen(By, by or By.OBLAST)
    first, last = coverage.at(start), coverage.at(end or coverage.span[1])
    if first.day > last.day:
        raise InputError(
            "from {day} to {day_2}: the first day is after the last", first.day, last.day
        )
    evidence = Evidence.of(coverage, first), Evidence.of(coverage, last)
    ends = _ends(*evidence)
    counted = budget.counted(others, advance)
    budgets = budget.of_change(coverage, first, last, counted)
    rows = by_oblast(coverage, first, last)
    oblasts = [{**row, **beside} for row, beside in zip(rows, budgets, strict=True)]
    who = {
        "source": coverage.source,
        "from": evidence[0].observed,
        "to": evidence[1].observed,
        "advance": str(advance),
        **ends,
    }
    answer = Answer(
        "changes",
        notes.CHANGES,
        oblasts,
        document={**who, "unit": "km2", "oblasts": oblasts[:-1], "all": oblasts[-1]},
        evidence=evidence,
        choices={"advance": str(advance), **({"by": row_by.value} if by else {})},
        method=notes.AREA_METHOD,
        notes=(
            *budget.notes_of(oblasts, last.day, notes.BUDGET_OF_CHANGE),
            *_notes(first, last, *evidence, str(advance)),
        ),
        warnings=budget.damaged(others, coverage.source),
        shared=who,
        locate=partial(_features, coverage, first, last, chosen(By, by or By.PATCH), who),
        beside=budget.COLUMNS,
    )
    if row_by == By.OBLAST:
        return answer
    return _in_pieces(answer, coverage, first, last, row_by, counted)


def _in_pieces(
    answer: Answer,
    coverage: Coverage,
    first: DaySnapshot,
    last: DaySnapshot,
    by: By,
    others: Mapping[str, Coverage],
) -> Answer:
    """Return an answer whose rows are patches or faces, below those of the oblasts."""
    pieces = ground(coverage, first, last, by)
    compared = [
        ends
        for source, other in others.items()
        if source != coverage.source and (ends := _known(other, first.day, last.day))
    ]
    rows = _with_sources(pieces, coverage.source, compared)
    taken = settlements(coverage, first, last)
    shown_by = notes.SHOWN_BY(sources=[coverage.source, *(other.source for other, *_ in compared)])
    return replace(
        answer,
        rows=rows,
        names=(*patches.columns("change"), "shown_by"),
        document={
            **answer.document,
            f"{by}s": rows,
            "not_drawn_km2": pieces.thin_km2,
            "settlements": taken,
        },
        evidence=(
            *answer.evidence,
            *(Evidence.of(other, snapshot) for other, *ends in compared for snapshot in ends),
        ),
        notes=(*answer.notes, *patches.remainder(coverage, pieces), shown_by),
        further={"oblasts": answer.rows, "settlements": taken},
        body=partial(_blocks, answer, rows, taken),
    )


def _blocks(by_oblast: Answer, *further: Rows) -> Iterator[Block]:
    yield from by_oblast.blocks
    for rows in filter(None, further):
        yield ""
        yield Table(rows, frozenset({"name", "lon", "lat"}))


def ground(coverage: Coverage, start: DaySnapshot, end: DaySnapshot, by: By = By.PATCH) -> Pieces:
    """Return the ground that changed hands, by `change` (gained or lost), dissolved.

    `since` is when it came to be held, or not to be, the last time before the end.
    """
    gained, lost = figures.changed_faces(coverage, start, end)
    held = Status.RUSSIAN_HELD.grounds
    kinds = [
        Kind(name, faces, patches.since(coverage, end.index, grounds))
        for name, faces, grounds in (
            ("gained", gained, held),
            ("lost", lost, tuple(g for g in Ground if g not in held)),
        )
    ]
    return patches.dissolve(coverage, kinds, by, "change")


def _known(
    coverage: Coverage, start: date, end: date
) -> tuple[Coverage, DaySnapshot, DaySnapshot] | None:
    """Return a record with its snapshots of two days, where it has two."""
    first, last = coverage.known(start), coverage.known(end)
    return (coverage, first, last) if first and last and first.index != last.index else None


def _with_sources(
    pieces: Pieces, source: str, others: Sequence[tuple[Coverage, DaySnapshot, DaySnapshot]]
) -> list[dict[str, Any]]:
    """Return the rows with the ids of the sources that show each."""
    rows = [{**row, "shown_by": source} for row in pieces.rows]
    for coverage, first, last in others:
        for change, faces in zip(
            ("gained", "lost"), figures.changed_faces(coverage, first, last), strict=True
        ):
            of = [n for n, row in enumerate(rows) if row["change"] == change]
            shows = patches.covered(pieces.geometry[of], coverage.dissolved(faces))
            for n in np.array(of, dtype=np.int64)[shows]:
                rows[n]["shown_by"] += f" {coverage.source}"
    return rows


def by_oblast(
    coverage: Coverage, start: DaySnapshot, end: DaySnapshot, basis: Basis = Basis.POLYGON
) -> list[dict[str, Any]]:
    """Return a row an oblast and last one of all four, with what was gained and lost.

    None where both days stand on the same snapshot; of land alone where that is the basis.
    """
    names = [*((o.iso, o.name) for o in coverage.oblasts), (ALL, ALL_NAME)]
    if start.index == end.index:
        unknown = dict.fromkeys(("gained_km2", "lost_km2", "net_km2"))
        return [{"iso": iso, "name": name, **unknown} for iso, name in names]
    km2 = coverage.measured_km2(basis)
    gained, lost = (
        np.bincount(coverage.face_oblast, km2 * faces, len(coverage.oblasts))
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


def settlements(coverage: Coverage, start: DaySnapshot, end: DaySnapshot) -> list[dict[str, Any]]:
    """Return a row a settlement whose central point changed hands, the most populous first."""
    if start.index == end.index:
        return []
    gained, lost = figures.changed_faces(coverage, start, end)
    names = {oblast.iso: oblast.name for oblast in coverage.oblasts}
    faces = place_history.settlement_faces(coverage)
    rows = [
        {
            "iso": place.iso,
            "name": names[place.iso],
            "change": "gained" if gained[face] else "lost",
            "settlement": place.name,
            "residents": place.population,
            "lon": place.lon,
            "lat": place.lat,
        }
        for place, face in faces.items()
        if gained[face] or lost[face]
    ]
    return sorted(rows, key=lambda row: -(row["residents"] or 0))


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
    coverage: Coverage, start: DaySnapshot, end: DaySnapshot, by: By, who: Row
) -> Features:
    """Return the ground that changed hands, and the area of what has no outline."""
    pieces = ground(coverage, start, end, by)
    said = [no_new_snapshot(start, end)] if start.index == end.index else []
    said += patches.remainder(coverage, pieces)
    members = {
        **who,
        "credit": Evidence.of(coverage, end).credit,
        "from": start.day,
        "to": end.day,
        "cell_m": coverage.cell_m,
        "by": str(by),
        "not_drawn_km2": pieces.thin_km2,
        **({"note": " ".join(map(str, said))} if said else {}),
    }
    return pieces.to_gdf("changes", "change"), members
