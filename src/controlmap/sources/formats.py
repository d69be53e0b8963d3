"""A file of any format that is read as a Document: GeoJSON, KML, KMZ, GeoPackage, Shapefile,
GeoParquet; told by what is in it, not by its name."""

from __future__ import annotations

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.sources import containers, geojson, kml, vector
from controlmap.sources.geojson import Document
from controlmap.sources.sparse import Texts

FORMATS = ("GeoJSON", "KML", "KMZ", "GeoPackage", "zipped Shapefile", "GeoParquet")


def parse(
    data: bytes, name: str, most_mb: int | None = None, texts: Texts | None = None
) -> Document:
    """The file as a document, in longitude and latitude; it unpacks to at most `most_mb`,
    `limits.FILE_MB` for None. `texts` remembers what a GeoJSON file before it drew.

    Raises
    ------
    InputError
        Where it is none of `FORMATS`, is damaged, or is beyond a limit.
    """
    document = _parsed(data, name, (most_mb or limits.FILE_MB) * 2**20, texts)
    if len(document.features) > limits.FEATURES:
        raise InputError(
            f"{name}: has {len(document.features):,} features; the limit is {limits.FEATURES:,}"
        )
    vertices = geojson.positions_in(document)
    if vertices > limits.VERTICES:
        raise InputError(
            f"{name}: its polygons have {vertices:,} positions; the limit is {limits.VERTICES:,}"
        )
    return document


def _parsed(data: bytes, name: str, most: int, texts: Texts | None) -> Document:
    if containers.is_zip(data):
        return _parsed_zip(data, name, most)
    if vector.is_geopackage(data):
        return vector.parse_geopackage(data, name, most)
    if vector.is_parquet(data):
        return vector.parse_parquet(data, name, most)
    if kml.recognises(data):
        return kml.parse(data, name)
    return geojson.parse(data, name, texts)


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
    return _parsed(content, only.rpartition("/")[2], most, None)
