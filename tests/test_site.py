"""The site that publish writes: what is in it, its folder, and what stays as it is."""

from __future__ import annotations

import gzip
import io
import json
import re
import resource
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import brotli
import pandas as pd
import pytest
from PIL import Image

from controlmap.analysis import areas, history
from controlmap.cli.main import main
from controlmap.core.model import InputError
from controlmap.draw import pictures, site
from controlmap.record.coverage import Coverage
from march import record_of

URL = "https://example.org/map"
ATOM = "{http://www.w3.org/2005/Atom}"


def of_days(folder: Path, *days: int) -> Coverage:
    """The record of days of March 2026, of the default source."""
    return record_of(folder / "deepstate.parquet", *days).coverage


@pytest.fixture(scope="module")
def coverage(tmp_path_factory: pytest.TempPathFactory) -> Coverage:
    return of_days(tmp_path_factory.mktemp("record"), 1, 2, 3, 4, 5)


@pytest.fixture(scope="module")
def contents(coverage: Coverage) -> dict[str, bytes]:
    return site.site({"deepstate": coverage}, "deepstate", URL)


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pictures be empty files, which take no time."""
    monkeypatch.setattr(pictures, "encoded", lambda *_: b"")


def times(folder: Path) -> dict[str, int]:
    """When each file of a folder and those in it was written."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in paths}


@pytest.mark.parametrize("page", ["index.html", "embed.html"])
def test_its_pages_name_files_beside_them_alone(contents: dict[str, bytes], page: str) -> None:
    html = contents[page].decode()
    named = re.findall(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"', html)
    named += re.findall(r'"([\w-]+\.bin)"', html.replace("\\u005f", "_"))
    assert len(named) == 2 + 3  # style, script; background, figures, record
    assert set(named) <= set(contents)


@pytest.mark.parametrize(("suffix", "unpack"), [("gz", gzip.decompress), ("br", brotli.decompress)])
def test_text_has_packed_copies(contents: dict[str, bytes], suffix: str, unpack: object) -> None:
    assert callable(unpack)
    for name in ("index.html", "feed.xml", "history-deepstate.csv"):
        assert unpack(contents[f"{name}.{suffix}"]) == contents[name]


def test_each_day_has_its_figures_and_a_page(
    coverage: Coverage, contents: dict[str, bytes]
) -> None:
    for n in range(1, 6):
        answer = areas.compare(coverage, date(2026, 3, n), others={"deepstate": coverage})
        folder = f"2026-03-0{n}"
        assert contents[f"{folder}/areas.csv"].decode() == answer.to_csv()
        metadata = json.loads(contents[f"{folder}/areas.metadata.json"])
        assert metadata["sources"][0]["sha256"] == answer.evidence[0].sha256
        page = contents[f"{folder}/index.html"].decode()
        assert f"url=../#date={folder}&amp;source=deepstate" in page
        assert f'<meta property="og:url" content="{URL}/{folder}/">' in page


def test_what_is_for_programs_is_the_answer(coverage: Coverage, contents: dict[str, bytes]) -> None:
    others = {"deepstate": coverage}
    for name, answer in (
        ("latest", areas.compare(coverage, others=others)),
        ("history-deepstate", history.history(coverage, others=others)),
        ("changes-by-week-deepstate", history.flows(coverage, every="week")),
    ):
        assert contents[f"{name}.csv"].decode() == answer.to_csv()
        assert json.loads(contents[f"{name}.metadata.json"])["question"] == answer.question


@pytest.mark.usefixtures("unpainted")
def test_sources_of_a_day_are_one_table(coverage: Coverage) -> None:
    both = {"deepstate": coverage, "isw": coverage}
    files = site.site(both, "deepstate")
    frame = pd.read_csv(io.BytesIO(files["2026-03-03/areas.csv"]))
    assert len(frame) == 2 * 5
    assert len(json.loads(files["2026-03-03/areas.metadata.json"])["sources"]) == 2


def test_each_oblast_has_a_picture_and_a_description(
    coverage: Coverage, contents: dict[str, bytes]
) -> None:
    for oblast in coverage.oblasts:
        page = contents[f"{oblast.iso}/index.html"].decode()
        assert f'og:image" content="{URL}/{oblast.iso}/picture.png"' in page
        assert re.search(r'og:description" content="DeepState: [\d,]+|<10', page)
        picture = Image.open(io.BytesIO(contents[f"{oblast.iso}/picture.png"]))
        assert picture.size == (2400, 1350)
    assert f'og:image" content="{URL}/picture.png"' in contents["index.html"].decode()


def test_the_feed_has_what_changed_by_week(coverage: Coverage, contents: dict[str, bytes]) -> None:
    feed = ET.fromstring(contents["feed.xml"])
    entries = feed.findall(f"{ATOM}entry")
    rows = [r for r in history.flows(coverage, every="week").rows if r["iso"] == "all"]
    assert len(entries) == len(rows)
    assert len({entry.findtext(f"{ATOM}id") for entry in (feed, *entries)}) == len(rows) + 1
    latest = entries[0].find(f"{ATOM}link")
    assert latest is not None
    assert latest.get("href") == f"{URL}/{rows[-1]['end']}/"
    assert f"+{rows[-1]['net_km2']:.0f} km²" in (entries[0].findtext(f"{ATOM}content") or "")


def test_the_sitemap_names_pages_that_are_there(contents: dict[str, bytes]) -> None:
    named = re.findall("<loc>(.*)</loc>", contents["sitemap.xml"].decode())
    pages = {
        f"{URL}/{name.removesuffix('index.html')}" for name in contents if "index.html" in name
    }
    assert set(named) == {page for page in pages if not page.endswith((".gz", ".br"))}
    assert len(named) == 1 + 4 + 5


@pytest.mark.usefixtures("unpainted")
def test_without_an_address_nothing_names_one(coverage: Coverage) -> None:
    files = site.site({"deepstate": coverage}, "deepstate")
    assert "sitemap.xml" not in files
    assert b"og:image" not in files["index.html"]
    assert b'href="2026-03-05/"' in files["feed.xml"]


def test_an_address_that_is_none_is_refused(coverage: Coverage) -> None:
    with pytest.raises(InputError, match="begins with https"):
        site.site({"deepstate": coverage}, "deepstate", "javascript:alert(1)")


@pytest.mark.usefixtures("unpainted")
def test_a_day_more_rewrites_what_it_changes_alone(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    assert site.write(folder, contents) == len(contents)
    before = times(folder)
    assert site.write(folder, contents) == 0
    assert {n for n, at in times(folder).items() if at != before[n]} == {"controlmap-site.json"}
    newer = site.site({"deepstate": of_days(tmp_path, 1, 2, 3, 4, 5, 6)}, "deepstate", URL)
    before = times(folder)
    site.write(folder, newer)
    after = times(folder)
    assert set(after) == {*newer, "controlmap-site.json"}  # what is named by an old hash is gone
    touched = {name for name, at in after.items() if at != before.get(name)}
    assert {name for name in touched if name.startswith("2026")} == {
        f"2026-03-06/{name}" for name in ("areas.csv", "areas.metadata.json", "index.html")
    }
    assert not {name for name in touched if name.startswith("front-")}


def test_a_day_that_is_gone_takes_its_folder_along(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    site.write(tmp_path, contents)
    site.write(tmp_path, {n: x for n, x in contents.items() if not n.startswith("2026-03-05")})
    assert not (tmp_path / "2026-03-05").exists()
    assert (tmp_path / "2026-03-04").is_dir()


def test_a_folder_with_other_files_is_left_alone(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        site.write(tmp_path, contents)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", ["../other.txt", "2026-03-01/../../other.txt", "{other}"])
def test_a_list_that_was_written_to_removes_nothing_beyond(
    contents: Mapping[str, bytes], tmp_path: Path, name: str
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("mine")
    folder = tmp_path / "site"
    folder.mkdir()
    listed = [name.format(other=other)]
    (folder / "controlmap-site.json").write_text(json.dumps(listed))
    site.write(folder, {"index.html": contents["index.html"]})
    assert other.read_text() == "mine"


def test_a_full_disk_leaves_no_half_file(contents: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "site"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            site.write(folder, contents)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    written = set(times(folder)) - {"controlmap-site.json"}
    assert 0 < len(written) < len(contents)
    assert all((folder / name).read_bytes() == contents[name] for name in written)
    assert "index.html" not in written  # the page comes last
    site.write(folder, contents)  # and what is there is known as the site that it is
    assert set(times(folder)) == {*contents, "controlmap-site.json"}


def test_one_file_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "map.html"
    path.write_text("mine")
    assert main(["publish", "--single", str(path)]) == 2
    assert "exists; to write over it, use --force" in capsys.readouterr().err
    assert path.read_text() == "mine"
