"""Every source and its readers, registered once; bytes and a file name in, a Snapshot out.

A reader uses no network and no disk. Its module has `ID`, `REPORTS`, `recognises` and `read`.
"""

from __future__ import annotations

import contextlib
import gc
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from controlmap.model import InputError, Snapshot, Status
from controlmap.sources import deepstate_api, deepstate_daily, geojson

_GZIP = b"\x1f\x8b"
MAX_FILE_BYTES = 256 * 2**20
"""The largest single file that is read, unpacked."""


@dataclass(frozen=True)
class Reader:
    """How one kind of file of a source is read."""

    id: str
    title: str
    reports: frozenset[Status]
    recognises: Callable[[geojson.Document], bool]
    read: Callable[[geojson.Document, datetime | None], Snapshot]


@dataclass(frozen=True)
class Source:
    """A source of assessments of control: whom to credit, under what terms, how it is read.

    `readers` are in order of precedence: over the span of the first, the others are not used.
    """

    id: str
    title: str
    credit: str
    url: str
    terms: str
    readers: tuple[Reader, ...]
    precedence: str


DEEPSTATE = Source(
    id="deepstate",
    title="DeepState",
    credit="DeepState (deepstatemap.live)",
    url="https://deepstatemap.live",
    terms="The map's geometry may not be redistributed: each person fetches it for themselves, "
    "and credits DeepState. What controlmap embeds is its own measurement on its own grid.",
    readers=(
        Reader(
            deepstate_api.ID,
            "map snapshots",
            deepstate_api.REPORTS,
            deepstate_api.recognises,
            deepstate_api.read,
        ),
        Reader(
            deepstate_daily.ID,
            "daily mirror",
            deepstate_daily.REPORTS,
            deepstate_daily.recognises,
            deepstate_daily.read,
        ),
    ),
    precedence="Over the span of the map snapshots these alone are used, because they tell all "
    "that the daily mirror tells, and contested, liberated and pre-2022 ground besides; the daily "
    "mirror follows after their last.",
)

SOURCES = {source.id: source for source in (DEEPSTATE,)}
DEFAULT = DEEPSTATE.id
"""The source that is meant where none is named."""
READERS = {reader.id: reader for source in SOURCES.values() for reader in source.readers}


def find_source(source: str) -> Source:
    """The source of that id; an InputError lists what there is."""
    if source not in SOURCES:
        raise InputError(f"source {source!r}: not known; allowed: {', '.join(SOURCES)}")
    return SOURCES[source]


def find_reader(reader: str) -> Reader:
    """The reader of that id; an InputError lists what there is."""
    if reader not in READERS:
        raise InputError(f"reader {reader!r}: not known; allowed: {', '.join(READERS)}")
    return READERS[reader]


def source_of(reader: str) -> Source:
    """The source that a reader belongs to."""
    return next(s for s in SOURCES.values() if any(r.id == reader for r in s.readers))


def expand(data: bytes, name: str) -> tuple[bytes, str]:
    """Bytes and name without gzip, where there is gzip."""
    if data[:2] != _GZIP:
        return data, name
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            plain = packed.read(MAX_FILE_BYTES + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(f"{name}: the gzip stream is damaged or cut off") from error
    if len(plain) > MAX_FILE_BYTES:
        raise InputError(f"{name}: unpacks to more than the limit of {MAX_FILE_BYTES // 2**20} MB")
    return plain, name.removesuffix(".gz")


def read(
    data: bytes, name: str, reader: str | None = None, observed: datetime | None = None
) -> Snapshot:
    """A file of any known source as a Snapshot.

    Parameters
    ----------
    data, name
        The bytes, gzipped or not, and the file's name.
    reader
        The id of the reader to use; without it, the one that recognises the file.
    observed
        When the state was observed (UTC), for files that do not tell.

    Raises
    ------
    InputError
        Where it cannot be read; the message says what was found and what is allowed.
    """
    with _uncollected():
        return _read(*expand(data, name), reader, observed)


def _read(data: bytes, name: str, reader: str | None, observed: datetime | None) -> Snapshot:
    document = geojson.parse(data, name)
    if not document.areas:
        raise InputError(f"{name}: has no polygon; a layer of territory is expected")
    chosen = find_reader(reader) if reader else _recognise(document)
    return chosen.read(document, observed)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """A block in which Python does not look for cycles: a parsed file is lists, and has none.

    Looking through its hundred thousand lists over and over took as long as parsing it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _recognise(document: geojson.Document) -> Reader:
    for reader in READERS.values():
        if reader.recognises(document):
            return reader
    raise InputError(f"{document.name}: no reader recognises it; there are {', '.join(READERS)}")
