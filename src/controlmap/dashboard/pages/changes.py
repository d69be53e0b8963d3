"""Two days compared: what became Russian-held between them, and what ceased to be."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from controlmap.analysis import changes
from controlmap.analysis.answer import Evidence
from controlmap.analysis.render import Row
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
from controlmap.dashboard.parameters import ADVANCE, FROM, SOURCE, TO, Choices
from controlmap.record.coverage import Coverage
from controlmap.words import notes, text

_SINCE = (date(2022, 9, 30), date(2026, 1, 24))
"""The declaration of annexation, and the talks at which a freeze along the line was spoken of."""


def show() -> None:
    """Show the page."""
    st.title(text.CHANGES)
    st.markdown(text.CHANGES_LEDE)
    controls.arrive("changes")
    _figures()


@st.fragment
@session.guarded
def _figures() -> None:
    choices = controls.chosen("changes")
    record = session.record(choices[SOURCE], choices[ADVANCE])
    coverage = record.coverage
    controls.ask(choices, FROM, TO, SOURCE)
    _presets(coverage, choices)
    start_day, end_day = choices[FROM], choices[TO]
    if start_day > end_day:
        st.error(text.wrong_order(start_day, end_day))
        return
    first, last = (session.snapshot(record, day) for day in (start_day, end_day))
    if first.index == last.index:
        st.info(changes.no_new_snapshot(first, last))
        attribution.source([(end_day, Evidence.of(coverage, last))])
        return
    answer = changes.changes(coverage, start_day, end_day, advance=choices[ADVANCE])
    _headline(answer.rows[-1])
    left, right = st.columns([11, 9], gap="medium")
    with left:
        payload = payloads.change_payload(record, start_day, end_day)
        map_view.show(record, choices, text.CHANGE_LAYERS, payload)
    with right:
        st.html(rendering.table(tables.changes(answer)))
        start, end = answer.evidence
        attribution.source([(start_day, start), (end_day, end)])
        if start.reader != end.reader:
            st.caption(notes.READERS_DIFFER)
        st.caption(attribution.not_redrawn(answer.rows, end_day))
        rows = [
            (text.named(r["iso"]), r["gained_km2"], r["lost_km2"], r["net_km2"]) for r in answer
        ]
        lines = text.cite_changes(start_day, end_day, rows)
        row = st.container(horizontal=True)
        attribution.citation(row, lines, answer.evidence)
        downloads.offer(
            row,
            f"changes-{coverage.source}-{start_day}-{end_day}",
            lambda: changes.changes(
                coverage,
                start_day,
                end_day,
                by="patch",
                others=session.coverages(choices[ADVANCE]),
                advance=choices[ADVANCE],
            ),
            cell_m=coverage.cell_m,
            has_ground=True,
        )


def _presets(coverage: Coverage, choices: Choices) -> None:
    first, last = coverage.span
    presets = {
        **{text.last_days(n): max(last - timedelta(days=n), first) for n in (7, 30, 90, 365)},
        **{text.since(day): day for day in _SINCE if first <= day <= last},
    }
    offers = {label: {FROM: since, TO: last} for label, since in presets.items()}
    controls.offer(st.container(horizontal=True), choices, offers)


def _headline(every: Row) -> None:
    facts = (
        (text.GAINED, text.changed_km2(every["gained_km2"])),
        (text.LOST, text.changed_km2(every["lost_km2"])),
    )
    st.html(rendering.headline(text.change_km2(every["net_km2"]), text.NET_CHANGE, facts))
