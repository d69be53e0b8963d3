"""Inputs are read wherever they lie; what is damaged or too large is refused by name."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.record import inputs
from controlmap.record.inputs import members
from controlmap.sources import containers
from input_files import FILES, Mode, make_folder, make_tar, make_zip


def names(path: Path) -> list[str]:
    return [m.name for m in members([path])]


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
    mode: Mode, kept: float, packs: bool, tmp_path: Path
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
def test_a_flipped_byte_in_a_packed_archive_is_refused(mode: Mode, tmp_path: Path) -> None:
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
        assert "is larger than 0.000954 MB, the limit" in refused(path)


def test_the_inputs_are_listed_with_their_hashes(tmp_path: Path) -> None:
    make_folder(tmp_path / "in", {"b": b"2", "a": b"1", ".hidden": b""})
    assert inputs.entries([tmp_path / "in"]) == [
        {"name": "a", "sha256": hashlib.sha256(b"1").hexdigest(), "bytes": 1},
        {"name": "b", "sha256": hashlib.sha256(b"2").hexdigest(), "bytes": 1},
    ]


def test_entries_without_a_name_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name in (".", "a.geojson"):
            made.writestr(name, b"1")
    assert [m.name for m in members([path])] == ["a.geojson"]


@pytest.mark.parametrize("mode", ["w:gz", "w:xz", "w:bz2"])
def test_zeros_after_a_packed_archive_are_refused_unread(mode: Mode, tmp_path: Path) -> None:
    path = make_tar(tmp_path / "in.tar", mode)
    path.write_bytes(path.read_bytes() + bytes(2**20))
    assert "it goes on after its end" in refused(path)


@pytest.mark.parametrize("content", [b"{}", b""])
def test_zeros_after_a_gzip_stream_are_not_skipped_one_by_one(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, packed, opened = gzip.open, gzip.compress(content), []

    def opening(file: io.BytesIO) -> object:
        opened.append(len(file.getvalue()))
        return read(file)

    monkeypatch.setattr(gzip, "open", opening)
    assert containers.gunzipped(packed + bytes(2**20), "a.gz", 2**10) == (content, "a")
    assert opened[0] < len(packed) + 10
