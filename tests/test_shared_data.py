"""Over every real file: the embedded record against plain overlays, and what the files hold.

Skipped where there is no ../shared. Every snapshot is overlaid under the marker `exhaustive`, and a
few of each archive without it; a test an archive lets pytest-xdist share them out.
"""

from __future__ import annotations

import gzip
import json
import re
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from controlmap import sources
from controlmap.core import geoparquet
from controlmap.core.model import PRECEDENCE, Ground, Snapshot, Status
from controlmap.geo import geodesy, oblasts
from controlmap.record import archive, builder, coverage, extender, inputs, plausibility
from controlmap.record.coverage import Coverage
from controlmap.record.drawings import Drawings

QUARTERS = [f"{year}-Q{q}" for year in range(2022, 2026) for q in range(1, 5)][1:15]
YEARS = ["2024", "2025", "2026"]
API_FILES, DAILY_FILES = 1107, 769
LAST_OF_THE_MAP = date(2025, 8, 3)
TOLERANCE_KM2 = 0.1

EVERY = pytest.param(1, marks=pytest.mark.exhaustive, id="every")
FEW = pytest.param(40, id="few")
"""Which snapshots of an archive are overlaid: one of so many."""

Record = Callable[[str, object], None]


@lru_cache(maxsize=1)
def embedded() -> Coverage:
    return archive.load(geoparquet.geodata("deepstate.parquet")).coverage


def members(shared: Path, folder: str, name: str) -> Iterator[inputs.Member]:
    return inputs.members([shared / "data" / folder / f"{name}.tar.xz"])


def member(shared: Path, folder: str, archive_name: str, name: str) -> Snapshot:
    path = shared / "data" / folder / f"{archive_name}.tar.xz"
    with tarfile.open(path) as opened:
        (inside,) = (n for n in opened.getnames() if Path(n).name == name)
        data = opened.extractfile(inside)
        assert data is not None
        return sources.read(data.read(), name)


def errors_km2(snapshots: Iterator[Snapshot]) -> tuple[list[str], np.ndarray]:
    """The names, and the record's areas less those of plain overlays; (snapshots, oblasts, 3)."""
    names, errors = [], []
    for snapshot in snapshots:
        error = builder.error_km2(embedded(), snapshot)
        assert error is not None, f"{snapshot.info.name}: not in the embedded record"
        names.append(snapshot.info.name)
        errors.append(error)
    return names, np.array(errors)


def tell(record_property: Record, label: str, errors: np.ndarray) -> None:
    """The largest errors by oblast and status, for who reads the report."""
    for number, status in enumerate(builder.MEASURED[: errors.shape[2]]):
        worst = np.abs(errors[:, :, number]).max(axis=0)
        told = {iso: round(float(v), 4) for iso, v in zip(oblasts.ISO_CODES, worst, strict=True)}
        record_property(f"{label} {status}", told)
        print(f"{label} {status}: at most {told} km2 over {len(errors)} files")


def test_the_archives_are_the_ones_that_are_gone_through(shared: Path) -> None:
    for folder, names in (("deepstate_api", QUARTERS), ("deepstate_daily", YEARS)):
        found = sorted(p.name for p in (shared / "data" / folder).iterdir())
        assert found == [f"{name}.tar.xz" for name in names]


@pytest.mark.parametrize("step", [FEW, EVERY])
@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_record_is_true_to_the_map(
    quarter: str, step: int, shared: Path, record_property: Record
) -> None:
    infos = {s.name: s for s in embedded().snapshots}

    def checked() -> Iterator[Snapshot]:
        for found in islice(members(shared, "deepstate_api", quarter), 0, None, step):
            snapshot = sources.read(found.data, found.name)
            info = infos.pop(snapshot.info.name)
            rounded = round(snapshot.info.repaired_km2, 6)
            assert info == replace(snapshot.info, repaired_km2=rounded)
            assert snapshot.info.repaired_km2 < 0.001
            assert plausibility.impossible(snapshot) is None
            yield snapshot

    names, errors = errors_km2(checked())
    assert names
    tell(record_property, quarter, errors)
    worst = np.unravel_index(np.abs(errors).argmax(), errors.shape)
    assert np.abs(errors).max() < TOLERANCE_KM2, names[worst[0]]


@pytest.mark.parametrize("step", [FEW, EVERY])
@pytest.mark.parametrize("year", YEARS)
def test_the_record_is_true_to_the_daily_files_that_it_uses(
    year: str, step: int, shared: Path, record_property: Record
) -> None:
    def used() -> Iterator[Snapshot]:
        for found in islice(members(shared, "deepstate_daily", year), 0, None, step):
            snapshot = sources.read(found.data, found.name)
            if snapshot.info.observed.date() > LAST_OF_THE_MAP:
                yield snapshot

    _, errors = errors_km2(used())
    if year == "2024":
        assert len(errors) == 0
        return
    held = errors[:, :, :1]
    tell(record_property, year, held)
    assert np.abs(held).max() < TOLERANCE_KM2


def test_the_record_has_every_file_and_no_other(shared: Path) -> None:
    listed: dict[str, list[str]] = {}
    for folder in ("deepstate_api", "deepstate_daily"):
        listed[folder] = []
        for path in (shared / "data" / folder).iterdir():
            with tarfile.open(path) as opened:
                listed[folder] += [Path(n).name for n in opened.getnames() if "." in Path(n).name]
    assert len(listed["deepstate_api"]) == API_FILES
    assert len(listed["deepstate_daily"]) == DAILY_FILES
    shown_until = LAST_OF_THE_MAP + timedelta(days=2)  # a file shows the second evening before it
    after = [n for n in listed["deepstate_daily"] if n[18:26] > f"{shown_until:%Y%m%d}"]
    assert sorted(s.name for s in embedded().snapshots) == sorted(
        [*listed["deepstate_api"], *after]
    )


@pytest.mark.parametrize(
    ("folder", "name", "inside"),
    [
        ("deepstate_api", "2022-Q2", "1650128824.geojson"),
        ("deepstate_api", "2025-Q2", "1751143690.geojson"),
        ("deepstate_daily", "2026", "deepstatemap_data_20260124.geojson"),
    ],
)
def test_the_overlay_that_errors_are_measured_by_agrees_with_geopandas(
    folder: str, name: str, inside: str, shared: Path
) -> None:
    snapshot = member(shared, folder, name, inside)
    frame = geopandas.GeoDataFrame(
        {"iso": list(oblasts.ISO_CODES)},
        geometry=[o.polygon for o in oblasts.load()],
        crs="OGC:CRS84",
    )
    left = frame
    mine = builder.overlay_km2(embedded(), snapshot)
    for ground in PRECEDENCE:
        polygons = list(snapshot.layers.get(ground, ()))
        drawn = geopandas.GeoDataFrame(geometry=polygons, crs="OGC:CRS84")
        if drawn.empty:
            continue
        drawn = drawn.dissolve()
        cut = geopandas.overlay(left, drawn, how="intersection", keep_geom_type=True)
        left = geopandas.overlay(left, drawn, how="difference", keep_geom_type=True)
        area = dict(zip(cut["iso"], geodesy.areas_km2(cut.geometry.to_numpy()), strict=True))
        for status, column in zip(builder.MEASURED, mine.T, strict=True):
            if ground in status.grounds:
                column -= [area.get(iso, 0.0) for iso in oblasts.ISO_CODES]
    assert np.abs(mine).max() < 0.001


# What the files hold

WARNINGS = {
    # label, fill, what became of it: how many files, over the four oblasts
    ("Фактично контролюється ворогом", "#bdbdbd", "disagree; counted as contested"): 8,
    (
        "Ворога відкинуто///The enemy was pushed back",
        "#bcaaa4",
        "disagree; counted as contested",
    ): 7,
    ("Сєвєродонецьк. Території, що окуповано", "#bcaaa4", "disagree; counted as contested"): 3,
    ("Під питанням", "#000000", "disagree; counted as contested"): 2,
    ("Під контролем бойовиків-повстанців", "#ce93d8", "neither is known; left out"): 2,
    ("Багатокутник 12", "#a52714", "label is unknown; counted by its colour as occupied"): 1,
    ("Багатокутник 21", "#a52714", "label is unknown; counted by its colour as occupied"): 1,
    ("Багатокутник 69", "#0288d1", "label is unknown; counted by its colour as liberated"): 1,
}


def test_the_warnings_over_all_files_are_these(shared: Path) -> None:
    """The record's own, which the tests over every quarter compare to the files'."""
    assert shared.is_dir()
    found: Counter[tuple[str, str, str]] = Counter()
    for info in embedded().snapshots:
        for warning in info.warnings:
            kinds = [k for k in WARNINGS if f"'{k[0]}" in warning and f" on {k[1]}" in warning]
            assert len(kinds) == 1, warning
            assert kinds[0][2] in warning
            assert warning.startswith(f"{info.name}: feature ")
            assert re.search(r"\(\d+\.\d km2\)$", warning)
            found[kinds[0]] += 1
    assert found == WARNINGS
    assert found.total() == 25


@pytest.mark.parametrize(
    ("quarter", "instant", "day"),
    [
        # The snapshot of 2025-06-29 20:42, which issue 2 names, is not among the files. The last
        # one before the daily file of the 30th was taken is the one of the 28th.
        ("2025-Q2", "2025-06-28T20:48:10", "20250630"),
        ("2024-Q3", "2024-07-08T20:40:59", "20240709"),
        ("2024-Q3", "2024-07-26T19:55:50", "20240727"),
    ],
)
def test_both_readers_agree_on_the_same_moment(
    quarter: str, instant: str, day: str, shared: Path
) -> None:
    observed = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    name = f"{observed.timestamp():.0f}.geojson"
    of_the_map = member(shared, "deepstate_api", quarter, name)
    daily = member(shared, "deepstate_daily", day[:4], f"deepstatemap_data_{day}.geojson")
    assert of_the_map.info.observed < daily.info.observed
    one, other = (builder.overlay_km2(embedded(), s)[:, 0] for s in (of_the_map, daily))
    assert one.min() > 10_000
    assert np.abs(one - other).max() < 20


def test_24_january_2026_from_the_file_itself(shared: Path) -> None:
    daily = member(shared, "deepstate_daily", "2026", "deepstatemap_data_20260124.geojson")
    held = builder.overlay_km2(embedded(), daily)[:, 0]
    assert [round(v) for v in held] == [20_781, 26_581, 19_236, 20_281]


def test_the_daily_files_alone_make_a_record(shared: Path) -> None:
    paths = [shared / "data" / "deepstate_daily"]
    record = coverage.build(
        "deepstate", builder.Intake("deepstate", lambda _: None).snapshots(paths)
    )
    assert len(record.snapshots) == DAILY_FILES
    assert record.span == (date(2024, 7, 7), date(2026, 8, 20))
    assert shapely.is_valid(record.face_geometry).all()
    assert shapely.coverage_is_valid(record.face_geometry)
    polygons = np.array([o.polygon_km2 for o in record.oblasts])
    assert plausibility.implausible(plausibility.series_of(record), record.oblasts) == []
    filled = np.bincount(record.face_oblast, record.face_km2, len(polygons))
    assert filled == pytest.approx(polygons, abs=0.01)
    assert record.areas.sum(axis=2) == pytest.approx(
        np.broadcast_to(polygons, (DAILY_FILES, 4)), abs=0.01
    )
    snapshot = record.at(date(2026, 1, 24))
    held = record.areas[snapshot.index][:, Ground.OCCUPIED]
    assert [round(v) for v in held] == [20_787, 26_581, 19_236, 20_281]
    # Where both records use the same file, they measure the same, however else they were cut.
    after = [i for i, s in enumerate(record.snapshots) if s.observed.date() > LAST_OF_THE_MAP]
    whole = embedded().areas[-len(after) :][:, :, list(Status.RUSSIAN_HELD.grounds)].sum(axis=2)
    assert record.areas[after][:, :, Ground.OCCUPIED] == pytest.approx(whole, abs=TOLERANCE_KM2)


def test_real_days_added_to_a_record_answer_as_a_rebuild(shared: Path, tmp_path: Path) -> None:
    """Every second day of 2026 built, the others added; and one with half of Donetsk gone."""
    given = list(members(shared, "deepstate_daily", "2026"))
    snapshots = [sources.read(found.data, found.name) for found in given]
    whole = coverage.build("deepstate", snapshots)
    drawings = Drawings()
    for snapshot in snapshots[1::2]:
        drawings.add(snapshot)
    made = extender.extend(coverage.build("deepstate", snapshots[::2]), drawings)
    assert made.snapshots == whole.snapshots
    assert made.areas == pytest.approx(whole.areas, abs=0.005)
    assert shapely.coverage_is_valid(made.face_geometry)
    middle = given[100]
    document = json.loads(middle.data)
    (feature,) = document["features"]
    drawn = shapely.geometry.shape(feature["geometry"]).buffer(0)
    cut = shapely.difference(drawn, shapely.box(37.8, 46.8, 38.6, 49.0))
    feature["geometry"] = shapely.geometry.mapping(cut)
    corrupt = inputs.Member(middle.name, json.dumps(document).encode())
    built = builder.build_file(
        "deepstate",
        [*given[90:100], corrupt, *given[101:110]],
        tmp_path / "r.parquet",
        None,
        lambda _: None,
    )
    (kept_out,) = built.provenance.figures["kept_out"]
    assert kept_out["name"] == middle.name
    assert re.search(
        r"^Donetsk: Russian-held -\d,\d{3} km2 since .* takes it back$", kept_out["why"]
    )


# Whose oblasts


def test_the_embedded_oblasts_are_minregions_and_not_those_that_include_the_sea(
    shared: Path,
) -> None:
    folder = shared / "data" / "boundaries"
    english = {o.name: o for o in oblasts.load()}
    spelt = {
        "Donetsk Oblast": "Donetsk",
        "Kherson Oblast": "Kherson",
        "Zaporizhia Oblast": "Zaporizhzhia",
    }
    with gzip.open(folder / "geoboundaries_UKR_ADM1.geojson.gz") as opened:
        sea = json.load(opened)["features"]
    measured = {
        spelt[f["properties"]["shapeName"]]: geodesy.area_km2(shapely.geometry.shape(f["geometry"]))
        for f in sea
        if f["properties"]["shapeName"] in spelt
    }
    assert round(measured["Zaporizhzhia"], -1) == 31_430
    for name in spelt.values():
        assert measured[name] - english[name].polygon_km2 > 2_000
    with gzip.open(folder / "minregion_2020_oblasts.geojson.gz") as opened:
        official = json.load(opened)["features"]
    uk = {o.name_uk: o for o in oblasts.load()}
    found = 0
    for feature in official:
        name_uk = next((v for v in feature["properties"].values() if v in uk), None)
        if name_uk is not None:
            polygon = shapely.geometry.shape(feature["geometry"])
            assert uk[name_uk].polygon_km2 == pytest.approx(geodesy.area_km2(polygon), abs=1)
            found += 1
    assert found == 4
