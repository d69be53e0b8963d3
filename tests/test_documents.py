"""The documents name what there is: wings, rooms, commands, pages, sources, statuses, settings."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

import controlmap
from controlmap import sources
from controlmap.cli import main
from controlmap.core.model import Status
from controlmap.dashboard import page_list
from controlmap.draw.maps import ASSETS
from controlmap.words import columns, text
from test_layers import FLOOR, PACKAGE, house

REPOSITORY = Path(__file__).parents[1]
PAGES = sorted((*(REPOSITORY / "docs").glob("*.md"), *REPOSITORY.glob("*.md")))
ARCHITECTURE = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
SOURCES = (REPOSITORY / "docs" / "sources.md").read_text("utf-8")
README = (REPOSITORY / "README.md").read_text("utf-8")
ALL = "\n".join(page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_that_a_document_names_exist(page: Path) -> None:
    wings = "|".join(sorted({name.partition(".")[0] for name in FLOOR}))
    named = re.findall(rf"`((?:{wings})/[\w/]*(?:\.\w+)?)`", page.read_text("utf-8"))
    assert [path for path in named if not (PACKAGE / path).exists()] == []
    scripts = re.findall(r"`(\w+\.js)`", page.read_text("utf-8"))
    assert [name for name in scripts if not (ASSETS / name).exists()] == []


def test_every_wing_has_its_line() -> None:
    rows = re.findall(r"^\| `(\w+)/` \|", ARCHITECTURE, re.MULTILINE)
    wings = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert sorted(rows) == sorted(wings)


def commands() -> list[str]:
    """Return the command's parts, as its parser has them."""
    (parts,) = (
        action.choices
        for action in main._parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return sorted(parts)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"\b(?:controlmap|make) {command}\b", README)


def test_every_public_name_is_in_the_reference() -> None:
    reference = (REPOSITORY / "docs" / "reference.md").read_text("utf-8")
    names = re.findall(r"^::: controlmap\.(\w+)$", reference, re.MULTILINE)
    assert sorted(names) == sorted(set(controlmap.__all__) - {"__version__"})


def test_every_setting_is_documented() -> None:
    code = "\n".join(house().values())
    settings = set(re.findall(r"\bCONTROLMAP_[A-Z]+\b", code))
    assert settings
    assert {name for name in settings if f"`{name}" not in ALL} == set()


@pytest.mark.parametrize("source", sources.SOURCES)
def test_every_source_is_documented(source: str) -> None:
    assert f"`{source}`" in SOURCES


@pytest.mark.parametrize("status", Status)
def test_every_status_is_documented_and_has_its_words(status: Status) -> None:
    assert f"`{status}`" in SOURCES
    assert str(text.STATUS[status])


@pytest.mark.parametrize("name", page_list.PAGES)
def test_every_page_has_its_row_in_the_readme(name: str) -> None:
    title = str(page_list.PAGES[name][0])
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", README, re.MULTILINE)
    assert [what for titles, what in rows if title in titles.split(", ")]


@pytest.mark.parametrize("column", columns.COLUMNS.values(), ids=lambda column: column.key)
def test_every_column_says_what_it_is(column: columns.Column) -> None:
    assert str(column.title)
    assert str(column.meaning).endswith(".")
    unit = re.search(r"_(km2_per_day|km2|km|days|share)$", column.key)
    assert unit is None or column.unit == unit[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documents_are_in_plain_words(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"(?i)(?<!be )\b(?:un)?told\b|which there (?:is|are) not\b", text) == []
