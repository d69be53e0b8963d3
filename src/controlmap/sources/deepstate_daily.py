"""DeepState's daily mirror: one MultiPolygon of Russian-held territory a file.

The file named for day D was taken at 03:00 UTC of D; it shows the map of the evening before, at
times that of the evening before that. It tells nothing of contested or liberated ground, nor which
part was held before 2022.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from controlmap.core.model import Ground, InputError, Snapshot, SnapshotInfo, Status
from controlmap.geo.geodesy import array_of
from controlmap.sources import geojson
from controlmap.sources.geojson import Document

ID = "deepstate_daily"
REPORTS = frozenset({Status.RUSSIAN_HELD})
_NAME = re.compile(r"deepstatemap_data_(\d{8})")
_TAKEN_AT_HOUR = 3


def recognises(document: Document) -> bool:
    """Whether this is such a file: its name, outside or inside, says so."""
    return _stated(document) is not None


def read(document: Document, observed: datetime | None = None) -> Snapshot:
    """A file as a Snapshot; `observed` serves where neither the name nor the file tells the day."""
    name, stated = document.name, _stated(document)
    observed = stated or observed
    if observed is None:
        raise InputError(
            f"{name}: tells no date; name it deepstatemap_data_YYYYMMDD.geojson, or give `areas` a "
            "--date"
        )
    held = []
    moved = 0.0
    far: list[tuple[float, float, float, float]] = []
    for feature in document.areas:
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
            retrieved=stated,
            sha256=document.sha256,
            reports=REPORTS,
            repaired_km2=moved,
        ),
        layers,
    )


def _stated(document: Document) -> datetime | None:
    """The instant that the file's name and the name inside it tell, where either does."""
    told = [
        found[1]
        for text in (document.name, str(document.members.get("name", "")))
        if (found := _NAME.search(text))
    ]
    if len(set(told)) > 1:
        raise InputError(f"{document.name}: is named for {told[0]}, and for {told[1]} inside")
    if not told:
        return None
    try:
        day = datetime.strptime(told[0], "%Y%m%d")
    except ValueError as error:
        raise InputError(f"{document.name}: {told[0]} is not a date YYYYMMDD") from error
    return day.replace(hour=_TAKEN_AT_HOUR, tzinfo=UTC)
