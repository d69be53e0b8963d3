"""history and changes: figures over time."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from controlmap.cli.options import (
    Commands,
    add_command,
    add_format,
    add_record,
    advance_told,
    day,
    files_told,
    never_told,
    open_coverage,
    retrieved,
)
from controlmap.cli.printing import print_found
from controlmap.core.model import InputError
from controlmap.words.numbers import instant

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from controlmap.record.coverage import Coverage, DaySnapshot


def add(commands: Commands) -> None:
    """Add both commands."""
    made = add_command(commands, "history", _history, "Areas by status over time.")
    add_record(made)
    add_format(made)
    made.add_argument("--from", dest="start", type=day, metavar="YYYY-MM-DD")
    made.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD")
    made.add_argument(
        "--every",
        choices=("day", "week", "month"),
        default="day",
        help="rows for each day, each Sunday, or each month's last day; and the range's last day",
    )

    made = add_command(
        commands, "changes", _changes, "What became Russian-held, and what ceased to be."
    )
    add_record(made)
    add_format(made, "geojson")
    made.add_argument("--from", dest="start", type=day, required=True, metavar="YYYY-MM-DD")
    made.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD", help="default: latest")


def _history(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import figures

    coverage = open_coverage(arguments.source, arguments.advance)
    every = figures.Every(arguments.every)
    rows = list(figures.history(coverage, arguments.start, arguments.end, every))
    days = sorted({row.date for row in rows})
    known = {day: snapshot for day in days if (snapshot := coverage.known(day))}
    told = {day: _told(coverage, known.get(day)) for day in days}
    listed = [
        {**asdict(row), "date": str(row.date), "reader": told[row.date]["reader"]} for row in rows
    ]
    document = {
        "source": coverage.source,
        "unit": "km2",
        "advance": arguments.advance,
        "every": arguments.every,
        "from": str(arguments.start or coverage.span[0]),
        "to": str(arguments.end or coverage.span[1]),
        "rows": listed,
    }
    flat = [{**shown, **told[row.date]} for shown, row in zip(listed, rows, strict=True)]
    silent = never_told(coverage.source, arguments.advance) | {"source", "reader", "observed"}
    notes = [
        advance_told(coverage.source, arguments.advance),
        files_told((day, snapshot.info) for day, snapshot in known.items()),
    ]
    print_found(arguments.format, flat, document, {"advance": arguments.advance}, notes, silent)


def _told(coverage: Coverage, known: DaySnapshot | None) -> dict[str, str | None]:
    return {
        "source": coverage.source,
        "reader": known.info.reader if known else None,
        "observed": instant(known.info.observed) if known else None,
    }


def _changes(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.analysis import figures
    from controlmap.words import text

    coverage = open_coverage(arguments.source, arguments.advance)
    start, end = coverage.at(arguments.start), coverage.at(arguments.end or coverage.span[1])
    if start.day > end.day:
        raise InputError(f"from {start.day} to {end.day}: the first day is after the last")
    ends = {
        "retrieved_from": retrieved(start.info),
        "retrieved_to": retrieved(end.info),
        "reader_from": start.info.reader,
        "reader_to": end.info.reader,
        "readers_differ": start.info.reader != end.info.reader,
    }
    if arguments.format == "geojson":
        from controlmap.draw import export

        told = {
            "source": coverage.source,
            "credit": sources.find_source(coverage.source).credit,
            "from": str(start.day),
            "to": str(end.day),
            "cell_m": coverage.cell_m,
            "advance": arguments.advance,
            **ends,
        }
        faces = export.changed(coverage, start, end)
        shown = faces.to_geo_dict(na="keep", drop_id=True)
        print(json.dumps({**shown, **told, **_drawn(coverage, faces)}))
        return
    rows = [
        {
            "iso": c.iso,
            "name": c.name,
            "gained_km2": c.gained_km2,
            "lost_km2": c.lost_km2,
            "net_km2": c.net_km2,
        }
        for c in figures.changes(coverage, start, end)
    ]
    told = {
        "source": coverage.source,
        "from": instant(start.info.observed),
        "to": instant(end.info.observed),
        "advance": arguments.advance,
        **ends,
    }
    document = {**told, "unit": "km2", "oblasts": rows[:-1], "all": rows[-1]}
    notes = [
        "{source}, from {from} to {to}; km2 of held ground".format(**told),
        advance_told(coverage.source, arguments.advance),
        text.READERS_DIFFER if ends["readers_differ"] else "",
    ]
    print_found(arguments.format, rows, document, told, notes)


def _drawn(coverage: Coverage, faces: GeoDataFrame) -> dict[str, Any]:
    """How many faces have an outline, and what those without one are."""
    thin = faces.geometry.isna()
    told: dict[str, Any] = {
        "drawn": int((~thin).sum()),
        "not_drawn": int(thin.sum()),
        "not_drawn_km2": round(float(faces.loc[thin, "area_km2"].sum()), 6),
    }
    if thin.any():
        told["note"] = (
            f"The map is generalised to cells of {coverage.cell_m} m. Features whose geometry is "
            "null are too thin for a cell: their area counts, and nothing is drawn."
        )
    return told
