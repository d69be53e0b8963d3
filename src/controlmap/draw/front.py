"""What the front end takes: data files of every source, and the config that names them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from typing import Any

from controlmap import sources
from controlmap.analysis import turning_points
from controlmap.core.version import __version__
from controlmap.draw import figure_file, map_layers, maps, palette, player_record
from controlmap.geo.oblasts import CLAIMED_ON, CREDIT, CREDIT_URL
from controlmap.record.coverage import Coverage
from controlmap.words import text, text_front, text_sources
from controlmap.words.catalog import rendered
from controlmap.words.language import LANGUAGE

SCRIPTS = (
    "page", "paint", "placement", "calendar", "record", "looks", "face_canvas", "player_text",
    "map_view", "figures", "day_faces", "front_text", "strip", "front_panel", "front",
)  # fmt: skip
"""The front end's scripts by name, in the order of their loading; Leaflet comes before them."""
STYLES = ("controlmap", "front")
BACKGROUND = "background"
_LEFT_OUT = ("tiles", "changed-hands")
"""Layers of the dashboard's map alone: a tile server is a network, and the player draws dates."""


def files(coverages: Mapping[str, Coverage]) -> dict[str, bytes]:
    """Return the data of the front end by name: the background, each source's figures and record.

    All are gzipped JSON.
    """
    first = next(iter(coverages.values()))
    background = maps.background_json(map_layers.background(first)).encode("ascii")
    out = {BACKGROUND: gzip.compress(background, compresslevel=9, mtime=0)}
    for source, coverage in coverages.items():
        out[f"figures-{source}"] = figure_file.encode(coverage)
        out[f"record-{source}"] = player_record.encode(coverage)
    return out


def config(
    coverages: Mapping[str, Coverage], address: Callable[[str], str], default: str
) -> dict[str, Any]:
    """Return what `Front.mount` takes.

    Parameters
    ----------
    coverages
        The records to show, by the ids of their sources.
    address
        Where a file of `files` is, by its name; "#" and an id where it is in the page itself.
    default
        The id of the source that is shown first, on its last day.
    """
    shown = {source: sources.find_source(source) for source in coverages}
    names = {
        layer: name
        for coverage in coverages.values()
        for layer, name in map_layers.available(text.LAYERS, coverage).items()
    }
    listed = map_layers.layer_list({k: v for k, v in names.items() if k not in _LEFT_OUT})
    whole = coverages[default]
    colours = {part: palette.on_land(part) for part in text.PARTS}
    light, dark = palette.style_for("contested")
    return {
        "map": maps.map_config(
            listed,
            credit=[(CREDIT, CREDIT_URL), *text.CREDITS_OF_MAP],
            ground=map_layers.ground(whole),
            words=rendered(text.MAP),
            fills=True,
        ),
        "background": address(BACKGROUND),
        "sources": [
            {
                "id": source,
                "title": str(of.title),
                "credit": str(of.credit),
                "url": of.url,
                "figures": address(f"figures-{source}"),
                "record": address(f"record-{source}"),
            }
            for source, of in shown.items()
        ],
        "choices": rendered(
            {
                "source": {source: of.title for source, of in shown.items()},
                "basis": text.BASES,
                "contested": text.CONTESTED_CHOICES,
                "advance": text_sources.ADVANCES,
            }
        ),
        "defaults": {
            "date": str(whole.span[1]),
            "source": default,
            "basis": "polygon",
            "contested": "out",
            "advance": "apart",
            "other": "",
            "theme": "",
        },
        "oblasts": rendered(text.OBLASTS),
        "words": rendered(text_front.FRONT),
        "player": rendered(text.PLAYER),
        "lang": LANGUAGE.get().replace("_", "-"),
        "version": f"controlmap {__version__}",
        "claimed_on": str(CLAIMED_ON),
        "events": [{"date": str(p.date), "title": p.title} for p in turning_points.load()],
        "speeds": [{"days": days, "name": str(name)} for days, name in text.SPEEDS.items()],
        "colours": {**colours, "hatch": (light["hatchColor"], dark["hatchColor"])},
    }
