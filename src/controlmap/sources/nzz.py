"""NZZ's record of Liveuamap: what is Russian-held, and what changed within the file's window.

Held is `nochange` and `gains` together. The day is in the properties, and lags the file's name.
From March 2024 the feed leaves out what was held before 24 February 2022; such a file says so in
the Snapshot's `lacks`, and is completed from a source that has it before a record takes it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import shapely

from controlmap.core.model import Ground, InputError, Polygons, Snapshot, Status
from controlmap.geo.geodesy import areas_km2, array_of
from controlmap.sources import days
from controlmap.sources.document import Document, Feature, shown
from controlmap.sources.layers import Layers
from controlmap.words.catalog import as_given

ID = "nzz"
REPORTS = frozenset({Status.RUSSIAN_HELD})
FIELDS = frozenset({"type", "date", "_datefrom", "_dateto"})
HELD = ("nochange", "gains")
KINDS = (*HELD, "losses")
_LEFT_OUT = frozenset({Status.HELD_BEFORE_2022})
MOST_MOVED_KM2 = 20_000.0
"""No window of some days gains or loses more. The most in 235 files that are true are 14,392 km2
gained, on 26 March 2022, and 8,366 lost, by 11 September 2022."""
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
    """Return whether this is such a file: its features say what of the window they are."""
    return any(
        f.properties.get("type") in KINDS and "_dateto" in f.properties for f in document.features
    )


def read(document: Document, observed: datetime | None) -> Snapshot:
    """Return a file as a Snapshot, of the day that its features have."""
    observed = days.observed(document, "", _stated(document), observed)
    layers = Layers(document, [Ground.OCCUPIED])
    moved = {"gains": 0.0, "losses": 0.0}
    for feature in document.areas:
        kind = feature.properties.get("type")
        if kind not in KINDS:
            layers.warn(
                "feature {number}: type {kind!r} is not known; left out",
                feature.number,
                shown(kind),
            )
        near = layers.add(feature, Ground.OCCUPIED if kind in HELD else None)
        if kind in moved:
            moved[kind] += float(areas_km2(array_of(near)).sum())
    contradiction = ""
    if max(moved.values()) > MOST_MOVED_KM2:
        contradiction = as_given(
            "its own window of some days has gains of {gains:,.0f} and losses of {losses:,.0f} "
            "km2, more than can be true ({most:,.0f} km2)",
            *moved.values(),
            MOST_MOVED_KM2,
        )
        layers.warn("{contradiction}", contradiction)
    snapshot = layers.snapshot(ID, observed, REPORTS)
    is_whole = holds_since_2014(snapshot.layers[Ground.OCCUPIED])
    lacks = frozenset() if is_whole else _LEFT_OUT
    return replace(snapshot, lacks=lacks, contradiction=contradiction)


def holds_since_2014(polygons: Polygons) -> bool:
    """Return whether a city of `HELD_SINCE_2014` lies in one of the polygons."""
    cities = shapely.points(list(HELD_SINCE_2014.values()))
    return bool(shapely.STRtree(polygons).query(cities, predicate="within").size)


def _stated(document: Document) -> datetime | None:
    stated = {_day(document.name, f) for f in document.features if f.properties.get("date")}
    return max(stated, default=None)


def _day(name: str, feature: Feature) -> datetime:
    text = str(feature.properties["date"])
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        where = f"{name}: feature {feature.number}"
        raise InputError("{where}: {text!r} is no day YYYY-MM-DD", where, shown(text)) from error
