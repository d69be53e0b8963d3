"""Points of an equal-area grid, and which polygon each lies in. Knows nothing of records or days.

Points are the centres of square cells of `geodesy.EQUAL_AREA`, so that each stands for the same
area.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.core.model import Polygons
from controlmap.record.noding import Ints

OUTSIDE = -1


@dataclass(frozen=True)
class Grid:
    """The grid over a region: its south-west corner in metres of `EQUAL_AREA`, and its shape."""

    cell_m: int
    west: float
    south: float
    rows: int
    columns: int

    @classmethod
    def over(cls, flat: Polygons, cell_m: int) -> Grid:
        """Return the grid that covers geometries in metres; its lines are multiples of `cell_m`."""
        west, south, east, north = np.asarray(shapely.total_bounds(flat)) / cell_m
        low, high = np.floor([west, south]), np.ceil([east, north])
        columns, rows = (high - low).astype(int)
        return cls(cell_m, float(low[0]) * cell_m, float(low[1]) * cell_m, int(rows), int(columns))

    def numbers(self, flat: Polygons) -> Ints:
        """Return for each point the number of the polygon that it lies in; shape (rows, columns).

        The polygons, in metres, are disjoint but for the rounding of edges that they share, and
        None among them has no point; `OUTSIDE` is what lies in none. Method: a row of points meets
        each polygon's edges from west to east; it enters at one that runs south (outlines
        counter-clockwise), leaves at one that runs north, and the points between are inside.
        """
        row, x, number, enters = self._crossings(flat)
        column = np.clip(np.ceil((x - self.west) / self.cell_m - 0.5), 0, self.columns)
        column = column.astype(np.int64)
        order = np.lexsort((x, number, row))
        begin, end = order[enters[order]], order[~enters[order]]  # of each polygon pair by pair
        length = np.maximum(column[end] - column[begin], 0)
        start = np.repeat(row[begin] * self.columns + column[begin], length)
        step = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        out = np.full(self.rows * self.columns, OUTSIDE, dtype=np.int64)
        out[start + step] = np.repeat(number[begin], length)
        return out.reshape(self.rows, self.columns)

    def _crossings(
        self, flat: Polygons
    ) -> tuple[Ints, NDArray[np.float64], Ints, NDArray[np.bool_]]:
        """Return where rows of points meet edges: row, x in metres, polygon, whether entered."""
        parts, owner = shapely.get_parts(shapely.orient_polygons(flat), return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1]
        start, end = xy[:-1][joined], xy[1:][joined]
        number, enters = owner[part[ring[1:][joined]]], start[:, 1] > end[:, 1]
        # An edge of two polygons is measured from its lower end in both, so that x is the same.
        up = start[:, 1] <= end[:, 1]
        low, high = np.where(up[:, None], start, end), np.where(up[:, None], end, start)
        first, after = (
            np.clip(np.ceil((y - self.south) / self.cell_m - 0.5).astype(np.int64), 0, self.rows)
            for y in (low[:, 1], high[:, 1])
        )
        count = after - first
        edge = np.repeat(np.arange(len(count)), count)
        row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[edge]
        y = self.south + (row + 0.5) * self.cell_m
        rise = (y - low[edge, 1]) / (high[edge, 1] - low[edge, 1])
        return row, low[edge, 0] + rise * (high[edge, 0] - low[edge, 0]), number[edge], enters[edge]
