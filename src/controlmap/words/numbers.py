"""Numbers, shares and dates as people read them, in the forms that CLDR gives for a language."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from controlmap.words.language import LANGUAGE

if TYPE_CHECKING:  # Babel takes a tenth of a second: only who formats a figure waits for it
    from babel import Locale

AREA_STEP_KM2 = 10
"""Screens round an area to it: sources lie hundreds of km2 apart, files and days a few."""
CHANGE_STEP_KM2 = 1
"""And a change of one source's map, in which sources and totals have no part."""
LEAST_KM2 = 0.5
"""Less is shown as 0."""
_WHOLE = 1e-9  # of a share: the rounding of sums
_MINUS = "\N{MINUS SIGN}"


def number(value: float, digits: int = 0) -> str:
    """Return a figure with its thousands grouped and so many digits; what shows as 0 has no sign.

    Examples
    --------
    >>> number(20781.44, 1)
    '20,781.4'
    """
    return _in_language(f"{unsigned_zero(value, digits):,.{digits}f}")


def signed(value: float, digits: int = 0) -> str:
    """Return a change with its sign; one that is shown as zero has none."""
    shown = unsigned_zero(value, digits)
    return _in_language(f"{shown:{'+' if shown else ''},.{digits}f}")


def area(km2: float, step_km2: int = AREA_STEP_KM2) -> str:
    """Return an area as screens show it: rounded to what it is good for.

    What is ground and less than half a step is "<10", not 0.

    Parameters
    ----------
    km2
        The area.
    step_km2
        What it is rounded to: `AREA_STEP_KM2` for what is held on a day, `CHANGE_STEP_KM2` for what
        one source changed.

    Examples
    --------
    >>> area(20786.98), area(3.2), area(3.2, CHANGE_STEP_KM2)
    ('20,790', '<10', '3')
    """
    if LEAST_KM2 <= abs(km2) < step_km2 / 2:
        return f"<{number(step_km2)}"
    return number(math.floor(km2 / step_km2 + 0.5) * step_km2)


def minus(text: str) -> str:
    """Return a figure with the minus sign of running text in place of the hyphen."""
    return text.replace("-", _MINUS)


def percent(share: float, digits: int = 1, sign: str = "%") -> str:
    """Return a share as a percentage; what is not all is never 100, nor what is some 0.

    Parameters
    ----------
    share
        A part of 1.
    digits
        Digits behind the point of the percentage.
    sign
        "%", or what else stands behind the figure, such as a space and "%".
    """
    least = 10.0**-digits
    shown = f"{unsigned_zero(100 * share, digits):,.{digits}f}"
    if share < 1 - _WHOLE and shown == f"{100:.{digits}f}":
        shown = f">{100 - least:.{digits}f}"
    elif share > _WHOLE and shown == f"{0:.{digits}f}":
        shown = f"<{least:.{digits}f}"
    return _in_language(shown) + sign


def day(value: date) -> str:
    """Return a date in words: 4 August 2025."""
    return _date(value, "d MMMM y")


def short_day(value: date) -> str:
    """Return a date in a table: 4 Aug 2025."""
    return _date(value, "d MMM y")


def month(value: date) -> str:
    """Return a month in words: March 2024."""
    return _date(value, "LLLL y")


def clock(value: datetime) -> str:
    """Return the time of an instant in UTC: 03:00."""
    return f"{value.astimezone(UTC):%H:%M}"


def instant(value: datetime) -> str:
    """Return an instant as ISO 8601 in UTC, for who computes with it."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def kyiv_day(value: datetime) -> date:
    """Return the day that it is in Kyiv at an instant."""
    from zoneinfo import ZoneInfo

    return value.astimezone(ZoneInfo("Europe/Kyiv")).date()


def unsigned_zero(value: float, digits: int) -> float:
    """Return a figure, or 0.0 where it is shown as zero."""
    return 0.0 if round(value, digits) == 0 else value


def _in_language(figure: str) -> str:
    """Return a figure, as Python writes it, with the symbols of the current language."""
    return figure.translate(_symbols(LANGUAGE.get()))


@lru_cache
def _symbols(language: str) -> dict[int, str]:
    from babel import numbers

    return str.maketrans(
        {
            ",": numbers.get_group_symbol(language),
            ".": numbers.get_decimal_symbol(language),
            "-": numbers.get_minus_sign_symbol(language),
            "+": numbers.get_plus_sign_symbol(language),
        }
    )


def _date(value: date, pattern: str) -> str:
    from babel.dates import format_date

    return format_date(value, format=pattern, locale=_locale(LANGUAGE.get()))


@lru_cache
def _locale(language: str) -> Locale:
    from babel import Locale

    return Locale.parse(language)


def printable(text: str) -> str:
    """Return text without what a terminal acts on: escapes, line ends, control characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
