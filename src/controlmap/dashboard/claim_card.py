"""What a claim's card shows, in words and numbers; its layout is a template's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from controlmap.analysis import claims
from controlmap.analysis.claims import Evaluation, Verdict
from controlmap.analysis.quantities import Trace
from controlmap.dashboard import rendering
from controlmap.dashboard.rendering import Table
from controlmap.draw import sparkline
from controlmap.words import text, text_claims

_SIGNS = {
    Verdict.HOLDS: ("holds", "✓"),
    Verdict.ROUGHLY: ("roughly", "≈"),
    Verdict.NOT: ("not", "✕"),
    Verdict.UNKNOWN: ("unknown", "?"),
}


def _verdict(verdict: Verdict) -> dict[str, str]:
    kind, sign = _SIGNS[verdict]
    return {"kind": kind, "sign": sign, "name": text_claims.VERDICT[verdict]}


def tally(evaluations: Sequence[Evaluation]) -> str:
    """Return how many claims have each verdict, as HTML."""
    counts = Counter(evaluation.verdict for evaluation in evaluations)
    rows = [(_verdict(verdict), counts[verdict]) for verdict in Verdict if counts[verdict]]
    return rendering.render("tally.html", tally=rows)


def card(evaluation: Evaluation, traces: Sequence[Trace]) -> str:
    """Return a claim with its verdict, its figures and its small chart, as HTML."""
    claim = evaluation.claim
    notes = (
        f"{text_claims.RULE}: {text_claims.rule(claim)}",
        text_claims.problem(evaluation),
        claim.note,
        text_claims.contested(evaluation),
        text_claims.source_line(evaluation),
        text_claims.advance(evaluation),
    )
    return rendering.render(
        "claim.html",
        verdict=_verdict(evaluation.verdict),
        statement=claim.statement,
        said=text_claims.said(claim),
        url=claim.url,
        figures=_figures(evaluation),
        hindsight=text_claims.hindsight(evaluation),
        notes=list(filter(None, notes)),
        behind=text_claims.PARTS,
        tables=_tables(evaluation),
        left_out=text_claims.left_out(evaluation),
        **_chart(evaluation, [trace for trace in traces if trace.days]),
    )


def _figures(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    """Return what is claimed, measured, and measured again: name, value, spread."""
    claim, since = evaluation.claim, evaluation.hindsight
    unit = claim.asks.unit
    figures = [(text_claims.CLAIMED, *text_claims.claimed_and_tolerance(claim))]
    for day, measure in (
        (evaluation.day, evaluation.measure),
        (since.day if since else None, since.measure if since else None),
    ):
        if day and measure:
            value = text_claims.value(unit, measure.value)
            spread = text_claims.span(unit, measure.low, measure.high)
            figures.append((text_claims.measured_on(claim, day), value, spread))
        elif day:
            figures.append((text_claims.measured_on(claim, day), text.NOT_KNOWN, ""))
    return figures


def _tables(evaluation: Evaluation) -> list[Table]:
    """Return the figures behind the one: its parts, and each source's own."""
    parts = evaluation.measure.parts if evaluation.measure else ()
    rows = [text_claims.part_row(part) for part in parts] if len(parts) > 1 else []
    by_source = text_claims.source_rows(evaluation)
    tables = (
        Table("", text_claims.parts_columns(evaluation), rows, "cm-list cm-parts"),
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
        "picture_text": text_claims.chart_alt(evaluation, traces),
        "key": dict(key) if len(traces) > 1 else {},
        "caption": text_claims.chart(evaluation),
    }
