"""Records and inputs on disk: read without unpacking, written atomically, with their provenance."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from controlmap import sources
from controlmap.core import geoparquet, limits, user_folder
from controlmap.core.model import InputError, Provenance, RecordError, SnapshotInfo, Status
from controlmap.core.version import __version__
from controlmap.geo import oblasts
from controlmap.record.coverage import Coverage, Faces
from controlmap.record.noding import Ints


@dataclass(frozen=True)
class Member:
    """A file to read: its name and bytes, wherever it lay, or what reads them.

    `retrieved` is when it was taken from its source (UTC), where that is known.
    """

    name: str
    content: bytes | Callable[[], bytes]
    retrieved: datetime | None = None

    @property
    def data(self) -> bytes:
        """The bytes; not kept, so that thousands of files are not held at once."""
        return self.content if isinstance(self.content, bytes) else self.content()


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


def members(inputs: Iterable[Path | Member]) -> Iterator[Member]:
    """Every file in files, folders, and tar or zip archives of them, one at a time, in order.

    What is at hand already is passed on as it is.

    Raises
    ------
    InputError
        Where a path is missing, or an archive is damaged; it names the file.
    """
    for path in inputs:
        if isinstance(path, Member):
            yield path
        elif path.is_dir():
            inside = files([path])
            if not inside:
                raise InputError(f"{path}: the folder holds no file")
            yield from members(inside)
        elif not path.is_file():
            raise InputError(f"{path}: no such file or folder")
        else:
            yield from _file_members(path)


_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError)
_PACKINGS = ((b"\x1f\x8b", gzip.open), (b"\xfd7zXZ\x00", lzma.open), (b"BZh", bz2.open))
_TAR_BLOCK = 512
_TAR_PADDING = 2**24  # what writers add to fill a tape's record, and much more


def _file_members(path: Path) -> Iterator[Member]:
    try:
        if zipfile.is_zipfile(path):
            if _is_one_layer(path):
                _check_size(path.name, path.stat().st_size)
                yield Member(path.name, path.read_bytes())
            else:
                yield from _zip_members(path)
        elif tarfile.is_tarfile(path):
            yield from _tar_members(path)
        else:
            _check_size(path.name, path.stat().st_size)
            yield Member(path.name, path.read_bytes())
    except _DAMAGED as error:
        raise InputError(f"{path.name}: the archive is damaged or cut off ({error})") from error
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror or error})") from error


def _is_one_layer(path: Path) -> bool:
    """Whether a zip is a KMZ, a Shapefile or a table: its reader opens it, in memory."""
    with zipfile.ZipFile(path) as archive:
        endings = {Path(name).suffix.casefold() for name in archive.namelist()}
    return bool(endings & {".kml", ".shp"}) or endings == {".csv"}


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for entry in sorted(archive.infolist(), key=lambda e: e.filename):
            name = Path(entry.filename).name
            if not entry.is_dir() and name and not name.startswith("."):
                _check_size(f"{path.name}: {entry.filename}", entry.file_size)
                yield Member(name, _unzipped(archive, entry))


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except RuntimeError as error:  # zipfile's for encryption, and for packings it does not know
        raise zipfile.BadZipFile(str(error)) from error


def _tar_members(path: Path) -> Iterator[Member]:
    """As `_file_members`; read to the very end, so that a cut or a wrong checksum is seen."""
    with path.open("rb") as packed:
        head = packed.read(6)
    opener: Any = next((o for magic, o in _PACKINGS if head.startswith(magic)), open)
    with opener(path, "rb") as plain, tarfile.open(fileobj=plain, mode="r:") as archive:
        end = 0
        for entry in archive:
            end = entry.offset_data + -(-entry.size // _TAR_BLOCK) * _TAR_BLOCK
            name = Path(entry.name).name
            opened = archive.extractfile(entry) if entry.isfile() else None
            if opened is not None and name and not name.startswith("."):
                _check_size(f"{path.name}: {entry.name}", entry.size)
                yield Member(name, opened.read())
        plain.seek(end)
        if plain.read(2 * _TAR_BLOCK) != bytes(2 * _TAR_BLOCK):
            raise tarfile.ReadError("its end is missing")
        if len(plain.read(_TAR_PADDING + 1)) > _TAR_PADDING:
            raise tarfile.ReadError("it goes on after its end")


def _check_size(name: str, size: int) -> None:
    if size > limits.FILE_MB * 2**20:
        raise InputError(f"{name}: {limits.in_mb(size)}; the limit is {limits.FILE_MB} MB")


def files(paths: Iterable[Path]) -> list[Path]:
    """Every file that paths name, themselves or within their folders; hidden ones left out."""
    return [
        p
        for path in paths
        for p in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if p.is_file() and p.name[0] != "."
    ]


def inputs_of(inputs: Iterable[Path | Member]) -> tuple[dict[str, Any], ...]:
    """Name, sha256 and size of every file that the inputs name or are, in order of name."""
    listed: list[dict[str, Any]] = []
    for given in inputs:
        if isinstance(given, Member):
            data = given.data
            digest = hashlib.sha256(data).hexdigest()
            listed.append({"name": given.name, "sha256": digest, "bytes": len(data)})
        else:
            listed.extend(described(p) for p in files([given]))
    return tuple(sorted(listed, key=lambda told: str(told["name"])))


def described(path: Path) -> dict[str, Any]:
    """A file's name, sha256 and size, as provenance lists it."""
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {"name": path.name, "sha256": digest, "bytes": path.stat().st_size}


def save(path: Path, coverage: Coverage, provenance: Provenance) -> None:
    """Write a record as GeoParquet: a row a face, its runs as lists, the snapshots beside them."""
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    counts = np.bincount(coverage.run_face, minlength=len(coverage.face_km2))
    offsets = pa.array(np.r_[0, np.cumsum(counts)], pa.int32())
    isos = np.array([o.iso for o in coverage.oblasts], dtype=object)
    table = pa.table(
        {
            "iso": pa.array(isos[coverage.face_oblast]),
            "area_m2": pa.array(np.rint(coverage.face_km2 * 1e6), pa.int64()),
            "since": pa.ListArray.from_arrays(offsets, pa.array(coverage.run_since, pa.uint16())),
            "ground": pa.ListArray.from_arrays(offsets, pa.array(coverage.run_ground, pa.uint8())),
        }
    )
    extra = {
        "source": coverage.source,
        "cell_m": coverage.cell_m,
        "snapshots": [_told(s) for s in coverage.snapshots],
    }
    level = geoparquet.CLOSELY if coverage.cell_m else geoparquet.QUICKLY
    geoparquet.write(path, "record", table, coverage.face_geometry, provenance, extra, level)


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
            snapshots=tuple(_info(told) for told in file.extra["snapshots"]),
            oblasts=oblasts.load(),
            faces=Faces(
                _numbered(columns["iso"], codes),
                np.from_dlpack(columns["area_m2"]).astype(np.float64) / 1e6,
                file.geometry,
            ),
            run_face=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)),
            run_since=np.from_dlpack(columns["since"].values).astype(np.int64),
            run_ground=np.from_dlpack(columns["ground"].values).astype(np.int64),
            cell_m=file.extra["cell_m"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{path.name}: is damaged ({error!r})") from error
    _ = coverage.areas  # measured once here, so that questions find it done
    return Record(coverage, file.provenance, path)


def _numbered(values: Any, codes: dict[str, int]) -> Ints:
    packed = values.dictionary_encode()
    numbers = np.array([codes[iso] for iso in packed.dictionary.to_pylist()], dtype=np.int64)
    return numbers[np.from_dlpack(packed.indices).astype(np.int64)]


def own_file(name: str) -> Path | None:
    """A person's own file of that name in their folder (`folder.find`); None where there is none.

    Raises
    ------
    InputError
        Where the setting of the folder names what is no folder.
    """
    place = user_folder.find()
    path = place / name if place else None
    return path if path and path.is_file() else None


def open_source(source: str) -> Record:
    """A source's record: a person's own in their folder (`folder.find`), else the embedded one.

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
            f"no record of {source} here; build one with `controlmap build --source {source}`"
        )
    return _open(path)


def open_embedded(source: str) -> Record | None:
    """The record of a source that came with controlmap; None where none did."""
    path = geoparquet.geodata(f"{source}.parquet")
    return _open(path) if path.is_file() else None


def hidden_by(record: Record) -> Record | None:
    """The embedded record of the same source where it has days that one's own lacks.

    None where it has none: where one's own begins no later and ends no earlier, or is no own one.
    """
    embedded = open_embedded(record.coverage.source)
    if record.is_embedded or embedded is None:
        return None
    (first, last), (from_day, to_day) = record.coverage.span, embedded.coverage.span
    return embedded if first > from_day or last < to_day else None


_MOST_OPEN = 8
_opened: dict[Path, Record] = {}
_opening = threading.Lock()


def _open(path: Path) -> Record:
    """The record of a file, which takes the place of what the file held before; read once."""
    with _opening:
        found = path.stat()
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        key = f"{path.stem}-{'-'.join(f'{part:x}' for part in stamp)}"
        record = _opened.pop(path, None)
        if record is None or record.key != key:
            record = replace(load(path), key=key)
        _opened[path] = record
        if len(_opened) > _MOST_OPEN:
            del _opened[next(iter(_opened))]
        return record


def with_records() -> list[str]:
    """The ids of the sources that have a record, a person's own or embedded."""
    return [source for source in sources.SOURCES if _path_of(source).is_file()]


def _path_of(source: str) -> Path:
    sources.find_source(source, of_record=True)
    name = f"{source}.parquet"
    return own_file(name) or geoparquet.geodata(name)


def provenance_of(
    coverage: Coverage, inputs: Iterable[Mapping[str, Any]], figures: Mapping[str, Any]
) -> Provenance:
    """Where a built record comes from and how it was made, with what was measured of it."""
    source = sources.find_source(coverage.source)
    method = (
        "One planar coverage: the distinct edges of all snapshots, snapped to 1e-5 degrees, noded "
        "and polygonised with the oblasts' borders; each face classified by an interior point in "
        "every snapshot. Areas are geodesic on WGS84, edges straight in longitude and latitude. "
        + source.precedence
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
        terms=source.terms,
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


def _told(info: SnapshotInfo) -> list[Any]:
    return [
        info.reader,
        info.name,
        info.observed.timestamp(),
        info.retrieved.timestamp() if info.retrieved else None,
        info.sha256,
        sorted(info.reports),
        list(info.warnings),
        round(info.repaired_km2, 6),
    ]


def _info(told: list[Any]) -> SnapshotInfo:
    reader, name, observed, retrieved, sha256, reports, warnings, repaired_km2 = told
    return SnapshotInfo(
        reader,
        name,
        datetime.fromtimestamp(observed, UTC),
        None if retrieved is None else datetime.fromtimestamp(retrieved, UTC),
        sha256,
        frozenset(Status(r) for r in reports),
        tuple(warnings),
        repaired_km2,
    )
