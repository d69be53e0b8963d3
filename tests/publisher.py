"""A web server on this machine that publishes files made in code, and misbehaves as it is told."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
import shapely

from controlmap.update.fetch import Clock, Fetcher, Manners

Answer = Callable[[BaseHTTPRequestHandler], None]
Box = tuple[float, float, float, float]
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
KB = 2**10


@dataclass
class Publisher:
    """What it answers by path, the last answer again and again; and what it was asked.

    A path without a query answers those with one that have no answer of their own.
    """

    address: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)
    leaving: threading.Event = field(default_factory=threading.Event)

    def publish(self, path: str, *answers: Answer | bytes) -> str:
        """Answer a path so, one after another; its address."""
        self.answers[path] = [file(a) if isinstance(a, bytes) else a for a in answers]
        return self.address + path

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append((handler.path, handler.headers))
        plain = handler.path.partition("?")[0]
        left = self.answers.get(handler.path) or self.answers.get(plain, [status(404)])
        (left.pop(0) if len(left) > 1 else left[0])(handler)


@contextmanager
def published() -> Iterator[Publisher]:
    """A publisher on a free port of 127.0.0.1; it ends with this."""
    made = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up on an answer is right to."""

    with Server(("127.0.0.1", 0), Handler) as server:
        made.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            made.leaving.set()
            server.shutdown()
            thread.join()


def reply(code: int, data: bytes, headers: Mapping[str, str]) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def file(data: bytes, kind: str = "application/json", **headers: str) -> Answer:
    """A file, whole; headers with `_` for `-`."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return reply(200, data, {"Content-Type": kind, "Content-Length": str(len(data)), **told})


def packed(data: bytes) -> Answer:
    return file(gzip.compress(data), Content_Encoding="gzip")


def feature_layer(
    *rows: tuple[Mapping[str, Any], Box], most: int = 2, flag: Mapping[str, Any] | None = None
) -> Answer:
    """A layer of an ArcGIS server: features with their attributes, at most so many an answer.

    Of a query it understands a day of a field, written as the field is; the distinct values of
    `outFields`; and from which row on. `flag` is how it says that there are more.
    """
    fault = {"error": {"code": 400, "message": "Cannot perform query.", "details": []}}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        query = dict(parse_qsl(urlsplit(handler.path).query))
        asked = re.fullmatch(r"(\w+) >= (\w+) '([\d-]+)[^']*' AND .*", query["where"])
        field = query["outFields"] if query["outFields"] != "*" else asked and asked[1]
        chosen = [dict(row) | {"box": box} for row, box in rows]
        if field and not all(field in row for row in chosen):
            return file(orjson.dumps(fault))(handler)
        if asked:
            of_text = [isinstance(row[asked[1]], str) for row in chosen]
            if any(is_text != (asked[2] == "DATE") for is_text in of_text):
                return file(orjson.dumps(fault))(handler)
            chosen = [row for row in chosen if _day(row[asked[1]]) == asked[3]]
        if query.get("returnDistinctValues"):
            values = sorted({row[query["outFields"]] for row in chosen})
            found = [{"attributes": {query["outFields"]: value}} for value in values]
        else:
            found = [_feature(row) for row in chosen]
        begin = int(query.get("resultOffset", 0))
        document: dict[str, Any] = {"features": found[begin : begin + most]}
        if begin + most < len(found):
            document |= flag or {"exceededTransferLimit": True}
        return file(orjson.dumps({"type": "FeatureCollection"} | document))(handler)

    return answer


def _day(value: Any) -> str:
    return value if isinstance(value, str) else f"{datetime.fromtimestamp(value / 1000, UTC):%F}"


def _feature(row: Mapping[str, Any]) -> dict[str, Any]:
    geometry = shapely.geometry.mapping(shapely.box(*row["box"]))
    properties = {name: value for name, value in row.items() if name != "box"}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def status(code: int, **headers: str) -> Answer:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return reply(code, b"", {"Content-Length": "0", **told})


def cut_off(data: bytes) -> Answer:
    """Half of a file whose whole length was told."""
    told = {"Content-Type": "application/json", "Content-Length": str(len(data))}
    return reply(200, data[: len(data) // 2], told)


def of_etag(data: bytes, etag: str) -> Answer:
    """A file that is sent only to those that do not have it."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == etag
        (status(304) if known else file(data, ETag=etag))(handler)

    return answer


@dataclass
class MadeClock:
    """A clock that only waiting moves; `waits_s` is how long each wait was."""

    start: datetime = NOON
    waits_s: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(self.now, lambda: sum(self.waits_s), self.waits_s.append)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=sum(self.waits_s))


MANNERS = Manners(pause_s=0.0, tries=3, first_wait_s=1.0, limit_bytes=64 * KB)


def fetcher_at(clock: MadeClock, manners: Manners = MANNERS) -> Fetcher:
    return Fetcher(manners, clock.clock)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """A publisher of the daily mirror; the other feed is not asked."""
    with published() as made:
        monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_DAILY", f"{made.address}/data/")
        monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_API", "")
        yield made


@pytest.fixture
def clock() -> MadeClock:
    return MadeClock()


@pytest.fixture
def fetcher(clock: MadeClock) -> Iterator[Fetcher]:
    with fetcher_at(clock) as made:
        yield made
