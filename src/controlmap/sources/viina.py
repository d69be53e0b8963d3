"""VIINA 2.0's places as areas: each populated place has its Voronoi cell, clipped to its oblast.

Ground that is nearest to a place is given its holder, which is an approximation, and is called one.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
import shapely

from controlmap.core.model import Ground, InputError, Polygons, Snapshot, SnapshotInfo, Status
from controlmap.geo import geodesy, oblasts, places
from controlmap.geo.geodesy import array_of
from controlmap.geo.places import Place
from controlmap.sources.document import Document
from controlmap.sources.viina_csv import HOLDERS, OPINIONS, UNKNOWN, Year
from controlmap.words.catalog import as_given

REPORTS = frozenset({Status.RUSSIAN_HELD, Status.CONTESTED})
APPROXIMATE = "areas are Voronoi cells of places, an approximation"


@lru_cache(maxsize=1)
def cells() -> Polygons:
    """Return the Voronoi cell of each place in its oblast, by rising GeoNames number; lon, lat.

    Nearest is meant in `geodesy.EQUAL_AREA`; a cell whose oblast cuts it is a MultiPolygon.
    """
    known = sorted(places.load(), key=lambda p: p.geonameid)
    out = np.full(len(known), None, dtype=object)
    for oblast in oblasts.load():
        here = [i for i, place in enumerate(known) if place.iso == oblast.iso]
        points = geodesy.to_equal_area(
            array_of(shapely.Point(known[i].lon, known[i].lat) for i in here)
        )
        frame = geodesy.to_equal_area(oblast.polygon)
        nearest = shapely.voronoi_polygons(
            shapely.multipoints(points), extend_to=shapely.box(*frame.bounds), ordered=True
        )
        out[here] = geodesy.to_lonlat(shapely.intersection(shapely.get_parts(nearest), frame))
    return out


def counts(year: Year, day: date | None) -> dict[str, tuple[int, int, int, int]]:
    """Return how many places each holder has by each opinion: `HOLDERS` in order, and unknown.

    By reader; the last day for None.
    """
    kinds = (*HOLDERS.values(), UNKNOWN)
    out = {}
    for reader, column in OPINIONS.items():
        holder = year.holder[column][year.index(day)]
        russian, contested, ukrainian, unknown = (int((holder == kind).sum()) for kind in kinds)
        out[reader] = russian, contested, ukrainian, unknown
    return out


def placed(year: Year, reader: str, day: date) -> list[tuple[Place, Ground]]:
    """Return the places whose holder an opinion knows on a day, each with its holder."""
    known = {place.geonameid: place for place in places.load()}
    holder = year.holder[OPINIONS[reader]][year.index(day)]
    pairs = zip(year.place.tolist(), holder, strict=True)
    return [(known[number], Ground(value)) for number, value in pairs if value != UNKNOWN]


def recognises(document: Document) -> bool:
    """Return whether this is such a file."""
    return isinstance(document, Year)


def read(reader: str, document: Document, observed: datetime | None) -> Snapshot:
    """Return a day of a year as areas, by one opinion; the last day for None."""
    if not isinstance(document, Year):
        raise InputError("{name}: is not VIINA's CSV", document.name)
    index = document.index(observed and observed.date())
    day, holder = document.days[index], document.holder[OPINIONS[reader]][index]
    unknown = int((holder == UNKNOWN).sum())
    warnings = [f"{document.name}: {APPROXIMATE}"]
    if unknown == len(holder):
        raise InputError(
            "{name}: {by} knows no holder on {day}", document.name, OPINIONS[reader], day
        )
    if unknown:
        warnings.append(
            as_given(
                "{name}: {unknown} of {count} places have no holder on {day}",
                document.name,
                unknown,
                len(holder),
                day,
            )
        )
    info = SnapshotInfo(
        reader=reader,
        name=document.name,
        observed=datetime(day.year, day.month, day.day, tzinfo=UTC),
        retrieved=None,
        sha256=hashlib.sha256(f"{reader} {day} ".encode() + holder.tobytes()).hexdigest(),
        reports=REPORTS,
        warnings=tuple(warnings),
    )
    layers = {
        ground: array_of(
            part for cell in cells()[holder == ground] for part in geodesy.polygons_of(cell)
        )
        for ground in (Ground.OCCUPIED, Ground.CONTESTED)
    }
    return Snapshot(info, layers)
