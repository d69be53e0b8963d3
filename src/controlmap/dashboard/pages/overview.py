"""The first page: how much of the claim is held, where, as of when, says who."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from controlmap import sources
from controlmap.analysis import agreement, areas, figures
from controlmap.analysis.agreement import Opinion
from controlmap.analysis.answer import Answer
from controlmap.analysis.figures import Contested
from controlmap.analysis.render import Row, Rows
from controlmap.core.model import Status
from controlmap.dashboard import (
    attribution,
    changed,
    controls,
    downloads,
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
from controlmap.draw import map_picture
from controlmap.geo import water
from controlmap.geo.oblasts import CLAIMED_ON, Basis
from controlmap.record.archive import Record
from controlmap.record.coverage import DaySnapshot
from controlmap.words import notes, text, text_sources
from controlmap.words.catalog import Text

_MORE = (Status.ASSESSED_ADVANCE, Status.INFILTRATION, Status.CLAIMED_CONTROL)
"""What some sources report besides: shown of those that do."""


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
    st.html(rendering.link(f"map?{urlencode(choices.address())}", text.TO_MAP))
    day, basis, contested = choices[DATE], choices[BASIS], choices[CONTESTED]
    coverage = record.coverage
    snapshot = session.snapshot(record, day)
    others = session.coverages(choices[ADVANCE])
    answer = areas.compare(
        coverage,
        day,
        basis=basis,
        contested=contested,
        advance=choices[ADVANCE],
        others=others,
    )
    known = agreement.opinions(others, day)
    spread = agreement.spread(known, basis)
    statuses = areas.by_oblast(coverage, snapshot, basis)[-1]
    st.html(_headline(day, answer, statuses, _by_source(known, basis, contested)))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        payload = payloads.day_payload(record, day, basis)
        map_view.show(record, choices, text.LAYERS, payload, plays=DATE)
    with right:
        st.html(rendering.bars(answer, spread))
        st.html(rendering.table(tables.comparison(answer)))
        _sourcing(record, snapshot, answer)
        st.caption(text_sources.ages(_ages(known)))
        by_source = text_sources.cite_shares(spread[-1].shares)
        row = st.container(horizontal=True)
        attribution.citation(row, _cited(day, answer, by_source), answer.evidence)
        name = f"compare-{coverage.source}-{day}"
        downloads.offer(
            row,
            name,
            lambda: answer,
            cell_m=coverage.cell_m,
            has_ground=True,
            picture=partial(
                map_picture.of_day, coverage, day, basis=basis, advance=choices[ADVANCE]
            ),
        )
        changed.section(record, choices, day)


def _cited(day: date, answer: Answer, by_source: str) -> list[str]:
    *each, every = answer.rows
    redrawn = [(text.named(row["iso"]), row["last_redrawn"]) for row in each]
    taken = ("held", "claimed", "gap", "change_30d", "change_365d", "contested")
    lines = text.cite_day(
        day,
        both=rendering.contested_counted(answer),
        basis=answer.choices["basis"],
        share=every["held_share"],
        oblasts=[(text.named(row["iso"]), row["held"], row["held_share"]) for row in each],
        by_source=by_source,
        **{name: every[name] for name in taken},
    )
    known = [(name, last) for name, last in redrawn if last]
    return [*lines, *([str(notes.last_redrawn(known))] if known else [])]


def _choose(record: Record, choices: Choices) -> None:
    row = controls.ask(choices, DATE)
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
    controls.ask(choices, SOURCE, BASIS, CONTESTED, row=row)


def _ages(known: Sequence[Opinion]) -> Iterator[tuple[str, date, int]]:
    for opinion in known:
        if opinion.is_current:
            title = sources.find_source(opinion.source).title
            yield title, opinion.snapshot.info.observed.date(), opinion.age_days


def _by_source(known: Sequence[Opinion], basis: Basis, contested: Contested) -> Rows:
    """Return all four oblasts by each current source that reports what is counted as held."""
    return [
        areas.claimed_and_held(o.coverage, o.snapshot, basis, contested)[-1]
        for o in known
        if o.is_current and (contested == Contested.OUT or o.snapshot.reports(Status.CONTESTED))
    ]


def _headline(day: date, answer: Answer, statuses: Row, by_source: Rows) -> str:
    """Return the figures of all four oblasts, each with its band where sources are several."""
    every, both = answer.rows[-1], rendering.contested_counted(answer)
    held, gap, net = text.facts(both)

    def fact(title: Text, name: str, form: Callable[[float | None], str]) -> tuple[Text, ...]:
        band = [row[name] for row in by_source if row[name] is not None]
        return title, form(every[name]), text_sources.by_source(band, form)

    facts: list[tuple[Text, ...]] = [
        fact(held, "held", text.km2),
        fact(gap, "gap", text.km2),
        (text.GAP_LAND, text.km2(every["gap_land"])),
        (text.GAP_WATER, text.km2(every["gap_water"])),
        (text.CONTESTED_KM2, text.km2(every["contested"])),
        *((text.STATUS[s], text.km2(statuses[s])) for s in _MORE if statuses[s] is not None),
        fact(net, "change_30d", text.change_km2),
    ]
    if shares := text_sources.between([row["held_share"] for row in by_source], text.share):
        facts.append((text_sources.BAND, shares))
    of_what = text.of_claim(day, claimed=day >= CLAIMED_ON, both=both)
    return rendering.headline(text.share(every["held_share"]), of_what, facts)


def _sourcing(record: Record, snapshot: DaySnapshot, answer: Answer) -> None:
    said = [attribution.said_by(*answer.evidence)]
    if snapshot.day == record.coverage.span[1]:
        age = (session.today() - snapshot.day).days
        said.append(text.age(snapshot.day, age, stale=age > session.STALE_DAYS))
    if snapshot.carried:
        said.insert(0, text.carried(snapshot.day, snapshot.info.observed.date()))
    st.markdown(" ".join(said))
    st.caption(" ".join(map(str, _notes(record, snapshot, answer))))


def _notes(record: Record, snapshot: DaySnapshot, answer: Answer) -> Iterator[Text]:
    """Yield what a reader needs to know of the figures."""
    coverage, claimed = record.coverage, answer.rows[-1]["claimed"]
    if since := attribution.not_redrawn(answer.rows, snapshot.day):
        yield since
    yield text.basis(answer.choices["basis"], claimed)
    if answer.choices["basis"] == Basis.OFFICIAL:
        yield text.not_measured(answer.rows[-1]["not_measured"])
    yield text.gap_water(answer.rows[-1]["gap_water"], water.DRAINED_ON)
    if snapshot.day < CLAIMED_ON:
        yield text.BEFORE_CLAIM
    before = (coverage.known(snapshot.day - timedelta(days=n)) for n in (30, 365))
    if any(then and then.info.reader != snapshot.info.reader for then in before):
        yield text.READERS_CHANGE
    if not snapshot.reports(Status.CONTESTED):
        if answer.choices["contested"] == Contested.IN:
            yield notes.CONTESTED_NOT_COUNTED
        then = figures.last_reported(coverage, snapshot, Status.CONTESTED)
        known = areas.by_oblast(coverage, then)[-1]["contested"] if then else None
        yield text.unreported(then.day if then else None, known)
