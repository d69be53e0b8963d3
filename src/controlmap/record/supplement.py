"""Ground that a file leaves out although it is held, taken from a source that has it.

NZZ's feed leaves out from March 2024 what was held before 24 February 2022. That ground is taken
from the same source where files of before are at hand: what its last complete file has and the
first without it has not. Otherwise it is what another source's record reported last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap import sources
from controlmap.core.model import Ground, InputError, Polygons, Snapshot, Status
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from controlmap.sources import polygons
from controlmap.words.catalog import as_given

FROM = sources.DEFAULT
"""The source whose record has what was held before 2022."""
_LEFT_OUT = frozenset({Status.HELD_BEFORE_2022})


@dataclass
class Completion:
    """Completes snapshots, and remembers what was done for the provenance.

    Attributes
    ----------
    known
        A record of the same source at full detail, if there is one: what it has of that ground is
        taken before another source's.
    count
        How many snapshots were completed.
    note
        What was done in a sentence; "" where nothing was.
    km2
        The area that was added to the first of them, over the four oblasts.
    """

    known: Coverage | None = None
    count: int = 0
    note: str = ""
    km2: float = 0.0

    @property
    def figures(self) -> dict[str, Any]:
        """What provenance lists of it; nothing where nothing was done."""
        if not self.count:
            return {}
        return {
            "completed": self.note,
            "completed_snapshots": self.count,
            "completed_km2": round(self.km2, 1),
        }

    def of(self, snapshots: Iterable[Snapshot]) -> Iterator[Snapshot]:
        """Yield the snapshots, those that leave out what was held before 2022 completed.

        Those that leave out nothing are passed on as they come, the others after them.
        """
        short: list[Snapshot] = []
        whole: list[Snapshot] = []
        for snapshot in snapshots:
            if snapshot.lacks == _LEFT_OUT:
                short.append(snapshot)
                continue
            if sources.find_reader(snapshot.info.reader).may_lack:
                whole.append(snapshot)
            yield snapshot
        if not short:
            return
        short.sort(key=lambda s: s.info.observed)
        before = max(
            (s for s in whole if s.info.observed < short[0].info.observed),
            key=lambda s: s.info.observed,
            default=None,
        )
        added = self._added(short[0], before)
        self.count = len(short)
        for snapshot in short:
            layers = {**snapshot.layers, Ground.HELD_BEFORE_2022: added}
            yield replace(snapshot, layers=layers, lacks=frozenset())

    def _added(self, first: Snapshot, before: Snapshot | None) -> Polygons:
        """Return what was held before 2022, less what the first file has as held since."""
        since = _held(first)
        if before is not None:
            ground = shapely.difference(_held(before), since)
            origin = as_given(
                "{before}, the last file that has it, less {first}",
                before.info.name,
                first.info.name,
            )
        else:
            held, origin = _of_record(self.known, first, since) or _reported(first)
            ground = shapely.difference(held, since)
        ground = shapely.intersection(ground, polygons.region())
        added = array_of(geodesy.polygons_of(ground))
        self.km2 = float(geodesy.areas_km2(added).sum())
        self.note = as_given(
            "What was held before 24 February 2022 is left out from {day} on; it was completed, "
            "{km2:,.0f} km2, from {origin}.",
            first.info.day,
            self.km2,
            origin,
        )
        return added


def summed(known: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return what provenance lists of a record that was completed before, and of what was now."""
    before = {key: known[key] for key in known if key.startswith("completed")}
    if before and more:
        count = before["completed_snapshots"] + more["completed_snapshots"]
        return {**before, "completed_snapshots": count}
    return before or dict(more)


def _of_record(
    known: Coverage | None, first: Snapshot, since: BaseGeometry
) -> tuple[BaseGeometry, str] | None:
    """Return what a record of the same source has of that ground, and where that is from."""
    snapshot = known.last(first.info.observed.date()) if known else None
    if known is None or snapshot is None:
        return None
    before = shapely.union_all(known.outline(snapshot.index, Status.HELD_BEFORE_2022.grounds))
    if before.is_empty:
        return None
    if known.cell_m is not None:
        # Lines are good to a cell: no gap is left along what was taken since, nor along the border.
        held = shapely.union_all(known.outline(snapshot.index, Status.RUSSIAN_HELD.grounds))
        near, border, beside = (
            _around(shape, 2 * known.cell_m)
            for shape in (before, polygons.region().boundary, since)
        )
        before = shapely.union_all(
            [before, held.intersection(near).intersection(beside), border.intersection(near)]
        )
    return before, as_given("the record's own map of {name}", snapshot.info.name)


def _around(shape: BaseGeometry, metres: float) -> BaseGeometry:
    wide = shapely.buffer(geodesy.to_equal_area(shape), metres)
    return geodesy.to_lonlat(wide)


def _reported(first: Snapshot) -> tuple[BaseGeometry, str]:
    """Return what `FROM` reported last up to then as held before 2022, and where that is from."""
    record = archive.open_source(FROM).coverage
    known = [
        index
        for index, info in enumerate(record.snapshots)
        if Status.HELD_BEFORE_2022 in info.reports
    ]
    if not known:
        raise InputError(
            "{name}: leaves out what was held before 2022, and the record of {source} "
            "does not report it either",
            first.info.name,
            FROM,
        )
    before = [i for i in known if record.snapshots[i].observed <= first.info.observed]
    index = before[-1] if before else known[0]
    outlines = record.outline(index, Status.HELD_BEFORE_2022.grounds)
    title, day = sources.find_source(FROM).title, record.snapshots[index].day
    origin = as_given("{title}'s record of {day}", title, day)
    if record.cell_m:
        origin = as_given("{origin}, generalised to {cell_m} m", origin, record.cell_m)
    return shapely.union_all(outlines), origin


def _held(snapshot: Snapshot) -> BaseGeometry:
    layers = [snapshot.layers[g] for g in Status.RUSSIAN_HELD.grounds if g in snapshot.layers]
    return shapely.union_all(np.concatenate(layers))
