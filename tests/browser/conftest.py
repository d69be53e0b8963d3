"""A browser, a dashboard's server, and a page that cannot leave the machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect, sync_playwright
from visiting import HERE, Visit, listen

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
START_SECONDS = 60
# A page's first visit computes what later ones find in a cache, on whatever machine this is.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium or Chrome as installed; CI without one is an error, elsewhere a skip."""
    named = os.environ.get("CONTROLMAP_CHROMIUM")
    program = named or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        reason = f"no browser: none of {', '.join(PROGRAMS)} on PATH, CONTROLMAP_CHROMIUM not set"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def serve(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., str]]:
    """Return a function that serves and returns the address: a Streamlit script, or the dashboard.

    The dashboard, where no script is named, is served as a person does, by its command.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(script: Path | None = None, env: Mapping[str, str] | None = None) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = tmp_path_factory.mktemp("serve") / "log.txt"
        with log.open("wb") as file:
            server = subprocess.Popen(
                [sys.executable, "-m", *_command(script, port)],
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
            )
        running.append(server)
        _wait_for_health(server, port, log)
        return f"{HERE}{port}/"

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
    told = [part for key, value in options.items() for part in (f"--{key}", str(value))]
    return ["streamlit", "run", str(script), *told]


@pytest.fixture(scope="session")
def address(serve: Callable[..., str]) -> str:
    """The address of the dashboard over the embedded records."""
    return serve(env={"CONTROLMAP_DATA": ""})


def _wait_for_health(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{HERE}{port}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    pytest.fail(f"no server on port {port}:\n{log.read_text('utf-8', 'replace')}")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a blank page, with Playwright's options for its context."""
    contexts: list[BrowserContext] = []

    def new(**options: object) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        made = Visit(context.new_page())

        def gate(route: Route) -> None:
            url = route.request.url
            if url.startswith((HERE, "data:", "blob:")):
                route.continue_()
            else:
                made.abroad.append(url)
                route.abort()

        context.route("**/*", gate)
        listen(made)
        return made

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit: Callable[..., Visit]) -> Visit:
    """One page of 1280 by 900 in the light theme."""
    return visit(color_scheme="light")
