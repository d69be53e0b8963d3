"""What changed, in sentences: on the page of that name, and in short on the first page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

import streamlit as st

from controlmap.analysis import changes
from controlmap.analysis.answer import Answer
from controlmap.analysis.render import Rows
from controlmap.dashboard import payloads, rendering
from controlmap.dashboard.parameters import ADVANCE, FROM, SOURCE, TO, Choices
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage
from controlmap.words import text

_DAYS = 7
_NAMED = 2
"""Places in the sentence of an oblast."""


def section(record: Record, choices: Choices, day: date) -> None:
    """Show what changed in the week before a day, with links to the page that has all of it."""
    coverage = record.coverage
    start = max(day - timedelta(days=_DAYS), coverage.span[0])
    st.subheader(text.changed_from(start, day))
    first, last = coverage.known(start), coverage.at(day)
    if first is None:
        st.markdown(text.NOT_KNOWN)
    elif first.index == last.index:
        st.markdown(changes.no_new_snapshot(first, last))
    else:
        sentences(payloads.changed(record, start, day, choices[ADVANCE]), start)
    ends = {FROM.name: start.isoformat(), TO.name: day.isoformat()}
    st.html(rendering.link(_address({**_whose(choices), **ends}), text.MORE_CHANGES))
    since_visit(coverage, choices)


def sentences(answer: Answer, start: date) -> None:
    """Show what changed since a day, a sentence an oblast."""
    said = [
        text.changed_in(
            text.named(row["iso"]),
            row["gained_km2"],
            row["lost_km2"],
            _nearest(answer.rows, row["iso"]),
            row["last_redrawn"],
            start,
        )
        for row in answer.further["oblasts"][:-1]
    ]
    st.markdown("\n".join(f"- {text.plain(sentence)}" for sentence in said))


def _nearest(patches: Rows, iso: str) -> list[str]:
    """Return the places nearest to the largest patches of an oblast, each once."""
    return list(dict.fromkeys(p["place"] for p in patches if p["iso"] == iso))[:_NAMED]


def since_visit(coverage: Coverage, choices: Choices) -> None:
    """Link to what changed since the reader's last visit, which the browser alone knows of."""
    last = coverage.span[1]
    st.html(rendering.since_visit(coverage.source, last, _address(_whose(choices))))


def _whose(choices: Choices) -> dict[str, str]:
    kept = (SOURCE.name, ADVANCE.name)
    return {name: value for name, value in choices.address().items() if name in kept}


def _address(values: Mapping[str, str]) -> str:
    return f"changes?{urlencode(values)}"
