"""A file of a source becomes a Snapshot, by rule; what is in doubt is told."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely

from controlmap import sources
from controlmap.core.model import Ground, Status
from controlmap.sources import deepstate_api, deepstate_daily
from features import (
    API,
    DAILY,
    SQUARE,
    box,
    feature,
    km2,
    make_file,
    polygon,
    refused,
)
from input_files import OCCUPIED, SQUARE_KM2

# What a feature is, by rule


@pytest.mark.parametrize(
    ("label", "colour", "ground"),
    [
        ("Окуповано", "#a52714", Ground.OCCUPIED),
        ("Окуповано /// Occupied /// geoJSON.status.occupied", "#A52714", Ground.OCCUPIED),
        ("Захоплено", "#a52714", Ground.OCCUPIED),
        ("Рубіжне. Території зайняті ворогом", "#a52714", Ground.OCCUPIED),
        ("Rubizhne. Territory, which is under occupation", "#a52714", Ground.OCCUPIED),
        ("ОРДЛО", "#000000", Ground.HELD_BEFORE_2022),
        ("ОРДЛО /// CADR and CALR", "#880e4f", Ground.HELD_BEFORE_2022),
        ("Крим", "#000000", Ground.HELD_BEFORE_2022),
        ("Окупований Крим /// Occupied Crimea", "#880e4f", Ground.HELD_BEFORE_2022),
        ("Під питанням /// Contested\n", "#bcaaa4", Ground.CONTESTED),
        ("Під питанням /// Contensed\n", "#757575", Ground.CONTESTED),
        ("Під питанням /// Contenesed\n", "#bcaaa4", Ground.CONTESTED),
        ("Під питанням /// In doubt", "#bdbdbd", Ground.CONTESTED),
        ("Під\u00a0питанням", "#bcaaa4", Ground.CONTESTED),
        ("28.05 Під питанням /// {{at:25.03}}", "#bcaaa4", Ground.CONTESTED),
        ("Статус невідомий /// Unknown status", "#bcaaa4", Ground.CONTESTED),
        ("Стату\ufffd\ufffd невідомий /// geoJSON.status.unknown", "#bcaaa4", Ground.CONTESTED),
        ("Звільнено /// Liberated", "#0f9d58", Ground.LIBERATED),
        ("Зві\ufffd\ufffdьнено /// geoJSON.status.dismissed", "#0f9d58", Ground.LIBERATED),
        ("Території, відбиті у орків /// Recaptured", "#0288d1", Ground.LIBERATED),
        ("Ворога відкинуто///The enemy was pushed back\n", "#01579b", Ground.LIBERATED),
        ("Під контролем ЗСУ", "#0288d1", Ground.LIBERATED),
    ],
)
def test_colour_and_label_that_agree_are_taken_at_their_word(
    label: str, colour: str, ground: Ground
) -> None:
    assert deepstate_api.decide(colour, label) == (ground, "")


@pytest.mark.parametrize(
    ("label", "colour", "ground", "doubt"),
    [
        # The Ukrainian word is broken and there is no English one: the colour counts.
        ("Ок\ufffd\ufffdповано", "#a52714", Ground.OCCUPIED, "the label is unknown"),
        ("Багатокутник 69", "#0288d1", Ground.LIBERATED, "the label is unknown"),
        ("{{at:25.03}}", "#bcaaa4", Ground.CONTESTED, "the label is unknown"),
        (None, "#880e4f", Ground.HELD_BEFORE_2022, "the label is unknown"),
        ("Окуповано", "#ce93d8", Ground.OCCUPIED, "the colour is unknown"),
        ("Звільнено", None, Ground.LIBERATED, "the colour is unknown"),
        ("Окуповано", "#880e4f", Ground.OCCUPIED, "disagree on since when"),
        ("ОРДЛО", "#a52714", Ground.OCCUPIED, "disagree on since when"),
        ("Фактично контролюється ворогом", "#bdbdbd", Ground.CONTESTED, "disagree"),
        ("Ворога відкинуто", "#bcaaa4", Ground.CONTESTED, "disagree"),
        ("Під питанням", "#000000", Ground.CONTESTED, "disagree"),
        ("Звільнено", "#a52714", Ground.CONTESTED, "disagree"),
        ("Окуповано /// Liberated", "#a52714", Ground.CONTESTED, "contradicts itself"),
        ("Окуповано /// Liberated", "#ff5252", Ground.CONTESTED, "contradicts itself"),
        ("Вагнер /// wagner", "#ce93d8", None, "left out"),
        (None, None, None, "left out"),
    ],
)
def test_a_doubt_is_decided_by_rule_and_named(
    label: str | None, colour: str | None, ground: Ground | None, doubt: str
) -> None:
    found, told = deepstate_api.decide(colour, label)
    assert found is ground
    assert doubt in told
    assert repr(label or "") in told
    assert str(colour) in told


@pytest.mark.parametrize("colour", deepstate_api.COLOURS)
@pytest.mark.parametrize("label", ["Окуповано", "ОРДЛО", "Під питанням", "Звільнено", "Лінія"])
def test_no_known_colour_is_counted_against_its_label_in_silence(label: str, colour: str) -> None:
    ground, doubt = deepstate_api.decide(colour, label)
    agree = deepstate_api.label_grounds(label) == {deepstate_api.COLOURS[colour]}
    assert ground is not None
    assert agree == (doubt == "")


def test_a_warning_names_file_feature_label_colour_and_area() -> None:
    drawn = make_file(feature(**OCCUPIED), feature(name="Щось нове", fill="#a52714"))
    (warning,) = sources.read(drawn, API).info.warnings
    assert warning == (
        f"{API}: feature 1: label 'Щось нове' on #a52714: the label is unknown; counted by its "
        "colour as occupied (82.9 km2)"
    )


def test_what_is_left_out_is_told_with_its_area() -> None:
    wagner = feature(polygon(box(37.8, 48.0, 37.9, 48.1)), name="Вагнер", fill="#ce93d8")
    snapshot = sources.read(make_file(feature(**OCCUPIED), wagner), API)
    (warning,) = snapshot.info.warnings
    assert "left out (82.9 km2)" in warning
    assert sum(km2(snapshot, ground) for ground in snapshot.layers) == pytest.approx(
        SQUARE_KM2, abs=0.001
    )


def test_what_is_drawn_elsewhere_in_the_world_raises_no_warning() -> None:
    kuril = feature(polygon(box(147.0, 44.0, 148.0, 45.0)), name="Острови", fill="#ff5252")
    assert sources.read(make_file(feature(**OCCUPIED), kuril), API).info.warnings == ()


@pytest.mark.parametrize(
    "properties",
    [
        {"name": "Щось\nнове", "fill": "#a52714"},
        {"name": "Щось", "fill": "red\nwarning: all is well"},
        {"name": "Окуповано", "fill": "\x1b[2J"},
    ],
)
def test_a_warning_is_one_line_whatever_the_file_says(properties: dict[str, str]) -> None:
    drawn = make_file(feature(**OCCUPIED), feature(**properties))
    (warning,) = sources.read(drawn, API).info.warnings
    assert warning.isprintable()


# Geometry


@pytest.mark.parametrize(
    ("geometry", "expected_km2", "moved_km2"),
    [
        (polygon(SQUARE), SQUARE_KM2, 0),
        (polygon(SQUARE[::-1]), SQUARE_KM2, 0),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], []]}, SQUARE_KM2, 0),
        (
            {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "LineString", "coordinates": SQUARE[:2]},
                    {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]},
                ],
            },
            SQUARE_KM2,
            0,
        ),
        (polygon(box(37.6, 48.0, 37.7, 48.1, 120.5)), SQUARE_KM2, 0),
        (polygon([[*SQUARE[0], 7.0], *SQUARE[1:4], [*SQUARE[4], 7.0]]), SQUARE_KM2, 0),
        # A hole of a quarter of the square's width and height takes a sixteenth of it.
        (polygon(SQUARE, box(37.625, 48.025, 37.65, 48.05)), SQUARE_KM2 * 15 / 16, 0),
        # A hole beside the shell was taken off by the plain sum; it becomes a polygon.
        (polygon(SQUARE, box(37.8, 48.0, 37.9, 48.1)), 2 * SQUARE_KM2, 2 * SQUARE_KM2),
        # A bow-tie: its two triangles, a quarter of the square each, cancel as a signed area.
        (
            polygon([[37.6, 48.0], [37.7, 48.1], [37.7, 48.0], [37.6, 48.1], [37.6, 48.0]]),
            SQUARE_KM2 / 2,
            SQUARE_KM2 / 2,
        ),
    ],
    ids=[
        "polygon", "clockwise", "multi", "collection", "3d", "mixed", "hole", "hole outside",
        "bow-tie",
    ],
)  # fmt: skip
def test_geometry(geometry: dict[str, Any], expected_km2: float, moved_km2: float) -> None:
    snapshot = sources.read(make_file(feature(geometry)), DAILY)
    drawn = snapshot.layers[Ground.OCCUPIED]
    # 0.1 km2: a sixteenth and a half of the square are not exactly that on the ellipsoid.
    assert km2(snapshot) == pytest.approx(expected_km2, abs=0.1)
    assert snapshot.info.repaired_km2 == pytest.approx(moved_km2, abs=0.15)
    assert shapely.is_valid(drawn).all()
    assert not shapely.has_z(drawn).any()


def test_a_ring_without_area_is_dropped_and_the_rest_stays() -> None:
    line = polygon([[37.6, 48.0], [37.7, 48.0], [37.6, 48.0], [37.6, 48.0]])
    snapshot = sources.read(make_file(feature(), feature(line)), DAILY)
    assert km2(snapshot) == pytest.approx(SQUARE_KM2, abs=0.001)


def test_features_without_a_geometry_are_passed_over() -> None:
    bare = {"type": "Feature", "properties": None, "geometry": None}
    marker = feature({"type": "Point", "coordinates": [37.6, 48.0]}, name="Літак")
    assert km2(sources.read(make_file(bare, feature(), marker), DAILY)) > 0


# Which reader, which instant


def test_the_daily_file_tells_its_day_in_its_name() -> None:
    snapshot = sources.read(make_file(), DAILY)
    assert snapshot.info.reader == "deepstate_daily"
    assert snapshot.info.observed == datetime(2024, 7, 8, 21, tzinfo=UTC)
    assert snapshot.info.retrieved == datetime(2024, 7, 9, 3, tzinfo=UTC)
    assert snapshot.info.reports == {Status.RUSSIAN_HELD}


def test_the_daily_file_tells_its_day_inside() -> None:
    snapshot = sources.read(make_file(name="deepstatemap_data_20240709"), "renamed.json")
    assert (snapshot.info.reader, snapshot.info.observed.date().isoformat()) == (
        "deepstate_daily",
        "2024-07-08",
    )


def test_a_name_outside_that_is_not_the_name_inside_is_refused() -> None:
    message = refused(make_file(name="deepstatemap_data_20990101"), DAILY)
    assert "is named for 20240709, inside for 20990101" in message


def test_the_map_snapshot_tells_its_instant_in_its_name() -> None:
    snapshot = sources.read(make_file(feature(**OCCUPIED)), API)
    assert snapshot.info.reader == "deepstate_api"
    assert snapshot.info.observed == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert snapshot.info.retrieved is None
    assert snapshot.info.reports == {
        Status.RUSSIAN_HELD,
        Status.HELD_BEFORE_2022,
        Status.CONTESTED,
        Status.LIBERATED,
    }


def test_a_day_given_serves_where_the_file_tells_none() -> None:
    given_day = datetime(2024, 3, 2, tzinfo=UTC)
    data = make_file(feature(**OCCUPIED))
    assert sources.read(data, "map.json", None, given_day).info.observed == given_day
    assert sources.read(data, API, None, given_day).info.observed != given_day


def test_gzip_is_read_and_hashed_as_what_it_holds() -> None:
    data = make_file()
    packed = sources.read(gzip.compress(data), DAILY + ".gz")
    assert packed.info.name == DAILY
    assert packed.info.sha256 == sources.read(data, DAILY).info.sha256


def test_a_reader_that_is_named_is_used() -> None:
    snapshot = sources.read(make_file(feature(**OCCUPIED)), DAILY, "deepstate_daily")
    assert snapshot.info.reader == "deepstate_daily"


@pytest.mark.parametrize("source", sources.SOURCES.values(), ids=lambda s: s.id)
def test_every_source_tells_its_terms_and_each_reader_is_registered_once(
    source: sources.Source,
) -> None:
    for told in (source.title, source.credit, source.terms, source.precedence, source.notes):
        assert str(told).strip()
    assert source.url.startswith("https://")
    for reader in source.readers:
        assert sources.find_reader(reader.id) is reader
        assert sources.source_of(reader.id) is source
        assert reader.title
        assert Status.RUSSIAN_HELD in reader.reports
    assert len(sources.READERS) == sum(len(s.readers) for s in sources.SOURCES.values())
    assert deepstate_daily.REPORTS < deepstate_api.REPORTS
