"""The sentences that pages and commands share; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from controlmap.core.model import Status
from controlmap.core.version import __version__
from controlmap.geo import water
from controlmap.words import markdown, notes, numbers
from controlmap.words.catalog import Figure, Message, Text, ngettext
from controlmap.words.catalog import gettext as _

OVERVIEW = Message("Claimed and held")
METHOD = Message("Method")
MAP_PAGE = Message("Map")
PAGES = Message("Pages")
LEDE = Message(
    "On 30 September 2022 Russia declared four Ukrainian oblasts annexed, a claim to the whole of "
    "each that UN General Assembly resolution "
    "[ES-11/4](https://docs.un.org/A/RES/ES-11/4) rejects. "
    "This is how much of the claim its forces hold."
)

CHANGES = Message("What changed")
CHANGES_LEDE = Message(
    "What became Russian-held between two days, and what ceased to be, as the source assesses it. "
    "Ground that became contested ceased to be Russian-held."
)
AT = Message("Point")
AT_EXAMPLE = Message("longitude,latitude in degrees")
SINCE_DAY_BEFORE = Message("Since the day before")
SINCE_VISIT = Message("Since your last visit, {day}")
SHOW_ALL_CHANGES = Message("Zoom to all changes")
PATCHES = Message("Where, the largest first")
SETTLEMENTS = Message("Settlements that changed hands")
SETTLEMENTS_NOTE = Message(
    "Of 500 people or more, each judged by its central point, whatever became of its outskirts."
)
MORE_CHANGES = Message("Every patch and settlement, on the map")
NO_SETTLEMENT = Message("No settlement of 500 people or more changed hands by its central point.")
PATCH_LIST = Message("All patches as a table")
PATCHES_CAPTION = Message(
    "Ground that hangs together, by its nearest settlement, and which sources show more than half "
    "of it"
)
FROM, TO = Message("From the end of (UTC)"), Message("To the end of (UTC)")
GAINED, LOST = Message("Became Russian-held"), Message("Ceased to be Russian-held")
CHANGE_KINDS = {"gained": GAINED, "lost": LOST}
OBLAST = Message("Oblast")
CHANGES_CAPTION = Message("Russian-held ground gained and lost, km²")
DATE = Message("Date (UTC)")
SOURCE = Message("Source")
SOURCE_HELP = Message(
    "Whose assessment is shown. The page Sources shows how far the sources agree."
)
PREVIOUS, NEXT, LATEST = Message("Day before"), Message("Day after"), Message("Latest")
BASIS = Message("Shares of")
BASES = {
    "polygon": Message("polygon area"),
    "official": Message("official area"),
    "land": Message("land area"),
}
GAP_LAND, GAP_WATER = Message("Not held, land"), Message("Not held, water")
BASIS_HELP = Message(
    "The total that shares are taken of. Polygon area: the geodesic area of the boundary that "
    "statuses are measured in. Official area: Ukraine's statistical figure, larger for Kherson "
    "because it includes the waters of the Syvash and the limans. Land area: lakes and reservoirs "
    "left out of every figure."
)
CITE = Message("Copy as a citation")
DOWNLOAD = Message("Download")
GROUND_GENERALISED = Message(
    "The ground is generalised to cells of {cell_m} m, its areas are exact. Full detail is only in "
    "a record of your own: controlmap update builds one."
)
GROUND_AT_FULL_DETAIL = Message(
    "The ground is at full detail, out of the record of who runs this dashboard: the source's "
    "terms say whether it may be passed on."
)
CONTESTED = Message("Contested ground")
CONTESTED_CHOICES = {"out": Message("separate"), "in": Message("counted as held")}
CONTESTED_HELP = Message("Ground that the source assigns to neither side.")

BEFORE_CLAIM = Message(
    "This day is before the declaration of 30 September 2022: shares are of the territory that was "
    "claimed then."
)
READERS_CHANGE = Message(
    "The ends of the 30- or 365-day change come from two kinds of the source's files, whose dates "
    "may differ by a day or two."
)
CONTESTED_KM2 = Message("Contested")
NOT_REPORTED = Message("not reported")
NOT_KNOWN = Message("not known")
NOT_RECORDED = Message("not recorded by the archive")
PARTS = {
    "held": Message("Russian-held"),
    "contested": Message("Contested"),
    "rest": Message("Not Russian-held"),
}

MAP = {
    "map": Message("Map of control in Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts"),
    "layers": Message("Layers and legend"),
    "zoom_in": Message("Zoom in"),
    "zoom_out": Message("Zoom out"),
    "tiles_failed": Message("The tile basemap cannot be reached; it was switched off."),
    "background_failed": Message("The background of the map could not be loaded; reload the page."),
    "wheel": Message("Hold Ctrl to zoom with the wheel"),
    "touch": Message("Use two fingers to move the map"),
    "beyond": Message("Beyond the four oblasts: not shown"),
}
NAMES = (  # what lies round the four oblasts: longitude and latitude, words
    ((39.6, 47.5), (Message("Russia"),)),
    ((34.1, 45.62), (Message("Crimea"), Message("not part of this record"))),
    ((36.7, 46.2), (Message("Sea of Azov"),)),
    ((31.9, 45.85), (Message("Black Sea"),)),
    ((34.6, 48.45), (Message("Dnipropetrovsk"), Message("oblast"))),
    ((36.6, 49.6), (Message("Kharkiv"), Message("oblast"))),
    ((32.0, 47.45), (Message("Mykolaiv"), Message("oblast"))),
)
LAYERS = {
    "rest": Message("Not Russian-held"),
    "held": Message("Russian-held"),
    "held-before-2022": Message("Held before 24 February 2022"),
    "advance": Message("Assessed Russian advance"),
    "contested": Message("Contested, held by neither"),
    "infiltration": Message("Infiltration"),
    "claimed-control": Message("Claimed by Moscow, not confirmed"),
    "liberated": Message("Liberated since 2022"),
    "gained": Message("Newly Russian-held, 30 days"),
    "lost": Message("No longer held, 30 days"),
    "changed-hands": Message("When it changed hands"),
    "water": Message("Lakes and reservoirs, as before the war"),
    "oblasts": Message("Oblast boundaries"),
    "claim": Message("Russia's claim of 2022"),
    "places": Message("Cities and towns, by size"),
    "tiles": Message("Tile basemap, online"),
}
CHANGE_LAYERS = {
    "rest": Message("Not Russian-held on the later day"),
    "held": Message("Russian-held on the later day"),
    "advance": Message("Assessed Russian advance, later day"),
    "contested": Message("Contested on the later day"),
    "gained": GAINED,
    "lost": LOST,
    **{name: LAYERS[name] for name in ("water", "oblasts", "claim", "places", "tiles")},
}
CHANGED = {
    "gained": Message("Russian-held now, not on {day}"),
    "lost": Message("Not Russian-held now, but on {day}"),
}
TILES_CREDIT = Message("© OpenStreetMap contributors")
CREDITS_OF_MAP = (
    ("Natural Earth", "https://www.naturalearthdata.com"),
    ("GeoNames (CC BY 4.0)", "https://www.geonames.org"),
    (water.CREDIT, water.CREDIT_URL),
    ("Leaflet", "https://leafletjs.com"),
)

SPEEDS = {
    7: Message("1 week a second"),
    14: Message("2 weeks a second"),
    30: Message("1 month a second"),
    91: Message("3 months a second"),
    182: Message("6 months a second"),
}

MAYBE_CONTESTED = Message("Not Russian-held; contested ground is not reported")
STATUS = {
    Status.RUSSIAN_HELD: Message("Russian-held"),
    Status.HELD_BEFORE_2022: Message("Held before 24 February 2022"),
    Status.CONTESTED: Message("Contested"),
    Status.LIBERATED: Message("Liberated"),
    Status.UKRAINIAN_HELD: Message("Ukrainian-held"),
    Status.ASSESSED_ADVANCE: Message("Assessed advance"),
    Status.INFILTRATION: Message("Infiltration"),
    Status.CLAIMED_CONTROL: Message("Claimed by Moscow, not confirmed"),
}
plain = markdown.plain
day = numbers.day


def snapshots(count: int) -> str:
    """Return a number of snapshots."""
    return ngettext("{count} snapshot", "{count} snapshots", count)


MOST_DAYS, DAYS_OF_YEAR = 1000, 365.25
"""More days are given in years."""


def days(count: float) -> str:
    """Return a number of days, in years beyond `MOST_DAYS`."""
    if count > MOST_DAYS:
        return _("{years:,.1f} years", years=count / DAYS_OF_YEAR)
    return ngettext("{count} day", "{count} days", round(count))


def oblast(name: str) -> str:
    """Return an oblast's name as a title."""
    return _("{name} oblast", name=name)


OBLASTS = {
    "UA-14": Message("Donetsk"),
    "UA-09": Message("Luhansk"),
    "UA-65": Message("Kherson"),
    "UA-23": Message("Zaporizhzhia"),
    "all": Message("All four oblasts"),
}
"""By their ISO codes, and all of them."""


def named(iso: str) -> str:
    """Return the name of an oblast, or of all four, by the ISO code or "all"."""
    return str(OBLASTS[iso])


def km2(value: float | None) -> str:
    """Return an area, or that it is not reported."""
    if value is None:
        return str(NOT_REPORTED)
    return _("{area:km2}\N{NO-BREAK SPACE}km²", area=value)


def changed_km2(value: float | None) -> str:
    """Return an area that changed hands, or that it is not known."""
    return str(NOT_KNOWN) if value is None else _("{area:1km2}\N{NO-BREAK SPACE}km²", area=value)


def share(value: float | None) -> str:
    """Return a share as a percentage, or that it is not reported."""
    return str(NOT_REPORTED) if value is None else numbers.percent(value, sign=" %")


def columns(both: bool) -> tuple[str, ...]:
    """Return the columns of what is claimed and held."""
    held = _("Held or contested") if both else _("Held")
    ends = (_("Share"), _("Gap"), _("Contested"), _("30 days"), _("365 days"), _("Redrawn"))
    return (str(OBLAST), _("Claimed"), held, *ends)


def last_days(count: int) -> str:
    """Return a preset of so many days."""
    return ngettext("Last {count} day", "Last {count} days", count)


def since(value: date) -> str:
    """Return a preset from a day on."""
    return _("Since {day}", day=value)


def nothing_then(title: str, chosen: date, first: date, last: date) -> str:
    """Return that a source has nothing of the day chosen, and what to choose."""
    if chosen > last:
        return _(
            "{source}: nothing after {last}. Choose an earlier day, or another source.",
            source=title,
            last=last,
        )
    return _(
        "{source}: nothing before {first}. Choose a later day, or another source.",
        source=title,
        first=first,
    )


def wrong_order(start: date, end: date) -> str:
    """Return that the first day is after the last."""
    return _(
        "From {start} to {end}: the first day is after the last; choose an earlier first day.",
        start=start,
        end=end,
    )


def change_km2(value: float | None) -> str:
    """Return a change of an area with its sign and unit, or that it is not known."""
    return str(NOT_KNOWN) if value is None else _("{change:+,.0f} km²", change=value)


def net_change(start: date, end: date) -> str:
    """Return of what, and between which days, a change is."""
    return _(
        "net change of Russian-held ground from the end of {start} to the end of {end}",
        start=start,
        end=end,
    )


def changed_from(start: date, end: date) -> str:
    """Return the title of what changed between two days."""
    return _("What changed from {start} to {end}", start=start, end=end)


def changed_in(
    name: str, gained: float, lost: float, near: Sequence[str], redrawn: date | None, start: date
) -> str:
    """Return in a sentence what changed in an oblast.

    Parameters
    ----------
    name
        The oblast's.
    gained, lost
        In km2.
    near
        The places nearest to what changed, that of the largest patch first.
    redrawn
        When its map was last redrawn; None where that is not known.
    start
        The day since which it is asked.
    """
    if not gained and not lost:
        if redrawn and redrawn <= start:
            return _("{name}: not redrawn since {day}.", name=name, day=redrawn)
        return _("{name}: no change of Russian-held ground.", name=name)
    if not near:
        return _(
            "{name}: {gained:1km2} km² became Russian-held, {lost:1km2} km² ceased to be.",
            name=name,
            gained=gained,
            lost=lost,
        )
    return _(
        "{name}: {gained:1km2} km² became Russian-held, {lost:1km2} km² ceased to be; the most "
        "near {places}.",
        name=name,
        gained=gained,
        lost=lost,
        places=list(near),
    )


def patch(change: str, area_km2: float, near: str, name: str, shown_by: Sequence[str]) -> str:
    """Return a patch of ground on one line: what became of it, where, and who shows it."""
    template = {
        "gained": Message("+{area:1km2} km² near {place}, {name} · {sources}"),
        "lost": Message("−{area:1km2} km² near {place}, {name} · {sources}"),
    }[change]
    return str(template(area=area_km2, place=near, name=name, sources=list(shown_by)))


def settlement(change: str, name: str, oblast_name: str) -> str:
    """Return a settlement that changed hands on one line."""
    template = {
        "gained": Message("{place}, {name}: became Russian-held"),
        "lost": Message("{place}, {name}: ceased to be Russian-held"),
    }[change]
    return str(template(place=name, name=oblast_name))


def smaller(count: int, area_km2: float) -> str:
    """Return how many patches are not listed, and their area in all."""
    return ngettext(
        "and {count} smaller, {area:1km2} km²",
        "and {count} smaller, {area:1km2} km² in all",
        count,
        area=area_km2,
    )


def held_before(value: float) -> str:
    """Return the part of what is held that was so before 2022."""
    return _("of which before 24 February 2022: {area:km2}\N{NO-BREAK SPACE}km²", area=value)


def as_of(source: str, reader_title: Text, observed: Figure, retrieved: datetime | None) -> str:
    """Return who says so, and the two dates."""
    return _(
        "Source: **{source}** ({reader}). Observed **{observed}**, retrieved {retrieved}.",
        source=source,
        reader=reader_title,
        observed=observed,
        retrieved=retrieved or NOT_RECORDED,
    )


def cited(
    lines: Iterable[str], assessed: Iterable[tuple[str, Figure, datetime | None, str]]
) -> str:
    """Return sentences with who assessed it, of when, by which record, and how it was measured."""
    whose = [
        str(notes.assessed(title, observed, retrieved or NOT_RECORDED, record))
        for title, observed, retrieved, record in assessed
    ]
    ends = (_("Source: {sources}.", sources="; ".join(whose)), measured_by())
    return "\n".join((*lines, *ends)).replace("\N{NO-BREAK SPACE}", " ")


def measured_by() -> str:
    """Return what measured the areas, and how."""
    return _("controlmap {version}; areas geodesic on WGS84.", version=__version__)


def carried(chosen: date, observed: date) -> str:
    """Return that a day has no snapshot of its own."""
    return _(
        "No snapshot on {day}: that of {observed} is carried forward.",
        day=chosen,
        observed=observed,
    )


def age_for_operator(source: str, age_days: int) -> str:
    """Return how old the newest snapshot is, and the remedy, to whoever runs the server."""
    return ngettext(
        "{source}: the newest snapshot is {count} day old; controlmap update --source {source} "
        "fetches newer ones",
        "{source}: the newest snapshot is {count} days old; controlmap update --source {source} "
        "fetches newer ones",
        age_days,
        source=source,
    )


def generalised(cell_m: int) -> str:
    """Return that the map is generalised."""
    return _("The map is generalised to {cell} m, figures are not.", cell=cell_m)


def in_place_of(error: str) -> str:
    """Return that the embedded record stands for a damaged one of somebody's own."""
    return _("{error}; the embedded record is used in its place.", error=error)


def generalised_for_operator(source: str, cell_m: int) -> str:
    """Return that the map is generalised, and how to have it in full, to who runs the server."""
    return _(
        "{source}: the map is generalised to {cell} m; controlmap update --source {source} builds "
        "one at full detail",
        source=source,
        cell=cell_m,
    )


def basis(chosen: str, total_km2: float) -> str:
    """Return over what shares are taken."""
    if chosen == "official":
        return _(
            "Shares are of the official area, {area:km2}\N{NO-BREAK SPACE}km² in all.",
            area=total_km2,
        )
    if chosen == "land":
        return _(
            "Shares are of the land, {area:km2}\N{NO-BREAK SPACE}km² in all; every area is without "
            "lakes and reservoirs.",
            area=total_km2,
        )
    return _(
        "Shares are of the polygon area, {area:km2}\N{NO-BREAK SPACE}km² in all.", area=total_km2
    )


def not_measured(excess_km2: float) -> str:
    """Return what is claimed, and in no polygon in which it could be held or not."""
    return _(
        "{area:km2}\N{NO-BREAK SPACE}km² by which the official areas exceed the polygons, most of "
        "it water in Kherson oblast, are not measured: neither held nor not held.",
        area=excess_km2,
    )


def bad_address(name: str, value: str, allowed: str) -> str:
    """Return that the page's address asks for what is not available."""
    return _(
        "{setting} in the link is not available; choose {allowed}. The default is shown.",
        setting=plain(f"{name}={value[:40]}"),
        allowed=allowed,
    )


def as_last_reported(last: date) -> str:
    """Return that a layer is not of the day shown."""
    return _("as last reported on {day}", day=last)


def population(people: int) -> str:
    """Return how many people live in a place by GeoNames, for most of them before the war."""
    return ngettext("{count} person (GeoNames)", "{count} people (GeoNames)", people)


def cite_day(
    on: date,
    *,
    both: bool,
    basis: str,
    share: float,
    held: float,
    claimed: float,
    gap: float,
    oblasts: Iterable[tuple[str, float, float]],
    change_30d: float | None,
    change_365d: float | None,
    contested: float | None,
    by_source: str,
) -> list[str]:
    """Return the first page's figures in sentences.

    Parameters
    ----------
    on
        The day.
    both
        Whether contested ground is counted as held.
    basis
        What shares are taken of: "polygon", "official" or "land".
    share, held, claimed, gap
        Of all four oblasts; areas in km2.
    oblasts
        Each oblast's name, held area in km2, and held share.
    change_30d, change_365d, contested
        Of all four oblasts in km2, None for what is not known.
    by_source
        The sentence with each source's own share.
    """
    template = Message(
        "On {day} {share:.1%} of what Russia claims of Donetsk, Luhansk, Kherson and Zaporizhzhia "
        "oblasts is Russian-held: {held:km2} km² of {claimed:km2} km² ({basis}); {gap:km2} km² "
        "are claimed and not held."
    )
    if both:
        template = Message(
            "On {day} {share:.1%} of what Russia claims of Donetsk, Luhansk, Kherson and "
            "Zaporizhzhia oblasts is Russian-held or contested: {held:km2} km² of {claimed:km2} "
            "km² ({basis}); {gap:km2} km² are claimed, and neither held nor contested."
        )
    area = Message("{name} {area:km2} km² ({share:.1%})")
    changes = _(
        "Net change over 30 days: {change_30d}; over 365 days: {change_365d}.",
        change_30d=change_km2(change_30d),
        change_365d=change_km2(change_365d),
    )
    return [
        str(template(day=on, share=share, held=held, claimed=claimed, basis=BASES[basis], gap=gap)),
        "; ".join(str(area(name=name, area=km2, share=part)) for name, km2, part in oblasts) + ".",
        " ".join((changes, _contested(contested, both=both))),
        by_source,
    ]


def _contested(area_km2: float | None, *, both: bool) -> str:
    area = km2(area_km2)
    if both:
        return _("Contested ground: {area}, counted as held.", area=area)
    return _("Contested ground: {area}, not counted as held.", area=area)


def cite_changes(
    start: date, end: date, changes: Sequence[tuple[str, float, float, float]]
) -> list[str]:
    """Return two days compared, in sentences.

    Parameters
    ----------
    start, end
        The two days.
    changes
        Name, gained, lost and net in km2: an oblast each, the last of all four.
    """
    *each, (_name, gained, lost, net) = changes
    row = Message("{name} {gained:1km2} km² gained, {lost:1km2} km² lost")
    return [
        _(
            "From the end of {start} to the end of {end} (UTC) Russian-held ground in the four "
            "oblasts changed by {net:+,.0f} km²: {gained:1km2} km² gained, {lost:1km2} km² lost.",
            start=start,
            end=end,
            net=net,
            gained=gained,
            lost=lost,
        ),
        "; ".join(str(row(name=name, gained=up, lost=down)) for name, up, down, _net in each) + ".",
    ]


def tooltip(
    name: str, what: Text, area_km2: float, part: float, basis: str, *more: str
) -> tuple[str, ...]:
    """Return an oblast's area of a status on the map: name, status, area and share, and more."""
    return (oblast(name), str(what), of_basis(area_km2, part, basis), *more)


def of_basis(area_km2: float, part: float, basis: str) -> str:
    """Return an area and its share of what shares are taken of."""
    if basis == "official":
        return _(
            "{area:km2}\N{NO-BREAK SPACE}km², {share:.1%} of the official area",
            area=area_km2,
            share=part,
        )
    if basis == "land":
        return _(
            "{area:km2}\N{NO-BREAK SPACE}km² of land, {share:.1%} of all of it",
            area=area_km2,
            share=part,
        )
    return _(
        "{area:km2}\N{NO-BREAK SPACE}km², {share:.1%} of the polygon area",
        area=area_km2,
        share=part,
    )


def of_oblast(area_km2: float, part: float) -> str:
    """Return an area and its share of an oblast."""
    return _(
        "{area:km2}\N{NO-BREAK SPACE}km², {share:.1%} of the oblast", area=area_km2, share=part
    )


def changed_tooltip(
    name: str, layer: str, value: float, part: float, since: date
) -> tuple[str, ...]:
    """Return what changed in an oblast on the map: name, what, area, share of the polygon."""
    figures = _("{area:1km2} km², {share:.2%} of the oblast", area=value, share=part)
    return (oblast(name), str(CHANGED[layer](day=since)), figures)


HOW, SOURCES = Message("How figures are made"), Message("Sources")
CREDITS = Message("Boundaries, land and places")
DEFINITIONS = Message("""
- **Claimed**: Russia declared the annexation of Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts
  on 30 September 2022. UN General Assembly resolution ES-11/4 rejects it as invalid. The claim is
  taken to be the whole of each oblast; Moscow has never defined the border of Kherson and
  Zaporizhzhia oblasts in detail. Ukraine's internationally recognised border is the frame
  throughout.
- **Russian-held** (held): ground that the source assesses to be under Russian control. The part
  *held before 2022* was so before 24 February 2022.
- **Contested**: ground that the source assigns to neither side. Ground that a source shows both as
  held and as contested counts as held.
- **Ukrainian-held**: the rest of the oblast. The part *liberated* had been Russian-held since
  February 2022.
- **Not reported** is not zero. Where a source does not report contested ground, its extent is
  unknown, and what is not held includes it.
- **On a day** means the last snapshot at or before the end of that day in UTC. A day without one
  shows the snapshot before it, for up to 14 days, and says so; after that there is a gap.
- **As of** is an instant where the source states one, as DeepState's map snapshots do, and a day
  where it does not. Of those snapshots 28 % are taken late in the evening, when it is the next day
  in Kyiv: then both days are given.
""")


def how(figures: Mapping[str, Any], cell_m: int | None) -> str:
    """Return how figures are made, with the error measured."""
    lines = [
        _(
            "Areas are geodesic on the WGS84 ellipsoid, in km². The lines of all snapshots cut the "
            "oblasts into faces, each measured once; a day's figure is the sum of the faces held "
            "that day, so figures add up. Pages round an area to 10 km², for sources lie hundreds "
            "apart, and what one source changed to 1 km²; exports keep all digits."
        )
    ]
    if "measured_error_km2" in figures:
        lines.append(
            _(
                "Compared with a plain overlay of {files} source files, the record's areas are "
                "within {error} km² an oblast.",
                files=figures["measured_on_snapshots"],
                error=str(figures["measured_error_km2"]),
            )
        )
    if cell_m and "faces_without_geometry" in figures:
        lines.append(
            _(
                "The map shows the {cell} m cells of controlmap's equal-area grid; {faces} faces "
                "too thin for a cell, {area:km2} km² over all the years, count in the figures and "
                "are not shown.",
                cell=cell_m,
                faces=figures["faces_without_geometry"],
                area=figures["faces_without_geometry_km2"],
            )
        )
    return "\n\n".join(lines)


def span(first: date, last: date, snapshots: int, gaps: int) -> str:
    """Return what time a source covers."""
    many = ngettext(
        "{first} to {last}, {count} snapshot", "{first} to {last}, {count} snapshots",
        snapshots, first=first, last=last,
    )  # fmt: skip
    if not gaps:
        return _("{span}, no gap of more than 14 days.", span=many)
    return ngettext(
        "{span}, {count} gap of more than 14 days.",
        "{span}, {count} gaps of more than 14 days.",
        gaps,
        span=many,
    )


def reports(title: Text, statuses: Iterable[Status]) -> str:
    """Return what one kind of a source's files reports."""
    listed = set(statuses)
    return f"- **{title}**: {', '.join(str(STATUS[s]) for s in Status if s in listed)}"


def credit(title: str, who: str, terms: str, method: str) -> str:
    """Return whom an embedded file is from, under what terms, how it was made."""
    title, who, terms, method = map(plain, (title, who, terms, method))
    return f"- **{title}**: {who}. {terms}. {method}"


def own_record(path: str) -> str:
    """Return that the record is a person's own."""
    return _("The record in use is your own: {path}", path=plain(path))


def hidden(source: str, first: date, last: date) -> str:
    """Return that an own record stands in place of the embedded one, to who runs the server."""
    return _(
        "{source}: your own record replaces the embedded one, which covers {first} to {last}; "
        "controlmap update --source {source} --from {first:iso} fetches what is missing",
        source=source,
        first=first,
        last=last,
    )


def ground_detail(cell_m: int | None) -> str:
    """Return how detailed ground is that a page offers, and why."""
    return str(GROUND_GENERALISED(cell_m=cell_m) if cell_m else GROUND_AT_FULL_DETAIL)
