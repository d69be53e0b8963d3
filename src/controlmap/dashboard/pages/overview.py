"""The first page: how much of the claim is held, where, as of when, says who."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import streamlit as st

from controlmap import sources
from controlmap.analysis import agreement, figures
from controlmap.analysis.agreement import Opinion
from controlmap.analysis.figures import Areas, Comparison, Contested
from controlmap.core.model import Status
from controlmap.dashboard import (
    attribution,
    controls,
    map_view,
    payloads,
    rendering,
    session,
    tables,
)
from controlmap.dashboard.parameters import (
    ADVANCE,
    BASIS,
    CONTESTED,
    DATE,
    SOURCE,
    Choices,
)
from controlmap.geo.oblasts import CLAIMED_ON, Basis
from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.record.coverage import DaySnapshot
from controlmap.words import text, text_sources
from controlmap.words.catalog import Text
from controlmap.words.notes import CONTESTED_NOT_COUNTED

_STALE_DAYS = 7
_MORE = (Status.ASSESSED_ADVANCE, Status.INFILTRATION, Status.CLAIMED_CONTROL)
"""What some sources tell besides: shown of those that do."""


def show() -> None:
    """Show the page."""
    st.title(text.OVERVIEW)
    st.markdown(text.LEDE)
    controls.arrive("overview")
    _figures()


@st.fragment
@session.guarded
def _figures() -> None:
    """Show all that follows the choices; a change reruns this and nothing else."""
    choices = controls.chosen("overview")
    record = session.record(choices[SOURCE], choices[ADVANCE])
    _choose(record, choices)
    day, basis, contested = choices[DATE], choices[BASIS], choices[CONTESTED]
    coverage = record.coverage
    snapshot = session.snapshot(record, day)
    rows = figures.compare(coverage, snapshot, basis, contested)
    known = agreement.opinions(session.coverages(choices[ADVANCE]), day)
    spread = agreement.spread(known, basis)
    every = figures.areas(coverage, snapshot, basis)[-1]
    by_source = _by_source(known, basis, contested)
    st.html(_headline(day, rows[-1], every, contested, by_source))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        payload = payloads.day_payload(record, day, basis)
        map_view.show(record, choices, text.LAYERS, payload, plays=DATE)
    with right:
        st.html(rendering.bars(rows, contested, spread))
        st.html(rendering.table(tables.comparison(rows, contested)))
        _sourcing(record, snapshot, basis, contested, rows[-1])
        st.caption(text_sources.ages(_ages(known)))
        shares = text_sources.cite_shares(spread[-1].shares)
        lines = _cited(rows, day, basis, contested, shares)
        attribution.citation(st.container(), lines, (coverage, snapshot))


def _cited(
    rows: Sequence[Comparison], day: date, basis: Basis, contested: Contested, by_source: str
) -> list[str]:
    *each, every = rows
    return text.cite_day(
        day,
        both=contested is Contested.IN and every.contested is not None,
        basis=basis,
        share=every.held_share,
        held=every.held,
        claimed=every.claimed,
        gap=every.gap,
        oblasts=[(text.named(row.iso), row.held, row.held_share) for row in each],
        change_30d=every.change_30d,
        change_365d=every.change_365d,
        contested=every.contested,
        by_source=by_source,
    )


def _choose(record: Record, choices: Choices) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom")
    controls.day(row, choices, DATE)
    day, (first, last) = choices[DATE], record.coverage.span
    for label, help_text, to, ended in (
        ("‹", str(text.PREVIOUS), min(day - timedelta(days=1), last), day <= first),
        ("›", str(text.NEXT), max(day + timedelta(days=1), first), day >= last),
        (str(text.LATEST), None, last, day == last),
    ):
        row.button(
            label,
            help=help_text,
            on_click=controls.choose,
            args=(choices, {DATE: to}),
            disabled=ended,
        )
    controls.source(row, choices)
    controls.option(row, choices, BASIS)
    controls.option(row, choices, CONTESTED)


def _ages(known: Sequence[Opinion]) -> Iterator[tuple[str, date, int]]:
    for opinion in known:
        if opinion.is_current:
            title = sources.find_source(opinion.source).title
            yield title, opinion.snapshot.info.observed.date(), opinion.age_days


def _by_source(known: Sequence[Opinion], basis: Basis, contested: Contested) -> list[Comparison]:
    """All four oblasts by each source that is current, and tells of what is counted as held."""
    return [
        figures.compare(o.coverage, o.snapshot, basis, contested)[-1]
        for o in known
        if o.is_current and (contested is Contested.OUT or o.snapshot.reports(Status.CONTESTED))
    ]


def _headline(
    day: date,
    every: Comparison,
    areas: Areas,
    contested: Contested,
    by_source: Sequence[Comparison],
) -> str:
    """The figures of all four oblasts, each with its band over sources where they are several."""
    both = contested is Contested.IN and every.contested is not None
    held, gap, net = text.facts(both)
    km2, change = text.km2, text.change_km2
    changes = [row.change_30d for row in by_source if row.change_30d is not None]
    facts: list[tuple[Text, ...]] = [
        (held, km2(every.held), text_sources.by_source([row.held for row in by_source], km2)),
        (gap, km2(every.gap), text_sources.by_source([row.gap for row in by_source], km2)),
        (text.CONTESTED_KM2, km2(every.contested)),
        *((text.STATUS[s], km2(area)) for s in _MORE if (area := areas.km2(s)) is not None),
        (net, change(every.change_30d), text_sources.by_source(changes, change)),
    ]
    if shares := text_sources.between([row.held_share for row in by_source], text.share):
        facts.append((text_sources.BAND, shares))
    of_what = text.of_claim(day, claimed=day >= CLAIMED_ON, both=both)
    return rendering.headline(text.share(every.held_share), of_what, facts)


def _sourcing(
    record: Record, snapshot: DaySnapshot, basis: Basis, contested: Contested, every: Comparison
) -> None:
    coverage, info = record.coverage, snapshot.info
    source = sources.find_source(coverage.source)
    kind = sources.find_reader(info.reader).title
    said = [text.as_of(source.title, kind, info.observed, info.retrieved)]
    if snapshot.day == coverage.span[1]:
        age = (session.today() - snapshot.day).days
        said.append(text.age(age, stale=age > _STALE_DAYS))
    if snapshot.carried:
        said.insert(0, text.carried(snapshot.day, info.observed.date()))
    st.markdown(" ".join(said))
    notes = [text.basis(basis, every.claimed)]
    if hidden := archive.hidden_by(record):
        notes.append(text.hidden(*hidden.coverage.span))
    if basis is Basis.OFFICIAL:
        drawn = sum(o.polygon_km2 for o in coverage.oblasts)
        notes.append(text.official_gap(every.claimed - drawn))
    if snapshot.day < CLAIMED_ON:
        notes.append(str(text.BEFORE_CLAIM))
    before = (coverage.known(snapshot.day - timedelta(days=n)) for n in (30, 365))
    if any(then and then.info.reader != info.reader for then in before):
        notes.append(str(text.READERS_CHANGE))
    if not snapshot.reports(Status.CONTESTED):
        if contested is Contested.IN:
            notes.append(str(CONTESTED_NOT_COUNTED))
        then = figures.last_reported(coverage, snapshot, Status.CONTESTED)
        known = figures.areas(coverage, then)[-1].contested if then else None
        notes.append(text.unreported(then.day if then else None, known))
    st.caption(" ".join(notes))
