"""Claims as HTML: a card each with verdict, figures, a small chart; every text is escaped here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from html import escape

from controlmap.analysis import claims
from controlmap.analysis.claims import Evaluation, Verdict
from controlmap.analysis.quantities import Trace
from controlmap.draw import sparkline
from controlmap.words import text, text_claims

_CLASS = {
    Verdict.HOLDS: "holds",
    Verdict.ROUGHLY: "roughly",
    Verdict.NOT: "not",
    Verdict.UNKNOWN: "unknown",
}
_SIGN = {Verdict.HOLDS: "✓", Verdict.ROUGHLY: "≈", Verdict.NOT: "✕", Verdict.UNKNOWN: "?"}


def tally(found: Sequence[Evaluation]) -> str:
    """How many claims have each verdict."""
    counts = Counter(evaluation.verdict for evaluation in found)
    listed = "".join(f"<li>{_badge(v)} <b>{counts[v]}</b></li>" for v in Verdict if counts[v])
    return f'<ul class="cm-tally">{listed}</ul>'


def _badge(verdict: Verdict) -> str:
    words = escape(text_claims.VERDICT[verdict])
    return f'<span class="cm-verdict cm-{_CLASS[verdict]}"><i>{_SIGN[verdict]}</i>{words}</span>'


def card(found: Evaluation, traces: Sequence[Trace]) -> str:
    """A claim with what is measured of it, what was behind it, and what became of it."""
    claim = found.claim
    said = escape(text_claims.said(claim))
    if claim.url:
        said = f'<a href="{escape(claim.url)}" rel="noopener">{said}</a>'
    return (
        f'<article class="cm-claim"><header>{_badge(found.verdict)}'
        f"<h2>{escape(claim.statement)}</h2></header>"
        f'<p class="cm-said">{said}</p><div class="cm-claim-body"><div>{_facts(found)}'
        f"<p>{escape(text_claims.hindsight(found))}</p>{_small(found)}{_parts(found)}</div>"
        f"{_chart(found, traces)}</div></article>"
    )


def _facts(found: Evaluation) -> str:
    """Claimed, measured, measured again: the figures that the card is about."""
    claim, since = found.claim, found.hindsight
    unit = claim.asks.unit
    figures = [(text_claims.CLAIMED, *text_claims.claimed_and_tolerance(claim))]
    for day, measure in (
        (found.day, found.measure),
        (since.day if since else None, since.measure if since else None),
    ):
        if day and measure:
            spread = text_claims.span(unit, measure.low, measure.high)
            told = text_claims.value(unit, measure.value)
            figures.append((text_claims.measured_on(claim, day), told, spread))
        elif day:
            figures.append((text_claims.measured_on(claim, day), text.NOT_KNOWN, ""))
    listed = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<span>{escape(spread)}</span></dd></div>"
        for name, value, spread in figures
    )
    return f"<dl>{listed}</dl>"


def _small(found: Evaluation) -> str:
    """What the figures rest on: the rule, how the claim is read, contested ground, the source."""
    claim = found.claim
    lines = [
        f"{text_claims.RULE}: {text_claims.rule(claim)}",
        text_claims.problem(found),
        claim.note,
        text_claims.contested(found),
        text_claims.source_line(found),
        text_claims.advance(found),
    ]
    return _lines(lines)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f'<p class="cm-said">{escape(line)}</p>' for line in lines if line)


def _parts(found: Evaluation) -> str:
    """The figures behind the one, folded away: its parts, each source's own, who is left out."""
    parts = found.measure.parts if found.measure else ()
    rows = [text_claims.part_row(part) for part in parts] if len(parts) > 1 else []
    folded = (
        _table(text_claims.parts_columns(found), rows)
        + _table(text_claims.SOURCES_COLUMNS, text_claims.source_rows(found))
        + _lines(text_claims.left_out(found))
    )
    return f"<details><summary>{escape(text_claims.PARTS)}</summary>{folded}</details>" * bool(
        folded
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, *cells in rows
    )
    return (
        '<div class="cm-scroll" tabindex="0"><table class="cm-table cm-parts"><thead><tr>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _chart(found: Evaluation, traces: Sequence[Trace]) -> str:
    """The quantity over all the record, with what is claimed and the day that was asked of."""
    drawn = [trace for trace in traces if trace.days]
    if not drawn:
        return ""
    claim = found.claim
    picture = sparkline.image(
        drawn,
        claims.expected(found),
        found.day,
        partial(text_claims.tick, claim.asks.trace_unit),
        text_claims.chart_alt(found, drawn),
    )
    key = ""
    if len(drawn) > 1:
        key = "".join(
            f'<li><i style="background:{colour}"></i>{escape(trace.key)}</li>'
            for trace, colour in zip(drawn, sparkline.COLOURS, strict=False)
        )
        key = f"<ul>{key}</ul>"
    caption = escape(text_claims.chart(found))
    return f"<figure>{picture}{key}<figcaption>{caption}</figcaption></figure>"
