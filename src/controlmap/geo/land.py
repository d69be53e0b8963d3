"""The land around the four oblasts, for context on a map; nothing is ever measured in it.

Ukraine's outline is Minregion's (2020, CC BY-SA), within the internationally recognised border and
so with Crimea. Neighbours are Natural Earth's, less whatever of them lies in that outline: Natural
Earth has its own view of borders, which is not used for Ukraine's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from shapely.geometry.base import BaseGeometry

from controlmap.core import geoparquet


@dataclass(frozen=True)
class Land:
    """A country's land in the frame: ISO 3166-1 alpha-2 code, English name, polygon (lon, lat)."""

    code: str
    name: str
    polygon: BaseGeometry


@lru_cache(maxsize=1)
def load() -> tuple[Land, ...]:
    """Return Ukraine, then its neighbours by name, from `geodata/land.parquet`.

    Raises
    ------
    RecordError
        Where the file is missing or damaged.
    """
    file = geoparquet.read(geoparquet.geodata("land.parquet"), "land")
    codes, names = (file.table.column(column).to_pylist() for column in ("code", "name"))
    return tuple(Land(*row) for row in zip(codes, names, file.geometry, strict=True))
