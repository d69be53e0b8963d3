"""The command, killed as it is about to put a file in its place: `dying.py NTH COMMAND ...`.

Before it begins it writes a line to stdout, for who wants to kill it later. It asks as the tests
do: without pauses, by their clock.
"""

from __future__ import annotations

import functools
import os
import signal
import sys

from controlmap.cli import main
from controlmap.record import builder  # noqa: F401  loaded before it begins, for what it takes
from controlmap.update import fetch
from publisher import MANNERS, MadeClock


def kill_before(nth: int) -> None:
    """Have this process killed before it renames a file for the nth time; 0 is never."""
    renamed = 0

    def look(event: str, _: object) -> None:
        nonlocal renamed
        renamed += event == "os.rename"
        if event == "os.rename" and renamed == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


if __name__ == "__main__":
    kill_before(int(sys.argv[1]))
    asking = functools.partial(fetch.Fetcher, MANNERS, MadeClock().clock)
    fetch.Fetcher = asking  # type: ignore[assignment,misc]
    print("begins", flush=True)
    raise SystemExit(main.main(sys.argv[2:]))
