"""Records on disk, with their provenance: a person's own, and the embedded ones."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from controlmap import sources
from controlmap.core import geoparquet, user_folder
from controlmap.core.model import InputError, Provenance, RecordError, SnapshotInfo, Status
from controlmap.core.version import __version__
from controlmap.geo import oblasts
from controlmap.record.coverage import Coverage, Faces
from controlmap.record.drawings import select
from controlmap.record.noding import Ints
from controlmap.sources import deepstate_daily


@dataclass(frozen=True)
class Record:
    """A coverage with its provenance.

    `path` is the file it was read from; `key` names the content: another file, or the same file
    changed, has another.
    """

    coverage: Coverage
    provenance: Provenance
    path: Path
    key: str = ""

    @property
    def is_embedded(self) -> bool:
        """Whether it is the one that came with controlmap."""
        return self.path.parent == geoparquet.geodata()


def save(path: Path, coverage: Coverage, provenance: Provenance) -> None:
    """Write a record as GeoParquet: a row a face, its runs as lists, the snapshots beside them."""
    if not path.parent.is_dir():
        raise InputError("{path}: there is no folder {parent}", path, path.parent)
    counts = np.bincount(coverage.run_face, minlength=len(coverage.face_km2))
    offsets = pa.array(np.r_[0, np.cumsum(counts)], pa.int32())
    isos = np.array([o.iso for o in coverage.oblasts], dtype=object)
    table = pa.table(
        {
            "iso": pa.array(isos[coverage.face_oblast]),
            "area_m2": _square_metres(coverage.face_km2),
            "water_m2": _square_metres(coverage.faces.water_km2),
            "since": pa.ListArray.from_arrays(offsets, pa.array(coverage.run_since, pa.uint16())),
            "ground": pa.ListArray.from_arrays(offsets, pa.array(coverage.run_ground, pa.uint8())),
        }
    )
    extra = {
        "source": coverage.source,
        "cell_m": coverage.cell_m,
        "settlements": [[*at, face] for at, face in coverage.settlements.items()],
        "snapshots": [_packed(s) for s in coverage.snapshots],
    }
    level = geoparquet.CLOSELY if coverage.cell_m else geoparquet.QUICKLY
    geoparquet.write(path, "record", table, coverage.face_geometry, provenance, extra, level)


def _square_metres(km2: NDArray[np.float64]) -> pa.Array:
    return pa.array(np.rint(km2 * 1e6), pa.int64())


def _km2(square_metres: pa.Array) -> NDArray[np.float64]:
    return np.from_dlpack(square_metres).astype(np.float64) / 1e6


def load(path: Path) -> Record:
    """Read a record.

    Raises
    ------
    RecordError
        Where the file is missing, damaged, or of a newer format; it names the file.
    """
    file = geoparquet.read(path, "record")
    try:
        columns = {
            name: file.table.column(name).combine_chunks() for name in file.table.schema.names
        }
        offsets = np.from_dlpack(columns["since"].offsets)
        codes = {iso: number for number, iso in enumerate(oblasts.ISO_CODES)}
        coverage = Coverage(
            source=file.extra["source"],
            snapshots=tuple(map(_unpacked, file.extra["snapshots"])),
            oblasts=oblasts.load(),
            faces=Faces(
                _numbered(columns["iso"], codes),
                _km2(columns["area_m2"]),
                file.geometry,
                _km2(columns["water_m2"]) if "water_m2" in columns else None,  # not in earlier ones
            ),
            run_face=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)),
            run_since=np.from_dlpack(columns["since"].values).astype(np.int64),
            run_ground=np.from_dlpack(columns["ground"].values).astype(np.int64),
            cell_m=file.extra["cell_m"],
            # Earlier versions had none.
            settlements={(x, y): face for x, y, face in file.extra.get("settlements", ())},
            sha256=file.sha256,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError("{name}: is damaged ({error!r})", path.name, error) from error
    coverage = _redated(coverage)
    _ = coverage.areas  # measured once here, so that questions find it done
    return Record(coverage, file.provenance, path)


def _numbered(values: Any, codes: dict[str, int]) -> Ints:
    packed = values.dictionary_encode()
    numbers = np.array([codes[iso] for iso in packed.dictionary.to_pylist()], dtype=np.int64)
    return numbers[np.from_dlpack(packed.indices).astype(np.int64)]


def user_file(name: str) -> Path | None:
    """Find a person's file of that name in their folder; None where there is none.

    Raises
    ------
    InputError
        Where the setting of the folder names what is no folder.
    """
    folder = user_folder.find()
    path = folder / name if folder else None
    return path if path and path.is_file() else None


embedded_for_damaged = False
"""Whether the embedded record stands for a person's own that is damaged where that is asked too."""


def open_source(source: str) -> Record:
    """Open the record of a source that is asked: a person's own in their folder, else the embedded.

    The same record is handed out until its file changes; treat it as read-only.

    Raises
    ------
    InputError
        Where the source is not known, or has no record; it says how to build one.
    RecordError
        Where its file is damaged.
    """
    path = _path_of(source)
    if not path.is_file():
        raise InputError(
            "no record of {source} here; build one with `controlmap build --source {source}`, or "
            "fetch its files with `controlmap update --source {source}` where it has a feed",
            source,
        )
    try:
        return _open(path)
    except RecordError as error:
        if not embedded_for_damaged:
            raise
        return _in_place_of(source, error)


def open_beside(source: str) -> Record | RecordError | None:
    """Open the record of a source that is taken because it is there, not because it is asked.

    For a person's own that is damaged stands the embedded one; its coverage says so. Where there is
    none either, what is wrong is returned; None where the source has no record.
    """
    if not _path_of(source).is_file():
        return None
    try:
        return open_source(source)
    except RecordError as error:
        try:
            return _in_place_of(source, error)
        except RecordError as wrong:
            return wrong


def _in_place_of(source: str, error: RecordError) -> Record:
    """Return the embedded record in place of a person's own; raise what is wrong where none is."""
    embedded = open_embedded(source)
    if embedded is None or embedded.path == _path_of(source):
        raise error
    return replace(embedded, coverage=replace(embedded.coverage, in_place_of=str(error)))


def open_embedded(source: str) -> Record | None:
    """Open the record of a source that came with controlmap; None where none did."""
    path = geoparquet.geodata(f"{source}.parquet")
    return _open(path) if path.is_file() else None


def hidden_by(record: Record) -> Record | None:
    """Return the embedded record where it has days that a person's own of the source lacks.

    None where it has none, or `record` is the embedded one.
    """
    embedded = open_embedded(record.coverage.source)
    if record.is_embedded or embedded is None:
        return None
    (first, last), (from_day, to_day) = record.coverage.span, embedded.coverage.span
    return embedded if first > from_day or last < to_day else None


_MOST_OPEN = 8
_opened: dict[Path, Record] = {}
_damaged: dict[str, RecordError] = {}
"""What is wrong with a file, by the key that its content has."""
_opening = threading.Lock()


def _open(path: Path) -> Record:
    """Read a file once; its record takes the place of what the file held before."""
    with _opening:
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        key = f"{path.stem}-{'-'.join(f'{part:x}' for part in stamp)}"
        if key in _damaged:
            raise _damaged[key]
        record = _opened.pop(path, None)
        if record is None or record.key != key:
            try:
                record = replace(load(path), key=key)
            except RecordError as error:
                _damaged.clear()  # of what the file held before
                _damaged[key] = error
                raise
        _opened[path] = record
        if len(_opened) > _MOST_OPEN:
            del _opened[next(iter(_opened))]
        return record


def with_records() -> list[str]:
    """List the ids of the sources that have a record that can be read: own or embedded."""
    return [source for source, record in opened().items() if not isinstance(record, RecordError)]


def coverages(sources: Iterable[str]) -> dict[str, Coverage]:
    """Open the records of the sources that are asked, by id."""
    return {source: open_source(source).coverage for source in sources}


def opened() -> dict[str, Coverage | RecordError]:
    """Open every record there is as `open_beside` does, by the id of its source."""
    records = {source: open_beside(source) for source in sources.SOURCES}
    return {
        source: record.coverage if isinstance(record, Record) else record
        for source, record in records.items()
        if record is not None
    }


def _path_of(source: str) -> Path:
    sources.find_source(source, of_record=True)
    name = f"{source}.parquet"
    return user_file(name) or geoparquet.geodata(name)


def provenance_of(
    coverage: Coverage, inputs: Iterable[Mapping[str, Any]], figures: Mapping[str, Any]
) -> Provenance:
    """Describe where a built record comes from, how it was built, and what was measured of it."""
    source = sources.find_source(coverage.source)
    method = (
        "One planar coverage: the distinct edges of all snapshots, snapped to 1e-5 degrees, noded "
        "and polygonised with the oblasts' borders; each face classified by an interior point in "
        "every snapshot. Areas are geodesic on WGS84, edges straight in longitude and latitude, "
        "and each face's water is that of GSHHG's lakes in it. " + str(source.precedence)
    )
    if coverage.cell_m:
        method += (
            f" Faces of the same oblast and record are one group with its exact area; drawn by "
            f"the {coverage.cell_m} m cells of our own equal-area grid whose centre falls in it, "
            "smoothed as a coverage."
        )
    first, last = coverage.span
    readers = sorted({s.reader for s in coverage.snapshots})
    return Provenance(
        title=f"Control of four oblasts by {source.title}",
        credit=source.credit,
        terms=str(source.terms),
        url=source.url,
        method=method,
        version=__version__,
        inputs=tuple(inputs),
        figures={
            "span": [str(first), str(last)],
            "snapshots": {r: sum(s.reader == r for s in coverage.snapshots) for r in readers},
            "gaps": [[str(a), str(b)] for a, b in coverage.gaps],
            "warnings": sum(len(s.warnings) for s in coverage.snapshots),
            "faces": len(coverage.face_km2),
            "runs": len(coverage.run_face),
            **figures,
        },
    )


def _packed(info: SnapshotInfo) -> list[Any]:
    return [
        info.reader,
        info.name,
        info.observed.timestamp(),
        info.retrieved.timestamp() if info.retrieved else None,
        info.sha256,
        sorted(info.reports),
        list(info.warnings),
        round(info.repaired_km2, 6),
        info.within and [str(day) for day in info.within],
    ]


def _unpacked(packed: list[Any]) -> SnapshotInfo:
    reader, name, observed, retrieved, sha256, reports, warnings, repaired_km2, *more = packed
    within = more[0] if more else None  # earlier versions had none
    return SnapshotInfo(
        reader,
        name,
        datetime.fromtimestamp(observed, UTC),
        None if retrieved is None else datetime.fromtimestamp(retrieved, UTC),
        sha256,
        frozenset(Status(r) for r in reports),
        tuple(warnings),
        repaired_km2,
        within and (date.fromisoformat(within[0]), date.fromisoformat(within[1])),
    )


def _redated(coverage: Coverage) -> Coverage:
    """Date the daily mirror's files as they are read now, in a record that is of before.

    Earlier versions gave a file the instant at which it was taken.
    """
    if all(i.reader != deepstate_daily.ID or i.within for i in coverage.snapshots):
        return coverage
    infos = [
        replace(info, observed=observed, within=within)
        if info.reader == deepstate_daily.ID and not info.within
        else info
        for info in coverage.snapshots
        for observed, within in [deepstate_daily.observed(info.day)]
    ]
    readers = [reader.id for reader in sources.find_source(coverage.source).readers]
    return replace(coverage, snapshots=tuple(infos)).only(select(infos, readers))
