"""The layers of a snapshot, filled feature by feature: what every reader does alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import shapely

from controlmap.core.model import Ground, InputError, Polygons, Snapshot, SnapshotInfo, Status
from controlmap.geo.geodesy import array_of
from controlmap.sources.document import Document, Feature
from controlmap.sources.polygons import Bounds, region
from controlmap.words.catalog import as_given


class Layers:
    """Polygons by kind of ground, as a reader takes them from the features of a document."""

    def __init__(self, document: Document, grounds: Iterable[Ground] = ()) -> None:
        """Begin with layers of these kinds of ground, which may stay empty."""
        self.warnings = list(document.notes)
        self._document = document
        self._polygons: dict[Ground, list[shapely.Polygon]] = {ground: [] for ground in grounds}
        self._far: list[Bounds] = []
        self._repaired_km2 = 0.0

    def add(self, feature: Feature, ground: Ground | None) -> list[shapely.Polygon]:
        """Return a feature's polygons near the four oblasts, added to a layer if one is named."""
        where = f"{self._document.name}: feature {feature.number}"
        near: list[shapely.Polygon] = []
        for rings in feature.polygons:
            valid = self._document.memo.valid(rings, where)
            if valid.parts is None:
                self._far.append(valid.bounds)
                continue
            near += valid.parts
            self._repaired_km2 += valid.repaired_km2 if ground is not None else 0.0
        if ground is not None:
            self._polygons.setdefault(ground, []).extend(near)
        return near

    def warn(self, problem: str, *given: object) -> None:
        """Keep a line about what could not be taken at its word; `given` as in an InputError."""
        self.warnings.append(f"{self._document.name}: {as_given(problem, *given)}")

    def snapshot(
        self,
        reader: str,
        observed: datetime,
        reports: frozenset[Status],
        *,
        retrieved: datetime | None = None,
        within: tuple[date, date] | None = None,
        anywhere: bool = False,
    ) -> Snapshot:
        """Return the layers as a Snapshot.

        Raises
        ------
        InputError
            Where no polygon meets the four oblasts, unless the file may be of `anywhere`.
        """
        layers = {ground: array_of(polygons) for ground, polygons in self._polygons.items()}
        if not anywhere:
            expect_nearby(self._document.name, list(layers.values()), self._far)
        info = SnapshotInfo(
            reader,
            self._document.name,
            observed,
            retrieved,
            self._document.sha256,
            reports,
            tuple(self.warnings),
            self._repaired_km2,
            within,
        )
        return Snapshot(info, layers)


def expect_nearby(name: str, layers: list[Polygons], far: list[Bounds]) -> None:
    """Raise an InputError that says why, where none of the polygons meets the four oblasts."""
    if any(region().intersects(polygon) for layer in layers for polygon in layer):
        return
    if not far and not any(len(layer) for layer in layers):
        raise InputError("{name}: has no polygon with a status to read", name)
    west, south, east, north = region().bounds
    swapped = any(b[1] <= east and b[3] >= west and b[0] <= north and b[2] >= south for b in far)
    hint = "; the coordinates look swapped (GeoJSON is longitude, latitude)" if swapped else ""
    raise InputError("{name}: nothing in it lies within the four oblasts{hint}", name, hint)
