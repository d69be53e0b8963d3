"""The dashboard's frame: its pages, and what a visitor sees when one fails."""

from __future__ import annotations

import importlib
from functools import partial
from pathlib import Path

import streamlit as st

from controlmap.dashboard import session
from controlmap.dashboard.page_list import PAGES

_ASSETS = Path(__file__).parent / "assets"
_ICON = _ASSETS / "icon.svg"


def main() -> None:
    """Show the page that the address names."""
    st.html(_ASSETS / "page.css")
    first = next(iter(PAGES))
    pages = [
        st.Page(
            session.guarded(partial(_show, module)),
            title=str(title),
            url_path=path,
            default=path == first,
        )
        for path, (title, module) in PAGES.items()
    ]
    page = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{page.title} · controlmap", page_icon=_ICON, layout="wide")
    page.run()


def _show(module: str) -> None:
    """Show a page; it is imported at its first visit, for charts and the like take their time."""
    importlib.import_module(f"controlmap.dashboard.pages.{module}").show()
