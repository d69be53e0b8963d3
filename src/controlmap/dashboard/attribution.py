"""Whose figures a page shows, of when, and as a citation to be copied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap import sources
from controlmap.analysis import budget
from controlmap.analysis.answer import Evidence
from controlmap.analysis.render import Rows
from controlmap.words import notes, text


def source(evidence: Iterable[tuple[date, Evidence]]) -> None:
    """Show who says so, the two dates, and which of the days has no snapshot of its own."""
    for day, snapshot in evidence:
        st.markdown(said_by(snapshot))
        if snapshot.carried:
            st.caption(text.carried(day, snapshot.day))


def not_redrawn(rows: Rows, day: date) -> str:
    """Return which oblasts' maps were not redrawn for long before a day; "" for none."""
    since = [(text.named(iso), last) for iso, last in budget.stale(rows, day)]
    return str(notes.not_redrawn(since, budget.STALE_DAYS)) if since else ""


def said_by(evidence: Evidence) -> str:
    """Return who says so, and the two dates, as Markdown."""
    kind = sources.find_reader(evidence.reader).title
    return text.as_of(evidence.title, kind, notes.as_of(evidence), evidence.retrieved)


def cited(lines: Sequence[str], evidence: Iterable[Evidence]) -> str:
    """Return figures, in sentences, with their sources and dates."""
    assessed = ((e.title, notes.as_of(e), e.retrieved, e.record) for e in evidence)
    return text.cited(lines, assessed)


def citation(place: DeltaGenerator, lines: Sequence[str], evidence: Iterable[Evidence]) -> None:
    """Offer figures, in sentences, with their sources and dates, to be copied."""
    with place.popover(str(text.CITE), width="content"):
        st.code(cited(lines, evidence), language=None, wrap_lines=True)
