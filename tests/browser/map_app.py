"""The map alone in Streamlit, two pages, for test_map_browser.py."""

import os
from pathlib import Path

import map_harness as harness
import streamlit as st
from shapely.geometry import box
from streamlit.components.v1 import declare_component
from streamlit_folium import st_folium

from controlmap.draw import maps

st.set_page_config(page_title="Map", layout="wide")

FOLDER = Path(os.environ["CONTROLMAP_TEST_BACKGROUND"])
NAME = maps.write_background(FOLDER, harness.background())
ASSETS = declare_component("assets", path=str(maps.ASSETS))
BACKGROUND = declare_component("background", path=str(FOLDER))


def draw() -> None:
    """Show the map of the day chosen."""
    day = st.radio("Day", harness.DAYS)
    base = maps.base_map(
        harness.layers(),
        background_url=f"../{BACKGROUND.name}/{NAME}",
        credit=[(harness.HOSTILE, "https://example.org/")],
        ground=box(*harness.BOUNDS),
        words=harness.WORDS,
        assets_url=f"../{ASSETS.name}",
    )
    payload = maps.payload_json(day, harness.contents(day))
    st_folium(
        base,
        key="map",
        height=520,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=maps.day_layer(payload),
    )


def other() -> None:
    """Show a page without a map."""
    st.write("No map here.")


st.navigation([st.Page(draw, title="Chart", default=True), st.Page(other, title="Other")]).run()
