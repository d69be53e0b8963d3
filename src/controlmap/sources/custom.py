"""A person's own file as a Snapshot, by a legend or by a guess that a warning tells."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from controlmap.core.model import InputError, Snapshot, Status, statuses_of
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of
from controlmap.sources import days, legends
from controlmap.sources.document import Document, shown
from controlmap.sources.layers import Layers
from controlmap.sources.legends import GROUNDS, Legend

ID = "own"
REPORTS = statuses_of(ground for ground in GROUNDS.values() if ground is not None)


def recognises(document: Document) -> bool:
    """Return True: what is no source's is a person's own, and reading it says what is missing."""
    return bool(document)


def read(document: Document, observed: datetime | None, legend: Legend | None = None) -> Snapshot:
    """Return a file as a Snapshot, by a legend or, without one, by the guess.

    Raises
    ------
    InputError
        Where nothing in it says a status or the day, or nothing in it is Russian-held.
    """
    guessed = legend is None
    legend = legend or legends.guess(legends.columns(document))
    if legend is None:
        raise InputError(
            "{name}: no reader knows it; say what it is with --legend FILE (docs/sources.md)",
            document.name,
        )
    observed = days.observed(
        document,
        "name it with YYYY-MM-DD, or",
        observed or legend.observed or days.named_day(document.name) or days.stated(document),
    )
    layers = Layers(document)
    if guessed:
        layers.warn("read by a guess, {legend}", legends.described(legend))
    unknown: Counter[str] = Counter()
    held = False
    for feature in document.areas:
        status = legend.name_of(feature.properties)
        ground = GROUNDS[status] if status else None
        if ground is not None:
            layers.add(feature, ground)
            held |= ground in Status.RUSSIAN_HELD.grounds
        elif status is None:
            value = legends.value_of(feature.properties.get(legend.column or ""))
            unknown[value] += geodesy.areas_km2(array_of(layers.add(feature, None))).sum()
    for value, km2 in unknown.items():
        layers.warn(
            "{column} {value!r} is not in the legend; left out ({km2:.1f} km2)",
            legend.column,
            shown(value),
            km2,
        )
    if not held:
        raise InputError(
            "{name}: has nothing Russian-held ({legend})", document.name, legends.described(legend)
        )
    return layers.snapshot(ID, observed, _reports(legend))


def _reports(legend: Legend) -> frozenset[Status]:
    """Return what the legend has a value for, and held: some of it has to be."""
    grounds = (GROUNDS[name] for name in (*legend.statuses.values(), legend.whole) if name)
    return statuses_of(ground for ground in grounds if ground is not None) | {Status.RUSSIAN_HELD}
