"""areas and compare: figures by oblast on a day."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from controlmap.cli.options import (
    Commands,
    add_basis,
    add_command,
    add_format,
    add_record,
    advance_told,
    dated,
    day,
    never_told,
    open_coverage,
    read_legend,
    retrieved,
)
from controlmap.cli.printing import print_found, say
from controlmap.core.model import InputError
from controlmap.words.numbers import instant

if TYPE_CHECKING:
    from controlmap.geo.oblasts import Basis
    from controlmap.record.coverage import Coverage, DaySnapshot


def add(commands: Commands) -> None:
    """Add both commands."""
    made = add_command(commands, "areas", _areas, "Areas by status, oblast by oblast, on a day.")
    add_record(made)
    add_format(made)
    made.add_argument("--input", type=Path, metavar="FILE", help="one file of any known source")
    made.add_argument("--reader", metavar="ID", help="how to read --input; default: recognised")
    made.add_argument(
        "--legend",
        type=Path,
        metavar="FILE",
        help="what the values of your own --input mean (TOML); default: guessed, and told",
    )
    made.add_argument("--date", type=day, metavar="YYYY-MM-DD", help="default: the latest")
    add_basis(made)

    made = add_command(
        commands, "compare", _compare, "Claimed versus held, oblast by oblast, on a day."
    )
    add_record(made)
    add_format(made)
    made.add_argument("--date", type=day, metavar="YYYY-MM-DD", help="default: the latest")
    add_basis(made)
    made.add_argument(
        "--contested",
        choices=("out", "in"),
        default="out",
        help="whether contested ground counts with what is held (default: out)",
    )


def _areas(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import figures
    from controlmap.core.model import Status
    from controlmap.geo.oblasts import Basis
    from controlmap.words import text

    for option in ("reader", "legend"):
        if arguments.input is None and getattr(arguments, option) is not None:
            raise InputError(f"--{option}: goes with --input")
    coverage = (
        open_coverage(arguments.source, arguments.advance)
        if arguments.input is None
        else _read_one(arguments)
    )
    snapshot = coverage.at(arguments.date or coverage.span[1])
    basis = Basis(arguments.basis)
    told = snapshot.reports(Status.RUSSIAN_HELD)  # one layer of ISW's may not tell it
    rows = [
        {
            "iso": a.iso,
            "name": a.name,
            "total": a.total,
            "russian_held": a.russian_held if told else None,
            "held_before_2022": a.held_before_2022,
            "contested": a.contested,
            "liberated": a.liberated,
            "ukrainian_held": a.ukrainian_held if told else None,
            "held_share": a.held_share if told else None,
            "assessed_advance": a.assessed_advance,
            "infiltration": a.infiltration,
            "claimed_control": a.claimed_control,
            "basis_km2": a.basis_km2,
        }
        for a in figures.areas(coverage, snapshot, basis)
    ]
    within = "" if snapshot.reports(Status.CONTESTED) or not told else text.CONTESTED_WITHIN
    _print_by_oblast(arguments, coverage, snapshot, basis, rows, within)


def _read_one(arguments: argparse.Namespace) -> Coverage:
    """One file as a coverage of one snapshot; --source is what it must be of, where given."""
    from controlmap import sources
    from controlmap.analysis import assessed_advance
    from controlmap.core.model import end_of
    from controlmap.record import archive, builder

    path, on, source = arguments.input, arguments.date, arguments.source
    if on and on > (today := datetime.now(UTC).date()):
        raise InputError(f"--date {on}: is after today, {today} (UTC)")
    if source is not None:
        sources.find_source(source)
    if path.is_dir():
        raise InputError(f"{path}: is a folder; --input takes one file (build takes folders)")
    found = list(archive.members([path]))
    if len(found) != 1:
        raise InputError(f"{path}: holds {len(found)} files; --input takes one (build takes more)")
    legend = arguments.legend and read_legend(arguments.legend)
    snapshot = sources.read(
        found[0].data, found[0].name, arguments.reader, end_of(on) if on else None, legend
    )
    found_source = sources.source_of(snapshot.info.reader).id
    if source not in (None, found_source):
        raise InputError(f"{path.name}: is a file of {found_source}, not of {source}")
    coverage, completed = builder.of_one(snapshot)
    for told in [*snapshot.info.warnings, *([f"{path.name}: {completed}"] if completed else [])]:
        say(f"warning: {told}")
    return assessed_advance.counted(coverage, assessed_advance.Advance(arguments.advance))


def _compare(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import figures
    from controlmap.core.model import Status
    from controlmap.geo.oblasts import Basis
    from controlmap.words import text

    coverage = open_coverage(arguments.source, arguments.advance)
    snapshot = coverage.at(arguments.date or coverage.span[1])
    basis, contested = Basis(arguments.basis), figures.Contested(arguments.contested)
    rows = [asdict(c) for c in figures.compare(coverage, snapshot, basis, contested)]
    note = ""
    if contested is figures.Contested.IN:
        counts = snapshot.reports(Status.CONTESTED)
        note = "held includes contested ground" if counts else text.CONTESTED_NOT_COUNTED
        contested = contested if counts else figures.Contested.OUT
    _print_by_oblast(
        arguments, coverage, snapshot, basis, rows, note, contested_counted=contested.value
    )


def _print_by_oblast(
    arguments: argparse.Namespace,
    coverage: Coverage,
    snapshot: DaySnapshot,
    basis: Basis,
    rows: list[dict[str, Any]],
    note: str,
    **more: str,
) -> None:
    from controlmap.core.model import Status
    from controlmap.geo.oblasts import Basis
    from controlmap.words import text

    as_of, taken = instant(snapshot.info.observed), retrieved(snapshot.info)
    said_by = {"source": coverage.source, "reader": snapshot.info.reader}
    counted = {
        "basis": basis.value,
        "advance": arguments.advance,
        "contested_reported": snapshot.reports(Status.CONTESTED),
        **more,
    }
    totals = {o.iso: o.total_km2(basis) for o in coverage.oblasts}
    totals["all"] = sum(totals.values())
    document = {
        **said_by,
        "as_of": as_of,
        "retrieved": taken,
        "unit": "km2",
        "basis": basis.value,
        "basis_km2": totals,
        **{key: value for key, value in counted.items() if key != "basis"},
        "oblasts": rows[:-1],
        "all": rows[-1],
    }
    dates = {"observed": as_of, "retrieved": taken}
    common = {"day": str(snapshot.day), **said_by, **dates, **counted}
    carried = f" (no snapshot on {snapshot.day}: carried)" if snapshot.carried else ""
    notes = [
        f"{coverage.source}, {dated(snapshot.info)}{carried}; km2; shares over the {basis} area",
        text.OFFICIAL if basis is Basis.OFFICIAL else "",
        note,
        advance_told(coverage.source, arguments.advance),
    ]
    silent = never_told(coverage.source, arguments.advance)
    if basis is Basis.POLYGON:
        silent |= {"basis_km2"}  # it is the total
    print_found(arguments.format, rows, document, common, notes, silent)
