"""GeoPackage, Shapefile, FlatGeobuf, Esri JSON and GeoParquet as a Document, in lon, lat.

Their coordinates are taken to WGS84 from the reference system that they name; one that names none
is refused. All but GeoParquet are read by GDAL (pyogrio), from memory.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.sources import geojson, parquet_pages, shapefile
from controlmap.sources.document import Document, Feature, shown
from controlmap.words.catalog import as_given

# GDAL names a file as it is in memory, not as the person does; what cannot be read raises.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"(pyogrio|contextlib)\b")

_SQLITE = b"SQLite format 3\x00"
_PARQUET = b"PAR1"
_FLATGEOBUF = b"fgb\x03"
_PLAIN = re.compile(
    r"CREATE\s+(TABLE|(UNIQUE\s+)?INDEX|TRIGGER"
    r"|VIRTUAL\s+TABLE\s+(\w+|\"[^\"]*\")\s+USING\s+\"?rtree)\b", re.I
)  # fmt: skip
"""What a GeoPackage is made of that computes nothing when it is read, as SQLite writes it down."""
_GENERATED = """
    SELECT t.name || '.' || x.name FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS x
    WHERE t.schema = 'main' AND t.type != 'virtual' AND x.hidden > 1
"""
_UNREADABLE = (pa.ArrowException, OSError, ValueError, RuntimeError, LookupError, TypeError,
               OverflowError)  # fmt: skip
"""What readers raise for damage, dates beyond the calendar, and what is nested too deep."""
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_POLYGONAL = (3, 6, 7)  # shapely's numbers of Polygon, MultiPolygon, GeometryCollection
_ROWS_AT_ONCE = 64
_REFERENCE_BYTES = 8  # what a value takes in Python at the least, however it is stored


def is_geopackage(data: bytes) -> bool:
    """Return whether bytes are a SQLite database, as a GeoPackage is."""
    return data.startswith(_SQLITE)


def is_parquet(data: bytes) -> bool:
    """Return whether bytes are a Parquet file's."""
    return data.startswith(_PARQUET)


def is_flatgeobuf(data: bytes) -> bool:
    """Return whether bytes are a FlatGeobuf file's."""
    return data.startswith(_FLATGEOBUF)


def is_esri(content: Any) -> bool:
    """Return whether the content of a JSON file is Esri JSON, as ArcGIS answers by itself."""
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or "type" in content:
        return False
    return "geometryType" in content or any(
        isinstance(f, dict) and "attributes" in f for f in features
    )


def parse_geopackage(data: bytes, name: str, most: int) -> Document:
    """Return every layer of polygons in a GeoPackage; a feature's layer is its property `layer`."""
    import pyogrio

    limits.at_most_bytes(len(data), limits.FILE_MB * 2**20, name)
    _check_tables(data, name)
    try:
        listed = [str(layer) for layer, kind in pyogrio.list_layers(data) if kind is not None]
    except (pyogrio.errors.DataSourceError, ValueError, RuntimeError) as error:
        raise InputError("{name}: is not a GeoPackage that can be read", name) from error
    if not listed or len(listed) > limits.LAYERS:
        raise InputError(
            "{name}: has {count} layers, not 1 to {most}", name, len(listed), limits.LAYERS
        )
    left = _Left(name, most)
    features: list[Feature] = []
    for layer in listed:
        features += _by_gdal(data, name, layer, len(features), left, _stored(data, layer, name))
    return Document(name, hashlib.sha256(data).hexdigest(), tuple(features))


def _stored(data: bytes, layer: str, name: str) -> list[bool]:
    """Return of each row of a layer of a GeoPackage whether it has a geometry."""
    find = "SELECT column_name FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)"
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(_without_log(data))
            (column,) = database.execute(find, [layer]).fetchone()
            quoted, table = (title.replace('"', '""') for title in (column, layer))
            rows = database.execute(
                f'SELECT "{quoted}" IS NOT NULL FROM "{table}" ORDER BY rowid LIMIT ?',
                [limits.FEATURES + 1],
            )
            return [bool(present) for (present,) in rows]
        except (sqlite3.Error, TypeError, UnicodeDecodeError, OverflowError) as error:
            raise InputError("{name}: is not a GeoPackage that can be read", name) from error


def _without_log(data: bytes) -> bytes:
    """Return a database that may say that it has a log beside it, which one in memory has not."""
    return data[:18] + b"\1\1" + data[20:]


def _check_tables(data: bytes, name: str) -> None:
    """Raise an InputError for a GeoPackage that computes what it gives: it may do so for ever.

    The list of tables is read here and nothing of theirs. What each is, its statement says,
    as SQLite takes it, and not the word beside it.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        database.set_progress_handler(lambda: 1, limits.SQLITE_STEPS)
        try:
            database.deserialize(_without_log(data))
            listed = database.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql NOTNULL"
            ).fetchall()
            computing = [title for title, statement in listed if not _PLAIN.match(str(statement))]
            computing = computing or [text for (text,) in database.execute(_GENERATED)]
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            raise InputError("{name}: is not a GeoPackage that can be read", name) from error
    if computing:
        raise InputError(
            "{name}: {title} in it is computed when it is read; plain tables are read",
            name,
            shown(computing[0]),
        )


def parse_shapefile(
    files: Mapping[str, bytes], name: str, most: int, encoding: str | None
) -> Document:
    """Return the Shapefile among the files of a zip; it needs its .dbf and .prj beside the .shp.

    Its hash is for who has the bytes.
    """
    shapes = [inside for inside in files if inside.casefold().endswith(".shp")]
    if len(shapes) != 1:
        raise InputError("{name}: holds {count} Shapefiles; one is expected", name, len(shapes))
    stem = PurePosixPath(shapes[0]).with_suffix("").as_posix().casefold()
    parts = {
        PurePosixPath(inside).suffix.casefold(): content
        for inside, content in files.items()
        if PurePosixPath(inside).with_suffix("").as_posix().casefold() == stem
    }
    missing = [ending for ending in (".dbf", ".prj") if ending not in parts]
    if missing:
        raise InputError("{name}: has no {listed} beside its .shp", name, ", ".join(missing))
    notes = []
    if encoding or ".cpg" not in parts:
        detected = encoding or shapefile.encoding_of(parts[".dbf"])
        if detected:
            parts[".cpg"] = detected.encode()
        if detected and not encoding:
            notes.append(
                as_given(
                    "{name}: its texts are read as {detected} (a legend may say `encoding`)",
                    name,
                    detected,
                )
            )
    stored = shapefile.check(parts, name)
    plain = io.BytesIO()  # again, under names of our own and without packing, for GDAL
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        for ending in _SHAPEFILE:
            if ending in parts:
                archive.writestr(f"layer{ending}", parts[ending])
    features = _by_gdal(plain.getvalue(), name, None, 0, _Left(name, most), stored)
    return Document(name, "", tuple(features), notes=tuple(notes))


def parse_flatgeobuf(data: bytes, name: str, most: int) -> Document:
    """Return the features of a FlatGeobuf file."""
    limits.at_most_bytes(len(data), limits.FILE_MB * 2**20, name)
    features = _by_gdal(data, name, None, 0, _Left(name, most))
    return Document(name, hashlib.sha256(data).hexdigest(), tuple(features))


def parse_esri(content: Mapping[str, Any], name: str, most: int) -> Document:
    """Return the features of Esri JSON; its hash is for who has the bytes."""
    features = content["features"]
    whole = {"geometryType": "esriGeometryPolygon", **content}
    stored = [bool(f.get("geometry")) if isinstance(f, dict) else False for f in features]
    parsed = _by_gdal(orjson.dumps(whole), name, None, 0, _Left(name, most), stored)
    return Document(name, "", tuple(parsed))


def _by_gdal(
    data: bytes,
    name: str,
    layer: str | None,
    first: int,
    left: _Left,
    stored: Sequence[bool] | None = None,
) -> list[Feature]:
    """Return the features of a layer; `stored` says of each row whether it has a geometry."""
    import pyogrio

    # Row by row: the way of its own that GDAL has for GeoPackage reads several batches ahead.
    pyogrio.set_gdal_config_options({"OGR_GPKG_STREAM_BASE_IMPL": True})
    where = f"{name}: layer {shown(layer)}" if layer else name
    try:
        opened = pyogrio.open_arrow(
            data, layer=layer, batch_size=left.rows(len(data)), use_pyarrow=True
        )
        with opened as (meta, batches):
            table = _whole(batches, left)
            wkb = table.pop(meta["geometry_name"] or "wkb_geometry", [])
    except _UNREADABLE as error:
        raise InputError("{where}: is damaged, or of a kind that cannot be read", where) from error
    if stored is not None:
        _check_rows(where, wkb, stored)
    if layer is not None:
        table["layer"] = [layer] * len(wkb)
    return _features(where, _shapes(where, wkb, left), table, meta["crs"], first)


def _check_rows(where: str, wkb: Sequence[bytes | None], stored: Sequence[bool]) -> None:
    """Raise an InputError where GDAL gave another number of geometries than there are.

    It leaves out what it cannot read, and warns of that alone.
    """
    if len(wkb) != len(stored):
        raise InputError(
            "{where}: is damaged: {lost:,} rows cannot be read", where, len(stored) - len(wkb)
        )
    for number, (shape, is_stored) in enumerate(zip(wkb, stored, strict=True), start=1):
        if shape is None and is_stored:
            raise InputError("{where}: is damaged: row {number} cannot be read", where, number)


def parse_parquet(data: bytes, name: str, most: int) -> Document:
    """Return the primary geometry of a GeoParquet file, encoded as WKB, with its plain columns.

    Read a few rows at a time, geometry first, until it is `most` bytes: a value that many rows
    share is stored once, and takes its room for each of them when it is read.
    """
    limits.at_most_bytes(len(data), limits.FILE_MB * 2**20, name)
    left = _Left(name, most)
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        described, primary = _parquet_geometry(file, name)
        stored = parquet_pages.unpacked_bytes(data, file.metadata)
        limits.at_most_bytes(stored, most, name)
        read = partial(file.iter_batches, left.rows(stored), use_threads=False)
        shapes = _shapes(name, _whole(read(columns=[primary]), left).get(primary, []), left)
        plain = [
            field.name
            for field in file.schema_arrow
            if field.name != primary and not pa.types.is_nested(field.type)
        ]
        table = _whole(read(columns=plain), left)
    except _UNREADABLE as error:
        raise InputError("{name}: is not GeoParquet that can be read", name) from error
    # A file that names no system is in longitude and latitude, by the standard; null is unknown.
    crs = described.get("crs", "OGC:CRS84")
    features = _features(name, shapes, table, crs and json.dumps(crs), 0)
    return Document(name, hashlib.sha256(data).hexdigest(), tuple(features))


def _parquet_geometry(file: pq.ParquetFile, name: str) -> tuple[Mapping[str, Any], str]:
    """Return what a GeoParquet file says of its primary geometry, and the name of that column."""
    geo = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    if not isinstance(geo, dict) or "columns" not in geo:
        raise InputError("{name}: is Parquet without geometry; GeoParquet is read", name)
    primary = geo["primary_column"]
    described = geo["columns"][primary]
    if described["encoding"] != "WKB":
        raise InputError(
            "{name}: has geometry in {encoding}; WKB is read",
            name,
            shown(described["encoding"]),
        )
    limits.at_most_features(file.metadata.num_rows, name)
    return described, primary


class _Left:
    """What of the limits on bytes and positions a file has left."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._bytes = self._vertices = 0

    def rows(self, stored: int) -> int:
        """Return how many rows to read at a time, as if each held all that is stored.

        Never many, for what is stored may be repeated in other ways than these.
        """
        return min(max(self._most // max(stored, 1), 1), _ROWS_AT_ONCE)

    def take(self, rows: int, count: int) -> None:
        """Raise an InputError for too many rows, or more bytes than the most with these."""
        limits.at_most_features(rows, self._name)
        self._bytes += count
        limits.at_most_bytes(self._bytes, self._most, self._name)

    def take_vertices(self, count: int) -> None:
        """Raise an InputError where the file's positions are more than the limit with these."""
        self._vertices += count
        limits.at_most_positions(self._vertices, self._name)


def _whole(batches: Iterable[pa.RecordBatch], left: _Left) -> dict[str, list[Any]]:
    """Return the values by column, each in full; what they take is counted while the rows come."""
    taken, rows = [], 0
    for batch in batches:
        full = pa.RecordBatch.from_arrays(
            [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in batch.columns],
            names=batch.schema.names,
        )
        rows += full.num_rows
        left.take(rows, full.nbytes + _REFERENCE_BYTES * full.num_rows * full.num_columns)
        taken.append(full)
    return pa.Table.from_batches(taken).to_pydict() if taken else {}


def _shapes(where: str, wkb: list[bytes | None], left: _Left) -> NDArray[np.object_]:
    """Return well-known binary as flat geometries; the positions of areas are counted."""
    try:
        read = shapely.from_wkb(np.array(wkb, dtype=object))
        shapes = np.asarray(shapely.force_2d(read), dtype=object)
    except NotImplementedError as error:
        raise InputError("{where}: holds curves; straight edges are read", where) from error
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise InputError("{where}: holds a geometry that cannot be read", where) from error
    areal = np.isin(shapely.get_type_id(shapes), _POLYGONAL)
    left.take_vertices(int(shapely.get_num_coordinates(shapes[areal]).sum()))
    return shapes


def _features(
    where: str,
    shapes: NDArray[np.object_],
    table: Mapping[str, Any],
    crs: str | None,
    first: int,
) -> list[Feature]:
    """Return rows as features with a geometry in longitude and latitude."""
    areal = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _POLYGONAL))
    if not np.isfinite(shapely.get_coordinates(shapes[areal])).all():
        raise InputError("{where}: has NaN or infinite coordinates", where)
    if len(areal):
        shapes = to_lonlat(shapes[areal], crs, where)
    texts = list(shapely.to_geojson(shapes)) if len(areal) else []
    return [
        Feature(
            first + int(row),
            {column: _plain(values[row]) for column, values in table.items()},
            list(geojson.polygons_in(orjson.loads(text), where)),
        )
        for row, text in zip(areal, texts, strict=True)
    ]


def to_lonlat(shapes: NDArray[np.object_], crs: str | None, where: str) -> NDArray[np.object_]:
    """Return geometries in a named reference system as WGS84 longitude and latitude."""
    if not crs:
        raise InputError("{where}: names no coordinate reference system", where)
    try:
        system = CRS.from_user_input(crs)
        if system.to_epsg() == 4326 or system.name in ("WGS 84", "WGS 84 (CRS84)"):
            return shapes
        # One operation for all: PROJ's own choice may change from point to point of a ring.
        transformer = TransformerGroup(system, "EPSG:4326", always_xy=True).transformers[0]
        moved = shapely.transform(
            shapes, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
        )
    except (CRSError, ProjError, IndexError) as error:
        raise InputError("{where}: names a reference system that is not known", where) from error
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise InputError("{where}: has positions beyond {system}", where, shown(system.name))
    return np.asarray(moved, dtype=object)


def _plain(value: Any) -> Any:
    """Return a value of a table as JSON has it."""
    plain = value.item() if isinstance(value, np.generic) else value
    return plain if isinstance(plain, (str, int, float, bool, type(None))) else str(plain)
