"""HTML from templates: the one environment, which escapes every text that a template is given."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jinja2

from controlmap.analysis.agreement import Spread
from controlmap.analysis.answer import Answer
from controlmap.analysis.figures import Contested
from controlmap.analysis.render import Row
from controlmap.draw import palette
from controlmap.words import text, text_sources
from controlmap.words.catalog import Text
from controlmap.words.language import LANGUAGE

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.globals["not_reported"] = text.NOT_REPORTED


LIST, TOTAL = "cm-list", "cm-total"


@dataclass(frozen=True)
class Table:
    """A table for people: its first column names the row, None is what is not reported."""

    caption: Text
    columns: Sequence[Text]
    rows: Sequence[Sequence[Text | None]]
    kind: str = LIST
    """Classes: `TOTAL` for a last row that sums the others up, cm-prose for cells that wrap."""
    tall: bool = False
    """Whether it scrolls within itself."""
    chosen: int | None = None
    """The row to mark."""


def render(template: str, **fields: object) -> str:
    """Return the HTML of a template; text among the `fields` is escaped in it."""
    return _ENVIRONMENT.get_template(template).render(fields)


def table(shown: Table) -> str:
    """Return a table's HTML."""
    return render("table.html", table=shown)


def headline(figure: Text, of_what: Text, facts: Iterable[Sequence[Text]]) -> str:
    """Return the figure that a page is about, and those behind it: name, value, and its band."""
    return render("headline.html", figure=figure, of_what=of_what, facts=facts)


def legend(lines: Mapping[Text, str | tuple[str, str]]) -> str:
    """Return the key of a chart: each name with its colour, or with colour and dash."""
    styles = {
        name: (style, "solid") if isinstance(style, str) else style for name, style in lines.items()
    }
    return render("legend.html", lines=styles)


def link(address: str, words: Text) -> str:
    """Return a link to another page, which opens in this one's place."""
    return render("link.html", address=address, words=words)


def since_visit(source: str, last: date, address: str) -> str:
    """Return a link to what changed since the last visit, which the reader's browser alone knows.

    Parameters
    ----------
    source, last
        Whose record, by id, and its last day, which the browser is to remember.
    address
        Of the page, without the day since when.
    """
    return render(
        "since_visit.html",
        source=source,
        last=last.isoformat(),
        address=address,
        words=str(text.SINCE_VISIT),
        language=LANGUAGE.get().replace("_", "-"),
    )


def data_url(svg: str) -> str:
    """Return the address of a picture that is in the page itself."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def contested_counted(answer: Answer) -> bool:
    """Return whether the held figures of a comparison have contested ground in them."""
    return answer.choices["contested"] == Contested.IN and answer.rows[-1]["contested"] is not None


def bars(answer: Answer, spread: Sequence[Spread] = ()) -> str:
    """Return bars of held, contested and other ground, one a row, with the share counted as held.

    The `spread` over sources is a bracket over the bar and stands beside the share; it is of held
    ground alone, and left out where contested ground is counted. Colours are those of the map.
    """
    counted = contested_counted(answer)
    key = text.parts(answer.rows[-1]["contested"])
    bands = {} if counted else {band.iso: list(band.shares.values()) for band in spread}
    if any(len(shares) > 1 for shares in bands.values()):
        key = {**key, "band": text.SPREAD}
    return render(
        "bars.html",
        colours=_colours(),
        caption=text.bars_caption(counted),
        key=key,
        bars=[_bar(row, counted, bands.get(row["iso"], [])) for row in answer.rows],
    )


def _colours() -> str:
    """Return what bars are painted with, in the light theme and the dark one, as on the map."""
    pairs = {part: palette.on_land(part) for part in text.PARTS}
    for name, part, key in (("edge", "held", "color"), ("hatch", "contested", "hatchColor")):
        light, dark = palette.style_for(part)
        pairs[name] = str(light[key]), str(dark[key])
    return ";".join(f"--{name}:light-dark({','.join(pair)})" for name, pair in pairs.items())


def _bar(row: Row, counted: bool, shares: Sequence[float]) -> dict[str, object]:
    """Return one bar; `counted` says that the row's held figure has contested ground in it."""
    contested = row["contested"] or 0.0
    held = row["held"] - (contested if counted else 0.0)
    parts = {"held": held, "contested": contested, "rest": row["claimed"] - held - contested}
    band = (100 * min(shares), 100 * (max(shares) - min(shares))) if len(shares) > 1 else ()
    return {
        "name": text.named(row["iso"]),
        "title": "; ".join(f"{text.PARTS[p]} {text.km2(km2)}" for p, km2 in parts.items() if km2),
        "parts": {part: km2 / row["claimed"] for part, km2 in parts.items() if km2 > 0},
        "band": band,
        "share": text.share(row["held_share"]),
        "by_source": text_sources.by_source(shares, text.share),
    }
