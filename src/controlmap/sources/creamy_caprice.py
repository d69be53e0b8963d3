"""Creamy Caprice's KML: a map drawn from the Russian side, one MultiPolygon a side.

What is Russian-held has the style `ru`, the rest of Ukraine `ua`; the day is in the file's name. A
file that another program exported has other styles, and red for the other side: there that side is
held in which cities lie that were held before 2022. The map marks that ground not apart, and it
shades water that other maps leave out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from controlmap.core.model import Ground, InputError, Snapshot, Status
from controlmap.geo.geodesy import array_of
from controlmap.sources import days
from controlmap.sources.document import Document, shown
from controlmap.sources.layers import Layers
from controlmap.sources.nzz import holds_since_2014
from controlmap.words.catalog import as_given

ID = "creamy_caprice"
FIELDS = frozenset({"style", "fill"})
REPORTS = frozenset({Status.RUSSIAN_HELD})
_SIDES = {"ru": True, "ua": False}
_FOLDER = "Polygon"
_NAME = re.compile(r"Control_(\d\d)_(\d\d)_(\d\d)(?!\d)")


def recognises(document: Document) -> bool:
    """Return whether this is such a file: KML of a folder of two styles, or so named."""
    areas = document.areas
    if not areas or any(feature.properties.get("folder") != _FOLDER for feature in areas):
        return False
    styles = {feature.properties.get("style") for feature in areas}
    return styles == _SIDES.keys() or _NAME.search(document.name) is not None


def read(document: Document, observed: datetime | None) -> Snapshot:
    """Return a file as a Snapshot, of the day that its name says."""
    observed = days.observed(
        document, "name it Control_YY_MM_DD.kml, or", _named(document.name), observed
    )
    layers = Layers(document, [Ground.OCCUPIED])
    for feature in document.areas:
        style = feature.properties.get("style")
        held = _SIDES.get(str(style))
        if held is None:
            held = holds_since_2014(array_of(layers.add(feature, None)))
            side = as_given("Russian-held, for cities held since 2014 lie in it")
            layers.warn(
                "feature {number}: style {style!r} is not known; {side}",
                feature.number,
                shown(style),
                side if held else as_given("not held"),
            )
        if held:
            layers.add(feature, Ground.OCCUPIED)
    return layers.snapshot(ID, observed, REPORTS)


def _named(name: str) -> datetime | None:
    match = _NAME.search(name)
    if match is None:
        return None
    year, month, day = map(int, match.groups())
    try:
        return datetime(2000 + year, month, day, tzinfo=UTC)
    except ValueError as error:
        raise InputError("{name}: {part} is no day YY_MM_DD", name, match[0]) from error
