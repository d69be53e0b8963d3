"""What the command prints: tables, CSV, JSON, and lines that no text from a file can act in."""

from __future__ import annotations

import csv
import io
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from controlmap.words.numbers import percent, printable, signed, unsigned_zero

if TYPE_CHECKING:
    from controlmap.analysis.answer import Answer

Row = Mapping[str, Any]
_FORMULA = ("=", "+", "-", "@")
_NOT_REPORTED = "not reported"
LOG_SECONDS = 10.0
"""How often progress is told where it cannot be told in place."""


def say(text: str) -> None:
    """One line on stderr, whatever the text from files has in it."""
    print(printable(text), file=sys.stderr)


class Progress:
    """Tells what is being done, "" for no more, on stderr.

    On a terminal it stands on the last line, in place of what was told before; in a log it is a
    line at most every `LOG_SECONDS`, by a `clock` in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: float | None = None

    def __call__(self, text: str) -> None:
        """Tell it."""
        if sys.stderr.isatty():
            print(f"\r\033[K{printable(text)}", end="", file=sys.stderr, flush=True)
        elif not text:
            self._last = None
        elif self._last is None:  # what takes no time is not told
            self._last = self._clock()
        elif self._clock() >= self._last + LOG_SECONDS:
            self._last = self._clock()
            say(text)


progress = Progress()


def _rounded(value: Any) -> Any:
    """Figures to six decimals: a square metre, a millionth of a share."""
    if isinstance(value, float):
        return round(value, 6) + 0.0  # no -0.0
    if isinstance(value, Mapping):
        return {k: _rounded(v) for k, v in value.items()}
    return [_rounded(v) for v in value] if isinstance(value, list) else value


def show(answer: Answer, form: str) -> None:
    """Print an answer in a format, and say on stderr what it leaves out."""
    from controlmap.analysis import answer as answers

    for warning in answer.warnings:
        say(str(warning))
    print(answers.FORMATS[form](answer))


def print_json(value: Any) -> None:
    """Print a value as JSON, figures rounded to what they are good for."""
    print(json.dumps(_rounded(value), ensure_ascii=False, indent=2))


def print_rows(form: str, rows: Iterable[Row]) -> None:
    """Print rows of the same columns as a table or as CSV (`form`); None is not reported."""
    listed = list(rows)
    columns = list(listed[0])
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        for row in listed:
            writer.writerow([_field(row[c]) for c in columns])
        print(out.getvalue(), end="")
        return
    table = [columns, *([_cell(c, row[c]) for c in columns] for row in listed)]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
    for line in table:
        print("  ".join(_aligned(line, widths)).rstrip())


def print_notes(*notes: str) -> None:
    """Print a line each; nothing of what is empty."""
    for note in notes:
        if note:
            print(note)


def _field(value: Any) -> Any:
    """A value as a field of CSV: text that a spreadsheet would compute has an apostrophe before."""
    if value is None:
        return ""
    if isinstance(value, str):
        plain = printable(value)
        return f"'{plain}" if plain.startswith(_FORMULA) else plain
    return str(value).lower() if isinstance(value, bool) else _rounded(value)


def _cell(column: str, value: Any) -> str:
    if value is None:
        return _NOT_REPORTED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if column.endswith("share"):
            return percent(value)
        if column.startswith("change"):
            return signed(value, 1)
        return f"{unsigned_zero(value, 1):,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for text, width in zip(line, widths, strict=True):
        is_figure = text[:1] in "+-<>0123456789" and text[-3:-2] != "-"
        yield text.rjust(width) if is_figure else text.ljust(width)
