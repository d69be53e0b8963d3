"""build and sources: how records come about, and which there are."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from controlmap.cli.options import Commands, add_command, add_format, add_no_limit, add_source
from controlmap.cli.printing import progress, say, show
from controlmap.cli.watched import watched
from controlmap.core.model import InputError
from controlmap.words.catalog import as_given
from controlmap.words.catalog import gettext as _

if TYPE_CHECKING:
    from controlmap.core.model import SnapshotInfo
    from controlmap.record.archive import Record
    from controlmap.record.inputs import Member


def add(commands: Commands) -> None:
    """Add both commands."""
    parser = add_command(
        commands, "build", _build, _("Build a record (GeoParquet) out of a source's files.")
    )
    add_source(parser)
    read = parser.add_mutually_exclusive_group(required=True)
    read.add_argument(
        "--input",
        type=Path,
        nargs="+",
        metavar="PATH",
        help=_("files (gzipped or not), folders, tar or zip archives"),
    )
    read.add_argument(
        "--extend",
        type=Path,
        nargs="+",
        metavar=("RECORD", "PATH"),
        help=_("add snapshots, earlier or later ones, to a record at full detail"),
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=_("where to write; --extend writes to RECORD where it is left out"),
    )
    parser.add_argument(
        "--cells",
        type=int,
        metavar="METRES",
        help=_("generalise the map to the cells of our own grid; figures stay exact"),
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help=_(
            "write nothing where a file cannot be read or cannot be true, instead of keeping it out"
        ),
    )

    add_no_limit(parser)

    parser = add_command(
        commands,
        "check",
        _check,
        _("A record held against its files, what others published, and what followed."),
    )
    add_source(parser)
    parser.add_argument(
        "--input",
        type=Path,
        nargs="+",
        metavar="PATH",
        help=_("files, folders or archives of the record; default: those that an update kept"),
    )
    add_format(parser)

    parser = add_command(
        commands,
        "revisions",
        _revisions,
        _("What a source changed afterwards: where, how much, when noticed."),
    )
    add_source(parser)
    add_format(parser)

    parser = add_command(
        commands, "sources", _sources, _("What there is: span, snapshots, gaps, terms.")
    )
    add_format(parser)


def _build(arguments: argparse.Namespace) -> None:
    try:
        (_extend if arguments.extend else _new)(arguments)
    finally:
        progress("")


def _check(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.analysis import check
    from controlmap.core import user_folder
    from controlmap.record import archive
    from controlmap.update.originals import Originals

    record = archive.open_source(arguments.source or sources.DEFAULT)
    paths: list[Path | Member] = list(arguments.input or ())
    if not paths and (folder := user_folder.find()):
        for reader in sources.find_source(record.coverage.source).readers:
            paths += Originals(folder).members(reader.id)
    try:
        measured = check.measure(record.coverage, paths, progress)
    finally:
        progress("")
    if arguments.input and not measured:
        raise InputError("--input: none of the files is one that the record was built of")
    show(check.check(record.coverage, record.provenance, measured), arguments)


def _revisions(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.analysis.revisions import revisions
    from controlmap.record import archive

    record = archive.open_source(arguments.source or sources.DEFAULT)
    show(revisions(record.coverage, record.provenance), arguments)


def _new(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.core import user_folder
    from controlmap.record import builder

    if arguments.output is None:
        raise InputError("build --input: -o/--output is needed, the file to write to")
    limited = not arguments.no_limit
    with user_folder.one_writer_of(arguments.output), watched(limited=limited) as notify:
        record = builder.build_file(
            arguments.source or sources.DEFAULT,
            arguments.input,
            arguments.output,
            arguments.cells,
            notify,
            strict=arguments.strict,
            limited=limited,
        )
    progress("")
    kept_out = record.provenance.figures.get("kept_out", ())
    report(record.coverage.snapshots, [(entry["name"], entry["why"]) for entry in kept_out])
    print(f"{record.path}: {summed(record)}")


def _extend(arguments: argparse.Namespace) -> None:
    from controlmap.core import user_folder
    from controlmap.record import builder

    for name in ("cells", "source"):
        if getattr(arguments, name) is not None:
            raise InputError("--{name}: does not go with --extend; the record says it", name)
    path, *inputs = arguments.extend
    if not inputs:
        raise InputError(
            "--extend {path}: the files to add are missing; they follow the record", path
        )
    output = arguments.output or path
    limited = not arguments.no_limit
    with user_folder.one_writer_of(output), watched(limited=limited) as notify:
        extension = builder.extend_file(
            path,
            inputs,
            output,
            notify,
            strict=arguments.strict,
            limited=limited,
        )
    progress("")
    report(extension.added, [(kept.name, kept.why) for kept in extension.kept_out])
    count, record = len(extension.added), extension.record
    print(as_given("{path}: {count} added; {record}", record.path, count, summed(record)))


def report(snapshots: Iterable[SnapshotInfo], kept_out: Iterable[tuple[str, str]]) -> None:
    """Say on stderr what the readers doubted, and what was kept out."""
    for info in snapshots:
        for warning in info.warnings:
            say(as_given("warning: {warning}", warning))
    for name, why in kept_out:
        say(as_given("kept out: {name}: {why}", name, why))


def summed(record: Record) -> str:
    """Return a record in one line: its snapshots, its span, its faces, its error."""
    from controlmap.words import text

    figures = record.provenance.figures
    return as_given(
        "{snapshots}, {first} to {last}, {faces} faces, {runs} runs; measured error at most "
        "{error} km2",
        text.snapshots(sum(figures["snapshots"].values())),
        *figures["span"],
        figures["faces"],
        figures["runs"],
        figures["measured_error_km2"],
    )


def _sources(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.analysis import catalogue
    from controlmap.update import feeds

    show(
        catalogue.sources({source: feeds.addresses(source) for source in sources.SOURCES}),
        arguments,
    )
