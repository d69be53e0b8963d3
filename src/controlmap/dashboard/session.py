"""What sessions share: records, and what takes a while to compute; and how errors are shown."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, ParamSpec

import streamlit as st

from controlmap import sources
from controlmap.analysis import proposals
from controlmap.analysis.assessed_advance import Advance, counted
from controlmap.analysis.proposals import Proposal
from controlmap.core.model import ControlmapError, InputError
from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import markdown, text

P = ParamSpec("P")
STALE_DAYS = 7
"""A record that ends longer ago is out of date."""
CACHED: Any = {
    "show_spinner": False,
    "hash_funcs": {Record: lambda record: record.key, Proposal: proposals.toml},
}
"""How results are kept for all sessions: by the arguments, a record counting by its key."""


def record(source: str = sources.DEFAULT, advance: Advance = Advance.APART) -> Record:
    """Return a source's record, its assessed advance counted so, new whenever its file changes.

    Read-only, shared by all sessions.
    """
    as_it_is = archive.open_source(source)
    coverage = counted(as_it_is.coverage, advance)
    if coverage is as_it_is.coverage:
        return as_it_is
    return replace(as_it_is, coverage=coverage, key=f"{as_it_is.key} {advance}")


def coverages(advance: Advance) -> dict[str, Coverage]:
    """Return the record of every source that has one, its assessed advance counted so."""
    return {source: record(source, advance).coverage for source in archive.with_records()}


def guarded(show: Callable[P, None]) -> Callable[P, None]:
    """Have a page, or a fragment of one, show a controlmap error as one line in its place."""

    @functools.wraps(show)
    def shown(*args: P.args, **kwargs: P.kwargs) -> None:
        with errors_shown():
            show(*args, **kwargs)

    return shown


class NothingThenError(InputError):
    """A record begins after the day chosen, or ends before it."""


def snapshot(record: Record, day: date) -> DaySnapshot:
    """Return what a record has of a day; an error where that is nothing, or a gap."""
    check_span(record, day)
    return record.coverage.at(day)


def check_span(record: Record, day: date) -> None:
    """Raise a NothingThenError where a record begins after the day, or ends before it."""
    first, last = record.coverage.span
    if not first <= day <= last:
        title = sources.find_source(record.coverage.source).title
        raise NothingThenError(text.nothing_then(title, day, first, last))


@contextlib.contextmanager
def errors_shown() -> Iterator[None]:
    """Show a controlmap error as one line in the place of the rest of the block."""
    try:
        yield
    except NothingThenError as error:
        st.info(markdown.plain(str(error)))
    except ControlmapError as error:
        st.error(markdown.plain(str(error)))


def today() -> date:
    """Return the day it is in UTC."""
    return datetime.now(UTC).date()
