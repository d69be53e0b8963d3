"""The figures of a record for the browser: what Python measured of every snapshot, exactly.

The file is gzipped JSON, which `assets/figures.js` reads. Areas are whole square metres, geodesic
on WGS84, by oblast and last of all four, each as its step from the snapshot before: no digit is
lost.
"""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from controlmap import sources
from controlmap.analysis import assessed_advance, budget
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL
from controlmap.analysis.render import plain
from controlmap.core.model import CARRY_LIMIT, REPORTABLE, Status
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage, DaySnapshot, with_sum

M2 = 1_000_000
"""Square metres to a km2."""
_FORMAT = 2


def encode(coverage: Coverage) -> bytes:
    """Return the figures as the front end reads them; the same record gives the same bytes.

    The last snapshot of a day stands for it.
    """
    first = coverage.span[0]
    numbers = np.array([(s.observed.date() - first).days for s in coverage.snapshots])
    days, last = np.unique(numbers[::-1], return_index=True)
    last = len(numbers) - 1 - last
    infos = [coverage.snapshots[i] for i in last]
    readers = sorted({info.reader for info in infos})
    totals = {basis.value: [o.total_km2(basis) for o in coverage.oblasts] for basis in Basis}
    measured = {
        basis.value: [o.measured_km2(basis) for o in coverage.oblasts]
        for basis in (Basis.POLYGON, Basis.LAND)
    }
    content = {
        "format": _FORMAT,
        "source": coverage.source,
        "first": str(first),
        "carry_days": CARRY_LIMIT.days,
        "isos": [*(o.iso for o in coverage.oblasts), ALL],
        "names": [o.name for o in coverage.oblasts],
        "claimed": {basis: [*each, sum(each)] for basis, each in totals.items()},
        "measured": {basis: [*each, sum(each)] for basis, each in measured.items()},
        "day": days,
        "observed": [plain(sources.observed(info)) for info in infos],
        "retrieved": [plain(info.retrieved) for info in infos],
        "within": [info.within and [str(day) for day in info.within] for info in infos],
        "readers": readers,
        "reader": [readers.index(info.reader) for info in infos],
        "by_advance": {
            advance.value: _figures(assessed_advance.counted(coverage, advance), last)
            for advance in Advance
            if advance == Advance.APART or _has_advance(coverage)
        },
    }
    text = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return gzip.compress(text, compresslevel=9, mtime=0)


def _has_advance(coverage: Coverage) -> bool:
    return any(Status.ASSESSED_ADVANCE in info.reports for info in coverage.snapshots)


def _figures(coverage: Coverage, last: NDArray[np.int64]) -> dict[str, Any]:
    """Return by status its areas and whether it is reported, and when each oblast was redrawn."""
    statuses = {}
    for status in REPORTABLE:
        reported = [int(status in coverage.snapshots[i].reports) for i in last]
        if any(reported):
            statuses[status.value] = {
                "reported": reported,
                "m2": {
                    basis.value: _steps(with_sum(coverage.status_km2(status, last, basis)))
                    for basis in (Basis.POLYGON, Basis.LAND)
                },
            }
    snapshots = [_snapshot(coverage, i) for i in last]
    redrawn = np.array(
        [
            [-1 if day is None else (day - coverage.span[0]).days for day in days]
            for days in (budget.last_redrawn(coverage, s) for s in snapshots)
        ]
    )
    return {
        "statuses": statuses,
        "dating": {
            basis.value: _steps(np.array([budget.over_days(coverage, s, basis) for s in snapshots]))
            for basis in (Basis.POLYGON, Basis.LAND)
        },
        "redrawn": np.ascontiguousarray(np.diff(redrawn.T, prepend=0)),
    }


def _snapshot(coverage: Coverage, index: int) -> DaySnapshot:
    info = coverage.snapshots[index]
    return DaySnapshot(info.day, index, info, carried=False)


def _steps(km2: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return areas in whole m2 as steps, shape (oblasts + 1, snapshots)."""
    m2 = np.rint(km2.T * M2).astype(np.int64)
    return np.ascontiguousarray(np.diff(m2, axis=1, prepend=0))
