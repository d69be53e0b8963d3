"""The words of the page of sources, and of a visitor's own layer, in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from controlmap.analysis.agreement import AgreementRow, Spread
from controlmap.core import limits
from controlmap.core.model import CARRY_LIMIT
from controlmap.sources import find_source, formats
from controlmap.words import markdown, text

_UNIT = re.compile(r"\s(km²|%)$")
TITLE = "Sources"
LEDE = (
    "One source is an opinion. Here several are laid over each other: what all of them assess as "
    "Russian-held, what some of them do, and where they part. Each is read at its own last date."
)
COMPARED = "Compared"
COMPARED_HELP = (
    "Sources with a record that tells what is held, no older on this day than "
    f"{CARRY_LIMIT.days} days."
)
ADVANCE = "Assessed advance"
ADVANCES = {"apart": "apart", "held": "counted as held", "contested": "counted as contested"}
ADVANCE_HELP = (
    "Ground where ISW sees Russian forces operate and does not assess that they control it. Other "
    "sources do not make that difference, so counted as held it may be nearer to theirs."
)
BAND = "By source, least to most"
BY_ALL, BY_ONE, LEAST_ALIKE = "Held by all", "Held by one alone", "Least alike"
TOO_FEW = (
    "Fewer than two sources are compared on this day. Choose another day, another set, or add your "
    "own layer below."
)
LAYERS = {
    "by-all": "Russian-held by all of them",
    "by-some": "By two or more, not by all",
    "by-one": "By one alone",
    "own": "Your own layer, held",
    "place-held": "Places Russian-held, by your layer",
    "place-contested": "Places contested, by your layer",
    "place-rest": "Places Ukrainian-held, by your layer",
    **{name: text.LAYERS[name] for name in ("oblasts", "claim", "places", "tiles")},
}
PLACED = {
    "place-held": "Russian-held",
    "place-contested": "Contested",
    "place-rest": "Ukrainian-held",
}
CLASSES = {"by-all": "all", "by-some": "some", "by-one": "one"}
COLUMNS = ("Oblast", "By all", "By some", "By one", "By none", "Held share")
CAPTION = "Russian-held ground by how many sources assess it so, km²; shares as each of them says"
PAIR_COLUMNS = ("Sources", "Jaccard index", "Apart, km²")
PAIR_CAPTION = "How alike two sources are: shared held ground over all that either holds; 1 is same"
PATCH_COLUMNS = ("Near", "Held by", "Area, km²")
PATCH_CAPTION = "Where they disagree most: the largest pieces that some hold and others do not"
EACH = "What each source is"
COMPUTED = (
    "Areas by agreement are counted on points 250 m apart, and drawn more coarsely; they differ "
    "from an exact overlay by a few km² an oblast. Records that are themselves generalised add "
    "slivers along the line of contact: some of what one source alone holds is that."
)
NO_RECORD = "No record of it here: its files are read with `controlmap build --source {}`."

OWN_TITLE = "Your own layer"
OWN_LEDE = (
    f"{', '.join(formats.FORMATS)}, or a file of a source above, up to {limits.UPLOAD_MB} MB; a "
    "legend in TOML may come with it. It is read in memory, measured and compared like any source "
    "in this session alone, and never stored."
)
OWN_FILE = "Drop a file here"
OWN_DAY = "It shows the state of"
OWN_COLUMN = "What it is, is told by"
OWN_WHOLE = "nothing: all of it is one status"
OWN_WHOLE_IS = "All of it is"
OWN_GUESS = "This is a guess from words and colours; change what is wrong."
OWN_OPINION = "Holder according to"
OPINIONS_CAPTION = "Places of the four oblasts by who holds them, opinion by opinion"
OPINIONS_COLUMNS = ("Opinion", "Russian-held", "Contested", "Ukrainian-held", "Not told")
OWN_REST = "{} more values are left out; say what they are in a legend (TOML)."
OWN_TOO_MANY = "One layer is read at a time, with one legend (.toml) at most."
OWN_CAPTION = (
    "Your own layer, km² by status; what it does not tell is not reported. Ground that it does not "
    "draw counts as not held: a layer of a part of the region says nothing of the rest"
)
OWN_APART = (
    "Your own layer counts as not held wherever it draws nothing. It is compared below, and left "
    "out of the shares and of the band over sources."
)
STATUSES = {**{status.value: name for status, name in text.STATUS.items()}, "ignore": "left out"}


def headline(low: float, high: float) -> str:
    """The band of a share."""
    return text.share(low) if round(low, 3) == round(high, 3) else _range(low, high)


def _range(low: float, high: float) -> str:
    return f"{low * 100:.1f} to {text.share(high)}"


def of_sources(count: int) -> str:
    """What the band is of."""
    by = "1 source" if count == 1 else f"{count} sources"
    return f"of the claim is Russian-held, by {by}"


def band(shares: Mapping[str, float]) -> str:
    """The shares of an oblast as a range."""
    return headline(min(shares.values()), max(shares.values()))


def cite_shares(shares: Mapping[str, float]) -> str:
    """Each source's held share, in a sentence."""
    listed = (f"{find_source(s).title} {text.share(value)}" for s, value in shares.items())
    return f"Russian-held share by source: {', '.join(listed)}."


def cite(found: Sequence[AgreementRow], spread: Spread, count: int) -> list[str]:
    """How sources agree, in sentences; the last row is of all four."""
    every = found[-1]
    some = f", by some {text.km2(every.by_some)}" if count > 2 else ""
    return [
        f"Russian-held ground of the four oblasts by {count} sources: by all of them "
        f"{text.km2(every.by_all)}{some}, by one alone {text.km2(every.by_one)}, by none "
        f"{text.km2(every.by_none)}, counted on points 250 m apart.",
        cite_shares(spread.shares),
    ]


def between(values: Sequence[float], told: Callable[[float], str]) -> str:
    """The least and the most of a figure over sources, as `told`; "" where all tell the same."""
    ends = [told(end(values)) for end in (min, max)] if values else [""] * 2
    return "" if ends[0] == ends[1] else f"{_UNIT.sub('', ends[0])} to {ends[1]}"


def by_source(values: Sequence[float], told: Callable[[float], str]) -> str:
    """As `between`, in words that stand below a figure."""
    return f"sources {ends}" if (ends := between(values, told)) else ""


def ages(known: Iterable[tuple[str, date, int]]) -> str:
    """Which sources a band is of: title, day of the state, age in days."""
    listed = ", ".join(
        f"{title} of {text.day(observed)}" + (f" ({text.days(age)} old)" if age else "")
        for title, observed, age in known
    )
    return f"Sources: {listed}. Where they part is on the page of sources."


def alike(jaccard: float, titles: Sequence[str]) -> str:
    """Two sources and how alike they are."""
    return f"{' and '.join(titles)}, {jaccard:.3f}"


def used(day: date, observed: date, age_days: int) -> str:
    """Which state of a source is used on a day."""
    if not age_days:
        return f"On {text.day(day)}: its state of that day."
    return f"On {text.day(day)}: its state of {text.day(observed)}, {text.days(age_days)} old."


def too_old(observed: date, age_days: int) -> str:
    """That a source is not compared."""
    return f"Not compared: its last state is of {text.day(observed)}, {text.days(age_days)} before."


def begins_later(first: date) -> str:
    """That a source has nothing yet on a day."""
    return f"Not compared: its record begins on {text.day(first)}."


def completed(told: Mapping[str, Any]) -> str:
    """That a source's states were completed, where they were."""
    if "completed_snapshots" not in told:
        return ""
    return (
        f"{told['completed_snapshots']} of its states leave out what was held before 24 February "
        f"2022; {text.km2(told['completed_km2'])} were completed."
    )


def near(name: str, km: float) -> str:
    """Where a piece of ground is."""
    return name if km < 1 else f"{name}, {km:.0f} km"


def patch_tooltip(kind: str, km2: float) -> tuple[str, ...]:
    """What a class of ground is on the map."""
    return (LAYERS[kind], f"{text.km2(km2)} in all four oblasts")


def own_tooltip(name: str, km2: float, share: float) -> tuple[str, ...]:
    """An oblast's held ground in a visitor's own layer."""
    return (text.oblast(name), OWN_TITLE, f"{text.km2(km2)}, {text.share(share)} of the oblast")


def placed_tooltip(layer: str, name: str, opinion: str) -> tuple[str, ...]:
    """A place in a visitor's own layer, and who holds it by which opinion."""
    return name, PLACED[layer], f"{OWN_OPINION}: {opinion}"


def own_elsewhen(observed: date, day: date) -> str:
    """That a visitor's layer is of another time than the page."""
    return (
        f"Your layer shows {text.day(observed)} and is not compared on {text.day(day)}: choose a "
        f"day from then on, up to {CARRY_LIMIT.days} days later."
    )


def own_of(name: str, day: date, warnings: Iterable[str]) -> list[str]:
    """What was read of a visitor's file, and what could not be; as Markdown."""
    said = [f"**{markdown.plain(name)}**, state of {text.day(day)}."]
    return said + [f"- {markdown.plain(warning)}" for warning in warnings]
