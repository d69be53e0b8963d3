"""The commands that ask a record: arguments, the question, and the answer in a format."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from controlmap.cli.options import (
    Commands,
    add_advance,
    add_basis,
    add_command,
    add_contested,
    add_format,
    add_record,
    day,
    open_record,
    read_legend,
)
from controlmap.cli.printing import say, show
from controlmap.core.model import InputError

if TYPE_CHECKING:
    from controlmap.record.coverage import Coverage

WHERE = "NAME|LON,LAT"


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = add_command(commands, "areas", _areas, "Areas by status, oblast by oblast, on a day.")
    add_record(parser)
    add_format(parser)
    parser.add_argument("--input", type=Path, metavar="FILE", help="one file of any known source")
    parser.add_argument("--reader", metavar="ID", help="how to read --input; default: recognised")
    parser.add_argument(
        "--legend",
        type=Path,
        metavar="FILE",
        help="what the values of your own --input mean (TOML); default: guessed, and told",
    )
    parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help="default: the latest")
    add_basis(parser)

    parser = add_command(
        commands, "compare", _compare, "Claimed versus held, oblast by oblast, on a day."
    )
    add_record(parser)
    add_format(parser)
    parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help="default: the latest")
    add_basis(parser)
    add_contested(parser)

    parser = add_command(commands, "history", _history, "Areas by status over time.")
    add_record(parser)
    add_format(parser)
    parser.add_argument("--from", dest="start", type=day, metavar="YYYY-MM-DD")
    parser.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD")
    parser.add_argument(
        "--every",
        choices=("day", "week", "month"),
        default="day",
        help="rows for each day, each Sunday, or each month's last day; and the range's last day",
    )

    parser = add_command(
        commands, "changes", _changes, "What became Russian-held, and what ceased to be."
    )
    add_record(parser)
    add_format(parser, "geojson")
    parser.add_argument("--from", dest="start", type=day, required=True, metavar="YYYY-MM-DD")
    parser.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD", help="default: latest")

    parser = add_command(
        commands,
        "agree",
        _agree,
        "What all sources hold on a day, some, one alone, or none; oblast by oblast.",
    )
    parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help="default: the latest")
    parser.add_argument(
        "--sources", metavar="ID,ID", help="default: every source with a record that knows the day"
    )
    add_basis(parser)
    add_advance(parser)
    add_format(parser, "geojson")

    parser = add_command(
        commands,
        "place",
        _place,
        "Who held a place from when to when, and its distance to held ground.",
    )
    parser.add_argument("where", metavar=WHERE, help='a name, "NAME, OBLAST", or a point')
    add_record(parser)
    add_format(parser)


def _areas(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.areas import areas

    for option in ("reader", "legend"):
        if arguments.input is None and getattr(arguments, option) is not None:
            raise InputError(f"--{option}: goes with --input")
    coverage = open_record(arguments.source) if arguments.input is None else _read_one(arguments)
    answer = areas(coverage, arguments.date, basis=arguments.basis, advance=arguments.advance)
    show(answer, arguments.format)


def _read_one(arguments: argparse.Namespace) -> Coverage:
    """One file as a coverage of one snapshot; --source is what it must be of, where given."""
    from controlmap import sources
    from controlmap.core.model import end_of
    from controlmap.record import builder, inputs

    path, on, source = arguments.input, arguments.date, arguments.source
    if on and on > (today := datetime.now(UTC).date()):
        raise InputError(f"--date {on}: is after today, {today} (UTC)")
    if source is not None:
        sources.find_source(source)
    if path.is_dir():
        raise InputError(f"{path}: is a folder; --input takes one file (build takes folders)")
    files = list(inputs.members([path]))
    if len(files) != 1:
        raise InputError(f"{path}: holds {len(files)} files; --input takes one (build takes more)")
    legend = arguments.legend and read_legend(arguments.legend)
    snapshot = sources.read(
        files[0].data, files[0].name, arguments.reader, end_of(on) if on else None, legend
    )
    of = sources.source_of(snapshot.info.reader).id
    if source not in (None, of):
        raise InputError(f"{path.name}: is a file of {of}, not of {source}")
    coverage, completed = builder.of_snapshot(snapshot)
    for warning in [*snapshot.info.warnings, *([f"{path.name}: {completed}"] if completed else [])]:
        say(f"warning: {warning}")
    return coverage


def _compare(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.areas import compare

    answer = compare(
        open_record(arguments.source),
        arguments.date,
        basis=arguments.basis,
        contested=arguments.contested,
        advance=arguments.advance,
    )
    show(answer, arguments.format)


def _history(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.history import history

    answer = history(
        open_record(arguments.source),
        arguments.start,
        arguments.end,
        every=arguments.every,
        advance=arguments.advance,
    )
    show(answer, arguments.format)


def _changes(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.changes import changes

    coverage = open_record(arguments.source)
    answer = changes(coverage, arguments.start, arguments.end, advance=arguments.advance)
    show(answer, arguments.format)


def _agree(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.agree import agree
    from controlmap.record import archive

    names = arguments.sources.split(",") if arguments.sources else archive.with_records()
    if len(set(names)) < len(names):
        raise InputError(f"--sources {arguments.sources}: names a source twice")
    answer = agree(
        {source: open_record(source) for source in names},
        arguments.date,
        basis=arguments.basis,
        advance=arguments.advance,
        every_source=bool(arguments.sources),
    )
    show(answer, arguments.format)


def _place(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.place import place

    coverage = open_record(arguments.source)
    show(place(coverage, arguments.where, advance=arguments.advance), arguments.format)
