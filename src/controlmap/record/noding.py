"""Faces out of lines: the lines of all snapshots cut the oblasts into faces, each with its runs.

Polygons come here once each, their edges are kept once each, and only these are noded; a face is
classified by an interior point. Knows nothing of records, dates or files.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.core.model import PRECEDENCE, Polygons
from controlmap.geo import geodesy
from controlmap.geo.geodesy import GRID_PER_DEGREE, array_of
from controlmap.geo.oblasts import Oblast
from controlmap.record.drawings import Layers

Ints = NDArray[np.int64]
Grounds = NDArray[np.int8]
"""The kind of ground of every face in a snapshot; shape (faces,)."""
_LAT_BITS = 26
_LAT_MASK = 2**_LAT_BITS - 1
_BLOCK_EDGES = 2**16
_MIX = np.uint64(0x9E3779B97F4A7C15)  # an odd number without pattern: 2**64 over the golden ratio


@dataclass(frozen=True)
class Frames:
    """The oblasts on the grid, and all of them as one prepared geometry."""

    each: Polygons
    region: BaseGeometry

    @classmethod
    def of(cls, oblasts: tuple[Oblast, ...]) -> Frames:
        """Snap the oblasts to the grid."""
        each = geodesy.snap(array_of(o.polygon for o in oblasts))
        region = shapely.coverage_union_all(each)
        shapely.prepare(region)
        shapely.prepare(each)
        return cls(each, region)

    def owners(self, points: NDArray[np.float64]) -> Ints:
        """Return the oblast of each point, -1 outside of all; shape (points,)."""
        owner = np.full(len(points), -1, dtype=np.int64)
        for number, frame in enumerate(self.each):
            owner[shapely.contains_xy(frame, points)] = number
        return owner

    def crossed_by(self, edges: Edges) -> Edges:
        """Return the edges that meet the oblasts."""
        edges = edges.within(self.region.bounds)
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
        """Return the bounds of each edge with a margin in degrees, as shapely Polygons."""
        ends = np.stack([places_of(self.start), places_of(self.end)])
        low, high = ends.min(axis=0) - margin, ends.max(axis=0) + margin
        return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]), dtype=object)

    def where(self, selected: NDArray[np.bool_]) -> Edges:
        """Return a selection of them."""
        return Edges(self.start[selected], self.end[selected])

    def within(self, bounds: tuple[float, float, float, float]) -> Edges:
        """Return those whose bounds meet these, in degrees."""
        west, south, east, north = (np.array(bounds) * GRID_PER_DEGREE).tolist()
        start_lat, end_lat = self.start & _LAT_MASK, self.end & _LAT_MASK
        return self.where(
            (self.end >> _LAT_BITS >= west)
            & (self.start >> _LAT_BITS <= east)
            & (np.maximum(start_lat, end_lat) >= south)
            & (np.minimum(start_lat, end_lat) <= north)
        )


def units_of(points: Ints) -> Ints:
    """Return longitude and latitude of points of the grid in its steps; shape (points, 2)."""
    return np.stack([points >> _LAT_BITS, points & _LAT_MASK], axis=1)


def places_of(points: Ints) -> NDArray[np.float64]:
    """Return longitude and latitude of points of the grid in degrees; shape (points, 2)."""
    return units_of(points) / GRID_PER_DEGREE


def edges_of(polygons: Polygons) -> Edges:
    """Return the distinct edges of polygons whose corners lie on the grid, east and north of 0."""
    return Outlines.of(polygons).edges


@dataclass(frozen=True)
class Outlines:
    """The distinct edges of polygons, and which of them each polygon has.

    Attributes
    ----------
    edges
        Distinct edges, in order.
    number, polygon
        Each of shape (all edges of all polygons,), in order of the polygons: the number of the
        edge among the distinct ones, and that of the polygon.
    """

    edges: Edges
    number: Ints
    polygon: Ints

    @classmethod
    def of(cls, polygons: Polygons) -> Outlines:
        """Take the outlines of polygons or multipolygons whose corners lie on the grid.

        Edges are sorted out in blocks that fit a processor's cache, then those of all blocks.
        """
        block = np.cumsum(shapely.get_num_coordinates(polygons)) // _BLOCK_EDGES
        starts = np.flatnonzero(np.r_[True, block[1:] != block[:-1], True])
        blocks = [cls._of_block(polygons[a:b], a) for a, b in itertools.pairwise(starts.tolist())]
        counts = [len(some.edges) for some in blocks]
        edges, number = _sorted_out(_joined([some.edges for some in blocks]))
        numbers = np.split(number, np.cumsum(counts)[:-1])
        return cls(
            edges,
            np.concatenate([n[some.number] for n, some in zip(numbers, blocks, strict=True)]),
            np.concatenate([some.polygon for some in blocks]),
        )

    @classmethod
    def _of_block(cls, polygons: Polygons, first_polygon: int) -> Outlines:
        parts, owner = shapely.get_parts(polygons, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        coords, ring = shapely.get_coordinates(rings, return_index=True)
        units = np.rint(coords * GRID_PER_DEGREE).astype(np.int64)
        points = (units[:, 0] << _LAT_BITS) | units[:, 1]
        step = (ring[1:] == ring[:-1]) & (points[1:] != points[:-1])
        one, other = points[:-1][step], points[1:][step]
        start, end = np.minimum(one, other), np.maximum(one, other)
        # A day's edges are nearly all the day before's. One sort by a mixture of both ends brings
        # the same ones together; should different ones share it, the few left are sorted out.
        mixed = start.view(np.uint64) * _MIX + end.view(np.uint64)
        order = np.argsort(mixed, kind="stable")  # faster here than an unstable one
        first = _first_of_each(start[order], end[order])
        edges, renumbered = _sorted_out(Edges(start[order[first]], end[order[first]]))
        number = np.empty(len(start), dtype=np.int64)
        number[order] = renumbered[np.cumsum(first) - 1]
        return cls(edges, number, first_polygon + owner[part[ring[:-1][step]]])

    def each(self, polygons: int) -> list[Ints]:
        """Return the edges that bound each polygon: those it has an odd number of times."""
        ends = np.searchsorted(self.polygon, np.arange(polygons + 1))
        return [_odd(self.number[a:b]) for a, b in itertools.pairwise(ends)]


def _sorted_out(edges: Edges) -> tuple[Edges, Ints]:
    """Return distinct edges in order, and the number among them of each one given."""
    order = np.lexsort((edges.end, edges.start))
    start, end = edges.start[order], edges.end[order]
    first = _first_of_each(start, end)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(first) - 1
    return Edges(start[first], end[first]), number


def _joined(edges: Sequence[Edges]) -> Edges:
    return Edges(np.concatenate([e.start for e in edges]), np.concatenate([e.end for e in edges]))


def among(edges: Edges, others: Edges) -> NDArray[np.bool_]:
    """Return which edges are among others; shape (edges,)."""
    distinct, number = _sorted_out(_joined([others, edges]))
    known = np.zeros(len(distinct), dtype=bool)
    known[number[: len(others)]] = True
    return known[number[len(others) :]]


def _odd(numbers: Ints) -> Ints:
    """Return the numbers that occur an odd number of times."""
    distinct, count = np.unique(numbers, return_counts=True)
    odd: Ints = distinct[count % 2 == 1]
    return odd


def _first_of_each(start: Ints, end: Ints) -> NDArray[np.bool_]:
    new = np.ones(len(start), dtype=bool)
    new[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    return new


def faces_of(edges: Edges, frames: Frames) -> tuple[Polygons, Ints]:
    """Return the faces that edges cut the oblasts into, and the oblast of each."""
    faces = polygonised([frames.crossed_by(edges), edges_of(frames.each)])
    points = interior_points(faces)
    owner = frames.owners(points)
    order = in_order(owner, points)
    order = order[owner[order] >= 0]
    return faces[order], owner[order]


def polygonised(edges: Iterable[Edges]) -> Polygons:
    """Return the polygons between edges, noded on the grid and normalised."""
    lines = np.concatenate([e.lines for e in edges])
    # As chains the same edges are noded in half the time.
    chains = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    net = shapely.union_all(chains, grid_size=1 / GRID_PER_DEGREE)
    return shapely.normalize(shapely.get_parts(shapely.polygonize(shapely.get_parts(net))))


def interior_points(faces: Polygons) -> NDArray[np.float64]:
    """Return a point inside of each face; shape (faces, 2), lon, lat."""
    return shapely.get_coordinates(shapely.point_on_surface(faces))


def in_order(owner: Ints, points: NDArray[np.float64]) -> Ints:
    """Return the order that faces stand in: by oblast, then by their interior points, eastward."""
    return np.lexsort((points[:, 1], points[:, 0], owner))


def grounds_of(
    points: NDArray[np.float64], polygons: Polygons, outlines: Outlines, layers: Layers
) -> Iterator[Grounds]:
    """Yield what every face is in one snapshot after another, by its interior point."""
    within = _within(points, polygons, outlines)
    for layer in layers:
        ground = np.zeros(len(points), dtype=np.int8)
        for kind in reversed(PRECEDENCE):
            for number in layer.get(kind, ()):
                ground[_unpacked(within[number], len(points))] = kind
        yield ground


Packed = NDArray[np.uint8]
"""A yes or no for every face, eight to a byte."""


def _unpacked(packed: Packed, count: int) -> NDArray[np.bool_]:
    return np.unpackbits(packed, count=count).view(bool)


def _within(points: NDArray[np.float64], polygons: Polygons, outlines: Outlines) -> list[Packed]:
    """Return for each polygon which points it contains.

    A polygon is held against the one before it that it shares most edges with. A point is in one
    of them alone where a line from it eastward crosses an odd number of the edges that only one of
    them has, and these are few.
    """
    within: list[Packed] = []
    bounding = outlines.each(len(polygons))
    last_with = np.full(len(outlines.edges), -1, dtype=np.int64)
    sides = _Sides.of(points, outlines.edges)
    for number, edges in enumerate(bounding):
        others, shared = np.unique(last_with[edges], return_counts=True)
        like = int(others[shared.argmax()]) if len(edges) else -1
        if like >= 0 and 2 * shared.max() > max(len(edges), len(bounding[like])):
            changed = np.setxor1d(edges, bounding[like], assume_unique=True)
            contained = _unpacked(within[like], len(points)) ^ sides.odd(changed)
        else:
            contained = np.zeros(len(points), dtype=bool)
            contained[inside(points, polygons[number : number + 1])[0]] = True
        within.append(np.packbits(contained))
        last_with[edges] = number
    return within


@dataclass(frozen=True)
class _Sides:
    """On which side of edges points lie.

    Attributes
    ----------
    northward
        The numbers of the points, from south to north.
    place
        The points in that order; shape (points, 2), lon, lat.
    south, north
        The ends of each edge; shape (edges, 2), lon, lat.
    first, last
        For each edge the points between the parallels of its ends, in the order of `northward`.
    """

    northward: Ints
    place: NDArray[np.float64]
    south: NDArray[np.float64]
    north: NDArray[np.float64]
    first: Ints
    last: Ints

    @classmethod
    def of(cls, points: NDArray[np.float64], edges: Edges) -> _Sides:
        start, end = places_of(edges.start), places_of(edges.end)
        falls = start[:, 1] > end[:, 1]
        south, north = start.copy(), end.copy()
        south[falls], north[falls] = end[falls], start[falls]
        northward = np.argsort(points[:, 1], kind="stable")
        lat = points[northward, 1]
        first, last = np.searchsorted(lat, south[:, 1]), np.searchsorted(lat, north[:, 1])
        return cls(northward, points[northward], south, north, first, last)

    def odd(self, edges: Ints) -> NDArray[np.bool_]:
        """Return which points have an odd number of these edges to their east; shape (points,)."""
        counts = self.last[edges] - self.first[edges]
        edge = np.repeat(edges, counts)
        starts = np.repeat(np.cumsum(counts) - counts, counts)
        near = np.arange(len(edge)) - starts + self.first[edge]
        up, way = self.north[edge] - self.south[edge], self.place[near] - self.south[edge]
        crossed = near[up[:, 0] * way[:, 1] > up[:, 1] * way[:, 0]]
        out = np.zeros(len(self.northward), dtype=bool)
        out[self.northward[_odd(crossed)]] = True
        return out


def runs_of(grounds: Iterable[Grounds]) -> tuple[Ints, Ints, Ints]:
    """Return the runs of ground of every face over the snapshots: face, since, ground."""
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
    """Return for each polygon the numbers of the points that it contains."""
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
