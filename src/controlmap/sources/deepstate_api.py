"""DeepState's map as its API gives it: status in the fill colour and in the name of a feature.

A feature is decided by rule, from its colour and its label (the words in its name):

1. Both say the same: that.
2. One of them is unknown: the other, with a warning.
3. They disagree on when it was taken (held before 2022 or since): Russian-held, with a warning.
4. They disagree otherwise, or the label contradicts itself: contested, with a warning - the source
   does not assign the ground to either side.
5. Both are unknown: left out, with a warning that says how many km2.

Warnings are raised for what lies over the four oblasts; the map shows other parts of the world too.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from functools import cache

import shapely

from controlmap.core.model import Ground, InputError, Snapshot, Status
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of
from controlmap.sources import days
from controlmap.sources.document import Document, shown
from controlmap.sources.layers import Layers
from controlmap.sources.polygons import region
from controlmap.words.catalog import as_given

ID = "deepstate_api"
REPORTS = frozenset(
    {Status.RUSSIAN_HELD, Status.HELD_BEFORE_2022, Status.CONTESTED, Status.LIBERATED}
)
FIELDS = frozenset({"name", "fill"})
_NAME = re.compile(r"(?<!\d)(\d{10})(?!\d)")

COLOURS = {
    "#a52714": Ground.OCCUPIED,
    "#880e4f": Ground.HELD_BEFORE_2022,
    "#000000": Ground.HELD_BEFORE_2022,  # April and May 2022
    "#bcaaa4": Ground.CONTESTED,
    "#bdbdbd": Ground.CONTESTED,
    "#757575": Ground.CONTESTED,
    "#0f9d58": Ground.LIBERATED,
    "#0288d1": Ground.LIBERATED,
    "#01579b": Ground.LIBERATED,
}
"""Fill colours seen over the four oblasts from 2022-04-03 to 2025-08-03."""

LABELS = {
    Ground.OCCUPIED: re.compile(
        r"(?<!де)окупован|захоплен|зайнят|контролюється ворогом|\boccupied|occupation"
    ),
    Ground.HELD_BEFORE_2022: re.compile(r"ордло|\bкрим\b|\bcadr\b|\bcalr\b|\bcrimea\b"),
    Ground.CONTESTED: re.compile(
        r"під питанням|невідом|сіра зона|\bconten?e?s(t)?ed|in doubt|unknown|\bgr[ae]y (area|zone)"
    ),
    Ground.LIBERATED: re.compile(
        r"звільнен|деокупован|відбит|відкинут|під контролем зсу|liberated|taken back|recaptured"
        r"|pushed back|\bdismissed"
    ),
}
"""Words in names, as they were written: Ukrainian, English, misspelt, and keys of the map."""


def recognises(document: Document) -> bool:
    """Return whether this is such a file: GeoJSON whose polygons have a name and a fill of the map.

    One that is named for its instant may have other fills; reading it warns of them.
    """
    fills = {
        str(f.properties["fill"]).casefold()
        for f in document.areas
        if "fill" in f.properties and "name" in f.properties
    }
    of_the_map = bool(fills & COLOURS.keys()) or (bool(fills) and bool(_NAME.search(document.name)))
    return of_the_map and document.members.get("type") == "FeatureCollection"


def read(document: Document, observed: datetime | None) -> Snapshot:
    """Return a file as a Snapshot, of the UTC epoch second that its name or `id` says."""
    stated = _NAME.search(document.name) or _NAME.search(str(document.members.get("id")))
    observed = days.observed(
        document,
        "name it EPOCHSECOND.geojson, or",
        datetime.fromtimestamp(int(stated[1]), UTC) if stated else None,
        observed,
    )
    layers = Layers(document, COLOURS.values())
    known = False
    decide_once = cache(decide)  # the features of a file share a few names
    for feature in document.areas:
        colour, label = feature.properties.get("fill"), feature.properties.get("name")
        ground, doubt = decide_once(str(colour), str(label or ""))
        polygons = layers.add(feature, ground)
        known |= ground is not None and bool(polygons)
        if doubt and polygons and (over := _km2_over_oblasts(polygons)):
            layers.warn("feature {number}: {doubt} ({over:.1f} km2)", feature.number, doubt, over)
    if layers.warnings and not known:
        raise InputError("{name}: {reader} knows no colour or label in it", document.name, ID)
    return layers.snapshot(ID, observed, REPORTS)


def decide(colour: object, label: object) -> tuple[Ground | None, str]:
    """Return what ground a feature of that fill and name is, and the doubt about it, if any."""
    painted = COLOURS.get(str(colour).casefold())
    grounds = label_grounds(str(label or ""))
    both = as_given("label {label!r} on {colour}", shown(label or ""), shown(colour))
    if len(grounds) > 1:
        return Ground.CONTESTED, as_given("{both} contradicts itself; counted as contested", both)
    named = next(iter(grounds), None)
    if named is None and painted is None:
        return None, as_given("{both}: neither is known; left out", both)
    if named is None:
        return painted, as_given(
            "{both}: the label is unknown; counted by its colour as {ground}", both, _word(painted)
        )
    if painted is None:
        return named, as_given(
            "{both}: the colour is unknown; counted by its label as {ground}", both, _word(named)
        )
    if named is painted:
        return named, ""
    if {named, painted} == {Ground.OCCUPIED, Ground.HELD_BEFORE_2022}:
        return Ground.OCCUPIED, as_given("{both} disagree on since when; counted as occupied", both)
    return Ground.CONTESTED, as_given("{both} disagree; counted as contested", both)


def label_grounds(label: str) -> frozenset[Ground]:
    """Return the kinds of ground that the words of a name stand for."""
    text = " ".join(unicodedata.normalize("NFKC", label).casefold().split())
    named = {ground for ground, words in LABELS.items() if words.search(text)}
    if Ground.HELD_BEFORE_2022 in named:  # "Occupied Crimea"
        named.discard(Ground.OCCUPIED)
    return frozenset(named)


def _word(ground: Ground | None) -> str:
    return ground.name.lower().replace("_", " ") if ground is not None else "nothing"


def _km2_over_oblasts(polygons: list[shapely.Polygon]) -> float:
    over = shapely.intersection(array_of(polygons), region())
    return float(geodesy.areas_km2(over).sum())
