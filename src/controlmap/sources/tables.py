"""A CSV with a column of well-known text (WKT) or hexadecimal WKB as a Document."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.geo.geodesy import array_of
from controlmap.sources import geojson, vector
from controlmap.sources.document import Document, Feature, shown
from controlmap.words.catalog import as_given

_DELIMITERS = ",;\t|"
_WKT = re.compile(r"(?:SRID=(\d{1,6});)?\s*((?:MULTI)?POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE)
_WKB = re.compile(r"(?:01(03|06)0000[02]0|000000000(?:3|6)|002000000(?:3|6))[0-9A-Fa-f]{16,}")
_NESTED = 4  # collections within each other: GEOS goes down them on its stack
_SHOWN = 5  # columns that a message lists


def parse(data: bytes, name: str, encoding: str | None) -> Document:
    """Return the rows of a CSV that have polygons.

    Raises
    ------
    InputError
        Where it is no CSV, or no column of it holds polygons.
    """
    text, used, notes = decoded(data, name, encoding)
    csv.field_size_limit(limits.FILE_MB * 2**20)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [column.strip() for column in next(rows, [])]
        features = list(_features(header, rows, name))
    except csv.Error as error:
        raise InputError("{name}: is no CSV that can be read ({error})", name, error) from error
    return Document(name, "", tuple(features), notes=notes, encoding=used)


def decoded(data: bytes, name: str, encoding: str | None) -> tuple[str, str, tuple[str, ...]]:
    """Return a text, its encoding, and a note where that was detected and is not plain."""
    if not data.strip():
        raise InputError("{name}: the file is empty; a layer of territory is expected", name)
    if b"\0" in data[:4096]:
        raise InputError("{name}: is of no format that is known", name)
    try:
        used = encoding or "UTF-8"
        return data.decode(used), used, ()
    except (UnicodeDecodeError, LookupError) as error:
        if encoding:
            raise InputError("{name}: is not in {encoding}", name, shown(encoding)) from error
    note = as_given(
        "{name}: its texts are not UTF-8; read as windows-1251 (a legend may say `encoding`)", name
    )
    return data.decode(used := "windows-1251", errors="replace"), used, (note,)


def _features(header: list[str], rows: Iterator[list[str]], name: str) -> Iterator[Feature]:
    column: int | None = None
    for number, row in enumerate(rows):
        limits.at_most_features(number + 1, name)
        if column is None:
            column = next((i for i, cell in enumerate(row) if _is_geometry(cell)), None)
            if column is None:
                continue
        if len(row) != len(header):
            raise InputError(
                "{name}, row {row}: {count} values for {columns} columns",
                name,
                number + 1,
                len(row),
                len(header),
            )
        if not row[column].strip():
            continue
        where = f"{name}, row {number + 1}"
        shape = orjson.loads(shapely.to_geojson(_geometry(row[column], where)))
        values = {c: v for i, (c, v) in enumerate(zip(header, row, strict=True)) if i != column}
        yield Feature(number, values, list(geojson.polygons_in(shape, where)))
    if column is None:
        listed = ", ".join(shown(title) for title in header[:_SHOWN])
        raise InputError(
            "{name}: is not JSON, KML or a layer that is known; as a CSV it has no "
            "column of polygons as WKT, and is none of VIINA's (its columns: {listed})",
            name,
            listed or "none",
        )


def _is_geometry(cell: str) -> bool:
    return bool(_WKT.match(cell.strip()) or _WKB.fullmatch(cell.strip()))


def _geometry(cell: str, where: str) -> BaseGeometry:
    text = cell.strip()
    if text.upper().count("GEOMETRYCOLLECTION") > _NESTED:
        raise InputError("{where}: holds collections in collections; polygons are read", where)
    match = _WKT.match(text)
    try:
        if match:
            shape = shapely.from_wkt(text[match.start(2) :])
            srid = int(match[1] or 0)
        elif _WKB.fullmatch(text):
            shape = shapely.from_wkb(text)
            srid = int(shapely.get_srid(shape))
        else:
            raise InputError("{where}: has {text!r}, no polygon as WKT", where, shown(text))
    except shapely.errors.GEOSException as error:
        raise InputError("{where}: holds a geometry that cannot be read", where) from error
    if srid in (0, 4326):
        return shape
    moved: BaseGeometry = vector.to_lonlat(array_of([shape]), f"EPSG:{srid}", where)[0]
    return moved
