"""GeoJSON files of DeepState's, drawn by hand, feature by feature."""

from __future__ import annotations

import json
from typing import Any

import pytest

from controlmap import sources
from controlmap.core.model import Ground, InputError, Snapshot
from controlmap.geo import geodesy

DAILY = "deepstatemap_data_20240709.geojson"
API = "1709294400.geojson"  # 2024-03-01 12:00:00 UTC

Ring = list[list[float]]
"""A closed ring of positions."""


def box(west: float, south: float, east: float, north: float, *more: float) -> Ring:
    """A closed ring; what follows the corners is each position's third ordinate."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[*corner, *more] for corner in corners]


SQUARE = box(37.6, 48.0, 37.7, 48.1)  # a tenth of a degree, inside Donetsk oblast


def polygon(*rings: object) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    drawn = polygon(SQUARE) if geometry is None else geometry
    return {"type": "Feature", "properties": properties, "geometry": drawn}


def make_file(*features: Any, **members: Any) -> bytes:
    """A FeatureCollection; members replace or add to its own."""
    listed = list(features) or [feature()]
    return json.dumps({"type": "FeatureCollection", "features": listed, **members}).encode()


def km2(snapshot: Snapshot, ground: Ground = Ground.OCCUPIED) -> float:
    return float(geodesy.areas_km2(snapshot.layers[ground]).sum())


def refused(data: bytes, name: str = DAILY, reader: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        sources.read(data, name, reader)
    assert "\n" not in str(caught.value)
    return str(caught.value)
