"""controlmap: who controls what in Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts.

The public interface, which the command and the pages use too; imported when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from controlmap.archive import open_source
    from controlmap.building import build_file
    from controlmap.figures import Contested, Every, areas, compare, history
    from controlmap.model import ControlmapError, InputError, RecordError, Status
    from controlmap.oblasts import Basis
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
    "archive": ("open_source",),
    "building": ("build_file",),
    "figures": ("Contested", "Every", "areas", "compare", "history"),
    "model": ("ControlmapError", "InputError", "RecordError", "Status"),
    "oblasts": ("Basis",),
    "sources": ("read",),
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"controlmap.{room}"), name)
    raise AttributeError(f"module 'controlmap' has no attribute {name!r}")
