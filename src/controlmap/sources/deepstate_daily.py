"""DeepState's daily mirror: one MultiPolygon of Russian-held territory a file.

The file named for day D was taken at 03:00 UTC of D; it shows the map of one of the two evenings
before, and does not say of which: `DELAYS` has the likelier one. It reports neither contested nor
liberated ground, nor which part was held before 2022.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from controlmap.core.model import Ground, InputError, Snapshot, Status
from controlmap.sources import days
from controlmap.sources.document import Document
from controlmap.sources.layers import Layers

ID = "deepstate_daily"
REPORTS = frozenset({Status.RUSSIAN_HELD})
_NAME = re.compile(r"deepstatemap_data_(\d{8})")
_TAKEN_AT_HOUR = 3
_EVENING = time(20, tzinfo=UTC)
"""When DeepState has closed a day, as its own snapshots of four years tell."""


@dataclass(frozen=True)
class Delay:
    """How many evenings before a file its map is, for files from a day on: likeliest, and range."""

    since: date
    best: int
    least: int
    most: int


DELAYS = (
    Delay(date.min, best=1, least=1, most=2),
    Delay(date(2025, 5, 15), best=2, least=1, most=2),
)
"""Set on DeepState's own snapshots, which the files overlap until 3 August 2025, and on the totals
that DeepState published for the months after, which are met within 0.9 km2."""


def observed(day: date) -> tuple[datetime, tuple[date, date]]:
    """Return the best instant that the file of a day is of, and the first and last day it may be.

    Where the delay grows by an evening, two files are of the same: the later is then an hour later.
    """
    delay = next(delay for delay in reversed(DELAYS) if day >= delay.since)
    evening = datetime.combine(day - timedelta(days=delay.best), _EVENING)
    within = day - timedelta(days=delay.most), day - timedelta(days=delay.least)
    return evening + timedelta(hours=delay.best), within


def recognises(document: Document) -> bool:
    """Return whether this is such a file: its name, outside or inside, says so."""
    return _stated(document) is not None


def read(document: Document, given: datetime | None) -> Snapshot:
    """Return a file as a Snapshot, by the day that its name, outside or inside, says."""
    stated = _stated(document)
    best, within = observed(stated.date()) if stated else (given, None)
    instant = days.observed(document, "name it deepstatemap_data_YYYYMMDD.geojson, or", best)
    layers = Layers(document, [Ground.OCCUPIED])
    for feature in document.areas:
        layers.add(feature, Ground.OCCUPIED)
    return layers.snapshot(ID, instant, REPORTS, retrieved=stated, within=within)


def _stated(document: Document) -> datetime | None:
    """Return the instant that the file's name and the name inside it say, where either does."""
    names = (document.name, str(document.members.get("name", "")))
    texts = [match[1] for name in names if (match := _NAME.search(name))]
    if len(set(texts)) > 1:
        raise InputError("{name}: is named for {one}, inside for {other}", document.name, *texts)
    if not texts:
        return None
    try:
        day = datetime.strptime(texts[0], "%Y%m%d")
    except ValueError as error:
        raise InputError("{name}: {text} is no day YYYYMMDD", document.name, texts[0]) from error
    return day.replace(hour=_TAKEN_AT_HOUR, tzinfo=UTC)
