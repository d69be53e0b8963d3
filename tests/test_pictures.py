"""Pictures to publish: what their text says, and what their pixels show, read back."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import controlmap as cm
from command_line import Run
from controlmap.draw import animation, chart_pictures, map_picture, palette, pictures
from controlmap.draw.pictures import Caption, Sign, Size, Theme
from controlmap.record.coverage import Coverage
from often import often

DAY = date(2025, 6, 1)
FIRST, LAST = date(2026, 7, 20), date(2026, 8, 20)


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return cm.open("deepstate").coverage


def texts(svg: str) -> list[str]:
    """The texts of a picture, which is well-formed XML."""
    root = ET.fromstring(svg)
    return [
        (element.text or "").replace("\N{NO-BREAK SPACE}", " ")
        for element in root.iter("{http://www.w3.org/2000/svg}text")
    ]


def image(svg: str) -> Image.Image:
    return Image.open(io.BytesIO(pictures.encoded(svg, "png"))).convert("RGB")


PICTURES: dict[str, Callable[[Coverage, Size, Theme], str]] = {
    "map": lambda c, s, t: map_picture.of_day(c, DAY, s, t),
    "changes": lambda c, s, t: map_picture.of_changes(c, FIRST, LAST, s, t),
    "history": lambda c, s, t: chart_pictures.held(c, {}, date(2026, 1, 1), LAST, "UA-14").picture(
        s, t
    ),
    "flows": lambda c, s, t: chart_pictures.flows(
        c, date(2026, 1, 1), LAST, "all", advance="apart"
    ).picture(s, t),
    "pace": lambda c, s, t: chart_pictures.projection(
        c, "UA-65", DAY, window=30, contested="out"
    ).picture(s, t),
}


def test_a_map_of_an_oblast_is_nearer_and_says_whose_its_figures_are(coverage: Coverage) -> None:
    every, one = (
        texts(map_picture.of_day(coverage, DAY, Size.WEB, Theme.LIGHT, iso=iso))
        for iso in ("all", "UA-14")
    )
    scale = [int(text[:-3]) for said in (every, one) for text in said if re.match(r"\d+ km$", text)]
    assert scale[0] > scale[1]
    assert any(text.endswith("of Donetsk oblast") for text in one)
    assert any(text.endswith("of the four oblasts") for text in every)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_title_key_source_and_both_dates_in_it(coverage: Coverage, name: str) -> None:
    said = texts(PICTURES[name](coverage, Size.WEB, Theme.LIGHT))
    whole = " ".join(said)
    assert "Source: DeepState, observed" in whole
    assert ", retrieved " in whole
    assert f"record {coverage.sha256[:12]}" in whole
    assert f"controlmap {cm.__version__}. Areas are geodesic on WGS84." in whole
    expected = {
        "map": ["Who controls what, 1 June 2025", "Contested, 710 km²", "84,310", "Mariupol",
                "100 km", "1 June 2025, 19:40 UTC"],
        "changes": ["What changed hands, 20 July 2026 to 20 August 2026", "−6", "Myrne",
                    "71 km² lost", "observed 20 July 2026 (or 21 July 2026)",
                    "observed 20 August 2026 (or 21 August 2026)"],
        "history": ["Russian-held ground, 1 January 2026 to 20 August 2026", "Donetsk",
                    "without a snapshot, carried forward", "1 The first talks between"],
        "flows": ["Became Russian-held", "Ceased to be Russian-held", "Circles: the net."],
        "pace": ["Pace of Russian-held ground, 1 June 2025", "Assessed, what followed"],
    }  # fmt: skip
    for text in expected[name]:
        assert text in whole


@pytest.mark.parametrize("theme", Theme)
def test_pixels_of_the_palette_are_in_proportion_to_the_areas(
    coverage: Coverage, theme: Theme
) -> None:
    svg = map_picture.of_day(coverage, DAY, Size.SOCIAL, theme)
    # Names, borders and water cover ground, and more of what is small and in pieces.
    bare = re.sub(
        r'<text.*?</text>|<circle.*?/>|<path class="(?:oblasts|water)".*?/>|<rect x.*?/>', "", svg
    )
    pixels = np.asarray(image(bare), int)
    counts = {}
    for layer in ("held", "rest"):
        hexed = palette.on_land(layer)[theme == Theme.DARK]
        colour = [int(hexed[i : i + 2], 16) for i in (1, 3, 5)]
        counts[layer] = (abs(pixels - colour).max(axis=2) <= 2).sum()
    every = cm.open("deepstate").areas(DAY).row("all")
    ratio = every["russian_held"] / every["ukrainian_held"]
    assert counts["held"] / counts["rest"] == pytest.approx(ratio, rel=0.02)


@pytest.mark.parametrize("size", often(Size, lambda size: size == Size.WEB))
def test_a_png_has_twice_the_pixels_of_its_size(coverage: Coverage, size: Size) -> None:
    wide, high = pictures.PIXELS[size]
    for name in ("map", "history"):
        assert image(PICTURES[name](coverage, size, Theme.DARK)).size == (2 * wide, 2 * high)


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", Size)
def test_no_text_leaves_the_picture(coverage: Coverage, size: Size) -> None:
    for name in ("map", "changes", "flows"):
        svg = PICTURES[name](coverage, size, Theme.LIGHT)
        page = np.asarray(image(svg), int)
        margin = np.concatenate([page[:, :30].ravel(), page[:, -30:].ravel(), page[:30].ravel()])
        assert set(margin.tolist()) == {255}, (size, name)


def test_text_from_data_is_text() -> None:
    hostile = '<script>alert("1")</script>&amp;'
    caption = Caption(hostile, hostile, [Sign(hostile, "held")], [[[hostile] * 2] * 2], [hostile])
    parts = pictures.layout(caption, Size.WEB, beside=True)
    svg = pictures.written(caption, parts, Theme.LIGHT)
    assert "<script" not in svg
    assert hostile in texts(svg)


def test_a_day_on_which_nothing_changed_has_a_map_of_all(coverage: Coverage) -> None:
    whole = " ".join(texts(map_picture.of_changes(coverage, LAST, LAST, Size.WEB, Theme.LIGHT)))
    assert "no new snapshot between the two days" in whole
    assert "LUHANSK" in whole


@pytest.mark.parametrize("form", often(["webp", "gif"], lambda form: form == "webp"))
def test_an_animation_has_a_frame_a_period(coverage: Coverage, form: str) -> None:
    said: list[str] = []
    content = animation.encoded(
        coverage, date(2025, 5, 20), DAY, form, Size.WEB, Theme.LIGHT, progress=said.append
    )
    film = Image.open(io.BytesIO(content))
    assert (film.n_frames, film.size) == (2, (1200, 675))  # type: ignore[attr-defined]
    assert said == ["2025-05-25, 1/2", "2025-06-01, 2/2", ""]


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffmpeg is not here")
def test_a_film_has_a_frame_a_period(coverage: Coverage, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(
        animation.encoded(coverage, date(2025, 5, 20), DAY, "mp4", Size.WEB, Theme.LIGHT)
    )
    entries = ["-count_frames", "-show_entries", "stream=codec_name,nb_read_frames"]
    probed = subprocess.run(
        ["ffprobe", "-v", "error", *entries, "-of", "csv=p=0", str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert probed.stdout.strip() == "h264,2"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["map", "-o", "a.jpg"], "a.jpg: is no map; allowed: .svg, .png"),
        (["play", "-o", "a.png"], "a.png: is no play; allowed: .webp, .gif, .mp4"),
        (["map", "--from", "2026-01-01", "-o", "a.png"], "--from: does not go with map"),
        (["changes", "-o", "a.png"], "--from: is needed for a picture of changes"),
        (["map", "--date", "2021-01-01", "-o", "a.png"], "2021-01-01: outside the span"),
        (["map", "-o", "there.png"], "there.png: exists; to write over it, use --force"),
        (["map", "-o", "none/a.png"], "none/a.png: there is no folder none"),
        (["pace", "--oblast", "Kyiv", "-o", "a.png"], "Kyiv"),
        (["history", "--from", "2026-02-01", "--to", "2026-01-01", "-o", "a.svg"], "after the"),
        (["play", "-o", "a.mp4"], "mp4: needs ffmpeg, which is not here; allowed: webp, gif"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    Path("there.png").write_text("mine")
    refused = Run(capsys, "picture", *arguments)
    assert (refused.code, refused.out, len(refused.errors)) == (2, "", 1)
    assert said in refused.errors[0]
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("there.png", "mine")]


def test_the_command_writes_what_python_draws(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, coverage: Coverage
) -> None:
    path = tmp_path / "map.svg"
    assert Run(capsys, "picture", "map", "--date", str(DAY), "-o", str(path)).code == 0
    assert path.read_text("utf-8") == PICTURES["map"](coverage, Size.WEB, Theme.LIGHT)


@pytest.mark.exhaustive
def test_what_writes_files_is_imported_when_one_is_written() -> None:
    script = (
        "import sys, controlmap, controlmap.dashboard.first_page;"
        "controlmap.open('deepstate').areas().to_csv();"
        "print([m for m in ('openpyxl', 'vl_convert', 'PIL.Image') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
