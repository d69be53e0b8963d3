"""The one registry of columns: what each is called, its unit, its digits, what it means.

Every table, file and page takes them from here. Units are in the names where a person computes
with them; areas are geodesic on WGS84.
"""

from __future__ import annotations

from dataclasses import dataclass

from controlmap.words.catalog import Message

SHARE, KM2, KM, DAYS, COUNT = "share", "km2", "km", "days", "count"
KM2_PER_DAY, METRES, TIMES, INDEX, DEGREES = "km2_per_day", "m", "times", "index", "degrees"
NUMBER = "number"
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
    # How fast
    _column("window_days", Message("Window"), DAYS, Message("The days that the pace is over.")),
    _column("snapshots", Message("Snapshots"), COUNT, Message("The snapshots in the window.")),
    _column(
        "pace_km2_per_day",
        Message("Pace"),
        KM2_PER_DAY,
        Message("The Theil-Sen slope, net."),
        signed=True,
    ),
    _column(
        "low",
        Message("From"),
        KM2_PER_DAY,
        Message("The low end of the confidence interval."),
        signed=True,
    ),
    _column(
        "high",
        Message("To"),
        KM2_PER_DAY,
        Message("The high end of the confidence interval."),
        signed=True,
    ),
    _column(
        "plain_km2_per_day",
        Message("Simple difference"),
        KM2_PER_DAY,
        Message("The window's ends over the time between."),
        signed=True,
    ),
    _column("remaining_km2", Message("Not held"), KM2, Message("What is not held on the day.")),
    _column(
        "days", Message("To take it"), DAYS, Message("The days that what is not held would take.")
    ),
    _column(
        "days_low", Message("At least"), DAYS, Message("The same at the fast end of the interval.")
    ),
    _column(
        "days_high", Message("At most"), DAYS, Message("The same at the slow end of the interval.")
    ),
    _column("pace.date", Message("Reached"), DATE, Message("The day that this would be.")),
    _column(
        "date_low", Message("Earliest"), DATE, Message("The same at the fast end of the interval.")
    ),
    _column(
        "date_high", Message("Latest"), DATE, Message("The same at the slow end of the interval.")
    ),
    _column("horizon_days", Message("Ahead"), DAYS, Message("The days ahead that are projected.")),
    _column(
        "tested",
        Message("Days tested"),
        COUNT,
        Message("The days on which a projection could be tested."),
    ),
    _column(
        "right",
        Message("Right"),
        SHARE,
        Message("The projections that were right."),
        missing=NOT_TESTED,
    ),
    _column(
        "plain_right",
        Message("Simple difference right"),
        SHARE,
        Message("Those of the simple difference that were right."),
        missing=NOT_TESTED,
    ),
    _column(
        "within_interval",
        Message("In the interval"),
        SHARE,
        Message("Changes that lay in the confidence interval."),
        missing=NOT_TESTED,
    ),
    _column(
        "unmoved",
        Message("Nothing changed"),
        SHARE,
        Message("Days after which nothing changed."),
        missing=NOT_TESTED,
    ),
    _column(
        "times_low",
        Message("Times, from"),
        TIMES,
        Message("What followed over what was projected, low end of eight in ten."),
        missing=NOT_TESTED,
    ),
    _column(
        "times_high",
        Message("Times, to"),
        TIMES,
        Message("What followed over what was projected, high end of eight in ten."),
        missing=NOT_TESTED,
    ),
    _column(
        "times_tested",
        Message("Days of growth"),
        COUNT,
        Message("The days on which enough growth was projected for multiples."),
    ),
    # Claims
    _column("id", Message("Entry"), TEXT, Message("The entry's id in its file.")),
    _column("statement", Message("Statement"), TEXT, Message("What is claimed.")),
    _column("said_by", Message("Said by"), TEXT, Message("Who says it.")),
    _column("published_in", Message("Published in"), TEXT, Message("Where it was published.")),
    _column("published", Message("Published"), DATE, Message("When it was published.")),
    _column("url", Message("Address"), TEXT, Message("Where it can be read.")),
    _column("day", Message("Day"), DATE, Message("The day that it is measured on.")),
    _column(
        "as_of", Message("As of"), INSTANT, Message("The instant of the ground's state (UTC).")
    ),
    _column(
        "retrieved",
        Message("Retrieved"),
        INSTANT,
        Message("When the file was taken from its source (UTC)."),
    ),
    _column("quantity", Message("Quantity"), TEXT, Message("The quantity that is measured.")),
    _column(
        "relation",
        Message("Relation"),
        TEXT,
        Message("How the figure claimed bounds what is measured."),
    ),
    _column(
        "claims.claimed", Message("Claimed"), NUMBER, Message("The figure claimed, in its unit.")
    ),
    _column(
        "tolerance", Message("Tolerance"), NUMBER, Message("How far off still holds, in the unit.")
    ),
    _column(
        "measured", Message("Measured"), NUMBER, Message("The first source's figure, in the unit.")
    ),
    _column(
        "claims.low",
        Message("From"),
        NUMBER,
        Message("The low end of the sources' spread, in the unit."),
    ),
    _column(
        "claims.high",
        Message("To"),
        NUMBER,
        Message("The high end of the sources' spread, in the unit."),
    ),
    _column("unit", Message("Unit"), TEXT, Message("The unit of these figures.")),
    _column(
        "contested_of",
        Message("Contested of"),
        DATE,
        Message("The earlier day whose contested ground is in the spread."),
    ),
    _column("verdict", Message("Verdict"), TEXT, Message("What the records say of it.")),
    _column("rule", Message("Rule"), TEXT, Message("The rule that gave the verdict.")),
    _column("problem", Message("Unclear"), TEXT, Message("Why it is inconclusive.")),
    _column(
        "note",
        Message("Note"),
        TEXT,
        Message("What is measured, where that is not the claim's own word."),
    ),
    _column("by_source", Message("By source"), TEXT, Message("What each source measures.")),
    _column(
        "left_out", Message("Left out"), TEXT, Message("The sources that measure nothing, and why.")
    ),
    _column("hindsight", Message("Hindsight"), TEXT, Message("What the record shows since.")),
    # Proposals
    _column(
        "to_russia_km2",
        Message("To Russia"),
        KM2,
        Message("Ground that is not Russian-held and would be."),
    ),
    _column(
        "to_russia_share", Message("Share to Russia"), SHARE, Message("That over the polygon.")
    ),
    _column(
        "contested_km2",
        Message("Contested of it"),
        KM2,
        Message("The contested part of what would pass to Russia."),
    ),
    _column(
        "to_ukraine_km2",
        Message("To Ukraine"),
        KM2,
        Message("Ground that is Russian-held and would not be."),
    ),
    _column(
        "to_ukraine_share", Message("Share to Ukraine"), SHARE, Message("That over the polygon.")
    ),
    _column(
        "would_hold_km2",
        Message("Russia would hold"),
        KM2,
        Message("Ground that would be Russian-held."),
    ),
    _column(
        "recognised_km2",
        Message("Recognised"),
        KM2,
        Message("Ground that would be recognised as Russian."),
    ),
    _column(
        "settlements",
        Message("Settlements"),
        COUNT,
        Message("Settlements of 500 people or more that would pass."),
    ),
    _column(
        "population",
        Message("Population"),
        COUNT,
        Message("Their population by GeoNames, for most places before the war."),
    ),
    _column(
        "settlements_to_russia",
        Message("Settlements to Russia"),
        COUNT,
        Message("Those that would pass to Russia."),
    ),
    _column(
        "population_to_russia",
        Message("Population to Russia"),
        COUNT,
        Message("The population of those."),
    ),
    _column(
        "settlements_to_ukraine",
        Message("Settlements to Ukraine"),
        COUNT,
        Message("Those that would pass to Ukraine."),
    ),
    _column(
        "population_to_ukraine",
        Message("Population to Ukraine"),
        COUNT,
        Message("The population of those."),
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
