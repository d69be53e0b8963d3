"""The map on a page: the same ground, credits and words wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st
from streamlit_folium import st_folium

from controlmap import sources
from controlmap.dashboard import controls, payloads, rendering, routes
from controlmap.dashboard.parameters import Choices, Parameter
from controlmap.draw import map_layers, maps
from controlmap.draw.maps import Payload
from controlmap.geo.oblasts import CREDIT, CREDIT_URL
from controlmap.record.archive import Record
from controlmap.words import text
from controlmap.words.catalog import Text, rendered

HEIGHT = 560
_ROOT = "../.."  # of the server, seen from the map's frame


def show(
    record: Record,
    choices: Choices,
    names: Mapping[str, Text],
    payload: Payload,
    *,
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
    picks
        What a point is kept as that the reader clicks on, as longitude and latitude.
    credit
        Whom it shows, and where that is, in the place of the record's source.
    caption
        What stands below it in the place of how the record is generalised.
    """
    coverage = record.coverage
    source = sources.find_source(coverage.source)
    font = rendering.font_path()
    base = maps.base_map(
        map_layers.layer_list(map_layers.available(names, coverage)),
        background_url=f"{_ROOT}/{routes.FILES_PATH}/{payloads.background(record)}",
        credit=[
            (CREDIT, CREDIT_URL),
            *(credit or [(source.credit, source.url)]),
            *text.CREDITS_OF_MAP,
        ],
        ground=map_layers.ground(coverage),
        words=rendered(text.MAP),
        assets_url=f"{_ROOT}/{routes.assets_path()}",
        font_url=font and f"{_ROOT}/{font}",
        picks=picks is not None,
    )
    key = f"{choices.page} map"
    st_folium(
        base,
        key=key,
        height=HEIGHT,
        use_container_width=True,
        returned_objects=[],
        on_change=partial(_take, choices, key, picks),
        feature_group_to_add=maps.day_layer(payload),
    )
    if caption is None and coverage.cell_m:
        caption = text.generalised(coverage.cell_m)
    if caption:
        st.caption(caption)


def point(value: str) -> tuple[float, float] | None:
    """Return the longitude and latitude that an address names, None where it names none."""
    lon, _, lat = value.partition(",")
    return (float(lon), float(lat)) if value else None


def _take(choices: Choices, key: str, picks: Parameter[str] | None) -> None:
    """Keep the point that the reader wants."""
    if picks and (at := wanted(st.session_state.get(key))):
        controls.choose(choices, {picks: f"{at[0]:.5f},{at[1]:.5f}"})


def wanted(value: object) -> tuple[float, float] | None:
    """Return the longitude and latitude that a map's value names.

    The browser may say anything; None is for what is neither.
    """
    match value:
        case {"point": [float() | int() as lon, float() | int() as lat]}:
            return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
    return None
