"""What a record tells of one point: who held it from when to when, and how far the held ground is.

Distances are in km, in the equal-area projection; within the region they differ from geodesic ones
by less than 0.1 %, and a generalised record's lines are good to a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap import geodesy
from controlmap.coverage import Coverage
from controlmap.model import Ground, InputError, Status
from controlmap.noding import Ints

Degrees = NDArray[np.float64]

NOT_HELD = "not_russian_held"
"""Not Russian-held, by a source that does not tell whether it is contested or Ukrainian-held."""


@dataclass(frozen=True)
class Spell:
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
    spells
        In order of time, without gaps between them.
    distance_km
        From the point to the nearest Russian-held ground in each snapshot; shape (snapshots,); 0
        where it is held, NaN where nothing is.
    """

    iso: str
    lon: float
    lat: float
    spells: tuple[Spell, ...]
    distance_km: NDArray[np.float64]

    def status_on(self, day: date) -> str:
        """The status on a day of the record."""
        return next(s.status for s in reversed(self.spells) if s.since <= day)


def record_of(coverage: Coverage, lon: float, lat: float) -> PointRecord:
    """What a record tells of a point in one of its oblasts.

    Raises
    ------
    InputError
        Where the point lies in none.
    """
    point = shapely.Point(lon, lat)
    inside = [i for i, o in enumerate(coverage.oblasts) if o.polygon.covers(point)]
    if not inside:
        names = ", ".join(o.name for o in coverage.oblasts)
        raise InputError(f"{lon:g},{lat:g}: lies in none of the oblasts {names} (LON,LAT is read)")
    flat = geodesy.to_equal_area(point)
    face = int(faces_of(coverage, np.array([lon]), np.array([lat]), np.array(inside[:1]))[0])
    spells = _spells(coverage, face)
    return PointRecord(
        coverage.oblasts[inside[0]].iso, lon, lat, spells, _distances_km(coverage, flat, face)
    )


def faces_of(coverage: Coverage, lon: Degrees, lat: Degrees, oblast: Ints) -> Ints:
    """The face that each point is in; where smoothed lines leave one out, the nearest.

    All of shape (points,): degrees on WGS84, and the number of the oblast whose face is preferred
    where several are as near.
    """
    flat = geodesy.to_equal_area(np.asarray(shapely.points(lon, lat), dtype=object))
    point, face = coverage.flat_tree.query_nearest(flat, all_matches=True)
    elsewhere = coverage.face_oblast[face] != oblast[point]
    order = np.lexsort((face, elsewhere, point))
    point, face = point[order], face[order]
    return np.asarray(face[np.searchsorted(point, np.arange(len(flat)))])


def _spells(coverage: Coverage, face: int) -> tuple[Spell, ...]:
    spells: list[Spell] = []
    runs = np.flatnonzero(coverage.run_face == face)
    for run in runs:
        ground = Ground(coverage.run_ground[run])
        for index in range(coverage.run_since[run], coverage.run_until[run]):
            info = coverage.snapshots[index]
            status = _status(ground, Status.CONTESTED in info.reports)
            if spells and spells[-1].status == status:
                continue
            day = info.observed.date()
            if spells:
                spells[-1] = Spell(spells[-1].status, spells[-1].since, day)
            spells.append(Spell(status, day, None))
    return tuple(spells)


def _status(ground: Ground, tells_contested: bool) -> str:
    if ground in Status.RUSSIAN_HELD.grounds:
        return Status.RUSSIAN_HELD.value
    if not tells_contested:
        return NOT_HELD
    contested = ground is Ground.CONTESTED
    return (Status.CONTESTED if contested else Status.UKRAINIAN_HELD).value


def _distances_km(coverage: Coverage, flat: BaseGeometry, face: int) -> NDArray[np.float64]:
    """Nearest faces first, each fills the snapshots in which it was held and none nearer was."""
    away_m = shapely.distance(coverage.flat_faces, flat)
    away_m[face] = 0.0
    held = np.isin(coverage.run_ground, Status.RUSSIAN_HELD.grounds)
    held &= ~np.isnan(away_m[coverage.run_face])
    runs = np.flatnonzero(held)
    out = np.full(len(coverage.snapshots), np.nan)
    open_snapshots = len(out)
    for run in runs[np.argsort(away_m[coverage.run_face[runs]], kind="stable")]:
        span = out[coverage.run_since[run] : coverage.run_until[run]]
        empty = np.isnan(span)
        span[empty] = away_m[coverage.run_face[run]] / 1000
        open_snapshots -= int(empty.sum())
        if not open_snapshots:
            break
    return out
