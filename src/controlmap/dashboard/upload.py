"""A visitor's own layer: read in memory, kept in this session alone, never stored.

Nothing of it reaches a cache that sessions share.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import shapely
import streamlit as st

from controlmap import sources
from controlmap.analysis import areas
from controlmap.analysis.agreement import Opinion
from controlmap.core import limits, server_settings
from controlmap.core.model import Ground, InputError, Snapshot, Status, end_of
from controlmap.dashboard import rendering, tables
from controlmap.draw.maps import Feature
from controlmap.record import builder
from controlmap.record.coverage import Coverage
from controlmap.sources import containers, custom, days, formats, legends, viina
from controlmap.sources.document import Document, shown
from controlmap.sources.legends import Legend
from controlmap.sources.viina_csv import OPINIONS, Year
from controlmap.words import markdown, text, text_sources

_KEPT = "own layer"
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
    files = st.file_uploader(
        str(text_sources.OWN_FILE), type=_ENDINGS, accept_multiple_files=True, key="own files"
    )
    tomls = [f for f in files if f.name.casefold().endswith(".toml")]
    layers = [f for f in files if f not in tomls]
    if not layers:
        st.session_state.pop(_KEPT, None)
        return None
    if len(layers) > 1 or len(tomls) > 1:
        st.error(text_sources.OWN_TOO_MANY)
        return None
    try:
        given = legends.from_toml(tomls[0].getvalue().decode(), tomls[0].name) if tomls else None
        layer = _layer(layers[0].getvalue(), layers[0].name, day, given)
    except InputError as error:
        st.error(markdown.plain(str(error)))
        return None
    except UnicodeDecodeError:
        st.error(markdown.plain(f"{tomls[0].name}: is not UTF-8"))
        return None
    _say(layer)
    return layer


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


def _layer(data: bytes, name: str, day: date, given: Legend | None) -> Coverage:
    """Return the file as a record, the same until file, day or legend change."""
    most = limits.UPLOAD_UNPACKED_MB * 2**20
    limits.at_most_bytes(len(data), limits.UPLOAD_MB * 2**20, name)
    data, name = containers.gunzipped(data, name, most)
    digest = hashlib.sha256(data).hexdigest()
    kept: dict[str, Any] = st.session_state.get(_KEPT, {})
    if kept.get("digest") != digest:
        kept = st.session_state[_KEPT] = {"digest": digest}
    if "document" not in kept:
        kept["document"] = formats.parse(
            data, name, limits.UPLOAD_UNPACKED_MB, limits.UPLOAD_CSV_MB
        )
        kept["question"] = _question(kept["document"])
    document = kept["document"]
    if isinstance(document, Year):
        labels = {reader: str(sources.find_reader(reader).title) for reader in OPINIONS}
        opinion = st.radio(
            str(text_sources.OWN_OPINION), list(labels), format_func=labels.get, horizontal=True
        )
        key: tuple[object, ...] = (digest, opinion, day)
        if kept.get("key") != key:
            kept |= {
                "key": key,
                "record": _record(sources.read_document(document, opinion, end_of(day))),
                "placed": _placed(document, opinion, day, labels[opinion]),
            }
        counts = viina.counts(document, day)
        st.html(rendering.table(tables.opinions(counts, labels)))
    else:
        observed = _observed(name, day, given)
        chosen = given or _legend(kept["question"])
        key = (digest, observed, chosen and legends.described(chosen))
        if kept.get("key") != key:
            kept |= {
                "key": key,
                "record": _record(sources.read_document(document, None, observed, chosen)),
            }
    record: Coverage = kept["record"]
    return record


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


def _record(snapshot: Snapshot) -> Coverage:
    coverage, _ = builder.of_snapshot(snapshot)
    return replace(coverage, source=custom.ID)


def _observed(name: str, day: date, given: Legend | None) -> datetime:
    named = (given and given.observed) or days.named_day(name)
    picked = st.date_input(str(text_sources.OWN_DAY), named.date() if named else day, width=170)
    chosen = picked if isinstance(picked, date) else day
    return named if named and named.date() == chosen else end_of(chosen).astimezone(UTC)


@dataclass(frozen=True)
class _Question:
    """What to ask of a file: the columns that could tell, and the guess where there is one."""

    columns: dict[str, Counter[str]]
    guess: Legend | None


def _question(document: Document) -> _Question | None:
    """Return what to ask of all its properties; None for the file of a known source."""
    if sources.recognised(document) is not sources.READERS[custom.ID]:
        return None
    columns = legends.columns(document)
    return _Question(columns, legends.guess(columns))


def _legend(question: _Question | None) -> Legend | None:
    """Ask what the file means, beginning with the guess; return None for a known source."""
    if question is None:
        return None
    columns, guess = question.columns, question.guess
    options = [*columns, None]
    st.caption(text_sources.OWN_GUESS)
    column = st.selectbox(
        str(text_sources.OWN_COLUMN),
        options,
        index=options.index(guess.column) if guess else len(options) - 1,
        format_func=lambda c: str(text_sources.OWN_WHOLE) if c is None else shown(c),
    )
    statuses = list(text_sources.STATUSES)
    if column is None:
        whole = st.selectbox(str(text_sources.OWN_WHOLE_IS), statuses, format_func=_status)
        return Legend(whole=whole)
    meanings = {}
    grid = st.columns(3)
    for number, (value, count) in enumerate(columns[column].most_common(_VALUES)):
        guessed = legends.status_of(value)
        meanings[value] = grid[number % 3].selectbox(
            markdown.plain(f"{shown(value)} ({count})"),
            statuses,
            index=statuses.index(guessed.value if guessed else legends.IGNORE),
            format_func=_status,
            key=f"own {column} {value}",
        )
    if len(columns[column]) > _VALUES:
        st.caption(text_sources.own_rest(len(columns[column]) - _VALUES))
    return Legend(column, meanings)


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
