"""One grid of points over the four oblasts, the same for every record: what face each lies in.

Records cut the ground into different faces; on the grid they can be laid over each other in
milliseconds. Points are the centres of the cells of `geodesy.EQUAL_AREA`, `CELL_M` apart, so that
each stands for the same area. Knows nothing of records, statuses or days.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.core.model import Polygons
from controlmap.geo import geodesy, oblasts
from controlmap.geo.geodesy import array_of
from controlmap.record.noding import Ints

CELL_M = 250
OUTSIDE = -1


@dataclass(frozen=True)
class Grid:
    """The grid over a region: its south-west corner in metres of `EQUAL_AREA`, and its shape."""

    west: float
    south: float
    rows: int
    columns: int

    @classmethod
    def over(cls, flat: Polygons) -> Grid:
        """The grid that covers geometries in metres; its lines are multiples of `CELL_M`."""
        west, south, east, north = np.asarray(shapely.total_bounds(flat)) / CELL_M
        low, high = np.floor([west, south]), np.ceil([east, north])
        columns, rows = (high - low).astype(int)
        return cls(float(low[0]) * CELL_M, float(low[1]) * CELL_M, int(rows), int(columns))

    def numbers(self, flat: Polygons) -> Ints:
        """For each point the number of the polygon that it lies in; shape (rows, columns).

        The polygons, in metres, are disjoint but for the rounding of edges that they share, and
        None among them has no point; `OUTSIDE` is what lies in none. Method: a row of points meets
        each polygon's edges from west to east; it enters at one that runs south (outlines
        counter-clockwise), leaves at one that runs north, and the points between are its own.
        """
        row, x, number, enters = self._met(flat)
        column = np.clip(np.ceil((x - self.west) / CELL_M - 0.5), 0, self.columns).astype(np.int64)
        order = np.lexsort((x, number, row))
        begin, end = order[enters[order]], order[~enters[order]]  # of each polygon pair by pair
        length = np.maximum(column[end] - column[begin], 0)
        start = np.repeat(row[begin] * self.columns + column[begin], length)
        step = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        flat_out = np.full(self.rows * self.columns, OUTSIDE, dtype=np.int64)
        flat_out[start + step] = np.repeat(number[begin], length)
        return flat_out.reshape(self.rows, self.columns)

    def _met(self, flat: Polygons) -> tuple[Ints, NDArray[np.float64], Ints, NDArray[np.bool_]]:
        """Where rows of points meet edges: row, x in metres, polygon, whether it is entered."""
        parts, owner = shapely.get_parts(shapely.orient_polygons(flat), return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1]
        start, end = xy[:-1][joined], xy[1:][joined]
        number, enters = owner[part[ring[1:][joined]]], start[:, 1] > end[:, 1]
        # An edge of two polygons is measured from its lower end in both, so that x is the same.
        up = start[:, 1] <= end[:, 1]
        low, high = np.where(up[:, None], start, end), np.where(up[:, None], end, start)
        first = np.ceil((low[:, 1] - self.south) / CELL_M - 0.5).astype(np.int64)
        after = np.ceil((high[:, 1] - self.south) / CELL_M - 0.5).astype(np.int64)
        first, after = np.clip(first, 0, self.rows), np.clip(after, 0, self.rows)
        count = after - first
        edge = np.repeat(np.arange(len(count)), count)
        row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[edge]
        y = self.south + (row + 0.5) * CELL_M
        rise = (y - low[edge, 1]) / (high[edge, 1] - low[edge, 1])
        return row, low[edge, 0] + rise * (high[edge, 0] - low[edge, 0]), number[edge], enters[edge]


@lru_cache(maxsize=1)
def grid() -> Grid:
    """The grid over the four oblasts."""
    return Grid.over(_frames())


@dataclass(frozen=True)
class Points:
    """The points of `grid` that lie in the oblasts; arrays of shape (points,).

    `place` is the number of a point in the grid, row by row; `oblast` is that of its oblast.
    """

    place: Ints
    oblast: Ints


@lru_cache(maxsize=1)
def points() -> Points:
    """The points that lie in the four oblasts."""
    oblast = grid().numbers(_frames()).ravel()
    place = np.flatnonzero(oblast != OUTSIDE)
    return Points(place, oblast[place])


def sampled(flat: Polygons) -> NDArray[np.int32]:
    """The polygon, in metres, that each of `points` lies in, `OUTSIDE` for none."""
    return grid().numbers(flat).ravel()[points().place].astype(np.int32)


def raster(values: Ints) -> Ints:
    """Values of `points` on the grid, `OUTSIDE` elsewhere; shape (rows, columns)."""
    whole = np.full(grid().rows * grid().columns, OUTSIDE, dtype=np.int64)
    whole[points().place] = values
    return whole.reshape(grid().rows, grid().columns)


def _frames() -> Polygons:
    return geodesy.to_equal_area(array_of(o.polygon for o in oblasts.load()))
