"""The map on a page: the same ground, credits and words wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st
from streamlit_folium import st_folium

from controlmap import maps, session, sources
from controlmap.archive import Record
from controlmap.maps import Feature
from controlmap.oblasts import CREDIT, CREDIT_URL
from controlmap.views import layers, text

HEIGHT = 560


def show(
    record: Record,
    key: str,
    names: Mapping[str, str],
    choices: str,
    features: Callable[[], dict[str, list[Feature]]],
    notes: Callable[[], dict[str, str]] = dict,
) -> None:
    """Show the map of `key`, its layers by `names`, with what `choices` (day and the like) draw."""
    coverage = record.coverage
    addresses = session.map_addresses(record.key, partial(layers.background, coverage))
    payload = session.payload(f"{record.key} {key} {choices}", features, notes)
    source = sources.find_source(coverage.source)
    base = maps.base_map(
        layers.layer_list(names),
        background_url=addresses.background,
        credit=[(CREDIT, CREDIT_URL), (source.credit, source.url), *text.CREDITS_OF_MAP],
        bounds=layers.bounds(coverage),
        words=text.MAP,
        leaflet_url=addresses.leaflet,
        assets_url=addresses.assets,
    )
    st_folium(
        base,
        key=key,
        height=HEIGHT,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=maps.day_layer(payload),
    )
    if coverage.cell_m:
        st.caption(text.generalised(coverage.cell_m))
