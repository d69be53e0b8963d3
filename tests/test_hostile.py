"""Untrusted files: each is refused in one line, or read with its text inert; nothing is changed."""

from __future__ import annotations

import csv
import io
import re
import tomllib
import zipfile
from pathlib import Path

import pytest

import fuzzing
import hostile
import layer_files as files
from controlmap import sources
from controlmap.analysis import render
from controlmap.cli import main
from controlmap.core import isolated, limits
from controlmap.core.model import Ground, InputError, Snapshot
from controlmap.geo.geodesy import areas_km2
from controlmap.record import inputs
from controlmap.sources import containers, formats
from input_files import SQUARE_KM2
from often import often

DOCS = Path(__file__).parents[1] / "docs" / "sources.md"
FUZZED = 400


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lower limit, so that what is beyond it need not be large."""
    monkeypatch.setattr(limits, "FILE_MB", 100)
    monkeypatch.setattr(limits, "READ_SECONDS", 3)


def made(case: hostile.Case) -> bytes:
    """A case's bytes, its bomb scaled to the limit of these tests."""
    if "bomb" in case.name:
        return files.kmz(bomb=bytes(101 * 2**20))
    return case.make()


SLOW = ("endless", "million", "star")


@pytest.mark.parametrize(
    "case",
    often(hostile.CASES, lambda case: not case.name.startswith(SLOW)),
    ids=lambda case: case.name,
)
def test_each_file_of_the_corpus(case: hostile.Case) -> None:
    if not case.told:
        assert isinstance(hostile.read(case.name, made(case)), Snapshot)
        return
    with pytest.raises(InputError) as caught:
        if case.told == hostile.OVER:
            isolated.call(case.name, sources.read, case.make(), case.name)
        else:
            hostile.read(case.name, made(case))
    message = str(caught.value)
    assert case.told in message
    assert case.name in message
    assert "\n" not in message
    assert len(message) < 300


def test_the_command_changes_nothing_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = hostile.write(tmp_path, [c for c in hostile.CASES if "bomb" not in c.name][:12])
    for name, said in told.items():
        if not said:
            continue
        before = {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in tmp_path.iterdir()}
        asked = ["build", "--source", "own", "--input", str(tmp_path / name)]
        assert main.main([*asked, "-o", str(tmp_path / "out.parquet")]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
        assert {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in tmp_path.iterdir()} == before


def test_a_file_of_300_mb_is_refused_unread(tmp_path: Path) -> None:
    hostile.write(tmp_path, [])
    with pytest.raises(InputError, match="larger than 100 MB, the limit"):
        list(inputs.members([tmp_path / hostile.LARGE]))


def test_a_bomb_is_stopped_at_the_limit_and_not_by_what_it_says_of_itself() -> None:
    bomb = files.kmz(bomb=bytes(3 * 2**20))
    with pytest.raises(InputError, match="larger than 2 MB, the limit"):
        formats.parse(bomb, "a.kmz", 2)
    assert len(formats.parse(bomb, "a.kmz", 4).areas) == 2


def test_a_record_that_an_index_has_500_times_is_refused() -> None:
    with pytest.raises(InputError, match=r"its \.shx does not fit"):
        formats.parse(hostile.shared_record(), "a.zip", 9)


def test_a_shapefile_that_tells_no_encoding_is_read_in_cyrillic() -> None:
    parts = files.unzipped(files.shapefile(None, ".cpg"))
    data = files.zipped(
        parts | {"layer.dbf": parts["layer.dbf"].replace(b"Grey", b"\xd1\xb3\xf0 ")}
    )
    assert [f.properties["status"] for f in formats.parse(data, "a.zip").areas] == [
        "Occupied",
        "Сір  zone",
    ]


def test_two_files_of_a_name_in_a_zip_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as twice, pytest.warns(UserWarning, match="Duplicate"):
        twice.writestr("doc.kml", files.kml())
        twice.writestr("doc.kml", b"other")
    with pytest.raises(InputError, match="two files of the same name"):
        containers.unzipped(out.getvalue(), "a.kmz", 2**20)


def test_a_repair_is_measured() -> None:
    case = next(c for c in hostile.CASES if c.name.startswith("bow-tie"))
    snapshot = sources.read(case.make(), case.name)
    half = SQUARE_KM2 / 2
    assert areas_km2(snapshot.layers[Ground.OCCUPIED]).sum() == pytest.approx(half, abs=0.1)
    assert snapshot.info.repaired_km2 == pytest.approx(half, abs=0.15)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_field_of_a_csv_is_a_formula(text: str) -> None:
    (row,) = csv.DictReader(
        io.StringIO(render.csv_of([{"name": text, "km2": -1.5}], ["name", "km2"]))
    )
    assert row["name"][0] not in "=+-@\t\r"
    assert row["name"].endswith(text[1:])
    assert row["km2"] == "-1.5"


@pytest.mark.parametrize(
    ("name", "value"), [(n, value) for n, value in vars(limits).items() if n.isupper()]
)
def test_every_limit_has_its_row(name: str, value: int) -> None:
    told = re.findall(rf"^\| `{name}` \| (.+?) \| .+ \|$", DOCS.read_text("utf-8"), re.MULTILINE)
    assert told == [f"{value:,} MB" if name.endswith("_MB") else f"{value:,}"]


def test_the_dashboard_takes_no_more_than_the_limit() -> None:
    settings = tomllib.loads((DOCS.parents[1] / ".streamlit" / "config.toml").read_text())
    assert settings["server"]["maxUploadSize"] == limits.UPLOAD_MB


@pytest.mark.parametrize("name", sorted(fuzzing.MAKERS))
def test_what_the_fuzzer_damages_is_whole_before(name: str) -> None:
    if name.endswith(".gpx"):
        with pytest.raises(InputError, match="is GPX, not any of"):
            fuzzing.take(name, fuzzing.whole(name))
    else:
        fuzzing.take(name, fuzzing.whole(name))


@pytest.mark.parametrize("block", range(4))
def test_a_damaged_file_is_read_or_refused(block: int) -> None:
    seeds = range(block * FUZZED // 4, (block + 1) * FUZZED // 4)
    read = sum(fuzzing.check(seed) for seed in seeds)
    assert 0 < read < len(seeds)


def test_the_same_seed_makes_the_same_file() -> None:
    assert fuzzing.case(17) == fuzzing.case(17)
    assert fuzzing.case(17) != fuzzing.case(17 + len(fuzzing.MAKERS))
