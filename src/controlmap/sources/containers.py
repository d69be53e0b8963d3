"""What wraps a layer: gzip, and zips that are one layer (KMZ, zipped Shapefile, a single file).

Nothing is written to disk, and names inside are never paths. Every limit is checked while it is
unpacked, not taken from what the archive says of itself.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO

from controlmap.core import limits
from controlmap.core.model import InputError

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_UNIX = 3
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, EOFError, OSError, zlib.error, NotImplementedError, RuntimeError,
            ValueError, UnicodeDecodeError, IndexError, OverflowError)  # fmt: skip
"""What zipfile raises for damage, for encryption, and for packings that it does not know."""


def is_zip(data: bytes) -> bool:
    """Return whether bytes are a zip archive's."""
    return data.startswith((_ZIP, _EMPTY_ZIP))


def in_utf8(data: bytes) -> bytes:
    """Return a text in UTF-8 without a mark of its order, where it begins with one; else as it is.

    XML then no longer names the encoding that it was in.
    """
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.removeprefix(codecs.BOM_UTF8)
    text = data.decode("utf-16", errors="replace")
    return re.sub(r"^(<\?xml[^>]{0,60}?) encoding=[\"'][^\"']{0,20}[\"']", r"\1", text).encode()


def gunzipped(data: bytes, name: str, most: int) -> tuple[bytes, str]:
    """Return bytes and name without gzip, where there is gzip; `most` is in bytes."""
    if not data.startswith(_GZIP):
        return data, name
    # gzip skips zeros after the end one at a time; an empty stream ends with nine.
    data = data[: len(data.rstrip(b"\0")) + 9]
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            plain = packed.read(most + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError("{name}: the gzip stream is damaged or cut off", name) from error
    limits.at_most_bytes(len(plain), most, name)
    return plain, name.removesuffix(".gz")


def unzipped(data: bytes, name: str, most: int) -> dict[str, bytes]:
    """Return the files in a zip by their names in it; together they are at most `most` bytes.

    Raises
    ------
    InputError
        Where it is damaged or encrypted, has too many files, unpacks to too much, or has a name
        that leads out of it, or a link.
    """
    out: dict[str, bytes] = {}
    size = 0
    with _opened(data, name) as archive:
        for entry in _entries(archive, name):
            with archive.open(entry) as packed:
                out[entry.filename] = packed.read(most - size + 1)
            size += len(out[entry.filename])
            limits.at_most_bytes(size, most, name)
    return out


@contextmanager
def only_member(data: bytes, name: str, ending: str) -> Iterator[tuple[IO[bytes], str]]:
    """Return the one file of a zip whose name has that ending, opened, and its name."""
    with _opened(data, name) as archive:
        members = [e for e in _entries(archive, name) if e.filename.casefold().endswith(ending)]
        if len(members) != 1:
            raise InputError(
                "{name}: one *{ending} is expected, not {count}", name, ending, len(members)
            )
        with archive.open(members[0]) as packed:
            yield packed, PurePosixPath(members[0].filename).name


def names_in(data: bytes, name: str) -> list[str]:
    """Return the names of the files in a zip."""
    with _opened(data, name) as archive:
        return [entry.filename for entry in _entries(archive, name)]


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except _DAMAGED as error:
        raise InputError("{name}: the zip is damaged, encrypted, or cut off", name) from error


def _entries(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    listed = archive.infolist()
    if len(listed) > limits.ZIP_MEMBERS:
        raise InputError("{name}: holds more than {most:,} files", name, limits.ZIP_MEMBERS)
    out = []
    for entry in listed:
        _check_name(entry, name)
        if not entry.is_dir() and not _is_hidden(entry.filename):
            out.append(entry)
    if len({e.filename for e in out}) < len(out):
        raise InputError("{name}: holds two files of the same name", name)
    return out


def _check_name(entry: zipfile.ZipInfo, name: str) -> None:
    inside = entry.filename
    path = PurePosixPath(inside.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts[:1] and path.parts[0].endswith(":")):
        shown = inside[:60] if inside.isprintable() else ascii(inside[:60])
        raise InputError("{name}: {path!r} leads out of the archive", name, shown)
    if entry.create_system == _UNIX and stat.S_ISLNK(entry.external_attr >> 16):
        raise InputError("{name}: holds a link; plain files are read", name)
    if entry.flag_bits & _ENCRYPTED:
        raise InputError("{name}: is encrypted; give it without a password", name)


def _is_hidden(inside: str) -> bool:
    parts = PurePosixPath(inside).parts
    return not parts or parts[-1].startswith(".") or parts[0] == "__MACOSX"
