"""Pace: how fast, how long it would take, and how often such projections were right."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from controlmap import sources
from controlmap.analysis import figures, pace, projections
from controlmap.analysis.answer import Evidence
from controlmap.analysis.figures import Contested
from controlmap.analysis.pace import Calibration, Pace, Score
from controlmap.core.model import InputError, Status
from controlmap.dashboard import attribution, controls, downloads, rendering, session, tables
from controlmap.dashboard.parameters import (
    ADVANCE,
    CONTESTED,
    DATE,
    PACE_OBLAST,
    SOURCE,
    WINDOW,
)
from controlmap.draw import chart_pictures
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import notes, text, text_pace

_YEAR = 365


def show() -> None:
    """Show the page."""
    st.title(text_pace.TITLE)
    st.markdown(text_pace.LEDE)
    controls.arrive("pace")
    _figures()


@st.fragment
@session.guarded
def _figures() -> None:
    choices = controls.chosen("pace")
    record = session.record(choices[SOURCE], choices[ADVANCE])
    coverage = record.coverage
    controls.ask(choices, DATE, SOURCE, PACE_OBLAST, WINDOW, CONTESTED)
    iso, window, contested = choices[PACE_OBLAST], choices[WINDOW], choices[CONTESTED]
    snapshot = session.snapshot(record, choices[DATE])
    if contested == Contested.IN and not snapshot.reports(Status.CONTESTED):
        last = figures.last_reported(coverage, snapshot, Status.CONTESTED)
        st.info(text_pace.uncounted(snapshot.day, last.day if last else None))
        return
    with st.spinner(str(text_pace.TESTING)):
        calibrations = _calibrations(record, iso, contested)
    by_window = _by_window(coverage, iso, snapshot, contested, calibrations)
    measured = by_window[window] or pace.measure(coverage, iso, snapshot, window, contested)
    scores = pace.backtest(calibrations)
    (score,) = (s for s in scores if (s.window_days, s.horizon_days) == (window, _YEAR))
    _headline(measured)
    if measured.parts:
        st.markdown(notes.PACE_PARTS)
    summary = _summary(score)
    st.markdown(summary)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        chart = chart_pictures.projection(
            coverage, iso, snapshot.day, window=window, contested=contested, measured=measured
        )
        st.altair_chart(chart.on_page, width="stretch", alt=chart.alt)
    with right:
        st.html(rendering.table(tables.windows(by_window)))
        evidence = Evidence.of(coverage, snapshot)
        attribution.source([(snapshot.day, evidence)])
        st.caption(text_pace.METHOD(nominal=pace.COVERAGE))
        lines = _cited(measured, summary)
        row = st.container(horizontal=True)
        attribution.citation(row, lines, [evidence])
        name = f"{coverage.source}-{iso}"
        downloads.offer(
            row,
            f"pace-{name}-{window}-{snapshot.day}",
            lambda: projections.pace(
                coverage,
                iso,
                snapshot.day,
                window=window,
                contested=contested,
                advance=choices[ADVANCE],
            ),
            picture=chart.picture,
        )
    st.header(text_pace.BACKTEST)
    title = sources.find_source(coverage.source).title
    whose = "" if iso == figures.ALL else text.named(iso)
    st.markdown(
        text_pace.backtest_lede(
            title,
            whose,
            *coverage.span,
            tolerance=pace.RIGHT_WITHIN,
            nominal=pace.COVERAGE,
        )
    )
    st.html(rendering.table(tables.backtest(scores)))
    downloads.offer(
        st.container(),
        f"backtest-{name}",
        lambda: projections.backtest(coverage, iso, contested=contested, advance=choices[ADVANCE]),
    )


@st.cache_data(max_entries=32, **session.CACHED)
def _calibrations(record: Record, iso: str, contested: Contested) -> dict[int, Calibration]:
    return pace.calibrate(record.coverage, iso, contested)


def _summary(score: Score) -> str:
    return text_pace.summary(
        tested=score.tested,
        right=score.right,
        within_interval=score.within_interval,
        trials=score.trials,
        tolerance=pace.RIGHT_WITHIN,
        nominal=pace.COVERAGE,
    )


def _cited(measured: Pace, summary: str) -> list[str]:
    rate = text_pace.rate_and_range(measured.km2_per_day, measured.low, measured.high)
    if not measured.is_known:
        rate = str(text_pace.not_redrawn(measured.last_redrawn))
    return text_pace.citation(
        text.named(figures.ALL)
        if measured.iso == figures.ALL
        else text.oblast(text.named(measured.iso)),
        day=measured.snapshot.day,
        window_days=measured.window_days,
        snapshots=measured.snapshots,
        rate=rate,
        net=_net(measured),
        both=measured.contested == Contested.IN,
        remaining_km2=measured.remaining_km2,
        time=_time(measured),
        months=_months(measured),
        summary=summary,
    )


def _net(measured: Pace) -> str:
    if not measured.is_known:
        return str(text.NOT_KNOWN)
    return text_pace.net(measured.net_km2, measured.plain_km2_per_day)


def _time(measured: Pace) -> str:
    """Return the time to take the rest, "" where no pace is known."""
    if not measured.is_known:
        return ""
    if measured.low is None:
        return text_pace.within(measured.days)
    return text_pace.takes(measured.days_low, measured.days_high)


def _months(measured: Pace) -> str:
    ends = measured.days_low, measured.days_high
    return text_pace.reached(measured.snapshot.day, *ends, measured.dating.value)


def _headline(measured: Pace) -> None:
    figure = text_pace.rate_km2(measured.km2_per_day)
    of_what = text_pace.of_what(measured.window_days, measured.low, measured.high)
    facts = [
        (text_pace.NET, _net(measured)),
        (text_pace.LEFT, text.km2(measured.remaining_km2)),
        (text_pace.TAKES, _time(measured)),
        (text_pace.REACHED, _months(measured)),
    ]
    if not measured.is_known:
        figure = str(text_pace.not_redrawn(measured.last_redrawn))
        of_what, facts = text_pace.of_what(measured.window_days, None, None), facts[1:2]
    st.html(rendering.headline(figure, of_what, facts))


def _by_window(
    coverage: Coverage,
    iso: str,
    snapshot: DaySnapshot,
    contested: Contested,
    calibrations: Mapping[int, Calibration],
) -> dict[int, Pace | None]:
    out: dict[int, Pace | None] = {}
    for window, calibration in calibrations.items():
        try:
            out[window] = pace.measure(coverage, iso, snapshot, window, contested, calibration)
        except InputError:  # a window that the record does not fill has a row that says so
            out[window] = None
    return out
