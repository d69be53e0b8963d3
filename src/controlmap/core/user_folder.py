"""The person's own folder: where it is, and that one at a time writes in it.

It holds a record a source, `ID.parquet`, and the files these were built of (`originals`).
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
    """Return the folder, which need not be there yet; None where the setting is empty.

    Raises
    ------
    InputError
        Where the setting names what is no folder.
    """
    text = os.environ.get(SETTING)
    if text is None:
        return platformdirs.user_data_path("controlmap", appauthor=False)
    if not text:
        return None
    if not Path(text).is_dir():
        raise InputError("{setting}={path}: is not a folder", SETTING, text)
    return Path(text)


def named() -> Path:
    """Return the folder as `find` does; an InputError where there is to be none."""
    folder = find()
    if folder is None:
        raise InputError("{setting}: is empty, so there is no folder to keep a record in", SETTING)
    return folder


def ensure() -> Path:
    """Return the folder as `named` does, created where it is not there yet."""
    folder = named()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
            "{folder}: another update or build is writing there; try again when it has ended",
            folder,
        ) from error
    try:
        yield
    finally:
        lock.release()


def one_writer_of(path: Path) -> contextlib.AbstractContextManager[None]:
    """Return `one_writer` of the folder for a file that lies in it; else what does nothing."""
    folder = find()
    if folder is None or not folder.is_dir() or not path.parent.is_dir():
        return contextlib.nullcontext()
    return one_writer(folder) if path.parent.samefile(folder) else contextlib.nullcontext()
