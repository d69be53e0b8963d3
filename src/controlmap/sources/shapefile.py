"""What GDAL does not say of a Shapefile: whether its parts fit, and in what encoding its texts are.

GDAL gives a record that it cannot read as one without a geometry, and restores an index only on a
disk. All numbers of the format are in its technical description (Esri, 1998).
"""

from __future__ import annotations

import struct

from controlmap.core.model import InputError

_HEADER = 100
_RECORD = struct.Struct(">ii")
_NULL = 0
_DELETED = b"*"
_LANGUAGE = 29  # where a .dbf says its encoding
_UNSAID = (0, 0x57)  # not at all, or "of this machine"
_CYRILLIC = "windows-1251"
_BROKEN = 0.1  # of the bytes beyond ASCII: a text of fixed width may end within a letter


def encoding_of(dbf: bytes) -> str | None:
    """Return the encoding of the texts of a .dbf that does not say it; None where it does.

    It is UTF-8 where that fits, else that of Ukrainian and Russian on Windows.
    """
    if len(dbf) < _LANGUAGE + 1 or dbf[_LANGUAGE] not in _UNSAID:
        return None
    texts = dbf[struct.unpack_from("<H", dbf, 8)[0] :]
    beyond = sum(byte > 127 for byte in texts)
    broken = texts.decode("utf-8", errors="replace").count("\ufffd")
    return "UTF-8" if broken <= _BROKEN * beyond else _CYRILLIC


def check(parts: dict[str, bytes], name: str) -> list[bool]:
    """Return of each row whether it has a geometry; the index (.shx) is added if it is not there.

    Raises
    ------
    InputError
        Where a part is cut off, or they do not fit each other.
    """
    places = _records(parts[".shp"], name)
    index = b"".join(_RECORD.pack(at // 2, words) for at, words in places)
    length = (_HEADER + len(index)) // 2
    restored = parts[".shp"][:24] + struct.pack(">i", length) + parts[".shp"][28:_HEADER] + index
    if parts.setdefault(".shx", restored)[_HEADER:] != index:
        raise InputError(
            "{name}: is damaged: its .shx does not fit; without one it is restored", name
        )
    kept = _rows(parts[".dbf"], name)
    if len(kept) != len(places):
        raise InputError(
            "{name}: is damaged: {shapes:,} shapes, {rows:,} rows", name, len(places), len(kept)
        )
    kinds = [struct.unpack_from("<i", parts[".shp"], at + 8)[0] for at, _ in places]
    return [kind != _NULL for kind, is_kept in zip(kinds, kept, strict=True) if is_kept]


def _records(shp: bytes, name: str) -> list[tuple[int, int]]:
    """Return of each record of a .shp where it begins, and the length of its content in words."""
    places: list[tuple[int, int]] = []
    at = _HEADER
    if len(shp) < _HEADER or 2 * struct.unpack_from(">i", shp, 24)[0] != len(shp):
        raise InputError("{name}: is damaged: its .shp is cut off", name)
    while at < len(shp):
        words = _RECORD.unpack_from(shp, at)[1] if at + _RECORD.size <= len(shp) else -1
        end = at + _RECORD.size + 2 * words
        if words < 2 or end > len(shp):
            raise InputError(
                "{name}: is damaged: record {number} is cut off", name, len(places) + 1
            )
        places.append((at, words))
        at = end
    return places


def _rows(dbf: bytes, name: str) -> list[bool]:
    """Return of each row of a .dbf whether it is not marked as deleted."""
    if len(dbf) < _LANGUAGE:
        raise InputError("{name}: is damaged: its .dbf is cut off", name)
    count, header, width = struct.unpack_from("<IHH", dbf, 4)
    if not width or header + count * width > len(dbf):
        raise InputError("{name}: is damaged: its .dbf is cut off", name)
    first = dbf[header : header + count * width : width]
    return [first[row : row + 1] != _DELETED for row in range(count)]
