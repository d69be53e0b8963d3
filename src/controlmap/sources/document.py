"""A file as a reader gets it, whatever its format: features, each with properties and polygons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from controlmap.sources.polygons import Memo, Rings


@dataclass(frozen=True)
class Feature:
    """A feature of a file.

    Attributes
    ----------
    number
        Its number in the file, from 0.
    properties
        Its values by column.
    polygons
        The rings of each of its polygons, as the file has them; none where it draws no area.
    """

    number: int
    properties: Mapping[str, Any]
    polygons: Sequence[Rings]


@dataclass(frozen=True)
class Document:
    """A parsed file.

    Attributes
    ----------
    name, sha256
        Of the file.
    features
        In order.
    members
        What a GeoJSON file has beside its features.
    day
        The one that `features` are of, where the file is of several days.
    notes
        What is to know of how it was parsed, one line each.
    encoding
        Of its texts, where its format does not fix it; else "".
    memo
        The polygons of the file before it.
    """

    name: str
    sha256: str
    features: tuple[Feature, ...] = ()
    members: Mapping[str, Any] = field(default_factory=dict)
    day: date | None = None
    notes: tuple[str, ...] = ()
    encoding: str = ""
    memo: Memo = field(default_factory=Memo, compare=False)

    @property
    def areas(self) -> list[Feature]:
        """The features that have polygons."""
        return [feature for feature in self.features if feature.polygons]


def shown(value: object) -> str:
    """Return a value of a file for a message: at most 60 characters, all of them printable."""
    text = " ".join(str(value).split())[:60]
    return text if text.isprintable() else ascii(text)
