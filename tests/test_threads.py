"""What sessions share is read by several threads at once: each has one of its own in Streamlit."""

from __future__ import annotations

import subprocess
import sys

import pytest
import shapely

import layer_files as files
from controlmap import sources
from controlmap.geo import oblasts
from controlmap.record import builder
from controlmap.sources import polygons

TOGETHER = """
import threading
import numpy as np
import shapely
from controlmap.sources import layers, polygons

place = np.arange(400)
west, south = 32 + place % 200 * 0.03, 46 + place // 200
squares = shapely.box(west, south, west + 0.004, south + 0.004)
together = threading.Barrier(4, timeout=60)
done = []

def read():
    for _ in range(150):
        if together.wait() == 0:
            polygons.region.cache_clear()
            polygons.region()
        together.wait()
        layers.expect_nearby("squares", [squares], [])
    done.append(True)

threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(done))
"""
"""Threads that look at once whether squares meet the four oblasts, for the first time each time."""


@pytest.mark.exhaustive
def test_several_read_at_once() -> None:
    """In a process of its own: threads that share a prepared geometry end it (-11)."""
    asked = [sys.executable, "-c", TOGETHER]
    done = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "4\n"), done.stderr


def test_what_threads_share_is_never_prepared() -> None:
    snapshot = sources.read(files.geojson(), f"layer {files.DAY}.geojson")
    coverage, _ = builder.of_snapshot(snapshot)
    shared = [polygons.region(), *(o.polygon for o in oblasts.load()), *coverage.face_geometry]
    assert not shapely.is_prepared(shared).any()
