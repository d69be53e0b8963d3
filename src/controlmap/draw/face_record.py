"""The whole record for the browser: each face once, and what it was in its runs of days.

The file is gzipped JSON: integers in columns, which `assets/record.js` reads. Coordinates are whole
units of 2**-13 degree, the grid of the generalised record, so that nothing more is rounded there;
for the screen only.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import numpy as np
import orjson
import shapely

from controlmap.core.model import CARRY_LIMIT, Ground, Status
from controlmap.record.coverage import Coverage
from controlmap.record.noding import Ints

GRID = 2**13
"""Units to a degree."""
NOT_HELD, HELD, CONTESTED = range(3)
"""What ground is to the browser: neither of the others, Russian-held, contested."""

_KINDS = np.array(
    [
        HELD
        if g in Status.RUSSIAN_HELD.grounds
        else CONTESTED
        if g in Status.CONTESTED.grounds
        else NOT_HELD
        for g in Ground
    ]
)
_FORMAT = 4
_CURVE_BITS = 10
_COMPRESSION = 7  # 9 would save 4 % of the bytes and take four times as long


def encode(coverage: Coverage) -> bytes:
    """Return the record as the browser reads it; the same record gives the same bytes.

    The last snapshot of a day stands for it. Faces without geometry are left out.
    """
    days = _days(coverage)
    faces = _faces(coverage)
    content = {
        "format": _FORMAT,
        "first": str(coverage.span[0]),
        "units_per_degree": GRID,
        "carry_days": CARRY_LIMIT.days,
        "oblasts": [o.name for o in coverage.oblasts],
        "kinds": _KINDS,
        "day": days.number,
        "contested_reported": [
            int(Status.CONTESTED in coverage.snapshots[i].reports) for i in days.last
        ],
        **_rings(coverage, faces),
        **_runs(coverage, faces, days),
    }
    text = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return gzip.compress(text, compresslevel=_COMPRESSION, mtime=0)


@dataclass(frozen=True)
class _Days:
    """The days with a snapshot, and which of them each snapshot is of."""

    number: Ints  # since the first; shape (days,)
    last: Ints  # the last snapshot of each; shape (days,)
    of_snapshot: Ints  # shape (snapshots,)


def _days(coverage: Coverage) -> _Days:
    first = coverage.span[0]
    numbers = np.array([(s.observed.date() - first).days for s in coverage.snapshots])
    number, of_snapshot = np.unique(numbers, return_inverse=True)
    return _Days(number, np.searchsorted(numbers, number, "right") - 1, of_snapshot)


def _faces(coverage: Coverage) -> Ints:
    """Return the faces with a geometry, neighbours near each other: the file packs better."""
    faces = np.flatnonzero(~shapely.is_missing(coverage.face_geometry))
    centre = shapely.get_coordinates(shapely.centroid(coverage.face_geometry[faces]))
    low, high = centre.min(axis=0), centre.max(axis=0)
    cell = ((centre - low) / np.maximum(high - low, 1e-9) * (2**_CURVE_BITS - 1)).astype(np.int64)
    bits = np.arange(_CURVE_BITS)
    spread = ((cell[:, :, None] >> bits) & 1) << (2 * bits)
    return faces[np.argsort(spread.sum(axis=2) @ [1, 2], kind="stable")]


def _rings(coverage: Coverage, faces: Ints) -> dict[str, Ints]:
    """Return rings without their closing points, each point as its step from the one before."""
    oriented = shapely.orient_polygons(coverage.face_geometry[faces])
    parts, owner = shapely.get_parts(oriented, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    kept = np.r_[ring[1:] == ring[:-1], False]
    units = np.rint(coordinates[kept] * GRID).astype(np.int64)
    return {
        "face_oblast": coverage.face_oblast[faces],
        "face_rings": np.bincount(owner[part], minlength=len(faces)),
        "ring_points": np.bincount(ring[kept]),
        "steps": np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel(),
    }


def _runs(coverage: Coverage, faces: Ints, days: _Days) -> dict[str, Ints]:
    """Return runs over days: of those that begin on one day the last, where the ground changes."""
    position = np.full(len(coverage.face_km2), -1, dtype=np.int64)
    position[faces] = np.arange(len(faces))
    face, ground = position[coverage.run_face], coverage.run_ground
    since = days.of_snapshot[coverage.run_since]
    kept = np.flatnonzero(face >= 0)
    kept = kept[np.lexsort((coverage.run_since[kept], face[kept]))]
    last_of_day = np.r_[(np.diff(face[kept]) != 0) | (np.diff(since[kept]) != 0), True]
    kept = kept[last_of_day]
    kept = kept[np.r_[True, (np.diff(face[kept]) != 0) | (np.diff(ground[kept]) != 0)]]
    return {
        "face_runs": np.bincount(face[kept], minlength=len(faces)),
        "run_since": since[kept],
        "run_ground": ground[kept],
    }
