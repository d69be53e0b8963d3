"""The first page in a headless Chromium: how long it takes, and what memory its server does."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SERVERS, VISITS, CHANGES = 3, 5, 10
BUSY_DAY = "2024-11-30"
"""A day on which the source drew all that it ever draws; the last days have fewer layers."""
START_SECONDS = 60

# Milliseconds from navigation until the figures, and until the map, are there.
_TIMES = "() => window.front?.times.map && window.front.times"
# Milliseconds from a press on "day before" until that day is drawn and the next frame begins.
_CHANGE = """() => new Promise((done) => {
    const start = performance.now();
    document.querySelector(".front-earlier").click();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0));
})"""
# Milliseconds between one frame and the next while the record plays for so many seconds.
_FRAMES = """(seconds) => new Promise((done) => {
    const gaps = [];
    const start = performance.now();
    let last = start;
    const frame = (now) => {
        gaps.push(now - last);
        last = now;
        if (now - start < 1000 * seconds) requestAnimationFrame(frame);
        else done(gaps.slice(1));
    };
    requestAnimationFrame(frame);
})"""
_PLAY_SECONDS = 10


@dataclass
class Measured:
    """What was measured: seconds, milliseconds, and MB (2**20 bytes) of resident memory."""

    start_s: list[float] = field(default_factory=list)
    figures_cold_s: list[float] = field(default_factory=list)
    figures_warm_s: list[float] = field(default_factory=list)
    cold_s: list[float] = field(default_factory=list)
    warm_s: list[float] = field(default_factory=list)
    again_s: list[float] = field(default_factory=list)
    change_ms: dict[str, list[float]] = field(default_factory=dict)
    frame_ms: dict[str, list[float]] = field(default_factory=dict)  # by the speed played at
    first_mb: list[float] = field(default_factory=list)
    last_mb: float = 0.0


@dataclass(frozen=True)
class Server:
    """A dashboard that runs: its process, its address, and the seconds it took to start."""

    process: subprocess.Popen[bytes]
    address: str
    start_s: float

    def rss_mb(self) -> float | None:
        """Resident memory of the process in MB; None where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.is_file():
            return None
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def chromium() -> str | None:
    """The browser to use: the one named in `CONTROLMAP_CHROMIUM`, or one found on the PATH."""
    named = os.environ.get("CONTROLMAP_CHROMIUM")
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


def measure(program: str) -> Measured:
    """Visit fresh servers, and the last of them again and again."""
    found = Measured()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        with contextlib.closing(browser):
            for left in reversed(range(SERVERS)):
                with served() as server:
                    _first_visit(browser, server, found)
                    if not left:
                        _more_visits(browser, server, found)
    return found


def _first_visit(browser: Browser, server: Server, found: Measured) -> None:
    found.start_s.append(server.start_s)
    with visitor(browser) as context:
        figures_s, map_s = opened(context.new_page(), server.address)
        found.figures_cold_s.append(figures_s)
        found.cold_s.append(map_s)
        if (rss_mb := server.rss_mb()) is not None:
            found.first_mb.append(rss_mb)


def _more_visits(browser: Browser, server: Server, found: Measured) -> None:
    for _ in range(VISITS):
        with visitor(browser) as context:
            figures_s, map_s = opened(context.new_page(), server.address)
            found.figures_warm_s.append(figures_s)
            found.warm_s.append(map_s)
            found.again_s.append(opened(context.new_page(), server.address)[1])
    for since, query in (("the last day", ""), (BUSY_DAY, f"?date={BUSY_DAY}")):
        with visitor(browser) as context:
            tab = context.new_page()
            opened(tab, server.address + query)
            found.change_ms[since] = changes(tab)
    with visitor(browser) as context:
        _play(context.new_page(), server.address, found)
    found.last_mb = server.rss_mb() or 0.0


def _play(tab: Page, address: str, found: Measured) -> None:
    """The record played: from one frame to the next, at two speeds."""
    opened(tab, f"{address}?date=2022-04-03")
    for speed in ("30", "182"):
        tab.evaluate("front.show({ ...front.choices, date: '2022-04-03' })")
        tab.locator(".front-keys select").select_option(speed)
        tab.locator(".front-play").click()
        seconds = _PLAY_SECONDS if speed == "30" else _PLAY_SECONDS / 2
        found.frame_ms[speed] = tab.evaluate(_FRAMES, seconds)
        if tab.evaluate("front.strip.playing"):
            tab.locator(".front-play").click()


@contextlib.contextmanager
def served() -> Iterator[Server]:
    """A dashboard of its own on a free port, as `make dashboard` starts it; it ends with this."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {"CONTROLMAP_DATA": ""}
    command = [sys.executable, "-m", "controlmap", "dashboard", "--port", str(port)]
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait_for_health(process, f"{address}_stcore/health")
        yield Server(process, address, time.perf_counter() - start)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_health(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"no dashboard at {address} within {START_SECONDS} s")


@contextlib.contextmanager
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor who was never here: nothing cached, a window of 1440 by 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        yield context
    finally:
        context.close()


def opened(tab: Page, address: str) -> tuple[float, float]:
    """Seconds from navigation until the figures, and the map, are there, by the page's clock."""
    tab.goto(address, wait_until="commit")
    times = tab.wait_for_function(_TIMES, timeout=30_000).json_value()
    return times["figures"] / 1000, times["map"] / 1000


def changes(tab: Page) -> list[float]:
    """Milliseconds from a press on "day before" until that day is drawn, day after day."""
    out = []
    for _ in range(CHANGES):
        tab.wait_for_timeout(700)  # the rest of the page has settled, as when a person looks at it
        out.append(float(tab.evaluate(_CHANGE)))
    return out
