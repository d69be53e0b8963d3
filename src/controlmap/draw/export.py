"""Faces as GeoDataFrames, for analysis and for files that others read; OGC:CRS84.

A generalised record's faces that are too thin for a cell have an area and no geometry.
"""

from __future__ import annotations

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.analysis import agreement as agreeing
from controlmap.analysis import figures
from controlmap.analysis.agreement import Agreement
from controlmap.core.model import Ground
from controlmap.geo.geodesy import array_of
from controlmap.record.coverage import Coverage, DaySnapshot

_DIGITS = 6  # of a degree, and of a km2


def faces(coverage: Coverage, snapshot: DaySnapshot) -> geopandas.GeoDataFrame:
    """Every face on a day: iso, ground (`Ground` by name), area_km2 (geodesic, WGS84)."""
    names = np.array([ground.name.lower() for ground in Ground], dtype=object)
    everything = np.ones(len(coverage.face_km2), dtype=bool)
    return _frame(coverage, everything, "ground", names[coverage.ground(snapshot.index)])


def changed(coverage: Coverage, start: DaySnapshot, end: DaySnapshot) -> geopandas.GeoDataFrame:
    """The faces that changed hands between two moments: iso, change, area_km2.

    `change` is gained or lost, as seen from Russian-held ground.
    """
    gained, lost = figures.changed_faces(coverage, start, end)
    change = np.where(gained, "gained", "lost").astype(object)
    return _frame(coverage, gained | lost, "change", change[gained | lost])


def agreement(found: Agreement) -> geopandas.GeoDataFrame:
    """The ground that sources hold, by who does: held_by (ids), class (all, some, one), area_km2.

    Outlines are generalised to `sampling.CELL_M` and more; areas are those of the points.
    """
    km2 = found.km2.sum(axis=0)
    drawn = [(c, o) for c, o in enumerate(found.outlines) if c and o is not None]
    count = len(found.sources)
    return geopandas.GeoDataFrame(
        {
            "held_by": [" ".join(found.holders(c)) for c, _ in drawn],
            "class": [agreeing.class_of(len(found.holders(c)), count) for c, _ in drawn],
            "area_km2": [round(float(km2[c]), _DIGITS) for c, _ in drawn],
        },
        geometry=shapely.orient_polygons(array_of(outline for _, outline in drawn)),
        crs="OGC:CRS84",
    )


def _frame(
    coverage: Coverage, chosen: NDArray[np.bool_], name: str, values: NDArray[np.object_]
) -> geopandas.GeoDataFrame:
    isos = np.array([o.iso for o in coverage.oblasts], dtype=object)
    # RFC 7946 has outlines run counter-clockwise.
    shapes = shapely.orient_polygons(coverage.face_geometry[chosen])
    return geopandas.GeoDataFrame(
        {
            "iso": isos[coverage.face_oblast[chosen]],
            name: values,
            "area_km2": coverage.face_km2[chosen].round(_DIGITS),
        },
        geometry=shapely.transform(shapes, lambda xy: xy.round(_DIGITS)),
        crs="OGC:CRS84",
    )
