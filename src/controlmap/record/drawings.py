"""The polygons of snapshots, each kept once: nearly all of a day is the day before's.

Which snapshots a record uses is decided here too, by what is known of them.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

import shapely

from controlmap.core.model import Ground, InputError, Polygons, Snapshot, SnapshotInfo
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of

Layers = list[dict[Ground, list[int]]]
"""For each snapshot the numbers of its polygons, by kind of ground."""


class Drawings:
    """Distinct snapped polygons, and which of them are what in each snapshot.

    Attributes
    ----------
    infos
        The snapshots, in the order they were added; of two that are the same one is kept.
    """

    def __init__(self) -> None:
        self.infos: list[SnapshotInfo] = []
        self._layers: Layers = []
        self._polygons: list[shapely.Polygon] = []
        self._number: dict[bytes, int] = {}
        self._seen: dict[tuple[str, float], int] = {}
        # Polygons of the last snapshot as they were given, by identity: readers hand out the same
        # object for what has not changed. They are kept, so that no other takes their identity.
        self._last: dict[int, tuple[shapely.Polygon, int]] = {}

    def add(self, snapshot: Snapshot) -> None:
        """Add a snapshot; an InputError names two of the same instant that differ.

        One that leaves out ground that is there is refused as well: `supplement` comes first.
        """
        check_whole(snapshot)
        info = snapshot.info
        if info.key in self._seen:
            number = self._seen[info.key]
            self.infos[number] = keep_one(self.infos[number], info)
            return
        self._seen[info.key] = len(self.infos)
        self.infos.append(info)
        layers = snapshot.layers
        self._layers.append({ground: self._numbers(each) for ground, each in layers.items()})
        here = {id(polygon) for polygons in layers.values() for polygon in polygons}
        self._last = {number: known for number, known in self._last.items() if number in here}

    def leave_out(self, keys: Container[tuple[str, float]]) -> None:
        """Drop the snapshots of these keys, as if they had not been added."""
        kept = [i for i, info in enumerate(self.infos) if info.key not in keys]
        self.infos = [self.infos[i] for i in kept]
        self._layers = [self._layers[i] for i in kept]
        self._seen = {info.key: number for number, info in enumerate(self.infos)}

    def _numbers(self, polygons: Polygons) -> list[int]:
        fresh = array_of(p for p in polygons if id(p) not in self._last)
        snapped = geodesy.snap(fresh)
        for given, polygon, key in zip(fresh, snapped, shapely.to_wkb(snapped), strict=True):
            if key not in self._number:
                self._number[key] = len(self._polygons)
                self._polygons.append(polygon)
            self._last[id(given)] = given, self._number[key]
        return [self._last[id(p)][1] for p in polygons]

    def used(self, snapshots: Sequence[int]) -> tuple[Polygons, Layers]:
        """Return the polygons of these snapshots, and their layers numbered accordingly."""
        numbers = sorted({n for i in snapshots for ns in self._layers[i].values() for n in ns})
        renumbered = {n: k for k, n in enumerate(numbers)}
        layers = [
            {g: [renumbered[n] for n in ns] for g, ns in self._layers[i].items()} for i in snapshots
        ]
        return array_of(self._polygons[n] for n in numbers), layers


def check_whole(snapshot: Snapshot) -> None:
    """Raise an InputError where a snapshot leaves out ground that is there."""
    if snapshot.lacks:
        left_out = ", ".join(sorted(snapshot.lacks))
        name = snapshot.info.name
        raise InputError("{name}: leaves out {status}; complete it first", name, left_out)


def keep_one(known: SnapshotInfo, info: SnapshotInfo) -> SnapshotInfo:
    """Return which of two snapshots of the same reader and instant is kept: the first by name.

    Raises
    ------
    InputError
        Where they are not of the same bytes; it names both.
    """
    if known.sha256 != info.sha256:
        raise InputError(
            "{name}: {other} is of the same instant and differs", info.name, known.name
        )
    return min(known, info, key=lambda i: i.name)


def select(
    infos: Sequence[SnapshotInfo],
    readers: Sequence[str],
    without: Container[tuple[str, float]] = (),
) -> list[int]:
    """Return the numbers of the snapshots that a record uses, in order of time.

    Over the days of a reader's snapshots, those of the readers after it in `readers` are not used;
    those whose `SnapshotInfo.key` is in `without` are as if they had not been given.
    """
    left = sorted(
        (i for i, info in enumerate(infos) if info.key not in without),
        key=lambda i: (infos[i].observed, infos[i].reader),
    )
    for rank, reader in enumerate(readers):
        days = [infos[i].day for i in left if infos[i].reader == reader]
        if days:
            later = set(readers[rank + 1 :])
            left = [
                i
                for i in left
                if infos[i].reader not in later or not days[0] <= infos[i].day <= days[-1]
            ]
    return left
