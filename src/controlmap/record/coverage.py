"""The record: one planar coverage of the oblasts in space and time.

All the lines that the snapshots ever drew cut the oblasts into faces; a face carries the runs of
snapshots over which it was one kind of ground. A snapshot is a selection of faces, the areas of all
dates are one sum over runs, a change between two dates is the faces whose ground differs. Faces are
disjoint, so that figures add up, and what was measured once is never measured again.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.core.model import (
    CARRY_LIMIT,
    PRECEDENCE,
    Ground,
    InputError,
    Polygons,
    Snapshot,
    SnapshotInfo,
    Status,
    end_of,
)
from controlmap.geo import geodesy, water
from controlmap.geo import oblasts as oblast_room
from controlmap.geo.geodesy import areas_km2, array_of
from controlmap.geo.oblasts import Basis, Oblast
from controlmap.record import noding, sampling
from controlmap.record.drawings import Drawings, select
from controlmap.record.noding import Frames, Ints, Outlines

_GROUNDS = len(Ground)
_BLOCK = 32  # snapshots: about a month
_NEAR = 4  # snapshots: more than any range of days has before or after its best
REDRAWN_KM2 = 0.01
"""A map of an oblast whose area moves by less was not redrawn: a face flickers so in some files."""
_KM2_DIGITS = 6  # a square metre: below it there is only the rounding of sums


def _check_day(day: object) -> None:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise InputError("{day!r}: is no day; allowed: a datetime.date, as date(2026, 1, 24)", day)


@dataclass(frozen=True)
class DaySnapshot:
    """What a record knows of a day: the snapshot that stands for it.

    `carried` says that the day has none of its own, so that an earlier one stands.
    """

    day: date
    index: int
    info: SnapshotInfo
    carried: bool

    def reports(self, status: Status) -> bool:
        """Return whether the source reports this status; otherwise it is unknown, not zero."""
        return status in self.info.reports


@dataclass(frozen=True)
class Faces:
    """The pieces that oblasts are cut into, and what is computed of their lines alone.

    Attributes
    ----------
    oblast, km2, geometry
        Each of shape (faces,): the oblast's number; the geodesic area on WGS84 in km2; the polygon
        in lon, lat, or None for a face too thin for the cells of a generalised record.
    known_water_km2
        How much of each is water, where that is of other lines than the polygons have: of exact
        ones in a generalised record.
    """

    oblast: Ints
    km2: NDArray[np.float64]
    geometry: Polygons
    known_water_km2: NDArray[np.float64] | None = None

    @cached_property
    def water_km2(self) -> NDArray[np.float64]:
        """How much of each is lakes and reservoirs in km2, geodesic on WGS84; shape (faces,)."""
        known = self.known_water_km2
        return water.areas_km2(self.geometry) if known is None else known

    @cached_property
    def flat(self) -> Polygons:
        """The faces in metres, in `geodesy.EQUAL_AREA`; shape (faces,)."""
        return geodesy.to_equal_area(self.geometry)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """An index of `flat`."""
        return shapely.STRtree(self.flat)

    @cached_property
    def at_points(self) -> NDArray[np.int32]:
        """The face that each of `sampling.points` lies in, or else is nearest; shape (points,)."""
        numbers = sampling.numbers_at_points(self.flat)
        beside = np.flatnonzero(numbers < 0)
        numbers[beside] = self.tree.nearest(sampling.located(beside))
        return numbers


@dataclass(frozen=True)
class Coverage:
    """Faces and their runs of ground over a source's snapshots.

    Attributes
    ----------
    source
        The source's id.
    snapshots
        In order of time.
    oblasts
        The oblasts that the faces fill, in the order that `faces.oblast` counts them.
    faces
        The same object in records that differ in their runs alone, so that it is sampled once.
    run_face, run_since, run_ground
        Each of shape (runs,), sorted by face and time: the face, the number of the first snapshot
        of the run, and its kind of ground. A run ends where the face's next one begins.
    cell_m
        None at full detail, else the size in metres of the cells that the map was generalised to.
    settlements
        By lon, lat the face that each known settlement is in, where the map is generalised: taken
        from the exact faces. Empty at full detail, where the map itself has it.
    sha256
        The hash of the file that the record was read from; "" for one that was computed.
    in_place_of
        What is wrong with the person's own record that this one stands for; "" where it does not.
    """

    source: str
    snapshots: tuple[SnapshotInfo, ...]
    oblasts: tuple[Oblast, ...]
    faces: Faces
    run_face: Ints
    run_since: Ints
    run_ground: Ints
    cell_m: int | None = None
    settlements: Mapping[tuple[float, float], int] = field(default_factory=dict)
    sha256: str = ""
    in_place_of: str = ""

    @property
    def face_oblast(self) -> Ints:
        """The oblast's number of each face; shape (faces,)."""
        return self.faces.oblast

    @property
    def face_km2(self) -> NDArray[np.float64]:
        """The geodesic area on WGS84 in km2 of each face; shape (faces,)."""
        return self.faces.km2

    def measured_km2(self, basis: Basis) -> NDArray[np.float64]:
        """Return the area of each face in km2, of its land alone where that is the basis."""
        return self.face_km2 - self.faces.water_km2 if basis == Basis.LAND else self.face_km2

    @property
    def face_geometry(self) -> Polygons:
        """The polygon of each face in lon, lat, or None for one too thin; shape (faces,)."""
        return self.faces.geometry

    @property
    def span(self) -> tuple[date, date]:
        """The days of the first and the last snapshot."""
        return self.snapshots[0].observed.date(), self.snapshots[-1].observed.date()

    @cached_property
    def run_until(self) -> Ints:
        """The number of the snapshot before which each run ends; shape (runs,)."""
        until = np.full(len(self.run_face), len(self.snapshots), dtype=np.int64)
        same = self.run_face[1:] == self.run_face[:-1]
        until[:-1][same] = self.run_since[1:][same]
        return until

    @cached_property
    def _instants(self) -> list[float]:
        return [s.observed.timestamp() for s in self.snapshots]

    @cached_property
    def gaps(self) -> tuple[tuple[date, date], ...]:
        """Pairs of days of neighbouring snapshots with more than `CARRY_LIMIT` between them."""
        return tuple(
            (a.observed.date(), b.observed.date())
            for a, b in itertools.pairwise(self.snapshots)
            if b.observed.date() - a.observed.date() > CARRY_LIMIT + timedelta(days=1)
        )

    @cached_property
    def unknown(self) -> tuple[tuple[date, date], ...]:
        """Of each of `gaps` the first day of which nothing is known, and the next that is known."""
        return tuple((a + CARRY_LIMIT + timedelta(days=1), b) for a, b in self.gaps)

    def at(self, day: date) -> DaySnapshot:
        """Return the last snapshot at or before the end of a day in UTC.

        Raises
        ------
        InputError
            Where the day lies outside the span, or in a gap; it names the span and the nearest.
            Where it is no `datetime.date`: a `datetime` is none, for its zone would be lost.
        """
        snapshot = self.last(day)
        first, last = self.span
        if snapshot is None or day > last:
            nearest = first if snapshot is None else last
            raise InputError(
                "{day}: outside the span of {source}, {first} to {last}; the nearest "
                "snapshot is of {nearest}",
                day,
                self.source,
                first,
                last,
                nearest,
            )
        if day - snapshot.info.observed.date() > CARRY_LIMIT:
            following = self.snapshots[snapshot.index + 1].observed.date()
            raise InputError(
                "{day}: in a gap of {source} from {date} to {following}; the nearest "
                "snapshots are of these two days",
                day,
                self.source,
                snapshot.info.observed.date(),
                following,
            )
        return snapshot

    def known(self, day: date) -> DaySnapshot | None:
        """Return the snapshot as `at`, but None where the record knows nothing of the day."""
        _check_day(day)
        try:
            return self.at(day)
        except InputError:
            return None

    def last(self, day: date) -> DaySnapshot | None:
        """Return the last snapshot up to the end of a day in UTC, however old; None before all."""
        _check_day(day)
        index = bisect.bisect_right(self._instants, end_of(day).timestamp()) - 1
        if index < 0:
            return None
        info = self.snapshots[index]
        return DaySnapshot(day, index, info, carried=info.observed.date() != day)

    def may_be_of(self, snapshot: DaySnapshot) -> list[int]:
        """Return the numbers of the snapshots that may be of a snapshot's day; itself among them.

        There are several where a source does not say which day a file is of.
        """
        day, infos = snapshot.info.day, enumerate(self.snapshots)
        near = itertools.islice(infos, max(snapshot.index - _NEAR, 0), snapshot.index + _NEAR + 1)
        return [i for i, s in near if s.within and s.within[0] <= day <= s.within[1]] or [
            snapshot.index
        ]

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Areas in km2 (geodesic, WGS84) of every snapshot; shape (snapshots, oblasts, grounds)."""
        return self._summed(self.face_km2)

    @cached_property
    def water_areas(self) -> NDArray[np.float64]:
        """How much of `areas` is lakes and reservoirs; of the same shape."""
        return self._summed(self.faces.water_km2)

    def _summed(self, face_km2: NDArray[np.float64]) -> NDArray[np.float64]:
        shape = (len(self.snapshots) + 1, len(self.oblasts), _GROUNDS)
        columns = len(self.oblasts) * _GROUNDS
        column = self.face_oblast[self.run_face] * _GROUNDS + self.run_ground
        km2, size = face_km2[self.run_face], columns * shape[0]
        gained = np.bincount(self.run_since * columns + column, km2, size)
        lost = np.bincount(self.run_until * columns + column, km2, size)
        held = np.cumsum((gained - lost).reshape(shape), axis=0)[:-1]
        return np.maximum(held.round(_KM2_DIGITS), 0.0)

    def status_km2(
        self,
        status: Status,
        index: int | Sequence[int] | Ints | slice = slice(None),
        basis: Basis = Basis.POLYGON,
    ) -> NDArray[np.float64]:
        """Return areas in km2 of a status, in one snapshot or several; shape (..., oblasts).

        Of land alone where that is the basis.
        """
        areas = self.areas[index]
        if basis == Basis.LAND:
            areas = areas - self.water_areas[index]
        km2: NDArray[np.float64] = areas[..., list(status.grounds)].sum(axis=-1)
        return km2

    @cached_property
    def redrawn(self) -> Ints:
        """The snapshot at which what is Russian-held last changed up to each, by `last_changes`.

        Shape (snapshots, oblasts + 1), the last column of all oblasts.
        """
        return last_changes(with_sum(self.status_km2(Status.RUSSIAN_HELD)))

    @cached_property
    def run_is_held(self) -> NDArray[np.bool_]:
        """Whether the ground of each run is Russian-held; shape (runs,)."""
        return np.isin(self.run_ground, Status.RUSSIAN_HELD.grounds)

    @cached_property
    def face_runs(self) -> Ints:
        """The number of the first run of each face, and that of all runs; shape (faces + 1,)."""
        return np.searchsorted(self.run_face, np.arange(len(self.face_km2) + 1))

    @cached_property
    def held_bounds(self) -> tuple[Ints, NDArray[np.float64]]:
        """The faces with a geometry that were ever Russian-held, and their bounds in `faces.flat`.

        Bounds are west, south, east, north in metres; shape (4, faces).
        """
        faces = np.unique(self.run_face[self.run_is_held])
        bounds = shapely.bounds(self.faces.flat[faces])
        present = ~np.isnan(bounds[:, 0])
        return faces[present], np.ascontiguousarray(bounds[present].T)

    def ground(self, index: int) -> Ints:
        """Return the kind of ground of every face in a snapshot; shape (faces,)."""
        out = np.zeros(len(self.face_km2), dtype=np.int64)
        now = (self.run_since <= index) & (self.run_until > index)
        out[self.run_face[now]] = self.run_ground[now]
        return out

    def held(self, index: int) -> NDArray[np.bool_]:
        """Return which faces are Russian-held in a snapshot; shape (faces,)."""
        return np.isin(self.ground(index), Status.RUSSIAN_HELD.grounds)

    def dissolved(self, faces: NDArray[np.bool_]) -> list[BaseGeometry]:
        """Return the outline of a selection of faces by oblast; an empty geometry for none."""
        present = faces & ~shapely.is_missing(self.face_geometry)
        return [
            shapely.coverage_union_all(self.face_geometry[present & (self.face_oblast == i)])
            for i in range(len(self.oblasts))
        ]

    def outline(self, index: int, grounds: tuple[Ground, ...]) -> list[BaseGeometry]:
        """Return the outlines of some kinds of ground in a snapshot, as `dissolved`.

        What stays so over a block of snapshots is dissolved once for them all: it is nearly all.
        """
        first = index - index % _BLOCK
        last = min(first + _BLOCK, len(self.snapshots))
        so = np.isin(self.run_ground, grounds)
        steady = so & (self.run_since <= first) & (self.run_until >= last)
        now = so & ~steady & (self.run_since <= index) & (self.run_until > index)
        key = (first, grounds)
        if key not in self._steady:
            self._steady[key] = self.dissolved(self._faces_of(steady))
        brief = self.dissolved(self._faces_of(now))
        return [
            shapely.coverage_union_all(shapely.get_parts(list(pair)))
            for pair in zip(self._steady[key], brief, strict=True)
        ]

    @cached_property
    def _steady(self) -> dict[tuple[int, tuple[Ground, ...]], list[BaseGeometry]]:
        return {}

    def _faces_of(self, runs: NDArray[np.bool_]) -> NDArray[np.bool_]:
        faces = np.zeros(len(self.face_km2), dtype=bool)
        faces[self.run_face[runs]] = True
        return faces

    def with_faces(self, faces: Faces, origin: Ints) -> Coverage:
        """Return the record with other faces, each with the runs that face `origin` has here."""
        counts = np.diff(self.face_runs)[origin]
        first = np.repeat(self.face_runs[origin] - np.cumsum(counts) + counts, counts)
        runs = first + np.arange(len(first))
        return replace(
            self,
            faces=faces,
            run_face=np.repeat(np.arange(len(origin)), counts),
            run_since=self.run_since[runs],
            run_ground=self.run_ground[runs],
        )

    def only(self, numbers: Sequence[int]) -> Coverage:
        """Return the record of these of its snapshots, in this order."""
        run_face, run_since, run_ground = noding.runs_of(
            self.ground(number).astype(np.int8) for number in numbers
        )
        return replace(
            self,
            snapshots=tuple(self.snapshots[number] for number in numbers),
            run_face=run_face,
            run_since=run_since,
            run_ground=run_ground,
        )

    def snapshot(self, index: int) -> Snapshot:
        """Return a snapshot by the record's faces; at full detail, the source's to a metre."""
        info, ground = self.snapshots[index], self.ground(index)
        layers = {
            g: array_of(p for o in self.dissolved(ground == g) for p in geodesy.polygons_of(o))
            for g in PRECEDENCE
        }
        return Snapshot(info, layers)


def with_sum(km2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return areas with their sum over oblasts last; shape (..., oblasts + 1)."""
    return np.concatenate([km2, km2.sum(axis=-1, keepdims=True)], axis=-1)


def last_changes(km2: NDArray[np.float64]) -> Ints:
    """Return at each row of areas the last one up to it at which they moved, -1 for none.

    By more than `REDRAWN_KM2`, a column each; of the shape of the areas, (rows, columns).
    """
    moved = np.abs(np.diff(km2, axis=0, prepend=km2[:1])) > REDRAWN_KM2
    numbers = np.arange(len(km2))[:, None]
    return np.asarray(np.maximum.accumulate(np.where(moved, numbers, -1), axis=0))


def build(
    source: str,
    snapshots: Iterable[Snapshot],
    *,
    readers: Sequence[str] = (),
    oblasts: tuple[Oblast, ...] | None = None,
) -> Coverage:
    """Build one coverage out of snapshots, in whatever order they come.

    Method: nearly all of a day's map is the day before's, so polygons are kept once each, their
    edges are snapped to the grid and kept once each, and only these are noded (shapely.union_all
    with a grid size), polygonised, and classified by an interior point of each face.

    Parameters
    ----------
    source
        The id of the source they are of.
    snapshots
        Two of the same reader and instant must be of the same bytes; one of them is then kept.
    readers
        Ids in order of precedence: over the days of a reader's snapshots, those of the readers
        after it are not used. Readers that are not named have none over others.
    oblasts
        The oblasts to fill; the embedded four by default.

    Raises
    ------
    InputError
        Where there is none, or two contradict each other.
    """
    drawings = Drawings()
    for snapshot in snapshots:
        drawings.add(snapshot)
    return of_drawings(source, drawings, readers=readers, oblasts=oblasts)


def of_drawings(
    source: str,
    drawings: Drawings,
    *,
    readers: Sequence[str] = (),
    without: Container[tuple[str, float]] = (),
    oblasts: tuple[Oblast, ...] | None = None,
) -> Coverage:
    """Build as `build`, of drawings; snapshots whose key is in `without` are left out."""
    oblasts = oblast_room.load() if oblasts is None else oblasts
    used = select(drawings.infos, readers, without)
    if not used:
        raise InputError("{source}: no snapshot to build a record from", source)
    polygons, layers = drawings.used(used)
    outlines = Outlines.of(polygons)
    geometry, face_oblast = noding.faces_of(outlines.edges, Frames.of(oblasts))
    points = noding.interior_points(geometry)
    grounds = noding.grounds_of(points, polygons, outlines, layers)
    run_face, run_since, run_ground = noding.runs_of(grounds)
    return Coverage(
        source=source,
        snapshots=tuple(drawings.infos[i] for i in used),
        oblasts=oblasts,
        faces=Faces(face_oblast, areas_km2(geometry), geometry),
        run_face=run_face,
        run_since=run_since,
        run_ground=run_ground,
    )
