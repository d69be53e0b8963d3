"""Where sources agree on a day, as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from controlmap import sources
from controlmap.analysis import agreement, budget
from controlmap.analysis.agreement import Agreement, AgreementRow, Opinion, Pair, Spread
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.core.choices import chosen
from controlmap.core.model import InputError, RecordError
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage
from controlmap.words import notes
from controlmap.words.catalog import Message

if TYPE_CHECKING:
    from controlmap.analysis.answer import Features


def agree(
    coverages: Mapping[str, Coverage | RecordError],
    day: date | None = None,
    *,
    basis: str = Basis.POLYGON,
    advance: str = Advance.APART,
    every_source: bool = False,
) -> Answer:
    """Answer what all sources hold on a day, some, one alone, or none; oblast by oblast.

    `by_all`, `by_some`, `by_one` and `by_none` fill `total`. The table `pairs` has the Jaccard
    index of each two sources, `by_source` each source's share and what it alone holds.

    Parameters
    ----------
    coverages
        The records by the id of their source; a damaged one is left out, and said to be.
    day
        The latest that any of them knows by default.
    basis
        What shares are taken over: "polygon", "official", or "land", which leaves lakes and
        reservoirs out of every area.
    advance
        What assessed advance counts as: "apart", "held" or "contested".
    every_source
        Whether to refuse a day on which one of them is not current, instead of leaving it out.

    Raises
    ------
    InputError
        Where fewer than two sources can be compared, or a choice is none.
    """
    basis = chosen(Basis, basis)
    known = budget.counted(coverages, advance)
    on = day or max(c.span[1] for c in known.values())
    opinions = agreement.opinions(known, on)
    warnings = [*budget.damaged(coverages)]
    if every_source:
        _refuse_early(known, opinions, on)
    else:
        warnings += [
            notes.NOT_COMPARED(source=o.source, day=str(on), observed=_day(o))
            for o in opinions
            if not o.is_current
        ]
        opinions = [o for o in opinions if o.is_current]
    return _answer(opinions, basis, chosen(Advance, advance), tuple(warnings))


def _refuse_early(coverages: Mapping[str, Coverage], opinions: Sequence[Opinion], on: date) -> None:
    known = {o.source for o in opinions}
    for source, coverage in coverages.items():
        if source not in known:
            first = coverage.span[0]
            raise InputError(
                "{on}: before the span of {source}, which begins on {first}", on, source, first
            )


def _day(opinion: Opinion) -> str:
    return str(opinion.snapshot.info.observed.date())


def _answer(
    opinions: Sequence[Opinion], basis: Basis, advance: Advance, warnings: tuple[Message, ...]
) -> Answer:
    result = agreement.agree(opinions, basis, advance)
    by_oblast, spread = agreement.by_oblast(result), agreement.spread(opinions, basis)
    totals = [o.total_km2(basis) for o in opinions[0].coverage.oblasts]
    both = list(zip(by_oblast, spread, strict=True))
    rows = [
        _row(row, band, km2) for (row, band), km2 in zip(both, [*totals, sum(totals)], strict=True)
    ]
    nested = [
        {**row, "only": dict(areas.only), "shares": dict(band.shares)}
        for row, (areas, band) in zip(rows, both, strict=True)
    ]
    pairs = agreement.pairs(result)
    day = opinions[0].snapshot.day
    compared = [_source(opinion) for opinion in opinions]
    observed = {f"{o.source}_observed": sources.observed(o.snapshot.info) for o in opinions}
    return Answer(
        "agree",
        notes.AGREE,
        rows,
        document={
            "day": day,
            "unit": "km2",
            "basis": basis.value,
            "advance": advance.value,
            "sources": compared,
            "oblasts": nested[:-1],
            "all": nested[-1],
            "pairs": [vars(pair) for pair in pairs],
        },
        evidence=tuple(Evidence.of(o.coverage, o.snapshot) for o in opinions),
        choices={"basis": basis.value, "advance": advance.value},
        method=notes.AGREE_METHOD if result.is_exact else notes.AGREE_ON_POINTS,
        notes=tuple(_notes(opinions, pairs, basis)),
        warnings=warnings,
        shared={"day": day, "basis": basis.value, **observed},
        without=frozenset({"basis_km2"} if basis != Basis.OFFICIAL else ()),  # it is the total
        further={
            "sources": compared,
            "pairs": [vars(pair) for pair in pairs],
            "by_source": [
                {"iso": a.iso, "source": s, "share": band.shares[s], "only_km2": a.only[s]}
                for a, band in both
                for s in band.shares
            ],
        },
        locate=partial(_features, result, day, compared),
    )


def _row(row: AgreementRow, band: Spread, basis_km2: float) -> dict[str, Any]:
    return {
        "iso": row.iso,
        "name": row.name,
        "total": row.total,
        "by_all": row.by_all,
        "by_some": row.by_some,
        "by_one": row.by_one,
        "by_none": row.by_none,
        "low_share": band.low,
        "high_share": band.high,
        "basis_km2": basis_km2,
    }


def _source(opinion: Opinion) -> dict[str, Any]:
    info = opinion.snapshot.info
    return {
        "source": opinion.source,
        "reader": info.reader,
        "observed": sources.observed(info),
        "age_days": opinion.age_days,
        "cell_m": opinion.coverage.cell_m,
    }


def _notes(opinions: Sequence[Opinion], pairs: Sequence[Pair], basis: Basis) -> Iterator[Message]:
    yield notes.AGREE_AS_OF(day=str(opinions[0].snapshot.day), basis=basis.value)
    yield from notes.BASIS[basis]
    for opinion in opinions:
        observed = notes.as_of_iso(opinion.snapshot.info)
        yield notes.AGE(source=opinion.source, observed=observed, count=opinion.age_days)
    for pair in pairs:
        yield notes.PAIR(**vars(pair))


def _features(result: Agreement, day: date, compared: list[dict[str, Any]]) -> Features:
    from controlmap.analysis import features

    credits = {source: sources.find_source(source).credit for source in result.sources}
    members = {"day": day, "credit": credits, "sources": compared}
    return features.agreed(result), members
