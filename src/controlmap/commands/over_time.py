"""history and changes: figures over time."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import date

from controlmap.commands import (
    Commands,
    add_advance,
    add_command,
    add_format,
    add_source,
    day,
    never_told,
    open_coverage,
)
from controlmap.model import InputError
from controlmap.printing import instant, print_json, print_rows


def add(commands: Commands) -> None:
    """Add both commands."""
    made = add_command(commands, "history", _history, "Areas by status over time.")
    add_source(made)
    add_format(made)
    made.add_argument("--from", dest="start", type=day, metavar="YYYY-MM-DD")
    made.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD")
    made.add_argument(
        "--every",
        choices=("day", "week", "month"),
        default="day",
        help="rows for each day, each Sunday, or each month's last day; and the range's last day",
    )
    add_advance(made)

    made = add_command(
        commands, "changes", _changes, "What became Russian-held, and what ceased to be."
    )
    add_source(made)
    add_format(made, "geojson")
    made.add_argument("--from", dest="start", type=day, required=True, metavar="YYYY-MM-DD")
    made.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD", help="default: latest")


def _history(arguments: argparse.Namespace) -> None:
    from controlmap import figures

    coverage = open_coverage(arguments.source, arguments.advance)
    rows = figures.history(coverage, arguments.start, arguments.end, figures.Every(arguments.every))
    listed = [{**asdict(row), "date": str(row.date)} for row in rows]
    if arguments.format == "json":
        print_json(
            {
                "source": coverage.source,
                "unit": "km2",
                "every": arguments.every,
                "from": str(arguments.start or coverage.span[0]),
                "to": str(arguments.end or coverage.span[1]),
                "rows": listed,
            }
        )
    else:
        days = {row["date"]: coverage.known(date.fromisoformat(row["date"])) for row in listed}
        told = {
            day: {
                "source": coverage.source,
                "reader": known and known.info.reader,
                "observed": known and instant(known.info.observed),
            }
            for day, known in days.items()
        }
        if arguments.format == "csv":
            listed = [{**row, **told[row["date"]]} for row in listed]
        else:
            silent = never_told(coverage.source)
            listed = [{k: v for k, v in row.items() if k not in silent} for row in listed]
        print_rows(arguments.format, listed)


def _changes(arguments: argparse.Namespace) -> None:
    from controlmap import figures, sources

    coverage = open_coverage(arguments.source)
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
    from_to = {"from": instant(start.info.observed), "to": instant(end.info.observed)}
    if arguments.format == "json":
        told = {"source": coverage.source, **from_to, "unit": "km2"}
        print_json({**told, "oblasts": rows[:-1], "all": rows[-1]})
        return
    print_rows(arguments.format, rows)
    if arguments.format == "table":
        print(f"\n{coverage.source}, from {from_to['from']} to {from_to['to']}; km2 of held ground")
