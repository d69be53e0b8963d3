"""What answers show on a map, as GeoDataFrames that others read; OGC:CRS84."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas
import shapely

from controlmap.analysis import areas
from controlmap.analysis.agreement import Agreement, class_of
from controlmap.core.model import Status
from controlmap.geo.geodesy import array_of
from controlmap.record.coverage import Coverage, DaySnapshot

_DIGITS = 6  # of a km2


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


def statuses(
    coverage: Coverage, snapshot: DaySnapshot, wanted: Sequence[Status] | None = None
) -> geopandas.GeoDataFrame:
    """Return the ground on a day, a row a status and oblast: iso, name, status, area_km2.

    By default the statuses that fill an oblast without overlap, as far as they are reported; areas
    are exact, outlines as the record has them. What is not reported has no row.
    """
    chosen = [
        status
        for status in (areas.FILLING if wanted is None else wanted)
        if status == Status.UKRAINIAN_HELD or snapshot.reports(status)
    ]
    *by_oblast, _ = areas.by_oblast(coverage, snapshot)
    rows = [
        (row["iso"], row["name"], status.value, row[status], outline)
        for status in chosen
        for row, outline in zip(
            by_oblast, coverage.outline(snapshot.index, status.grounds), strict=True
        )
        if row[status]
    ]
    columns = ("iso", "name", "status", "area_km2", "geometry")
    data = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    return geopandas.GeoDataFrame(data, geometry="geometry", crs="OGC:CRS84")
