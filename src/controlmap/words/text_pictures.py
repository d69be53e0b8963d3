"""What stands in pictures that are published: titles, keys, tables, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from controlmap.core.model import Status
from controlmap.sources import Dated
from controlmap.words import columns, notes, numbers, text
from controlmap.words.catalog import Message, ngettext
from controlmap.words.catalog import gettext as _

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = Sequence[Row]


class Assessment(Dated, Protocol):
    """Who assessed what a picture shows, and when: an answer's evidence."""

    @property
    def title(self) -> str:
        """The source's name."""

    @property
    def retrieved(self) -> datetime | None:
        """When the file was taken from its source (UTC)."""

    @property
    def record(self) -> str:
        """The SHA-256 of the record's file."""

    @property
    def cell_m(self) -> int | None:
        """The cells that the map is generalised to; None at full detail."""


CONTROL_ON = Message("Who controls what, {day}")
CHANGED_HANDS = Message("What changed hands, {start} to {end}")
HELD_OVER_TIME = Message("Russian-held ground, {start} to {end}")
FLOWS = Message("Ground gained and lost by Russian forces, {start} to {end}")
PACE = Message("Pace of Russian-held ground, {day}")
NOT_REDRAWN = Message("no new snapshot between the two days")
_OBLAST = Message("Oblast")
_HELD = Message("Russian-held, km²")
_SHARE = Message("Share")
_LARGEST = Message("Largest patches, near")
_GAINED, _LOST = Message("{area:.0f} km² gained"), Message("{area:.0f} km² lost")
_HOW = Message("controlmap {version}. Areas are geodesic on WGS84.")
_BACKGROUND = Message(
    "Borders: © Мінрегіон (CC BY-SA), Natural Earth; places: GeoNames (CC BY 4.0); lakes: GSHHG."
)
_GENERALISED = Message("The map is generalised to cells of {cell_m} m, its figures are exact.")
_EVENTS = Message("Numbers: {listed}.")
_BANDS = Message(
    "Bands: the spread over sources, each at its own last date; on {day} from {low} to {high}."
)
_CONTESTED = Message("The darker band above is contested ground, where the source reports it.")
_GAPS = Message("Shaded: more than 14 days without a snapshot.")
_READERS = Message("Solid line, {listed}.")
_NET = Message("Circles: the net.")
_HELD_OF_ALL = Message("{title}: {held} Russian-held, {share} of the four oblasts")
_HELD_OF = Message("{title}: {held} Russian-held, {share} of {oblast} oblast")
_OF_AREA = Message("{name}, {area} km²")
_SOURCE = Message("Source: {assessed}.")


def held(title: str, km2: float | None, share: float | None, iso: str = "all") -> str:
    """Return how much is held of an oblast, or of all four, and who says so."""
    sentence = _HELD_OF_ALL if iso == "all" else _HELD_OF
    return str(
        sentence(title=title, held=text.km2(km2), share=text.share(share), oblast=text.named(iso))
    )


def net(title: str, km2: float | None) -> str:
    """Return the net change of what is held in all four oblasts, and who says so."""
    if km2 is None:
        return f"{title}: {NOT_REDRAWN}"
    return _(
        "{title}: {net} Russian-held ground, net, in the four oblasts",
        title=title,
        net=text.change_km2(km2),
    )


def status(of: Status, every: Row | None = None) -> str:
    """Return the name of a status, and its area in all four oblasts where that is given."""
    name = str(text.STATUS[of])
    return name if every is None else f"{name}, {text.km2(every[of.value])}"


def changed(every: Row) -> dict[str, str]:
    """Return what was gained and lost, with its area."""
    return {
        layer: str(_OF_AREA(name=name, area=_change(every[f"{layer}_km2"], f"{layer}_km2")))
        for layer, name in (("gained", text.GAINED), ("lost", text.LOST))
    }


def areas_table(rows: Rows) -> list[list[str]]:
    """Return what is held in each oblast."""
    head = [str(_OBLAST), str(_HELD), str(_SHARE)]
    return [
        head,
        *(
            [text.named(r["iso"]), _area(r["russian_held"]), text.share(r["held_share"])]
            for r in rows
        ),
    ]


def changes_table(rows: Rows) -> list[list[str]]:
    """Return what changed hands in each oblast."""
    names = ("gained_km2", "lost_km2", "net_km2")
    head = [str(_OBLAST), *(str(columns.of(name).title) for name in names)]
    return [head, *([text.named(r["iso"]), *(_change(r[n], n) for n in names)] for r in rows)]


def patches_table(rows: Rows) -> list[list[str]]:
    """Return patches by the nearest place, with what was gained or lost."""
    head = [str(_LARGEST), str(columns.of("area_km2").title)]
    return [head, *([r["place"], _patch(r)] for r in rows)]


def _patch(row: Row) -> str:
    sentence = _GAINED if row["change"] == "gained" else _LOST
    return str(sentence(area=row["area_km2"]))


def _change(km2: float | None, name: str) -> str:
    if km2 is None:
        return str(columns.NOT_KNOWN)
    column = columns.of(name)
    return numbers.minus(
        numbers.signed(km2) if column.signed else numbers.area(km2, column.step or 1)
    )


def _area(km2: float | None) -> str:
    return str(text.NOT_REPORTED) if km2 is None else numbers.area(km2)


def _carried(days: int) -> str:
    return ngettext(
        "Ticks: {count} day without a snapshot, carried forward.",
        "Ticks: {count} days without a snapshot, carried forward.",
        days,
    )


def bands(day: date, low: str, high: str) -> str:
    """Return what the bands of a chart are, and which sources bound them on a day."""
    return str(_BANDS(day=day, low=low, high=high))


def marks(
    events: Sequence[tuple[date, str, str]],
    readers: Sequence[tuple[date, str]],
    *,
    carried: int,
    has_gaps: bool,
    bands: str = "",
    contested: bool = False,
    net: bool = False,
) -> list[str]:
    """Return what the marks of a chart stand for, as far as it has them.

    Parameters
    ----------
    events
        Turning points: day, number, title.
    readers
        From which day on which kind of the source's files is used.
    carried
        How many days have no snapshot.
    bands
        What `bands` returns of the spread; "" for none.
    """
    listed = "; ".join(f"{number} {title}" for _, number, title in events)
    others = "; ".join(f"{text.day(day)}: {title}" for day, title in readers)
    said = (
        (bands, bands),
        (contested, _CONTESTED),
        (net, _NET),
        (carried, _carried(carried)),
        (has_gaps, _GAPS),
        (readers, _READERS(listed=others)),
        (events, _EVENTS(listed=listed)),
    )
    return [" ".join(str(sentence) for is_there, sentence in said if is_there)]


def source(evidence: Sequence[Assessment], version: str, *, has_map: bool = True) -> list[str]:
    """Return who assessed it, both dates, how it was measured, and whose a map's ground is."""
    assessed = "; ".join(dict.fromkeys(map(str, _assessed(evidence))))
    how = [_HOW(version=version)]
    if has_map:
        cells = {e.cell_m for e in evidence if e.cell_m}
        how += [*(_GENERALISED(cell_m=cell_m) for cell_m in cells), _BACKGROUND]
    return [str(_SOURCE(assessed=assessed)), " ".join(map(str, how))]


def _assessed(evidence: Sequence[Assessment]) -> Iterator[Message]:
    for e in evidence:
        yield notes.assessed(e.title, notes.as_of(e), e.retrieved or notes.NOT_RECORDED, e.record)
