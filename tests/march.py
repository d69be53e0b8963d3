"""The daily mirror of March 2026, made in code: each day holds a strip more of Donetsk oblast.

A day is that of the map; its file is named for two days later.
"""

from __future__ import annotations

import functools
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from controlmap.record import archive, builder, inputs
from controlmap.record.archive import Record
from controlmap.update import updater
from controlmap.update.fetch import Fetcher
from input_files import CONTESTED, OCCUPIED, make_daily, make_file, quiet
from publisher import Publisher

DELAY_DAYS = 2
STRIP_KM2 = 8.2897
"""Each day of March holds so much more: a strip of 0.01 by 0.1 degrees."""
WIDE = (37.0, 47.9, 38.0, 48.5)
"""A box of about 5,000 km2 in Donetsk oblast: more than may move in a day without confirmation."""


def strips(day: int) -> tuple[float, float, float, float]:
    return (37.6, 48.0, 37.6 + day / 100, 48.1)


def daily(day: int, box: tuple[float, float, float, float] | None = None) -> tuple[str, bytes]:
    """The name and content of the file that has the map of a day of March 2026."""
    ((name, data),) = make_daily(f"202603{day + DELAY_DAYS:02}", box or strips(day)).items()
    return name, data


def second(day: int, hour: int) -> int:
    return int(datetime(2026, 3, day, hour, tzinfo=UTC).timestamp())


def record_of(path: Path, *days: int) -> Record:
    """A record of these days, written there."""
    path.write_bytes(_record(days))
    return archive.load(path)


@functools.cache
def _record(days: tuple[int, ...]) -> bytes:
    files = [inputs.Member(*daily(day)) for day in days]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "deepstate.parquet"
        builder.build_file("deepstate", files, path, None, quiet)
        return path.read_bytes()


def publish(server: Publisher, *days: int) -> None:
    for day in days:
        name, data = daily(day)
        server.publish(f"/data/{name}", data)


def asked(server: Publisher) -> list[str]:
    """What the server was asked for since this was asked, by day or file."""
    names = {f"/data/{daily(day)[0]}": f"{day:02}" for day in range(1, 29)}
    paths = [names.get(path, path) for path in server.paths]
    server.asked.clear()
    return paths


def run(fetcher: Fetcher, since: date | None = None) -> updater.Update:
    return updater.update("deepstate", fetcher, quiet, quiet, since)


def stored() -> dict[int, float]:
    """The Russian-held strips by day of March in the record that is in use."""
    coverage = archive.open_source("deepstate").coverage
    held_km2 = coverage.areas.sum(axis=1)[:, 1]
    days = [info.observed.day for info in coverage.snapshots]
    return {d: round(float(k) / STRIP_KM2, 3) for d, k in zip(days, held_km2, strict=True)}


def tree(path: Path) -> dict[str, bytes]:
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own folder, empty; the embedded record is of 1 to 3 March."""
    (tmp_path / "embedded").mkdir()
    embedded = record_of(tmp_path / "embedded" / "deepstate.parquet", 1, 2, 3)
    monkeypatch.setattr(archive, "open_embedded", {"deepstate": embedded}.get)
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.fixture
def own(place: Path) -> Record:
    """The person's own record, of 1 to 5 March."""
    return record_of(place / "deepstate.parquet", 1, 2, 3, 4, 5)


@pytest.fixture
def both(server: Publisher, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """The map snapshots are published too, at /api, twice a day from 1 to 8 March."""
    monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_API", f"{server.address}/api")
    instants = [second(day, hour) for day in range(1, 9) for hour in (9, 18)]
    index = [{"id": i, "createdAt": "?", "description": "{{x}}"} for i in reversed(instants)]
    server.publish("/api/public", orjson.dumps(index))
    for instant in instants:
        day = datetime.fromtimestamp(instant, UTC).day
        server.publish(
            f"/api/{instant}/geojson",
            make_file((strips(day), OCCUPIED), ((37.0, 48.0, 37.1, 48.1), CONTESTED)),
        )
    return server
