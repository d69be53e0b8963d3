"""What pages share: every cached loader, and the state that the address keeps. Streamlit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import js_lib_leaflet
import streamlit as st
import streamlit.components.v1 as components
from streamlit.delta_generator import DeltaGenerator

from controlmap import archive, maps
from controlmap.archive import Record
from controlmap.maps import Feature, Payload

SOURCE = "deepstate"


@dataclass(frozen=True)
class MapAddresses:
    """Where the map's frame finds its parts, all on this server."""

    leaflet: str
    assets: str
    background: str


def record() -> Record:
    """The record, new whenever its file has changed; read-only, shared by all sessions."""
    return archive.open_source(SOURCE)


def today() -> date:
    """The day it is in UTC."""
    return datetime.now(UTC).date()


@st.cache_resource(show_spinner=False)
def _folders() -> tuple[dict[str, str], tempfile.TemporaryDirectory[str]]:
    """Names of the folders that this server hands out, and the one for the map's background.

    They are declared here and not on import: before the server runs, a declaration is lost.
    """
    background = tempfile.TemporaryDirectory(prefix="controlmap-")
    folders = {
        "leaflet": Path(js_lib_leaflet.__file__).parent / "static" / "js_lib_leaflet",
        "assets": Path(__file__).parent / "assets",
        "background": Path(background.name),
    }
    names = {
        name: str(components.declare_component(name, path=str(folder)).name)
        for name, folder in folders.items()
    }
    return names, background


@st.cache_resource(show_spinner=False, max_entries=4)
def map_addresses(
    key: str,  # noqa: ARG001 - what the cache goes by
    _background: Callable[[], Mapping[str, Sequence[Feature]]],
) -> MapAddresses:
    """Addresses seen from the map's frame; the background is written once for each record key."""
    names, folder = _folders()
    file = maps.write_background(Path(folder.name), _background())
    return MapAddresses(
        f"../{names['leaflet']}", f"../{names['assets']}", f"../{names['background']}/{file}"
    )


@st.cache_data(show_spinner=False, max_entries=128)
def payload(rev: str, _features: Callable[[], dict[str, list[Feature]]]) -> Payload:
    """What the map draws, made once for each `rev`, which names record, day and choices."""
    return maps.payload_json(rev, _features())


def day(place: DeltaGenerator, first: date, last: date, *, label: str) -> date:
    """The day chosen, which the address keeps where it is not the last of the record."""
    if "date" not in st.session_state:
        asked = st.query_params.get("date")
        st.session_state["date"] = date.fromisoformat(asked) if asked else last
    given = place.date_input(label, key="date", min_value=first, max_value=last, width=150)
    chosen = given if isinstance(given, date) else last
    _keep_in_address("date", str(chosen), str(last))
    return chosen


def choice(
    place: DeltaGenerator,
    name: str,
    labels: Mapping[str, str],
    default: str,
    *,
    label: str,
    help: str,
) -> str:
    """A choice among `labels`, by key, that the address keeps where it is not the default.

    Streamlit's own binding puts the shown labels into the address; a link would break with them.
    """
    if name not in st.session_state:
        st.session_state[name] = st.query_params.get(name, default)
    chosen = place.segmented_control(
        label, list(labels), key=name, format_func=labels.__getitem__, help=help, required=True
    )
    if chosen is None:  # nothing selected: Streamlit keeps one, required
        return default
    _keep_in_address(name, chosen, default)
    return chosen


def _keep_in_address(name: str, chosen: str, default: str) -> None:
    if chosen != default:
        st.query_params[name] = chosen
    elif name in st.query_params:
        del st.query_params[name]


def from_address(name: str, allowed: Callable[[str], bool]) -> str | None:
    """A value of the address that is not allowed; it is taken out, so that a default applies."""
    found = st.query_params.get(name)
    if found is None or allowed(found):
        return None
    del st.query_params[name]
    return found
