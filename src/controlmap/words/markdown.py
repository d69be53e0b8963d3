"""Text from data as Markdown that shows just its characters."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Return text from data as Markdown on one line that shows just its characters."""
    plain = re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=])", r"\\\1", " ".join(text.split()))
    # Streamlit looks for :icons: and :colours[ once the escapes are gone: a joiner parts them.
    return re.sub(r":(?=\w)", ":\N{WORD JOINER}", plain)


def unlinked(text: str) -> str:
    """Return text with the words of its links alone."""
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)
