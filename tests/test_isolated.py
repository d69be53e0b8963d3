"""What reads a file does so in a process of its own, and costs no more than the limits."""

from __future__ import annotations

import math
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import controlmap
import hostile
import layer_files as files
from controlmap import sources
from controlmap.core import isolated, limits
from controlmap.core.isolated import BrokenOffError, OverBudgetError
from controlmap.core.model import InputError, Snapshot
from controlmap.geo import oblasts
from controlmap.record import builder, single
from often import often

NAME = "a.geojson"
HOSTILE = {
    "wkbdeep_12000_2024-05-06.parquet": "damaged",
    "wkbdeep_900_2024-05-06.parquet": "damaged",
    "flba_null_40MB_2024-05-06.parquet": "took more than",
    "nested_primary_20000000_2024-05-06.parquet": "geometry that cannot be read",
    "kmz_ring_bomb_2024-05-06.kmz": "took more than",
    "worldbow_500_2024-05-06.geojson": "took more than",
    "deep_geo_2024-05-06.parquet": "not GeoParquet that can be read",
    "dates_2024-05-06.parquet": "not GeoParquet that can be read",
    "I1_parts_2024-05-06.zip": "row 2 cannot be read",
    "I3_trunc_2024-05-06.zip": "is cut off",
    "I5_dbftrunc_2024-05-06.zip": "is cut off",
    "I6_shxtrunc_2024-05-06.zip": "its .shx does not fit",
    "I9_blobmagic_2024-05-06.gpkg": "row 2 cannot be read",
    "shp_shxneg_2024-05-06.zip": "its .shx does not fit",
}
"""Files of the shared cases, and what their refusal says."""


def process() -> int:
    """The number of the process that reads."""
    return isolated.call(NAME, os.getpid)


def test_it_is_another_process_and_the_same_for_the_next_file() -> None:
    assert process() != os.getpid()
    assert process() == process()


@pytest.mark.parametrize(
    ("function", "given", "kind", "told"),
    often(
        [
            (bytearray, [2**30], OverBudgetError, "took more than 0.5 GB to read"),
            (
                math.factorial,
                [10**7],
                OverBudgetError,
                "took more than 1 s of processor time to read",
            ),
            (
                time.sleep,
                [60],
                OverBudgetError,
                "took more than 4 s to read on a machine that is busy",
            ),
            (os.abort, [], BrokenOffError, "is damaged, or takes more than 0.5 GB to read"),
            (os.kill, [0, signal.SIGSEGV], BrokenOffError, "is damaged, or takes more than 0.5 GB"),
            (os._exit, [0], BrokenOffError, "is damaged, or takes more than 0.5 GB to read"),
            (
                math.sqrt,
                [-1],
                BrokenOffError,
                "is damaged, or of a kind that cannot be read (Value",
            ),
        ],
        lambda case: case[0] is not time.sleep,
    ),
)
def test_what_costs_too_much_or_ends_its_process_is_one_line(
    function: Callable[..., Any], given: list[Any], kind: type[Exception], told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(limits, "READ_SECONDS", 1)
    monkeypatch.setattr(limits, "READ_MB", 512)
    if function is math.factorial:
        monkeypatch.setattr(isolated, "_WALL", 100)  # however busy the machine is
    if function is os.kill:
        given = [process(), *given[1:]]
    with pytest.raises(kind) as caught:
        isolated.call(NAME, function, *given)
    assert str(caught.value).startswith(f"{NAME}: {told}")
    assert "\n" not in str(caught.value)
    assert isolated.call(NAME, abs, -1) == 1


def test_no_file_is_read_by_the_budget_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READ_SECONDS", 1)
    monkeypatch.setattr(limits, "READ_MB", 512)
    waiting = process()
    for kind in (resource.RLIMIT_CPU, resource.RLIMIT_DATA):
        assert resource.prlimit(waiting, kind)[0] == resource.RLIM_INFINITY


def test_a_process_that_ended_while_it_waited_is_replaced() -> None:
    waiting = process()
    os.kill(waiting, signal.SIGKILL)
    os.waitid(os.P_PID, waiting, os.WEXITED | os.WNOWAIT)
    assert process() != waiting


def test_an_answer_that_cannot_be_taken_ends_the_process_that_sent_it() -> None:
    before = process()
    with pytest.raises(ModuleNotFoundError):
        isolated.call(
            NAME, eval, "type('A', (), {'__reduce__': lambda _: (__import__, ('no',))})()"
        )
    assert process() != before


def test_an_error_of_a_reader_comes_as_it_is() -> None:
    with pytest.raises(InputError, match="is not JSON") as caught:
        isolated.call(NAME, sources.read, b"{", NAME)
    assert type(caught.value) is InputError


def test_reading_ends_when_nobody_waits_for_it() -> None:
    reading = process()

    def gone() -> None:
        raise TimeoutError

    before = isolated.still_waiting.set(gone)
    try:
        with pytest.raises(TimeoutError):
            isolated.call(NAME, time.sleep, 60)
    finally:
        isolated.still_waiting.reset(before)
    with pytest.raises(ProcessLookupError):
        os.kill(reading, 0)


def test_it_gives_way_to_those_who_only_look() -> None:
    assert isolated.call(NAME, os.nice, 0) > os.nice(0)


def test_it_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(BrokenOffError, match="OSError"):
        isolated.call(NAME, Path.write_bytes, tmp_path / "a", b"a")


def test_several_read_at_once() -> None:
    here = threading.Barrier(2, timeout=30)
    found: list[object] = []

    def read() -> None:
        here.wait()
        found.append(isolated.call(NAME, sources.read, files.geojson(), f"{files.DAY}.geojson"))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2


def test_a_polygon_that_was_there_before_is_the_same_object() -> None:
    isolated._end()  # one that has taken much memory is not kept for the next file
    first, second, other = (
        polygons(isolated.call(NAME, builder._snapshots, data, f"layer {files.DAY}.geojson"))
        for data in (files.geojson(), files.geojson() + b" ", hostile.bow_tie())
    )
    assert first[0] is second[0]
    assert first[1] is second[1]
    assert other[0] not in first
    assert first[0].equals(files.HELD)


def polygons(snapshots: list[Snapshot]) -> list[shapely.Polygon]:
    """All polygons of snapshots."""
    return [p for s in snapshots for layer in s.layers.values() for p in layer]


def test_a_file_is_measured_there_as_it_would_be_here() -> None:
    given = files.geojson(), f"layer {files.DAY}.geojson"
    there, here = single.read(*given), single.read(*given, limited=False)
    assert there.info == here.info
    assert there.coverage.areas[0].tolist() == here.coverage.areas[0].tolist()
    assert there.coverage.oblasts is oblasts.load()


@pytest.mark.parametrize("name", HOSTILE)
def test_what_ended_the_server_is_one_line(shared: Path, name: str) -> None:
    data = (shared / "cases" / "hostile" / name).read_bytes()
    with pytest.raises(InputError, match=HOSTILE[name]) as caught:
        single.read(data, name)
    assert "\n" not in str(caught.value)


def test_a_process_is_kept_however_large_the_one_that_waits_for_it_is() -> None:
    isolated._end()
    large = np.ones(isolated._KEPT_MB * 2**17 + 2**24)  # of 8 bytes each, all of them touched
    first = isolated.call(NAME, os.getpid)
    assert isolated.call(NAME, os.getpid) == first
    assert large.all()


def test_a_notebook_reads_there_too_unless_it_asks_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    given = files.geojson(), f"layer {files.DAY}.geojson"
    here = controlmap.read(*given, limited=False)
    assert controlmap.read(*given).info == here.info
    monkeypatch.setattr(limits, "READ_MB", 16)
    isolated._end()  # one that has read has memory left
    with pytest.raises(OverBudgetError):
        controlmap.read(*given)
