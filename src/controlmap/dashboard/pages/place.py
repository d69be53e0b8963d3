"""One place: who held it, and how far the nearest held ground was."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial

import streamlit as st

from controlmap import sources
from controlmap.analysis import place_history
from controlmap.analysis.place_history import PointRecord
from controlmap.dashboard import (
    attribution,
    map_layers,
    map_view,
    query_params,
    rendering,
    session,
    source_choice,
    tables,
)
from controlmap.draw import charts, palette
from controlmap.draw.charts import Marks
from controlmap.geo import places
from controlmap.geo.oblasts import FACTS
from controlmap.geo.places import Place, Where
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage
from controlmap.words import text
from controlmap.words import text_place as words

# What is only known not to be held may have been known to be Ukrainian-held before.
_SAME = {place_history.NOT_HELD: ("ukrainian_held",)}
_COLOURS = {
    **{
        status: str(palette.PALETTE[layer][0]["fillColor"])
        for status, layer in (
            ("russian_held", "held"),
            ("contested", "contested"),
            ("assessed_advance", "advance"),
            ("ukrainian_held", "rest"),
        )
    },
    place_history.NOT_HELD: "#a9c1ea",
}


def show() -> None:
    """Show the page."""
    record = source_choice.asked()
    st.title(words.TITLE)
    st.markdown(words.LEDE)
    first, last = record.coverage.span
    query_params.check({"on": (partial(query_params.is_day, record), f"{first} … {last}")})
    _place()


@st.fragment
@session.guarded
def _place() -> None:
    record = source_choice.chosen()
    coverage = record.coverage
    row = st.container(horizontal=True, vertical_alignment="bottom")
    asked = session.typed(
        row, "where", label=words.WHERE, help=words.WHERE_HELP, placeholder=words.EXAMPLE
    )
    day = session.day(row, "on", coverage.span[1], coverage.span, label=words.ON)
    source_choice.source(row)
    where, found = _found(coverage, asked)
    if where and where.others:
        _choices(words.OTHERS, _names(where.others))
    if not asked:
        _choices(words.TRY, {name: name for name in words.EXAMPLES})
    if where and found:
        st.html(_headline(coverage, where, found, day))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        _map(record, where if found else None, day)
    if where and found:
        with right:
            _history(coverage, found)
            snapshot, away = coverage.at(day), words.km(_km(coverage, found, day))
            lines = words.cite(_name(where, found), found.status_on(day), _since(found, day), away)
            attribution.citation(st.container(), lines, (coverage, snapshot))


def _found(coverage: Coverage, asked: str) -> tuple[Where | None, PointRecord | None]:
    """The place and its record; what cannot be found is told, and the map stays."""
    if not asked.strip():
        return None, None
    where = None
    with session.told():
        where = places.locate(asked)
        return where, place_history.record_of(coverage, where.lon, where.lat)
    return where, None


def _names(found: Sequence[Place]) -> dict[str, str]:
    """What asks for each of several places, and its label: two of one oblast by their degrees."""
    labels = [f"{p.name}, {FACTS[p.iso][0]}" for p in found]
    return {
        **{label: label for label in labels if labels.count(label) == 1},
        **{
            f"{p.lon},{p.lat}": f"{label}, {words.degrees(p.lon, p.lat)}"
            for label, p in zip(labels, found, strict=True)
            if labels.count(label) > 1
        },
    }


def _choices(title: str, choices: Mapping[str, str]) -> None:
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(title, width="content")
    for asked, label in choices.items():
        row.button(label, key=f"where {asked}", on_click=_choose, args=(asked,))


def _choose(name: str) -> None:
    st.session_state["where"] = name


def _pick(lon: float, lat: float) -> None:
    st.session_state["where"] = f"{lon:.5f},{lat:.5f}"


def _name(where: Where, found: PointRecord) -> str:
    of = FACTS[found.iso][0]
    if where.place:
        return words.where(where.place.name, where.place.name_uk, of)
    return words.point(where.lon, where.lat, of)


def _headline(coverage: Coverage, where: Where, found: PointRecord, day: date) -> str:
    facts = [
        (words.DISTANCE, words.km(_km(coverage, found, day))),
        (words.CHANGE_30D, words.km(_km(coverage, found, day - timedelta(days=30)))),
        (words.CHANGE_365D, words.km(_km(coverage, found, day - timedelta(days=365)))),
    ]
    if where.place and where.place.population is not None:
        facts.append((words.POPULATION, f"{where.place.population:,}"))
    of_what = f"{_since(found, day)}: {_name(where, found)}"
    return rendering.headline(words.NOW[found.status_on(day)], of_what, facts)


def _since(found: PointRecord, day: date) -> str:
    """Since when the place had the status of a day, as far as the record tells."""
    status = found.status_on(day)
    so_far = [s for s in reversed(found.periods) if s.since <= day]
    same = {status, *_SAME.get(status, ())}
    streak = list(itertools.takewhile(lambda s: s.status in same, so_far))
    before = so_far[len(streak)].status if len(streak) < len(so_far) else None
    return words.since(streak[-1].since, before)


def _km(coverage: Coverage, found: PointRecord, day: date) -> float | None:
    known = coverage.known(day)
    km = float(found.distance_km[known.index]) if known else math.nan
    return None if math.isnan(km) else km


def _map(record: Record, where: Where | None, day: date) -> None:
    coverage = record.coverage
    snapshot = coverage.at(day)
    chosen = (where.lon, where.lat) if where else None
    degrees = words.degrees(where.lon, where.lat) if where else ""
    name = where.place.name if where and where.place else degrees
    map_view.show(
        record,
        "place",
        words.LAYER_NAMES,
        f"{day} {chosen}",
        partial(map_layers.point_features, coverage, snapshot, chosen, (name,)),
        partial(map_layers.day_notes, coverage, snapshot),
        pick=_pick,
    )


def _history(coverage: Coverage, found: PointRecord) -> None:
    last = coverage.span[1]
    rows = [
        {"date": s.observed.date(), "km": None if math.isnan(km) else float(km)}
        for s, km in zip(coverage.snapshots, found.distance_km, strict=True)
    ]
    rows += [{"date": first, "km": None} for first, _ in coverage.unknown]
    periods = [
        {
            "start": s.since,
            "end": s.until or last,
            "name": words.STATUSES[s.status],
            "colour": _COLOURS[s.status],
        }
        for s in found.periods
        if s.status != place_history.NOT_KNOWN
    ]
    marks = Marks(events=(), readers=(), carried=(), gaps=coverage.gaps)
    st.html(rendering.legend({str(s["name"]): str(s["colour"]) for s in periods}))
    st.altair_chart(charts.distance(rows, periods, marks, words.CHART), width="stretch")
    st.html(rendering.table(tables.periods(found.periods, last)))
    info = coverage.snapshots[-1]
    title = sources.find_source(coverage.source).title
    kind = sources.find_reader(info.reader).title
    st.markdown(text.as_of(title, kind, info.observed, info.retrieved))
    st.caption(words.precise(coverage.cell_m))
