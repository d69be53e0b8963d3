"""Claims: what was said, what the record measures, and what became of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from controlmap import sources
from controlmap.analysis import claim_sentences
from controlmap.analysis import claims as ledger
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.claims import Evaluation
from controlmap.analysis.ledger import claims
from controlmap.analysis.quantities import Trace
from controlmap.core.model import InputError
from controlmap.dashboard import claim_register, controls, downloads, session
from controlmap.dashboard.parameters import CLAIMS_DAY, MEASURED_ON
from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.words import text, text_claims

Ledger = tuple[list[tuple[Evaluation, tuple[Trace, ...]]], list[str]]


def show() -> None:
    """Show the page."""
    st.title(text_claims.TITLE)
    st.markdown(text_claims.LEDE)
    controls.arrive("claims")
    _claims()


@st.fragment
@session.guarded
def _claims() -> None:
    choices = controls.chosen("claims")
    row = controls.ask(choices, MEASURED_ON)
    day = None  # the day that each claim speaks of
    if choices[MEASURED_ON] == "chosen":
        controls.ask(choices, CLAIMS_DAY, row=row)
        day = choices[CLAIMS_DAY]
    # How assessed advance is to count, no claim says: as contested, the spread has it both ways.
    records = [session.record(source, Advance.CONTESTED) for source in archive.with_records()]
    path = archive.user_file("claims.toml")
    evaluations, broken = _ledger(records, path, path.stat().st_mtime_ns if path else 0, day)
    if broken:
        listed = "\n".join(f"- {text.plain(problem)}" for problem in broken)
        st.warning(f"{text_claims.BROKEN}\n{listed}")
    st.html(claim_register.tally([evaluation for evaluation, _ in evaluations]))
    st.html(claim_register.register(evaluations))
    with st.popover(str(text.CITE), width="content"):
        for evaluation, _ in evaluations:
            st.code(claim_sentences.citation(evaluation), language=None, wrap_lines=True)
    entries = [evaluation.claim for evaluation, _ in evaluations]
    coverages = {record.coverage.source: record.coverage for record in records}
    downloads.offer(st.container(), "claims", lambda: claims(entries, coverages, day))
    st.markdown(text_claims.LAW)
    st.caption(text_claims.OWN)


@st.cache_data(max_entries=16, **session.CACHED)
def _ledger(
    records: list[Record],
    own: Path | None,
    changed: int,  # noqa: ARG001 - the file's time: what is kept is of that
    day: date | None,
) -> Ledger:
    """Return each claim with what its quantity was over time, and which entries cannot be used."""
    coverages = {record.coverage.source: record.coverage for record in records}
    claims, broken = ledger.load([ledger.embedded(), *([own] if own else [])])
    evaluations = []
    for evaluation in ledger.evaluate(claims, list(coverages.values()), day):
        claim = evaluation.claim
        charted = coverages[evaluation.source or sources.DEFAULT]
        try:
            traces = claim.asks.traces(charted, claim.query)
        except InputError:  # the record is too short for it; the evaluation says why
            traces = ()
        evaluations.append((evaluation, traces))
    return evaluations, [str(problem) for problem in broken]
