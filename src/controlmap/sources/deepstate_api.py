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

import shapely

from controlmap.core.model import Ground, InputError, Snapshot, SnapshotInfo, Status
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of
from controlmap.sources import geojson
from controlmap.sources.geojson import Document

ID = "deepstate_api"
REPORTS = frozenset(
    {Status.RUSSIAN_HELD, Status.HELD_BEFORE_2022, Status.CONTESTED, Status.LIBERATED}
)
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
    """Whether this is such a file: GeoJSON whose polygons carry a name and a fill of the map's.

    One that is named for its instant may have other fills; they are told when it is read.
    """
    fills = {
        str(f.properties["fill"]).casefold()
        for f in document.areas
        if "fill" in f.properties and "name" in f.properties
    }
    of_the_map = bool(fills & COLOURS.keys()) or (bool(fills) and bool(_NAME.search(document.name)))
    return of_the_map and document.members.get("type") == "FeatureCollection"


def read(document: Document, observed: datetime | None = None) -> Snapshot:
    """A file as a Snapshot; its name tells the UTC epoch second, `observed` serves where not."""
    name = document.name
    stated = _NAME.search(name)
    if stated:
        observed = datetime.fromtimestamp(int(stated[1]), UTC)
    if observed is None:
        raise InputError(
            f"{name}: tells no date; name it EPOCHSECOND.geojson, or give `areas` a --date"
        )
    drawn: dict[Ground, list[shapely.Polygon]] = {g: [] for g in COLOURS.values()}
    warnings = []
    moved = 0.0
    far: list[tuple[float, float, float, float]] = []
    for feature in document.areas:
        parts, repaired = geojson.polygons(feature, name, far=far)
        if not parts:
            continue
        ground, doubt = decide(feature.properties.get("fill"), feature.properties.get("name"))
        if ground is not None:
            drawn[ground].extend(parts)
            moved += repaired
        if doubt and (over := _km2_over_oblasts(parts)):
            warnings.append(f"{name}: feature {feature.number}: {doubt} ({over:.1f} km2)")
    if warnings and not any(drawn.values()):
        raise InputError(f"{name}: no feature in it has a colour or a label that {ID} knows")
    layers = {ground: array_of(parts) for ground, parts in drawn.items()}
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
    )


def decide(colour: object, label: object) -> tuple[Ground | None, str]:
    """What ground a feature of that fill and name is, and the doubt about it in words, if any."""
    painted = COLOURS.get(str(colour).casefold())
    named = label_grounds(str(label or ""))
    told = f"label {geojson.shown(label or '')!r} on {geojson.shown(colour)}"
    if len(named) > 1:
        return Ground.CONTESTED, f"{told} contradicts itself; counted as contested"
    says = next(iter(named), None)
    if says is None and painted is None:
        return None, f"{told}: neither is known; left out"
    if says is None:
        return painted, f"{told}: the label is unknown; counted by its colour as {_word(painted)}"
    if painted is None:
        return says, f"{told}: the colour is unknown; counted by its label as {_word(says)}"
    if says is painted:
        return says, ""
    if {says, painted} == {Ground.OCCUPIED, Ground.HELD_BEFORE_2022}:
        return Ground.OCCUPIED, f"{told} disagree on since when; counted as occupied"
    return Ground.CONTESTED, f"{told} disagree; counted as contested"


def label_grounds(label: str) -> frozenset[Ground]:
    """The kinds of ground that the words of a name tell."""
    text = " ".join(unicodedata.normalize("NFKC", label).casefold().split())
    named = {ground for ground, words in LABELS.items() if words.search(text)}
    if Ground.HELD_BEFORE_2022 in named:  # "Occupied Crimea"
        named.discard(Ground.OCCUPIED)
    return frozenset(named)


def _word(ground: Ground | None) -> str:
    return ground.name.lower().replace("_", " ") if ground is not None else "nothing"


def _km2_over_oblasts(parts: list[shapely.Polygon]) -> float:
    over = shapely.intersection(array_of(parts), geojson.region())
    return float(geodesy.areas_km2(over).sum())
