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

from controlmap.core import geoparquet
from controlmap.core.model import InputError, RecordError
from controlmap.geo import oblasts
from controlmap.geo.geodesy import WGS84
from controlmap.geo.oblasts import ISO_CODES

RANK_FLOORS = (200_000, 50_000, 10_000)
"""The least population of ranks 0, 1 and 2; the rest are of rank 3."""
MANY_TIMES = 5
"""How much more populous one of two places of a name is to be meant without its oblast."""
KNOWN = "settlements of 500 people or more in the four oblasts are known, by today's names"
_KHERSON = 706448


@dataclass(frozen=True)
class Place:
    """A settlement.

    Attributes
    ----------
    geonameid
        Its number in GeoNames.
    name, name_uk
        The English name, and the Ukrainian one, "" where GeoNames does not tell it.
    lon, lat
        Degrees on WGS84.
    population
        GeoNames' figure, None where it has none. They are of mixed dates, for most places before
        the war; those of Kherson (66,000) and Mariupol (230,000) are estimates of the war years.
    iso
        The oblast's ISO 3166-2 code.
    """

    geonameid: int
    name: str
    name_uk: str
    lon: float
    lat: float
    population: int | None
    iso: str

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
    """The settlements from `geodata/places.csv`, by oblast and falling population.

    Raises
    ------
    RecordError
        Where the file is missing or damaged; it names the line.
    """
    path = geoparquet.geodata("places.csv")
    geoparquet.check_sidecar(path)
    return read_csv(path)


def find(text: str) -> tuple[Place, tuple[Place, ...]]:
    """The settlement of a name, and the others that have it too.

    Names match in English and Ukrainian, with or without diacritics and apostrophes; where none
    does, in other spellings in Latin letters (`_sounded`). "Name, Oblast" tells doubles apart. Of
    doubles, one `MANY_TIMES` as populous as the next is meant.

    Raises
    ------
    InputError
        Where there is none (it suggests near ones), or it cannot be told which is meant.
    """
    name, _, oblast = text.partition(",")
    iso = oblasts.find(oblast) if oblast else None
    among = [p for p in load() if iso in (None, p.iso)]
    found = _named(among, name, _folded) or _named(among, name, _sounded)
    if not found:
        names = {_sounded(n): n for p in among for n in (p.name, p.name_uk) if n}
        near = [names[n] for n in difflib.get_close_matches(_sounded(name), names, 3, 0.6)]
        hint = f"; near: {', '.join(near)}" if near else ""
        raise InputError(f"{name.strip()!r}: no place of that name{hint}; {KNOWN}")
    found.sort(key=lambda p: -(p.population or 0))
    if len(found) > 1 and (found[0].population or 0) < MANY_TIMES * (found[1].population or 1):
        told = "; ".join(f"{p.name}, {oblasts.FACTS[p.iso][0]} ({p.lon},{p.lat})" for p in found)
        raise InputError(f"{name.strip()!r}: {len(found)} places of that name: {told}")
    return found[0], tuple(found[1:])


def nearest(lon: float, lat: float) -> tuple[str, float]:
    """The settlement nearest to a point, by name, and its distance in km (geodesic, WGS84)."""
    known = load()
    near = min(
        known,
        key=lambda p: (p.lat - lat) ** 2 + ((p.lon - lon) * math.cos(math.radians(lat))) ** 2,
    )
    return near.name, WGS84.inv(lon, lat, near.lon, near.lat)[2] / 1000


@dataclass(frozen=True)
class Where:
    """A point asked for: where it is, and where a name was given, whose it is and whose else."""

    lon: float
    lat: float
    place: Place | None = None
    others: tuple[Place, ...] = ()


def locate(text: str) -> Where:
    """The point that "LON,LAT" in degrees or the name of a settlement means.

    Raises
    ------
    InputError
        As `find`, or where the numbers are none.
    """
    lon, comma, lat = text.partition(",")
    numbers = [_number(part) for part in (lon, lat)]
    if not comma or numbers == [None, None]:
        place, others = find(text)
        return Where(place.lon, place.lat, place, others)
    if any(number is None or not math.isfinite(number) for number in numbers):
        raise InputError(f"{text!r}: is not LON,LAT in degrees")
    return Where(float(lon), float(lat))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _named(among: Sequence[Place], name: str, key: Callable[[str], str]) -> list[Place]:
    wanted = key(name)
    return [p for p in among if wanted and wanted in (key(p.name), key(p.name_uk))]


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if c.isalnum())


_SPELT = (("shch", "sc"), ("sch", "sc"), ("kh", "h"), ("zh", "z"), ("ts", "c"), ("tz", "c"),
          ("g", "h"), ("w", "v"))  # fmt: skip


def _sounded(name: str) -> str:
    """A name in Latin letters as far as its spellings agree.

    Romanisations differ in consonants that two letters stand for and in soft signs, Ukrainian from
    Russian names in vowels and in h and g (Horlivka, Gorlovka): every run of vowels is as good as
    any other, double consonants as single ones.
    """
    text = _folded(name)
    for spelt, sound in _SPELT:
        text = text.replace(spelt, sound)
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiouyj]+", "a", text))


def read_csv(path: Path) -> tuple[Place, ...]:
    """The settlements in a file; `RecordError` names file and line."""
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError as error:
        raise RecordError(f"{path.name}: not found in {path.parent.name or '.'}/") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RecordError(f"{path.name}, line {line}: is not UTF-8") from error
    if not text.endswith("\n"):
        line = text.count("\n") + 1
        raise RecordError(f"{path.name}, line {line}: is cut off")
    header, *rows = text[:-1].split("\n")
    if header != ",".join(COLUMNS):
        raise RecordError(f"{path.name}, line 1: is not {','.join(COLUMNS)}")
    places: dict[int, Place] = {}
    for number, row in enumerate(rows, start=2):
        try:
            place = _parsed(next(csv.reader([row], strict=True), []))
            if place.geonameid in places:
                raise ValueError(f"geonameid {place.geonameid} is there twice")
        except (ValueError, csv.Error) as error:
            raise RecordError(f"{path.name}, line {number}: {error}") from error
        places[place.geonameid] = place
    return tuple(places.values())


def _parsed(cells: list[str]) -> Place:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"has {len(cells)} fields, not {len(COLUMNS)}")
    number, name, name_uk, lon_text, lat_text, people, iso = cells
    lon, lat = float(lon_text), float(lat_text)
    if not name:
        raise ValueError("has no name")
    if iso not in ISO_CODES:
        raise ValueError(f"oblast {iso!r} is not one of {', '.join(ISO_CODES)}")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"lon {lon_text}, lat {lat_text} is not on the globe")
    population = int(people) if people else None
    if population is not None and population <= 0:
        raise ValueError(f"population {people} is not positive")
    return Place(int(number), name, name_uk, lon, lat, population, iso)
