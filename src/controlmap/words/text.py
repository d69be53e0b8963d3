"""The words of the interface, in English; nothing is computed here but plurals and formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from controlmap.analysis.figures import Areas, Change, Comparison
from controlmap.core.model import Status
from controlmap.core.version import __version__
from controlmap.words.numbers import percent

OVERVIEW = "Claimed and held"
METHOD = "Method"
LEDE = (
    "On 30 September 2022 Russia declared four Ukrainian oblasts annexed, a claim to the whole of "
    "each that UN General Assembly resolution "
    "[ES-11/4](https://docs.un.org/A/RES/ES-11/4) rejects. "
    "This is how much of the claim its forces hold."
)

COUNTED_ADVANCE = {
    "apart": "Assessed advance is kept apart, so that what is held is assessed control alone, "
    "which moves in steps: for a pace, count it in.",
    "held": "Assessed advance is counted as held.",
    "contested": "Assessed advance is counted as contested.",
}
CHANGES = "Two days compared"
CHANGES_LEDE = (
    "What became Russian-held between two days, and what ceased to be, as the source assesses it. "
    "Ground that became contested ceased to be Russian-held."
)
FROM, TO = "From the end of (UTC)", "To the end of (UTC)"
GAINED, LOST = "Became Russian-held", "Ceased to be Russian-held"
NET_CHANGE = "net change of Russian-held ground"
CHANGES_COLUMNS = ("Oblast", "Gained", "Lost", "Net")
CHANGES_CAPTION = "Russian-held ground gained and lost, km²"
READERS_DIFFER = (
    "The two days are from different kinds of the source's files, whose dates and lines may differ "
    "a little: a part of what changed may be that, and no event on the ground."
)
FILES_CHANGE = (
    "Where another kind of the source's files takes over, a part of what changes may be that, and "
    "no event on the ground"
)
NOT_HELD = (
    "not_russian_held: the source's files do not report contested ground then, so that it may be "
    "contested or Ukrainian-held."
)
OFFICIAL = "Official areas are Ukraine's statistical ones; statuses are measured in the polygons."
CONTESTED_WITHIN = (
    "Contested ground is not reported on this day: ukrainian_held includes an unknown part of it."
)
DATE = "Date (UTC)"
SOURCE = "Source"
SOURCE_HELP = "Who assesses what is held. How far sources agree is on the page of sources."
PREVIOUS, NEXT, LATEST = "Day before", "Day after", "Latest"
BASIS = "Shares of"
BASES = {"polygon": "polygon area", "official": "official area"}
BASIS_HELP = (
    "The total that shares are taken over. Polygon area: the geodesic area of the boundary that "
    "statuses are measured in. Official area: Ukraine's statistical figure, larger for Kherson "
    "because it counts the waters of the Syvash and the limans."
)
CITE = "Copy as a citation"
CONTESTED = "Contested ground"
CONTESTED_CHOICES = {"out": "apart", "in": "counted as held"}
CONTESTED_HELP = "Ground that the source assigns to neither side."

CLAIM = "of the claim is"
CLAIM_TO_BE = "of what Russia was to claim is"
BEFORE_CLAIM = (
    "This day is before the declaration of 30 September 2022: shares are of the territory that was "
    "claimed then."
)
READERS_CHANGE = (
    "The ends of the 30- or 365-day change are from two kinds of the source's files, whose dates "
    "may differ by a day or two."
)
CONTESTED_NOT_COUNTED = (
    "Contested ground is not reported on this day, so it is not counted as held."
)
OBLAST, CONTESTED_KM2 = "Oblast", "Contested"
NOT_REPORTED = "not reported"
NOT_KNOWN = "not known"
NOT_RECORDED = "not recorded by the archive"
PARTS = {"held": "Russian-held", "contested": "Contested", "rest": "Not Russian-held"}
SPREAD = "Range over sources"

MAP = {
    "map": "Map of control in Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts",
    "layers": "Layers and legend",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "tiles_failed": "The tile basemap cannot be reached; it was switched off.",
    "background_failed": "The background of the map could not be loaded; reload the page.",
    "wheel": "Hold Ctrl to zoom with the wheel",
    "touch": "Use two fingers to move the map",
    "beyond": "Beyond the four oblasts: not shown",
}
NAMES = (  # what lies round the four oblasts: longitude and latitude, words
    ((39.6, 47.5), ("Russia",)),
    ((34.1, 45.62), ("Crimea", "not part of this record")),
    ((36.7, 46.2), ("Sea of Azov",)),
    ((31.9, 45.85), ("Black Sea",)),
)
LAYERS = {
    "rest": "Not Russian-held",
    "held": "Russian-held",
    "held-before-2022": "Held before 24 February 2022",
    "advance": "Assessed Russian advance",
    "contested": "Contested, held by neither",
    "infiltration": "Infiltration",
    "claimed-control": "Claimed by Moscow, not confirmed",
    "liberated": "Liberated since 2022",
    "gained": "Newly Russian-held, 30 days",
    "lost": "No longer held, 30 days",
    "changed-hands": "When it changed hands",
    "oblasts": "Oblast boundaries",
    "claim": "Russia's claim of 2022",
    "places": "Cities and towns, by size",
    "tiles": "Tile basemap, online",
}
CHANGE_LAYERS = {
    "rest": "Not Russian-held on the later day",
    "held": "Russian-held on the later day",
    "advance": "Assessed Russian advance, later day",
    "contested": "Contested on the later day",
    "gained": "Became Russian-held",
    "lost": "Ceased to be Russian-held",
    **{name: LAYERS[name] for name in ("oblasts", "claim", "places", "tiles")},
}
CHANGED = {
    "gained": "Russian-held now, not on",
    "lost": "Not Russian-held now, but on",
}
TILES_CREDIT = "© OpenStreetMap contributors"
CREDITS_OF_MAP = (
    ("Natural Earth", "https://www.naturalearthdata.com"),
    ("GeoNames (CC BY 4.0)", "https://www.geonames.org"),
    ("Leaflet", "https://leafletjs.com"),
)

LANGUAGE = "en-GB"
SPEEDS = {7: "1 week a second", 14: "2 weeks a second", 30: "1 month a second",
          91: "3 months a second", 182: "6 months a second"}  # fmt: skip
PLAYER = {
    "player": "Play the record day by day",
    "play": "Play",
    "pause": "Pause",
    "day": "Day",
    "earlier_step": "A step back",
    "later_step": "A step on",
    "step": "Size of a step",
    "steps": {"day": "by day", "week": "by week", "month": "by month"},
    "speed": "Speed",
    "caption": "Russian-held on the day played",
    "hint": "Press play, or drag, to see every day of the record.",
    "km2": "{n} km²",
    "share": "{n} %",
    "all": "All four",
    "unknown": "not known",
    "contested": "Contested: {km2} km².",
    "contested_unknown": "Contested ground is not reported.",
    "carried": "No snapshot on this day: that of {day}.",
    "gap": "No snapshot for more than 14 days: nothing is known of this day.",
    "beside": "Figures beside the map are of {day}.",
    "use": "Use this day",
    "leave": "Back",
    "leave_for": "Back to {day}, the day of the page",
    "failed": "The record could not be loaded; reload the page.",
    "oblast": "{name} oblast",
    "on": "{status} on {day}",
    "since": "{status} since {day}",
    "since_start": "{status} on {day}, when the record begins",
    "whole": "Whole record",
    "later": "Later: {period}",
    "earlier": "and {n} periods before; click for all",
    "statuses": ("Not Russian-held", "Russian-held", "Contested"),
    "silent": "Not known",
    "rest_or_contested": "Not Russian-held (contested is not reported)",
    "at_start": "Held on {day}, when the record begins",
    "lost": "Hatched: no longer held since then",
}

MAYBE_CONTESTED = "Not Russian-held; contested ground is not reported"
STATUS = {
    Status.RUSSIAN_HELD: "Russian-held",
    Status.HELD_BEFORE_2022: "Held before 24 February 2022",
    Status.CONTESTED: "Contested",
    Status.LIBERATED: "Liberated",
    Status.UKRAINIAN_HELD: "Ukrainian-held",
    Status.ASSESSED_ADVANCE: "Assessed advance",
    Status.INFILTRATION: "Infiltration",
    Status.CLAIMED_CONTROL: "Claimed by Moscow, not confirmed",
}


def plain(value: str) -> str:
    """Text from data as Markdown that shows just its characters."""
    from controlmap.words import markdown

    return markdown.plain(value)


def day(value: date) -> str:
    """A date in words: 4 August 2025."""
    return f"{value.day} {value:%B %Y}"


def instant(value: datetime) -> str:
    """An instant in words: 4 August 2025, 03:00 UTC."""
    return f"{day(value.date())}, {value:%H:%M} UTC"


def snapshots(count: int) -> str:
    """A number of snapshots."""
    return "1 snapshot" if count == 1 else f"{count:,} snapshots"


def days(count: int) -> str:
    """A number of days."""
    return "1 day" if count == 1 else f"{count:,} days"


def oblast(name: str) -> str:
    """An oblast's name as a title."""
    return f"{name} oblast"


def km2(value: float | None) -> str:
    """An area, or that it is not reported."""
    return NOT_REPORTED if value is None else f"{value:,.0f}\N{NO-BREAK SPACE}km²"


def share(value: float | None) -> str:
    """A share as a percentage, or that it is not reported."""
    if value is None:
        return NOT_REPORTED
    return percent(value).replace("%", " %")


def of_claim(what: str, on: date, *, claimed: bool) -> str:
    """What the first page's share is of, and on which day."""
    return f"{CLAIM if claimed else CLAIM_TO_BE} {what} on {day(on)}"


def parts(contested_km2: float | None) -> dict[str, str]:
    """The key of the bars; it says where contested ground is not reported."""
    if contested_km2 is None:
        return {**PARTS, "contested": f"{PARTS['contested']} ({NOT_REPORTED})"}
    return PARTS


def counted(both: bool) -> str:
    """What counts as held, where contested ground is counted in (`both`) and where it is not."""
    return "held or contested" if both else "held"


def facts(both: bool) -> tuple[str, str, str]:
    """The names of what is held, of what is not, and of the change."""
    gap = "Claimed, neither held nor contested" if both else "Claimed, not held"
    held = counted(both)
    return f"Russian-{held}", gap, f"{held.capitalize()}, change over 30 days"


def columns(both: bool) -> tuple[str, ...]:
    """The columns of what is claimed and held."""
    held = counted(both).capitalize()
    return (OBLAST, "Claimed", held, "Share", "Gap", "Contested", "30 days", "365 days")


def table_caption(both: bool) -> str:
    """What the table of what is claimed and held tells."""
    held = counted(both)
    return f"Claimed versus {held}, km², rounded; changes are net, of {held} ground; – is not known"


def bars_caption(both: bool) -> str:
    """What the figure beside each bar is the share of."""
    return f"Share of each claim that is {counted(both)}"


def change(value: float | None) -> str:
    """A change with its sign, or that it is not known."""
    if value is None:
        return "–"
    whole = round(value)
    return f"{whole:+,}".replace("-", "−") if whole else "0"


def change_precise(value: float) -> str:
    """A change with its sign, to the tenth."""
    return f"{value:+,.1f}".replace("-", "−") if round(value, 1) else "0.0"


def last_days(count: int) -> str:
    """A preset of so many days."""
    return f"Last {days(count)}"


def since(value: date) -> str:
    """A preset from a day on."""
    return f"Since {day(value)}"


def nothing_then(title: str, chosen: date, first: date, last: date) -> str:
    """Return that a source has nothing of the day chosen, and what it has."""
    if chosen > last:
        return f"{title}: nothing after {day(last)}. Choose an earlier day, or another source."
    return f"{title}: nothing before {day(first)}. Choose a later day, or another source."


def wrong_order(start: date, end: date) -> str:
    """That the first day is after the last."""
    return f"From {day(start)} to {day(end)}: the first day is after the last; choose it earlier."


def change_km2(value: float | None) -> str:
    """A change of an area with its sign and unit, or that it is not known."""
    return NOT_KNOWN if value is None else f"{change(value)} km²"


def held_before(value: float) -> str:
    """The part of what is held that was so before 2022."""
    return f"of which before 24 February 2022: {km2(value)}"


def as_of(source: str, reader_title: str, observed: datetime, retrieved: datetime | None) -> str:
    """Who says so, and the two dates."""
    taken = instant(retrieved) if retrieved else NOT_RECORDED
    return (
        f"Source: **{source}** ({reader_title}). Observed "
        f"**{instant(observed)}**, retrieved {taken}."
    )


def cited(lines: Iterable[str], assessed: Iterable[tuple[str, datetime, datetime | None]]) -> str:
    """Sentences with who assessed it, of when, and how it was measured."""
    told = "; ".join(
        f"{title}, observed {instant(observed)}, retrieved "
        f"{instant(retrieved) if retrieved else NOT_RECORDED}"
        for title, observed, retrieved in assessed
    )
    ends = (f"Source: {told}.", f"controlmap {__version__}; areas geodesic on WGS84.")
    return "\n".join((*lines, *ends)).replace("\N{NO-BREAK SPACE}", " ")


def carried(chosen: date, observed: date) -> str:
    """That a day has no snapshot of its own."""
    return f"No snapshot on {day(chosen)}: that of {day(observed)} is carried forward."


def age(age_days: int, *, stale: bool) -> str:
    """How old the newest snapshot is, and a warning where that is old, with the remedy."""
    if not stale:
        return f"The newest snapshot is {days(age_days)} old."
    return (
        f":orange-badge[The newest snapshot is {days(age_days)} old] "
        "`controlmap update` fetches newer ones."
    )


def unreported(last: date | None, km2_then: float | None) -> str:
    """What is unknown about contested ground, and when it was last known."""
    text = "Contested and liberated ground is not reported for this day, so what is not held "
    text += "includes an unknown contested part."
    if last is not None and km2_then is not None:
        text += f" Contested when last reported, on {day(last)}: {km2(km2_then)}."
    return text


def generalised(cell_m: int) -> str:
    """That the map is generalised, and how to have it in full."""
    return (
        f"The map is generalised to {cell_m} m, figures are not; run `controlmap update` for full "
        "detail."
    )


def basis(chosen: str, total_km2: float) -> str:
    """Over what shares are taken."""
    return f"Shares are of the {BASES[chosen]}, {km2(total_km2)} in all."


def official_gap(excess_km2: float) -> str:
    """What part of the gap is none of land, but of two ways to measure it."""
    return (
        f"What is not held includes {km2(excess_km2)} by which the official areas exceed the "
        "polygons that are measured, most of it water in Kherson oblast."
    )


def bad_address(name: str, found: str, allowed: str) -> str:
    """That the page's address asked for what there is not."""
    asked = plain(f"{name}={found[:40]}")
    return (
        f"The link asks for {asked}, which there is not; there is {allowed}. The default is shown."
    )


def as_last_drawn(last: date) -> str:
    """That a layer is not of the day shown."""
    return f"as last reported on {day(last)}"


def population(people: int) -> str:
    """How many people live in a place by GeoNames, for most of them before the war."""
    return f"{people:,} people (GeoNames)"


def cite_day(
    rows: Sequence[Comparison], on: date, basis_of: str, contested: str, by_source: str
) -> list[str]:
    """The first page's figures in sentences; the last row is of all four."""
    *each, every = rows
    what = f"Russian-{counted(contested == 'in')}"
    apart = CONTESTED_CHOICES[contested]
    return [
        f"On {day(on)} {share(every.held_share)} of what Russia claims of Donetsk, Luhansk, "
        f"Kherson and Zaporizhzhia oblasts is {what}: {km2(every.held)} of {km2(every.claimed)} "
        f"({BASES[basis_of]}); {km2(every.gap)} are claimed and not held.",
        "; ".join(f"{r.name} {km2(r.held)} ({share(r.held_share)})" for r in each) + ".",
        f"Net change over 30 days: {change_km2(every.change_30d)}; over 365 days: "
        f"{change_km2(every.change_365d)}. Contested ground: {km2(every.contested)}, {apart}.",
        by_source,
    ]


def cite_changes(rows: Sequence[Change], start: date, end: date) -> list[str]:
    """Two days compared, in sentences; the last row is of all four."""
    *each, every = rows

    def told(row: Change) -> str:
        return f"{km2(row.gained_km2)} gained, {km2(row.lost_km2)} lost"

    return [
        f"From the end of {day(start)} to the end of {day(end)} (UTC) Russian-held ground in the "
        f"four oblasts changed by {change_km2(every.net_km2)}: {told(every)}.",
        "; ".join(f"{row.name} {told(row)}" for row in each) + ".",
    ]


def tooltip(row: Areas, status: Status, basis: str, note: str = "") -> tuple[str, ...]:
    """An oblast's area of a status on the map: name, status, area, share."""
    measure = f"{km2(row.km2(status))}, {share(row.share(status))} of the {BASES[basis]}"
    lines = [oblast(row.name), STATUS[status], measure]
    if status is Status.RUSSIAN_HELD and row.held_before_2022 is not None:
        lines.append(held_before(row.held_before_2022))
    if note:
        lines.append(note)
    return tuple(lines)


def rest_tooltip(row: Areas, basis: str, *, contested_known: bool) -> tuple[str, ...]:
    """What is not held in an oblast on the map."""
    title = STATUS[Status.UKRAINIAN_HELD] if contested_known else MAYBE_CONTESTED
    part = share(row.ukrainian_held / row.basis_km2)
    return (oblast(row.name), title, f"{km2(row.ukrainian_held)}, {part} of the {BASES[basis]}")


def changed_tooltip(
    name: str, layer: str, value: float, part: float, since: date
) -> tuple[str, ...]:
    """What changed in an oblast on the map: name, what, area, share of the polygon."""
    figures = f"{value:,.1f} km², {part:.2%} of the oblast".replace("%", " %")
    return (oblast(name), f"{CHANGED[layer]} {day(since)}", figures)


HOW, SOURCES, CREDITS = "How figures are made", "Sources", "Boundaries, land and places"
DEFINITIONS = """
- **Claimed**: Russia declared the annexation of Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts
  on 30 September 2022. UN General Assembly resolution ES-11/4 rejects it as invalid. The claim is
  taken to be the whole of each oblast; for Kherson and Zaporizhzhia Moscow has never defined the
  border in detail. Ukraine's internationally recognised border is the frame throughout.
- **Russian-held** (held): ground that the source assesses to be under Russian control. The part
  *held before 2022* was so before 24 February 2022.
- **Contested**: ground that the source assigns to neither side. Where a source draws ground both as
  held and as contested, it counts as held.
- **Ukrainian-held**: the rest of the oblast. The part *liberated* had been Russian-held since
  February 2022.
- **Not reported** is not zero. A source that does not tell of contested ground leaves it unknown,
  and what is not held then includes it.
- **On a day** means the last snapshot at or before the end of that day in UTC. A day without one
  shows the snapshot before it, for up to 14 days, and says so; beyond that there is a gap.
"""


def how(told: Mapping[str, Any], cell_m: int | None) -> str:
    """How figures are made, with the error measured."""
    lines = [
        "Areas are geodesic on the WGS84 ellipsoid, in km². All the lines that the snapshots drew "
        "cut the oblasts into faces, each measured once; a day's figure is the sum of the faces "
        "that were held that day, so that figures add up.",
    ]
    if "measured_error_km2" in told:
        lines.append(
            f"Measured against a plain overlay of {told['measured_on_snapshots']} source files, "
            f"the record's areas are within {told['measured_error_km2']} km² an oblast."
        )
    if cell_m and "faces_without_geometry" in told:
        lines.append(
            f"The map is drawn from the {cell_m} m cells of controlmap's own equal-area grid; "
            f"{told['faces_without_geometry']:,} faces too thin for a cell, "
            f"{told['faces_without_geometry_km2']:,.0f} km² over all the years, count in the "
            "figures and are not drawn."
        )
    return "\n\n".join(lines)


def span(first: date, last: date, snapshots: int, gaps: int) -> str:
    """What time a source covers."""
    many = {0: "no gap", 1: "1 gap"}.get(gaps, f"{gaps} gaps")
    return f"{day(first)} to {day(last)}, {snapshots:,} snapshots, {many} of more than 14 days."


def reports(title: str, statuses: Iterable[Status]) -> str:
    """What one kind of a source's files tells."""
    told = ", ".join(STATUS[s] for s in Status if s in set(statuses))
    return f"- **{title}**: {told}"


def credit(title: str, who: str, terms: str, method: str) -> str:
    """Whom an embedded file is from, under what terms, how it was made."""
    title, who, terms, method = map(plain, (title, who, terms, method))
    return f"- **{title}**: {who}. {terms}. {method}"


def own_record(path: str) -> str:
    """That the record is a person's own."""
    return f"The record in use is your own: {plain(path)}"


def hidden(first: date, last: date) -> str:
    """That a person's own record stands in place of the embedded one, which has other days too."""
    return (
        f"The record in use is your own; the embedded one, in whose place it stands, has "
        f"{day(first)} to {day(last)}. `controlmap update --since {first}` fetches what is missing."
    )
