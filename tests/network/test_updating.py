"""Updating from a server on this machine: what is asked, what is kept, what the record becomes."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest

import publisher
from controlmap.core.model import ControlmapError, InputError
from controlmap.record import archive, builder, inputs
from controlmap.record.archive import Record
from controlmap.update import updater
from controlmap.update.fetch import Fetcher
from input_files import OCCUPIED, make_file, quiet
from march import (
    WIDE,
    asked,
    daily,
    publish,
    record_of,
    run,
    second,
    stored,
    strips,
)
from publisher import NOON, MadeClock, Publisher, status

# Going on


@pytest.mark.usefixtures("own")
def test_what_is_new_is_added_at_full_detail(server: Publisher, fetcher: Fetcher) -> None:
    publish(server, 6, 7, 9, 10)
    done = run(fetcher)
    assert asked(server) == ["06", "07", "08", "09", "10"]
    assert done.fetching.missing == [daily(8)[0]]
    assert done.fetching.failed == []
    assert not done.begun
    assert [info.observed.day for info in done.added] == [6, 7, 9, 10]
    assert stored() == {d: float(d) for d in (1, 2, 3, 4, 5, 6, 7, 9, 10)}
    assert archive.open_source("deepstate").coverage.cell_m is None


@pytest.mark.usefixtures("own")
def test_both_dates_reach_the_record(server: Publisher, fetcher: Fetcher) -> None:
    publish(server, 6)
    run(fetcher)
    *_, before, last = archive.open_source("deepstate").coverage.snapshots
    assert last.observed == datetime(2026, 3, 6, 22, tzinfo=UTC)
    assert last.retrieved == NOON
    assert before.retrieved == datetime(2026, 3, 7, 3, tzinfo=UTC)  # the mirror's own word


@pytest.mark.usefixtures("own")
def test_with_nothing_new_the_record_is_not_written(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    before = (place / "deepstate.parquet").stat()
    done = run(fetcher)
    assert asked(server) == ["06", "07", "08", "09", "10"]
    assert done.added == ()
    assert (place / "deepstate.parquet").stat() == before


def test_since_fills_days_that_the_record_lacks(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    record_of(place / "deepstate.parquet", 1, 3, 5)
    publish(server, 2, 4, 6)
    done = run(fetcher, since=date(2026, 3, 2))
    assert asked(server) == ["02", "04", "06", "07", "08", "09", "10"]
    assert [info.observed.day for info in done.added] == [2, 4, 6]
    assert list(stored()) == [1, 2, 3, 4, 5, 6]


@pytest.mark.usefixtures("own")
def test_the_files_are_kept_by_hash_with_address_and_dates(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    name, data = daily(6)
    server.publish(f"/data/{name}", publisher.of_etag(data, '"six"'))
    done = run(fetcher)
    sha256 = done.added[0].sha256
    (told,) = json.loads((place / f"originals/deepstate_daily/{name}.json").read_bytes())
    assert told == {
        "address": f"{server.address}/data/{name}",
        "sha256": sha256,
        "bytes": len(data),
        "observed": "2026-03-06T22:00:00+00:00",
        "retrieved": "2026-03-12T12:00:00+00:00",
        "asked": "2026-03-12T12:00:00+00:00",
        "etag": '"six"',
        "last_modified": None,
    }
    kept = place / f"originals/bytes/{sha256[:2]}/{sha256}.gz"
    assert gzip.decompress(kept.read_bytes()) == data


def test_an_untrue_day_waits_for_the_next_to_confirm_it(
    server: Publisher, fetcher: Fetcher, clock: MadeClock, own: Record
) -> None:
    """The record ends before it, so it is given again; its server is asked only if it changed."""
    for day in (6, 7):
        name, data = daily(day, WIDE)
        server.publish(f"/data/{name}", publisher.of_etag(data, f'"{day}"'))
    clock.start = NOON.replace(day=8)
    done = run(fetcher)
    assert (done.added, len(done.kept_out)) == ((), 1)
    assert "no later snapshot confirms it" in done.kept_out[0].why
    assert archive.open_source("deepstate").coverage.span == own.coverage.span
    clock.start = NOON.replace(day=9)
    server.asked.clear()
    done = run(fetcher)
    assert [info.observed.day for info in done.added] == [6, 7]
    assert server.asked[0][1]["If-None-Match"] == '"6"'
    assert done.added[0].retrieved == NOON.replace(day=8)


# Two feeds


@pytest.mark.usefixtures("own")
def test_the_better_feed_is_asked_first_and_the_other_goes_on_after_it(
    both: Publisher, fetcher: Fetcher
) -> None:
    """The record has no map snapshot, so these begin where it ends; the last of a day is taken."""
    publish(both, 6, 7, 8, 9, 10)
    done = run(fetcher)
    snapshots = [f"/api/{second(day, 18)}/geojson" for day in (5, 6, 7, 8)]
    assert asked(both) == ["/api/public", *snapshots, "09", "10"]
    assert [info.reader for info in done.added] == ["deepstate_api"] * 4 + ["deepstate_daily"] * 2
    assert list(stored()) == list(range(1, 11))


@pytest.mark.usefixtures("own")
def test_where_the_better_feed_fails_the_other_goes_on(both: Publisher, fetcher: Fetcher) -> None:
    both.publish("/api/public", status(403))
    publish(both, 6, 7)
    done = run(fetcher)
    assert done.fetching.failed == [
        f"{both.address}/api/public: turns the request away (403); "
        "CONTROLMAP_ADDRESS_DEEPSTATE_API is to be the address below which /public, /last and "
        "/ID/geojson lie. A bare one, without these, is not for everybody"
    ]
    assert [info.observed.day for info in done.added] == [6, 7]


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    "index", [b"[]", b"{}", b'[{"id": "../../x"}, {"id": 1e9}, {"id": true}, 7]']
)
def test_an_index_that_is_none_is_told(both: Publisher, fetcher: Fetcher, index: bytes) -> None:
    both.publish("/api/public", index)
    done = run(fetcher)
    assert "is no index of map snapshots" in done.fetching.failed[0]


def test_a_feed_of_late_days_alone_takes_none_from_the_record(
    both: Publisher, fetcher: Fetcher, clock: MadeClock, place: Path
) -> None:
    """A map snapshot of 1 March and the mirror of 2 to 20 March: one of 28 March hides these."""
    early = inputs.Member(f"{second(1, 18)}.geojson", make_file((strips(1), OCCUPIED)))
    files = [early, *(inputs.Member(*daily(day)) for day in range(2, 21))]
    builder.build_file("deepstate", files, place / "deepstate.parquet", None, quiet)
    before = (place / "deepstate.parquet").read_bytes()
    late = second(28, 18)
    both.publish("/api/public", orjson.dumps([{"id": late}]))
    both.publish(f"/api/{late}/geojson", make_file((strips(28), OCCUPIED)))
    clock.start = NOON.replace(day=28, hour=20)
    with pytest.raises(
        ControlmapError, match="would lose its days between 2026-03-01 and 2026-03-28"
    ):
        run(fetcher)
    assert (place / "deepstate.parquet").read_bytes() == before
    assert list(place.glob("*.parquet")) == [place / "deepstate.parquet"]


def test_a_beginning_of_earlier_days_may_leave_a_gap(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    """Nothing is lost: the record never had the days of the gap."""
    files = [inputs.Member(*daily(day)) for day in (25, 26)]
    builder.build_file("deepstate", files, place / "deepstate.parquet", None, quiet)
    publish(server, 1, 2)
    run(fetcher, since=date(2026, 3, 1))
    assert list(stored()) == [1, 2, 25, 26]


# Beginning


def test_the_first_update_fetches_all_that_the_embedded_record_has(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    publish(server, *range(1, 11))
    done = run(fetcher)
    assert asked(server) == [f"{d:02}" for d in range(1, 11)]
    assert done.begun
    assert stored() == {d: float(d) for d in range(1, 11)}
    assert done.record is not None
    assert archive.hidden_by(done.record) is None
    assert sorted(p.name for p in place.iterdir()) == [".writing", "deepstate.parquet", "originals"]


def test_a_record_that_knows_less_than_the_embedded_one_is_not_begun_unasked(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    publish(server, 2, 3, 4)
    with pytest.raises(ControlmapError) as raised:
        run(fetcher)
    assert str(raised.value) == (
        "deepstate: what could be fetched is of 2026-03-02 to 2026-03-04, less than the embedded "
        "record's 2026-03-01 to 2026-03-03; no record was begun. --since 2026-03-02 would begin it "
        "all the same"
    )
    assert not (place / "deepstate.parquet").exists()
    assert list(place.glob("*.parquet")) == []
    asked(server)
    done = run(fetcher, since=date(2026, 3, 2))
    assert "02" not in asked(server)  # it is kept
    assert list(stored()) == [2, 3, 4]
    assert done.record is not None
    hidden = archive.hidden_by(done.record)
    assert hidden is not None
    assert hidden.coverage.span == (date(2026, 3, 1), date(2026, 3, 3))
    publish(server, 1)
    run(fetcher, since=date(2026, 3, 1))
    assert archive.hidden_by(archive.open_source("deepstate")) is None


def test_an_interrupted_beginning_goes_on_where_it_stopped(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    publish(server, *range(1, 11))
    server.publish(f"/data/{daily(4)[0]}", status(429), publisher.file(daily(4)[1]))
    server.answers[f"/data/{daily(4)[0]}"][:0] = [status(429)] * 2
    with pytest.raises(ControlmapError, match=r"429.*no record was begun\. 3 files are kept"):
        run(fetcher)
    assert not (place / "deepstate.parquet").exists()
    assert asked(server) == ["01", "02", "03", "04", "04", "04"]
    run(fetcher)
    assert asked(server) == [f"{d:02}" for d in range(4, 11)]
    assert list(stored()) == list(range(1, 11))


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b'{"error": {"code": 400, "message": "Invalid"}}', "the server answers 400 ('Invalid')"),
        (b'{"error": {}}', "is no GeoJSON FeatureCollection"),
        (b"[1]", "is no GeoJSON FeatureCollection"),
        (
            b'{"features": [1, 2], "properties": {"exceededTransferLimit": true}}',
            "holds only the first 2 of its features",
        ),
        (
            b'{"features": [1], "exceededTransferLimit": true}',
            "holds only the first 1 of its features",
        ),
    ],
)
def test_json_that_is_no_whole_layer_is_not_kept(
    server: Publisher, fetcher: Fetcher, place: Path, sent: bytes, told: str
) -> None:
    server.publish(f"/data/{daily(6)[0]}", sent)
    assert told in run(fetcher).fetching.failed[0]
    assert not (place / "originals").exists()


# What goes wrong


@pytest.mark.usefixtures("own")
def test_what_is_no_file_is_left_out_and_told(server: Publisher, fetcher: Fetcher) -> None:
    publish(server, 6, 8, 9)
    html = publisher.file(b"<html>Sign in", "text/html")
    server.publish(f"/data/{daily(7)[0]}", html)
    server.publish(f"/data/{daily(10)[0]}", publisher.cut_off(daily(10)[1]))
    done = run(fetcher)
    assert list(stored()) == [1, 2, 3, 4, 5, 6, 8, 9]
    assert [daily(d)[0] in f for d, f in zip((7, 10), done.fetching.failed, strict=True)] == [
        True
    ] * 2
    assert not done.fetching.stopped


@pytest.mark.usefixtures("own")
def test_a_server_that_has_enough_is_left_alone_and_what_came_is_added(
    server: Publisher, fetcher: Fetcher
) -> None:
    publish(server, 6, 7, 9)
    server.publish(f"/data/{daily(8)[0]}", status(429))
    done = run(fetcher)
    assert asked(server) == ["06", "07", "08", "08", "08"]
    assert done.fetching.stopped
    assert list(stored()) == [1, 2, 3, 4, 5, 6, 7]
    publish(server, 8, 10)
    run(fetcher)
    assert asked(server) == ["08", "09", "10"]
    assert list(stored()) == list(range(1, 11))


@pytest.mark.usefixtures("own")
def test_three_failures_in_a_row_are_enough(server: Publisher, fetcher: Fetcher) -> None:
    for day in range(6, 11):
        server.publish(f"/data/{daily(day)[0]}", publisher.file(b"<html>", "text/html"))
    assert run(fetcher).fetching.stopped
    assert asked(server) == ["06", "07", "08"]


@pytest.mark.usefixtures("own")
def test_a_month_without_a_file_is_an_address_that_has_moved(
    server: Publisher, fetcher: Fetcher, clock: MadeClock
) -> None:
    clock.start = NOON + timedelta(days=90)
    done = run(fetcher)
    assert len(asked(server)) == updater.MISSING_IN_A_ROW
    assert done.fetching.failed[0].endswith("is not there (404), nor are the 29 before it")


@pytest.mark.usefixtures("own")
def test_files_that_cannot_be_taken_leave_the_record_as_it_was(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    before = (place / "deepstate.parquet").read_bytes()
    server.publish(f"/data/{daily(6)[0]}", b'{"type": "FeatureCollection", "features": []}')
    with pytest.raises(
        ControlmapError, match=r"has no polygon.*; the record is as it was"
    ) as raised:
        run(fetcher)
    assert not isinstance(raised.value, InputError)
    assert (place / "deepstate.parquet").read_bytes() == before


@pytest.mark.usefixtures("own")
def test_a_damaged_original_is_fetched_anew(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    publish(server, 6)
    sha256 = run(fetcher).added[0].sha256
    kept = place / f"originals/bytes/{sha256[:2]}/{sha256}.gz"
    record_of(place / "deepstate.parquet", 1, 2, 3, 4, 5)
    for spoil in (lambda: kept.write_bytes(gzip.compress(b"{}")), kept.unlink):
        spoil()
        asked(server)
        run(fetcher)
        assert asked(server)[0] == "06"
        assert gzip.decompress(kept.read_bytes()) == daily(6)[1]
        record_of(place / "deepstate.parquet", 1, 2, 3, 4, 5)


@pytest.mark.usefixtures("own")
def test_a_file_that_its_source_changed_is_kept_both_ways(
    server: Publisher, fetcher: Fetcher, clock: MadeClock, place: Path
) -> None:
    """An untrue day is kept out; a day later its source has corrected it."""
    name, untrue = daily(6, WIDE)
    server.publish(f"/data/{name}", untrue)
    clock.start = NOON.replace(day=8)
    run(fetcher)
    publish(server, 6)
    clock.start = NOON.replace(day=9)
    run(fetcher)
    assert stored()[6] == 6.0
    told = json.loads((place / f"originals/deepstate_daily/{name}.json").read_bytes())
    kept = [place / f"originals/bytes/{t['sha256'][:2]}/{t['sha256']}.gz" for t in told]
    assert [gzip.decompress(k.read_bytes()) for k in kept] == [untrue, daily(6)[1]]
    assert [t["retrieved"][:10] for t in told] == ["2026-03-08", "2026-03-09"]
