"""Every source and its readers, registered once: whom to credit, on what terms, how it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Protocol

from controlmap.core.model import InputError, Snapshot, Status
from controlmap.sources import (
    creamy_caprice,
    custom,
    deepstate_api,
    deepstate_daily,
    formats,
    isw,
    legends,
    nzz,
    viina,
    viina_csv,
)
from controlmap.sources.document import Document
from controlmap.words.catalog import Message


@dataclass(frozen=True)
class Reader:
    """How one kind of file of a source is read.

    `fields` are the columns that it reads; `layered` says that a file may be one layer of several
    of the same instant; `name_lags`, that it is named for another day than its own; `may_lack`,
    what it may leave out although it is there; `has_clock`, that its files state the time of day.
    """

    id: str
    title: Message
    reports: frozenset[Status]
    recognises: Callable[[Document], bool]
    read: Callable[[Document, datetime | None], Snapshot]
    fields: frozenset[str] = frozenset()
    layered: bool = False
    name_lags: bool = False
    may_lack: frozenset[Status] = frozenset()
    has_clock: bool = False


@dataclass(frozen=True)
class Source:
    """A source of assessments of control: whom to credit, under what terms, how it is read.

    `readers` are in order of precedence: over the span of the first, the others are not used.
    `notes` say what it reports and what to know of it.
    """

    id: str
    title: str
    credit: str
    url: str
    terms: Message
    readers: tuple[Reader, ...]
    precedence: Message
    notes: Message

    @property
    def reports(self) -> frozenset[Status]:
        """All that any of its readers reports."""
        return frozenset().union(*(reader.reports for reader in self.readers))


DEEPSTATE = Source(
    id="deepstate",
    title="DeepState",
    credit="DeepState (deepstatemap.live)",
    url="https://deepstatemap.live",
    terms=Message(
        "The map's geometry may not be redistributed: each person fetches it for themselves, "
        "and credits DeepState. What controlmap embeds is its own measurement on its own grid."
    ),
    readers=(
        Reader(
            deepstate_api.ID,
            Message("map snapshots"),
            deepstate_api.REPORTS,
            deepstate_api.recognises,
            deepstate_api.read,
            deepstate_api.FIELDS,
            has_clock=True,
        ),
        Reader(
            deepstate_daily.ID,
            Message("daily mirror"),
            deepstate_daily.REPORTS,
            deepstate_daily.recognises,
            deepstate_daily.read,
        ),
    ),
    precedence=Message(
        "Over the span of the map snapshots these alone are used, because they report all "
        "that the daily mirror reports, and contested, liberated and pre-2022 ground besides; the "
        "daily mirror follows after their last day. The mirror's files state when the map was "
        "copied: it is the map of one of the two evenings before, from 15 May 2025 on rather of "
        "the second."
    ),
    notes=Message(
        "Volunteers' map from open sources, close to the Ukrainian side. Contested ground is "
        "what it leaves grey; in 2026 it redefined that towards infiltration."
    ),
)

ISW = Source(
    id="isw",
    title="ISW",
    credit="Institute for the Study of War and Critical Threats",
    url="https://understandingwar.org",
    terms=Message(
        "Redistribution needs written consent: the layers are read on the user's own machine "
        "and never handed on. What controlmap embeds is its own measurement on its own grid."
    ),
    readers=(
        Reader(
            isw.ID,
            Message("layers"),
            isw.REPORTS,
            isw.recognises,
            isw.read,
            isw.FIELDS,
            layered=True,
        ),
    ),
    precedence=Message(
        "The layers of a day are one snapshot; what a day has no layer of is not reported."
    ),
    notes=Message(
        "A research institute's daily assessment. Assessed advance, where Russian forces operate "
        "and control is not assessed, is separate from control: control alone moves in steps. "
        "Claimed control is what Moscow says. Days come without the hour."
    ),
)

NZZ = Source(
    id="nzz",
    title="NZZ / Liveuamap",
    credit="NZZ (nzz.ch), after Liveuamap",
    url="https://www.nzz.ch",
    terms=Message(
        "No open licence: the recorded files are read on the user's own machine and never handed "
        "on. What controlmap embeds is its own measurement on its own grid."
    ),
    readers=(
        Reader(
            nzz.ID,
            Message("weekly record"),
            nzz.REPORTS,
            nzz.recognises,
            nzz.read,
            nzz.FIELDS,
            name_lags=True,
            may_lack=frozenset({Status.HELD_BEFORE_2022}),
        ),
    ),
    precedence=Message("The day stated in a file counts, not the one in its name."),
    notes=Message(
        "A newspaper's record of Liveuamap's lines, a file a week; held ground alone. From March "
        "2024 it leaves out what was held before 24 February 2022, about 16,600 km²; controlmap "
        "adds it and says from where. Retreats appear days late."
    ),
)

VIINA = Source(
    id="viina",
    title="VIINA 2.0",
    credit="VIINA (Zhukov and Ayers), places by GeoNames",
    url="https://github.com/zhukovyuri/VIINA",
    terms=Message("ODbL: share and adapt, with credit, under the same licence."),
    readers=tuple(
        Reader(
            reader,
            Message("places, concluded")
            if reader == "viina"
            else Message("places, {opinion}")(opinion=column),
            viina.REPORTS,
            viina.recognises,
            partial(viina.read, reader),
        )
        for reader, column in viina_csv.OPINIONS.items()
    ),
    precedence=Message(
        "VIINA's own conclusion is read; each of the four opinions where it is named."
    ),
    notes=Message(
        "The holder of populated places by day, out of Wikipedia, event reports, DeepState and "
        "ISW, so it is not independent of these. As areas it is an approximation: each point of an "
        "oblast has the holder of the nearest place."
    ),
)

CREAMY_CAPRICE = Source(
    id="creamy_caprice",
    title="Creamy Caprice",
    credit="Creamy Caprice (mapsite)",
    url="https://github.com/mini-krowka/mapsite",
    terms=Message(
        "No licence is stated: the files are read on the user's own machine and never handed on, "
        "and nothing of them comes with controlmap. A record is built from files at hand."
    ),
    readers=(
        Reader(
            creamy_caprice.ID,
            Message("control zones"),
            creamy_caprice.REPORTS,
            creamy_caprice.recognises,
            creamy_caprice.read,
            creamy_caprice.FIELDS,
        ),
    ),
    precedence=Message("The day in a file's name counts."),
    notes=Message(
        "A map drawn from the Russian side; held ground alone, what was held before 2022 within "
        "it. It shades water of Kherson and Zaporizhzhia that others leave out: compare it over "
        "land."
    ),
)

OWN = Source(
    id="own",
    title="Your own layer",
    credit="the file's author",
    url="https://www.ogc.org/standards",
    terms=Message(
        "Yours: it is read in memory, compared in your session alone, and never stored or sent."
    ),
    readers=(
        Reader(
            custom.ID,
            Message("{formats}")(formats=tuple(formats.FORMATS)),
            custom.REPORTS,
            custom.recognises,
            custom.read,
        ),
    ),
    precedence=Message(
        "A legend says which values are which status; without one, a guess that is shown."
    ),
    notes=Message(
        "GeoJSON, KML, KMZ, GeoPackage, zipped Shapefile, GeoParquet, FlatGeobuf, Esri JSON or CSV "
        "with WKT, with a column, colour, style or layer name that tells the status."
    ),
)

SOURCES = {source.id: source for source in (DEEPSTATE, ISW, NZZ, VIINA, CREAMY_CAPRICE, OWN)}
DEFAULT = DEEPSTATE.id
"""The source that is meant where none is named."""
READERS = {reader.id: reader for source in SOURCES.values() for reader in source.readers}


def find_source(source: str, *, of_record: bool = False) -> Source:
    """Return the source of that id; an InputError lists what there is.

    Where a record is meant it does not offer `own`: no record of one's own layers comes with
    controlmap, and few build one.
    """
    if source not in SOURCES:
        offered = [known for known in SOURCES if not (of_record and known == custom.ID)]
        raise InputError(
            "source {source!r}: not known; allowed: {listed}", source, ", ".join(offered)
        )
    return SOURCES[source]


def find_reader(reader: str) -> Reader:
    """Return the reader of that id; an InputError lists what there is."""
    if reader not in READERS:
        raise InputError(
            "reader {reader!r}: not known; allowed: {listed}", reader, ", ".join(READERS)
        )
    return READERS[reader]


class Dated(Protocol):
    """What a reader dates, if only by the likeliest of some days: a snapshot's info, evidence."""

    @property
    def reader(self) -> str:
        """The id of the reader."""

    @property
    def observed(self) -> date:
        """The instant, or the best one (UTC); a day where no more is known."""

    @property
    def within(self) -> tuple[date, date] | None:
        """The first and the last day that it may be of; None where the source says which."""


def observed(dated: Dated) -> date:
    """Return the instant that something is of, in UTC, or the day where its source tells no more.

    Records need an instant for their order: where it is none of the source's, nobody sees it.
    """
    instant = dated.observed
    if not isinstance(instant, datetime):
        return instant
    reader = READERS.get(dated.reader)
    # A person who dates a file gives its day, which is kept as the last instant of it.
    is_day = dated.within is not None or instant.time() == time.max
    return instant.date() if is_day or (reader and not reader.has_clock) else instant


def source_of(reader: str) -> Source:
    """Return the source that a reader belongs to."""
    return next(s for s in SOURCES.values() if any(r.id == reader for r in s.readers))


def recognised(document: Document) -> Reader:
    """Return the reader that recognises a document; that of a person's own file for any other.

    A file with a status column that a source does not have is a person's own, whatever its name.
    """
    return next(
        reader
        for reader in READERS.values()
        if reader.id == custom.ID
        or (reader.recognises(document) and not legends.own_column(document, reader.fields))
    )
