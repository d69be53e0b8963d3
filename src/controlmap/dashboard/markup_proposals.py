"""Proposals as HTML tables; every text in them is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from controlmap.analysis import proposals
from controlmap.analysis.proposals import Outcome, Transfer
from controlmap.dashboard import markup
from controlmap.geo.places import Place
from controlmap.words import text, text_proposals


def side_by_side(found: Sequence[Outcome], chosen: str, title: str) -> str:
    """What would pass by each proposal, a row each; the one chosen is marked."""
    rows = [
        (
            outcome.proposal.title,
            *_passing(outcome.every)[:2],
            *_people(outcome.to_russia),
            *_passing(outcome.every)[2:],
            *_people(outcome.to_ukraine),
            _fortress(outcome),
            text_proposals.recognised(outcome.every),
        )
        for outcome in found
    ]
    ids = [outcome.proposal.id for outcome in found]
    number = ids.index(chosen) if chosen in ids else None
    table = markup.table(title, text_proposals.SIDE_COLUMNS, rows, chosen=number)
    return f'<div class="cm-plain">{table}</div>'


def _fortress(found: Outcome) -> str:
    """How many of the fortress cities would change hands."""
    passing = sum(held != would for held, would in found.fortress.values())
    return f"{passing} / {len(found.fortress)}"


def _people(found: Sequence[Place]) -> tuple[str, str]:
    return f"{len(found):,}", f"{proposals.people(found):,}"


def _passing(row: Transfer) -> tuple[str, str, str, str]:
    return (
        _km2(row.to_russia_km2),
        _share(row.to_russia_km2, row.total_km2),
        _km2(row.to_ukraine_km2),
        _share(row.to_ukraine_km2, row.total_km2),
    )


def _km2(value: float) -> str:
    """An area, to the tenth where it would be written with less than three figures."""
    small = value >= text_proposals.LEAST_KM2 and round(value, 1) < 100
    return f"{value:,.1f}" if small else f"{value:,.0f}"


def _share(value: float, of: float) -> str:
    """A share, and nothing beside an area that is shown as 0."""
    return text.share(value / of) if value >= text_proposals.LEAST_KM2 else ""


def by_oblast(found: Outcome) -> str:
    """What would pass in each oblast and in all, by which rule, and whose it would be."""
    made = found.proposal
    rows = [
        (
            row.name,
            text_proposals.rule(made, row.iso) if row.iso in made.rules else "",
            *_passing(row),
            _km2(row.would_hold_km2),
            text_proposals.STATED[made.recognised[row.iso]] if row.iso in made.rules else "",
        )
        for row in found.rows
    ]
    table = markup.table(text_proposals.BY_OBLAST, text_proposals.COLUMNS, rows)
    return f'<div class="cm-rules">{table}</div>'


def settlements(found: Outcome) -> str:
    """The settlements that would pass, folded away under how many they are."""
    parts = [
        f"<details><summary>{escape(text_proposals.settlements_title(to, listed))}</summary>"
        f"<p>{escape(text_proposals.settlements(listed))}</p></details>"
        for to, listed in (("Russia", found.to_russia), ("Ukraine", found.to_ukraine))
        if listed
    ]
    return f'<div class="cm-details">{"".join(parts)}</div>'
