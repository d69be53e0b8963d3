"""claims: statements that can be measured, held against the records."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from controlmap.cli.options import (
    Commands,
    add_advance,
    add_command,
    add_entries,
    advance_told,
    open_coverage,
    report_broken,
    retrieved,
)
from controlmap.cli.printing import print_json, print_rows
from controlmap.words.numbers import instant, printable

if TYPE_CHECKING:
    from controlmap.analysis.claims import Claim, Evaluation, Finding
    from controlmap.analysis.quantities import Measure


def add(commands: Commands) -> None:
    """Add the command."""
    made = add_command(
        commands,
        "claims",
        _claims,
        "Claims held against the records: measured with their spread, a verdict, and hindsight.",
    )
    add_entries(made, "the day that each claim speaks of")
    made.add_argument(
        "--source", metavar="ID", help="this one alone; default: every source that is current"
    )
    add_advance(made, "contested")


def _claims(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.analysis import agreement
    from controlmap.analysis import claims as ledger
    from controlmap.record import archive

    own = [] if arguments.file is None else [arguments.file]
    claims, broken = ledger.load([ledger.embedded(), *own])
    asked = [arguments.source] if arguments.source else archive.with_records() or [sources.DEFAULT]
    coverages = {source: open_coverage(source, arguments.advance) for source in asked}
    day = arguments.as_of
    if day and not any(o.is_current for o in agreement.opinions(coverages, day)):
        coverages[asked[0]].at(day)  # a day that no record has is no day for any claim
    found = ledger.evaluate(claims, list(coverages.values()), day)
    if arguments.format == "table":
        _print_table(found)
        for source in dict.fromkeys(told.source for e in found for told in e.by_source):
            if told_so := advance_told(source, arguments.advance):
                print(f"{source}: {told_so}")
    elif arguments.format == "json":
        told = {"sources": asked, "advance": arguments.advance}
        rows = [_row(e) for e in found]
        print_json({**told, "claims": rows, "broken": [str(b) for b in broken]})
    else:
        print_rows("csv", map(_flat, found))
    report_broken(broken, arguments.file)


def _row(found: Evaluation) -> dict[str, Any]:
    from controlmap.analysis import claim_sentences

    claim, measure, since = found.claim, found.measure, found.hindsight
    return {
        "id": claim.id,
        "statement": claim.statement,
        "said_by": claim.said_by,
        "published_in": claim.published_in,
        "published": str(claim.published),
        "url": claim.url or None,
        "day": str(found.day),
        "source": None if claim.asks.declared else found.source,
        "as_of": found.snapshot and instant(found.snapshot.info.observed),
        "retrieved": found.snapshot and retrieved(found.snapshot.info),
        "quantity": claim.quantity,
        "relation": claim.relation.value,
        "claimed": claim.figure,
        "tolerance": claim.tolerance,
        **_figures(measure),
        "unit": claim.asks.unit,
        "contested_of": measure and measure.contested_of and str(measure.contested_of),
        "verdict": found.verdict.value,
        "rule": _plain(claim_sentences.rule(claim)),
        "problem": _plain(claim_sentences.unknown(claim, found)) or None,
        "note": claim.note or None,
        **_sources(claim, found),
        "hindsight": since
        and {
            "day": str(since.day),
            "days": since.days,
            **_figures(since.measure),
            "verdict": since.verdict.value,
            "net_km2": since.gains[0].net_km2 if since.gains else None,
            "net_km2_by_source": {gain.source: gain.net_km2 for gain in since.gains},
            **_sources(claim, since),
            "text": _plain(claim_sentences.hindsight_with_figure(found)),
        },
    }


def _figures(measure: Measure | None) -> dict[str, float | None]:
    """Figure and spread as JSON has them; what never ends is null."""
    values = (measure.value, measure.low, measure.high) if measure else (None, None, None)
    return {
        name: None if value is None or math.isinf(value) else float(value)
        for name, value in zip(("measured", "low", "high"), values, strict=True)
    }


def _sources(claim: Claim, found: Finding) -> dict[str, Any]:
    """What each source tells; nothing of what is declared and not measured."""
    by_source = [
        {
            "source": told.source,
            "as_of": instant(told.snapshot.info.observed),
            **_figures(told.measure),
            "verdict": told.verdict.value,
        }
        for told in found.by_source
        if not claim.asks.declared
    ]
    return {"by_source": by_source, "left_out": dict(found.left_out)}


def _flat(found: Evaluation) -> dict[str, Any]:
    """A row of CSV: what is a list in JSON is a text."""
    row = _row(found)
    row["by_source"] = "; ".join(_told(found))
    row["left_out"] = "; ".join(f"{source}: {why}" for source, why in found.left_out)
    row["hindsight"] = row["hindsight"] and row["hindsight"]["text"]
    return row


def _told(found: Evaluation) -> list[str]:
    """What each source tells, a text each."""
    from controlmap.analysis import claim_sentences

    return [
        f"{told.source}: {_plain(claim_sentences.measured(told, found.claim.asks.unit))}, "
        f"as of {instant(told.snapshot.info.observed)}, {told.verdict.value}"
        for told in found.by_source
    ]


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _print_table(evaluations: Iterable[Evaluation]) -> None:
    from controlmap.analysis import claim_sentences

    for found in evaluations:
        claim, measure = found.claim, found.measure
        lines = [
            ("said by", claim_sentences.said(claim)),
            ("at", claim.url),
            ("claimed", claim_sentences.claimed(claim)),
        ]
        if measure is None or found.snapshot is None:
            lines.append(("measured", found.problem))
        else:
            told = claim_sentences.measured(found, claim.asks.unit)
            as_of = f"as of {instant(found.snapshot.info.observed)}"
            if claim.asks.declared:
                lines.append(("declared", f"{told}, {as_of}"))
            else:
                lines.append(("measured", f"{told}, {found.source} {as_of}"))
            if len(found.by_source) > 1:
                lines += [("by source", line) for line in _told(found)]
            lines += [("left out", f"{source}: {why}") for source, why in found.left_out]
            lines.append(("contested", claim_sentences.contested(found)))
            lines.append(("untold", claim_sentences.unknown(claim, found)))
        lines.append(("note", claim.note))
        lines.append(("rule", claim_sentences.rule(claim)))
        if found.hindsight:
            lines.append(("hindsight", claim_sentences.hindsight_with_figure(found)))
        print(f"{printable(claim.id)}: {found.verdict.value}")
        print(f"  {printable(claim.statement)}")
        for name, line in lines:
            if line:
                print(f"  {name:<11}{printable(_plain(line))}")
        print()
