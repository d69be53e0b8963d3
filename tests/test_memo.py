"""What a file draws again as the file before it did is the same polygon, and no other is."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from controlmap import sources
from controlmap.core.model import Ground, InputError
from controlmap.sources.polygons import Memo

NAME = "deepstatemap_data_202407{:02}.geojson"
SQUARE = "[[[37.6,48],[37.7,48],[37.7,48.1],[37.6,48.1],[37.6,48]]]"
OTHER = SQUARE.replace("37.7", "37.8")
HOLE = "[[37.62,48.02],[37.65,48.02],[37.65,48.05],[37.62,48.02]]"
HOLLOW = f"[{SQUARE[1:-1]},{HOLE}]"


def file(coordinates: str, more: str = "") -> bytes:
    geometry = f'"geometry":{{"type":"Polygon","coordinates":{coordinates}}}'
    feature = f'{{"type":"Feature","properties":{{"name":"a"{more}}},{geometry}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode()


SQUARE = "[[[37.6,48],[37.7,48],[37.7,48.1],[37.6,48.1],[37.6,48]]]"


def held(coordinates: str, memo: Memo, day: int = 8) -> list[shapely.Polygon]:
    (snapshot,) = sources.read_all(file(coordinates), NAME.format(day), memo)
    return list(snapshot.layers[Ground.OCCUPIED])


def test_a_polygon_drawn_again_is_the_same_object() -> None:
    memo = Memo()
    (one,), (again,) = (held(text, memo, day) for day, text in ((8, SQUARE), (9, f" {SQUARE}")))
    assert again is one
    assert json.loads(SQUARE)[0] == [list(p) for p in one.exterior.coords]


@pytest.mark.parametrize("text", [OTHER, HOLLOW, SQUARE.replace("48]", "48.000001]")])
def test_another_polygon_is_another(text: str) -> None:
    memo = Memo()
    held(SQUARE, memo)
    (polygon,) = held(text, memo, 9)
    rings = [polygon.exterior, *polygon.interiors]
    assert [np.array(ring.coords).tolist() for ring in rings] == json.loads(text)


def test_what_is_not_in_the_last_file_is_forgotten() -> None:
    memo = Memo()
    (one,), _, (again,) = (
        held(text, memo, day) for day, text in ((8, SQUARE), (9, OTHER), (10, SQUARE))
    )
    assert again is not one
    assert again == one


@pytest.mark.parametrize("more", [',"coordinates":[1,2]', ',"coordinates":{"lat":[1]}'])
def test_coordinates_elsewhere_are_no_trouble(more: str) -> None:
    plain, with_more = (sources.read(file(SQUARE, m), NAME.format(8)) for m in ("", more))
    for ground, layer in plain.layers.items():
        assert list(with_more.layers[ground]) == list(layer)


def test_what_only_looks_whole_is_refused() -> None:
    """A line that no reader asks for is checked to be JSON all the same."""
    line = (
        '{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[1,,2]]}}'
    )
    data = file(SQUARE)[: -len("]}")] + b"," + line.encode() + b"]}"
    with pytest.raises(InputError, match="is not JSON"):
        sources.read(data, NAME.format(8))
