"""What a person counts assessed advance as: ground of its own, Russian-held, or contested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

import numpy as np

from controlmap import sources
from controlmap.core.choices import chosen
from controlmap.core.model import REPORTABLE, Ground, Status
from controlmap.record.coverage import Coverage
from controlmap.words import notes
from controlmap.words.catalog import Message


class Advance(StrEnum):
    """Assessed advance, where Russian forces operate and control is not assessed, counts as."""

    APART = "apart"
    HELD = "held"
    CONTESTED = "contested"


_GROUND = {Advance.HELD: Ground.OCCUPIED, Advance.CONTESTED: Ground.CONTESTED}


def counted(coverage: Coverage, advance: str) -> Coverage:
    """Return the record with its assessed advance counted so; the same where it has none.

    A snapshot that reported the advance then reports it no more, for it is part of another status.

    Raises
    ------
    InputError
        Where the choice is none.
    """
    advance = chosen(Advance, advance)
    if advance == Advance.APART or not any(
        Status.ASSESSED_ADVANCE in info.reports for info in coverage.snapshots
    ):
        return coverage
    ground = np.where(
        coverage.run_ground == Ground.ASSESSED_ADVANCE, _GROUND[advance], coverage.run_ground
    )
    snapshots = tuple(
        replace(info, reports=reported(info.reports, advance)) for info in coverage.snapshots
    )
    return replace(coverage, run_ground=ground, snapshots=snapshots)


def reported(reports: frozenset[Status], advance: str) -> frozenset[Status]:
    """Return what is reported when assessed advance counts so."""
    if advance == Advance.APART or Status.ASSESSED_ADVANCE not in reports:
        return reports
    more = {Status.CONTESTED} if advance == Advance.CONTESTED else set()
    return reports - {Status.ASSESSED_ADVANCE} | more


def never_reported(source: str, advance: str) -> frozenset[str]:
    """Return the statuses that no reader of a source reports, its advance counted so."""
    known = reported(sources.find_source(source).reports, advance)
    return frozenset(status.value for status in REPORTABLE if status not in known)


def note(source: str, advance: str) -> Iterator[Message]:
    """Yield what a source's assessed advance was counted as; nothing where it reports none."""
    if Status.ASSESSED_ADVANCE in sources.find_source(source).reports:
        yield notes.ADVANCE[advance]
