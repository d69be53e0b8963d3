"""What the server lets in, and what browsers may do with what it hands out."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from controlmap.core import limits
from controlmap.core.server_settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD_SECONDS = 10
"""How long a request's head may take to arrive."""
BODY_SECONDS = 120
"""How long the rest of a request may take: a file of the largest size allowed, on a slow line."""
_SECONDS = {"IDLE": HEAD_SECONDS, "SEND_BODY": BODY_SECONDS}
"""By what h11 says that the client has to send."""
MESSAGES = ("rerun_script", "stop_script", "file_urls_request", "backend_operation_request",
            "app_heartbeat")  # fmt: skip
"""What a page asks of Streamlit; the others serve those who develop one."""
_UPLOADS = "/_stcore/upload_file/"
_FRAMED = "/component/"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Protection:
    """The outermost layer of the server: which requests reach it, and with what headers it answers.

    Parameters
    ----------
    app
        What it protects.
    settings
        What the operator allows.
    document
        The HTML of every page; its own scripts are the only ones that run in it by its text.
    image_hosts
        Origins elsewhere that a map may show tiles of.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, document: str, image_hosts: Iterable[str] = ()
    ) -> None:
        self._app = app
        self._settings = settings
        self._arriving = 0  # bytes of files that are on their way
        embedders = " ".join(settings.embedders)
        images = " ".join(["'self'", "data:", "blob:", *image_hosts])
        always = {
            "default-src": "'self'",
            "img-src": images,
            "style-src": "'self' 'unsafe-inline'",
            "font-src": "'self' data:",
            "connect-src": "'self'",
            "worker-src": "'self' blob:",
            "object-src": "'none'",
            "base-uri": "'self'",
            "form-action": "'self'",
        }
        scripts = " ".join(_hash(text) for text in _SCRIPT.findall(document))
        page = {"script-src": f"'self' {scripts}", "frame-ancestors": f"'self' {embedders}"}
        # st_folium runs the scripts of a map that it is sent as text.
        frame = {"script-src": "'self' 'unsafe-inline' 'unsafe-eval'", "frame-ancestors": "'self'"}
        self._page, self._frame = _policy(always | page), _policy(always | frame)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif refusal := self._refusal(scope):
            await _refuse(scope, receive, send, *refusal)
        elif scope["type"] == "websocket":
            await self._app(scope, _Filtered(receive), send)
        elif _is_upload(scope):
            size = _length(scope)
            self._arriving += size
            try:
                await self._app(scope, receive, self._with_headers(scope, send))
            finally:
                self._arriving -= size
        else:
            await self._app(scope, receive, self._with_headers(scope, send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not self._settings.accepts(hosts[0].decode("latin-1")):
            return 421, "This server is not known by that name."
        if not self._settings.uploads and _UPLOADS in scope["path"]:
            return 403, "Uploads are off."
        return self._upload_refusal(scope) if _is_upload(scope) else None

    def _upload_refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Refuse a file with which a session, or all of them, would hold too much."""
        session = scope["path"].partition(_UPLOADS)[2].partition("/")[0]
        size = _length(scope)
        if not size:
            return 411, "The length of a file is needed."
        held = _held_bytes()
        if held.get(session, 0) + size > limits.UPLOAD_SESSION_MB * 2**20:
            return 413, f"Your files together would be over {limits.UPLOAD_SESSION_MB} MB."
        if sum(held.values()) + self._arriving + size > limits.UPLOAD_SERVER_MB * 2**20:
            return 413, "The server holds as many files as it can; try again in some minutes."
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        framed = scope["path"].startswith(f"{self._settings.base_path}{_FRAMED}")
        policy = self._frame if framed else self._page
        added = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in added}
                kept = [h for h in message.get("headers", ()) if h[0].lower() not in names]
                message = {**message, "headers": [*kept, *added]}
            await send(message)

        return sent


def _is_upload(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["method"] == "PUT" and _UPLOADS in scope["path"])


def _length(scope: Scope) -> int:
    given = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(given[0]) if len(given) == 1 and given[0].isdigit() else 0


def _held_bytes() -> dict[str, int]:
    """Return what Streamlit holds of uploaded files by session; it lets go when one ends."""
    from streamlit.runtime import get_instance
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

    manager = get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return {
        session: sum(len(file.data) for file in list(files.values()))
        for session, files in list(manager.file_storage.items())
    }


class _Filtered:
    """What a page sends through its socket, but for messages that no page of ours sends."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive

    async def __call__(self) -> Message:
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive" or _is_of_a_page(message):
                return message


def _is_of_a_page(message: Message) -> bool:
    from google.protobuf.message import DecodeError
    from streamlit.proto.BackMsg_pb2 import BackMsg

    try:
        kind = BackMsg.FromString(message.get("bytes") or b"").WhichOneof("type")
    except DecodeError:
        return False
    return kind in MESSAGES


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    from starlette.responses import PlainTextResponse

    await PlainTextResponse(f"{why}\n", status)(scope, receive, send)


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _policy(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {value.strip()}" for name, value in directives.items())


def impatient_protocol() -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol, which closes a connection whose request does not arrive."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Impatient(H11Protocol):
        _timer: asyncio.TimerHandle | None = None
        _waits_for: Any = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._stop()

        def _watch(self) -> None:
            """Time what the client has to send now: a head, a body, or nothing."""
            upgraded = self.transport.get_protocol() is not self
            waits_for = None if upgraded else self.conn.their_state
            if waits_for is self._waits_for:
                return
            self._stop()
            self._waits_for = waits_for
            seconds = _SECONDS.get(str(waits_for))
            if seconds:
                self._timer = self.loop.call_later(seconds, self.transport.abort)

        def _stop(self) -> None:
            if self._timer:
                self._timer.cancel()
            self._timer = self._waits_for = None

    return Impatient
