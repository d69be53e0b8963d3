"""update: fetch what is new and add it to one's own record."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from controlmap.cli.options import Commands, add_command, add_source, day
from controlmap.cli.printing import progress, say
from controlmap.cli.records import report, summed
from controlmap.cli.watched import watched
from controlmap.core.model import ControlmapError
from controlmap.words.catalog import as_given
from controlmap.words.catalog import gettext as _
from controlmap.words.numbers import printable

if TYPE_CHECKING:
    from controlmap.record.builder import Notify
    from controlmap.update.fetch import Fetcher
    from controlmap.update.updater import Fetching


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "update",
        _update,
        _("Fetch what a source has published since, and add it to your own record at full detail."),
    )
    add_source(parser)
    parser.add_argument(
        "--since",
        "--from",
        type=day,
        metavar="DATE",
        help=_(
            "ask for what is missing from this day on (default: since your record "
            "ends; without one, since the embedded record begins)"
        ),
    )
    parser.add_argument(
        "--to",
        type=day,
        metavar="DATE",
        help=_("ask for nothing after this day (default: today)"),
    )
    parser.add_argument(
        "--dry-run", action="store_true", help=_("list what would be fetched; write nothing")
    )


def _update(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.update.fetch import Fetcher

    source = arguments.source or sources.DEFAULT
    try:
        with Fetcher() as fetcher, watched() as notify:
            (_preview if arguments.dry_run else _fetch)(source, arguments, fetcher, notify)
    except KeyboardInterrupt:
        raise ControlmapError(
            "interrupted; the record is as it was, and what was fetched is kept for the next time"
        ) from None
    finally:
        progress("")


def _preview(source: str, arguments: argparse.Namespace, fetcher: Fetcher, notify: Notify) -> None:
    from controlmap.update import updater

    plan = updater.preview(source, fetcher, say, notify, arguments.since, arguments.to)
    progress("")
    for item in plan.wanted:
        print(printable(f"{item.observed:%Y-%m-%d}  {item.reader}  {item.address}"))
    say(as_given("{count} files would be fetched; nothing was written", len(plan.wanted)))
    _report_failures(plan)


def _fetch(source: str, arguments: argparse.Namespace, fetcher: Fetcher, notify: Notify) -> None:
    from controlmap.record import archive
    from controlmap.update import updater

    done = updater.update(source, fetcher, say, notify, arguments.since, arguments.to)
    progress("")
    report(done.added, [(kept.name, kept.why) for kept in done.kept_out])
    if done.fetching.missing:
        say(as_given("not published: {listed}", ", ".join(done.fetching.missing)))
    if done.record is None:
        print(as_given("{source}: nothing to fetch; there is no record of your own yet", source))
    elif not done.added and not done.revised:
        path, last = done.record.path, done.record.coverage.span[1]
        print(as_given("{path}: nothing new since {day}", path, last))
    elif done.begun:
        print(as_given("{path}: begun; {record}", done.record.path, summed(done.record)))
    else:
        count, record = len(done.added), done.record
        print(as_given("{path}: {count} added; {record}", record.path, count, summed(record)))
    if done.revised:
        say(
            as_given(
                "{count} maps that the source has corrected were taken anew; `controlmap "
                "revisions` lists what that changes",
                len(done.revised),
            )
        )
    hidden = done.record and archive.hidden_by(done.record)
    if hidden:
        first, last = hidden.coverage.span
        say(
            as_given(
                "note: it is used in place of the embedded record, which has {first} to {last}",
                first,
                last,
            )
        )
    _report_failures(done.fetching)


def _report_failures(fetching: Fetching) -> None:
    """Say what could not be fetched, and end with a failure where there was any."""
    for failed in fetching.failed[:-1]:
        say(as_given("failed: {failed}", failed))
    if fetching.failed:
        if fetching.stopped:
            raise ControlmapError(
                "{failed}; what came after it was not requested", fetching.failed[-1]
            )
        raise ControlmapError(fetching.failed[-1])
