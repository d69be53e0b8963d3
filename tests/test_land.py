"""The land around: whose it is, where it ends."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest
import shapely

from controlmap.core import geoparquet
from controlmap.embed import natural_earth
from controlmap.geo import land, oblasts
from controlmap.geo.geodesy import WGS84, area_km2

CRIMEA = shapely.box(32.4, 44.3, 36.55, 45.9)


@pytest.fixture(scope="module")
def lands() -> dict[str, land.Land]:
    return {x.code: x for x in land.load()}


def test_ukraine_comes_first_and_then_its_neighbours_by_name() -> None:
    first, *others = land.load()
    assert first.code == "UA"
    assert [x.code for x in others] == ["BY", "BG", "GE", "MD", "RO", "RU"]
    assert [x.name for x in others] == sorted(x.name for x in others)


@pytest.mark.parametrize(
    ("code", "lon", "lat"),
    [
        ("UA", 34.10, 44.95),  # Simferopol
        ("UA", 33.53, 44.59),  # Sevastopol
        ("UA", 36.47, 45.36),  # Kerch
        ("UA", 30.52, 50.45),  # Kyiv
        ("UA", 37.80, 48.00),  # Donetsk
        ("RU", 39.71, 47.23),  # Rostov-on-Don
        ("RU", 36.59, 50.60),  # Belgorod
        ("MD", 28.86, 47.01),  # Chisinau
        ("BY", 31.00, 52.43),  # Homel
        ("RO", 28.65, 44.18),  # Constanta
    ],
)
def test_a_city_is_in_its_country_alone(
    lands: dict[str, land.Land], code: str, lon: float, lat: float
) -> None:
    point = shapely.Point(lon, lat)
    assert [x.code for x in lands.values() if x.polygon.intersects(point)] == [code]


def test_nothing_of_crimea_is_another_country_s(lands: dict[str, land.Land]) -> None:
    assert [x for x, it in lands.items() if it.polygon.intersects(CRIMEA)] == ["UA"]
    # Crimea has 27,000 km2, of which the box leaves out the Arabat spit and the tip of Kerch.
    assert area_km2(lands["UA"].polygon.intersection(CRIMEA)) == pytest.approx(26_000, rel=0.05)


def test_no_splinter_of_russia_clings_to_kerch(lands: dict[str, land.Land]) -> None:
    east = lands["UA"].polygon.intersection(shapely.box(32, 44, 36.7, 45.9))
    strait = shapely.shortest_line(east, lands["RU"].polygon)
    # The strait of Kerch is 3 to 4 km wide where it is narrowest, at the spit of Chushka.
    assert 3000 < WGS84.geometry_length(strait) < 4500


def test_countries_do_not_overlap(lands: dict[str, land.Land]) -> None:
    for one, other in combinations(lands.values(), 2):
        shared_km2 = area_km2(shapely.MultiPolygon(polygons(one, other)))
        assert shared_km2 < 0.5, (one.code, other.code)


def polygons(one: land.Land, other: land.Land) -> list[shapely.Polygon]:
    crossing = one.polygon.intersection(other.polygon)
    return [p for p in shapely.get_parts(crossing) if p.geom_type == "Polygon"]


def test_no_gap_gapes_between_them(lands: dict[str, land.Land]) -> None:
    united = shapely.union_all([x.polygon for x in lands.values()])
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(united) for ring in part.interiors]
    assert max(area_km2(hole) for hole in holes) < 0.1


def test_the_oblasts_lie_on_ukraine(lands: dict[str, land.Land]) -> None:
    for oblast in oblasts.load():
        beyond_km2 = area_km2(oblast.polygon.difference(lands["UA"].polygon))
        assert beyond_km2 < 0.0006 * oblast.polygon_km2


def test_all_is_valid_within_the_frame_and_on_the_grid(lands: dict[str, land.Land]) -> None:
    for it in lands.values():
        assert it.polygon.is_valid
        assert shapely.box(*natural_earth.FRAME).covers(it.polygon)
    coords = shapely.get_coordinates(lands["UA"].polygon) / natural_earth.GRID_DEGREES
    assert np.array_equal(coords, coords.round())


def test_the_file_is_small() -> None:
    assert geoparquet.geodata("land.parquet").stat().st_size < 40_000


def test_each_file_has_its_sidecar() -> None:
    for name in ("land.parquet", "places.csv", "oblasts.parquet"):
        path = geoparquet.geodata(name)
        told = json.loads(path.with_suffix(".provenance.json").read_text(encoding="utf-8"))
        assert told["file"] == name
        assert told["bytes"] == path.stat().st_size
        assert told["credit"]
        assert told["terms"]
        assert told["inputs"]
