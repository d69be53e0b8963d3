"""What others published of control: figures to hold a record against, each with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path

from controlmap.core import geoparquet
from controlmap.core.model import RecordError

UKRAINE = "UA"
"""Whose figure is of all Ukraine."""


@dataclass(frozen=True)
class Published:
    """A figure that others published.

    Attributes
    ----------
    id
        Its own, in its file.
    source
        The id of the source whose map it is of.
    of
        The oblast by ISO 3166-2, or `UKRAINE`.
    quantity
        "held_km2", "change_km2", "held_share", "share_change", "not_held_km2" or "days_to_take".
    end
        The day at whose end it is; of a change, the end of its period.
    figure, unit
        As it was published.
    said_by, published_in
        Who says it, and where.
    start
        The day at whose end the period of a change begins.
    note
        What is not said of it.
    """

    id: str
    source: str
    of: str
    quantity: str
    end: date
    figure: float
    unit: str
    said_by: str
    published_in: str
    start: date | None = None
    note: str = ""

    @property
    def days(self) -> tuple[date, ...]:
        """The days that it is about."""
        return (self.end,) if self.start is None else (self.start, self.end)


@lru_cache(maxsize=1)
def load() -> tuple[Published, ...]:
    """Return the embedded figures."""
    return read(geoparquet.geodata("published.toml"))


def read(path: Path) -> tuple[Published, ...]:
    """Return the figures of a TOML file, a `[[published]]` each.

    Raises
    ------
    RecordError
        Where the file is not TOML, or an entry is not whole.
    """
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("published", [])
        return tuple(Published(**entry) for entry in entries)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        listed = ", ".join(field.name for field in fields(Published))
        raise RecordError("{name}: {error}; keys are {listed}", path.name, error, listed) from error
