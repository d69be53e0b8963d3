"""One snapshot as a record, by plain overlay: a face for each kind of ground in each oblast.

For a file that is measured by itself. It is not noded with others, so that it takes a fraction of
the time, and its lines stay where the file has them, off the grid of records.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.core.model import PRECEDENCE, Ground, InputError, Polygons, Snapshot
from controlmap.geo import oblasts as oblast_room
from controlmap.geo.geodesy import areas_km2, array_of, polygons_of
from controlmap.geo.oblasts import Oblast
from controlmap.record.coverage import Coverage, Faces
from controlmap.record.drawings import check_whole


def of(source: str, snapshot: Snapshot, oblasts: tuple[Oblast, ...] | None = None) -> Coverage:
    """Return the record of one snapshot; areas in km2 are geodesic on WGS84.

    Parameters
    ----------
    oblasts
        The oblasts to fill; the embedded four by default.

    Raises
    ------
    InputError
        Where the snapshot reports nothing, or leaves ground out and is to be completed first.
    """
    if not snapshot.info.reports:
        raise InputError("{name}: reports no status that controlmap has", snapshot.info.name)
    check_whole(snapshot)
    oblasts = oblast_room.load() if oblasts is None else oblasts
    faces = [
        (number, ground, piece)
        for ground, cut in _cut(snapshot, oblasts)
        for number, piece in enumerate(cut)
        if not piece.is_empty
    ]
    faces.sort(key=lambda face: face[0])
    geometry = array_of(f[2] for f in faces)
    return Coverage(
        source=source,
        snapshots=(snapshot.info,),
        oblasts=oblasts,
        faces=Faces(np.array([f[0] for f in faces], dtype=np.int64), areas_km2(geometry), geometry),
        run_face=np.arange(len(faces)),
        run_since=np.zeros(len(faces), dtype=np.int64),
        run_ground=np.array([f[1] for f in faces], dtype=np.int64),
    )


def ground_km2(snapshot: Snapshot, oblasts: tuple[Oblast, ...]) -> NDArray[np.float64]:
    """Return areas in km2 (geodesic, WGS84) by kind of ground; shape (oblasts, grounds)."""
    km2 = np.zeros((len(oblasts), len(Ground)))
    for ground, cut in _cut(snapshot, oblasts):
        km2[:, ground] = areas_km2(cut)
    return km2


def _cut(snapshot: Snapshot, oblasts: tuple[Oblast, ...]) -> Iterator[tuple[Ground, Polygons]]:
    """Yield what each oblast has of each kind of ground, by `PRECEDENCE`, and the rest.

    Only the polygons of a piece: what merely touches has no area.
    """
    left = array_of(o.polygon for o in oblasts)
    for ground in PRECEDENCE:
        if len(snapshot.layers.get(ground, ())):
            layer = shapely.union_all(snapshot.layers[ground])
            yield ground, _areal(shapely.intersection(left, layer))
            left = shapely.difference(left, layer)
    yield Ground.UNMARKED, _areal(left)


def _areal(pieces: Polygons) -> Polygons:
    return array_of(shapely.MultiPolygon(polygons_of(piece)) for piece in pieces)
