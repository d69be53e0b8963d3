"""What an answer says beside its figures: titles, methods and notes, whole sentences each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from controlmap import sources
from controlmap.sources import Dated
from controlmap.words.catalog import Figure, Message
from controlmap.words.numbers import instant, kyiv_day

NOT_RECORDED = Message("not recorded")
ABOUT = Message("About")
GROUND_AT_FULL_DETAIL = Message(
    "The ground is at full detail, out of your own record; whether it may be passed on is for the "
    "source's terms to say: {terms}"
)
GROUND_GENERALISED = Message(
    "The ground is generalised to cells of {cell_m} m of controlmap's own grid, its areas are "
    "exact; full detail is only in a record of your own."
)
OR_DAY = Message("{best} (or {others})")
IN_KYIV = Message("{observed} ({day} in Kyiv)")


def as_of(dated: Dated) -> Figure:
    """Return when something is of, for a sentence: an instant, a day, or the best and the others.

    Where it is the next day in Kyiv by then, both days are given.
    """
    return _as_of(dated, lambda when: when)


def as_of_iso(dated: Dated) -> Figure:
    """Return as `as_of` in ISO 8601, as commands print it."""
    return _as_of(
        dated, lambda when: instant(when) if isinstance(when, datetime) else when.isoformat()
    )


def _as_of(dated: Dated, shown: Callable[[date], Figure]) -> Figure:
    observed = sources.observed(dated)
    if dated.within is not None:
        first, last = dated.within
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return OR_DAY(best=shown(observed), others=[shown(day) for day in days if day != observed])
    if isinstance(observed, datetime) and (there := kyiv_day(observed)) != observed.date():
        return IN_KYIV(observed=shown(observed), day=shown(there))
    return shown(observed)


HASH_DIGITS = 12
"""So many of a record's SHA-256 name it in a sentence."""


def assessed(title: str, observed: Figure, retrieved: Figure, record: str) -> Message:
    """Return who assessed it, of when, and which record has it, by its SHA-256; "" for none."""
    who = {"title": title, "observed": observed, "retrieved": retrieved}
    return ASSESSED_OF(**who, record=record[:HASH_DIGITS]) if record else ASSESSED(**who)


AREAS = Message("Areas by status")
COMPARE = Message("Claimed and held")
HISTORY = Message("Areas by status over time")
FLOWS = Message("Gains and losses by period")
CHANGES = Message("Two days compared")
AGREE = Message("Where sources agree")
PLACE = Message("Who held a place, and how far held ground was")

AREA_METHOD = Message(
    "Areas are geodesic on WGS84, in km2, of the disjoint faces that the snapshots' lines cut."
)
AGREE_METHOD = Message(
    "Areas by agreement are measured on the lines of all sources together; shares are each "
    "record's own, exact to its faces; geodesic on WGS84."
)
AGREE_ON_POINTS = Message(
    "Areas by agreement are counted on an equal-area grid and brought to what each record has as "
    "held; shares are each record's own, exact to its faces; geodesic on WGS84."
)
PLACE_METHOD = Message(
    "The status is that of the face the point lies in; distances in an equal-area projection."
)

AS_OF = Message(
    "{source}, as of {observed}, retrieved {retrieved}; km2; shares of the {basis} area"
)
AS_OF_CARRIED = Message(
    "{source}, as of {observed}, retrieved {retrieved} (no snapshot on {day}: carried); km2; "
    "shares of the {basis} area"
)
OFFICIAL = Message(
    "Official areas are Ukraine's statistical ones; statuses are measured in the polygons, and "
    "what is left between the two is not measured."
)
LAND = Message(
    "Areas are of land alone: without lakes and reservoirs as they were before the war (GSHHG)."
)
RESERVOIR = Message(
    "Most of the water is the Kakhovka reservoir, drained since its dam was destroyed on 6 June "
    "2023: now an overgrown bed with the Dnipro in it (Shumilova et al. 2025, "
    "doi:10.1126/science.adn8655)."
)
BASIS = {"polygon": (), "official": (OFFICIAL,), "land": (LAND, RESERVOIR)}
"""What there is to say of each."""
SHARES = Message(
    "{name}: {land:.1%} of the land is held, {polygon:.1%} of the polygon, {official:.1%} of the "
    "official area. {water:,.0f} km2 of the polygon are lakes and reservoirs, {held_water:,.0f} "
    "km2 of them held; the official area is {excess:+,.0f} km2 apart from the polygon."
)
"""Why the shares of an oblast differ by basis."""
CONTESTED_WITHIN = Message(
    "Contested ground is not reported on this day: ukrainian_held includes an unknown part of it."
)
CONTESTED_COUNTED = Message("held includes contested ground")
CONTESTED_IN_SHARE = Message("held_share includes contested ground")
CONTESTED_NOT_COUNTED = Message(
    "Contested ground is not reported on this day, so it is not counted as held."
)
ADVANCE = {
    "apart": Message(
        "Assessed advance is shown separately: held ground is assessed control alone, which moves "
        "in steps. For a pace, count assessed advance as held."
    ),
    "held": Message("Assessed advance is counted as held."),
    "contested": Message("Assessed advance is counted as contested."),
}
BUDGET = Message(
    "source_spread_km2: by how much current sources differ in what is Russian-held; dating_km2: by "
    "how much it differs between the days that the file may be of; denominator_km2: by how much "
    "the totals differ that shares may be taken of."
)
BUDGET_OF_CHANGE = Message(
    "source_spread_km2: by how much sources with a new snapshot differ in the net change; "
    "dating_km2: by how much it differs between the days that the files may be of; "
    "denominator_km2: by how much the totals differ that shares may be taken of."
)
NOT_REDRAWN = Message("Not redrawn for more than {days} days: {oblasts}.")
SINCE = Message("{name} since {day}")
LAST_REDRAWN = Message("Last redrawn: {oblasts}.")
ON = Message("{name} {day}")


def not_redrawn(oblasts: Iterable[tuple[Figure, Figure]], days: int) -> Message:
    """Return which oblasts' maps were not redrawn for so many days, each with its last day."""
    since = [SINCE(name=name, day=day) for name, day in oblasts]
    return NOT_REDRAWN(days=days, oblasts=since)


def last_redrawn(oblasts: Iterable[tuple[Figure, Figure]]) -> Message:
    """Return when the maps of oblasts were last redrawn."""
    return LAST_REDRAWN(oblasts=[ON(name=name, day=day) for name, day in oblasts])


BETWEEN = Message("{source}, from {start} to {end}; km2 of held ground")
NO_NEW_SNAPSHOT = Message(
    "No new snapshot: {start} and {end} both stand on that of {observed}, so what changed between "
    "them is not known."
)
READERS_DIFFER = Message(
    "The two days come from different kinds of the source's files, whose dates and lines may "
    "differ a little: some of the change may be due to that and not to events on the ground."
)
FILES_CHANGE = Message(
    "Where another kind of the source's files takes over, some of the change may be due to that "
    "and not to events on the ground: {takeovers}."
)
TAKEOVER = Message("{reader} from {day}")
TOO_THIN = {
    "gained": Message(
        "The map is generalised to cells of {cell_m} m: {km2:.1f} km2 of what was gained is too "
        "thin for them, counts and has no outline."
    ),
    "lost": Message(
        "The map is generalised to cells of {cell_m} m: {km2:.1f} km2 of what was lost is too "
        "thin for them, counts and has no outline."
    ),
}
SHOWN_BY = Message(
    "A source shows a patch where more than half of it changed hands the same way in its record; "
    "with a snapshot of its own for each day: {sources}"
)
AGREE_AS_OF = Message(
    "{day}; Russian-held km2 by how many sources assess it so; shares as each of them does, of the "
    "{basis} area"
)
NOT_COMPARED = Message("{source}: not compared, its last snapshot up to {day} is of {observed}")
RECORD_NOT_COMPARED = Message("{source}: left out, its record cannot be read ({problem})")
RECORD_REPLACED = Message("{source}: {problem}; the embedded record is used in its place")
AGE = Message(
    "{source}: as of {observed}, {count} day old",
    "{source}: as of {observed}, {count} days old",
)
PAIR = Message("{one} and {other}: Jaccard index {jaccard:.3f}, difference {apart_km2:.0f} km2")
PLACE_AS_OF = Message("{source}, as of {observed}; lines precise to {cell_m} m")
PLACE_AS_OF_FULL = Message("{source}, as of {observed}; full detail")
PLACE_NOT_HELD = Message(
    "not_russian_held: the source's files do not report contested ground then, so it may be "
    "contested or Ukrainian-held."
)
ALSO_OF_THAT_NAME = Message("another place of that name: {name}, {oblast} ({lon},{lat})")
NEAREST = Message("{day}  nearest Russian-held ground: {distance_km:.1f} km")
NEAREST_UNKNOWN = Message("{day}  nearest Russian-held ground: not known")
SAID_BY = Message("{title}, observed {observed}")
ASSESSED = Message("{title}, observed {observed}, retrieved {retrieved}")
ASSESSED_OF = Message("{title}, observed {observed}, retrieved {retrieved}, record {record}")
CITATION = Message("{title}. Source: {assessed}. controlmap {version}. {method}")
MORE_ROWS = Message("and {count} row more", "and {count} rows more")

PACE = Message("Pace of Russian-held ground")
BACKTEST = Message("How often such projections held")
PACE_METHOD = Message(
    "The pace is the median of the slopes between all pairs of snapshots in the window (Theil and "
    "Sen), net, in km2 (geodesic on WGS84) a day."
)
PACE_PARTS = Message(
    "The robust slope and the net change part here: the net change is that between the ends of the "
    "window, and has all that was drawn on any one day; the slope is the median over all pairs of "
    "snapshots, which a day on which much was drawn at once, or a change at the very end, hardly "
    "moves."
)
CARRIED = Message("{observed} (no snapshot on {day}: carried)")
PACE_OUT = Message(
    "{source}, as of {as_of}; contested ground not counted as held; net, Theil-Sen slope of "
    "{snapshots} snapshots; its range is that of {nominal:.0%} of the errors of earlier "
    "projections, known by the day; --backtest tells how often such projections held"
)
PACE_IN = Message(
    "{source}, as of {as_of}; contested ground counted as held; net, Theil-Sen slope of "
    "{snapshots} snapshots; its range is that of {nominal:.0%} of the errors of earlier "
    "projections, known by the day; --backtest tells how often such projections held"
)
BACKTEST_NOTE = Message(
    "{source}, {iso}, every day from {first} to {last} whose window and horizon the record covers; "
    "right: the net change projected is within {tolerance:.0%} of the one that followed; in the "
    "interval: within that of {nominal:.0%} of the errors known by the day; trials: those that do "
    "not overlap"
)
NOT_KNOWN = Message("not known")
BOTH = Message("{first}; {then}")
FACT_OBLAST = Message("oblast")
FACT_WINDOW = Message("window")
FACT_PACE = Message("robust slope")
FACT_NET = Message("net change")
NET = Message("{net:+,.1f} km2, {rate:+,.2f} km2 a day")
FACT_NOT_HELD = Message("not held")
FACT_TO_TAKE = Message("to take it")
FACT_REACHED = Message("reached")
WINDOW = Message("{days} days, {snapshots} snapshots")
RATE_AND_INTERVAL = Message("{pace:+.2f} km2 a day, {low:+.2f} to {high:+.2f}")
RATE = Message("{rate:+.2f} km2 a day")
KM2 = Message("{area:.1f} km2")

RECORD_TITLE = Message("The record, and its last day")
RECORD = Message(
    "{title}, {first} to {last}, {snapshots} snapshots, {gaps} gaps of more than 14 days; {detail}"
)
GENERALISED = Message("the map generalised to {cell_m} m, figures exact")
FULL_DETAIL = Message("full detail")
DAY = Message("{title} on {day}, observed {observed}")
FACT_TERMS = Message("terms")

CLAIMS = Message("Claims held against the records")
CLAIMS_METHOD = Message(
    "A claim is supported if all of the spread that the sources measure is within its tolerance; "
    "docs/claims.md has each quantity and the rule."
)
OF_SOURCE = Message("{source}: {note}")
DECLARED = Message("{figure}, as of {observed}")
MEASURED = Message("{figure}, {source} as of {observed}")
FACT_SAID_BY = Message("said by")
FACT_AT = Message("at")
FACT_CLAIMED = Message("claimed")
FACT_MEASURED = Message("measured")
FACT_DECLARED = Message("declared")
FACT_BY_SOURCE = Message("by source")
FACT_PARTS = Message("of it")
FACT_LEFT_OUT = Message("left out")
FACT_CONTESTED = Message("contested")
FACT_INCONCLUSIVE = Message("unclear")
FACT_NOTE = Message("note")
FACT_RULE = Message("rule")
FACT_HINDSIGHT = Message("hindsight")

PROPOSALS = Message("What would pass by each proposal")
PROPOSALS_METHOD = Message(
    "A proposal's rules and the day's line cut the land that would pass, face by face; areas are "
    "geodesic on WGS84, in km2."
)
PROPOSALS_AS_OF = Message(
    "{source}, as of {as_of}; km2 that would pass, whoever holds them now; settlements of 500 "
    "people or more in them; {population}"
)
LEFT_OUT = Message("left out: {problem}")
FORTRESS_CITIES = Message("fortress cities that would pass: {cities}")
HELD_BEFORE_2022_OF = Message("held before 2022: as last reported, on {day}")
RECOGNISED = {
    "held": Message("recognised as Russian: all that Russia would hold"),
    "none": Message("recognised as Russian: nothing; Ukraine's recognised border stands"),
    "unstated": Message("recognised as Russian: not stated"),
    "mixed": Message("recognised as Russian: mixed"),
}

SOURCES = Message("Sources and their records")
SOURCES_METHOD = Message("A record in your own folder stands in place of the embedded one.")
FACT_SPAN = Message("span")
FACT_SNAPSHOTS = Message("snapshots")
FACT_GAPS = Message("gaps")
FACT_REPORTS = Message("reports")
FACT_NOTES = Message("notes")
FACT_UPDATE = Message("update")
FACT_RECORD = Message("record")
SPAN = Message("{first} to {last}")
NO_GAPS = Message("none of more than 14 days")
UPDATE_FROM = Message("from {url}")
INSTEAD_OF = Message("in place of the embedded one of {span}")
KEPT_IN = Message("your own records and the files they are made of: {folder}/ ({setting})")
KEPT_NOWHERE = Message(
    "your own records and the files they are made of: no folder ({setting} is empty)"
)

REVISIONS = Message("What a source changed afterwards")
REVISIONS_METHOD = Message(
    "Russian-held ground of the corrected map less that of the one before it, and the reverse, "
    "geodesic on WGS84; each where an update noticed the correction."
)
REVISIONS_SINCE = Message(
    "{count} maps were corrected after they had been taken; the record has them as they are now."
)
REVISIONS_UNCHANGED = Message("{count} of them have the same Russian-held ground as before.")
NO_REVISIONS = Message(
    "No correction was noticed: only an update of a record of your own compares what it has with "
    "what the source says now."
)
CHECK = Message("A record held against its files, what others published, and what followed")
CHECK_METHOD = Message(
    "Errors are the record's areas less those of plain overlays of its files, geodesic on WGS84; "
    "intervals use only what was known on the day that they are of."
)
CHECK_INTERVALS = Message(
    "within_interval is how often the interval of the pace over {window} days, meant to hold "
    "{nominal:.0%}, held what followed, on every day of the record with only what was known by "
    "then; trials is how many of these do not overlap."
)
CHECK_PUBLISHED = Message(
    "What is published of all Ukraine (UA) is measured on the files alone, given with --input or "
    "kept by an update; four_oblasts is the record's part of it."
)
FACT_BUILT = Message("error as built")
FACT_FILES = Message("error by files")
NO_FILES = Message("not measured: no files")
ERROR_ON = Message(
    "at most {error_km2:.3f} km2 an oblast, on {count} file",
    "at most {error_km2:.3f} km2 an oblast, on {count} files",
)
