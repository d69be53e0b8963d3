"""One grid of points over the four oblasts, the same for every record: what face each lies in.

Records cut the ground into different faces; on the grid they can be laid over each other in
milliseconds. Knows nothing of records, statuses or days.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.core.model import Polygons
from controlmap.geo import geodesy, oblasts, water
from controlmap.geo.geodesy import array_of
from controlmap.record.grid import OUTSIDE, Grid
from controlmap.record.noding import Ints

CELL_M = 250


@lru_cache(maxsize=1)
def grid() -> Grid:
    """Return the grid over the four oblasts."""
    return Grid.over(_outlines(), CELL_M)


@dataclass(frozen=True)
class Points:
    """The points of `grid` that lie in the oblasts; arrays of shape (points,).

    `place` is the number of a point in the grid, row by row; `oblast` is that of its oblast.
    """

    place: Ints
    oblast: Ints


@lru_cache(maxsize=1)
def points() -> Points:
    """Return the points that lie in the four oblasts."""
    oblast = grid().numbers(_outlines()).ravel()
    place = np.flatnonzero(oblast != OUTSIDE)
    return Points(place, oblast[place])


@lru_cache(maxsize=1)
def on_land() -> NDArray[np.bool_]:
    """Return which of `points` lie in no lake or reservoir; shape (points,)."""
    return numbers_at_points(geodesy.to_equal_area(array_of(w.polygon for w in water.load()))) < 0


def located(numbers: Ints) -> Polygons:
    """Return some of `points`, by their numbers, as shapely Points in metres."""
    row, column = np.divmod(points().place[numbers], grid().columns)
    x, y = grid().west + (column + 0.5) * CELL_M, grid().south + (row + 0.5) * CELL_M
    return np.asarray(shapely.points(x, y), dtype=object)


def numbers_at_points(flat: Polygons) -> NDArray[np.int32]:
    """Return the polygon, in metres, that each of `points` lies in, `OUTSIDE` for none."""
    return grid().numbers(flat).ravel()[points().place].astype(np.int32)


def raster(values: Ints) -> Ints:
    """Return values of `points` on the grid, `OUTSIDE` elsewhere; shape (rows, columns)."""
    whole = np.full((grid().rows, grid().columns), OUTSIDE, dtype=np.int64)
    whole.flat[points().place] = values
    return whole


def _outlines() -> Polygons:
    return geodesy.to_equal_area(array_of(o.polygon for o in oblasts.load()))
