"""Turning points: events to read beside the figures. They are told, never computed with."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from controlmap.core import geoparquet
from controlmap.core.model import RecordError

_FIELDS = {"date": date, "title": str, "source": str}


@dataclass(frozen=True)
class TurningPoint:
    """An event of a day (UTC), in our own words, and who reported it."""

    date: date
    title: str
    source: str


@lru_cache(maxsize=1)
def load() -> tuple[TurningPoint, ...]:
    """Return the embedded turning points, in order of time."""
    return read(geoparquet.geodata("turning_points.toml"))


def read(path: Path) -> tuple[TurningPoint, ...]:
    """Return the turning points of a TOML file, a `[[turning_point]]` each, in order of time.

    Raises
    ------
    RecordError
        Where the file is not TOML, or with every entry that is not whole.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{path.name}: {error}") from error
    entries = document.get("turning_point", [])
    wrong = [
        f"entry {number}: {field} is {entry.get(field)!r}, not a {kind.__name__}"
        for number, entry in enumerate(entries, start=1)
        for field, kind in _FIELDS.items()
        if type(entry.get(field)) is not kind
    ]
    if wrong:
        raise RecordError(f"{path.name}: {'; '.join(wrong)}")
    points = (TurningPoint(e["date"], e["title"], e["source"]) for e in entries)
    return tuple(sorted(points, key=lambda point: point.date))
