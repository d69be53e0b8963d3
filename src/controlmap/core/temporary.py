"""Temporary files and folders, which go with the process that has them, however it ends.

Who has one holds its lock, and the system lets go of that with the process. So what nobody holds
is left over of a process that was killed, and goes when the next one is needed at its place.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_FILE = ".controlmap-"
_FOLDER = "controlmap-dashboard-"


def file(parent: Path) -> IO[bytes]:
    """Return a new file to write to, for whoever closes it; what is left over beside it goes."""
    clear(parent)
    while True:
        # Not by tempfile, so that the file has the permissions that the umask leaves it.
        out = (parent / f"{_FILE}{secrets.token_hex(8)}").open("xb")
        if _is_held(Path(out.name), out.fileno()):
            return out
        out.close()


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Return a new folder, which goes when the block ends; what is left over beside it goes."""
    _clear(Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"))
    while True:
        path = Path(tempfile.mkdtemp(prefix=_FOLDER))
        descriptor = os.open(path, os.O_RDONLY)
        if _is_held(path, descriptor):
            break
        os.close(descriptor)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def clear(parent: Path) -> None:
    """Remove the files that are left over in a folder."""
    _clear(parent.glob(f"{_FILE}*"))


def clear_below(parent: Path) -> None:
    """Remove the files that are left over in a folder and in all folders in it."""
    _clear(parent.rglob(f"{_FILE}*"))


def _is_held(path: Path, descriptor: int) -> bool:
    """Hold the lock of a new file or folder; return False if it was cleared just before."""
    with contextlib.suppress(OSError):  # a disk without locks: there nothing is cleared either
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return path.exists()


def _clear(paths: Iterator[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):  # it is another's, or has gone
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            finally:
                os.close(descriptor)
