"""The file for the player, read back by a decoder written from its description."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely

from controlmap.analysis import figures
from controlmap.core.model import Ground, Status
from controlmap.draw import timeline
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from test_figures import EVERYTHING, HELD_ONLY, make, reporting

LIMIT_BYTES = 700_000


@dataclass
class Read:
    """The file, decoded."""

    head: dict[str, object]
    days: list[int]
    tells_contested: list[bool]
    held: list[list[float]]
    contested: list[list[float]]
    oblast: list[int]
    faces: list[shapely.Polygon]
    runs: list[list[tuple[int, int]]]  # of each face: the day, the kind


def numbers(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0


def signed(values: Iterator[int]) -> Iterator[int]:
    return ((v >> 1) if v % 2 == 0 else -(v >> 1) - 1 for v in values)


def read(data: bytes) -> Read:
    line, _, rest = gzip.decompress(data).partition(b"\n")
    head = json.loads(line)
    streams = {}
    for name, length in head["streams"].items():
        streams[name], rest = rest[:length], rest[length:]
    assert rest == b""
    days = np.cumsum(list(numbers(streams["day"]))).tolist()

    def areas(name: str) -> list[list[float]]:
        steps = np.array(list(signed(numbers(streams[name])))).reshape(len(days), -1)
        return (np.cumsum(steps, axis=0) / head["km2"]).tolist()

    steps = signed(numbers(streams["steps"]))
    points = numbers(streams["points"])
    faces, begin = [], (0, 0)
    for count in numbers(streams["rings"]):
        rings = []
        for _ in range(count):
            ring, here = [], begin
            for number in range(next(points)):
                here = (here[0] + next(steps), here[1] + next(steps))
                begin = here if number == 0 else begin
                ring.append((here[0] / head["grid"], here[1] / head["grid"]))
            rings.append(ring)
        faces.append(shapely.Polygon(rings[0], rings[1:]))
    since, kinds = numbers(streams["since"]), numbers(streams["kind"])
    runs = []
    for count in numbers(streams["runs"]):
        at, listed = 0, []
        for _ in range(count):
            at += next(since)
            listed.append((days[at], next(kinds)))
        runs.append(listed)
    assert next(since, None) is next(kinds, None) is next(steps, None) is None
    return Read(
        head,
        days,
        [bool(n) for n in numbers(streams["tells_contested"])],
        areas("held"),
        areas("contested"),
        list(numbers(streams["oblast"])),
        faces,
        runs,
    )


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
    found = read(timeline.encode(coverage))
    assert found.head["first"] == "2024-01-01"
    assert found.days == [0, 1, 4]
    assert found.tells_contested == [False, True, True]
    assert found.head["oblasts"] == [{"iso": o.iso, "name": o.name} for o in coverage.oblasts]
    for row, areas in zip(found.held, coverage.areas, strict=True):
        assert row == pytest.approx(areas[:, Status.RUSSIAN_HELD.grounds].sum(axis=1), abs=0.005)
    # A strip that was held all along has one run; one that was taken has two.
    west = [r for f, r, o in zip(found.faces, found.runs, found.oblast, strict=True) if o == 0]
    assert [(0, timeline.HELD)] in west
    assert [(0, timeline.REST), (1, timeline.HELD)] in west
    assert [(0, timeline.REST), (4, timeline.CONTESTED)] in west


def test_the_last_snapshot_of_a_day_stands_for_it() -> None:
    coverage = make(
        (0, {Ground.OCCUPIED: 5}), (1, {Ground.OCCUPIED: 9}), (1.5, {Ground.OCCUPIED: 6})
    )
    found = read(timeline.encode(coverage))
    assert found.days == [0, 1]
    assert found.held[1] == pytest.approx(coverage.areas[2][:, 1], abs=0.005)
    assert not any((1, timeline.HELD) in r and len(r) > 2 for r in found.runs)


def test_rings_are_the_faces_to_half_a_unit() -> None:
    coverage = make((0, {Ground.OCCUPIED: 5}))
    found = read(timeline.encode(coverage))
    assert len(found.faces) == len(coverage.face_geometry)
    for face in found.faces:
        nearest = min(shapely.hausdorff_distance(face, g) for g in coverage.face_geometry)
        assert nearest <= 0.75 / timeline.GRID


@pytest.fixture(scope="module")
def embedded() -> Coverage:
    return archive.load(archive.geoparquet.geodata("deepstate.parquet")).coverage


def test_the_embedded_record_fits(embedded: Coverage, tmp_path: Path) -> None:
    name = timeline.write(tmp_path, embedded)
    data = (tmp_path / name).read_bytes()
    assert len(data) < LIMIT_BYTES
    assert data == timeline.encode(embedded)
    assert timeline.write(tmp_path, embedded) == name
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_every_day_of_the_embedded_record_has_the_figures_of_the_api(embedded: Coverage) -> None:
    found = read(timeline.encode(embedded))
    first = embedded.span[0]
    for day, held, contested, tells in zip(
        found.days, found.held, found.contested, found.tells_contested, strict=True
    ):
        rows = figures.areas(embedded, embedded.at(first + timedelta(days=day)))[:-1]
        assert held == pytest.approx([r.russian_held for r in rows], abs=0.005001)
        if tells:
            assert contested == pytest.approx([r.contested for r in rows], abs=0.005001)
        else:
            assert {r.contested for r in rows} == {None}
