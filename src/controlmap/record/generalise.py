"""The generalised record: our own measurement on our own grid, free of the sources' geometry.

Faces of the same oblast and the same runs are one group. A group keeps the exact sum of its faces'
areas as a figure, and is shown by the cells of an equal-area grid (`EQUAL_AREA`: WGS84 Lambert
azimuthal, centred on the region) whose centre falls in it, smoothed as a coverage.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.core.model import InputError, Polygons
from controlmap.geo import geodesy, places
from controlmap.record.coverage import Coverage, Faces
from controlmap.record.grid import OUTSIDE, Grid
from controlmap.record.noding import Ints

ALLOWED_M = (100, 5000)
_DYADIC = 2**13
"""Smoothed coordinates lie on multiples of 2**-13 degree (14 m): they pack well, and stay ours."""


def generalise(coverage: Coverage, cell_m: int) -> Coverage:
    """Return the record with groups for faces, shown by cells of `cell_m` metres.

    Areas (geodesic on WGS84, km2) and the water in them are the exact sums of the faces'; lines are
    good to a cell.
    """
    check_size(cell_m)
    group, first = groups(coverage)
    grid = Grid.over(coverage.faces.flat, cell_m)
    raster = np.append(group, OUTSIDE)[grid.numbers(coverage.faces.flat)]
    faces = Faces(
        coverage.face_oblast[first],
        np.bincount(group, coverage.face_km2, len(first)).astype(np.float64),
        polygons_of_cells(
            np.pad(raster, 1, constant_values=OUTSIDE), (grid.west, grid.south), cell_m, len(first)
        ),
        np.bincount(group, coverage.faces.water_km2, len(first)).astype(np.float64),
    )
    return replace(
        coverage.with_faces(faces, first), cell_m=cell_m, settlements=_settlements(coverage, group)
    )


def check_size(cell_m: int | None) -> None:
    """Raise an InputError for a cell size that is not allowed; None is full detail."""
    if cell_m is not None and not ALLOWED_M[0] <= cell_m <= ALLOWED_M[1]:
        raise InputError("cells of {cell_m} m: allowed are {least} to {most} m", cell_m, *ALLOWED_M)


def groups(coverage: Coverage) -> tuple[Ints, Ints]:
    """Return the group of each face, and the first face of each group.

    A group are the faces of an oblast that have the same runs; groups are in order of these.
    """
    keys = [
        (oblast, tuple(coverage.run_ground[a:b].tolist()), tuple(coverage.run_since[a:b].tolist()))
        for oblast, (a, b) in zip(
            coverage.face_oblast.tolist(), itertools.pairwise(coverage.face_runs), strict=True
        )
    ]
    number = {key: n for n, key in enumerate(sorted(set(keys)))}
    group = np.array([number[key] for key in keys], dtype=np.int64)
    return group, np.unique(group, return_index=True)[1]


def _settlements(coverage: Coverage, group: Ints) -> dict[tuple[float, float], int]:
    """Return the group that each settlement's exact face is in: a cell beside it may be another."""
    at = [(place.lon, place.lat) for place in places.load()]
    tree = shapely.STRtree(coverage.face_geometry)
    nearest = tree.nearest(shapely.points(at))
    return dict(zip(at, group[nearest].tolist(), strict=True))


def polygons_of_cells(
    raster: Ints, corner: tuple[float, float], cell_m: int, count: int
) -> Polygons:
    """Return the polygon of each number on a raster, smoothed, in lon, lat; shape (count,).

    The raster has a rim of `OUTSIDE`; the south-west corner of the cells within is in metres of
    `EQUAL_AREA`. Polygons are smoothed as a coverage; a number that is not on the raster has None.
    """
    edges = shapely.linestrings(_cell_edges(raster) * cell_m + np.array(corner))
    polygons = shapely.get_parts(shapely.polygonize(np.asarray(edges, dtype=object)))
    inner = shapely.get_coordinates(shapely.point_on_surface(polygons))
    column, row = ((inner - np.array(corner)) // cell_m).astype(np.int64).T + 1
    owner = raster[row, column]
    polygons, owner = polygons[owner >= 0], owner[owner >= 0]
    smooth = geodesy.to_lonlat(shapely.coverage_simplify(polygons, cell_m))
    smooth = shapely.transform(smooth, lambda xy: np.rint(xy * _DYADIC) / _DYADIC)
    smooth = shapely.normalize(shapely.make_valid(smooth))
    out = np.full(count, None, dtype=object)
    for number in np.unique(owner):
        parts = smooth[owner == number]
        out[number] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return out


def _cell_edges(raster: Ints) -> NDArray[np.float64]:
    """Return the unit edges between cells of different groups; shape (edges, 2, 2), in cells."""
    row, column = np.nonzero(raster[1:-1, 1:] != raster[1:-1, :-1])
    upright = np.stack([np.stack([column, row], 1), np.stack([column, row + 1], 1)], 1)
    row, column = np.nonzero(raster[1:, 1:-1] != raster[:-1, 1:-1])
    level = np.stack([np.stack([column, row], 1), np.stack([column + 1, row], 1)], 1)
    return np.concatenate([upright, level]).astype(float)
