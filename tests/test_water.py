"""Lakes and reservoirs: what is embedded of them, and how figures leave them out or tell them."""

from __future__ import annotations

import json
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import shapely

import controlmap
from controlmap import embed
from controlmap.analysis import agreement, areas
from controlmap.core import geoparquet
from controlmap.core.model import InputError, Status
from controlmap.draw import map_layers, map_picture, pictures
from controlmap.embed import gshhg
from controlmap.geo import oblasts, water
from controlmap.geo.geodesy import area_km2, array_of
from controlmap.record import archive, generalise
from controlmap.words import text

DAY = date(2026, 1, 24)
SOURCES = ("deepstate", "nzz")
POLYGON, LAND = oblasts.Basis.POLYGON, oblasts.Basis.LAND
LAKES = np.array([0.0, 0.0, 917.3, 1261.97])
"""Measured on GSHHG's full lines in each oblast, not generalised."""


def test_the_water_of_each_oblast() -> None:
    given = [o.water_km2 for o in oblasts.load()]
    assert given == pytest.approx(LAKES, abs=0.05)


def test_most_of_it_is_the_reservoir() -> None:
    polygons = array_of(o.polygon for o in oblasts.load())
    reservoir = water.areas_km2(polygons, water.RESERVOIR)
    assert 1_600 < reservoir.sum() < 1_800
    assert reservoir[:2].sum() == 0


def test_a_square_in_the_reservoir_is_water_and_one_on_land_is_none() -> None:
    wet, dry = shapely.box(35.15, 47.54, 35.18, 47.56), shapely.box(38, 48, 38.1, 48.1)
    given = water.areas_km2(np.array([wet, dry, None]))
    assert given == pytest.approx([area_km2(wet), 0, 0], abs=1e-6)


def test_the_file_is_what_gshhg_s_lakes_give() -> None:
    if find_spec("mpl_toolkits") is None:
        pytest.skip("the extra geodata is not installed")
    table, outlines = (embed.carried(*file) for file in embed.GSHHG)
    region = shapely.coverage_union_all([o.polygon for o in oblasts.load()])
    for given, embedded in zip(gshhg.waters_of(table, outlines, region), water.load(), strict=True):
        assert given.name == embedded.name
        assert given.polygon.equals(embedded.polygon)


def test_files_in_another_format_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "table.dat"
    table.write_text("2 1.0 3\n")
    with pytest.raises(InputError, match=r"table.dat: is not GSHHG as Basemap has it"):
        gshhg.waters_of(table, table, shapely.box(33, 46, 34, 47))


def test_the_gap_has_land_and_water() -> None:
    record = archive.open_embedded("deepstate")
    assert record is not None
    *_, kherson, zaporizhzhia, every = areas.compare(record.coverage, DAY).rows
    assert every["gap_water"] == pytest.approx(1_717, abs=1)
    assert kherson["gap_water"] == pytest.approx(917.3 - 222, abs=0.5)
    assert zaporizhzhia["gap_water"] == pytest.approx(1262 - 240, abs=0.6)
    for row in (kherson, zaporizhzhia, every):
        assert row["gap_land"] + row["gap_water"] == pytest.approx(row["gap"])
        assert row["not_measured"] == 0


def test_over_land_areas_are_of_land_alone() -> None:
    record = archive.open_embedded("deepstate")
    assert record is not None
    answer = areas.compare(record.coverage, DAY, basis="land")
    kherson = answer.row("UA-65")
    assert round(kherson["held_share"], 3) == 0.719  # DeepState publishes 72
    assert kherson["claimed"] == pytest.approx(27_377.87 - 917.3, abs=0.05)
    assert kherson["held"] + kherson["gap"] == pytest.approx(kherson["claimed"])
    why = next(str(note) for note in answer.notes if str(note).startswith("Kherson"))
    assert all(share in why for share in ("71.9", "70.3", "67.6"))
    ground = areas.areas(record.coverage, DAY, basis="land").row("UA-65")
    assert ground["russian_held"] == pytest.approx(kherson["held"])
    assert ground["russian_held"] + ground["ukrainian_held"] == pytest.approx(ground["total"])


def test_history_over_land_is_that_of_land_day_by_day() -> None:
    record = controlmap.open("deepstate")
    answer = record.history("2026-01-23", DAY, basis="land")
    ground = record.areas(DAY, basis="land")
    for row in answer.rows[-5:]:
        assert row["russian_held"] == ground.row(row["iso"])["russian_held"]
        assert row["held_share"] == ground.row(row["iso"])["held_share"]
    assert answer.rows[-3]["held_share"] == pytest.approx(0.719, abs=5e-4)
    assert json.loads(answer.to_json())["basis"] == "land"
    with pytest.raises(InputError, match="polygon"):
        record.history(DAY, DAY, basis="water")


def test_water_is_drawn_on_maps_and_pictures_and_credited() -> None:
    coverage = controlmap.open("deepstate").coverage
    shown = map_layers.background(coverage)["water"]
    assert area_km2(shapely.union_all([f.geometry for f in shown])) == pytest.approx(
        LAKES.sum(), abs=0.1
    )
    picture = map_picture.of_day(coverage, DAY, pictures.Size.WEB, pictures.Theme.LIGHT)
    style = pictures.style("water", pictures.Theme.LIGHT)
    assert f'stroke="{style["color"]}"' in picture
    for said in ("Lakes and reservoirs, as before the war", "GSHHG"):
        assert said in picture
    assert (water.CREDIT, water.CREDIT_URL) in text.CREDITS_OF_MAP


def test_what_the_official_area_has_besides_is_not_measured() -> None:
    record = archive.open_embedded("deepstate")
    assert record is not None
    kherson = areas.compare(record.coverage, DAY, basis="official").row("UA-65")
    assert kherson["gap"] == pytest.approx(8_141.6, abs=0.05)
    assert kherson["not_measured"] == pytest.approx(9_224.7 - 8_141.6, abs=0.1)


def test_agreement_over_land_leaves_water_out() -> None:
    records = {s: archive.load(geoparquet.geodata(f"{s}.parquet")).coverage for s in SOURCES}
    on = agreement.opinions(records, DAY)
    wet, dry = (agreement.by_oblast(agreement.agree(on, b))[2] for b in (POLYGON, LAND))
    assert wet.total - dry.total == pytest.approx(917.3, abs=0.05)
    assert wet.by_none > dry.by_none
    for row, basis in ((wet, POLYGON), (dry, LAND)):
        held = [o.held_km2(basis)[2] for o in on]
        assert row.by_all + row.only["deepstate"] == pytest.approx(held[0], abs=0.02)
        assert row.by_all + row.only["nzz"] == pytest.approx(held[1], abs=0.02)


def test_agreement_is_near_the_exact_overlay() -> None:
    """Of 4 August 2025, by an overlay of the sources' own outlines in Luhansk oblast."""
    records = {s: archive.load(geoparquet.geodata(f"{s}.parquet")).coverage for s in SOURCES}
    result = agreement.agree(agreement.opinions(records, date(2025, 8, 4)))
    luhansk = agreement.by_oblast(result)[1]
    assert luhansk.by_all == pytest.approx(26_506.9, abs=0.1)
    assert luhansk.only["deepstate"] == pytest.approx(4.9, abs=0.1)


def test_an_embedded_record_has_the_water_of_exact_faces(shared: Path) -> None:
    assert shared
    for source in embed.RECORDS:
        coverage = archive.load(geoparquet.geodata(f"{source}.parquet")).coverage
        assert coverage.faces.known_water_km2 is not None
        assert coverage.faces.water_km2.sum() == pytest.approx(LAKES.sum(), abs=0.1)


def test_a_record_keeps_its_water_when_generalised_and_one_of_before_has_it_too(
    tmp_path: Path,
) -> None:
    embedded = archive.open_embedded("nzz")
    assert embedded is not None
    once = generalise.generalise(embedded.coverage, 2000)
    whole, coarse = (
        c.status_km2(Status.RUSSIAN_HELD, -1, oblasts.Basis.LAND) for c in (embedded.coverage, once)
    )
    assert coarse == pytest.approx(whole, abs=1e-6)
    path = tmp_path / "nzz.parquet"
    archive.save(path, once, embedded.provenance)
    again = archive.load(path).coverage
    assert again.faces.water_km2 == pytest.approx(once.faces.water_km2, abs=1e-6)
