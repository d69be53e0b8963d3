"""A file of any format as a Document, by what is in it and not by its name."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.sources import containers, geojson, kml, vector, viina_csv
from controlmap.sources.document import Document

FORMATS = ("GeoJSON", "KML", "KMZ", "GeoPackage", "zipped Shapefile", "GeoParquet")


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
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


@_uncollected()
def parse(
    data: bytes, name: str, most_mb: int | None = None, most_csv_mb: int | None = None
) -> Document:
    """Return the file, gzipped or not, as a document in longitude and latitude.

    It unpacks to at most `most_mb`, a year of VIINA's to `most_csv_mb`; for None these are
    `limits.FILE_MB` and `limits.CSV_MB`.

    Raises
    ------
    InputError
        Where it is none of `FORMATS`, is damaged, or is beyond a limit.
    """
    most = (most_mb or limits.FILE_MB) * 2**20
    data, name = containers.gunzipped(data, name, most)
    if viina_csv.recognises(data, name):
        return viina_csv.parse(data, name, most_csv_mb or limits.CSV_MB)
    document = _parsed(data, name, most)
    if len(document.features) > limits.FEATURES:
        raise InputError(
            f"{name}: has {len(document.features):,} features; the limit is {limits.FEATURES:,}"
        )
    rings = (ring for feature in document.areas for rings in feature.polygons for ring in rings)
    vertices = sum(len(ring) for ring in rings if isinstance(ring, list))
    if vertices > limits.VERTICES:
        raise InputError(
            f"{name}: its polygons have {vertices:,} positions; the limit is {limits.VERTICES:,}"
        )
    return document


def _parsed(data: bytes, name: str, most: int) -> Document:
    if containers.is_zip(data):
        return _parsed_zip(data, name, most)
    if vector.is_geopackage(data):
        return vector.parse_geopackage(data, name, most)
    if vector.is_parquet(data):
        return vector.parse_parquet(data, name, most)
    if kml.recognises(data):
        return kml.parse(data, name)
    return geojson.parse(data, name)


def _parsed_zip(data: bytes, name: str, most: int) -> Document:
    inside = containers.names_in(data, name)
    if vector.is_shapefile(inside):
        return vector.parse_shapefile(data, name, most)
    if any(n.casefold().endswith(".kml") for n in inside):
        return kml.parse_kmz(data, name, most)
    if len(inside) != 1:
        raise InputError(
            f"{name}: holds {len(inside)} files; a zip with one layer is read (a KMZ, a Shapefile, "
            "or one file)"
        )
    ((only, content),) = containers.unzipped(data, name, most).items()
    if containers.is_zip(content):
        raise InputError(f"{name}: holds a zip within the zip; a layer is expected")
    return _parsed(content, only.rpartition("/")[2], most)
