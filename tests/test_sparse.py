"""Coordinates read as text are those of a full parse, or are left to it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlmap import sources
from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.sources import sparse

NUMBERS = st.one_of(
    st.integers(-180, 180), st.floats(-180, 180, allow_nan=False, allow_infinity=False)
)
SPACES = st.sampled_from(["", " ", "\n  ", "\t"])


def rings(width: int) -> st.SearchStrategy[list[Any]]:
    position = st.lists(NUMBERS, min_size=width, max_size=width)
    return st.lists(st.lists(position, min_size=1, max_size=5), min_size=1, max_size=3)


def spaced(value: Any, space: str) -> str:
    """JSON with white space everywhere between numbers, brackets and commas."""
    if isinstance(value, list):
        parts = f"{space},{space}".join(spaced(v, space) for v in value)
        return f"[{space}{parts}{space}]"
    return json.dumps(value)


@given(data=st.data(), width=st.sampled_from([2, 3]), space=SPACES)
def test_what_is_plain_is_read_as_json_reads_it(
    data: st.DataObject, width: int, space: str
) -> None:
    multi = data.draw(st.lists(rings(width), min_size=1, max_size=3))
    found = sparse.polygons_of(spaced(multi, space).encode(), "MultiPolygon")
    alone = sparse.polygons_of(spaced(multi[0], space).encode(), "Polygon")
    assert found is not None
    assert alone is not None
    assert len(found) == len(multi)
    for drawn, expected in [*zip(found, multi, strict=True), (alone[0], multi[0])]:
        assert len(drawn) == len(expected)
        for ring, positions in zip(drawn, expected, strict=True):
            assert ring.shape == (len(positions), 2)
            assert np.array_equal(ring, np.array(positions, dtype=float)[:, :2])


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[[]]",
        "[[[]]]",
        "[[[1,2],[3]]]",
        "[[[1],[2,3,4]]]",  # as many numbers as two positions of two
        "[[[1,2],[3,4,5],[6]]]",
        "[[[1,2],[3,null]]]",
        "[[[1,2],[3,nul]]]",
        "[[[1,2],[3]4]]]",
        "[[[1,2]],[[3,4],5]]",
        "[[[1,2],[3,[4]]]]",
        "[[[1,2],[3,4],[]]]",
        "[[[1,2,3,4]]]",
        "[[[1,2],[3,01]]]",
        "[[[1,2],,[3,4]]]",
        "[[[1,2],[3,4]]",
        "[[1,2],[3,4]]",
        "[[[[1,2],[3,4]]]]",
        "[[[1,2] [3,4]]]",
        "[[[1 2,3]]]",
    ],
)
def test_what_is_not_plain_is_left_to_the_full_parse(text: str) -> None:
    assert sparse.polygons_of(text.encode(), "Polygon") is None


def document(coordinates: str, more: str = "") -> bytes:
    geometry = f'"geometry":{{"type":"Polygon","coordinates":{coordinates}}}'
    feature = f'{{"type":"Feature","properties":{{"name":"a"{more}}},{geometry}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode()


SQUARE = "[[[37.6,48],[37.7,48],[37.7,48.1],[37.6,48.1],[37.6,48]]]"


@pytest.mark.parametrize(
    "more",
    [
        ',"coordinates":[1,2]',
        ',"coordinates":[{"lat":1}]',
        ',"coordinates":{"lat":[1]}',
        ',"coordinates":"[1,2]"',
        ',"coordinates":7',
        ',"note":"coordinates"',
        r',"note":"\"coordinates\": [1,2]"',
        r',"say \"coordinates":[1,2]',
    ],
)
def test_coordinates_elsewhere_are_no_trouble(more: str) -> None:
    name = "deepstatemap_data_20240708.geojson"
    plain, given_more = (sources.read(document(SQUARE, m), name) for m in ("", more))
    for ground, layer in plain.layers.items():
        assert list(given_more.layers[ground]) == list(layer)
    parts = sparse.cut(document(SQUARE, more))
    if parts is not None:
        skeleton, texts = parts
        orjson.loads(skeleton)
        assert SQUARE.encode() in texts


class Watched(bytes):
    """Bytes that count how many of them were looked at or copied."""

    seen = 0

    def find(self, sub: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().find(sub, start, end)
        self.seen += (found if found >= 0 else end or len(self)) - start
        return found

    def __getitem__(self, key: slice) -> bytes:  # type: ignore[override]
        piece = super().__getitem__(key)
        self.seen += len(piece)
        return piece


def test_each_byte_is_looked_at_a_few_times() -> None:
    """However many coordinates are told without a brace between them."""
    dense = Watched(b'{"features":[],"x":{%s}}' % b",".join([b'"coordinates":[1]'] * 1000))
    parts = sparse.cut(dense)
    assert parts is not None
    assert len(parts[1]) == 1000
    assert dense.seen < 6 * len(dense)


def test_more_lists_than_polygons_may_have_are_parsed_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two rings of five positions each are thirteen lists: six positions may have twelve."""
    data = document(f"[{','.join([SQUARE[1:-1]] * 2)}]")
    monkeypatch.setattr(limits, "VERTICES", 6)
    assert sparse.Texts().parse(data) is None
    monkeypatch.setattr(limits, "VERTICES", 7)
    assert sparse.Texts().parse(data) is not None


def test_what_only_looks_whole_is_refused() -> None:
    """A line that no reader asks for is checked to be JSON all the same."""
    line = (
        '{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[1,,2]]}}'
    )
    data = document(SQUARE)[: -len("]}")] + b"," + line.encode() + b"]}"
    with pytest.raises(InputError, match="is not JSON"):
        sources.read(data, "deepstatemap_data_20240708.geojson")


def test_a_file_read_twice_is_read_alike() -> None:
    """The second time its texts are known; in between another file was read."""
    name = "deepstatemap_data_20240708.geojson"
    other = SQUARE.replace("37.7", "37.8")
    texts = sparse.Texts()
    one, _, again, then = (
        sources.read(document(text), name, texts=texts) for text in (SQUARE, other, SQUARE, SQUARE)
    )
    for ground, layer in one.layers.items():
        assert list(layer) == list(again.layers[ground]) == list(then.layers[ground])
