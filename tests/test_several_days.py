"""A file of several days is read day by day, and never added up over time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

import layer_files as files
from controlmap import sources
from controlmap.core.model import Ground, InputError
from controlmap.record import builder
from controlmap.sources import days
from controlmap.sources.polygons import Memo
from features import SQUARE, box, feature, km2, make_file, polygon
from input_files import SQUARE_KM2

HALF = box(37.6, 48.0, 37.65, 48.1)
KM2, HALF_KM2 = SQUARE_KM2, SQUARE_KM2 / 2


def two_days(column: str, early: Any, late: Any, **more: Any) -> bytes:
    """The square on the early day, its western half on the late one."""
    return make_file(
        feature(polygon(SQUARE), **{column: early}, **more),
        feature(polygon(HALF), **{column: late}, **more),
    )


def by_day(data: bytes, name: str) -> dict[str, float]:
    snapshots = sources.read_all(data, name, Memo())
    return {str(s.info.observed.date()): round(km2(s), 1) for s in snapshots}


EXPECTED = {"2022-09-02": round(KM2, 1), "2022-09-09": round(HALF_KM2, 1)}


@pytest.mark.parametrize(
    ("early", "late"),
    [
        (1662076800000, 1662681600000),
        (1662076800, 1662681600),
        ("1662076800000", "1662681600000"),
        ("2022-09-02", "2022-09-09"),
        ("2022-09-02T12:00:00Z", "2022-09-09T12:00:00Z"),
        ("2022-09-02 00:00:00+00:00", "2022-09-09 00:00:00+00:00"),
        ("2022/09/02", "2022/09/09"),
        ("02.09.2022", "09.09.2022"),
        (20220902, 20220909),
    ],
)
def test_a_time_lapse_of_isws_has_its_days(early: Any, late: Any) -> None:
    data = two_days("datetime", early, late)
    assert by_day(data, "RussiaCoTinUkraine.geojson") == EXPECTED
    with pytest.raises(InputError, match="it is of 2 days, 2022-09-02, 2022-09-09; choose one"):
        sources.read(data, "RussiaCoTinUkraine.geojson")


@pytest.mark.parametrize(
    "column",
    ["date", "Date_observed", "day", "as_of", "snapshot_date", "Дата", "valid_from", "t_time"],
)
def test_a_persons_own_layer_has_its_days(column: str) -> None:
    data = two_days(column, "2022-09-02", "2022-09-09", status="Occupied")
    assert by_day(data, "own.geojson") == EXPECTED
    one = sources.read(data, "own.geojson", observed=datetime(2022, 9, 9, 23, tzinfo=UTC))
    assert km2(one) == pytest.approx(HALF_KM2, abs=0.01)
    assert "2022-09-09 alone is read" in one.info.warnings[0]


@pytest.mark.parametrize("column", ["EditDate", "captured_on_date", "date_modified", "name"])
def test_when_a_feature_was_edited_or_taken_is_no_day_of_the_map(column: str) -> None:
    data = two_days(column, "2022-09-02", "2022-09-09", status="Occupied")
    snapshot = sources.read(data, "own 2022-10-01.geojson")
    assert km2(snapshot) == pytest.approx(KM2 + HALF_KM2, abs=0.01)


def test_the_day_in_a_files_name_is_chosen_and_one_that_it_has_not_is_refused() -> None:
    data = two_days("date", "2022-09-02", "2022-09-09", status="Occupied")
    assert km2(sources.read(data, "own 2022-09-02.geojson")) == pytest.approx(KM2, abs=0.01)
    with pytest.raises(InputError, match="has nothing of 2022-09-05; it is of 2 days"):
        sources.read(data, "own 2022-09-05.geojson")


def test_what_has_no_date_counts_on_every_day_and_that_is_said() -> None:
    data = json.loads(two_days("date", "2022-09-02", "2022-09-09", status="Occupied"))
    data["features"].append(feature(polygon(box(38.0, 48.0, 38.1, 48.1)), status="Occupied"))
    first, last = sources.read_all(json.dumps(data).encode(), "own.geojson", Memo())
    assert km2(first) == pytest.approx(2 * KM2, abs=0.01)
    assert km2(last) == pytest.approx(KM2 + HALF_KM2, abs=0.01)
    assert "1 areas have no date; they count on every day" in first.info.warnings[0]


def test_a_span_holds_from_its_first_day_to_before_its_last() -> None:
    data = make_file(
        feature(polygon(SQUARE), status="Occupied", begin="2022-09-02", end="2022-09-09"),
        feature(polygon(HALF), status="Occupied", begin="2022-09-09"),
        feature(polygon(HALF), status="Contested", begin="2022-09-02", end="2022-09-05"),
    )
    first, second, last = sources.read_all(data, "own.geojson", Memo())
    assert [s.info.observed.date().day for s in (first, second, last)] == [2, 5, 9]
    assert km2(first, Ground.CONTESTED) == pytest.approx(HALF_KM2, abs=0.01)
    assert km2(second) == pytest.approx(KM2, abs=0.01)
    assert Ground.CONTESTED not in second.layers
    assert km2(last) == pytest.approx(HALF_KM2, abs=0.01)
    between = sources.read(data, "own.geojson", observed=datetime(2022, 9, 7, tzinfo=UTC))
    assert km2(between) == pytest.approx(KM2, abs=0.01)


TIMES = {
    "stamps": ("<TimeStamp><when>2022-09-02</when></TimeStamp>",
               "<TimeStamp><when>2022-09-09T00:00:00Z</when></TimeStamp>"),
    "spans": ("<TimeSpan><begin>2022-09-02</begin><end>2022-09-09</end></TimeSpan>",
              "<TimeSpan><begin>2022-09-09</begin></TimeSpan>"),
    "both": ("<TimeSpan><begin>2022-09-02</begin><end>2022-09-05</end></TimeSpan>",
             "<TimeStamp><when>2022-09-09</when></TimeStamp>"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TIMES)
@pytest.mark.parametrize("place", ["<Placemark>", "<Folder>"])
def test_kml_has_times_of_placemarks_and_of_folders(kind: str, place: str) -> None:
    early, late, rest = files.kml(names=("Occupied", "Occupied")).decode().partition("</Folder>")
    first = early.replace(place, f"{place}{TIMES[kind][0]}") + late
    document = first + rest.replace(place, f"{place}{TIMES[kind][1]}")
    snapshots = list(sources.read_all(document.encode(), "own.kml", Memo()))
    assert [str(s.info.observed.date()) for s in snapshots] == list(EXPECTED)
    for snapshot, square in zip(snapshots, (files.HELD, files.CONTESTED), strict=True):
        (polygon_of_day,) = snapshot.layers[Ground.OCCUPIED]
        assert polygon_of_day.equals(square)


def test_a_record_is_built_of_all_days_of_one_file(tmp_path: Any) -> None:
    path = tmp_path / "RussiaCoTinUkraine.geojson"
    path.write_bytes(two_days("datetime", 1662076800000, 1662681600000))
    out = tmp_path / "isw.parquet"
    record = builder.build_file("isw", [path], out, None, lambda _: None).coverage
    assert [s.observed.date() for s in record.snapshots] == [date(2022, 9, 2), date(2022, 9, 9)]
    held = record.areas[:, 0, Ground.OCCUPIED]
    assert held == pytest.approx([KM2, HALF_KM2], abs=0.01)


@pytest.mark.parametrize("value", ["9 Sep 2022", "09-September-2022", "Sept 9, 2022", "09.09.2022"])
def test_a_day_is_read_with_its_month_by_name_too(value: str) -> None:
    assert days.instant_of(value) == datetime(2022, 9, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "31 Feb 2024",
        "6 Foo 2024",
        "May 2024",
        None,
        "",
        "soon",
        "5",
        5,
        True,
        "1950-01-01",
        [1],
        1e300,
    ],
)
def test_what_is_no_date(value: Any) -> None:
    assert days.instant_of(value) is None


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("UkraineControlMapAO02SEP2025.zip", "2025-09-02"),
        ("UkraineControlMapSEP022025.zip", "2025-09-02"),
        ("map_2025-09-02.kml", "2025-09-02"),
        ("AO31FEB2025", None),
        ("2025", None),
    ],
)
def test_the_day_in_a_name(name: str, day: str | None) -> None:
    named = days.named_day(name)
    assert (named and f"{named:%Y-%m-%d}") == day


# Answers that are cut off


@pytest.mark.parametrize(
    "members",
    [
        {"exceededTransferLimit": True},
        {"properties": {"exceededTransferLimit": True}},
        {"exceededTransferLimit": "true"},
        {"numberMatched": 2, "numberReturned": 1},
        {"totalFeatures": 2},
    ],
)
def test_an_answer_that_is_cut_off_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="is cut off: the server says that it has more"):
        sources.read(make_file(**members), "20220403_RussianAssessedCoTinUkraine.geojson")


@pytest.mark.parametrize(
    "members",
    [{"exceededTransferLimit": False}, {"numberMatched": 1}, {"totalFeatures": "unknown"}],
)
def test_an_answer_in_full_is_read(members: dict[str, Any]) -> None:
    snapshot = sources.read(make_file(**members), "20220403_RussianAssessedCoTinUkraine.geojson")
    assert km2(snapshot) == pytest.approx(KM2, abs=0.01)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"code": 429, "message": "Too many requests"}, r"\(429 Too many requests\)"),
        ("rate limited", r"\(rate limited\)"),
    ],
)
def test_an_error_in_an_answer_is_named(error: Any, said: str) -> None:
    data = json.dumps({"error": error}).encode()
    with pytest.raises(InputError, match=f"is an error of its server, no layer {said}"):
        sources.read(data, "20220403_RussianAssessedCoTinUkraine.geojson")
