"""Whose a file is, its content decides; a name only where nothing in it speaks against."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

import layer_files as files
from controlmap import sources
from controlmap.core.model import Ground, Status
from controlmap.sources import legends, phrases
from features import SQUARE, box, feature, km2, make_file, polygon
from input_files import OCCUPIED, SQUARE_KM2

EAST = polygon(box(37.7, 48.0, 37.8, 48.1))
KM2 = SQUARE_KM2


def both(column: str, one: Any, other: Any, **more: Any) -> bytes:
    return make_file(
        feature(polygon(SQUARE), **{column: one}, **more), feature(EAST, **{column: other}, **more)
    )


OWN_NAMES = (
    "russian_control_2024-05-06.geojson",
    "RussiaCoTinUkraine_2024-05-06.geojson",
    "russian_advances_2024-05-06.geojson",
    "deepstatemap_data_20240506.geojson",
    "Grey zone 2024-05-06.geojson",
    "Liberated 2024-05-06.geojson",
)


@pytest.mark.parametrize("name", OWN_NAMES)
@pytest.mark.parametrize("column", ["status", "Control", "zone_type"])
def test_a_status_column_decides_against_a_name(name: str, column: str) -> None:
    snapshot = sources.read(both(column, "Occupied", "Contested"), name)
    assert snapshot.info.reader == "own"
    assert km2(snapshot) == pytest.approx(KM2, abs=0.01)
    assert km2(snapshot, Ground.CONTESTED) == pytest.approx(KM2, abs=0.01)


@pytest.mark.parametrize(
    "layer", ["russian_control", "Russian control", "Assessed Russian Advance"]
)
def test_a_status_column_decides_against_a_layers_name(layer: str) -> None:
    data = both("status", "Occupied", "Contested", layer=layer)
    snapshot = sources.read(data, "own 2024-05-06.geojson")
    assert snapshot.info.reader == "own"
    assert km2(snapshot, Ground.CONTESTED) == pytest.approx(KM2, abs=0.01)


@pytest.mark.parametrize("title", ["Russian control", "Liberated", "Grey zone", "Occupied"])
def test_a_folders_title_is_no_status_where_a_column_has_one(title: str) -> None:
    data = both("status", "Occupied", "Contested", folder=title, layer=title)
    third = feature(polygon(box(38.0, 48.0, 38.1, 48.1)), status="?", folder=title, layer=title)
    document = json.loads(data)
    document["features"].append(third)
    snapshot = sources.read(json.dumps(document).encode(), "own 2024-05-06.geojson")
    assert km2(snapshot) == pytest.approx(KM2, abs=0.01)
    assert km2(snapshot, Ground.CONTESTED) == pytest.approx(KM2, abs=0.01)
    assert "status '?' is not in the legend; left out (82.9 km2)" in snapshot.info.warnings[1]


@pytest.mark.parametrize("name", ["Russian control", "RussiaCoTinUkraine, occupied"])
def test_kml_is_nobodys_layer_whatever_its_folders_are_called(name: str) -> None:
    snapshot = sources.read(files.kml(names=(name, "Grey zone")), f"layer {files.DAY}.kml")
    assert snapshot.info.reader == "own"
    assert km2(snapshot, Ground.CONTESTED) == pytest.approx(KM2, abs=0.01)


def test_colours_of_deepstates_on_a_persons_own_map_are_not_deepstate() -> None:
    data = both("status", "Occupied", "Contested", name="Area", fill="#a52714")
    snapshot = sources.read(data, "own 2024-05-06.geojson")
    assert snapshot.info.reader == "own"
    assert km2(snapshot) == pytest.approx(KM2, abs=0.01)


def test_what_a_reader_that_is_named_does_not_read_is_said() -> None:
    data = both("status", "Occupied", "Contested")
    snapshot = sources.read(data, "russian_control_2024-05-06.geojson", "isw")
    assert km2(snapshot) == pytest.approx(2 * KM2, abs=0.01)
    assert "column 'status' is not read by isw" in snapshot.info.warnings[0]


# Sources' own variants


@pytest.mark.parametrize(
    "name",
    [
        "UkraineControlMapAO02SEP2025",
        "UkrainianControlMapAO02SEP2025",
        "Ukraine_ControlMapSEP022025",
        "UkaineControlMaAO02SEP2025",
    ],
)
@pytest.mark.parametrize("ending", [".zip", ".geojson"])
def test_isws_control_map_under_its_own_name(name: str, ending: str) -> None:
    frame = files.frame(OBJECTID=[1, 2]).drop(columns="status")
    data = files.shapefile(frame) if ending == ".zip" else files.geojson(frame)
    snapshot = sources.read(data, name + ending)
    assert snapshot.info.reader == "isw"
    assert snapshot.info.observed == datetime(2025, 9, 2, tzinfo=UTC)
    assert km2(snapshot) == pytest.approx(2 * KM2, abs=0.01)


def test_isws_layers_in_one_file_by_short_names() -> None:
    data = both("layer", "control_map", "russian_advances")
    snapshot = sources.read(data, "isw_combined_20250902.geojson")
    assert snapshot.info.reader == "isw"
    for ground in (Ground.OCCUPIED, Ground.ASSESSED_ADVANCE):
        assert km2(snapshot, ground) == pytest.approx(KM2, abs=0.01)


@pytest.mark.parametrize("column", ["EditDate", "editdate", "pub_date", "datetime"])
@pytest.mark.parametrize("value", ["2026-10-08", 1791417600000, "2026-10-08T00:00:00+00:00"])
def test_isws_day_is_told_in_several_ways(column: str, value: Any) -> None:
    data = make_file(feature(OBJECTID=1, **{column: value}))
    assert f"{sources.read(data, 'RussiaCoTinUkraine.geojson').info.observed:%F}" == "2026-10-08"


def test_isws_dates_of_a_shapefile() -> None:
    edited = [datetime(2026, 10, 7, tzinfo=UTC).date(), datetime(2026, 10, 8, tzinfo=UTC).date()]
    frame = files.frame(EditDate=edited).drop(columns="status")
    snapshot = sources.read(files.shapefile(frame), "RussiaCoTinUkraine.zip")
    assert f"{snapshot.info.observed:%F}" == "2026-10-08"
    assert km2(snapshot) == pytest.approx(2 * KM2, abs=0.01)


@pytest.mark.parametrize("name", ["last", "last.json", "deepstate 2024-05-06.json"])
def test_deepstates_latest_map(name: str) -> None:
    collection = json.loads(make_file(feature(**OCCUPIED)))
    data = json.dumps({"id": 1788546601, "datetime": "04.09 21:30", "map": collection}).encode()
    snapshot = sources.read(gzip.compress(data), name)
    assert snapshot.info.reader == "deepstate_api"
    assert snapshot.info.observed == datetime(2026, 9, 4, 18, 30, 1, tzinfo=UTC)
    assert km2(snapshot) == pytest.approx(KM2, abs=0.01)


def test_viinas_places_may_be_numbered_with_a_point() -> None:
    whole = files.viina((709717, "20240506", "RU"), (702320, "20240506", "UA"))
    pointed = whole.replace(b"709717", b"709717.0").replace(b"702320", b"702320.0")
    odd = pointed + b"709717.5,20240506,UA,UA,UA,UA,UA\n,20240506,UA,UA,UA,UA,UA\n"
    expected = km2(sources.read(whole, "control.csv"))
    for data in (pointed, odd):
        assert km2(sources.read(data, "control.csv")) == pytest.approx(expected, abs=0.001)


# Phrases: who holds, not whose land it is

HELD = (
    "territory of ukraine held by russia", "recaptured by russian forces", "liberated by russia",
    "ukrainian territory under russian control", "russian-occupied ukrainian territory",
    "under the control of the armed forces of the russian federation", "controlled by the enemy",
    "in russian hands", "annexed by russia", "ukraine_control_map", "russian_controlled_territory",
    "тимчасово окупована територія україни", "контролюється росією", "під контролем ворога",
    "окуповано російськими військами", "зайнято противником", "територія, підконтрольна рф",
    "территория украины под контролем россии", "контролируется российскими войсками",
    "освобождено вс рф",
)  # fmt: skip
NOT_HELD = {
    "under ukrainian control": Status.UKRAINIAN_HELD,
    "controlled by ukrainian armed forces": Status.UKRAINIAN_HELD,
    "ukrainian-controlled territory of russia": Status.UKRAINIAN_HELD,
    "під контролем україни": Status.UKRAINIAN_HELD,
    "підконтрольна уряду україни": Status.UKRAINIAN_HELD,
    "recaptured by ukraine": Status.LIBERATED,
    "retaken from russian forces by ukraine": Status.LIBERATED,
    "звільнено зсу": Status.LIBERATED,
    "відбито в окупантів": Status.LIBERATED,
    "contested between russia and ukraine": Status.CONTESTED,
    "assessed russian advance in ukraine": Status.ASSESSED_ADVANCE,
    "russian advances": Status.ASSESSED_ADVANCE,
    "russian_control_before_2022": Status.HELD_BEFORE_2022,
}
UNSURE = (
    "ukrainian advances", "ukraine", "russia", "territory of ukraine", "ua-14", "control_map",
    "occupied by ukrainian forces", "held by russia, claimed by ukraine", "claimed by ukraine",
    "formerly held by russia", "lost by ukraine", "held by russia, then held by ukraine",
    "government-controlled", "map of occupied territory", "неподконтрольная украине",
)  # fmt: skip


@pytest.mark.parametrize(
    ("phrase", "status"),
    [
        *((phrase, Status.RUSSIAN_HELD) for phrase in HELD),
        *NOT_HELD.items(),
        *((phrase, None) for phrase in UNSURE),
    ],
)
def test_who_holds_decides(phrase: str, status: Status | None) -> None:
    assert phrases.status_of(phrase) is status


def test_the_longest_phrase_takes_no_time() -> None:
    text = ("held by the " * 20)[:200]
    assert legends.status_of(text) is None
