"""A person's own folder, and a server to update it from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import publisher
import pytest
from march import record_of, second, strips
from publisher import MadeClock, Publisher

from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.update.fetch import Fetcher
from input_files import CONTESTED, OCCUPIED, make_file


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """A publisher of the daily mirror; the other feed is not asked."""
    with publisher.published() as made:
        monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_DAILY", f"{made.address}/data/")
        monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_API", "")
        yield made


@pytest.fixture
def clock() -> MadeClock:
    return MadeClock()


@pytest.fixture
def fetcher(clock: MadeClock) -> Iterator[Fetcher]:
    with publisher.fetcher_at(clock) as made:
        yield made


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
