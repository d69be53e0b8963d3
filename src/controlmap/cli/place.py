"""place: one point's record."""

from __future__ import annotations

import argparse
import math
from datetime import timedelta

from controlmap.cli.options import (
    Commands,
    add_command,
    add_format,
    add_record,
    advance_told,
    files_told,
    open_coverage,
)
from controlmap.cli.printing import print_json, print_notes, print_rows, say
from controlmap.words.numbers import instant

WHERE = "NAME|LON,LAT"


def add(commands: Commands) -> None:
    """Add the command."""
    made = add_command(
        commands,
        "place",
        _place,
        "Who held a place from when to when, and its distance to held ground.",
    )
    made.add_argument("where", metavar=WHERE, help='a name, "NAME, OBLAST", or a point')
    add_record(made)
    add_format(made)


def _place(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import place_history
    from controlmap.geo import places
    from controlmap.geo.oblasts import FACTS
    from controlmap.words import text

    coverage = open_coverage(arguments.source, arguments.advance)
    where = places.locate(arguments.where)
    for other in where.others:
        say(f"also of that name: {other.name}, {FACTS[other.iso][0]} ({other.lon},{other.lat})")
    named = {"name": where.place.name, "name_uk": where.place.name_uk} if where.place else {}
    found = place_history.record_of(coverage, where.lon, where.lat)
    as_of = instant(coverage.snapshots[-1].observed)
    head = {**named, "iso": found.iso, "lon": where.lon, "lat": where.lat}
    series = [
        {
            "date": str(info.observed.date()),
            "status": found.status_on(info.observed.date()),
            "distance_km": None if math.isnan(km) else round(float(km), 2),
            "reader": info.reader,
        }
        for info, km in zip(coverage.snapshots, found.distance_km, strict=True)
    ]
    begun = [(s, coverage.known(s.since)) for s in found.periods]
    periods = [
        {
            "status": s.status,
            "since": str(s.since),
            "until": s.until and str(s.until),
            "reader": known and known.info.reader,
        }
        for s, known in begun
    ]
    if arguments.format == "json":
        told = {"source": coverage.source, "as_of": as_of, "cell_m": coverage.cell_m}
        told["advance"] = arguments.advance
        print_json({**head, **told, "spells": periods, "snapshots": series})
    elif arguments.format == "csv":
        told = {"source": coverage.source, "advance": arguments.advance}
        print_rows("csv", [{**row, **told} for row in series])
    else:
        print(", ".join(str(part) for part in head.values() if part))
        print_rows("table", [{**s, "until": s["until"] or "the last day"} for s in periods])
        print()
        for days in (0, 30, 365):
            if known := coverage.known(coverage.span[1] - timedelta(days=days)):
                km = found.distance_km[known.index]
                away = "not known" if math.isnan(km) else f"{km:.1f} km"
                print(f"{known.day}  nearest Russian-held ground: {away}")
        good_to = f"lines good to {coverage.cell_m} m" if coverage.cell_m else "full detail"
        print(f"\n{coverage.source}, as of {as_of}; {good_to}")
        infos = [coverage.snapshots[0], *(known.info for _, known in begun if known)]
        print_notes(
            advance_told(coverage.source, arguments.advance),
            text.NOT_HELD if any(s.status == place_history.NOT_HELD for s in found.periods) else "",
            files_told((info.observed.date(), info) for info in infos),
        )
