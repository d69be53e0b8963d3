"""What maps show: their list of layers, and as a payload what a day, two days, a place draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap import sources
from controlmap.analysis import areas, changes, figures, proposals
from controlmap.analysis.proposals import Outcome
from controlmap.analysis.render import Row, Rows
from controlmap.core.model import Polygons, Status
from controlmap.draw import maps, palette
from controlmap.draw.maps import Feature, Layer, Payload
from controlmap.geo import land, places, water
from controlmap.geo.oblasts import CREDIT, CREDIT_URL, Basis
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import text, text_place, text_proposals
from controlmap.words.catalog import Text, rendered

T = TypeVar("T")
TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_OFF = ("tiles", "liberated", "changed-hands")
_KINDS: Mapping[str, maps.Kind] = {
    "tiles": "tiles",
    "changed-hands": "time",
    "chosen": "place",
    "claim": "line",
    "oblasts": "line",
    "own": "line",
    "places": "place",
}
STATUS_OF = {
    "held-before-2022": Status.HELD_BEFORE_2022,
    "advance": Status.ASSESSED_ADVANCE,
    "contested": Status.CONTESTED,
    "infiltration": Status.INFILTRATION,
    "claimed-control": Status.CLAIMED_CONTROL,
    "liberated": Status.LIBERATED,
}
"""The layers that not every source can fill."""
_ORDER = (
    "rest",
    "held",
    "held-before-2022",
    "advance",
    "contested",
    "infiltration",
    "claimed-control",
    "liberated",
    "gained",
    "lost",
    "changed-hands",
    "by-all",
    "by-some",
    "by-one",
    "own",
    "place-rest",
    "place-contested",
    "place-held",
    "water",
    "oblasts",
    "claim",
    "places",
    "chosen",
    "tiles",
)
_AROUND_DEGREES = 0.05
"""How far around a point a map shows that zooms to it."""


def layer_list(names: Mapping[str, Text]) -> list[Layer]:
    """Return the layers that have a name here, in the order of their drawing, the lowest first."""
    out = []
    for name in (layer for layer in _ORDER if layer in names):
        light, dark = palette.style_for(name)
        is_tiles = name == "tiles"
        out.append(
            Layer(
                id=name,
                name=str(names[name]),
                on=name not in _OFF,
                kind=_KINDS.get(name, "area"),
                light=light,
                dark=dark,
                tiles=TILES if is_tiles else "",
                tiles_credit=str(text.TILES_CREDIT) if is_tiles else "",
            )
        )
    return out


def day_map(record: Record, day: date, basis: Basis = Basis.POLYGON) -> maps.Map:
    """Return the dashboard's map of a day as one that shows itself, with all its layers."""
    coverage = record.coverage
    source = sources.find_source(coverage.source)
    names = available(text.LAYERS, coverage)
    del names["changed-hands"]  # drawn by the front end alone
    return maps.standalone_map(
        layer_list(names),
        background(coverage),
        day_payload(record, day, basis),
        credit=[(CREDIT, CREDIT_URL), (str(source.credit), source.url), *text.CREDITS_OF_MAP],
        ground=ground(coverage),
        words=rendered(text.MAP),
    )


def available(layers: Mapping[str, T], coverage: Coverage) -> dict[str, T]:
    """Return those layers, by id, whose status the record reports on some day."""
    reported = {status for info in coverage.snapshots for status in info.reports}
    unknown = {layer for layer, status in STATUS_OF.items() if status not in reported}
    return {layer: value for layer, value in layers.items() if layer not in unknown}


def ground(coverage: Coverage) -> BaseGeometry:
    """Return the four oblasts as polygons of longitude and latitude."""
    return shapely.MultiPolygon(list(shapely.get_parts([o.polygon for o in coverage.oblasts])))


def background(coverage: Coverage) -> dict[str, Sequence[Feature]]:
    """Return what never changes: lands and their names, water, boundaries, the claim, places."""
    lands = land.load()
    frames = [o.polygon for o in coverage.oblasts]
    return {
        "neighbours": [Feature(x.polygon, ()) for x in lands if x.code != "UA"],
        "land": [Feature(x.polygon, ()) for x in lands if x.code == "UA"],
        maps.NAMES: [
            Feature(shapely.Point(at), tuple(map(str, lines))) for at, lines in text.NAMES
        ],
        "water": [Feature(w.polygon, ()) for w in water.load()],
        "oblasts": [Feature(frame, ()) for frame in frames],
        "claim": [Feature(shapely.coverage_union_all(frames), ())],
        "places": [Feature(shapely.Point(p.lon, p.lat), _place(p), p.rank) for p in places.load()],
    }


def _place(place: places.Place) -> tuple[str, ...]:
    people = () if place.population is None else (text.population(place.population),)
    return (place.name, *((place.name_uk,) if place.name_uk else ()), *people)


def payload(
    rev: str,
    names: Mapping[str, Text],
    features: Mapping[str, Sequence[Feature]],
    notes: Mapping[str, str] | None = None,
    *,
    focus: Sequence[float] = (),
) -> Payload:
    """Return what a map shows of `features` and `notes`, by layer, in the layers that it names.

    `focus` is as in `maps.payload_json`.
    """
    return maps.payload_json(
        rev,
        {layer: features[layer] for layer in features if layer in names},
        {layer: note for layer, note in (notes or {}).items() if layer in names},
        focus=focus,
    )


def day_features(
    coverage: Coverage, snapshot: DaySnapshot, basis: Basis
) -> dict[str, list[Feature]]:
    """Return what a day shows, by layer; each feature says name, status, area and share."""
    before_2022 = _before_2022(coverage, snapshot, basis)
    features = {**_grounds(coverage, snapshot, basis), "held-before-2022": before_2022}
    if then := coverage.known(snapshot.day - timedelta(days=30)):
        return features | _changes(coverage, then, snapshot)
    return {**features, "gained": [], "lost": []}


def day_payload(record: Record, day: date, basis: Basis) -> Payload:
    """Return what the map of a day shows."""
    coverage = record.coverage
    snapshot = coverage.at(day)
    return payload(
        f"{record.key} day {day} {basis}",
        available(text.LAYERS, coverage),
        day_features(coverage, snapshot, basis),
        day_notes(coverage, snapshot),
    )


def place_payload(
    record: Record, day: date, point: tuple[float, float] | None, name: str
) -> Payload:
    """Return what a day shows of held ground, and the point that was chosen, if any."""
    coverage = record.coverage
    snapshot = coverage.at(day)
    return payload(
        f"{record.key} place {day} {point}",
        available(text_place.LAYER_NAMES, coverage),
        {
            **_grounds(coverage, snapshot),
            "chosen": [Feature(shapely.Point(point), (name,))] if point else [],
        },
        day_notes(coverage, snapshot),
    )


def change_payload(
    record: Record, start: date, end: date, at: tuple[float, float] | None
) -> Payload:
    """Return what two days show: what is held on the later, what changed since the earlier.

    The map zooms to what changed: to all of it, or to what lies `at` a longitude and latitude.
    """
    coverage = record.coverage
    before, after = coverage.at(start), coverage.at(end)
    return payload(
        f"{record.key} changes {start} {end} {at}",
        available(text.CHANGE_LAYERS, coverage),
        {**_grounds(coverage, after), **_changes(coverage, before, after)},
        focus=_focus(changes.ground(coverage, before, after).geometry, at),
    )


def _focus(patches: Polygons, at: tuple[float, float] | None) -> list[float]:
    """Return the bounds of all patches, or of the one at a point, or else of what is around it."""
    shown = list(patches)
    if at is not None:
        point = shapely.Point(at)
        around = [patch for patch in shown if patch.intersects(point)]
        shown = around[:1] or [shapely.buffer(point, _AROUND_DEGREES)]
    return shapely.total_bounds(shown).round(4).tolist() if shown else []


def transfer_payload(record: Record, measured: Outcome) -> Payload:
    """Return what a proposal shows: what is held on the day, and what would pass either way."""
    coverage, proposal = record.coverage, measured.proposal
    features = _grounds(coverage, measured.snapshot)
    faces = proposals.passing(coverage, measured.snapshot, proposal)
    rows = measured.rows[:-1]
    both_km2 = ([r.to_russia_km2 for r in rows], [r.to_ukraine_km2 for r in rows])
    for layer, passing, km2 in zip(("gained", "lost"), faces, both_km2, strict=True):
        each = zip(coverage.oblasts, coverage.dissolved(passing), km2, strict=True)
        features[layer] = [
            Feature(
                outline,
                text_proposals.tooltip(text.named(o.iso), layer, value, value / o.polygon_km2),
            )
            for o, outline, value in each
            if not outline.is_empty
        ]
    rules = " ".join(f"{iso}={rule}" for iso, rule in proposal.rules.items())
    names = available(text_proposals.LAYERS, coverage)
    return payload(f"{record.key} proposal {measured.snapshot.day} {rules}", names, features)


def _grounds(
    coverage: Coverage, snapshot: DaySnapshot, basis: Basis = Basis.POLYGON
) -> dict[str, list[Feature]]:
    """Return what the ground is on a day, status by status."""
    rows = areas.by_oblast(coverage, snapshot, basis)
    return {
        "rest": _rest(coverage, snapshot, rows, basis),
        "held": _status(coverage, snapshot, rows, Status.RUSSIAN_HELD, basis),
        **{
            layer: _status(coverage, snapshot, rows, status, basis)
            for layer, status in available(STATUS_OF, coverage).items()
        },
    }


def _status(
    coverage: Coverage,
    snapshot: DaySnapshot,
    rows: Rows,
    status: Status,
    basis: Basis,
    note: str = "",
) -> list[Feature]:
    if not snapshot.reports(status):
        return []
    outlines = coverage.outline(snapshot.index, status.grounds)
    return [
        Feature(outline, _tooltip(row, status, basis, note))
        for outline, row in zip(outlines, rows[:-1], strict=True)
        if not outline.is_empty
    ]


def _tooltip(
    row: Row, status: Status, basis: Basis, note: str = "", title: Text = ""
) -> tuple[str, ...]:
    km2, before_2022 = row[status], row["held_before_2022"]
    more = [note] if note else []
    if status is Status.RUSSIAN_HELD and before_2022 is not None:
        more.insert(0, text.held_before(before_2022))
    title = title or text.STATUS[status]
    return text.tooltip(text.named(row["iso"]), title, km2, km2 / row["basis_km2"], basis, *more)


def _rest(coverage: Coverage, snapshot: DaySnapshot, rows: Rows, basis: Basis) -> list[Feature]:
    """Return what is not held: Ukrainian-held, and contested where that is not reported."""
    outlines = coverage.outline(snapshot.index, Status.UKRAINIAN_HELD.grounds)
    title = "" if snapshot.reports(Status.CONTESTED) else text.MAYBE_CONTESTED
    return [
        Feature(outline, _tooltip(row, Status.UKRAINIAN_HELD, basis, title=title))
        for outline, row in zip(outlines, rows[:-1], strict=True)
        if not outline.is_empty
    ]


def _before_2022(coverage: Coverage, snapshot: DaySnapshot, basis: Basis) -> list[Feature]:
    """Return the ground held before 2022, as last reported where the day's snapshot does not."""
    last = figures.last_reported(coverage, snapshot, Status.HELD_BEFORE_2022)
    if last is None:
        return []
    rows = areas.by_oblast(coverage, last, basis)
    note = "" if last.index == snapshot.index else text.as_last_reported(last.day)
    return _status(coverage, last, rows, Status.HELD_BEFORE_2022, basis, note)


def day_notes(coverage: Coverage, snapshot: DaySnapshot) -> dict[str, str]:
    """Return what the list of layers says of each that is not of the day."""
    notes = {
        layer: str(text.NOT_REPORTED)
        for layer, status in available(STATUS_OF, coverage).items()
        if not snapshot.reports(status)
    }
    last = figures.last_reported(coverage, snapshot, Status.HELD_BEFORE_2022)
    if last is not None and last.index != snapshot.index:
        notes["held-before-2022"] = text.as_last_reported(last.day)
    return notes


def _changes(coverage: Coverage, start: DaySnapshot, end: DaySnapshot) -> dict[str, list[Feature]]:
    rows = changes.by_oblast(coverage, start, end)[:-1]
    gained, lost = figures.changed_faces(coverage, start, end)
    return {
        "gained": _changed(coverage, gained, "gained", [r["gained_km2"] for r in rows], start),
        "lost": _changed(coverage, lost, "lost", [r["lost_km2"] for r in rows], start),
    }


def _changed(
    coverage: Coverage,
    faces: NDArray[np.bool_],
    layer: str,
    areas_km2: Sequence[float],
    start: DaySnapshot,
) -> list[Feature]:
    each = zip(coverage.oblasts, coverage.dissolved(faces), areas_km2, strict=True)
    return [
        Feature(
            outline,
            text.changed_tooltip(text.named(o.iso), layer, km2, km2 / o.polygon_km2, start.day),
        )
        for o, outline, km2 in each
        if not outline.is_empty
    ]
