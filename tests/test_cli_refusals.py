"""What the command refuses, or fails at: in one line, with its exit code, and nothing written."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest

from command_line import Run, refused
from controlmap.core import geoparquet
from input_files import SQUARE, make_file

# Bad input


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "the following arguments are required: COMMAND"),
        ("nonsense", "invalid choice: 'nonsense'"),
        ("areas --nonsense", "unrecognized arguments: --nonsense"),
        ("areas --format xml", "invalid choice: 'xml'"),
        ("areas --date yesterday", "'yesterday' is not a date YYYY-MM-DD"),
        ("areas --date 2024-02-30", "'2024-02-30' is not a date"),
        ("areas --date 2022-04-02", "2022-04-03 to 2026-08-20; the nearest snapshot is of 2022"),
        ("areas --date 2027-01-01", "2022-04-03 to 2026-08-20; the nearest snapshot is of 2026"),
        ("areas --date 0001-01-01", "outside the span of deepstate"),
        ("areas --date 9999-12-31", "outside the span of deepstate"),
        (
            "areas --source cia",
            "source 'cia': not known; allowed: deepstate, isw, nzz, viina, creamy_caprice",
        ),
        ("areas --source viina", "no record of viina here; build one with `controlmap build"),
        ("areas --source own", "no record of own here; build one with `controlmap build --source"),
        ("areas --legend x.toml", "--legend: goes with --input"),
        ("areas --advance in", "invalid choice: 'in'"),
        ("agree --sources deepstate", "sources deepstate: two to 8 are compared"),
        ("agree --sources deepstate,deepstate", "names a source twice"),
        ("agree --sources deepstate,cia", "source 'cia': not known"),
        ("agree --sources deepstate,isw", "isw: its last snapshot that tells what is held is of"),
        ("agree --sources deepstate,nzz --date 2022-03-01", "before the span of deepstate"),
        ("agree --date 2020-01-01", "sources none: two to 8 are compared"),
        ("areas --basis both", "invalid choice: 'both'"),
        ("areas --reader deepstate_api", "--reader: goes with --input"),
        ("compare --source cia", "source 'cia': not known; allowed: deepstate"),
        ("compare --date 2027-01-01", "outside the span of deepstate"),
        ("compare --contested perhaps", "invalid choice: 'perhaps'"),
        ("history --source cia", "source 'cia': not known; allowed: deepstate"),
        ("history --from 2024-01-02 --to 2024-01-01", "the first day is after the last"),
        ("history --from 2020-01-01", "outside the span of deepstate, 2022-04-03 to 2026-08-20"),
        ("history --every year", "invalid choice: 'year'"),
        ("build --input x", "build --input: -o/--output is needed"),
        ("build -o x", "one of the arguments --input --extend is required"),
        ("build --input IN --extend OUT -o OUT", "not allowed with argument --input"),
        ("build --extend OUT", "the files to add are missing; they follow the record"),
        ("build --extend OUT IN", "no such file; --extend takes a record"),
        ("build --extend OUT IN --cells 250", "--cells: does not go with --extend"),
        ("build --extend OUT IN --source deepstate", "--source: does not go with --extend"),
        ("build --input no-such-file -o OUT", "no-such-file: no such file or folder"),
        ("build --input IN -o no/such/folder/x", "there is no folder no/such/folder"),
        ("build --input IN -o OUT --cells 99", "cells of 99 m: allowed are 100 to 5000 m"),
        ("build --input IN -o OUT --cells wide", "invalid int value: 'wide'"),
        ("build --input IN -o OUT --source cia", "source 'cia': not known; allowed: deepstate"),
        ("build --input IN -o OUT --source isw", "is read by deepstate_daily, not a isw file"),
        ("build --input IN -o FOLDER", "folder"),
        ("areas --input no-such-file", "no-such-file: no such file or folder"),
        ("areas --input FOLDER", "is a folder; --input takes one file"),
        ("areas --input IN --reader nonsense", "allowed: deepstate_api, deepstate_daily"),
        ("areas --input IN --date 2024-07-10", "outside the span"),
        (
            "areas --input IN --legend no.toml",
            "no.toml: cannot be read (No such file or directory)",
        ),
        ("place 48.52728,37.70594", "; 37.7059,48.5273 does: are they swapped?"),
        ("place -37,48", "NAME|LON,LAT; what begins with - comes after --"),
        ("place -- -37,48", "-37,48: lies in none of the oblasts"),
        ("areas --input IN --source isw", "is a file of deepstate, not of isw"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(
    arguments: str, told: str, daily: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(daily.parent.iterdir())
    places = {"IN": daily, "OUT": daily.parent / "out.parquet", "FOLDER": daily.parent}
    line = refused(capsys, *(places.get(a, a) for a in arguments.split()))
    assert line.startswith("controlmap")
    assert told in line
    assert sorted(daily.parent.iterdir()) == before


@pytest.mark.parametrize("command", ["areas --input IN", "build --input IN -o OUT"])
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty"),
        (make_file((SQUARE, {}))[:-30], "cut off"),
        (b"PK\x05\x06 no archive", "the zip is damaged"),
        (make_file(), "has no polygon"),
        (make_file(((370.0, 48.0, 371.0, 48.1), {})), "out of range"),
        (make_file(((48.0, 37.6, 48.1, 37.7), {})), "look swapped"),
        (make_file(((30.0, 50.0, 30.1, 50.1), {})), "nothing in it lies within"),
        (gzip.compress(b"{}")[:-4], "is damaged or cut off"),
    ],
    ids=["empty", "cut", "no zip", "no polygon", "range", "swapped", "elsewhere", "gzip"],
)
def test_a_broken_file_is_refused_in_one_line_and_nothing_is_written(
    command: str, data: bytes, told: str, daily: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    daily.write_bytes(data)
    before = sorted(daily.parent.iterdir())
    places = {"IN": daily, "OUT": daily.parent / "out.parquet"}
    line = refused(capsys, *(places.get(a, a) for a in command.split()))
    assert line.startswith(f"controlmap: {daily.name}: ")
    assert told in line
    assert sorted(daily.parent.iterdir()) == before
    assert daily.read_bytes() == data


def test_an_archive_is_too_much_for_one_file(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "two.tar"
    with tarfile.open(packed, "w") as made:
        made.add(folder)
    assert "holds 2 files; --input takes one" in refused(capsys, "areas", "--input", packed)


@pytest.mark.parametrize("port", ["0", "-1", "65536", "eighty"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "dashboard", f"--port={port}")


def test_what_names_and_files_hold_cannot_act_on_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = "\x1b]0;title\x07\x1b[31mred\nsecond line.geojson"
    (tmp_path / name).write_bytes(b"{")
    run = Run(capsys, "areas", "--input", str(tmp_path / name))
    assert run.code == 2
    assert len(run.errors) == 1
    assert "\x1b" not in run.errors[0]


# Failures


@pytest.mark.parametrize("command", ["areas", "compare", "history"])
def test_a_damaged_record_is_a_failure_that_names_it(
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "deepstate.parquet").write_bytes(b"damaged")
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    run = Run(capsys, command)
    assert (run.code, run.out) == (1, "")
    assert len(run.errors) == 1
    assert run.errors[0].startswith("controlmap: deepstate.parquet: is damaged")


def test_a_missing_record_is_refused_with_what_builds_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geoparquet, "geodata", lambda name="": tmp_path / name)
    assert refused(capsys, "areas") == (
        "controlmap: no record of deepstate here; build one with `controlmap build --source "
        "deepstate`, or fetch its files with `controlmap update --source deepstate` where it has a "
        "feed"
    )
    line = refused(capsys, "areas", "--source", "cia")
    assert line.endswith("allowed: deepstate, isw, nzz, viina, creamy_caprice")


def test_a_full_disk_is_a_failure_in_one_line(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", full)
    run = Run(capsys, "build", "--input", folder, "-o", tmp_path / "r.parquet")
    assert (run.code, run.out) == (1, "")
    assert run.errors == ["controlmap: No space left on device"]
    assert [p.name for p in tmp_path.iterdir()] == ["in"]
