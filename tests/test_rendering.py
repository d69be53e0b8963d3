"""What is written through templates: every text is escaped, and nothing is left out silently."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest

from controlmap.dashboard import rendering
from controlmap.dashboard.rendering import Table
from controlmap.words import text_claims

HOSTILE = "\"'><script>alert(1)</script>{{ 7*7 }}{% raw %}<img src=x onerror=y>"


class Reader(HTMLParser):
    """Collects the tags and the texts, attributes' too, of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.texts.extend(value for _, value in attrs if value)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


VERDICT = {"kind": "holds", "sign": HOSTILE, "name": HOSTILE}
PIECES: dict[str, dict[str, Any]] = {
    "table.html": {"table": Table(HOSTILE, [HOSTILE] * 2, [[HOSTILE, HOSTILE], ["", None]])},
    "headline.html": {"figure": HOSTILE, "of_what": HOSTILE, "facts": [[HOSTILE] * 3]},
    "link.html": {"address": HOSTILE, "words": HOSTILE},
    "since_visit.html": dict.fromkeys(
        ("source", "last", "address", "words", "language"), HOSTILE
    ),
    "folded.html": {"texts": {HOSTILE: HOSTILE}},
    "tally.html": {"tally": [(VERDICT, 1)]},
    "claims.html": {
        "words": text_claims,
        "rows": [{
            "statement": HOSTILE, "speaker": HOSTILE, "said": HOSTILE, "day": HOSTILE,
            "url": f"https://{HOSTILE}", "claimed": [HOSTILE] * 2, "measured": [HOSTILE] * 3,
            "verdict": VERDICT, "since": [HOSTILE] * 3, "since_verdict": VERDICT,
            "notes": [HOSTILE], "tables": [Table("", [HOSTILE], [[HOSTILE]])],
            "small": "data:,", "picture": "data:,", "picture_text": HOSTILE,
            "key": {HOSTILE: "#000000"}, "caption": HOSTILE,
        }],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", PIECES)
def test_text_is_text_wherever_a_template_puts_it(name: str) -> None:
    html = Reader(rendering.render(name, **PIECES[name]))
    assert not {"script", "img"} & html.tags - ({"img"} if name == "claims.html" else set())
    shown = "".join(html.texts)
    assert shown.count("{{ 7*7 }}") == repr(PIECES[name]).count("{{ 7*7 }}") + (
        name == "table.html"
    )
    assert "49" not in shown


def test_every_template_is_tested_with_hostile_text() -> None:
    folder = Path(rendering.__file__).parent / "templates"
    within = {"verdict.html", "sparkline.svg"}  # in tally and claim; in test_pages_of_claims
    assert {path.name for path in folder.iterdir()} == PIECES.keys() | within | {"first_page.html"}


def test_the_first_page_has_no_script_but_its_own() -> None:
    def page(text: str) -> str:
        texts = dict.fromkeys(
            ("lang", "title", "description", "pages_label", "assets", "font", "since_visit"), text
        )
        lists = {key: [text] for key in ("styles", "scripts", "early")}
        return rendering.render(
            "first_page.html", **texts, **lists, pages={text: text}, config="{}"
        )

    assert page(HOSTILE).count("<script") == page("plain").count("<script")
    assert "49" not in page(HOSTILE)


def test_what_a_template_is_not_given_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="of_what"):
        rendering.render("headline.html", figure="1", facts=[])


def test_what_is_not_reported_is_told_from_nothing() -> None:
    html = rendering.table(Table("", ["", ""], [["Donetsk", None], ["Luhansk", ""]]))
    assert '<td class="cm-unknown">not reported</td>' in html
    assert "<td></td>" in html
