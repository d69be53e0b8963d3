"""The words of the page of history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from controlmap.analysis.figures import ALL, Areas, Change
from controlmap.words.text import day, days, instant, km2, oblast, share

if TYPE_CHECKING:  # what it draws with need not be there for the words of other pages
    from controlmap.draw.charts import Marks

TITLE = "History"
LEDE = (
    "Russian-held ground over time, what was gained and lost in each period, as the source "
    "assesses it."
)
OBLAST = "Oblast"
EACH = "each and all"
MEASURE = "Measure"
MEASURES = {"share": "share of the oblast", "km2": "km²"}
MEASURE_HELP = "Shares are of the polygon's area, which statuses are measured in."
OBLAST_HELP = "All four in one chart, or one with the ground that is contested above what is held."
EVERY = "Gains and losses"
EVERY_CHOICES = {"day": "by day", "week": "by week", "month": "by month"}
EVERY_HELP = "Weeks end on Sundays, months on their last day; the last period may be shorter."
START, END = "From", "To"
WHOLE = "Whole record"
HELD = "Russian-held ground"
FLOWS = "Gained and lost"
MONTHS = "Month by month"
EVENTS = "Turning points"
EVENT_COLUMNS = ("No.", "Date", "What happened", "Reported by")
EVENTS_CAPTION = "Events marked in the charts; nothing is computed from them"
MONTH_COLUMNS = ("Month", "Held at its end", "Share", "Gained", "Lost", "Net")
CHART = {
    "date": "Day (UTC)",
    "km2": "Russian-held, km²",
    "share": "Russian-held, share of the oblast",
    "flow": "km² of held ground",
    "gained": "Became Russian-held",
    "lost": "Ceased to be Russian-held",
    "net": "Net",
    "after": "After",
    "to": "To the end of",
    "gap": "No snapshot for more than 14 days: not known",
    "carried": "No snapshot on this day: the one before is carried forward",
}


def held_caption(marks: Marks, *, one: bool) -> str:
    """What is marked in the chart of what is held."""
    told = [
        "Bands around lines are the spread over sources, each at its own last date (page Sources).",
        "Numbers on dotted lines are turning points, listed below.",
    ]
    told += _readers(marks)
    if marks.carried:
        told.append(
            f"Ticks along the lower edge: {days(len(marks.carried))} without a snapshot, carried "
            "forward."
        )
    gaps = len(marks.gaps)
    told.append(f"Gaps of more than 14 days: {gaps}." if gaps else "There is no gap in this range.")
    if one:
        told.append("The darker band above is contested ground, where the source reports it.")
    return " ".join(told)


def flows_caption(marks: Marks, *, net: bool) -> str:
    """What the bars count, and whether the `net` is marked."""
    told = [
        "Each bar compares the end of its period with the end of the one before; ground that "
        "changed hands twice within it is in neither."
    ]
    if net:
        told.append("Rings are the net.")
    return " ".join(told + _readers(marks))


def _readers(marks: Marks) -> list[str]:
    return [f"Solid line, {day(on)}: {name[0].lower()}{name[1:]}." for on, name in marks.readers]


def reader_change(title: str) -> str:
    """That from a day on another kind of the source's files is used."""
    return f"From here on the source's {title}"


def source(title: str, first: datetime, last: datetime, readers: Sequence[str]) -> str:
    """Who says so, from when to when."""
    return (
        f"Source: **{title}** ({', then '.join(readers)}). First observed {instant(first)}, last "
        f"**{instant(last)}**."
    )


def cite(then: Areas, now: Areas, change: Change, start: date, end: date) -> list[str]:
    """The ends of a range in sentences."""
    whose = now.name if now.iso == ALL else oblast(now.name)
    return [
        f"{whose}: Russian-held {km2(then.russian_held)} ({share(then.held_share)} of the polygon "
        f"area) on {day(start)}, {km2(now.russian_held)} ({share(now.held_share)}) on {day(end)}; "
        f"{km2(change.gained_km2)} gained and {km2(change.lost_km2)} lost between the two days.",
    ]


def months_caption(name: str, start: date, end: date) -> str:
    """Of what the table of months is."""
    return f"{name}, {day(start)} to {day(end)}; km²; held as of each month's last day in the range"


def months(count: int) -> str:
    """How many months a table has, and in which order."""
    return "1 month" if count == 1 else f"{count} months, the latest first"


def month(value: date) -> str:
    """A month in words: March 2024."""
    return f"{value:%B %Y}"
