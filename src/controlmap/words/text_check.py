"""The words of the check of a record, on the page of method."""

from __future__ import annotations

from datetime import date

from controlmap.words import text
from controlmap.words.catalog import Message, ngettext
from controlmap.words.catalog import gettext as _

TITLE = Message("This record, checked")
HORIZONS_CAPTION = Message(
    "How often the interval of the pace over {window} days, meant to hold {nominal:.0%}, held what "
    "followed on every day of the record, with only what was known by then; in brackets, how many "
    "of these trials do not overlap"
)
OBLAST, REDRAWN = Message("Oblast"), Message("Last redrawn")
PUBLISHED_CAPTION = Message(
    "What others published beside what is measured; of all Ukraine, `controlmap check --input` "
    "measures it on the files, and the four oblasts are a part of it"
)
PUBLISHED_COLUMNS = (
    Message("What"),
    Message("When"),
    Message("Published"),
    Message("Measured"),
    Message("Four oblasts"),
    Message("By"),
)
UKRAINE = Message("All Ukraine")
QUANTITIES = {
    "held_km2": Message("{whose}: held, km²"),
    "change_km2": Message("{whose}: net change, km²"),
    "held_share": Message("{whose}: held, %"),
    "share_change": Message("{whose}: net change, points"),
    "not_held_km2": Message("{whose}: not held, square miles"),
    "days_to_take": Message("{whose}: days to take the rest"),
}


def ahead(days: int) -> str:
    """Return how far ahead is projected."""
    return ngettext("{count} day ahead", "{count} days ahead", days)


def what(quantity: str, iso: str) -> str:
    """Return what a published figure is of, by the oblast's code, UA for all Ukraine."""
    return str(QUANTITIES[quantity](whose=UKRAINE if iso == "UA" else text.OBLASTS[iso]))


def when(start: date | None, end: date) -> str:
    """Return the day of a published figure, or its period."""
    if start is None:
        return text.day(end)
    return _("end of {start} to end of {end}", start=start, end=end)


def by(said_by: str, published_in: str) -> str:
    """Return who says it, and where."""
    if published_in.startswith(said_by):
        return published_in
    return _("{who}; {where}", who=said_by, where=published_in)
