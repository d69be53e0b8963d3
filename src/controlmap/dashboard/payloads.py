"""What the pages' maps show, computed once for all visits: payloads, and files for the browser."""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import streamlit as st

from controlmap.analysis import changes, proposals
from controlmap.analysis.answer import Answer
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.proposals import Outcome, Proposal
from controlmap.core import geoparquet, temporary
from controlmap.dashboard import session
from controlmap.dashboard.session import CACHED
from controlmap.draw import front, map_layers, maps
from controlmap.draw.maps import Payload
from controlmap.record.archive import Record

place_payload = st.cache_data(max_entries=64, **CACHED)(map_layers.place_payload)
change_payload = st.cache_data(max_entries=64, **CACHED)(map_layers.change_payload)


@functools.cache
def folder() -> Path:
    """Return the folder of these files, which goes with the server."""
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(temporary.folder())


@st.cache_resource(max_entries=8, **CACHED)
def background(record: Record) -> str:
    """Write the background of a record's maps; return the file's name."""
    return maps.write_background(folder(), map_layers.background(record.coverage))


@st.cache_resource(max_entries=64, **CACHED)
def changed(record: Record, start: date, end: date, advance: Advance) -> Answer:
    """Return what changed between two days, a row a patch, and which sources show it."""
    others = session.coverages(advance)
    return changes.changes(record.coverage, start, end, by="patch", others=others, advance=advance)


@st.cache_data(max_entries=64, **CACHED)
def outcome(record: Record, day: date, proposal: Proposal) -> Outcome:
    """Return what a proposal would change, as of a day."""
    return proposals.measure(record.coverage, record.coverage.at(day), proposal)


@st.cache_data(max_entries=32, **CACHED)
def transfer_payload(record: Record, day: date, proposal: Proposal) -> Payload:
    """Return what the map of a proposal shows on a day."""
    return map_layers.transfer_payload(record, outcome(record, day, proposal))


@st.cache_resource(max_entries=1, **CACHED)
def front_files(records: Sequence[Record]) -> dict[str, str]:
    """Write what the page of the map reads, of every source; return the files by what they are.

    Their names carry a hash, so that a browser keeps them for as long as they are true.
    """
    path, names = folder(), {}
    for name, content in front.files({r.coverage.source: r.coverage for r in records}).items():
        names[name] = f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.bin"
        if not (path / names[name]).exists():
            with geoparquet.replacing(path / names[name]) as file:
                file.write(content)
    return names
