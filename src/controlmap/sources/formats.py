"""A file of any format as a Document, by what is in it and not by its name."""

from __future__ import annotations

import contextlib
import gc
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.sources import containers, geojson, kml, tables, vector, viina_csv
from controlmap.sources.document import Document

FORMATS = (
    "GeoJSON",
    "KML",
    "KMZ",
    "GeoPackage",
    "zipped Shapefile",
    "GeoParquet",
    "FlatGeobuf",
    "Esri JSON",
    "CSV with WKT",
)
_OTHERS = (
    # A sign within the first bytes, and what it is the sign of.
    (b"<gpx", "GPX"),
    (b"<gml", "GML"),
    (b"FEA1", "Feather"),
    (b"ARROW1", "Feather"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b'"Topology"', "TopoJSON"),
    (b"<html", "a page of the web"),
    (b"<", "XML"),
)
_HEAD = 1024
_INSIDE = ((".xlsx", "xl/workbook.xml"), ("a geodatabase", ".gdbtable"))


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Have Python not look for cycles: a parsed file is lists, and has none.

    Looking through its hundred thousand lists over and over took as long as parsing it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@uncollected()
def parse(
    data: bytes,
    name: str,
    most_mb: int | None = None,
    most_csv_mb: int | None = None,
    encoding: str | None = None,
) -> Document:
    """Return the file, gzipped or not, as a document in longitude and latitude.

    Parameters
    ----------
    data, name
        The bytes and the file's name.
    most_mb, most_csv_mb
        What it may unpack to, and what a year of VIINA's may; for None `limits.FILE_MB` and
        `limits.CSV_MB`.
    encoding
        Of the texts of a Shapefile or CSV, where these do not say it; for None it is detected.

    Raises
    ------
    InputError
        Where it is none of `FORMATS`, is damaged, or is beyond a limit.
    """
    most = (most_mb or limits.FILE_MB) * 2**20
    data, name = containers.gunzipped(data, name, most)
    if viina_csv.recognises(data, name):
        return viina_csv.parse(data, name, most_csv_mb or limits.CSV_MB)
    if containers.is_zip(data):
        document = _parsed_files(containers.unzipped(data, name, most), name, encoding)
        digest = document.sha256 or hashlib.sha256(data).hexdigest()
        document = replace(document, sha256=digest)
    else:
        document = _parsed(data, name, encoding)
    limits.at_most_features(len(document.features), name)
    rings = (ring for feature in document.areas for rings in feature.polygons for ring in rings)
    vertices = sum(len(ring) for ring in rings if isinstance(ring, list))
    limits.at_most_positions(vertices, name)
    return document


def _parsed_files(files: dict[str, bytes], name: str, encoding: str | None) -> Document:
    """Return the one layer that the files of a zip are."""
    endings = {PurePosixPath(inside).suffix.casefold() for inside in files}
    if ".shp" in endings:
        return vector.parse_shapefile(files, name, encoding)
    if ".kml" in endings:
        return kml.parse_kmz(files, name)
    if len(files) != 1:
        for kind, sign in _INSIDE:
            if any(inside.endswith(sign) for inside in files):
                raise _not_read(name, kind)
        raise InputError(
            "{name}: holds {count} files; a zip with one layer is read", name, len(files)
        )
    ((only, content),) = files.items()
    if containers.is_zip(content):
        raise InputError("{name}: holds a zip within the zip; a layer is expected", name)
    return _parsed(content, PurePosixPath(only).name, encoding)


def _parsed(data: bytes, name: str, encoding: str | None) -> Document:
    if vector.is_geopackage(data):
        return vector.parse_geopackage(data, name)
    if vector.is_parquet(data):
        return vector.parse_parquet(data, name)
    if vector.is_flatgeobuf(data):
        return vector.parse_flatgeobuf(data, name)
    text = containers.in_utf8(data)
    if kml.recognises(text):
        document = kml.parse(text, name)
    elif text.lstrip()[:1] in (b"{", b"["):
        content = geojson.load(text, name)
        if vector.is_esri(content):
            document = vector.parse_esri(content, name)
        else:
            document = geojson.parse(content, name)
    else:
        for sign, kind in _OTHERS:
            if sign in data[:_HEAD].lower() or data.startswith(sign):
                raise _not_read(name, kind)
        document = tables.parse(text, name, encoding)
    return replace(document, sha256=hashlib.sha256(data).hexdigest())


def _not_read(name: str, kind: str) -> InputError:
    return InputError("{name}: is {kind}, not any of {listed}", name, kind, ", ".join(FORMATS))
