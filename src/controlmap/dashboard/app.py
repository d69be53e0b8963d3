"""The dashboard's frame: its pages, and what a visitor sees when one fails."""

from __future__ import annotations

import importlib
from functools import partial
from pathlib import Path

import streamlit as st

from controlmap.dashboard import rendering, session
from controlmap.dashboard.page_list import FIRST, PAGES
from controlmap.words import text

_ASSETS = Path(__file__).parent / "assets"
_ICON = _ASSETS / "icon.svg"


def main() -> None:
    """Show the page that the address names."""
    st.html(_ASSETS / "page.css")
    pages = [
        st.Page(session.guarded(partial(_show, module)), title=str(title), url_path=path)
        for path, (title, module) in PAGES.items()
    ]
    first = st.Page(_lead_to_first, title=str(FIRST), default=True)
    page = st.navigation([first, *pages], position="top")
    st.set_page_config(page_title=f"{page.title} · controlmap", page_icon=_ICON, layout="wide")
    page.run()


def _lead_to_first() -> None:
    """Link to the first page, which the server hands out; `address.js` follows such links."""
    st.html(rendering.link("./", text.OVERVIEW))


def _show(module: str) -> None:
    """Show a page; it is imported at its first visit, for charts and the like take their time."""
    importlib.import_module(f"controlmap.dashboard.pages.{module}").show()
