"""What a record tells of one point: who held it from when to when, and how far the held ground is.

Distances are in km, in the equal-area projection; within the region they differ from geodesic ones
by less than 0.1 %, and a generalised record's lines are good to a cell.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.core.model import Ground, InputError, Status
from controlmap.geo import geodesy, places
from controlmap.geo.places import Place
from controlmap.record.coverage import Coverage
from controlmap.record.noding import Ints

Degrees = NDArray[np.float64]

NOT_HELD = "not_russian_held"
"""Not Russian-held, by a source that does not tell whether it is contested or Ukrainian-held."""

NOT_KNOWN = "not_known"
"""No snapshot, for longer than one is carried forward."""


@dataclass(frozen=True)
class Period:
    """A time over which a point had one status; `until` is the first day that it had another.

    `until` is None for the status of the record's last day.
    """

    status: str
    since: date
    until: date | None


@dataclass(frozen=True)
class PointRecord:
    """A point's record.

    Attributes
    ----------
    iso
        The oblast it is in.
    periods
        In order of time, one after the other; those in a gap of the record are `NOT_KNOWN`.
    distance_km
        From the point to the nearest Russian-held ground in each snapshot; shape (snapshots,); 0
        where it is held, NaN where nothing is.
    """

    iso: str
    lon: float
    lat: float
    periods: tuple[Period, ...]
    distance_km: NDArray[np.float64]

    def status_on(self, day: date) -> str:
        """Return the status on a day of the record."""
        return next(s.status for s in reversed(self.periods) if s.since <= day)


def record_of(coverage: Coverage, lon: float, lat: float) -> PointRecord:
    """Return what a record has of a point in one of its oblasts.

    Raises
    ------
    InputError
        Where the point lies in none.
    """
    point = shapely.Point(lon, lat)
    inside = [i for i, o in enumerate(coverage.oblasts) if o.polygon.covers(point)]
    if not inside:
        names = ", ".join(o.name for o in coverage.oblasts)
        swapped = any(o.polygon.covers(shapely.Point(lat, lon)) for o in coverage.oblasts)
        hint = f"; {lat:g},{lon:g} does: are they swapped?" if swapped else ""
        raise InputError(
            "{lon:g},{lat:g}: lies in none of the oblasts {names} (LON,LAT is read){hint}",
            lon,
            lat,
            names,
            hint,
        )
    flat = shapely.Point(shapely.get_coordinates(geodesy.to_equal_area(point))[0])
    face = int(faces_of(coverage, np.array([lon]), np.array([lat]), np.array(inside[:1]))[0])
    periods = _periods(coverage, face)
    return PointRecord(
        coverage.oblasts[inside[0]].iso, lon, lat, periods, _distances_km(coverage, flat, face)
    )


def faces_of(coverage: Coverage, lon: Degrees, lat: Degrees, oblast: Ints) -> Ints:
    """Return the face that each point is in; where smoothed lines leave one out, the nearest.

    A settlement is in the face that the exact lines give it, where the map is generalised.

    All of shape (points,): degrees on WGS84, and the number of the oblast whose face is preferred
    where several are as near.
    """
    exact = [coverage.settlements.get(at) for at in zip(lon.tolist(), lat.tolist(), strict=True)]
    faces = np.array([-1 if face is None else face for face in exact], dtype=np.int64)
    if (left := np.flatnonzero(faces < 0)).size:
        faces[left] = _nearest_faces(coverage, lon[left], lat[left], oblast[left])
    return faces


def _nearest_faces(coverage: Coverage, lon: Degrees, lat: Degrees, oblast: Ints) -> Ints:
    flat = geodesy.to_equal_area(np.asarray(shapely.points(lon, lat), dtype=object))
    point, face = coverage.faces.tree.query_nearest(flat, all_matches=True)
    elsewhere = coverage.face_oblast[face] != oblast[point]
    order = np.lexsort((face, elsewhere, point))
    point, face = point[order], face[order]
    nearest: Ints = face[np.searchsorted(point, np.arange(len(flat)))]
    return nearest


def settlement_faces(coverage: Coverage) -> dict[Place, int]:
    """Return the face that each settlement's point is in, of the oblasts that the record has."""
    number = {oblast.iso: i for i, oblast in enumerate(coverage.oblasts)}
    known = [place for place in places.load() if place.iso in number]
    if not known:
        return {}
    lon, lat = np.array([(p.lon, p.lat) for p in known]).T
    oblast = np.array([number[p.iso] for p in known])
    return dict(zip(known, faces_of(coverage, lon, lat, oblast).tolist(), strict=True))


def _periods(coverage: Coverage, face: int) -> tuple[Period, ...]:
    runs = slice(coverage.face_runs[face], coverage.face_runs[face + 1])
    lengths = coverage.run_until[runs] - coverage.run_since[runs]
    grounds = np.repeat(coverage.run_ground[runs], lengths).tolist()
    starts = [
        (info.observed.date(), _status(Ground(ground), Status.CONTESTED in info.reports))
        for info, ground in zip(coverage.snapshots, grounds, strict=True)
    ]
    starts += [(first, NOT_KNOWN) for first, _ in coverage.unknown]
    starts.sort(key=itemgetter(0))
    begun = [next(period) for _, period in itertools.groupby(starts, key=itemgetter(1))]
    ends = [*(since for since, _ in begun[1:]), None]
    return tuple(
        Period(status, since, until) for (since, status), until in zip(begun, ends, strict=True)
    )


def _status(ground: Ground, tells_contested: bool) -> str:
    if ground in Status.RUSSIAN_HELD.grounds:
        return Status.RUSSIAN_HELD.value
    for status in (Status.CONTESTED, Status.ASSESSED_ADVANCE):
        if ground in status.grounds:
            return status.value
    return Status.UKRAINIAN_HELD.value if tells_contested else NOT_HELD


_STEPS = 128 * 2 ** np.arange(16)
"""How many of the nearest faces are looked at, until enough is known."""


def _distances_km(coverage: Coverage, flat: shapely.Point, face: int) -> NDArray[np.float64]:
    """From the point, in `face`, to the nearest held face in each snapshot; NaN where none is.

    Method: faces are taken in the order in which their bounds come near, more and more of them at
    a time, and only those measured that were held when nothing as near was found yet; until no
    bounds are as near as what was found for every snapshot.
    """
    faces, (west, south, east, north) = coverage.held_bounds
    aside = np.maximum(np.maximum(west - flat.x, flat.x - east), 0.0)
    above = np.maximum(np.maximum(south - flat.y, flat.y - north), 0.0)
    at_least_m = np.where(faces == face, 0.0, np.hypot(aside, above))
    steps = _STEPS[: np.searchsorted(_STEPS, len(faces))]
    order = np.argpartition(at_least_m, np.r_[0, steps]) if len(faces) else faces
    nearest_m = np.full(len(coverage.snapshots), np.inf)
    for some in np.split(order, steps):
        if not len(some) or at_least_m[some[0]] >= nearest_m.max():
            break
        runs = _held_runs(coverage, faces[some])
        is_open = np.r_[0, np.cumsum(nearest_m > at_least_m[some[0]])]
        runs = runs[is_open[coverage.run_until[runs]] > is_open[coverage.run_since[runs]]]
        near, which = np.unique(coverage.run_face[runs], return_inverse=True)
        away_m = shapely.distance(coverage.faces.flat[near], flat)
        away_m[near == face] = 0.0
        for run, metres in zip(runs.tolist(), away_m[which].tolist(), strict=True):
            span = nearest_m[coverage.run_since[run] : coverage.run_until[run]]
            np.minimum(span, metres, out=span)
    return np.where(np.isinf(nearest_m), np.nan, nearest_m / 1000)


def _held_runs(coverage: Coverage, faces: Ints) -> Ints:
    """Return the numbers of the runs over which faces were held."""
    first, counts = coverage.face_runs[faces], np.diff(coverage.face_runs)[faces]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    runs = np.repeat(first, counts) + within
    held: Ints = runs[coverage.run_is_held[runs]]
    return held
