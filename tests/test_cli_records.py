"""The commands build and sources, run in-process."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from command_line import Run
from controlmap import sources
from controlmap.core import geoparquet
from controlmap.record import archive
from input_files import SQUARE_KM2, WEST, make_file


@pytest.mark.parametrize("cells", [(), ("--cells", "2000")])
def test_build_writes_a_record_that_areas_reads(
    folder: Path,
    cells: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "deepstate.parquet"
    run = Run(capsys, "build", "--source", "deepstate", "--input", folder, "-o", out, *cells)
    assert (run.code, run.errors) == (0, [])
    assert run.out.startswith(f"{out}: 2 snapshots, 2024-07-07 to 2024-07-08, ")
    assert "measured error at most 0.0" in run.out
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    for day, held in (("2024-07-07", SQUARE_KM2), ("2024-07-08", SQUARE_KM2 / 2)):
        told = Run(capsys, "areas", "--date", day, "--format", "json").json
        assert told["all"]["russian_held"] == pytest.approx(held, abs=0.002)


def test_build_takes_files_folders_and_archives_together(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "more.tar.xz"
    third = make_file((WEST, {}))
    with tarfile.open(packed, "w:xz") as made:
        entry = tarfile.TarInfo("x/deepstatemap_data_20240710.geojson")
        entry.size = len(third)
        made.addfile(entry, io.BytesIO(third))
    single = tmp_path / "deepstatemap_data_20240711.geojson"
    single.write_bytes(third)
    run = Run(capsys, "build", "--input", folder, packed, single, "-o", tmp_path / "r.parquet")
    assert ": 4 snapshots, 2024-07-07 to 2024-07-10, " in run.out


def test_sources_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    listed = Run(capsys, "sources", "--format", "json").json["sources"]
    assert [s["id"] for s in listed] == list(sources.SOURCES)
    source = listed[0]
    assert source["id"] == "deepstate"
    assert (source["from"], source["to"]) == ("2022-04-03", "2026-08-20")
    assert source["snapshots"] == len(archive.open_source("deepstate").coverage.snapshots)
    assert source["gaps"] == []
    assert source["statuses"]["deepstate_daily"] == ["russian_held"]
    assert len(source["statuses"]["deepstate_api"]) == 4
    assert (listed[-1]["id"], listed[-1]["snapshots"], listed[-1]["record"]) == ("own", 0, "none")
    row = Run(capsys, "sources", "--format", "csv").csv[0]
    assert (row["id"], row["from"]) == ("deepstate", "2022-04-03")
    assert "deepstate_daily: russian_held" in row["statuses"]
    table = Run(capsys, "sources").out
    for told in ("deepstate: DeepState", "2022-04-03 to 2026-08-20", source["terms"]):
        assert told in table


def test_sources_tell_which_record_is_in_use(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "deepstate.parquet").write_bytes(
        geoparquet.geodata("deepstate.parquet").read_bytes()
    )
    assert Run(capsys, "sources", "--format", "json").json["sources"][0]["record"] == "embedded"
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    told = Run(capsys, "sources", "--format", "json").json["sources"][0]["record"]
    assert told == str(tmp_path / "deepstate.parquet")
