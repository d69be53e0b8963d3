"""Proposals: what would pass by each, side by side, on the map, and one composed here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from controlmap import sources
from controlmap.analysis import proposals, transfers
from controlmap.analysis.answer import Evidence
from controlmap.analysis.proposals import Outcome, Proposal, Rule, Selection
from controlmap.core.model import InputError
from controlmap.dashboard import (
    attribution,
    controls,
    downloads,
    map_view,
    parameters,
    payloads,
    rendering,
    session,
    tables,
)
from controlmap.dashboard.parameters import (
    ADVANCE,
    DATE,
    PROPOSAL,
    RECOGNISED,
    RULE_DAYS,
    RULES,
    SOURCE,
    Choices,
)
from controlmap.record.archive import Record
from controlmap.words import notes, text, text_proposals

_LINE_OF = "line-of"  # the line of a day chosen


def show() -> None:
    """Show the page."""
    st.title(text_proposals.TITLE)
    st.markdown(text_proposals.LEDE)
    controls.arrive("proposals")
    _figures()


@st.fragment
@session.guarded
def _figures() -> None:
    choices = controls.chosen("proposals")
    record = session.record(choices[SOURCE], choices[ADVANCE])
    listed, broken = parameters.proposal_entries()
    controls.ask(choices, DATE, SOURCE, PROPOSAL)
    if choices[PROPOSAL] == text_proposals.OWN:
        _compose(choices)
        listed = [*listed, _composed(choices)]
    snapshot = session.snapshot(record, choices[DATE])
    outcomes, problems = _measured(record, snapshot.day, listed)
    for problem in (*broken, *problems):
        st.warning(text.plain(str(problem)))
    for outcome in outcomes:
        if outcome.proposal.id == choices[PROPOSAL]:
            _in_full(record, choices, outcome)
    if outcomes:
        source = sources.find_source(record.coverage.source).title
        title = text_proposals.side_by_side(source, notes.as_of(outcomes[0].snapshot.info))
        st.html(rendering.table(tables.side_by_side(outcomes, choices[PROPOSAL], title)))
        measured = [outcome.proposal for outcome in outcomes]
        downloads.offer(
            st.container(),
            f"proposals-{record.coverage.source}-{snapshot.day}",
            lambda: transfers.proposals(
                measured, record.coverage, snapshot.day, advance=choices[ADVANCE]
            ),
        )
    st.caption(text_proposals.PEOPLE)
    st.markdown(text_proposals.LAW)
    st.caption(text_proposals.OWN_FILE)


def _compose(choices: Choices) -> None:
    """Let the reader choose a rule an oblast, with its day where it has one."""
    cells = [cell for _ in range(0, len(RULES), 2) for cell in st.columns(2, gap="medium")]
    for cell, (iso, rule) in zip(cells, RULES.items(), strict=False):
        of_day = [RULE_DAYS[iso]] if choices[rule] == _LINE_OF else []
        with cell:
            controls.ask(choices, rule, *of_day)
    controls.ask(choices, RECOGNISED)


def _composed(choices: Choices) -> Proposal:
    """Return the proposal that the reader composed."""
    rules = {
        iso: Selection(Rule.LINE, choices[RULE_DAYS[iso]])
        if choices[rule] == _LINE_OF
        else Selection(Rule(choices[rule]))
        for iso, rule in RULES.items()
    }
    return Proposal(
        id=text_proposals.OWN,
        title=str(text_proposals.OWN_TITLE),
        about="",
        rules=rules,
        recognised=dict.fromkeys(rules, choices[RECOGNISED]),
    )


def _measured(
    record: Record, day: date, listed: Sequence[Proposal]
) -> tuple[list[Outcome], list[InputError]]:
    outcomes: list[Outcome] = []
    problems: list[InputError] = []
    for proposal in listed:
        try:
            outcomes.append(payloads.outcome(record, day, proposal))
        except InputError as error:
            problems.append(error)
    return outcomes, problems


def _in_full(record: Record, choices: Choices, outcome: Outcome) -> None:
    coverage, proposal, snapshot = record.coverage, outcome.proposal, outcome.snapshot
    if proposal.about:
        st.markdown(text.plain(proposal.about))
    every = outcome.every
    facts = text_proposals.facts(
        every.to_russia_km2,
        every.to_ukraine_km2,
        every.total_km2,
        every.contested_km2,
        outcome.to_russia,
        outcome.to_ukraine,
    )
    title = text_proposals.headline(every.to_russia_km2, every.to_ukraine_km2)
    st.html(rendering.headline(*title, facts))
    fortress = text_proposals.fortress(outcome.fortress)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        payload = payloads.transfer_payload(record, snapshot.day, proposal)
        map_view.show(record, choices, text_proposals.LAYERS, payload)
    with right:
        st.html(rendering.table(tables.by_oblast(outcome)))
        st.markdown(text.plain(fortress))
        if outcome.to_russia or outcome.to_ukraine:
            st.html(rendering.render("folded.html", texts=_settlements(outcome)))
        evidence = Evidence.of(coverage, snapshot)
        attribution.source([(snapshot.day, evidence)])
        notes = text_proposals.lines(
            snapshot.day, outcome.pre_2022_of, every.to_russia_km2, every.contested_km2
        )
        if notes:
            st.caption(" ".join(notes))
        row = st.container(horizontal=True)
        attribution.citation(row, [*_cited(outcome, fortress), *notes], [evidence])
        with row.popover(str(text_proposals.TOML), width="content"):
            st.code(proposals.toml(proposal), language="toml")


def _settlements(outcome: Outcome) -> dict[str, str]:
    """Return the settlements that would pass, under how many they are."""
    ways = (
        (text_proposals.to_russia_title, outcome.to_russia),
        (text_proposals.to_ukraine_title, outcome.to_ukraine),
    )
    return {title(listed): text_proposals.settlements(listed) for title, listed in ways if listed}


def _cited(outcome: Outcome, fortress: str) -> list[str]:
    proposal = outcome.proposal
    rules = [
        (text.named(row.iso), text_proposals.rule(selection.rule.value, selection.day))
        for row in outcome.rows[:-1]
        if (selection := proposal.rules[row.iso])
    ]
    return text_proposals.citation(
        proposal.title,
        outcome.snapshot.day,
        rules,
        [(text.named(row.iso), row.to_russia_km2, row.to_ukraine_km2) for row in outcome.rows],
        outcome.to_russia,
        outcome.to_ukraine,
        fortress,
        outcome.every.recognised_km2,
    )
