"""The ledger of claims: statements that can be measured, each held against a record on any day.

A claim names a quantity (`quantities.QUANTITIES`), the figure claimed and its tolerance. It is
measured with its spread, by every source that is current, judged by a rule that is told with the
verdict, and asked again on the record's last day: hindsight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from controlmap.analysis import agreement, pace
from controlmap.analysis.quantities import QUANTITIES, SHARE, Basis, Measure, Quantity, Query
from controlmap.core import geoparquet, toml_entries
from controlmap.core.model import InputError
from controlmap.core.toml_entries import Entry
from controlmap.geo import places
from controlmap.geo.oblasts import ISO_CODES
from controlmap.record.coverage import Coverage, DaySnapshot

KIND = "claim"
MAX_DAYS = 3660
"""The longest period that a claim may ask about, ten years."""


class Relation(StrEnum):
    """How the figure claimed bounds what is measured."""

    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    UNSTATED = "unstated"
    """No figure is claimed: what the statement is about is measured, and there is no verdict."""


class Verdict(StrEnum):
    """What a record says of a claim."""

    SUPPORTED = "supported"
    ROUGHLY = "roughly supported"
    NOT = "not supported"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Claim:
    """One statement.

    Attributes
    ----------
    id
        Its name in the ledger.
    statement
        What is claimed, in our own words.
    said_by, published_in, published, url
        Who says it, where and when; `url` is "" where there is none.
    speaks_of
        The day it speaks of.
    note
        What is measured, where that is not the claim's own word; "" for nothing.
    quantity, query
        The name of the query on the record, and what it asks for.
    relation, figure, tolerance
        What the figure claimed is, in the quantity's unit, and how far off still supports it; 0
        where none is claimed.
    wording
        What is claimed in words, where the figure is our reading of them; "" where it is claimed.
    """

    id: str
    statement: str
    said_by: str
    published_in: str
    published: date
    url: str
    speaks_of: date
    note: str
    quantity: str
    query: Query
    relation: Relation
    figure: float
    tolerance: float
    wording: str = ""

    @property
    def asks(self) -> Quantity:
        """The quantity itself."""
        return QUANTITIES[self.quantity]

    @property
    def is_judged(self) -> bool:
        """Whether it has a verdict: a declaration has none, nor what names no figure."""
        return self.asks.basis is not Basis.DECLARATION and self.relation is not Relation.UNSTATED

    @property
    def is_assessed(self) -> bool:
        """Whether sources measure it, and not a declaration or the calendar."""
        return self.asks.basis is Basis.RECORD

    def bounds(self, tolerances: int = 1) -> tuple[float, float]:
        """Return the least and the most that is so many tolerances from what is claimed."""
        off = tolerances * self.tolerance
        match self.relation:
            case Relation.AT_LEAST:
                return self.figure - off, math.inf
            case Relation.AT_MOST:
                return -math.inf, self.figure + off
            case Relation.LESS_THAN:
                return -math.inf, math.nextafter(self.figure + off - self.tolerance, -math.inf)
            case Relation.ABOUT:
                return self.figure - off, self.figure + off
            case Relation.UNSTATED:
                return -math.inf, math.inf


@dataclass(frozen=True)
class SourceFinding:
    """What one source measures of a claim on its own snapshot, and the verdict on that alone."""

    source: str
    snapshot: DaySnapshot
    measure: Measure
    verdict: Verdict | None


@dataclass(frozen=True)
class Finding:
    """What the sources measure of a claim on a day.

    Attributes
    ----------
    day
        The day asked for.
    by_source
        Each source that has an answer; the figure is the first one's.
    left_out
        The sources that have none, or not over all windows, and why.
    measure
        The first one's figure with the spread of them all; None where none has one.
    verdict
        By the rule of `judge`, on all of the spread; None for what `is_judged` says has none.
    """

    day: date
    by_source: tuple[SourceFinding, ...]
    left_out: tuple[tuple[str, str], ...]
    measure: Measure | None
    verdict: Verdict | None

    @property
    def source(self) -> str | None:
        """The source whose figure is given; None where none has one."""
        return self.by_source[0].source if self.by_source else None

    @property
    def snapshot(self) -> DaySnapshot | None:
        """That source's snapshot."""
        return self.by_source[0].snapshot if self.by_source else None

    @property
    def problem(self) -> str:
        """Why nothing is measured, "" where something is."""
        if self.by_source or len(self.left_out) < 2:
            return "" if self.by_source else self.left_out[0][1]
        return "; ".join(f"{source}: {why}" for source, why in self.left_out)


@dataclass(frozen=True)
class Gain:
    """The net change of Russian-held ground in a claim's oblasts, by a source that knows both days.

    `left_km2` is what was not held of them on the first.
    """

    source: str
    net_km2: float
    left_km2: float


@dataclass(frozen=True)
class Hindsight(Finding):
    """A claim asked again on the first record's last day, so many `days` on."""

    days: int
    gains: tuple[Gain, ...]


@dataclass(frozen=True)
class Evaluation(Finding):
    """A claim held against records.

    `hindsight` is None where the first record ends on the day, and for what no source measures.
    """

    claim: Claim
    hindsight: Hindsight | None


def embedded() -> Path:
    """Return the ledger that comes with controlmap."""
    return geoparquet.geodata("claims.toml")


def load(paths: Sequence[Path]) -> tuple[list[Claim], list[InputError]]:
    """Return the claims of several ledgers in order, and the errors of the entries that are broken.

    Raises
    ------
    InputError
        Where a file cannot be read.
    """
    return toml_entries.load(paths, KIND, _claim)


_KEYS = ("id", "statement", "said_by", "published_in", "published", "url", "speaks_of", "note",
         "quantity", "relation", "figure", "tolerance", "wording")  # fmt: skip


def _claim(entry: Entry) -> Claim:
    quantity = entry.choice("quantity", list(QUANTITIES))
    entry.check_keys([*_KEYS, *QUANTITIES[quantity].parameters], f" of {quantity}")
    url = entry.text("url", "")
    if url and not url.startswith(("https://", "http://")):
        raise entry.error("url", "allowed: an address that begins with https:// or http://")
    asks = QUANTITIES[quantity]
    relation = Relation(entry.choice("relation", [r.value for r in Relation]))
    unstated = relation is Relation.UNSTATED
    if unstated and (given := {"figure", "tolerance"} & entry.values.keys()):
        raise entry.error(min(given), "allowed: none where relation is unstated")
    return Claim(
        id=entry.text("id"),
        statement=entry.text("statement"),
        said_by=entry.text("said_by"),
        published_in=entry.text("published_in"),
        published=entry.day("published"),
        url=url,
        speaks_of=entry.day("speaks_of"),
        note=entry.text("note", ""),
        quantity=quantity,
        query=_query(entry, asks.parameters),
        relation=relation,
        figure=0.0 if unstated else _figure(entry, asks, "figure"),
        tolerance=_figure(entry, asks, "tolerance", 0.0),
        wording=entry.text("wording", ""),
    )


def _figure(entry: Entry, asks: Quantity, key: str, default: float | None = None) -> float:
    value = entry.number(key, default)
    if asks.unit == SHARE and value > 1:
        raise entry.error(key, "found {found:g}; allowed: a share, 0 to 1", value)
    return value


def _query(entry: Entry, parameters: Sequence[str]) -> Query:
    query = Query(
        oblasts=entry.choices("oblasts", ISO_CODES) if "oblasts" in parameters else (),
        windows=entry.choices("windows", pace.WINDOWS) if "windows" in parameters else (),
        period_days=entry.count("period_days", 1, 366) if "period_days" in parameters else 0,
        periods=entry.count("periods", 1, 120) if "periods" in parameters else 0,
        places=_places(entry) if "places" in parameters else (),
        since=entry.day("since") if "since" in parameters else None,
    )
    if query.periods * query.period_days > MAX_DAYS:
        raise entry.error("periods", "allowed are {most:,} days in all", MAX_DAYS)
    return query


def _places(entry: Entry) -> tuple[str, ...]:
    names = entry.several("places")
    for name in names:
        if not isinstance(name, str):
            raise entry.error("places", "found {name!r}; allowed: names of places", name)
        try:
            places.find(name)
        except InputError as error:
            raise entry.error("places", str(error)) from error
    return names


def judge(claim: Claim, measure: Measure | None) -> Verdict | None:
    """Return the verdict of the rule; None for what has none.

    A claim is supported if all of the spread is within the tolerance of the figure, roughly if all
    of it is within twice the tolerance, and not supported if none of it is.

    A spread that is partly within twice the tolerance and partly beyond is inconclusive: else a
    wide spread would earn what a narrow one does not.
    """
    if not claim.is_judged:
        return None
    if measure is None:
        return Verdict.INCONCLUSIVE
    least, most = claim.bounds()
    if least <= measure.low and measure.high <= most:
        return Verdict.SUPPORTED
    least, most = claim.bounds(2)
    if least <= measure.low and measure.high <= most:
        return Verdict.ROUGHLY
    return Verdict.NOT if measure.low > most or measure.high < least else Verdict.INCONCLUSIVE


def evaluate(
    claims: Sequence[Claim], coverages: Sequence[Coverage], day: date | None = None
) -> list[Evaluation]:
    """Each claim held against the records on a day, or on the day that it speaks of.

    Every record is asked whose last snapshot is current on the day (`agreement.opinion`). The first
    one that can tell gives the figure, all that can the spread.
    """
    return [_evaluated(claim, coverages, day or claim.speaks_of) for claim in claims]


def _evaluated(claim: Claim, coverages: Sequence[Coverage], day: date) -> Evaluation:
    hindsight = None
    end = coverages[0].span[1]
    if day < end and claim.is_assessed:
        gains = tuple(_gains(claim, coverages, day, end))
        then = vars(_answer(claim, coverages, end))
        hindsight = Hindsight(**then, days=(end - day).days, gains=gains)
    return Evaluation(**vars(_answer(claim, coverages, day)), claim=claim, hindsight=hindsight)


def _answer(claim: Claim, coverages: Sequence[Coverage], day: date) -> Finding:
    findings: list[SourceFinding] = []
    left_out: list[tuple[str, str]] = []
    for coverage in coverages:
        if findings and not claim.is_assessed:  # no source measures it
            break
        try:
            snapshot = agreement.opinion(coverage, day).snapshot
            measured = claim.asks.measure(coverage, claim.query, snapshot)
        except InputError as error:
            left_out.append((coverage.source, str(error)))
        else:
            verdict = judge(claim, measured)
            findings.append(SourceFinding(coverage.source, snapshot, measured, verdict))
            left_out.extend((coverage.source, why) for why in measured.left_out)
    measure = _widened([finding.measure for finding in findings]) if findings else None
    return Finding(
        day=day,
        by_source=tuple(findings),
        left_out=tuple(left_out) if claim.is_assessed or not findings else (),
        measure=measure,
        verdict=judge(claim, measure),
    )


def expected(evaluation: Evaluation) -> tuple[float, float, float] | None:
    """Return what is claimed on the chart of its quantity, in `trace_unit`; None for nothing.

    The least that holds, the figure itself, and the most that holds. Of a time to take the rest it
    is the pace that this needs; of a steady advance, no net loss.
    """
    claim = evaluation.claim
    if claim.relation is Relation.UNSTATED:
        return None
    if claim.quantity == "gaining_share":
        return 0.0, 0.0, 0.0
    if claim.quantity == "days_to_take" and evaluation.measure is not None and claim.figure > 0:
        days, rate = (part.value for part in evaluation.measure.parts[:2])
        needed = (days or math.inf) * (rate or 0.0) / claim.figure
        return (needed, needed, needed) if math.isfinite(needed) else None
    if claim.asks.trace_unit != claim.asks.unit:
        return None
    low, high = claim.bounds()
    return (
        low if math.isfinite(low) else claim.figure,
        claim.figure,
        high if math.isfinite(high) else claim.figure,
    )


def _widened(measures: Sequence[Measure]) -> Measure:
    """Return the first measure with the spread of them all."""
    low, high = min(m.low for m in measures), max(m.high for m in measures)
    return replace(measures[0], low=low, high=high)


def _gains(claim: Claim, coverages: Sequence[Coverage], day: date, end: date) -> Iterator[Gain]:
    for coverage in coverages:
        wanted = [i for i, o in enumerate(coverage.oblasts) if o.iso in claim.query.oblasts]
        try:
            then, now = (agreement.opinion(coverage, known) for known in (day, end))
        except InputError:
            continue
        if wanted and then.snapshot.index != now.snapshot.index:
            before, after = (float(o.held_km2()[wanted].sum()) for o in (then, now))
            total = sum(coverage.oblasts[i].polygon_km2 for i in wanted)
            yield Gain(coverage.source, after - before, total - before)
