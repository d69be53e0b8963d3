"""Sentences in the current language, by gettext; whole, with their figures as named arguments.

`gettext("{area:.1f} km² are held.", area=12.5)` gives the sentence at once. A `Message` becomes
words when it is shown, in the language of who reads it then; it takes its figures by a call.
English is what the code says; every other language is one file,
`locale/LANGUAGE/LC_MESSAGES/controlmap.po`.

What a figure looks like stands behind its colon, as in Python: `.1f` for digits, `+.1f` with a
sign, `.1%` for a share of 1, `km2` for an area as screens round it, `1km2` for one that changed;
for a date `month` or `iso`. Thousands are grouped, dates written out.
"""

from __future__ import annotations

import gettext as standard
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any, Union

from controlmap.words import numbers
from controlmap.words.language import DEFAULT, LANGUAGE

DOMAIN = "controlmap"
LOCALES = Path(__file__).parent / "locale"
Text = Union["Message", str]
Figure = Union[str, int, float, date, "Message", Sequence["Figure"]]
"""What a sentence takes: a datetime is a date; several are listed, with commas."""


@dataclass(frozen=True)
class Message:
    """A sentence that is translated when it is shown: `str()` gives it in the current language.

    Attributes
    ----------
    text
        The English sentence, which is its id in the catalogs.
    plural
        The English sentence for more than one, by the argument `count`; "" where nothing is
        counted.
    figures
        Its named arguments.

    Examples
    --------
    >>> str(Message("{count} day", "{count} days")(count=1000))
    '1,000 days'
    """

    text: str
    plural: str = ""
    figures: tuple[tuple[str, Figure], ...] = ()

    def __call__(self, **figures: Figure) -> Message:
        """Return the sentence with these arguments."""
        kept = {k: tuple(v) if isinstance(v, list) else v for k, v in figures.items()}
        return replace(self, figures=tuple({**dict(self.figures), **kept}.items()))

    def __str__(self) -> str:
        """Return the sentence in the current language."""
        figures = dict(self.figures)
        if not self.plural:
            return gettext(self.text, **figures)
        count = figures.pop("count")
        assert isinstance(count, int)
        return ngettext(self.text, self.plural, count, **figures)


def gettext(text: str, /, **figures: Figure) -> str:
    """Return a sentence in the current language."""
    return _filled(_catalog().gettext(text), figures)


def ngettext(one: str, many: str, count: int, /, **figures: Figure) -> str:
    """Return a sentence in the plural form that goes with a count, which is named `count`."""
    return _filled(_catalog().ngettext(one, many, count), {"count": count, **figures})


def as_given(text: str, /, *given: object) -> str:
    """Return a sentence about what was given, in which it stands as it was: 2026-01-24, 10000.

    The values are those of the names in the English text, in the order of their first use.
    """
    if not given:
        return _catalog().gettext(text) if text else ""
    names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(text) if name)
    return _catalog().gettext(text).format(**dict(zip(names, given, strict=True)))


def rendered(value: Any) -> Any:
    """Return data with every message in it, at any depth, in the current language."""
    if isinstance(value, Message):
        return str(value)
    if isinstance(value, Mapping):
        return {rendered(key): rendered(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rendered(item) for item in value]
    return value


def _filled(text: str, figures: Mapping[str, Figure]) -> str:
    """Fill in the figures; a text without any may hold braces of its own."""
    return _FORMATTER.vformat(text, (), figures) if figures else text


class _Figures(Formatter):
    """Figures in the forms of the current language."""

    def format_field(self, value: Any, format_spec: str) -> str:
        match value:
            case datetime() if not format_spec:
                return gettext("{day}, {time} UTC", day=value.date(), time=numbers.clock(value))
            case date():
                return _day(value, format_spec)
            case int() | float():
                return _number(value, format_spec)
            case list() | tuple():
                return ", ".join(self.format_field(item, format_spec) for item in value)
        return str(value)


_FORMATTER = _Figures()


def _day(value: date, form: str) -> str:
    match form:
        case "":
            return numbers.day(value)
        case "month":
            return numbers.month(value)
        case "iso":
            return value.isoformat()
    raise ValueError(f"{form}: is no form of a date")


def _number(value: float, form: str) -> str:
    if form.endswith("km2"):
        return numbers.area(value, int(form.removesuffix("km2") or numbers.AREA_STEP_KM2))
    signed, digits = form.startswith("+"), int(form.strip("+,.f%") or 0)
    if form.endswith("%"):
        return numbers.percent(value, digits, " %")
    return numbers.minus((numbers.signed if signed else numbers.number)(value, digits))


def _catalog() -> standard.NullTranslations:
    return translations(LANGUAGE.get())


@lru_cache
def translations(language: str) -> standard.NullTranslations:
    """Return the catalog of a language, which is read as it stands and needs no compilation."""
    if language == DEFAULT:
        return standard.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)
