"""A build within limits: what files draw together may cost as little as what they are read for."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

from controlmap.cli.printing import progress, say
from controlmap.core import isolated, limits
from controlmap.words.catalog import as_given

_PAUSE_SECONDS = 0.2


@contextlib.contextmanager
def watched(*, limited: bool = True) -> Iterator[Callable[[str], None]]:
    """Return `progress`; where `limited`, a step of it that takes too much ends the command.

    A step lasts from one line of progress to the next. Lines cross in a library that cannot be
    interrupted, so that the process ends: it has written nothing yet, and lets go of its lock.
    """
    if not limited:
        yield progress
        return
    steps, begun, ended = 0, time.process_time(), threading.Event()

    def step(text: str) -> None:
        nonlocal steps, begun
        steps, begun = steps + 1, time.process_time()
        progress(text)

    def watch() -> None:
        while not ended.wait(_PAUSE_SECONDS):
            allowed_s = limits.READ_SECONDS * (1 + steps / limits.BUILD_FILES)
            if time.process_time() - begun > allowed_s:
                _end(as_given("{seconds:.0f} s of processor time", allowed_s))
            if isolated.memory_mb("VmRSS") > limits.BUILD_MB:
                _end(as_given("{memory:.1f} GB", limits.BUILD_MB / 1024))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield step
    finally:
        ended.set()
        thread.join()


def _end(limit: str) -> None:
    progress("")
    say(
        as_given(
            "controlmap: what the files draw crosses too often: it took more than {limit}; nothing "
            "was changed (--no-limit builds it all the same)",
            limit,
        )
    )
    sys.stderr.flush()
    os._exit(2)
