"""KML and KMZ as a Document: a feature a placemark, with its folders, style and data.

Its properties are `name`, `folder` (the nearest folder's name), `layer` (all of them), `style` (the
name of the style), `fill` (the polygon's colour as #rrggbb), and each value of its extended data.
XML that declares entities or a DTD, or refers to other files, is refused.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import numpy as np
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.sources import containers
from controlmap.sources.document import Document, Feature, shown

_COLOUR = re.compile(r"[0-9a-fA-F]{8}")
_FOLDERS = ("Folder", "Document")


def recognises(data: bytes) -> bool:
    """Return whether bytes look like a KML document."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    return head.startswith(b"<") and b"<kml" in data[: 2**16].lower()


def parse_kmz(data: bytes, name: str, most: int) -> Document:
    """Return the KML document in a KMZ that unpacks to at most `most` bytes."""
    inside = containers.unzipped(data, name, most)
    documents = sorted(n for n in inside if n.casefold().endswith(".kml"))
    if not documents:
        raise InputError(f"{name}: holds no KML document")
    main = "doc.kml" if "doc.kml" in documents else documents[0]
    return parse(inside[main], name)


def parse(data: bytes, name: str) -> Document:
    """Return the placemarks of a KML document that have polygons.

    Raises
    ------
    InputError
        Where it is not well-formed, declares entities, is deeper than `limits.XML_DEPTH` or
        has more elements than `limits.XML_ELEMENTS`, or a polygon has holes and no outer ring.
    """
    root = _tree(data, name)
    styles = _styles(root)
    features = []
    for number, (mark, folders, times) in enumerate(_placemarks(root, (), {})):
        polygons = [rings for rings in _polygons(mark, name, number) if rings]
        properties = {**_extended(mark), **_described(mark, folders, styles), **times}
        if polygons:
            features.append(Feature(number, properties, polygons))
    return Document(name, hashlib.sha256(data).hexdigest(), tuple(features))


def _tree(data: bytes, name: str) -> Element:
    """Return the root element; names of elements are without their namespace."""
    depth = count = 0
    root: Element | None = None
    try:
        reader = iterparse(io.BytesIO(data), ("start", "end"), forbid_dtd=True)
        for event, element in reader:
            depth += 1 if event == "start" else -1
            if depth > limits.XML_DEPTH:
                raise InputError(
                    f"{name}: elements lie more than {limits.XML_DEPTH} deep in each other"
                )
            if event == "start":
                count += 1
                if count > limits.XML_ELEMENTS:
                    raise InputError(
                        f"{name}: has more than {limits.XML_ELEMENTS:,} elements, the limit"
                    )
                element.tag = element.tag.rpartition("}")[2]
                root = element if root is None else root
    except DefusedXmlException as error:
        raise InputError(f"{name}: declares a DTD or entities; plain KML is read") from error
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(f"{name}: is not well-formed XML, or is cut off ({error})") from error
    if root is None or root.tag != "kml":
        raise InputError(f"{name}: is not KML")
    return root


def _placemarks(
    element: Element, folders: tuple[str, ...], times: dict[str, str]
) -> Iterator[tuple[Element, tuple[str, ...], dict[str, str]]]:
    """Yield each placemark with the folders that it is in, and its time or the nearest folder's."""
    for child in element:
        if child.tag == "Placemark":
            yield child, folders, _times(child) or times
        elif child.tag in _FOLDERS:
            title = _text(child, "name")
            inside = (*folders, title) if title else folders
            yield from _placemarks(child, inside, _times(child) or times)


def _times(element: Element) -> dict[str, str]:
    """Return the columns of its TimeStamp (`when`) or TimeSpan (`begin`, `end`)."""
    texts = {
        "when": _text(element, "TimeStamp/when"),
        "begin": _text(element, "TimeSpan/begin"),
        "end": _text(element, "TimeSpan/end"),
    }
    return {column: text for column, text in texts.items() if text}


def _described(mark: Element, folders: tuple[str, ...], styles: dict[str, str]) -> dict[str, str]:
    used = _text(mark, "styleUrl").lstrip("#")
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
    for pairs in root.iter("StyleMap"):
        for pair in pairs.iterfind("Pair"):
            if _text(pair, "key") == "normal":
                fills[pairs.get("id", "")] = fills.get(_text(pair, "styleUrl").lstrip("#"), "")
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
                f"{where}: has a polygon of {len(outer)} outer rings and {len(holes)} holes; one "
                "outer ring is expected"
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
        raise InputError(f"{where}: has {shown(wrong)!r}, which is not LON,LAT") from error
    if values.ndim != 2 or values.shape[1] != 2:
        raise InputError(f"{where}: has a ring that is not a list of LON,LAT")
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
