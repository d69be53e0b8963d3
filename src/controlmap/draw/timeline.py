"""The whole record for a player in the browser: every face once, its runs, the areas of every day.

The file is gzip over a line of JSON and streams of varints (unsigned LEB128, zigzag where a value
may be negative), which `assets/timeline.js` reads. Coordinates are whole units of 2**-13 degree,
the grid of the generalised record, so that nothing more is rounded there; for the screen only.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import ArrayLike

from controlmap.core import geoparquet
from controlmap.core.model import CARRY_LIMIT, Ground, Status
from controlmap.record.coverage import Coverage
from controlmap.record.noding import Ints

GRID = 2**13
"""Units to a degree."""
KM2 = 100
"""Units to a km2: a hectare."""
REST, HELD, CONTESTED = range(3)
"""What a face is on a day: neither of the others, Russian-held, contested."""

_KIND = np.array(
    [
        HELD
        if g in Status.RUSSIAN_HELD.grounds
        else CONTESTED
        if g in Status.CONTESTED.grounds
        else REST
        for g in Ground
    ]
)
_FORMAT = 1
_CURVE_BITS = 10


def write(folder: Path, coverage: Coverage) -> str:
    """Write the file into `folder` and return its name, which carries a hash of the content."""
    data = encode(coverage)
    name = f"timeline-{hashlib.sha256(data).hexdigest()[:16]}.bin"
    if not (folder / name).exists():
        with geoparquet.replacing(folder / name) as file:
            file.write(data)
    return name


def encode(coverage: Coverage) -> bytes:
    """The record as the player reads it; the same record gives the same bytes.

    A day is told by its last snapshot; faces without geometry count in the areas and are not
    drawn. Areas are in hectares, geodesic on WGS84.
    """
    days = _days(coverage)
    first = coverage.span[0]
    faces = _faces(coverage)
    streams = {**_areas(coverage, days), **_rings(coverage, faces), **_runs(coverage, faces, days)}
    head = {
        "format": _FORMAT,
        "first": str(first),
        "grid": GRID,
        "km2": KM2,
        "carry_days": CARRY_LIMIT.days,
        "oblasts": [{"iso": o.iso, "name": o.name} for o in coverage.oblasts],
        "streams": {name: len(data) for name, data in streams.items()},
    }
    told = json.dumps(head, separators=(",", ":")).encode() + b"\n"
    return gzip.compress(told + b"".join(streams.values()), compresslevel=6, mtime=0)


@dataclass(frozen=True)
class _Days:
    """The days that have a snapshot, and which of the days each snapshot is of."""

    number: Ints  # since the first; shape (days,)
    last: Ints  # the last snapshot of each; shape (days,)
    of_snapshot: Ints  # shape (snapshots,)


def _days(coverage: Coverage) -> _Days:
    first = coverage.span[0]
    numbers = np.array([(s.observed.date() - first).days for s in coverage.snapshots])
    number, of_snapshot = np.unique(numbers, return_inverse=True)
    return _Days(number, np.searchsorted(numbers, number, "right") - 1, of_snapshot)


def _areas(coverage: Coverage, days: _Days) -> dict[str, bytes]:
    tells = [Status.CONTESTED in coverage.snapshots[i].reports for i in days.last]
    out = {"day": _varints(np.diff(days.number, prepend=0)), "tells_contested": _varints(tells)}
    for name, status in (("held", Status.RUSSIAN_HELD), ("contested", Status.CONTESTED)):
        units = np.rint(coverage.status_km2(status, days.last) * KM2).astype(np.int64)
        out[name] = _varints(_zigzag(np.diff(units, axis=0, prepend=0).ravel()))
    return out


def _faces(coverage: Coverage) -> Ints:
    """The faces that are drawn, neighbours near each other in the file: it packs better."""
    drawn = np.flatnonzero(~shapely.is_missing(coverage.face_geometry))
    centre = shapely.get_coordinates(shapely.centroid(coverage.face_geometry[drawn]))
    low, high = centre.min(axis=0), centre.max(axis=0)
    cell = ((centre - low) / np.maximum(high - low, 1e-9) * (2**_CURVE_BITS - 1)).astype(np.int64)
    bits = np.arange(_CURVE_BITS)
    spread = ((cell[:, :, None] >> bits) & 1) << (2 * bits)
    return drawn[np.argsort(spread.sum(axis=2) @ [1, 2], kind="stable")]


def _rings(coverage: Coverage, faces: Ints) -> dict[str, bytes]:
    """Rings without their closing point; a ring begins at a step from where the last began."""
    oriented = shapely.orient_polygons(coverage.face_geometry[faces])
    parts, owner = shapely.get_parts(oriented, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    kept = np.r_[ring[1:] == ring[:-1], False]
    units, ring = np.rint(coordinates[kept] * GRID).astype(np.int64), ring[kept]
    begins = np.r_[True, ring[1:] != ring[:-1]]
    steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    steps[begins] = np.diff(units[begins], axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {
        "oblast": _varints(coverage.face_oblast[faces]),
        "rings": _varints(np.bincount(owner[part], minlength=len(faces))),
        "points": _varints(np.bincount(ring)),
        "steps": _varints(_zigzag(steps.ravel())),
    }


def _runs(coverage: Coverage, faces: Ints, days: _Days) -> dict[str, bytes]:
    """Runs over days: of those that begin on one day the last, and only where the kind changes."""
    position = np.full(len(coverage.face_km2), -1, dtype=np.int64)
    position[faces] = np.arange(len(faces))
    face, kind = position[coverage.run_face], _KIND[coverage.run_ground]
    since = days.of_snapshot[coverage.run_since]
    kept = np.flatnonzero(face >= 0)
    kept = kept[np.lexsort((coverage.run_since[kept], face[kept]))]
    last_of_day = np.r_[(np.diff(face[kept]) != 0) | (np.diff(since[kept]) != 0), True]
    kept = kept[last_of_day]
    new_kind = np.r_[True, (np.diff(face[kept]) != 0) | (np.diff(kind[kept]) != 0)]
    face, since, kind = (values[kept[new_kind]] for values in (face, since, kind))
    counts = np.bincount(face, minlength=len(faces))
    begins = np.r_[0, np.cumsum(counts)[:-1]]
    step = np.diff(since, prepend=0)
    step[begins] = since[begins]
    return {"runs": _varints(counts), "since": _varints(step), "kind": _varints(kind)}


def _zigzag(values: Ints) -> Ints:
    return (values << 1) ^ (values >> 63)


def _varints(values: ArrayLike) -> bytes:
    """Unsigned LEB128: seven bits a byte, the lowest first, the top bit where more follow."""
    numbers = np.asarray(values, dtype=np.int64)
    length = np.ones(len(numbers), dtype=np.int64)
    for bits in range(7, 63, 7):
        length += numbers >= 1 << bits
    end = np.cumsum(length)
    out = np.zeros(int(end[-1]) if len(end) else 0, dtype=np.uint8)
    for k in range(int(length.max(initial=0))):
        has = length > k
        more = np.where(length[has] > k + 1, 128, 0)
        out[(end - length)[has] + k] = ((numbers[has] >> (7 * k)) & 127) | more
    return out.tobytes()
