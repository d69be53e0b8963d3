"""The dashboard's frame: its pages, and what a visitor sees when one fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from controlmap import session
from controlmap.views import changes, method, overview, sourcing, text, text_sources

PAGES: dict[str, tuple[str, Callable[[], None]]] = {
    "overview": (text.OVERVIEW, overview.show),
    "changes": (text.CHANGES, changes.show),
    "sources": (text_sources.TITLE, sourcing.show),
    "method": (text.METHOD, method.show),
}
"""Every page, by its address; the first is the default."""


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(layout="wide")
    st.html(Path(__file__).parent / "assets" / "page.css")
    first = next(iter(PAGES))
    pages = [
        st.Page(session.guarded(show), title=title, url_path=path, default=path == first)
        for path, (title, show) in PAGES.items()
    ]
    st.navigation(pages, position="top").run()
