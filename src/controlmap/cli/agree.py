"""agree: the sources against each other on a day."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from controlmap.cli.options import Commands, add_advance, add_basis, add_command, add_format, day
from controlmap.cli.printing import print_found, say
from controlmap.core.model import InputError
from controlmap.words.numbers import instant

if TYPE_CHECKING:
    from controlmap.analysis.agreement import Agreement, AgreementRow, Opinion, Pair, Spread
    from controlmap.geo.oblasts import Basis


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
    from controlmap.analysis import agreement
    from controlmap.geo.oblasts import Basis

    compared = _opinions(arguments)
    found = agreement.agree(compared)
    basis = Basis(arguments.basis)
    if arguments.format == "geojson":
        _print_geojson(found, compared)
        return
    spread = agreement.spread(compared, basis)
    by_oblast = agreement.by_oblast(found)
    totals = [o.total_km2(basis) for o in compared[0].coverage.oblasts]
    rows = [
        _row(row, band, km2)
        for row, band, km2 in zip(by_oblast, spread, [*totals, sum(totals)], strict=True)
    ]
    parts = [
        {**row, "only": dict(areas.only), "shares": dict(band.shares)}
        for row, areas, band in zip(rows, by_oblast, spread, strict=True)
    ]
    pairs = agreement.pairs(found)
    day = {"day": str(compared[0].snapshot.day)}
    document = {
        **day,
        "unit": "km2",
        "basis": arguments.basis,
        "advance": arguments.advance,
        "sources": [_told(opinion) for opinion in compared],
        "oblasts": parts[:-1],
        "all": parts[-1],
        "pairs": [asdict(pair) for pair in pairs],
    }
    common = {**day, "basis": arguments.basis}
    common |= {f"{o.source}_observed": instant(o.snapshot.info.observed) for o in compared}
    silent = {"basis_km2"} if basis is Basis.POLYGON else set()  # it is the total
    print_found(arguments.format, rows, document, common, _notes(compared, pairs, basis), silent)


def _row(row: AgreementRow, band: Spread, basis_km2: float) -> dict[str, Any]:
    return {
        "iso": row.iso,
        "name": row.name,
        "total": row.total,
        "by_all": row.by_all,
        "by_some": row.by_some,
        "by_one": row.by_one,
        "by_none": row.by_none,
        "low_share": band.low,
        "high_share": band.high,
        "basis_km2": basis_km2,
    }


def _notes(compared: Sequence[Opinion], pairs: Sequence[Pair], basis: Basis) -> Iterator[str]:
    from controlmap.geo.oblasts import Basis
    from controlmap.words import text

    day = compared[0].snapshot.day
    yield (
        f"{day}; km2 that are Russian-held by the sources; shares as they say, over the {basis} "
        "area"
    )
    yield text.OFFICIAL if basis is Basis.OFFICIAL else ""
    for opinion in compared:
        observed = instant(opinion.snapshot.info.observed)
        yield f"{opinion.source}: as of {observed}, {text.days(opinion.age_days)} old"
    for pair in pairs:
        yield (
            f"{pair.one} and {pair.other}: Jaccard index {pair.jaccard:.3f}, apart on "
            f"{pair.apart_km2:,.0f} km2"
        )


def _opinions(arguments: argparse.Namespace) -> list[Opinion]:
    """The records to compare at the day; with --sources, each of them has to know it."""
    from controlmap.analysis import agreement, assessed_advance
    from controlmap.record import archive

    asked = arguments.sources.split(",") if arguments.sources else archive.with_records()
    if len(set(asked)) < len(asked):
        raise InputError(f"--sources {arguments.sources}: names a source twice")
    advance = assessed_advance.Advance(arguments.advance)
    coverages = {
        s: assessed_advance.counted(archive.open_source(s).coverage, advance) for s in asked
    }
    on = arguments.date or max(c.span[1] for c in coverages.values())
    known = agreement.opinions(coverages, on)
    if arguments.sources:
        if early := [s for s in asked if s not in {o.source for o in known}]:
            first = coverages[early[0]].span[0]
            raise InputError(f"{on}: before the span of {early[0]}, which begins on {first}")
        return known
    for opinion in known:
        if not opinion.is_current:
            last = opinion.snapshot.info.observed.date()
            say(f"{opinion.source}: not compared, its last snapshot up to {on} is of {last}")
    return [o for o in known if o.is_current]


def _told(opinion: Opinion) -> dict[str, Any]:
    info = opinion.snapshot.info
    return {
        "source": opinion.source,
        "reader": info.reader,
        "observed": instant(info.observed),
        "age_days": opinion.age_days,
        "cell_m": opinion.coverage.cell_m,
    }


def _print_geojson(found: Agreement, compared: Sequence[Opinion]) -> None:
    from controlmap import sources
    from controlmap.draw import export

    credits = {o.source: sources.find_source(o.source).credit for o in compared}
    shown = export.agreement(found).to_geo_dict(na="keep", drop_id=True)
    told = {"day": str(compared[0].snapshot.day), "credit": credits}
    print(json.dumps({**shown, **told, "sources": [_told(o) for o in compared]}))
