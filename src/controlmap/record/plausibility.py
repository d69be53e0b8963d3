"""Whether a snapshot can be true. What a source shows for a day and then takes back is an error.

Every threshold stands here. They were set on four years of files: of DeepState's 1,489 snapshots,
the retreat from right-bank Kherson among them, none is doubted; of NZZ's 234 weeks, the one of
9 December 2023 is, which lacks two oblasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap.core.model import CARRY_LIMIT, REPORTABLE, Ground, Snapshot, SnapshotInfo, Status
from controlmap.geo.oblasts import Oblast
from controlmap.record.coverage import Coverage
from controlmap.words.catalog import as_given

JUMP_KM2 = 2000.0
"""An oblast's Russian-held area that moves by more from one snapshot to the next must be confirmed.

The largest true step in a day is that of 11 November 2022 in Kherson, 2,003 km2."""
CONFIRMED_WITHIN = CARRY_LIMIT
"""By the snapshots of so long a time after it; they take it back where they undo half of it."""
TAKEN_BACK_SHARE = 0.5
ALWAYS_SHARE = 0.95
"""A status is always reported where so many of a reader's snapshots draw any of it."""
SHOWN_KM2 = 1.0
"""Less of a status, in all oblasts, is none."""
MOST_HELD_KM2 = 603_628.0
"""No more can be Russian-held than all of Ukraine, Crimea included (official area)."""
_LEAST_KM2_PER_DEGREE2 = 7_500.0
"""A square degree at 52.4 north, where Ukraine ends; everywhere south of it there are more."""


@dataclass(frozen=True)
class Measured:
    """A snapshot and its areas by kind of ground in km2; shape (oblasts, grounds)."""

    info: SnapshotInfo
    ground_km2: NDArray[np.float64]

    @cached_property
    def held_km2(self) -> list[float]:
        """Russian-held, by oblast."""
        held: list[float] = self.ground_km2[:, Status.RUSSIAN_HELD.grounds].sum(axis=1).tolist()
        return held

    @cached_property
    def _shown_km2(self) -> list[float]:
        km2: list[float] = self.ground_km2.sum(axis=0).tolist()
        return km2

    def draws(self, status: Status) -> bool:
        """Return whether there is any ground of a status."""
        return sum(self._shown_km2[ground] for ground in status.grounds) >= SHOWN_KM2


@dataclass(frozen=True)
class KeptOut:
    """A file or snapshot that a record does without, and why.

    `measured` is what it showed, where that could be measured: later snapshots may bear it out.
    """

    name: str
    why: str
    measured: Measured | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as the provenance of a record lists it."""
        listed: dict[str, Any] = {"name": self.name, "why": self.why}
        if self.measured is None:
            return listed
        info, km2 = self.measured.info, self.measured.ground_km2
        return listed | {
            "reader": info.reader,
            "observed": info.observed.isoformat(),
            "sha256": info.sha256,
            "reports": sorted(info.reports),
            "ground_km2": [[round(float(v), 3) for v in row] for row in km2],
        }

    @classmethod
    def from_json(cls, listed: Mapping[str, Any]) -> KeptOut:
        """Read what the provenance of a record lists."""
        name, why = listed["name"], listed["why"]
        if "ground_km2" not in listed:
            return cls(name, why)
        observed = datetime.fromisoformat(listed["observed"]).astimezone(UTC)
        reports = frozenset(map(Status, listed["reports"]))
        info = SnapshotInfo(listed["reader"], name, observed, None, listed["sha256"], reports)
        shown = np.array(listed["ground_km2"])
        km2 = np.zeros((len(shown), len(Ground)))  # earlier versions knew fewer kinds
        km2[:, : shown.shape[1]] = shown
        return cls(name, why, Measured(info, km2))


def series_of(coverage: Coverage) -> list[Measured]:
    """Return the snapshots of a record with their areas."""
    return [Measured(i, k) for i, k in zip(coverage.snapshots, coverage.areas, strict=True)]


def impossible(snapshot: Snapshot) -> str | None:
    """Say why what a snapshot draws is beyond the possible; None where it is not.

    Polygons are measured as if all lay where a square degree is smallest, so that none is doubted
    for the way it is measured.
    """
    if snapshot.contradiction:
        return snapshot.contradiction
    layers = [snapshot.layers[g] for g in Status.RUSSIAN_HELD.grounds if g in snapshot.layers]
    km2 = sum(float(shapely.area(layer).sum()) for layer in layers) * _LEAST_KM2_PER_DEGREE2
    if km2 <= MOST_HELD_KM2:
        return None
    return as_given(
        "draws at least {km2:,.0f} km2 as Russian-held; all of Ukraine is {most:,.0f}",
        km2,
        MOST_HELD_KM2,
    )


def implausible(series: Sequence[Measured], oblasts: Sequence[Oblast]) -> list[KeptOut]:
    """Return the snapshots of a series that cannot be true, in order of time, each with its reason.

    An oblast's Russian-held area that moves by more than `JUMP_KM2`, and a status that is missing
    that its reader always draws, are believed where a later snapshot within `CONFIRMED_WITHIN`
    shows them still and none takes them back. The last snapshot has none after it: it is doubted
    until the next one. The first is believed; over a longer gap anything may happen.
    """
    series = sorted(series, key=lambda m: (m.info.observed, m.info.reader))
    always = {reader: _always(series, reader) for reader in {m.info.reader for m in series}}
    out = []
    believed = series[0]
    for number, shown in enumerate(series[1:], start=1):
        why = None
        if _apart(believed, shown) <= CARRY_LIMIT:
            steps = [
                *_jumps(believed, shown, oblasts),
                *_missing(believed, shown, always[shown.info.reader]),
            ]
            after = (m for m in series[number + 1 :] if _apart(shown, m) <= CONFIRMED_WITHIN)
            why = _against(steps, list(after)) if steps else None
        if why is None:
            believed = shown
        else:
            out.append(KeptOut(shown.info.name, why, shown))
    return out


def _always(series: Sequence[Measured], reader: str) -> list[Status]:
    of_it = [m for m in series if m.info.reader == reader]
    return [s for s in REPORTABLE if sum(m.draws(s) for m in of_it) >= ALWAYS_SHARE * len(of_it)]


def _apart(one: Measured, other: Measured) -> timedelta:
    return other.info.observed - one.info.observed


@dataclass(frozen=True)
class _Step:
    """What a snapshot shows that must be confirmed, in words, and whether another takes it back."""

    what: str
    status: Status
    undone_by: Callable[[Measured], bool]


def _jumps(before: Measured, shown: Measured, oblasts: Sequence[Oblast]) -> Iterator[_Step]:
    for number, (was, now) in enumerate(zip(before.held_km2, shown.held_km2, strict=True)):
        step_km2 = now - was
        if abs(step_km2) > JUMP_KM2:
            moved = as_given(
                "{oblast}: Russian-held {step_km2:+,.0f} km2 since {name}",
                oblasts[number].name,
                step_km2,
                before.info.name,
            )
            undone = partial(_undone, before, number, step_km2)
            yield _Step(moved, Status.RUSSIAN_HELD, undone)


def _undone(before: Measured, oblast: int, step_km2: float, later: Measured) -> bool:
    left_km2 = later.held_km2[oblast] - before.held_km2[oblast]
    return left_km2 / step_km2 < 1 - TAKEN_BACK_SHARE


def _missing(before: Measured, shown: Measured, always: Sequence[Status]) -> Iterator[_Step]:
    if before.info.reader != shown.info.reader:
        return
    for status in always:
        if before.draws(status) and not shown.draws(status):
            what = as_given("draws no {status} ground, as hardly any of its reader's do", status)
            yield _Step(what, status, partial(Measured.draws, status=status))


def _against(steps: Sequence[_Step], after: Sequence[Measured]) -> str | None:
    """Say what speaks against the steps of a snapshot; None where they are borne out."""
    for step in steps:
        later = [m for m in after if step.status in m.info.reports]
        if not later:
            return as_given("{what}; no later snapshot confirms it", step.what)
        back = next((m for m in later if step.undone_by(m)), None)
        if back is not None:
            return as_given("{what}; {name} takes it back", step.what, back.info.name)
    return None
