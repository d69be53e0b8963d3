"""update: fetch what is new and add it to one's own record."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from controlmap.cli.options import Commands, add_command, add_source, day
from controlmap.cli.printing import progress, say
from controlmap.cli.records import report, summed
from controlmap.core.model import ControlmapError
from controlmap.words.numbers import printable

if TYPE_CHECKING:
    from controlmap.update.fetch import Fetcher
    from controlmap.update.updater import Fetching


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "update",
        _update,
        "Fetch what a source has published since, and add it to your own record at full detail.",
    )
    add_source(parser)
    parser.add_argument(
        "--since",
        type=day,
        metavar="DATE",
        help="ask for what is missing from this day on (default: since your record ends; without "
        "one, since the embedded record begins)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="list what would be fetched; write nothing"
    )


def _update(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.update.fetch import Fetcher

    source = arguments.source or sources.DEFAULT
    try:
        with Fetcher() as fetcher:
            (_preview if arguments.dry_run else _fetch)(source, arguments, fetcher)
    except KeyboardInterrupt:
        raise ControlmapError(
            "interrupted; the record is as it was, and what was fetched is kept for the next time"
        ) from None
    finally:
        progress("")


def _preview(source: str, arguments: argparse.Namespace, fetcher: Fetcher) -> None:
    from controlmap.update import updater

    plan = updater.preview(source, fetcher, say, progress, arguments.since)
    progress("")
    for item in plan.wanted:
        print(printable(f"{item.observed:%Y-%m-%d}  {item.reader}  {item.address}"))
    say(f"{len(plan.wanted)} files would be fetched; nothing was written")
    _report_failures(plan)


def _fetch(source: str, arguments: argparse.Namespace, fetcher: Fetcher) -> None:
    from controlmap.record import archive
    from controlmap.update import updater

    done = updater.update(source, fetcher, say, progress, arguments.since)
    progress("")
    report(done.added, [(kept.name, kept.why) for kept in done.kept_out])
    if done.fetching.missing:
        say(f"not published: {', '.join(done.fetching.missing)}")
    if done.record is None:
        print(f"{source}: nothing to fetch; there is no record of your own yet")
    elif not done.added:
        print(f"{done.record.path}: nothing new since {done.record.coverage.span[1]}")
    else:
        did = "begun" if done.begun else f"{len(done.added)} added"
        print(f"{done.record.path}: {did}; {summed(done.record)}")
    hidden = done.record and archive.hidden_by(done.record)
    if hidden:
        first, last = hidden.coverage.span
        say(f"note: it is used in place of the embedded record, which has {first} to {last}")
    _report_failures(done.fetching)


def _report_failures(fetching: Fetching) -> None:
    """Say what could not be fetched, and end with a failure where there was any."""
    for failed in fetching.failed[:-1]:
        say(f"failed: {failed}")
    if fetching.failed:
        rest = "; what came after it was not requested" if fetching.stopped else ""
        raise ControlmapError(f"{fetching.failed[-1]}{rest}")
