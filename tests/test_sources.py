"""A file of a source becomes a Snapshot, or one line that says what is wrong with it."""

from __future__ import annotations

import copy
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controlmap import geodesy, sources
from controlmap.model import Ground, InputError, Snapshot, Status
from controlmap.sources import deepstate_api, deepstate_daily

DAILY = "deepstatemap_data_20240709.geojson"
API = "1709294400.geojson"  # 2024-03-01 12:00:00 UTC
OCCUPIED = {"name": "Окуповано /// Occupied", "fill": "#a52714"}

Ring = list[list[float]]


def box(west: float, south: float, east: float, north: float, *more: float) -> Ring:
    """A closed ring; what follows the corners is each position's third ordinate."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[*corner, *more] for corner in corners]


SQUARE = box(37.6, 48.0, 37.7, 48.1)  # a tenth of a degree, inside Donetsk oblast
SQUARE_KM2 = 82.897  # on WGS84; test_geodesy derives areas of such squares from a closed formula


def polygon(*rings: Ring) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    drawn = polygon(SQUARE) if geometry is None else geometry
    return {"type": "Feature", "properties": properties, "geometry": drawn}


def make_file(*features: Any, **members: Any) -> bytes:
    """A FeatureCollection; members replace or add to its own."""
    listed = list(features) or [feature()]
    return json.dumps({"type": "FeatureCollection", "features": listed, **members}).encode()


def km2(snapshot: Snapshot, ground: Ground = Ground.OCCUPIED) -> float:
    return float(geodesy.areas_km2(snapshot.layers[ground]).sum())


def refused(data: bytes, name: str = DAILY, reader: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        sources.read(data, name, reader)
    assert "\n" not in str(caught.value)
    return str(caught.value)


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
    (warning,) = sources.read(drawn, API).warnings
    assert warning == (
        f"{API}: feature 1: label 'Щось нове' on #a52714: the label is unknown; counted by its "
        "colour as occupied (82.9 km2)"
    )


def test_what_is_left_out_is_told_with_its_area() -> None:
    wagner = feature(polygon(box(37.8, 48.0, 37.9, 48.1)), name="Вагнер", fill="#ce93d8")
    snapshot = sources.read(make_file(feature(**OCCUPIED), wagner), API)
    (warning,) = snapshot.warnings
    assert "left out (82.9 km2)" in warning
    assert sum(km2(snapshot, ground) for ground in snapshot.layers) == pytest.approx(
        SQUARE_KM2, abs=0.001
    )


def test_what_is_drawn_elsewhere_in_the_world_raises_no_warning() -> None:
    kuril = feature(polygon(box(147.0, 44.0, 148.0, 45.0)), name="Острови", fill="#ff5252")
    assert sources.read(make_file(feature(**OCCUPIED), kuril), API).warnings == ()


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
    (warning,) = sources.read(drawn, API).warnings
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
    assert snapshot.repaired_km2 == pytest.approx(moved_km2, abs=0.15)
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
    assert snapshot.reader == "deepstate_daily"
    assert snapshot.observed == datetime(2024, 7, 9, 3, tzinfo=UTC)
    assert snapshot.retrieved == snapshot.observed
    assert snapshot.reports == {Status.RUSSIAN_HELD}


def test_the_daily_file_tells_its_day_inside() -> None:
    snapshot = sources.read(make_file(name="deepstatemap_data_20240709"), "renamed.json")
    assert (snapshot.reader, snapshot.observed.date().isoformat()) == (
        "deepstate_daily",
        "2024-07-09",
    )


def test_a_name_outside_that_is_not_the_name_inside_is_refused() -> None:
    message = refused(make_file(name="deepstatemap_data_20990101"), DAILY)
    assert "is named for 20240709, and for 20990101 inside" in message


def test_the_map_snapshot_tells_its_instant_in_its_name() -> None:
    snapshot = sources.read(make_file(feature(**OCCUPIED)), API)
    assert snapshot.reader == "deepstate_api"
    assert snapshot.observed == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert snapshot.retrieved is None
    assert snapshot.reports == {
        Status.RUSSIAN_HELD,
        Status.HELD_BEFORE_2022,
        Status.CONTESTED,
        Status.LIBERATED,
    }


def test_a_day_given_serves_where_the_file_tells_none() -> None:
    given_day = datetime(2024, 3, 2, tzinfo=UTC)
    assert sources.read(make_file(feature(**OCCUPIED)), "map.json", None, given_day).observed == (
        given_day
    )
    assert sources.read(make_file(feature(**OCCUPIED)), API, None, given_day).observed != given_day


def test_gzip_is_read_and_hashed_as_what_it_holds() -> None:
    data = make_file()
    packed = sources.read(gzip.compress(data), DAILY + ".gz")
    assert packed.name == DAILY
    assert packed.sha256 == sources.read(data, DAILY).sha256


def test_a_reader_that_is_named_is_used() -> None:
    snapshot = sources.read(make_file(feature(**OCCUPIED)), DAILY, "deepstate_daily")
    assert snapshot.reader == "deepstate_daily"


@pytest.mark.parametrize("source", sources.SOURCES.values(), ids=lambda s: s.id)
def test_every_source_tells_its_terms_and_each_reader_is_registered_once(
    source: sources.Source,
) -> None:
    for told in (source.title, source.credit, source.terms, source.precedence, source.notes):
        assert told.strip()
    assert source.url.startswith("https://")
    for reader in source.readers:
        assert sources.find_reader(reader.id) is reader
        assert sources.source_of(reader.id) is source
        assert reader.title
        assert Status.RUSSIAN_HELD in reader.reports
    assert len(sources.READERS) == sum(len(s.readers) for s in sources.SOURCES.values())
    assert deepstate_daily.REPORTS < deepstate_api.REPORTS


# Bad input

NESTED = json.dumps(feature()["geometry"])
for _ in range(400):
    NESTED = '{"type": "GeometryCollection", "geometries": [' + NESTED + "]}"

BROKEN = {
    "empty": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "truncated": (make_file()[:-40], "cut off"),
    "not JSON": (b"%PDF nothing of the kind", "not JSON"),
    "not text": (bytes(range(200, 256)), "not JSON"),
    "NaN": (make_file().replace(b"37.6", b"NaN"), "NaN"),
    "infinity": (make_file().replace(b"37.6", b"-Infinity"), "infinite"),
    "too large a number": (make_file().replace(b"37.6", b"1e999"), "cut off"),
    "null ordinate": (make_file().replace(b"37.6", b"null"), "NaN"),
    "deep nesting": (b"[" * 100_000, "not JSON"),
    "a list": (b"[]", "'list', not a GeoJSON FeatureCollection"),
    "a feature": (json.dumps(feature()).encode(), "'Feature', not a GeoJSON FeatureCollection"),
    "no features": (b'{"type": "FeatureCollection"}', "no list of features"),
    "features not a list": (make_file(features={"a": 1}), "no list of features"),
    "feature not an object": (make_file(7), "feature 0 is not an object"),
    "no feature": (make_file(features=[]), "no polygon"),
    "only points": (
        make_file(feature({"type": "Point", "coordinates": [37.6, 48.0]})),
        "no polygon",
    ),
    "only lines in a collection": (
        make_file(feature({"type": "GeometryCollection", "geometries": []})),
        "no polygon",
    ),
    "no coordinates": (make_file(feature({"type": "MultiPolygon"})), "no coordinates"),
    "no rings": (make_file(feature({"type": "Polygon"})), "without rings"),
    "ring of numbers": (make_file(feature(polygon([1.0, 2.0]))), "not a list of positions"),
    "ring of objects": (make_file(feature(polygon([{"x": 1}] * 4))), "not a list of positions"),
    "position of one": (make_file(feature(polygon([[1.0]] * 4))), "not a list of positions"),
    "ring with 2 points": (make_file(feature(polygon(SQUARE[:2]))), "ring of 2 positions; 4 are"),
    "words for numbers": (
        make_file(feature(polygon([[str(x), str(y)] for x, y in SQUARE]))),
        "not a list of positions",
    ),
    "collection of a number": (
        make_file(feature({"type": "GeometryCollection", "geometries": 5})),
        "not a",
    ),
    "collection of words": (
        make_file(feature({"type": "GeometryCollection", "geometries": ["a"]})),
        "not a geometry",
    ),
    "out of range": (make_file(feature(polygon(box(37.6, 48.0, 37.7, 148.1)))), "out of range"),
    "hole out of range": (
        make_file(feature(polygon(SQUARE, box(370.6, 48.0, 370.7, 48.1)))),
        "out of range",
    ),
    "swapped": (make_file(feature(polygon(box(48.0, 37.6, 48.1, 37.7)))), "look swapped"),
    "projected": (
        make_file(feature(polygon(box(4185e3, 6105e3, 4196e3, 6122e3)))),
        "not a projection in metres",
    ),
    "projected, and says so": (
        make_file(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}),
        "EPSG::3857; only WGS84",
    ),
    "a crs of no kind": (make_file(crs={"properties": ["EPSG:4326"]}), "only WGS84"),
    "a crs of many lines": (make_file(crs={"properties": {"name": "a\nb"}}), "only WGS84"),
    "nothing within": (
        make_file(feature(polygon(box(30.0, 50.0, 30.5, 50.5)))),
        "nothing in it lies within the four oblasts",
    ),
    "no such day": (make_file(), "20240231 is not a date"),
    "damaged gzip": (gzip.compress(make_file())[:-9], "gzip stream is damaged"),
    "gzip in name only": (b"\x1f\x8b nothing", "gzip stream is damaged"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_in_one_line_that_names_it(case: str) -> None:
    data, told = BROKEN[case]
    name = "deepstatemap_data_20240231.geojson" if case == "no such day" else DAILY
    message = refused(data, name)
    assert message.startswith(name + ": ")
    assert told in message
    assert len(message) < 300


def test_a_wrong_type_of_any_length_is_told_in_short() -> None:
    assert len(refused(json.dumps({"type": "x" * 10_000}).encode())) < 300


def test_wgs84_by_any_of_its_names_is_read() -> None:
    for label in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"):
        member = {"type": "name", "properties": {"name": label}}
        assert km2(sources.read(make_file(crs=member), DAILY)) > 0


def test_a_collection_nested_deep_is_read_or_refused() -> None:
    data = make_file().replace(json.dumps(polygon(SQUARE)).encode(), NESTED.encode())
    assert km2(sources.read(data, DAILY)) == pytest.approx(SQUARE_KM2, abs=0.001)


@pytest.mark.parametrize("reader", ["deepstate_api", "deepstate_daily", "isw", "own"])
def test_a_file_without_a_date_is_refused(reader: str) -> None:
    name = "russiacotinukraine.geojson" if reader == "isw" else "map.geojson"
    message = refused(make_file(feature(**OCCUPIED)), name, reader)
    assert message.startswith(f"{name}: tells no date; name it ")


def test_a_file_that_no_reader_knows_is_refused() -> None:
    assert refused(make_file(), "map.geojson") == (
        "map.geojson: no reader knows it, and nothing in it tells a status; say what it is with "
        "--legend FILE (docs/sources.md)"
    )


def test_no_feature_with_a_known_status_is_refused() -> None:
    message = refused(make_file(feature(name="?", fill="#123456")), API)
    assert "no feature in it has a colour or a label that deepstate_api knows" in message


def test_unknown_ids_are_refused_with_what_is_allowed() -> None:
    assert refused(make_file(), DAILY, "nonsense") == (
        f"reader 'nonsense': not known; allowed: {', '.join(sources.READERS)}"
    )
    with pytest.raises(InputError, match="source 'cia': not known; allowed: deepstate, isw"):
        sources.find_source("cia")


# Whatever comes: a Snapshot or an InputError

WHOLE = json.loads(
    make_file(
        feature(polygon(SQUARE, box(37.62, 48.02, 37.64, 48.04)), **OCCUPIED),
        feature({"type": "GeometryCollection", "geometries": [polygon(SQUARE)]}, name="?"),
        feature({"type": "MultiPolygon", "coordinates": [[SQUARE]]}, fill="#bcaaa4", name="Крим"),
        crs={"type": "name", "properties": {"name": "EPSG:4326"}},
        name="deepstatemap_data_20240709",
    )
)
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-400, 400),
    st.floats(-400, 400),
    st.text(max_size=8),
    st.sampled_from([[], {}, [[]], [1], {"type": "Polygon"}, [[37.6, 48.0]], "Polygon"]),
)
SLOW = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value inside a JSON document."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path] * bool(path) + [p for key, v in items for p in paths_of(v, (*path, key))]


# As often outside of the coordinates, which are most of a file, as in them.
PLACES = st.one_of(
    st.sampled_from([p for p in paths_of(WHOLE) if "coordinates" not in p[:-1]]),
    st.sampled_from(paths_of(WHOLE)),
)


def read_or_refused(data: bytes, name: str) -> None:
    try:
        snapshot = sources.read(data, name)
    except InputError as error:
        assert str(error).isprintable()
    else:
        for drawn in snapshot.layers.values():
            assert shapely.is_valid(drawn).all()
            assert np.isfinite(shapely.get_coordinates(drawn)).all()


@SLOW
@given(
    where=st.lists(PLACES, min_size=1, max_size=3),
    junk=st.lists(JUNK, min_size=3, max_size=3),
    name=st.sampled_from([DAILY, API, "map.json"]),
)
def test_any_value_replaced(where: list[tuple[Any, ...]], junk: list[Any], name: str) -> None:
    document = copy.deepcopy(WHOLE)
    for path, value in zip(where, junk, strict=False):
        inside = document
        try:
            for key in path[:-1]:
                inside = inside[key]
            inside[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier replacement took this place away
    read_or_refused(json.dumps(document).encode(), name)


@SLOW
@given(
    flips=st.lists(
        st.tuples(st.integers(0, len(json.dumps(WHOLE)) - 1), st.integers(0, 255)),
        min_size=1,
        max_size=4,
    ),
    cut=st.integers(0, 3),
    packed=st.booleans(),
)
def test_any_bytes_changed(flips: list[tuple[int, int]], cut: int, packed: bool) -> None:
    data = bytearray(json.dumps(WHOLE).encode())
    if packed:
        data = bytearray(gzip.compress(bytes(data), mtime=0))
    for place, value in flips:
        data[place % len(data)] = value
    read_or_refused(bytes(data[: len(data) - cut * 7]), API)


def test_a_ring_that_crosses_itself_without_end_is_refused_at_once() -> None:
    # A star of 2,001 points joined to the ones farthest off crosses itself about 2 million times.
    turns = np.arange(2002) * 1000 % 2001 * 2 * np.pi / 2001
    ring = np.column_stack([37.8 + 0.1 * np.cos(turns), 48.0 + 0.1 * np.sin(turns)]).tolist()
    message = refused(make_file(feature({"type": "Polygon", "coordinates": [ring]})), DAILY)
    assert "has rings that cross more than 10,000 times, the limit" in message
