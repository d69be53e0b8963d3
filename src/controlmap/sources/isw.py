"""ISW's layers (Institute for the Study of War and Critical Threats): a file a layer, or several.

What a polygon is, the name of its layer says: the property `layer` in combined files, the
file's name otherwise. The files carry no more than the day, so a state is of 00:00 UTC of its day.

Assessed advance is kept apart: Russian forces operate there, ISW does not assess that they control
it. Claimed control is what Moscow says that it took. Ukrainian counteroffensives are claims of the
other side on ground that is Ukrainian-held either way, and are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controlmap.core.model import Ground, InputError, Snapshot, statuses_of
from controlmap.sources import days
from controlmap.sources.document import Document, shown
from controlmap.sources.layers import Layers

ID = "isw"
FIELDS = frozenset({"layer"})
LEFT_OUT = "counteroffensive"
LAYERS = (
    # The first that matches decides; names are compared without case, spaces, dashes, underscores.
    (re.compile(r"counteroffensive|ウクライナ軍反撃エリア"), LEFT_OUT),
    (re.compile(r"(before|pre)(feb|24|2022|invasion)"), Ground.HELD_BEFORE_2022),
    (re.compile(r"infiltration"), Ground.INFILTRATION),
    (re.compile(r"claimedrussian|russianclaimed"), Ground.CLAIMED_CONTROL),
    (re.compile(r"russianadvance|assessedadvance|ロシア軍侵攻エリア"), Ground.ASSESSED_ADVANCE),
    (re.compile(r"russiacotin|assessedcotin|russiancontrol|controlma|ロシア軍支配エリア"),
     Ground.OCCUPIED),
)  # fmt: skip
"""Names of layers as they were seen, 2022 to 2026: as files, as services, and in Japanese."""
_ISWS = re.compile(
    r"cotin|uk\w{0,8}controlma|^controlmap$|assessedrussian|russianassessed|russianclaimed"
    r"|claimedrussian|russianadvances|counteroffensive|エリア"
)
"""Of these, what no other file is called."""
REPORTS = statuses_of(ground for _, ground in LAYERS if isinstance(ground, Ground))
_MIXED = "ロシア軍侵攻エリア"
_DATED = ("datetime", "pub_date", "pubdate", "editdate")


def layer_ground(name: str) -> Ground | str | None:
    """Return what a layer of that name is: a ground, `LEFT_OUT`, or None for an unknown name."""
    plain = _plain(name)
    return next((ground for words, ground in LAYERS if words.search(plain)), None)


def recognises(document: Document) -> bool:
    """Return whether this is such a file: it, or a layer in it, has a name that only ISW gives."""
    if any("folder" in feature.properties for feature in document.features):  # KML
        return False
    return any(_ISWS.search(_plain(layer)) for layer in _layer_names(document))


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name.casefold())


def _layer_names(document: Document) -> set[str]:
    """Return the layers of a file: those that its features name, itself where one names none."""
    return {str(f.properties.get("layer") or document.name) for f in document.features} or {
        document.name
    }


def read(document: Document, observed: datetime | None) -> Snapshot:
    """Return a file as a Snapshot, of the day that its name or its properties say.

    A file of counteroffensives alone reports nothing: it is there beside the layers of its day.
    """
    observed = days.observed(
        document,
        "name it YYYYMMDD_LAYER.geojson, or",
        days.named_day(document.name) or _stated(document),
        observed,
    )
    grounds = {layer: layer_ground(layer) for layer in _layer_names(document)}
    if not any(grounds.values()):
        raise InputError("{name}: no layer in it is one that {reader} knows", document.name, ID)
    known = [ground for ground in grounds.values() if isinstance(ground, Ground)]
    layers = Layers(document, known)
    unknown: Counter[str] = Counter()
    for feature in document.areas:
        layer = str(feature.properties.get("layer") or document.name)
        ground = grounds[layer]
        if isinstance(ground, Ground):
            layers.add(feature, ground)
        unknown[layer] += ground is None
    for layer, count in (+unknown).items():
        layers.warn("layer {layer!r} is not known; {count} features left out", shown(layer), count)
    if any(f.properties.get("layer") == _MIXED for f in document.areas):
        layers.warn("layer {layer!r} holds claimed control too; counted as advance", _MIXED)
    # A layer of claims alone may well be far from the four oblasts.
    return layers.snapshot(ID, observed, statuses_of(known), anywhere=Ground.OCCUPIED not in known)


def _stated(document: Document) -> datetime | None:
    """Return the latest instant that the features have."""
    instants = (_instant(feature.properties) for feature in document.features)
    return max((instant for instant in instants if instant is not None), default=None)


def _instant(properties: Mapping[str, Any]) -> datetime | None:
    by_name = {column.casefold(): value for column, value in properties.items()}
    instants = (days.instant_of(by_name.get(column)) for column in _DATED)
    return next((instant for instant in instants if instant is not None), None)
