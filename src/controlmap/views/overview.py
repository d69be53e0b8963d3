"""The first page: how much of the claim is held, where, as of when, says who."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import streamlit as st

from controlmap import figures, session, sources
from controlmap.archive import Record
from controlmap.coverage import Moment
from controlmap.figures import Comparison, Contested
from controlmap.model import Status
from controlmap.oblasts import Basis
from controlmap.views import layers, mapping, markup, text

_STALE_DAYS = 7


def show() -> None:
    """Show the page."""
    record = session.record()
    st.title(text.OVERVIEW)
    st.markdown(text.LEDE)
    first, last = record.coverage.span
    session.say_what_the_address_got_wrong(
        {
            "date": (partial(session.is_day, record), f"{first} … {last}"),
            "basis": (text.BASES.__contains__, ", ".join(text.BASES)),
            "contested": (text.CONTESTED_CHOICES.__contains__, ", ".join(text.CONTESTED_CHOICES)),
        }
    )
    _figures(record)


@st.fragment
def _figures(record: Record) -> None:
    """All that follows the choices; a change reruns this and nothing else."""
    day, basis, contested = _choose(record)
    coverage = record.coverage
    moment = coverage.at(day)
    rows = figures.compare(coverage, moment, basis, contested)
    st.html(_headline(rows[-1]))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        mapping.show(
            record,
            "map",
            text.LAYERS,
            f"{day} {basis}",
            partial(layers.day_features, coverage, moment, basis),
        )
    with right:
        st.html(markup.bars(rows, contested))
        st.html(markup.comparison(rows))
        _sourcing(record, moment, basis, rows[-1])


def _choose(record: Record) -> tuple[date, Basis, Contested]:
    first, last = record.coverage.span
    row = st.container(horizontal=True, vertical_alignment="bottom")
    day = session.day(row, "date", last, (first, last), label=text.DATE)
    move = partial(_move, first, last)
    row.button("‹", help=text.PREVIOUS, on_click=move, args=(-1,), disabled=day <= first)
    row.button("›", help=text.NEXT, on_click=move, args=(1,), disabled=day >= last)
    row.button(text.LATEST, on_click=move, args=((last - day).days,), disabled=day >= last)
    basis = session.choice(
        row, "basis", text.BASES, "polygon", label=text.BASIS, help=text.BASIS_HELP
    )
    contested = session.choice(
        row,
        "contested",
        text.CONTESTED_CHOICES,
        "out",
        label=text.CONTESTED,
        help=text.CONTESTED_HELP,
    )
    return day, Basis(basis), Contested(contested)


def _move(first: date, last: date, days: int) -> None:
    wanted = st.session_state["date"] + timedelta(days=days)
    st.session_state["date"] = min(max(wanted, first), last)


def _headline(every: Comparison) -> str:
    facts = (
        (text.HELD, text.km2(every.held)),
        (text.GAP, text.km2(every.gap)),
        (text.CONTESTED_KM2, text.km2(every.contested)),
        (text.CHANGE_30D, text.change_km2(every.change_30d)),
    )
    return markup.headline(text.share(every.held_share), text.CLAIM_HELD, facts)


def _sourcing(record: Record, moment: Moment, basis: Basis, every: Comparison) -> None:
    coverage, info = record.coverage, moment.info
    source = sources.find_source(coverage.source)
    age = (session.today() - coverage.span[1]).days
    told = [
        text.as_of(source.title, info.reader, info.observed, info.retrieved),
        text.age(age, stale=age > _STALE_DAYS),
    ]
    if moment.carried:
        told.insert(0, text.carried(moment.day, info.observed.date()))
    st.markdown(" ".join(told))
    notes = [text.basis(basis, every.claimed)]
    if not moment.reports(Status.CONTESTED):
        then = figures.last_reported(coverage, moment, Status.CONTESTED)
        known = figures.areas(coverage, then)[-1].contested if then else None
        notes.append(text.unreported(then.day if then else None, known))
    st.caption(" ".join(notes))
