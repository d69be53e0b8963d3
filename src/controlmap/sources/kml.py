"""KML and KMZ as a Document: a feature a placemark, with its folders, style and data.

Its properties are `name`, `folder` (the nearest folder's name), `layer` (all of them), `style` (the
name of the style), `fill` (the polygon's colour as #rrggbb), and each value of its extended data.
XML that declares entities or a DTD, or refers to other files, is refused.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat.errors import XML_ERROR_JUNK_AFTER_DOC_ELEMENT, codes

import numpy as np
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.sources import containers
from controlmap.sources.document import Document, Feature, shown
from controlmap.words.catalog import as_given

_COLOUR = re.compile(r"[0-9a-fA-F]{8}")
_FOLDERS = ("Folder", "Document")
_AFTER_ITS_END = codes[XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


def recognises(data: bytes) -> bool:
    """Return whether bytes look like a KML document."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    return head.startswith(b"<") and b"<kml" in data[: 2**16].lower()


def parse_kmz(files: Mapping[str, bytes], name: str) -> Document:
    """Return the KML documents among the files of a KMZ as one: its main one and what that links.

    Where none is called doc.kml, each of them counts.
    """
    documents = sorted(inside for inside in files if inside.casefold().endswith(".kml"))
    main = [inside for inside in documents if inside.casefold() == "doc.kml"]
    reading = _Reading(files, name)
    for inside in main or documents:
        reading.add(inside, ())
    left = [shown(inside) for inside in documents if inside not in reading.roots]
    return reading.document([f"{', '.join(left)} in it is not linked; left out"] if left else [])


def parse(data: bytes, name: str) -> Document:
    """Return the placemarks of a KML document that have polygons.

    Raises
    ------
    InputError
        Where it is not well-formed, declares entities, is deeper than `limits.XML_DEPTH` or
        has more elements than `limits.XML_ELEMENTS`, a polygon has holes and no outer ring, or it
        holds nothing but a link.
    """
    reading = _Reading({"": data}, name)
    reading.add("", ())
    return reading.document([])


class _Reading:
    """What was read of KML documents that link to each other, each once."""

    def __init__(self, files: Mapping[str, bytes], name: str) -> None:
        self.roots: dict[str, Element] = {}
        self._files, self._name = files, name
        self._features: list[Feature] = []
        self._marks = 0
        self._styles: dict[str, str] = {}
        self._abroad: list[str] = []
        self._notes: list[str] = []

    def add(self, inside: str, folders: tuple[str, ...]) -> None:
        """Read a document, and those that it links, in its folders."""
        if inside in self.roots:
            return
        root, ends_early = _tree(containers.in_utf8(self._files[inside]), self._name)
        self.roots[inside] = root
        if ends_early:
            self._notes.append("what stands after the end of its document is left out")
        self._styles |= _styles(root)
        for mark, within, times in _placemarks(root, folders, {}):
            if mark.tag == "NetworkLink":
                self._follow(inside, mark, within)
                continue
            polygons = [rings for rings in _polygons(mark, self._name, self._marks) if rings]
            if polygons:
                described = _described(mark, within, self._styles)
                properties = {**_extended(mark), **described, **times}
                self._features.append(Feature(self._marks, properties, polygons))
            self._marks += 1

    def _follow(self, inside: str, link: Element, folders: tuple[str, ...]) -> None:
        target = _text(link, "Link/href") or _text(link, "Url/href")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(inside), unquote(target)))
        title = _text(link, "name")
        if path in self._files and path.casefold().endswith(".kml"):
            self.add(path, (*folders, title) if title else folders)
        elif target:
            self._abroad.append(shown(target))

    def document(self, notes: list[str]) -> Document:
        """Return the features of all documents, with what is to know of them."""
        if self._abroad and not self._features:
            problem = "{name}: is only a link to {abroad}; give that map, exported as KML or KMZ"
            raise InputError(problem, self._name, self._abroad[0])
        notes = [
            *notes,
            *self._notes,
            *(as_given("a link to {target} is not followed", target) for target in self._abroad),
        ]
        lines = tuple(f"{self._name}: {note}" for note in notes)
        only = self._files[next(iter(self.roots))] if len(self.roots) == 1 else None
        digest = hashlib.sha256(only).hexdigest() if only is not None else ""
        return Document(self._name, digest, tuple(self._features), notes=lines)


def _tree(data: bytes, name: str) -> tuple[Element, bool]:
    """Return the root element, and whether more stands after it; names are without namespace."""
    depth = count = 0
    ends_early = False
    root: Element | None = None
    try:
        reader = iterparse(io.BytesIO(data), ("start", "end"), forbid_dtd=True)
        for event, element in reader:
            depth += 1 if event == "start" else -1
            if depth > limits.XML_DEPTH:
                raise InputError("{name}: is nested more than {most} deep", name, limits.XML_DEPTH)
            if event == "end":
                continue
            count += 1
            if count > limits.XML_ELEMENTS:
                raise InputError("{name}: has over {most:,} elements", name, limits.XML_ELEMENTS)
            element.tag = element.tag.rpartition("}")[2]
            root = element if root is None else root
    except DefusedXmlException as error:
        raise InputError("{name}: declares a DTD or entities; plain KML is read", name) from error
    except (ParseError, ValueError, LookupError) as error:
        # What a file held before may stand after its end, if it was longer.
        if root is None or depth or getattr(error, "code", None) != _AFTER_ITS_END:
            raise InputError(
                "{name}: is not well-formed, or cut off ({error})", name, error
            ) from error
        ends_early = True
    if root is None or root.tag != "kml":
        raise InputError("{name}: is not KML", name)
    return root, ends_early


def _placemarks(
    element: Element, folders: tuple[str, ...], times: dict[str, str]
) -> Iterator[tuple[Element, tuple[str, ...], dict[str, str]]]:
    """Yield each placemark and link, the folders it is in, and its time or the nearest folder's."""
    for child in element:
        if child.tag in ("Placemark", "NetworkLink"):
            yield child, folders, _times(child) or times
        elif child.tag in _FOLDERS:
            title = _text(child, "name")
            inside = (*folders, title) if title else folders
            yield from _placemarks(child, inside, _times(child) or times)


def _times(element: Element) -> dict[str, str]:
    """Return the columns `begin` and `end` of its TimeSpan, or of the one day of its TimeStamp."""
    when = _text(element, "TimeStamp/when")
    texts = {
        "begin": when or _text(element, "TimeSpan/begin"),
        "end": when or _text(element, "TimeSpan/end"),
    }
    return {column: text for column, text in texts.items() if text}


def _described(mark: Element, folders: tuple[str, ...], styles: dict[str, str]) -> dict[str, str]:
    used = _text(mark, "styleUrl").rpartition("#")[2]
    inline = mark.find("Style")
    fill = _fill(inline) if inline is not None else ""
    described = {
        "name": _text(mark, "name"),
        "folder": folders[-1] if folders else "",
        "layer": " / ".join(folders),
        "style": used,
        "fill": fill or styles.get(used, ""),
    }
    return {key: value for key, value in described.items() if value}


def _extended(mark: Element) -> dict[str, str]:
    out = {}
    for data in mark.iterfind("ExtendedData//Data"):
        out[data.get("name", "")] = _text(data, "value")
    for data in mark.iterfind("ExtendedData//SimpleData"):
        out[data.get("name", "")] = (data.text or "").strip()
    return {key: value for key, value in out.items() if key and value}


def _styles(root: Element) -> dict[str, str]:
    """Return the fill of every shared style; of a map of styles, that of its normal one."""
    fills = {s.get("id", ""): _fill(s) for s in root.iter("Style")}
    for outer in root.iter("CascadingStyle"):  # as Google Earth writes it, with a kml:id
        name = next((v for k, v in outer.items() if k.rpartition("}")[2] == "id"), "")
        inner = outer.find("Style")
        fills[name] = _fill(inner) if inner is not None else ""
    for pairs in root.iter("StyleMap"):
        for pair in pairs.iterfind("Pair"):
            if _text(pair, "key") == "normal":
                fills[pairs.get("id", "")] = fills.get(
                    _text(pair, "styleUrl").rpartition("#")[2], ""
                )
    return fills


def _fill(style: Element) -> str:
    """Return a style's polygon colour; KML writes it aabbggrr."""
    text = _text(style, "PolyStyle/color")
    if not _COLOUR.fullmatch(text):
        return ""
    return f"#{text[6:8]}{text[4:6]}{text[2:4]}".lower()


def _polygons(mark: Element, name: str, number: int) -> Iterator[list[list[list[float]]]]:
    for polygon in mark.iter("Polygon"):
        where = f"{name}: placemark {number}"
        outer, holes = (
            [
                positions
                for ring in polygon.iterfind(f"{boundary}/LinearRing/coordinates")
                if (positions := _positions(ring.text or "", where))
            ]
            for boundary in ("outerBoundaryIs", "innerBoundaryIs")
        )
        if len(outer) > 1 or (holes and not outer):  # in GeoJSON the first ring is the outer one
            raise InputError(
                "{where}: a polygon has {count} outer rings, not one", where, len(outer)
            )
        yield outer + holes


def _positions(text: str, where: str) -> list[list[float]]:
    tuples = text.split()
    if not tuples:
        return []
    rows = [t.split(",")[:2] for t in tuples]
    try:
        values: Any = np.array(rows, dtype=float)
    except ValueError as error:
        wrong = next((t for t in tuples if not _is_position(t)), text)
        raise InputError("{where}: has {text!r}, not LON,LAT", where, shown(wrong)) from error
    if values.ndim != 2 or values.shape[1] != 2:
        raise InputError("{where}: has a ring that is not a list of LON,LAT", where)
    positions: list[list[float]] = values.tolist()
    if positions[0] != positions[-1]:
        positions.append(positions[0])
    return positions


def _is_position(text: str) -> bool:
    parts = text.split(",")
    try:
        return len([float(p) for p in parts[:2]]) == 2
    except ValueError:
        return False


def _text(element: Element, child: str) -> str:
    return " ".join((element.findtext(child) or "").split())
