"""Start the dashboard's server: Streamlit on 127.0.0.1, ready before its first visitor comes."""

from __future__ import annotations

import gc
import re
import socket
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from controlmap.core.model import ControlmapError, InputError
from controlmap.words.catalog import as_given

HOST = "127.0.0.1"
_PORTS = range(1, 65536)
_ASSETS = Path(__file__).parent / "assets"
LATE = ("DateInput", "Html", "ButtonGroup", "Button", "ComponentInstance")
"""Streamlit's scripts of what the first page shows, which it would ask for one after the other."""
_IMPORTED = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')
# Else the page looks for its server below each page's address first, which is not found there.
_SERVER = "<script>window.__streamlit = { BACKEND_BASE_URL: location.origin };</script>"


def run(port: int) -> None:
    """Serve until interrupted.

    Raises
    ------
    InputError
        Where the port is none, or is in use.
    """
    if port not in _PORTS:
        raise InputError("port {port}: allowed are {first} to {last}", port, _PORTS[0], _PORTS[-1])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise InputError(
                "port {port}: cannot be used on {host} ({strerror}); choose another with "
                "--port (PORT= with make)",
                port,
                HOST,
                error.strerror,
            ) from error
    script, settings = _entry()

    import streamlit as st
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    from controlmap.dashboard.page_list import PAGES

    html = document(Path(st.__file__).parent / "static")
    routes = [
        Route(f"/{path}", lambda _: HTMLResponse(html, headers={"Cache-Control": "no-cache"}))
        for path in ("", *PAGES)
    ]
    options = dict(_flat(tomllib.loads(settings.read_text("utf-8"))))
    print(as_given("controlmap: http://{host}:{port} (stop with Ctrl-C)", HOST, port), flush=True)
    st.App(script, routes=routes, lifespan=_ready).run(
        config={**options, "server.address": HOST, "server.port": port}
    )


def document(static: Path) -> str:
    """Return the HTML document of every page: Streamlit's, from its folder `static`, quickened.

    It has our title, knows its server, enters into the history what the reader does alone, and
    asks early for the scripts that the first page needs.
    """
    html = (static / "index.html").read_text("utf-8")
    early = "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in _scripts(static / "static" / "js")
        if name not in html
    )
    address = f"<script>{(_ASSETS / 'address.js').read_text('utf-8')}</script>"
    html = html.replace("<title>Streamlit</title>", f"<title>controlmap</title>{_SERVER}{address}")
    return html.replace("</head>", f"{early}</head>")


def _scripts(folder: Path) -> Iterator[str]:
    """Yield the files of the late scripts, whose names have a hash, and of all they import."""
    left = [path.name for script in LATE for path in folder.glob(f"{script}.*.js")]
    seen = set()
    while left:
        if (name := left.pop()) not in seen:
            yield name
            seen.add(name)
            left += _IMPORTED.findall((folder / name).read_text("utf-8"))


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield settings as Streamlit names them: `section.name`, `section.subsection.name`."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _entry() -> tuple[Path, Path]:
    """Return the entry script and its settings: beside the package, else in the clone."""
    here = Path(__file__).parents[1]
    for script, settings in (
        (here / "dashboard" / "entry.py", here / "streamlit.toml"),
        (here.parents[1] / "dashboard.py", here.parents[1] / ".streamlit" / "config.toml"),
    ):
        if script.is_file() and settings.is_file():
            return script, settings
    raise ControlmapError("dashboard.py: not found; install controlmap again")


@asynccontextmanager
async def _ready(_app: object) -> AsyncIterator[None]:
    """Import and load, before the first visitor comes, what the first page needs.

    Not `streamlit_folium`: a component that no page declares is not served.
    """
    from controlmap import sources
    from controlmap.dashboard import controls, payloads, tables  # noqa: F401
    from controlmap.geo import land, places
    from controlmap.record import archive
    from controlmap.words import numbers

    for source in archive.with_records():
        archive.open_source(source)
    payloads.files(archive.open_source(sources.DEFAULT))
    land.load()
    places.load()
    numbers.day(date(2022, 2, 24))  # loads the forms of the language
    # Streamlit collects garbage after each run of a page; what is loaded now is none.
    gc.collect()
    gc.freeze()
    yield
