"""A file that takes another's place: links, permissions, devices, and what a kill left."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import hostile
from controlmap import sources
from controlmap.cli import main
from controlmap.core import geoparquet
from controlmap.core.model import InputError


def write(path: Path, content: bytes = b"new") -> None:
    with geoparquet.replacing(path) as out:
        out.write(content)


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o600)
    link.symlink_to(real)
    write(link)
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_nothing_takes_the_place_of_a_device(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="is no plain file"):
        write(pipe)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_what_a_killed_process_left_goes_and_what_is_being_written_does_not(
    tmp_path: Path,
) -> None:
    left = tmp_path / ".controlmap-0123"
    left.write_bytes(b"half")
    with geoparquet.replacing(tmp_path / "b") as out:
        out.write(b"whole")
        write(tmp_path / "a")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a": b"new", "b": b"whole"}


def test_an_interrupted_command_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("controlmap.record.archive.opened", interrupted)
    assert main.main(["sources"]) == 130
    assert capsys.readouterr().err == "controlmap: interrupted\n"


def test_true_is_no_coordinate() -> None:
    ring = [[37.6, 48.0], [37.7, True], [37.7, 48.1], [37.6, 48.0]]
    with pytest.raises(InputError, match="not a list of positions"):
        sources.read(hostile.collection(hostile.polygon(ring)), f"layer {hostile.DAY}.geojson")
