"""The register of claims in words and numbers, a row each; its layout is a template's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from controlmap.analysis import claim_sentences, claims
from controlmap.analysis.claims import Evaluation, Finding, Verdict
from controlmap.analysis.quantities import Trace
from controlmap.dashboard import rendering
from controlmap.dashboard.rendering import Table
from controlmap.draw import sparkline
from controlmap.words import text, text_claims
from controlmap.words.catalog import Text

_SIGNS = {
    Verdict.SUPPORTED: ("supported", "✓"),
    Verdict.ROUGHLY: ("roughly", "≈"),
    Verdict.NOT: ("not", "✕"),
    Verdict.INCONCLUSIVE: ("inconclusive", "?"),
    None: ("none", "–"),
}


def _verdict(verdict: Verdict | None) -> dict[str, str]:
    kind, sign = _SIGNS[verdict]
    return {"kind": kind, "sign": sign, "name": text_claims.verdict(verdict)}


def tally(evaluations: Sequence[Evaluation]) -> str:
    """Return how many claims have each verdict, as HTML."""
    counts = Counter(evaluation.verdict for evaluation in evaluations)
    rows = [(_verdict(verdict), counts[verdict]) for verdict in _SIGNS if counts[verdict]]
    return rendering.render("tally.html", tally=rows)


def register(ledger: Sequence[tuple[Evaluation, Sequence[Trace]]]) -> str:
    """Return a table of claims with their verdicts, figures and charts, as HTML.

    Parameters
    ----------
    ledger
        Each claim as it was measured, with the lines of its quantity over time.
    """
    rows = [_row(evaluation, [t for t in traces if t.days]) for evaluation, traces in ledger]
    return rendering.render("claims.html", rows=rows, words=text_claims)


def _row(evaluation: Evaluation, traces: Sequence[Trace]) -> dict[str, Any]:
    claim, since = evaluation.claim, evaluation.hindsight
    notes = (
        claim.note,
        claim_sentences.hindsight(evaluation),
        claim_sentences.rule(claim),
        claim_sentences.problem(evaluation),
        claim_sentences.contested(evaluation),
        claim_sentences.source_line(evaluation),
        claim_sentences.advance(evaluation),
        *claim_sentences.left_out(evaluation),
    )
    return {
        "statement": claim.statement,
        "speaker": claim.said_by,
        "said": claim_sentences.said(claim),
        "day": text.day(claim.speaks_of),
        "url": claim.url,
        "claimed": claim_sentences.claimed_and_tolerance(claim),
        "measured": _figure(evaluation, evaluation),
        "verdict": _verdict(evaluation.verdict),
        "since": _figure(evaluation, since) if since else None,
        "since_verdict": _verdict(since.verdict) if since and since.verdict else None,
        "notes": list(filter(None, notes)),
        "tables": _tables(evaluation),
        **_chart(evaluation, traces),
    }


def _figure(evaluation: Evaluation, finding: Finding) -> tuple[Text, Text, Text]:
    """Return a figure, its spread, and on which day it is measured."""
    unit, measure = evaluation.claim.asks.unit, finding.measure
    on = claim_sentences.measured_on(evaluation, finding)
    if measure is None:
        return text.NOT_KNOWN, "", on
    spread = text_claims.span(unit, measure.low, measure.high)
    return text_claims.value(unit, measure.value), spread, on


def _tables(evaluation: Evaluation) -> list[Table]:
    """Return the figures behind the one: its parts, and each source's own."""
    parts = evaluation.measure.parts if evaluation.measure else ()
    rows = [claim_sentences.part_row(part) for part in parts] if len(parts) > 1 else []
    by_source = claim_sentences.source_rows(evaluation)
    tables = (
        Table("", claim_sentences.parts_columns(evaluation), rows, "cm-list cm-parts"),
        Table("", text_claims.SOURCES_COLUMNS, by_source, "cm-list cm-parts"),
    )
    return [table for table in tables if table.rows]


def _chart(evaluation: Evaluation, traces: Sequence[Trace]) -> dict[str, object]:
    """Return the quantity over all the record, with what is claimed and the day it is of.

    Small and bare for the row, and whole for the details.
    """
    if not traces:
        return {"picture": ""}
    tick = partial(text_claims.tick, evaluation.claim.asks.trace_unit)
    chart = sparkline.chart(traces, claims.expected(evaluation), evaluation.day, tick)
    small, whole = (
        rendering.data_url(rendering.render("sparkline.svg", chart=each))
        for each in (sparkline.bare(chart), chart)
    )
    key = zip((trace.key for trace in traces), sparkline.COLOURS, strict=False)
    return {
        "small": small,
        "picture": whole,
        "picture_text": claim_sentences.chart_alt(evaluation, traces),
        "key": dict(key) if len(traces) > 1 else {},
        "caption": claim_sentences.chart(evaluation),
    }
