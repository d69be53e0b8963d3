"""Inputs are read wherever they lie, records come back as they were saved, damage is named."""

from __future__ import annotations

import gc
import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import threading
import weakref
import zipfile
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

from controlmap import archive, building, cells, geodesy, geofile, limits
from controlmap.archive import members
from controlmap.coverage import Coverage, build
from controlmap.model import REPORTABLE, Ground, InputError, Provenance, RecordError, Snapshot

SQUARE = (37.6, 48.0, 37.7, 48.1)  # inside Donetsk oblast, 82.897 km2
SQUARE_KM2 = 82.897
FILES = {"a.geojson": b'{"a": 1}' * 999, "b.geojson": b'{"b": 2}' * 999, "c.geojson": b"{}"}
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


def make_tar(path: Path, mode: str, files: dict[str, bytes] = FILES) -> Path:
    with tarfile.open(path, mode) as made:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"folder/{name}")
            entry.size = len(data)
            made.addfile(entry, io.BytesIO(data))
    return path


def make_zip(path: Path, files: dict[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(f"folder/{name}", data)
    return path


def make_folder(path: Path, files: dict[str, bytes] = FILES) -> Path:
    for name, data in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return path


def make_daily(day: str, *boxes: tuple[float, float, float, float]) -> dict[str, bytes]:
    """A daily file (YYYYMMDD) of boxes, by its name."""
    rings = [[[list(p) for p in shapely.box(*b).exterior.coords]] for b in boxes]
    drawn = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "MultiPolygon", "coordinates": rings},
    }
    document = {"type": "FeatureCollection", "features": [drawn]}
    return {f"deepstatemap_data_{day}.geojson": json.dumps(document).encode()}


def make_record() -> Coverage:
    """Two days: a square held, then contested; with a warning and a repair to remember."""

    def snapshot(day: int, ground: Ground, retrieved: datetime | None) -> Snapshot:
        return Snapshot(
            reader="deepstate_api",
            name=f"{day}.geojson",
            observed=datetime(2024, 3, day, 12, 30, 1, tzinfo=UTC),
            retrieved=retrieved,
            sha256=hashlib.sha256(bytes([day])).hexdigest(),
            reports=frozenset(REPORTABLE),
            layers={ground: geodesy.array_of([shapely.box(*SQUARE)])},
            warnings=(f"{day}.geojson: feature 1: Щось",),
            repaired_km2=0.25,
        )

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


def names(path: Path) -> list[str]:
    return [m.name for m in members([path])]


def quiet(_: str) -> None:
    """No progress."""


# Inputs


@pytest.mark.parametrize(
    "make",
    [
        lambda p: make_folder(p / "in"),
        lambda p: make_zip(p / "in.zip"),
        lambda p: make_tar(p / "in.tar", "w"),
        lambda p: make_tar(p / "in.tar.gz", "w:gz"),
        lambda p: make_tar(p / "in.tar.xz", "w:xz"),
        lambda p: make_tar(p / "in.tar.bz2", "w:bz2"),
        lambda p: make_tar(p / "named-otherwise.bin", "w:xz"),
        lambda p: (
            make_folder(p / "in", {"deep/er/a.geojson": FILES["a.geojson"]})
            and make_folder(p / "in", {k: v for k, v in FILES.items() if k[0] != "a"})
        ),
    ],
    ids=["folder", "zip", "tar", "tar.gz", "tar.xz", "tar.bz2", "by content", "deep folder"],
)
def test_every_file_is_read_wherever_it_lies(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    before = sorted(p for p in tmp_path.rglob("*"))
    assert {m.name: m.data for m in members([path])} == FILES
    assert sorted(p for p in tmp_path.rglob("*")) == before


def test_a_single_file_is_handed_on_as_it_is(tmp_path: Path) -> None:
    for name, data in {"a.geojson": b"{}", "b.geojson.gz": gzip.compress(b"{}"), "c": b""}.items():
        (tmp_path / name).write_bytes(data)
        assert [(m.name, m.data) for m in members([tmp_path / name])] == [(name, data)]


def test_nothing_is_unpacked_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [make_zip(tmp_path / "a.zip"), make_tar(tmp_path / "b.tar.xz", "w:xz")]

    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("unpacks to disk")

    for where, name in (
        (zipfile.ZipFile, "extract"),
        (zipfile.ZipFile, "extractall"),
        (tarfile.TarFile, "extract"),
        (tarfile.TarFile, "extractall"),
        (Path, "write_bytes"),
    ):
        monkeypatch.setattr(where, name, forbidden)
    monkeypatch.setattr("tempfile.mkstemp", forbidden)
    assert len(list(members(paths))) == 6


def test_archives_inside_of_a_folder_are_read(tmp_path: Path) -> None:
    make_folder(tmp_path / "in", {"0.geojson": b"{}"})
    make_zip(tmp_path / "in" / "1.zip", {"x.geojson": b"{}"})
    make_tar(tmp_path / "in" / "2.tar.gz", "w:gz", {"y.geojson": b"{}"})
    assert names(tmp_path / "in") == ["0.geojson", "x.geojson", "y.geojson"]


def test_a_member_that_names_a_place_outside_is_only_a_name(tmp_path: Path) -> None:
    path = tmp_path / "in.tar"
    with tarfile.open(path, "w") as made:
        for name in ("../../etc/a.geojson", "/b.geojson"):
            made.addfile(tarfile.TarInfo(name), io.BytesIO())
        link = tarfile.TarInfo("c.geojson")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    assert names(path) == ["a.geojson", "b.geojson"]


def test_what_a_desktop_leaves_in_folders_and_archives_is_passed_over(tmp_path: Path) -> None:
    files = {"a.geojson": b"{}", ".DS_Store": b"junk", "._a.geojson": b"junk"}
    for path in (
        make_folder(tmp_path / "in", files),
        make_zip(tmp_path / "in.zip", files),
        make_tar(tmp_path / "in.tar", "w", files),
    ):
        assert names(path) == ["a.geojson"]


def refused(*paths: Path) -> str:
    with pytest.raises(InputError) as caught:
        list(members(paths))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "no") == f"{tmp_path / 'no'}: no such file or folder"
    assert refused(tmp_path / "empty") == f"{tmp_path / 'empty'}: the folder holds no file"


@pytest.mark.parametrize("mode", ["w:gz", "w:xz", "w:bz2", "w"])
@pytest.mark.parametrize("kept", [0.3, 0.5, 0.6, 0.7, 0.8])
@pytest.mark.parametrize("packs", [True, False])
def test_an_archive_that_is_cut_off_is_never_read_as_a_shorter_one(
    mode: str, kept: float, packs: bool, tmp_path: Path
) -> None:
    random = np.random.default_rng(1)
    files = {
        f"{i}.geojson": bytes([i]) * 40_000 if packs else random.bytes(40_000) for i in range(6)
    }
    path = make_tar(tmp_path / "in.tar", mode, files)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    try:
        read = [m.name for m in members([path])]
    except InputError as error:
        assert str(error).startswith("in.tar: ")
    else:
        # So short that it is no archive any more: handed on whole, for the reader to refuse.
        assert read == ["in.tar"]


def test_an_archive_cut_between_two_files_is_refused(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "in.tar", "w", {"a": b"x" * 512, "b": b"x" * 512})
    path.write_bytes(path.read_bytes()[:1024])  # a header and a block: the first file, whole
    assert refused(path).startswith("in.tar: ")


@pytest.mark.parametrize("mode", ["w:gz", "w:xz"])
def test_a_flipped_byte_in_a_packed_archive_is_refused(mode: str, tmp_path: Path) -> None:
    files = {"a.geojson": np.random.default_rng(1).bytes(30_000)}
    path = make_tar(tmp_path / "in.tar", mode, files)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert refused(path).startswith("in.tar: ")


@pytest.mark.parametrize(
    ("local", "central", "value"),
    [(6, 8, 1), (8, 10, 99)],
    ids=["encrypted", "a packing nobody knows"],
)
def test_a_zip_that_cannot_be_unpacked_is_refused(
    local: int, central: int, value: int, tmp_path: Path
) -> None:
    path = make_zip(tmp_path / "in.zip", {"a.geojson": b"{}" * 99})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x03\x04") + local] = value
    data[data.index(b"PK\x01\x02") + central] = value
    path.write_bytes(data)
    assert refused(path).startswith("in.zip: ")


def test_a_flipped_byte_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "in.zip", {"a.geojson": np.random.default_rng(1).bytes(3000)})
    data = bytearray(path.read_bytes())
    data[1000] ^= 0xFF
    path.write_bytes(data)
    assert "in.zip: the archive is damaged" in refused(path)


def test_a_file_too_large_is_refused_packed_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FILE_MB", 1000 / 2**20)
    big = {"a.geojson": b"x" * 1001}
    for path in (
        make_folder(tmp_path, big) / "a.geojson",
        make_zip(tmp_path / "in.zip", big),
        make_tar(tmp_path / "in.tar.gz", "w:gz", big),
    ):
        assert "the limit is" in refused(path)


def test_the_inputs_are_listed_with_their_hashes(tmp_path: Path) -> None:
    make_folder(tmp_path / "in", {"b": b"2", "a": b"1", ".hidden": b""})
    assert archive.inputs_of([tmp_path / "in"]) == (
        {"name": "a", "sha256": hashlib.sha256(b"1").hexdigest(), "bytes": 1},
        {"name": "b", "sha256": hashlib.sha256(b"2").hexdigest(), "bytes": 1},
    )


# Records


@pytest.mark.parametrize("cell_m", [None, 2000])
def test_a_record_comes_back_as_it_was_saved(
    record: Coverage, cell_m: int | None, tmp_path: Path
) -> None:
    saved = record if cell_m is None else cells.generalise(record, cell_m)
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
    head = json.loads(table.schema.metadata[b"controlmap"]) | {"format": geofile.FORMAT + 1}
    pq.write_table(
        table.replace_schema_metadata(
            {**table.schema.metadata, b"controlmap": json.dumps(head).encode()}
        ),
        path,
    )
    with pytest.raises(RecordError, match=r"^r\.parquet: is of format 2; .* reads up to 1$"):
        archive.load(path)


def test_a_file_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(RecordError, match=r"^oblasts\.parquet: holds oblasts, not record$"):
        archive.load(geofile.geodata("oblasts.parquet"))


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
    file = geofile.read(path, "record")
    table, extra = spoil(file.table, dict(file.extra))
    geofile.write(path, "record", table, file.geometry, PROVENANCE, extra)
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


def test_the_output_is_none_of_the_inputs(tmp_path: Path) -> None:
    source = tmp_path / "deepstatemap_data_20240709.geojson"
    source.write_bytes(b"{}")
    for paths in ([source], [tmp_path]):
        with pytest.raises(InputError, match="is one of the inputs"):
            building.build_file("deepstate", paths, source, None, lambda _: None)
    assert source.read_bytes() == b"{}"


def test_entries_without_a_name_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name in (".", "a.geojson"):
            made.writestr(name, b"1")
    assert [m.name for m in members([path])] == ["a.geojson"]


def test_a_file_that_changed_is_seen(own: Path, record: Coverage) -> None:
    before = archive.open_source("deepstate")
    archive.save(own, cells.generalise(record, 5000), PROVENANCE)
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


# Building


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two daily files: the square, and a day later its western half."""
    west = (37.6, 48.0, 37.65, 48.1)
    return make_folder(
        tmp_path / "in", make_daily("20240708", SQUARE) | make_daily("20240709", west)
    )


@pytest.mark.parametrize("cell_m", [None, 2000])
def test_a_build_writes_what_it_returns(folder: Path, cell_m: int | None, tmp_path: Path) -> None:
    out = tmp_path / "deepstate.parquet"
    built = building.build_file("deepstate", [folder], out, cell_m, quiet)
    loaded = archive.load(out)
    assert loaded.provenance == built.provenance
    assert loaded.coverage.cell_m == cell_m
    held = loaded.coverage.areas[:, 0, Ground.OCCUPIED]
    assert held == pytest.approx([SQUARE_KM2, SQUARE_KM2 / 2], abs=0.001)


def test_a_build_tells_where_it_comes_from_and_how_good_it_is(folder: Path, tmp_path: Path) -> None:
    told = building.build_file("deepstate", [folder], tmp_path / "r.parquet", 2000, quiet)
    provenance = told.provenance
    assert [i["name"] for i in provenance.inputs] == sorted(p.name for p in folder.iterdir())
    for given in provenance.inputs:
        data = (folder / given["name"]).read_bytes()
        assert given["sha256"] == hashlib.sha256(data).hexdigest()
        assert given["bytes"] == len(data)
    assert provenance.figures["span"] == ["2024-07-08", "2024-07-09"]
    assert provenance.figures["snapshots"] == {"deepstate_daily": 2}
    assert provenance.figures["gaps"] == []
    assert provenance.figures["measured_on_snapshots"] == 1
    assert provenance.figures["measured_error_km2"] == pytest.approx(0, abs=0.001)
    assert "2000 m" in provenance.method
    assert "redistributed" in provenance.terms


def test_the_measured_error_is_the_difference_to_a_plain_overlay(folder: Path) -> None:
    snapshots = list(building.read_all("deepstate", [folder], quiet))
    coverage = build("deepstate", snapshots)
    right = building.error_km2(coverage, snapshots[0])
    assert right is not None
    assert right.shape == (4, 3)
    assert np.abs(right).max() < 0.001
    # A face counted wrongly, the eastern half of the square, shows with its area.
    wrong = build(
        "deepstate",
        [
            Snapshot(**{**vars(s), "layers": snapshots[1].layers, "observed": s.observed})
            for s in snapshots
        ],
    )
    error = building.error_km2(wrong, snapshots[0])
    assert error is not None
    assert error[0, 0] == pytest.approx(-SQUARE_KM2 / 2, abs=0.001)


def test_a_build_that_fails_leaves_the_old_file_and_no_other(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "r.parquet"
    out.parent.mkdir()
    building.build_file("deepstate", [folder], out, None, quiet)
    before = out.read_bytes()
    (folder / "deepstatemap_data_20240710.geojson").write_bytes(b"{")
    with pytest.raises(InputError, match="deepstatemap_data_20240710"):
        building.build_file("deepstate", [folder], out, None, quiet, strict=True)
    assert list(out.parent.iterdir()) == [out]
    assert out.read_bytes() == before


def test_a_build_that_fails_while_it_writes_leaves_the_old_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "r.parquet"
    out.parent.mkdir()
    out.write_bytes(b"old")

    def fails(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(geofile.pq.ParquetWriter, "write_table", fails)
    with pytest.raises(OSError, match="No space left"):
        building.build_file("deepstate", [folder], out, None, quiet)
    assert list(out.parent.iterdir()) == [out]
    assert out.read_bytes() == b"old"


@pytest.mark.parametrize("cell_m", [99, 5001])
def test_a_build_refuses_before_it_reads(cell_m: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="allowed are 100 to 5000 m"):
        building.build_file("deepstate", [tmp_path / "no"], tmp_path / "r.parquet", cell_m, quiet)
    with pytest.raises(InputError, match="there is no folder"):
        building.build_file(
            "deepstate", [tmp_path / "no"], tmp_path / "no" / "r.parquet", None, quiet
        )


def test_the_embedded_record_is_not_written_over_by_chance(folder: Path) -> None:
    """A build goes where it is told, never into geodata/."""
    embedded = geofile.geodata("deepstate.parquet")
    before = embedded.stat().st_mtime_ns
    building.build_file("deepstate", [folder], folder.parent / "r.parquet", None, quiet)
    assert embedded.stat().st_mtime_ns == before
