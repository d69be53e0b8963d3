"""Whose figures a page shows, of when, and as a citation to be copied."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap import sources
from controlmap.record.coverage import Coverage, Moment
from controlmap.words import text


def source(coverage: Coverage, *moments: Moment) -> None:
    """Show who says so, the two dates, and where a day has no snapshot of its own."""
    title = sources.find_source(coverage.source).title
    for moment in moments:
        info = moment.info
        kind = sources.find_reader(info.reader).title
        st.markdown(text.as_of(title, kind, info.observed, info.retrieved))
        if moment.carried:
            st.caption(text.carried(moment.day, info.observed.date()))


def citation(place: DeltaGenerator, lines: Sequence[str], *whose: tuple[Coverage, Moment]) -> None:
    """Offer figures, in sentences, with their sources and dates, to be copied."""
    assessed = (
        (sources.find_source(coverage.source).title, moment.info.observed, moment.info.retrieved)
        for coverage, moment in whose
    )
    with place.popover(text.CITE, width="content"):
        st.code(text.cited(lines, assessed), language=None, wrap_lines=True)
