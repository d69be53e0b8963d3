"""Pace: how fast, how long it would take, and how often such projections were right."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from controlmap import sources
from controlmap.analysis import figures, pace
from controlmap.analysis.figures import Contested
from controlmap.analysis.pace import Ahead, Pace
from controlmap.core.model import InputError, Status
from controlmap.dashboard import (
    attribution,
    query_params,
    rendering,
    session,
    source_choice,
    tables,
)
from controlmap.draw import charts
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import text, text_pace

_YEAR = 365


def show() -> None:
    """Show the page."""
    record = source_choice.asked()
    st.title(text_pace.TITLE)
    st.markdown(text_pace.LEDE)
    first, last = record.coverage.span
    choices = text.CONTESTED_CHOICES
    windows = _windows()
    query_params.check(
        {
            "date": (partial(query_params.is_day, record), f"{first} … {last}"),
            "oblast": (text_pace.OBLASTS.__contains__, ", ".join(text_pace.OBLASTS)),
            "window": (windows.__contains__, ", ".join(windows)),
            "contested": (choices.__contains__, ", ".join(choices)),
        }
    )
    _figures()


def _windows() -> dict[str, str]:
    return {str(days): text.days(days) for days in pace.WINDOWS}


@st.fragment
@session.guarded
def _figures() -> None:
    record = source_choice.chosen()
    coverage = record.coverage
    day, iso, window, contested = _choose(record)
    snapshot = coverage.at(day)
    if contested is Contested.IN and not snapshot.reports(Status.CONTESTED):
        last = figures.last_reported(coverage, snapshot, Status.CONTESTED)
        st.info(text_pace.uncounted(day, last.day if last else None))
        return
    shown = pace.measure(coverage, iso, snapshot, window, contested)
    measure = partial(pace.backtest, coverage, iso, contested)
    with st.spinner(text_pace.TESTING):
        scores = session.computed(f"{record.key} backtest {iso} {contested}", measure)
    (score,) = (s for s in scores if (s.window_days, s.horizon_days) == (window, _YEAR))
    _headline(shown)
    st.markdown(text_pace.summary(shown, score))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        ahead = pace.ahead(shown, scores)
        st.altair_chart(_chart(coverage, shown, ahead), width="stretch")
        there = {"followed": day < coverage.span[1], "errors": bool(ahead.errors)}
        absent = [name for name in there if not there[name]]
        words = text_pace.chart(shown)
        styles = charts.PROJECTED.items()
        st.html(rendering.legend({words[n]: s for n, s in styles if n not in absent}))
    with right:
        by_window = _by_window(coverage, iso, snapshot, contested)
        st.html(rendering.table(tables.windows(by_window)))
        attribution.source(coverage, snapshot)
        st.caption(text_pace.METHOD)
        lines = text_pace.citation(shown, score)
        attribution.citation(st.container(), lines, (coverage, snapshot))
    st.header(text_pace.BACKTEST)
    title = sources.find_source(coverage.source).title
    st.markdown(text_pace.backtest_lede(title, iso, *coverage.span))
    st.html(rendering.table(tables.backtest(scores)))


def _choose(record: Record) -> tuple[date, str, int, Contested]:
    first, last = record.coverage.span
    row = st.container(horizontal=True, vertical_alignment="bottom")
    day = session.day(row, "date", last, (first, last), label=text.DATE)
    source_choice.source(row)
    labels = text_pace.OBLASTS
    iso = session.choice(
        row, "oblast", labels, "UA-14", label=text_pace.OBLAST, help=text_pace.OBLAST_HELP
    )
    default = str(pace.DEFAULT_WINDOW)
    window = session.choice(
        row, "window", _windows(), default, label=text_pace.WINDOW, help=text_pace.WINDOW_HELP
    )
    contested = session.choice(
        row,
        "contested",
        text.CONTESTED_CHOICES,
        "out",
        label=text.CONTESTED,
        help=text.CONTESTED_HELP,
    )
    return day, iso, int(window), Contested(contested)


def _headline(found: Pace) -> None:
    facts = (
        (text_pace.PLAIN, text_pace.rate_km2(found.plain_km2_per_day)),
        (text_pace.LEFT, text.km2(found.remaining_km2)),
        (text_pace.TAKES, text_pace.takes(found)),
        (text_pace.REACHED, text_pace.reached(found)),
    )
    figure = text_pace.rate_km2(found.km2_per_day)
    st.html(rendering.headline(figure, text_pace.of_what(found), facts))


def _by_window(
    coverage: Coverage, iso: str, snapshot: DaySnapshot, contested: Contested
) -> dict[int, Pace | None]:
    out: dict[int, Pace | None] = {}
    for window in pace.WINDOWS:
        try:
            out[window] = pace.measure(coverage, iso, snapshot, window, contested)
        except InputError:  # a window that the record does not fill has a row that says so
            out[window] = None
    return out


def _chart(coverage: Coverage, found: Pace, ahead: Ahead) -> Any:
    """A year before the day, a year after it: assessed, and projected."""
    day = found.snapshot.day
    ends = day - timedelta(days=_YEAR), day + timedelta(days=_YEAR)
    known = pace.history(coverage, found.iso, *ends, found.contested)
    return charts.projection(
        [p for p in known if p[0] <= day],
        [p for p in known if p[0] >= day],
        ahead.projected,
        ahead.errors,
        text_pace.chart(found),
    )
