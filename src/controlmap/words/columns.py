"""The one registry of columns: what each is called, its unit, its digits, what it means.

Every table, file and page takes them from here. Units are in the names where a person computes
with them; areas are geodesic on WGS84.
"""

from __future__ import annotations

from dataclasses import dataclass

from controlmap.words.catalog import Message
from controlmap.words.numbers import AREA_STEP_KM2, CHANGE_STEP_KM2

SHARE, KM2, KM, DAYS, COUNT = "share", "km2", "km", "days", "count"
KM2_PER_DAY, METRES, INDEX, DEGREES = "km2_per_day", "m", "index", "degrees"
NUMBER = "number"
TEXT, FLAG, DATE, INSTANT = "text", "flag", "date", "instant"

NOT_REPORTED = Message("not reported")
YES, NO = Message("yes"), Message("no")
NOT_KNOWN = Message("not known")
NOT_TESTED = Message("not tested")
LAST_DAY = Message("the last day")
NONE = Message("–")

_DIGITS = {KM2: 1, KM: 1, DAYS: 1, KM2_PER_DAY: 2, INDEX: 3, DEGREES: 5, NUMBER: 1}


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
        After the point in a terminal and a notebook; shares are shown as percentages.
    step
        What pages round it to, of an area; None of what is none.
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
    step: int | None = None

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


def column(
    key: str,
    title: str,
    unit: str,
    meaning: str,
    missing: Message = NOT_REPORTED,
    signed: bool = False,
    step: int = AREA_STEP_KM2,
    digits: int | None = None,
) -> Column:
    """Return a column of these words, which the catalogs take from where they stand."""
    shown = _DIGITS.get(unit, 0) if digits is None else digits
    rounded = step if unit == KM2 else None
    return Column(key, Message(title), unit, shown, Message(meaning), signed, missing, rounded)


_ALL = (
    # Who and when
    column("iso", "ISO", TEXT, "The oblast by ISO 3166-2; all for the four together."),
    column("name", "Oblast", TEXT, "The oblast's name."),
    column("date", "Day", DATE, "The day (UTC)."),
    column("start", "From", DATE, "The day at whose end the period begins (UTC)."),
    column("end", "To", DATE, "The day at whose end the period ends (UTC)."),
    column("source", "Source", TEXT, "The source's id."),
    column("reader", "Kind of file", TEXT, "The kind of the source's files that the day is from."),
    column(
        "observed",
        "Observed",
        INSTANT,
        "The instant of the ground's state (UTC), or its day where the source tells no more.",
    ),
    column(
        "carried",
        "Carried",
        FLAG,
        "Whether the day has no snapshot, so that an earlier one stands.",
    ),
    column("age_days", "Age", DAYS, "Days from the snapshot to the day."),
    column(
        "cell_m", "Cells", METRES, "The cells that the map is generalised to; none at full detail."
    ),
    # Areas
    column("total", "Area", KM2, "The area of the oblast's polygon, or of the land in it."),
    column(
        "russian_held",
        "Russian-held",
        KM2,
        "Ground that the source assesses to be under Russian control.",
    ),
    column(
        "held_before_2022",
        "Held before 2022",
        KM2,
        "The part of it that was so before 24 February 2022.",
    ),
    column("contested", "Contested", KM2, "Ground that the source assigns to neither side."),
    column(
        "liberated",
        "Liberated",
        KM2,
        "The part of what is Ukrainian-held that had been Russian-held since February 2022.",
    ),
    column("ukrainian_held", "Ukrainian-held", KM2, "The rest of the oblast."),
    column("held_share", "Share", SHARE, "Russian-held ground over the basis."),
    column(
        "assessed_advance",
        "Assessed advance",
        KM2,
        "Ground where Russian forces operate and control is not assessed.",
    ),
    column(
        "infiltration",
        "Infiltration",
        KM2,
        "The part of contested ground that Russian forces got into without controlling it.",
    ),
    column(
        "claimed_control",
        "Claimed by Moscow",
        KM2,
        "Ground that Moscow says it took and the source does not confirm.",
    ),
    column("basis_km2", "Basis", KM2, "The area that shares are taken over."),
    # What a held area is good for
    column(
        "source_spread_km2",
        "Between sources",
        KM2,
        "From the least to the most that a current source has as Russian-held.",
        missing=NOT_KNOWN,
    ),
    column(
        "dating_km2",
        "Between days",
        KM2,
        "From the least to the most that is Russian-held over the days that the file may be of.",
        missing=NOT_KNOWN,
    ),
    column(
        "changes.source_spread_km2",
        "Between sources",
        KM2,
        "From the least to the most net change of the sources with a new snapshot.",
        missing=NOT_KNOWN,
    ),
    column(
        "changes.dating_km2",
        "Between days",
        KM2,
        "From the least to the most net change over the days that the two files may be of.",
        missing=NOT_KNOWN,
    ),
    column(
        "denominator_km2",
        "Between totals",
        KM2,
        "From the smallest to the largest total that shares may be taken of.",
    ),
    # Claimed and held
    column("claimed", "Claimed", KM2, "All of the oblast, over the basis."),
    column("held", "Held", KM2, "Russian-held ground, with contested ground where that counts."),
    column("compare.held_share", "Share", SHARE, "What is held over the basis."),
    column("gap", "Gap", KM2, "What is claimed and not held, as far as it is measured."),
    column("gap_land", "Land", KM2, "The land of the gap."),
    column("gap_water", "Water", KM2, "Lakes and reservoirs that are claimed and not held."),
    column(
        "not_measured",
        "Not measured",
        KM2,
        "By how much the official area exceeds the polygon in which statuses are measured.",
    ),
    # Over time
    column(
        "gained_km2",
        "Gained",
        KM2,
        "Ground that became Russian-held.",
        missing=NOT_KNOWN,
        step=CHANGE_STEP_KM2,
    ),
    column(
        "lost_km2",
        "Lost",
        KM2,
        "Ground that ceased to be Russian-held.",
        missing=NOT_KNOWN,
        step=CHANGE_STEP_KM2,
    ),
    column("noticed", "Noticed", INSTANT, "When an update retrieved the correction (UTC)."),
    # Patches of ground
    column("change", "Change", TEXT, "Whether the ground was gained or lost by Russian forces."),
    column("area_km2", "Area", KM2, "The area of the piece."),
    column("changes.area_km2", "Area", KM2, "The area of the piece.", step=CHANGE_STEP_KM2),
    column("place", "Near", TEXT, "The nearest settlement; of several in it, the most populous."),
    column("place_km", "Away", KM, "How far that is; 0 where it lies in the piece."),
    column(
        "changes.since",
        "Since",
        DATE,
        "The day of the snapshot since which the first of the ground is so.",
    ),
    column(
        "areas.since",
        "Since",
        DATE,
        "The day of the snapshot since which the first of the ground is so; the record's first day "
        "where it always was.",
    ),
    column(
        "since_latest",
        "All since",
        DATE,
        "The day of the snapshot since which all of the ground is so.",
    ),
    column("settlement", "Settlement", TEXT, "A settlement, judged by its central point."),
    column("residents", "People", COUNT, "Its people by GeoNames, for most places before the war."),
    column("lon", "Longitude", DEGREES, "Of a point in the piece, on WGS84."),
    column("lat", "Latitude", DEGREES, "Of a point in the piece, on WGS84."),
    column("shown_by", "Shown by", TEXT, "The ids of the sources that show it."),
    # Sources against each other
    column("by_all", "By all", KM2, "Russian-held by all sources."),
    column("by_some", "By some", KM2, "Russian-held by two sources or more, and not by all."),
    column("by_one", "By one", KM2, "Russian-held by one source alone."),
    column("by_none", "By none", KM2, "Russian-held by no source."),
    column("low_share", "Lowest share", SHARE, "The least of the sources' Russian-held shares."),
    column(
        "high_share", "Highest share", SHARE, "The largest of the sources' Russian-held shares."
    ),
    column("share", "Share", SHARE, "The source's Russian-held share."),
    column("only_km2", "Alone", KM2, "Ground that this source alone has as Russian-held."),
    column("one", "Source", TEXT, "A source's id."),
    column("other", "Other source", TEXT, "Another source's id."),
    column("jaccard", "Jaccard index", INDEX, "What both hold over what either holds."),
    column("apart_km2", "Apart", KM2, "Ground that one of the two alone has as Russian-held."),
    # How fast
    column("window_days", "Window", DAYS, "The days that the pace is over."),
    column("snapshots", "Snapshots", COUNT, "The snapshots in the window."),
    column("pace_km2_per_day", "Slope", KM2_PER_DAY, "The robust (Theil-Sen) slope.", signed=True),
    column(
        "low",
        "From",
        KM2_PER_DAY,
        "The low end of its calibrated interval, over the horizon next to the window.",
        signed=True,
        missing=NOT_TESTED,
    ),
    column(
        "high",
        "To",
        KM2_PER_DAY,
        "The high end of its calibrated interval, over the horizon next to the window.",
        signed=True,
        missing=NOT_TESTED,
    ),
    column(
        "plain_km2_per_day",
        "Net a day",
        KM2_PER_DAY,
        "The net change between the window's ends over the time between.",
        signed=True,
    ),
    column("remaining_km2", "Not held", KM2, "What is not held on the day."),
    column("days", "To take it", DAYS, "The days that what is not held would take."),
    column(
        "days_low", "At least", DAYS, "The same at the fast end of the interval at its horizon."
    ),
    column(
        "days_high", "At most", DAYS, "The same at the slow end of the interval at its horizon."
    ),
    column(
        "pace.date",
        "Reached",
        DATE,
        "The day that this would be, where calendar dates are supported.",
    ),
    column("date_low", "Earliest", DATE, "The same at the fast end of the interval."),
    column("date_high", "Latest", DATE, "The same at the slow end of the interval."),
    column("dating", "Dates", TEXT, "Whether calendar dates are supported, or why they are not."),
    column(
        "last_redrawn",
        "Last redrawn",
        DATE,
        "The last day up to this one on which the Russian-held area changed.",
        missing=NOT_KNOWN,
    ),
    column(
        "change_low_km2",
        "Change, from",
        KM2,
        "The low end of the net change projected over the horizon.",
        signed=True,
        missing=NOT_KNOWN,
    ),
    column(
        "change_high_km2",
        "Change, to",
        KM2,
        "The high end of the net change projected over the horizon.",
        signed=True,
        missing=NOT_KNOWN,
    ),
    column("trials", "Trials", COUNT, "How many of the trials of the interval do not overlap."),
    column(
        "calibrated",
        "Days with an interval",
        COUNT,
        "The days tested on which enough errors were known for an interval.",
    ),
    column("horizon_days", "Ahead", DAYS, "The days ahead that are projected."),
    column("tested", "Days tested", COUNT, "The days on which a projection could be tested."),
    column("right", "Right", SHARE, "The projections that were right.", missing=NOT_TESTED),
    column(
        "plain_right",
        "Simple difference right",
        SHARE,
        "Those of the simple difference that were right.",
        missing=NOT_TESTED,
    ),
    column(
        "within_interval",
        "In the interval",
        SHARE,
        "Changes that lay in the calibrated interval.",
        missing=NOT_TESTED,
    ),
    column(
        "unmoved", "Nothing changed", SHARE, "Days after which nothing changed.", missing=NOT_TESTED
    ),
    # Claims
    column("id", "Entry", TEXT, "The entry's id in its file."),
    column("statement", "Statement", TEXT, "What is claimed."),
    column("said_by", "Said by", TEXT, "Who says it."),
    column("published_in", "Published in", TEXT, "Where it was published."),
    column("published", "Published", DATE, "When it was published."),
    column("url", "Address", TEXT, "Where it can be read."),
    column("day", "Day", DATE, "The day that it is measured on."),
    column(
        "as_of",
        "As of",
        INSTANT,
        "The instant of the ground's state (UTC), or its day where the source tells no more.",
    ),
    column("retrieved", "Retrieved", INSTANT, "When the file was taken from its source (UTC)."),
    column("quantity", "Quantity", TEXT, "The quantity that is measured."),
    column("relation", "Relation", TEXT, "How the figure claimed bounds what is measured."),
    column("claims.claimed", "Claimed", NUMBER, "The figure claimed, in its unit."),
    column("tolerance", "Tolerance", NUMBER, "How far off still supports it, in the unit."),
    column(
        "claimed_text",
        "As claimed",
        TEXT,
        "The figure with its tolerance, or the words and how they are read.",
    ),
    column("measured", "Measured", NUMBER, "The first source's figure, in the unit."),
    column("claims.low", "From", NUMBER, "The low end of the sources' spread, in the unit."),
    column("claims.high", "To", NUMBER, "The high end of the sources' spread, in the unit."),
    column("unit", "Unit", TEXT, "The unit of these figures."),
    column(
        "contested_of",
        "Contested of",
        DATE,
        "The earlier day whose contested ground is in the spread.",
    ),
    column(
        "verdict",
        "Verdict",
        TEXT,
        "Supported, roughly supported, not supported, inconclusive; empty where there is none.",
    ),
    column("rule", "Rule", TEXT, "The rule that gave the verdict."),
    column("problem", "Unclear", TEXT, "Why it is inconclusive."),
    column("note", "Note", TEXT, "What is measured, where that is not the claim's own word."),
    column("parts", "Of it", TEXT, "What the figure is made of, and what it takes in."),
    column("by_source", "By source", TEXT, "What each source measures."),
    column("left_out", "Left out", TEXT, "The sources that measure nothing, and why."),
    column("hindsight", "Hindsight", TEXT, "What the record shows since."),
    # A record held against others
    column("check.iso", "ISO", TEXT, "The oblast by ISO 3166-2; all for the four, UA for Ukraine."),
    column(
        "check.start",
        "From",
        DATE,
        "The day at whose end the period of a change begins.",
        missing=NONE,
    ),
    column("figure", "Published", NUMBER, "The figure as it was published, in its unit."),
    column(
        "check.measured",
        "Measured",
        NUMBER,
        "What the record has of it, of all Ukraine what its files have, in the unit.",
        missing=NOT_KNOWN,
    ),
    column(
        "difference",
        "Difference",
        NUMBER,
        "What is measured less what was published.",
        missing=NOT_KNOWN,
        signed=True,
    ),
    column(
        "four_oblasts",
        "Four oblasts",
        NUMBER,
        "The record's part of what is of all Ukraine.",
        missing=NONE,
    ),
    column(
        "error_km2",
        "Error",
        KM2,
        "The largest error of the oblast's areas against the files.",
        missing=NOT_KNOWN,
        digits=3,
    ),
    # Proposals
    column("to_russia_km2", "To Russia", KM2, "Ground that is not Russian-held and would be."),
    column("to_russia_share", "Share to Russia", SHARE, "That over the polygon."),
    column(
        "contested_km2", "Contested of it", KM2, "The contested part of what would pass to Russia."
    ),
    column("to_ukraine_km2", "To Ukraine", KM2, "Ground that is Russian-held and would not be."),
    column("to_ukraine_share", "Share to Ukraine", SHARE, "That over the polygon."),
    column("would_hold_km2", "Russia would hold", KM2, "Ground that would be Russian-held."),
    column("recognised_km2", "Recognised", KM2, "Ground that would be recognised as Russian."),
    column(
        "settlements", "Settlements", COUNT, "Settlements of 500 people or more that would pass."
    ),
    column(
        "population",
        "Population",
        COUNT,
        "Their population by GeoNames, for most places before the war.",
    ),
    column(
        "settlements_to_russia", "Settlements to Russia", COUNT, "Those that would pass to Russia."
    ),
    column("population_to_russia", "Population to Russia", COUNT, "The population of those."),
    column(
        "settlements_to_ukraine",
        "Settlements to Ukraine",
        COUNT,
        "Those that would pass to Ukraine.",
    ),
    column("population_to_ukraine", "Population to Ukraine", COUNT, "The population of those."),
    # Sources
    column("title", "Source", TEXT, "The source's name."),
    column("from", "From", DATE, "The day of the record's first snapshot."),
    column("to", "To", DATE, "The day of the record's last snapshot."),
    column("gaps", "Gaps", TEXT, "Where more than 14 days have no snapshot."),
    column("statuses", "Reports", TEXT, "The statuses that each kind of file reports."),
    column("terms", "Terms", TEXT, "Under what terms the source may be used."),
    column("fetched_from", "Fetched from", TEXT, "Where an update fetches it from."),
    column("record", "Record", TEXT, "Whether the record is embedded, or where your own is."),
    column(
        "instead_of",
        "Instead of",
        TEXT,
        "The span of the embedded record that it stands in place of.",
    ),
    column("notes", "Notes", TEXT, "What to know of the source."),
    # A place
    column("status", "Status", TEXT, "The status of the ground."),
    column("since", "Since", DATE, "The first day of the status."),
    column(
        "distance_km", "Distance", KM, "To the nearest Russian-held ground; 0 where it is held."
    ),
    column("net_km2", "Net", KM2, "Gained less lost.", signed=True, missing=NOT_KNOWN),
    column(
        "pace.net_km2",
        "Net change",
        KM2,
        "The change between the window's ends.",
        signed=True,
        missing=NOT_KNOWN,
    ),
    column("change_30d", "30 days", KM2, "The change of what is held.", signed=True),
    column("change_365d", "365 days", KM2, "The change of what is held.", signed=True),
    column("until", "Until", DATE, "The first day that it had another status.", missing=LAST_DAY),
)
COLUMNS = {column.key: column for column in _ALL}
"""Every column by its key: its name, or `question.name` where a question means another thing."""
