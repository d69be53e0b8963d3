"""The ledger and the proposals of 24 January 2026 against plain geopandas on that day's file.

Independent of the record: the file is read, cut by the oblasts and measured by geopandas alone, in
another equal-area projection. Skipped where there is no ../shared.
"""

# mypy: disable-error-code="union-attr"
# What could not be measured is None: an attribute asked of it fails the test by itself.

from __future__ import annotations

import json
import tarfile
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import geopandas
import pandas
import pytest
import shapely
from scipy import stats
from shapely.geometry.base import BaseGeometry

from controlmap.analysis import claims as ledger
from controlmap.analysis import proposals
from controlmap.analysis.claims import Evaluation
from controlmap.analysis.proposals import Outcome
from controlmap.core import geoparquet
from controlmap.geo import oblasts
from controlmap.geo.geodesy import array_of
from controlmap.record import archive

TALKS = date(2026, 1, 24)
WITHIN = 0.001
CYLINDRICAL = "EPSG:6933"  # equal-area on WGS84; the record's own projection is azimuthal


@pytest.fixture(scope="module")
def daily(shared: Path) -> Path:
    return shared / "data" / "deepstate_daily"


def file_of(day: date) -> str:
    """The name of the file whose best day this is, from May 2025 on."""
    return f"deepstatemap_data_{day + timedelta(days=2):%Y%m%d}.geojson"


@lru_cache(maxsize=512)
def held(folder: Path, day: date) -> geopandas.GeoSeries:
    """What the file with the map of a day draws as held, by oblast (lon, lat)."""
    name = file_of(day)
    with tarfile.open(folder / f"{name[18:22]}.tar.xz") as opened:
        member = next(m for m in opened if Path(m.name).name == name)
        extracted = opened.extractfile(member)
        assert extracted is not None
        drawn = geopandas.read_file(extracted).make_valid().union_all()
    return frames().intersection(drawn)


@lru_cache(maxsize=1)
def frames() -> geopandas.GeoSeries:
    four = oblasts.load()
    shapes = array_of(o.polygon for o in four)
    return geopandas.GeoSeries(shapes, index=[o.iso for o in four], crs="OGC:CRS84")


def km2(shapes: geopandas.GeoSeries) -> pandas.Series:
    areas: pandas.Series = shapes.segmentize(0.01).to_crs(CYLINDRICAL).area / 1e6
    return areas


@pytest.fixture(scope="module")
def left(daily: Path) -> pandas.Series:
    """What is not held on the day by oblast, km2."""
    return km2(frames()) - km2(held(daily, TALKS))


def claims() -> dict[str, Evaluation]:
    """The ledger by every embedded record."""
    names = ("deepstate", "isw", "nzz")
    records = [archive.load(geoparquet.geodata(f"{n}.parquet")).coverage for n in names]
    listed, _ = ledger.load([ledger.embedded()])
    return {e.claim.id: e for e in ledger.evaluate(listed, records)}


@pytest.fixture(scope="module")
def left_by_nzz(shared: Path) -> pandas.Series:
    """What is not held by NZZ's last file up to the day, of 22 January, km2 by oblast.

    It leaves out what was held before 2022: the last file that has it, less the first that has not.
    """

    def drawn(named: str) -> BaseGeometry:
        with tarfile.open(shared / "data" / "nzz" / f"{named[:4]}.tar.xz") as opened:
            extracted = opened.extractfile(f"{named}.json")
            assert extracted is not None
            features = json.load(extracted)["value"]["features"]
        held = [f for f in features if f["properties"]["type"] in ("nochange", "gains")]
        assert {f["properties"]["date"] for f in held} == {_NZZ_DAYS[named]}
        return shapely.union_all(
            shapely.make_valid([shapely.geometry.shape(f["geometry"]) for f in held])
        )

    last, whole, first_short = map(drawn, _NZZ_DAYS)
    held = frames().intersection(last.union(whole.difference(first_short)))
    return km2(frames()) - km2(held)


_NZZ_DAYS = {"2026-01-24": "2026-01-22", "2024-03-09": "2024-03-08", "2024-03-16": "2024-03-15"}


@pytest.fixture(scope="module")
def contested(shared: Path) -> BaseGeometry:
    """Contested ground as DeepState last reported it, on 3 August 2025."""
    drawn = last_map_snapshot(shared)
    grey = drawn[drawn["fill"].str.lower().isin(["#bcaaa4", "#bdbdbd", "#757575"])]
    red = drawn[drawn["fill"].str.lower().isin(["#a52714", "#880e4f"])]
    disputed: BaseGeometry = grey.make_valid().union_all()
    taken: BaseGeometry = red.make_valid().union_all()
    return shapely.difference(disputed, taken)


def last_map_snapshot(shared: Path) -> geopandas.GeoDataFrame:
    """The polygons of DeepState's map of 3 August 2025, the last that tells more than held."""
    with tarfile.open(shared / "data" / "deepstate_api" / "2025-Q3.tar.xz") as opened:
        last = max((m for m in opened if m.isfile()), key=lambda m: Path(m.name).name)
        extracted = opened.extractfile(last)
        assert extracted is not None
        drawn = geopandas.read_file(extracted, on_invalid="ignore")
    return drawn[drawn.geom_type.isin(["Polygon", "MultiPolygon"])]


def outcomes() -> dict[str, Outcome]:
    record = archive.load(geoparquet.geodata("deepstate.parquet")).coverage
    listed, _ = proposals.load([proposals.embedded()])
    return {p.id: proposals.measure(record, record.at(TALKS), p) for p in listed}


def test_shares_and_areas_of_the_ledger(left: pandas.Series) -> None:
    found = claims()
    total = km2(frames())
    share = 1 - left.sum() / total.sum()
    assert found["annexed-four"].measure.value == 1
    assert found["not-full-control"].measure.value == pytest.approx(share, rel=WITHIN)
    for part in found["not-full-control"].measure.parts:
        expected = 1 - left[part.key] / total[part.key]
        assert part.value == pytest.approx(expected, rel=WITHIN)
    luhansk = 1 - left["UA-09"] / total["UA-09"]
    assert found["luhansk-nearly-taken"].measure.value == pytest.approx(luhansk, rel=WITHIN)
    assert found["donetsk-5000"].measure.value == pytest.approx(left["UA-14"], rel=WITHIN)
    assert left["UA-14"] == pytest.approx(5721, abs=0.5)


def test_the_spreads_of_the_ledger(
    daily: Path, left: pandas.Series, left_by_nzz: pandas.Series, contested: BaseGeometry
) -> None:
    """From the least to the most of two sources, DeepState's contested ground out and in, as
    far as it has not been taken since.

    And by the map of the day before, for that file may be of the day as well.
    """
    the_day_before = TALKS - timedelta(days=1)
    left_the_day_before = km2(frames()) - km2(held(daily, the_day_before))
    disputed = frames().intersection(contested)
    still, still_before = (
        km2(disputed.difference(held(daily, day))) for day in (TALKS, the_day_before)
    )
    found = claims()
    total = km2(frames())
    for name, isos, unit in (
        ("donetsk-5000", ["UA-14"], None),
        ("luhansk-nearly-taken", ["UA-09"], total),
        ("not-full-control", list(total.index), total),
    ):
        value, before, nzz = (
            float(rest[isos].sum()) for rest in (left, left_the_day_before, left_by_nzz)
        )
        least = min(value - float(still[isos].sum()), before - float(still_before[isos].sum()))
        ends = [value, least, max(value, before), nzz]
        if unit is not None:
            ends = [1 - rest / float(unit[isos].sum()) for rest in ends]
        measure = found[name].measure
        assert measure.value == pytest.approx(ends[0], rel=WITHIN)
        assert (measure.low, measure.high) == pytest.approx((min(ends), max(ends)), rel=WITHIN)
        deepstate, other = found[name].by_source
        alone = min(ends[:3]), max(ends[:3])
        assert (deepstate.measure.low, deepstate.measure.high) == pytest.approx(alone, rel=WITHIN)
        assert other.measure.value == pytest.approx(ends[3], rel=WITHIN)


def test_the_pace_of_the_ledger(daily: Path, left: pandas.Series) -> None:
    """The slope of 30 days of files, by plain geopandas and SciPy."""
    with tarfile.open(daily / "2025.tar.xz") as old, tarfile.open(daily / "2026.tar.xz") as new:
        names = {Path(n).name for n in (*old.getnames(), *new.getnames())}
    days = [TALKS - timedelta(days=n) for n in range(30, -1, -1)]
    days = [d for d in days if file_of(d) in names]
    areas = [km2(held(daily, d))["UA-14"] for d in days]
    at = [datetime(d.year, d.month, d.day, 3, tzinfo=UTC).timestamp() / 86400 for d in days]
    slope = stats.theilslopes(areas, at, 0.95)
    parts = [p for p in claims()["donetsk-one-year"].measure.parts if p.key == "30"]
    assert parts[1].value == pytest.approx(slope.slope, rel=WITHIN)
    assert parts[0].value == pytest.approx(left["UA-14"] / slope.slope, rel=WITHIN)
    # And the last of the twelve periods: what the month gained.
    gained = areas[-1] - areas[0]
    (last,) = (p for p in claims()["donetsk-advancing"].measure.parts if p.key == str(TALKS))
    assert last.value == pytest.approx(gained, rel=WITHIN)


def test_the_fortress_cities(daily: Path) -> None:
    found = claims()["fortress-belt"].measure
    drawn = held(daily, TALKS)
    points = geopandas.read_file(geoparquet.geodata("places.csv"))
    for part in found.parts:
        row = points[(points["name"] == part.key) & (points["iso"] == "UA-14")].iloc[0]
        point = geopandas.GeoSeries([shapely.Point(float(row.lon), float(row.lat))], crs=4326)
        assert not drawn.covers(point.iloc[0]).any()
        flat = drawn.to_crs(32637)  # UTM 37 N: true to scale here to 4 in ten thousand
        km = flat.distance(point.to_crs(32637).iloc[0]).min() / 1000
        # The record's lines are good to a cell of 250 m, not its distances to a thousandth.
        assert part.value == pytest.approx(km, abs=0.25)
    assert found.value == len(found.parts) == 4


def test_the_proposals(left: pandas.Series) -> None:
    found = outcomes()
    for row in found["annexation"].rows[:-1]:
        assert row.to_russia_km2 == pytest.approx(left[row.iso], rel=WITHIN)
        assert row.to_ukraine_km2 == 0
    anchorage = {r.iso: r.to_russia_km2 for r in found["anchorage"].rows}
    assert anchorage["UA-14"] == pytest.approx(left["UA-14"], rel=WITHIN)
    assert anchorage["UA-09"] == pytest.approx(left["UA-09"], rel=WITHIN)
    assert anchorage["UA-65"] == anchorage["UA-23"] == 0
    assert anchorage["all"] == pytest.approx(left["UA-14"] + left["UA-09"], rel=WITHIN)
    for name in ("freeze", "ukraine"):
        assert found[name].every.to_russia_km2 == found[name].every.to_ukraine_km2 == 0


def test_the_line_of_23_february_2022(shared: Path, daily: Path) -> None:
    """By the last map snapshot that draws what was held before 2022, of 3 August 2025."""
    drawn = last_map_snapshot(shared)
    before = drawn[drawn["fill"].str.lower() == "#880e4f"].make_valid().union_all()
    back = km2(held(daily, TALKS).difference(before))
    for row in outcomes()["pre_2022"].rows[:-1]:
        assert row.to_ukraine_km2 == pytest.approx(back[row.iso], rel=WITHIN)
        assert row.to_russia_km2 == pytest.approx(0, abs=0.5)


def test_the_settlements_that_would_pass(daily: Path) -> None:
    points = geopandas.read_file(geoparquet.geodata("places.csv"))
    lonlat = geopandas.points_from_xy(points["lon"].astype(float), points["lat"].astype(float))
    drawn = held(daily, TALKS).union_all()
    not_held = points[~geopandas.GeoSeries(lonlat).within(drawn) & (points["iso"] == "UA-14")]
    found = {p.geonameid for p in outcomes()["anchorage"].to_russia if p.iso == "UA-14"}
    # The record's line is good to a cell: villages within 250 m of it may fall on its other side.
    near = (
        geopandas.GeoSeries(lonlat, crs=4326)
        .to_crs(32637)
        .distance(geopandas.GeoSeries([drawn.boundary], crs=4326).to_crs(32637).iloc[0])
    )
    doubtful = set(points[near < 250]["geonameid"].astype(int))
    expected = set(not_held["geonameid"].astype(int))
    assert found ^ expected <= doubtful
    assert len(found ^ expected) <= 2
