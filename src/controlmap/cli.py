"""The command: choose, compute, print. Bad input ends with exit code 2, a failure with 1."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from controlmap import __version__
from controlmap.model import ControlmapError, InputError
from controlmap.printing import instant, print_json, print_rows, printable, say


class _Parser(argparse.ArgumentParser):
    """An argument parser that reports bad usage in one line."""

    def error(self, message: str) -> NoReturn:
        say(f"{self.prog}: {message}")
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        run: Callable[[argparse.Namespace], None] = arguments.run
        run(arguments)
    except ControlmapError as error:
        say(f"controlmap: {error}")
        return 2 if isinstance(error, InputError) else 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"controlmap: {where}{error.strerror or error}")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="controlmap",
        description="Who controls what in Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts: "
        "claimed and held, by day. Areas are geodesic, in km2.",
    )
    parser.add_argument("--version", action="version", version=f"controlmap {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], None], text: str) -> _Parser:
        made: _Parser = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    def shared(made: _Parser, *, formats: bool = True) -> None:
        made.add_argument("--source", metavar="ID", help="default: deepstate")
        if formats:
            made.add_argument("--format", choices=("table", "csv", "json"), default="table")

    def basis(made: _Parser) -> None:
        made.add_argument(
            "--basis",
            choices=("polygon", "official"),
            default="polygon",
            help="the total that shares are taken over: the polygon's own area (default) or the "
            "official statistical area",
        )

    made = command("areas", _areas, "Areas by status, oblast by oblast, on a day.")
    shared(made)
    made.add_argument("--input", type=Path, metavar="FILE", help="one file of any known source")
    made.add_argument("--reader", metavar="ID", help="how to read --input; default: recognised")
    made.add_argument("--date", type=_day, metavar="YYYY-MM-DD", help="default: the latest")
    basis(made)

    made = command("compare", _compare, "Claimed versus held, oblast by oblast, on a day.")
    shared(made)
    made.add_argument("--date", type=_day, metavar="YYYY-MM-DD", help="default: the latest")
    basis(made)
    made.add_argument(
        "--contested",
        choices=("out", "in"),
        default="out",
        help="whether contested ground counts with what is held (default: out)",
    )

    made = command("history", _history, "Areas by status over time.")
    shared(made)
    made.add_argument("--from", dest="start", type=_day, metavar="YYYY-MM-DD")
    made.add_argument("--to", dest="end", type=_day, metavar="YYYY-MM-DD")
    made.add_argument(
        "--every",
        choices=("day", "week", "month"),
        default="day",
        help="rows for each day, each Sunday, or each month's last day; and the range's last day",
    )

    made = command("changes", _changes, "What became Russian-held, and what ceased to be.")
    shared(made, formats=False)
    made.add_argument("--from", dest="start", type=_day, required=True, metavar="YYYY-MM-DD")
    made.add_argument("--to", dest="end", type=_day, metavar="YYYY-MM-DD", help="default: latest")
    made.add_argument("--format", choices=("table", "csv", "json", "geojson"), default="table")

    made = command(
        "place", _place, "Who held a place from when to when, and its distance to held ground."
    )
    made.add_argument("where", metavar="NAME|LON,LAT", help='a name, "NAME, OBLAST", or a point')
    shared(made)

    made = command("build", _build, "Build a record (GeoParquet) out of a source's files.")
    shared(made, formats=False)
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

    made = command("sources", _sources, "What there is: span, snapshots, gaps, terms.")
    made.add_argument("--format", choices=("table", "csv", "json"), default="table")

    made = command("dashboard", _dashboard, "Serve the dashboard on 127.0.0.1.")
    made.add_argument("--port", type=int, default=8501, help="default: 8501")
    return parser


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date YYYY-MM-DD") from error


def _areas(arguments: argparse.Namespace) -> None:
    from controlmap import figures
    from controlmap.oblasts import Basis

    if arguments.input is None and arguments.reader is not None:
        raise InputError("--reader: goes with --input")
    coverage = (
        _open(arguments.source)
        if arguments.input is None
        else _read_one(arguments.input, arguments.reader, arguments.source, arguments.date)
    )
    moment = coverage.at(arguments.date or coverage.span[1])
    basis = Basis(arguments.basis)
    rows = [
        {
            "iso": a.iso,
            "name": a.name,
            "total": a.total,
            "russian_held": a.russian_held,
            "held_before_2022": a.held_before_2022,
            "contested": a.contested,
            "liberated": a.liberated,
            "ukrainian_held": a.ukrainian_held,
            "held_share": a.held_share,
        }
        for a in figures.areas(coverage, moment, basis)
    ]
    _print_by_oblast(arguments.format, coverage, moment, basis, rows)


def _compare(arguments: argparse.Namespace) -> None:
    from controlmap import figures
    from controlmap.oblasts import Basis

    coverage = _open(arguments.source)
    moment = coverage.at(arguments.date or coverage.span[1])
    basis, contested = Basis(arguments.basis), figures.Contested(arguments.contested)
    rows = [asdict(c) for c in figures.compare(coverage, moment, basis, contested)]
    _print_by_oblast(
        arguments.format, coverage, moment, basis, rows, contested_counted=contested.value
    )


def _print_by_oblast(
    form: str, coverage: Any, moment: Any, basis: Any, rows: list[dict[str, Any]], **more: str
) -> None:
    as_of = instant(moment.info.observed)
    if form == "json":
        told = {
            "source": coverage.source,
            "reader": moment.info.reader,
            "as_of": as_of,
            "retrieved": _retrieved(moment.info),
            "unit": "km2",
            "basis": basis.value,
        }
        totals = {o.iso: o.total_km2(basis) for o in coverage.oblasts}
        totals["all"] = sum(totals.values())
        print_json({**told, "basis_km2": totals, **more, "oblasts": rows[:-1], "all": rows[-1]})
        return
    if form == "csv":
        told = {
            "day": str(moment.day),
            "source": coverage.source,
            "reader": moment.info.reader,
            "observed": as_of,
            "retrieved": _retrieved(moment.info),
            "basis": basis.value,
            **more,
        }
        rows = [{**row, **told} for row in rows]
    print_rows(form, rows)
    if form == "table":
        carried = f" (no snapshot on {moment.day}: carried)" if moment.carried else ""
        print(f"\n{coverage.source}, as of {as_of}{carried}; km2; shares over the {basis} area")
        if more.get("contested_counted") == "in":
            known = rows[-1]["contested"] is not None
            print(
                "held includes contested ground"
                if known
                else "contested ground is not reported on this day, so it is not counted as held"
            )


def _history(arguments: argparse.Namespace) -> None:
    from controlmap import figures

    coverage = _open(arguments.source)
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
        print_rows(arguments.format, listed)


def _changes(arguments: argparse.Namespace) -> None:
    from controlmap import figures, sources

    coverage = _open(arguments.source)
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


def _place(arguments: argparse.Namespace) -> None:
    from controlmap import places, point
    from controlmap.oblasts import FACTS

    coverage = _open(arguments.source)
    where = re.fullmatch(r"\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*", arguments.where)
    if where:
        try:
            lon, lat = float(where[1]), float(where[2])
        except ValueError as error:
            raise InputError(f"{arguments.where!r}: is not LON,LAT in degrees") from error
        named = {}
    else:
        place, others = places.find(arguments.where)
        for other in others:
            say(f"also of that name: {other.name}, {FACTS[other.iso][0]} ({other.lon},{other.lat})")
        lon, lat = place.lon, place.lat
        named = {"name": place.name, "name_uk": place.name_uk}
    found = point.record_of(coverage, lon, lat)
    as_of = instant(coverage.snapshots[-1].observed)
    head = {**named, "iso": found.iso, "lon": lon, "lat": lat}
    series = [
        {
            "date": str(info.observed.date()),
            "status": found.status_on(info.observed.date()),
            "distance_km": None if math.isnan(km) else round(float(km), 2),
        }
        for info, km in zip(coverage.snapshots, found.distance_km, strict=True)
    ]
    spells = [
        {"status": s.status, "since": str(s.since), "until": s.until and str(s.until)}
        for s in found.spells
    ]
    if arguments.format == "json":
        told = {"source": coverage.source, "as_of": as_of, "cell_m": coverage.cell_m}
        print_json({**head, **told, "spells": spells, "snapshots": series})
    elif arguments.format == "csv":
        print_rows("csv", [{**row, "source": coverage.source} for row in series])
    else:
        print(", ".join(str(part) for part in head.values() if part))
        print_rows("table", [{**s, "until": s["until"] or "the last day"} for s in spells])
        print()
        for days in (0, 30, 365):
            if known := coverage.known(coverage.span[1] - timedelta(days=days)):
                km = found.distance_km[known.index]
                print(f"{known.day}  nearest Russian-held ground: {km:.1f} km")
        good_to = f"lines good to {coverage.cell_m} m" if coverage.cell_m else "full detail"
        print(f"\n{coverage.source}, as of {as_of}; {good_to}")


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

    rows: list[dict[str, Any]] = []
    for source in sources.SOURCES.values():
        record = archive.open_source(source.id)
        coverage = record.coverage
        rows.append(
            {
                "id": source.id,
                "title": source.title,
                "from": str(coverage.span[0]),
                "to": str(coverage.span[1]),
                "snapshots": len(coverage.snapshots),
                "gaps": [f"{a}/{b}" for a, b in coverage.gaps],
                "statuses": {
                    reader.id: sorted(reader.reports)
                    for reader in source.readers
                    if any(s.reader == reader.id for s in coverage.snapshots)
                },
                "terms": source.terms,
                "url": source.url,
                "record": "embedded" if record.is_embedded else str(record.path),
            }
        )
    if arguments.format == "json":
        print_json({"sources": rows})
    elif arguments.format == "csv":
        flat = ({k: v if isinstance(v, int) else _flat(v) for k, v in r.items()} for r in rows)
        print_rows("csv", flat)
    else:
        for row in rows:
            print(f"{row['id']}: {row['title']}, {row['url']}")
            print(f"  span       {row['from']} to {row['to']}")
            print(f"  snapshots  {row['snapshots']}")
            print(f"  gaps       {', '.join(row['gaps']) or 'none of more than 14 days'}")
            for reader, statuses in row["statuses"].items():
                print(f"  reports    {reader}: {', '.join(statuses)}")
            print(f"  terms      {row['terms']}")
            print(f"  record     {row['record']}")


def _flat(value: Any) -> str:
    """A list or a mapping of lists as one CSV field."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_flat(listed)}" for key, listed in value.items())
    return value if isinstance(value, str) else " ".join(value)


def _dashboard(arguments: argparse.Namespace) -> None:
    from controlmap import serve

    serve.run(arguments.port)


def _open(source: str | None) -> Any:
    from controlmap import archive, sources

    return archive.open_source(source or sources.DEFAULT).coverage


def _read_one(path: Path, reader: str | None, source: str | None, day: date | None) -> Any:
    """One file as a coverage of one snapshot; `source` is what it must be of, where given."""
    from controlmap import archive, coverage, sources
    from controlmap.model import end_of

    if source is not None:
        sources.find_source(source)
    if path.is_dir():
        raise InputError(f"{path}: is a folder; --input takes one file (build takes folders)")
    found = list(archive.members([path]))
    if len(found) != 1:
        raise InputError(f"{path}: holds {len(found)} files; --input takes one (build takes more)")
    snapshot = sources.read(found[0].data, found[0].name, reader, end_of(day) if day else None)
    found_source = sources.source_of(snapshot.reader).id
    if source not in (None, found_source):
        raise InputError(f"{path.name}: is a file of {found_source}, not of {source}")
    for warning in snapshot.warnings:
        say(f"warning: {warning}")
    return coverage.build(found_source, [snapshot])


def _retrieved(info: Any) -> str | None:
    return instant(info.retrieved) if info.retrieved else None


if __name__ == "__main__":
    raise SystemExit(main())
