"""The second page: what the words mean, how figures are made, where they come from."""

from __future__ import annotations

import streamlit as st

from controlmap import sources
from controlmap.analysis import check, revisions
from controlmap.analysis.answer import Answer
from controlmap.core import geoparquet
from controlmap.dashboard import controls, downloads, rendering, session, tables
from controlmap.record.archive import Record
from controlmap.words import text, text_check

EMBEDDED = ("oblasts.parquet", "land.parquet", "places.csv")


def show() -> None:
    """Show the page."""
    controls.arrive("method")
    record = session.record()
    coverage = record.coverage
    st.title(text.METHOD)
    st.markdown(text.DEFINITIONS)
    st.header(text.HOW)
    st.markdown(text.how(record.provenance.figures, coverage.cell_m))
    place = st.container()  # filled last: it takes a second
    st.header(text.SOURCES)
    if not record.is_embedded:
        st.markdown(text.own_record(str(record.path)))
    source = sources.find_source(coverage.source)
    st.subheader(source.title)
    st.markdown(text.span(*coverage.span, len(coverage.snapshots), len(coverage.gaps)))
    for reader in source.readers:
        st.markdown(text.reports(reader.title, reader.reports))
    st.markdown(f"{source.precedence} {source.terms} [{source.url}]({source.url})")
    st.header(text.CREDITS)
    for name in EMBEDDED:
        sidecar = geoparquet.read_sidecar(geoparquet.geodata(name))
        taken = ("title", "credit", "terms", "method")
        st.markdown(text.credit(*(sidecar[key] for key in taken)))
    with place:
        _check(record)
        _revisions(record)


def _check(record: Record) -> None:
    """Show the record held against what others published, and against what followed."""
    checked = _checked(record)
    st.header(text_check.TITLE)
    st.html(rendering.table(tables.intervals(checked)))
    st.html(rendering.table(tables.published(checked.further["published"])))


def _revisions(record: Record) -> None:
    """Show what the source changed afterwards, where an update noticed any of it."""
    answer = revisions.revisions(record.coverage, record.provenance)
    if answer.rows:
        st.header(answer.title)
        st.html(rendering.table(tables.revisions(answer)))
        downloads.offer(st.container(), "revisions", lambda: answer)


@st.cache_data(max_entries=8, **session.CACHED)
def _checked(record: Record) -> Answer:
    return check.check(record.coverage, record.provenance)
