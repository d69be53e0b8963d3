"""The generalised record: our own measurement on our own grid, free of the sources' geometry.

Faces of the same oblast and the same record of ground are one group. A group keeps the exact sum of
its faces' areas as a figure, and is drawn by the cells of an equal-area grid (`EQUAL_AREA`: WGS84
Lambert azimuthal, centred on the region) whose centre falls in it, smoothed as a coverage.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.core.model import InputError, Polygons
from controlmap.geo import geodesy
from controlmap.record.coverage import Coverage, Faces
from controlmap.record.noding import Ints

ALLOWED_M = (100, 5000)
_DYADIC = 2**13
"""Smoothed coordinates lie on multiples of 2**-13 degree (14 m): they pack well, and stay ours."""


def generalise(coverage: Coverage, cell_m: int) -> Coverage:
    """The record with groups for faces, drawn by cells of `cell_m` metres.

    Areas (geodesic on WGS84, km2) are the exact sums of the faces'; lines are good to a cell.
    """
    check_size(cell_m)
    group, first = groups(coverage)
    counts = np.bincount(coverage.run_face, minlength=len(group))
    starts = np.r_[0, np.cumsum(counts)[:-1]]
    runs = np.concatenate([np.arange(starts[f], starts[f] + counts[f]) for f in first])
    return replace(
        coverage,
        faces=Faces(
            coverage.face_oblast[first],
            np.bincount(group, coverage.face_km2, len(first)).astype(np.float64),
            _smoothed_cells(coverage, group, len(first), cell_m),
        ),
        run_face=np.repeat(np.arange(len(first)), counts[first]),
        run_since=coverage.run_since[runs],
        run_ground=coverage.run_ground[runs],
        cell_m=cell_m,
    )


def check_size(cell_m: int | None) -> None:
    """Raise an InputError for a cell size that is not allowed; None is full detail."""
    if cell_m is not None and not ALLOWED_M[0] <= cell_m <= ALLOWED_M[1]:
        raise InputError(f"cells of {cell_m} m: allowed are {ALLOWED_M[0]} to {ALLOWED_M[1]} m")


def groups(coverage: Coverage) -> tuple[Ints, Ints]:
    """The group of each face, and the first face of each group.

    A group are the faces of an oblast that have the same runs; groups are in order of these.
    """
    starts = np.searchsorted(coverage.run_face, np.arange(len(coverage.face_km2) + 1))
    keys = [
        (
            int(coverage.face_oblast[face]),
            tuple(coverage.run_ground[a:b].tolist()),
            tuple(coverage.run_since[a:b].tolist()),
        )
        for face, (a, b) in enumerate(itertools.pairwise(starts))
    ]
    number = {key: n for n, key in enumerate(sorted(set(keys)))}
    group = np.array([number[key] for key in keys], dtype=np.int64)
    return group, np.unique(group, return_index=True)[1]


def _smoothed_cells(coverage: Coverage, group: Ints, groups: int, cell_m: int) -> Polygons:
    """The polygon of each group, or None where no cell's centre falls in it; shape (groups,)."""
    return outlined(*_raster(coverage, group, cell_m), cell_m, groups)


def outlined(raster: Ints, west: float, south: float, cell_m: int, count: int) -> Polygons:
    """The polygon of each number on a raster, smoothed as a coverage, in lon, lat; shape (count,).

    The raster has a rim of -1, which is nothing; its south-west corner, without the rim, is in
    metres of `EQUAL_AREA`. A number that is not on it has None.
    """
    edges = shapely.linestrings(_cell_edges(raster) * cell_m + [west, south])
    polygons = shapely.get_parts(shapely.polygonize(np.asarray(edges, dtype=object)))
    inner = shapely.get_coordinates(shapely.point_on_surface(polygons))
    column = ((inner[:, 0] - west) // cell_m).astype(np.int64) + 1
    row = ((inner[:, 1] - south) // cell_m).astype(np.int64) + 1
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


def _raster(coverage: Coverage, group: Ints, cell_m: int) -> tuple[Ints, float, float]:
    """The group at each cell's centre, -1 outside, with a rim of -1; and the south-west corner."""
    flat = geodesy.to_equal_area(coverage.face_geometry)
    west, south, east, north = (
        np.floor(v / cell_m) * cell_m for v in np.asarray(shapely.total_bounds(flat))
    )
    columns = int((east - west) / cell_m) + 1
    rows = int((north - south) / cell_m) + 1
    x = west + (np.arange(columns) + 0.5) * cell_m
    y = south + (np.arange(rows) + 0.5) * cell_m
    raster = np.full((rows, columns), -1, dtype=np.int64)
    bounds = shapely.bounds(flat)
    left, right = np.searchsorted(x, bounds[:, 0]), np.searchsorted(x, bounds[:, 2])
    below, above = np.searchsorted(y, bounds[:, 1]), np.searchsorted(y, bounds[:, 3])
    for face in np.flatnonzero((left < right) & (below < above)):
        window = slice(below[face], above[face]), slice(left[face], right[face])
        shapely.prepare(flat[face])
        inside = shapely.contains_xy(flat[face], *np.meshgrid(x[window[1]], y[window[0]]))
        raster[window][inside] = group[face]
    return np.pad(raster, 1, constant_values=-1), float(west), float(south)


def _cell_edges(raster: Ints) -> NDArray[np.float64]:
    """The unit edges between cells of different groups; shape (edges, 2, 2), in cells."""
    row, column = np.nonzero(raster[1:-1, 1:] != raster[1:-1, :-1])
    upright = np.stack([np.stack([column, row], 1), np.stack([column, row + 1], 1)], 1)
    row, column = np.nonzero(raster[1:, 1:-1] != raster[:-1, 1:-1])
    level = np.stack([np.stack([column, row], 1), np.stack([column + 1, row], 1)], 1)
    return np.concatenate([upright, level]).astype(float)
