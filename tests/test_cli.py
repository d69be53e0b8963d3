"""The command, run in-process: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import shapely

from controlmap import __version__, archive, cli, geofile, sources

ISOS = ["UA-14", "UA-09", "UA-65", "UA-23"]
COMMANDS = (
    "areas",
    "compare",
    "history",
    "changes",
    "agree",
    "place",
    "pace",
    "claims",
    "proposals",
    "build",
    "sources",
    "update",
    "dashboard",
)
SQUARE = (37.6, 48.0, 37.7, 48.1)  # inside Donetsk oblast, 82.897 km2
WEST = (37.6, 48.0, 37.65, 48.1)
SQUARE_KM2 = 82.897
OCCUPIED = {"name": "Окуповано /// Occupied", "fill": "#a52714"}
CONTESTED = {"name": "Під питанням /// Contested", "fill": "#bcaaa4"}
APART_KEYS = ["assessed_advance", "infiltration", "claimed_control"]
AREAS_KEYS = [
    "iso",
    "name",
    "total",
    "russian_held",
    "held_before_2022",
    "contested",
    "liberated",
    "ukrainian_held",
    "held_share",
    *APART_KEYS,
    "basis_km2",
]
COMPARE_KEYS = [
    "iso",
    "name",
    "claimed",
    "held",
    "held_share",
    "gap",
    "contested",
    "change_30d",
    "change_365d",
]
SOURCING_KEYS = ["day", "source", "reader", "observed", "retrieved", "basis", "advance",
                 "contested_reported"]  # fmt: skip
HISTORY_KEYS = ["date", "iso", *AREAS_KEYS[3:8], "carried", *APART_KEYS]


def make_file(*drawn: tuple[tuple[float, float, float, float], dict[str, str]]) -> bytes:
    """A FeatureCollection of boxes with their properties."""
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": shapely.geometry.mapping(shapely.box(*box)),
        }
        for box, properties in drawn
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture
def daily(tmp_path: Path) -> Path:
    path = tmp_path / "deepstatemap_data_20240709.geojson"
    path.write_bytes(make_file((SQUARE, {})))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days of the daily mirror, the second packed: the square, then its western half."""
    path = tmp_path / "in"
    path.mkdir()
    (path / "deepstatemap_data_20240708.geojson").write_bytes(make_file((SQUARE, {})))
    packed = gzip.compress(make_file((WEST, {})))
    (path / "deepstatemap_data_20240709.geojson.gz").write_bytes(packed)
    return path


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded record, whatever the environment of who runs the tests names."""
    monkeypatch.setenv("CONTROLMAP_DATA", "")


class Run:
    """The command's exit code, output and error lines."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        capsys.readouterr()
        try:
            self.code = cli.main([str(a) for a in arguments])
        except SystemExit as end:
            self.code = end.code if isinstance(end.code, int) else 1
        captured = capsys.readouterr()
        self.out, self.errors = captured.out, captured.err.splitlines()

    @property
    def json(self) -> Any:
        assert (self.code, self.errors) == (0, [])
        return json.loads(self.out)

    @property
    def csv(self) -> list[dict[str, str]]:
        assert (self.code, self.errors) == (0, [])
        return list(csv.DictReader(io.StringIO(self.out)))


# Areas


def test_areas_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = Run(capsys, "areas", "--date", "2023-01-01", "--format", "json").json
    assert list(told) == [
        "source",
        "reader",
        "as_of",
        "retrieved",
        "unit",
        "basis",
        "basis_km2",
        "advance",
        "contested_reported",
        "oblasts",
        "all",
    ]
    assert (told["source"], told["unit"]) == ("deepstate", "km2")
    assert told["as_of"] == "2023-01-01T22:37:31Z"
    assert [o["iso"] for o in told["oblasts"]] == ISOS
    assert [o["name"] for o in told["oblasts"]] == ["Donetsk", "Luhansk", "Kherson", "Zaporizhzhia"]
    for row in (*told["oblasts"], told["all"]):
        assert list(row) == AREAS_KEYS
        assert row["russian_held"] + row["contested"] + row["ukrainian_held"] == pytest.approx(
            row["total"], abs=0.01
        )
        assert row["held_share"] == pytest.approx(row["russian_held"] / row["total"], abs=1e-5)
    for key in AREAS_KEYS[2:8]:
        assert told["all"][key] == pytest.approx(sum(o[key] for o in told["oblasts"]), abs=1e-4)


def test_what_is_not_reported_is_null_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = Run(capsys, "areas", "--date", "2026-01-24", "--format", "json").json
    for row in (*told["oblasts"], told["all"]):
        assert [k for k, v in row.items() if v is None] == [
            "held_before_2022",
            "contested",
            "liberated",
            *APART_KEYS,
        ]
    assert [round(o["russian_held"]) for o in told["oblasts"]] == [20781, 26581, 19236, 20281]


def test_areas_as_csv(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Run(capsys, "areas", "--date", "2026-01-24", "--format", "csv").csv
    assert [r["iso"] for r in rows] == [*ISOS, "all"]
    assert list(rows[0]) == [*AREAS_KEYS, *SOURCING_KEYS]
    assert rows[0]["observed"] == rows[0]["retrieved"] == "2026-01-24T03:00:00Z"
    assert (rows[0]["source"], rows[0]["basis"]) == ("deepstate", "polygon")
    assert rows[0]["contested"] == ""
    assert round(float(rows[0]["russian_held"])) == 20781


def test_areas_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "areas", "--date", "2026-01-24")
    lines = run.out.splitlines()
    assert (run.code, run.errors) == (0, [])
    assert lines[0].split() == AREAS_KEYS[:9]  # DeepState never tells the rest
    assert lines[1].split()[:4] == ["UA-14", "Donetsk", "26,507.8", "20,781.4"]
    assert lines[1].count("not reported") == 3
    assert lines[1].endswith("78.4%")
    both = "as of 2026-01-24T03:00:00Z, retrieved 2026-01-24T03:00:00Z"
    assert lines[-2] == f"deepstate, {both}; km2; shares over the polygon area"
    assert "ukrainian_held includes an unknown part of it" in lines[-1]
    told = Run(capsys, "areas", "--date", "2025-08-03").out
    assert "unknown part" not in told  # contested ground was reported that day
    for day, reported in (("2025-08-03", True), ("2026-01-24", False)):
        asked = ("areas", "--date", day, "--format")
        assert Run(capsys, *asked, "json").json["contested_reported"] is reported
        rows = Run(capsys, *asked, "csv").csv
        assert {r["contested_reported"] for r in rows} == {str(reported).lower()}


def test_shares_over_the_official_area(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("areas", "--date", "2026-01-24", "--basis", "official")
    told = Run(capsys, *asked, "--format", "json").json
    assert told["basis"] == "official"
    kherson = told["oblasts"][2]
    assert kherson["held_share"] == pytest.approx(kherson["russian_held"] / 28461, abs=1e-6)
    assert told["all"]["basis_km2"] == 26517 + 26684 + 28461 + 27183
    table = Run(capsys, *asked).out
    assert "shares over the official area" in table
    assert "statuses are measured in the polygons" in table
    assert table.splitlines()[3].split()[-2:] == ["67.6%", "28,461.0"]  # Kherson
    agreed = Run(capsys, "agree", "--date", "2023-07-01", "--basis", "official").out
    assert agreed.splitlines()[3].split()[-2:] == ["67.6%", "28,461.0"]
    assert "statuses are measured in the polygons" in agreed


def test_a_file_of_a_day_to_come_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "undated.json"
    path.write_bytes(make_file((SQUARE, {})))
    asked = ("areas", "--input", path, "--reader", "deepstate_daily", "--date", "9998-01-01")
    assert "--date 9998-01-01: is after today, 20" in refused(capsys, *asked)


def test_the_latest_day_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    told = Run(capsys, "areas", "--format", "json").json
    last = archive.open_source("deepstate").coverage.span[1]
    assert told["as_of"].startswith(str(last))


@pytest.mark.parametrize("packed", [False, True])
def test_areas_of_one_file(packed: bool, daily: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if packed:
        path = daily.with_name(daily.name + ".gz")
        path.write_bytes(gzip.compress(daily.read_bytes()))
    else:
        path = daily
    told = Run(capsys, "areas", "--input", path, "--format", "json").json
    assert (told["source"], told["as_of"]) == ("deepstate", "2024-07-09T03:00:00Z")
    assert told["oblasts"][0]["russian_held"] == pytest.approx(SQUARE_KM2, abs=0.001)
    assert told["all"]["russian_held"] == pytest.approx(SQUARE_KM2, abs=0.001)
    assert told["all"]["contested"] is None


def test_the_reader_is_found_by_what_is_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "1709294400.geojson"
    path.write_bytes(make_file((SQUARE, OCCUPIED), ((37.7, 48.0, 37.8, 48.1), CONTESTED)))
    donetsk = Run(capsys, "areas", "--input", path, "--format", "json").json["oblasts"][0]
    assert donetsk["russian_held"] == pytest.approx(SQUARE_KM2, abs=0.001)
    assert donetsk["contested"] == pytest.approx(SQUARE_KM2, abs=0.001)
    assert donetsk["liberated"] == 0


def test_a_reader_and_a_date_may_be_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "undated.json"
    path.write_bytes(make_file((SQUARE, {})))
    asked = ("--reader", "deepstate_daily", "--date", "2024-03-01", "--format", "json")
    assert Run(capsys, "areas", "--input", path, *asked).json["as_of"] == "2024-03-01T23:59:59Z"


def test_what_a_file_leaves_in_doubt_is_told_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "1709294400.geojson"
    path.write_bytes(make_file((SQUARE, {"name": "Щось", "fill": "#a52714"})))
    run = Run(capsys, "areas", "--input", path, "--format", "json")
    assert run.code == 0
    assert len(run.errors) == 1
    assert "'Щось' on #a52714" in run.errors[0]
    assert json.loads(run.out)["all"]["russian_held"] == pytest.approx(SQUARE_KM2, abs=0.001)


# Compare


def test_compare_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = Run(capsys, "compare", "--date", "2024-01-15", "--format", "json").json
    assert list(told) == [
        "source",
        "reader",
        "as_of",
        "retrieved",
        "unit",
        "basis",
        "basis_km2",
        "advance",
        "contested_reported",
        "contested_counted",
        "oblasts",
        "all",
    ]
    assert [o["iso"] for o in told["oblasts"]] == ISOS
    for row in (*told["oblasts"], told["all"]):
        assert list(row) == COMPARE_KEYS
        assert row["held"] + row["gap"] == pytest.approx(row["claimed"], abs=1e-4)
        assert row["held_share"] == pytest.approx(row["held"] / row["claimed"], abs=1e-5)
    assert told["all"]["claimed"] == pytest.approx(sum(o["claimed"] for o in told["oblasts"]))


@pytest.mark.parametrize(("days", "key"), [(30, "change_30d"), (365, "change_365d")])
def test_changes_are_the_difference_of_two_days(
    days: int, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = {30: "2023-12-16", 365: "2023-01-15"}[days]
    now, then = (
        Run(capsys, "compare", "--date", day, "--format", "json").json
        for day in ("2024-01-15", earlier)
    )
    for one, other in zip(now["oblasts"], then["oblasts"], strict=True):
        assert one[key] == pytest.approx(one["held"] - other["held"], abs=1e-5)


def test_contested_ground_counts_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    out, counted = (
        Run(capsys, "compare", "--date", "2024-01-15", "--contested", c, "--format", "json").json[
            "all"
        ]
        for c in ("out", "in")
    )
    assert out["contested"] > 100
    assert counted["held"] == pytest.approx(out["held"] + out["contested"], abs=1e-5)
    assert counted["gap"] == pytest.approx(out["gap"] - out["contested"], abs=1e-5)


def test_compare_as_csv_and_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Run(capsys, "compare", "--date", "2022-04-10", "--format", "csv").csv
    assert list(rows[0]) == [*COMPARE_KEYS, *SOURCING_KEYS, "contested_counted"]
    assert [r["change_30d"] for r in rows] == [""] * 5  # 30 days before is before the span
    lines = Run(capsys, "compare", "--date", "2022-04-10").out.splitlines()
    assert lines[0].split() == COMPARE_KEYS
    assert all(line.count("not reported") == 2 for line in lines[1:6])
    signed = Run(capsys, "compare", "--date", "2024-01-15").out.splitlines()[5].split()
    assert signed[-1][0] in "+-"


# Assessed advance


ASKED_OF_A_RECORD = {
    "areas": "--date 2022-08-01",
    "compare": "--date 2022-08-01",
    "history": "--from 2022-08-01 --to 2022-08-01",
    "changes": "--from 2022-08-01 --to 2022-09-01",
    "place": "Lyman",
    "pace": "--oblast UA-14 --as-of 2022-08-01 --window 30",
    "claims": "--as-of 2022-08-01",
}
SAID = {
    "apart": "Assessed advance is kept apart, so that what is held is assessed control alone",
    "held": "Assessed advance is counted as held.",
    "contested": "Assessed advance is counted as contested.",
}


@pytest.mark.parametrize("command", ASKED_OF_A_RECORD)
def test_every_command_that_asks_a_record_counts_the_advance_as_asked_and_says_so(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (command, *ASKED_OF_A_RECORD[command].split())
    default = "contested" if command == "claims" else "apart"
    told = []
    for advance, said in SAID.items():
        counted = (*asked, "--source", "isw", "--advance", advance)
        assert said in Run(capsys, *counted).out
        told.append(Run(capsys, *counted, "--format", "json").json)
        assert told[-1].pop("advance") == advance
        if advance == default:
            assert Run(capsys, *asked, "--source", "isw").out == Run(capsys, *counted).out
    assert told[0] != told[1]
    assert "Assessed advance" not in Run(capsys, *asked, "--source", "nzz").out


def test_a_backtest_and_proposals_count_the_advance_too(capsys: pytest.CaptureFixture[str]) -> None:
    for asked in ("pace --oblast UA-14 --backtest", "proposals --as-of 2022-08-01"):
        counted = (*asked.split(), "--source", "isw", "--advance", "held")
        assert SAID["held"] in Run(capsys, *counted).out
        told = json.loads(Run(capsys, *counted, "--format", "json").out)
        assert told["advance"] == "held"


def test_advance_counted_as_contested_has_its_column(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("areas", "--source", "isw", "--date", "2022-08-01")
    apart, contested = (
        Run(capsys, *asked, "--advance", advance).out.splitlines()
        for advance in ("apart", "contested")
    )
    assert "assessed_advance" in apart[0].split()
    assert [line.count("not reported") for line in apart[1:6]] == [3] * 5  # contested among them
    assert "assessed_advance" not in contested[0].split()
    assert "contested" in contested[0].split()
    (donetsk,) = (line for line in contested if "Donetsk" in line)
    assert "1,726.5" in donetsk


# History


def test_history_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = Run(
        capsys, "history", "--from", "2024-01-14", "--to", "2024-01-16", "--format", "json"
    ).json
    assert list(told) == ["source", "unit", "advance", "every", "from", "to", "rows"]
    assert (told["from"], told["to"], told["every"]) == ("2024-01-14", "2024-01-16", "day")
    assert [(r["date"], r["iso"]) for r in told["rows"]] == [
        (f"2024-01-{day}", iso) for day in (14, 15, 16) for iso in (*ISOS, "all")
    ]
    assert all(list(r) == [*HISTORY_KEYS, "reader"] for r in told["rows"])
    assert {r["reader"] for r in told["rows"]} == {"deepstate_api"}
    assert all(isinstance(r["carried"], bool) for r in told["rows"])


def test_history_as_csv_agrees_with_areas(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Run(
        capsys, "history", "--from", "2023-01-01", "--to", "2023-01-01", "--format", "csv"
    ).csv
    told = Run(capsys, "areas", "--date", "2023-01-01", "--format", "json").json
    assert list(rows[0]) == [*HISTORY_KEYS, "reader", "source", "observed", "advance"]
    assert (rows[0]["carried"], rows[0]["reader"]) == ("false", "deepstate_api")
    for row, area in zip(rows, [*told["oblasts"], told["all"]], strict=True):
        for key in AREAS_KEYS[3:8]:
            assert float(row[key]) == area[key]


def test_history_by_week_and_month_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("history", "--from", "2024-01-01", "--to", "2024-03-05")
    for every, days in (
        ("month", ["2024-01-31", "2024-02-29", "2024-03-05"]),
        ("week", [*(f"2024-01-{d:02}" for d in (7, 14, 21, 28)), "2024-02-04"]),
    ):
        lines = Run(capsys, *asked, "--every", every).out.splitlines()
        assert lines[0].split() == [k for k in HISTORY_KEYS if k not in APART_KEYS]
        assert [line.split()[0] for line in lines[1::5]][: len(days)] == days


def test_no_figure_is_minus_zero(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Run(
        capsys, "history", "--from", "2022-04-03", "--to", "2022-12-31", "--format", "csv"
    ).csv
    assert [r for r in rows if "-0.0" in r.values()] == []


# Where another kind of file takes over: DeepState's map up to 3 August 2025, its mirror after


SEAM = ("--from", "2025-08-03", "--to", "2025-08-04")


def test_a_change_of_reader_is_told_beside_a_change_of_ground(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = Run(capsys, "changes", *SEAM).out
    assert "different kinds of the source's files" in table
    before = ("changes", "--from", "2025-08-02", "--to", "2025-08-03")
    assert "different kinds" not in Run(capsys, *before).out
    told = Run(capsys, "changes", *SEAM, "--format", "json").json
    flat = Run(capsys, "changes", *SEAM, "--format", "csv").csv[0]
    shown = json.loads(Run(capsys, "changes", *SEAM, "--format", "geojson").out)
    for found in (told, flat, shown):
        assert (found["reader_from"], found["reader_to"]) == ("deepstate_api", "deepstate_daily")
        assert found["retrieved_to"] == "2025-08-04T03:00:00Z"
    assert (told["readers_differ"], flat["readers_differ"]) == (True, "true")
    assert Run(capsys, *before, "--format", "json").json["readers_differ"] is False
    takes_over = "takes over, a part of what changes may be that, and no event on the ground: "
    said = f"{takes_over}deepstate_daily from 2025-08-04 on."
    assert said in Run(capsys, "history", *SEAM).out
    assert said in Run(capsys, "place", "Kostiantynivka, Donetsk").out
    assert "takes over" not in Run(capsys, "history", "--from", "2025-08-04").out


def test_a_place_tells_which_files_its_spells_are_of(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("place", "Kostiantynivka, Donetsk")
    told = json.loads(Run(capsys, *asked, "--format", "json").out)
    assert [(s["status"], s["since"], s["reader"]) for s in told["spells"]] == [
        ("ukrainian_held", "2022-04-03", "deepstate_api"),
        ("not_russian_held", "2025-08-04", "deepstate_daily"),
    ]
    assert told["snapshots"][-1]["reader"] == "deepstate_daily"
    assert "may be contested or Ukrainian-held" in Run(capsys, *asked).out


def test_faces_that_are_not_drawn_are_told_with_their_area(
    capsys: pytest.CaptureFixture[str],
) -> None:
    days = ("--from", "2026-01-01", "--to", "2026-01-24")
    told = json.loads(Run(capsys, "changes", *days, "--format", "geojson").out)
    thin = [f["properties"]["area_km2"] for f in told["features"] if f["geometry"] is None]
    assert (told["drawn"], told["not_drawn"]) == (len(told["features"]) - len(thin), len(thin))
    assert 0 < told["not_drawn_km2"] == pytest.approx(sum(thin), abs=1e-6)
    assert "cells of 250 m" in told["note"]
    every = Run(capsys, "changes", *days, "--format", "json").json["all"]
    areas = sum(f["properties"]["area_km2"] for f in told["features"])
    assert areas == pytest.approx(every["gained_km2"] + every["lost_km2"], abs=0.01)


# Build, sources, dashboard


@pytest.mark.parametrize("cells", [(), ("--cells", "2000")])
def test_build_writes_a_record_that_areas_reads(
    folder: Path,
    cells: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "deepstate.parquet"
    run = Run(capsys, "build", "--source", "deepstate", "--input", folder, "-o", out, *cells)
    assert (run.code, run.errors) == (0, [])
    assert run.out.startswith(f"{out}: 2 snapshots, 2024-07-08 to 2024-07-09, ")
    assert "measured error at most 0.0" in run.out
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    for day, held in (("2024-07-08", SQUARE_KM2), ("2024-07-09", SQUARE_KM2 / 2)):
        told = Run(capsys, "areas", "--date", day, "--format", "json").json
        assert told["all"]["russian_held"] == pytest.approx(held, abs=0.002)


def test_build_takes_files_folders_and_archives_together(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "more.tar.xz"
    third = make_file((WEST, {}))
    with tarfile.open(packed, "w:xz") as made:
        entry = tarfile.TarInfo("x/deepstatemap_data_20240710.geojson")
        entry.size = len(third)
        made.addfile(entry, io.BytesIO(third))
    single = tmp_path / "deepstatemap_data_20240711.geojson"
    single.write_bytes(third)
    run = Run(capsys, "build", "--input", folder, packed, single, "-o", tmp_path / "r.parquet")
    assert ": 4 snapshots, 2024-07-08 to 2024-07-11, " in run.out


def test_sources_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    listed = Run(capsys, "sources", "--format", "json").json["sources"]
    assert [s["id"] for s in listed] == list(sources.SOURCES)
    source = listed[0]
    assert source["id"] == "deepstate"
    assert (source["from"], source["to"]) == ("2022-04-03", "2026-08-22")
    assert source["snapshots"] == len(archive.open_source("deepstate").coverage.snapshots)
    assert source["gaps"] == []
    assert source["statuses"]["deepstate_daily"] == ["russian_held"]
    assert len(source["statuses"]["deepstate_api"]) == 4
    assert (listed[-1]["id"], listed[-1]["snapshots"], listed[-1]["record"]) == ("own", 0, "none")
    row = Run(capsys, "sources", "--format", "csv").csv[0]
    assert (row["id"], row["from"]) == ("deepstate", "2022-04-03")
    assert "deepstate_daily: russian_held" in row["statuses"]
    table = Run(capsys, "sources").out
    for told in ("deepstate: DeepState", "2022-04-03 to 2026-08-22", source["terms"]):
        assert told in table


@pytest.mark.parametrize("port", ["0", "-1", "65536", "eighty"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "dashboard", f"--port={port}")


# Help


@pytest.mark.parametrize("command", [(), *((c,) for c in COMMANDS)])
def test_help(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, *command, "--help")
    assert (run.code, run.errors) == (0, [])
    assert run.out.startswith("usage: controlmap")
    if not command:
        assert set(COMMANDS) <= {line.split()[0] for line in run.out.splitlines() if line.strip()}


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "controlmap", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("usage: controlmap")
    assert done.stderr == ""


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert Run(capsys, "--version").out == f"controlmap {__version__}\n"


# Bad input


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line of a refusal: exit code 2, and nothing on stdout."""
    run = Run(capsys, *arguments)
    assert (run.code, run.out) == (2, "")
    assert len(run.errors) == 1
    return run.errors[0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "the following arguments are required: COMMAND"),
        ("nonsense", "invalid choice: 'nonsense'"),
        ("areas --nonsense", "unrecognized arguments: --nonsense"),
        ("areas --format xml", "invalid choice: 'xml'"),
        ("areas --date yesterday", "'yesterday' is not a date YYYY-MM-DD"),
        ("areas --date 2024-02-30", "'2024-02-30' is not a date"),
        ("areas --date 2022-04-02", "2022-04-03 to 2026-08-22; the nearest snapshot is of 2022"),
        ("areas --date 2027-01-01", "2022-04-03 to 2026-08-22; the nearest snapshot is of 2026"),
        ("areas --date 0001-01-01", "outside the span of deepstate"),
        ("areas --date 9999-12-31", "outside the span of deepstate"),
        ("areas --source cia", "source 'cia': not known; allowed: deepstate, isw, nzz, viina"),
        ("areas --source viina", "no record of viina here; build one with `controlmap build"),
        ("areas --source own", "no record of own here; build one with `controlmap build --source"),
        ("areas --legend x.toml", "--legend: goes with --input"),
        ("areas --advance in", "invalid choice: 'in'"),
        ("agree --sources deepstate", "sources deepstate: two to 8 are compared"),
        ("agree --sources deepstate,deepstate", "names a source twice"),
        ("agree --sources deepstate,cia", "source 'cia': not known"),
        ("agree --sources deepstate,isw", "isw: its last snapshot that tells what is held is of"),
        ("agree --sources deepstate,nzz --date 2022-03-01", "before the span of deepstate"),
        ("agree --date 2020-01-01", "sources none: two to 8 are compared"),
        ("areas --basis both", "invalid choice: 'both'"),
        ("areas --reader deepstate_api", "--reader: goes with --input"),
        ("compare --source cia", "source 'cia': not known; allowed: deepstate"),
        ("compare --date 2027-01-01", "outside the span of deepstate"),
        ("compare --contested perhaps", "invalid choice: 'perhaps'"),
        ("history --source cia", "source 'cia': not known; allowed: deepstate"),
        ("history --from 2024-01-02 --to 2024-01-01", "the first day is after the last"),
        ("history --from 2020-01-01", "outside the span of deepstate, 2022-04-03 to 2026-08-22"),
        ("history --every year", "invalid choice: 'year'"),
        ("build --input x", "build --input: -o/--output is needed"),
        ("build -o x", "one of the arguments --input --extend is required"),
        ("build --input IN --extend OUT -o OUT", "not allowed with argument --input"),
        ("build --extend OUT", "the files to add are missing; they follow the record"),
        ("build --extend OUT IN", "no such file; --extend takes a record"),
        ("build --extend OUT IN --cells 250", "--cells: does not go with --extend"),
        ("build --extend OUT IN --source deepstate", "--source: does not go with --extend"),
        ("build --input no-such-file -o OUT", "no-such-file: no such file or folder"),
        ("build --input IN -o no/such/folder/x", "there is no folder no/such/folder"),
        ("build --input IN -o OUT --cells 99", "cells of 99 m: allowed are 100 to 5000 m"),
        ("build --input IN -o OUT --cells wide", "invalid int value: 'wide'"),
        ("build --input IN -o OUT --source cia", "source 'cia': not known; allowed: deepstate"),
        ("build --input IN -o OUT --source isw", "is read by deepstate_daily, not a isw file"),
        ("build --input IN -o FOLDER", "folder"),
        ("areas --input no-such-file", "no-such-file: no such file or folder"),
        ("areas --input FOLDER", "is a folder; --input takes one file"),
        ("areas --input IN --reader nonsense", "allowed: deepstate_api, deepstate_daily"),
        ("areas --input IN --date 2024-07-10", "outside the span"),
        (
            "areas --input IN --legend no.toml",
            "no.toml: cannot be read (No such file or directory)",
        ),
        ("place 48.52728,37.70594", "; 37.7059,48.5273 does: are they swapped?"),
        ("place -37,48", "NAME|LON,LAT; what begins with - comes after --"),
        ("place -- -37,48", "-37,48: lies in none of the oblasts"),
        ("areas --input IN --source isw", "is a file of deepstate, not of isw"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(
    arguments: str, told: str, daily: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(daily.parent.iterdir())
    places = {"IN": daily, "OUT": daily.parent / "out.parquet", "FOLDER": daily.parent}
    line = refused(capsys, *(places.get(a, a) for a in arguments.split()))
    assert line.startswith("controlmap")
    assert told in line
    assert sorted(daily.parent.iterdir()) == before


@pytest.mark.parametrize("command", ["areas --input IN", "build --input IN -o OUT"])
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty"),
        (make_file((SQUARE, {}))[:-30], "cut off"),
        (b"PK\x05\x06 no archive", "the zip is damaged"),
        (make_file(), "has no polygon"),
        (make_file(((370.0, 48.0, 371.0, 48.1), {})), "out of range"),
        (make_file(((48.0, 37.6, 48.1, 37.7), {})), "look swapped"),
        (make_file(((30.0, 50.0, 30.1, 50.1), {})), "nothing in it lies within"),
        (gzip.compress(b"{}")[:-4], "is damaged or cut off"),
    ],
    ids=["empty", "cut", "no zip", "no polygon", "range", "swapped", "elsewhere", "gzip"],
)
def test_a_broken_file_is_refused_in_one_line_and_nothing_is_written(
    command: str, data: bytes, told: str, daily: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    daily.write_bytes(data)
    before = sorted(daily.parent.iterdir())
    places = {"IN": daily, "OUT": daily.parent / "out.parquet"}
    line = refused(capsys, *(places.get(a, a) for a in command.split()))
    assert line.startswith(f"controlmap: {daily.name}: ")
    assert told in line
    assert sorted(daily.parent.iterdir()) == before
    assert daily.read_bytes() == data


def test_an_archive_is_too_much_for_one_file(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "two.tar"
    with tarfile.open(packed, "w") as made:
        made.add(folder)
    assert "holds 2 files; --input takes one" in refused(capsys, "areas", "--input", packed)


# Failures


@pytest.mark.parametrize("command", ["areas", "compare", "history", "sources"])
def test_a_damaged_record_is_a_failure_that_names_it(
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "deepstate.parquet").write_bytes(b"damaged")
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    run = Run(capsys, command)
    assert (run.code, run.out) == (1, "")
    assert len(run.errors) == 1
    assert run.errors[0].startswith("controlmap: deepstate.parquet: is damaged")


def test_a_missing_record_is_refused_with_what_builds_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geofile, "geodata", lambda name="": tmp_path / name)
    assert refused(capsys, "areas") == (
        "controlmap: no record of deepstate here; build one with `controlmap build --source "
        "deepstate`"
    )
    line = refused(capsys, "areas", "--source", "cia")
    assert line.endswith("allowed: deepstate, isw, nzz, viina")


def test_a_full_disk_is_a_failure_in_one_line(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(geofile.pq.ParquetWriter, "write_table", full)
    run = Run(capsys, "build", "--input", folder, "-o", tmp_path / "r.parquet")
    assert (run.code, run.out) == (1, "")
    assert run.errors == ["controlmap: No space left on device"]
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-06-01", "held includes contested ground"),
        ("2026-01-24", "Contested ground is not reported on this day, so it is not counted"),
    ],
)
def test_a_table_says_whether_contested_ground_is_counted(
    capsys: pytest.CaptureFixture[str], day: str, said: str
) -> None:
    assert said in Run(capsys, "compare", "--date", day, "--contested", "in").out
    assert said not in Run(capsys, "compare", "--date", day).out
    asked = ("compare", "--date", day, "--contested", "in", "--format", "json")
    told = Run(capsys, *asked).json
    counted = "held includes" in said
    assert told["contested_reported"] is counted
    assert told["contested_counted"] == ("in" if counted else "out")


def test_what_names_and_files_hold_cannot_act_on_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = "\x1b]0;title\x07\x1b[31mred\nsecond line.geojson"
    (tmp_path / name).write_bytes(b"{")
    run = Run(capsys, "areas", "--input", str(tmp_path / name))
    assert run.code == 2
    assert len(run.errors) == 1
    assert "\x1b" not in run.errors[0]


def test_sources_tell_which_record_is_in_use(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "deepstate.parquet").write_bytes(geofile.geodata("deepstate.parquet").read_bytes())
    assert Run(capsys, "sources", "--format", "json").json["sources"][0]["record"] == "embedded"
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    told = Run(capsys, "sources", "--format", "json").json["sources"][0]["record"]
    assert told == str(tmp_path / "deepstate.parquet")
