"""Two days compared: what became Russian-held between them, and what ceased to be."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import streamlit as st

from controlmap.analysis import figures
from controlmap.analysis.figures import Change
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
from controlmap.record.coverage import Coverage
from controlmap.words import text

_DEFAULT_DAYS = 30


def show() -> None:
    """Show the page."""
    record = source_choice.asked()
    st.title(text.CHANGES)
    st.markdown(text.CHANGES_LEDE)
    first, last = record.coverage.span
    query_params.check(
        dict.fromkeys(("from", "to"), (partial(query_params.is_day, record), f"{first} … {last}"))
    )
    _figures()


@st.fragment
@session.guarded
def _figures() -> None:
    record = source_choice.chosen()
    coverage = record.coverage
    first, last = coverage.span
    row = st.container(horizontal=True, vertical_alignment="bottom")
    start_day = session.day(
        row, "from", last - timedelta(days=_DEFAULT_DAYS), (first, last), label=text.FROM
    )
    end_day = session.day(row, "to", last, (first, last), label=text.TO)
    source_choice.source(row)
    _presets(coverage)
    if start_day > end_day:
        st.error(text.wrong_order(start_day, end_day))
        return
    start, end = coverage.at(start_day), coverage.at(end_day)
    rows = figures.changes(coverage, start, end)
    _headline(rows[-1])
    left, right = st.columns([11, 9], gap="medium")
    with left:
        map_view.show(
            record,
            "changes",
            text.CHANGE_LAYERS,
            f"{start_day} {end_day}",
            partial(map_layers.change_features, coverage, start, end),
        )
    with right:
        st.html(rendering.table(tables.changes(rows)))
        attribution.source(coverage, start, end)
        if start.info.reader != end.info.reader:
            st.caption(text.READERS_DIFFER)
        lines = text.cite_changes(rows, start_day, end_day)
        attribution.citation(st.container(), lines, (coverage, start), (coverage, end))


def _presets(coverage: Coverage) -> None:
    first, last = coverage.span
    row = st.container(horizontal=True)
    for days in (7, 30, 90, 365):
        since = max(last - timedelta(days=days), first)
        row.button(text.last_days(days), on_click=_choose, args=(since, last))
    for since in (date(2022, 9, 30), date(2026, 1, 24)):
        if first <= since <= last:
            row.button(text.since(since), on_click=_choose, args=(since, last))


def _choose(start: date, end: date) -> None:
    st.session_state["from"], st.session_state["to"] = start, end


def _headline(every: Change) -> None:
    facts = (
        (text.GAINED, text.km2(every.gained_km2)),
        (text.LOST, text.km2(every.lost_km2)),
    )
    st.html(rendering.headline(text.change_km2(every.net_km2), text.NET_CHANGE, facts))
