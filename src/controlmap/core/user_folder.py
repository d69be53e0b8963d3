"""The person's own folder: where it is, and that one at a time writes in it.

It holds a record a source, `ID.parquet`, and the files these were made of (`originals`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from controlmap.core.model import ControlmapError, InputError

SETTING = "CONTROLMAP_DATA"
"""Names the folder; empty, there is none, and the embedded records alone are used."""
_LOCK = ".writing"


def find() -> Path | None:
    """The folder, which need not be there yet; None where the setting says that there is none.

    Raises
    ------
    InputError
        Where the setting names what is no folder.
    """
    told = os.environ.get(SETTING)
    if told is None:
        return platformdirs.user_data_path("controlmap", appauthor=False)
    if not told:
        return None
    if not Path(told).is_dir():
        raise InputError(f"{SETTING}={told}: is not a folder")
    return Path(told)


def named() -> Path:
    """As `find`; an InputError where there is to be none."""
    found = find()
    if found is None:
        raise InputError(f"{SETTING}: is empty, so there is no folder to keep a record in")
    return found


def made() -> Path:
    """As `named`, made where it is not there yet."""
    found = named()
    found.mkdir(parents=True, exist_ok=True)
    return found


@contextlib.contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Be the only one who writes in the folder; readers wait for nobody.

    The system lets go of the lock when its process ends, however it ends: what stays is an empty
    file. The same thread may enter again.

    Raises
    ------
    ControlmapError
        Where another is writing.
    """
    lock = FileLock(folder / _LOCK, timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout as error:
        raise ControlmapError(
            f"{folder}: another update or build is writing there; try again when it has ended"
        ) from error
    try:
        yield
    finally:
        lock.release()


def one_writer_of(path: Path) -> contextlib.AbstractContextManager[None]:
    """As `one_writer`, where a file lies in the person's own folder; else nothing."""
    folder = find()
    if folder is None or not folder.is_dir() or not path.parent.is_dir():
        return contextlib.nullcontext()
    return one_writer(folder) if path.parent.samefile(folder) else contextlib.nullcontext()
