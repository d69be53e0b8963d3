"""Ground as an analyst's GIS wants it: dissolved into patches with place and day.

A patch is ground of one kind in one oblast that hangs together. A generalised record draws nothing
of what is too thin for its cells: that has an area, and is a remainder beside the patches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.analysis import render
from controlmap.core.model import Ground, Polygons
from controlmap.geo import geodesy, places
from controlmap.record.coverage import Coverage
from controlmap.record.noding import Ints
from controlmap.words import notes
from controlmap.words.catalog import Message

if TYPE_CHECKING:
    import geopandas

KM2_DIGITS = 6
_DEGREE_DIGITS = 5  # a metre
_MORE_THAN = 0.5
"""The share of a patch that another source has too, to be said to show it."""


class By(StrEnum):
    """What ground is dissolved to."""

    OBLAST = "oblast"
    """All of a kind in an oblast."""
    PATCH = "patch"
    """What of that hangs together."""
    FACE = "face"
    """As the lines of all snapshots cut it."""


@dataclass(frozen=True)
class Kind:
    """Ground of one kind: which faces it is, and since which snapshot each has been so.

    `faces` is of shape (faces,), bool; `since` of shape (faces,), numbers of snapshots.
    """

    name: str
    faces: NDArray[np.bool_]
    since: Ints


@dataclass(frozen=True)
class Pieces:
    """Dissolved ground: a row a piece, the largest first, and its geometry.

    Attributes
    ----------
    rows
        By the names in `columns`; `place_km` is 0 where the place is in it, `lon` and `lat` are of
        a point in it.
    geometry
        Polygons and multipolygons in lon, lat (OGC:CRS84), valid; shape (rows,).
    thin_km2
        By kind, the area of what is too thin to be drawn: with it the pieces add up to the figures.
    """

    rows: list[dict[str, Any]]
    geometry: Polygons
    thin_km2: Mapping[str, float]

    def to_gdf(self, question: str, kind: str) -> geopandas.GeoDataFrame:
        """Return them as a GeoDataFrame (OGC:CRS84), days as timestamps."""
        import geopandas

        frame = render.framed(self.rows, columns(kind), question)
        return geopandas.GeoDataFrame(frame, geometry=self.geometry, crs="OGC:CRS84")


def since(coverage: Coverage, index: int, grounds: Sequence[Ground]) -> Ints:
    """Return since which snapshot each face has been one of these kinds of ground; shape (faces,).

    Without a break up to snapshot `index`; of a face that is none of them then, that snapshot.
    """
    is_so = np.isin(coverage.run_ground, grounds)
    same = np.r_[False, coverage.run_face[1:] == coverage.run_face[:-1]]
    begins = ~(is_so & np.r_[False, is_so[:-1]] & same)
    first = np.maximum.accumulate(np.where(begins, np.arange(len(is_so)), 0))
    now = is_so & (coverage.run_since <= index) & (coverage.run_until > index)
    out = np.full(len(coverage.face_km2), index, dtype=np.int64)
    out[coverage.run_face[now]] = coverage.run_since[first[now]]
    return out


def dissolve(coverage: Coverage, kinds: Sequence[Kind], by: By, column: str) -> Pieces:
    """Return ground dissolved; `column` is what the rows call its kind.

    The exact area of a face that the map shows in several parts is shared out by what they measure
    on the map.
    """
    rows: list[dict[str, Any]] = []
    outlines: list[BaseGeometry] = []
    missing = shapely.is_missing(coverage.face_geometry)
    for kind in kinds:
        for number, oblast in enumerate(coverage.oblasts):
            faces = np.flatnonzero(kind.faces & ~missing & (coverage.face_oblast == number))
            if not len(faces):
                continue
            pieces, owner, km2, face = _parts(coverage, faces, by)
            for piece, (area, first, last) in zip(
                pieces, _sums(owner, km2, kind.since[face], len(pieces)), strict=True
            ):
                outlines.append(piece)
                rows.append(
                    {
                        "iso": oblast.iso,
                        "name": oblast.name,
                        column: kind.name,
                        "area_km2": round(area, KM2_DIGITS),
                        "since": coverage.snapshots[first].day,
                        "since_latest": coverage.snapshots[last].day,
                    }
                )
    geometry = geodesy.array_of(outlines)
    order = np.argsort([-row["area_km2"] for row in rows], kind="stable")
    where = _where(geometry)
    return Pieces(
        [{name: {**rows[n], **where[n]}[name] for name in columns(column)} for n in order],
        geometry[order] if len(order) else geometry,
        {kind.name: float(coverage.face_km2[kind.faces & missing].sum()) for kind in kinds},
    )


def _parts(
    coverage: Coverage, faces: Ints, by: By
) -> tuple[Polygons, Ints, NDArray[np.float64], Ints]:
    """Return pieces, and of each polygon of the faces which piece it is in, its km2, its face."""
    geometry = shapely.orient_polygons(coverage.face_geometry[faces])
    parts, of_face = shapely.get_parts(geometry, return_index=True)
    on_map = shapely.area(geodesy.to_equal_area(parts))
    whole = np.bincount(of_face, on_map)
    km2 = coverage.face_km2[faces][of_face] * on_map / whole[of_face]
    if by == By.FACE:
        return geometry, of_face, km2, faces[of_face]
    outline = shapely.orient_polygons(_united(parts))
    if by == By.OBLAST:
        return geodesy.array_of([outline]), np.zeros_like(of_face), km2, faces[of_face]
    pieces = shapely.get_parts(outline)
    part, piece = shapely.STRtree(pieces).query(shapely.point_on_surface(parts), "intersects")
    owner = np.empty(len(parts), dtype=np.int64)
    owner[part] = piece
    return pieces, owner, km2, faces[of_face]


def _united(polygons: Polygons) -> BaseGeometry:
    """Return the union of faces: they share their edges, but for the rounding of drawn ones."""
    united = shapely.coverage_union_all(polygons)
    return united if united.is_valid else shapely.union_all(polygons)


def _sums(
    owner: Ints, km2: NDArray[np.float64], since: Ints, count: int
) -> Iterator[tuple[float, int, int]]:
    """Yield of each piece its km2, and the first and the last snapshot since which it is so."""
    first, last = np.full(count, np.iinfo(np.int64).max), np.zeros(count, dtype=np.int64)
    np.minimum.at(first, owner, since)
    np.maximum.at(last, owner, since)
    area = np.bincount(owner, km2, count)
    yield from zip(area.tolist(), first.tolist(), last.tolist(), strict=True)


def _where(geometry: Polygons) -> list[dict[str, Any]]:
    """Return of each piece the nearest place, how far it is, and a point in the piece.

    Of several places in it, the most populous.
    """
    if not len(geometry):
        return []
    known, flat = places.load(), geodesy.to_equal_area(geometry)
    (piece, place), metres = _places().query_nearest(flat, return_distance=True)
    near: dict[int, tuple[int, float]] = {}
    for number, at, distance in zip(piece, place, metres, strict=True):
        people = known[at].population or 0
        if number not in near or people > (known[near[number][0]].population or 0):
            near[number] = int(at), float(distance)
    inner = shapely.get_coordinates(shapely.point_on_surface(geometry)).round(_DEGREE_DIGITS)
    return [
        {
            "place": known[near[number][0]].name,
            "place_km": round(near[number][1] / 1000, 3),
            "lon": float(lon),
            "lat": float(lat),
        }
        for number, (lon, lat) in enumerate(inner)
    ]


@lru_cache(maxsize=1)
def _places() -> shapely.STRtree:
    points = shapely.points([(place.lon, place.lat) for place in places.load()])
    return shapely.STRtree(geodesy.to_equal_area(np.asarray(points, dtype=object)))


def covered(pieces: Polygons, outlines: Sequence[BaseGeometry]) -> NDArray[np.bool_]:
    """Return of which pieces these outlines are more than half; shape (pieces,)."""
    flat, both = geodesy.to_equal_area(pieces), np.zeros(len(pieces))
    for outline in geodesy.to_equal_area(geodesy.array_of(outlines)):
        both += shapely.area(shapely.intersection(flat, outline))
    return np.asarray(both > _MORE_THAN * shapely.area(flat))


def remainder(coverage: Coverage, pieces: Pieces) -> Iterator[Message]:
    """Say how much ground is too thin to be drawn, so that the pieces leave it out."""
    for kind, km2 in pieces.thin_km2.items():
        if coverage.cell_m and km2:
            yield notes.TOO_THIN[kind](km2=km2, cell_m=coverage.cell_m)


def columns(kind: str) -> tuple[str, ...]:
    """Return the columns of the rows of pieces, whose kind is called so."""
    where = ("place", "place_km", "since", "since_latest", "lon", "lat")
    return ("iso", "name", kind, "area_km2", *where)
