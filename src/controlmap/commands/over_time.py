"""history and changes: figures over time."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from controlmap.commands import (
    Commands,
    add_command,
    add_format,
    add_record,
    advance_told,
    day,
    never_told,
    open_coverage,
)
from controlmap.model import InputError
from controlmap.printing import instant, print_found

if TYPE_CHECKING:
    from controlmap.coverage import Coverage, Moment


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
    from controlmap import figures

    coverage = open_coverage(arguments.source, arguments.advance)
    every = figures.Every(arguments.every)
    rows = list(figures.history(coverage, arguments.start, arguments.end, every))
    listed = [{**asdict(row), "date": str(row.date)} for row in rows]
    document = {
        "source": coverage.source,
        "unit": "km2",
        "advance": arguments.advance,
        "every": arguments.every,
        "from": str(arguments.start or coverage.span[0]),
        "to": str(arguments.end or coverage.span[1]),
        "rows": listed,
    }
    told = {day: _told(coverage, coverage.known(day)) for day in {row.date for row in rows}}
    flat = [{**shown, **told[row.date]} for shown, row in zip(listed, rows, strict=True)]
    silent = never_told(coverage.source, arguments.advance) | {"source", "reader", "observed"}
    common, note = {"advance": arguments.advance}, advance_told(coverage.source, arguments.advance)
    print_found(arguments.format, flat, document, common, [note], silent)


def _told(coverage: Coverage, known: Moment | None) -> dict[str, str | None]:
    return {
        "source": coverage.source,
        "reader": known.info.reader if known else None,
        "observed": instant(known.info.observed) if known else None,
    }


def _changes(arguments: argparse.Namespace) -> None:
    from controlmap import figures, sources

    coverage = open_coverage(arguments.source, arguments.advance)
    start, end = coverage.at(arguments.start), coverage.at(arguments.end or coverage.span[1])
    if start.day > end.day:
        raise InputError(f"from {start.day} to {end.day}: the first day is after the last")
    if arguments.format == "geojson":
        from controlmap import export

        told = {
            "source": coverage.source,
            "credit": sources.find_source(coverage.source).credit,
            "from": str(start.day),
            "to": str(end.day),
            "cell_m": coverage.cell_m,
            "advance": arguments.advance,
        }
        shown = export.changed(coverage, start, end).to_geo_dict(na="keep", drop_id=True)
        print(json.dumps({**shown, **told}))
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
    }
    document = {**told, "unit": "km2", "oblasts": rows[:-1], "all": rows[-1]}
    notes = [
        "{source}, from {from} to {to}; km2 of held ground".format(**told),
        advance_told(coverage.source, arguments.advance),
    ]
    print_found(arguments.format, rows, document, told, notes)
