"""The command: choose, compute, print. Bad input ends with exit code 2, a failure with 1."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from controlmap.cli import (
    dashboard,
    pictures,
    publish,
    questions,
    records,
    update,
)
from controlmap.cli.printing import say
from controlmap.core.model import ControlmapError, InputError
from controlmap.core.version import __version__
from controlmap.words.catalog import as_given
from controlmap.words.catalog import gettext as _

_ROOMS = (questions, pictures, records, update, publish, dashboard)


class _Parser(argparse.ArgumentParser):
    """An argument parser that reports bad usage in one line."""

    def error(self, message: str) -> NoReturn:
        hint = "; what begins with - comes after --" if questions.WHERE in message else ""
        say(f"{self.prog}: {message}{hint}")
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        run: Callable[[argparse.Namespace], None] = arguments.run
        run(arguments)
    except ControlmapError as error:
        say(as_given("controlmap: {error}", error))
        return 2 if isinstance(error, InputError) else 1
    except KeyboardInterrupt:
        say(_("controlmap: interrupted"))
        return 128 + signal.SIGINT
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(as_given("controlmap: {where}{strerror}", where, error.strerror or error))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="controlmap",
        description=_(
            "Who controls what in Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts: "
            "claimed and held, by day. Areas are geodesic, in km2."
        ),
    )
    parser.add_argument("--version", action="version", version=f"controlmap {__version__}")
    commands = parser.add_subparsers(title=_("commands"), required=True, metavar="COMMAND")
    for room in _ROOMS:
        room.add(commands)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
