"""Identifiers in the package are the field's words, and none that means two things.

`Period`, not "spell"; `matches` or `polygons`, not "found".
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "controlmap"
WORDS = frozenset(
    [
        "told",
        "untold",
        "found",
        "made",
        "asked",
        "moment",
        "spell",
        "spells",
        "drawn",
        "turning",
        "counting",
        "completing",
    ]
)
ALLOWED = re.compile("turning_?points?|connection_made", re.IGNORECASE)
"""The field's own, an event at which the course of a war turned; and a callback of asyncio's."""


def identifiers(text: str) -> Iterator[str]:
    """Yield every name that a module defines or uses."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    yield from (alias.asname or alias.name).split(".")


def words(identifier: str) -> set[str]:
    """Return the words of an identifier, in lower case."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", ALLOWED.sub("", identifier))
    return {word.lower() for word in parts}


def avoided(text: str) -> set[str]:
    """Return the identifiers of a module that have a word to avoid."""
    return {
        name for name in identifiers(text) if words(name) & WORDS and name not in vars(builtins)
    }


def rooms() -> dict[str, str]:
    """Return the modules by their paths in the package."""
    return {
        path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@pytest.mark.parametrize("room", rooms())
def test_identifiers_are_the_fields_words(room: str) -> None:
    assert avoided(rooms()[room]) == set()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("found = 1", {"found"}),
        ("def f(is_told): ...", {"is_told"}),
        ("class MomentOfDay: ...", {"MomentOfDay"}),
        ("f(asked=1)", {"asked"}),
        ("from x import spell as s, y as drawn", {"drawn"}),
        ("import a.made", {"made"}),
        ("a.NOT_FOUND", {"NOT_FOUND"}),
        ("FileNotFoundError", set()),
        ("turning_points = TurningPoint = foundation = momentum = remade = 'told'", set()),
    ],
)
def test_a_word_to_avoid_is_noticed(text: str, names: set[str]) -> None:
    assert avoided(text) == names
