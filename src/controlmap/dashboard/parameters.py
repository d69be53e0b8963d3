"""What a reader can choose: each parameter once, with its name in the address and its default.

No Streamlit here: what is chosen is kept as text, which becomes a frozen `Choices`; from there it
only goes down, to answers, payloads and the map.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
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
class Parameter(ABC, Generic[T]):
    """One thing to choose; its value is read from text, and written as text into the address."""

    name: str
    """In the address."""
    label: Text
    help: Text | None = None
    page: str = ""
    """The page that alone has it; else it is kept from page to page."""

    @property
    def key(self) -> str:
        """Under what the choice is kept: the same for two pages only if it means the same."""
        return f"{self.page}.{self.name}" if self.page else self.name

    @abstractmethod
    def parse(self, value: str) -> T:
        """Return what a text means.

        Raises
        ------
        ValueError
            Where it is not allowed.
        """

    @abstractmethod
    def allowed(self) -> str:
        """Return what is allowed, in words."""

    @abstractmethod
    def default(self, span: Span) -> T:
        """Return what holds where nothing is chosen, by the days of the record shown."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Option(Parameter[T]):
    """A choice among labels, by the text that stands for each in the address."""

    labels: Callable[[], Mapping[str, Any]]
    read: Callable[[str], T]
    unchosen: str

    def parse(self, value: str) -> T:
        """Return the choice of that text."""
        if value not in self.labels():
            raise ValueError(value)
        return self.read(value)

    def allowed(self) -> str:
        """Return the texts that stand for a choice."""
        return ", ".join(self.labels())

    def default(self, span: Span) -> T:  # noqa: ARG002
        """Return what holds where nothing is chosen."""
        return self.read(self.unchosen)


def latest(span: Span) -> date:
    """Return a record's last day."""
    return span[1]


def earliest(span: Span) -> date:
    """Return a record's first day."""
    return span[0]


def _before_latest(span: Span, days: int) -> date:
    return max(span[1] - timedelta(days=days), span[0])


@dataclass(frozen=True, eq=False, kw_only=True)
class Day(Parameter[date]):
    """A day of any record; a record that does not have it says so."""

    unchosen: Callable[[Span], date] = latest

    def parse(self, value: str) -> date:
        """Return the day, written as YYYY-MM-DD."""
        day = date.fromisoformat(value)
        first, last = known_days()
        if not first <= day <= last:
            raise ValueError(value)
        return day

    def allowed(self) -> str:
        """Return the first and the last day of all records."""
        return " … ".join(map(str, known_days()))

    def default(self, span: Span) -> date:
        """Return what holds where nothing is chosen."""
        return self.unchosen(span)


@dataclass(frozen=True, eq=False, kw_only=True)
class Typed(Parameter[str]):
    """A text that the reader types."""

    example: str = ""

    def parse(self, value: str) -> str:
        """Return the text, cut where it is too long."""
        return value[:_LONGEST]

    def allowed(self) -> str:
        """Return that any text is."""
        return "…"

    def default(self, span: Span) -> str:  # noqa: ARG002
        """Return no text."""
        return ""


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


def _oblasts(every: Text) -> dict[str, Text]:
    return {ALL: every, **{iso: text.OBLASTS[iso] for iso in FACTS}}


DATE = Day("date", text.DATE)
SOURCE = Option(
    "source", text.SOURCE, text.SOURCE_HELP,
    labels=_titles, read=str, unchosen=sources.DEFAULT,
)  # fmt: skip
ADVANCE = Option(
    "advance", text_sources.ADVANCE, text_sources.ADVANCE_HELP,
    labels=lambda: text_sources.ADVANCES, read=Advance, unchosen="apart",
)  # fmt: skip
BASIS = Option(
    "basis", text.BASIS, text.BASIS_HELP,
    labels=lambda: text.BASES, read=Basis, unchosen="polygon",
)  # fmt: skip
CONTESTED = Option(
    "contested", text.CONTESTED, text.CONTESTED_HELP,
    labels=lambda: text.CONTESTED_CHOICES, read=Contested, unchosen="out",
)  # fmt: skip
FROM = Day("from", text.FROM, unchosen=partial(_before_latest, days=30))
TO = Day("to", text.TO)
START = Day("start", text_history.START, unchosen=earliest)
END = Day("end", text_history.END)
HISTORY_OBLAST = Option(
    "oblast", text_history.OBLAST, text_history.OBLAST_HELP,
    labels=lambda: _oblasts(text_history.EACH), read=str, unchosen=ALL,
)  # fmt: skip
MEASURE = Option(
    "measure", text_history.MEASURE, text_history.MEASURE_HELP, "history",
    labels=lambda: text_history.MEASURES, read=str, unchosen="share",
)  # fmt: skip
EVERY = Option(
    "every", text_history.EVERY, text_history.EVERY_HELP, "history",
    labels=lambda: text_history.EVERY_CHOICES, read=Every, unchosen="month",
)  # fmt: skip
WHERE = Typed("where", text_place.WHERE, text_place.WHERE_HELP, example=text_place.EXAMPLE)
PLACE_DAY = Day("on", text_place.ON, page="place")
MEASURED_ON = Option(
    "on", text_claims.MEASURED_ON, text_claims.ON_HELP, "claims",
    labels=lambda: text_claims.ON_CHOICES, read=str, unchosen="spoken",
)  # fmt: skip
CLAIMS_DAY = Day("claims-day", text.DATE)
PROPOSAL = Option(
    "proposal", text_proposals.CHOOSE, text_proposals.CHOOSE_HELP,
    labels=_proposal_labels, read=str, unchosen="anchorage",
)  # fmt: skip
RULES = {
    iso: Option(
        name.lower(), text.OBLASTS[iso], text_proposals.RULE_HELP, "proposals",
        labels=lambda: text_proposals.RULES, read=str, unchosen="line",
    )
    for iso, (name, *_) in FACTS.items()
}  # fmt: skip
RULE_DAYS = {
    iso: Day(f"{rule.name}-day", text_proposals.DAY_OF_LINE, page="proposals")
    for iso, rule in RULES.items()
}
RECOGNISED = Option(
    "recognised", text_proposals.RECOGNISED, text_proposals.RECOGNISED_HELP, "proposals",
    labels=lambda: text_proposals.RECOGNISED_CHOICES, read=Recognised, unchosen="unstated",
)  # fmt: skip
PACE_OBLAST = Option(
    "oblast", text_pace.OBLAST, text_pace.OBLAST_HELP,
    labels=lambda: _oblasts(text_pace.ALL_FOUR), read=str, unchosen="UA-14",
)  # fmt: skip
WINDOW = Option(
    "window", text_pace.WINDOW, text_pace.WINDOW_HELP, "pace",
    labels=_windows, read=int, unchosen=str(pace.DEFAULT_WINDOW),
)  # fmt: skip

OF_PAGE: Mapping[str, tuple[Parameter[Any], ...]] = {
    "overview": (SOURCE, ADVANCE, DATE, BASIS, CONTESTED),
    "changes": (SOURCE, ADVANCE, FROM, TO),
    "history": (SOURCE, ADVANCE, START, END, HISTORY_OBLAST, MEASURE, EVERY),
    "place": (SOURCE, ADVANCE, PLACE_DAY, WHERE),
    "sources": (ADVANCE, DATE),
    "claims": (MEASURED_ON, CLAIMS_DAY),
    "proposals": (
        SOURCE, ADVANCE, DATE, PROPOSAL, *RULES.values(), *RULE_DAYS.values(), RECOGNISED,
    ),
    "pace": (SOURCE, ADVANCE, DATE, PACE_OBLAST, WINDOW, CONTESTED),
    "method": (),
}  # fmt: skip
"""What is chosen on each page, in the order of its address."""


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
