"""Synthetic data for the map alone: squares whose colours a test can name, and hostile text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shapely.geometry import Point, box

from controlmap.draw import maps, palette
from controlmap.draw.maps import Feature, Layer

HOSTILE = (
    "{{7*7}} {% raw %} {# gone #} {{ 'window' }} {{ cycler.__init__.__globals__.os.getcwd() }} "
    "</script><img src=x onerror=window.pwned=1> <b>bold</b> & &amp; \u2028 Ї"
)
BOUNDS = (31.5, 45.7, 40.2, 50.1)
CLOSED_PORT = 49_151
"""Nothing listens here: what a tile server that is down looks like."""

# Where each layer's square is, and a point in it that no other layer touches: (west, south).
SQUARES = {
    "held": (37.0, 47.5),
    "held-before-2022": (38.0, 47.5),
    "contested": (36.0, 47.5),
    "liberated": (35.0, 47.5),
    "gained": (36.0, 48.5),
    "lost": (35.0, 48.5),
}
BOUNDARY = 35.2
"""Longitude where an oblast boundary runs north through "liberated"."""

CITY = (33.5, 47.0)
VILLAGE = (33.5, 47.8)
DAYS = ("2024-01-01", "2024-02-01")

WORDS = dict.fromkeys(maps.WORDS, HOSTILE) | {
    "layers": "Layers", "tiles_failed": "No tiles here.",
    "wheel": "Click, then zoom.", "beyond": "Not shown.",
}  # fmt: skip


def layers(hostile_name: str = HOSTILE) -> list[Layer]:
    """Return one layer of every kind; the layer of places carries the hostile name."""

    def one(layer_id: str, name: str, kind: str = "area", on: bool = True) -> Layer:
        light, dark = palette.style_for(layer_id)
        return Layer(layer_id, name, on, kind, light, dark)  # type: ignore[arg-type]

    tiles = Layer(
        "tiles", "Tiles", False, "tiles", {}, {},
        f"http://127.0.0.1:{CLOSED_PORT}/{{z}}/{{x}}/{{y}}.png", HOSTILE,
    )  # fmt: skip
    areas = [one(layer_id, layer_id) for layer_id in SQUARES]
    lines = [one("oblasts", "oblasts", "line"), one("claim", "claim", "line")]
    return [*areas, *lines, one("places", hostile_name, "place"), tiles]


def background() -> Mapping[str, Sequence[Feature]]:
    """Return land with a named sea south of 46, two boundaries, a city and a village."""
    return {
        "neighbours": [Feature(box(39.5, 46, 45, 52), ())],
        "land": [Feature(box(28, 46, 39.5, 52), ())],
        maps.NAMES: [Feature(Point(33, 45.8), ("Sea", "not shown"))],
        "oblasts": [Feature(box(BOUNDARY, 46.5, 39, 49.6), (HOSTILE,))],
        "claim": [Feature(box(34, 46.2, 39.2, 49.8), ("Claimed",))],
        "places": [
            Feature(Point(CITY), (HOSTILE, HOSTILE), 0),
            Feature(Point(VILLAGE), ("Village",), 4),
        ],
    }


def contents(day: str) -> Mapping[str, Sequence[Feature]]:
    """Return a square of one degree a layer; on the second day "held" has moved south by one."""
    south = -1 if day == DAYS[1] else 0
    return {
        layer_id: [Feature(box(x, y + moved, x + 1, y + 1 + moved), (HOSTILE, layer_id))]
        for layer_id, (x, y) in SQUARES.items()
        for moved in [south if layer_id == "held" else 0]
    }
