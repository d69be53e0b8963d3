"""The map on a page: the same ground, credits and words wherever it stands."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

import streamlit as st
from streamlit_folium import st_folium

from controlmap import sources
from controlmap.dashboard import map_layers, session
from controlmap.draw import maps
from controlmap.draw.maps import Feature
from controlmap.geo.oblasts import CREDIT, CREDIT_URL
from controlmap.record.archive import Record
from controlmap.words import text

T = TypeVar("T")
HEIGHT = 560
PLAYED_HEIGHT = 640
_ROOT = "../.."  # of the server, seen from the map's frame


@dataclass(frozen=True)
class Played:
    """A map that plays its record: from which day, over what its shares are, who takes a day."""

    day: date
    totals_km2: Sequence[float]  # by oblast
    use: Callable[[date], None]


def show(
    record: Record,
    key: str,
    names: Mapping[str, str],
    choices: str,
    features: Callable[[], dict[str, list[Feature]]],
    notes: Callable[[], dict[str, str]] = dict,
    *,
    played: Played | None = None,
    pick: Callable[[float, float], None] | None = None,
    credit: Sequence[tuple[str, str]] = (),
    private: bool = False,
    caption: str | None = None,
) -> None:
    """Show the map of `key`, its layers by `names`, with what `choices` (day and the like) draw.

    Where it is `played`, it can go through the whole record, from that day. `pick` is told of the
    longitude and latitude that the reader clicks on. `credit` names whom it shows in the place of
    the record's source. What is `private` stays out of what sessions share. `caption` stands in the
    place of how the record is generalised.
    """
    coverage = record.coverage
    names = map_layers.told(names, coverage)
    addresses = session.map_addresses(
        record.key, coverage, partial(map_layers.background, coverage)
    )
    make = session.private_payload if private else session.payload
    payload = make(
        f"{record.key} {key} {choices}",
        lambda: _named(features(), names),
        lambda: _named(notes(), names),
        played.day if played else None,
        played.totals_km2 if played else (),
    )
    source = sources.find_source(coverage.source)
    base = maps.base_map(
        map_layers.layer_list(names),
        background_url=addresses.background,
        credit=[
            (CREDIT, CREDIT_URL),
            *(credit or [(source.credit, source.url)]),
            *text.CREDITS_OF_MAP,
        ],
        ground=map_layers.ground(coverage),
        words=text.MAP,
        assets_url=addresses.assets,
        font_url=_font_url(),
        player=map_layers.player(coverage, addresses.player_record) if played else None,
        picks=pick is not None,
    )
    st_folium(
        base,
        key=key,
        height=PLAYED_HEIGHT if played else HEIGHT,
        use_container_width=True,
        returned_objects=[],
        on_change=partial(_hear, key, coverage.span, played.use if played else None, pick),
        feature_group_to_add=maps.day_layer(payload),
    )
    if caption is None and coverage.cell_m:
        caption = text.generalised(coverage.cell_m)
    if caption:
        st.caption(caption)


def _named(found: dict[str, T], names: Mapping[str, str]) -> dict[str, T]:
    """What is of the layers that have a name on this map."""
    return {layer: value for layer, value in found.items() if layer in names}


@lru_cache(maxsize=1)
def _font_url() -> str:
    """Where Streamlit's own server has the font of its pages, "" where it has none of that name."""
    static = Path(st.__file__).parent / "static"
    found = next((static / "static" / "media").glob("SourceSansVF-Upright*.woff2"), None)
    return f"{_ROOT}/{found.relative_to(static).as_posix()}" if found else ""


def _hear(
    key: str,
    span: tuple[date, date],
    use: Callable[[date], None] | None,
    pick: Callable[[float, float], None] | None,
) -> None:
    """Hand on the day or the point that the reader wants; the browser may say anything."""
    match st.session_state.get(key):
        case {"day": str(asked)} if use:
            with contextlib.suppress(ValueError):
                day = date.fromisoformat(asked)
                if span[0] <= day <= span[1]:
                    use(day)
        case {"point": [float() | int() as lon, float() | int() as lat]} if pick:
            if abs(lon) <= 180 and abs(lat) <= 90:
                pick(lon, lat)
