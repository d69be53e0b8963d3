"""What changed between two days: how much, in which oblast, near which places, who shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from controlmap import sources
from controlmap.analysis import changes
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.render import Row
from controlmap.dashboard import (
    attribution,
    changed,
    controls,
    downloads,
    map_view,
    payloads,
    rendering,
    session,
    tables,
)
from controlmap.dashboard.parameters import ADVANCE, AT, FROM, SOURCE, TO, Choices, Parameter
from controlmap.draw import map_picture
from controlmap.record.coverage import Coverage
from controlmap.words import notes, text

_SINCE = (date(2022, 9, 30), date(2026, 1, 24))
"""The declaration of annexation, and the talks at which a freeze along the line was spoken of."""
_LISTED = 12
"""Patches that can be zoomed to; all are in the table."""


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
    answer = payloads.changed(record, start_day, end_day, choices[ADVANCE])
    _headline(answer, start_day, end_day)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        at = map_view.point(choices[AT])
        payload = payloads.change_payload(record, start_day, end_day, at)
        map_view.show(record, choices, text.CHANGE_LAYERS, payload)
        st.html(rendering.table(tables.changes(answer)))
    with right:
        changed.sentences(answer, start_day)
        _places(choices, answer)
        start, end = answer.evidence[:2]
        attribution.source([(start_day, start), (end_day, end)])
        if start.reader != end.reader:
            st.caption(notes.READERS_DIFFER)
        rows = [
            (text.named(r["iso"]), r["gained_km2"], r["lost_km2"], r["net_km2"])
            for r in answer.further["oblasts"]
        ]
        lines = text.cite_changes(start_day, end_day, rows)
        row = st.container(horizontal=True)
        attribution.citation(row, lines, answer.evidence[:2])
        downloads.offer(
            row,
            f"changes-{coverage.source}-{start_day}-{end_day}",
            lambda: answer,
            cell_m=coverage.cell_m,
            has_ground=True,
            picture=partial(
                map_picture.of_changes, coverage, start_day, end_day, advance=choices[ADVANCE]
            ),
        )


def _presets(coverage: Coverage, choices: Choices) -> None:
    first, last = coverage.span
    labels = {1: str(text.SINCE_DAY_BEFORE), **{n: text.last_days(n) for n in (7, 30, 90, 365)}}
    presets = {
        **{label: max(last - timedelta(days=n), first) for n, label in labels.items()},
        **{text.since(day): day for day in _SINCE if first <= day <= last},
    }
    offers: dict[str, dict[Parameter[Any], Any]] = {
        label: {FROM: since, TO: last, AT: None} for label, since in presets.items()
    }
    row = st.container(horizontal=True, vertical_alignment="center")
    controls.offer(row, choices, offers)
    row.html(changed.since_visit(coverage, choices))


def _headline(answer: Answer, start: date, end: date) -> None:
    every = answer.further["oblasts"][-1]
    facts = (
        (text.GAINED, text.changed_km2(every["gained_km2"])),
        (text.LOST, text.changed_km2(every["lost_km2"])),
    )
    figure = text.change_km2(every["net_km2"])
    st.html(rendering.headline(figure, text.net_change(start, end), facts))


def _places(choices: Choices, answer: Answer) -> None:
    """Show the patches and the settlements that changed hands; a click zooms to one."""
    st.subheader(text.PATCHES)
    _zooms(
        "zoom-patches",
        choices,
        answer.rows[:_LISTED],
        [_patch(row) for row in answer.rows[:_LISTED]],
    )
    rest = answer.rows[_LISTED:]
    if rest:
        st.caption(text.smaller(len(rest), sum(row["area_km2"] for row in rest)))
    if choices[AT]:
        controls.offer(st.container(), choices, {str(text.SHOW_ALL_CHANGES): {AT: None}})
    with st.expander(str(text.PATCH_LIST)):
        st.html(rendering.table(tables.patches_changed(answer)))
    st.subheader(text.SETTLEMENTS)
    taken = answer.further["settlements"]
    if taken:
        labels = [
            text.settlement(row["change"], row["settlement"], text.named(row["iso"]))
            for row in taken
        ]
        _zooms("zoom-settlements", choices, taken, labels)
    st.caption(text.SETTLEMENTS_NOTE if taken else text.NO_SETTLEMENT)


def _patch(row: Row) -> str:
    titles = [sources.find_source(source).title for source in row["shown_by"].split()]
    return text.patch(row["change"], row["area_km2"], row["place"], text.named(row["iso"]), titles)


def _zooms(key: str, choices: Choices, rows: Sequence[Row], labels: Sequence[str]) -> None:
    """Offer to zoom to each row's point."""
    place = st.container(gap=None, key=key)
    for row, label in zip(rows, labels, strict=True):
        at = f"{row['lon']:g},{row['lat']:g}"
        place.button(
            text.plain(label),
            key=f"zoom {label} {at}",
            type="tertiary",
            on_click=controls.choose,
            args=(choices, {AT: at}),
        )
