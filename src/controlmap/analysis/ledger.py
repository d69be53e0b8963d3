"""Claims held against the records, as an answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from controlmap import sources
from controlmap.analysis import agreement, assessed_advance, budget, claim_sentences
from controlmap.analysis import claims as claiming
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.claims import Claim, Evaluation, Finding, Relation
from controlmap.analysis.quantities import Basis, Measure
from controlmap.analysis.render import Block, Facts
from controlmap.core.model import InputError, RecordError
from controlmap.record.coverage import Coverage
from controlmap.words import notes, text_claims
from controlmap.words.catalog import Message

_NAME_WIDTH = 11
"""Of the names of a claim's lines, so that those of all claims stand under each other."""


def claims(
    entries: Sequence[Claim],
    coverages: Mapping[str, Coverage | RecordError],
    day: date | None = None,
    *,
    advance: str = Advance.CONTESTED,
    broken: Sequence[InputError] = (),
) -> Answer:
    """Answer what the records say of claims: measured with their spread, a verdict, hindsight.

    Parameters
    ----------
    entries
        As `claims.load` reads them.
    coverages
        The records by the id of their source; the first one's figure is given, all make the spread.
        What is wrong with one that is damaged is a warning.
    day
        The day that each claim speaks of by default.
    advance
        What assessed advance counts as: "apart", "held" or "contested".
    broken
        What is wrong with entries that could not be read, for the document.

    Raises
    ------
    InputError
        Where no record knows the day, or the choice is none.
    """
    counted = budget.counted(coverages, advance)
    if day and not any(o.is_current for o in agreement.opinions(counted, day)):
        next(iter(counted.values())).at(day)  # a day that no record has is no day for any claim
    evaluations = claiming.evaluate(entries, list(counted.values()), day)
    rows = [_row(evaluation) for evaluation in evaluations]
    findings = [f for e in evaluations for f in e.by_source]
    assessed = {
        (f.source, f.snapshot.index): Evidence.of(counted[f.source], f.snapshot) for f in findings
    }
    return Answer(
        "claims",
        notes.CLAIMS,
        [_flat(row, evaluation) for row, evaluation in zip(rows, evaluations, strict=True)],
        document={
            "sources": list(counted),
            "advance": str(advance),
            "claims": rows,
            "broken": [str(problem) for problem in broken],
        },
        evidence=tuple(assessed.values()),
        choices={"advance": str(advance)},
        method=notes.CLAIMS_METHOD,
        warnings=budget.damaged(coverages),
        notes=tuple(
            notes.OF_SOURCE(source=source, note=note)
            for source in dict.fromkeys(f.source for f in findings)
            for note in assessed_advance.note(source, str(advance))
        ),
        body=partial(_body, evaluations),
    )


def _row(evaluation: Evaluation) -> dict[str, Any]:
    claim, measure = evaluation.claim, evaluation.measure
    snapshot = evaluation.snapshot if claim.is_assessed else None
    return {
        "id": claim.id,
        "statement": claim.statement,
        "said_by": claim.said_by,
        "published_in": claim.published_in,
        "published": claim.published,
        "url": claim.url or None,
        "day": evaluation.day,
        "source": evaluation.source if claim.is_assessed else None,
        "as_of": snapshot and sources.observed(snapshot.info),
        "retrieved": snapshot and snapshot.info.retrieved,
        "quantity": claim.quantity,
        "relation": claim.relation.value,
        **_claimed(claim),
        **_figures(measure),
        "unit": claim.asks.unit,
        "parts": _parts(measure),
        "contested_of": measure and measure.contested_of,
        "verdict": evaluation.verdict and evaluation.verdict.value,
        "rule": _plain(claim_sentences.rule(claim)),
        "problem": _plain(claim_sentences.unknown(claim, evaluation)) or None,
        "note": claim.note or None,
        **_sources(claim, evaluation),
        "hindsight": _hindsight(evaluation),
    }


def _hindsight(evaluation: Evaluation) -> dict[str, Any] | None:
    if (since := evaluation.hindsight) is None:
        return None
    return {
        "day": since.day,
        "days": since.days,
        **_figures(since.measure),
        "verdict": since.verdict and since.verdict.value,
        "net_km2": since.gains[0].net_km2 if since.gains else None,
        "net_km2_by_source": {gain.source: gain.net_km2 for gain in since.gains},
        **_sources(evaluation.claim, since),
        "text": _plain(claim_sentences.hindsight_with_figure(evaluation)),
    }


def _claimed(claim: Claim) -> dict[str, float | str | None]:
    """Return the figure claimed and its tolerance, None for a claim in words; and it as shown."""
    in_words = claim.wording or claim.relation is Relation.UNSTATED
    return {
        "claimed": None if in_words else claim.figure,
        "tolerance": None if in_words else claim.tolerance,
        "claimed_text": _plain(claim_sentences.claimed(claim)),
    }


def _figures(measure: Measure | None) -> dict[str, float | None]:
    """Figure and spread; what never ends is None."""
    values = (measure.value, measure.low, measure.high) if measure else (None, None, None)
    return {
        name: None if value is None or math.isinf(value) else float(value)
        for name, value in zip(("measured", "low", "high"), values, strict=True)
    }


def _parts(measure: Measure | None) -> list[dict[str, Any]]:
    """Return what a figure is made of, with what it takes in; what never ends is None."""
    return [
        {
            key: None if isinstance(value, float) and math.isinf(value) else value
            for key, value in asdict(part).items()
            if value is not None
        }
        for part in (measure.parts if measure else ())
    ]


def _sources(claim: Claim, finding: Finding) -> dict[str, Any]:
    """Return what each source measures; nothing of what is declared and not measured."""
    by_source = [
        {
            "source": each.source,
            "as_of": sources.observed(each.snapshot.info),
            **_figures(each.measure),
            "verdict": each.verdict and each.verdict.value,
        }
        for each in finding.by_source
        if claim.is_assessed
    ]
    left_out: dict[str, str] = {}
    for source, why in finding.left_out:
        left_out[source] = "; ".join(filter(None, (left_out.get(source), why)))
    return {"by_source": by_source, "left_out": left_out}


def _flat(row: dict[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    """Return a row whose lists are texts."""
    since = row["hindsight"]
    return {
        **row,
        "parts": "; ".join(map(_plain, claim_sentences.parts(evaluation))),
        "by_source": "; ".join(_by_source(evaluation)),
        "left_out": "; ".join(f"{source}: {why}" for source, why in evaluation.left_out),
        "hindsight": since and since["text"],
    }


def _by_source(evaluation: Evaluation) -> list[str]:
    unit = evaluation.claim.asks.unit
    return [
        claim_sentences.with_verdict(
            text_claims.BY_SOURCE(
                source=each.source,
                measured=_plain(claim_sentences.measured(each, unit)),
                observed=notes.as_of_iso(each.snapshot.info),
            ),
            each,
        )
        for each in evaluation.by_source
    ]


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _body(evaluations: Iterable[Evaluation]) -> Iterator[Block]:
    for number, evaluation in enumerate(evaluations):
        claim = evaluation.claim
        if number:
            yield ""
        yield f"{claim.id}: {text_claims.verdict(evaluation.verdict, in_text=True)}"
        yield f"  {claim.statement}"
        lines = [(name, _plain(str(text)) if text else "") for name, text in _lines(evaluation)]
        yield Facts(tuple(lines), indent=2, width=_NAME_WIDTH)


def _lines(evaluation: Evaluation) -> Iterator[tuple[Message | str, Message | str | None]]:
    claim, snapshot = evaluation.claim, evaluation.snapshot
    yield notes.FACT_SAID_BY, claim_sentences.said(claim)
    yield notes.FACT_AT, claim.url
    yield notes.FACT_CLAIMED, claim_sentences.claimed(claim)
    if evaluation.measure is None or snapshot is None:
        yield notes.FACT_MEASURED, evaluation.problem
    else:
        figure = claim_sentences.measured(evaluation, claim.asks.unit)
        observed = notes.as_of_iso(snapshot.info)
        if not claim.is_assessed:
            declared = claim.asks.basis is Basis.DECLARATION
            name = notes.FACT_DECLARED if declared else notes.FACT_MEASURED
            yield name, notes.DECLARED(figure=figure, observed=str(evaluation.day))
        else:
            by = notes.MEASURED(figure=figure, source=str(evaluation.source), observed=observed)
            yield notes.FACT_MEASURED, by
        if len(evaluation.by_source) > 1:
            yield from ((notes.FACT_BY_SOURCE, line) for line in _by_source(evaluation))
        for source, why in evaluation.left_out:
            yield notes.FACT_LEFT_OUT, f"{source}: {why}"
        yield notes.FACT_PARTS, "; ".join(claim_sentences.parts(evaluation))
        yield notes.FACT_CONTESTED, claim_sentences.contested(evaluation)
        yield notes.FACT_INCONCLUSIVE, claim_sentences.unknown(claim, evaluation)
    yield notes.FACT_NOTE, claim.note
    yield notes.FACT_RULE, claim_sentences.rule(claim)
    if evaluation.hindsight:
        yield notes.FACT_HINDSIGHT, claim_sentences.hindsight_with_figure(evaluation)
