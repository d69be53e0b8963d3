"""claims: statements that can be measured, held against the record."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable
from typing import Any

from controlmap.commands import (
    Commands,
    add_command,
    add_entries,
    add_source,
    open_coverage,
    report_broken,
    retrieved,
)
from controlmap.printing import instant, print_json, print_rows, printable


def add(commands: Commands) -> None:
    """Add the command."""
    made = add_command(
        commands,
        "claims",
        _claims,
        "Claims held against the record: measured with their spread, a verdict, and hindsight.",
    )
    add_entries(made, "the day that each claim speaks of")
    add_source(made)


def _claims(arguments: argparse.Namespace) -> None:
    from controlmap import ledger

    own = [] if arguments.file is None else [arguments.file]
    claims, broken = ledger.load([ledger.embedded(), *own])
    coverage = open_coverage(arguments.source)
    if arguments.as_of:
        coverage.at(arguments.as_of)  # a day that the record has not is no day for any claim
    found = ledger.evaluate(claims, [coverage], arguments.as_of)
    if arguments.format == "table":
        _print_table(found)
    elif arguments.format == "json":
        rows = [_row(e) for e in found]
        told = {"source": coverage.source, "claims": rows, "broken": [str(b) for b in broken]}
        print_json(told)
    else:
        rows = [_row(e) for e in found]
        print_rows("csv", [{**r, "hindsight": (r["hindsight"] or {}).get("text")} for r in rows])
    report_broken(broken, arguments.file)


def _row(found: Any) -> dict[str, Any]:
    from controlmap.views import text_claims

    claim, measure = found.claim, found.measure
    return {
        "id": claim.id,
        "statement": claim.statement,
        "said_by": claim.said_by,
        "published": str(claim.published),
        "day": str(found.day),
        "as_of": found.moment and instant(found.moment.info.observed),
        "retrieved": found.moment and retrieved(found.moment.info),
        "quantity": claim.quantity,
        "relation": claim.relation.value,
        "claimed": claim.figure,
        "tolerance": claim.tolerance,
        "measured": measure and _finite(measure.value),
        "low": measure and _finite(measure.low),
        "high": measure and _finite(measure.high),
        "unit": claim.asks.unit,
        "contested_of": measure and measure.contested_of and str(measure.contested_of),
        "verdict": found.verdict.value,
        "rule": _plain(text_claims.rule(claim)),
        "problem": found.problem or None,
        "note": claim.note or None,
        "hindsight": _hindsight(found),
    }


def _hindsight(found: Any) -> dict[str, Any] | None:
    from controlmap.views import text_claims

    since = found.hindsight
    if since is None:
        return None
    measure = since.measure
    return {
        "day": str(since.moment.day),
        "days": since.days,
        "measured": measure and _finite(measure.value),
        "low": measure and _finite(measure.low),
        "high": measure and _finite(measure.high),
        "verdict": since.verdict.value,
        "net_km2": since.net_km2,
        "text": _plain(text_claims.hindsight_with_figure(found)),
    }


def _finite(value: float) -> float | None:
    """A figure as JSON has it; what never ends is null."""
    return None if math.isinf(value) else float(value)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _print_table(evaluations: Iterable[Any]) -> None:
    from controlmap.views import text_claims

    for found in evaluations:
        claim, measure = found.claim, found.measure
        print(f"{printable(claim.id)}: {found.verdict.value}")
        print(f"  {printable(claim.statement)}")
        print(f"  claimed    {_plain(text_claims.claimed(claim))}")
        if measure is None:
            print(f"  measured   {printable(found.problem)}")
        else:
            told = _plain(text_claims.measured(claim.asks.unit, measure))
            how = "declared" if claim.quantity == text_claims.DECLARED else "measured"
            print(f"  {how}   {told}, as of {instant(found.moment.info.observed)}")
        if claim.note:
            print(f"  note       {printable(claim.note)}")
        if measure and measure.contested_of:
            print(f"             (contested ground as last reported, on {measure.contested_of})")
        print(f"  rule       {_plain(text_claims.rule(claim))}")
        if found.hindsight:
            print(f"  hindsight  {_plain(text_claims.hindsight_with_figure(found))}")
        print()
