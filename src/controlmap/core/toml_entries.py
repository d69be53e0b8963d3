"""Entries of a TOML file that people write: each by itself, each problem with its file, id and key.

A file is a list of tables of one kind (`[[claim]]`, `[[proposal]]`). Where all of it is TOML,
Python reads it; where it is not, it is read entry by entry, each of which begins with its header,
so that one that is broken is reported and the others still work.
"""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.words.catalog import as_given

_SHOWN = 60  # characters of a value that a message shows


@dataclass(frozen=True)
class Entry:
    """One table of a file: its position among those of its kind, from 1, and its values.

    Its methods return a value that is of the type they name, or raise an InputError that says
    file, id, key, what is there and what is allowed.
    """

    file: str
    kind: str
    position: int
    values: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its id, "" where it has none that is a text."""
        value = self.values.get("id")
        return value if isinstance(value, str) else ""

    def error(self, key: str, problem: str, *given: object) -> InputError:
        """Return what to raise for a problem with a key ("table.key" for one within a table)."""
        which = _shown(self.id) if self.id else self.position
        problem = as_given(problem, *given)
        return InputError(f"{self.file}, {self.kind} {which}: {key}: {problem}")

    def check_keys(self, allowed: Iterable[str], why: str = "") -> None:
        """Refuse a key that is not among those allowed."""
        listed = sorted(allowed)
        for key in self.values:
            if key not in listed:
                raise self.error(key, "not a key{why}; allowed: {listed}", why, ", ".join(listed))

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text on one line; without a default it must be there and not be empty."""
        value = self._value(key, default)
        if not isinstance(value, str) or not (value.strip() or default is not None):
            raise self.error(key, "found {shown}; allowed: a text", _shown(value))
        line = " ".join(value.split())
        if not line.isprintable():
            raise self.error(key, "found {shown}; allowed: visible characters", _shown(value))
        return line

    def day(self, key: str) -> date:
        """Return a date."""
        value = self._value(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.error(key, "found {shown}; allowed: a date, as 2026-01-24", _shown(value))
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number that is not negative."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, "found {shown}; allowed: a number", _shown(value))
        if not math.isfinite(value) or value < 0:
            raise self.error(key, "found {value}; allowed: 0 or a number above it", value)
        return float(value)

    def count(self, key: str, least: int, most: int) -> int:
        """Return a whole number in a range."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            allowed = f"a whole number from {least} to {most}"
            raise self.error(key, "found {shown}; allowed: {allowed}", _shown(value), allowed)
        return value

    def choice(self, key: str, allowed: Sequence[Any]) -> Any:
        """Return one of some values."""
        return self.one_of(key, self._value(key), allowed)

    def choices(self, key: str, allowed: Sequence[Any]) -> tuple[Any, ...]:
        """Return several of some values, at least one, each once."""
        return tuple(self.one_of(key, value, allowed) for value in self.several(key))

    def several(self, key: str) -> tuple[Any, ...]:
        """Return a list of different values, at least one."""
        values = self._value(key)
        if not isinstance(values, list) or not values:
            raise self.error(key, "found {shown}; allowed: a list", _shown(values))
        if any(value in values[:number] for number, value in enumerate(values)):
            raise self.error(key, "found {shown}; allowed: each once", _shown(values))
        return tuple(values)

    def one_of(self, key: str, value: Any, allowed: Sequence[Any]) -> Any:
        """Return a value if it is one of those allowed; 1 is neither True nor 1.0."""
        if not any(value == other and type(value) is type(other) for other in allowed):
            listed = ", ".join(map(str, allowed))
            raise self.error(key, "found {shown}; allowed: {listed}", _shown(value), listed)
        return value

    def table(self, key: str) -> Mapping[str, Any]:
        """Return a table in the entry; empty where it is not there."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(
                key, "found {shown}; allowed: a table [{kind}.{key}]", _shown(value), self.kind, key
            )
        return value

    def _value(self, key: str, default: Any = None) -> Any:
        value = self.values.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


class HasId(Protocol):
    """What an entry is turned into: it has an id that no other of its kind has."""

    @property
    def id(self) -> str:
        """The id."""


T = TypeVar("T", bound=HasId)


def load(
    paths: Sequence[Path], kind: str, build: Callable[[Entry], T]
) -> tuple[list[T], list[InputError]]:
    """Return what `build` makes of the entries of several files in order, and what is broken.

    Raises
    ------
    InputError
        Where a file cannot be read.
    """
    out: list[T] = []
    broken: list[InputError] = []
    for path in paths:
        entries, problems = read(path, kind)
        broken.extend(problems)
        for entry in entries:
            try:
                one = build(entry)
                if one.id in (other.id for other in out):
                    raise entry.error("id", "is there already; allowed: one that no other has")
            except InputError as error:
                broken.append(error)
            else:
                out.append(one)
    return out, broken


def parse(text: str) -> dict[str, Any]:
    """Return a TOML document.

    Raises
    ------
    ValueError
        Where it is none, a key in it has more parts than are read, or a number thousands of digits.
    RecursionError
        Where it is nested too deep.
    """
    if _LONG_KEY.search(text):
        raise tomllib.TOMLDecodeError(f"a key of more than {limits.KEY_PARTS} parts")
    return tomllib.loads(text)


def read(path: Path, kind: str) -> tuple[list[Entry], list[InputError]]:
    """Return the entries of a kind in a file, and what is said of what is broken or something else.

    Raises
    ------
    InputError
        Where the file cannot be read, or holds none.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            "{path}: cannot be read ({strerror})", path, error.strerror or error
        ) from error
    limits.at_most_bytes(len(data), limits.TOML_MB * 2**20, path.name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError("{name}, line {line}: is not UTF-8", path.name, line) from error
    entries: list[Entry] = []
    broken: list[InputError] = []
    try:
        documents = [parse(text)]
    except (ValueError, RecursionError):
        documents = list(_documents(path.name, text, broken))
    for document in documents:
        listed = document.get(kind, [])
        is_list = isinstance(listed, list) and all(isinstance(values, dict) for values in listed)
        broken += [
            InputError("{name}: found {shown}; allowed: [[{kind}]]", path.name, _shown(key), kind)
            for key in document
            if key != kind or not is_list
        ]
        entries += [
            Entry(path.name, kind, position, values)
            for position, values in enumerate(listed if is_list else [], start=len(entries) + 1)
        ]
    if not entries and not broken:
        raise InputError("{name}: holds no [[{kind}]]", path.name, kind)
    return entries, broken


def _documents(file: str, text: str, broken: list[InputError]) -> Iterator[dict[str, Any]]:
    """Yield each entry of a broken file as a document; those that are no TOML go to `broken`."""
    starts = [0, *(match.start() for match in _HEADER.finditer(text) if match.start())]
    for start, end in itertools.pairwise([*starts, len(text)]):
        piece = text[start:end]
        line = text.count("\n", 0, start)
        try:
            yield parse(piece)
        except ValueError as error:
            at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
            line += int(at[1]) if at and at[1] else piece.rstrip("\n").count("\n") + 1
            problem = str(error)[: at.start()] if at else str(error)
            broken.append(
                InputError("{file}, line {line}: is not TOML ({problem})", file, line, problem)
            )
        except RecursionError:
            problem = "is not TOML that can be read (nested too deep)"
            broken.append(InputError("{file}, line {line}: {problem}", file, line + 1, problem))


_HEADER = re.compile(r"""^[ \t]*\[\[\s*["']?[\w-]+["']?\s*\]\][ \t]*(?:#.*)?$""", re.MULTILINE)
_LONG_KEY = re.compile(  # nothing in it is tried twice: a part ends where it ends
    r"""(?<![\w\\-])(?:(?:[\w-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+)"""
    rf"{{{limits.KEY_PARTS}}}"
)
