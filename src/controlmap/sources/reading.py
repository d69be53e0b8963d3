"""From bytes and a file name to a Snapshot: without network or disk.

The file is unpacked and parsed by what is in it (`formats`), a reader that recognises it is looked
up (`registry`), and fills the layers of a Snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np

from controlmap.core.model import (
    Ground,
    InputError,
    Polygons,
    Snapshot,
    SnapshotInfo,
    Status,
    end_of,
)
from controlmap.sources import custom, days, formats, legends
from controlmap.sources.document import Document, shown
from controlmap.sources.legends import Legend
from controlmap.sources.polygons import Memo
from controlmap.sources.registry import find_reader, find_source, recognised
from controlmap.sources.viina_csv import OPINIONS, Year
from controlmap.words.catalog import as_given


def read(
    data: bytes,
    name: str,
    reader: str | None = None,
    observed: datetime | None = None,
    legend: Legend | None = None,
) -> Snapshot:
    """Return a file of any known source, or a person's own, as a Snapshot.

    Parameters
    ----------
    data, name
        The bytes, gzipped or not, and the file's name.
    reader
        The id of the reader to use; without it, the one that recognises the file.
    observed
        The instant (UTC) to read, for files that do not say theirs, or are of many days.
    legend
        What the values of a person's own file mean; with it, no other reader is tried.

    Raises
    ------
    InputError
        Where it cannot be read; the message says what was found and what is allowed.
    """
    if reader:
        find_reader(reader)
    document = formats.parse(data, name, encoding=legend.encoding if legend else None)
    return read_document(document, reader, observed, legend)


def check_has_areas(document: Document) -> None:
    """Raise an InputError where a file draws no area."""
    if not document.areas:
        raise InputError("{name}: has no polygon; a layer of territory is expected", document.name)


def read_document(
    document: Document,
    reader: str | None = None,
    observed: datetime | None = None,
    legend: Legend | None = None,
) -> Snapshot:
    """Return a parsed file as a Snapshot, as `read` does."""
    chosen = find_reader(reader) if reader else recognised(document)
    if isinstance(document, Year):
        if chosen.id not in OPINIONS:
            raise InputError(
                "{name}: is VIINA's; read by {listed}", document.name, ", ".join(OPINIONS)
            )
        return chosen.read(document, observed)
    if not chosen.layered:
        check_has_areas(document)
    if reader and (column := legends.own_column(document, chosen.fields)):
        note = as_given(
            "{name}: column {column!r} is not read by {reader}",
            document.name,
            shown(column),
            chosen.id,
        )
        document = replace(document, notes=(*document.notes, note))
    if document.day is None and (several := days.several(document)):
        instant = observed or (legend.observed if legend else None)
        if instant is None and not chosen.name_lags:
            instant = days.named_day(document.name)
        document = days.one_of(document, several, instant)
    return custom.read(document, observed, legend) if legend else chosen.read(document, observed)


def read_all(data: bytes, name: str, memo: Memo) -> Iterator[Snapshot]:
    """Yield every day of a file as a Snapshot, for a record.

    `memo` remembers the file before, for who reads many that draw nearly the same.
    """
    memo.next_file()
    content = _snapshot_or_days(data, name, memo)
    if isinstance(content, Snapshot):
        yield content
    elif isinstance(content, Year):
        for day in content.days:
            yield read_document(content, observed=end_of(day))
    else:
        for day in days.several(content):
            yield read_document(days.of_day(content, day))


@formats.uncollected()  # the parsed file is gone before Python looks for cycles in it
def _snapshot_or_days(data: bytes, name: str, memo: Memo) -> Snapshot | Document:
    """Return the snapshot of a file of one day, the document of one of several."""
    document = replace(formats.parse(data, name), memo=memo)
    if isinstance(document, Year) or days.several(document):
        return document
    return read_document(document)


def joined(
    source: str,
    snapshots: Iterable[Snapshot],
    refused: Callable[[InputError], None] | None = None,
) -> Iterator[Snapshot]:
    """Yield the snapshots of a source, the layers of one instant as one; others as they come.

    `refused` takes the error of an instant without one; without it, the first of them is raised.

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
        raise InputError("{name}: a layer of control of that day is needed with it", infos[0].name)
    if len(parts) == 1:
        return parts[0]
    layers: dict[Ground, Polygons] = {}
    for part in parts:
        for ground, polygons in part.layers.items():
            if ground in layers:
                first = next(p.info.name for p in parts if ground in p.layers)
                raise InputError(
                    "{name}: {first} is of the same instant and layer", part.info.name, first
                )
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
