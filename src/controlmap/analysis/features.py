"""What answers show on a map, as GeoDataFrames that others read; OGC:CRS84.

A generalised record's faces that are too thin for a cell have an area and no geometry.
"""

from __future__ import annotations

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.analysis import figures
from controlmap.analysis.agreement import Agreement, class_of
from controlmap.geo.geodesy import array_of
from controlmap.record.coverage import Coverage, DaySnapshot

_DIGITS = 6  # of a degree, and of a km2


def changed(coverage: Coverage, start: DaySnapshot, end: DaySnapshot) -> geopandas.GeoDataFrame:
    """Return the faces that changed hands between two days: iso, change, area_km2.

    `change` is gained or lost, as seen from Russian-held ground.
    """
    gained, lost = figures.changed_faces(coverage, start, end)
    change = np.where(gained, "gained", "lost").astype(object)
    return _frame(coverage, gained | lost, "change", change[gained | lost])


def agreed(agreement: Agreement) -> geopandas.GeoDataFrame:
    """Return the ground that sources hold: held_by (ids), class (all, some, one), area_km2.

    Outlines are generalised to `sampling.CELL_M` and more; areas are those of the points.
    """
    km2 = agreement.km2.sum(axis=0)
    outlines = [(c, o) for c, o in enumerate(agreement.outlines) if c and o is not None]
    count = len(agreement.sources)
    return geopandas.GeoDataFrame(
        {
            "held_by": [" ".join(agreement.holders(c)) for c, _ in outlines],
            "class": [class_of(len(agreement.holders(c)), count) for c, _ in outlines],
            "area_km2": [round(float(km2[c]), _DIGITS) for c, _ in outlines],
        },
        geometry=shapely.orient_polygons(array_of(outline for _, outline in outlines)),
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
