"""The four oblasts: polygons, names, official areas. They are identified by ISO 3166-2.

The polygons are those of Minregion (2020, CC BY-SA), generalised to 50 m as a coverage, so that
neighbours share their edges exactly. Ukraine's internationally recognised border is the frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache

from shapely.geometry.base import BaseGeometry

from controlmap.core import geoparquet
from controlmap.core.model import InputError, RecordError
from controlmap.geo import water
from controlmap.geo.geodesy import area_km2, array_of


class Basis(StrEnum):
    """Over which total a share of an oblast is taken."""

    POLYGON = "polygon"
    """The geodesic area of the polygon that statuses are measured in."""
    OFFICIAL = "official"
    """The statistical area that Ukraine's state statistics give."""
    LAND = "land"
    """The polygon less lakes and reservoirs (`water`); what is held is then held land alone."""


@dataclass(frozen=True)
class Oblast:
    """An oblast: ISO 3166-2 code, names, official statistical area and its polygon (lon, lat)."""

    iso: str
    name: str
    name_uk: str
    official_km2: float
    polygon: BaseGeometry
    polygon_km2: float

    @cached_property
    def water_km2(self) -> float:
        """How much of the polygon is lakes and reservoirs; geodesic on WGS84."""
        return float(water.areas_km2(array_of([self.polygon]))[0])

    def measured_km2(self, basis: Basis) -> float:
        """Return the area in km2 that statuses fill: the polygon's, or the land's in it."""
        return self.polygon_km2 - (self.water_km2 if basis == Basis.LAND else 0.0)

    def total_km2(self, basis: Basis) -> float:
        """Return the area in km2 that shares are taken over."""
        return self.official_km2 if basis == Basis.OFFICIAL else self.measured_km2(basis)


FACTS = {
    "UA-14": ("Donetsk", "Донецька область", 26517.0),
    "UA-09": ("Luhansk", "Луганська область", 26684.0),
    "UA-65": ("Kherson", "Херсонська область", 28461.0),
    "UA-23": ("Zaporizhzhia", "Запорізька область", 27183.0),
}
"""ISO 3166-2 to English name, Ukrainian name, official area in km2, in the order they are shown."""
ISO_CODES = tuple(FACTS)
CLAIMED_ON = date(2022, 9, 30)
"""When Russia declared the four oblasts annexed; from then on all of each is claimed."""
CREDIT = "© Мінрегіон"
CREDIT_URL = "https://www.minregion.gov.ua"
_PLAUSIBLE = 0.05
"""How far a polygon's area may be from the official one.

The tightest set that includes the sea (geoBoundaries) is 9 % off for Donetsk and 16 % for
Zaporizhzhia; Minregion's Kherson, the farthest of the honest ones, is 3.8 % off, because official
statistics count the waters of the Syvash and the limans.
"""


@lru_cache(maxsize=1)
def load() -> tuple[Oblast, ...]:
    """Return the four oblasts from `geodata/oblasts.parquet`, in the order of `ISO_CODES`."""
    file = geoparquet.read(geoparquet.geodata("oblasts.parquet"), "oblasts")
    polygons = dict(zip(file.table.column("iso").to_pylist(), file.geometry, strict=True))
    try:
        return tuple(of(iso, polygons[iso]) for iso in ISO_CODES)
    except (KeyError, InputError) as error:
        raise RecordError(
            "oblasts.parquet: holds other oblasts than it should ({error})", error
        ) from error


def of(iso: str, polygon: BaseGeometry) -> Oblast:
    """Return an oblast of that polygon (lon, lat); an InputError for an area that cannot be its."""
    name, name_uk, official = FACTS[iso]
    measured = area_km2(polygon)
    if abs(measured / official - 1) > _PLAUSIBLE:
        raise InputError(
            "oblast polygons: {name} measures {measured:,.0f} km2, the official area "
            "is {official:,.0f} km2; polygons that include the sea are not allowed",
            name,
            measured,
            official,
        )
    return Oblast(iso, name, name_uk, official, polygon, measured)


def find(text: str) -> str:
    """Return the ISO code for a code or a name; an InputError lists what there is."""
    wanted = text.strip().casefold()
    for iso, (name, name_uk, _) in FACTS.items():
        if wanted in (iso.casefold(), name.casefold(), name_uk.casefold()):
            return iso
    listed = ", ".join(f"{iso} ({name})" for iso, (name, *_) in FACTS.items())
    raise InputError("oblast {oblast!r}: not known; allowed: {listed}", text, listed)
