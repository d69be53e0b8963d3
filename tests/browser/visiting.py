"""A browser's tab that remembers what it asked for and what it said."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Frame, Page, Response, WebSocket

HERE = "http://127.0.0.1:"

# Streamlit's own: features that its page asks of browsers that lack them, and its frames' sandbox.
STREAMLIT_SAYS = ("Unrecognized feature", "allow-scripts and allow-same-origin")

_MAP_IS_PAINTED = """(rev) => [...document.querySelectorAll("iframe")].some((frame) => {
    const painted = frame.contentWindow?.ControlMap?.painted;
    return rev === null ? painted : painted === rev;
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

    def assert_clean(self) -> None:
        """Fail if the page looked beyond this machine, said anything amiss, or missed a file."""
        assert self.abroad == []
        assert self.console == []
        assert self.failures == []


def listen(visit: Visit) -> None:
    """Have a visit remember what its tab does from now on."""

    def heard(message: ConsoleMessage) -> None:
        known = any(phrase in message.text for phrase in STREAMLIT_SAYS)
        if message.type in ("error", "warning") and not known:
            visit.console.append(f"{message.type}: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 400:
            visit.failures.append(f"{response.status} {response.url}")

    def connected(socket: WebSocket) -> None:
        if not socket.url.startswith(HERE.replace("http", "ws")):
            visit.abroad.append(socket.url)

    visit.tab.on("request", lambda request: visit.requests.append(request.url))
    visit.tab.on("response", answered)
    visit.tab.on("console", heard)
    visit.tab.on("pageerror", lambda error: visit.console.append(f"uncaught: {error}"))
    visit.tab.on("websocket", connected)
