"""What would pass by each proposal, as an answer."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from controlmap.analysis import assessed_advance
from controlmap.analysis import proposals as proposing
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL
from controlmap.analysis.proposals import Outcome, Proposal, Transfer
from controlmap.analysis.render import Block, Table
from controlmap.core.model import InputError
from controlmap.geo.places import Place
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import notes, text_proposals

_SHOWN = ("iso", "name", "to_russia_km2", "to_russia_share", "to_ukraine_km2", "to_ukraine_share")
"""The columns that a printed table always has."""


def proposals(
    entries: Sequence[Proposal],
    coverage: Coverage,
    day: date | None = None,
    *,
    advance: str = Advance.APART,
    may_be_left_out: Container[str] = (),
    broken: Sequence[InputError] = (),
) -> Answer:
    """Answer what would pass by each proposal, in km2, settlements and people.

    A row a proposal and oblast, and one of all four; `to_russia_km2` is not Russian-held and would
    be, `to_ukraine_km2` the other way round.

    Parameters
    ----------
    entries
        As `proposals.load` reads them.
    day
        The latest by default.
    advance
        What assessed advance counts as: "apart", "held" or "contested".
    may_be_left_out
        The ids of those that are left out with a warning where the record cannot measure them;
        the others are among what is broken.
    broken
        What is wrong with entries that could not be read, for the document.

    Raises
    ------
    InputError
        Where the record does not know the day, or the choice is none.
    """
    coverage = assessed_advance.counted(coverage, advance)
    snapshot = coverage.at(day or coverage.span[1])
    outcomes, refused = _measured(entries, coverage, snapshot)
    left_out = [str(error) for id_, error in refused if id_ in may_be_left_out]
    wrong = [*map(str, broken), *(str(e) for id_, e in refused if id_ not in may_be_left_out)]
    evidence = Evidence.of(coverage, snapshot)
    who = {
        "source": coverage.source,
        "reader": evidence.reader,
        "as_of": evidence.observed,
        "retrieved": evidence.retrieved,
        "advance": str(advance),
    }
    return Answer(
        "proposals",
        notes.PROPOSALS,
        [row for outcome in outcomes for row in _rows(outcome)],
        document={
            **who,
            "unit": "km2",
            "proposals": [_document(outcome) for outcome in outcomes],
            "left_out": left_out,
            "broken": wrong,
        },
        evidence=(evidence,),
        choices={"advance": str(advance)},
        method=notes.PROPOSALS_METHOD,
        notes=(
            notes.PROPOSALS_AS_OF(
                source=coverage.source,
                as_of=notes.as_of_iso(evidence),
                population=text_proposals.POPULATION,
            ),
            *assessed_advance.note(coverage.source, str(advance)),
        ),
        warnings=tuple(notes.LEFT_OUT(problem=problem) for problem in left_out),
        shared=who,
        body=partial(_body, outcomes),
    )


def _measured(
    entries: Sequence[Proposal], coverage: Coverage, snapshot: DaySnapshot
) -> tuple[list[Outcome], list[tuple[str, InputError]]]:
    """Return what the record can measure, and of what it cannot, the id and why."""
    outcomes, refused = [], []
    for proposal in entries:
        try:
            outcomes.append(proposing.measure(coverage, snapshot, proposal))
        except InputError as error:
            refused.append((proposal.id, error))
    return outcomes, refused


def _document(outcome: Outcome) -> dict[str, Any]:
    proposal = outcome.proposal
    moved = [("russia", p) for p in outcome.to_russia] + [
        ("ukraine", p) for p in outcome.to_ukraine
    ]
    rows = [_row(row) for row in outcome.rows]
    return {
        "id": proposal.id,
        "title": proposal.title,
        "about": proposal.about,
        "rules": {iso: str(rule) for iso, rule in proposal.rules.items()},
        "pre_2022_of": outcome.pre_2022_of,
        "recognised": {iso: value.value for iso, value in proposal.recognised.items()},
        "oblasts": rows[:-1],
        "all": rows[-1],
        **_counts(outcome.to_russia, outcome.to_ukraine),
        "places": [
            {"name": p.name, "iso": p.iso, "population": p.population, "to": to} for to, p in moved
        ],
        "fortress_cities": {
            name: {"held": held, "would_hold": would}
            for name, (held, would) in outcome.fortress.items()
        },
    }


def _row(row: Transfer) -> dict[str, Any]:
    return {
        "iso": row.iso,
        "name": row.name,
        "to_russia_km2": row.to_russia_km2,
        "to_russia_share": row.to_russia_km2 / row.total_km2,
        "contested_km2": row.contested_km2,
        "to_ukraine_km2": row.to_ukraine_km2,
        "to_ukraine_share": row.to_ukraine_km2 / row.total_km2,
        "would_hold_km2": row.would_hold_km2,
        "recognised_km2": row.recognised_km2,
    }


def _rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Return a row an oblast and one of all, with the settlements in each."""
    rows = []
    for row in outcome.rows:
        passing = [
            [place for place in places if row.iso in (ALL, place.iso)]
            for places in (outcome.to_russia, outcome.to_ukraine)
        ]
        rows.append({"id": outcome.proposal.id, **_row(row), **_counts(*passing)})
    return rows


def _counts(to_russia: Sequence[Place], to_ukraine: Sequence[Place]) -> dict[str, int]:
    """Settlements that would pass, and their population by GeoNames: either way, and each way."""
    return {
        "settlements": len(to_russia) + len(to_ukraine),
        "population": proposing.people([*to_russia, *to_ukraine]),
        "settlements_to_russia": len(to_russia),
        "population_to_russia": proposing.people(to_russia),
        "settlements_to_ukraine": len(to_ukraine),
        "population_to_ukraine": proposing.people(to_ukraine),
    }


def _body(outcomes: Sequence[Outcome]) -> Iterator[Block]:
    for number, outcome in enumerate(outcomes):
        if number:
            yield ""
        yield f"{outcome.proposal.id}: {outcome.proposal.title}"
        shown = [*_SHOWN]
        for who, places in (("russia", outcome.to_russia), ("ukraine", outcome.to_ukraine)):
            shown += [f"settlements_to_{who}", f"population_to_{who}"] if places else []
        yield Table([{name: row[name] for name in shown} for row in _rows(outcome)])
        passing = [name for name, (held, would) in outcome.fortress.items() if held != would]
        if passing:
            yield notes.FORTRESS_CITIES(cities=passing)
        if outcome.pre_2022_of:
            yield notes.HELD_BEFORE_2022_OF(day=str(outcome.pre_2022_of))
        stated = {value.value for value in outcome.proposal.recognised.values()}
        yield notes.RECOGNISED[stated.pop() if len(stated) == 1 else "mixed"]
