"""Whose figures a page shows, of when, and as a citation to be copied."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap import sources
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import text


def source(coverage: Coverage, *snapshots: DaySnapshot) -> None:
    """Show who says so, the two dates, and where a day has no snapshot of its own."""
    title = sources.find_source(coverage.source).title
    for snapshot in snapshots:
        info = snapshot.info
        kind = sources.find_reader(info.reader).title
        st.markdown(text.as_of(title, kind, info.observed, info.retrieved))
        if snapshot.carried:
            st.caption(text.carried(snapshot.day, info.observed.date()))


def citation(
    place: DeltaGenerator, lines: Sequence[str], *whose: tuple[Coverage, DaySnapshot]
) -> None:
    """Offer figures, in sentences, with their sources and dates, to be copied."""
    assessed = (
        (
            sources.find_source(coverage.source).title,
            snapshot.info.observed,
            snapshot.info.retrieved,
        )
        for coverage, snapshot in whose
    )
    with place.popover(str(text.CITE), width="content"):
        st.code(text.cited(lines, assessed), language=None, wrap_lines=True)
