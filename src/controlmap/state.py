"""One state as a record, by plain overlay: a face for each kind of ground in each oblast.

For a file that is measured by itself. It is not noded with others, so that it takes a fraction of
the time, and its lines stay where the file has them, off the grid of records.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap import oblasts as oblast_room
from controlmap.coverage import Coverage, Faces
from controlmap.geodesy import areas_km2, array_of, polygons_of
from controlmap.model import PRECEDENCE, Ground, InputError, Snapshot, SnapshotInfo
from controlmap.oblasts import Oblast


def of(source: str, snapshot: Snapshot, oblasts: tuple[Oblast, ...] | None = None) -> Coverage:
    """The record of one snapshot; areas in km2 are geodesic on WGS84.

    Parameters
    ----------
    oblasts
        The oblasts to fill; the embedded four by default.

    Raises
    ------
    InputError
        Where the snapshot reports nothing, or leaves ground out and is to be completed first.
    """
    if not snapshot.reports:
        raise InputError(f"{snapshot.name}: tells no status that controlmap has")
    if snapshot.lacks:
        left_out = ", ".join(sorted(snapshot.lacks))
        raise InputError(f"{snapshot.name}: leaves out {left_out}; it is to be completed first")
    oblasts = oblast_room.load() if oblasts is None else oblasts
    frames = array_of(o.polygon for o in oblasts)
    faces: list[tuple[int, Ground, BaseGeometry]] = []
    left = frames
    for ground in PRECEDENCE:
        if not len(snapshot.layers.get(ground, ())):
            continue
        drawn = shapely.union_all(snapshot.layers[ground])
        cut = shapely.intersection(left, drawn)
        left = shapely.difference(left, drawn)
        faces += [(i, ground, _areal(piece)) for i, piece in enumerate(cut)]
    faces += [(i, Ground.REST, _areal(piece)) for i, piece in enumerate(left)]
    faces = sorted((f for f in faces if not f[2].is_empty), key=lambda f: f[0])
    geometry = array_of(f[2] for f in faces)
    return Coverage(
        source=source,
        snapshots=(SnapshotInfo.of(snapshot),),
        oblasts=oblasts,
        faces=Faces(np.array([f[0] for f in faces], dtype=np.int64), areas_km2(geometry), geometry),
        run_face=np.arange(len(faces)),
        run_since=np.zeros(len(faces), dtype=np.int64),
        run_ground=np.array([f[1] for f in faces], dtype=np.int64),
    )


def _areal(piece: BaseGeometry) -> BaseGeometry:
    """The polygons of a piece; what only touches has no area."""
    return shapely.MultiPolygon(polygons_of(piece))
