"""A record held against its files, against what others published, and against what followed.

Areas are in km2, geodesic on WGS84; shares and changes of them in percent and points, as published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis import budget, pace, published
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.figures import ALL, ALL_NAME
from controlmap.analysis.published import UKRAINE, Published
from controlmap.analysis.render import Block, Facts, Rows, Table
from controlmap.core.model import Provenance, SnapshotInfo, Status
from controlmap.record import builder, inputs
from controlmap.record.coverage import Coverage
from controlmap.record.inputs import Member
from controlmap.sources import anywhere
from controlmap.words import notes
from controlmap.words.catalog import Message

SQUARE_MILE_KM2 = 2.589988110336
_YEAR = 365


@dataclass
class ByFiles:
    """What files say of a record.

    Attributes
    ----------
    errors
        The record's areas less plain overlays of its files, in km2; each of shape (oblasts, 3).
    ukraine_km2
        By day, what the file that stands for it has as Russian-held in all Ukraine.
    """

    errors: list[NDArray[np.float64]] = field(default_factory=list)
    ukraine_km2: dict[date, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether any of the files is one of the record's."""
        return bool(self.errors or self.ukraine_km2)

    def error_km2(self) -> list[float | None]:
        """Return the largest error of each oblast, and of any; None without files."""
        if not self.errors:
            return [None]
        worst = np.abs(self.errors).max(axis=(0, 2))
        return [*map(float, worst), float(worst.max())]


def measure(
    coverage: Coverage, paths: Iterable[Path | Member], progress: builder.Notify
) -> ByFiles:
    """Measure a record against the files it was built of, among those of some paths.

    Each reader's first of every quarter is overlaid, as when a record is built; of those that
    stand for a day of a published total, all of Ukraine is measured.

    Raises
    ------
    InputError
        Where a path is missing, or an archive damaged.
    """
    totals = {
        snapshot.info.name: day
        for figure in published.load()
        if (figure.source, figure.of) == (coverage.source, UKRAINE)
        for day in figure.days
        if (snapshot := coverage.known(day))
    }
    firsts = _first_of_quarters(coverage.snapshots)
    measured = ByFiles()

    def wanted() -> Iterator[Member]:
        for member in inputs.members(paths):
            if day := totals.get(member.name):
                measured.ukraine_km2[day] = anywhere.held_km2(member.data, member.name)
            if member.name in firsts:
                yield member

    intake = builder.Intake(coverage.source, progress, known=coverage)
    for overlaid in intake.completion.of(intake.snapshots(wanted())):
        if (error := builder.error_km2(coverage, overlaid)) is not None:
            measured.errors.append(error)
    return measured


def _first_of_quarters(infos: Iterable[SnapshotInfo]) -> set[str]:
    """Return the names of the files of the first snapshot of every reader and quarter."""
    firsts: dict[tuple[str, int, int], SnapshotInfo] = {}
    for info in infos:
        firsts.setdefault(builder.quarter(info), info)
    return {name for info in firsts.values() for name in info.name.split(" + ")}


def check(coverage: Coverage, provenance: Provenance, by_files: ByFiles | None = None) -> Answer:
    """Answer how far a record can be relied on.

    A row an oblast and horizon: how often intervals of the pace over 90 days held what followed,
    over each day of the record with only what was known by then, in how many trials that do not
    overlap; when the map was last redrawn; and the largest error against the files, None where none
    were given. The table `published` has what others published beside what is measured.

    Parameters
    ----------
    provenance
        That of the record.
    by_files
        What files say of it (`measure`).
    """
    by_files = by_files or ByFiles()
    snapshot = coverage.at(coverage.span[1])
    evidence = Evidence.of(coverage, snapshot)
    rows = list(_by_oblast(coverage, by_files))
    figures_of = [_published(coverage, figure, by_files) for figure in figures_published(coverage)]
    figures_of.sort(key=lambda figure: figure["measured"] is None)  # what needs files last
    who = {
        "source": coverage.source,
        "record_sha256": coverage.sha256,
        "from": coverage.span[0],
        "to": coverage.span[1],
        "snapshots": len(coverage.snapshots),
        "built_error_km2": provenance.figures.get("measured_error_km2"),
        "built_on_snapshots": provenance.figures.get("measured_on_snapshots"),
        "files_error_km2": by_files.error_km2()[-1],
        "files_overlaid": len(by_files.errors),
    }
    return Answer(
        "check",
        notes.CHECK,
        rows,
        document={**who, "oblasts": rows, "published": figures_of},
        evidence=(evidence,),
        choices={},
        method=notes.CHECK_METHOD,
        notes=(
            notes.CHECK_INTERVALS(nominal=pace.COVERAGE, window=pace.DEFAULT_WINDOW),
            *([notes.CHECK_PUBLISHED] if figures_of else []),
            *budget.not_redrawn(_redrawn(rows), snapshot.day),
        ),
        shared={"source": coverage.source, "record_sha256": coverage.sha256},
        further={"published": figures_of},
        body=partial(_body, who, rows, figures_of),
    )


def _redrawn(rows: Rows) -> Rows:
    return list({row["iso"]: row for row in rows}.values())


def _by_oblast(coverage: Coverage, by_files: ByFiles) -> Iterator[dict[str, Any]]:
    last = budget.last_redrawn(coverage, coverage.at(coverage.span[1]))
    errors = by_files.error_km2()
    names = [*((o.iso, o.name) for o in coverage.oblasts), (ALL, ALL_NAME)]
    for number, (iso, name) in enumerate(names):
        calibrations = pace.calibrate(coverage, iso, windows=(pace.DEFAULT_WINDOW,))
        for score in pace.backtest(calibrations):
            yield {
                "iso": iso,
                "name": name,
                "horizon_days": score.horizon_days,
                "within_interval": score.within_interval,
                "trials": score.trials,
                "last_redrawn": last[number],
                "error_km2": errors[number] if len(errors) > 1 else None,
            }


def figures_published(coverage: Coverage) -> list[Published]:
    """Return what was published of the source of a record."""
    return [figure for figure in published.load() if figure.source == coverage.source]


def _published(coverage: Coverage, figure: Published, by_files: ByFiles) -> dict[str, Any]:
    of_ukraine = figure.of == UKRAINE
    four = _by_record(coverage, figure, ALL) if of_ukraine else None
    measured = _by_record(coverage, figure, figure.of) if not of_ukraine else None
    if of_ukraine and all(day in by_files.ukraine_km2 for day in figure.days):
        ends = [by_files.ukraine_km2[day] for day in figure.days]
        measured = ends[-1] - (ends[0] if figure.start else 0.0)
    return {
        "id": figure.id,
        "iso": figure.of,
        "quantity": figure.quantity,
        "start": figure.start,
        "end": figure.end,
        "figure": float(figure.figure),
        "measured": measured,
        "difference": None if measured is None else measured - figure.figure,
        "four_oblasts": four,
        "unit": figure.unit,
        "said_by": figure.said_by,
        "published_in": figure.published_in,
        "note": figure.note or None,
    }


def _by_record(coverage: Coverage, figure: Published, iso: str) -> float | None:
    """Return what the record has of a figure, in its unit; None where it knows not each day."""
    snapshots = [coverage.known(day) for day in figure.days]
    if None in snapshots:
        return None
    within = [iso in (ALL, oblast.iso) for oblast in coverage.oblasts]
    whole = sum(o.polygon_km2 for o, is_in in zip(coverage.oblasts, within, strict=True) if is_in)
    indices = [snapshot.index for snapshot in snapshots if snapshot]
    km2 = coverage.status_km2(Status.RUSSIAN_HELD, indices)[:, within].sum(axis=1)
    held: list[float] = km2.tolist()
    last = snapshots[-1]
    assert last is not None
    match figure.quantity:
        case "held_km2":
            return held[-1]
        case "change_km2":
            return held[-1] - held[0]
        case "held_share":
            return 100 * held[-1] / whole
        case "share_change":
            return 100 * (held[-1] - held[0]) / whole
        case "not_held_km2":
            return (whole - held[-1]) / (SQUARE_MILE_KM2 if figure.unit == "sq_mi" else 1.0)
        case "days_to_take":
            return pace.measure(coverage, iso, last, _YEAR).days
    raise ValueError(f"{figure.quantity}: is no quantity that is published")


def _body(who: Mapping[str, Any], rows: Rows, figures_of: Rows) -> Iterator[Block]:
    built, by_files = who["built_error_km2"], who["files_error_km2"]
    error: Message | None = None
    if built is not None:
        error = notes.ERROR_ON(error_km2=built, count=who["built_on_snapshots"])
    against = notes.NO_FILES
    if by_files is not None:
        against = notes.ERROR_ON(error_km2=by_files, count=who["files_overlaid"])
    yield Facts(
        (
            (notes.FACT_RECORD, f"{who['source']} {who['record_sha256']}"),
            (notes.FACT_SPAN, notes.SPAN(first=str(who["from"]), last=str(who["to"]))),
            (notes.FACT_SNAPSHOTS, str(who["snapshots"])),
            (notes.FACT_BUILT, error),
            (notes.FACT_FILES, against),
        )
    )
    yield ""
    yield Table(rows)
    if figures_of:
        yield ""
        yield Table(figures_of, frozenset({"id", "note", "said_by"}))
