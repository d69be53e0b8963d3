"""The settlements of the four oblasts: names, points, population, for labels and lookups.

They are those of GeoNames with 500 inhabitants or more, less the districts of cities. The English
name is the Ukrainian one in Ukraine's official romanisation (Cabinet of Ministers, resolution 55 of
27 January 2010).
"""

from __future__ import annotations

import csv
import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import shapely

from controlmap.core import geoparquet
from controlmap.core.model import InputError, RecordError
from controlmap.geo import oblasts
from controlmap.geo.geodesy import WGS84

RANK_FLOORS = (200_000, 50_000, 10_000)
"""The least population of ranks 0, 1 and 2; the rest are of rank 3."""
MANY_TIMES = 5
"""How much more populous one of two places of a name is to be meant without its oblast."""
KNOWN = "settlements of 500 people or more in the four oblasts are known"
_KHERSON = 706448


@dataclass(frozen=True)
class Place:
    """A settlement.

    Attributes
    ----------
    geonameid
        Its number in GeoNames.
    name, name_uk
        The English name, and the Ukrainian one, "" where GeoNames has none.
    lon, lat
        Degrees on WGS84.
    population
        GeoNames' figure, None where it has none. They are of mixed dates, for most places before
        the war; those of Kherson (66,000) and Mariupol (230,000) are estimates of the war years.
    iso
        The oblast's ISO 3166-2 code.
    also
        Its other names in Latin and Cyrillic letters, former and Russian ones among them, as
        GeoNames has them, with semicolons between.
    """

    geonameid: int
    name: str
    name_uk: str
    lon: float
    lat: float
    population: int | None
    iso: str
    also: str = ""

    @property
    def rank(self) -> int:
        """0 for the largest cities to 3 for villages, by `RANK_FLOORS`; Kherson is 0 as a seat."""
        if self.geonameid == _KHERSON:
            return 0
        return sum((self.population or 0) < floor for floor in RANK_FLOORS)


COLUMNS = tuple(column.name for column in fields(Place))
"""Of the file, in order."""


@lru_cache(maxsize=1)
def load() -> tuple[Place, ...]:
    """Return the settlements from `geodata/places.csv`, by oblast and falling population.

    Raises
    ------
    RecordError
        Where the file is missing or damaged; it names the line.
    """
    path = geoparquet.geodata("places.csv")
    geoparquet.check_sidecar(path)
    return read_csv(path)


def find(text: str) -> tuple[Place, tuple[Place, ...]]:
    """Return the settlement of a name, and the others that have it too.

    Names match in English and Ukrainian, with or without diacritics and apostrophes; where none
    does, the other ones, former and Russian ones among them; and else in other spellings in Latin
    letters (`_sounded`). "Name, Oblast" tells doubles apart. Of doubles, one `MANY_TIMES` as
    populous as the next is meant.

    Raises
    ------
    InputError
        Where there is none (it suggests near ones), or more than one could be meant.
    """
    name, _, oblast = text.partition(",")
    iso = oblasts.find(oblast) if oblast else None
    among = [p for p in load() if iso in (None, p.iso)]
    matches = (
        _named(among, name, _folded)
        or [p for p in among if _folded(name) in filter(None, map(_folded, p.also.split(";")))]
        or _named(among, name, _sounded)
    )
    if not matches:
        near = _near(among, name)
        hint = f"; near: {', '.join(near)}" if near else ""
        raise InputError(
            "{name!r}: no place of that name{hint}; {known}", name.strip(), hint, KNOWN
        )
    matches.sort(key=lambda p: -(p.population or 0))
    first, *others = matches
    if others and (first.population or 0) < MANY_TIMES * (others[0].population or 1):
        listed = "; ".join(
            f"{p.name}, {oblasts.FACTS[p.iso][0]} ({p.lon},{p.lat})" for p in matches
        )
        raise InputError(
            "{name!r}: {count} places of that name: {listed}", name.strip(), len(matches), listed
        )
    return first, tuple(others)


def _near(among: Sequence[Place], name: str) -> list[str]:
    names = {_sounded(n): n for p in among for n in (p.name, p.name_uk) if n}
    return [names[n] for n in difflib.get_close_matches(_sounded(name), names, 3, 0.6)]


def suggestions(text: str) -> list[str]:
    """Return what may be meant by a text that names no place: near names, or latitude first."""
    if degrees := _degrees(text):
        lon, lat = degrees
        swapped = shapely.Point(lat, lon)
        inside = any(o.polygon.intersects(swapped) for o in oblasts.load())
        return [f"{lat:g},{lon:g}"] if inside else []
    name, _, oblast = text.partition(",")
    return [] if oblast else _near(load(), name)


def nearest(lon: float, lat: float) -> tuple[str, float]:
    """Return the name of the settlement nearest to a point, and its geodesic distance in km."""
    known = load()
    near = min(
        known,
        key=lambda p: (p.lat - lat) ** 2 + ((p.lon - lon) * math.cos(math.radians(lat))) ** 2,
    )
    return near.name, WGS84.inv(lon, lat, near.lon, near.lat)[2] / 1000


@dataclass(frozen=True)
class Where:
    """A point: where it is and, where a name was given, whose it is and whose else."""

    lon: float
    lat: float
    place: Place | None = None
    others: tuple[Place, ...] = ()


def locate(text: str) -> Where:
    """Return the point that a name or "LON,LAT" means; degrees, or minutes with N and E too.

    Raises
    ------
    InputError
        As `find`, or where the numbers are none.
    """
    if degrees := _degrees(text):
        return Where(*degrees)
    if any(_number(part) is not None for part in text.split(",")):
        raise InputError("{text_given!r}: is not LON,LAT in degrees", text)
    place, others = find(text)
    return Where(place.lon, place.lat, place, others)


_NUMBER = r"(\d+(?:\.\d+)?)"
_MINUTES = re.compile(
    rf"""{_NUMBER}\s*°\s*(?:{_NUMBER}\s*['′’]\s*)?(?:{_NUMBER}\s*["″]\s*)?([NE])"""
)


def _degrees(text: str) -> tuple[float, float] | None:
    """Return the longitude and latitude that a text consists of; None for another text."""
    angles = {
        letter: sum(float(part or 0) / 60**n for n, part in enumerate(parts))
        for *parts, letter in _MINUTES.findall(text)
    }
    if angles.keys() == {"N", "E"}:
        return angles["E"], angles["N"]
    numbers = [_number(part) for part in re.split(r"[\s,;]+", text.strip())]
    match numbers:
        case [float() as lon, float() as lat] if math.isfinite(lon) and math.isfinite(lat):
            return lon, lat
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _named(among: Sequence[Place], name: str, key: Callable[[str], str]) -> list[Place]:
    wanted = key(name)
    return [p for p in among if wanted and wanted in (key(p.name), key(p.name_uk))]


@lru_cache(maxsize=1 << 14)
def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if c.isalnum())


_SPELT = (("shch", "sc"), ("sch", "sc"), ("kh", "h"), ("zh", "z"), ("ts", "c"), ("tz", "c"),
          ("g", "h"), ("w", "v"))  # fmt: skip


def _sounded(name: str) -> str:
    """Return a name in Latin letters as far as its spellings agree.

    Romanisations differ in consonants that two letters stand for and in soft signs, Ukrainian from
    Russian names in vowels and in h and g (Horlivka, Gorlovka): every run of vowels is as good as
    any other, double consonants as single ones.
    """
    text = _folded(name)
    for spelt, sound in _SPELT:
        text = text.replace(spelt, sound)
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiouyj]+", "a", text))


def read_csv(path: Path) -> tuple[Place, ...]:
    """Return the settlements in a file; a RecordError names file and line."""
    if not path.is_file():
        raise RecordError("{name}: not found in {name_2}/", path.name, path.parent.name or ".")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, strict=True)
        places = []
        try:
            if next(rows, []) != list(COLUMNS):
                raise ValueError(f"is not {','.join(COLUMNS)}")
            for number, name, name_uk, lon, lat, people, iso, also in rows:
                population = int(people) if people else None
                places.append(
                    Place(int(number), name, name_uk, float(lon), float(lat), population, iso, also)
                )
        except (ValueError, csv.Error) as error:
            raise RecordError(
                "{name}, line {line_num}: {error}", path.name, rows.line_num, error
            ) from error
    return tuple(places)
