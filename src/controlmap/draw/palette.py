"""The colours of the map, layer by layer, and those of dates, on light and on dark ground."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Style = Mapping[str, object]

PALETTE: Mapping[str, tuple[Style, Style]] = {
    # id: (style in the light theme, what the dark theme changes). The hues stay apart for readers
    # who do not see red or green; where they come near, the hatch tells them apart. What is held
    # and what is not differ in lightness too, for print without colours.
    "page": (
        {"sea": "#d8e3ea", "ink": "#1f2328", "halo": "#fdfcf9", "paper": "#ffffff",
         "muted": "#565d64", "edge": "#b9c0c6", "focus": "#0b57d0"},
        {"sea": "#1a242b", "ink": "#eceff1", "halo": "#15191c", "paper": "#1e2327",
         "muted": "#b3bac0", "edge": "#4b545b", "focus": "#8ab4f8"},
    ),
    "neighbours": (
        {"fillColor": "#e9e7e1", "fillOpacity": 1, "color": "#b3b0a7", "weight": 0.8},
        {"fillColor": "#262b2f", "color": "#4d5359"},
    ),
    "land": (
        {"fillColor": "#faf8f3", "fillOpacity": 1, "color": "#86837b", "weight": 1.1},
        {"fillColor": "#343a3f", "color": "#8b9298"},
    ),
    # Names of what the record does not tell of: the words of the map's ground.
    "names": ({"color": "#565d64"}, {"color": "#b3bac0"}),
    "rest": (
        {"fillColor": "#4a7fd4", "fillOpacity": 0.3, "color": "#4a7fd4", "weight": 0},
        {"fillColor": "#1d4f94", "fillOpacity": 0.6, "color": "#1d4f94"},
    ),
    "held": (
        {"fillColor": "#cf4c2d", "fillOpacity": 0.76, "color": "#a63a20", "weight": 0.7},
        {"fillColor": "#dd6742", "fillOpacity": 0.8, "color": "#f0906f"},
    ),
    "held-before-2022": (
        {"fillColor": "#6d1c0e", "fillOpacity": 0.85, "color": "#5c170a", "weight": 0.7,
         "hatch": "\\", "hatchColor": "#3d0d04", "hatchOpacity": 0.35},
        {"fillColor": "#6f2213", "fillOpacity": 0.92, "color": "#b0573f",
         "hatchColor": "#d98a70", "hatchOpacity": 0.28},
    ),
    "advance": (
        {"fillColor": "#e59a80", "fillOpacity": 0.6, "color": "#a63a20", "weight": 0.7,
         "hatch": "/", "hatchColor": "#8a2f18", "hatchOpacity": 0.5},
        {"fillColor": "#b06a52", "fillOpacity": 0.7, "color": "#f0906f",
         "hatchColor": "#ffd0c0", "hatchOpacity": 0.4},
    ),
    "contested": (
        {"fillColor": "#f0bf4c", "fillOpacity": 0.5, "color": "#8f6400", "weight": 0.7,
         "hatch": "/", "hatchColor": "#7a5500", "hatchOpacity": 0.85},
        {"fillColor": "#e8bd4e", "fillOpacity": 0.75, "color": "#f6d98f",
         "hatchColor": "#4d3600", "hatchOpacity": 0.9},
    ),
    "infiltration": (
        {"fillColor": "#f0bf4c", "fillOpacity": 0.3, "color": "#8f6400", "weight": 0.9,
         "hatch": "x", "hatchColor": "#5c4000", "hatchOpacity": 0.7},
        {"fillColor": "#e8bd4e", "color": "#f6d98f", "hatchColor": "#f6d98f"},
    ),
    "claimed-control": (
        {"fillColor": "#a58fcf", "fillOpacity": 0.5, "color": "#5e3c99", "weight": 0.9,
         "hatch": "\\", "hatchColor": "#5e3c99", "hatchOpacity": 0.6},
        {"fillColor": "#8d79b8", "fillOpacity": 0.6, "color": "#c7b3f2", "hatchColor": "#d9ccf5"},
    ),
    "liberated": (
        {"fillColor": "#2b8f9c", "fillOpacity": 0.62, "color": "#2a7587", "weight": 0.7},
        {"fillColor": "#49b3b8", "fillOpacity": 0.6, "color": "#7cc7d8"},
    ),
    # Slivers at first sight: the fill tells them, a heavy outline would be all of them.
    "gained": (
        {"fillColor": "#8f0f6e", "fillOpacity": 0.92, "color": "#5c0846", "weight": 0.7,
         "hatch": "x", "hatchColor": "#ffffff", "hatchOpacity": 0.3},
        {"fillColor": "#ffb0e6", "fillOpacity": 0.95, "color": "#ffe3f6",
         "hatchColor": "#3a0a2d", "hatchOpacity": 0.35},
    ),
    "lost": (
        {"fillColor": "#0f4c9c", "fillOpacity": 0.85, "color": "#0a3163", "weight": 0.7,
         "hatch": "+", "hatchColor": "#ffffff", "hatchOpacity": 0.35},
        {"fillColor": "#58a6ff", "fillOpacity": 0.95, "color": "#cfe5ff",
         "hatchColor": "#06284f", "hatchOpacity": 0.4},
    ),
    # The fewer hold it, the paler: the hatch tells one alone apart without the hue.
    "by-all": (
        {"fillColor": "#cf4c2d", "fillOpacity": 0.76, "color": "#a63a20", "weight": 0.7},
        {"fillColor": "#dd6742", "fillOpacity": 0.8, "color": "#f0906f"},
    ),
    "by-some": (
        {"fillColor": "#e8963c", "fillOpacity": 0.75, "color": "#8a4b00", "weight": 0.7,
         "hatch": "\\", "hatchColor": "#6b3600", "hatchOpacity": 0.55},
        {"fillColor": "#e09a48", "color": "#ffd9a0", "hatchColor": "#4d2600"},
    ),
    "by-one": (
        {"fillColor": "#f5df8e", "fillOpacity": 0.85, "color": "#6d5c00", "weight": 0.9,
         "hatch": "x", "hatchColor": "#5c4d00", "hatchOpacity": 0.6},
        {"fillColor": "#efe0a0", "fillOpacity": 0.8, "color": "#fff3c4", "hatchColor": "#4d4000"},
    ),
    "place-held": (
        {"fillColor": "#a63a20", "fillOpacity": 1, "color": "#ffffff", "weight": 1},
        {"fillColor": "#f0906f", "color": "#15191c"},
    ),
    "place-contested": (
        {"fillColor": "#f0bf4c", "fillOpacity": 1, "color": "#1f2328", "weight": 1},
        {"fillColor": "#f6d98f", "color": "#15191c"},
    ),
    "place-rest": (
        {"fillColor": "#2f62b8", "fillOpacity": 1, "color": "#ffffff", "weight": 1},
        {"fillColor": "#8fb4ee", "color": "#15191c"},
    ),
    "own": (
        {"color": "#0b3fa8", "weight": 2.6, "opacity": 1},
        {"color": "#9cc2ff"},
    ),
    # Over what is held and what is not, which both show through.
    "water": (
        {"fillColor": "#d8e3ea", "fillOpacity": 0.5, "color": "#5f8fab", "weight": 0.6},
        {"fillColor": "#1a242b", "color": "#86b4cc"},
    ),
    "oblasts": (
        {"color": "#3b4046", "weight": 1.1, "opacity": 0.85},
        {"color": "#c9cfd4", "opacity": 0.8},
    ),
    "claim": (
        {"color": "#5e3c99", "weight": 2.2, "opacity": 0.9, "dashArray": "9 5"},
        {"color": "#c7b3f2"},
    ),
    "changed-hands": (
        {"fillColor": "#21918c", "fillOpacity": 0.85, "color": "#21918c", "weight": 0,
         "hatch": "+", "hatchColor": "#1f2328", "hatchOpacity": 0.4},
        {"fillColor": "#35b779", "color": "#35b779", "hatchColor": "#eceff1"},
    ),
    "places": (
        {"fillColor": "#1f2328", "fillOpacity": 1, "color": "#fdfcf9", "weight": 1},
        {"fillColor": "#eceff1", "color": "#15191c"},
    ),
    "chosen": (
        {"fillColor": "#f6d32d", "fillOpacity": 1, "color": "#1f2328", "weight": 2.5},
        {"color": "#15191c"},
    ),
    "tiles": ({}, {}),
}  # fmt: skip

DATES = {
    "light": ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"),
    "dark": ("#8a5cc4", "#c0549f", "#ea7457", "#f9a73e", "#f5ec5a"),
}
"""Colours of dates, the earliest first, the latest farthest from the ground (viridis, plasma)."""
BEFORE_DATES = {"light": "#aaa498", "dark": "#62686e"}
"""What was so when a record begins."""


def style_for(layer_id: str) -> tuple[Style, Style]:
    """Return the light style of a layer and what the dark theme changes in it, from `PALETTE`."""
    if layer_id not in PALETTE:
        raise ValueError(f"no style for layer {layer_id!r}; there are {', '.join(PALETTE)}")
    return PALETTE[layer_id]


def on_land(layer_id: str) -> tuple[str, str]:
    """Return what a layer's fill looks like on the land, in the light and in the dark theme."""
    return _composited(layer_id, 0), _composited(layer_id, 1)


def _composited(layer_id: str, theme: int) -> str:
    fill, land = ({**PALETTE[name][0], **PALETTE[name][theme]} for name in (layer_id, "land"))
    opacity = float(str(fill["fillOpacity"]))
    mixed = opacity * _rgb(fill["fillColor"]) + (1 - opacity) * _rgb(land["fillColor"])
    return "#" + "".join(f"{channel:02x}" for channel in np.rint(mixed).astype(int))


def _rgb(colour: object) -> NDArray[np.float64]:
    return np.array([int(str(colour)[i : i + 2], 16) for i in (1, 3, 5)], float)


def date_colours(theme: str, count: int) -> list[str]:
    """So many colours along the `DATES` of a theme, the earliest first."""
    stops = np.array([_rgb(colour) for colour in DATES[theme]])
    at = np.linspace(0, len(stops) - 1, count)
    mixed = [np.interp(at, range(len(stops)), stops[:, channel]) for channel in range(3)]
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.rint(mixed).astype(int).T.tolist()]


def dates(span: tuple[date, date]) -> dict[str, Any]:
    """Return the colours of ground by the year in which it changed hands, and of what was before.

    Parameters
    ----------
    span
        The first and the last day of the record.
    """
    years = range(span[0].year, span[1].year + 1)
    light, dark = (date_colours(theme, len(years)) for theme in ("light", "dark"))
    each = zip(years, light, dark, strict=True)
    return {
        "start": BEFORE_DATES,
        "years": [{"name": str(year), "light": day, "dark": night} for year, day, night in each],
    }
