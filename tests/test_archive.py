"""Records come back as they were saved, damage is named; whose record is opened."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from controlmap.core import geoparquet
from controlmap.core.model import (
    REPORTABLE,
    Ground,
    InputError,
    Provenance,
    RecordError,
    Snapshot,
    SnapshotInfo,
)
from controlmap.geo import geodesy
from controlmap.record import archive, generalise
from controlmap.record.coverage import Coverage, build
from input_files import SQUARE, SQUARE_KM2

PROVENANCE = Provenance(
    title="Made by hand",
    credit="nobody",
    terms="any",
    url="https://example.org",
    method="by hand",
    version="1",
    inputs=({"name": "a", "sha256": "00", "bytes": 1},),
    figures={"faces": 5},
)


def make_record() -> Coverage:
    """Two days: a square held, then contested; with a warning and a repair to remember."""

    def snapshot(day: int, ground: Ground, retrieved: datetime | None) -> Snapshot:
        info = SnapshotInfo(
            reader="deepstate_api",
            name=f"{day}.geojson",
            observed=datetime(2024, 3, day, 12, 30, 1, tzinfo=UTC),
            retrieved=retrieved,
            sha256=hashlib.sha256(bytes([day])).hexdigest(),
            reports=frozenset(REPORTABLE),
            warnings=(f"{day}.geojson: feature 1: Щось",),
            repaired_km2=0.25,
        )
        return Snapshot(info, {ground: geodesy.array_of([shapely.box(*SQUARE)])})

    return build(
        "deepstate",
        [
            snapshot(1, Ground.OCCUPIED, None),
            snapshot(2, Ground.CONTESTED, datetime(2024, 3, 2, 13, tzinfo=UTC)),
        ],
    )


@pytest.fixture(scope="module")
def record() -> Coverage:
    return make_record()


# Records


@pytest.mark.parametrize("cell_m", [None, 2000])
def test_a_record_comes_back_as_it_was_saved(
    record: Coverage, cell_m: int | None, tmp_path: Path
) -> None:
    saved = record if cell_m is None else generalise.generalise(record, cell_m)
    archive.save(tmp_path / "r.parquet", saved, PROVENANCE)
    opened = archive.load(tmp_path / "r.parquet")
    loaded = opened.coverage
    assert opened.provenance == PROVENANCE
    assert not opened.is_embedded
    for name in ("source", "snapshots", "oblasts", "cell_m", "span"):
        assert getattr(loaded, name) == getattr(saved, name)
    for name in ("face_oblast", "run_face", "run_since", "run_ground", "run_until"):
        assert np.array_equal(getattr(loaded, name), getattr(saved, name))
    for one, other in zip(loaded.face_geometry, saved.face_geometry, strict=True):
        assert (one is None and other is None) or one.equals_exact(other)
    # Kept to the square metre: half of one off, and as many halves as there are faces in a sum.
    assert loaded.face_km2 == pytest.approx(saved.face_km2, abs=0.5e-6)
    assert loaded.areas == pytest.approx(saved.areas, abs=0.5e-6 * len(saved.face_km2))
    assert loaded.areas[1, 0, Ground.CONTESTED] == pytest.approx(SQUARE_KM2, abs=0.001)


def test_the_same_record_gives_the_same_bytes(record: Coverage, tmp_path: Path) -> None:
    for name in ("one.parquet", "other.parquet"):
        archive.save(tmp_path / name, record, PROVENANCE)
    archive.save(tmp_path / "third.parquet", make_record(), PROVENANCE)
    loaded = archive.load(tmp_path / "one.parquet")
    archive.save(tmp_path / "fourth.parquet", loaded.coverage, loaded.provenance)
    assert len({p.read_bytes() for p in tmp_path.glob("*.parquet")}) == 1


def test_geopandas_opens_it(record: Coverage, tmp_path: Path) -> None:
    archive.save(tmp_path / "r.parquet", record, PROVENANCE)
    frame = geopandas.read_parquet(tmp_path / "r.parquet")
    assert frame.crs.equals("OGC:CRS84")
    assert len(frame) == len(record.face_km2)
    assert set(frame["iso"]) == {"UA-14", "UA-09", "UA-65", "UA-23"}
    assert frame["area_m2"].sum() / 1e6 == pytest.approx(record.areas[0].sum(), abs=1e-4)
    assert frame.geometry.is_valid.all()


def test_saving_to_a_folder_that_is_not_there_is_refused(record: Coverage, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        archive.save(tmp_path / "no" / "r.parquet", record, PROVENANCE)


def damage(data: bytes) -> bytes:
    """A byte flipped in the first column of the data."""
    return data[:20] + bytes([data[20] ^ 0xFF]) + data[21:]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"PAR1 nothing of the kind PAR1",
        lambda data: data[: len(data) // 2],
        damage,
    ],
    ids=["empty", "no parquet", "cut off", "flipped"],
)
def test_a_damaged_record_is_refused_by_name(
    record: Coverage, spoil: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "r.parquet"
    archive.save(path, record, PROVENANCE)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(RecordError, match=r"^r\.parquet: is damaged") as caught:
        archive.load(path)
    assert "\n" not in str(caught.value)


def test_a_newer_format_is_refused_by_name(record: Coverage, tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    archive.save(path, record, PROVENANCE)
    table = pq.read_table(path)
    head = json.loads(table.schema.metadata[b"controlmap"]) | {"format": geoparquet.FORMAT + 1}
    pq.write_table(
        table.replace_schema_metadata(
            {**table.schema.metadata, b"controlmap": json.dumps(head).encode()}
        ),
        path,
    )
    with pytest.raises(RecordError, match=r"^r\.parquet: is of format 3; 2 is the newest read$"):
        archive.load(path)


def test_a_file_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(RecordError, match=r"^oblasts\.parquet: holds oblasts, not record$"):
        archive.load(geoparquet.geodata("oblasts.parquet"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t, e: (t.drop_columns("since"), e),
        lambda t, e: (t, {k: v for k, v in e.items() if k != "snapshots"}),
        lambda t, e: (t, e | {"snapshots": [["too", "short"]]}),
        lambda t, e: (t.set_column(0, "iso", [["UA-43"] * t.num_rows]), e),
    ],
    ids=["no runs", "no snapshots", "short snapshots", "an oblast nobody knows"],
)
def test_a_record_that_lacks_what_it_needs_is_refused_by_name(
    record: Coverage, spoil: Callable[[Any, Any], tuple[Any, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "r.parquet"
    archive.save(path, record, PROVENANCE)
    file = geoparquet.read(path, "record")
    table, extra = spoil(file.table, dict(file.extra))
    geoparquet.write(path, "record", table, file.geometry, PROVENANCE, extra)
    with pytest.raises(RecordError, match=r"^r\.parquet: is damaged"):
        archive.load(path)


# Whose record


@pytest.fixture
def own(tmp_path: Path, record: Coverage, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own record of deepstate, in the folder that CONTROLMAP_DATA names."""
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    archive.save(tmp_path / "deepstate.parquet", record, PROVENANCE)
    return tmp_path / "deepstate.parquet"


def test_a_persons_own_record_goes_before_the_embedded_one(own: Path) -> None:
    opened = archive.open_source("deepstate")
    assert not opened.is_embedded
    assert opened.coverage.span == (date(2024, 3, 1), date(2024, 3, 2))
    assert archive.open_source("deepstate") is opened
    own.unlink()
    assert archive.open_source("deepstate").is_embedded


def test_without_one_the_embedded_record_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    assert archive.open_source("deepstate").is_embedded
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    assert archive.open_source("deepstate").is_embedded


def test_a_folder_of_records_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="nowhere: is not a folder"):
        archive.open_source("deepstate")


def test_a_file_that_changed_is_seen(own: Path, record: Coverage) -> None:
    before = archive.open_source("deepstate")
    archive.save(own, generalise.generalise(record, 5000), PROVENANCE)
    os.utime(own, ns=(0, own.stat().st_mtime_ns + 1))
    after = archive.open_source("deepstate")
    assert (before.coverage.cell_m, after.coverage.cell_m) == (None, 5000)
    assert before.key != after.key


def test_a_record_that_was_replaced_is_let_go(own: Path) -> None:
    old = weakref.ref(archive.open_source("deepstate").coverage)
    os.utime(own, ns=(0, own.stat().st_mtime_ns + 1))
    archive.open_source("deepstate")
    gc.collect()
    assert old() is None


def test_threads_that_ask_at_once_read_a_record_once(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second, loads = threading.Event(), []

    def slow(path: Path) -> archive.Record:
        loads.append(path)
        if len(loads) > 1:
            second.set()
        second.wait(0.3)
        return load(path)

    load = archive.load
    monkeypatch.setattr(archive, "load", slow)
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(archive.open_source, ["deepstate"] * 2)
    assert loads == [own]
    assert one is other


def test_no_more_than_a_few_records_stay_open(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = weakref.ref(archive.open_source("deepstate").coverage)
    for number in range(8):
        place = tmp_path / str(number)
        place.mkdir()
        shutil.copy(own, place)
        monkeypatch.setenv("CONTROLMAP_DATA", str(place))
        archive.open_source("deepstate")
    gc.collect()
    assert first() is None


def test_a_persons_own_damaged_record_is_refused_not_passed_over(own: Path) -> None:
    own.write_bytes(b"damaged")
    with pytest.raises(RecordError, match=r"^deepstate\.parquet: is damaged"):
        archive.open_source("deepstate")


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(InputError, match="source 'nzz2': not known; allowed: deepstate"):
        archive.open_source("nzz2")
