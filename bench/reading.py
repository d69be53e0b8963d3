"""What reading and comparing cost: each format against plain geopandas, agreement, an upload."""

from __future__ import annotations

import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import shapely
from pyogrio import list_layers

from controlmap import sources
from controlmap.analysis import agreement
from controlmap.core import geoparquet
from controlmap.dashboard import upload as own_layer
from controlmap.draw import maps
from controlmap.record import archive, overlay
from controlmap.record.coverage import Coverage
from controlmap.sources import custom

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import layer_files

DAY = date(2023, 7, 1)
REPEATS = 5
UPLOAD_MB = 5


def drawn(vertices: int) -> geopandas.GeoDataFrame:
    """A layer of two rough discs in Donetsk oblast, of so many positions in all."""
    turn = np.linspace(0, 2 * np.pi, vertices // 2, endpoint=False)
    rough = 1 + 0.02 * np.sin(40 * turn) + 0.001 * np.sin(997 * turn)
    discs = [
        shapely.Polygon(
            np.column_stack([lon + 0.3 * rough * np.cos(turn), 48 + 0.2 * rough * np.sin(turn)])
        )
        for lon in (37.2, 38.1)
    ]
    labels = list(layer_files.LABELS)
    return geopandas.GeoDataFrame({"status": labels}, geometry=discs, crs="EPSG:4326")


def kml(frame: geopandas.GeoDataFrame) -> bytes:
    """The layer as KML."""
    text = layer_files.kml().decode()
    for square, disc in zip((layer_files.HELD, layer_files.CONTESTED), frame.geometry, strict=True):
        old = " ".join(f"{x},{y},120" for x, y in square.exterior.coords)
        text = text.replace(old, " ".join(f"{x},{y},120" for x, y in disc.exterior.coords))
    return text.encode()


MAKERS: Mapping[str, Callable[[geopandas.GeoDataFrame], bytes]] = {
    "GeoJSON": layer_files.geojson,
    "KML": kml,
    "KMZ": lambda frame: layer_files.kmz(kml(frame)),
    "GeoPackage": layer_files.geopackage,
    "zipped Shapefile": layer_files.shapefile,
    "GeoParquet": layer_files.geoparquet,
}


def reading(frame: geopandas.GeoDataFrame) -> dict[str, tuple[float, float, float]]:
    """By format: MB, and processor seconds to read it here and by plain geopandas; medians."""
    out = {}
    for name, make in MAKERS.items():
        data = make(frame)

        def ours(data: bytes = data) -> object:
            return sources.read(data, f"layer {DAY}")

        def plain(data: bytes = data, name: str = name) -> object:
            if name == "GeoParquet":
                return geopandas.read_parquet(io.BytesIO(data))
            layers = list_layers(data)[:, 0] if name in ("KML", "KMZ") else [None]
            return [geopandas.read_file(io.BytesIO(data), layer=layer) for layer in layers]

        out[name] = (len(data) / 2**20, median_s(ours), median_s(plain))
    return out


def median_s(action: Callable[[], object]) -> float:
    """The median of some repeats in processor seconds, the first not counted."""
    times = []
    for _ in range(REPEATS + 1):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


def agreeing() -> tuple[float, list[float]]:
    """Seconds to sample three embedded records once, and to compare them on a day, each time."""
    known = {s: archive.load(geoparquet.geodata(f"{s}.parquet")).coverage for s in SOURCES}
    start = time.perf_counter()
    for coverage in known.values():
        _ = coverage.faces.at_points
    sampled = time.perf_counter() - start
    times = []
    for _ in range(25):
        start = time.perf_counter()
        compared = agreement.opinions(known, DAY)
        found = agreement.agree(compared)
        agreement.by_oblast(found), agreement.pairs(found), agreement.spread(compared)
        times.append(time.perf_counter() - start)
    return sampled, times


SOURCES = ("deepstate", "isw", "nzz")


def upload() -> tuple[float, list[float]]:
    """MB of a file, and seconds from its bytes to the map's payload and its figures."""
    frame = drawn(20_000)
    frame = drawn(int(20_000 * UPLOAD_MB * 2**20 / len(layer_files.geojson(frame))))
    data = layer_files.geojson(frame)
    known = {s: archive.load(geoparquet.geodata(f"{s}.parquet")).coverage for s in SOURCES}
    for coverage in known.values():
        _ = coverage.faces.at_points
    times = []
    for _ in range(3):
        start = time.perf_counter()
        shown(data, known)
        times.append(time.perf_counter() - start)
    return len(data) / 2**20, times


def shown(data: bytes, known: Mapping[str, Coverage]) -> int:
    """Read, measure, compare and draw a visitor's file, as the page does."""
    made = overlay.of(custom.ID, sources.read(data, f"layer {DAY}.geojson"))
    compared = agreement.opinions({**known, custom.ID: made}, DAY)
    found = agreement.agree(compared)
    agreement.by_oblast(found), agreement.pairs(found), agreement.patches(found, 6)
    outlines = agreement.outlines(found)
    features = {f"by-{k}": [maps.Feature(o, ())] for k, o in outlines.items()}
    features["own"] = own_layer.features(compared[-1])
    return len(json.dumps(maps.payload_json("x", features)))
