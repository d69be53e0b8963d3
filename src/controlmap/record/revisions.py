"""What a source changed afterwards: snapshots corrected under the same instant, and by how much.

The record holds what the source says now. That it said something else before stays in the record's
provenance: for each oblast what became Russian-held by the correction and what ceased to be, in
km2, geodesic on WGS84.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap.core.model import Polygons, Provenance
from controlmap.geo.geodesy import GRID_PER_DEGREE, area_km2
from controlmap.record.coverage import Coverage

_THIN_DEGREES = 2 / GRID_PER_DEGREE
"""Half the width of what noding may have moved, and the source has not."""


@dataclass(frozen=True)
class Change:
    """What a correction changed in an oblast: km2, and a point (lon, lat) in its largest piece."""

    iso: str
    gained_km2: float
    lost_km2: float
    lon: float
    lat: float


@dataclass(frozen=True)
class Revision:
    """A snapshot that its source corrected.

    Attributes
    ----------
    reader, name
        The kind of file, and the file.
    observed
        The instant (UTC) that both are of.
    noticed
        When the correction was retrieved (UTC); None where that is not known.
    before, after
        The SHA-256 of the file as it was, and as it is.
    changes
        A row an oblast that it changed; none where it changed no Russian-held ground.
    """

    reader: str
    name: str
    observed: datetime
    noticed: datetime | None
    before: str
    after: str
    changes: tuple[Change, ...]


def between(before: Coverage, after: Coverage) -> list[Revision]:
    """Return the snapshots that both records have, and have otherwise."""
    known = {info.key: number for number, info in enumerate(before.snapshots)}
    return [
        Revision(
            info.reader,
            info.name,
            info.observed,
            info.retrieved,
            before.snapshots[known[info.key]].sha256,
            info.sha256,
            tuple(_changes(before, known[info.key], after, number)),
        )
        for number, info in enumerate(after.snapshots)
        if info.key in known and before.snapshots[known[info.key]].sha256 != info.sha256
    ]


def _changes(before: Coverage, old: int, after: Coverage, new: int) -> Iterator[Change]:
    for number, oblast in enumerate(after.oblasts):
        was, is_now = _held(before, old, number), _held(after, new, number)
        both = np.intersect1d(shapely.to_wkb(was), shapely.to_wkb(is_now))
        gone = shapely.union_all(was[~np.isin(shapely.to_wkb(was), both)])
        come = shapely.union_all(is_now[~np.isin(shapely.to_wkb(is_now), both)])
        gained, lost = (
            _thick(shapely.difference(come, gone)),
            _thick(shapely.difference(gone, come)),
        )
        pieces = shapely.get_parts([gained, lost])
        if len(pieces):
            largest = max(pieces, key=area_km2)
            lon, lat = shapely.get_coordinates(shapely.point_on_surface(largest))[0].round(5)
            gained_km2, lost_km2 = (round(area_km2(ground), 3) for ground in (gained, lost))
            yield Change(oblast.iso, gained_km2, lost_km2, float(lon), float(lat))


def _held(coverage: Coverage, index: int, oblast: int) -> Polygons:
    faces = coverage.held(index) & (coverage.face_oblast == oblast)
    geometry = coverage.face_geometry[faces & ~shapely.is_missing(coverage.face_geometry)]
    return np.asarray(shapely.normalize(geometry), dtype=object)


def _thick(geometry: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry that are wider than what noding may have moved."""
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[~shapely.is_empty(shapely.buffer(parts, -_THIN_DEGREES))])


def of(provenance: Provenance) -> list[Revision]:
    """Return what a record's provenance keeps, in order of the snapshots and of noticing."""
    return [
        Revision(
            **{
                **entry,
                "observed": datetime.fromisoformat(entry["observed"]).astimezone(UTC),
                "noticed": entry["noticed"] and datetime.fromisoformat(entry["noticed"]),
                "changes": tuple(Change(**change) for change in entry["changes"]),
            }
        )
        for entry in provenance.figures.get("revisions", ())
    ]


def listed(revisions: Iterable[Revision]) -> dict[str, Any]:
    """Return revisions as provenance keeps them; nothing where there is none."""
    entries = [
        {
            **asdict(revision),
            "observed": revision.observed.isoformat(),
            "noticed": revision.noticed and revision.noticed.isoformat(),
        }
        for revision in sorted(revisions, key=lambda r: r.observed)
    ]
    return {"revisions": entries} if entries else {}
