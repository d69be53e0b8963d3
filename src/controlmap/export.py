"""Faces and tables as files that others read."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely

from controlmap import figures
from controlmap.coverage import Coverage, Moment

_DIGITS = 6  # of a degree


def changes_geojson(coverage: Coverage, start: Moment, end: Moment, credit: str) -> dict[str, Any]:
    """The faces that changed between two moments as a GeoJSON FeatureCollection (RFC 7946).

    A feature's `change` is gained or lost, as seen from Russian-held; `area_km2` is geodesic on
    WGS84 and exact, also where a face of a generalised record has no geometry.
    """
    features = []
    kinds = zip(("gained", "lost"), figures.changed_faces(coverage, start, end), strict=True)
    for change, faces in kinds:
        for face in np.flatnonzero(faces):
            shape = coverage.face_geometry[face]
            geometry = None if shape is None else _rounded(json.loads(shapely.to_geojson(shape)))
            told = {
                "iso": coverage.oblasts[coverage.face_oblast[face]].iso,
                "change": change,
                "area_km2": round(float(coverage.face_km2[face]), _DIGITS),
            }
            features.append({"type": "Feature", "properties": told, "geometry": geometry})
    return {
        "type": "FeatureCollection",
        "source": coverage.source,
        "credit": credit,
        "from": str(start.day),
        "to": str(end.day),
        "cell_m": coverage.cell_m,
        "features": features,
    }


def _rounded(value: Any) -> Any:
    """A GeoJSON geometry with its numbers rounded."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value
