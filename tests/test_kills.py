"""Killed at any moment, `build`, `extend` and `update` leave the record whole, and nothing else."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_line import Run
from controlmap.core import temporary, user_folder
from controlmap.update import fetch
from march import daily, publish, record_of, tree
from publisher import MANNERS, MadeClock, Publisher

KILLS = int(os.environ.get("KILLS", "20"))
"""How often each command is killed: first before each file that it puts in its place."""
RENAMES = {"build": 1, "extend": 1, "update": 6}
"""How many of these there are: the record, and of an update two of each of two originals before."""
RECORD = Path("own", "deepstate.parquet")


@pytest.fixture
def asking(server: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    """The publisher has 4 and 5 March, and is asked by the clock of the tests."""
    publish(server, 4, 5)
    clock = functools.partial(fetch.Fetcher, MANNERS, MadeClock().clock)
    monkeypatch.setattr(fetch, "Fetcher", clock)


def prepared(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder with a record of 1 to 3 March, and files of 1 to 5 March beside it."""
    for path in (place / "own", place / "in"):
        path.mkdir(parents=True)
    record_of(place / RECORD, 1, 2, 3)
    for day in (1, 2, 3, 4, 5):
        name, data = daily(day)
        (place / "in" / name).write_bytes(data)
    monkeypatch.setenv("CONTROLMAP_DATA", str(place / "own"))
    return place


def arguments(command: str, place: Path) -> list[str]:
    files, record = str(place / "in"), str(place / RECORD)
    return {
        "build": ["build", "--input", files, "-o", record],
        "extend": ["build", "--extend", record, files],
        "update": ["update"],
    }[command]


def killed(nth: int, later_s: float, given: list[str]) -> bool:
    """Whether the command was killed: before its nth file was in place, or so much later."""
    script = Path(__file__).with_name("dying.py")
    with subprocess.Popen(
        [sys.executable, str(script), str(nth), *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begins\n"
        if not nth:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(later_s)
            process.kill()
        return process.wait() == -signal.SIGKILL


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("command", "nth"),
    [(command, nth) for command in RENAMES for nth in range(1, KILLS + 1)],
)
@pytest.mark.usefixtures("asking")
def test_the_record_is_the_old_or_the_new_one(
    command: str, nth: int, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    whole = prepared(tmp_path / "whole", monkeypatch)
    old, begun = (whole / RECORD).read_bytes(), time.monotonic()
    assert Run(capsys, *arguments(command, whole)).code == 0
    new, usual_s = (whole / RECORD).read_bytes(), time.monotonic() - begun

    place = prepared(tmp_path / "killed", monkeypatch)
    if nth <= RENAMES[command]:
        assert killed(nth, 0, arguments(command, place))
        assert (place / RECORD).read_bytes() == old != new
        assert [p for p in tree(place) if ".controlmap-" in p or ".new." in p] != []
    else:
        killed(0, 2 * usual_s * (nth / KILLS), arguments(command, place))
        assert (place / RECORD).read_bytes() in (old, new)

    with user_folder.one_writer(place / "own"):
        pass
    assert Run(capsys, *arguments(command, place)).code == 0
    assert tree(place) == tree(whole)


@pytest.fixture
def holding() -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds a temporary folder, whose path it has written to stdout."""
    script = (
        "import time\nfrom controlmap.core import temporary\n"
        "with temporary.folder() as folder:\n"
        "    print(folder, flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_a_folder_goes_with_its_process_and_not_before(
    holding: subprocess.Popen[bytes],
) -> None:
    assert holding.stdout is not None
    path = Path(holding.stdout.readline().decode().strip())
    (path / "a").touch()
    with temporary.folder():
        assert path.is_dir()
    holding.kill()
    holding.wait()
    with temporary.folder() as ours:
        assert not path.exists()
        assert ours.is_dir()
    assert not ours.exists()


CROSSING = """
import json, sys
from pathlib import Path
from controlmap.cli import main
from controlmap.core import limits
limits.READ_SECONDS = 1

def box(west, south, east, north):
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]

across = [box(36 + i / 200, 46.5, 36.0001 + i / 200, 49) for i in range(600)]
along = [box(35.5, 46.6 + i / 300, 39.5, 46.6001 + i / 300) for i in range(600)]
drawn = {"type": "MultiPolygon", "coordinates": across + along}
feature = {"type": "Feature", "properties": {}, "geometry": drawn}
name = "deepstatemap_data_20240709.geojson"
Path(name).write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
sys.exit(main.main(["build", "--input", name, "-o", "a.parquet"]))
"""


def test_a_build_of_lines_that_cross_too_often_ends_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", CROSSING], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("controlmap: what the files draw crosses too often: it took more than 1")
    assert (tmp_path / "a.parquet").read_bytes() == b"old"
