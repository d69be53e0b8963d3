"""Claims: what was said, what the record measures, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

import streamlit as st

from controlmap import sources
from controlmap.analysis import claims as ledger
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.claims import Evaluation
from controlmap.analysis.quantities import Trace
from controlmap.core.model import InputError
from controlmap.dashboard import claim_card, query_params, session
from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage
from controlmap.words import text, text_claims

Finding = tuple[list[tuple[Evaluation, tuple[Trace, ...]]], list[str]]


def show() -> None:
    """Show the page."""
    record = session.record()
    st.title(text_claims.TITLE)
    st.markdown(text_claims.LEDE)
    first, last = record.coverage.span
    choices = text_claims.ON_CHOICES
    query_params.check(
        {
            "on": (choices.__contains__, ", ".join(choices)),
            "claims-day": (partial(query_params.is_day, record), f"{first} … {last}"),
        }
    )
    _claims()


@st.fragment
@session.guarded
def _claims() -> None:
    record = session.record()
    day = _choose(record)
    paths, stamp = session.own_entries("claims.toml")
    # Whose assessed advance is, nobody tells: counted as contested, the spread has it both ways.
    coverages = session.coverages(Advance.CONTESTED)
    keys = " ".join(archive.open_source(source).key for source in coverages)
    key = f"{keys} claims {day} {stamp}"
    answer = partial(_answer, coverages, [ledger.embedded(), *paths], day)
    found, broken = session.computed(key, answer)
    if broken:
        listed = "\n".join(f"- {text.plain(problem)}" for problem in broken)
        st.warning(f"{text_claims.BROKEN}\n{listed}")
    st.html(claim_card.tally([evaluation for evaluation, _ in found]))
    for evaluation, traces in found:
        st.html(claim_card.card(evaluation, traces))
        with st.popover(text.CITE, width="content"):
            st.code(text_claims.citation(evaluation), language=None, wrap_lines=True)
    st.markdown(text_claims.LAW)
    st.caption(text_claims.OWN)


def _choose(record: Record) -> date | None:
    """The day to measure on; None for that which each claim speaks of."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    on = session.choice(
        row,
        "on",
        text_claims.ON_CHOICES,
        "spoken",
        label=text_claims.MEASURED_ON,
        help=text_claims.ON_HELP,
    )
    if on == "spoken":
        return None
    first, last = record.coverage.span
    return session.day(row, "claims-day", last, (first, last), label=text.DATE)


def _answer(coverages: Mapping[str, Coverage], paths: list[Path], day: date | None) -> Finding:
    claims, broken = ledger.load(paths)
    found = []
    for evaluation in ledger.evaluate(claims, list(coverages.values()), day):
        claim = evaluation.claim
        charted = coverages[evaluation.source or sources.DEFAULT]
        try:
            traces = claim.asks.traces(charted, claim.query)
        except InputError:  # the record is too short for it; the evaluation tells why
            traces = ()
        found.append((evaluation, traces))
    return found, [str(problem) for problem in broken]
