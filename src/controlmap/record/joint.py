"""What several embedded records hold at once, measured before they were generalised.

Each record's areas are exact, but its map is generalised for itself: two such maps show where
sources agree to some km2 an oblast only. So it is measured once, on the lines of all their files
together, and kept beside the records that it is of.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from controlmap import sources
from controlmap.core import geoparquet
from controlmap.core.model import CARRY_LIMIT, Ground, Provenance, Status
from controlmap.core.version import __version__
from controlmap.geo import water
from controlmap.geo.geodesy import areas_km2
from controlmap.geo.oblasts import Basis
from controlmap.record import noding
from controlmap.record.coverage import Coverage
from controlmap.record.drawings import Drawings
from controlmap.record.noding import Frames, Outlines

NAME = "joint.parquet"
Snapshots = tuple[int, ...]
"""The number of a snapshot of each record, in the order of `Joint.records`; -1 for none of it."""
_UNITS = 1000  # to a km2
_ADVANCE = (Ground.ASSESSED_ADVANCE,)


@dataclass(frozen=True)
class Joint:
    """What the records of some hashes hold at once.

    Attributes
    ----------
    records
        The hashes of the records' files.
    km2
        By snapshots, and whether assessed advance counts as held: the areas of polygons and of the
        water in them, in km2, geodesic on WGS84; shape (2, oblasts).
    """

    records: tuple[str, ...]
    km2: Mapping[tuple[Snapshots, bool], NDArray[np.float64]]

    def held_km2(
        self, snapshots: Mapping[str, int], basis: Basis, *, advance_held: bool
    ) -> NDArray[np.float64] | None:
        """Return what all of some snapshots hold, by oblast in km2; None where that is not known.

        Parameters
        ----------
        snapshots
            By the hashes of the records that they are of.
        """
        if not snapshots.keys() <= set(self.records):
            return None
        key = tuple(snapshots.get(record, -1) for record in self.records)
        # Records without assessed advance have no areas with it.
        areas = self.km2.get((key, advance_held), self.km2.get((key, False)))
        if areas is None:
            return None
        all_of_it, in_water = areas
        return np.asarray(all_of_it - in_water if basis == Basis.LAND else all_of_it)


@lru_cache(maxsize=1)
def load() -> Joint:
    """Return what the embedded records hold at once, from `geodata/joint.parquet`.

    Raises
    ------
    RecordError
        Where the file is missing or damaged.
    """
    file = geoparquet.read(geoparquet.geodata(NAME), "joint")
    *snapshots, advance = (file.table.column(c).to_pylist() for c in file.extra["keys"])
    columns = [file.table.column(c).to_numpy() for c in file.extra["areas"]]
    km2 = np.stack(columns, axis=1).reshape(len(advance), 2, -1) / _UNITS
    keys = zip(zip(*snapshots, strict=True), map(bool, advance), strict=True)
    return Joint(tuple(file.extra["records"]), dict(zip(keys, km2, strict=True)))


def write(
    path: Path,
    coverages: Mapping[str, Coverage],
    drawings: Drawings,
    files: Sequence[Mapping[str, Any]],
) -> None:
    """Measure what records hold at once, on the lines of the files they are of, and write it.

    Parameters
    ----------
    coverages
        The records by the ids of their sources, each with the hash of its file.
    drawings
        What the files of all of them draw, completed.
    files
        The records' names, hashes and sizes.
    """
    rows = sorted(_rows(list(coverages.values())))
    areas = _areas(list(coverages.values()), drawings, rows)
    oblasts = next(iter(coverages.values())).oblasts
    keys = [*coverages, "advance_held"]
    names = [f"{what}_{o.iso}" for what in ("all", "water") for o in oblasts]
    numbers = np.array([(*snapshots, held) for snapshots, held in rows], dtype=np.int16)
    units = np.rint(areas.reshape(len(rows), -1) * _UNITS).astype(np.int32)
    table = pa.table(
        {
            **{key: numbers[:, i] for i, key in enumerate(keys)},
            **{name: units[:, i] for i, name in enumerate(names)},
        }
    )
    provenance = Provenance(
        title="What the embedded records hold at once",
        credit="; ".join(dict.fromkeys(sources.find_source(s).credit for s in coverages)),
        terms="figures alone, computed by controlmap; each record has the terms of its source",
        url=sources.find_source(next(iter(coverages))).url,
        method="On the faces of the lines of all files together, before records are generalised: "
        "the area that the snapshots of a row hold, all of them, by oblast, in units of 0.001 km2, "
        "and how much of it is water; geodesic on WGS84. -1 is a record that is not asked.",
        version=__version__,
        inputs=tuple(files),
        figures={"rows": len(rows)},
    )
    extra = {"records": [c.sha256 for c in coverages.values()], "keys": keys, "areas": names}
    nowhere = np.full(len(rows), None, dtype=object)
    geoparquet.write(path, "joint", table, nowhere, provenance, extra)


def _rows(coverages: Sequence[Coverage]) -> set[tuple[Snapshots, bool]]:
    """Return the snapshots of two records or more that are current on one day, at some time."""
    with_advance = [
        any(Status.ASSESSED_ADVANCE in info.reports for info in c.snapshots) for c in coverages
    ]
    rows = set()
    for current in _current(coverages):
        known = [i for i, number in enumerate(current) if number >= 0]
        for count in range(2, len(known) + 1):
            for some in itertools.combinations(known, count):
                row = tuple(n if i in some else -1 for i, n in enumerate(current))
                rows.add((row, False))
                if any(with_advance[i] for i in some):
                    rows.add((row, True))
    return rows


def _current(coverages: Sequence[Coverage]) -> Iterator[Snapshots]:
    """Yield the current snapshot of each record, -1 for none, on every day that any has."""
    days = np.array([c.span for c in coverages], dtype="datetime64[D]")
    for day in np.arange(days.min(), days.max() + CARRY_LIMIT.days + 1).tolist():
        last = [c.last(day) for c in coverages]
        yield tuple(
            s.index if s and day - s.info.observed.date() <= CARRY_LIMIT else -1 for s in last
        )


def _areas(
    coverages: Sequence[Coverage], drawings: Drawings, rows: Sequence[tuple[Snapshots, bool]]
) -> NDArray[np.float64]:
    """Return areas and the water in them, in km2; shape (rows, 2, oblasts)."""
    number = {info.key: i for i, info in enumerate(drawings.infos)}
    used = [number[info.key] for c in coverages for info in c.snapshots]
    polygons, layers = drawings.used(used)
    outlines = Outlines.of(polygons)
    geometry, oblast = noding.faces_of(outlines.edges, Frames.of(coverages[0].oblasts))
    order = np.argsort(oblast, kind="stable")
    geometry = geometry[order]
    first = np.searchsorted(oblast[order], np.arange(len(coverages[0].oblasts)))
    km2 = np.stack([areas_km2(geometry), water.areas_km2(geometry)])
    points = noding.interior_points(geometry)
    held, advance = [], []
    for ground in noding.grounds_of(points, polygons, outlines, layers):
        held.append(_packed(ground, Status.RUSSIAN_HELD.grounds))
        advance.append(_packed(ground, (*Status.RUSSIAN_HELD.grounds, *_ADVANCE)))
    start = np.cumsum([0, *(len(c.snapshots) for c in coverages)])
    out = []
    for snapshots, advance_held in rows:
        by_snapshot = advance if advance_held else held
        each = [by_snapshot[start[i] + n] for i, n in enumerate(snapshots) if n >= 0]
        at_once = np.unpackbits(np.bitwise_and.reduce(each), count=len(geometry))
        out.append(np.add.reduceat(km2 * at_once, first, axis=1))
    return np.array(out)


def _packed(ground: noding.Grounds, grounds: Sequence[Ground]) -> NDArray[np.uint8]:
    return np.packbits(np.isin(ground, grounds))
