"""GeoPackage, Shapefile, FlatGeobuf, Esri JSON and GeoParquet as a Document, in lon, lat.

Their coordinates are taken to WGS84 from the reference system that they name; one that names none
is refused. All but GeoParquet are read by GDAL (pyogrio), from memory.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
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
from controlmap.sources import geojson, shapefile
from controlmap.sources.document import Document, Feature, shown
from controlmap.words.catalog import as_given

_SQLITE = b"SQLite format 3\x00"
_PARQUET = b"PAR1"
_FLATGEOBUF = b"fgb\x03"
_UNREADABLE = (pa.ArrowException, OSError, ValueError, RuntimeError, LookupError, TypeError,
               OverflowError)  # fmt: skip
"""What readers raise for damage, dates beyond the calendar, and what is nested too deep."""
_UNNAMED_ENCODING = "ISO-8859-1"
"""What GDAL takes the texts of a .dbf to be in, where nothing says it."""
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_POLYGONAL = (3, 6, 7)  # shapely's numbers of Polygon, MultiPolygon, GeometryCollection
_BENIGN = ("non conformant file extension", "non-conformant")
"""Of GDAL's warnings, those that say nothing of the content: a file in memory has no name."""


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


def parse_geopackage(data: bytes, name: str) -> Document:
    """Return every layer of polygons in a GeoPackage; a feature's layer is its property `layer`."""
    import pyogrio

    limits.at_most_bytes(len(data), limits.FILE_MB * 2**20, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters of it is said again of each layer
            listed = [str(layer) for layer, kind in pyogrio.list_layers(data) if kind is not None]
    except (pyogrio.errors.DataSourceError, ValueError, RuntimeError) as error:
        raise InputError("{name}: is not a GeoPackage that can be read", name) from error
    if not listed or len(listed) > limits.LAYERS:
        raise InputError(
            "{name}: has {count} layers, not 1 to {most}", name, len(listed), limits.LAYERS
        )
    features: list[Feature] = []
    for layer in listed:
        features += _by_gdal(data, name, layer, len(features), _stored(data, layer, name))
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


def parse_shapefile(files: Mapping[str, bytes], name: str, encoding: str | None) -> Document:
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
    features = _by_gdal(plain.getvalue(), name, None, 0, stored)
    said = parts.get(".cpg", b"").decode("ascii", "replace").strip()
    return Document(
        name, "", tuple(features), notes=tuple(notes), encoding=shown(said) or _UNNAMED_ENCODING
    )


def parse_flatgeobuf(data: bytes, name: str) -> Document:
    """Return the features of a FlatGeobuf file."""
    limits.at_most_bytes(len(data), limits.FILE_MB * 2**20, name)
    features = _by_gdal(data, name, None, 0)
    return Document(name, hashlib.sha256(data).hexdigest(), tuple(features))


def parse_esri(content: Mapping[str, Any], name: str) -> Document:
    """Return the features of Esri JSON; its hash is for who has the bytes."""
    features = content["features"]
    whole = {"geometryType": "esriGeometryPolygon", **content}
    stored = [bool(f.get("geometry")) if isinstance(f, dict) else False for f in features]
    parsed = _by_gdal(orjson.dumps(whole), name, None, 0, stored)
    return Document(name, "", tuple(parsed))


def _by_gdal(
    data: bytes,
    name: str,
    layer: str | None,
    first: int,
    stored: Sequence[bool] | None = None,
) -> list[Feature]:
    """Return the features of a layer; `stored` says of each row whether it has a geometry."""
    import pyogrio

    where = f"{name}: layer {shown(layer)}" if layer else name
    try:
        with warnings.catch_warnings(record=True) as doubts:
            warnings.simplefilter("always")
            count = pyogrio.read_info(data, layer=layer)["features"]
            meta, read = pyogrio.read_arrow(data, layer=layer)
    except _UNREADABLE as error:
        raise InputError("{where}: is damaged, or of a kind that cannot be read", where) from error
    table = read.to_pydict()
    wkb = table.pop(meta["geometry_name"] or "wkb_geometry", [])
    _check_rows(where, wkb, count if stored is None else len(stored), stored or ())
    said = [str(doubt.message) for doubt in doubts]
    for doubt in said:
        if not any(benign in doubt for benign in _BENIGN):
            raise InputError("{where}: is damaged: {doubt}", where, shown(doubt))
    if layer is not None:
        table["layer"] = [layer] * len(wkb)
    return _features(where, _shapes(where, wkb), table, meta["crs"], first)


def _check_rows(
    where: str, wkb: Sequence[bytes | None], count: int, stored: Sequence[bool]
) -> None:
    """Raise an InputError where GDAL gave another number of geometries than there are.

    It leaves out what it cannot read, and warns of that alone.
    """
    if len(wkb) != count:
        raise InputError(
            "{where}: is damaged: {count:,} rows are there, {read:,} can be read",
            where,
            count,
            len(wkb),
        )
    for number, (shape, is_stored) in enumerate(zip(wkb, stored, strict=False), start=1):
        if shape is None and is_stored:
            raise InputError("{where}: is damaged: row {number} cannot be read", where, number)


def parse_parquet(data: bytes, name: str) -> Document:
    """Return the primary geometry of a GeoParquet file, encoded as WKB, with its plain columns."""
    limits.at_most_bytes(len(data), limits.FILE_MB * 2**20, name)
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        described, primary = _parquet_geometry(file, name)
        plain = [
            field.name
            for field in file.schema_arrow
            if field.name == primary or not pa.types.is_nested(field.type)
        ]
        table = file.read(plain, use_threads=False).to_pydict()
    except _UNREADABLE as error:
        raise InputError("{name}: is not GeoParquet that can be read", name) from error
    shapes = _shapes(name, table.pop(primary))
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


def _shapes(where: str, wkb: list[bytes | None]) -> NDArray[np.object_]:
    """Return well-known binary as flat geometries."""
    try:
        read = shapely.from_wkb(np.array(wkb, dtype=object))
        shapes = np.asarray(shapely.force_2d(read), dtype=object)
    except NotImplementedError as error:
        raise InputError("{where}: holds curves; straight edges are read", where) from error
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise InputError("{where}: holds a geometry that cannot be read", where) from error
    areal = np.isin(shapely.get_type_id(shapes), _POLYGONAL)
    limits.at_most_positions(int(shapely.get_num_coordinates(shapes[areal]).sum()), where)
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
