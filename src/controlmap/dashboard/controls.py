"""What the reader chooses: from the address into the session, shown by widgets, and back.

A run of a whole page follows its address; the run of a fragment follows the widget that caused it.
A widget's key has its page's name, so that no two pages share one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap.core.model import Status
from controlmap.dashboard import parameters as table
from controlmap.dashboard.parameters import ADVANCE, OF_PAGE, SOURCE, Choices, Parameter
from controlmap.record import archive
from controlmap.words import notes, text

_KEPT, _SHOWN, _CHOSEN = "kept choices", "shown address", "chosen just now"


def arrive(page: str) -> None:
    """Take over what a page's address names, warning of what is not allowed.

    A bare address is that of a page's link, which keeps what was chosen before; an address that
    names anything, or one that the reader went back to, is the whole truth.
    """
    known = table.addressed(page)
    named = {p: st.query_params[p.name] for p in known if p.name in st.query_params}
    shown_page, shown = st.session_state.get(_SHOWN, ("", {}))
    address = {parameter.name: value for parameter, value in named.items()}
    if st.session_state.get(_CHOSEN) or (shown_page, shown) == (page, address):
        return
    kept = _kept()
    if named or shown_page == page:
        for parameter in known:
            kept.pop(parameter.key, None)
    for parameter, value in named.items():
        try:
            parameter.parse(value)
            kept[parameter.key] = value
        except ValueError:
            st.warning(text.bad_address(parameter.name, value, parameter.allowed()))
    st.session_state[_SHOWN] = page, address


def chosen(page: str) -> Choices:
    """Return what is chosen on a page, and write it into the page's address."""
    st.session_state.pop(_CHOSEN, None)
    kept = _kept()
    choices = table.choices(page, kept)
    passed = [p for p in table.addressed(page) if p not in OF_PAGE[page] and p.key in kept]
    address = {**choices.address(), **{p.name: kept[p.key] for p in passed}}
    before = st.query_params.to_dict()
    own = {parameter.name for parameter in table.addressed(page)}
    after = {**{k: v for k, v in before.items() if k not in own}, **address}
    if after != before:
        st.query_params.from_dict(after)  # at once: each change is an entry of the history
    st.session_state[_SHOWN] = page, address
    return choices


def choose(choices: Choices, values: Mapping[Parameter[Any], Any]) -> None:
    """Keep what the reader chose instead, for the run that follows."""
    kept = _kept()
    for parameter, value in values.items():
        if value is None or value == choices.defaults[parameter]:
            kept.pop(parameter.key, None)
        else:
            kept[parameter.key] = str(value)
    st.session_state[_CHOSEN] = True


def _kept() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    return kept


def ask(
    choices: Choices, *parameters: Parameter[Any], row: DeltaGenerator | None = None
) -> DeltaGenerator:
    """Let the reader choose, in a row; where it is the source, how its assessed advance counts."""
    row = row or st.container(horizontal=True, vertical_alignment="bottom")
    for parameter in parameters:
        _widget(row, choices, parameter)
        if parameter is SOURCE and _reports_advance(choices[SOURCE]):
            _widget(row, choices, ADVANCE)
            st.caption(notes.ADVANCE[choices[ADVANCE]])
    return row


def offer(
    row: DeltaGenerator, choices: Choices, offers: Mapping[str, Mapping[Parameter[Any], Any]]
) -> None:
    """Offer choices to be made at once, by the label of each."""
    for label, values in offers.items():
        row.button(label, key=f"offer {label}", on_click=choose, args=(choices, values))


def _reports_advance(source: str) -> bool:
    snapshots = archive.open_source(source).coverage.snapshots
    return any(Status.ASSESSED_ADVANCE in info.reports for info in snapshots)


def _widget(row: DeltaGenerator, choices: Choices, parameter: Parameter[Any]) -> None:
    """Show what is chosen: a day, one of several labels, or a text."""
    value, labels = choices[parameter], parameter.labels and parameter.labels()
    key = f"{choices.page} {parameter.name}"
    kept = value if isinstance(value, date) else str(value)
    if st.session_state.get(key) != kept:
        st.session_state[key] = kept
    shared: dict[str, Any] = {
        "label": str(parameter.label),
        "key": key,
        "help": str(parameter.help) or None,
        "on_change": _take,
        "args": (choices, parameter, key),
    }
    if labels:
        names = {text: str(label) for text, label in labels.items()}
        row.segmented_control(
            options=list(names), format_func=names.__getitem__, required=True, **shared
        )
    elif isinstance(value, date):
        first, last = table.known_days()
        row.date_input(min_value=first, max_value=last, width=150, format="YYYY-MM-DD", **shared)
    else:
        row.text_input(placeholder=str(parameter.example), **shared)


def _take(choices: Choices, parameter: Parameter[Any], key: str) -> None:
    value = st.session_state[key]
    choose(choices, {parameter: value if value is None else parameter.parse(str(value))})
