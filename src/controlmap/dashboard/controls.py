"""What the reader chooses: from the address into the session, shown by widgets, and back.

A run of a whole page follows its address; the run of a fragment follows the widget that caused it.
A widget's key has its page's name, so that no two pages share one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap.core.model import Status
from controlmap.dashboard import parameters
from controlmap.dashboard.parameters import (
    ADVANCE,
    OF_PAGE,
    SOURCE,
    Choices,
    Day,
    Option,
    Parameter,
    Typed,
)
from controlmap.record import archive
from controlmap.words import notes, text

_KEPT, _SHOWN, _CHOSEN = "kept choices", "shown address", "chosen just now"


def arrive(page: str) -> None:
    """Take over what a page's address names, warning of what is not allowed.

    A bare address is that of a page's link, which keeps what was chosen before; an address that
    names anything, or one that the reader went back to, is the whole truth.
    """
    named = {p: st.query_params[p.name] for p in OF_PAGE[page] if p.name in st.query_params}
    shown_page, shown = st.session_state.get(_SHOWN, ("", {}))
    address = {parameter.name: value for parameter, value in named.items()}
    if st.session_state.get(_CHOSEN) or (shown_page, shown) == (page, address):
        return
    kept = _kept()
    if named or shown_page == page:
        for parameter in OF_PAGE[page]:
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
    choices = parameters.choices(page, _kept())
    address = choices.address()
    before = st.query_params.to_dict()
    own = {parameter.name for parameter in OF_PAGE[page]}
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


def day(place: DeltaGenerator, choices: Choices, parameter: Day) -> None:
    """Let the reader choose a day."""
    first, last = parameters.known_days()
    key = _widget(choices, parameter, choices[parameter])
    place.date_input(
        str(parameter.label),
        key=key,
        min_value=first,
        max_value=last,
        width=150,
        format="YYYY-MM-DD",
        on_change=_take,
        args=(choices, parameter, key),
    )


def option(place: DeltaGenerator, choices: Choices, parameter: Option[Any]) -> None:
    """Let the reader choose among labels."""
    labels = parameter.labels()
    key = _widget(choices, parameter, str(choices[parameter]))
    place.segmented_control(
        str(parameter.label),
        list(labels),
        key=key,
        format_func=lambda value: str(labels[value]),
        help=str(parameter.help),
        required=True,
        on_change=_take,
        args=(choices, parameter, key),
    )


def typed(place: DeltaGenerator, choices: Choices, parameter: Typed) -> None:
    """Let the reader type a text."""
    key = _widget(choices, parameter, choices[parameter])
    place.text_input(
        str(parameter.label),
        key=key,
        help=str(parameter.help),
        placeholder=str(parameter.example),
        on_change=_take,
        args=(choices, parameter, key),
    )


def source(place: DeltaGenerator, choices: Choices) -> None:
    """Let the reader choose the source, and how its assessed advance counts."""
    option(place, choices, SOURCE)
    record = archive.open_source(choices[SOURCE])
    if any(Status.ASSESSED_ADVANCE in info.reports for info in record.coverage.snapshots):
        option(place, choices, ADVANCE)
        st.caption(notes.ADVANCE[choices[ADVANCE]])


def _widget(choices: Choices, parameter: Parameter[Any], value: object) -> str:
    """Return the key of a parameter's widget on its page, which shows the value from now on."""
    key = f"{choices.page} {parameter.name}"
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key


def _take(choices: Choices, parameter: Parameter[Any], key: str) -> None:
    value = st.session_state[key]
    choose(choices, {parameter: value if value is None else parameter.parse(str(value))})
