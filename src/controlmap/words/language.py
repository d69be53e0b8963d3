"""The language in which people are addressed: of this thread, of this visitor."""

from __future__ import annotations

from contextvars import ContextVar

DEFAULT = "en_GB"
"""What the source is written in: no catalog is needed for it."""
LANGUAGE = ContextVar("language", default=DEFAULT)
"""The current language, as Babel names a locale; set it where a visit or a command begins."""
