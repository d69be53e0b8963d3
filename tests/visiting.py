"""A browser's tab that remembers what it asked for and what it said, and servers to visit with it.

A worker has one browser and, for each kind of device, one tab that its tests visit one after the
other: what Streamlit's page needs is then compiled once. Each visit begins on a blank page without
anything that the one before it stored. Every name but 127.0.0.1 is unknown to the browser.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # who runs no browser test need not wait for it
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Frame,
        Page,
        Request,
        Response,
        WebSocket,
    )

HERE = "http://127.0.0.1:"
LOCAL = (HERE, HERE.replace("http", "ws"), "data:", "blob:")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
START_SECONDS = 60
VIEWPORT = {"width": 1280, "height": 900}
OF_THE_TAB = ("viewport", "color_scheme")
"""Options that a tab can change; the others are of its context, and choose which tab it is."""

# Streamlit's own: features that its page asks of browsers that lack them, and its frames' sandbox.
STREAMLIT_SAYS = ("Unrecognized feature", "allow-scripts and allow-same-origin")

_MAP_IS_PAINTED = """(rev) => [...document.querySelectorAll("iframe")].some((frame) => {
    const painted = frame.contentWindow?.ControlMap?.painted;
    return rev === null ? painted : painted === rev;
})"""
_NEXT_FRAMES = """() => new Promise((done) => {
    const after = (frames) => frames ? requestAnimationFrame(() => after(frames - 1)) : done();
    after(3);
})"""


@dataclass
class Visit:
    """A tab with what it asked for and what it said."""

    tab: Page
    requests: list[str] = field(default_factory=list)
    abroad: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def map(self, rev: str | None = None) -> Frame:
        """Return the frame of the map once it shows `rev`, or anything at all."""
        self.tab.wait_for_function(_MAP_IS_PAINTED, arg=rev, timeout=30_000)
        return next(frame for frame in self.tab.frames if "st_folium" in frame.url)

    def settle(self) -> None:
        """Wait until the page's script has run and its state is drawn.

        What is opened while the script runs, the run may close again.
        """
        self.tab.locator("[data-test-script-state='notRunning']").wait_for()
        self.tab.evaluate(_NEXT_FRAMES)

    def assert_clean(self) -> None:
        """Fail if the page looked beyond this machine, said anything amiss, or missed a file."""
        assert self.abroad == []
        assert self.console == []
        assert self.failures == []

    def heard(self, message: ConsoleMessage) -> None:
        known = any(phrase in message.text for phrase in STREAMLIT_SAYS)
        if message.type in ("error", "warning") and not known:
            self.console.append(f"{message.type}: {message.text}")

    def requested(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith(LOCAL):
            self.abroad.append(request.url)

    def answered(self, response: Response) -> None:
        if response.status >= 400:
            self.failures.append(f"{response.status} {response.url}")

    def connected(self, websocket: WebSocket) -> None:
        if not websocket.url.startswith(LOCAL):
            self.abroad.append(websocket.url)

    def failed(self, error: object) -> None:
        self.console.append(f"uncaught: {error}")

    @property
    def handlers(self) -> dict[str, Callable[..., None]]:
        """What hears the events of the tab."""
        return {
            "request": self.requested, "response": self.answered, "console": self.heard,
            "pageerror": self.failed, "websocket": self.connected,
        }  # fmt: skip


def settle(frame: Frame | Page) -> None:
    """Wait until the frame has drawn what has just been done to it."""
    frame.evaluate(_NEXT_FRAMES)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium or Chrome as installed; CI without one is an error, elsewhere a skip."""
    from playwright.sync_api import expect, sync_playwright

    named = os.environ.get("CONTROLMAP_CHROMIUM")
    program = named or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        reason = f"no browser: none of {', '.join(PROGRAMS)} on PATH, CONTROLMAP_CHROMIUM not set"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # A page's first visit computes what later ones find in a cache, on whatever machine this is.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that gives the tab of a context with these options of Playwright's."""
    tabs: dict[str, Page] = {}

    def tab_of(**options: Any) -> Page:
        kind = str(sorted(options.items()))
        if kind not in tabs or tabs[kind].is_closed():
            tabs[kind] = browser.new_context(**options).new_page()
        return tabs[kind]

    yield tab_of
    for page in tabs.values():
        page.context.close()


@pytest.fixture
def visit(tab: Callable[..., Page]) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a blank page, with Playwright's options for its context."""
    visits: list[Visit] = []

    def begin(**options: Any) -> Visit:
        kind = {name: value for name, value in options.items() if name not in OF_THE_TAB}
        page = tab(**kind)
        page.set_viewport_size(options.get("viewport", VIEWPORT))
        page.emulate_media(media="null", color_scheme=options.get("color_scheme", "light"))
        visits.append(Visit(page))
        for event, handler in visits[-1].handlers.items():
            page.on(event, handler)  # type: ignore[call-overload]
        return visits[-1]

    yield begin
    for ended in visits:
        _leave(ended)


def _leave(visit: Visit) -> None:
    """Leave a blank tab that no longer tells of itself, and nothing stored in it."""
    for event, handler in visit.handlers.items():
        visit.tab.remove_listener(event, handler)
    context: BrowserContext = visit.tab.context
    visit.tab.unroute_all(behavior="ignoreErrors")
    context.unroute_all(behavior="ignoreErrors")
    context.clear_cookies()
    if visit.tab.url.startswith(HERE):
        visit.tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    visit.tab.mouse.move(0, 0)
    visit.tab.goto("about:blank")


@pytest.fixture
def page(visit: Callable[..., Visit]) -> Visit:
    """One page of 1280 by 900 in the light theme."""
    return visit()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Return a function that serves and returns the address: a Streamlit script, or the dashboard.

    The dashboard, where no script is named, is served as a person does, by its command.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(
        script: Path | None = None,
        env: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = tmp_path_factory.mktemp("serve") / "log.txt"
        with log.open("wb") as file:
            server = subprocess.Popen(
                [sys.executable, "-m", *_command(script, port), *options],
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
            )
        running.append(server)
        base = options[options.index("--base-path") + 1] if "--base-path" in options else ""
        address = f"{HERE}{port}{base}/"
        _wait_for_health(server, address, log)
        return address

    yield start
    for server in running:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _command(script: Path | None, port: int) -> list[str]:
    """What follows `python -m`."""
    if script is None:
        return ["controlmap", "dashboard", "--port", str(port)]
    options = {
        "server.port": port, "server.address": "127.0.0.1", "server.headless": "true",
        "server.fileWatcherType": "none", "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }  # fmt: skip
    given = [part for key, value in options.items() for part in (f"--{key}", str(value))]
    return ["streamlit", "run", str(script), *given]


def _wait_for_health(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    pytest.fail(f"no server at {address}:\n{log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="session")
def address(serve: Callable[..., str]) -> str:
    """The address of the dashboard over the embedded records."""
    return serve(env={"CONTROLMAP_DATA": ""})
