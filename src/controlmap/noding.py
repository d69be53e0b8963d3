"""Faces out of lines: what the snapshots drew cuts the oblasts into faces, each with its runs.

Polygons come here once each, their edges are kept once each, and only these are noded; a face is
classified by an interior point. Knows nothing of records, dates or files.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap import geodesy
from controlmap.geodesy import GRID_PER_DEGREE, array_of
from controlmap.model import PRECEDENCE, Ground, Polygons
from controlmap.oblasts import Oblast

Ints = NDArray[np.int64]
_PACK = np.array([2**26, 1])  # a position on the grid as one number that sorts like it


def faces_of(polygons: Polygons, oblasts: tuple[Oblast, ...]) -> tuple[Polygons, Ints]:
    """The faces that the polygons' edges cut the oblasts into, and the oblast of each."""
    frames = geodesy.snap(array_of(o.polygon for o in oblasts))
    region = shapely.coverage_union_all(frames)
    shapely.prepare(region)
    lines = _lines(_edges(polygons, region.bounds))
    lines = lines[shapely.intersects(region, lines)]
    borders = _lines(_edges(shapely.get_parts(frames), region.bounds))
    net = shapely.union_all(np.concatenate([lines, borders]), grid_size=1 / GRID_PER_DEGREE)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    owner = np.full(len(faces), -1, dtype=np.int64)
    for number, frame in enumerate(frames):
        shapely.prepare(frame)
        owner[shapely.contains_xy(frame, points)] = number
    faces, owner, points = faces[owner >= 0], owner[owner >= 0], points[owner >= 0]
    order = np.lexsort((points[:, 1], points[:, 0], owner))
    return shapely.normalize(faces[order]), owner[order]


def _lines(edges: NDArray[np.float64]) -> Polygons:
    return np.asarray(shapely.linestrings(edges), dtype=object)


def _edges(polygons: Polygons, bounds: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """The distinct edges of polygons that meet the bounds; shape (edges, 2, 2), lon, lat."""
    rings = shapely.get_rings(polygons)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    units = np.rint(coords * GRID_PER_DEGREE).astype(np.int64)
    step = ring[1:] == ring[:-1]
    start, end = units[:-1][step], units[1:][step]
    low, high = np.minimum(start, end), np.maximum(start, end)
    west, south, east, north = (np.array(bounds) * GRID_PER_DEGREE).tolist()
    near = (
        (high[:, 0] >= west)
        & (low[:, 0] <= east)
        & (high[:, 1] >= south)
        & (low[:, 1] <= north)
        & (start != end).any(axis=1)
    )
    start, end = start[near], end[near]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[turned], end[turned] = end[turned], start[turned]
    from_key, to_key = start @ _PACK, end @ _PACK
    order = np.lexsort((to_key, from_key))
    from_key, to_key = from_key[order], to_key[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (from_key[1:] != from_key[:-1]) | (to_key[1:] != to_key[:-1])
    kept = order[new]
    return np.stack([start[kept], end[kept]], axis=1) / GRID_PER_DEGREE


def runs_of(
    faces: Polygons, polygons: Polygons, layers: list[dict[Ground, list[int]]]
) -> tuple[Ints, Ints, Ints]:
    """The runs of ground of every face over the snapshots: face, since, ground."""
    inside = _faces_inside(faces, polygons)
    before = np.full(len(faces), -1, dtype=np.int64)
    runs: list[tuple[Ints, int, Ints]] = []
    for index, drawn in enumerate(layers):
        ground = np.zeros(len(faces), dtype=np.int64)
        for kind in reversed(PRECEDENCE):
            for number in drawn.get(kind, ()):
                ground[inside[number]] = kind
        changed = np.flatnonzero(ground != before)
        runs.append((changed, index, ground[changed]))
        before = ground
    face = np.concatenate([changed for changed, _, _ in runs])
    since = np.concatenate([np.full(len(changed), index) for changed, index, _ in runs])
    ground = np.concatenate([kinds for _, _, kinds in runs])
    order = np.lexsort((since, face))
    return face[order], since[order], ground[order]


def _faces_inside(faces: Polygons, polygons: Polygons) -> list[Ints]:
    """For each polygon, the faces whose interior point it contains."""
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    eastward = np.argsort(points[:, 0], kind="stable")
    sorted_lon = points[eastward, 0]
    bounds = shapely.bounds(polygons)
    first = np.searchsorted(sorted_lon, bounds[:, 0], "left")
    last = np.searchsorted(sorted_lon, bounds[:, 2], "right")
    inside = []
    for number, polygon in enumerate(polygons):
        near = eastward[first[number] : last[number]]
        lat = points[near, 1]
        near = near[(lat >= bounds[number, 1]) & (lat <= bounds[number, 3])]
        shapely.prepare(polygon)
        inside.append(near[shapely.contains_xy(polygon, points[near])])
    return inside
