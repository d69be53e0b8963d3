"""The command, run in-process: what it prints of records and files, and its help."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import Run, refused
from controlmap.core.version import __version__
from controlmap.record import archive
from input_files import CONTESTED, OCCUPIED, SQUARE, SQUARE_KM2, make_file

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
BUDGET_KEYS = ["source_spread_km2", "dating_km2", "denominator_km2", "last_redrawn"]
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
    *BUDGET_KEYS,
]
COMPARE_KEYS = [
    "iso",
    "name",
    "claimed",
    "held",
    "held_share",
    "gap",
    "gap_land",
    "gap_water",
    "not_measured",
    "contested",
    "change_30d",
    "change_365d",
    *BUDGET_KEYS,
]
SOURCING_KEYS = ["day", "source", "reader", "observed", "retrieved", "basis", "advance",
                 "contested_reported"]  # fmt: skip
HISTORY_KEYS = ["date", "iso", *AREAS_KEYS[3:9], "carried", *APART_KEYS, "reader"]


# Areas


def test_areas_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = Run(capsys, "areas", "--date", "2023-01-01", "--format", "json").json
    assert list(told) == [
        "source",
        "reader",
        "as_of",
        "as_of_within",
        "retrieved",
        "unit",
        "basis",
        "basis_km2",
        "advance",
        "contested_reported",
        "oblasts",
        "all",
        "records",
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
    assert [round(o["russian_held"]) for o in told["oblasts"]] == [20787, 26581, 19236, 20281]


def test_areas_as_csv(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Run(capsys, "areas", "--date", "2026-01-24", "--format", "csv").csv
    assert [r["iso"] for r in rows] == [*ISOS, "all"]
    assert list(rows[0]) == [*AREAS_KEYS, *SOURCING_KEYS]
    both = rows[0]["observed"], rows[0]["retrieved"]
    assert both == ("2026-01-24", "2026-01-26T03:00:00Z")
    assert (rows[0]["source"], rows[0]["basis"]) == ("deepstate", "polygon")
    assert rows[0]["contested"] == ""
    assert round(float(rows[0]["russian_held"])) == 20787


def test_areas_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "areas", "--date", "2026-01-24")
    lines = run.out.splitlines()
    assert (run.code, run.errors) == (0, [])
    assert lines[0].split() == AREAS_KEYS[:9]  # DeepState never tells the rest
    assert lines[1].split()[:4] == ["UA-14", "Donetsk", "26,507.8", "20,787.0"]
    assert lines[1].count("not reported") == 3
    assert lines[1].endswith("78.4%")
    both = "as of 2026-01-24 (or 2026-01-25), retrieved 2026-01-26T03:00:00Z"
    assert lines[-2] == f"deepstate, {both}; km2; shares of the polygon area"
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
    assert "shares of the official area" in table
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
    assert (told["source"], told["as_of"]) == ("deepstate", "2024-07-08")
    assert told["as_of_within"] == ["2024-07-07", "2024-07-08"]
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
    assert Run(capsys, "areas", "--input", path, *asked).json["as_of"] == "2024-03-01"


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
        "as_of_within",
        "retrieved",
        "unit",
        "basis",
        "basis_km2",
        "advance",
        "contested_reported",
        "contested_counted",
        "oblasts",
        "all",
        "records",
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


def test_compare_as_csv_and_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Run(capsys, "compare", "--date", "2022-04-10", "--format", "csv").csv
    assert list(rows[0]) == [*COMPARE_KEYS, *SOURCING_KEYS, "contested_counted"]
    assert [r["change_30d"] for r in rows] == [""] * 5  # 30 days before is before the span
    lines = Run(capsys, "compare", "--date", "2022-04-10").out.splitlines()
    shown = [key for key in COMPARE_KEYS if key != "not_measured"]  # of polygons all is measured
    assert lines[0].split() == shown[: -len(BUDGET_KEYS)]
    assert lines[7].split() == ["iso", "name", *BUDGET_KEYS]
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
    "apart": "Assessed advance is shown separately: held ground is assessed control alone",
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
    assert "assessed_advance" not in contested[0].split()
    assert "contested" in contested[0].split()
    donetsk, _ = (line for line in contested if "Donetsk" in line)
    assert "1,726.5" in donetsk


# History


def test_history_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = Run(
        capsys, "history", "--from", "2024-01-14", "--to", "2024-01-16", "--format", "json"
    ).json
    assert list(told) == [
        "source",
        "unit",
        "basis",
        "advance",
        "every",
        "from",
        "to",
        "rows",
        "records",
    ]
    assert (told["from"], told["to"], told["every"]) == ("2024-01-14", "2024-01-16", "day")
    assert [(r["date"], r["iso"]) for r in told["rows"]] == [
        (f"2024-01-{day}", iso) for day in (14, 15, 16) for iso in (*ISOS, "all")
    ]
    assert all(list(r) == [*HISTORY_KEYS, *BUDGET_KEYS] for r in told["rows"])
    assert {r["reader"] for r in told["rows"]} == {"deepstate_api"}
    assert all(isinstance(r["carried"], bool) for r in told["rows"])


def test_history_as_csv_agrees_with_areas(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Run(
        capsys, "history", "--from", "2023-01-01", "--to", "2023-01-01", "--format", "csv"
    ).csv
    told = Run(capsys, "areas", "--date", "2023-01-01", "--format", "json").json
    assert list(rows[0]) == [*HISTORY_KEYS, "source", "observed", *BUDGET_KEYS, "basis", "advance"]
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
        table, _, _ = Run(capsys, *asked, "--every", every).out.partition("\n\n")
        lines = table.splitlines()
        assert lines[0].split() == [
            *(k for k in HISTORY_KEYS[:-1] if k not in APART_KEYS),
            *BUDGET_KEYS[:2],
            "last_redrawn",
        ]
        assert [line.split()[0] for line in lines[1::5]][: len(days)] == days


def test_no_figure_is_minus_zero(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Run(
        capsys, "history", "--from", "2022-04-03", "--to", "2022-12-31", "--format", "csv"
    ).csv
    assert [r for r in rows if "-0.0" in r.values()] == []


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
