"""A record with more snapshots: only the faces that their lines cross are cut anew.

Most lines of a new day are lines of the record already, cut up by others. What is left of them is
noded with the faces around it, and with no others: noding on a grid bends an edge only where a new
corner or crossing comes within a grid step of it. The answers are those of a rebuild, to what the
grid moves. The bytes are as well where every crossing falls on the grid; elsewhere a rebuild cuts
the sources' edges, and an extension edges that were cut and bent to the grid before.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.core.model import InputError, Polygons, SnapshotInfo
from controlmap.geo.geodesy import GRID_PER_DEGREE, areas_km2
from controlmap.record import generalise, noding
from controlmap.record.coverage import Coverage, Faces
from controlmap.record.drawings import Drawings, keep_one, select
from controlmap.record.noding import Edges, Frames, Grounds, Ints, Outlines

_NEAR_DEGREES = 2 / GRID_PER_DEGREE
"""Two grid steps: beyond what noding moves."""
_BENT_DEGREES = 0.75 / GRID_PER_DEGREE
"""More than an edge bends, which is half a diagonal of the grid; less than a grid step."""


def extend(
    coverage: Coverage,
    drawings: Drawings,
    *,
    readers: Sequence[str] = (),
    without: Container[tuple[str, float]] = (),
    revised: Container[tuple[str, float]] = (),
) -> Coverage:
    """Return the record with snapshots added, before, between and after those it has.

    Parameters
    ----------
    readers
        As in `coverage.build`. With more than two, a snapshot that the record was built without
        stays out, even where a rebuild would no longer leave it out.
    without
        `SnapshotInfo.key` of snapshots, old or new, that are left out.
    revised
        Those of snapshots that their source corrected: a new one takes the place of the record's.

    Raises
    ------
    InputError
        Where the record is generalised to cells, or a new snapshot contradicts one that it has.
    """
    check(coverage, coverage.source)
    order = _Order.of(coverage, drawings.infos, readers, without, revised)
    polygons, layers = drawings.used(order.added)
    outlines = Outlines.of(polygons)
    before = coverage
    if len(polygons):
        faces = _cut(coverage.faces, outlines.edges, Frames.of(coverage.oblasts))
        before = coverage.with_faces(*faces)
    points = noding.interior_points(before.face_geometry)
    added = noding.grounds_of(points, polygons, outlines, layers)
    run_face, run_since, run_ground = noding.runs_of(
        _grounds(before, len(points), order.old, added)
    )
    extended = replace(
        before,
        snapshots=order.infos,
        run_face=run_face,
        run_since=run_since,
        run_ground=run_ground,
    )
    return extended if order.keeps_all else _without_lost_lines(before, extended)


def check(coverage: Coverage, name: str) -> None:
    """Raise an InputError for a record that cannot be extended; `name` is what to call it."""
    if coverage.cell_m is not None:
        raise InputError(
            "{name}: is generalised to cells of {cell_m} m; only a record at full "
            "detail (built without --cells) can be extended",
            name,
            coverage.cell_m,
        )


@dataclass(frozen=True)
class _Order:
    """The snapshots of an extended record in order of time.

    Attributes
    ----------
    infos
        What is known of each.
    old
        For each the number that it had in the record, None for a new one.
    added
        The numbers of the new ones among those that were given.
    keeps_all
        Whether every snapshot of the record is among them.
    """

    infos: tuple[SnapshotInfo, ...]
    old: list[int | None]
    added: list[int]
    keeps_all: bool

    @classmethod
    def of(
        cls,
        coverage: Coverage,
        given: Sequence[SnapshotInfo],
        readers: Sequence[str],
        without: Container[tuple[str, float]],
        revised: Container[tuple[str, float]],
    ) -> _Order:
        count = len(coverage.snapshots)
        infos = list(coverage.snapshots)
        known = {info.key: number for number, info in enumerate(infos)}
        fresh, superseded = [], set()
        for number, info in enumerate(given):
            at = known.get(info.key)
            if at is not None and infos[at].sha256 != info.sha256 and info.key in revised:
                superseded.add(at)
            elif at is not None:
                infos[at] = keep_one(infos[at], info)
                continue
            fresh.append(number)
            infos.append(info)
        used = [i for i in select(infos, readers, without) if i not in superseded]
        if not used:
            raise InputError("{source}: no snapshot is left of the record", coverage.source)
        return cls(
            infos=tuple(infos[i] for i in used),
            old=[i if i < count else None for i in used],
            added=[fresh[i - count] for i in used if i >= count],
            keeps_all=sum(i < count for i in used) == count,
        )


def _replaced(
    faces: Faces, origin: Ints, gone: Ints, geometry: Polygons, owner: Ints, origins: Ints
) -> tuple[Faces, Ints]:
    """Return faces without some and with others, in order; what stays the same keeps its area.

    The origin of a face is the face of the record that it is, or is a part of; `owner` is the
    oblast of each of the others, `origins` their origins.
    """
    known = dict(zip(shapely.to_wkb(faces.geometry[gone]), faces.km2[gone], strict=True))
    km2 = np.array([known.get(wkb, np.nan) for wkb in shapely.to_wkb(geometry)])
    unknown = np.isnan(km2)
    km2[unknown] = areas_km2(geometry[unknown])
    stay = np.ones(len(faces.km2), dtype=bool)
    stay[gone] = False
    geometry = np.concatenate([faces.geometry[stay], geometry])
    owner = np.concatenate([faces.oblast[stay], owner])
    order = noding.in_order(owner, noding.interior_points(geometry))
    km2 = np.concatenate([faces.km2[stay], km2])
    origin = np.concatenate([origin[stay], origins])
    return Faces(owner[order], km2[order], geometry[order]), origin[order]


def _cut(faces: Faces, edges: Edges, frames: Frames) -> tuple[Faces, Ints]:
    """Return the faces cut by edges, where these are not lines already, and each one's origin."""
    origin = np.arange(len(faces.km2))
    tree = shapely.STRtree(faces.geometry)
    crossing = frames.crossed_by(edges)
    near = np.unique(tree.query(crossing.boxes(_NEAR_DEGREES))[1])
    lines = noding.edges_of(faces.geometry[near])
    fresh = crossing.where(~_followed(crossing, lines, frames.region))
    if not len(fresh):
        return faces, origin
    gone = np.unique(tree.query(fresh.lines, predicate="dwithin", distance=_NEAR_DEGREES)[1])
    pieces = noding.polygonised([noding.edges_of(faces.geometry[gone]), fresh])
    points = noding.interior_points(pieces)
    owner = frames.owners(points)
    origins = _origins(tree, gone, faces.geometry, points)
    keep = (owner >= 0) & (origins >= 0)
    return _replaced(faces, origin, gone, pieces[keep], owner[keep], origins[keep])


def _followed(edges: Edges, lines: Edges, region: BaseGeometry) -> NDArray[np.bool_]:
    """Return which edges are lines already, as noding leaves them: from corner to corner.

    Method: an edge bends to every corner whose grid cell it passes (snap rounding); the edge is
    there where each two neighbours of these are joined by a line, or lie outside of the region.
    """
    known = np.unique(np.concatenate([lines.start, lines.end]))
    corners = np.unique(np.concatenate([known, edges.start, edges.end]))
    edge, corner = _passed(edges, corners)
    piece = np.flatnonzero(edge[1:] == edge[:-1])
    ends = np.sort(corners[np.stack([corner[piece], corner[piece + 1]])], axis=0)
    missing = ~noding.among(Edges(*ends), lines)
    within = shapely.buffer(region, -_BENT_DEGREES, join_style="mitre")
    shapely.prepare(within)
    missing[missing] = shapely.intersects(within, Edges(*ends[:, missing]).lines)
    at_region = ~np.isin(corners, known)  # a new corner on the border is a corner of the faces too
    places = shapely.points(noding.places_of(corners[at_region]))
    at_region[at_region] = shapely.dwithin(region, places, 0.5 / GRID_PER_DEGREE)
    followed = np.ones(len(edges), dtype=bool)
    followed[edge[piece[missing]]] = False
    followed[edge[at_region[corner]]] = False
    return followed


def _passed(edges: Edges, corners: Ints) -> tuple[Ints, Ints]:
    """Return pairs of an edge and a corner whose grid cell it passes, by edge, along it."""
    tree = shapely.STRtree(np.asarray(shapely.points(noding.places_of(corners)), dtype=object))
    edge, corner = tree.query(edges.lines, predicate="dwithin", distance=1 / GRID_PER_DEGREE)
    start, end, at = (noding.units_of(p) for p in (edges.start, edges.end, corners))
    way, off = (end - start)[edge], at[corner] - start[edge]
    aside = np.abs(way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0])
    passed = 2 * aside <= np.abs(way).sum(axis=1)
    edge, corner, along = edge[passed], corner[passed], (way * off).sum(axis=1)[passed]
    order = np.lexsort((along, edge))
    return edge[order], corner[order]


def _origins(
    tree: shapely.STRtree, gone: Ints, faces: Polygons, points: NDArray[np.float64]
) -> Ints:
    """Return which of the faces that are gone each point was in; -1 where it is in one that stays.

    A sliver's point may lie in none, by less than a grid step: it was then in the nearest.
    """
    origin = np.full(len(points), -1, dtype=np.int64)
    for face, contained in zip(gone, noding.inside(points, faces[gone]), strict=True):
        origin[contained] = face
    lost = np.flatnonzero(origin < 0)
    lost = np.setdiff1d(lost, lost[tree.query(shapely.points(points[lost]), "intersects")[0]])
    alone = shapely.STRtree(list(faces[gone]))
    nearest = alone.query_nearest(shapely.points(points[lost]), all_matches=False)
    origin[lost[nearest[0]]] = gone[nearest[1]]
    return origin


def _grounds(
    before: Coverage, faces: int, old: Sequence[int | None], added: Iterator[Grounds]
) -> Iterator[Grounds]:
    """Yield what every face is in one snapshot after another: the record's, and those added."""
    by_time = np.argsort(before.run_since, kind="stable")
    starts = np.searchsorted(before.run_since[by_time], np.arange(len(before.snapshots) + 1))
    now = np.zeros(faces, dtype=np.int8)
    reached = 0
    for number in old:
        if number is None:
            yield next(added)
            continue
        runs = by_time[starts[reached] : starts[number + 1]]
        now[before.run_face[runs]] = before.run_ground[runs]  # of a face's runs the last stays
        reached = number + 1
        yield now


def _without_lost_lines(before: Coverage, extended: Coverage) -> Coverage:
    """Join faces that only left-out snapshots set apart.

    `before` has the same faces with the runs that they had in the record.
    """
    group, _ = generalise.groups(extended)
    past, _ = generalise.groups(before)
    kinds = np.unique(np.stack([group, past], axis=1), axis=0)[:, 0]
    mixed = np.bincount(kinds, minlength=group.max() + 1) > 1
    gone = np.flatnonzero(mixed[group])
    gone = gone[np.argsort(group[gone], kind="stable")]
    if not len(gone):
        return extended
    joined, origins = [], []
    for members in np.split(gone, np.flatnonzero(np.diff(group[gone])) + 1):
        union = shapely.coverage_union_all(extended.face_geometry[members])
        joined.append(shapely.normalize(shapely.get_parts(union)))
        origins.append(np.full(len(joined[-1]), members[0]))
    origin = np.concatenate(origins)
    faces = _replaced(
        extended.faces,
        np.arange(len(group)),
        gone,
        np.concatenate(joined),
        extended.face_oblast[origin],
        origin,
    )
    return extended.with_faces(*faces)
