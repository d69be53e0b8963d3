"""Start the dashboard's server: Streamlit, protected, ready before its first visitor comes."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import logging
import re
import signal
import socket
import sys
import tomllib
import traceback
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from controlmap.core import server_settings
from controlmap.core.model import ControlmapError, InputError
from controlmap.core.server_settings import LogLevel, Settings
from controlmap.words.catalog import as_given

if TYPE_CHECKING:  # it is loaded once the server runs
    from controlmap.record.archive import Record

_ASSETS = Path(__file__).parent / "assets"
LATE = ("DateInput", "Html", "ButtonGroup", "Button", "ComponentInstance")
"""Streamlit's scripts of what the first page shows, which it would ask for one after the other."""
_IMPORTED = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')
# Else the page looks for its server below each page's address first, which is not found there.
_SERVER = "<script>window.__streamlit = {{ BACKEND_BASE_URL: location.origin + {} }};</script>"


def run(settings: Settings) -> None:
    """Serve until interrupted.

    Raises
    ------
    InputError
        Where the host or the port cannot be used.
    """
    listener = _listener(settings)
    server_settings.current = settings
    script, options_file = _entry()
    _keep_log_free_of_visitors(settings.log_level)

    import streamlit as st
    import uvicorn
    from starlette.middleware import Middleware
    from streamlit.web import bootstrap

    from controlmap.dashboard import protection, routes
    from controlmap.draw.map_layers import TILES

    options = dict(_flat(tomllib.loads(options_file.read_text("utf-8"))))
    bootstrap.load_config_options(
        {
            **options,
            "server.address": settings.host,
            "server.port": settings.port,
            "server.baseUrlPath": settings.base_path.strip("/"),
            "logger.level": settings.log_level,
            "logger.messageFormat": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    )
    html = document(Path(st.__file__).parent / "static", settings.base_path)
    tiles = "{0.scheme}://{0.netloc}".format(urlsplit(TILES))
    app = st.App(
        script,
        routes=routes.routes(html, settings.base_path),
        middleware=[
            Middleware(protection.Protection, settings=settings, document=html, image_hosts=[tiles])
        ],
        lifespan=_ready,
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(
        as_given(
            "controlmap: http://{host}:{port}{path} (stop with Ctrl-C)",
            host,
            settings.port,
            settings.base_path,
        ),
        flush=True,
    )
    config = uvicorn.Config(
        app,
        http=protection.impatient_protocol(),
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    # The server ends by the signal that it got: by this one too as a program ends, tidily.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise InputError(
            "port {port}: cannot be used on {host} ({strerror}); choose another with "
            "--port (PORT= with make)",
            settings.port,
            settings.host,
            error.strerror or error,
        ) from error
    return listener


def _keep_log_free_of_visitors(level: LogLevel) -> None:
    """Log of an exception its kind and place alone: its text may quote what a visitor sent."""
    if level == "debug":
        return

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        entry = logging.LogRecord(*args, **kwargs)
        if entry.exc_info and (error := entry.exc_info[1]):
            entry.msg, entry.args, entry.exc_info = "%s", (_kind_and_place(error),), None
        return entry

    logging.setLogRecordFactory(record)


def _kind_and_place(error: BaseException) -> str:
    *_, last = traceback.extract_tb(error.__traceback__) or [None]
    return f"{type(error).__name__}" + (
        f" at {Path(last.filename).name}:{last.lineno}" if last else ""
    )


def document(static: Path, base_path: str = "") -> str:
    """Return the HTML document of every page: Streamlit's, from its folder `static`, quickened.

    It has our title, knows its server, enters into the history what the reader does alone,
    remembers the last visit, and asks early for the scripts that the first page needs.
    """
    from controlmap.draw import maps

    html = (static / "index.html").read_text("utf-8")
    early = "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in _scripts(static / "static" / "js")
        if name not in html
    )
    server = _SERVER.format(json.dumps(base_path))
    ours = "".join(
        f"<script>{path.read_text('utf-8')}</script>"
        for path in (_ASSETS / "address.js", maps.ASSETS / "visits.js")
    )
    html = html.replace("<title>Streamlit</title>", f"<title>controlmap</title>{server}{ours}")
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
    """Import and load, before the first visitor comes, what the first page needs."""
    # A component declared outside of a page warns that it is.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel("ERROR")
    import streamlit_folium
    from streamlit.runtime import get_instance

    from controlmap.dashboard import controls, first_page, payloads, session, tables  # noqa: F401
    from controlmap.geo import land, places
    from controlmap.record import archive
    from controlmap.words import numbers

    archive.embedded_for_damaged = True
    # Else it is served only once a page of this very server has shown a map.
    get_instance().component_registry.register_component(streamlit_folium._component_func)
    for source in archive.with_records():
        for remark in _remarks(archive.open_source(source), session.today()):
            print(as_given("controlmap: {remark}", remark), flush=True)
    payloads.front_files(first_page.records())
    land.load()
    places.load()
    numbers.day(date(2022, 2, 24))  # loads the forms of the language
    # Streamlit collects garbage after each run of a page; what is loaded now is none.
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):  # what loading took goes back to the system
        ctypes.CDLL(None).malloc_trim(0)
    yield


def _remarks(record: Record, today: date) -> Iterator[str]:
    """Yield what the operator can do better, which no reader needs to know."""
    from controlmap.dashboard.session import STALE_DAYS
    from controlmap.record import archive
    from controlmap.update import feeds
    from controlmap.words import text

    source, (_, last) = record.coverage.source, record.coverage.span
    if record.coverage.in_place_of:
        yield text.in_place_of(record.coverage.in_place_of)
    if not feeds.addresses(source):
        return
    age = (today - last).days
    if age > STALE_DAYS:
        yield text.age_for_operator(source, age)
    if record.coverage.cell_m:
        yield text.generalised_for_operator(source, record.coverage.cell_m)
    if hidden := archive.hidden_by(record):
        yield text.hidden(source, *hidden.coverage.span)
