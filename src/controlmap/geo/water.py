"""Lakes and reservoirs in the four oblasts, and how much of a polygon they are.

GSHHG's (full resolution): lakes less the islands in them, as they were before the war. The sea is
outside of the oblasts' polygons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.core import geoparquet
from controlmap.core.model import Polygons
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of

CREDIT = "GSHHG (Paul Wessel and Walter H. F. Smith)"
CREDIT_URL = "https://www.soest.hawaii.edu/pwessel/gshhg/"
RESERVOIR = "Kakhovka reservoir"
"""Drained: what GSHHG shows as its water is an overgrown bed since, with the Dnipro in it."""
DRAINED_ON = date(2023, 6, 6)
"""The day on which its dam was destroyed."""
DRAINED_BY = "https://doi.org/10.1126/science.adn8655"
"""Shumilova et al. (2025), Environmental effects of the Kakhovka Dam destruction by warfare in
Ukraine, Science 387: what the reservoir is since."""


@dataclass(frozen=True)
class Water:
    """Water of a name, `RESERVOIR` or "" for all other, and its polygon (lon, lat)."""

    name: str
    polygon: BaseGeometry


@lru_cache(maxsize=1)
def load() -> tuple[Water, ...]:
    """Return the water in the four oblasts from `geodata/water.parquet`.

    Raises
    ------
    RecordError
        Where the file is missing or damaged.
    """
    file = geoparquet.read(geoparquet.geodata("water.parquet"), "water")
    names = file.table.column("name").to_pylist()
    return tuple(Water(*row) for row in zip(names, file.geometry, strict=True))


def areas_km2(polygons: Polygons, name: str | None = None) -> NDArray[np.float64]:
    """Return how much of each polygon (lon, lat) is water, geodesic on WGS84; shape (polygons,).

    Of water of all names where none is given.
    """
    parts = shapely.get_parts([w.polygon for w in load() if name in (None, w.name)])
    owner, part = shapely.STRtree(parts).query(polygons, predicate="intersects")
    pieces = array_of(shapely.intersection(np.asarray(polygons)[owner], parts[part]))
    return np.bincount(owner, geodesy.areas_km2(pieces), len(polygons)).astype(np.float64)
