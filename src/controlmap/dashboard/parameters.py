"""What a reader can choose: each parameter once, with its name in the address and its default.

No Streamlit here: what is chosen is kept as text, which becomes a frozen `Choices`; from there it
only goes down, to answers, payloads and the map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from controlmap import sources
from controlmap.analysis import pace, proposals
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL, Contested, Every
from controlmap.analysis.proposals import Recognised
from controlmap.core.model import InputError
from controlmap.geo.oblasts import FACTS, Basis
from controlmap.record import archive
from controlmap.words import (
    text,
    text_claims,
    text_history,
    text_pace,
    text_place,
    text_proposals,
    text_sources,
)
from controlmap.words.catalog import Text

T = TypeVar("T")
Span = tuple[date, date]
_LONGEST = 80  # characters of a text


@dataclass(frozen=True, eq=False)
class Parameter(Generic[T]):
    """One thing to choose; its value is read from text, and written as text into the address.

    Attributes
    ----------
    name, label, help
        In the address, over the widget, and behind its question mark.
    read
        What a text means; a ValueError where it means nothing.
    default
        What holds where nothing is chosen, by the days of the record shown.
    labels
        The words of each text to choose among; None for a day, or what a reader types.
    page
        The page that alone has it; else it is kept from page to page.
    example
        What a reader could type.
    """

    name: str
    label: Text
    read: Callable[[str], T]
    default: Callable[[Span], T]
    labels: Callable[[], Mapping[str, Text]] | None = None
    help: Text = ""
    page: str = ""
    example: Text = ""

    @property
    def key(self) -> str:
        """Under what the choice is kept: the same for two pages only if it means the same."""
        return f"{self.page}.{self.name}" if self.page else self.name

    def parse(self, value: str) -> T:
        """Return what a text means; ValueError where it is not allowed."""
        if self.labels and value not in self.labels():
            raise ValueError(value)
        return self.read(value)

    def allowed(self) -> str:
        """Return what is allowed, in words."""
        if self.labels:
            return ", ".join(self.labels())
        return str(self.example) or " … ".join(map(str, known_days()))


def _option(
    name: str,
    label: Text,
    help_text: Text,
    labels: Callable[[], Mapping[str, Text]],
    read: Callable[[str], T],
    unchosen: str,
    page: str = "",
) -> Parameter[T]:
    return Parameter(name, label, read, lambda _: read(unchosen), labels, help_text, page)


def _day(name: str, label: Text, days_back: int | None = 0, page: str = "") -> Parameter[date]:
    """Return a day, so many days before the record's last by default; None for its first."""

    def default(span: Span) -> date:
        return span[0] if days_back is None else max(span[1] - timedelta(days=days_back), span[0])

    return Parameter(name, label, _known_day, default, page=page)


def _known_day(value: str) -> date:
    day = date.fromisoformat(value)
    first, last = known_days()
    if not first <= day <= last:
        raise ValueError(value)
    return day


def _degrees(value: str) -> str:
    """Return a point as it stands in an address: longitude and latitude."""
    lon, lat = map(float, value.split(","))
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError(value)
    return f"{lon:g},{lat:g}"


def known_days() -> Span:
    """Return the first and the last day that any record has."""
    spans = [archive.open_source(source).coverage.span for source in archive.with_records()]
    return min(first for first, _ in spans), max(last for _, last in spans)


def proposal_entries() -> tuple[list[proposals.Proposal], list[InputError]]:
    """Return the proposals of the package and of a person's file, and what cannot be used."""
    path = archive.user_file("proposals.toml")
    listed, broken = proposals.load([proposals.embedded(), *([path] if path else [])])
    for proposal in listed:
        if proposal.id == text_proposals.OWN and proposal.entry:
            broken.append(proposal.entry.error("id", str(text_proposals.OWN_IS_TAKEN)))
    return [p for p in listed if p.id != text_proposals.OWN], broken


def _titles() -> dict[str, str]:
    return {source: sources.find_source(source).title for source in archive.with_records()}


def _proposal_labels() -> Mapping[str, Text]:
    return text_proposals.labels({p.id: p.title for p in proposal_entries()[0]})


def _windows() -> dict[str, str]:
    return {str(days): text.days(days) for days in pace.WINDOWS}


_OBLASTS = {iso: text.OBLASTS[iso] for iso in FACTS}
DATE = _day("date", text.DATE)
SOURCE = _option("source", text.SOURCE, text.SOURCE_HELP, _titles, str, sources.DEFAULT)
ADVANCE = _option(
    "advance", text_sources.ADVANCE, text_sources.ADVANCE_HELP,
    lambda: text_sources.ADVANCES, Advance, "apart",
)  # fmt: skip
BASIS = _option("basis", text.BASIS, text.BASIS_HELP, lambda: text.BASES, Basis, "polygon")
CONTESTED = _option(
    "contested", text.CONTESTED, text.CONTESTED_HELP,
    lambda: text.CONTESTED_CHOICES, Contested, "out",
)  # fmt: skip
FROM, TO = _day("from", text.FROM, 30), _day("to", text.TO)
AT: Parameter[str] = Parameter(
    "at", text.AT, _degrees, lambda _: "",
    page="changes", example=text.AT_EXAMPLE,
)  # fmt: skip
START, END = _day("start", text_history.START, None), _day("end", text_history.END)
HISTORY_OBLAST = _option(
    "oblast", text_history.OBLAST, text_history.OBLAST_HELP,
    lambda: {ALL: text_history.EACH, **_OBLASTS}, str, ALL,
)  # fmt: skip
MEASURE = _option(
    "measure", text_history.MEASURE, text_history.MEASURE_HELP,
    lambda: text_history.MEASURES, str, "share", "history",
)  # fmt: skip
EVERY = _option(
    "every", text_history.EVERY, text_history.EVERY_HELP,
    lambda: text_history.EVERY_CHOICES, Every, "month", "history",
)  # fmt: skip
WHERE: Parameter[str] = Parameter(
    "where", text_place.WHERE, lambda value: value[:_LONGEST], lambda _: "",
    help=text_place.WHERE_HELP, example=text_place.EXAMPLE,
)  # fmt: skip
PLACE_DAY = _day("on", text_place.ON, page="place")
MEASURED_ON = _option(
    "on", text_claims.MEASURED_ON, text_claims.ON_HELP,
    lambda: text_claims.ON_CHOICES, str, "spoken", "claims",
)  # fmt: skip
CLAIMS_DAY = _day("claims-day", text.DATE)
PROPOSAL = _option(
    "proposal", text_proposals.CHOOSE, text_proposals.CHOOSE_HELP,
    _proposal_labels, str, "anchorage",
)  # fmt: skip
RULES = {
    iso: _option(
        name.lower(), text.OBLASTS[iso], text_proposals.RULE_HELP,
        lambda: text_proposals.RULES, str, "line", "proposals",
    )
    for iso, (name, *_) in FACTS.items()
}  # fmt: skip
RULE_DAYS = {
    iso: _day(f"{rule.name}-day", text_proposals.DAY_OF_LINE, page="proposals")
    for iso, rule in RULES.items()
}
RECOGNISED = _option(
    "recognised", text_proposals.RECOGNISED, text_proposals.RECOGNISED_HELP,
    lambda: text_proposals.RECOGNISED_CHOICES, Recognised, "unstated", "proposals",
)  # fmt: skip
PACE_OBLAST = _option(
    "oblast",
    text_pace.OBLAST,
    text_pace.OBLAST_HELP,
    lambda: {**_OBLASTS, ALL: text_pace.ALL_FOUR},
    str,
    "UA-14",
)
WINDOW = _option(
    "window", text_pace.WINDOW, text_pace.WINDOW_HELP,
    _windows, int, str(pace.DEFAULT_WINDOW), "pace",
)  # fmt: skip

FIRST = ""
"""The first page, by its address."""
OF_FIRST_PAGE: tuple[Parameter[Any], ...] = (SOURCE, ADVANCE, DATE, BASIS, CONTESTED)
OF_PAGE: Mapping[str, tuple[Parameter[Any], ...]] = {
    FIRST: OF_FIRST_PAGE,
    "changes": (SOURCE, ADVANCE, FROM, TO, AT),
    "history": (SOURCE, ADVANCE, START, END, HISTORY_OBLAST, MEASURE, BASIS, EVERY),
    "place": (SOURCE, ADVANCE, PLACE_DAY, WHERE),
    "sources": (ADVANCE, DATE, BASIS),
    "claims": (MEASURED_ON, CLAIMS_DAY),
    "proposals": (
        SOURCE, ADVANCE, DATE, PROPOSAL, *RULES.values(), *RULE_DAYS.values(), RECOGNISED,
    ),
    "pace": (SOURCE, ADVANCE, DATE, PACE_OBLAST, WINDOW, CONTESTED),
    "method": (),
}  # fmt: skip
"""What is chosen on each page, in the order of its address."""


def addressed(page: str) -> tuple[Parameter[Any], ...]:
    """Return what a page's address says: what is chosen there, and what the first page takes."""
    own = OF_PAGE[page]
    return (*own, *(parameter for parameter in OF_FIRST_PAGE if parameter not in own))


@dataclass(frozen=True)
class Choices:
    """What is chosen on a page: a value a parameter."""

    page: str
    values: Mapping[Parameter[Any], Any]
    defaults: Mapping[Parameter[Any], Any]

    def __getitem__(self, parameter: Parameter[T]) -> T:
        """Return the value of a parameter of the page."""
        value: T = self.values[parameter]
        return value

    def address(self) -> dict[str, str]:
        """Return what the page's address says: what differs from the defaults."""
        return {
            parameter.name: str(value)
            for parameter, value in self.values.items()
            if value != self.defaults[parameter]
        }


def choices(page: str, kept: Mapping[str, str]) -> Choices:
    """Return what is chosen on a page, by the texts that are kept; defaults for all others."""
    parsed = dict(_parsed(page, kept))
    source = parsed.get(SOURCE, sources.DEFAULT)
    of_source = SOURCE in OF_PAGE[page]
    span = archive.open_source(source).coverage.span if of_source else known_days()
    defaults = {parameter: parameter.default(span) for parameter in OF_PAGE[page]}
    return Choices(page, {**defaults, **parsed}, defaults)


def _parsed(page: str, kept: Mapping[str, str]) -> Iterator[tuple[Parameter[Any], Any]]:
    for parameter in OF_PAGE[page]:
        if parameter.key in kept:
            try:
                yield parameter, parameter.parse(kept[parameter.key])
            except ValueError:  # a record or a file of entries that changed allows it no more
                continue
