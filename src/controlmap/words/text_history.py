"""The sentences of the page of history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from controlmap.words import numbers, text
from controlmap.words.catalog import Figure, Message, ngettext
from controlmap.words.catalog import gettext as _
from controlmap.words.text import GAINED, LOST

TITLE = Message("History")
LEDE = Message(
    "Russian-held ground over time, and what was gained and lost in each period, as the source "
    "assesses it."
)
OBLAST = Message("Oblast")
EACH = Message("each and all")
MEASURE = Message("Measure")
MEASURES = {"share": Message("share of the oblast"), "km2": Message("km²")}
MEASURE_HELP = Message("Shares are of what is chosen beside as their total.")
OBLAST_HELP = Message(
    "All four in one chart, or one oblast with its contested ground shown above what is held."
)
EVERY = Message("Gains and losses")
EVERY_CHOICES = {
    "day": Message("by day"),
    "week": Message("by week"),
    "month": Message("by month"),
}
EVERY_HELP = Message(
    "Weeks end on Sundays, months on their last day; the last period may be shorter."
)
START, END = Message("From"), Message("To")
WHOLE = Message("Whole record")
HELD = Message("Russian-held ground")
FLOWS = Message("Gained and lost")
MONTHS = Message("Month by month")
EVENTS = Message("Turning points")
EVENT_COLUMNS = (
    Message("No."),
    Message("Date"),
    Message("What happened"),
    Message("Reported by"),
)
EVENTS_CAPTION = Message("Events marked in the charts; nothing is computed from them")
MONTH_COLUMNS = (
    Message("Month"),
    Message("Held at its end"),
    Message("Share"),
    Message("Gained"),
    Message("Lost"),
    Message("Net"),
)
FLOWS_HOW = Message(
    "Each bar compares the end of its period with the end of the one before; ground that changed "
    "hands twice within it is in neither."
)
GAP = Message("No snapshot for more than 14 days: not known")
CARRIED = Message("No snapshot on this day: the one before is carried forward")
CHART = {
    "date": Message("Day (UTC)"),
    "km2": Message("Russian-held, km²"),
    "share": Message("Russian-held, share of the oblast"),
    "flow": Message("km² of held ground"),
    "gained": GAINED,
    "lost": LOST,
    "net": Message("Net"),
    "after": Message("After"),
    "to": Message("To the end of"),
    "gap": GAP,
    "carried": CARRIED,
}


def reader_change(title: str) -> str:
    """Return that from a day on another kind of the source's files is used."""
    return _("From here on the source's {reader}", reader=title)


def source(title: str, first: Figure, last: Figure, readers: Sequence[str]) -> str:
    """Return who says so, from when to when."""
    return _(
        "Source: **{source}** ({readers}). First observed {first}, last **{last}**.",
        source=title,
        readers=_(", then ").join(readers),
        first=first,
        last=last,
    )


def cite(
    whose: str,
    then: tuple[date, float, float],
    now: tuple[date, float, float],
    gained_km2: float | None,
    lost_km2: float | None,
    basis: str,
) -> list[str]:
    """Return the ends of a range in sentences; each end is its day, held area in km2 and share.

    What was gained and lost is None where no new snapshot was taken between them.
    """
    start, held, share = then
    end, held_now, share_now = now
    if gained_km2 is None or lost_km2 is None:
        return [
            _(
                "{whose}: Russian-held {held:km2} km² ({share:.1%} of the {basis}) on "
                "{start}; no new snapshot up to {end}.",
                whose=whose,
                start=start,
                held=held,
                share=share,
                basis=text.BASES[basis],
                end=end,
            )
        ]
    return [
        _(
            "{whose}: Russian-held {held:km2} km² ({share:.1%} of the {basis}) on {start}, "
            "{held_now:km2} km² ({share_now:.1%}) on {end}; {gained:1km2} km² gained and "
            "{lost:1km2} km² lost between the two days.",
            whose=whose,
            start=start,
            held=held,
            share=share,
            basis=text.BASES[basis],
            end=end,
            held_now=held_now,
            share_now=share_now,
            gained=gained_km2,
            lost=lost_km2,
        )
    ]


def month_of(start: date, end: date) -> str:
    """Return the month of a period between the ends of two days; its days where it is cut."""
    first = start + timedelta(days=1)
    if first.day == 1 and (end + timedelta(days=1)).day == 1:
        return numbers.month(end)
    if first == end:
        return numbers.day(end)
    return _("{first}–{last} {month:month}", first=first.day, last=end.day, month=end)


def months_caption(name: str, start: date, end: date, count: int) -> str:
    """Return of what the table of months is, and how many they are."""
    return ngettext(
        "{name}, {start} to {end}; km²; held as of each month's last day in the range; {count} "
        "month",
        "{name}, {start} to {end}; km²; held as of each month's last day in the range; {count} "
        "months, the latest first",
        count,
        name=name,
        start=start,
        end=end,
    )
