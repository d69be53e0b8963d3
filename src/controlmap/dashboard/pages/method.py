"""The second page: what the words mean, how figures are made, where they come from."""

from __future__ import annotations

import streamlit as st

from controlmap import sources
from controlmap.core import geoparquet
from controlmap.dashboard import controls, session
from controlmap.words import text

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
