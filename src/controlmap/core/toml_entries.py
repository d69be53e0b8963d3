"""Entries of a TOML file that people write: each by itself, each problem with its file and line.

A file is a list of tables of one kind (`[[claim]]`, `[[proposal]]`). It is read entry by entry, so
that one that is broken, even as TOML, is reported and the others still work: each begins where a
line is its header. Where all of the file is TOML, lines within texts and lists are known not to be.
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

_FOUND = 60  # characters of what was found that a message shows


@dataclass(frozen=True)
class Entry:
    """One table of a file: its values, and the line of each key; `line` is that of its header.

    Its methods hand out a value that is of the type they name, or raise an InputError that says
    file, line, id, what was found and what is allowed.
    """

    file: str
    kind: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    @property
    def id(self) -> str:
        """Its id, "" where it has none that is a text."""
        found = self.values.get("id")
        return found if isinstance(found, str) else ""

    def error(self, key: str, problem: str) -> InputError:
        """What to raise for a problem with a key ("table.key" for one of a table in the entry)."""
        named = f"{self.kind} {_shown(self.id)}" if self.id else self.kind
        line = self.lines.get(key, self.lines.get(key.partition(".")[0], self.line))
        return InputError(f"{self.file}, line {line}, {named}: {key}: {problem}")

    def check_keys(self, allowed: Iterable[str], why: str = "") -> None:
        """Refuse a key that is not among those allowed."""
        listed = sorted(allowed)
        for key in self.values:
            if key not in listed:
                raise self.error(key, f"not a key{why}; allowed: {', '.join(listed)}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text on one line; without a default it must be there and not be empty."""
        found = self._found(key, default)
        if not isinstance(found, str) or not (found.strip() or default is not None):
            raise self.error(key, f"found {_shown(found)}; allowed: a text")
        line = " ".join(found.split())
        if not line.isprintable():
            raise self.error(key, f"found {_shown(found)}; allowed: characters that can be seen")
        return line

    def day(self, key: str) -> date:
        """A date."""
        found = self._found(key)
        if not isinstance(found, date) or isinstance(found, datetime):
            raise self.error(key, f"found {_shown(found)}; allowed: a date, as 2026-01-24")
        return found

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number that is not negative."""
        found = self._found(key, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.error(key, f"found {_shown(found)}; allowed: a number")
        if not math.isfinite(found) or found < 0:
            raise self.error(key, f"found {found}; allowed: 0 or a number above it")
        return float(found)

    def count(self, key: str, least: int, most: int) -> int:
        """A whole number in a range."""
        found = self._found(key)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            allowed = f"a whole number from {least} to {most}"
            raise self.error(key, f"found {_shown(found)}; allowed: {allowed}")
        return found

    def choice(self, key: str, allowed: Sequence[Any]) -> Any:
        """One of some values."""
        return self.one_of(key, self._found(key), allowed)

    def choices(self, key: str, allowed: Sequence[Any]) -> tuple[Any, ...]:
        """Several of some values, at least one, each once."""
        return tuple(self.one_of(key, value, allowed) for value in self.several(key))

    def several(self, key: str) -> tuple[Any, ...]:
        """A list of different values, at least one."""
        found = self._found(key)
        if not isinstance(found, list) or not found:
            raise self.error(key, f"found {_shown(found)}; allowed: a list")
        if any(value in found[:number] for number, value in enumerate(found)):
            raise self.error(key, f"found {_shown(found)}; allowed: each once")
        return tuple(found)

    def one_of(self, key: str, found: Any, allowed: Sequence[Any]) -> Any:
        """A value if it is one of those allowed; 1 is neither True nor 1.0."""
        if not any(found == value and type(found) is type(value) for value in allowed):
            listed = ", ".join(map(str, allowed))
            raise self.error(key, f"found {_shown(found)}; allowed: {listed}")
        return found

    def table(self, key: str) -> Mapping[str, Any]:
        """A table in the entry; empty where it is not there."""
        found = self.values.get(key, {})
        if not isinstance(found, dict):
            raise self.error(key, f"found {_shown(found)}; allowed: a table [{self.kind}.{key}]")
        return found

    def _found(self, key: str, default: Any = None) -> Any:
        found = self.values.get(key, default)
        if found is None:
            raise self.error(key, "is missing")
        return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _FOUND else f"{text[:_FOUND]}..."


class HasId(Protocol):
    """What is made of an entry: it has an id of its own among its kind."""

    @property
    def id(self) -> str:
        """The id."""


T = TypeVar("T", bound=HasId)


def made(
    paths: Sequence[Path], kind: str, make: Callable[[Entry], T]
) -> tuple[list[T], list[InputError]]:
    """What `make` makes of the entries of several files in order, and what is said of broken ones.

    Raises
    ------
    InputError
        Where a file cannot be read.
    """
    out: list[T] = []
    broken: list[InputError] = []
    for path in paths:
        found, problems = read(path, kind)
        broken.extend(problems)
        for entry in found:
            try:
                one = make(entry)
                if one.id in (other.id for other in out):
                    raise entry.error("id", "is there already; allowed: an id of its own")
            except InputError as error:
                broken.append(error)
            else:
                out.append(one)
    return out, broken


def check_size(name: str, size: int) -> None:
    """Raise an InputError for a TOML file of more bytes than are read."""
    if size > limits.TOML_MB * 2**20:
        raise InputError(f"{name}: {size:,} bytes; the limit is {limits.TOML_MB} MB")


def parsed(text: str) -> dict[str, Any]:
    """What a TOML document says.

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
    """The entries of a kind in a file, and what is said of those that are broken as TOML.

    Raises
    ------
    InputError
        Where the file cannot be read, or holds none.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    check_size(path.name, len(data))
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").removesuffix("\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path.name}, line {line}: is not UTF-8") from error
    whole = _whole(text)
    lines = text.split("\n")
    bare = lines if whole is None else _TEXT_OR_COMMENT.sub(_without_lines, text).split("\n")
    headers = ((number, _LIST.fullmatch(line)) for number, line in enumerate(bare))
    starts = [number for number, found in headers if found and (not whole or found[1] in whole)]
    if whole and not starts and (listed := _one_list(path.name, kind, whole, bare)):
        return listed, []
    entries: list[Entry] = []
    broken: list[InputError] = []
    if stray := _stray(path.name, kind, lines[: starts[0]] if starts else lines):
        broken.append(stray)
    for start, end in itertools.pairwise([*starts, len(lines)]):
        try:
            own = slice(start, end)
            entries.append(_entry(path.name, kind, start, lines[own], bare[own]))
        except InputError as error:
            broken.append(error)
    if not entries and not broken:
        raise InputError(f"{path.name}: holds no [[{kind}]]")
    return entries, broken


def _whole(text: str) -> dict[str, Any] | None:
    """A file's tables; None where not all of it is TOML."""
    try:
        return parsed(text)
    except (ValueError, RecursionError):
        return None


def _without_lines(found: re.Match[str]) -> str:
    """A text of several lines as so many empty ones; else what was found."""
    lines = found[0].count("\n")
    return '""' + "\n" * lines if lines else found[0]


def _one_list(file: str, kind: str, whole: Mapping[str, Any], bare: list[str]) -> list[Entry]:
    """The entries of a file that is `kind = [{...}, ...]`, all of the line of that key."""
    listed = whole[kind] if list(whole) == [kind] else None
    if not isinstance(listed, list) or not all(isinstance(values, dict) for values in listed):
        return []
    keys = ((number, _KEY.match(text)) for number, text in enumerate(bare, start=1))
    line = next((number for number, key in keys if key and key[1] == kind), 1)
    return [Entry(file, kind, line, values, {}) for values in listed]


def _stray(file: str, kind: str, lines: list[str]) -> InputError | None:
    """What stands before the first entry and is no comment."""
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            found = _shown(line.strip())
            return InputError(f"{file}, line {number}: found {found}; allowed: [[{kind}]]")
    return None


def _entry(file: str, kind: str, start: int, lines: list[str], bare: list[str]) -> Entry:
    def broken(line: int, problem: str) -> InputError:
        told = next((m[1] for m in map(_ID.match, lines) if m), "")
        named = f"{kind} {_shown(told)}" if told else kind
        return InputError(f"{file}, line {line}, {named}: {problem}")

    header = _LIST.fullmatch(lines[0])
    if header and header[1] != kind:
        raise broken(start + 1, f"found [[{header[1]}]]; allowed: [[{kind}]]")
    try:
        document = parsed("\n".join(lines))
    except ValueError as error:
        at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = start + (int(at[1]) if at and at[1] else len(lines))
        problem = str(error)[: at.start()] if at else str(error)
        raise broken(line, f"is not TOML ({problem})") from error
    except RecursionError as error:
        raise broken(start + 1, "is not TOML that can be read (nested too deep)") from error
    where = {key: start + number for key, number in _key_lines(kind, bare)}
    for other in document:
        if other != kind:
            raise broken(where.get(other, start + 1), f"found {_shown(other)}; allowed: [[{kind}]]")
    return Entry(file, kind, start + 1, document[kind][0], where)


_LIST = re.compile(r"""\s*\[\[\s*["']?([\w-]+)["']?\s*\]\]\s*(?:#.*)?""")
_TEXT_OR_COMMENT = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|"(?:[^"\\\n]|\\.)*"|#[^\n]*'''
    r"""|'''.*?'{3,5}|'[^'\n]*'""",
    re.DOTALL,
)
_LONG_KEY = re.compile(  # nothing in it is tried twice: a part ends where it ends
    r"""(?<![\w\\-])(?:(?:[\w-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+)"""
    rf"{{{limits.KEY_PARTS}}}"
)
_ID = re.compile(r"""\s*id\s*=\s*["']([^"']*)["']""")
_HEADER = re.compile(r"""\s*\[+\s*([\w-]+)\s*(?:\.\s*["']?([^\]"']+?)["']?\s*)?\]+""")
_KEY = re.compile(r"""\s*["']?([^\s"'=.\[\]]+)["']?\s*(?:\.\s*["']?([^\s"'=]+)["']?\s*)?=""")


def _key_lines(kind: str, lines: list[str]) -> Iterator[tuple[str, int]]:
    """Keys of an entry, those of tables in it as "table.key", and their lines from 1 on."""
    table = ""
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            table = header[2] or ""
            yield (table or header[1]) if header[1] == kind else header[1], number
        elif key := _KEY.match(line):
            yield ".".join(part for part in (table, key[1], key[2]) if part), number
