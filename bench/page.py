"""The dashboard in a headless Chromium: how long its map takes, and what memory its server does."""

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

# Milliseconds from navigation (or from the click) until the frame has drawn a date other than
# `shown` and can be seen; else false.
_PAINTED = """([shown, since]) => [...document.querySelectorAll("iframe")].some((frame) => {
    const map = frame.contentWindow?.ControlMap;
    return map?.painted && map.painted !== shown && map.container.style.visibility !== "hidden"
        && frame.getBoundingClientRect().height > 100;
}) && performance.now() - (window[since] ?? 0)"""
_SHOWN = """() => [...document.querySelectorAll("iframe")]
    .map((frame) => frame.contentWindow?.ControlMap?.state().painted).find(Boolean)"""
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
_NOTE_CLICKS = """() => document.addEventListener(
    "click", () => { window.clicked = performance.now(); }, { capture: true })"""


@dataclass
class Measured:
    """What was measured: seconds, milliseconds, and MB (2**20 bytes) of resident memory."""

    start_s: list[float] = field(default_factory=list)
    cold_s: list[float] = field(default_factory=list)
    warm_s: list[float] = field(default_factory=list)
    again_s: list[float] = field(default_factory=list)
    change_ms: dict[str, list[float]] = field(default_factory=dict)
    first_frame_ms: list[float] = field(default_factory=list)
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
        found.cold_s.append(opened(context.new_page(), server.address) / 1000)
        if (rss_mb := server.rss_mb()) is not None:
            found.first_mb.append(rss_mb)


def _more_visits(browser: Browser, server: Server, found: Measured) -> None:
    for _ in range(VISITS):
        with visitor(browser) as context:
            found.warm_s.append(opened(context.new_page(), server.address) / 1000)
            found.again_s.append(opened(context.new_page(), server.address) / 1000)
    for since, query in (("the last day", ""), (BUSY_DAY, f"?date={BUSY_DAY}")):
        with visitor(browser) as context:
            tab = context.new_page()
            opened(tab, server.address + query)
            found.change_ms[since] = changes(tab)
    with visitor(browser) as context:
        _play(context.new_page(), server.address, found)
    found.last_mb = server.rss_mb() or 0.0


def _play(tab: Page, address: str, found: Measured) -> None:
    """The record played: to its first frame, and from one frame to the next at two speeds."""
    opened(tab, address)
    frame = next(f for f in tab.frames if "st_folium" in f.url)
    frame.evaluate(_NOTE_CLICKS)
    frame.locator(".cm-play").click()
    first = frame.wait_for_function(
        "ControlMap.player.frames > 0 && performance.now() - window.clicked", polling="raf"
    )
    found.first_frame_ms.append(float(first.json_value()))
    for speed in ("30", "182"):
        frame.locator(".cm-bar select").nth(1).select_option(speed)
        frame.evaluate("ControlMap.player.go(0).then(() => ControlMap.player.play())")
        seconds = _PLAY_SECONDS if speed == "30" else _PLAY_SECONDS / 2
        found.frame_ms[speed] = frame.evaluate(_FRAMES, seconds)


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


def opened(tab: Page, address: str) -> float:
    """Milliseconds from navigation until the map is visible, by the page's own clock."""
    tab.goto(address, wait_until="commit")
    return _painted(tab, None, "navigated")


def changes(tab: Page) -> list[float]:
    """Milliseconds from a click on "day before" until the map shows that day, day after day."""
    tab.evaluate(_NOTE_CLICKS)
    out = []
    for _ in range(CHANGES):
        tab.wait_for_timeout(700)  # the rest of the page has settled, as when a person looks at it
        shown = tab.evaluate(_SHOWN)
        tab.get_by_role("button", name="‹").click()
        out.append(_painted(tab, shown, "clicked"))
    return out


def _painted(tab: Page, shown: str | None, since: str) -> float:
    handle = tab.wait_for_function(_PAINTED, arg=[shown, since], timeout=30_000)
    return float(handle.json_value())
