"""Proposals: what would pass by each, side by side, on the map, and one composed here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from controlmap import sources
from controlmap.analysis import proposals
from controlmap.analysis.proposals import Outcome, Proposal
from controlmap.core.model import InputError
from controlmap.dashboard import (
    attribution,
    composer,
    map_layers,
    map_view,
    query_params,
    rendering,
    session,
    source_choice,
    tables,
)
from controlmap.record.archive import Record
from controlmap.record.coverage import DaySnapshot
from controlmap.words import text, text_proposals


def show() -> None:
    """Show the page."""
    record = source_choice.asked()
    st.title(text_proposals.TITLE)
    st.markdown(text_proposals.LEDE)
    first, last = record.coverage.span
    labels = text_proposals.labels(_listed()[0])
    query_params.check(
        {
            "date": (partial(query_params.is_day, record), f"{first} … {last}"),
            "proposal": (labels.__contains__, ", ".join(labels)),
            **composer.in_address(record),
        }
    )
    _figures()


def _listed() -> tuple[list[Proposal], list[InputError]]:
    paths, _ = session.own_entries("proposals.toml")
    made, broken = proposals.load([proposals.embedded(), *paths])
    for proposal in made:
        if proposal.id == text_proposals.OWN and proposal.entry:
            broken.append(proposal.entry.error("id", text_proposals.OWN_IS_TAKEN))
    return [p for p in made if p.id != text_proposals.OWN], broken


@st.fragment
@session.guarded
def _figures() -> None:
    record = source_choice.chosen()
    made, broken = _listed()
    labels = text_proposals.labels(made)
    first, last = record.coverage.span
    row = st.container(horizontal=True, vertical_alignment="bottom")
    day = session.day(row, "date", last, (first, last), label=text.DATE)
    source_choice.source(row)
    chosen = session.choice(
        row,
        "proposal",
        labels,
        "anchorage",
        label=text_proposals.CHOOSE,
        help=text_proposals.CHOOSE_HELP,
    )
    if chosen == text_proposals.OWN:
        made = [*made, composer.compose(record)]
    snapshot = record.coverage.at(day)
    outcomes, problems = _measured(record, snapshot, made)
    for problem in (*broken, *problems):
        st.warning(text.plain(str(problem)))
    for found in outcomes:
        if found.proposal.id == chosen:
            _shown(record, found)
    if outcomes:
        source = sources.find_source(record.coverage.source).title
        title = text_proposals.side_by_side(source, outcomes[0].snapshot.info.observed)
        st.html(rendering.table(tables.side_by_side(outcomes, chosen, title)))
    st.caption(text_proposals.PEOPLE)
    st.markdown(text_proposals.LAW)
    st.caption(text_proposals.OWN_FILE)


def _measured(
    record: Record, snapshot: DaySnapshot, made: Sequence[Proposal]
) -> tuple[list[Outcome], list[InputError]]:
    found: list[Outcome] = []
    problems: list[InputError] = []
    for proposal in made:
        try:
            measure = partial(proposals.measure, record.coverage, snapshot, proposal)
            key = f"{record.key} {snapshot.day} {proposals.toml(proposal)}"
            found.append(session.computed(key, measure))
        except InputError as error:
            problems.append(error)
    return found, problems


def _shown(record: Record, found: Outcome) -> None:
    coverage, made, snapshot = record.coverage, found.proposal, found.snapshot
    if made.about:
        st.markdown(text.plain(made.about))
    st.html(rendering.headline(*text_proposals.headline(found.every), text_proposals.facts(found)))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        rules = " ".join(f"{iso}={drawn}" for iso, drawn in made.rules.items())
        map_view.show(
            record,
            "proposals",
            text_proposals.LAYERS,
            f"{snapshot.day} {rules}",
            partial(map_layers.transfer_features, coverage, snapshot, found),
        )
    with right:
        st.html(rendering.table(tables.by_oblast(found)))
        st.markdown(text.plain(text_proposals.fortress(found)))
        if text_proposals.moved(found):
            st.html(rendering.render("folded.html", texts=_settlements(found)))
        attribution.source(coverage, snapshot)
        if notes := text_proposals.lines(found):
            st.caption(" ".join(notes))
        row = st.container(horizontal=True)
        attribution.citation(row, text_proposals.citation(found), (coverage, snapshot))
        with row.popover(text_proposals.TOML, width="content"):
            st.code(proposals.toml(made), language="toml")


def _settlements(outcome: Outcome) -> dict[str, str]:
    """Return the settlements that would pass, under how many they are."""
    ways = (("Russia", outcome.to_russia), ("Ukraine", outcome.to_ukraine))
    return {
        text_proposals.settlements_title(to, listed): text_proposals.settlements(listed)
        for to, listed in ways
        if listed
    }
