"""The commands, a room each: what it takes, what it prints. This room has what they share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from controlmap.cli.printing import say
from controlmap.core.model import InputError
from controlmap.words.catalog import as_given, ngettext
from controlmap.words.catalog import gettext as _

# A command imports what it works with when it runs: `controlmap --help` waits for none of it.
if TYPE_CHECKING:
    from controlmap.record.coverage import Coverage
    from controlmap.sources.legends import Legend

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What argparse's add_subparsers returns; its type has no public name."""


def add_command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    """Add a command that `run` carries out; `text` is its help."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add --source."""
    parser.add_argument("--source", metavar="ID", help=_("default: deepstate"))


def add_record(parser: argparse.ArgumentParser) -> None:
    """Add --source and --advance: whose record is asked, and what its advance counts as."""
    add_source(parser)
    add_advance(parser)


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add --format, -o and --force: what the answer is printed as, or written to."""
    parser.add_argument(
        "--format",
        choices=("table", "csv", "json", "geojson", "xlsx", "gpkg", "parquet", "zip"),
        help=_(
            "default: what the suffix of FILE says, else table; geojson and gpkg are of ground, "
            "parquet is where there is any; zip is csv with its metadata"
        ),
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=_("write to a file, with where the figures are from"),
    )
    parser.add_argument("--force", action="store_true", help=_("write over FILE"))


def add_basis(parser: argparse.ArgumentParser) -> None:
    """Add --basis."""
    parser.add_argument(
        "--basis",
        choices=("polygon", "official", "land"),
        default="polygon",
        help=_(
            "the total that shares are taken over: the polygon's own area (default), the official "
            "statistical area, or the land, without lakes and reservoirs in any figure"
        ),
    )


def add_contested(parser: argparse.ArgumentParser) -> None:
    """Add --contested."""
    parser.add_argument(
        "--contested",
        choices=("out", "in"),
        default="out",
        help=_("whether contested ground counts with what is held (default: out)"),
    )


def add_advance(parser: argparse.ArgumentParser, default: str = "apart") -> None:
    """Add --advance."""
    parser.add_argument(
        "--advance",
        choices=("apart", "held", "contested"),
        default=default,
        help=as_given(
            "what assessed advance counts as, ground where Russian forces operate and "
            "control is not assessed (ISW): a status of its own, held, or contested; "
            "default: {default}",
            default,
        ),
    )


def add_no_limit(parser: argparse.ArgumentParser) -> None:
    """Add --no-limit."""
    parser.add_argument(
        "--no-limit",
        action="store_const",
        const=True,
        help=_("let a file take as much memory and time to read as it will"),
    )


def add_entries(parser: argparse.ArgumentParser, default: str) -> None:
    """Add --as-of, --file and --format of a command over entries that people write."""
    parser.add_argument(
        "--as-of", type=day, metavar="YYYY-MM-DD", help=as_given("default: {default}", default)
    )
    parser.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help=_("entries of your own (TOML), after the first ones"),
    )
    add_format(parser)


def report_broken(broken: Sequence[str], path: Path | None) -> None:
    """Say which entries are broken, a line each; the others were shown.

    Raises
    ------
    InputError
        Where there are any, so that the command ends as it does on other bad input.
    """
    for problem in broken:
        say(problem)
    if broken:
        problem = ngettext(
            "{count} entry cannot be used; the others are shown",
            "{count} entries cannot be used; the others are shown",
            len(broken),
        )
        raise InputError(f"{path}: {problem}" if path else problem)


def day(text: str) -> date:
    """Return a day as an argument, YYYY-MM-DD."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            as_given("{value!r} is not a date YYYY-MM-DD", text)
        ) from error


def open_record(source: str | None) -> Coverage:
    """Open the coverage of a source's record, of the default one for None."""
    from controlmap import sources
    from controlmap.record import archive

    return archive.open_source(source or sources.DEFAULT).coverage


def open_others() -> dict[str, Coverage]:
    """Open the coverage of every source's record, and say on stderr what is damaged."""
    from controlmap.analysis import budget
    from controlmap.core.model import RecordError
    from controlmap.record import archive

    records = archive.opened()
    for warning in budget.damaged(records):
        say(str(warning))
    return {s: c for s, c in records.items() if not isinstance(c, RecordError)}


def read_legend(path: Path) -> Legend:
    """Return a legend for a person's own file, from TOML."""
    from controlmap.sources import legends

    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise InputError(
            "{path}: cannot be read ({strerror})", path, error.strerror or error
        ) from error
    except UnicodeDecodeError as error:
        raise InputError("{path}: is no text in UTF-8", path) from error
    return legends.from_toml(text, path.name)
