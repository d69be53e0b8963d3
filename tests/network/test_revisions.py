"""Maps that a source corrects under the same instant: asked for again, taken, and kept beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

import controlmap as cm
from controlmap.record import archive
from controlmap.update.fetch import Fetcher
from input_files import CONTESTED, OCCUPIED, make_file
from march import STRIP_KM2, asked, run, second, stored, strips
from publisher import MadeClock, Publisher

DAYS = (1, 2, 3, 4)


def publish(server: Publisher, held: dict[int, int], updated: dict[int, str]) -> None:
    """Publish a map of each day, with so many strips held; changed at those instants."""
    index = [
        {"id": second(day, 18), "updatedAt": updated.get(day, f"2026-03-{day:02}T18:10:00.000Z")}
        for day in DAYS
    ]
    server.publish("/api/public", orjson.dumps(index))
    for day in DAYS:
        server.publish(
            f"/api/{second(day, 18)}/geojson",
            make_file((strips(held[day]), OCCUPIED), ((37.0, 48.0, 37.1, 48.1), CONTESTED)),
        )


@pytest.fixture
def deepstate(server: Publisher, place: Path, monkeypatch: pytest.MonkeyPatch) -> Publisher:  # noqa: ARG001
    monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_API", f"{server.address}/api")
    monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_DAILY", "")
    return server


def test_a_corrected_map_is_taken_and_what_it_said_before_is_kept(
    deepstate: Publisher, fetcher: Fetcher, clock: MadeClock
) -> None:
    publish(deepstate, {1: 1, 2: 2, 3: 3, 4: 4}, {})
    run(fetcher)
    assert stored() == {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}
    asked(deepstate)
    clock.waits_s.append(600.0)
    # The day of 2 March is put right: five strips, not two; its source says so the day after.
    publish(deepstate, {1: 1, 2: 5, 3: 3, 4: 4}, {2: "2026-03-03T09:00:00.000Z"})
    done = run(fetcher)
    assert asked(deepstate) == ["/api/public", f"/api/{second(2, 18)}/geojson"]
    assert done.added == ()
    assert stored() == {1: 1.0, 2: 5.0, 3: 3.0, 4: 4.0}
    (row,) = cm.open("deepstate").revisions().rows
    assert row["observed"] == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert row["noticed"] == datetime(2026, 3, 12, 12, 10, tzinfo=UTC)
    assert row["iso"] == "UA-14"
    assert row["gained_km2"] == pytest.approx(3 * STRIP_KM2, abs=0.01)
    assert row["lost_km2"] == 0.0

    run(fetcher)  # nothing is corrected since
    assert asked(deepstate) == ["/api/public"]

    # And once more: what the first correction changed stays kept.
    publish(deepstate, {1: 1, 2: 4, 3: 3, 4: 4}, {2: "2026-03-04T09:00:00.000Z"})
    run(fetcher)
    rows = cm.open("deepstate").revisions().rows
    assert [round(r["gained_km2"] / STRIP_KM2) for r in rows] == [3, 0]
    assert [round(r["lost_km2"] / STRIP_KM2) for r in rows] == [0, 1]


def test_a_corrected_record_answers_as_a_fresh_one(
    deepstate: Publisher, fetcher: Fetcher, place: Path
) -> None:
    publish(deepstate, {1: 1, 2: 2, 3: 3, 4: 4}, {})
    run(fetcher)
    publish(deepstate, {1: 1, 2: 1, 3: 5, 4: 4}, dict.fromkeys((2, 3), "2026-03-05T00:00:00Z"))
    run(fetcher)
    corrected = archive.open_source("deepstate").coverage
    (place / "deepstate.parquet").unlink()
    run(fetcher)
    fresh = archive.open_source("deepstate").coverage
    assert corrected.areas == pytest.approx(fresh.areas, abs=1e-4)
    assert [i.sha256 for i in corrected.snapshots] == [i.sha256 for i in fresh.snapshots]


def test_a_copy_of_an_unknown_day_is_compared_by_the_day_it_is_of(
    deepstate: Publisher, fetcher: Fetcher, place: Path
) -> None:
    """A record of files at hand: what was changed on a later day is asked for, once."""
    publish(deepstate, {1: 1, 2: 2, 3: 3, 4: 4}, {})
    run(fetcher)
    for kept in (place / "originals" / "deepstate_api").glob("*.json"):
        kept.unlink()
    path = place / "deepstate.parquet"
    record = archive.load(path)
    unknown = tuple(replace(info, retrieved=None) for info in record.coverage.snapshots)
    archive.save(path, replace(record.coverage, snapshots=unknown), record.provenance)
    publish(deepstate, {1: 1, 2: 2, 3: 3, 4: 4}, {2: "2026-03-03T00:00:00Z"})
    asked(deepstate)
    assert run(fetcher).revised == ()
    assert asked(deepstate) == ["/api/public", f"/api/{second(2, 18)}/geojson"]
    run(fetcher)
    assert asked(deepstate) == ["/api/public"]


@pytest.mark.usefixtures("own")
def test_a_record_without_corrections_says_that_none_was_noticed() -> None:
    answer = cm.open("deepstate").revisions()
    assert answer.rows == []
    assert "No correction was noticed" in str(answer.notes[0])
