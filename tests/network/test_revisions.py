"""Maps that a source corrects under the same instant: asked for again, taken, and kept beside."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import orjson
import pytest
from streamlit.testing.v1 import AppTest

import controlmap as cm
from command_line import Run
from controlmap.record import archive
from controlmap.update.fetch import Fetcher
from controlmap.words import notes
from input_files import CONTESTED, OCCUPIED, make_file
from march import STRIP_KM2, WIDE, asked, run, second, stored, strips
from publisher import MadeClock, Publisher

DAYS = (1, 2, 3, 4)


def publish(
    server: Publisher,
    held: dict[int, int],
    updated: dict[int, str],
    days: Sequence[int] = DAYS,
    wide: int | None = None,
) -> None:
    """Publish a map of each day, with so many strips held; changed at those instants.

    That of a day may be as wide as cannot be true of it alone.
    """
    index = [
        {"id": second(day, 18), "updatedAt": updated.get(day, f"2026-03-{day:02}T18:10:00.000Z")}
        for day in days
    ]
    server.publish("/api/public", orjson.dumps(index))
    for day in days:
        box = WIDE if day == wide else strips(held[day])
        server.publish(
            f"/api/{second(day, 18)}/geojson",
            make_file((box, OCCUPIED), ((37.0, 48.0, 37.1, 48.1), CONTESTED)),
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


@pytest.mark.parametrize("day", [2, 4])
def test_a_correction_that_cannot_be_true_leaves_what_the_record_has(
    deepstate: Publisher, fetcher: Fetcher, clock: MadeClock, day: int
) -> None:
    """In the midst of the record, and its last day; the other corrections are taken."""
    held = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    publish(deepstate, held, {})
    run(fetcher)
    corrected = {day: "2026-03-05T00:00:00Z", 3: "2026-03-05T00:00:00Z"}
    publish(deepstate, held | {3: 4}, corrected, wide=day)
    for _ in range(2):
        done = run(fetcher)
        assert stored() == {1: 1.0, 2: 2.0, 3: 4.0, 4: 4.0}
        (out,) = done.kept_out
        assert out.name == f"{second(day, 18)}.geojson"
        assert "Russian-held" in out.why
    assert len(cm.open("deepstate").revisions().rows) == 1

    # With a day more it is still not believed, and nothing of the record is lost for it.
    clock.waits_s.append(86400.0)
    publish(deepstate, held | {3: 4}, corrected, days=(*DAYS, 5), wide=day)
    run(fetcher)
    assert stored() == {1: 1.0, 2: 2.0, 3: 4.0, 4: 4.0, 5: 5.0}


def test_a_correction_that_later_days_confirm_is_taken(
    deepstate: Publisher, fetcher: Fetcher
) -> None:
    publish(deepstate, {1: 1, 2: 2, 3: 3, 4: 4}, {})
    run(fetcher)
    updated = dict.fromkeys((4,), "2026-03-05T00:00:00Z")
    publish(deepstate, {1: 1, 2: 2, 3: 3, 4: 4}, updated, wide=4)
    run(fetcher)
    assert stored()[4] == 4.0
    deepstate.publish(f"/api/{second(5, 18)}/geojson", make_file((WIDE, OCCUPIED)))
    index = [{"id": second(day, 18), "updatedAt": "2026-03-05T00:00:00Z"} for day in (4, 5)]
    deepstate.publish("/api/public", orjson.dumps(index))
    run(fetcher)
    assert stored()[4] == stored()[5]
    assert stored()[5] > 500


@pytest.mark.usefixtures("own")
def test_a_record_without_corrections_says_that_none_was_noticed() -> None:
    answer = cm.open("deepstate").revisions()
    assert answer.rows == []
    assert "No correction was noticed" in str(answer.notes[0])


@pytest.fixture
def corrected(deepstate: Publisher, fetcher: Fetcher) -> None:
    publish(deepstate, {1: 1, 2: 2, 3: 3, 4: 4}, {})
    run(fetcher)
    publish(deepstate, {1: 1, 2: 5, 3: 3, 4: 4}, {2: "2026-03-03T09:00:00Z"})
    run(fetcher)


@pytest.mark.usefixtures("corrected")
def test_corrections_are_files_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix in ("csv", "json", "geojson", "gpkg", "parquet"):
        done = Run(capsys, "revisions", "-o", tmp_path / f"revisions.{suffix}")
        assert done.code == 0, done.errors
    with (tmp_path / "revisions.csv").open(newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert float(row["gained_km2"]) == pytest.approx(3 * STRIP_KM2, abs=0.01)
    (entry,) = orjson.loads((tmp_path / "revisions.json").read_bytes())["revisions"]
    assert entry["iso"] == row["iso"] == "UA-14"
    (feature,) = orjson.loads((tmp_path / "revisions.geojson").read_bytes())["features"]
    lon, lat = feature["geometry"]["coordinates"]
    assert 37.62 < lon < 37.65
    assert 48.0 < lat < 48.1
    assert feature["properties"]["gained_km2"] == pytest.approx(float(row["gained_km2"]))
    for suffix in ("gpkg", "parquet"):
        path = tmp_path / f"revisions.{suffix}"
        frame = geopandas.read_file(path) if suffix == "gpkg" else geopandas.read_parquet(path)
        assert frame.geometry[0].geom_type == "Point"
        assert list(frame["noticed"]) == [row["noticed"]]


@pytest.mark.usefixtures("corrected")
def test_corrections_are_seen_on_a_page() -> None:
    def method() -> None:
        from controlmap.dashboard.pages import method as shown

        shown.show()

    page = AppTest.from_function(method, default_timeout=60).run()
    assert not page.exception
    titles = [str(header.value) for header in page.header]
    assert str(notes.REVISIONS) in titles
    tables = [str(html.proto.body) for html in page.get("html")]
    assert any("2 Mar 2026" in table and "Donetsk" in table for table in tables), tables[-1]
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == ["CSV", "XLSX", "JSON"]
