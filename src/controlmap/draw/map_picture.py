"""Maps as pictures: the ground of a day, and what changed hands between two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.analysis import areas, assessed_advance, changes, figures
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL
from controlmap.core.model import Status
from controlmap.draw import pictures
from controlmap.draw.pictures import Box, Caption, Sign, Size, Theme
from controlmap.geo import geodesy, land, places, water
from controlmap.geo.oblasts import Basis
from controlmap.geo.places import Place
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import text, text_pictures

_GROUNDS = {
    "rest": Status.UKRAINIAN_HELD,
    "held": Status.RUSSIAN_HELD,
    "advance": Status.ASSESSED_ADVANCE,
    "contested": Status.CONTESTED,
}
"""The layers of the ground, the lowest first, by their names in the palette."""
_ROOM = 0.04
"""Around what a map shows, over its extent."""
_LEAST_M = 60_000
"""A map shows no less than this."""
_FINENESS_PX = 0.12
_SCALES_KM = (1, 2, 5, 10, 20, 50, 100)
_SCALE_PX = 130
_MOST_NAMES = 26
_PLACE_PX, _OBLAST_PX = 12.5, 14
_PATCHES = 5
"""So many of the largest patches are listed beside a map of changes."""


def of_day(
    coverage: Coverage,
    day: date,
    size: Size,
    theme: Theme,
    *,
    basis: str = Basis.POLYGON,
    advance: str = Advance.APART,
    iso: str = ALL,
) -> str:
    """Return the map of a day as SVG, with the figures of `areas`; of an oblast, or of all four."""
    coverage = assessed_advance.counted(coverage, advance)
    snapshot = coverage.at(day)
    answer = areas.areas(coverage, day, basis=basis, advance=advance)
    layers, every = _layers(coverage, snapshot), answer.row(iso)
    caption = Caption(
        str(text_pictures.CONTROL_ON(day=day)),
        text_pictures.held(
            answer.evidence[0].title, every["russian_held"], every["held_share"], iso
        ),
        [
            *(Sign(text_pictures.status(_GROUNDS[layer], every), layer) for layer in layers),
            _water(),
        ],
        [text_pictures.areas_table(answer.rows)],
        text_pictures.source(answer.evidence, answer.version),
    )
    return _composed(coverage, caption, layers, _frames(coverage, iso), size, theme)


def of_changes(
    coverage: Coverage,
    start: date,
    end: date,
    size: Size,
    theme: Theme,
    *,
    advance: str = Advance.APART,
) -> str:
    """Return the map of what changed hands between two days as SVG, as close as it may be."""
    coverage = assessed_advance.counted(coverage, advance)
    answer = changes.changes(coverage, start, end, advance=advance)
    first, last = coverage.at(start), coverage.at(end)
    layers = _layers(coverage, last)
    moved: list[BaseGeometry] = []
    for layer, faces in zip(
        ("gained", "lost"), figures.changed_faces(coverage, first, last), strict=True
    ):
        if outlines := [o for o in coverage.dissolved(faces) if not o.is_empty]:
            layers[layer] = outlines
            moved += outlines
    every = answer.rows[-1]
    names = {layer: text_pictures.status(_GROUNDS[layer]) for layer in layers if layer in _GROUNDS}
    names |= text_pictures.changed(every)
    tables = [text_pictures.changes_table(answer.rows)]
    if patches := changes.ground(coverage, first, last).rows[:_PATCHES]:
        tables.append(text_pictures.patches_table(patches))
    caption = Caption(
        str(text_pictures.CHANGED_HANDS(start=start, end=end)),
        text_pictures.net(answer.evidence[0].title, every["net_km2"]),
        [*(Sign(names[layer], layer) for layer in layers), _water()],
        tables,
        text_pictures.source(answer.evidence, answer.version),
    )
    around = geodesy.array_of(moved) if moved else _frames(coverage)
    return _composed(coverage, caption, layers, around, size, theme)


def _frames(coverage: Coverage, iso: str = ALL) -> NDArray[np.object_]:
    return geodesy.array_of(o.polygon for o in coverage.oblasts if iso in (ALL, o.iso))


def _water() -> Sign:
    return Sign(str(text.LAYERS["water"]), "water")


def _layers(coverage: Coverage, snapshot: DaySnapshot) -> dict[str, list[BaseGeometry]]:
    """Return the outlines of the ground on a day, by layer."""
    out = {}
    for layer, status in _GROUNDS.items():
        if status == Status.UKRAINIAN_HELD or snapshot.reports(status):
            outlines = coverage.outline(snapshot.index, status.grounds)
            if known := [outline for outline in outlines if not outline.is_empty]:
                out[layer] = known
    return out


def _composed(
    coverage: Coverage,
    caption: Caption,
    layers: Mapping[str, Sequence[BaseGeometry]],
    around: NDArray[np.object_],
    size: Size,
    theme: Theme,
) -> str:
    parts = pictures.layout(caption, size, beside=True)
    view = _View.around(around, parts.body)
    lands = land.load()
    below = {
        "neighbours": [x.polygon for x in lands if x.code != "UA"],
        "land": [x.polygon for x in lands if x.code == "UA"],
    }
    paths = [
        *_paths(view, below, theme),
        *_paths(view, layers, theme),
        *_paths(view, {"water": [w.polygon for w in water.load()]}, theme),
        *_paths(view, {"oblasts": [o.polygon for o in coverage.oblasts]}, theme),
    ]
    km = max((km for km in _SCALES_KM if km * 1000 / view.metres <= _SCALE_PX), default=1)
    ground = {
        **parts.body._asdict(),
        "paths": paths,
        "labels": list(_labels(view, coverage)),
        "scale": f"{km} km",
        "scale_px": round(km * 1000 / view.metres, 1),
    }
    return pictures.written(caption, parts, theme, ground=ground)


class _View:
    """What of the ground a map shows: its middle in metres, and the metres of a pixel."""

    def __init__(self, middle: tuple[float, float], metres: float, box: Box) -> None:
        self.middle, self.metres, self.box = middle, metres, box

    @classmethod
    def around(cls, geometries: NDArray[np.object_], box: Box) -> _View:
        """Return the view that shows geometries in lon, lat, and room around them."""
        west, south, east, north = shapely.total_bounds(geodesy.to_equal_area(geometries))
        spans = east - west, north - south
        wide, high = (max(float(span), _LEAST_M) * (1 + 2 * _ROOM) for span in spans)
        middle = float(west + east) / 2, float(south + north) / 2
        return cls(middle, max(wide / box.width, high / box.height), box)

    def pixels(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry in lon, lat as it lies on the map, cut to it."""
        flat = geodesy.to_equal_area(shapely.segmentize(geometry, 0.05))
        (x, y), box = self.middle, self.box

        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            across = (xy[:, 0] - x) / self.metres + box.width / 2
            return np.column_stack([across, box.height / 2 - (xy[:, 1] - y) / self.metres])

        shown = shapely.clip_by_rect(
            shapely.transform(flat, move), -9, -9, box.width + 9, box.height + 9
        )
        return shapely.simplify(shown, _FINENESS_PX)


def _paths(
    view: _View, layers: Mapping[str, Iterable[BaseGeometry]], theme: Theme
) -> Iterator[dict[str, Any]]:
    for layer, outlines in layers.items():
        look = pictures.style(layer, theme)
        for outline in outlines:
            if d := _path(view.pixels(outline)):
                yield {
                    "layer": layer,
                    "d": d,
                    "fill": look.get("fillColor", "none"),
                    "opacity": look.get("fillOpacity", 0),
                    "stroke": look["color"],
                    "weight": look["weight"],
                    "hatch": f"hatch-{layer}" if "hatch" in look else "",
                }


def _path(geometry: BaseGeometry) -> str:
    """Return polygons as the commands of a path, to a tenth of a pixel."""
    rings = (ring for p in geodesy.polygons_of(geometry) for ring in (p.exterior, *p.interiors))
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z"
        for ring in rings
    )


def _labels(view: _View, coverage: Coverage) -> Iterator[dict[str, Any]]:
    """Yield names where there is room: great cities, oblasts, other places, what lies around."""
    box = view.box
    room = _Room(
        shapely.box(4, 4, box.width - 4, box.height - 4).difference(
            shapely.box(0, box.height - 44, _SCALE_PX + 30, box.height)
        )
    )
    known = sorted(places.load(), key=lambda p: (p.rank, -(p.population or 0)))
    great = [place for place in known if place.rank == 0]
    yield from _place_names(view, room, great, len(great))
    for oblast in coverage.oblasts:
        shown = shapely.intersection(view.pixels(oblast.polygon).buffer(0), room.inside)
        if not shown.is_empty:
            yield from _name(room, shapely.point_on_surface(shown), text.named(oblast.iso).upper())
    yield from _place_names(view, room, known[len(great) :], _MOST_NAMES)
    for at, (name, *_) in text.NAMES:
        if not (point := view.pixels(shapely.Point(at))).is_empty:
            yield from _name(room, point, str(name))


class _Room:
    """Where names may still be: inside of the map, and not over each other."""

    def __init__(self, inside: BaseGeometry) -> None:
        self.inside = inside
        self._taken: list[BaseGeometry] = []

    def take(self, box: BaseGeometry) -> bool:
        """Take a box for a name, and return whether it was free."""
        is_free = self.inside.contains(box) and not any(box.intersects(b) for b in self._taken)
        if is_free:
            self._taken.append(box)
        return is_free


def _name(room: _Room, at: BaseGeometry, name: str) -> Iterator[dict[str, Any]]:
    x, y = shapely.get_coordinates(at)[0]
    half = len(name) * _OBLAST_PX * 0.42
    # As near as there is room, above or below.
    for dy in (0, -18, 18, -36, 36, -54, 54):
        if room.take(shapely.box(x - half, y + dy - 12, x + half, y + dy + 6)):
            yield _label(x, y + dy, name, _OBLAST_PX, "middle", muted=True)
            return


def _place_names(
    view: _View, room: _Room, among: Sequence[Place], most: int
) -> Iterator[dict[str, Any]]:
    for place in among:
        dot = view.pixels(shapely.Point(place.lon, place.lat))
        if most == 0 or dot.is_empty:
            continue
        x, y = (float(value) for value in shapely.get_coordinates(dot)[0])
        wide = len(place.name) * _PLACE_PX * 0.55
        for anchor, left in (("start", x + 6), ("end", x - 6 - wide)):
            west = min(left - 2, x - 4)
            if room.take(shapely.box(west, y - 9, max(left + wide + 2, x + 4), y + 8)):
                most -= 1
                edge = left if anchor == "start" else left + wide
                at = round(x, 1), round(y, 1)
                yield _label(edge, y + 4, place.name, _PLACE_PX, anchor, dot=at)
                break


def _label(
    x: float,
    y: float,
    name: str,
    size: float,
    anchor: str,
    *,
    muted: bool = False,
    dot: tuple[float, float] | None = None,
) -> dict[str, Any]:
    return {
        "x": round(x, 1), "y": round(y, 1), "text": name, "size": size, "anchor": anchor,
        "muted": muted, "dot": dot,
    }  # fmt: skip
