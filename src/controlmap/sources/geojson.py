"""GeoJSON (RFC 7946) as the sources write it: features in, polygons near the four oblasts out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.core import limits
from controlmap.core.model import InputError, Polygons
from controlmap.geo import geodesy, oblasts
from controlmap.sources.sparse import Drawn, Texts

_WGS84_NAMES = re.compile(r"CRS:?84|EPSG:{1,2}4326$", re.IGNORECASE)
_MIN_RING = 4
_NUMBER = (int, float, type(None))


@dataclass(frozen=True)
class Feature:
    """A feature's number in its file, its properties, and its geometry as parsed JSON."""

    number: int
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """A parsed file: its name and hash, its top-level members, its features with a geometry."""

    name: str
    sha256: str
    members: Mapping[str, Any]
    features: tuple[Feature, ...]

    @property
    def areas(self) -> list[Feature]:
        """The features whose geometry is, or may hold, polygons."""
        kinds = ("Polygon", "MultiPolygon", "GeometryCollection")
        return [f for f in self.features if f.geometry.get("type") in kinds]


def parse(data: bytes, name: str, texts: Texts | None = None) -> Document:
    """The file as a document; `texts` remembers what the file before it drew.

    Raises
    ------
    InputError
        Where the bytes are not a GeoJSON FeatureCollection in longitude and latitude.
    """
    if not data.strip():
        raise InputError(f"{name}: the file is empty; a GeoJSON FeatureCollection is expected")
    try:
        document = (texts or Texts()).parse(data) or orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if re.search(rb"\b(NaN|-?Infinity)\b", data):
            raise InputError(f"{name}: has NaN or infinite coordinates") from error
        raise InputError(f"{name}: is not JSON, or is cut off ({error})") from error
    if isinstance(document, dict) and list(document) == ["value"]:  # as NZZ wraps it
        document = document["value"]
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        found = document.get("type") if isinstance(document, dict) else type(document).__name__
        raise InputError(f"{name}: is {shown(found)!r}, not a GeoJSON FeatureCollection")
    crs = document.get("crs")
    if crs is not None:
        inside = crs.get("properties") if isinstance(crs, dict) else crs
        label = inside.get("name") if isinstance(inside, dict) else inside
        if not _WGS84_NAMES.search(str(label)):
            raise InputError(
                f"{name}: is in {shown(label)}; only WGS84 longitude, latitude is read"
            )
    listed = document.get("features")
    if not isinstance(listed, list):
        raise InputError(f"{name}: has no list of features")
    found_features = []
    for number, item in enumerate(listed):
        if not isinstance(item, dict):
            raise InputError(f"{name}: feature {number} is not an object")
        if isinstance(item.get("geometry"), dict):
            properties = item.get("properties")
            found_features.append(
                Feature(
                    number, properties if isinstance(properties, dict) else {}, item["geometry"]
                )
            )
    digest = hashlib.sha256(data).hexdigest()
    return Document(name, digest, document, tuple(found_features))


def positions_in(document: Document) -> int:
    """How many positions the polygons of a document have."""
    return sum(
        len(ring)
        for feature in document.areas
        for drawn in _drawn(feature.geometry, f"{document.name}: feature {feature.number}")
        for rings in drawn.polygons
        for ring in rings
        if isinstance(ring, list | np.ndarray)
    )


def polygons(
    feature: Feature, name: str, *, far: list[tuple[float, float, float, float]]
) -> tuple[list[shapely.Polygon], float]:
    """A feature's valid polygons whose bounds meet the four oblasts', in two dimensions.

    Returns the polygons and the km2 that repairs moved; the bounds of the polygons that lie
    elsewhere are added to `far`.
    """
    where = f"{name}: feature {feature.number}"
    near: list[shapely.Polygon] = []
    moved = 0.0
    for drawn in _drawn(feature.geometry, where):
        if drawn.made is None:
            drawn.made = [_read(rings, where) for rings in drawn.polygons]
        for bounds, parts, repaired in drawn.made:
            if parts is None:
                far.append(bounds)
            else:
                near.extend(parts)
                moved += repaired
    return near, moved


_Read = tuple[tuple[float, float, float, float], tuple[shapely.Polygon, ...] | None, float]
"""A polygon's bounds; its valid parts, or None for one that lies elsewhere; the km2 repaired."""


def _read(rings: Sequence[Any], where: str) -> _Read:
    west, south, east, north = _region_bounds()
    outline = _positions(rings[0], where)
    low, high = outline.min(axis=0), outline.max(axis=0)
    bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    _check_range(low, high, where)
    if high[0] < west or low[0] > east or high[1] < south or low[1] > north:
        return bounds, None, 0.0
    holes = [_positions(ring, where) for ring in rings[1:]]
    if holes:
        corners = np.concatenate(holes)
        _check_range(corners.min(axis=0), corners.max(axis=0), where)
    polygon = shapely.Polygon(outline, holes)
    if polygon.is_valid:
        return bounds, (polygon,), 0.0
    if geodesy.cross_more_than(limits.CROSSINGS, polygon):
        raise InputError(
            f"{where}: has rings that cross more than {limits.CROSSINGS:,} times, the limit"
        )
    return bounds, *geodesy.repair(polygon)


def expect_nearby(
    name: str, found: list[Polygons], far: list[tuple[float, float, float, float]]
) -> None:
    """Raise an InputError that says why, where none of the polygons meets the four oblasts."""
    # The tree prepares the region for itself, each time: what is prepared once is not for threads.
    if any(shapely.STRtree(layer).query(region(), "intersects").size for layer in found):
        return
    if not far and not any(len(layer) for layer in found):
        raise InputError(f"{name}: has no polygon with a status to read")
    west, south, east, north = region().bounds
    swapped = any(b[1] <= east and b[3] >= west and b[0] <= north and b[2] >= south for b in far)
    hint = "; the coordinates look swapped (GeoJSON is longitude, latitude)" if swapped else ""
    raise InputError(f"{name}: nothing in it lies within the four oblasts{hint}")


@lru_cache(maxsize=1)
def region() -> BaseGeometry:
    """The four oblasts as one geometry, shared by threads: never prepare it."""
    return shapely.coverage_union_all([o.polygon for o in oblasts.load()])


@lru_cache(maxsize=1)
def _region_bounds() -> tuple[float, float, float, float]:
    return region().bounds


def _drawn(geometry: Mapping[str, Any], where: str) -> Iterator[Drawn]:
    """The polygons of a geometry and of those that are in it."""
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        parts = geometry.get("geometries")
        if not isinstance(parts, list):
            raise InputError(f"{where}: has a collection that is not a list of geometries")
        for part in parts:
            if not isinstance(part, dict):
                raise InputError(f"{where}: has a part that is not a geometry")
            yield from _drawn(part, where)
        return
    if kind not in ("Polygon", "MultiPolygon"):
        return
    coordinates = geometry.get("coordinates")
    if isinstance(coordinates, Drawn):
        yield coordinates
        return
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list):
        raise InputError(f"{where}: has no coordinates")
    if not all(isinstance(rings, list) for rings in polygons):
        raise InputError(f"{where}: has a polygon without rings")
    yield Drawn([rings for rings in polygons if rings])


def _positions(ring: Any, where: str) -> NDArray[np.float64]:
    """A ring as an array (n, 2); a third ordinate is dropped."""
    if isinstance(ring, np.ndarray) and len(ring) >= _MIN_RING:  # from `sparse`: so it is already
        return ring
    try:
        try:
            positions = np.array(ring)
        except ValueError:  # some of the positions have a height
            positions = np.array([position[:2] for position in ring])
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{where}: has a ring that is not a list of positions") from error
    if positions.dtype.kind == "O" and all(isinstance(v, _NUMBER) for v in positions.flat):
        positions = positions.astype(float)  # null is no number: NaN, which is refused below
    if positions.dtype.kind not in "fi" or positions.ndim != 2 or positions.shape[1] < 2:
        raise InputError(f"{where}: has a ring that is not a list of positions")
    if len(positions) < _MIN_RING:
        raise InputError(f"{where}: has a ring of {len(positions)} positions; 4 are the least")
    if not np.isfinite(positions).all():
        raise InputError(f"{where}: has NaN or infinite coordinates")
    return np.ascontiguousarray(positions[:, :2], dtype=float)


def shown(value: object) -> str:
    """A value of a file in a message: at most 60 characters, all of them printable."""
    text = " ".join(str(value).split())[:60]
    return text if text.isprintable() else ascii(text)


def _check_range(low: NDArray[np.float64], high: NDArray[np.float64], where: str) -> None:
    if low[0] < -180 or high[0] > 180 or low[1] < -90 or high[1] > 90:
        raise InputError(
            f"{where}: has coordinates out of range ({low[0]:.6g}, {low[1]:.6g}); longitude and "
            "latitude in degrees are expected, not a projection in metres"
        )
