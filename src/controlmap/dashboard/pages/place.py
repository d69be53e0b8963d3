"""One place: who held it, and how far the nearest held ground was."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import streamlit as st

from controlmap.analysis import budget, place, place_history
from controlmap.analysis.answer import Evidence
from controlmap.analysis.place_history import PointRecord
from controlmap.core.version import __version__
from controlmap.dashboard import (
    attribution,
    controls,
    downloads,
    map_view,
    payloads,
    rendering,
    session,
    tables,
)
from controlmap.dashboard.parameters import ADVANCE, PLACE_DAY, SOURCE, WHERE, Choices
from controlmap.draw import charts, palette
from controlmap.draw.charts import Marks
from controlmap.geo import places
from controlmap.geo.oblasts import FACTS
from controlmap.geo.places import Place, Where
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage
from controlmap.words import numbers, text_pictures
from controlmap.words import text_place as words
from controlmap.words.catalog import Text, rendered

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
    st.title(words.TITLE)
    st.markdown(words.LEDE)
    controls.arrive("place")
    _place()


@st.fragment
@session.guarded
def _place() -> None:
    choices = controls.chosen("place")
    record = session.record(choices[SOURCE], choices[ADVANCE])
    coverage, day = record.coverage, choices[PLACE_DAY]
    controls.ask(choices, WHERE, PLACE_DAY, SOURCE)
    session.check_span(record, day)
    where, history = _located(coverage, choices[WHERE])
    if where:
        _offer(choices, words.OTHERS, _names(where.others))
    if choices[WHERE] and not history:
        meant = places.suggestions(choices[WHERE])
        _offer(choices, words.MEANT, {name: name for name in meant})
    if not choices[WHERE]:
        _offer(choices, words.TRY, {name: name for name in words.EXAMPLES})
    if where and history:
        st.html(_headline(coverage, where, history, day))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        _map(record, choices, where if history else None)
    if where and history:
        with right:
            _history(coverage, history, _name(where, history))
            snapshot, away = coverage.at(day), words.km(_km(coverage, history, day))
            status, since = history.status_on(day), _since(history, day)
            lines = words.cite(_name(where, history), status, since, away)
            row = st.container(horizontal=True)
            attribution.citation(row, lines, [Evidence.of(coverage, snapshot)])
            at = f"{where.lon},{where.lat}"
            downloads.offer(
                row,
                f"place-{coverage.source}-{at}",
                lambda: place.place(coverage, at, advance=choices[ADVANCE]),
            )


def _located(coverage: Coverage, text_of_place: str) -> tuple[Where | None, PointRecord | None]:
    """Return the place and its record; what cannot be located is said, and the map stays."""
    where = None
    if text_of_place.strip():
        with session.errors_shown():
            where = places.locate(text_of_place)
            return where, place_history.record_of(coverage, where.lon, where.lat)
    return where, None


def _names(others: Sequence[Place]) -> dict[str, str]:
    """Return what names each of several places, and its label: of one oblast by their degrees."""
    labels = [f"{p.name}, {FACTS[p.iso][0]}" for p in others]
    return {
        **{label: label for label in labels if labels.count(label) == 1},
        **{
            f"{p.lon},{p.lat}": f"{label}, {words.degrees(p.lon, p.lat)}"
            for label, p in zip(labels, others, strict=True)
            if labels.count(label) > 1
        },
    }


def _offer(choices: Choices, title: Text, names: Mapping[str, str]) -> None:
    if not names:
        return
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(title, width="content")
    controls.offer(row, choices, {label: {WHERE: name} for name, label in names.items()})


def _name(where: Where, history: PointRecord) -> str:
    of = FACTS[history.iso][0]
    if where.place:
        return words.where(where.place.name, where.place.name_uk, of)
    return words.point(where.lon, where.lat, of)


def _headline(coverage: Coverage, where: Where, history: PointRecord, day: date) -> str:
    facts: list[tuple[Text, str]] = [
        (words.DISTANCE, words.km(_km(coverage, history, day))),
        (words.CHANGE_30D, words.km(_km(coverage, history, day - timedelta(days=30)))),
        (words.CHANGE_365D, words.km(_km(coverage, history, day - timedelta(days=365)))),
    ]
    if where.place and where.place.population is not None:
        facts.append((words.POPULATION, numbers.number(where.place.population)))
    of_what = f"{_since(history, day)}: {_name(where, history)}"
    return rendering.headline(words.NOW[history.status_on(day)], of_what, facts)


def _since(history: PointRecord, day: date) -> str:
    """Return since when the place had the status of a day, as far as the record tells."""
    status = history.status_on(day)
    so_far = [s for s in reversed(history.periods) if s.since <= day]
    same = {status, *_SAME.get(status, ())}
    streak = list(itertools.takewhile(lambda s: s.status in same, so_far))
    before = so_far[len(streak)].status if len(streak) < len(so_far) else None
    return words.since(streak[-1].since, before)


def _km(coverage: Coverage, history: PointRecord, day: date) -> float | None:
    known = coverage.known(day)
    km = float(history.distance_km[known.index]) if known else math.nan
    return None if math.isnan(km) else km


def _map(record: Record, choices: Choices, where: Where | None) -> None:
    point = (where.lon, where.lat) if where else None
    name = where.place.name if where and where.place else words.degrees(*point) if point else ""
    payload = payloads.place_payload(record, choices[PLACE_DAY], point, name)
    map_view.show(record, choices, words.LAYER_NAMES, payload, picks=WHERE)


def _history(coverage: Coverage, history: PointRecord, name: str) -> None:
    last = coverage.span[1]
    rows = [
        {"date": s.observed.date(), "km": None if math.isnan(km) else float(km)}
        for s, km in zip(coverage.snapshots, history.distance_km, strict=True)
    ]
    rows += [{"date": first, "km": None} for first, _ in coverage.unknown]
    periods = [
        {
            "start": s.since,
            "end": s.until or last,
            "name": str(words.STATUSES[s.status]),
            "colour": _COLOURS[s.status],
        }
        for s in history.periods
        if s.status != place_history.NOT_KNOWN
    ]
    marks = Marks(events=(), readers=(), carried=(), gaps=coverage.gaps)
    snapshot = coverage.at(last)
    title = words.distance_of(name, *coverage.span)
    source, _ = text_pictures.source([Evidence.of(coverage, snapshot)], __version__, has_map=False)
    chart = charts.distance(rows, periods, marks, rendered(words.CHART))
    captioned = charts.captioned(chart, title, [source])
    st.altair_chart(captioned, width="stretch", alt=f"{title}. {source}")
    st.html(rendering.table(tables.periods(history.periods, last)))
    st.markdown(attribution.said_by(Evidence.of(coverage, snapshot)))
    redrawn = [budget.of_oblast(coverage, snapshot, history.iso)]
    st.caption(attribution.not_redrawn(redrawn, last))
    st.caption(words.precise(coverage.cell_m))
