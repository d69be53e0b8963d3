"""Four years in two charts and a table: what was held, what was gained and lost."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap import sources
from controlmap.analysis import areas, budget, changes, history, turning_points
from controlmap.analysis.answer import Evidence
from controlmap.analysis.figures import ALL, Every
from controlmap.analysis.render import Row, Rows
from controlmap.dashboard import attribution, controls, downloads, rendering, session, tables
from controlmap.dashboard.parameters import (
    ADVANCE,
    BASIS,
    END,
    EVERY,
    HISTORY_OBLAST,
    MEASURE,
    SOURCE,
    START,
    Choices,
)
from controlmap.draw import chart_pictures
from controlmap.draw.chart_pictures import Captioned
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage
from controlmap.words import notes, text
from controlmap.words import text_history as words

_PRESETS = (365, 90)


def show() -> None:
    """Show the page."""
    st.title(words.TITLE)
    st.markdown(words.LEDE)
    controls.arrive("history")
    _figures()


@st.fragment
@session.guarded
def _figures() -> None:
    choices = controls.chosen("history")
    record = session.record(choices[SOURCE], choices[ADVANCE])
    coverage = record.coverage
    _choose(coverage, choices)
    (first, last), oblast = coverage.span, choices[HISTORY_OBLAST]
    start, end = max(choices[START], first), min(choices[END], last)
    if choices[START] > choices[END]:
        st.error(text.wrong_order(choices[START], choices[END]))
        return
    if start > end:  # the record has nothing of the range
        session.snapshot(record, choices[START])
    st.header(words.HELD)
    others = session.coverages(choices[ADVANCE])
    share, basis = choices[MEASURE] == "share", choices[BASIS]
    held = chart_pictures.held(coverage, others, start, end, oblast, basis=basis, share=share)
    row = _shown(held)
    _source(row, coverage, start, end, oblast, basis)
    span, how = f"{coverage.source}-{start}-{end}", {"basis": basis, "advance": choices[ADVANCE]}
    downloads.offer(
        row,
        f"history-{span}",
        lambda: history.history(coverage, start, end, others=others, **how),
        picture=held.picture,
    )
    st.header(words.FLOWS)
    flows = chart_pictures.flows(coverage, start, end, oblast, every=choices[EVERY], **how)
    downloads.offer(
        _shown(flows),
        f"flows-{span}-{choices[EVERY]}",
        lambda: history.flows(coverage, start, end, every=choices[EVERY], **how),
        picture=flows.picture,
    )
    _tables(coverage, start, end, oblast, basis)


def _shown(chart: Captioned) -> DeltaGenerator:
    """Show a chart and what its marks are; return where its downloads go."""
    st.altair_chart(chart.on_page, width="stretch", alt=chart.alt)
    st.caption(" ".join(chart.marks))
    return st.container(horizontal=True)


def _choose(coverage: Coverage, choices: Choices) -> None:
    controls.ask(choices, SOURCE, HISTORY_OBLAST, MEASURE, BASIS, EVERY)
    row = controls.ask(choices, START, END)
    first, last = coverage.span
    presets = {
        str(words.WHOLE): first,
        **{text.last_days(n): max(last - timedelta(days=n), first) for n in _PRESETS},
    }
    offers = {label: {START: since, END: last} for label, since in presets.items()}
    controls.offer(row, choices, offers)


def _tables(coverage: Coverage, start: date, end: date, oblast: str, basis: Basis) -> None:
    left, right = st.columns([11, 9], gap="medium")
    with left:
        st.header(words.MONTHS)
        known = history.days_known(coverage, start, end, Every.MONTH)
        months = history.flows(coverage, start, end, every=Every.MONTH, basis=basis)
        held = {
            row["date"]: row
            for row in history.by_day(coverage, known, basis)
            if row["iso"] == oblast
        }
        rows = [
            {
                **{name: flow[name] for name in ("gained_km2", "lost_km2", "net_km2")},
                "name": words.month_of(flow["start"], flow["end"]),
                **{name: held[flow["end"]][name] for name in ("russian_held", "held_share")},
            }
            for flow in reversed(months.rows)
            if flow["iso"] == oblast
        ]
        caption = words.months_caption(text.named(oblast), start, end, len(rows))
        st.html(rendering.table(tables.months(caption, rows)))
    with right:
        st.header(words.EVENTS)
        inside = [p for p in turning_points.load() if start <= p.date <= end]
        st.html(rendering.table(tables.events(inside)))


def _source(
    place: DeltaGenerator, coverage: Coverage, start: date, end: date, oblast: str, basis: Basis
) -> None:
    ends = [snapshot for day in (start, end) if (snapshot := coverage.known(day))]
    if not ends:
        return
    evidence = [Evidence.of(coverage, snapshot) for snapshot in ends]
    used = dict.fromkeys(str(sources.find_reader(e.reader).title) for e in evidence)
    observed = notes.as_of(evidence[0]), notes.as_of(evidence[-1])
    st.markdown(words.source(evidence[0].title, *observed, list(used)))
    if len(ends) == 2:
        isos = [o.iso for o in coverage.oblasts if oblast in (ALL, o.iso)]
        redrawn = [budget.of_oblast(coverage, ends[-1], iso) for iso in isos]
        st.caption(attribution.not_redrawn(redrawn, end))
        then, now = (_of(oblast, areas.by_oblast(coverage, snapshot, basis)) for snapshot in ends)
        change = _of(oblast, changes.by_oblast(coverage, ends[0], ends[1], basis))
        lines = words.cite(
            text.named(ALL) if oblast == ALL else text.oblast(text.named(oblast)),
            (start, then["russian_held"], then["held_share"]),
            (end, now["russian_held"], now["held_share"]),
            change["gained_km2"],
            change["lost_km2"],
            basis,
        )
        attribution.citation(place, lines, evidence)


def _of(oblast: str, rows: Rows) -> Row:
    return next(row for row in rows if row["iso"] == oblast)
