"""A visitor's own layer: read in memory, kept in this session alone, never stored.

Nothing of it reaches a cache that sessions share.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import shapely
import streamlit as st

from controlmap import sources
from controlmap.analysis import areas
from controlmap.analysis.agreement import Opinion
from controlmap.core import isolated, limits, server_settings
from controlmap.core.model import Ground, InputError, Status, end_of
from controlmap.dashboard import rendering, tables
from controlmap.draw.maps import Feature
from controlmap.record import single
from controlmap.record.coverage import Coverage
from controlmap.record.single import Content
from controlmap.sources import custom, days, legends, viina
from controlmap.sources.document import shown
from controlmap.sources.legends import Legend
from controlmap.sources.viina_csv import OPINIONS, Year
from controlmap.words import markdown, text, text_sources

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_KEPT, _UPLOADER = "own layer", "own files"
_QUESTION = "own: "
"""How the keys of the widgets begin that ask about the layer."""
_WHOLE = "\0"
"""Stands among columns for none of them: no file can have it as one."""
_ENCODINGS = ("UTF-8", "windows-1251", "KOI8-U", "CP866", "ISO-8859-5")
_VALUES = 12
_LAYER_OF = {
    Ground.OCCUPIED: "place-held",
    Ground.CONTESTED: "place-contested",
    Ground.UNMARKED: "place-rest",
}
_SCREEN_DEGREES = 0.0002  # about 15 m: below a pixel until the map is zoomed to a town
_ENDINGS = ["geojson", "json", "kml", "kmz", "gpkg", "zip", "parquet", "geoparquet", "fgb", "csv",
            "tsv", "gz", "toml"]  # fmt: skip


def show(day: date) -> Coverage | None:
    """Ask for a file and what it means; return it as a record of one snapshot, None for none."""
    st.header(text_sources.OWN_TITLE)
    if not server_settings.current.uploads:
        st.info(text_sources.OWN_OFF)
        return None
    st.markdown(text_sources.OWN_LEDE)
    isolated.prepare("controlmap.record.single", "pyogrio")  # while the visitor looks for the file
    st.file_uploader(
        str(text_sources.OWN_FILE),
        type=_ENDINGS,
        accept_multiple_files=True,
        key=_UPLOADER,
        on_change=_take,
    )
    kept: dict[str, Any] = st.session_state.get(_KEPT, {})
    layers, tomls = kept.get("layers", ()), kept.get("tomls", ())
    if layers and not st.session_state[_UPLOADER]:
        row = st.container(horizontal=True, vertical_alignment="center")
        row.markdown(text_sources.own_kept(markdown.plain(layers[0].name)))
        row.button(str(text_sources.OWN_REMOVE), key="remove own", on_click=_forget)
    if not layers:
        return None
    if len(layers) > 1 or len(tomls) > 1:
        st.error(text_sources.OWN_TOO_MANY)
        return None
    try:
        given = legends.from_toml(tomls[0].getvalue().decode(), tomls[0].name) if tomls else None
        with _read_while_watched():
            layer = _layer(layers[0], day, given)
    except InputError as error:
        st.error(markdown.plain(str(error)))
        return None
    except UnicodeDecodeError:
        st.error(markdown.plain(f"{tomls[0].name}: is not UTF-8"))
        return None
    if layer is None:
        st.info(text_sources.OWN_CHOOSE)
    else:
        _say(layer)
    return layer


def _take() -> None:
    """Keep what was dropped for the session: the widget forgets it when its page is left."""
    files = st.session_state[_UPLOADER]
    tomls = [f for f in files if f.name.casefold().endswith(".toml")]
    layers = [f for f in files if f not in tomls]
    before = st.session_state.get(_KEPT, {})
    if tomls and not layers:
        layers = before.get("layers", [])
    if layers != before.get("layers"):
        _forget()
    if layers:
        st.session_state[_KEPT] = {"layers": layers, "tomls": tomls, "answers": {}}


def _forget() -> None:
    """Forget the layer, and what was answered about it."""
    st.session_state.pop(_KEPT, None)
    for key in [str(key) for key in st.session_state]:
        if key.startswith(_QUESTION):
            del st.session_state[key]


@contextlib.contextmanager
def _read_while_watched() -> Iterator[None]:
    """Have files read only as long as the visitor waits: a line tells that it goes on."""
    line, start = st.empty(), time.monotonic()

    def tell() -> None:  # Streamlit ends a run of a page that was left at its next element
        line.caption(text_sources.own_reading(int(time.monotonic() - start)))

    before = isolated.still_waiting.set(tell)
    try:
        yield
    finally:
        isolated.still_waiting.reset(before)
    line.empty()


def features(opinion: Opinion) -> list[Feature]:
    """Return what is Russian-held in the layer, by oblast, simplified for the screen."""
    coverage, index = opinion.coverage, opinion.snapshot.index
    outlines = zip(
        coverage.oblasts,
        shapely.simplify(coverage.dissolved(coverage.held(index)), _SCREEN_DEGREES),
        opinion.held_km2(),
        strict=True,
    )
    return [
        Feature(
            shape,
            text_sources.own_tooltip(text.named(o.iso), float(km2), float(km2) / o.polygon_km2),
        )
        for o, shape, km2 in outlines
        if not shape.is_empty
    ]


def _layer(file: UploadedFile, day: date, given: Legend | None) -> Coverage | None:
    """Return the file as a record, the same until file, day or legend change.

    None until somebody has said what it means.
    """
    kept: dict[str, Any] = st.session_state[_KEPT]
    encoding = (given and given.encoding) or _answer("encoding")
    if kept.get("looked at") != encoding or "content" not in kept:
        limits.at_most_bytes(file.size, limits.UPLOAD_MB * 2**20, file.name)
        kept["content"] = single.look(file.getvalue(), file.name, encoding)
        kept["looked at"] = encoding
    content: Content | Year = kept["content"]
    if isinstance(content, Year):
        return _of_year(kept, content, day)
    observed = _observed(file.name, day, given)
    if content.encoding and not (given and given.encoding):
        known = list(dict.fromkeys((content.encoding, *_ENCODINGS)))
        _select(st, "encoding", text_sources.OWN_ENCODING, known, content.encoding)
    chosen = given or _legend(content)
    if chosen is None and content.columns is not None:
        return None
    key = encoding, observed, chosen and legends.described(chosen)
    if kept.get("key") != key:
        read = single.measured(file.getvalue(), file.name, observed, chosen, encoding)
        kept |= {"key": key, "record": replace(read.coverage, source=custom.ID)}
    record: Coverage = kept["record"]
    return record


def _of_year(kept: dict[str, Any], year: Year, day: date) -> Coverage:
    """Return a table of places as a record, by the opinion that is chosen."""
    labels = {reader: str(sources.find_reader(reader).title) for reader in OPINIONS}
    opinion = st.radio(
        str(text_sources.OWN_OPINION), list(labels), format_func=labels.get, horizontal=True
    )
    if kept.get("key") != (opinion, day):
        read = single.of_year(year, opinion, end_of(day))
        kept |= {
            "key": (opinion, day),
            "record": replace(read.coverage, source=custom.ID),
            "placed": _placed(year, opinion, day, labels[opinion]),
        }
    st.html(rendering.table(tables.opinions(viina.counts(year, day), labels)))
    record: Coverage = kept["record"]
    return record


def _answer(what: str) -> Any:
    """Return what was answered of the layer, on this page or before it was left."""
    key = _QUESTION + what
    return st.session_state.get(key, st.session_state[_KEPT]["answers"].get(key))


def _select(
    place: Any,
    what: str,
    label: object,
    options: Sequence[str],
    value: str | None,
    shown_as: Callable[[str], str] = str,
) -> str | None:
    """Ask for one of several, with what was answered before or `value` chosen."""
    key, answers = _QUESTION + what, st.session_state[_KEPT]["answers"]
    if key not in st.session_state:
        st.session_state[key] = answers.get(key, value)
    chosen: str | None = place.selectbox(
        str(label),
        options,
        index=None,
        key=key,
        format_func=shown_as,
        placeholder=str(text_sources.OWN_PLACEHOLDER),
    )
    answers[key] = chosen
    return chosen


def placed() -> dict[str, list[Feature]]:
    """Return the places of a layer of places, by who holds them; {} for another layer."""
    by_layer: dict[str, list[Feature]] = st.session_state.get(_KEPT, {}).get("placed", {})
    return by_layer


def _placed(year: Year, opinion: str, day: date, label: str) -> dict[str, list[Feature]]:
    out: dict[str, list[Feature]] = {layer: [] for layer in _LAYER_OF.values()}
    for place, holder in viina.placed(year, opinion, day):
        layer = _LAYER_OF[holder]
        lines = text_sources.placed_tooltip(layer, place.name, label)
        out[layer].append(Feature(shapely.Point(place.lon, place.lat), lines, place.rank + 1))
    return out


def _observed(name: str, day: date, given: Legend | None) -> datetime:
    named = (given and given.observed) or days.named_day(name)
    picked = st.date_input(str(text_sources.OWN_DAY), named.date() if named else day, width=170)
    chosen = picked if isinstance(picked, date) else day
    return named if named and named.date() == chosen else end_of(chosen).astimezone(UTC)


def _legend(content: Content) -> Legend | None:
    """Ask what the file means, beginning with the guess; None for a known source, or no answer."""
    if content.columns is None:
        return None
    columns, guess = content.columns, content.guess
    if guess:
        st.caption(text_sources.OWN_GUESS)
    column = _select(
        st,
        "column",
        text_sources.OWN_COLUMN,
        [*columns, _WHOLE],
        guess.column if guess else None,
        lambda c: str(text_sources.OWN_WHOLE) if c == _WHOLE else shown(c),
    )
    statuses = list(text_sources.STATUSES)
    if column is None:
        return None
    if column == _WHOLE:
        whole = _select(st, "whole", text_sources.OWN_WHOLE_IS, statuses, None, _status)
        return Legend(whole=whole) if whole else None
    meanings = {}
    grid = st.columns(3)
    for number, (value, count) in enumerate(columns[column].most_common(_VALUES)):
        guessed = legends.status_of(value)
        label = markdown.plain(f"{shown(value)} ({count})")
        place, what = grid[number % 3], f"{column} {value}"
        meaning = _select(place, what, label, statuses, guessed and guessed.value, _status)
        if meaning:
            meanings[value] = meaning
    if len(columns[column]) > _VALUES:
        st.caption(text_sources.own_rest(len(columns[column]) - _VALUES))
    return Legend(column, meanings) if meanings else None


def _status(value: str) -> str:
    return str(text_sources.STATUSES[value])


def _say(layer: Coverage) -> None:
    """Show what was read, and the areas by status."""
    info = layer.snapshots[0]
    for line in text_sources.own_of(info.name, info.observed.date(), info.warnings):
        st.markdown(line)
    rows = areas.by_oblast(layer, layer.at(info.observed.date()))
    listed = [s for s in Status if s is not Status.UKRAINIAN_HELD and s in info.reports]
    st.html(rendering.table(tables.by_status(rows, listed)))
