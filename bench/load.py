"""Many readers at once: of the first page, whose days need no server, and of Streamlit's pages.

Prints how long the opening of either takes, for several numbers of readers, and what memory the
server takes. Bounded in time and in readers. Last, one reader beside files that cost all that a
file may.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from page import Server, served
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

PAGES = ("changes", "history", "place", "claims", "proposals", "pace", "sources")
_FILES = re.compile(r"map/files/[\w.-]+|map/[0-9a-f]{16}/[\w./-]+")
PAUSE_S = 2.0
PATIENCE_S = 60.0
READ_S = 16.0
"""How long a reader goes through the days of the first page."""


@dataclass
class Times:
    """Seconds that readers waited."""

    first: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Reader:
    """A reader's page, as far as the server sees it."""

    def __init__(self, socket: ClientConnection, times: Times) -> None:
        self._socket = socket
        self._times = times

    async def open(self, page: str) -> None:
        """Open a page; wait until its script has run."""
        message = BackMsg()
        message.rerun_script.page_name = page
        await self._send(message, self._times.pages)

    async def _send(self, message: BackMsg, taken: list[float]) -> None:
        start = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_S):
            while not self._finished(ForwardMsg.FromString(await self._received())):
                pass
        taken.append(time.perf_counter() - start)

    async def _received(self) -> bytes:
        data = await self._socket.recv()
        assert isinstance(data, bytes)
        return data

    def _finished(self, message: ForwardMsg) -> bool:
        element = message.delta.new_element
        if element.HasField("exception"):
            self._times.errors.append(element.exception.message)
        return message.WhichOneof("type") == "script_finished"


def fetched(address: str) -> None:
    """Ask for the first page, and for the files that it names."""
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
        document = answer.read().decode()
    for path in sorted(set(_FILES.findall(document))):
        with urllib.request.urlopen(address + path, timeout=PATIENCE_S) as answer:
            answer.read()


async def read(address: str, seconds: float, times: Times) -> None:
    """Open the first page and go through its days; then visit another page, and so on."""
    await asyncio.sleep(random.uniform(0, PAUSE_S))
    end = time.perf_counter() + seconds
    try:
        while time.perf_counter() < end:
            start = time.perf_counter()
            await asyncio.to_thread(fetched, address)
            times.first.append(time.perf_counter() - start)
            await asyncio.sleep(READ_S)
            url = address.replace("http", "ws", 1) + "_stcore/stream"
            async with connect(
                url, subprotocols=[Subprotocol("streamlit")], max_size=None
            ) as socket:
                await Reader(socket, times).open(random.choice(PAGES))
                await asyncio.sleep(PAUSE_S)
    except (OSError, TimeoutError, AssertionError) as error:
        times.errors.append(f"{type(error).__name__}: {error}")


async def crowd(server: Server, readers: int, seconds: float) -> Times:
    """Return what so many readers waited."""
    times = Times()
    await asyncio.gather(*(read(server.address, seconds, times) for _ in range(readers)))
    return times


@contextlib.contextmanager
def beside_the_worst_file() -> Iterator[None]:
    """Have a file that takes all the time it may read again and again, as a server reads it."""
    script = (
        "from controlmap import sources\nfrom controlmap.core import isolated\n"
        "import sys; sys.path.insert(0, sys.argv[1]); import hostile\n"
        "data = hostile.star()\n"
        "while True:\n"
        "    try: isolated.call('a', sources.read, data, f'a {hostile.DAY}.geojson')\n"
        "    except isolated.OverBudgetError: pass\n"
    )
    tests = Path(__file__).parents[1] / "tests"
    with subprocess.Popen([sys.executable, "-c", script, str(tests)]) as process:
        try:
            yield
        finally:
            process.kill()


def row(values: Sequence[float]) -> str:
    """Return median and 95th percentile in milliseconds."""
    if len(values) < 2:
        return f"{'-':>7} {'-':>7}"
    p95 = statistics.quantiles(values, n=20)[-1]
    return f"{1000 * statistics.median(values):7.0f} {1000 * p95:7.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, nargs="+", default=[1, 10, 25, 50])
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    print("readers   first: median p95 ms   page: median p95 ms   errors   server MB")
    runs: list[tuple[int, str, contextlib.AbstractContextManager[None]]] = [
        *((readers, "", contextlib.nullcontext()) for readers in arguments.readers),
        (1, "beside a file", beside_the_worst_file()),
    ]
    for readers, beside, meanwhile in runs:
        with served() as server, meanwhile:
            times = asyncio.run(crowd(server, readers, arguments.seconds))
            memory = server.rss_mb() or 0
            print(
                f"{readers:7}         {row(times.first)}       {row(times.pages)}"
                f"   {len(times.errors):6}   {memory:9.0f}   {beside}",
                flush=True,
            )
            for error in sorted(set(times.errors))[:3]:
                print(f"         {error}")


if __name__ == "__main__":
    main()
