"""build and sources: records, made and told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from controlmap.commands import Commands, add_command, add_format, add_source
from controlmap.printing import print_json, print_rows, printable, say


def add(commands: Commands) -> None:
    """Add both commands."""
    made = add_command(
        commands, "build", _build, "Build a record (GeoParquet) out of a source's files."
    )
    add_source(made)
    made.add_argument(
        "--input",
        type=Path,
        nargs="+",
        required=True,
        metavar="PATH",
        help="files (gzipped or not), folders, tar or zip archives",
    )
    made.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    made.add_argument(
        "--cells",
        type=int,
        metavar="METRES",
        help="generalise the map to the cells of our own grid; figures stay exact",
    )

    made = add_command(
        commands, "sources", _sources, "What there is: span, snapshots, gaps, terms."
    )
    add_format(made)


def _build(arguments: argparse.Namespace) -> None:
    from controlmap import building, sources

    def progress(text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K{printable(text)}", end="", file=sys.stderr, flush=True)

    source = arguments.source or sources.DEFAULT
    try:
        record = building.build_file(
            source, arguments.input, arguments.output, arguments.cells, progress
        )
    finally:
        progress("")
    for info in record.coverage.snapshots:
        for warning in info.warnings:
            say(f"warning: {warning}")
    told = record.provenance.figures
    print(
        f"{arguments.output}: {sum(told['snapshots'].values())} snapshots, {told['span'][0]} to "
        f"{told['span'][1]}, {told['faces']} faces, {told['runs']} runs; measured error at most "
        f"{told['measured_error_km2']} km2"
    )


def _sources(arguments: argparse.Namespace) -> None:
    from controlmap import archive, sources

    known = archive.with_records()
    rows = [_row(source, known) for source in sources.SOURCES.values()]
    if arguments.format == "json":
        print_json({"sources": rows})
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
            print(f"  record     {row['record']}")


def _row(source: Any, known: list[str]) -> dict[str, Any]:
    """What is told of a source; without a record there is no span, and no snapshot."""
    from controlmap import archive

    record = archive.open_source(source.id) if source.id in known else None
    coverage = record and record.coverage
    used = {info.reader for info in coverage.snapshots} if coverage else None
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
        "terms": source.terms,
        "url": source.url,
        "record": "none" if record is None else _kind(record),
        "notes": source.notes,
    }


def _kind(record: Any) -> str:
    """Whether a record is the embedded one, or where a person's own is."""
    return "embedded" if record.is_embedded else str(record.path)


def _flat(value: Any) -> str | int | None:
    """A list or a mapping of lists as one CSV field; what is one already as it is."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_flat(listed)}" for key, listed in value.items())
    return value if isinstance(value, str | int | None) else " ".join(value)
