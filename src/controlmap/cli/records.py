"""build and sources: records, made and told."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from controlmap.cli.options import Commands, add_command, add_format, add_source
from controlmap.cli.printing import print_json, print_rows, progress, say
from controlmap.core.model import InputError
from controlmap.words.numbers import printable

if TYPE_CHECKING:
    from controlmap.core.model import SnapshotInfo
    from controlmap.record.archive import Record
    from controlmap.sources import Source


def add(commands: Commands) -> None:
    """Add both commands."""
    made = add_command(
        commands, "build", _build, "Build a record (GeoParquet) out of a source's files."
    )
    add_source(made)
    read = made.add_mutually_exclusive_group(required=True)
    read.add_argument(
        "--input",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="files (gzipped or not), folders, tar or zip archives",
    )
    read.add_argument(
        "--extend",
        type=Path,
        nargs="+",
        metavar=("RECORD", "PATH"),
        help="add snapshots, earlier or later ones, to a record at full detail",
    )
    made.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where to write; --extend writes to RECORD where it is left out",
    )
    made.add_argument(
        "--cells",
        type=int,
        metavar="METRES",
        help="generalise the map to the cells of our own grid; figures stay exact",
    )
    made.add_argument(
        "--strict",
        action="store_true",
        help="write nothing where a file cannot be read or cannot be true, instead of keeping it "
        "out",
    )

    made = add_command(
        commands, "sources", _sources, "What there is: span, snapshots, gaps, terms."
    )
    add_format(made)


def _build(arguments: argparse.Namespace) -> None:
    try:
        (_extend if arguments.extend else _make)(arguments)
    finally:
        progress("")


def _make(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.core import user_folder
    from controlmap.record import builder

    if arguments.output is None:
        raise InputError("build --input: -o/--output is needed, the file to write to")
    with user_folder.one_writer_of(arguments.output):
        record = builder.build_file(
            arguments.source or sources.DEFAULT,
            arguments.input,
            arguments.output,
            arguments.cells,
            progress,
            strict=arguments.strict,
        )
    progress("")
    kept_out = record.provenance.figures.get("kept_out", ())
    tell(record.coverage.snapshots, [(told["name"], told["why"]) for told in kept_out])
    print(f"{record.path}: {summed(record)}")


def _extend(arguments: argparse.Namespace) -> None:
    from controlmap.core import user_folder
    from controlmap.record import builder

    for name in ("cells", "source"):
        if getattr(arguments, name) is not None:
            raise InputError(f"--{name}: does not go with --extend; the record tells it")
    path, *inputs = arguments.extend
    if not inputs:
        raise InputError(f"--extend {path}: the files to add are missing; they follow the record")
    output = arguments.output or path
    with user_folder.one_writer_of(output):
        made = builder.extend_file(path, inputs, output, progress, strict=arguments.strict)
    progress("")
    tell(made.added, [(kept.name, kept.why) for kept in made.kept_out])
    print(f"{made.record.path}: {len(made.added)} added; {summed(made.record)}")


def tell(snapshots: Iterable[SnapshotInfo], kept_out: Iterable[tuple[str, str]]) -> None:
    """What the readers were in doubt of, and what was kept out, on stderr."""
    for info in snapshots:
        for warning in info.warnings:
            say(f"warning: {warning}")
    for name, why in kept_out:
        say(f"kept out: {name}: {why}")


def summed(record: Record) -> str:
    """A record in one line: its snapshots, its span, its faces, its error."""
    from controlmap.words import text

    told = record.provenance.figures
    many = text.snapshots(sum(told["snapshots"].values()))
    return (
        f"{many}, {told['span'][0]} to {told['span'][1]}, "
        f"{told['faces']} faces, {told['runs']} runs; measured error at most "
        f"{told['measured_error_km2']} km2"
    )


def _sources(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.core import user_folder
    from controlmap.record import archive

    place = user_folder.find()
    known = archive.with_records()
    rows = [_row(source, known) for source in sources.SOURCES.values()]
    if arguments.format == "json":
        print_json({"sources": rows, "data": str(place) if place else None})
    elif arguments.format == "csv":
        flat = (
            {k: v if isinstance(v, int | None) else _flat(v) for k, v in r.items()} for r in rows
        )
        print_rows("csv", flat)
    else:
        for row in rows:
            print(f"{row['id']}: {row['title']}, {row['url']}")
            if row["snapshots"]:
                print(f"  span       {row['from']} to {row['to']}")
                print(f"  snapshots  {row['snapshots']}")
                print(f"  gaps       {', '.join(row['gaps']) or 'none of more than 14 days'}")
            for reader, statuses in row["statuses"].items():
                print(f"  reports    {reader}: {', '.join(statuses)}")
            print(f"  notes      {row['notes']}")
            print(f"  terms      {row['terms']}")
            for address in row["fetched_from"]:
                print(f"  update     from {address}")
            print(f"  record     {row['record']}")
            if row["instead_of"]:
                print(f"             in place of the embedded one of {row['instead_of']}")
        kept = (
            f"{place}/ ({user_folder.SETTING})"
            if place
            else f"no folder ({user_folder.SETTING} is empty)"
        )
        print(printable(f"your own records and the files they are made of: {kept}"))


def _row(source: Source, known: list[str]) -> dict[str, Any]:
    """What is told of a source; without a record there is no span, and no snapshot."""
    from controlmap.record import archive
    from controlmap.update import feeds

    record = archive.open_source(source.id) if source.id in known else None
    coverage = record and record.coverage
    used = {info.reader for info in coverage.snapshots} if coverage else None
    hidden = archive.hidden_by(record) if record else None
    return {
        "id": source.id,
        "title": source.title,
        "from": str(coverage.span[0]) if coverage else None,
        "to": str(coverage.span[1]) if coverage else None,
        "snapshots": len(coverage.snapshots) if coverage else 0,
        "gaps": [f"{a}/{b}" for a, b in coverage.gaps] if coverage else [],
        "statuses": {
            reader.id: sorted(reader.reports)
            for reader in source.readers
            if used is None or reader.id in used
        },
        "terms": str(source.terms),
        "url": source.url,
        "fetched_from": feeds.addresses(source.id),
        "record": "none" if record is None else _kind(record),
        "instead_of": "{}/{}".format(*hidden.coverage.span) if hidden else None,
        "notes": str(source.notes),
    }


def _kind(record: Record) -> str:
    """Whether a record is the embedded one, or where a person's own is."""
    return "embedded" if record.is_embedded else str(record.path)


def _flat(value: Any) -> str | int | None:
    """A list or a mapping of lists as one CSV field; what is one already as it is."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_flat(listed)}" for key, listed in value.items())
    return value if isinstance(value, str | int | None) else " ".join(value)
