"""Faces out of lines: what the snapshots drew cuts the oblasts into faces, each with its runs.

Polygons come here once each, their edges are kept once each, and only these are noded; a face is
classified by an interior point. Knows nothing of records, dates or files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap import geodesy
from controlmap.drawings import Layers
from controlmap.geodesy import GRID_PER_DEGREE, array_of
from controlmap.model import PRECEDENCE, Polygons
from controlmap.oblasts import Oblast

Ints = NDArray[np.int64]
Grounds = NDArray[np.int8]
"""The kind of ground of every face in a snapshot; shape (faces,)."""
_LAT_BITS = 26
_LAT_MASK = 2**_LAT_BITS - 1
_MIX = np.uint64(0x9E3779B97F4A7C15)  # an odd number without pattern: 2**64 over the golden ratio


@dataclass(frozen=True)
class Frames:
    """The oblasts on the grid, and all of them as one prepared geometry."""

    each: Polygons
    region: BaseGeometry

    @classmethod
    def of(cls, oblasts: tuple[Oblast, ...]) -> Frames:
        """Of these oblasts."""
        each = geodesy.snap(array_of(o.polygon for o in oblasts))
        region = shapely.coverage_union_all(each)
        shapely.prepare(region)
        shapely.prepare(each)
        return cls(each, region)

    def owners(self, points: NDArray[np.float64]) -> Ints:
        """The oblast of each point, -1 outside of all; shape (points,)."""
        owner = np.full(len(points), -1, dtype=np.int64)
        for number, frame in enumerate(self.each):
            owner[shapely.contains_xy(frame, points)] = number
        return owner

    def crossed_by(self, polygons: Polygons) -> Edges:
        """The edges of polygons that meet the oblasts."""
        edges = edges_of(polygons).within(self.region.bounds)
        return edges.where(shapely.intersects(self.region, edges.lines))


@dataclass(frozen=True)
class Edges:
    """Distinct edges between points of the grid, in order; `start` is west or south of `end`.

    A point is one number, so that points sort by longitude, then latitude; shapes (edges,).
    """

    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.start)

    @property
    def lines(self) -> Polygons:
        """The edges as shapely LineStrings, lon, lat."""
        ends = np.stack([places_of(self.start), places_of(self.end)], axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=object)

    def boxes(self, margin: float) -> Polygons:
        """The bounds of each edge and a margin around them, in degrees, as shapely Polygons."""
        ends = np.stack([places_of(self.start), places_of(self.end)])
        low, high = ends.min(axis=0) - margin, ends.max(axis=0) + margin
        return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]), dtype=object)

    def where(self, chosen: NDArray[np.bool_]) -> Edges:
        """A selection of them."""
        return Edges(self.start[chosen], self.end[chosen])

    def within(self, bounds: tuple[float, float, float, float]) -> Edges:
        """Those whose own bounds meet these, in degrees."""
        west, south, east, north = (np.array(bounds) * GRID_PER_DEGREE).tolist()
        start_lat, end_lat = self.start & _LAT_MASK, self.end & _LAT_MASK
        return self.where(
            (self.end >> _LAT_BITS >= west)
            & (self.start >> _LAT_BITS <= east)
            & (np.maximum(start_lat, end_lat) >= south)
            & (np.minimum(start_lat, end_lat) <= north)
        )


def units_of(points: Ints) -> Ints:
    """Longitude and latitude of points of the grid in its steps; shape (points, 2)."""
    return np.stack([points >> _LAT_BITS, points & _LAT_MASK], axis=1)


def places_of(points: Ints) -> NDArray[np.float64]:
    """Longitude and latitude of points of the grid in degrees; shape (points, 2)."""
    return units_of(points) / GRID_PER_DEGREE


def edges_of(polygons: Polygons) -> Edges:
    """The distinct edges of polygons whose corners lie on the grid, east of 0 and north of 0."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    units = np.rint(coords * GRID_PER_DEGREE).astype(np.int64)
    points = (units[:, 0] << _LAT_BITS) | units[:, 1]
    step = (ring[1:] == ring[:-1]) & (points[1:] != points[:-1])
    one, other = points[:-1][step], points[1:][step]
    start, end = np.minimum(one, other), np.maximum(one, other)
    # A day's edges are nearly all the day before's. One sort by a mixture of both ends brings the
    # same ones together; should different ones share it, some are kept twice, until the last sort.
    mixed = start.view(np.uint64) * _MIX + end.view(np.uint64)
    order = np.argsort(mixed, kind="stable")  # faster here than an unstable one
    kept = order[_first_of_each(start[order], end[order])]
    start, end = start[kept], end[kept]
    order = np.lexsort((end, start))
    start, end = start[order], end[order]
    return Edges(start, end).where(_first_of_each(start, end))


def _first_of_each(start: Ints, end: Ints) -> NDArray[np.bool_]:
    new = np.ones(len(start), dtype=bool)
    new[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    return new


def faces_of(polygons: Polygons, frames: Frames) -> tuple[Polygons, Ints]:
    """The faces that the polygons' edges cut the oblasts into, and the oblast of each."""
    borders = edges_of(frames.each)
    faces = polygonised([frames.crossed_by(polygons), borders])
    points = interior_points(faces)
    owner = frames.owners(points)
    order = in_order(owner, points)
    order = order[owner[order] >= 0]
    return faces[order], owner[order]


def polygonised(edges: Iterable[Edges]) -> Polygons:
    """The polygons between edges, noded on the grid and normalised."""
    lines = np.concatenate([e.lines for e in edges])
    net = shapely.union_all(lines, grid_size=1 / GRID_PER_DEGREE)
    return shapely.normalize(shapely.get_parts(shapely.polygonize(shapely.get_parts(net))))


def interior_points(faces: Polygons) -> NDArray[np.float64]:
    """A point inside of each face; shape (faces, 2), lon, lat."""
    return shapely.get_coordinates(shapely.point_on_surface(faces))


def in_order(owner: Ints, points: NDArray[np.float64]) -> Ints:
    """The order that faces stand in: by oblast, then by their interior points, eastward."""
    return np.lexsort((points[:, 1], points[:, 0], owner))


def grounds_of(
    points: NDArray[np.float64], polygons: Polygons, layers: Layers
) -> Iterator[Grounds]:
    """What every face is in one snapshot after another, by its interior point."""
    within = inside(points, polygons)
    for drawn in layers:
        ground = np.zeros(len(points), dtype=np.int8)
        for kind in reversed(PRECEDENCE):
            for number in drawn.get(kind, ()):
                ground[within[number]] = kind
        yield ground


def runs_of(grounds: Iterable[Grounds]) -> tuple[Ints, Ints, Ints]:
    """The runs of ground of every face over the snapshots: face, since, ground."""
    faces, numbers, kinds = [], [], []
    before: Grounds | None = None
    for index, ground in enumerate(grounds):
        changed = np.arange(len(ground)) if before is None else np.flatnonzero(ground != before)
        faces.append(changed)
        numbers.append(np.full(len(changed), index))
        kinds.append(ground[changed])
        before = ground.copy()
    face, since = np.concatenate(faces), np.concatenate(numbers)
    order = np.argsort(face, kind="stable")  # they are in order of time
    return face[order], since[order], np.concatenate(kinds)[order].astype(np.int64)


def inside(points: NDArray[np.float64], polygons: Polygons) -> list[Ints]:
    """For each polygon, the numbers of the points that it contains."""
    eastward = np.argsort(points[:, 0], kind="stable")
    sorted_lon = points[eastward, 0]
    bounds = shapely.bounds(polygons)
    first = np.searchsorted(sorted_lon, bounds[:, 0], "left")
    last = np.searchsorted(sorted_lon, bounds[:, 2], "right")
    contained = []
    for number, polygon in enumerate(polygons):
        near = eastward[first[number] : last[number]]
        lat = points[near, 1]
        near = near[(lat >= bounds[number, 1]) & (lat <= bounds[number, 3])]
        shapely.prepare(polygon)
        contained.append(near[shapely.contains_xy(polygon, points[near])])
    return contained
