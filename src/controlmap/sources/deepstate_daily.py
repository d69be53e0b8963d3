"""DeepState's daily mirror: one MultiPolygon of Russian-held territory a file.

The file named for day D was taken at 03:00 UTC of D, and shows the map of the evening before. It
tells nothing of contested or liberated ground, nor which part was held before 2022.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from controlmap.geodesy import array_of
from controlmap.model import Ground, InputError, Snapshot, Status
from controlmap.sources import geojson

ID = "deepstate_daily"
REPORTS = frozenset({Status.RUSSIAN_HELD})
_NAME = re.compile(r"deepstatemap_data_(\d{8})")
_TAKEN_AT_HOUR = 3


def recognises(document: dict[str, Any], features: list[geojson.Feature], name: str) -> bool:
    """Whether this is such a file: by its name outside or inside, or features without status."""
    return bool(_NAME.search(name) or _NAME.search(str(document.get("name", ""))))


def read(data: bytes, name: str, observed: datetime | None = None) -> Snapshot:
    """A file as a Snapshot; `observed` serves where neither the name nor the file tells the day."""
    document, features = geojson.features(data, name)
    stated = _NAME.search(name) or _NAME.search(str(document.get("name", "")))
    if stated:
        observed = _day(stated[1], name)
    if observed is None:
        raise InputError(
            f"{name}: tells no date; name it deepstatemap_data_YYYYMMDD.geojson, or give --date"
        )
    held = []
    moved = 0.0
    far: list[tuple[float, float, float, float]] = []
    for feature in features:
        if geojson.has_polygons(feature.geometry):
            parts, repaired = geojson.polygons(feature, name, far=far)
            held.extend(parts)
            moved += repaired
    layers = {Ground.OCCUPIED: array_of(held)}
    geojson.expect_nearby(name, list(layers.values()), far)
    return Snapshot(
        reader=ID,
        name=name,
        observed=observed,
        retrieved=observed if stated else None,
        sha256=hashlib.sha256(data).hexdigest(),
        reports=REPORTS,
        layers=layers,
        repaired_km2=moved,
    )


def _day(digits: str, name: str) -> datetime:
    try:
        day = datetime.strptime(digits, "%Y%m%d")
    except ValueError as error:
        raise InputError(f"{name}: {digits} is not a date YYYYMMDD") from error
    return day.replace(hour=_TAKEN_AT_HOUR, tzinfo=UTC)
