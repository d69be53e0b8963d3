"""Fetching a file politely: the only room that uses the network. It knows nothing of sources.

One request at a time, with a pause between them; a server that is busy is tried again, later each
time, and one that says when is taken at its word. Nothing is followed to another host, and nothing
larger than the limit is held, packed or unpacked.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Protocol, overload
from urllib.parse import urljoin, urlsplit

import httpx
import orjson
from anyio.from_thread import start_blocking_portal

from controlmap.core import limits
from controlmap.core.model import ControlmapError, InputError
from controlmap.core.version import __version__
from controlmap.words.catalog import as_given
from controlmap.words.catalog import gettext as _

USER_AGENT = f"controlmap/{__version__} (fetches for the person who runs it, a file at a time)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_UNWELCOME = frozenset({401, 403, 451})
_GZIP_WINDOW = 31  # zlib's for the gzip format alone


class FetchError(ControlmapError):
    """A file could not be had; another one of the same server may be."""


class MissingError(FetchError):
    """The server has no such file."""


class UnavailableError(FetchError):
    """The server cannot be reached, or wants no more requests now: it gets none."""


class RefusedError(UnavailableError):
    """The server wants no such request of someone without its leave; another it may answer."""


@dataclass(frozen=True)
class Manners:
    """How files are requested: times in seconds, sizes in bytes.

    Attributes
    ----------
    connect_s, read_s
        How long to wait for the connection, and for each piece of the answer.
    whole_s
        How long one answer may take in all.
    pause_s
        The least time from one request to the next.
    tries, first_wait_s, longest_wait_s
        How often a file is requested, the wait after the first time, which doubles, and the longest
        wait that a server may ask for.
    limit_bytes
        The largest file, packed or unpacked.
    redirects
        How often a file may lie at another address of the same host.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    whole_s: float = 300.0
    pause_s: float = 1.0
    tries: int = 5
    first_wait_s: float = 5.0
    longest_wait_s: float = 120.0
    limit_bytes: int = limits.FETCH_MB * 2**20
    redirects: int = 3


@dataclass(frozen=True)
class Clock:
    """What time it is (UTC), seconds that only grow, and waiting; tests have their own."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    elapsed_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Fetched:
    """A file as it came, unpacked, with what to ask by whether it has changed since."""

    address: str
    data: bytes
    retrieved: datetime
    etag: str | None
    last_modified: str | None


class Known(Protocol):
    """A file that came before, with what its server knows it by."""

    @property
    def etag(self) -> str | None:
        """The ETag that came with it."""

    @property
    def last_modified(self) -> str | None:
        """The Last-Modified that came with it."""


class _TransientError(Exception):
    """Trouble that may pass: what it was, what it is where it stays, when to ask again."""

    def __init__(
        self, what: str, stays: type[FetchError] = FetchError, wait_s: float | None = None
    ) -> None:
        super().__init__(what)
        self.stays = stays
        self.wait_s = wait_s


@dataclass(frozen=True)
class Content:
    """What a file has to be: its name, the types that it is sent as, and what refuses another.

    Without a type, the content decides. `check` gets the address, the bytes, and the wait in
    seconds that came with them.
    """

    name: str
    kinds: frozenset[str]
    check: Callable[[str, bytes, float | None], None]


class Fetcher:
    """A client that asks for one file after another; close it, or use it as a context."""

    def __init__(self, manners: Manners | None = None, clock: Clock | None = None) -> None:
        self.manners = manners or Manners()
        self.clock = clock or Clock()
        self._next_s = 0.0
        # In a thread of its own: a notebook has a loop that runs in the caller's.
        self._stack = contextlib.ExitStack()
        self._portal = self._stack.enter_context(start_blocking_portal())
        self._client = httpx.AsyncClient(
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "application/geo+json, application/json, */*;q=0.5",
                "Accept-Encoding": "gzip",
            },
            timeout=httpx.Timeout(self.manners.read_s, connect=self.manners.connect_s),
            follow_redirects=False,
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._portal.call(self._client.aclose)
        self._stack.__exit__(kind, error, trace)

    @overload
    def get(self, address: str, content: Content = ...) -> Fetched: ...

    @overload
    def get(
        self,
        address: str,
        content: Content | None = ...,
        known: Known | None = ...,
    ) -> Fetched | None: ...

    def get(
        self,
        address: str,
        content: Content | None = None,
        known: Known | None = None,
    ) -> Fetched | None:
        """Fetch a file, of JSON where nothing else is said; None where it is the one that is known.

        Raises
        ------
        InputError
            Where the address is not allowed.
        MissingError
            Where there is no such file.
        UnavailableError
            Where the server cannot be reached, or turns requests away.
        FetchError
            Where what comes is no such content, is too large, lies elsewhere, or never comes whole.
        """
        check_address(address)
        headers = {}
        if known is not None:
            conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
            headers = {  # one that is no ASCII may have come, but cannot be sent
                name: value for name, value in conditions.items() if value and value.isascii()
            }
        wait_s = self.manners.first_wait_s
        for tried in range(1, self.manners.tries + 1):
            try:
                return self._try(address, content or JSON, headers)
            except _TransientError as trouble:
                retry_s = trouble.wait_s
                if retry_s is not None and retry_s > self.manners.longest_wait_s:
                    raise UnavailableError(
                        "{address}: {trouble}; asks to wait for {retry_s:,.0f} s",
                        address,
                        trouble,
                        retry_s,
                    ) from trouble
                if tried == self.manners.tries:
                    raise trouble.stays(f"{address}: {trouble}; tried {tried} times") from trouble
                self.clock.sleep(wait_s if retry_s is None else retry_s)
                wait_s = min(2 * wait_s, self.manners.longest_wait_s)
        raise AssertionError("the last try returns or raises")

    def _try(self, address: str, content: Content, headers: dict[str, str]) -> Fetched | None:
        """Try once, following what lies at another address of the same host."""
        at = address
        for _redirect in range(self.manners.redirects + 1):
            self._wait_for_turn()
            try:
                answer = self._portal.call(self._exchange, at, content, headers)
            except TimeoutError as error:
                raise UnavailableError(
                    "{address}: not whole after {whole_s:,.0f} s", address, self.manners.whole_s
                ) from error
            except httpx.TimeoutException as error:
                raise _TransientError(_("no answer in time"), UnavailableError) from error
            except (httpx.RemoteProtocolError, httpx.ReadError) as error:
                raise _TransientError(
                    as_given("the connection broke off ({error})", error)
                ) from error
            except httpx.InvalidURL as error:
                raise FetchError("{at}: is no address ({error})", at, error) from error
            except httpx.TransportError as error:
                raise _TransientError(
                    as_given("cannot be reached ({error})", error), UnavailableError
                ) from error
            if not isinstance(answer, str):
                return answer
            at = answer
        raise FetchError(
            "{address}: sends on more than {most} times", address, self.manners.redirects
        )

    async def _exchange(
        self, address: str, content: Content, headers: dict[str, str]
    ) -> Fetched | str | None:
        """Return what one request brings: a file, None for no change, or the address it is at.

        All of it is bounded, for a server may also drip headers, early hints or chunk sizes: each
        piece is in time, and the whole never ends.
        """
        async with (
            asyncio.timeout(self.manners.whole_s),
            self._client.stream("GET", address, headers=headers) as response,
        ):
            if response.status_code in _REDIRECTS:
                return _next_address(address, response.headers.get("Location", ""))
            return await self._answer(address, response, content, bool(headers))

    def _wait_for_turn(self) -> None:
        wait_s = self._next_s - self.clock.elapsed_s()
        if wait_s > 0:
            self.clock.sleep(wait_s)
        self._next_s = self.clock.elapsed_s() + self.manners.pause_s

    async def _answer(
        self, address: str, response: httpx.Response, content: Content, conditional: bool
    ) -> Fetched | None:
        status = response.status_code
        if status == 304 and conditional:
            return None
        wait_s = _retry_after_s(response.headers.get("Retry-After"), self.clock.now())
        if status != 200:
            raise _refusal(address, status, wait_s)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
        if kind and kind not in content.kinds:
            raise FetchError(
                "{address}: is {kind!r}; {name} is expected", address, kind[:60], content.name
            )
        data = await self._body(address, response)
        content.check(address, data, wait_s)
        etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
        return Fetched(address, data, self.clock.now(), etag, modified)

    async def _body(self, address: str, response: httpx.Response) -> bytes:
        """Return the content unpacked, never more of it than the limit and a piece."""
        limit = self.manners.limit_bytes
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > limit:
            raise too_large(address, limit)
        parts, size = [], 0
        async for part in _unpacked(address, response, limit):
            size += len(part)
            if max(size, response.num_bytes_downloaded) > limit:
                raise too_large(address, limit)
            parts.append(part)
        return b"".join(parts)


def check_address(address: str) -> None:
    """Raise an InputError for an address that is not https; http is for 127.0.0.1 alone."""
    try:
        split = urlsplit(address)
        host, _ = split.hostname, split.port
    except ValueError as error:
        raise InputError("address {address!r}: is none ({error})", address, error) from error
    secure = split.scheme == "https" or (split.scheme == "http" and host == "127.0.0.1")
    if not secure or not host or split.username is not None:
        raise InputError(
            "address {address!r}: not allowed; https://HOST/... is expected (http only "
            "for 127.0.0.1), without a user",
            address,
        )


def _next_address(address: str, location: str) -> str:
    """Return where a redirect leads, on the same host."""
    try:
        there = urljoin(address, location)
        stays = bool(location) and _origin(there) == _origin(address)
    except ValueError:
        stays = False
    if not stays:
        raise FetchError(
            "{address}: is at {to!r}, another host; not followed", address, location[:100]
        )
    return there


def _origin(address: str) -> tuple[str, str | None, int | None]:
    split = urlsplit(address)
    return split.scheme, split.hostname, split.port


def _retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return the seconds that Retry-After asks for, as a number or a date; None for neither."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, OverflowError):  # a year beyond 9999, or beyond any integer of C
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _refusal(
    address: str, status: int, wait_s: float | None, why: object = ""
) -> FetchError | _TransientError:
    """Return the error of a status that is no success, wherever in an answer it is."""
    if status in _GONE:
        return MissingError("{address}: is not there ({status})", address, status)
    if status in _BUSY:
        stays = UnavailableError if status == 429 else FetchError
        return _TransientError(as_given("the server answers {status}", status), stays, wait_s)
    if status in _UNWELCOME:
        return RefusedError("{address}: turns the request away ({status})", address, status)
    reason = as_given(" ({why!r})", str(why)[:100]) if why else ""
    return FetchError("{address}: the server answers {status}{reason}", address, status, reason)


def _check_json(address: str, data: bytes, wait_s: float | None) -> None:
    if data.lstrip()[:1] == b"<":
        raise FetchError("{address}: is a page of HTML or XML; JSON is expected", address)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _TransientError(as_given("is no JSON, or cut off ({error})", error)) from error
    fault = document.get("error") if isinstance(document, dict) else None
    code = fault.get("code") if isinstance(fault, dict) else None
    if isinstance(fault, dict) and type(code) is int:
        # ArcGIS says so inside an answer whose status is 200.
        raise _refusal(address, code, wait_s, fault.get("message"))


def _check_zip(address: str, data: bytes, _wait_s: float | None) -> None:
    if not data.startswith(b"PK"):
        raise FetchError("{address}: is no zip archive ({start!r})", address, data[:40])
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise _TransientError(_("the zip archive is cut off"))


JSON = Content(
    "JSON",
    frozenset(
        {
            "application/geo+json",
            "application/json",
            "application/octet-stream",
            "application/vnd.geo+json",
            "text/plain",  # as GitHub sends every file
        }
    ),
    _check_json,
)
ZIP = Content(
    "a zip archive",
    frozenset(
        {
            "application/octet-stream",
            "application/x-zip-compressed",
            "application/zip",
            "text/plain",  # a pointer to a large file, which is refused for what it is
        }
    ),
    _check_zip,
)


async def _unpacked(address: str, response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
    """Yield the content in pieces; of gzip never more than a piece beyond the limit."""
    packing = response.headers.get("Content-Encoding", "identity").strip().casefold()
    if packing == "identity":
        async for part in response.aiter_raw():
            yield part
        return
    if packing not in {"gzip", "x-gzip"}:
        raise FetchError("{address}: is packed as {packing!r}, not gzip", address, packing[:20])
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        async for part in response.aiter_raw():
            yield stream.decompress(part, limit + 1)
    except zlib.error as error:
        raise _TransientError(as_given("the gzip stream is damaged ({error})", error)) from error
    if not stream.eof:
        raise _TransientError(_("the gzip stream is cut off"))


def too_large(address: str, limit: int) -> FetchError:
    """Return the error of a file that is larger than a limit in bytes."""
    return FetchError(
        "{address}: is larger than {limit:,.3g} MB, the limit", address, limit / 2**20
    )
