"""What the command prints: answers, and lines on stderr that no text from a file acts in."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from controlmap.core.model import InputError
from controlmap.words.numbers import printable

if TYPE_CHECKING:
    from controlmap.analysis.answer import Answer

TABLE = "table"
"""The format that an answer is printed in by default."""
LOG_SECONDS = 10.0
"""How often a log has a line of progress."""


def say(text: str) -> None:
    """Print one line on stderr, whatever the text from files has in it."""
    print(printable(text), file=sys.stderr)


class Progress:
    """Says on stderr what is being done, "" for no more.

    On a terminal it stands on the last line, in place of what stood there before; in a log it is a
    line at most every `LOG_SECONDS`, by a `clock` in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: float | None = None

    def __call__(self, text: str) -> None:
        """Say it."""
        if sys.stderr.isatty():
            print(f"\r\033[K{printable(text)}", end="", file=sys.stderr, flush=True)
        elif not text:
            self._last = None
        elif self._last is None:  # what takes no time is not worth a line
            self._last = self._clock()
        elif self._clock() >= self._last + LOG_SECONDS:
            self._last = self._clock()
            say(text)


progress = Progress()


def show(answer: Answer, arguments: argparse.Namespace) -> None:
    """Print an answer, or write it to a file; say on stderr what it leaves out."""
    from controlmap.analysis import answer as answers

    form, output = arguments.format, arguments.output
    if form and form not in answers.formats(answer):
        answers.encoded(answer, form)  # says which formats can hold it
    if output is None and (form or TABLE) not in answers.FORMATS:
        raise InputError("--format {form}: is no text; name a file for it by -o FILE", form)
    if output is None and arguments.force:
        raise InputError("--force: goes with -o FILE")
    for warning in answer.warnings:
        say(str(warning))
    if output is None:
        print(answers.FORMATS[form or TABLE](answer))
    else:
        answers.save(answer, output, form or "", force=arguments.force)
