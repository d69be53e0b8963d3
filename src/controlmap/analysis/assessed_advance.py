"""What a person counts assessed advance as: ground of its own, Russian-held, or contested."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import numpy as np

from controlmap.core.model import Ground, Status
from controlmap.record.coverage import Coverage


class Advance(StrEnum):
    """Assessed advance, where Russian forces operate and control is not assessed, counts as."""

    APART = "apart"
    HELD = "held"
    CONTESTED = "contested"


_GROUND = {Advance.HELD: Ground.OCCUPIED, Advance.CONTESTED: Ground.CONTESTED}


def counted(coverage: Coverage, advance: Advance) -> Coverage:
    """The record with its assessed advance counted so; the same record where it has none.

    A snapshot that told of the advance then reports it no more, for it is part of another status.
    """
    if advance is Advance.APART or not any(
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


def reported(reports: frozenset[Status], advance: Advance) -> frozenset[Status]:
    """What is reported when assessed advance counts so."""
    if advance is Advance.APART or Status.ASSESSED_ADVANCE not in reports:
        return reports
    more = {Status.CONTESTED} if advance is Advance.CONTESTED else set()
    return reports - {Status.ASSESSED_ADVANCE} | more
