"""The first page: how much of the claim is held, where, as of when, says who."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import streamlit as st
from streamlit_folium import st_folium

from controlmap import figures, maps, session, sources
from controlmap.archive import Record
from controlmap.coverage import Moment
from controlmap.figures import Comparison, Contested
from controlmap.model import Status
from controlmap.oblasts import CREDIT, CREDIT_URL, Basis
from controlmap.views import layers, markup, text

_MAP_HEIGHT = 560
_STALE_DAYS = 7


def show() -> None:
    """Show the page."""
    record = session.record()
    st.title(text.OVERVIEW)
    st.markdown(text.LEDE)
    _say_what_the_address_got_wrong(record)
    _figures(record)


@st.fragment
def _figures(record: Record) -> None:
    """All that follows the choices; a change reruns this and nothing else."""
    day, basis, contested = _choose(record)
    coverage = record.coverage
    moment = coverage.at(day)
    rows = figures.compare(coverage, moment, basis, contested)
    st.html(markup.headline(rows[-1]))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        _map(record, moment, basis)
    with right:
        st.html(markup.bars(rows, contested))
        st.html(markup.comparison(rows))
        _sourcing(record, moment, basis, rows[-1])


def _say_what_the_address_got_wrong(record: Record) -> None:
    first, last = record.coverage.span
    choices = {
        "date": (lambda v: _is_day(record, v), f"{first} … {last}"),
        "basis": (lambda v: v in text.BASES, ", ".join(text.BASES)),
        "contested": (lambda v: v in text.CONTESTED_CHOICES, ", ".join(text.CONTESTED_CHOICES)),
    }
    for name, (allowed, listed) in choices.items():
        if found := session.from_address(name, allowed):
            st.warning(text.bad_address(name, found, listed))


def _is_day(record: Record, value: str) -> bool:
    try:
        return record.coverage.known(date.fromisoformat(value)) is not None
    except ValueError:
        return False


def _choose(record: Record) -> tuple[date, Basis, Contested]:
    first, last = record.coverage.span
    row = st.container(horizontal=True, vertical_alignment="bottom")
    day = session.day(row, first, last, label=text.DATE)
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


def _map(record: Record, moment: Moment, basis: Basis) -> None:
    coverage = record.coverage
    addresses = session.map_addresses(record.key, partial(layers.background, coverage))
    payload = session.payload(
        f"{record.key} {moment.day} {basis}",
        partial(layers.day_features, coverage, moment, basis),
    )
    source = sources.find_source(coverage.source)
    credit = [
        (CREDIT, CREDIT_URL),
        (source.credit, source.url),
        (text.CREDIT_NATURAL_EARTH, "https://www.naturalearthdata.com"),
        (text.CREDIT_GEONAMES, "https://www.geonames.org"),
        (text.CREDIT_LEAFLET, "https://leafletjs.com"),
    ]
    base = maps.base_map(
        layers.layer_list(),
        background_url=addresses.background,
        credit=credit,
        bounds=layers.bounds(coverage),
        words=text.MAP,
        leaflet_url=addresses.leaflet,
        assets_url=addresses.assets,
    )
    st_folium(
        base,
        key="map",
        height=_MAP_HEIGHT,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=maps.day_layer(payload),
    )
    if coverage.cell_m:
        st.caption(text.generalised(coverage.cell_m))


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
