"""Every page: its address, its title and its module. No Streamlit: the server asks too."""

from __future__ import annotations

from controlmap.words import (
    text,
    text_claims,
    text_history,
    text_pace,
    text_place,
    text_proposals,
    text_sources,
)
from controlmap.words.catalog import Message

FIRST = text.MAP_PAGE
"""The title of the first page, which needs no Streamlit."""
PAGES: dict[str, tuple[Message, str]] = {
    "changes": (text.CHANGES, "changes"),
    "history": (text_history.TITLE, "history"),
    "place": (text_place.TITLE, "place"),
    "sources": (text_sources.TITLE, "sources"),
    "claims": (text_claims.TITLE, "claims"),
    "proposals": (text_proposals.TITLE, "proposals"),
    "pace": (text_pace.TITLE, "pace"),
    "method": (text.METHOD, "method"),
}
"""Every other page: its title and its module in `pages`, by its address."""
