"""proposals: what would pass by each, in km2, settlements and people."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from controlmap.cli.options import (
    Commands,
    add_command,
    add_entries,
    add_record,
    advance_told,
    open_coverage,
    report_broken,
    retrieved,
)
from controlmap.cli.printing import print_json, print_notes, print_rows, say
from controlmap.core.model import InputError
from controlmap.words.numbers import instant, printable

if TYPE_CHECKING:
    from controlmap.analysis.proposals import Outcome, Transfer
    from controlmap.geo.places import Place


def add(commands: Commands) -> None:
    """Add the command."""
    made = add_command(
        commands,
        "proposals",
        _proposals,
        "What would pass from Ukrainian to Russian hands by each proposal, and the reverse.",
    )
    add_entries(made, "the latest")
    add_record(made)


def _proposals(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import proposals

    own = [] if arguments.file is None else [arguments.file]
    found, broken = proposals.load([proposals.embedded(), *own])
    ours = {proposal.id for proposal in proposals.load([proposals.embedded()])[0]}
    coverage = open_coverage(arguments.source, arguments.advance)
    snapshot = coverage.at(arguments.as_of or coverage.span[1])
    outcomes = []
    unmeasured: list[InputError] = []
    for proposal in found:
        try:
            outcomes.append(proposals.measure(coverage, snapshot, proposal))
        except InputError as error:  # what the record does not tell is no fault of our own file
            (unmeasured if proposal.id in ours else broken).append(error)
    for problem in unmeasured:
        say(f"left out: {problem}")
    sourcing = {
        "source": coverage.source,
        "reader": snapshot.info.reader,
        "as_of": instant(snapshot.info.observed),
        "retrieved": retrieved(snapshot.info),
        "advance": arguments.advance,
    }
    if arguments.format == "json":
        listed = [_told(outcome) for outcome in outcomes]
        told = {"left_out": [str(u) for u in unmeasured], "broken": [str(b) for b in broken]}
        print_json({**sourcing, "unit": "km2", "proposals": listed, **told})
    elif arguments.format == "csv":
        rows = [{**row, **sourcing} for o in outcomes for row in _rows(o)]
        print_rows("csv", rows)
    else:
        from controlmap.words import text_proposals

        _print_table(outcomes)
        print(
            f"\n{coverage.source}, as of {sourcing['as_of']}; km2 that would pass, whoever holds "
            f"them now; settlements of 500 people or more in them; {text_proposals.POPULATION}"
        )
        print_notes(advance_told(coverage.source, arguments.advance))
    report_broken(broken, arguments.file)


def _told(outcome: Outcome) -> dict[str, Any]:
    made = outcome.proposal
    moved = [("russia", p) for p in outcome.to_russia] + [
        ("ukraine", p) for p in outcome.to_ukraine
    ]
    rows = [_row(row) for row in outcome.rows]
    return {
        "id": made.id,
        "title": made.title,
        "about": made.about,
        "rules": {iso: str(drawn) for iso, drawn in made.rules.items()},
        "pre_2022_of": outcome.pre_2022_of and str(outcome.pre_2022_of),
        "recognised": {iso: value.value for iso, value in made.recognised.items()},
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
    """A row an oblast and one of all, with the settlements in each."""
    from controlmap.analysis.figures import ALL

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
    from controlmap.analysis import proposals

    return {
        "settlements": len(to_russia) + len(to_ukraine),
        "population": proposals.people([*to_russia, *to_ukraine]),
        "settlements_to_russia": len(to_russia),
        "population_to_russia": proposals.people(to_russia),
        "settlements_to_ukraine": len(to_ukraine),
        "population_to_ukraine": proposals.people(to_ukraine),
    }


def _print_table(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        print(f"{printable(outcome.proposal.id)}: {printable(outcome.proposal.title)}")
        columns = ["iso", "name", "to_russia_km2", "to_russia_share", "to_ukraine_km2",
                   "to_ukraine_share"]  # fmt: skip
        for who, places in (("russia", outcome.to_russia), ("ukraine", outcome.to_ukraine)):
            columns += [f"settlements_to_{who}", f"population_to_{who}"] if places else []
        print_rows("table", [{key: row[key] for key in columns} for row in _rows(outcome)])
        passing = [name for name, (held, would) in outcome.fortress.items() if held != would]
        if passing:
            print(f"fortress cities that would pass: {', '.join(passing)}")
        if outcome.pre_2022_of:
            print(f"held before 2022: as last reported, on {outcome.pre_2022_of}")
        stated = {value.value for value in outcome.proposal.recognised.values()}
        print(
            f"recognised as Russian: {_RECOGNISED[stated.pop()] if len(stated) == 1 else 'mixed'}"
        )
        print()


_RECOGNISED = {
    "held": "all that Russia would hold",
    "none": "nothing; Ukraine's recognised border stands",
    "unstated": "not stated",
}
