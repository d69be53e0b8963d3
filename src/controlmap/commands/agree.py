"""agree: the sources against each other on a day."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from controlmap.commands import Commands, add_advance, add_basis, add_command, add_format, day
from controlmap.model import InputError
from controlmap.printing import instant, print_json, print_rows, say


def add(commands: Commands) -> None:
    """Add the command."""
    made = add_command(
        commands,
        "agree",
        _agree,
        "What all sources hold on a day, some, one alone, or none; oblast by oblast.",
    )
    made.add_argument("--date", type=day, metavar="YYYY-MM-DD", help="default: the latest")
    made.add_argument(
        "--sources", metavar="ID,ID", help="default: every source with a record that knows the day"
    )
    add_basis(made)
    add_advance(made)
    add_format(made, "geojson")


def _agree(arguments: argparse.Namespace) -> None:
    from controlmap import agreement
    from controlmap.oblasts import Basis

    compared = _opinions(arguments)
    found = agreement.agree(compared)
    if arguments.format == "geojson":
        _print_geojson(found, compared)
        return
    parts = agreement.by_oblast(found)
    spread = agreement.spread(compared, Basis(arguments.basis))
    rows = [_row(part, band) for part, band in zip(parts, spread, strict=True)]
    told = [_told(opinion) for opinion in compared]
    pairs = [asdict(pair) for pair in agreement.pairs(found)]
    on = str(compared[0].moment.day)
    if arguments.format == "json":
        for row, part, band in zip(rows, parts, spread, strict=True):
            row |= {"only": dict(part.only), "shares": dict(band.shares)}
        print_json(
            {
                "day": on,
                "unit": "km2",
                "basis": arguments.basis,
                "advance": arguments.advance,
                "sources": told,
                "oblasts": rows[:-1],
                "all": rows[-1],
                "pairs": pairs,
            }
        )
    elif arguments.format == "csv":
        common = {"day": on, "basis": arguments.basis}
        common |= {f"{t['source']}_observed": t["observed"] for t in told}
        print_rows("csv", [{**row, **common} for row in rows])
    else:
        print_rows("table", rows)
        print(f"\n{on}; km2 that are Russian-held by the sources; shares as they say")
        _print_below(told, pairs)


def _row(part: Any, band: Any) -> dict[str, Any]:
    return {
        "iso": part.iso,
        "name": part.name,
        "total": part.total,
        "by_all": part.by_all,
        "by_some": part.by_some,
        "by_one": part.by_one,
        "by_none": part.by_none,
        "low_share": band.low,
        "high_share": band.high,
    }


def _print_below(told: list[dict[str, Any]], pairs: list[dict[str, Any]]) -> None:
    from controlmap.views import text

    for opinion in told:
        age = text.days(opinion["age_days"])
        print(f"{opinion['source']}: as of {opinion['observed']}, {age} old")
    for pair in pairs:
        print(
            f"{pair['one']} and {pair['other']}: Jaccard index {pair['jaccard']:.3f}, "
            f"apart on {pair['apart_km2']:,.0f} km2"
        )


def _opinions(arguments: argparse.Namespace) -> list[Any]:
    """The records to compare at the day; with --sources, each of them has to know it."""
    from controlmap import agreement, archive, counting

    asked = arguments.sources.split(",") if arguments.sources else archive.with_records()
    if len(set(asked)) < len(asked):
        raise InputError(f"--sources {arguments.sources}: names a source twice")
    advance = counting.Advance(arguments.advance)
    coverages = {s: counting.counted(archive.open_source(s).coverage, advance) for s in asked}
    on = arguments.date or max(c.span[1] for c in coverages.values())
    known = agreement.opinions(coverages, on)
    if arguments.sources:
        if early := [s for s in asked if s not in {o.source for o in known}]:
            first = coverages[early[0]].span[0]
            raise InputError(f"{on}: before the span of {early[0]}, which begins on {first}")
        return known
    for opinion in known:
        if not opinion.is_current:
            last = opinion.moment.info.observed.date()
            say(f"{opinion.source}: not compared, its last snapshot up to {on} is of {last}")
    return [o for o in known if o.is_current]


def _told(opinion: Any) -> dict[str, Any]:
    info = opinion.moment.info
    return {
        "source": opinion.source,
        "reader": info.reader,
        "observed": instant(info.observed),
        "age_days": opinion.age_days,
        "cell_m": opinion.coverage.cell_m,
    }


def _print_geojson(found: Any, compared: Any) -> None:
    from controlmap import export, sources

    credits = {o.source: sources.find_source(o.source).credit for o in compared}
    shown = export.agreement(found).to_geo_dict(na="keep", drop_id=True)
    told = {"day": str(compared[0].moment.day), "credit": credits}
    print(json.dumps({**shown, **told, "sources": [_told(o) for o in compared]}))
