"""Nothing that people read escapes translation: a language that brackets every message shows it."""

from __future__ import annotations

import ast
import gettext
import html
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import streamlit as st
from babel.messages.pofile import read_po
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from command_line import Run
from controlmap import sources, words
from controlmap.analysis import claims, proposals, turning_points
from controlmap.core import geoparquet
from controlmap.core.model import Status
from controlmap.dashboard.page_list import PAGES
from controlmap.geo import places
from controlmap.words import catalog
from controlmap.words.catalog import Message
from input_files import SQUARE, WEST, make_file
from test_contradiction import HELD, LARGE, nzz

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "controlmap"
FILLED = {"_", "gettext", "ngettext", "Message"}
"""What takes a sentence and its figures by name."""
AS_GIVEN = {
    "as_given",
    "warn",
    "InputError",
    "ControlmapError",
    "RecordError",
    "FetchError",
    "MissingError",
    "UnavailableError",
}
"""What takes a sentence, and what was given in the order of the names in it."""
SPOKEN = {"say", "print", "notice", "progress", "ArgumentTypeError"}
"""What hands a text on to people: it is a marked one, or has no words of its own."""


class Brackets(gettext.NullTranslations):
    """A language whose every message is the English one in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(catalog, "translations", lambda _: Brackets())
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


def untranslated(shown: str) -> list[str]:
    """Return what is English in a text, outside of brackets, and is no data."""
    while re.search(r"⟦[^⟦⟧]*⟧", shown):
        shown = re.sub(r"⟦[^⟦⟧]*⟧", " · ", shown)
    for known in data():
        shown = shown.replace(known, " · ")
    return re.findall(_SENTENCE, shown)


_SENTENCE = r"(?:[A-Za-z’'-]{2,}[,;:.]? ){2,}[a-z’'-]{2,}|\b(?:not|no|of|is|to|the)\b"
"""Three words in a row, or one that only English has."""
EMBEDDED = ("oblasts.parquet", "land.parquet", "places.csv")
SHOWN = {"label", "body", "help", "options", "placeholder", "content"}
"""The fields of Streamlit's messages that people read."""


@cache
def data() -> list[str]:
    """Return what records and files say in their own words: names, titles, claims, terms."""
    listed, _ = claims.load([claims.embedded()])
    proposed, _ = proposals.load([proposals.embedded()])
    embedded = [geoparquet.read_sidecar(geoparquet.geodata(n)) for n in EMBEDDED]
    known: list[str] = [
        *(text for s in sources.SOURCES.values() for text in (s.title, s.credit)),
        *(text for c in listed for text in (c.id, c.statement, c.said_by, c.published_in)),
        *(text for c in listed for text in (c.note, c.wording)),
        *(text for p in proposed for text in (p.title, p.about)),
        *(text for p in turning_points.load() for text in (p.title, p.source)),
        *(place.name for place in places.load()),
        *Status,
        *(str(value) for side in embedded for value in side.values()),
    ]
    return sorted(filter(None, known), key=len, reverse=True)


def texts(value: Any, key: str = "") -> Iterator[str]:
    """Yield what people read of a message of Streamlit's."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from texts(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part, key)
    elif isinstance(value, str) and key in SHOWN:
        plain = re.sub(r"<style>.*?</style>|<[^>]*>|\]\([^)]*\)", " ", value)
        yield re.sub(r"\\(?=[\W_])|\N{WORD JOINER}", "", html.unescape(plain))


def elements(block: Any) -> Iterator[Any]:
    """Yield every element of a page."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield child
            yield from elements(child)
        else:
            yield child


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_sentence_that_is_not_translated(name: str) -> None:
    page = AppTest.from_function(shown, args=(name,), default_timeout=120)
    for source in ("deepstate", "isw"):
        page.query_params["source"] = source
        page.query_params |= ASKED.get(name, {})
        page.run()
        assert not page.exception
        found = [
            text
            for element in elements(page.main)
            if getattr(element, "proto", None) is not None
            for text in texts(MessageToDict(element.proto))
        ]
        assert len(found) > 5
        assert [english for text in found if (english := untranslated(text))] == []


ASKED = {
    "place": {"where": "Bakhmut"},
    "proposals": {"proposal": "own"},
    "pace": {"contested": "in"},
    "changes": {"from": "2025-01-01", "to": "2024-01-01"},
    "overview": {"basis": "official", "contested": "in", "date": "2021-01-01"},
}


def shown(name: str) -> None:
    import importlib

    from controlmap.dashboard.page_list import PAGES

    _, module = PAGES[name]
    importlib.import_module(f"controlmap.dashboard.pages.{module}").show()


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Yield every module that speaks to people; embed/ speaks to who maintains the data."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "embed" not in path.parts:
            yield path, ast.parse(path.read_text("utf-8"))


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node


def names(text: str) -> set[str]:
    """Return the names in braces of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def has_words(node: ast.expr) -> bool:
    """Whether a text that is written out has words in it."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return any(
        isinstance(part, ast.Constant) and bool(re.search(r"[A-Za-z]{2,}", str(part.value)))
        for part in parts
    )


def test_every_sentence_is_written_out_and_has_what_it_names() -> None:
    faults = []
    for path, tree in modules():
        for name, call in calls(tree):
            texts = [str(a.value) for a in call.args if isinstance(a, ast.Constant)]
            where = f"{path.name}:{call.lineno}"
            if name in AS_GIVEN and call.args:
                first, *given = call.args
                if isinstance(first, ast.JoinedStr) and has_words(first):
                    faults.append(f"{where}: an f-string cannot be extracted")
                elif (
                    given
                    and texts
                    and not any(isinstance(value, ast.Starred) for value in given)
                    and len(names(texts[0])) != len(given)
                ):
                    faults.append(f"{where}: {len(given)} values for {texts[0]}")
            elif name in FILLED - {"Message"} and path.name != "catalog.py":
                sentences = call.args[: 2 if name == "ngettext" else 1]
                figures = {k.arg for k in call.keywords} | (
                    {"count"} if name == "ngettext" else set()
                )
                if not all(isinstance(s, ast.Constant) for s in sentences):
                    faults.append(f"{where}: is not written out")
                elif figures and {n for text in texts for n in names(text)} != figures:
                    faults.append(f"{where}: {figures} for {texts}")
            elif name in SPOKEN and any(has_words(argument) for argument in call.args):
                faults.append(f"{where}: is not marked for translation")
    assert faults == []


def held(value: object) -> Iterator[Message]:
    """Yield every message in a value, at any depth."""
    if isinstance(value, Message):
        yield value
    elif isinstance(value, dict):
        yield from held(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from held(part)


def test_every_message_is_extracted(tmp_path: Path) -> None:
    template = tmp_path / "controlmap.pot"
    marks = re.search(r"^MARKS := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert marks
    keywords = [f"--keyword={mark}" for mark in marks[1].split()]
    subprocess.run(
        [
            *(sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"),
            *("--mapping-file=pyproject.toml", *keywords, f"--output-file={template}"),
            "src/controlmap",
        ],
        cwd=ROOT,
        check=True,
    )
    with template.open("rb") as file:
        extracted = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(file)}
    modules = [
        importlib.import_module(f"{words.__name__}.{room.name}")
        for room in pkgutil.iter_modules(words.__path__)
    ]
    messages = [m for module in modules for m in held(list(vars(module).values()))]
    assert len(messages) > 400
    assert {message.text for message in messages} <= extracted
    assert "{path}: is a folder; --input takes one file (build takes folders)" in extracted
    assert "Areas by status, oblast by oblast, on a day." in extracted
    # What does not name its values cannot be put in another order.
    assert [text for text in extracted if re.search(r"\{\}|%s|%d", text)] == []


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize(
    "arguments",
    [
        "areas --date 2026-01-24 --basis official",
        "areas --source isw",
        "compare --date 2026-01-24 --contested in",
        "history --from 2025-08-01 --to 2025-08-06",
        "changes --from 2025-08-01 --to 2025-08-06",
        "agree --date 2026-01-24",
        "place Bakhmut",
        "pace --oblast UA-14",
        "proposals",
        "claims",
        "sources",
        "areas --date 1999-01-01",
        "areas --input nowhere.geojson",
        "check",
    ],
)
def test_no_command_prints_a_sentence_that_is_not_translated(
    arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(capsys, *arguments.split())
    text = "\n".join([run.out, *run.errors])
    assert "⟦" in text
    assert [found for line in text.splitlines() if (found := untranslated(line))] == []


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("2023-12-08.json", nzz("2023-12-08", ("nochange", HELD), ("gains", LARGE))),
        ("2023-12-08.json", nzz("2023-12-08", ("nochange", HELD), ("unheard", HELD))),
        ("1709294400.geojson", make_file((SQUARE, {"name": "Щось", "fill": "#a52714"}))),
        ("1709294400.geojson", make_file((SQUARE, {"name": "Під питанням", "fill": "#a52714"}))),
        (
            "own 2024-05-06.geojson",
            make_file((SQUARE, {"status": "russian_held"}), (WEST, {"status": "zz"})),
        ),
    ],
)
def test_no_warning_of_a_file_is_not_translated(
    name: str, data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that contradicts itself among them."""
    path = tmp_path / name
    path.write_bytes(data)
    run = Run(capsys, "areas", "--input", path)
    assert (run.code, bool(run.errors)) == (0, True)
    text = "\n".join(run.errors).replace(str(tmp_path), "").replace(name, "")
    assert [found for line in text.splitlines() if (found := untranslated(line))] == []


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("command", ["", "areas", "pace", "claims", "build", "update"])
def test_no_help_has_a_sentence_that_is_not_translated(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, text = Run(capsys, *command.split(), "--help").out.partition("\n\n")  # after the usage
    for own in ARGPARSE:
        text = text.replace(own, "")
    assert "⟦" in text
    assert untranslated(" ".join(re.sub(r"--?[a-z-]+|\b[A-Z|,]+\b", "", text).split())) == []


ARGPARSE = (
    "options:",
    "positional arguments:",
    "show this help message and exit",
    "show program's version number and exit",
)
"""What argparse says itself, and translates by its own catalogs."""
