"""Functions carried out in a process of its own, within limits of memory and time.

What reads a stranger's file may take gigabytes, minutes, or end its process; so that is another one
than ours. A process takes one file after the other, and is ended where one costs too much or nobody
waits for it any more. A polygon that it has sent is not sent again, and comes out as the same
object.
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import importlib
import io
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

import shapely

from controlmap.core import limits
from controlmap.core.model import ControlmapError, InputError

P = ParamSpec("P")
T = TypeVar("T")
_BEGIN = "from controlmap.core import isolated; isolated.serve(*{})"
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "GDAL_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # Arrow's own would set a gigabyte aside
}
_MOST_AT_ONCE = os.cpu_count() or 1
_PAUSE_SECONDS = 0.2  # from one look at whether anybody waits to the next
_WALL = 4  # so much longer than on an idle machine may a file take on a busy one
_NICE = 10
_KEPT_MB = 512  # of memory that a process may have taken and still read the next file


class OverBudgetError(InputError):
    """A file took more than `limits.READ_MB` or `limits.READ_SECONDS` to read."""


class BrokenOffError(InputError):
    """Reading a file ended its process, or raised what no reader should."""


still_waiting: contextvars.ContextVar[Callable[[], object]] = contextvars.ContextVar(
    "still_waiting", default=lambda: None
)
"""Called while a file is read; what it raises ends the reading."""


def call(name: str, function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Return what a module's function returns for these arguments, from another process.

    `name` is the file's.

    Raises
    ------
    ControlmapError
        What the function raises; an `OverBudgetError` where it takes more than the limits, and a
        `BrokenOffError` where it fails otherwise.
    """
    with _worker() as worker:
        value: T = worker.call(name, function, given, named)
        return value


def prepare(*modules: str) -> None:
    """Start a process that imports these modules, without waiting for it."""
    if not _idle:
        worker = _Worker()
        worker.start(*modules)
        _idle.append(worker)


_idle: list[_Worker] = []
_turns = threading.BoundedSemaphore(_MOST_AT_ONCE)


@contextlib.contextmanager
def _worker() -> Iterator[_Worker]:
    """Return a process that does nothing else meanwhile; one of them is kept for later."""
    while not _turns.acquire(timeout=_PAUSE_SECONDS):
        still_waiting.get()()
    try:
        try:
            worker = _idle.pop()
        except IndexError:
            worker = _Worker()
        try:
            yield worker
        finally:
            if _idle:
                worker.end()
            else:
                _idle.append(worker)
    finally:
        _turns.release()


@atexit.register
def _end() -> None:
    while _idle:
        _idle.pop().end()


class _Worker:
    """A process that carries out functions; it starts with the first, and anew after its end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection[Any, Any]
        self._received: dict[int, shapely.Polygon] = {}

    def call(
        self, name: str, function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """Return the function's value, or raise what it raised."""
        if self._process and self._process.poll() is not None:
            self.end()  # the system ended it while it waited
        process = self._process or self.start()
        request = pickle.dumps((limits.READ_MB, limits.READ_SECONDS, name, function, given, named))
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._connection.send_bytes(request)
            self._wait(name)
            try:
                answer = self._connection.recv_bytes(limits.READ_MB * 2**20)
            except (EOFError, OSError) as error:
                self.end()
                raise _ended(name, process.returncode) from error
            unpickler = _Unpickler(io.BytesIO(answer), self._received)
            value, raised, is_grown = unpickler.load()
            self._received = unpickler.used
        except BaseException:
            self.end()
            raise
        if is_grown:
            self.end()
        if raised:
            raise raised
        return value

    def start(self, *modules: str) -> subprocess.Popen[bytes]:
        """Start the process, which imports these modules first."""
        self._connection, theirs = Pipe()
        self._received = {}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BEGIN.format((theirs.fileno(), *modules))],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | _ONE_THREAD,
            )
        return self._process

    def _wait(self, name: str) -> None:
        deadline = time.monotonic() + _WALL * limits.READ_SECONDS
        while not self._connection.poll(_PAUSE_SECONDS):
            still_waiting.get()()
            if time.monotonic() > deadline:
                raise OverBudgetError(
                    "{name}: took more than {seconds} s to read on a machine that is busy",
                    name,
                    _WALL * limits.READ_SECONDS,
                )

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._connection.close()
            self._process = None


def _over_memory(name: str) -> OverBudgetError:
    return OverBudgetError(
        "{name}: took more than {memory:.1f} GB to read", name, limits.READ_MB / 1024
    )


def _ended(name: str, code: int) -> InputError:
    """Return what to say of a process that ended by itself, by its exit code."""
    if -code == signal.SIGXCPU:
        return OverBudgetError(
            "{name}: took more than {seconds} s of processor time to read",
            name,
            limits.READ_SECONDS,
        )
    if -code == signal.SIGKILL:  # its own, or the system's where there is no memory left
        return _over_memory(name)
    return BrokenOffError(
        "{name}: is damaged, or takes more than {memory:.1f} GB to read",
        name,
        limits.READ_MB / 1024,
    )


def serve(descriptor: int, *modules: str) -> None:
    """Carry out what comes, until nothing does: what a process of `_Worker` does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who waits ends it
    os.nice(_NICE if os.nice(0) < _NICE else 0)
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (0, 0))
    for module in modules:
        importlib.import_module(module)
    sent: dict[int, tuple[shapely.Polygon, int]] = {}
    connection: Connection[Any, Any] = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):
        while True:
            limits.READ_MB, limits.READ_SECONDS, name, function, given, named = pickle.loads(
                connection.recv_bytes()
            )
            _limit(int(time.process_time() + limits.READ_SECONDS) + 1, limits.READ_MB * 2**20)
            value, error = _outcome(name, function, given, named)
            is_grown = memory_mb("VmHWM") > _KEPT_MB
            pickler = _Pickler(out := io.BytesIO(), sent)
            try:
                pickler.dump((value, error, is_grown))
            except MemoryError:
                os.kill(os.getpid(), signal.SIGKILL)
            sent = pickler.used
            # What the next request takes, with what it imports, is not of this file's budget.
            _limit(resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            connection.send_bytes(out.getbuffer())
            del name, function, given, named, value, error, pickler, out


def _limit(seconds: int, size: int) -> None:
    """Bound the processor time and the memory of this process, in seconds and bytes."""
    for kind, soft in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_DATA, size)):
        resource.setrlimit(kind, (soft, resource.RLIM_INFINITY))


def _outcome(
    name: str, function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
) -> tuple[Any, ControlmapError | None]:
    """Return the value of a function and None, or None and its error."""
    try:
        return function(*given, **named), None
    except ControlmapError as error:
        return None, _over_memory(name) if _is_of_memory(error) else _portable(error)
    except MemoryError:
        return None, _over_memory(name)
    except Exception as error:  # whatever a library raises for what no reader foresaw
        if _is_of_memory(error):
            return None, _over_memory(name)
        why = f"{type(error).__name__}: {error}"[:200]
        return None, BrokenOffError(
            "{name}: is damaged, or of a kind that cannot be read ({why})",
            name,
            " ".join(why.split()),
        )


def _is_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError) or "bad_alloc" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _portable(error: ControlmapError) -> ControlmapError:
    """Return an error with the exceptions that it tells of as texts, and nothing behind it."""
    text, *given = error.args
    return type(error)(text, *(str(v) if isinstance(v, BaseException) else v for v in given))


def memory_mb(kind: Literal["VmHWM", "VmRSS"]) -> float:
    """Return the most memory that this process has taken, or, on Linux, what it takes now."""
    with contextlib.suppress(OSError):
        # Linux counts in ru_maxrss what the process that started this one had taken.
        status = Path("/proc/self/status").read_text("ascii")
        (line,) = (line for line in status.splitlines() if line.startswith(kind))
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 1024)


class _Pickler(pickle.Pickler):
    """Sends a polygon once, and then its number; `used` are those of this answer."""

    def __init__(self, out: io.BytesIO, sent: dict[int, tuple[shapely.Polygon, int]]) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self._sent, self.used = sent, dict[int, tuple[shapely.Polygon, int]]()
        self._next = max((number for _, number in sent.values()), default=0)

    def persistent_id(self, value: Any) -> tuple[int, bytes | None] | None:
        if not isinstance(value, shapely.Polygon):
            return None
        known = self.used.get(id(value)) or self._sent.get(id(value))
        if known is None:
            self._next += 1
            self.used[id(value)] = value, self._next
            return self._next, shapely.to_wkb(value)
        self.used[id(value)] = known
        return known[1], None


class _Unpickler(pickle.Unpickler):
    """Takes what `_Pickler` sends, out of a process that is ours."""

    def __init__(self, answer: io.BytesIO, received: dict[int, shapely.Polygon]) -> None:
        super().__init__(answer)
        self._received, self.used = received, dict[int, shapely.Polygon]()

    def persistent_load(self, sent: tuple[int, bytes | None]) -> shapely.Polygon:
        number, wkb = sent
        if number not in self.used:
            polygon = self._received[number] if wkb is None else shapely.from_wkb(wkb)
            assert isinstance(polygon, shapely.Polygon)
            self.used[number] = polygon
        return self.used[number]
