"""Every layer has its colours, and they are told apart by every eye."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from controlmap.draw import palette
from test_maps import layer

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
VISION = {
    "full": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def rgb(colour: object) -> np.ndarray:
    return np.array([int(str(colour)[k : k + 2], 16) for k in (1, 3, 5)]) / 255


def linear(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ light.clip(0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def theme(layer_id: str, dark: bool) -> Mapping[str, Any]:
    light_style, changes = palette.PALETTE[layer_id]
    return {**light_style, **(changes if dark else {})}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_statuses_differ_for_every_eye(vision: str, dark: bool) -> None:
    """Fills on land, hatches not counted, differ by 10 in CIE Lab: 2.3 is just noticeable."""
    land = rgb(theme("land", dark)["fillColor"])
    seen = {"land": lab(VISION[vision] @ linear(land))}
    fills: dict[str, Any] = {}
    over = {"liberated": "rest", "lost": "rest", "gained": "held"}  # a part of it, painted over it
    for status in ("rest", "held", "held-before-2022", "contested", *over):
        style = theme(status, dark)
        below = fills[over[status]] if status in over else land
        fills[status] = fill = below + style["fillOpacity"] * (rgb(style["fillColor"]) - below)
        seen[status] = lab(VISION[vision] @ linear(fill))
    distances = {
        (a, b): float(np.linalg.norm(seen[a] - seen[b])) for a, b in itertools.combinations(seen, 2)
    }
    assert {pair: round(d, 1) for pair, d in distances.items() if d < 10} == {}


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_dates_differ_for_every_eye(vision: str, name: str) -> None:
    """From each other, from what was held at the start, and from ground that never was."""
    land = rgb(theme("land", name == "dark")["fillColor"])
    dates = [palette.BEFORE_DATES[name], *palette.date_colours(name, 5)]
    fills = [land, *(land + 0.8 * (rgb(colour) - land) for colour in dates)]
    seen = [lab(VISION[vision] @ linear(fill)) for fill in fills]
    least = min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))
    assert least >= 10


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_held_differs_without_colours(dark: bool) -> None:
    """In greyscale, by 1.8 to 1 from what is not, as WCAG reckons contrast."""
    land = rgb(theme("land", dark)["fillColor"])
    grey = []
    for status in ("held", "rest"):
        style = theme(status, dark)
        fill = land + style["fillOpacity"] * (rgb(style["fillColor"]) - land)
        grey.append(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(fill)) + 0.05)
    assert max(grey) / min(grey) >= 1.8


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("ink", "paper"), ("muted", "paper"), ("ink", "halo"), ("paper", "ink"), ("ink", "sea")],
)
def test_text_stands_out(text: str, ground: str, dark: bool) -> None:
    """WCAG 2.2, contrast of text at least 4.5 to 1."""
    page = theme("page", dark)
    one, other = sorted(
        float(np.array([0.2126, 0.7152, 0.0722]) @ linear(rgb(page[k]))) for k in (text, ground)
    )
    assert (other + 0.05) / (one + 0.05) >= 4.5


def test_every_layer_of_the_dashboard_has_a_style() -> None:
    ids = {
        "rest",
        "oblasts",
        "claim",
        "held",
        "held-before-2022",
        "contested",
        "liberated",
        "gained",
    }
    assert ids | OTHER_IDS == set(palette.PALETTE)
    for layer_id in ids | {"lost", "places"}:
        layer(layer_id)


OTHER_IDS = {
    "changed-hands", "chosen", "lost", "place-contested", "place-held", "place-rest", "places",
    "tiles", "page", "land", "neighbours", "names", "by-all",
    "by-some", "by-one", "own", "water", "advance", "claimed-control", "infiltration",
}  # fmt: skip
