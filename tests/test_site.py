"""The site that publish writes: its folder, and what stays as it is."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from controlmap.analysis import areas
from controlmap.cli.main import main
from controlmap.core import geoparquet
from controlmap.core.model import InputError
from controlmap.draw import edition
from controlmap.record import archive
from controlmap.record.coverage import Coverage


@pytest.fixture(scope="module")
def coverages() -> dict[str, Coverage]:
    return {
        source: archive.load(geoparquet.geodata(f"{source}.parquet")).coverage
        for source in ("isw", "nzz")
    }


@pytest.fixture(scope="module")
def contents(coverages: dict[str, Coverage]) -> dict[str, bytes]:
    return edition.site(coverages, "nzz")


def test_its_page_names_files_beside_it_alone(contents: dict[str, bytes]) -> None:
    page = contents["index.html"].decode()
    named = re.findall(r'(?:href|src)="([^"]+)"', page)
    named += re.findall(r'"([\w-]+\.bin)"', page.replace("\\u005f", "_"))
    assert len(named) == 2 + 5  # style, script; background, two figures, two records
    assert set(named) <= set(contents)


def test_text_has_a_packed_copy(contents: dict[str, bytes]) -> None:
    assert gzip.decompress(contents["index.html.gz"]) == contents["index.html"]


def test_the_latest_day_is_the_answer(
    coverages: dict[str, Coverage], contents: dict[str, bytes]
) -> None:
    answer = areas.compare(coverages["nzz"], others=coverages)
    assert contents["latest.csv"].decode() == answer.to_csv()


def test_what_has_not_changed_is_not_written(contents: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "site"
    assert edition.write_site(folder, contents) == len(contents)
    times = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    newer = {**contents, "latest.csv": b"other\n", "new.bin": b"1"}
    del newer["latest.csv.gz"]
    assert edition.write_site(folder, newer) == 2
    touched = {path.name for path in folder.iterdir() if path.stat().st_mtime_ns != times.get(path)}
    assert touched == {"latest.csv", "new.bin", "controlmap-site.json"}
    assert not (folder / "latest.csv.gz").exists()


def test_a_folder_with_other_files_is_left_alone(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        edition.write_site(tmp_path, contents)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_list_that_was_written_to_removes_nothing_beyond(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("mine")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "controlmap-site.json").write_text('["../other.txt"]')
    edition.write_site(folder, contents)
    assert other.read_text() == "mine"


def test_one_file_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "map.html"
    path.write_text("mine")
    assert main(["publish", "--single", str(path)]) == 2
    assert "exists; to write over it, use --force" in capsys.readouterr().err
    assert path.read_text() == "mine"
