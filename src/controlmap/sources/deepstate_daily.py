"""DeepState's daily mirror: one MultiPolygon of Russian-held territory a file.

The file named for day D was taken at 03:00 UTC of D; it shows the map of the evening before, at
times that of the evening before that. It reports neither contested nor liberated ground, nor which
part was held before 2022.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from controlmap.core.model import Ground, InputError, Snapshot, Status
from controlmap.sources import days
from controlmap.sources.document import Document
from controlmap.sources.layers import Layers

ID = "deepstate_daily"
REPORTS = frozenset({Status.RUSSIAN_HELD})
_NAME = re.compile(r"deepstatemap_data_(\d{8})")
_TAKEN_AT_HOUR = 3


def recognises(document: Document) -> bool:
    """Return whether this is such a file: its name, outside or inside, says so."""
    return _stated(document) is not None


def read(document: Document, observed: datetime | None) -> Snapshot:
    """Return a file as a Snapshot, of the day that its name, outside or inside, says."""
    stated = _stated(document)
    observed = days.observed(
        document, "name it deepstatemap_data_YYYYMMDD.geojson, or", stated, observed
    )
    layers = Layers(document, [Ground.OCCUPIED])
    for feature in document.areas:
        layers.add(feature, Ground.OCCUPIED)
    return layers.snapshot(ID, observed, REPORTS, retrieved=stated)


def _stated(document: Document) -> datetime | None:
    """Return the instant that the file's name and the name inside it say, where either does."""
    names = (document.name, str(document.members.get("name", "")))
    texts = [match[1] for name in names if (match := _NAME.search(name))]
    if len(set(texts)) > 1:
        raise InputError(
            "{name}: is named for {texts}, and for {texts_2} inside",
            document.name,
            texts[0],
            texts[1],
        )
    if not texts:
        return None
    try:
        day = datetime.strptime(texts[0], "%Y%m%d")
    except ValueError as error:
        raise InputError(
            "{name}: {texts} is not a date YYYYMMDD", document.name, texts[0]
        ) from error
    return day.replace(hour=_TAKEN_AT_HOUR, tzinfo=UTC)
