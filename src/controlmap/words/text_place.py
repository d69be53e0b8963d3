"""The words of the page of one place."""

from __future__ import annotations

from datetime import date

from controlmap.analysis.place_history import NOT_HELD, NOT_KNOWN
from controlmap.core.model import Status
from controlmap.words.text import LAYERS, MAYBE_CONTESTED, STATUS, day, oblast

TITLE = "A place"
LEDE = (
    "Who held a settlement or a point from when to when, and how far it was from the nearest "
    "Russian-held ground, as the source assesses it."
)
WHERE = "Settlement, or LON,LAT"
WHERE_HELP = (
    "A name in English or Ukrainian, with or without diacritics; “Name, Oblast” tells doubles "
    "apart. Or click on the map."
)
EXAMPLE = "Kostiantynivka"
EXAMPLES = ("Kostiantynivka", "Bakhmut", "Kherson", "Avdiivka", "Huliaipole")
TRY = "Type a name, click on the map, or try one:"
ON = "Map as of (UTC)"
OTHERS = "Also of that name:"
DISTANCE = "To the nearest Russian-held ground"
CHANGE_30D, CHANGE_365D = "30 days before", "365 days before"
POPULATION = "People (GeoNames)"
SPELLS_CAPTION = "Who held it"
COLUMNS = ("Status", "From", "Until", "For")
CHART = {
    "date": "Day (UTC)",
    "km": "km to held ground",
    "from": "From",
    "until": "Until",
    "gap": "No snapshot for more than 14 days: not known",
    "carried": "No snapshot on this day: the one before is carried forward",
}
LAYER_NAMES = {
    **{name: LAYERS[name] for name in ("rest", "held", "advance", "contested")},
    **{name: LAYERS[name] for name in ("oblasts", "claim", "places")},
    "chosen": "The place chosen",
    "tiles": LAYERS["tiles"],
}
STATUSES = {
    Status.RUSSIAN_HELD.value: STATUS[Status.RUSSIAN_HELD],
    Status.CONTESTED.value: STATUS[Status.CONTESTED],
    Status.UKRAINIAN_HELD.value: STATUS[Status.UKRAINIAN_HELD],
    Status.ASSESSED_ADVANCE.value: STATUS[Status.ASSESSED_ADVANCE],
    NOT_HELD: MAYBE_CONTESTED,
    NOT_KNOWN: "Not known: no snapshot",
}

NOW = {**STATUSES, NOT_HELD: LAYERS["rest"], NOT_KNOWN: "Not known"}
_OR_LONGER = {
    None: ", when the record begins, or longer",
    NOT_KNOWN: ", when there is a snapshot again, or longer",
}


def where(name: str, name_uk: str, of_oblast: str) -> str:
    """A settlement by both names and its oblast."""
    both = f"{name} ({name_uk})" if name_uk else name
    return f"{both}, {oblast(of_oblast)}"


def point(lon: float, lat: float, of_oblast: str) -> str:
    """A point by its degrees and its oblast."""
    return f"{degrees(lon, lat)}, {oblast(of_oblast)}"


def degrees(lon: float, lat: float) -> str:
    """A point by its degrees."""
    return f"{lat:.4f}° N, {lon:.4f}° E"


def since(value: date, before: str | None) -> str:
    """Since when a place has its status, by the one it had before; None where there is none."""
    return f"since {day(value)}{_OR_LONGER.get(before, '')}"


def km(value: float | None) -> str:
    """A distance, or that it is not known."""
    if value is None:
        return "not known"
    return f"{value:,.1f}\N{NO-BREAK SPACE}km" if value else "0\N{NO-BREAK SPACE}km: held"


def cite(name: str, status: str, since: str, away: str) -> list[str]:
    """A place in sentences."""
    return [f"{name}: {NOW[status]} {since}. {DISTANCE}: {away}."]


def until(value: date | None, last: date) -> str:
    """Until when a spell lasted, or that it still does on the record's last day."""
    return day(value) if value else f"still so on {day(last)}"


def precise(cell_m: int | None) -> str:
    """How good the lines are."""
    if cell_m is None:
        return "Lines are those of the source."
    return (
        f"Lines are good to about {cell_m} m: for a place that is nearer to one, ask a record at "
        "full detail."
    )
