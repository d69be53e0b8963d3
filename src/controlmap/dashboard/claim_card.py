"""What a claim's card shows, in words and numbers; its layout is a template's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from controlmap.analysis import claim_sentences, claims
from controlmap.analysis.claims import Evaluation, Verdict
from controlmap.analysis.quantities import Trace
from controlmap.dashboard import rendering
from controlmap.dashboard.rendering import Table
from controlmap.draw import sparkline
from controlmap.words import text, text_claims
from controlmap.words.catalog import Text
from controlmap.words.catalog import gettext as _

_SIGNS = {
    Verdict.HOLDS: ("holds", "✓"),
    Verdict.ROUGHLY: ("roughly", "≈"),
    Verdict.NOT: ("not", "✕"),
    Verdict.UNKNOWN: ("unknown", "?"),
}


def _verdict(verdict: Verdict) -> dict[str, str]:
    kind, sign = _SIGNS[verdict]
    return {"kind": kind, "sign": sign, "name": str(text_claims.VERDICT[verdict.value])}


def tally(evaluations: Sequence[Evaluation]) -> str:
    """Return how many claims have each verdict, as HTML."""
    counts = Counter(evaluation.verdict for evaluation in evaluations)
    rows = [(_verdict(verdict), counts[verdict]) for verdict in Verdict if counts[verdict]]
    return rendering.render("tally.html", tally=rows)


def card(evaluation: Evaluation, traces: Sequence[Trace]) -> str:
    """Return a claim with its verdict, its figures and its small chart, as HTML."""
    claim = evaluation.claim
    notes = (
        _("Rule: {rule}", rule=claim_sentences.rule(claim)),
        claim_sentences.problem(evaluation),
        claim.note,
        claim_sentences.contested(evaluation),
        claim_sentences.source_line(evaluation),
        claim_sentences.advance(evaluation),
    )
    return rendering.render(
        "claim.html",
        verdict=_verdict(evaluation.verdict),
        statement=claim.statement,
        said=claim_sentences.said(claim),
        url=claim.url,
        figures=_figures(evaluation),
        hindsight=claim_sentences.hindsight(evaluation),
        notes=list(filter(None, notes)),
        behind=text_claims.PARTS,
        tables=_tables(evaluation),
        left_out=claim_sentences.left_out(evaluation),
        **_chart(evaluation, [trace for trace in traces if trace.days]),
    )


def _figures(evaluation: Evaluation) -> list[tuple[Text, Text, Text]]:
    """Return what is claimed, measured, and measured again: name, value, spread."""
    claim, since = evaluation.claim, evaluation.hindsight
    unit = claim.asks.unit
    figures: list[tuple[Text, Text, Text]] = [
        (text_claims.CLAIMED, *claim_sentences.claimed_and_tolerance(claim))
    ]
    for finding in (evaluation, *([since] if since else [])):
        title, measure = claim_sentences.measured_on(evaluation, finding), finding.measure
        if measure:
            value = text_claims.value(unit, measure.value)
            spread = text_claims.span(unit, measure.low, measure.high)
            figures.append((title, value, spread))
        else:
            figures.append((title, text.NOT_KNOWN, ""))
    return figures


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
    """Return the quantity over all the record, with what is claimed and the day it is of."""
    if not traces:
        return {"picture": ""}
    tick = partial(text_claims.tick, evaluation.claim.asks.trace_unit)
    chart = sparkline.chart(traces, claims.expected(evaluation), evaluation.day, tick)
    key = zip((trace.key for trace in traces), sparkline.COLOURS, strict=False)
    return {
        "picture": rendering.data_url(rendering.render("sparkline.svg", chart=chart)),
        "picture_text": claim_sentences.chart_alt(evaluation, traces),
        "key": dict(key) if len(traces) > 1 else {},
        "caption": claim_sentences.chart(evaluation),
    }
