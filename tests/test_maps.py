"""The map's data and script. What the browser makes of them is in browser/test_map_browser.py."""

from __future__ import annotations

import gzip
import itertools
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import folium
import numpy as np
import pytest
import shapely
import streamlit_folium
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from controlmap.draw import maps, palette
from controlmap.draw.maps import Feature, Layer
from controlmap.words import markdown

ASSETS = maps.ASSETS
HOSTILE = [
    "{{7*7}}",
    "{% raw %}",
    "{# gone #}",
    "{{at:25.03}}",
    "{{ cycler.__init__.__globals__.os.getcwd() }}",
    "{{ 'window' }}",
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "a\u2028b\u2029c",
    "lone \ud800 surrogate \udc00",
    "'\"`\\ \\u007b\\u007b7*7}} ${7*7} alert(coords); map_div_1",
    "Їжак 🦔",
]
WORDS = {word: f"word {word}" for word in maps.WORDS}


def layer(layer_id: str = "held", **changes: Any) -> Layer:
    light, dark = palette.style_for(layer_id)
    given: dict[str, Any] = {
        "id": layer_id, "name": "Held", "on": True, "kind": "area",
        "light": light, "dark": dark,
    }  # fmt: skip
    return Layer(**given | changes)


def chart(layers: Sequence[Layer] = (), **changes: Any) -> folium.Map:
    given: dict[str, Any] = {
        "background_url": "../bg/background-0.json", "credit": [("Source", "https://example.org/")],
        "ground": box(31.5, 45.7, 40.2, 50.1), "words": WORDS,
        "assets_url": "../assets",
    }  # fmt: skip
    return maps.base_map(layers or [layer()], **given | changes)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Return what st_folium would send to the browser for a map and what changes on it."""
    monkeypatch.setattr(streamlit_folium, "_component_func", lambda **arguments: arguments)

    def send(base: folium.Map, day: folium.FeatureGroup | None = None) -> dict[str, Any]:
        return streamlit_folium.st_folium(  # type: ignore[no-any-return]
            base, key="map", returned_objects=[], feature_group_to_add=day
        )

    return send


def argument(script: str, call: str) -> Any:
    """Return the JSON that a script passes to init or update, which must be all it passes."""
    found = re.findall(rf"ControlMap\.{call}\((?:map_div, )?(.*)\);$", script, re.MULTILINE)
    assert len(found) == 1
    return json.loads(found[0])


def points(steps: Sequence[int]) -> list[tuple[int, int]]:
    pairs = np.cumsum(np.reshape(steps, (-1, 2)), axis=0).tolist()
    return [(x, y) for x, y in pairs]


def wired(geometry: Any, **changes: Any) -> list[dict[str, Any]]:
    text = maps.payload_json("r", {"held": [Feature(geometry, ("t",), **changes)]})
    features: list[dict[str, Any]] = json.loads(text)["layers"]["held"]
    return features


# --- the gate


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
))  # fmt: skip
def test_inert_json_says_the_same_with_plain_characters_only(value: Any) -> None:
    text = maps.inert_json(value)
    assert json.loads(text) == json.loads(json.dumps(value))
    assert re.fullmatch(r'([a-zA-Z0-9 .,:/?=\-\[\]{}"]|\\u[0-9a-f]{4})*', text)
    inside = "".join(re.findall(r'"([^"]*)"', text))
    assert not set(inside) & set("{}[]<>&'_%#$()")


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_inert_json_refuses_what_json_does_not_have(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        maps.inert_json({"area": number})


def test_the_way_round_the_gate_is_open() -> None:
    """What the tests below would see without the gate: folium executes the text."""
    base = chart()
    properties = {"t": "{{7*7}}"}
    geometry = {"type": "Point", "coordinates": [36, 48]}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    folium.GeoJson({"type": "FeatureCollection", "features": [feature]}).add_to(base)
    assert '"49"' in base.get_root().render()


@pytest.mark.parametrize("text", HOSTILE)
def test_folium_renders_nothing_of_hostile_text(text: str) -> None:
    base = chart([layer(name=text)], words=dict.fromkeys(maps.WORDS, text))
    features = [Feature(box(36, 47, 37, 48), (text,))]
    maps.day_layer(maps.payload_json(text, {text: features})).add_to(base)
    html = base.get_root().render()
    assert "ControlMap" not in html
    assert [found for found in (text, '"49"', str(Path.cwd())) if found in html] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_the_base_map_is_data(
    text: str, sent: Callable[..., dict[str, Any]]
) -> None:
    tiles = layer(
        "tiles", kind="tiles", tiles="https://tiles.example/{z}/{x}/{y}?" + text, tiles_credit=text
    )
    result = sent(chart(
        [layer(name=text), tiles],
        credit=[(text, "https://example.org/?" + text)],
        words=dict.fromkeys(maps.WORDS, text),
    ))  # fmt: skip
    config = argument(result["script"], "init")
    merged = json.loads(json.dumps(text))
    assert config["layers"][0]["name"] == merged
    assert config["layers"][1]["tiles"] == "https://tiles.example/{z}/{x}/{y}?" + merged
    assert config["layers"][1]["tiles_credit"] == merged
    assert config["credit"] == [[merged, "https://example.org/?" + merged]]
    assert set(config["words"].values()) == {merged}
    everything = result["script"] + result["header"] + result["html"]
    assert text not in everything
    assert str(Path.cwd()) not in everything
    assert everything.count("</script") == chart_scripts(sent)


def chart_scripts(sent: Callable[..., dict[str, Any]]) -> int:
    plain = sent(chart())
    return str(plain["script"] + plain["header"] + plain["html"]).count("</script")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_of_a_date_is_data(text: str, sent: Callable[..., dict[str, Any]]) -> None:
    features = [Feature(box(36, 47, 37, 48), (text, text))]
    day = maps.day_layer(maps.payload_json(text, {"held": features, text: features}))
    result = sent(chart(), day)
    payload = argument(result["feature_group"], "update")
    merged = json.loads(json.dumps(text))
    assert payload["rev"] == merged
    assert payload["layers"]["held"][0]["t"] == [merged, merged]
    assert set(payload["layers"]) == {"held", merged}
    assert text not in result["feature_group"]
    assert str(Path.cwd()) not in result["feature_group"]
    assert result["script"] == sent(chart())["script"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_the_background_is_data(text: str, tmp_path: Path) -> None:
    name = maps.write_background(tmp_path, {"places": [Feature(Point(36, 48), (text,))]})
    written = (tmp_path / name).read_text("ascii")
    assert json.loads(written)["places"][0]["t"] == [json.loads(json.dumps(text))]
    assert text not in written


def test_hostile_addresses_stay_one_address(sent: Callable[..., dict[str, Any]]) -> None:
    result = sent(chart(background_url="../bg/b.json?\"'><script>{{7*7}}&css=evil"))
    link = result["js_links"][0]
    assert set(parse_qs(urlsplit(link).query)) == {"css", "background", "scripts"}
    assert parse_qs(urlsplit(link).query)["css"] == ["../assets/vendor/leaflet/leaflet.css"]
    assert not set(link) & set("\"'<>{} ")


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "//evil.example", ""])
def test_a_credit_links_to_a_web_page_only(href: str) -> None:
    with pytest.raises(ValueError, match="is not http or https"):
        chart(credit=[("Source", href)])


# --- what the map asks for


def test_the_map_asks_only_for_what_the_dashboard_serves(
    sent: Callable[..., dict[str, Any]],
) -> None:
    result = sent(chart())
    assert result["css_links"] == []
    assert result["js_links"] == [
        "../assets/controlmap.js?css=..%2Fassets%2Fvendor%2Fleaflet%2Fleaflet.css"
        "&background=..%2Fbg%2Fbackground-0.json"
        "&scripts=page.js+paint.js+placement.js+map_view.js",
        "../assets/vendor/leaflet/leaflet.js",
        "../assets/page.js",
        "../assets/paint.js",
        "../assets/placement.js",
        "../assets/map_view.js",
    ]
    assert re.findall(r"https?://[^\"'\s]+", result["header"] + result["html"]) == []
    assert re.findall(r"https?://[^\"'\s]+", result["script"]) == ["https://example.org/"]


def test_the_base_script_is_the_same_at_each_rerun(sent: Callable[..., dict[str, Any]]) -> None:
    first, second = (
        sent(chart(), maps.day_layer(maps.payload_json(rev, {}))) for rev in ("one", "two")
    )
    for part in ("script", "header", "html", "key", "js_links"):
        assert first[part] == second[part]
    assert first["feature_group"] != second["feature_group"]


def test_maps_that_differ_after_an_underscore_have_different_keys(
    sent: Callable[..., dict[str, Any]],
) -> None:
    """st_folium strips `_2024` before it hashes the script; the gate leaves no underscore."""
    keys = {sent(chart([layer(name=name)]))["key"] for name in ("held_2024", "held_2025")}
    assert len(keys) == 2


def test_maps_does_not_import_streamlit() -> None:
    code = "import sys, controlmap.draw.maps; print('streamlit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# --- geometry on the wire


def test_a_square_is_four_corners_as_steps() -> None:
    [feature] = wired(box(36, 47, 36.0002, 47.0001))
    assert feature == {"t": ["t"], "r": 0, "a": [[[360002, 470000, 0, 1, -2, 0, 0, -1]]]}


def test_a_hole_and_a_second_part_stay_apart() -> None:
    holed = Polygon(box(30, 40, 34, 44).exterior, [box(31, 41, 32, 42).exterior])
    [feature] = wired(MultiPolygon([holed, box(36, 40, 37, 41)]))
    (shell, hole), (second,) = feature["a"]
    assert set(points(shell)) == set(itertools.product((300000, 340000), (400000, 440000)))
    assert set(points(hole)) == set(itertools.product((310000, 320000), (410000, 420000)))
    assert set(points(second)) == set(itertools.product((360000, 370000), (400000, 410000)))


def test_rounding_does_not_add_up() -> None:
    """Steps are taken between rounded points: the thousandth is as near as the first."""
    line = LineString([(30 + k * 0.00014, 45 + k * 0.00017) for k in range(1000)])
    [feature] = wired(line)
    back = np.array(points(feature["l"][0])) / maps.GRID
    assert np.abs(back - shapely.get_coordinates(line)).max() <= 0.5 / maps.GRID + 1e-9


@pytest.mark.parametrize(
    ("geometry", "count"),
    [
        (box(36, 47, 36.00001, 47.00001), 0),
        (Polygon(), 0),
        (MultiPolygon([box(36, 47, 36.00001, 47.00001), box(36, 47, 37, 48)]), 1),
        (LineString([(36, 47), (36.00001, 47)]), 0),
        (MultiLineString([[(36, 47), (37, 47)], [(36, 48), (37, 48)]]), 2),
        (Polygon([(36, 47, 9), (37, 47, 9), (37, 48, 9)]), 1),
    ],
)
def test_parts_that_vanish_on_the_grid_are_left_out(geometry: Any, count: int) -> None:
    parts = [part for f in wired(geometry) for key in "al" for part in f.get(key, [])]
    assert len(parts) == count


def test_a_place_is_a_point_with_its_rank() -> None:
    assert wired(Point(36.12344, 48.98766), rank=3) == [
        {"t": ["t"], "r": 3, "p": [[361234, 489877]]}
    ]


@pytest.mark.parametrize(
    "geometry",
    [
        GeometryCollection([Point(36, 48), box(36, 47, 37, 48)]),
        MultiPoint([(36, 48), (37, 48)]),
        Point(math.inf, 48),
        LineString([(36, 48), (math.inf, 48)]),
    ],
)
def test_what_the_map_cannot_draw_is_an_error(geometry: Any) -> None:
    with pytest.raises(ValueError, match=r"the map draws|no numbers"):
        wired(geometry)


def test_ten_thousand_coordinates_stay_below_80_kb() -> None:
    """A ring of random steps of about 500 m packs worse than any front."""
    random = np.random.default_rng(1)
    angles = np.linspace(0, 2 * np.pi, 2500, endpoint=False)
    contents: dict[str, list[Feature]] = {"held": []}
    for k in range(4):
        radius = 1 + random.normal(0, 0.005, angles.size)
        ring = np.column_stack([35 + k + radius * np.cos(angles), 47 + radius * np.sin(angles)])
        contents["held"].append(Feature(Polygon(ring), ("Held", "Kherson oblast")))
    text = maps.payload_json("2026-08-22", contents)
    assert sum(len(points(f["a"][0][0])) for f in json.loads(text)["layers"]["held"]) == 10_000
    assert len(text) < 130_000
    assert len(gzip.compress(text.encode())) < 60_000


# --- the background file


def test_the_background_is_written_once_under_the_name_of_its_content(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    land = {"land": [Feature(box(30, 45, 41, 51), ())]}
    name = maps.write_background(folder, land)
    first = (folder / name).stat()
    assert maps.write_background(folder, land) == name
    assert (folder / name).stat().st_mtime_ns == first.st_mtime_ns
    other = maps.write_background(folder, {"land": [Feature(box(30, 45, 41, 52), ())]})
    assert {path.name for path in folder.iterdir()} == {name, other}
    assert len({name, other}) == 2
    corner = {"t": [], "r": 0, "a": [[[410000, 450000, 0, 60000, -110000, 0, 0, -60000]]]}
    assert json.loads((folder / name).read_text("ascii")) == {"land": [corner]}


# --- layers, words


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "Held 2022"}, "Held 2022"),
        ({"id": "land"}, "land"),
        ({"kind": "blob"}, "blob"),
        ({"kind": "tiles"}, "tile address ''"),
        ({"tiles": "https://tiles.example/"}, "kind area"),
        ({"kind": "tiles", "tiles": "javascript:alert(1)"}, "javascript"),
        ({"light": {"color": "red"}}, "color='red'"),
        ({"dark": {"hatchColor": "url(x)"}}, "hatchColor"),
        ({"light": {"hatch": "?"}}, r"hatch='\?'"),
        ({"light": {"onclick": "x"}}, "onclick"),
    ],
)
def test_a_layer_that_cannot_be_drawn_is_an_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layer(**changes)


def test_names_and_numbers_out_of_range_are_errors() -> None:
    with pytest.raises(ValueError, match=r"no style for layer 'unheld'; there are .*held"):
        palette.style_for("unheld")
    with pytest.raises(ValueError, match="rank 5 of"):
        Feature(Point(36, 48), ("Village",), rank=5)
    with pytest.raises(ValueError, match="layer ids repeat: held, held"):
        chart([layer(), layer()])
    with pytest.raises(ValueError, match="missing or unknown: extra, layers, wheel"):
        chart(
            words={k: v for k, v in WORDS.items() if k not in ("layers", "wheel")} | {"extra": ""}
        )


def test_python_and_javascript_agree() -> None:
    paint, control = (ASSETS / name for name in ("paint.js", "map_view.js"))
    assert paint.read_text("utf-8").count("{ radius: ") == maps.PLACE_RANKS
    assert f"GRID = {maps.GRID};" in control.read_text("utf-8")
    used = set(re.findall(r"\bwords\.(\w+)", control.read_text("utf-8")))
    assert used == set(maps.WORDS)
    used = set(re.findall(r"var\(--cm-(\w+)\)", (ASSETS / "controlmap.css").read_text("utf-8")))
    used |= set(re.findall(r"\bpage\.(\w+)", paint.read_text("utf-8")))
    assert used == set(palette.PALETTE["page"][0]) == set(palette.PALETTE["page"][1])


def test_the_scripts_never_write_markup() -> None:
    text = "".join(path.read_text("utf-8") for path in ASSETS.glob("*.js"))
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|\.html\(", text)
        == []
    )
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg\b)", text) == []


@pytest.mark.parametrize("text", [":material/home:", ":smile:", ":red[x]", "a:b"])
def test_no_icon_of_streamlit_is_left_in_plain_markdown(text: str) -> None:
    shown = markdown.plain(text)
    assert not re.search(r":\w", shown.replace("\\", ""))
    assert shown.replace("\\", "").replace("\N{WORD JOINER}", "") == text
