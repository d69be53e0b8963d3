"""What a clone carries in geodata/: small, whole, disjoint, and what its provenance says."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import rows as of_rows
from controlmap.core import geoparquet
from controlmap.core.model import CARRY_LIMIT, Status
from controlmap.embed import RECORDS
from controlmap.geo import geodesy
from controlmap.geo.oblasts import FACTS
from controlmap.record import archive
from controlmap.record.archive import Record

GEODATA = geoparquet.geodata()
MAX_BYTES = 2_000_000


@pytest.fixture(scope="module")
def record() -> Record:
    return archive.load(geoparquet.geodata("deepstate.parquet"))


def km2(record: Record, status: Status) -> np.ndarray:
    """Areas of a status; shape (snapshots, oblasts)."""
    areas: np.ndarray = record.coverage.areas[:, :, list(status.grounds)].sum(axis=2)
    return areas


def test_all_of_it_is_small() -> None:
    sizes = {p.name: p.stat().st_size for p in GEODATA.iterdir()}
    assert sum(sizes.values()) < MAX_BYTES, sizes


def data_files() -> list[Path]:
    # A ledger is written by hand, and tells in each entry whence it is.
    kept = (p for p in sorted(GEODATA.iterdir()) if p.suffix != ".toml")
    return [p for p in kept if not p.name.endswith(".provenance.json")]


@pytest.mark.parametrize("path", data_files(), ids=lambda p: p.name)
def test_each_file_has_its_provenance_beside_it(path: Path) -> None:
    sidecar = path.with_suffix(".provenance.json")
    assert sidecar.is_file(), f"{path.name} has no provenance beside it: make geodata"
    told = json.loads(sidecar.read_text(encoding="utf-8"))
    data = path.read_bytes()
    assert told["file"] == path.name
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    assert told["bytes"] == len(data)
    for word in ("title", "credit", "terms", "url", "method", "version"):
        assert told[word].strip(), word
    assert told["inputs"]
    assert all(set(i) == {"name", "sha256", "bytes"} for i in told["inputs"])


@pytest.mark.parametrize("source", RECORDS)
def test_the_words_of_a_record_are_those_that_a_rebuild_would_write(source: str) -> None:
    embedded = archive.load(geoparquet.geodata(f"{source}.parquet"))
    made = archive.provenance_of(embedded.coverage, embedded.provenance.inputs, {})
    for word in ("title", "credit", "terms", "url", "method", "version"):
        assert getattr(embedded.provenance, word) == getattr(made, word), "make geodata"


def test_no_provenance_is_left_of_a_file_that_is_gone() -> None:
    beside = {p.with_suffix(".provenance.json").name for p in data_files()}
    assert {p.name for p in GEODATA.glob("*.provenance.json")} <= beside


def test_the_span(record: Record) -> None:
    assert record.coverage.span == (date(2022, 4, 3), date(2026, 8, 20))
    assert record.coverage.gaps == ()


def test_snapshots_follow_each_other_and_tell_where_they_are_from(record: Record) -> None:
    snapshots = record.coverage.snapshots
    instants = [s.observed for s in snapshots]
    assert instants == sorted(set(instants))
    readers = [s.reader for s in snapshots]
    # The map's own snapshots first, all 1,107 of them; then the daily mirror.
    assert readers == sorted(readers)
    assert readers.count("deepstate_api") == 1107
    assert snapshots[1106].observed.date() == date(2025, 8, 3)
    assert snapshots[1107].observed.date() == date(2025, 8, 4)
    assert len({s.sha256 for s in snapshots}) > 1300  # the mirror repeats itself on quiet days
    assert all(len(s.sha256) == 64 for s in snapshots)


def test_24_january_2026(record: Record) -> None:
    rows = of_rows.areas(record.coverage, record.coverage.at(date(2026, 1, 24)))
    assert {r.iso: round(r.russian_held) for r in rows[:4]} == {
        "UA-14": 20_787,
        "UA-09": 26_581,
        "UA-65": 19_236,
        "UA-23": 20_281,
    }
    assert all(r.contested is None for r in rows)


def test_well_known_turns(record: Record) -> None:
    """Liberated ground grows with Kharkiv-Lyman, and with right-bank Kherson in November 2022."""
    coverage = record.coverage

    def kherson(day: date) -> Any:
        return of_rows.areas(coverage, coverage.at(day))[2]

    before, after = kherson(date(2022, 11, 1)), kherson(date(2022, 11, 20))
    assert before.russian_held - after.russian_held > 3_000
    assert before.liberated is not None
    assert after.liberated is not None
    assert after.liberated - before.liberated > 3_000


def test_the_statuses_fill_each_oblast_at_every_snapshot(record: Record) -> None:
    total = sum(
        km2(record, s) for s in (Status.RUSSIAN_HELD, Status.CONTESTED, Status.UKRAINIAN_HELD)
    )
    polygons = np.array([o.polygon_km2 for o in record.coverage.oblasts])
    assert np.abs(total - polygons).max() < 0.01


@pytest.mark.exhaustive
def test_at_every_date_each_face_has_one_ground_and_all_of_them_fill_the_oblasts(
    record: Record,
) -> None:
    """Faces are disjoint whatever the date; the sums are taken face by face, not from the runs."""
    coverage = record.coverage
    polygons = np.array([o.polygon_km2 for o in coverage.oblasts])
    kinds = coverage.areas.shape[2]
    for index in range(len(coverage.snapshots)):
        place = coverage.face_oblast * kinds + coverage.ground(index)
        filled = np.bincount(place, coverage.face_km2, 4 * kinds).reshape(4, kinds)
        assert np.abs(filled - coverage.areas[index]).max() < 1e-5
        assert np.abs(filled.sum(axis=1) - polygons).max() < 0.01


def test_slivers_keep_their_area_and_are_not_drawn(record: Record) -> None:
    """What `docs/record.md` tells of faces smaller than a grid cell."""
    coverage = record.coverage
    km2, missing = coverage.face_km2, shapely.is_missing(coverage.face_geometry)
    sliver = km2 < (coverage.cell_m or 0) ** 2 / 1e6
    assert (len(km2), int(sliver.sum()), round(km2[sliver].sum(), 1)) == (65_940, 49_751, 433.1)
    assert (int(missing.sum()), round(km2[missing].sum(), 1)) == (44_119, 298.3)
    assert int((sliver & ~missing).sum()) == 6_172  # a cell's centre falls in them
    assert km2[missing].max() < 0.42


def test_no_area_is_below_zero_and_no_part_above_its_whole(record: Record) -> None:
    assert record.coverage.areas.min() >= 0
    assert (km2(record, Status.HELD_BEFORE_2022) <= km2(record, Status.RUSSIAN_HELD)).all()
    assert (km2(record, Status.LIBERATED) <= km2(record, Status.UKRAINIAN_HELD)).all()


def test_what_is_not_reported_is_not_drawn(record: Record) -> None:
    daily = [i for i, s in enumerate(record.coverage.snapshots) if s.reader == "deepstate_daily"]
    for status in (Status.HELD_BEFORE_2022, Status.CONTESTED, Status.LIBERATED):
        assert np.abs(km2(record, status)[daily]).max() < 1e-6


def test_every_day_of_the_span_is_known(record: Record) -> None:
    first, last = record.coverage.span
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        snapshot = record.coverage.at(day)
        assert snapshot.carried == (snapshot.info.observed.date() != day)
        assert day - snapshot.info.observed.date() <= CARRY_LIMIT


def test_geometries_are_valid_disjoint_and_our_own(record: Record) -> None:
    coverage = record.coverage
    assert coverage.cell_m is not None
    faces = coverage.face_geometry[~shapely.is_missing(coverage.face_geometry)]
    assert shapely.is_valid(faces).all()
    # A part at a time: ten times as fast as with whole multipolygons.
    assert shapely.coverage_is_valid(shapely.get_parts(faces))
    units = shapely.get_coordinates(faces) * 2**13
    assert np.array_equal(units, np.rint(units))


def test_what_is_drawn_fills_the_oblasts_to_a_hundredth(record: Record) -> None:
    coverage = record.coverage
    for number, oblast in enumerate(coverage.oblasts):
        own = coverage.face_geometry[coverage.face_oblast == number]
        drawn = geodesy.areas_km2(own[~shapely.is_missing(own)]).sum()
        assert drawn == pytest.approx(oblast.polygon_km2, rel=0.01)


def test_runs_are_in_order_and_change_the_ground(record: Record) -> None:
    coverage = record.coverage
    same = coverage.run_face[1:] == coverage.run_face[:-1]
    first = np.r_[True, ~same]
    assert coverage.run_face[first].tolist() == list(range(len(coverage.face_km2)))
    assert (coverage.run_since[first] == 0).all()
    assert (np.diff(coverage.run_since)[same] > 0).all()
    assert (np.diff(coverage.run_ground)[same] != 0).all()


def test_what_the_provenance_measured(record: Record) -> None:
    coverage, told = record.coverage, record.provenance.figures
    assert told["measured_error_km2"] < 0.1
    assert told["measured_on_snapshots"] >= 17  # quarters of four years and a half, a reader each
    assert told["faces"] == len(coverage.face_km2)
    assert told["runs"] == len(coverage.run_face)
    thin = shapely.is_missing(coverage.face_geometry)
    assert told["faces_without_geometry"] == thin.sum()
    assert told["faces_without_geometry_km2"] == pytest.approx(
        coverage.face_km2[thin].sum(), abs=0.001
    )
    assert told["warnings"] == sum(len(s.warnings) for s in coverage.snapshots)
    assert len(record.provenance.inputs) == 17  # 14 quarters of the map, 3 years of the mirror


def test_the_oblasts_are_the_four_of_the_record(record: Record) -> None:
    assert [o.iso for o in record.coverage.oblasts] == list(FACTS)
    assert [round(o.polygon_km2) for o in record.coverage.oblasts] == [26508, 26683, 27378, 27229]
    assert shapely.coverage_is_valid(np.array([o.polygon for o in record.coverage.oblasts]))


def test_outlines_by_blocks_are_those_of_the_faces(record: Record) -> None:
    coverage = record.coverage
    for index in (0, 31, 32, 700, 1486):
        for status in (Status.RUSSIAN_HELD, Status.UKRAINIAN_HELD, Status.CONTESTED):
            faces = np.isin(coverage.ground(index), status.grounds)
            plain = coverage.dissolved(faces)
            for outline, expected in zip(
                coverage.outline(index, status.grounds), plain, strict=True
            ):
                assert shapely.equals(outline, expected)
