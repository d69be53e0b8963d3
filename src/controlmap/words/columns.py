"""The one registry of columns: what each is called, its unit, its digits, what it means.

Every table, file and page takes them from here. Units are in the names where a person computes
with them; areas are geodesic on WGS84.
"""

from __future__ import annotations

from dataclasses import dataclass

from controlmap.words.catalog import N_, Message

SHARE, KM2, KM, DAYS, COUNT = "share", "km2", "km", "days", "count"
KM2_PER_DAY, METRES, INDEX, DEGREES = "km2_per_day", "m", "index", "degrees"
NUMBER = "number"
TEXT, FLAG, DATE, INSTANT = "text", "flag", "date", "instant"

NOT_REPORTED = Message("not reported")
YES, NO = Message("yes"), Message("no")
NOT_KNOWN = Message("not known")
NOT_TESTED = Message("not tested")
LAST_DAY = Message("the last day")

_DIGITS = {KM2: 1, KM: 1, DAYS: 1, KM2_PER_DAY: 2, INDEX: 3, DEGREES: 5}


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
    title: str,
    unit: str,
    meaning: str,
    *,
    signed: bool = False,
    missing: Message = NOT_REPORTED,
) -> Column:
    digits = _DIGITS.get(unit, 0)
    return Column(key, Message(title), unit, digits, Message(meaning), signed, missing)


_ALL = (
    # Who and when
    _column("iso", N_("ISO"), TEXT, N_("The oblast by ISO 3166-2; all for the four together.")),
    _column("name", N_("Oblast"), TEXT, N_("The oblast's name.")),
    _column("date", N_("Day"), DATE, N_("The day (UTC).")),
    _column("start", N_("From"), DATE, N_("The day at whose end the period begins (UTC).")),
    _column("end", N_("To"), DATE, N_("The day at whose end the period ends (UTC).")),
    _column("source", N_("Source"), TEXT, N_("The source's id.")),
    _column(
        "reader",
        N_("Kind of file"),
        TEXT,
        N_("The kind of the source's files that the day is from."),
    ),
    _column("observed", N_("Observed"), INSTANT, N_("The instant of the ground's state (UTC).")),
    _column(
        "carried",
        N_("Carried"),
        FLAG,
        N_("Whether the day has no snapshot, so that an earlier one stands."),
    ),
    _column("age_days", N_("Age"), DAYS, N_("Days from the snapshot to the day.")),
    _column(
        "cell_m",
        N_("Cells"),
        METRES,
        N_("The cells that the map is generalised to; none at full detail."),
    ),
    # Areas
    _column("total", N_("Area"), KM2, N_("The area of the oblast's polygon.")),
    _column(
        "russian_held",
        N_("Russian-held"),
        KM2,
        N_("Ground that the source assesses to be under Russian control."),
    ),
    _column(
        "held_before_2022",
        N_("Held before 2022"),
        KM2,
        N_("The part of it that was so before 24 February 2022."),
    ),
    _column(
        "contested", N_("Contested"), KM2, N_("Ground that the source assigns to neither side.")
    ),
    _column(
        "liberated",
        N_("Liberated"),
        KM2,
        N_("The part of what is Ukrainian-held that had been Russian-held since February 2022."),
    ),
    _column("ukrainian_held", N_("Ukrainian-held"), KM2, N_("The rest of the oblast.")),
    _column("held_share", N_("Share"), SHARE, N_("Russian-held ground over the basis.")),
    _column(
        "assessed_advance",
        N_("Assessed advance"),
        KM2,
        N_("Ground where Russian forces operate and control is not assessed."),
    ),
    _column(
        "infiltration",
        N_("Infiltration"),
        KM2,
        N_("The part of contested ground that Russian forces got into without controlling it."),
    ),
    _column(
        "claimed_control",
        N_("Claimed by Moscow"),
        KM2,
        N_("Ground that Moscow says it took and the source does not confirm."),
    ),
    _column("basis_km2", N_("Basis"), KM2, N_("The area that shares are taken over.")),
    # Claimed and held
    _column("claimed", N_("Claimed"), KM2, N_("All of the oblast, over the basis.")),
    _column(
        "held", N_("Held"), KM2, N_("Russian-held ground, with contested ground where that counts.")
    ),
    _column("compare.held_share", N_("Share"), SHARE, N_("What is held over the basis.")),
    _column("gap", N_("Gap"), KM2, N_("What is claimed and not held.")),
    # Over time
    _column(
        "gained_km2",
        N_("Gained"),
        KM2,
        N_("Ground that became Russian-held."),
        missing=NOT_KNOWN,
    ),
    _column(
        "lost_km2",
        N_("Lost"),
        KM2,
        N_("Ground that ceased to be Russian-held."),
        missing=NOT_KNOWN,
    ),
    # Sources against each other
    _column("by_all", N_("By all"), KM2, N_("Russian-held by all sources.")),
    _column(
        "by_some", N_("By some"), KM2, N_("Russian-held by two sources or more, and not by all.")
    ),
    _column("by_one", N_("By one"), KM2, N_("Russian-held by one source alone.")),
    _column("by_none", N_("By none"), KM2, N_("Russian-held by no source.")),
    _column(
        "low_share", N_("Lowest share"), SHARE, N_("The least of the sources' Russian-held shares.")
    ),
    _column(
        "high_share",
        N_("Highest share"),
        SHARE,
        N_("The largest of the sources' Russian-held shares."),
    ),
    _column("share", N_("Share"), SHARE, N_("The source's Russian-held share.")),
    _column("only_km2", N_("Alone"), KM2, N_("Ground that this source alone has as Russian-held.")),
    _column("one", N_("Source"), TEXT, N_("A source's id.")),
    _column("other", N_("Other source"), TEXT, N_("Another source's id.")),
    _column("jaccard", N_("Jaccard index"), INDEX, N_("What both hold over what either holds.")),
    _column(
        "apart_km2", N_("Apart"), KM2, N_("Ground that one of the two alone has as Russian-held.")
    ),
    # How fast
    _column("window_days", N_("Window"), DAYS, N_("The days that the pace is over.")),
    _column("snapshots", N_("Snapshots"), COUNT, N_("The snapshots in the window.")),
    _column(
        "pace_km2_per_day", N_("Pace"), KM2_PER_DAY, N_("The Theil-Sen slope, net."), signed=True
    ),
    _column(
        "low",
        N_("From"),
        KM2_PER_DAY,
        N_("The low end of its calibrated interval, over the horizon next to the window."),
        signed=True,
        missing=NOT_TESTED,
    ),
    _column(
        "high",
        N_("To"),
        KM2_PER_DAY,
        N_("The high end of its calibrated interval, over the horizon next to the window."),
        signed=True,
        missing=NOT_TESTED,
    ),
    _column(
        "plain_km2_per_day",
        N_("Simple difference"),
        KM2_PER_DAY,
        N_("The window's ends over the time between."),
        signed=True,
    ),
    _column("remaining_km2", N_("Not held"), KM2, N_("What is not held on the day.")),
    _column("days", N_("To take it"), DAYS, N_("The days that what is not held would take.")),
    _column(
        "days_low",
        N_("At least"),
        DAYS,
        N_("The same at the fast end of the interval at its horizon."),
    ),
    _column(
        "days_high",
        N_("At most"),
        DAYS,
        N_("The same at the slow end of the interval at its horizon."),
    ),
    _column(
        "pace.date",
        N_("Reached"),
        DATE,
        N_("The day that this would be, where calendar dates are supported."),
    ),
    _column("date_low", N_("Earliest"), DATE, N_("The same at the fast end of the interval.")),
    _column("date_high", N_("Latest"), DATE, N_("The same at the slow end of the interval.")),
    _column(
        "dating",
        N_("Dates"),
        TEXT,
        N_("Whether calendar dates are supported, or why they are not."),
    ),
    _column(
        "last_redrawn",
        N_("Last redrawn"),
        DATE,
        N_("The last day up to this one on which the area changed."),
    ),
    _column(
        "change_low_km2",
        N_("Change, from"),
        KM2,
        N_("The low end of the net change projected over the horizon."),
        signed=True,
        missing=NOT_TESTED,
    ),
    _column(
        "change_high_km2",
        N_("Change, to"),
        KM2,
        N_("The high end of the net change projected over the horizon."),
        signed=True,
        missing=NOT_TESTED,
    ),
    _column(
        "trials",
        N_("Trials"),
        COUNT,
        N_("How many of the trials of the interval do not overlap."),
    ),
    _column(
        "calibrated",
        N_("Days with an interval"),
        COUNT,
        N_("The days tested on which enough errors were known for an interval."),
    ),
    _column("horizon_days", N_("Ahead"), DAYS, N_("The days ahead that are projected.")),
    _column(
        "tested", N_("Days tested"), COUNT, N_("The days on which a projection could be tested.")
    ),
    _column(
        "right", N_("Right"), SHARE, N_("The projections that were right."), missing=NOT_TESTED
    ),
    _column(
        "plain_right",
        N_("Simple difference right"),
        SHARE,
        N_("Those of the simple difference that were right."),
        missing=NOT_TESTED,
    ),
    _column(
        "within_interval",
        N_("In the interval"),
        SHARE,
        N_("Changes that lay in the calibrated interval."),
        missing=NOT_TESTED,
    ),
    _column(
        "unmoved",
        N_("Nothing changed"),
        SHARE,
        N_("Days after which nothing changed."),
        missing=NOT_TESTED,
    ),
    # Claims
    _column("id", N_("Entry"), TEXT, N_("The entry's id in its file.")),
    _column("statement", N_("Statement"), TEXT, N_("What is claimed.")),
    _column("said_by", N_("Said by"), TEXT, N_("Who says it.")),
    _column("published_in", N_("Published in"), TEXT, N_("Where it was published.")),
    _column("published", N_("Published"), DATE, N_("When it was published.")),
    _column("url", N_("Address"), TEXT, N_("Where it can be read.")),
    _column("day", N_("Day"), DATE, N_("The day that it is measured on.")),
    _column("as_of", N_("As of"), INSTANT, N_("The instant of the ground's state (UTC).")),
    _column(
        "retrieved", N_("Retrieved"), INSTANT, N_("When the file was taken from its source (UTC).")
    ),
    _column("quantity", N_("Quantity"), TEXT, N_("The quantity that is measured.")),
    _column(
        "relation", N_("Relation"), TEXT, N_("How the figure claimed bounds what is measured.")
    ),
    _column("claims.claimed", N_("Claimed"), NUMBER, N_("The figure claimed, in its unit.")),
    _column("tolerance", N_("Tolerance"), NUMBER, N_("How far off still holds, in the unit.")),
    _column("measured", N_("Measured"), NUMBER, N_("The first source's figure, in the unit.")),
    _column(
        "claims.low", N_("From"), NUMBER, N_("The low end of the sources' spread, in the unit.")
    ),
    _column(
        "claims.high", N_("To"), NUMBER, N_("The high end of the sources' spread, in the unit.")
    ),
    _column("unit", N_("Unit"), TEXT, N_("The unit of these figures.")),
    _column(
        "contested_of",
        N_("Contested of"),
        DATE,
        N_("The earlier day whose contested ground is in the spread."),
    ),
    _column("verdict", N_("Verdict"), TEXT, N_("What the records say of it.")),
    _column("rule", N_("Rule"), TEXT, N_("The rule that gave the verdict.")),
    _column("problem", N_("Unclear"), TEXT, N_("Why it is inconclusive.")),
    _column(
        "note", N_("Note"), TEXT, N_("What is measured, where that is not the claim's own word.")
    ),
    _column("by_source", N_("By source"), TEXT, N_("What each source measures.")),
    _column("left_out", N_("Left out"), TEXT, N_("The sources that measure nothing, and why.")),
    _column("hindsight", N_("Hindsight"), TEXT, N_("What the record shows since.")),
    # Proposals
    _column(
        "to_russia_km2", N_("To Russia"), KM2, N_("Ground that is not Russian-held and would be.")
    ),
    _column("to_russia_share", N_("Share to Russia"), SHARE, N_("That over the polygon.")),
    _column(
        "contested_km2",
        N_("Contested of it"),
        KM2,
        N_("The contested part of what would pass to Russia."),
    ),
    _column(
        "to_ukraine_km2", N_("To Ukraine"), KM2, N_("Ground that is Russian-held and would not be.")
    ),
    _column("to_ukraine_share", N_("Share to Ukraine"), SHARE, N_("That over the polygon.")),
    _column(
        "would_hold_km2", N_("Russia would hold"), KM2, N_("Ground that would be Russian-held.")
    ),
    _column(
        "recognised_km2", N_("Recognised"), KM2, N_("Ground that would be recognised as Russian.")
    ),
    _column(
        "settlements",
        N_("Settlements"),
        COUNT,
        N_("Settlements of 500 people or more that would pass."),
    ),
    _column(
        "population",
        N_("Population"),
        COUNT,
        N_("Their population by GeoNames, for most places before the war."),
    ),
    _column(
        "settlements_to_russia",
        N_("Settlements to Russia"),
        COUNT,
        N_("Those that would pass to Russia."),
    ),
    _column(
        "population_to_russia", N_("Population to Russia"), COUNT, N_("The population of those.")
    ),
    _column(
        "settlements_to_ukraine",
        N_("Settlements to Ukraine"),
        COUNT,
        N_("Those that would pass to Ukraine."),
    ),
    _column(
        "population_to_ukraine", N_("Population to Ukraine"), COUNT, N_("The population of those.")
    ),
    # Sources
    _column("title", N_("Source"), TEXT, N_("The source's name.")),
    _column("from", N_("From"), DATE, N_("The day of the record's first snapshot.")),
    _column("to", N_("To"), DATE, N_("The day of the record's last snapshot.")),
    _column("gaps", N_("Gaps"), TEXT, N_("Where more than 14 days have no snapshot.")),
    _column("statuses", N_("Reports"), TEXT, N_("The statuses that each kind of file reports.")),
    _column("terms", N_("Terms"), TEXT, N_("Under what terms the source may be used.")),
    _column("fetched_from", N_("Fetched from"), TEXT, N_("Where an update fetches it from.")),
    _column(
        "record", N_("Record"), TEXT, N_("Whether the record is embedded, or where your own is.")
    ),
    _column(
        "instead_of",
        N_("Instead of"),
        TEXT,
        N_("The span of the embedded record that it stands in place of."),
    ),
    _column("notes", N_("Notes"), TEXT, N_("What to know of the source.")),
    # A place
    _column("status", N_("Status"), TEXT, N_("The status of the ground.")),
    _column("since", N_("Since"), DATE, N_("The first day of the status.")),
    _column(
        "distance_km",
        N_("Distance"),
        KM,
        N_("To the nearest Russian-held ground; 0 where it is held."),
    ),
    _column("net_km2", N_("Net"), KM2, N_("Gained less lost."), signed=True, missing=NOT_KNOWN),
    _column("change_30d", N_("30 days"), KM2, N_("The change of what is held."), signed=True),
    _column("change_365d", N_("365 days"), KM2, N_("The change of what is held."), signed=True),
    _column(
        "until",
        N_("Until"),
        DATE,
        N_("The first day that it had another status."),
        missing=LAST_DAY,
    ),
)
COLUMNS = {column.key: column for column in _ALL}
"""Every column by its key: its name, or `question.name` where a question means another thing."""
