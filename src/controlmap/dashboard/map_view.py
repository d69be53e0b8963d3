"""The map on a page: the same ground, credits and words wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

import streamlit as st
from streamlit_folium import st_folium

from controlmap import sources
from controlmap.dashboard import controls, payloads, routes
from controlmap.dashboard.parameters import Choices, Parameter, Span
from controlmap.draw import map_layers, maps
from controlmap.draw.maps import Payload
from controlmap.geo.oblasts import CREDIT, CREDIT_URL
from controlmap.record.archive import Record
from controlmap.words import text
from controlmap.words.catalog import Text, rendered

HEIGHT = 560
PLAYED_HEIGHT = 640
_ROOT = "../.."  # of the server, seen from the map's frame


@dataclass(frozen=True)
class _Addresses:
    """Where the map's frame finds its parts, all on this server."""

    assets: str
    background: str
    player: str


def show(
    record: Record,
    choices: Choices,
    names: Mapping[str, Text],
    payload: Payload,
    *,
    plays: Parameter[date] | None = None,
    picks: Parameter[str] | None = None,
    credit: Sequence[tuple[str, str]] = (),
    caption: Text | None = None,
) -> None:
    """Show a page's map.

    Parameters
    ----------
    names
        Its layers, in words, by id.
    payload
        What it draws.
    plays
        What a day is kept as that the reader wants to use, on a map that plays its record.
    picks
        What a point is kept as that the reader clicks on, as longitude and latitude.
    credit
        Whom it shows, and where that is, in the place of the record's source.
    caption
        What stands below it in the place of how the record is generalised.
    """
    coverage = record.coverage
    addresses = _addresses(record)
    source = sources.find_source(coverage.source)
    base = maps.base_map(
        map_layers.layer_list(map_layers.available(names, coverage)),
        background_url=addresses.background,
        credit=[
            (CREDIT, CREDIT_URL),
            *(credit or [(source.credit, source.url)]),
            *text.CREDITS_OF_MAP,
        ],
        ground=map_layers.ground(coverage),
        words=rendered(text.MAP),
        assets_url=addresses.assets,
        font_url=_font_url(),
        player=map_layers.player(coverage, addresses.player) if plays else None,
        picks=picks is not None,
    )
    key = f"{choices.page} map"
    st_folium(
        base,
        key=key,
        height=PLAYED_HEIGHT if plays else HEIGHT,
        use_container_width=True,
        returned_objects=[],
        on_change=partial(_take, choices, key, coverage.span, plays, picks),
        feature_group_to_add=maps.day_layer(payload),
    )
    if caption is None and coverage.cell_m:
        caption = text.generalised(coverage.cell_m)
    if caption:
        st.caption(caption)


def _addresses(record: Record) -> _Addresses:
    """Return addresses seen from the map's frame."""
    background, player = payloads.files(record)
    files = f"{_ROOT}/{routes.FILES_PATH}"
    return _Addresses(
        f"{_ROOT}/{routes.assets_path()}", f"{files}/{background}", f"{files}/{player}"
    )


@lru_cache(maxsize=1)
def _font_url() -> str:
    """Return where Streamlit's server has the font of its pages, "" where it has none of it."""
    static = Path(st.__file__).parent / "static"
    font = next((static / "static" / "media").glob("SourceSansVF-Upright*.woff2"), None)
    return f"{_ROOT}/{font.relative_to(static).as_posix()}" if font else ""


def point(value: str) -> tuple[float, float] | None:
    """Return the longitude and latitude that an address names, None where it names none."""
    lon, _, lat = value.partition(",")
    return (float(lon), float(lat)) if value else None


def _take(
    choices: Choices,
    key: str,
    span: Span,
    plays: Parameter[date] | None,
    picks: Parameter[str] | None,
) -> None:
    """Keep the day or the point that the reader wants."""
    match wanted(st.session_state.get(key), span):
        case date() as day if plays:
            controls.choose(choices, {plays: day})
        case (lon, lat) if picks:
            controls.choose(choices, {picks: f"{lon:.5f},{lat:.5f}"})


def wanted(value: object, span: Span) -> date | tuple[float, float] | None:
    """Return the day of the record, or the longitude and latitude, that a map's value names.

    The browser may say anything; None is for what is neither.
    """
    match value:
        case {"day": str(text_of_day)}:
            try:
                day = date.fromisoformat(text_of_day)
            except ValueError:
                return None
            return day if span[0] <= day <= span[1] else None
        case {"point": [float() | int() as lon, float() | int() as lat]}:
            return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
    return None
