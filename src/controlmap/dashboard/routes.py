"""What the server hands out besides Streamlit's own: documents, the map's files, its health.

Any of several servers can answer each of these, whoever asked for the page: names carry a hash of
the content, and a file that another server wrote is written here when it is asked for. What caches
results is imported in use, for it asks Streamlit's runtime how.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import BaseRoute, Route

from controlmap.analysis.assessed_advance import Advance
from controlmap.core.model import ControlmapError, InputError
from controlmap.dashboard.page_list import PAGES
from controlmap.draw import maps
from controlmap.record import archive

_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
_NOT_KEPT = {"Cache-Control": "no-cache"}
_NAME = re.compile(r"[a-z][\w-]*-[0-9a-f]{16}\.[a-z.]+")
_writing = threading.Lock()
_encoding = threading.Lock()
"""A file of ground takes a second and some memory: one at a time."""
_written: set[tuple[str, ...]] = set()
"""The keys of the records whose files are written."""


@functools.cache
def assets_path() -> str:
    """Return where the map's scripts and styles are, below the base path."""
    digest = hashlib.sha256()
    for path in sorted(maps.ASSETS.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(maps.ASSETS).as_posix().encode() + path.read_bytes())
    return f"map/{digest.hexdigest()[:16]}"


FILES_PATH = "map/files"
"""Where the files of `payloads` are, below the base path."""


FIGURES_PATH = "compare"
"""Where a day's figures are, below the base path; a form's suffix follows."""
_MOVED = "map"
"""Where the first page was."""


def routes(document: str, base_path: str) -> list[BaseRoute]:
    """Return the routes of a server that hands out `document` for every page."""

    def page(_: Request) -> Response:
        return HTMLResponse(document, headers=_NOT_KEPT)

    return [
        Route(f"{base_path}/", _first),
        Route(f"{base_path}/{_MOVED}", _moved),
        Route(f"{base_path}/{FIGURES_PATH}.{{form}}", _figures),
        *(Route(f"{base_path}/{path}", page) for path in PAGES),
        Route(f"{base_path}/{assets_path()}/{{name:path}}", _asset),
        Route(f"{base_path}/{FILES_PATH}/{{name}}", _file),
        Route(f"{base_path}/health", _health),
        Route(f"{base_path}/ready", _ready),
    ]


async def _first(_: Request) -> Response:
    return HTMLResponse(await run_in_threadpool(_first_document), headers=_NOT_KEPT)


def _first_document() -> str:
    from controlmap.dashboard import first_page

    return first_page.document(assets_path(), FILES_PATH, FIGURES_PATH)


async def _moved(request: Request) -> Response:
    query = request.url.query
    return RedirectResponse(f"./?{query}" if query else "./", 308)


async def _figures(request: Request) -> Response:
    return await run_in_threadpool(_figures_answer, request)


def _figures_answer(request: Request) -> Response:
    from controlmap.dashboard import first_page

    try:
        with _encoding:
            name, kind, content = first_page.figures(
                request.query_params, request.path_params["form"]
            )
    except InputError as error:
        return PlainTextResponse(f"{error}\n", 400, headers=_NOT_KEPT)
    inline = kind.startswith("text/")
    disposition = {} if inline else {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers={**_NOT_KEPT, **disposition})


async def _asset(request: Request) -> Response:
    return _handed_out(maps.ASSETS, request.path_params["name"])


async def _file(request: Request) -> Response:
    from controlmap.dashboard import payloads

    name = request.path_params["name"]
    folder = payloads.folder()
    if _NAME.fullmatch(name) and not (folder / name).is_file():
        await run_in_threadpool(_write_files, folder / name)
    return _handed_out(folder, name)


def _write_files(wanted: Path) -> None:
    """Write the files of all records, once for what the records are now."""
    from controlmap.dashboard import first_page, payloads, session

    with _writing:
        records = first_page.records()
        keys = tuple(record.key for record in records)
        if wanted.is_file() or keys in _written:
            return
        payloads.front_files(records)
        for record in records:
            for advance in Advance:
                payloads.background(session.record(record.coverage.source, advance))
        _written.add(keys)


def _handed_out(folder: Path, name: str) -> Response:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return PlainTextResponse("Not found.\n", 404)
    return FileResponse(path, headers=_KEPT)


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n", headers=_NOT_KEPT)


async def _ready(_: Request) -> Response:
    """Answer 200 where every record can be read, else 503; with what each was last observed."""
    records = await run_in_threadpool(lambda: list(_records(datetime.now(UTC).date())))
    ready = all("error" not in record for record in records)
    return JSONResponse(
        {"ready": ready, "records": records}, 200 if ready else 503, headers=_NOT_KEPT
    )


def _records(today: date) -> Iterator[dict[str, Any]]:
    for source, coverage in archive.opened().items():
        if isinstance(coverage, ControlmapError):
            logging.getLogger(__name__).error("%s", coverage)
            yield {"source": source, "error": "its record cannot be read"}
            continue
        _, last = coverage.span
        instead = {"in_place_of": "a damaged record"} if coverage.in_place_of else {}
        age = {"observed": last.isoformat(), "age_days": (today - last).days}
        yield {"source": source, **age, **instead}
