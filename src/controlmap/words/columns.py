"""The one registry of columns: what each is called, its unit, its digits, what it means.

Every table, file and page takes them from here. Units are in the names where a person computes
with them; areas are geodesic on WGS84.
"""

from __future__ import annotations

from dataclasses import dataclass

from controlmap.words.catalog import Message

SHARE, KM2, KM, DAYS, COUNT = "share", "km2", "km", "days", "count"
KM2_PER_DAY, METRES, TIMES, INDEX, DEGREES = "km2_per_day", "m", "times", "index", "degrees"
TEXT, FLAG, DATE, INSTANT = "text", "flag", "date", "instant"

NOT_REPORTED = Message("not reported")
NOT_TESTED = Message("not tested")
LAST_DAY = Message("the last day")

_DIGITS = {KM2: 1, KM: 1, DAYS: 1, KM2_PER_DAY: 2, TIMES: 2, INDEX: 3, DEGREES: 5}


@dataclass(frozen=True)
class Column:
    """A column of an answer.

    Attributes
    ----------
    key
        Its name in CSV and JSON, after the question's name where another question has it too.
    title, meaning
        What people read over it, and what it is.
    unit
        One of this room's: a unit, or the kind of what has none (text, flag, date, instant).
    digits
        After the point, where people read it; shares are shown as percentages.
    signed
        Whether a gain has its plus.
    missing
        What stands for nothing.
    """

    key: str
    title: Message
    unit: str
    digits: int
    meaning: Message
    signed: bool = False
    missing: Message = NOT_REPORTED

    @property
    def is_number(self) -> bool:
        """Whether it is a figure."""
        return self.unit not in (TEXT, FLAG, DATE, INSTANT)


def of(name: str, question: str = "") -> Column:
    """Return the column of a name, as a question means it.

    Raises
    ------
    KeyError
        Where no such column is registered.
    """
    return COLUMNS.get(f"{question}.{name}") or COLUMNS[name]


def _column(
    key: str,
    title: Message,
    unit: str,
    meaning: Message,
    *,
    signed: bool = False,
    missing: Message = NOT_REPORTED,
) -> Column:
    return Column(key, title, unit, _DIGITS.get(unit, 0), meaning, signed, missing)


_ALL = (
    # Who and when
    _column(
        "iso", Message("ISO"), TEXT, Message("The oblast by ISO 3166-2; all for the four together.")
    ),
    _column("name", Message("Oblast"), TEXT, Message("The oblast's name.")),
    _column("date", Message("Day"), DATE, Message("The day (UTC).")),
    _column(
        "start", Message("From"), DATE, Message("The day at whose end the period begins (UTC).")
    ),
    _column("end", Message("To"), DATE, Message("The day at whose end the period ends (UTC).")),
    _column("source", Message("Source"), TEXT, Message("The source's id.")),
    _column(
        "reader",
        Message("Kind of file"),
        TEXT,
        Message("The kind of the source's files that the day is from."),
    ),
    _column(
        "observed",
        Message("Observed"),
        INSTANT,
        Message("The instant of the ground's state (UTC)."),
    ),
    _column(
        "carried",
        Message("Carried"),
        FLAG,
        Message("Whether the day has no snapshot, so that an earlier one stands."),
    ),
    _column("age_days", Message("Age"), DAYS, Message("Days from the snapshot to the day.")),
    _column(
        "cell_m",
        Message("Cells"),
        METRES,
        Message("The cells that the map is generalised to; none at full detail."),
    ),
    # Areas
    _column("total", Message("Area"), KM2, Message("The area of the oblast's polygon.")),
    _column(
        "russian_held",
        Message("Russian-held"),
        KM2,
        Message("Ground that the source assesses to be under Russian control."),
    ),
    _column(
        "held_before_2022",
        Message("Held before 2022"),
        KM2,
        Message("The part of it that was so before 24 February 2022."),
    ),
    _column(
        "contested",
        Message("Contested"),
        KM2,
        Message("Ground that the source assigns to neither side."),
    ),
    _column(
        "liberated",
        Message("Liberated"),
        KM2,
        Message(
            "The part of what is Ukrainian-held that had been Russian-held since February 2022."
        ),
    ),
    _column("ukrainian_held", Message("Ukrainian-held"), KM2, Message("The rest of the oblast.")),
    _column("held_share", Message("Share"), SHARE, Message("Russian-held ground over the basis.")),
    _column(
        "assessed_advance",
        Message("Assessed advance"),
        KM2,
        Message("Ground where Russian forces operate and control is not assessed."),
    ),
    _column(
        "infiltration",
        Message("Infiltration"),
        KM2,
        Message(
            "The part of contested ground that Russian forces got into without controlling it."
        ),
    ),
    _column(
        "claimed_control",
        Message("Claimed by Moscow"),
        KM2,
        Message("Ground that Moscow says it took and the source does not confirm."),
    ),
    _column("basis_km2", Message("Basis"), KM2, Message("The area that shares are taken over.")),
    # Claimed and held
    _column("claimed", Message("Claimed"), KM2, Message("All of the oblast, over the basis.")),
    _column(
        "held",
        Message("Held"),
        KM2,
        Message("Russian-held ground, with contested ground where that counts."),
    ),
    _column("compare.held_share", Message("Share"), SHARE, Message("What is held over the basis.")),
    _column("gap", Message("Gap"), KM2, Message("What is claimed and not held.")),
    # Over time
    _column("gained_km2", Message("Gained"), KM2, Message("Ground that became Russian-held.")),
    _column("lost_km2", Message("Lost"), KM2, Message("Ground that ceased to be Russian-held.")),
    # Sources against each other
    _column("by_all", Message("By all"), KM2, Message("Russian-held by all sources.")),
    _column(
        "by_some",
        Message("By some"),
        KM2,
        Message("Russian-held by two sources or more, and not by all."),
    ),
    _column("by_one", Message("By one"), KM2, Message("Russian-held by one source alone.")),
    _column("by_none", Message("By none"), KM2, Message("Russian-held by no source.")),
    _column(
        "low_share",
        Message("Lowest share"),
        SHARE,
        Message("The least of the sources' Russian-held shares."),
    ),
    _column(
        "high_share",
        Message("Highest share"),
        SHARE,
        Message("The largest of the sources' Russian-held shares."),
    ),
    _column("share", Message("Share"), SHARE, Message("The source's Russian-held share.")),
    _column(
        "only_km2",
        Message("Alone"),
        KM2,
        Message("Ground that this source alone has as Russian-held."),
    ),
    _column("one", Message("Source"), TEXT, Message("A source's id.")),
    _column("other", Message("Other source"), TEXT, Message("Another source's id.")),
    _column(
        "jaccard",
        Message("Jaccard index"),
        INDEX,
        Message("What both hold over what either holds."),
    ),
    _column(
        "apart_km2",
        Message("Apart"),
        KM2,
        Message("Ground that one of the two alone has as Russian-held."),
    ),
    # A place
    _column("status", Message("Status"), TEXT, Message("The status of the ground.")),
    _column("since", Message("Since"), DATE, Message("The first day of the status.")),
    _column(
        "distance_km",
        Message("Distance"),
        KM,
        Message("To the nearest Russian-held ground; 0 where it is held."),
    ),
    _column("net_km2", Message("Net"), KM2, Message("Gained less lost."), signed=True),
    _column(
        "change_30d", Message("30 days"), KM2, Message("The change of what is held."), signed=True
    ),
    _column(
        "change_365d", Message("365 days"), KM2, Message("The change of what is held."), signed=True
    ),
    _column(
        "until",
        Message("Until"),
        DATE,
        Message("The first day that it had another status."),
        missing=LAST_DAY,
    ),
)
COLUMNS = {column.key: column for column in _ALL}
"""Every column by its key: its name, or `question.name` where a question means another thing."""
