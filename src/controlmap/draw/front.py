"""What the front end takes: data files of every source, and the config that names them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from typing import Any

from controlmap import sources
from controlmap.analysis import budget, turning_points
from controlmap.core.version import __version__
from controlmap.draw import face_record, figure_file, map_layers, maps, palette
from controlmap.geo.oblasts import CLAIMED_ON, CREDIT, CREDIT_URL, Basis
from controlmap.record.coverage import Coverage
from controlmap.words import markdown, text, text_front, text_sources
from controlmap.words.catalog import rendered
from controlmap.words.language import LANGUAGE

SCRIPTS = (
    "page", "paint", "placement", "calendar", "record", "looks", "face_canvas", "face_text",
    "map_view", "figures", "day_faces", "front_text", "strip", "front_panel",
    "front_card", "swipe", "measure", "front",
)  # fmt: skip
"""The front end's scripts by name, in the order of their loading; Leaflet comes before them."""
STYLES = ("controlmap", "front")
BACKGROUND = "background"


def files(coverages: Mapping[str, Coverage]) -> dict[str, bytes]:
    """Return the data of the front end by name: the background, each source's figures and record.

    All are gzipped JSON.
    """
    first = next(iter(coverages.values()))
    background = maps.background_json(map_layers.background(first)).encode("ascii")
    out = {BACKGROUND: gzip.compress(background, compresslevel=9, mtime=0)}
    for source, coverage in coverages.items():
        out[f"figures-{source}"] = figure_file.encode(coverage)
        out[f"record-{source}"] = face_record.encode(coverage)
    return out


def config(
    coverages: Mapping[str, Coverage],
    address: Callable[[str], str],
    default: str,
    server: Mapping[str, object] | None = None,
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
    server
        Where a server hands out a day's figures: its `citation`, its `forms` with their labels, and
        what is to be said of the `ground` in them. Without one nothing reaches for the network.
    """
    shown = {source: sources.find_source(source) for source in coverages}
    names = {
        layer: name
        for coverage in coverages.values()
        for layer, name in map_layers.available(text.LAYERS, coverage).items()
    }
    if server is None:
        del names["tiles"]
    listed = map_layers.layer_list(names)
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
                "last": str(coverages[source].span[1]),
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
            "swipe": "",
            "map": "",
            "layers": "",
            "at": "",
        },
        "oblasts": rendered(text.OBLASTS),
        "oblasts_shown": [oblast.iso for oblast in whole.oblasts],
        "words": {
            **rendered(text_front.FRONT),
            "lede": markdown.unlinked(str(text.LEDE)),
            "stale_days": budget.STALE_DAYS,
        },
        "face": rendered(text_front.FACE),
        "basis_notes": rendered(_basis_notes(whole)),
        "statuses": {layer: status.value for layer, status in map_layers.STATUS_OF.items()},
        "dates": {**palette.dates(whole.span), **rendered(text_front.DATES)},
        "server": server and rendered(server),
        "lang": LANGUAGE.get().replace("_", "-"),
        "version": f"controlmap {__version__}",
        "claimed_on": str(CLAIMED_ON),
        "events": [{"date": str(p.date), "title": p.title} for p in turning_points.load()],
        "speeds": [{"days": days, "name": str(name)} for days, name in text.SPEEDS.items()],
        "colours": {**colours, "hatch": (light["hatchColor"], dark["hatchColor"])},
    }


def _basis_notes(coverage: Coverage) -> dict[str, str]:
    """Return what shares are of, by basis."""
    claimed = {basis: sum(o.total_km2(basis) for o in coverage.oblasts) for basis in Basis}
    measured = sum(o.measured_km2(Basis.OFFICIAL) for o in coverage.oblasts)
    said = {basis.value: text.basis(basis, km2) for basis, km2 in claimed.items()}
    beyond = text.not_measured(claimed[Basis.OFFICIAL] - measured)
    return {**said, Basis.OFFICIAL.value: f"{said[Basis.OFFICIAL]} {beyond}"}
