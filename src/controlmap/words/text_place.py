"""The sentences of the page of one place."""

from __future__ import annotations

from datetime import date

from controlmap.core.model import Status
from controlmap.words import text_history
from controlmap.words.catalog import Message
from controlmap.words.catalog import gettext as _
from controlmap.words.text import LAYERS, MAYBE_CONTESTED, STATUS, oblast

TITLE = Message("A place")
LEDE = Message(
    "Who held a settlement or a point from when to when, and how far it was from the nearest "
    "Russian-held ground, as the source assesses it."
)
WHERE = Message("Settlement, or LON,LAT")
WHERE_HELP = Message(
    "A name in English or Ukrainian, with or without diacritics; add the oblast (“Name, Oblast”) "
    "where several places share a name. Or click on the map."
)
EXAMPLE = "Kostiantynivka"
EXAMPLES = ("Kostiantynivka", "Bakhmut", "Kherson", "Avdiivka", "Huliaipole")
TRY = Message("Type a name, click on the map, or try one:")
ON = Message("Map as of (UTC)")
MEANT = Message("Perhaps:")
OTHERS = Message("Other places of that name:")
DISTANCE = Message("To the nearest Russian-held ground")
CHANGE_30D, CHANGE_365D = Message("30 days before"), Message("365 days before")
POPULATION = Message("People (GeoNames)")
PERIODS_CAPTION = Message("Who held it")
COLUMNS = (Message("Status"), Message("From"), Message("Until"), Message("Duration"))
CHART = {
    "date": Message("Day (UTC)"),
    "km": Message("km to held ground"),
    "from": Message("From"),
    "until": Message("Until"),
    "gap": text_history.GAP,
    "carried": text_history.CARRIED,
}
LAYER_NAMES = {
    **{name: LAYERS[name] for name in ("rest", "held", "advance", "contested")},
    **{name: LAYERS[name] for name in ("water", "oblasts", "claim", "places")},
    "chosen": Message("The place chosen"),
    "tiles": LAYERS["tiles"],
}
STATUSES = {
    Status.RUSSIAN_HELD.value: STATUS[Status.RUSSIAN_HELD],
    Status.CONTESTED.value: STATUS[Status.CONTESTED],
    Status.UKRAINIAN_HELD.value: STATUS[Status.UKRAINIAN_HELD],
    Status.ASSESSED_ADVANCE.value: STATUS[Status.ASSESSED_ADVANCE],
    "not_russian_held": MAYBE_CONTESTED,
    "not_known": Message("Not known: no snapshot"),
}

NOW = {
    **STATUSES,
    "not_russian_held": LAYERS["rest"],
    "not_known": Message("Not known"),
}
_SINCE = {
    None: Message("since {day}, when the record begins, or longer"),
    "not_known": Message("since {day}, when snapshots resume, or longer"),
}


def distance_of(name: str, first: date, last: date) -> str:
    """Return what the chart of a place shows."""
    return _(
        "{name}: distance to Russian-held ground, {first} to {last}",
        name=name,
        first=first,
        last=last,
    )


def where(name: str, name_uk: str, of_oblast: str) -> str:
    """Return a settlement by both names and its oblast."""
    both = f"{name} ({name_uk})" if name_uk else name
    return f"{both}, {oblast(of_oblast)}"


def point(lon: float, lat: float, of_oblast: str) -> str:
    """Return a point by its degrees and its oblast."""
    return f"{degrees(lon, lat)}, {oblast(of_oblast)}"


def degrees(lon: float, lat: float) -> str:
    """Return a point by its degrees."""
    return _("{lat:.4f}° N, {lon:.4f}° E", lat=lat, lon=lon)


def since(value: date, before: str | None) -> str:
    """Return since when a place has its status, by the one it had before; None for none."""
    return str(_SINCE.get(before, Message("since {day}"))(day=value))


def km(value: float | None) -> str:
    """Return a distance, or that it is not known."""
    if value is None:
        return _("not known")
    if not value:
        return _("0\N{NO-BREAK SPACE}km: held")
    return _("{distance:,.1f}\N{NO-BREAK SPACE}km", distance=value)


def cite(name: str, status: str, since: str, away: str) -> list[str]:
    """Return a place in sentences."""
    return [
        _(
            "{place}: {status} {since}. To the nearest Russian-held ground: {distance}.",
            place=name,
            status=NOW[status],
            since=since,
            distance=away,
        )
    ]


def until(value: date | None, last: date) -> str:
    """Return until when a period lasted, or that it still does on the record's last day."""
    return _("{day}", day=value) if value else _("ongoing on {day}", day=last)


def precise(cell_m: int | None) -> str:
    """Return how precise the lines are."""
    if cell_m is None:
        return _("Lines are those of the source.")
    return _(
        "Lines are precise to about {cell} m: for a place closer to one than that, use a record at "
        "full detail.",
        cell=cell_m,
    )
