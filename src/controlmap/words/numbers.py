"""Numbers, shares and dates as people read them, in the forms that CLDR gives for a language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING

from controlmap.words.language import LANGUAGE

if TYPE_CHECKING:  # Babel takes a tenth of a second: only who formats a figure waits for it
    from babel import Locale
    from babel.numbers import NumberPattern

_WHOLE = 1e-9  # of a share: the rounding of sums
_LONGEST = 330  # digits: the greatest float has 309 before its point
_MINUS = "\N{MINUS SIGN}"


def number(value: float, digits: int = 0) -> str:
    """Return a figure with its thousands grouped and so many digits; what shows as 0 has no sign.

    Examples
    --------
    >>> number(20781.44, 1)
    '20,781.4'
    """
    return _decimal(_rounded(value, digits), _places(digits))


def signed(value: float, digits: int = 0) -> str:
    """Return a change with its sign; one that is shown as zero has none."""
    shown, pattern = _rounded(value, digits), _places(digits)
    return _decimal(shown, f"+{pattern};-{pattern}" if shown else pattern)


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
    pattern = _places(digits) + sign
    least = Decimal(1).scaleb(-digits - 2)
    shown = _rounded(share * 100, digits).scaleb(-2)
    if shown == 1 and share < 1 - _WHOLE:
        return f">{_decimal(1 - least, pattern)}"
    if shown == 0 and share > _WHOLE:
        return f"<{_decimal(least, pattern)}"
    return _decimal(shown, pattern)


def day(value: date) -> str:
    """Return a date in words: 4 August 2025."""
    return _date(value, "d MMMM y")


def month(value: date) -> str:
    """Return a month in words: March 2024."""
    return _date(value, "LLLL y")


def clock(value: datetime) -> str:
    """Return the time of an instant in UTC: 03:00."""
    return f"{value.astimezone(UTC):%H:%M}"


def instant(value: datetime) -> str:
    """Return an instant as ISO 8601 in UTC, for who computes with it."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def unsigned_zero(value: float, digits: int) -> float:
    """Return a figure, or 0.0 where it is shown as zero."""
    return 0.0 if round(value, digits) == 0 else value


def _rounded(value: float, digits: int) -> Decimal:
    """Return what is shown, rounded as everywhere else in Python, and no minus before a zero."""
    return Decimal(f"{unsigned_zero(value, digits):.{digits}f}")


def _places(digits: int) -> str:
    return f"#,##0.{'0' * digits}" if digits else "#,##0"


def _decimal(value: Decimal, pattern: str) -> str:
    with localcontext(prec=_LONGEST):
        text: str = _pattern(pattern).apply(value, _locale(LANGUAGE.get()))
    return text


@lru_cache
def _pattern(pattern: str) -> NumberPattern:
    from babel.numbers import parse_pattern

    return parse_pattern(pattern)


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
