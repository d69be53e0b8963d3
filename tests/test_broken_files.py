"""A broken file is refused in one line; whatever comes is a Snapshot or an InputError."""

from __future__ import annotations

import copy
import gzip
import json
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controlmap import sources
from controlmap.core.model import InputError
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

NESTED = json.dumps(feature()["geometry"])
for _ in range(400):
    NESTED = '{"type": "GeometryCollection", "geometries": [' + NESTED + "]}"

BROKEN = {
    "empty": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "truncated": (make_file()[:-40], "cut off"),
    "not JSON": (b"%PDF nothing of the kind", "is PDF, not any of GeoJSON"),
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
    "ring with 2 points": (
        make_file(feature(polygon(SQUARE[:2]))),
        "ring of 2 positions, not 4 or more",
    ),
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
        "4.185e+06, 6.105e+06 is out of range; degrees are read, not metres",
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
    "no such day": (make_file(), "20240231 is no day YYYYMMDD"),
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
        "map.geojson: no reader knows it; say what it is with --legend FILE (docs/sources.md)"
    )


def test_no_feature_with_a_known_status_is_refused() -> None:
    message = refused(make_file(feature(name="?", fill="#123456")), API)
    assert "deepstate_api knows no colour or label in it" in message


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
