"""Pictures to publish, written as SVG without a browser, and painted from that as PNG.

Each carries in itself what a reader needs of it: a title, a key, figures, the source with both of
its dates, and how it was measured. Text is escaped by the template.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import jinja2

from controlmap.core.model import InputError
from controlmap.draw import palette


class Size(StrEnum):
    """What a picture is for."""

    WEB = "web"
    SOCIAL = "social"
    A4 = "a4"


class Theme(StrEnum):
    """The ground that a picture is drawn on."""

    LIGHT = "light"
    DARK = "dark"


PIXELS = {Size.WEB: (1200, 675), Size.SOCIAL: (1080, 1080), Size.A4: (1123, 794)}
"""Width and height; a PNG has twice as many. A4 lies on its side, at 96 to the inch."""
FORMATS = ("svg", "png")
SCALE = 2
_MARGIN = 36
_PANEL = 392
"""The width of what stands beside a map."""
_LINE = 26
_FOOT = 12.5
_LETTER, _BOLD_LETTER = 0.465, 0.56
"""The width of a letter over the size of its type, on average."""
_HATCHES = {
    "/": "M-1 8L8-1M-1 1L1-1M6 8L8 6",
    "\\": "M-1-1L8 8M-1 6L1 8M6-1L8 1",
    "x": "M-1-1L8 8M-1 8L8-1",
    "+": "M3.5 0V7M0 3.5H7",
}


class Box(NamedTuple):
    """A rectangle of a picture, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Sign:
    """An entry of the key: its name, and a layer of the map's palette or a colour and a dash."""

    name: str
    layer: str = ""
    colour: str = ""
    dash: str | None = None


@dataclass(frozen=True)
class Caption:
    """What a picture says beside what it shows.

    Attributes
    ----------
    title, subtitle
        What it is of, and its main figures.
    key
        The entries of its key.
    tables
        Each rows of cells, the first its header; the first column names the row.
    source
        Who assessed it, both dates, and how it was measured; a paragraph each.
    """

    title: str
    subtitle: str
    key: Sequence[Sign]
    tables: Sequence[Sequence[Sequence[str]]]
    source: Sequence[str]


@dataclass(frozen=True)
class Layout:
    """Where the parts of a picture are: its body, and the texts and marks around it."""

    width: int
    height: int
    body: Box
    lines: Sequence[Mapping[str, Any]]
    signs: Sequence[tuple[float, float, Sign]]
    rules: Sequence[str]


def layout(caption: Caption, size: Size, *, beside: bool) -> Layout:
    """Return where the parts of a picture are; the panel is `beside` a map and below a chart.

    A square picture has its panel below whatever it shows.
    """
    width, height = PIXELS[size]
    inner = width - 2 * _MARGIN
    lines: list[dict[str, Any]] = []
    y = _MARGIN - 8.0
    for text, type_size, bold in ((caption.title, 32, True), (caption.subtitle, 18, False)):
        for line in _wrapped(text, type_size, inner, _BOLD_LETTER if bold else _LETTER):
            y += type_size * (1.15 if bold else 1.45)
            lines.append(_line(_MARGIN, y, line, type_size, bold=bold, muted=not bold))
    top = y + 20
    foot = [line for text in caption.source for line in _wrapped(text, _FOOT, inner)]
    bottom = height - _MARGIN + 8 - len(foot) * _FOOT * 1.3
    for number, line in enumerate(foot, start=1):
        lines.append(_line(_MARGIN, bottom + number * _FOOT * 1.3, line, _FOOT, muted=True))
    if beside and size != Size.SOCIAL:
        body = Box(_MARGIN, top, inner - _PANEL - 28, bottom - top - 8)
        box = Box(_MARGIN + inner - _PANEL, top, _PANEL, body.height)
        panel = _panel(caption, box, wide=False)
    else:
        needed = _panel(caption, Box(_MARGIN, 0, inner, 0), wide=True).height
        body = Box(_MARGIN, top, inner, bottom - top - needed - 24)
        box = Box(_MARGIN, top + body.height + 14, inner, needed)
        panel = _panel(caption, box, wide=True)
    return Layout(width, height, body, [*lines, *panel.lines], panel.signs, panel.rules)


def _panel(caption: Caption, box: Box, *, wide: bool) -> _Panel:
    """Return the key and the tables: below each other, or where it is `wide` in two columns.

    A key alone goes in rows of four.
    """
    panel = _Panel([], [], [], 0)
    if not caption.tables:
        for number, sign in enumerate(caption.key):
            panel.sign(box.x + number % 4 * box.width / 4, box.y + number // 4 * _LINE, sign)
        return panel
    width = (box.width - 28) / 2 if wide else box.width
    for number, sign in enumerate(caption.key):
        panel.sign(box.x, box.y + number * _LINE, sign)
    first, *more = caption.tables
    if wide:
        left = panel.height
        panel.table(box.x + width + 28, box.y, width, first)
        for table in more:
            panel.table(box.x, box.y + left + 10, width, table)
    else:
        for table in caption.tables:
            panel.table(box.x, box.y + panel.height + 16, width, table)
    return panel


@dataclass
class _Panel:
    """What stands beside or below the body of a picture, and how high it is so far."""

    signs: list[tuple[float, float, Sign]]
    rules: list[str]
    lines: list[dict[str, Any]]
    height: float
    top: float | None = None

    def sign(self, x: float, y: float, sign: Sign) -> None:
        """Add an entry of the key."""
        self.signs.append((x, y, sign))
        self.lines.append(_line(x + 34, y + 12.5, sign.name, 15))
        self._reach(y, y + _LINE)

    def table(self, x: float, y: float, width: float, rows: Sequence[Sequence[str]]) -> None:
        """Add a table: its first column to the left, the others to the right of their share."""
        cells = len(rows[0]) - 1
        first = width * (0.34 if cells > 1 else 0.5)
        for number, row in enumerate(rows):
            is_head, is_total = number == 0, cells > 1 and number == len(rows) - 1
            size = 13 if is_head else 15
            for column, cell in enumerate(row):
                at = x + (first + (width - first) * column / cells if column else 0)
                anchor = "end" if column else ""
                self.lines.append(
                    _line(at, y + 14, cell, size, bold=is_total, muted=is_head, anchor=anchor)
                )
            self.rules.append(f"M{x:.0f} {y + 20.5:.1f}h{width:.0f}")
            y += _LINE
        self._reach(y - _LINE * len(rows), y)

    def _reach(self, top: float, bottom: float) -> None:
        self.top = top if self.top is None else self.top
        self.height = max(self.height, bottom - self.top)


def _line(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    bold: bool = False,
    muted: bool = False,
    anchor: str = "",
) -> dict[str, Any]:
    return {
        "x": round(x, 1), "y": round(y, 1), "text": text, "size": size,
        "bold": bold, "muted": muted, "anchor": anchor,
    }  # fmt: skip


def _wrapped(text: str, size: float, width: float, letter: float = _LETTER) -> list[str]:
    return textwrap.wrap(text, int(width / (size * letter)))


def style(layer: str, theme: Theme) -> dict[str, Any]:
    """Return a layer's style in a theme, as on the dashboard's map."""
    light, dark = palette.style_for(layer)
    return {**light, **(dark if theme == Theme.DARK else {})}


def written(
    caption: Caption,
    parts: Layout,
    theme: Theme,
    *,
    chart: Mapping[str, Any] | None = None,
    ground: Mapping[str, Any] | None = None,
) -> str:
    """Return a picture as SVG.

    Parameters
    ----------
    chart
        The box and the SVG of a chart.
    ground
        The box, paths and labels of a map, as `map_picture` has them.
    """
    page = style("page", theme)
    layers = {sign.layer for *_, sign in parts.signs}
    layers |= {path["layer"] for path in (ground or {}).get("paths", ())}
    return (
        _templates()
        .get_template("picture.svg")
        .render(
            width=parts.width,
            height=parts.height,
            title=caption.title,
            source=caption.source,
            lines=parts.lines,
            rules=parts.rules,
            signs=[_sign(x, y, sign, theme) for x, y, sign in parts.signs],
            hatches=hatches(sorted(layers - {""}), theme),
            chart=chart,
            map=ground,
            land=style("land", theme)["fillColor"],
            **{name: page[name] for name in ("sea", "ink", "halo", "paper", "muted", "edge")},
        )
    )


def _sign(x: float, y: float, sign: Sign, theme: Theme) -> dict[str, Any]:
    look = style(sign.layer, theme) if sign.layer else {"fillColor": sign.colour, "fillOpacity": 1}
    return {
        "x": x,
        "y": y,
        "fill": look["fillColor"],
        "opacity": look["fillOpacity"],
        "hatch": f"hatch-{sign.layer}" if "hatch" in look else "",
        "dash": sign.dash,
    }


def hatches(layers: Sequence[str], theme: Theme) -> dict[str, dict[str, Any]]:
    """Return the patterns of the layers that are hatched, by id."""
    looks = {layer: style(layer, theme) for layer in layers}
    return {
        f"hatch-{layer}": {
            "path": _HATCHES[look["hatch"]],
            "colour": look["hatchColor"],
            "opacity": look["hatchOpacity"],
        }
        for layer, look in looks.items()
        if "hatch" in look
    }


def encoded(svg: str, form: str) -> bytes:
    """Return a picture as a file: "svg", or "png" with twice as many pixels.

    Raises
    ------
    InputError
        Where the format is neither.
    """
    if form == "svg":
        return svg.encode()
    if form != "png":
        raise InputError("{form!r}: is no format of a picture; allowed: svg, png", form)
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=SCALE))


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("controlmap.draw"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
