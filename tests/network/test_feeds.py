"""Each feed against a publisher that behaves as its own does: its index, its pages, its errors."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest

import layer_files
from controlmap.core.model import ControlmapError, InputError
from controlmap.geo import places
from controlmap.record import archive
from controlmap.update import arcgis, feeds, updater
from controlmap.update.fetch import Fetcher, FetchError
from input_files import make_file, quiet
from march import STRIP_KM2, run, second, strips
from publisher import NOON, Answer, MadeClock, Publisher, feature_layer, file, of_etag, status

MARCH = "Export_March_2026_V4/FeatureServer/33"
CONTROL = "VIEW_RussiaCoTinUkraine_V3/FeatureServer/49"
NOW = {
    CONTROL: strips(3),
    "AssessedRussianAdvanceInUkraine_V2_view/FeatureServer/0": (38.0, 48.0, 38.1, 48.1),
    "VIEW_ClaimedRussianTerritoryinUkraine_V2/FeatureServer/49": (38.1, 48.0, 38.2, 48.1),
    "View_AssessedRussianInfiltrationAreasinUkraine_V4/FeatureServer/0": (38.2, 48.0, 38.3, 48.1),
}
SINCE = date(2026, 3, 1)


def ms(day: int, hour: int = 0) -> int:
    return int(datetime(2026, 3, day, hour, tzinfo=UTC).timestamp() * 1000)


def update(fetcher: Fetcher, source: str = "isw", **days: date) -> updater.Update:
    return updater.update(source, fetcher, quiet, quiet, **days)


def held(source: str) -> dict[int, float]:
    """The Russian-held strips by day of March."""
    coverage = archive.open_source(source).coverage
    held_km2 = coverage.areas.sum(axis=1)[:, 1]
    return {
        info.observed.day: round(float(km2) / STRIP_KM2, 3)
        for info, km2 in zip(coverage.snapshots, held_km2, strict=True)
    }


def asked(server: Publisher) -> list[str]:
    """What was asked since, in short: `days`, a day, `now`, with the page where it is not first."""
    told = []
    for path in map(unquote, server.paths):
        day = re.search(r">= \w+ '2026-03-(\d\d)", path)
        page = re.search(r"resultOffset=(\d+)", path)
        kind = "days" if "returnDistinct" in path else day[1] if day else "now"
        told.append(kind + (f"+{page[1]}" if page else ""))
    server.asked.clear()
    return told


@pytest.fixture
def isw(server: Publisher, place: Path, monkeypatch: pytest.MonkeyPatch) -> Publisher:  # noqa: ARG001
    monkeypatch.setenv("CONTROLMAP_ADDRESS_ISW", f"{server.address}/isw")
    return server


def publish_past(server: Publisher, *days: int, field: str = "datetime", **how: Any) -> None:
    """Publish the month's control by day: each day's strips in three pieces."""
    rows = [
        ({field: f"2026-03-{day:02}" if field == "pub_date" else ms(day, 4)}, piece)
        for day in days
        for piece in (
            (37.6, 48.0, 37.6 + day / 200, 48.1),
            (37.6 + day / 200, 48.0, 37.6 + day / 100, 48.05),
            (37.6 + day / 200, 48.05, 37.6 + day / 100, 48.1),
        )
    ]
    server.publish(f"/isw/{MARCH}/query", feature_layer(*rows, **how))


def publish_now(server: Publisher, edited: int | None) -> None:
    for at, box in NOW.items():
        told = {"EditDate": edited} if edited and "Claimed" not in at else {"OBJECTID": 1}
        server.publish(f"/isw/{at}/query", feature_layer((told, box)))


# ISW's history


@pytest.mark.parametrize("flag", [None, {"properties": {"exceededTransferLimit": True}}])
def test_a_history_is_fetched_day_by_day_and_page_by_page(
    isw: Publisher, fetcher: Fetcher, flag: dict[str, Any] | None
) -> None:
    publish_past(isw, 1, 2, 4, flag=flag)
    done = update(fetcher, since=SINCE, until=date(2026, 3, 11))
    pages = [f"{day}{page}" for day in ("01", "02", "04") for page in ("", "+2")]
    assert asked(isw) == ["days", "days+2", *pages]
    assert done.fetching.failed == []
    assert held("isw") == {1: 1.0, 2: 2.0, 4: 4.0}
    assert all(info.reports == {"russian_held"} for info in done.added)


def test_only_the_days_that_are_named_are_fetched(isw: Publisher, fetcher: Fetcher) -> None:
    publish_past(isw, 1, 2, 4, 7, most=9)
    update(fetcher, since=date(2026, 3, 2), until=date(2026, 3, 4))
    assert asked(isw) == ["days", "02", "04"]
    with pytest.raises(InputError, match="--from 2026-03-04: is after --to 2026-03-02"):
        update(fetcher, since=date(2026, 3, 4), until=date(2026, 3, 2))


def test_a_field_of_days_alone_is_asked_by_days(
    isw: Publisher, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As May 2026 has it: text in place of instants."""
    (march,) = [layer for layer in feeds._PAST if layer.service in MARCH]
    monkeypatch.setattr(feeds, "_PAST", (replace(march, field="pub_date"),))
    publish_past(isw, 1, 2, field="pub_date", most=9)
    update(fetcher, since=SINCE, until=date(2026, 3, 11))
    assert held("isw") == {1: 1.0, 2: 2.0}


def test_what_came_before_an_interruption_is_not_asked_for_again(
    isw: Publisher, fetcher: Fetcher, clock: MadeClock
) -> None:
    """The quota is used up on the third day, as ArcGIS says it; weeks later it goes on there."""
    publish_past(isw, 1, 2, 3, 4, most=9)
    (whole,) = isw.answers[f"/isw/{MARCH}/query"]
    busy = file(b'{"error": {"code": 429, "message": "Unable to perform query."}}', Retry_After="7")

    def until_the_third(handler: BaseHTTPRequestHandler) -> None:
        (busy if ">= TIMESTAMP '2026-03-03" in unquote(handler.path) else whole)(handler)

    isw.publish(f"/isw/{MARCH}/query", until_the_third)
    with pytest.raises(ControlmapError, match=r"answers 429; tried 3 times; no record .*2 files"):
        update(fetcher, since=SINCE, until=date(2026, 3, 11))
    assert clock.waits_s == [7.0, 7.0]
    asked(isw)
    isw.publish(f"/isw/{MARCH}/query", whole)
    update(fetcher, since=SINCE, until=date(2026, 3, 11))
    assert asked(isw) == ["days", "03", "04"]
    assert list(held("isw")) == [1, 2, 3, 4]


def test_what_came_long_after_its_day_is_not_asked_for_again(
    isw: Publisher,
    fetcher: Fetcher,
    clock: MadeClock,
    place: Path,
) -> None:
    publish_past(isw, 1, 2, most=9)
    clock.start = NOON + timedelta(days=40)
    update(fetcher, since=SINCE, until=date(2026, 3, 11))
    (place / "isw.parquet").unlink()
    clock.start += timedelta(days=100)
    asked(isw)
    update(fetcher, since=SINCE, until=date(2026, 3, 11))
    assert asked(isw) == ["days"]
    assert list(held("isw")) == [1, 2]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (status(404), "is not there (404)"),
        (file(b'{"error": {"code": 400, "message": "Invalid URL"}}'), "400 ('Invalid URL')"),
        (file(b'{"error": {"code": 499, "message": "Token Required"}}'), "499 ('Token Required')"),
        (file(b'{"features": []}'), "has no day in its field 'datetime'"),
    ],
)
def test_a_service_that_is_gone_is_named_and_passed_over(
    isw: Publisher, fetcher: Fetcher, answer: Answer, told: str
) -> None:
    isw.publish(f"/isw/{MARCH}/query", answer)
    publish_now(isw, ms(12, 2))
    done = update(fetcher, since=SINCE)
    (failed,) = done.fetching.failed
    assert MARCH in failed
    assert told in failed
    assert list(held("isw")) == [12]


@pytest.mark.parametrize(
    "answers",
    [
        [b'{"features": [1, 2], "exceededTransferLimit": true}'] * 2,
        [
            b'{"features": [1, 2], "exceededTransferLimit": true}',
            b'{"features": [], "exceededTransferLimit": true}',
        ],
    ],
    ids=["the same page again", "an empty page"],
)
def test_pages_that_do_not_end_are_given_up(
    server: Publisher, fetcher: Fetcher, answers: list[bytes]
) -> None:
    server.publish("/a", *answers)
    with pytest.raises(FetchError, match=r"holds only the first [24] of its features"):
        arcgis.fetch(fetcher, f"{server.address}/a?where=1")
    assert len(server.asked) <= 3


def test_pages_are_not_larger_together_than_a_file_may_be(
    server: Publisher, fetcher: Fetcher
) -> None:
    pages = [
        orjson.dumps({"features": ["x" * 20_000, n], "exceededTransferLimit": True})
        for n in range(9)
    ]
    server.publish("/a", *pages)
    with pytest.raises(FetchError, match=r"larger than 0\.0625 MB"):
        arcgis.fetch(fetcher, f"{server.address}/a?where=1")
    assert len(server.asked) == 4


# ISW's layers as they are now


def test_the_layers_of_now_are_of_the_day_of_their_last_edit(
    isw: Publisher, fetcher: Fetcher, clock: MadeClock
) -> None:
    publish_past(isw, 1, 2, most=9)
    publish_now(isw, ms(11, 22))
    update(fetcher, since=SINCE)
    assert asked(isw) == ["days"] * 4 + ["01", "02"] + ["now"] * 4
    last = archive.open_source("isw").coverage.snapshots[-1]
    assert (last.observed, last.retrieved) == (datetime(2026, 3, 11, tzinfo=UTC), NOON)
    assert sorted(last.reports) == [
        "assessed_advance",
        "claimed_control",
        "contested",
        "infiltration",
        "russian_held",
    ]
    assert held("isw") == {1: 1.0, 2: 2.0, 11: 3.0}
    clock.start = NOON.replace(day=13)  # and ISW has drawn nothing since
    assert update(fetcher).added == ()
    assert asked(isw) == ["days", "days", "days", "days"]


@pytest.mark.parametrize("edited", [None, ms(13, 1), 10**18, -1])
def test_layers_that_do_not_say_are_of_the_day_of_retrieval(
    isw: Publisher, fetcher: Fetcher, edited: int | None
) -> None:
    """Nor do those that say a day to come, or none that there is."""
    publish_past(isw, 1, most=9)
    publish_now(isw, edited)
    update(fetcher, since=SINCE)
    assert list(held("isw")) == [1, 12]


@pytest.mark.parametrize("answer", [500, 404, 429])
def test_a_day_is_added_when_its_last_layer_has_come(
    isw: Publisher, fetcher: Fetcher, answer: int
) -> None:
    publish_past(isw, 1, most=9)
    publish_now(isw, ms(12, 2))
    claimed = next(f"/isw/{at}/query" for at in NOW if "Claimed" in at)
    (whole,) = isw.answers[claimed]
    isw.publish(claimed, status(answer))
    if answer == 429:
        with pytest.raises(ControlmapError, match="no record was begun"):
            update(fetcher, since=SINCE)
    else:
        done = update(fetcher, since=SINCE)
        lacking = "VIEW_ClaimedRussianTerritoryinUkraine_V2_20260312.geojson"
        assert done.fetching.failed[-1].startswith(f"2026-03-12: is not added without {lacking}")
        assert list(held("isw")) == [1]
    isw.publish(claimed, whole)
    asked(isw)
    last = update(fetcher, since=SINCE).added[-1]
    assert "claimed_control" in last.reports
    assert asked(isw).count("now") == (2 if answer == 429 else 1)  # the others are kept


# DeepState


def bare(server: Publisher, code: int, last: bytes) -> None:
    server.publish("/api/public", status(code))
    server.publish("/api/last", last)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("code", [401, 404])
def test_without_its_index_the_last_map_comes_where_no_day_would_be_lost(
    both: Publisher,
    fetcher: Fetcher,
    code: int,
) -> None:
    """The record ends on the 5th: the map of the 6th follows, that of the 8th would not."""
    for day, added in ((8, []), (6, ["deepstate_api"])):
        bare(both, code, orjson.dumps({"id": second(day, 18), "map": {"features": []}}))
        both.asked.clear()
        done = run(fetcher)
        assert both.paths[:2] == ["/api/public", "/api/last"]
        assert [info.reader for info in done.added] == added
        assert "CONTROLMAP_ADDRESS_DEEPSTATE_API" in done.fetching.failed[0]
        assert f"({code})" in done.fetching.failed[0]


@pytest.mark.usefixtures("own")
def test_a_server_that_has_enough_is_not_asked_for_its_last_map(
    both: Publisher,
    fetcher: Fetcher,
) -> None:
    both.publish("/api/public", status(429))
    run(fetcher)
    assert "/api/last" not in both.paths


# NZZ, a file a week, which says itself of what day it is


def nzz(day: int, strip: int) -> bytes:
    told = {"date": f"2026-03-{day:02}", "_datefrom": "2026-03-01", "_dateto": f"2026-03-{day:02}"}
    cities = [(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01) for lon, lat in CITIES]
    drawn = [(box, {"type": "nochange", **told}) for box in (strips(strip), *cities)]
    return b'{"value": %s}' % make_file(*drawn)


CITIES = [(37.805, 48.023), (38.050, 48.305), (39.307, 48.574), (38.945, 48.130), (39.650, 48.085)]


@pytest.mark.usefixtures("place")
def test_nzz_is_fetched_by_week_and_a_week_that_is_had_only_by_its_etag(
    server: Publisher, fetcher: Fetcher, clock: MadeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTROLMAP_ADDRESS_NZZ", f"{server.address}/nzz")
    for named, day in ((7, 6), (14, 13)):
        server.publish(f"/nzz/2026-03-{named:02}.json", of_etag(nzz(day, day), f'"{named}"'))
    update(fetcher, "nzz", since=SINCE)
    assert server.paths == ["/nzz/2026-03-07.json"]
    assert list(held("nzz")) == [6]
    server.asked.clear()
    clock.start = NOON.replace(day=14)
    done = update(fetcher, "nzz")
    assert server.paths == ["/nzz/2026-03-07.json", "/nzz/2026-03-14.json"]
    assert server.asked[0][1]["If-None-Match"] == '"7"'
    assert [info.observed.day for info in done.added] == [13]
    server.asked.clear()
    assert update(fetcher, "nzz").added == ()
    assert server.paths == []

    # A file that is changed afterwards is a correction.
    clock.start = NOON.replace(day=16)
    server.publish("/nzz/2026-03-14.json", of_etag(nzz(13, 15), '"new"'))
    (revision,) = update(fetcher, "nzz").revised
    assert revision.observed.day == 13
    assert revision.changes[0].gained_km2 == pytest.approx(2 * STRIP_KM2, abs=0.01)


# VIINA, a zipped table a year


def viina(days: int, changed: int | None = None) -> bytes:
    """Some days of March: all Ukrainian-held, but for a place that is Russian-held on one."""
    known = sorted(place.geonameid for place in places.load())
    rows = [
        (number, f"202603{day:02}", "RU" if (day, number) == (changed, known[0]) else "UA")
        for day in range(1, days + 1)
        for number in known[:3]
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archived:
        archived.writestr("control_latest_2026.csv", layer_files.viina(*rows))
    return packed.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:1fc7b2\nsize 31337499\n"


@pytest.mark.usefixtures("place")
def test_viina_is_fetched_by_year_and_goes_on_in_the_year(
    server: Publisher, fetcher: Fetcher, clock: MadeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTROLMAP_ADDRESS_VIINA", f"{server.address}/viina")
    path = "/viina/control_latest_2026.zip"
    server.publish(path, file(viina(2), "application/zip", ETag='"a"'))
    update(fetcher, "viina", since=SINCE)
    assert server.paths == [path]
    assert len(archive.open_source("viina").coverage.snapshots) == 2
    assert update(fetcher, "viina").added == ()
    assert server.paths == [path]
    clock.start = NOON.replace(day=13)
    server.publish(path, file(viina(4, changed=2), "application/octet-stream", ETag='"b"'))
    done = update(fetcher, "viina")
    assert server.asked[1][1]["If-None-Match"] == '"a"'
    assert [info.observed.day for info in done.added] == [3, 4]
    assert [revision.observed.day for revision in done.revised] == [2]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (file(POINTER, "text/plain"), r"is no zip archive \(b'version https://git-lfs"),
        (file(b"<html>", "text/html"), "is 'text/html'; a zip archive is expected"),
        (file(viina(1)[:-30], "application/zip"), "the zip archive is cut off; tried 3 times"),
    ],
)
def test_what_is_no_year_is_not_kept(
    server: Publisher,
    fetcher: Fetcher,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    sent: Answer,
    told: str,
) -> None:
    monkeypatch.setenv("CONTROLMAP_ADDRESS_VIINA", f"{server.address}/viina")
    server.publish("/viina/control_latest_2026.zip", sent)
    done = update(fetcher, "viina", since=SINCE)
    assert re.search(told, done.fetching.failed[0])
    assert not (place / "originals").exists()


@pytest.mark.parametrize("source", feeds.FEEDS)
def test_a_preview_writes_nothing(
    server: Publisher,
    fetcher: Fetcher,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
) -> None:
    for feed in feeds.FEEDS[source]:
        monkeypatch.setenv(feed.setting, server.address)
    server.publish("/public", orjson.dumps([{"id": second(2, 18)}]))
    plan = updater.preview(source, fetcher, quiet, quiet, SINCE)
    assert plan.wanted
    assert not any(place.iterdir())
    assert all("control_latest" not in path for path in server.paths)
