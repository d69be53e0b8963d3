"""The day that the daily mirror's files are of, held against what DeepState published itself."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

import controlmap
from controlmap import sources
from controlmap.analysis.answer import as_text
from controlmap.analysis.changes import changes
from controlmap.core.model import Snapshot, Status, end_of
from controlmap.geo.geodesy import WGS84
from controlmap.record import archive, coverage, inputs
from controlmap.record.coverage import Coverage
from controlmap.sources import deepstate_daily
from controlmap.words import notes, numbers
from controlmap.words.catalog import Message
from input_files import OCCUPIED, SQUARE, WEST, make_daily, make_file

PUBLISHED_KM2 = {
    date(2025, 8, 1): 464,
    date(2025, 9, 1): 259,
    date(2025, 10, 1): 267,
    date(2025, 11, 1): 505,
    date(2025, 12, 1): 445,
    date(2026, 1, 1): 245,
    date(2026, 2, 1): 126,
}
"""Km2 occupied in a month, all Ukraine, as DeepState gave it on its channel."""


_SAME_DEGREES2 = 3e-6
"""About 0.02 km2: less than DeepState moves on any evening."""


def read(day: str) -> Snapshot:
    ((name, data),) = make_daily(day, SQUARE).items()
    return sources.read(data, name)


@pytest.fixture(scope="module")
def record() -> Coverage:
    return archive.open_source("deepstate").coverage


@pytest.mark.parametrize(
    ("day", "best", "within"),
    [
        ("20240709", datetime(2024, 7, 8, 21, tzinfo=UTC), (date(2024, 7, 7), date(2024, 7, 8))),
        ("20250514", datetime(2025, 5, 13, 21, tzinfo=UTC), (date(2025, 5, 12), date(2025, 5, 13))),
        ("20250515", datetime(2025, 5, 13, 22, tzinfo=UTC), (date(2025, 5, 13), date(2025, 5, 14))),
        ("20260126", datetime(2026, 1, 24, 22, tzinfo=UTC), (date(2026, 1, 24), date(2026, 1, 25))),
    ],
)
def test_a_file_has_a_best_day_and_its_range(
    day: str, best: datetime, within: tuple[date, date]
) -> None:
    info = read(day).info
    assert (info.observed, info.within) == (best, within)
    assert info.retrieved == datetime.strptime(f"{day}03", "%Y%m%d%H").replace(tzinfo=UTC)


def test_no_two_files_are_of_one_instant_and_their_order_is_kept() -> None:
    days = [date(2024, 7, 8) + timedelta(days=n) for n in range(1000)]
    best = [deepstate_daily.observed(day)[0] for day in days]
    assert best == sorted(set(best))


def test_published_months_are_met_within_a_km2(shared: Path) -> None:
    """Over the raw files, all Ukraine; a day's map is that of the file that is dated by it."""
    wanted = {first - timedelta(days=1) for first in (*PUBLISHED_KM2, date(2026, 3, 1))}
    held = {}
    for member in inputs.members([shared / "data" / "deepstate_daily"]):
        named = datetime.strptime(member.name[18:26], "%Y%m%d").date()
        if (day := deepstate_daily.observed(named)[0].date()) in wanted:
            (feature,) = orjson.loads(member.data)["features"]
            shape = shapely.geometry.shape(feature["geometry"])
            held[day] = abs(WGS84.geometry_area_perimeter(shape)[0]) / 1e6
    ends = sorted(held)
    assert ends == sorted(wanted)
    errors = np.diff([held[day] for day in ends]) - list(PUBLISHED_KM2.values())
    assert np.abs(errors).max() < 0.9
    assert np.abs(errors).mean() < 0.45


def test_the_overlap_with_the_map_has_the_table(shared: Path) -> None:
    """Where a file has exactly the map of one of DeepState's evenings, the table's is commonest."""
    held: dict[str, dict[date, float]] = {}
    for folder, first, last in (
        ("deepstate_api", "1740787200", "2"),
        ("deepstate_daily", "deepstatemap_data_20250301", "deepstatemap_data_20250805"),
    ):
        held[folder] = {}
        for member in inputs.members([shared / "data" / folder]):
            if not first <= member.name < last:
                continue
            snapshot = sources.read(member.data, member.name)
            day = snapshot.info.day
            if folder == "deepstate_daily":
                day = datetime.strptime(member.name[18:26], "%Y%m%d").date()
            held[folder][day] = _extent(snapshot)
    before, after = ([0, 0, 0], [0, 0, 0])
    for day, extent in held["deepstate_daily"].items():
        maps = {n: held["deepstate_api"].get(day - timedelta(days=n), np.inf) for n in (1, 2)}
        same = [n for n, of_map in maps.items() if abs(of_map - extent) < _SAME_DEGREES2]
        if len(same) == 1:
            (after if day >= date(2025, 5, 15) else before)[same[0]] += 1
    assert before[1] > 3 * before[2]
    assert after[2] > after[1] > 0


def _extent(snapshot: Snapshot) -> float:
    grounds = [g for g in Status.RUSSIAN_HELD.grounds if g in snapshot.layers]
    return float(sum(shapely.area(snapshot.layers[g]).sum() for g in grounds))


def test_the_24th_of_january_is_the_file_of_the_26th(record: Coverage) -> None:
    snapshot = record.at(date(2026, 1, 24))
    assert snapshot.info.name == "deepstatemap_data_20260126.geojson"
    held = record.status_km2(Status.RUSSIAN_HELD, snapshot.index)
    assert held.round(1).tolist() == [20787.0, 26580.9, 19236.3, 20281.2]


def test_the_seam_takes_nothing_back(record: Coverage) -> None:
    """The file of 4 August 2025 has the map of the 2nd: no 18.4 km2 were lost on the 4th."""
    days = [date(2025, 8, d) for d in (1, 2, 3, 4, 5)]
    assert [record.at(d).info.reader for d in days] == ["deepstate_api"] * 3 + [
        "deepstate_daily"
    ] * 2
    total = changes(record, days[2], days[3]).row("all")
    assert total["lost_km2"] == pytest.approx(0, abs=0.5)


def test_a_days_files_are_not_used_where_the_map_has_the_day() -> None:
    """By their instants the mirror's file of the 3rd would follow the map's last snapshot."""
    of_map = sources.read(make_file((SQUARE, OCCUPIED)), "1754251105.geojson")
    built = coverage.build(
        "deepstate",
        [of_map, read("20250805"), read("20250806")],
        readers=["deepstate_api", "deepstate_daily"],
    )
    assert [i.day.day for i in built.snapshots] == [3, 4]


def test_a_record_of_an_earlier_version_is_dated_anew(tmp_path: Path) -> None:
    """Such a record gave a file the instant at which it was taken, and no range."""
    boxes = {"20250804": SQUARE, "20250805": WEST, "20250806": SQUARE}
    files = [make_daily(day, box) for day, box in boxes.items()]
    snapshots = [sources.read(data, name) for f in files for name, data in f.items()]
    maps = [
        sources.read(make_file((SQUARE, OCCUPIED)), f"{second}.geojson")
        for second in (1754070000, 1754251105)  # 1 and 3 August
    ]
    built = coverage.build("deepstate", [*maps, *map(_undated, snapshots)])
    path = tmp_path / "deepstate.parquet"
    archive.save(path, built, archive.provenance_of(built, [], {}))
    record = archive.load(path).coverage
    assert [(i.reader, i.day.day) for i in record.snapshots] == [
        ("deepstate_api", 1),
        ("deepstate_api", 3),
        ("deepstate_daily", 4),
    ]
    right = coverage.build("deepstate", [*maps, snapshots[2]])
    assert np.allclose(record.areas, right.areas)
    assert record.snapshots[2].within == (date(2025, 8, 4), date(2025, 8, 5))


def _undated(snapshot: Snapshot) -> Snapshot:
    assert snapshot.info.retrieved is not None
    info = replace(snapshot.info, observed=snapshot.info.retrieved, within=None)
    return replace(snapshot, info=info)


# What is shown: days are days, and the day in Kyiv where it is another


@pytest.mark.parametrize(
    ("source", "day"),
    [("isw", "2022-02-24"), ("nzz", "2024-05-05"), ("deepstate", "2026-01-24")],
)
def test_a_source_that_tells_days_has_no_clock_anywhere(source: str, day: str) -> None:
    record = controlmap.open(source)
    evidence = record.areas(day).evidence[0]
    retrieved = {evidence.retrieved and numbers.instant(evidence.retrieved)} - {None}
    observed = evidence.observed.isoformat()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", observed)
    for answer in (
        record.areas(day),
        record.compare(day),
        record.changes(day, day),
        record.history(day, day),
        record.agree("2022-10-01", sources=["isw", "nzz"])
        if source == "isw"
        else record.areas(day),
    ):
        outlets = [answer.to_json(), answer.to_csv(), answer.cite(), repr(answer)]
        text = "\n".join([*outlets, answer._repr_html_(), as_text(answer)])
        assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z?", text)) <= retrieved
        assert " UTC" not in text
    assert observed in record.areas(day).to_json()


def test_where_kyiv_has_the_next_day_both_are_given() -> None:
    record = controlmap.open("deepstate")
    late, early = record.areas("2023-01-01"), record.areas("2025-08-03")
    assert "as of 2023-01-01T22:37:31Z (2023-01-02 in Kyiv)" in as_text(late)
    assert "2023-01-01T22:37:31Z (2023-01-02 in Kyiv)" in late.cite()
    assert "Kyiv" not in as_text(early) + early.cite()
    shown = str(Message("{when}")(when=notes.as_of(late.evidence[0])))
    assert shown == "1 January 2023, 22:37 UTC (2 January 2023 in Kyiv)"


def test_more_than_a_quarter_of_the_maps_snapshots_are_of_the_next_day_in_kyiv(
    record: Coverage,
) -> None:
    of_map = [i.observed for i in record.snapshots if i.reader == "deepstate_api"]
    later = sum(numbers.kyiv_day(o) != o.date() for o in of_map)
    assert round(100 * later / len(of_map)) == 28


def test_a_file_that_a_person_dates_is_of_that_day() -> None:
    snapshot = sources.read(
        make_file((SQUARE, OCCUPIED)), "map.geojson", "deepstate_api", end_of(date(2024, 3, 1))
    )
    assert sources.observed(snapshot.info) == date(2024, 3, 1)


def test_every_answer_says_which_record_it_comes_from() -> None:
    record = controlmap.open("deepstate")
    digest = hashlib.sha256(record.path.read_bytes()).hexdigest()
    answer = record.areas("2026-01-24")
    assert answer.evidence[0].record == digest
    assert json.loads(answer.to_json())["records"] == {"deepstate": digest[:12]}
    assert f", record {digest[:12]}. " in answer.cite()
    counted = controlmap.open("isw").areas("2022-10-01", advance="held")
    assert json.loads(counted.to_json())["records"].keys() == {"isw"}
