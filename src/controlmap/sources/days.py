"""The day that a file is of, and the days of one that holds several: as its name or columns say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from controlmap.core.model import InputError
from controlmap.sources.document import Document, Feature
from controlmap.words.catalog import as_given

_DAY = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH = rf"({'|'.join(_MONTHS)})"
_WITH_MONTH = re.compile(
    rf"(?<!\d)(?:(\d\d){_MONTH}|{_MONTH}(\d\d))(20\d\d)(?!\d)", re.IGNORECASE
)  # 02SEP2025, SEP022025
_YEARS = range(2014, 2100)
_WHEN = re.compile(r"date|time|day|when|as.?of|observed|begin|start|from|дата|день|час$|время")
_UNTIL = re.compile(r"end(?!ing)|until|(^|[^a-z])to$|dateto|кінець|конец|^до$")
_OF_AN_EVENT = re.compile(
    r"edit|creat|modif|updat|change|captur|liberat|occup|taken|import|retriev|download|upload"
)
_FIRST = ("datetime", "date", "day", "begin")
_SHOWN = 4  # of a file's days, how many a message lists


def named_day(name: str) -> datetime | None:
    """Return the day in a file's name (YYYYMMDD, YYYY-MM-DD, DDMONYYYY) at 00:00 UTC, or None.

    Raises
    ------
    InputError
        Where the name has two days.
    """
    parts = [(year, month, day) for year, _, month, day in _DAY.findall(name)]
    for early, month, same, late, year in _WITH_MONTH.findall(name):
        number = _MONTHS.index((month or same).upper()) + 1
        parts.append((year, f"{number}", early or late))
    days = set()
    for year, month, day in parts:
        try:
            days.add(datetime(int(year), int(month), int(day), tzinfo=UTC))
        except ValueError:
            continue
    if len(days) > 1:
        listed = " and ".join(f"{day:%Y-%m-%d}" for day in sorted(days))
        raise InputError("{name}: is named for {listed}; one day is expected", name, listed)
    return next(iter(days), None)


def observed(document: Document, advice: str, *instants: datetime | None) -> datetime:
    """Return when a file was observed: the day taken out of it, or the first instant that is known.

    Raises
    ------
    InputError
        Where none is; it says what to do.
    """
    for instant in (_midnight(document.day), *instants):
        if instant is not None:
            return instant
    raise InputError("{name}: tells no date; {advice} give `areas` a --date", document.name, advice)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def instant_of(value: Any) -> datetime | None:
    """Return the instant (UTC) that a value of a file stands for; None where it is no date.

    Read are ISO 8601, YYYY/MM/DD, DD.MM.YYYY, a day with the month's English name, and seconds or
    milliseconds since 1970.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        return _written(text)
    for step in (timedelta(milliseconds=1), timedelta(seconds=1)):
        try:
            instant = datetime(1970, 1, 1, tzinfo=UTC) + number * step
        except (OverflowError, ValueError):
            continue
        if instant.year in _YEARS:
            return instant
    return _written(text.removesuffix(".0"))


def _written(text: str) -> datetime | None:
    text = re.sub(r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", text)
    text = re.sub(r"^(\d\d)\.(\d\d)\.(\d{4})", r"\3-\2-\1", text)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        if (named := _with_month_named(text)) is None:
            return None
        instant = named
    instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    return instant if instant.year in _YEARS else None


def _with_month_named(text: str) -> datetime | None:
    """Return the day of `6 May 2024`, `06-May-2024`, `May 6, 2024` and the like; else None."""
    words = re.findall(r"[A-Za-z]+|\d+", text)
    for order in ("%d %b %Y", "%b %d %Y"):
        short = [word[:3] if word.isalpha() else word for word in words]
        try:
            return datetime.strptime(" ".join(short), order).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def stated(document: Document) -> datetime | None:
    """Return the one day that the columns of a file say; None where there is none, or several."""
    days = {begin for begin, _ in _spans(document) if begin is not None}
    return _midnight(days.pop()) if len(days) == 1 else None


def several(document: Document) -> tuple[date, ...]:
    """Return the days on which a file's areas change, where its columns say that they do; or ()."""
    spans = _spans(document)
    ends = {end for begin, end in spans if end is not None and end != begin}
    days = sorted({begin for begin, _ in spans if begin is not None} | ends)
    days = [day for day in days if any(_holds(span, day) for span in spans if any(span))]
    return tuple(days) if len(days) > 1 else ()


def of_day(document: Document, day: date) -> Document:
    """Return what a file of several days has of one of them.

    Raises
    ------
    InputError
        Where it has nothing of that day.
    """
    spans = _spans(document)
    if not any(_holds(span, day) for span in spans if any(span)):
        raise InputError(
            "{name}: has nothing of {day}; {listed}",
            document.name,
            day,
            _listed(several(document)),
        )
    areas = zip(document.areas, spans, strict=True)
    kept = tuple(feature for feature, span in areas if _holds(span, day))
    undated = sum(not any(span) for span in spans)
    note = as_given(
        "{name}: {undated} areas have no date; they count on every day", document.name, undated
    )
    return replace(
        document,
        features=kept,
        day=day,
        sha256=hashlib.sha256(f"{document.sha256} {day}".encode()).hexdigest(),
        notes=(*document.notes, *([note] if undated else [])),
    )


def one_of(document: Document, days: tuple[date, ...], instant: datetime | None) -> Document:
    """Return one of the days that a document is of; an InputError asks for one for None."""
    if instant is not None:
        note = as_given(
            "{name}: {days}; {day} alone is read", document.name, _listed(days), instant.date()
        )
        return of_day(replace(document, notes=(*document.notes, note)), instant.date())
    raise InputError(
        "{name}: {days}; choose one with --date, or `build` all", document.name, _listed(days)
    )


def _listed(days: tuple[date, ...]) -> str:
    if len(days) <= _SHOWN:
        listed = ", ".join(map(str, days))
        return as_given("it is of {count} days, {listed}", len(days), listed)
    return as_given("it is of {count} days, {first} to {last}", len(days), days[0], days[-1])


_Span = tuple[date | None, date | None]
"""The first day of an area, and the first without it; the same twice for that day alone."""


def _holds(span: _Span, day: date) -> bool:
    begin, end = span
    return (begin is None or begin <= day) and (end is None or day < end or day == begin)


def _spans(document: Document) -> list[_Span]:
    """Return of when each area is: (None, None) for one without a date, and where none has any."""
    columns = list(_columns_of_days(document.areas))
    ends = [column for column in columns if _UNTIL.search(column.casefold())]
    begins = [column for column in columns if column not in ends]
    begins.sort(key=lambda c: _FIRST.index(c.casefold()) if c.casefold() in _FIRST else 99)
    if not begins:
        return [(None, None)] * len(document.areas)
    changing = [c for c in begins if len({_day(f, c) for f in document.areas}) > 1]
    begin = (changing or begins)[0]
    end = ends[0] if ends else begin
    return [(_day(feature, begin), _day(feature, end)) for feature in document.areas]


def _columns_of_days(areas: list[Feature]) -> Iterator[str]:
    """Yield the columns that are named for a day and hold nothing else."""
    names = {column: None for feature in areas for column in feature.properties}
    for column in names:
        if not _WHEN.search(column.casefold()) and not _UNTIL.search(column.casefold()):
            continue
        if _OF_AN_EVENT.search(column.casefold()):
            continue
        values = [f.properties.get(column) for f in areas]
        given = [value for value in values if value not in (None, "")]
        if given and all(instant_of(value) is not None for value in given):
            yield column


def _day(feature: Feature, column: str) -> date | None:
    instant = instant_of(feature.properties.get(column))
    return instant.date() if instant is not None else None
