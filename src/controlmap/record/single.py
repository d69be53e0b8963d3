"""One file by itself, read within limits: what it may mean, and the record that it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ParamSpec, TypeVar

from controlmap import sources
from controlmap.core import isolated, limits
from controlmap.core.model import Snapshot, SnapshotInfo
from controlmap.geo import oblasts
from controlmap.record import builder
from controlmap.record.coverage import Coverage
from controlmap.sources import custom, formats, legends, reading
from controlmap.sources.document import Document
from controlmap.sources.legends import Legend
from controlmap.sources.viina_csv import Year

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Single:
    """A file as the record of its one snapshot.

    Attributes
    ----------
    coverage
        The record.
    info
        What its reader says of it.
    completed
        What was done where it leaves ground out, "" for nothing.
    """

    coverage: Coverage
    info: SnapshotInfo
    completed: str


@dataclass(frozen=True)
class Content:
    """What a file has to say before anybody says what it means.

    Attributes
    ----------
    columns
        The columns that could hold a status, and how many areas have each value; None where the
        file is a known source's.
    guess
        What they seem to mean; None where nothing says it.
    encoding
        Of its texts, where the format does not fix it; else "".
    """

    columns: dict[str, Counter[str]] | None
    guess: Legend | None
    encoding: str


def read(
    data: bytes,
    name: str,
    reader: str | None = None,
    observed: datetime | None = None,
    legend: Legend | None = None,
    *,
    limited: bool = True,
) -> Single:
    """Return a file as `sources.read` reads it, measured; by another process where `limited`.

    Raises
    ------
    InputError
        Where it cannot be read, or takes more than the limits.
    """
    return _whole(_within(limited, name, _read, data, name, reader, observed, legend))


def look(data: bytes, name: str, encoding: str | None) -> Content | Year:
    """Return what a visitor's file has to say; a table of VIINA's as it is."""
    return isolated.call(name, _look, data, name, encoding)


def measured(
    data: bytes, name: str, observed: datetime, legend: Legend | None, encoding: str | None
) -> Single:
    """Return a visitor's file by what it means, None for a known source's own meaning."""
    return _whole(isolated.call(name, _measured, data, name, observed, legend, encoding))


def of_year(year: Year, opinion: str, observed: datetime) -> Single:
    """Return a day of a table of VIINA's by one of its opinions."""
    return _whole(isolated.call(year.name, _of_year, year, opinion, observed))


def _within(
    limited: bool, name: str, function: Callable[P, T], *given: P.args, **named: P.kwargs
) -> T:
    if not limited:
        return function(*given, **named)
    return isolated.call(name, function, *given, **named)


def _whole(single: Single) -> Single:
    """Return it with the oblasts of this process."""
    return replace(single, coverage=replace(single.coverage, oblasts=oblasts.load()))


def _read(
    data: bytes, name: str, reader: str | None, observed: datetime | None, legend: Legend | None
) -> Single:
    return _single(sources.read(data, name, reader, observed, legend))


def _single(snapshot: Snapshot) -> Single:
    coverage, completed = builder.of_snapshot(snapshot)
    return Single(coverage, snapshot.info, completed)


def _of_year(year: Year, opinion: str, observed: datetime) -> Single:
    return _single(sources.read_document(year, opinion, observed))


def _look(data: bytes, name: str, encoding: str | None) -> Content | Year:
    document = _parsed(data, name, encoding)
    if isinstance(document, Year):
        return document
    if sources.recognised(document) is not sources.READERS[custom.ID]:
        return Content(None, None, document.encoding)
    reading.check_has_areas(document)
    columns = legends.columns(document)
    return Content(columns, legends.guess(columns), document.encoding)


def _measured(
    data: bytes, name: str, observed: datetime, legend: Legend | None, encoding: str | None
) -> Single:
    return _single(sources.read_document(_parsed(data, name, encoding), None, observed, legend))


_last: dict[tuple[bytes, str, str | None], Document] = {}


def _parsed(data: bytes, name: str, encoding: str | None) -> Document:
    """Return a visitor's file, parsed once by the process that reads it as long as it is the last.

    What a visitor changes is mostly what the same file means.
    """
    key = data, name, encoding
    if key not in _last:
        _last.clear()
        _last[key] = formats.parse(
            data, name, limits.UPLOAD_UNPACKED_MB, limits.UPLOAD_CSV_MB, encoding
        )
    return _last[key]
