"""The dashboard's frame: its pages, and what a visitor sees when one fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from controlmap import session
from controlmap.views import (
    changes,
    history,
    method,
    overview,
    place,
    text,
    text_history,
    text_place,
)

PAGES: dict[str, tuple[str, Callable[[], None]]] = {
    "overview": (text.OVERVIEW, overview.show),
    "changes": (text.CHANGES, changes.show),
    "history": (text_history.TITLE, history.show),
    "place": (text_place.TITLE, place.show),
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
