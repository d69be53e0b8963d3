"""HTML from templates: the one environment, which escapes every text that a template is given."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import jinja2
import streamlit as st

from controlmap.words import text
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


@lru_cache(maxsize=1)
def font_path() -> str:
    """Return where Streamlit's server has the font of its pages, "" where it has none of it."""
    static = Path(st.__file__).parent / "static"
    font = next((static / "static" / "media").glob("SourceSansVF-Upright*.woff2"), None)
    return font.relative_to(static).as_posix() if font else ""
