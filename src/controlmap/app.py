"""The dashboard's frame: its pages, and what a visitor sees when one fails."""

from __future__ import annotations

import importlib
from functools import partial
from pathlib import Path

import streamlit as st

from controlmap import session
from controlmap.views import (
    text,
    text_claims,
    text_history,
    text_pace,
    text_place,
    text_proposals,
    text_sources,
)

PAGES: dict[str, tuple[str, str]] = {
    "overview": (text.OVERVIEW, "overview"),
    "changes": (text.CHANGES, "changes"),
    "history": (text_history.TITLE, "history"),
    "place": (text_place.TITLE, "place"),
    "sources": (text_sources.TITLE, "sourcing"),
    "claims": (text_claims.TITLE, "claims"),
    "proposals": (text_proposals.TITLE, "proposals"),
    "pace": (text_pace.TITLE, "pace"),
    "method": (text.METHOD, "method"),
}
"""Every page: its title and its module in `views`, by its address; the first is the default."""


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(layout="wide")
    st.html(Path(__file__).parent / "assets" / "page.css")
    first = next(iter(PAGES))
    pages = [
        st.Page(
            session.guarded(partial(_show, module)),
            title=title,
            url_path=path,
            default=path == first,
        )
        for path, (title, module) in PAGES.items()
    ]
    st.navigation(pages, position="top").run()


def _show(module: str) -> None:
    """Show a page; it is imported at its first visit, for charts and the like take their time."""
    importlib.import_module(f"controlmap.views.{module}").show()
