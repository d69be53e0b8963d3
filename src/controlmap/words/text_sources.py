"""The sentences of the page of sources, and of a visitor's own layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from controlmap.core import limits
from controlmap.core.model import CARRY_LIMIT, Status
from controlmap.sources import find_source, formats
from controlmap.words import markdown, notes, numbers, text
from controlmap.words.catalog import Message, Text, ngettext
from controlmap.words.catalog import gettext as _

TITLE = Message("Sources")
LEDE = Message(
    "One source is an opinion. Here several are compared: what all of them assess as Russian-held, "
    "what some of them do, and where they differ. Each is read at its own last date."
)
COMPARED = Message("Compared")
COMPARED_HELP = Message(
    "Sources with a record of Russian-held ground that is at most {count} days old on this day."
)(count=CARRY_LIMIT.days)
ADVANCE = Message("Assessed advance")
ADVANCES = {
    "apart": Message("separate"),
    "held": Message("counted as held"),
    "contested": Message("counted as contested"),
}
ADVANCE_HELP = Message(
    "Ground where ISW sees Russian forces operate and does not assess that they control it. Other "
    "sources do not make this distinction; counted as held it may be closer to theirs."
)
BAND = Message("By source, least to most")
BY_ALL, BY_ONE = Message("Held by all"), Message("Held by one alone")
LEAST_ALIKE = Message("Least alike")
TOO_FEW = Message(
    "Fewer than two sources are compared on this day. Choose another day or more sources, or add "
    "your own layer below."
)
LAYERS = {
    "by-all": Message("Russian-held by all of them"),
    "by-some": Message("By two or more, not by all"),
    "by-one": Message("By one alone"),
    "own": Message("Your own layer, held"),
    "place-held": Message("Places Russian-held, by your layer"),
    "place-contested": Message("Places contested, by your layer"),
    "place-rest": Message("Places Ukrainian-held, by your layer"),
    **{name: text.LAYERS[name] for name in ("water", "oblasts", "claim", "places", "tiles")},
}
PLACED = {
    "place-held": text.STATUS[Status.RUSSIAN_HELD],
    "place-contested": text.STATUS[Status.CONTESTED],
    "place-rest": text.STATUS[Status.UKRAINIAN_HELD],
}
CLASSES = {"by-all": "all", "by-some": "some", "by-one": "one"}
COLUMNS = (
    text.OBLAST,
    Message("By all"),
    Message("By some"),
    Message("By one"),
    Message("By none"),
    Message("Held share"),
)
CAPTION = Message(
    "Russian-held ground by how many sources assess it so, km²; shares as each source assesses them"
)
PAIR_COLUMNS = (Message("Sources"), Message("Jaccard index"), Message("Difference, km²"))
PAIR_CAPTION = Message(
    "How alike two sources are: held ground of both over held ground of either; 1 is identical"
)
PATCH_COLUMNS = (Message("Near"), Message("Held by"), Message("Area, km²"))
PATCH_CAPTION = Message(
    "Where they disagree most: the largest areas that some assess as held and others do not"
)
EACH = Message("What each source is")
COMPUTED = Message(
    "Areas by agreement are measured on the lines of all sources together; the map shows them "
    "generalised, with slivers along the line of contact."
)
COMPUTED_ON_POINTS = Message(
    "Areas by agreement are counted on points 250 m apart, and the map shows them more coarsely; "
    "they differ from an exact overlay by a few km² an oblast. Records that are themselves "
    "generalised add slivers along the line of contact, which are part of what one source alone "
    "holds."
)
ON_POINTS = Message("These areas are counted on points 250 m apart.")
NO_RECORD = Message(
    "No record here: `controlmap build --source {source}` reads its files, and `controlmap update "
    "--source {source}` fetches them where it has a feed."
)

OWN_TITLE = Message("Your own layer")
OWN_LEDE = Message(
    "{formats}, or a file of a source above, up to {limit} MB; a legend in TOML may come with it. "
    "It is read in memory, measured and compared like any source, in this session alone, and never "
    "stored. All files of a session together are up to {session} MB."
)(formats=tuple(formats.FORMATS), limit=limits.UPLOAD_MB, session=limits.UPLOAD_SESSION_MB)
OWN_OFF = Message(
    "This server takes no files. Measure one with `controlmap areas --input FILE`, or with a "
    "dashboard on your own machine."
)
OWN_CHOOSE = Message("Choose what its areas mean; nothing is measured until then.")
OWN_PLACEHOLDER = Message("not chosen")
OWN_REMOVE = Message("Remove")
OWN_ENCODING = Message("Encoding of its texts")
OWN_FILE = Message("Drop a file here")
OWN_DAY = Message("Date it shows")
OWN_COLUMN = Message("Status column")
OWN_WHOLE = Message("none: all of it has one status")
OWN_WHOLE_IS = Message("Status of all of it")
OWN_GUESS = Message("This is a guess from words and colours; change what is wrong.")
OWN_OPINION = Message("Holder according to")
OPINIONS_CAPTION = Message("Places of the four oblasts by who holds them, opinion by opinion")
OPINIONS_COLUMNS = (
    Message("Opinion"),
    Message("Russian-held"),
    Message("Contested"),
    Message("Ukrainian-held"),
    Message("Not reported"),
)
OWN_TOO_MANY = Message("One layer is read at a time, with one legend (.toml) at most.")
OWN_CAPTION = Message(
    "Your own layer, km² by status; what it does not report is unknown. Ground outside its areas "
    "counts as not held: a layer of a part of the region says nothing about the rest"
)
OWN_APART = Message(
    "Ground outside the areas of your own layer counts as not held. The layer is compared below, "
    "and left out of the shares and of the range over sources."
)
STATUSES = {
    **{status.value: name for status, name in text.STATUS.items()},
    "ignore": Message("left out"),
}


def own_kept(name: str) -> str:
    """Return that a visitor's file is kept, by its name."""
    return _("Kept for this session: {name}", name=name)


def own_reading(seconds: int) -> str:
    """Return that a visitor's file is being read, and since when."""
    return _("Reading the file: {seconds} s", seconds=seconds)


def own_rest(count: int) -> str:
    """Return that further values of a visitor's file have no control of their own."""
    return ngettext(
        "{count} more value is left out; give its status in a legend (TOML).",
        "{count} more values are left out; give their statuses in a legend (TOML).",
        count,
    )


def headline(low: float, high: float) -> str:
    """Return the range of a share."""
    if round(low, 3) == round(high, 3):
        return text.share(low)
    return _("{low} to {high}", low=numbers.number(low * 100, 1), high=text.share(high))


def of_sources(count: int) -> str:
    """Return what the range is of."""
    return ngettext(
        "of the claim is Russian-held, by {count} source",
        "of the claim is Russian-held, by {count} sources",
        count,
    )


def band(shares: Mapping[str, float]) -> str:
    """Return the shares of an oblast as a range."""
    return headline(min(shares.values()), max(shares.values()))


def cite_shares(shares: Mapping[str, float]) -> str:
    """Return each source's held share, in a sentence."""
    listed = tuple(f"{find_source(s).title} {text.share(value)}" for s, value in shares.items())
    return _("Russian-held share by source: {shares}.", shares=listed)


def cite(
    by_all: float,
    by_some: float,
    by_one: float,
    by_none: float,
    shares: Mapping[str, float],
    count: int,
    *,
    basis: str,
    is_exact: bool,
) -> list[str]:
    """Return how so many sources agree on the four oblasts (km2), in sentences."""
    template = Message(
        "Russian-held ground of the four oblasts by {count} sources: by all of them "
        "{by_all:km2} km², by one alone {by_one:km2} km², by none {by_none:km2} km²."
    )
    if count > 2:
        template = Message(
            "Russian-held ground of the four oblasts by {count} sources: by all of them "
            "{by_all:km2} km², by some {by_some:km2} km², by one alone {by_one:km2} km², by "
            "none {by_none:km2} km²."
        )
    areas = template(count=count, by_all=by_all, by_some=by_some, by_one=by_one, by_none=by_none)
    how = () if is_exact else (str(ON_POINTS),)
    return [str(areas), *how, *map(str, notes.BASIS[basis]), cite_shares(shares)]


def alike(jaccard: float, one: str, other: str) -> str:
    """Return two sources and how alike they are."""
    return _("{one} and {other}, {index:.3f}", one=one, other=other, index=jaccard)


def used(day: date, observed: date, age_days: int) -> str:
    """Return which snapshot of a source is used on a day."""
    if not age_days:
        return _("On {day}: its snapshot of that day.", day=day)
    return ngettext(
        "On {day}: its snapshot of {observed}, {count} day old.",
        "On {day}: its snapshot of {observed}, {count} days old.",
        age_days,
        day=day,
        observed=observed,
    )


def too_old(observed: date, age_days: int) -> str:
    """Return that a source is not compared."""
    return ngettext(
        "Not compared: its last snapshot is of {observed}, {count} day earlier.",
        "Not compared: its last snapshot is of {observed}, {count} days earlier.",
        age_days,
        observed=observed,
    )


def begins_later(first: date) -> str:
    """Return that a source has nothing yet on a day."""
    return _("Not compared: its record begins on {day}.", day=first)


def completed(figures: Mapping[str, Any]) -> str:
    """Return that a source's snapshots were supplemented, where they were."""
    if "completed_snapshots" not in figures:
        return ""
    return ngettext(
        "{count} of its snapshots leaves out what was held before 24 February 2022; "
        "{area:km2}\N{NO-BREAK SPACE}km² were added to it.",
        "{count} of its snapshots leave out what was held before 24 February 2022; "
        "{area:km2}\N{NO-BREAK SPACE}km² were added to them.",
        figures["completed_snapshots"],
        area=figures["completed_km2"],
    )


def near(name: str, km: float) -> str:
    """Return where a piece of ground is."""
    return name if km < 1 else _("{place}, {distance:.0f} km", place=name, distance=km)


def patch_tooltip(kind: str, km2: float) -> tuple[str, ...]:
    """Return what a class of ground is on the map."""
    area = _("{area:km2}\N{NO-BREAK SPACE}km² in all four oblasts", area=km2)
    return (str(LAYERS[kind]), area)


def own_tooltip(name: str, km2: float, share: float) -> tuple[str, ...]:
    """Return an oblast's held ground in a visitor's own layer."""
    return (text.oblast(name), str(OWN_TITLE), text.of_oblast(km2, share))


def placed_tooltip(layer: str, name: str, opinion: str) -> tuple[str, ...]:
    """Return a place in a visitor's own layer, and who holds it by which opinion."""
    return name, str(PLACED[layer]), _("Holder according to: {opinion}", opinion=opinion)


def own_elsewhen(observed: date, day: date) -> str:
    """Return that a visitor's layer is of another time than the page."""
    return _(
        "Your layer shows {observed} and is not compared on {day}: choose a day from {observed} "
        "on, up to {count} days later.",
        observed=observed,
        day=day,
        count=CARRY_LIMIT.days,
    )


def own_of(name: str, day: date, warnings: Iterable[Text]) -> list[str]:
    """Return what was read of a visitor's file, and what could not be; as Markdown."""
    title = _("**{file}**, as of {day}.", file=markdown.plain(name), day=day)
    return [title, *(f"- {markdown.plain(str(warning))}" for warning in warnings)]
