"""The words of the field: statuses, snapshots, provenance, and the errors.

Everything above this floor speaks in these terms. Two dates are always kept apart:
*observed* (the state of the ground) and *retrieved* (when the file was taken from its source).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controlmap.words.catalog import as_given

Polygons = NDArray[np.object_]
"""A one-dimensional array of shapely Polygons, lon, lat in degrees (WGS84); they may overlap."""


class ControlmapError(Exception):
    """What controlmap reports in one line; the command ends with exit code 1.

    Parameters
    ----------
    text
        The sentence, with a name in braces for each value.
    given
        The values, in the order of their names in the text.
    """

    def __init__(self, text: str, *given: object) -> None:
        super().__init__(text, *given)

    def __str__(self) -> str:
        """Return the sentence in the current language."""
        return as_given(*self.args)


class InputError(ControlmapError):
    """What a person gave cannot be used; nothing was changed; the command ends with exit code 2.

    The message says what was found, where, and what is allowed.
    """


class RecordError(ControlmapError):
    """A record or an embedded file is damaged, missing, or of a newer format; it names the file."""


class Ground(IntEnum):
    """What a piece of ground is at an instant: every point of an oblast is one of them.

    Where a source draws several over each other, the first of `PRECEDENCE` counts.
    """

    UNMARKED = 0
    """Nothing is marked here: held by Ukraine, as far as the source says."""
    OCCUPIED = 1
    """Russian-held, taken since 24 February 2022 (or the source does not say since when)."""
    HELD_BEFORE_2022 = 2
    """Russian-held since before 24 February 2022."""
    CONTESTED = 3
    """The source does not assign it to either side."""
    LIBERATED = 4
    """Held by Ukraine again after having been Russian-held."""
    ASSESSED_ADVANCE = 5
    """Russian forces operate here; the source does not assess that they control it."""
    INFILTRATION = 6
    """Russian forces have got in here and control nothing: contested ground of its own kind."""
    CLAIMED_CONTROL = 7
    """Moscow says that it took this; the source does not confirm it."""


PRECEDENCE = (
    Ground.HELD_BEFORE_2022,
    Ground.OCCUPIED,
    Ground.ASSESSED_ADVANCE,
    Ground.CONTESTED,
    Ground.INFILTRATION,
    Ground.CLAIMED_CONTROL,
    Ground.LIBERATED,
)
"""What is assessed wins over what is claimed, and the more of Russian control over the less.

Records keep the numbers of `Ground`: a new kind is appended there, and takes its place here.
"""


class Status(StrEnum):
    """The statuses that figures are given for.

    Russian-held, contested, assessed advance and Ukrainian-held fill an oblast. Held before 2022
    is a part of the first, infiltration of the second, liberated and claimed control of the last.
    """

    RUSSIAN_HELD = "russian_held"
    HELD_BEFORE_2022 = "held_before_2022"
    CONTESTED = "contested"
    LIBERATED = "liberated"
    UKRAINIAN_HELD = "ukrainian_held"
    ASSESSED_ADVANCE = "assessed_advance"
    INFILTRATION = "infiltration"
    CLAIMED_CONTROL = "claimed_control"

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The kinds of ground that this status is the sum of."""
        return _GROUNDS[self]


_GROUNDS = {
    Status.RUSSIAN_HELD: (Ground.OCCUPIED, Ground.HELD_BEFORE_2022),
    Status.HELD_BEFORE_2022: (Ground.HELD_BEFORE_2022,),
    Status.CONTESTED: (Ground.CONTESTED, Ground.INFILTRATION),
    Status.LIBERATED: (Ground.LIBERATED,),
    Status.UKRAINIAN_HELD: (Ground.UNMARKED, Ground.LIBERATED, Ground.CLAIMED_CONTROL),
    Status.ASSESSED_ADVANCE: (Ground.ASSESSED_ADVANCE,),
    Status.INFILTRATION: (Ground.INFILTRATION,),
    Status.CLAIMED_CONTROL: (Ground.CLAIMED_CONTROL,),
}

REPORTABLE = tuple(status for status in Status if status is not Status.UKRAINIAN_HELD)
"""The statuses that a source may or may not report; `ukrainian_held` is always the rest."""


def statuses_of(grounds: Iterable[Ground]) -> frozenset[Status]:
    """Return the statuses that a source reports by marking these kinds of ground.

    Each that one of them is a part of: infiltration is contested. What was held before 2022 alone
    does not say what is held now.
    """
    marked = frozenset(grounds)
    statuses = frozenset(status for status in REPORTABLE if marked.intersection(status.grounds))
    return statuses if Ground.OCCUPIED in marked else statuses - {Status.RUSSIAN_HELD}


@dataclass(frozen=True)
class SnapshotInfo:
    """What is known of a snapshot beside its polygons: what a record keeps of it.

    Attributes
    ----------
    reader
        The id of the reader that read it.
    name
        The name of the file it was read from.
    observed
        The instant (UTC) at which the ground was as it shows.
    retrieved
        When the file was taken from its source (UTC); None where that was not recorded.
    sha256
        The hash of the bytes it was read from, in hexadecimal.
    reports
        The statuses that this source reports; the others are unknown, not zero.
    warnings
        What the reader could not take at its word, one line each.
    repaired_km2
        The area that repairs of invalid rings moved in all.
    within
        The first and the last day (UTC) that it may be of, where the source does not say which:
        `observed` is then the best instant. None where it does.
    """

    reader: str
    name: str
    observed: datetime
    retrieved: datetime | None
    sha256: str
    reports: frozenset[Status]
    warnings: tuple[str, ...] = ()
    repaired_km2: float = 0.0
    within: tuple[date, date] | None = None

    @property
    def day(self) -> date:
        """The day (UTC) that it is of, or the best one."""
        return self.observed.date()

    @property
    def key(self) -> tuple[str, float]:
        """What no two snapshots of a record share: the reader, and the instant as POSIX seconds."""
        return self.reader, self.observed.timestamp()


@dataclass(frozen=True)
class Snapshot:
    """One source's picture of the ground at one instant.

    Attributes
    ----------
    info
        What it is, of when and from where.
    layers
        The polygons of each kind of ground.
    lacks
        Statuses whose ground the file leaves out though it is there; a record takes no such file
        before it was completed.
    contradiction
        What in the file cannot be true together; a record takes no such file. "" for nothing.
    """

    info: SnapshotInfo
    layers: Mapping[Ground, Polygons]
    lacks: frozenset[Status] = frozenset()
    contradiction: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where a file's content comes from and how it was computed.

    Attributes
    ----------
    title, credit, terms, url
        What it is, whom to name, what may be done with it, where the original is.
    method
        How it was computed, in sentences.
    version
        The version of controlmap that wrote it.
    inputs
        The files it was computed from: name, sha256, bytes.
    figures
        Measured facts about the result: counts, errors, units in the names.
    """

    title: str
    credit: str
    terms: str
    url: str
    method: str
    version: str
    inputs: tuple[Mapping[str, Any], ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


def end_of(day: date) -> datetime:
    """Return the last instant of a day in UTC: what "on that day" means for a snapshot."""
    return datetime.combine(day, time.max, tzinfo=UTC)


CARRY_LIMIT = timedelta(days=14)
"""A snapshot is carried forward over days without one this long; beyond it, there is a gap."""
