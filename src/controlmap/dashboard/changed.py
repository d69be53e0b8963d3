"""What changed, in sentences, and since when a reader may want to know."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import streamlit as st

from controlmap.analysis.answer import Answer
from controlmap.analysis.render import Rows
from controlmap.dashboard import rendering
from controlmap.dashboard.parameters import ADVANCE, SOURCE, Choices
from controlmap.record.coverage import Coverage
from controlmap.words import text

_NAMED = 2
"""Places in the sentence of an oblast."""


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


def since_visit(coverage: Coverage, choices: Choices) -> str:
    """Return a link to what changed since the last visit, of which the browser alone knows."""
    kept = (SOURCE.name, ADVANCE.name)
    chosen = {name: value for name, value in choices.address().items() if name in kept}
    return rendering.since_visit(coverage.source, coverage.span[1], f"changes?{urlencode(chosen)}")
