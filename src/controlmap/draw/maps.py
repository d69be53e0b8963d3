"""The map: layers, palette and geometry as one folium map that never asks the network.

Two channels reach the page. The background (land, neighbours, boundaries, places) is written once
to a file that the browser fetches and keeps; what changes with the date travels with each rerun as
a `Payload`. Everything that draws lives in `assets/`. Text from outside is data all
the way: it passes `inert_json`, is never compiled as a template, and ends in `textContent`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, NewType, get_args
from urllib.parse import quote, urlencode

import folium
import numpy as np
import shapely
from branca.element import MacroElement
from folium.template import Template
from shapely.geometry.base import BaseGeometry

from controlmap.core import geoparquet
from controlmap.draw import palette
from controlmap.draw.palette import Style

Map = folium.Map
Payload = NewType("Payload", str)

ASSETS = Path(__file__).parent / "assets"
LEAFLET = "vendor/leaflet/leaflet"
"""The JavaScript and CSS of the map, which the dashboard's own server hands out."""
PLACE_RANKS = 5
"""Ranks of places: 0 and 1 always shown with a label, 2 from zoom 8, 3 from 9, 4 from 10."""

WORDS = ("map", "layers", "zoom_in", "zoom_out", "tiles_failed", "background_failed",
         "wheel", "touch", "beyond")  # fmt: skip
"""Texts that `base_map` needs: labels of the map and its controls, messages and hints."""

NAMES = "names"
"""Background layer of points whose words stand on the map, where places leave them room."""

BASE_IDS = ("neighbours", "land", NAMES)
"""Background layers that no control switches, in drawing order; areas lie below all others."""

GRID = 10_000
"""Units to a degree on the wire: 4 decimals, at most 6 m from the truth, for the screen only."""

_ZOOMS = (5, 14)
"""The farthest and the closest; folium's limits would bind tiles alone."""

_OUTLINE_DEGREES = 0.03  # at first view about 3 pixels
_SCRIPTS = ("page", "paint", "placement", "map_view")
_STYLE_KEYS = {"color", "weight", "opacity", "dashArray", "fillColor", "fillOpacity"} | {
    "hatch", "hatchColor", "hatchOpacity"}  # fmt: skip
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_HATCHES = ("/", "\\", "x", "+")
_HTTP = ("https://", "http://")


Kind = Literal["area", "line", "place", "tiles", "time"]
"""How a layer is drawn: "line" is the outlines of polygons, "time" is the front end's."""


@dataclass(frozen=True)
class Layer:
    """One entry of the layer control; layers lie in the order given, the first lowest."""

    id: str
    name: str  # in words, beside its switch and swatch: the list of layers is the legend
    on: bool
    kind: Kind
    light: Style  # Leaflet path options, and hatch, hatchColor, hatchOpacity
    dark: Style  # what the dark theme changes
    tiles: str = ""  # address template of a tile server, for kind "tiles" only
    tiles_credit: str = ""

    def __post_init__(self) -> None:
        """Refuse what the page could not draw: every message says what was found."""
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.id) or self.id in BASE_IDS:
            raise ValueError(f"layer id {self.id!r}: a-z, 0-9 and '-', none of {BASE_IDS}")
        if self.kind not in get_args(Kind):
            kinds = ", ".join(get_args(Kind))
            raise ValueError(f"layer {self.id}: kind {self.kind!r} is not one of {kinds}")
        if (self.kind == "tiles") != self.tiles.startswith(_HTTP):
            raise ValueError(f"layer {self.id}: kind {self.kind}, tile address {self.tiles!r}")
        for key, value in [*self.light.items(), *self.dark.items()]:
            if (
                key not in _STYLE_KEYS
                or (key.lower().endswith("color") and not _COLOUR.fullmatch(str(value)))
                or (key == "hatch" and value not in _HATCHES)
            ):
                raise ValueError(f"layer {self.id}: style {key}={value!r} is not one we draw")


@dataclass(frozen=True)
class Feature:
    """What the map shows of a geometry; nothing else of it reaches the page."""

    geometry: BaseGeometry  # longitude, latitude
    lines: tuple[str, ...]  # tooltip, the first line as its title; () for no tooltip
    rank: int = 0  # of a place, 0 the biggest; below PLACE_RANKS

    def __post_init__(self) -> None:
        """Refuse a rank that has no size on the map."""
        if not 0 <= self.rank < PLACE_RANKS:
            raise ValueError(f"rank {self.rank} of {self.lines[:1]}: 0 to {PLACE_RANKS - 1}")


def inert_json(value: object) -> str:
    """Return JSON in which no text can act in JavaScript, HTML, Jinja or streamlit-folium.

    Every character of a string that is not a plain letter, digit, space or `.,:/?=-` becomes the
    escape of its code, so no template tag, markup, or variable name survives.

    Raises
    ------
    ValueError
        For NaN and infinity, which JSON does not have.
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return re.sub(r'"(?:[^"\\]|\\.)*"', _inert_string, text)


def _inert_string(literal: re.Match[str]) -> str:
    text = json.loads(literal[0])
    return '"' + re.sub(r"[^a-zA-Z0-9 .,:/?=-]", _utf16_escapes, text) + '"'


def _utf16_escapes(character: re.Match[str]) -> str:
    units = character[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{unit}" for unit in units.hex(" ", 2).split())


def payload_json(
    rev: str,
    contents: Mapping[str, Sequence[Feature]],
    notes: Mapping[str, str] | None = None,
    *,
    focus: Sequence[float] = (),
) -> Payload:
    """Return what the page draws for one date: `contents` by layer id, under the name `rev`.

    `notes` say of layers, in the list of them, what is not as usual on that date. `focus` is what
    the map zooms to in the place of all of the ground: west, south, east and north in degrees.

    Coordinates are whole units of 1e-4 degree, each the step from the one before; a polygon's
    closing point is left out. A feature that vanishes at this precision is left out.
    """
    wired = {"rev": rev, "layers": _wire(contents), "notes": notes or {}}
    return Payload(inert_json({**wired, "focus": list(focus)}))


def background_json(background: Mapping[str, Sequence[Feature]]) -> str:
    """Return what never changes, as `write_background` writes it."""
    return inert_json(_wire(background))


def write_background(folder: Path, background: Mapping[str, Sequence[Feature]]) -> str:
    """Write what never changes into `folder` and return the file's name.

    `background` maps layer ids, and those of `BASE_IDS`, to features. The name carries a hash of
    the content, so that a browser may keep it; the write is atomic and happens once.
    """
    text = background_json(background).encode("ascii")
    name = f"background-{hashlib.sha256(text).hexdigest()[:16]}.json"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():
        with geoparquet.replacing(folder / name) as file:
            file.write(text)
    return name


def map_config(
    layers: Sequence[Layer],
    *,
    credit: Sequence[tuple[str, str]],
    ground: BaseGeometry,
    words: Mapping[str, str],
    picks: bool = False,
    fills: bool = False,
) -> dict[str, object]:
    """Return what a map's script takes, as `base_map`; `fills` is for one that is all of its page.

    Raises
    ------
    ValueError
        Where ids repeat, words are missing or unknown, or an address is none.
    """
    ids = [layer.id for layer in layers]
    if len(set(ids)) < len(ids):
        raise ValueError(f"layer ids repeat: {', '.join(ids)}")
    if unlike := set(words) ^ set(WORDS):
        raise ValueError(f"words missing or unknown: {', '.join(sorted(unlike))}")
    for text, href in credit:
        if not href.startswith(_HTTP):
            raise ValueError(f"credit {text!r}: address {href!r} is not http or https")
    return {
        "layers": [vars(layer) for layer in layers],
        "base": [
            {
                "id": i,
                "kind": "name" if i == NAMES else "area",
                "light": palette.PALETTE[i][0],
                "dark": palette.PALETTE[i][1],
            }
            for i in BASE_IDS
        ],
        "page": dict(zip(("light", "dark"), palette.PALETTE["page"], strict=True)),
        "ground": _outlines(ground),
        "zooms": _ZOOMS,
        "credit": credit,
        "words": words,
        "picks": picks,
        "fills": fills,
    }


def base_map(
    layers: Sequence[Layer],
    *,
    background_url: str,
    credit: Sequence[tuple[str, str]],
    ground: BaseGeometry,
    words: Mapping[str, str],
    assets_url: str,
    font_url: str = "",
    picks: bool = False,
) -> folium.Map:
    """Return the map without what changes; its script is the same bytes at each rerun.

    Parameters
    ----------
    background_url
        Address of the file that `write_background` wrote, seen from the map's frame.
    credit
        Sources as (text, http address), shown in the map's corner.
    ground
        What the map shows first, longitude and latitude, polygons; no control covers it then.
    words
        The texts named in `WORDS`.
    assets_url
        Address of the folder with this package's assets, `ASSETS`.
    font_url
        Address of the page's font, a variable one; without it the map takes the system's.
    picks
        Whether a click on the map tells the dashboard of that point.
    """
    config = map_config(layers, credit=credit, ground=ground, words=words, picks=picks)
    west, south, east, north = ground.bounds
    centre = [(south + north) / 2, (west + east) / 2]
    # Leaflet's own answer to a change of size would pass for the reader's choice of a view.
    chart = folium.Map(
        centre, zoom_start=7, tiles=None, zoom_control=False, prefer_canvas=True, zoom_snap=0.1,
        attribution_control=False, scroll_wheel_zoom=False, track_resize=False,
    )  # fmt: skip
    # The first script asks for these at once; st_folium would, for one after the other.
    early = urlencode(
        {
            "css": f"{assets_url}/{LEAFLET}.css",
            "background": background_url,
            "scripts": " ".join(f"{name}.js" for name in _SCRIPTS),
            **({"font": font_url} if font_url else {}),
        }
    )
    chart.default_js = [
        ("controlmap", f"{assets_url}/controlmap.js?{early}"),
        ("leaflet", f"{assets_url}/{LEAFLET}.js"),
        *((name, f"{assets_url}/{name}.js") for name in _SCRIPTS),
    ]
    chart.default_css = []
    chart.add_child(_Script(f"ControlMap.init(map_div, {inert_json(config)});"))
    return chart


@lru_cache(maxsize=8)
def _outlines(ground: BaseGeometry) -> list[list[list[float]]]:
    """Where polygons end at first view: (latitude, longitude) along their rings, simplified."""
    rings = shapely.get_rings(shapely.get_parts(shapely.simplify(ground, _OUTLINE_DEGREES)))
    return [shapely.get_coordinates(ring)[:, ::-1].round(2).tolist() for ring in rings]


def standalone_map(
    layers: Sequence[Layer],
    background: Mapping[str, Sequence[Feature]],
    payload: Payload,
    *,
    credit: Sequence[tuple[str, str]],
    ground: BaseGeometry,
    words: Mapping[str, str],
) -> Map:
    """Return the map of one date, which shows itself in a notebook or a file and asks no server.

    The parameters are those of `base_map`, `write_background` and `payload_json`; scripts, styles
    and the background are in the map itself, as data: addresses.
    """
    chart = base_map(
        layers, background_url="", credit=credit, ground=ground, words=words, assets_url=""
    )
    addresses = urlencode(
        {
            "css": _data_url("text/css", (ASSETS / f"{LEAFLET}.css").read_bytes()),
            "style": _data_url("text/css", (ASSETS / "controlmap.css").read_bytes()),
            "background": _data_url("application/json", background_json(background).encode()),
        }
    )
    # The first script reads its addresses from its own; they end it, as a comment.
    first = quote((ASSETS / "controlmap.js").read_text("utf-8") + "\n//", safe="")
    chart.default_js = [
        ("controlmap", f"data:text/javascript;charset=utf-8,{first}?{addresses}"),
        *(
            (name, _data_url("text/javascript", (ASSETS / f"{name}.js").read_bytes()))
            for name in (LEAFLET, *_SCRIPTS)
        ),
    ]
    (script,) = (c for c in chart._children.values() if isinstance(c, _Script))
    start = script.javascript.replace("map_div", chart.get_name(), 1)
    update = f"window.feature_group = [];\nControlMap.update({payload});"
    chart.add_child(_ShownScript(f"{start}\n{update}"))
    return chart


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def day_layer(payload: Payload) -> folium.FeatureGroup:
    """Return what `st_folium` takes as `feature_group_to_add`: it draws `payload_json`'s text."""
    group = folium.FeatureGroup(name="day", control=False)
    # st_folium appends to this list at each date; what it would remove is not on the map anyway.
    group.add_child(_Script(f"window.feature_group = [];\nControlMap.update({payload});"))
    return group


class _Script(MacroElement):
    """Emits JavaScript by value; `render` is silent, as branca's would compile it as a template."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.javascript }}{% endmacro %}")

    def __init__(self, javascript: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Script"
        self.javascript = javascript

    def render(self, **_: object) -> str:
        """Add nothing to the figure: st_folium reads the script macro itself."""
        return ""


class _ShownScript(_Script):
    """As `_Script`, in the page that folium writes; JSON by `inert_json` has nothing to compile."""

    def render(self, **kwargs: object) -> str:
        """Add the script to the figure."""
        text: str = MacroElement.render(self, **kwargs)  # type: ignore[no-untyped-call]
        return text


_Wire = dict[str, object]


def _wire(contents: Mapping[str, Sequence[Feature]]) -> dict[str, list[_Wire]]:
    wired = {key: [_wire_feature(feature) for feature in contents[key]] for key in contents}
    return {key: [feature for feature in features if feature] for key, features in wired.items()}


def _wire_feature(feature: Feature) -> _Wire:
    letters = {"Point": "p", "LineString": "l", "LinearRing": "l", "Polygon": "a"}
    kind = feature.geometry.geom_type
    letter = letters.get(kind.removeprefix("Multi"))
    if letter is None or kind == "MultiPoint":
        raise ValueError(f"{kind} of {feature.lines[:1]}: the map draws a point, lines or polygons")
    parts = [steps for part in shapely.get_parts(feature.geometry) if (steps := _part(part))]
    return {"t": feature.lines, "r": feature.rank, letter: parts} if parts else {}


def _part(part: BaseGeometry) -> list[int] | list[list[int]]:
    if part.geom_type != "Polygon":
        return _steps(part, 1 if part.geom_type == "Point" else 2)
    shell, *holes = [_steps(ring, 4)[:-2] for ring in shapely.get_rings(part)] or [[]]
    return [shell, *(hole for hole in holes if hole)] if shell else []


def _steps(line: BaseGeometry, least: int) -> list[int]:
    """Return grid coordinates x, y, dx, dy, ... of a line, or none if fewer than `least` remain."""
    degrees = shapely.get_coordinates(line)
    if not np.isfinite(degrees).all():
        raise ValueError(f"{line.geom_type} with coordinates that are no numbers: {line.wkt[:80]}")
    points = np.rint(degrees * GRID).astype(np.int64)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    moved = np.any(steps != 0, axis=1)
    moved[:1] = True  # the first is no step but the place itself
    return list(map(int, steps[moved].flat)) if moved.sum() >= least else []
