"""Whose assessment a page shows: chosen once, kept from page to page and in the address."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap import sources
from controlmap.analysis.assessed_advance import Advance
from controlmap.core.model import Status
from controlmap.dashboard import query_params, session
from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.words import text, text_sources


def asked() -> Record:
    """The record that the address and the reader ask for; what they may not have is told."""
    titles = _titles()
    query_params.check(
        {
            "source": (titles.__contains__, ", ".join(titles)),
            "advance": (text_sources.ADVANCES.__contains__, ", ".join(text_sources.ADVANCES)),
        }
    )
    return chosen()


def chosen() -> Record:
    """The record of the source that was chosen, its assessed advance counted as was chosen."""
    return session.record(_kept("source", sources.DEFAULT), counted())


def source(row: DeltaGenerator) -> None:
    """Let the reader choose the source in `row`, and how its assessed advance counts."""
    titles = _titles()
    session.choice(row, "source", titles, sources.DEFAULT, label=text.SOURCE, help=text.SOURCE_HELP)
    record = archive.open_source(_kept("source", sources.DEFAULT))
    if any(Status.ASSESSED_ADVANCE in info.reports for info in record.coverage.snapshots):
        st.caption(text.COUNTED_ADVANCE[advance(row)])


def advance(row: DeltaGenerator) -> Advance:
    """What the reader counts assessed advance as."""
    labels = text_sources.ADVANCES
    asked, told = text_sources.ADVANCE, text_sources.ADVANCE_HELP
    return Advance(session.choice(row, "advance", labels, "apart", label=asked, help=told))


def counted() -> Advance:
    """What assessed advance was chosen to count as."""
    return Advance(_kept("advance", "apart"))


def _titles() -> dict[str, str]:
    return {source: sources.find_source(source).title for source in archive.with_records()}


def _kept(name: str, default: str) -> str:
    """What was chosen before, else what the address asks for."""
    chosen: str = st.session_state.get(name) or st.query_params.get(name, default)
    return chosen
