"""NZZ's record of Liveuamap: what is Russian-held, and what changed within the file's window.

Held is `nochange` and `gains` together. The day is in the properties, and lags the file's name.
From March 2024 the feed leaves out what was held before 24 February 2022; such a file says so in
the Snapshot's `lacks`, and is completed from a source that has it before a record takes it.
"""

from __future__ import annotations

from datetime import UTC, datetime

import shapely

from controlmap.core.model import Ground, InputError, Polygons, Snapshot, SnapshotInfo, Status
from controlmap.geo.geodesy import array_of
from controlmap.sources import geojson
from controlmap.sources.geojson import Document, Feature

ID = "nzz"
REPORTS = frozenset({Status.RUSSIAN_HELD})
HELD = ("nochange", "gains")
KINDS = (*HELD, "losses")
HELD_SINCE_2014 = {
    "Donetsk": (37.805, 48.023),
    "Horlivka": (38.050, 48.305),
    "Luhansk": (39.307, 48.574),
    "Khrustalnyi": (38.945, 48.130),
    "Dovzhansk": (39.650, 48.085),
}
"""Cities far behind the line of contact of 2015 to 2022 (lon, lat): none of them held means that
the file leaves out what was held before 2022."""


def recognises(document: Document) -> bool:
    """Whether this is such a file: its features tell what of the window they are."""
    return any(
        f.properties.get("type") in KINDS and "_dateto" in f.properties for f in document.features
    )


def read(document: Document, observed: datetime | None = None) -> Snapshot:
    """A file as a Snapshot; `observed` serves where its features tell no day."""
    name = document.name
    observed = _stated(document) or observed
    if observed is None:
        raise InputError(f"{name}: tells no date; give `areas` a --date")
    held: list[shapely.Polygon] = []
    warnings = []
    moved = 0.0
    far: list[tuple[float, float, float, float]] = []
    for feature in document.areas:
        kind = feature.properties.get("type")
        if kind not in KINDS:
            told = geojson.shown(kind)
            warnings.append(
                f"{name}: feature {feature.number}: type {told!r} is not known; left out"
            )
        if kind in HELD:
            parts, repaired = geojson.polygons(feature, name, far=far)
            held.extend(parts)
            moved += repaired
    layers = {Ground.OCCUPIED: array_of(held)}
    geojson.expect_nearby(name, list(layers.values()), far)
    return Snapshot(
        SnapshotInfo(
            reader=ID,
            name=name,
            observed=observed,
            retrieved=None,
            sha256=document.sha256,
            reports=REPORTS,
            warnings=tuple(warnings),
            repaired_km2=moved,
        ),
        layers,
        _lacks(layers[Ground.OCCUPIED]),
    )


def _lacks(held: Polygons) -> frozenset[Status]:
    cities = shapely.points(list(HELD_SINCE_2014.values()))
    tree = shapely.STRtree(held)
    found = tree.query(cities, predicate="within")
    return frozenset() if found.size else frozenset({Status.HELD_BEFORE_2022})


def _stated(document: Document) -> datetime | None:
    days = {_day(document.name, f) for f in document.features if f.properties.get("date")}
    if len(days) > 1:
        told = ", ".join(f"{day:%Y-%m-%d}" for day in sorted(days))
        raise InputError(f"{document.name}: its features are of {told}; one day is expected")
    return next(iter(days), None)


def _day(name: str, feature: Feature) -> datetime:
    told = str(feature.properties["date"])
    try:
        return datetime.strptime(told, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        shown = geojson.shown(told)
        raise InputError(
            f"{name}: feature {feature.number}: {shown!r} is not a date YYYY-MM-DD"
        ) from error
