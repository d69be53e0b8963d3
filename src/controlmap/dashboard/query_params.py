"""What the page's address asks for, and what is said of what it cannot have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from controlmap.record.archive import Record
from controlmap.words import text


def is_day(record: Record, value: str) -> bool:
    """Whether a value of the address is a day that the record knows."""
    try:
        return record.coverage.known(date.fromisoformat(value)) is not None
    except ValueError:
        return False


def is_between(first: date, last: date, value: str) -> bool:
    """Whether a value of the address is a day from one to the other."""
    try:
        return first <= date.fromisoformat(value) <= last
    except ValueError:
        return False


def check(choices: Mapping[str, tuple[Callable[[str], bool], str]]) -> None:
    """Warn of each value of the address that is not allowed, and take it out.

    `choices` maps a name to what tells whether a value is allowed, and to what is, in words.
    """
    for name, (allowed, listed) in choices.items():
        found = st.query_params.get(name)
        if found is not None and not allowed(found):
            del st.query_params[name]
            st.warning(text.bad_address(name, found, listed))
