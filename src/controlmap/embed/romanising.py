"""Ukrainian names in Latin letters, and which of a place's names in GeoNames is Ukrainian."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping


def names(main: str, alternatives: Iterable[str]) -> tuple[str, str]:
    """Return the English and the Ukrainian name of a place in GeoNames.

    The Ukrainian name is the alternative in Ukrainian letters that romanises to the main name, by
    the official system or the one of GeoNames (BGN/PCGN), or to the nearest spelling. Where none
    does, or several equally well, it is "" and the main name stays, without its apostrophes.
    """
    candidates = sorted({uk for text in alternatives if (uk := _as_ukrainian(text))})
    for key in (_spelling, _letters, _skeleton):
        spelt = [
            uk for uk in candidates if key(main) in (key(romanised(uk)), key(romanised(uk, _BGN)))
        ]
        if len(spelt) == 1:
            return romanised(spelt[0]), spelt[0]
    return re.sub(f"[{_APOSTROPHES}]", "", main), ""


_APOSTROPHES = "'’ʼ`‘"
_UKRAINIAN = re.compile(r"[А-ЩЬЮЯҐЄІЇа-щьюяґєії’ -]+")
_NOT_UKRAINIAN = re.compile(
    r"(?:ое|ее|ая|яя)(?: |-|$)|(?:[ео]во|ино)$|ье|ьск|[сз]к(?:$| |-|ий|а$|е$)|цк"
)
"""Endings that only Russian has: Ukrainian always writes -ськ, -зьк and -цьк."""


def _as_ukrainian(text: str) -> str:
    """Return a name in Ukrainian letters with one kind of apostrophe; "" for any other."""
    plain = re.sub(f"[{_APOSTROPHES}]", "’", unicodedata.normalize("NFC", text))
    plain = plain.replace("\N{COMBINING ACUTE ACCENT}", "")
    foreign = not _UKRAINIAN.fullmatch(plain) or _NOT_UKRAINIAN.search(plain)
    return "" if foreign else plain


_LETTERS = "а б в г ґ д е є ж з и і ї й к л м н о п р с т у ф х ц ч ш щ ю я"
_LATIN = "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch iu ia"
_OFFICIAL = {"ь": "", "’": "", **dict(zip(_LETTERS.split(), _LATIN.split(), strict=True))}
_BGN = _OFFICIAL | {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def romanised(name_uk: str, table: Mapping[str, str] = _OFFICIAL) -> str:
    """Return a Ukrainian name in Latin letters by the resolution of 2010, or by another table."""
    out = []
    for word in re.split(r"([ -])", re.sub("([зЗ])г", r"\1gh", name_uk)):
        first = _FIRST.get(word[:1].lower(), table.get(word[:1].lower(), word[:1]))
        latin = first + "".join(table.get(letter.lower(), letter) for letter in word[1:])
        out.append(latin.capitalize() if word[:1].isupper() else latin)
    return "".join(out)


def _spelling(name: str) -> str:
    plain = re.sub(f"[{_APOSTROPHES}]", "", name.casefold())
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def _letters(name: str) -> str:
    return re.sub("[ -]", "", _spelling(name))


def _skeleton(name: str) -> str:
    """Return a romanised name with the spellings of iotated vowels reduced to one."""
    text = re.sub(r"(?<=[aeou])[yi](?![aeiou])", "i", _letters(name))
    text = re.sub(r"[yi]([aeu])", r"\1", text)
    return re.sub(r"[yi]+", "i", text)
