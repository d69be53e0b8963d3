"""Files to read, wherever they lie: by themselves, in folders, in tar or zip archives."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controlmap.core import limits
from controlmap.core.model import InputError


@dataclass(frozen=True)
class Member:
    """A file to read: its name and bytes, wherever it lay, or what reads them.

    `retrieved` is when it was taken from its source (UTC), where that is known.
    """

    name: str
    content: bytes | Callable[[], bytes]
    retrieved: datetime | None = None

    @property
    def data(self) -> bytes:
        """The bytes; not kept, so that thousands of files are not held at once."""
        return self.content if isinstance(self.content, bytes) else self.content()


def members(inputs: Iterable[Path | Member]) -> Iterator[Member]:
    """Yield every file in files, folders, and tar or zip archives of them, one at a time, in order.

    What is at hand already is passed on as it is.

    Raises
    ------
    InputError
        Where a path is missing, or an archive is damaged; it names the file.
    """
    for path in inputs:
        if isinstance(path, Member):
            yield path
        elif path.is_dir():
            inside = files([path])
            if not inside:
                raise InputError("{path}: the folder holds no file", path)
            yield from members(inside)
        elif not path.is_file():
            raise InputError("{path}: no such file or folder", path)
        else:
            yield from _file_members(path)


_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError)
_PACKED: tuple[tuple[bytes, Callable[..., Any], Callable[[], Any]], ...] = (
    (b"\x1f\x8b", gzip.open, lambda: zlib.decompressobj(wbits=31)),
    (b"\xfd7zXZ\x00", lzma.open, lzma.LZMADecompressor),
    (b"BZh", bz2.open, bz2.BZ2Decompressor),
)
"""How packed files begin, what opens them, and what unpacks their first bytes alone."""
_HEAD = 2**20  # in which there is a whole block of bzip2
_ZEROS = 2**16  # more than follow a packed archive in any writer's padding
_TAR_BLOCK = 512
_TAR_PADDING = 2**24  # what writers add to fill a tape's record, and much more


def _file_members(path: Path) -> Iterator[Member]:
    try:
        if zipfile.is_zipfile(path) and not _is_one_layer(path):
            yield from _zip_members(path)
        elif _is_tar(path):
            yield from _tar_members(path)
        else:
            limits.at_most_bytes(path.stat().st_size, limits.FILE_MB * 2**20, path.name)
            yield Member(path.name, path.read_bytes())
    except _DAMAGED as error:
        raise InputError(
            "{name}: the archive is damaged or cut off ({error})", path.name, error
        ) from error
    except OSError as error:
        raise InputError(
            "{name}: cannot be read ({strerror})", path.name, error.strerror or error
        ) from error


def _is_tar(path: Path) -> bool:
    """Return whether a file is a tar archive, packed or not, by its first block alone."""
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
    for magic, _, unpacker in _PACKED:
        if head.startswith(magic):
            head = unpacker().decompress(head, _TAR_BLOCK)
    try:
        tarfile.TarInfo.frombuf(head[:_TAR_BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return head[:_TAR_BLOCK] == bytes(_TAR_BLOCK)  # one of no files
    return True


def _is_one_layer(path: Path) -> bool:
    """Return whether a zip is a KMZ, a Shapefile or a table: its reader opens it, in memory."""
    with zipfile.ZipFile(path) as archive:
        endings = {Path(name).suffix.casefold() for name in archive.namelist()}
    return bool(endings & {".kml", ".shp"}) or endings == {".csv"}


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for entry in sorted(archive.infolist(), key=lambda e: e.filename):
            name = Path(entry.filename).name
            if not entry.is_dir() and name and not name.startswith("."):
                limits.at_most_bytes(
                    entry.file_size, limits.FILE_MB * 2**20, f"{path.name}: {entry.filename}"
                )
                yield Member(name, _unzipped(archive, entry))


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except RuntimeError as error:  # zipfile's for encryption, and for packings it does not know
        raise zipfile.BadZipFile(str(error)) from error


def _tar_members(path: Path) -> Iterator[Member]:
    """Yield files, reading to the very end, so that a cut or a wrong checksum is seen."""
    with path.open("rb") as packed:
        head = packed.read(6)
        opener = next((o for magic, o, _ in _PACKED if head.startswith(magic)), None)
        packed.seek(max(0, path.stat().st_size - _ZEROS))
        if opener and not any(packed.read()):  # which would be skipped one at a time
            raise tarfile.ReadError("it goes on after its end")
    opener = opener or open
    with opener(path, "rb") as plain, tarfile.open(fileobj=plain, mode="r:") as archive:
        end = 0
        for entry in archive:
            end = entry.offset_data + -(-entry.size // _TAR_BLOCK) * _TAR_BLOCK
            name = Path(entry.name).name
            opened = archive.extractfile(entry) if entry.isfile() else None
            if opened is not None and name and not name.startswith("."):
                limits.at_most_bytes(
                    entry.size, limits.FILE_MB * 2**20, f"{path.name}: {entry.name}"
                )
                yield Member(name, opened.read())
        plain.seek(end)
        if plain.read(2 * _TAR_BLOCK) != bytes(2 * _TAR_BLOCK):
            raise tarfile.ReadError("its end is missing")
        if len(plain.read(_TAR_PADDING + 1)) > _TAR_PADDING:
            raise tarfile.ReadError("it goes on after its end")


def files(paths: Iterable[Path]) -> list[Path]:
    """List every file that paths name, themselves or within their folders, but hidden ones."""
    return [
        p
        for path in paths
        for p in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if p.is_file() and p.name[0] != "."
    ]


Entry = dict[str, Any]
"""A file's name, sha256 and size, as provenance lists it."""


def entries(inputs: Iterable[Path | Member]) -> list[Entry]:
    """Describe every file that the inputs name or are, in order of name."""
    listed: list[Entry] = []
    for given in inputs:
        if isinstance(given, Member):
            data = given.data
            digest = hashlib.sha256(data).hexdigest()
            listed.append({"name": given.name, "sha256": digest, "bytes": len(data)})
        else:
            listed.extend(entry(path) for path in files([given]))
    return sorted(listed, key=lambda file: str(file["name"]))


def entry(path: Path) -> Entry:
    """Describe a file."""
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {"name": path.name, "sha256": digest, "bytes": path.stat().st_size}
