"""ISW's layers (Institute for the Study of War and Critical Threats): a file a layer, or several.

What a polygon is, is told by the name of its layer: the property `layer` in combined files, the
file's name otherwise. The files carry no more than the day, so a state is of 00:00 UTC of its day.

Assessed advance is kept apart: Russian forces operate there, ISW does not assess that they control
it. Claimed control is what Moscow says that it took. Ukrainian counteroffensives are claims of the
other side on ground that is Ukrainian-held either way, and are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely

from controlmap.core.model import Ground, InputError, Snapshot, SnapshotInfo, reported
from controlmap.geo.geodesy import array_of
from controlmap.sources import geojson
from controlmap.sources.file_dates import named_day
from controlmap.sources.geojson import Document

ID = "isw"
LEFT_OUT = "counteroffensive"
LAYERS = (
    # The first that matches decides; names are compared without case, spaces, dashes, underscores.
    (re.compile(r"counteroffensive|ウクライナ軍反撃エリア"), LEFT_OUT),
    (re.compile(r"(before|pre)(feb|24|2022|invasion)"), Ground.HELD_BEFORE_2022),
    (re.compile(r"infiltration"), Ground.INFILTRATION),
    (re.compile(r"claimedrussian|russianclaimed"), Ground.CLAIMED_CONTROL),
    (re.compile(r"russianadvance|assessedadvance|ロシア軍侵攻エリア"), Ground.ASSESSED_ADVANCE),
    (re.compile(r"russiacotin|assessedcotin|russiancontrol|ロシア軍支配エリア"), Ground.OCCUPIED),
)  # fmt: skip
"""Names of layers as they were seen, 2022 to 2026: as files, as services, and in Japanese."""
REPORTS = reported(ground for _, ground in LAYERS if isinstance(ground, Ground))
_MIXED = "ロシア軍侵攻エリア"
_EPOCH_MS = ("datetime", "Datetime", "EditDate")


def layer_ground(name: str) -> Ground | str | None:
    """What a layer of that name is: a ground, `LEFT_OUT`, or None where the name is not known."""
    plain = re.sub(r"[\s_-]", "", name.casefold())
    return next((ground for words, ground in LAYERS if words.search(plain)), None)


def recognises(document: Document) -> bool:
    """Whether this is such a file: it, or a layer in it, is named as ISW names them."""
    return any(layer_ground(layer) is not None for layer in _layer_names(document))


def _layer_names(document: Document) -> set[str]:
    """The layers of a file: those that its features name, and itself where one names none."""
    return {str(f.properties.get("layer") or document.name) for f in document.features} or {
        document.name
    }


def read(document: Document, observed: datetime | None = None) -> Snapshot:
    """A file as a Snapshot; `observed` serves where neither name nor properties tell the day.

    A file of counteroffensives alone reports nothing: it is there beside the layers of its day.
    """
    name = document.name
    observed = named_day(name) or _stated(document) or observed
    if observed is None:
        raise InputError(
            f"{name}: tells no date; name it YYYYMMDD_LAYER.geojson, or give `areas` a --date"
        )
    grounds = {layer: layer_ground(layer) for layer in _layer_names(document)}
    if not any(grounds.values()):
        raise InputError(f"{name}: no layer in it is one that {ID} knows")
    drawn: dict[Ground, list[shapely.Polygon]] = {
        ground: [] for ground in grounds.values() if isinstance(ground, Ground)
    }
    unknown: Counter[str] = Counter()
    moved = 0.0
    far: list[tuple[float, float, float, float]] = []
    for feature in document.areas:
        layer = str(feature.properties.get("layer") or name)
        ground = grounds[layer]
        unknown[layer] += ground is None
        if isinstance(ground, Ground):
            parts, repaired = geojson.polygons(feature, name, far=far)
            drawn[ground].extend(parts)
            moved += repaired
    layers = {ground: array_of(parts) for ground, parts in drawn.items()}
    if Ground.OCCUPIED in layers:  # a layer of claims alone may well be far from the four oblasts
        geojson.expect_nearby(name, list(layers.values()), far)
    return Snapshot(
        SnapshotInfo(
            reader=ID,
            name=name,
            observed=observed,
            retrieved=None,
            sha256=document.sha256,
            reports=reported(layers),
            warnings=_warnings(name, unknown, document),
            repaired_km2=moved,
        ),
        layers,
    )


def _warnings(name: str, unknown: Counter[str], document: Document) -> tuple[str, ...]:
    told = [
        f"{name}: layer {geojson.shown(layer)!r} is not known; {count} features left out"
        for layer, count in unknown.items()
        if count
    ]
    if any(f.properties.get("layer") == _MIXED for f in document.areas):
        told.append(f"{name}: layer {_MIXED!r} holds claimed control too; counted as advance")
    return tuple(told)


def _stated(document: Document) -> datetime | None:
    """The latest day that the features tell, in milliseconds since 1970."""
    told = [day for f in document.features if (day := _day(f.properties)) is not None]
    return max(told, default=None)


def _day(properties: Mapping[str, Any]) -> datetime | None:
    value = next((properties[k] for k in _EPOCH_MS if properties.get(k)), None)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
    except (OverflowError, ValueError):
        return None
