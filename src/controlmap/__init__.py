"""controlmap: who controls what in Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts.

The public interface; each name is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from controlmap.analysis.answer import Answer
    from controlmap.analysis.assessed_advance import Advance
    from controlmap.analysis.figures import Contested, Every
    from controlmap.core.model import ControlmapError, InputError, RecordError, Status
    from controlmap.core.version import __version__
    from controlmap.geo.oblasts import Basis
    from controlmap.public import Record, RecordDay, open, read
    from controlmap.record.builder import build_file

__all__ = [
    "Advance",
    "Answer",
    "Basis",
    "Contested",
    "ControlmapError",
    "Every",
    "InputError",
    "Record",
    "RecordDay",
    "RecordError",
    "Status",
    "__version__",
    "build_file",
    "open",
    "read",
]

_ROOMS = {
    "analysis.answer": ("Answer",),
    "analysis.assessed_advance": ("Advance",),
    "analysis.figures": ("Contested", "Every"),
    "core.model": ("ControlmapError", "InputError", "RecordError", "Status"),
    "core.version": ("__version__",),
    "geo.oblasts": ("Basis",),
    "public": ("Record", "RecordDay", "open", "read"),
    "record.builder": ("build_file",),
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"controlmap.{room}"), name)
    raise AttributeError(f"module 'controlmap' has no attribute {name!r}")
