"""A proposal out of the page's choices: a rule an oblast, kept in the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import streamlit as st

from controlmap.analysis.proposals import Proposal, Recognised, Rule, Selection
from controlmap.dashboard import query_params, session
from controlmap.geo.oblasts import FACTS
from controlmap.record.archive import Record
from controlmap.words import text_proposals

LINE_OF = "line-of"
_DEFAULT = "line"


def _name(iso: str) -> str:
    """How the address names an oblast's rule."""
    return FACTS[iso][0].lower()


Allowed = tuple[Callable[[str], bool], str]


def in_address(record: Record) -> dict[str, Allowed]:
    """What the address may ask for, for `address.check`."""
    first, last = record.coverage.span
    rules, told = text_proposals.RULES, text_proposals.RECOGNISED_CHOICES
    out: dict[str, Allowed] = {"recognised": (told.__contains__, ", ".join(told))}
    for iso in FACTS:
        out[_name(iso)] = (rules.__contains__, ", ".join(rules))
        out[f"{_name(iso)}-day"] = (partial(query_params.is_day, record), f"{first} … {last}")
    return out


def compose(record: Record) -> Proposal:
    """Show the choices, and return what they make."""
    first, last = record.coverage.span
    drawn: dict[str, Selection] = {}
    places = [place for _ in range(0, len(FACTS), 2) for place in st.columns(2, gap="medium")]
    for place, (iso, (name, _, _)) in zip(places, FACTS.items(), strict=False):
        row = place.container(horizontal=True, vertical_alignment="bottom")
        rule = session.choice(
            row,
            _name(iso),
            text_proposals.RULES,
            _DEFAULT,
            label=name,
            help=text_proposals.RULE_HELP,
        )
        day: date | None = None
        if rule == LINE_OF:
            label = text_proposals.DAY_OF_LINE
            day = session.day(row, f"{_name(iso)}-day", last, (first, last), label=label)
        drawn[iso] = Selection(Rule.LINE if rule == LINE_OF else Rule(rule), day)
    told = session.choice(
        st.container(horizontal=True),
        "recognised",
        text_proposals.RECOGNISED_CHOICES,
        Recognised.UNSTATED.value,
        label=text_proposals.RECOGNISED,
        help=text_proposals.RECOGNISED_HELP,
    )
    return Proposal(
        id=text_proposals.OWN,
        title=text_proposals.OWN_TITLE,
        about="",
        rules=drawn,
        recognised=dict.fromkeys(drawn, Recognised(told)),
    )
