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
    add_entries,
    add_format,
    add_no_limit,
    add_record,
    day,
    open_record,
    read_legend,
    report_broken,
)
from controlmap.cli.printing import say, show
from controlmap.core.model import InputError
from controlmap.words.catalog import as_given
from controlmap.words.catalog import gettext as _

if TYPE_CHECKING:
    from controlmap.record.coverage import Coverage

WHERE = "NAME|LON,LAT"


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = add_command(
        commands, "areas", _areas, _("Areas by status, oblast by oblast, on a day.")
    )
    add_record(parser)
    add_format(parser)
    parser.add_argument(
        "--input", type=Path, metavar="FILE", help=_("one file of any known source")
    )
    parser.add_argument(
        "--reader", metavar="ID", help=_("how to read --input; default: recognised")
    )
    add_no_limit(parser)
    parser.add_argument(
        "--legend",
        type=Path,
        metavar="FILE",
        help=_("what the values of your own --input mean (TOML); default: guessed, and told"),
    )
    parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help=_("default: the latest"))
    add_basis(parser)
    parser.add_argument(
        "--by",
        choices=("oblast", "patch", "face"),
        default="patch",
        help=_("what ground is dissolved to, where the format is of ground; default: patch"),
    )

    parser = add_command(
        commands, "compare", _compare, _("Claimed versus held, oblast by oblast, on a day.")
    )
    add_record(parser)
    add_format(parser)
    parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help=_("default: the latest"))
    add_basis(parser)
    add_contested(parser)

    parser = add_command(commands, "history", _history, _("Areas by status over time."))
    add_record(parser)
    add_format(parser)
    parser.add_argument("--from", dest="start", type=day, metavar="YYYY-MM-DD")
    parser.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD")
    parser.add_argument(
        "--every",
        choices=("day", "week", "month"),
        default="day",
        help=_(
            "rows for each day, each Sunday, or each month's last day; and the range's last day"
        ),
    )
    add_basis(parser)

    parser = add_command(
        commands, "changes", _changes, _("What became Russian-held, and what ceased to be.")
    )
    add_record(parser)
    add_format(parser)
    parser.add_argument("--from", dest="start", type=day, required=True, metavar="YYYY-MM-DD")
    parser.add_argument(
        "--to", dest="end", type=day, metavar="YYYY-MM-DD", help=_("default: latest")
    )
    parser.add_argument(
        "--by",
        choices=("oblast", "patch", "face"),
        help=_("what a row is; default: an oblast, and a patch where the format is of ground"),
    )

    parser = add_command(
        commands,
        "agree",
        _agree,
        _("What all sources hold on a day, some, one alone, or none; oblast by oblast."),
    )
    parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help=_("default: the latest"))
    parser.add_argument(
        "--sources",
        metavar="ID,ID",
        help=_("default: every source with a record that knows the day"),
    )
    add_basis(parser)
    add_advance(parser)
    add_format(parser)

    parser = add_command(
        commands,
        "place",
        _place,
        _("Who held a place from when to when, and its distance to held ground."),
    )
    parser.add_argument("where", metavar=WHERE, help=_('a name, "NAME, OBLAST", or a point'))
    add_record(parser)
    add_format(parser)

    _add_pace(commands)
    parser = add_command(
        commands,
        "claims",
        _claims,
        _("Claims held against the records: measured with their spread, a verdict, and hindsight."),
    )
    add_entries(parser, _("the day that each claim speaks of"))
    parser.add_argument(
        "--source", metavar="ID", help=_("this one alone; default: every source that is current")
    )
    add_advance(parser, "contested")

    parser = add_command(
        commands,
        "proposals",
        _proposals,
        _("What would pass from Ukrainian to Russian hands by each proposal, and the reverse."),
    )
    add_entries(parser, _("the latest"))
    add_record(parser)


def _add_pace(commands: Commands) -> None:
    parser = add_command(
        commands,
        "pace",
        _pace,
        _(
            "The net pace of Russian-held ground with its calibrated interval, and "
            "when it would take what remains."
        ),
    )
    parser.add_argument(
        "--oblast",
        required=True,
        metavar="ISO|NAME",
        help=_("UA-14, Donetsk, ...; all for all four"),
    )
    parser.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help=_("default: the latest"))
    parser.add_argument(
        "--window",
        type=int,
        metavar="DAYS",
        help=_("7, 30, 90 (default), 180 or 365 days before; of --backtest, all by default"),
    )
    add_contested(parser)
    parser.add_argument(
        "--backtest",
        action="store_true",
        help=_("instead: how often projections made on every day of the record were right"),
    )
    add_record(parser)
    add_format(parser)


def _areas(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.areas import areas
    from controlmap.record import archive

    for option in ("reader", "legend", "no_limit"):
        if arguments.input is None and getattr(arguments, option) is not None:
            raise InputError("--{option}: goes with --input", option.replace("_", "-"))
    coverage = open_record(arguments.source) if arguments.input is None else _read_one(arguments)
    answer = areas(
        coverage,
        arguments.date,
        basis=arguments.basis,
        by=arguments.by,
        advance=arguments.advance,
        others=archive.opened() if arguments.input is None else {},
    )
    show(answer, arguments)


def _read_one(arguments: argparse.Namespace) -> Coverage:
    """One file as a coverage of one snapshot; --source is what it must be of, where given."""
    from controlmap.core import isolated

    if not arguments.no_limit:
        isolated.prepare("controlmap.record.single", "pyogrio")  # while we import the same

    from controlmap import sources
    from controlmap.core.model import end_of
    from controlmap.record import inputs, single

    path, on, source = arguments.input, arguments.date, arguments.source
    if on and on > (today := datetime.now(UTC).date()):
        raise InputError("--date {on}: is after today, {today} (UTC)", on, today)
    if source is not None:
        sources.find_source(source)
    if path.is_dir():
        raise InputError("{path}: is a folder; --input takes one file (build takes folders)", path)
    files = list(inputs.members([path]))
    if len(files) != 1:
        raise InputError(
            "{path}: holds {count} files; --input takes one (build takes more)", path, len(files)
        )
    legend = arguments.legend and read_legend(arguments.legend)
    read = single.read(
        files[0].data,
        files[0].name,
        arguments.reader,
        end_of(on) if on else None,
        legend,
        limited=not arguments.no_limit,
    )
    of = sources.source_of(read.info.reader).id
    if source not in (None, of):
        raise InputError("{name}: is a file of {of}, not of {source}", path.name, of, source)
    completed = [f"{path.name}: {read.completed}"] if read.completed else []
    for warning in [*read.info.warnings, *completed]:
        say(as_given("warning: {warning}", warning))
    return read.coverage


def _compare(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.areas import compare
    from controlmap.record import archive

    coverage = open_record(arguments.source)
    answer = compare(
        coverage,
        arguments.date,
        basis=arguments.basis,
        contested=arguments.contested,
        advance=arguments.advance,
        others=archive.opened(),
    )
    show(answer, arguments)


def _history(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.history import history
    from controlmap.record import archive

    coverage = open_record(arguments.source)
    answer = history(
        coverage,
        arguments.start,
        arguments.end,
        every=arguments.every,
        basis=arguments.basis,
        advance=arguments.advance,
        others=archive.opened(),
    )
    show(answer, arguments)


def _changes(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.changes import changes
    from controlmap.record import archive

    answer = changes(
        open_record(arguments.source),
        arguments.start,
        arguments.end,
        by=arguments.by,
        others=archive.opened(),
        advance=arguments.advance,
    )
    show(answer, arguments)


def _agree(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.agree import agree
    from controlmap.record import archive

    names = arguments.sources.split(",") if arguments.sources else []
    if len(set(names)) < len(names):
        raise InputError("--sources {sources}: names a source twice", arguments.sources)
    answer = agree(
        {source: open_record(source) for source in names} or archive.opened(),
        arguments.date,
        basis=arguments.basis,
        advance=arguments.advance,
        every_source=bool(arguments.sources),
    )
    show(answer, arguments)


def _place(arguments: argparse.Namespace) -> None:
    from controlmap.analysis.place import place

    coverage = open_record(arguments.source)
    show(place(coverage, arguments.where, advance=arguments.advance), arguments)


def _pace(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import projections
    from controlmap.analysis.pace import DEFAULT_WINDOW

    coverage, window = open_record(arguments.source), arguments.window
    choices = {"contested": arguments.contested, "advance": arguments.advance}
    if arguments.backtest:
        if arguments.as_of:
            raise InputError("--as-of: does not go with --backtest, which is of every day")
        answer = projections.backtest(coverage, arguments.oblast, window=window, **choices)
    else:
        window = DEFAULT_WINDOW if window is None else window
        answer = projections.pace(
            coverage, arguments.oblast, arguments.as_of, window=window, **choices
        )
    show(answer, arguments)


def _claims(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.analysis import claims
    from controlmap.analysis.ledger import claims as claims_answer
    from controlmap.record import archive

    entries, broken = claims.load([claims.embedded(), *_files(arguments)])
    chosen = [arguments.source] if arguments.source else []
    if not archive.with_records():
        chosen = [sources.DEFAULT]  # which says how to build one
    answer = claims_answer(
        entries,
        archive.coverages(chosen) if chosen else archive.opened(),
        arguments.as_of,
        advance=arguments.advance,
        broken=broken,
    )
    show(answer, arguments)
    report_broken(answer.document["broken"], arguments.file)


def _proposals(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import proposals
    from controlmap.analysis.transfers import proposals as proposals_answer

    embedded = proposals.load([proposals.embedded()])[0]
    entries, broken = proposals.load([proposals.embedded(), *_files(arguments)])
    answer = proposals_answer(
        entries,
        open_record(arguments.source),
        arguments.as_of,
        advance=arguments.advance,
        # What the record cannot measure of ours is no fault of a person's file.
        may_be_left_out={proposal.id for proposal in embedded},
        broken=broken,
    )
    show(answer, arguments)
    report_broken(answer.document["broken"], arguments.file)


def _files(arguments: argparse.Namespace) -> list[Path]:
    return [] if arguments.file is None else [arguments.file]
