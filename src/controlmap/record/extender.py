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
from controlmap.record.drawings import Drawings, chosen, same
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
) -> Coverage:
    """The record with the snapshots of `drawings` added, before, between and after its own.

    Parameters
    ----------
    readers
        As in `coverage.build`. With more than two, a snapshot that the record was built without
        stays out, even where a rebuild would no longer leave it out.
    without
        `SnapshotInfo.key` of snapshots, old or new, that are left out.

    Raises
    ------
    InputError
        Where the record is generalised to cells, or a new snapshot contradicts one of its own.
    """
    check(coverage, coverage.source)
    order = _Order.of(coverage, drawings.infos, readers, without)
    polygons, layers = drawings.used(order.added)
    outlines = Outlines.of(polygons)
    faces = _Faces.of(coverage)
    if len(polygons):
        faces = _cut(faces, outlines.edges, Frames.of(coverage.oblasts))
    points = noding.interior_points(faces.geometry)
    before = faces.runs_in(coverage)
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
            f"{name}: is generalised to cells of {coverage.cell_m} m; only a record at full "
            "detail (built without --cells) can be extended"
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
    ) -> _Order:
        count = len(coverage.snapshots)
        infos = list(coverage.snapshots)
        known = {info.key: number for number, info in enumerate(infos)}
        fresh = []
        for number, info in enumerate(given):
            if info.key in known:
                infos[known[info.key]] = same(infos[known[info.key]], info)
            else:
                fresh.append(number)
                infos.append(info)
        used = chosen(infos, readers, without)
        if not used:
            raise InputError(f"{coverage.source}: no snapshot is left of the record")
        return cls(
            infos=tuple(infos[i] for i in used),
            old=[i if i < count else None for i in used],
            added=[fresh[i - count] for i in used if i >= count],
            keeps_all=sum(i < count for i in used) == count,
        )


@dataclass(frozen=True)
class _Faces:
    """Faces in order, and the face of the record that each is, or is a part of; shapes (faces,)."""

    geometry: Polygons
    oblast: Ints
    km2: NDArray[np.float64]
    origin: Ints

    @classmethod
    def of(cls, coverage: Coverage) -> _Faces:
        """A record's own."""
        count = len(coverage.face_km2)
        geometry, oblast = coverage.face_geometry, coverage.face_oblast
        return cls(geometry, oblast, coverage.face_km2, np.arange(count))

    def with_replaced(self, gone: Ints, geometry: Polygons, oblast: Ints, origin: Ints) -> _Faces:
        """These without some, and with others; what is the same as before keeps its area."""
        known = dict(zip(shapely.to_wkb(self.geometry[gone]), self.km2[gone], strict=True))
        km2 = np.array([known.get(wkb, np.nan) for wkb in shapely.to_wkb(geometry)])
        unknown = np.isnan(km2)
        km2[unknown] = areas_km2(geometry[unknown])
        stay = np.ones(len(self.km2), dtype=bool)
        stay[gone] = False
        faces = np.concatenate([self.geometry[stay], geometry])
        owner = np.concatenate([self.oblast[stay], oblast])
        order = noding.in_order(owner, noding.interior_points(faces))
        return _Faces(
            geometry=faces[order],
            oblast=owner[order],
            km2=np.concatenate([self.km2[stay], km2])[order],
            origin=np.concatenate([self.origin[stay], origin])[order],
        )

    def runs_in(self, coverage: Coverage) -> Coverage:
        """The record with these faces, each with the runs of its origin."""
        counts = np.bincount(coverage.run_face, minlength=len(coverage.face_km2))
        starts = np.cumsum(counts) - counts
        own = counts[self.origin]
        within = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
        runs = np.repeat(starts[self.origin], own) + within
        return replace(
            coverage,
            faces=Faces(self.oblast, self.km2, self.geometry),
            run_face=np.repeat(np.arange(len(self.km2)), own),
            run_since=coverage.run_since[runs],
            run_ground=coverage.run_ground[runs],
        )


def _cut(faces: _Faces, edges: Edges, frames: Frames) -> _Faces:
    """The faces cut by edges, where these are not lines of theirs already."""
    tree = shapely.STRtree(faces.geometry)
    drawn = frames.crossed_by(edges)
    near = np.unique(tree.query(drawn.boxes(_NEAR_DEGREES))[1])
    fresh = drawn.where(~_followed(drawn, noding.edges_of(faces.geometry[near]), frames.region))
    if not len(fresh):
        return faces
    gone = np.unique(tree.query(fresh.lines, predicate="dwithin", distance=_NEAR_DEGREES)[1])
    made = noding.polygonised([noding.edges_of(faces.geometry[gone]), fresh])
    points = noding.interior_points(made)
    oblast = frames.owners(points)
    origin = _origins(tree, gone, faces.geometry, points)
    keep = (oblast >= 0) & (origin >= 0)
    return faces.with_replaced(gone, made[keep], oblast[keep], faces.origin[origin[keep]])


def _followed(drawn: Edges, lines: Edges, region: BaseGeometry) -> NDArray[np.bool_]:
    """Which edges are lines already, as noding would draw them: from corner to corner near them.

    Method: an edge bends to every corner whose grid cell it passes (snap rounding); the edge is
    there where each two neighbours of these are joined by a line, or lie outside of the region.
    """
    known = np.unique(np.concatenate([lines.start, lines.end]))
    corners = np.unique(np.concatenate([known, drawn.start, drawn.end]))
    edge, corner = _passed(drawn, corners)
    piece = np.flatnonzero(edge[1:] == edge[:-1])
    ends = np.sort(corners[np.stack([corner[piece], corner[piece + 1]])], axis=0)
    missing = ~noding.among(Edges(*ends), lines)
    within = shapely.buffer(region, -_BENT_DEGREES, join_style="mitre")
    shapely.prepare(within)
    missing[missing] = shapely.intersects(within, Edges(*ends[:, missing]).lines)
    at_region = ~np.isin(corners, known)  # a new corner on the border is a corner of the faces too
    places = shapely.points(noding.places_of(corners[at_region]))
    at_region[at_region] = shapely.dwithin(region, places, 0.5 / GRID_PER_DEGREE)
    followed = np.ones(len(drawn), dtype=bool)
    followed[edge[piece[missing]]] = False
    followed[edge[at_region[corner]]] = False
    return followed


def _passed(drawn: Edges, corners: Ints) -> tuple[Ints, Ints]:
    """Pairs of an edge and a corner whose grid cell it passes, by edge, along it."""
    tree = shapely.STRtree(np.asarray(shapely.points(noding.places_of(corners)), dtype=object))
    edge, corner = tree.query(drawn.lines, predicate="dwithin", distance=1 / GRID_PER_DEGREE)
    start, end, at = (noding.units_of(p) for p in (drawn.start, drawn.end, corners))
    way, off = (end - start)[edge], at[corner] - start[edge]
    aside = np.abs(way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0])
    passed = 2 * aside <= np.abs(way).sum(axis=1)
    edge, corner, along = edge[passed], corner[passed], (way * off).sum(axis=1)[passed]
    order = np.lexsort((along, edge))
    return edge[order], corner[order]


def _origins(
    tree: shapely.STRtree, gone: Ints, faces: Polygons, points: NDArray[np.float64]
) -> Ints:
    """Which of the faces that are gone each point was in; -1 where it is in one that stays.

    A sliver's point may lie in none, by less than a grid step: it was then in the nearest.
    """
    origin = np.full(len(points), -1, dtype=np.int64)
    for face, own in zip(gone, noding.inside(points, faces[gone]), strict=True):
        origin[own] = face
    lost = np.flatnonzero(origin < 0)
    lost = np.setdiff1d(lost, lost[tree.query(shapely.points(points[lost]), "intersects")[0]])
    alone = shapely.STRtree(list(faces[gone]))
    nearest = alone.query_nearest(shapely.points(points[lost]), all_matches=False)
    origin[lost[nearest[0]]] = gone[nearest[1]]
    return origin


def _grounds(
    before: Coverage, faces: int, old: Sequence[int | None], added: Iterator[Grounds]
) -> Iterator[Grounds]:
    """What every face is in one snapshot after another: the record's own, and those added."""
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
    """Faces that only left-out snapshots told apart made one again.

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
    made, origin = [], []
    for members in np.split(gone, np.flatnonzero(np.diff(group[gone])) + 1):
        union = shapely.coverage_union_all(extended.face_geometry[members])
        parts = shapely.normalize(shapely.get_parts(union))
        made.append(parts)
        origin.append(np.full(len(parts), members[0]))
    origins = np.concatenate(origin)
    faces = _Faces.of(extended).with_replaced(
        gone, np.concatenate(made), extended.face_oblast[origins], origins
    )
    return faces.runs_in(extended)
