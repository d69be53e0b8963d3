"""The file for the player, read back by a decoder of its own."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import shapely

from controlmap.core import geoparquet
from controlmap.core.model import Ground
from controlmap.draw import face_record
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from records import EVERYTHING, HELD_ONLY, make, reporting

LIMIT_BYTES = 700_000


@dataclass
class Decoded:
    """The file, decoded."""

    content: dict[str, Any]
    faces: list[shapely.Polygon]
    runs: list[list[tuple[int, int]]]  # of each face: the day, the kind


def decode(data: bytes) -> Decoded:
    content = json.loads(gzip.decompress(data))
    points = np.cumsum(np.reshape(content["steps"], (-1, 2)), axis=0) / content["units_per_degree"]
    ring_ends = np.cumsum(content["ring_points"])
    rings = iter(np.split(points, ring_ends[:-1]))
    faces = []
    for count in content["face_rings"]:
        shell, *holes = (next(rings) for _ in range(count))
        faces.append(shapely.Polygon(shell, holes))
    since, kinds = (
        iter(content["run_since"]),
        iter(content["kinds"][g] for g in content["run_ground"]),
    )
    runs = [
        [(content["day"][next(since)], next(kinds)) for _ in range(count)]
        for count in content["face_runs"]
    ]
    assert ring_ends[-1] == len(points)
    assert next(rings, None) is next(since, None) is next(kinds, None) is None
    return Decoded(content, faces, runs)


def test_what_goes_in_comes_out() -> None:
    # WEST is ten strips of a tenth of a degree from 36 east: 5 held, 6, then 6 with 2 contested.
    coverage = reporting(
        make(
            (0, {Ground.OCCUPIED: 5}),
            (1, {Ground.HELD_BEFORE_2022: 2, Ground.OCCUPIED: 6}),
            (4, {Ground.OCCUPIED: 6, Ground.CONTESTED: 8}),
        ),
        HELD_ONLY,
        EVERYTHING,
        EVERYTHING,
    )
    decoded = decode(face_record.encode(coverage))
    assert decoded.content["first"] == "2024-01-01"
    assert decoded.content["day"] == [0, 1, 4]
    assert decoded.content["contested_reported"] == [0, 1, 1]
    assert decoded.content["oblasts"] == [o.name for o in coverage.oblasts]
    # A strip that was held all along has one run; one that was taken has two.
    oblasts = decoded.content["face_oblast"]
    west = [runs for runs, oblast in zip(decoded.runs, oblasts, strict=True) if oblast == 0]
    assert [(0, face_record.HELD)] in west
    assert [(0, face_record.NOT_HELD), (1, face_record.HELD)] in west
    assert [(0, face_record.NOT_HELD), (4, face_record.CONTESTED)] in west


def test_the_last_snapshot_of_a_day_stands_for_it() -> None:
    coverage = make(
        (0, {Ground.OCCUPIED: 5}), (1, {Ground.OCCUPIED: 9}), (1.5, {Ground.OCCUPIED: 6})
    )
    decoded = decode(face_record.encode(coverage))
    assert decoded.content["day"] == [0, 1]
    assert not any((1, face_record.HELD) in r and len(r) > 2 for r in decoded.runs)


def test_rings_are_the_faces_to_half_a_unit() -> None:
    coverage = make((0, {Ground.OCCUPIED: 5}))
    decoded = decode(face_record.encode(coverage))
    assert len(decoded.faces) == len(coverage.face_geometry)
    for face in decoded.faces:
        nearest = min(shapely.hausdorff_distance(face, g) for g in coverage.face_geometry)
        assert nearest <= 0.75 / face_record.GRID


@pytest.fixture(scope="module")
def embedded() -> Coverage:
    return archive.load(geoparquet.geodata("deepstate.parquet")).coverage


def test_the_embedded_record_fits(embedded: Coverage) -> None:
    assert len(face_record.encode(embedded)) < LIMIT_BYTES
