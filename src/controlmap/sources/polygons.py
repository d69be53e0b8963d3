"""Rings of a file as valid polygons, where they are near the four oblasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.core.model import InputError
from controlmap.geo import geodesy, oblasts

Rings = Sequence[Any]
"""A polygon's outer ring and its holes, each a list of positions (lon, lat, and maybe more)."""
Bounds = tuple[float, float, float, float]
_MIN_RING = 4
_NUMBER = (int, float, type(None))


@dataclass(frozen=True)
class Valid:
    """A polygon of a file.

    Attributes
    ----------
    bounds
        West, south, east, north of its outer ring, in degrees.
    parts
        The valid polygons that it is, in two dimensions; None where it lies elsewhere.
    repaired_km2
        The area that the repair of its rings moved.
    """

    bounds: Bounds
    parts: tuple[shapely.Polygon, ...] | None
    repaired_km2: float = 0.0


class Memo:
    """The polygons of the file being read and of the one before: most are the same again.

    Then the same objects are returned, which saves time here and wherever they go.
    """

    def __init__(self) -> None:
        """Begin with nothing remembered."""
        self._before: dict[bytes, Valid] = {}
        self._now: dict[bytes, Valid] = {}

    def next_file(self) -> None:
        """Forget all but the polygons of the last file."""
        self._before, self._now = self._now, {}

    def valid(self, rings: Rings, where: str) -> Valid:
        """Return a polygon as `valid` does, remembered where it was there before."""
        key = orjson.dumps(rings)
        known = self._now.get(key) or self._before.get(key)
        self._now[key] = known = known or valid(rings, where, key)
        return known


def valid(rings: Rings, where: str, text: bytes) -> Valid:
    """Return a polygon that is valid, repaired where it was not; `text` is its rings as JSON.

    Raises
    ------
    InputError
        Where its rings are no lists of positions in longitude and latitude; it begins with
        `where`.
    """
    if b"true" in text or b"false" in text:  # NumPy takes true for 1
        raise InputError("{where}: has a ring that is not a list of positions", where)
    west, south, east, north = _region_bounds()
    outline = _positions(rings[0], where)
    low, high = outline.min(axis=0), outline.max(axis=0)
    bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    _check_range(low, high, where)
    if high[0] < west or low[0] > east or high[1] < south or low[1] > north:
        return Valid(bounds, None)
    holes = [_positions(ring, where) for ring in rings[1:]]
    if holes:
        corners = np.concatenate(holes)
        _check_range(corners.min(axis=0), corners.max(axis=0), where)
    polygon = shapely.Polygon(outline, holes)
    if polygon.is_valid:
        return Valid(bounds, (polygon,))
    return Valid(bounds, *geodesy.repair(polygon))


@lru_cache(maxsize=1)
def region() -> BaseGeometry:
    """Return the four oblasts as one geometry, shared by threads: never prepare it."""
    return shapely.coverage_union_all([o.polygon for o in oblasts.load()])


@lru_cache(maxsize=1)
def _region_bounds() -> Bounds:
    return region().bounds


def _positions(ring: Any, where: str) -> NDArray[np.float64]:
    """Return a ring as an array (n, 2); a third ordinate is dropped."""
    try:
        try:
            positions = np.array(ring)
        except ValueError:  # some of the positions have a height
            positions = np.array([position[:2] for position in ring])
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("{where}: has a ring that is not a list of positions", where) from error
    if positions.dtype.kind == "O" and all(isinstance(v, _NUMBER) for v in positions.flat):
        positions = positions.astype(float)  # null is no number: NaN, which is refused below
    if positions.dtype.kind not in "fi" or positions.ndim != 2 or positions.shape[1] < 2:
        raise InputError("{where}: has a ring that is not a list of positions", where)
    if len(positions) < _MIN_RING:
        raise InputError(
            "{where}: has a ring of {count} positions, not 4 or more", where, len(positions)
        )
    if not np.isfinite(positions).all():
        raise InputError("{where}: has NaN or infinite coordinates", where)
    return np.ascontiguousarray(positions[:, :2], dtype=float)


def _check_range(low: NDArray[np.float64], high: NDArray[np.float64], where: str) -> None:
    if low[0] < -180 or high[0] > 180 or low[1] < -90 or high[1] > 90:
        raise InputError(
            "{where}: {lon:.6g}, {lat:.6g} is out of range; degrees are read, not metres",
            where,
            *low,
        )
