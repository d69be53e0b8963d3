"""Every source and its readers, registered once; bytes and a file name in, a Snapshot out.

A reader uses no network and no disk. Its module has `ID`, `REPORTS`, `recognises` and `read`.
`sources.custom` reads what no source's reader recognises, by a legend; `viina` reads
tables.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from controlmap.core import limits
from controlmap.core.model import Ground, InputError, Polygons, Snapshot, SnapshotInfo, Status
from controlmap.sources import (
    containers,
    custom,
    deepstate_api,
    deepstate_daily,
    formats,
    isw,
    nzz,
    viina,
)
from controlmap.sources.custom import Legend
from controlmap.sources.geojson import Document
from controlmap.sources.sparse import Texts


@dataclass(frozen=True)
class Reader:
    """How one kind of file of a source is read.

    `layered` says that a file may be one layer of a state: those of an instant belong together;
    `may_lack`, what a file of it may leave out although it is there.
    """

    id: str
    title: str
    reports: frozenset[Status]
    recognises: Callable[[Document], bool]
    read: Callable[[Document, datetime | None], Snapshot]
    layered: bool = False
    may_lack: frozenset[Status] = frozenset()


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
    terms: str
    readers: tuple[Reader, ...]
    precedence: str
    notes: str

    @property
    def reports(self) -> frozenset[Status]:
        """All that any of its readers tells."""
        return frozenset().union(*(reader.reports for reader in self.readers))


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
    "mirror follows after their last. The mirror's files tell when the map was copied: it is that "
    "of the evening before, at times of two evenings before.",
    notes="Volunteers' map from open sources, close to the Ukrainian side. Contested ground is "
    "what it leaves grey; in 2026 it redefined that towards infiltration.",
)

ISW = Source(
    id="isw",
    title="ISW",
    credit="Institute for the Study of War and Critical Threats",
    url="https://understandingwar.org",
    terms="Redistribution needs written consent: the layers are read on the user's own machine "
    "and never handed on. What controlmap embeds is its own measurement on its own grid.",
    readers=(Reader(isw.ID, "layers", isw.REPORTS, isw.recognises, isw.read, layered=True),),
    precedence="The layers of a day are one state; what a day has no layer of is not reported.",
    notes="A research institute's daily assessment. Assessed advance, where Russian forces operate "
    "and control is not assessed, is kept apart from control: control alone moves in steps. "
    "Claimed control is what Moscow says. Days are told without the hour.",
)

NZZ = Source(
    id="nzz",
    title="NZZ / Liveuamap",
    credit="NZZ (nzz.ch), after Liveuamap",
    url="https://www.nzz.ch",
    terms="No open licence: the recorded files are read on the user's own machine and never handed "
    "on. What controlmap embeds is its own measurement on its own grid.",
    readers=(
        Reader(
            nzz.ID,
            "weekly record",
            nzz.REPORTS,
            nzz.recognises,
            nzz.read,
            may_lack=frozenset({Status.HELD_BEFORE_2022}),
        ),
    ),
    precedence="The day that is told in a file counts, not the one that it is named for.",
    notes="A newspaper's record of Liveuamap's lines, a file a week; held ground alone. From March "
    "2024 it leaves out what was held before 24 February 2022, about 16,600 km²; controlmap "
    "completes it and says from where. Retreats appear days late.",
)

VIINA = Source(
    id="viina",
    title="VIINA 2.0",
    credit="VIINA (Zhukov and Ayers), places by GeoNames",
    url="https://github.com/zhukovyuri/VIINA",
    terms="ODbL: share and adapt, with credit, under the same licence.",
    readers=tuple(
        Reader(
            reader,
            "places, concluded" if reader == "viina" else f"places, {column}",
            viina.REPORTS,
            lambda _: False,  # its files are tables and no documents
            lambda document, _: _not_a_document(document),
        )
        for reader, column in viina.OPINIONS.items()
    ),
    precedence="VIINA's own conclusion is read; each of the four opinions where it is named.",
    notes="The holder of populated places by day, out of Wikipedia, event reports, DeepState and "
    "ISW, so it is not independent of these. As areas it is an approximation: each point of an "
    "oblast has the holder of the nearest place.",
)

OWN = Source(
    id="own",
    title="Your own layer",
    credit="the file's author",
    url="https://www.ogc.org/standards",
    terms="Yours: it is read in memory, compared in your session alone, and never stored or sent.",
    readers=(
        Reader(
            custom.ID,
            ", ".join(formats.FORMATS),
            custom.REPORTS,
            lambda _: (
                True
            ),  # what is no source's is a person's own; reading it says what is missing
            lambda document, observed: custom.read(document, observed, None),
        ),
    ),
    precedence="A legend says which values are which status; without one, a guess that is shown.",
    notes="GeoJSON, KML, KMZ, GeoPackage, zipped Shapefile or GeoParquet, with a column, colour, "
    "style or layer name that tells the status.",
)

SOURCES = {source.id: source for source in (DEEPSTATE, ISW, NZZ, VIINA, OWN)}
DEFAULT = DEEPSTATE.id
"""The source that is meant where none is named."""
READERS = {reader.id: reader for source in SOURCES.values() for reader in source.readers}


def find_source(source: str, *, of_record: bool = False) -> Source:
    """The source of that id; an InputError lists what there is.

    Where a record is meant it does not offer `own`: no record of one's own layers comes with
    controlmap, and few build one.
    """
    if source not in SOURCES:
        offered = [known for known in SOURCES if not (of_record and known == custom.ID)]
        raise InputError(f"source {source!r}: not known; allowed: {', '.join(offered)}")
    return SOURCES[source]


def find_reader(reader: str) -> Reader:
    """The reader of that id; an InputError lists what there is."""
    if reader not in READERS:
        raise InputError(f"reader {reader!r}: not known; allowed: {', '.join(READERS)}")
    return READERS[reader]


def source_of(reader: str) -> Source:
    """The source that a reader belongs to."""
    return next(s for s in SOURCES.values() if any(r.id == reader for r in s.readers))


def read(
    data: bytes,
    name: str,
    reader: str | None = None,
    observed: datetime | None = None,
    legend: Legend | None = None,
    *,
    texts: Texts | None = None,
) -> Snapshot:
    """A file of any known source, or a person's own, as a Snapshot.

    Parameters
    ----------
    data, name
        The bytes, gzipped or not, and the file's name.
    reader
        The id of the reader to use; without it, the one that recognises the file.
    observed
        When the state was observed (UTC), for files that do not tell, or tell of many days.
    legend
        What the values of a person's own file mean; with it, no other reader is tried.
    texts
        What remembers the file before, for who reads many that draw nearly the same.

    Raises
    ------
    InputError
        Where it cannot be read; the message says what was found and what is allowed.
    """
    with _uncollected():
        return _read(data, name, reader, observed, legend, texts)


def _read(
    data: bytes,
    name: str,
    reader: str | None,
    observed: datetime | None,
    legend: Legend | None,
    texts: Texts | None,
) -> Snapshot:
    if reader:
        find_reader(reader)
    data, name = containers.gunzipped(data, name, limits.FILE_MB * 2**20)
    if viina.recognises(data, name):
        opinion = reader or "viina"
        if opinion not in viina.OPINIONS:
            raise InputError(f"{name}: is VIINA's; read by {', '.join(viina.OPINIONS)}")
        return viina.read(viina.parse(data, name), opinion, observed and observed.date())
    return read_document(formats.parse(data, name, texts=texts), reader, observed, legend)


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


def read_document(
    document: Document,
    reader: str | None = None,
    observed: datetime | None = None,
    legend: Legend | None = None,
) -> Snapshot:
    """As `read`, of a file that was parsed."""
    chosen = find_reader(reader) if reader else recognised(document)
    if not document.areas and not chosen.layered:
        raise InputError(f"{document.name}: has no polygon; a layer of territory is expected")
    return custom.read(document, observed, legend) if legend else chosen.read(document, observed)


def read_all(data: bytes, name: str, texts: Texts) -> Iterator[Snapshot]:
    """As `read`, for a record: every state that a file holds."""
    data, name = containers.gunzipped(data, name, limits.FILE_MB * 2**20)
    if viina.recognises(data, name):
        yield from viina.read_all(viina.parse(data, name), "viina")
    else:
        yield read(data, name, texts=texts)


def joined(
    source: str,
    snapshots: Iterable[Snapshot],
    refused: Callable[[InputError], None] | None = None,
) -> Iterator[Snapshot]:
    """Snapshots of a source with the layers of one instant put together; others as they come.

    `refused` is told of instants that make no state; without it, the first of them is raised.

    Raises
    ------
    InputError
        Where there is no layer of control, or one twice in files that differ.
    """
    if not any(reader.layered for reader in find_source(source).readers):
        yield from snapshots
        return
    together: dict[tuple[str, datetime], list[Snapshot]] = {}
    for snapshot in snapshots:
        if snapshot.info.reports:
            together.setdefault((snapshot.info.reader, snapshot.info.observed), []).append(snapshot)
    for key in sorted(together, key=lambda k: (k[1], k[0])):
        parts = {s.info.sha256: s for s in sorted(together[key], key=lambda s: s.info.name)}
        try:
            yield _one(list(parts.values()))
        except InputError as error:
            if refused is None:
                raise
            refused(error)


def _one(parts: list[Snapshot]) -> Snapshot:
    infos = [part.info for part in parts]
    if not any(Status.RUSSIAN_HELD in info.reports for info in infos):
        raise InputError(
            f"{infos[0].name}: no layer of control of that day; a record needs one with the others"
        )
    if len(parts) == 1:
        return parts[0]
    layers: dict[Ground, Polygons] = {}
    for part in parts:
        for ground, polygons in part.layers.items():
            if ground in layers:
                first = next(p.info.name for p in parts if ground in p.layers)
                raise InputError(f"{part.info.name}: {first} is of the same instant and layer")
            layers[ground] = np.asarray(polygons, dtype=object)
    digest = hashlib.sha256("".join(sorted(info.sha256 for info in infos)).encode()).hexdigest()
    info = SnapshotInfo(
        reader=infos[0].reader,
        name=" + ".join(info.name for info in infos),
        observed=infos[0].observed,
        retrieved=max((info.retrieved for info in infos if info.retrieved), default=None),
        sha256=digest,
        reports=frozenset().union(*(info.reports for info in infos)),
        warnings=tuple(warning for info in infos for warning in info.warnings),
        repaired_km2=sum(info.repaired_km2 for info in infos),
    )
    return Snapshot(info, layers)


def recognised(document: Document) -> Reader:
    """The reader that recognises a document; that of a person's own file where no other does."""
    return next(reader for reader in READERS.values() if reader.recognises(document))


def _not_a_document(document: Document) -> Snapshot:
    raise InputError(f"{document.name}: is not VIINA's CSV")
