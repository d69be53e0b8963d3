"""JSON with its long lists of coordinates left as text: nearly all of them were in the file before.

Parsing a day's file is mostly making lists of numbers that are thrown away again. Here the text of
every `coordinates` member is cut out before the rest is parsed; a text that was seen in the last
file is known, and a new one becomes arrays without a list for every position.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from controlmap.core import limits

_KEY = b'"coordinates"'
_SPACE = b" \t\r\n"
_OPENS, _COMMA, _CLOSES = b"[,]"
_DEPTHS = {"Polygon": 3, "MultiPolygon": 4}
_LISTS_PER_POSITION = 2  # at the most: a ring has four positions, and three lists may begin with it
Rings = list[NDArray[np.float64]]


def cut(data: bytes) -> tuple[bytes, list[bytes]] | None:
    """The JSON with the number of a text for every `coordinates`, and the texts.

    None where a `coordinates` member is not a list without objects: then all is to be parsed. Who
    takes a text checks that it is JSON.
    """
    pieces: list[bytes] = []
    texts: list[bytes] = []
    done = 0
    while (key := data.find(_KEY, done)) >= 0:
        after = key + len(_KEY)
        start = data.find(b"[", after)
        if start < 0 or data[after:start].strip(_SPACE) != b":" or data[key - 1 : key] == b"\\":
            return None
        # The brace is looked for up to the quote alone: there may be none in all of the file.
        quote = data.find(b'"', start)
        before = data[start : quote if quote >= 0 else len(data)]
        text = before.partition(b"}")[0].rstrip(_SPACE + b",")
        if b"{" in text:
            return None
        pieces += [data[done:start], b"%d" % len(texts)]
        texts.append(text)
        done = start + len(text)
    return b"".join([*pieces, data[done:]]), texts


def polygons_of(text: bytes, kind: str) -> list[Rings] | None:
    """The rings of each polygon of a geometry: finite positions of shape (n, 2).

    None where the text is not plainly that: lists of the right depth, every position of two
    numbers, or every one of three. Whoever parses it in full can tell what is wrong with it.
    """
    depth = _DEPTHS[kind]
    plain = text.translate(None, _SPACE)
    if not (plain.startswith(b"[" * depth) and plain.endswith(b"]" * depth)):
        return None
    inner = plain[depth:-depth]
    parts = inner.split(b"]]],[[[") if kind == "MultiPolygon" else [inner]
    shapes = [[_shape(ring) for ring in part.split(b"]],[[")] for part in parts]
    counts = [count * width for rings in shapes for count, width in rings]
    try:  # with white space, and without brackets: what is no number between commas fails here
        numbers = np.array(orjson.loads(b"[" + text.translate(None, b"[]") + b"]"))
    except (orjson.JSONDecodeError, OverflowError):
        return None
    if numbers.dtype.kind not in "fi" or not all(counts) or numbers.shape != (sum(counts),):
        return None
    if not np.isfinite(numbers).all():
        return None
    flat = iter(np.split(numbers.astype(float), np.cumsum(counts)[:-1]))
    return [
        [np.ascontiguousarray(next(flat).reshape(shape)[:, :2]) for shape in rings]
        for rings in shapes
    ]


def _shape(ring: bytes) -> tuple[int, int]:
    """Of `1,2],[3,4],[5,6` how many positions it has, of how many numbers each: (3, 2).

    (0, 0) where brackets stand elsewhere, or positions are not all of two numbers, or all of three.
    """
    signs = np.frombuffer(ring, dtype=np.uint8)
    commas = np.flatnonzero(signs == _COMMA)
    between = (signs[commas - 1] == _CLOSES) & (signs[(commas + 1) % len(signs)] == _OPENS)
    count = int(between.sum()) + 1
    width = (len(commas) + 1) // count
    even = width in (2, 3) and len(commas) + 1 == count * width
    if not even or not between[width - 1 :: width].all():
        return 0, 0
    only = ring.count(b"[") == ring.count(b"]") == count - 1
    return (count, width) if only else (0, 0)


@dataclass
class Drawn:
    """The rings of each polygon of a geometry, and what a reader made of them, once it has."""

    polygons: list[Rings]
    made: Any = None


class Texts:
    """What the texts of the file being read, and of the one before, were found to be."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, bytes], Drawn] = {}
        self._now: dict[tuple[str, bytes], Drawn] = {}

    def parse(self, data: bytes) -> Any:
        """The JSON, the coordinates of its features' polygons as `Drawn`; None where that fails.

        Where it fails, or is no feature collection, the file is to be parsed in full.
        """
        self._before, self._now = self._now, {}
        parts = cut(data)
        if parts is None:
            return None
        skeleton, texts = parts
        if sum(text.count(b"[") for text in texts) > _LISTS_PER_POSITION * limits.VERTICES:
            return None  # ring by ring that would take long, and full parsing tells what it is
        try:
            document = orjson.loads(skeleton)
            left = set(range(len(texts)))
            for feature in document.get("value", document)["features"]:  # NZZ's lie one deeper
                for geometry in _parts(feature["geometry"]):
                    number = geometry["coordinates"]
                    drawn = self._find(geometry["type"], texts[number])
                    if drawn is None:
                        return None
                    geometry["coordinates"] = drawn
                    left.discard(number)
            for number in left:
                self._check(texts[number])
        except (orjson.JSONDecodeError, AttributeError, TypeError, KeyError):
            return None
        return document

    def _check(self, text: bytes) -> None:
        """Raise a JSONDecodeError where a text that is no polygon's is not JSON."""
        if ("", text) not in self._before:
            orjson.loads(text)
        self._now["", text] = Drawn([])

    def _find(self, kind: str, text: bytes) -> Drawn | None:
        key = (kind, text)
        drawn = self._now.get(key) or self._before.get(key)
        if drawn is None and (polygons := polygons_of(text, kind)) is not None:
            drawn = Drawn(polygons)
        if drawn is not None:
            self._now[key] = drawn
        return drawn


def _parts(geometry: Any) -> Iterator[Any]:
    """The polygonal geometries in a feature's; a collection in a collection is not plain."""
    if geometry is None:
        return
    parts = geometry["geometries"] if geometry["type"] == "GeometryCollection" else [geometry]
    for part in parts:
        if "geometries" in part:
            raise TypeError(part["type"])
        if part["type"] in _DEPTHS:
            yield part
