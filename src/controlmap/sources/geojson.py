"""GeoJSON (RFC 7946) as the sources write it, as a Document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from controlmap.core.model import InputError
from controlmap.sources.document import Document, Feature, shown
from controlmap.sources.polygons import Rings

_WGS84_NAMES = re.compile(r"CRS:?84|EPSG:{1,2}4326$", re.IGNORECASE)


def parse(content: Any, name: str) -> Document:
    """Return what is in a JSON file as a document; its hash is for who has the bytes.

    Raises
    ------
    InputError
        Where it is not a GeoJSON FeatureCollection in longitude and latitude.
    """
    collection = _collection(content, name)
    _check_crs(collection.get("crs"), name)
    listed = collection.get("features")
    if not isinstance(listed, list):
        raise InputError("{name}: has no list of features", name)
    features = []
    for number, item in enumerate(listed):
        if not isinstance(item, dict):
            raise InputError("{name}: feature {number} is not an object", name, number)
        geometry, properties = item.get("geometry"), item.get("properties")
        if isinstance(geometry, dict):
            polygons = list(polygons_in(geometry, f"{name}: feature {number}"))
            known = properties if isinstance(properties, dict) else {}
            features.append(Feature(number, known, polygons))
    members = {key: value for key, value in collection.items() if key != "features"}
    return Document(name, "", tuple(features), members)


def load(data: bytes, name: str) -> Any:
    """Return what is in a JSON file; an InputError where it is none, or is not all of an answer."""
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if re.search(rb"\b(NaN|-?Infinity)\b", data):
            raise InputError("{name}: has NaN or infinite coordinates", name) from error
        raise InputError("{name}: is not JSON, or is cut off ({error})", name, error) from error
    if isinstance(content, dict):
        _check_complete(content, name)
    return content


def _collection(content: Any, name: str) -> dict[str, Any]:
    if isinstance(content, dict) and list(content) == ["value"]:  # as NZZ wraps it
        content = content["value"]
    if isinstance(content, dict) and isinstance(content.get("map"), dict):
        content = {"id": content.get("id"), **content["map"]}  # as DeepState wraps its latest map
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        kind = content.get("type") if isinstance(content, dict) else type(content).__name__
        raise InputError("{name}: is {kind!r}, not a GeoJSON FeatureCollection", name, shown(kind))
    return content


def _check_complete(document: Mapping[str, Any], name: str) -> None:
    """Raise an InputError for a server's error, and for an answer that is not all that it has."""
    error = document.get("error")
    if error and "features" not in document:
        parts = [error.get("code"), error.get("message")] if isinstance(error, dict) else [error]
        said = " ".join(str(part) for part in parts if part)
        raise InputError("{name}: is an error of its server, no layer ({said})", name, shown(said))
    properties = document.get("properties")
    marks = [document, *([properties] if isinstance(properties, dict) else [])]
    features = document.get("features")
    count = len(features) if isinstance(features, list) else 0
    for key in ("exceededTransferLimit", "numberMatched", "totalFeatures"):
        for value in (mark.get(key) for mark in marks):
            if str(value).casefold() == "true" or (type(value) is int and value > count):
                raise InputError(
                    "{name}: is cut off: the server says that it has more ({key}: {lower}); a "
                    "layer in full is expected",
                    name,
                    key,
                    str(value).lower(),
                )


def _check_crs(crs: Any, name: str) -> None:
    if crs is None:
        return
    inside = crs.get("properties") if isinstance(crs, dict) else crs
    label = inside.get("name") if isinstance(inside, dict) else inside
    if not _WGS84_NAMES.search(str(label)):
        raise InputError("{name}: is in {label}; only WGS84 is read", name, shown(label))


def polygons_in(geometry: Mapping[str, Any], where: str) -> Iterator[Rings]:
    """Yield the rings of each polygon of a geometry and of those that are in it."""
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        parts = geometry.get("geometries")
        if not isinstance(parts, list):
            raise InputError("{where}: has a collection that is not a list of geometries", where)
        for part in parts:
            if not isinstance(part, dict):
                raise InputError("{where}: has a part that is not a geometry", where)
            yield from polygons_in(part, where)
    if kind in ("Polygon", "MultiPolygon"):
        coordinates = geometry.get("coordinates")
        polygons = [coordinates] if kind == "Polygon" else coordinates
        if not isinstance(polygons, list):
            raise InputError("{where}: has no coordinates", where)
        if not all(isinstance(rings, list) for rings in polygons):
            raise InputError("{where}: has a polygon without rings", where)
        yield from (rings for rings in polygons if rings)
