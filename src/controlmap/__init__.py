"""controlmap: who controls what in Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts.

The public interface, which the command and the pages use too; imported when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from controlmap.analysis.figures import Contested, Every, areas, compare, history
    from controlmap.core.model import ControlmapError, InputError, RecordError, Status
    from controlmap.core.version import __version__
    from controlmap.geo.oblasts import Basis
    from controlmap.record.archive import open_source
    from controlmap.record.builder import build_file
    from controlmap.sources import read

__all__ = [
    "Basis",
    "Contested",
    "ControlmapError",
    "Every",
    "InputError",
    "RecordError",
    "Status",
    "__version__",
    "areas",
    "build_file",
    "compare",
    "history",
    "open_source",
    "read",
]

_ROOMS = {
    "analysis.figures": ("Contested", "Every", "areas", "compare", "history"),
    "core.model": ("ControlmapError", "InputError", "RecordError", "Status"),
    "core.version": ("__version__",),
    "geo.oblasts": ("Basis",),
    "record.archive": ("open_source",),
    "record.builder": ("build_file",),
    "sources": ("read",),
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"controlmap.{room}"), name)
    raise AttributeError(f"module 'controlmap' has no attribute {name!r}")
