"""One GeoParquet file with its provenance and checksum, in and out; it knows nothing of meaning.

A file is GeoParquet 1.1 (WKB, OGC:CRS84), so that any tool of the field opens it. Its key-value
metadata hold, under `controlmap`, the format, the kind, the provenance and what else the kind
needs, packed and hashed; every data page carries its own checksum. The same content gives the
same bytes.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import json
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from controlmap.core import temporary
from controlmap.core.model import InputError, Polygons, Provenance, RecordError

FORMAT = 2
"""The newest format this version reads, and the one it writes."""
_KEY = b"controlmap"
CLOSELY = 19
"""The level of zstd for what is written once and carried about."""
QUICKLY = 9
"""For what is written anew every day: a tenth larger, packed in a twentieth of the time."""


@dataclass(frozen=True)
class GeoFile:
    """What a file holds: columns, geometries (None where a row has none), provenance, the rest.

    `sha256` is the hash of its bytes.
    """

    table: pa.Table
    geometry: Polygons
    provenance: Provenance
    extra: Mapping[str, Any]
    sha256: str


def geodata(name: str = "") -> Path:
    """Return the path of an embedded file: beside the package when installed, else in the clone."""
    return _geodata() / name


@functools.cache
def _geodata() -> Path:
    here = Path(__file__).parents[1]
    inside = here / "geodata"
    return inside if inside.is_dir() else here.parents[1] / "geodata"


def write(
    path: Path,
    kind: str,
    table: pa.Table,
    geometry: Polygons,
    provenance: Provenance,
    extra: Mapping[str, Any] | None = None,
    level: int = CLOSELY,
) -> None:
    """Write a file atomically: at any moment the path holds the old content whole or the new.

    `level` is how much work packing is worth: `CLOSELY` or `QUICKLY`.
    """
    content = {
        "provenance": asdict(provenance),
        "extra": dict(extra or {}),
        "columns": _columns(table),
    }
    body = _pack(content)
    head = {
        "format": FORMAT,
        "kind": kind,
        "sha256": _sha256(body.encode()),
        "body": body,
    }
    wkb = [None if g is None else bytes(g) for g in shapely.to_wkb(geometry)]
    table = table.append_column("geometry", pa.array(wkb, pa.binary()))
    options = {
        "compression": "zstd",
        "compression_level": level,
        "write_page_checksum": True,
        "store_schema": False,
        "use_dictionary": False,
    }
    with replacing(path) as out, pq.ParquetWriter(out, table.schema, **options) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({b"geo": _text(_geo(geometry)), _KEY: _text(head)})


def read(path: Path, kind: str) -> GeoFile:
    """Read a file of that kind.

    Raises
    ------
    RecordError
        Where the file is missing, is damaged, is of another kind, or of a newer format.
    """
    if not path.is_file():
        raise RecordError("{name}: not found in {name_2}/", path.name, path.parent.name or ".")
    try:
        data = path.read_bytes()  # once: the path may hold another file a moment later
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        head = json.loads(file.metadata.metadata[_KEY])
        form = head["format"]
        if form > FORMAT:
            raise RecordError(
                "{name}: is of format {form}; {most} is the newest read", path.name, form, FORMAT
            )
        if head["kind"] != kind:
            raise RecordError("{name}: holds {head}, not {kind}", path.name, head["kind"], kind)
        if _sha256(head["body"].encode()) != head["sha256"]:
            raise RecordError("{name}: is damaged (the provenance fails its checksum)", path.name)
        body = _unpack(head["body"])
        table = file.read(use_threads=False)
        # Not to_numpy, which imports pandas.
        geometry = shapely.from_wkb(table.column("geometry").to_pylist())
        table = table.drop_columns("geometry")
        if _columns(table) != body["columns"]:
            raise RecordError("{name}: is damaged (its columns are not its own)", path.name)
        known = {**body["provenance"], "inputs": tuple(body["provenance"]["inputs"])}
        provenance = Provenance(**known)
    except RecordError:
        raise
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, zlib.error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordError(
            "{name}: is damaged or not a {kind} file ({reason})", path.name, kind, reason
        ) from error
    except shapely.errors.GEOSException as error:
        raise RecordError("{name}: is damaged (a geometry cannot be read)", path.name) from error
    geometries = np.asarray(geometry, dtype=object)
    return GeoFile(table, geometries, provenance, body["extra"], _sha256(data))


def write_sidecar(path: Path, provenance: Provenance | None = None) -> Path:
    """Write `NAME.provenance.json` beside a file: its provenance and hash, for people to read.

    A file that cannot hold its provenance (CSV) has it from the argument.
    """
    if provenance is None:
        head = json.loads(pq.ParquetFile(path).metadata.metadata[_KEY])
        known = _unpack(head["body"])["provenance"]
    else:
        known = json.loads(_text(asdict(provenance)))
    content = {
        "file": path.name,
        "sha256": _sha256(path.read_bytes()),
        "bytes": path.stat().st_size,
        **known,
    }
    sidecar = path.with_suffix(".provenance.json")
    with replacing(sidecar) as out:
        out.write((json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    return sidecar


def read_sidecar(path: Path) -> dict[str, Any]:
    """Return what `NAME.provenance.json` beside a file says; a RecordError if it cannot be read."""
    sidecar = path.with_suffix(".provenance.json")
    try:
        content: dict[str, Any] = json.loads(sidecar.read_bytes())
    except (OSError, ValueError) as error:
        raise RecordError("{name}: is missing or damaged", sidecar.name) from error
    return content


def check_sidecar(path: Path) -> None:
    """Raise a RecordError where a file is not the one that its sidecar has the hash of."""
    if not path.is_file():
        raise RecordError("{name}: not found in {name_2}/", path.name, path.parent.name or ".")
    if _sha256(path.read_bytes()) != read_sidecar(path).get("sha256"):
        raise RecordError("{name}: is damaged (its provenance is of another file)", path.name)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Return a file to write to that takes the place of `path` when the block ends well.

    It keeps the permissions of what it replaces, and a link stays one. What a process that was
    killed left in the folder goes.

    Raises
    ------
    InputError
        Where the path is a device or the like, which nothing may take the place of.
    """
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file():
        raise InputError("{path}: is no plain file; the output is one", path)
    try:
        out = temporary.file(path.parent)
    except OSError as error:
        error.filename = str(path)  # people know no other
        raise
    with out:
        try:
            yield out
            out.flush()
            if path.exists():
                os.fchmod(out.fileno(), stat.S_IMODE(path.stat().st_mode))
            os.fsync(out.fileno())
            Path(out.name).replace(path)  # before it is closed, which lets go of its lock
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else a power cut may undo the replacing
    finally:
        os.close(folder)


def _geo(geometry: Polygons) -> dict[str, Any]:
    """Return what GeoParquet says of a file's geometries."""
    present = geometry[~shapely.is_missing(geometry)]
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({g.geom_type for g in present}),
    }
    if len(present):
        column["bbox"] = [float(v) for v in shapely.total_bounds(present)]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _columns(table: pa.Table) -> list[list[str]]:
    """Return names and types, as Parquet calls them."""
    return [[f.name, str(f.type).replace("item: ", "element: ")] for f in table.schema]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _text(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _pack(value: Mapping[str, Any]) -> str:
    return base64.b64encode(zlib.compress(_text(value), 9)).decode()


def _unpack(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    return value
