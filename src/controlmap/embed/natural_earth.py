"""The land around: Ukraine as Minregion draws it, and its neighbours out of Natural Earth's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap.core import geoparquet
from controlmap.core.model import Polygons, Provenance
from controlmap.core.version import __version__
from controlmap.geo.geodesy import areas_km2, array_of, polygons_of, to_equal_area, to_lonlat
from controlmap.geo.land import Land
from controlmap.geo.oblasts import CREDIT, CREDIT_URL

Frame = tuple[float, float, float, float]
FRAME: Frame = (26.0, 42.5, 46.0, 54.0)
"""West, south, east, north in degrees of the map's land: the four oblasts and generously round."""
GENERALISED_M = 400
GRID_DEGREES = 2.0**-13
"""Coordinates are multiples of this (about 14 m north): short in binary, so that they pack well."""
LEAST_PART_KM2 = 0.5
"""Islands and splinters below this area are left out."""
_GAP_M = 8000
"""Where Natural Earth draws Ukraine's border this far inside of Minregion's, neighbours fill it."""


def lands_of(
    archive: Path, ukraine_polygon: BaseGeometry, frame: Frame = FRAME
) -> tuple[Land, ...]:
    """Return Ukraine as that polygon, and what Natural Earth draws round it, within a frame.

    `archive` is Natural Earth's zipped shapefile of countries.

    Method: both are generalised to `GENERALISED_M`; a neighbour gives up what lies in Ukraine, and
    takes the gaps up to `_GAP_M` wide between the two borders (what Natural Earth calls Ukraine and
    Minregion does not), so that faces neither overlap nor gape.
    """
    window = shapely.box(*frame)
    ukraine = _on_grid(_generalised(array_of([ukraine_polygon]))[0]).intersection(window)
    codes, names, shapes = _countries(archive, frame)
    its_view = shapes[codes.index("UA")]
    taken = _whole(ukraine)
    lands = [Land("UA", "Ukraine", taken)]
    for code, name, shape in sorted(zip(codes, names, shapes, strict=True), key=lambda c: c[1]):
        if code == "UA":
            continue
        grown = shapely.union_all([shape, *_gaps(shape, its_view.difference(taken))])
        inside = shapely.MultiPolygon(polygons_of(grown.intersection(window)))
        polygon = _whole(shapely.difference(inside, taken, grid_size=GRID_DEGREES))
        taken = shapely.union(taken, polygon, grid_size=GRID_DEGREES)
        lands.append(Land(code, name, polygon))
    return tuple(lands)


def _countries(archive: Path, frame: Frame) -> tuple[list[str], list[str], Polygons]:
    import geopandas

    table = geopandas.read_file(f"zip://{archive}", bbox=frame)
    # A margin keeps the generalised frame edge outside of the frame.
    west, south, east, north = frame
    wide = shapely.box(west - 1, south - 1, east + 1, north + 1)
    shapes = _generalised(array_of(shapely.intersection(table.geometry.to_numpy(), wide)))
    return list(table["ISO_A2_EH"]), list(table["ADMIN"]), shapes


def _gaps(neighbour: BaseGeometry, unclaimed: BaseGeometry) -> list[shapely.Polygon]:
    near = to_lonlat(shapely.buffer(to_equal_area(neighbour), _GAP_M))
    pieces = polygons_of(near.intersection(unclaimed))
    # Across a strait, what is unclaimed is a splinter of the coast of Crimea, not of a border.
    return [piece for piece in pieces if shapely.dwithin(piece, neighbour, GRID_DEGREES)]


def _generalised(polygons: Polygons) -> Polygons:
    flat = to_equal_area(array_of(_whole(polygon) for polygon in polygons))
    # Points a hair apart cross over in the projection, and the simplification refuses them.
    flat = shapely.set_precision(flat, 1.0)
    return np.asarray(to_lonlat(shapely.coverage_simplify(flat, GENERALISED_M)), dtype=object)


def _on_grid(polygon: BaseGeometry) -> BaseGeometry:
    return shapely.set_precision(polygon, GRID_DEGREES)


def _whole(polygon: BaseGeometry) -> BaseGeometry:
    parts = array_of(polygons_of(polygon))
    large = parts[areas_km2(parts) >= LEAST_PART_KM2]
    return shapely.normalize(shapely.MultiPolygon(list(large)))


def write(path: Path, lands: tuple[Land, ...], sources: Sequence[Mapping[str, Any]]) -> None:
    """Write the embedded file; `sources` are the inputs' names, hashes and sizes."""
    table = pa.table({"code": [x.code for x in lands], "name": [x.name for x in lands]})
    polygons = array_of(x.polygon for x in lands)
    provenance = Provenance(
        title="Land of Ukraine and its neighbours round the four oblasts, for context",
        credit=f"{CREDIT}; Natural Earth",
        terms="Ukraine's outline: CC BY-SA, naming © Мінрегіон in the corner of electronic maps, "
        "under the same licence; neighbours: public domain",
        url=CREDIT_URL,
        method=f"Ukraine: union of Minregion's oblasts. Neighbours: Natural Earth 1:10m admin-0 "
        f"(https://www.naturalearthdata.com), less Ukraine, and with the gaps up to {_GAP_M} m "
        f"between the two borders. Generalised to {GENERALISED_M} m (shapely.coverage_simplify), "
        f"parts below {LEAST_PART_KM2:g} km2 left out. Not for measuring.",
        version=__version__,
        inputs=tuple(sources),
        figures={
            "frame_degrees": list(FRAME),
            "points": {x.code: int(shapely.get_num_coordinates(x.polygon)) for x in lands},
            "least_part_km2": LEAST_PART_KM2,
        },
    )
    geoparquet.write(path, "land", table, polygons, provenance)
