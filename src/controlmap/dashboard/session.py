"""What pages share: every cached loader, and the state that the address keeps. Streamlit."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import streamlit as st
import streamlit.components.v1 as components
from streamlit.delta_generator import DeltaGenerator

from controlmap import sources
from controlmap.analysis import agreement
from controlmap.analysis.agreement import Agreement, Opinion
from controlmap.analysis.assessed_advance import Advance, counted
from controlmap.core.model import ControlmapError
from controlmap.draw import maps, player_record
from controlmap.draw.maps import Feature, Payload
from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage
from controlmap.words import markdown

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class MapAddresses:
    """Where the map's frame finds its parts, all on this server."""

    assets: str
    background: str
    player_record: str


def record(source: str = sources.DEFAULT, advance: Advance = Advance.APART) -> Record:
    """A source's record, its assessed advance counted so, new whenever its file has changed.

    Read-only, shared by all sessions.
    """
    found = archive.open_source(source)
    coverage = counted(found.coverage, advance)
    if coverage is found.coverage:
        return found
    return replace(found, coverage=coverage, key=f"{found.key} {advance}")


def coverages(advance: Advance) -> dict[str, Coverage]:
    """The record of every source that has one, its assessed advance counted so; shared by all."""
    return {source: record(source, advance).coverage for source in archive.with_records()}


@st.cache_resource(show_spinner=False, max_entries=16)
def agreed(key: str, _compared: Sequence[Opinion]) -> Agreement:  # noqa: ARG001
    """How sources agree, made once for each `key`: records, snapshots, and what is counted."""
    return agreement.agree(_compared)


def guarded(show: Callable[P, None]) -> Callable[P, None]:
    """A page, or a fragment of one, that shows a controlmap error as one line in its place."""

    @functools.wraps(show)
    def shown(*args: P.args, **kwargs: P.kwargs) -> None:
        with told():
            show(*args, **kwargs)

    return shown


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Show a controlmap error as one line in the place of the rest of the block."""
    try:
        yield
    except ControlmapError as error:
        st.error(markdown.plain(str(error)))


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
        "assets": maps.ASSETS,
        "background": Path(background.name),
    }
    names = {
        name: str(components.declare_component(name, path=str(folder)).name)
        for name, folder in folders.items()
    }
    return names, background


@st.cache_resource(show_spinner=False, max_entries=8)
def map_addresses(
    key: str,  # noqa: ARG001 - what the cache goes by
    _coverage: Coverage,
    _background: Callable[[], Mapping[str, Sequence[Feature]]],
) -> MapAddresses:
    """Addresses seen from the map's frame; its files are written once for each record key."""
    names, folder = _folders()
    path = Path(folder.name)
    return MapAddresses(
        f"../{names['assets']}",
        f"../{names['background']}/{maps.write_background(path, _background())}",
        f"../{names['background']}/{player_record.write(path, _coverage)}",
    )


@st.cache_data(show_spinner=False, max_entries=128)
def payload(
    rev: str,
    _features: Callable[[], dict[str, list[Feature]]],
    _notes: Callable[[], dict[str, str]],
    _day: date | None,
    _totals_km2: Sequence[float],
) -> Payload:
    """What the map draws, made once for each `rev`, which names record, day and choices."""
    return maps.payload_json(rev, _features(), _notes(), day=_day, totals_km2=_totals_km2)


def private_payload(
    rev: str,
    features: Callable[[], dict[str, list[Feature]]],
    notes: Callable[[], dict[str, str]],
    day: date | None,
    totals_km2: Sequence[float],
) -> Payload:
    """As `payload`, made anew: for what belongs to one session alone."""
    return maps.payload_json(rev, features(), notes(), day=day, totals_km2=totals_km2)


@st.cache_data(show_spinner=False, max_entries=64)
def computed(key: str, _make: Callable[[], T]) -> T:  # noqa: ARG001 - what the cache goes by
    """What takes a while, made once for each `key`, which names record, question and choices."""
    return _make()


def own_entries(name: str) -> tuple[list[Path], str]:
    """A person's own file of entries, where there is one, and what changes when it does."""
    path = archive.user_file(name)
    if path is None:
        return [], ""
    found = path.stat()
    return [path], f"{found.st_mtime_ns:x}-{found.st_size:x}"


def day(
    place: DeltaGenerator, name: str, default: date, span: tuple[date, date], *, label: str
) -> date:
    """A day chosen, which the address keeps where it is not the default."""
    default = min(max(default, span[0]), span[1])
    if name not in st.session_state:
        asked = st.query_params.get(name)
        st.session_state[name] = date.fromisoformat(asked) if asked else default
    if st.session_state[name]:  # a record that changed may end earlier than the day chosen
        st.session_state[name] = min(max(st.session_state[name], span[0]), span[1])
    given = place.date_input(
        label,
        key=name,
        min_value=span[0],
        max_value=span[1],
        width=150,
        persist_state="session",
        format="YYYY-MM-DD",
    )
    chosen = given if isinstance(given, date) else default
    _keep_in_address(name, str(chosen), str(default))
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
        label,
        list(labels),
        key=name,
        format_func=labels.__getitem__,
        help=help,
        required=True,
        persist_state="session",
    )
    if chosen is None:  # nothing selected: Streamlit keeps one, required
        return default
    _keep_in_address(name, chosen, default)
    return chosen


def typed(place: DeltaGenerator, name: str, *, label: str, help: str, placeholder: str) -> str:
    """A text that the reader types, which the address keeps; "" for none."""
    if name not in st.session_state:
        st.session_state[name] = st.query_params.get(name, "")
    given = place.text_input(
        label, key=name, help=help, placeholder=placeholder, persist_state="session", max_chars=80
    )
    _keep_in_address(name, given, "")
    return given


def _keep_in_address(name: str, chosen: str, default: str) -> None:
    if chosen != default:
        st.query_params[name] = chosen
    elif name in st.query_params:
        del st.query_params[name]
