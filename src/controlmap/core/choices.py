"""Days and choices as people give them: text, dates, or the enums themselves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from controlmap.core.model import InputError

Choice = TypeVar("Choice", bound=StrEnum)
Day = str | date
"""A day: "2026-01-24", a date, or a datetime or pandas Timestamp, naive or in UTC."""


def chosen(kind: type[Choice], value: str) -> Choice:
    """Return the choice that a text or a member of the enum is.

    Raises
    ------
    InputError
        Where it is none of them; it names what is allowed.
    """
    try:
        return kind(value)
    except ValueError:
        allowed = ", ".join(kind)
        message = f"{kind.__name__.lower()} {value!r}: not known; allowed: {allowed}"
        raise InputError(message) from None


def day_of(value: Day) -> date:
    """Return the day (UTC) that was given.

    Raises
    ------
    InputError
        Where it is no day, or an instant of another time zone than UTC.
    """
    if isinstance(value, datetime):
        if value.tzinfo and value.utcoffset() != timedelta(0):
            raise InputError("day {value!r}: is of another time zone; allowed: UTC, or none", value)
        value = value.date()  # of pandas.NaT it is NaT
    if isinstance(value, datetime):
        raise InputError("day {value!r}: is no day; {allowed}", value, _ALLOWED)
    if isinstance(value, date):
        return value
    try:
        day = date.fromisoformat(value)
        if day.isoformat() == value:
            return day
    except (TypeError, ValueError):
        pass
    raise InputError("day {value!r}: is no day; {allowed}", value, _ALLOWED)


_ALLOWED = 'allowed: "YYYY-MM-DD", a date, or a Timestamp in UTC'
