"""Files as sources publish them, drawn by hand, and folders and archives of them."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import shapely

SQUARE = (37.6, 48.0, 37.7, 48.1)  # inside Donetsk oblast, 82.897 km2
WEST = (37.6, 48.0, 37.65, 48.1)
SQUARE_KM2 = 82.897  # on WGS84; test_geodesy derives areas of such squares from a closed formula
OCCUPIED = {"name": "Окуповано /// Occupied", "fill": "#a52714"}
CONTESTED = {"name": "Під питанням /// Contested", "fill": "#bcaaa4"}
FILES = {"a.geojson": b'{"a": 1}' * 999, "b.geojson": b'{"b": 2}' * 999, "c.geojson": b"{}"}
Mode = Literal["w", "w:gz", "w:bz2", "w:xz"]


def make_file(*drawn: tuple[tuple[float, float, float, float], Mapping[str, object]]) -> bytes:
    """A FeatureCollection of boxes with their properties."""
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": shapely.geometry.mapping(shapely.box(*box)),
        }
        for box, properties in drawn
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def make_daily(day: str, *boxes: tuple[float, float, float, float]) -> dict[str, bytes]:
    """A daily file (YYYYMMDD) of boxes, by its name."""
    rings = [[[list(p) for p in shapely.box(*b).exterior.coords]] for b in boxes]
    drawn = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "MultiPolygon", "coordinates": rings},
    }
    document = {"type": "FeatureCollection", "features": [drawn]}
    return {f"deepstatemap_data_{day}.geojson": json.dumps(document).encode()}


def make_tar(path: Path, mode: Mode, files: dict[str, bytes] = FILES) -> Path:
    with tarfile.open(path, mode) as made:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"folder/{name}")
            entry.size = len(data)
            made.addfile(entry, io.BytesIO(data))
    return path


def make_zip(path: Path, files: dict[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(f"folder/{name}", data)
    return path


def make_folder(path: Path, files: dict[str, bytes] = FILES) -> Path:
    for name, data in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return path


def quiet(_: str) -> None:
    """No progress."""
