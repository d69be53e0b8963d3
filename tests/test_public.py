"""The public interface: every choice of every call, given as text; days; how answers show."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pandas as pd
import pytest

import controlmap as cm
from controlmap.analysis.answer import Answer
from controlmap.words import columns

DAY = "2025-06-01"
"""Contested ground is reported then."""
JULY_2023 = "2023-07-01"
"""Three records know this day; that of ISW has assessed advance."""

Ask = Callable[[cm.Record, Any], Answer]

CALLS: dict[str, tuple[type[StrEnum], str, Ask]] = {
    "areas basis": (cm.Basis, "isw", lambda r, c: r.areas(JULY_2023, basis=c)),
    "areas contested": (cm.Contested, "deepstate", lambda r, c: r.areas(DAY, contested=c)),
    "areas advance": (cm.Advance, "isw", lambda r, c: r.areas(JULY_2023, advance=c)),
    "compare basis": (cm.Basis, "deepstate", lambda r, c: r.compare(DAY, basis=c)),
    "compare contested": (cm.Contested, "deepstate", lambda r, c: r.compare(DAY, contested=c)),
    "compare advance": (cm.Advance, "isw", lambda r, c: r.compare(JULY_2023, advance=c)),
    "history every": (cm.Every, "deepstate", lambda r, c: r.history(every=c)),
    "history advance": (
        cm.Advance,
        "isw",
        lambda r, c: r.history("2023-06-01", JULY_2023, advance=c),
    ),
    "flows every": (cm.Every, "deepstate", lambda r, c: r.flows("2025-01-01", DAY, every=c)),
    "flows advance": (
        cm.Advance,
        "isw",
        lambda r, c: r.flows("2023-06-01", JULY_2023, every="week", advance=c),
    ),
    "changes advance": (
        cm.Advance,
        "isw",
        lambda r, c: r.changes("2022-06-01", JULY_2023, advance=c),
    ),
    "agree basis": (cm.Basis, "deepstate", lambda r, c: r.agree(JULY_2023, basis=c)),
    "agree advance": (cm.Advance, "deepstate", lambda r, c: r.agree(JULY_2023, advance=c)),
    "pace contested": (
        cm.Contested,
        "deepstate",
        lambda r, c: r.pace("UA-14", DAY, contested=c),
    ),
    "pace advance": (cm.Advance, "isw", lambda r, c: r.pace("all", "2022-11-01", advance=c)),
    "backtest contested": (
        cm.Contested,
        "deepstate",
        lambda r, c: r.backtest("UA-14", window=30, contested=c),
    ),
    "backtest advance": (
        cm.Advance,
        "isw",
        lambda r, c: r.backtest("UA-14", window=30, advance=c),
    ),
    "claims advance": (cm.Advance, "isw", lambda r, c: r.claims("2022-10-01", advance=c)),
    "proposals advance": (cm.Advance, "isw", lambda r, c: r.proposals(JULY_2023, advance=c)),
    "place advance": (cm.Advance, "isw", lambda r, c: r.place("38.0,48.55", advance=c)),
}
"""Calls with a choice: its kind, the record that it matters in, and the call."""

LEAST = {
    "flows advance": 2,
    "changes advance": 2,
    "agree advance": 2,
    "pace advance": 2,
    "backtest advance": 2,
}
"""How many of a call's answers differ, where contested ground or the place does not matter."""


@pytest.fixture(scope="module")
def deepstate() -> cm.Record:
    return cm.open("deepstate")


@pytest.fixture(scope="module")
def records(deepstate: cm.Record) -> dict[str, cm.Record]:
    return {"deepstate": deepstate, "isw": cm.open("isw")}


@pytest.mark.parametrize("call", CALLS)
def test_every_choice_given_as_text_is_the_enums_and_unlike_the_others(
    call: str, records: dict[str, cm.Record]
) -> None:
    kind, source, ask = CALLS[call]
    record = records[source]
    by_choice = {}
    for choice in kind:
        by_text = ask(record, choice.value)
        assert by_text.frame.equals(ask(record, choice).frame)
        assert by_text.choices[call.split()[1]] == choice.value
        by_choice[choice] = str(by_text.rows)
    assert len(set(by_choice.values())) == LEAST.get(call, len(kind))


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_choice_is_refused_with_what_is_allowed(
    call: str, records: dict[str, cm.Record]
) -> None:
    kind, source, ask = CALLS[call]
    with pytest.raises(cm.InputError) as refusal:
        ask(records[source], "rubbish")
    assert str(refusal.value) == (
        f"{call.split()[1]} 'rubbish': not known; allowed: {', '.join(kind)}"
    )


def test_contested_ground_counts_where_text_says_so(deepstate: cm.Record) -> None:
    every = {c: deepstate.compare(DAY, contested=c).row("all")["held"] for c in ("in", "out")}
    assert round(every["in"]) == 85017
    assert round(every["out"]) == 84307
    row = deepstate.areas(DAY, contested="in").row("all")
    assert row["held_share"] == pytest.approx(every["in"] / row["total"])


def test_the_official_basis_is_taken_where_text_says_so(deepstate: cm.Record) -> None:
    kherson = deepstate.areas("2026-01-24", basis="official").row("UA-65")
    assert kherson["basis_km2"] == 28461.0
    assert kherson["held_share"] == pytest.approx(kherson["russian_held"] / 28461.0)


def test_history_by_month_has_a_row_a_month_and_oblast(deepstate: cm.Record) -> None:
    frame = deepstate.history(every="month").frame
    assert len(frame) == 265  # 53 months, four oblasts and all
    assert isinstance(frame.index, pd.DatetimeIndex)
    assert frame.index[-1] == pd.Timestamp("2026-08-20")
    held = frame[frame["iso"] == "all"]["russian_held"]
    january = deepstate.areas("2026-01-31").row("all")
    assert held["2026-01-31"] == january["russian_held"]


@pytest.mark.parametrize(
    "day",
    [
        DAY,
        date(2025, 6, 1),
        datetime(2025, 6, 1, 15),
        datetime(2025, 6, 1, 15, tzinfo=UTC),
        pd.Timestamp(DAY),
        pd.Timestamp(DAY, tz="UTC"),
    ],
)
def test_a_day_is_text_a_date_or_a_timestamp(day: Any, deepstate: cm.Record) -> None:
    assert deepstate.areas(day).rows == deepstate.areas(date(2025, 6, 1)).rows
    assert deepstate.at(day).snapshot.day == date(2025, 6, 1)


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        ("2025-6-1", "is no day; allowed"),
        ("20250601", "is no day; allowed"),
        ("today", "is no day; allowed"),
        (20250601, "is no day; allowed"),
        (pd.NaT, "is no day; allowed"),
        (datetime(2025, 6, 1, tzinfo=timezone(timedelta(hours=3))), "another time zone"),
        (pd.Timestamp(DAY, tz="Europe/Kyiv"), "another time zone"),
        ("2031-01-01", "outside the span of deepstate"),
    ],
)
def test_what_is_no_day_is_refused(day: Any, refusal: str, deepstate: cm.Record) -> None:
    with pytest.raises(cm.InputError, match=refusal):
        deepstate.areas(day)


def test_a_frame_is_typed_by_the_registry(deepstate: cm.Record) -> None:
    frame = deepstate.areas("2026-01-24").frame
    assert frame["contested"].isna().all()
    assert frame["contested"].dtype == frame["total"].dtype == float
    history = deepstate.history("2025-06-01", "2025-06-03").frame
    assert str(history["observed"].dtype).endswith("UTC]")
    assert history["carried"].dtype == bool


def test_every_column_is_registered(records: dict[str, cm.Record]) -> None:
    answers = [ask(records[source], next(iter(kind))) for kind, source, ask in CALLS.values()]
    for answer in answers:
        for rows in (answer.rows, *answer.further.values()):
            for name in rows[0]:
                column = columns.of(name, answer.question)
                assert str(column.title)
                assert str(column.meaning).endswith(".")


def test_the_ground_of_a_day_is_a_frame_of_statuses_that_fill_the_oblasts(
    deepstate: cm.Record,
) -> None:
    frame = deepstate.at(DAY).to_gdf()
    assert list(frame.columns) == ["iso", "name", "status", "area_km2", "geometry"]
    assert frame.crs == "OGC:CRS84"
    assert not frame.duplicated(["iso", "status"]).any()
    areas = deepstate.areas(DAY)
    for iso, total in frame.groupby("iso")["area_km2"].sum().items():
        assert total == pytest.approx(areas.row(str(iso))["total"], abs=1e-3)
    before = deepstate.at(DAY).to_gdf(["liberated"])
    assert set(before["status"]) == {"liberated"}
    with pytest.raises(cm.InputError, match="status 'free': not known; allowed: russian_held"):
        deepstate.at(DAY).to_gdf(["free"])


def test_what_changed_and_what_agrees_has_geometries(deepstate: cm.Record) -> None:
    answer = deepstate.changes("2025-05-01", DAY)
    patches = answer.to_gdf()
    gained = patches[patches["change"] == "gained"]["area_km2"].sum()
    gained += deepstate.changes("2025-05-01", DAY, by="patch").document["not_drawn_km2"]["gained"]
    assert gained == pytest.approx(answer.row("all")["gained_km2"], abs=1e-3)
    assert set(deepstate.agree(JULY_2023).to_gdf()["class"]) == {"all", "some", "one"}
    ground = deepstate.areas(DAY).to_gdf()
    assert set(ground["status"]) == {"russian_held", "contested", "ukrainian_held"}
    with pytest.raises(ValueError, match="pace: has no geometries"):
        deepstate.pace("UA-14", DAY).to_gdf()


def test_the_map_of_a_day_shows_itself_and_asks_no_server(deepstate: cm.Record) -> None:
    chart = deepstate.explore(DAY)
    page = chart.get_root().render()
    assert set(re.findall(r'(?:src|href)="(\w+):', page)) == {"data"}
    assert "ControlMap.update(" in page
    assert "<iframe" in chart._repr_html_()
    with pytest.raises(cm.InputError, match="basis 'rubbish': not known"):
        deepstate.explore(DAY, basis="rubbish")
    shares = [deepstate.explore(DAY, basis=basis).get_root().render() for basis in cm.Basis]
    assert shares[0].count("polygon area") > shares[1].count("polygon area")
    assert shares[1].count("official area") > shares[0].count("official area")


def test_what_shows_itself_does_so_on_a_few_lines(deepstate: cm.Record) -> None:
    assert repr(deepstate).startswith("<Record: DeepState, 2022-04-03 to 2026-08-20, 1,487 snap")
    assert repr(deepstate.at(DAY)) == "<DeepState on 2025-06-01, observed 2025-06-01T19:40:39Z>"
    for answer in (deepstate.areas(DAY), deepstate.history(), deepstate.place("Bakhmut")):
        assert len(repr(answer).splitlines()) <= 12
        assert "DeepState, observed" in repr(answer)
    assert "20,787.0" in repr(deepstate.areas("2026-01-24"))
    agreed = deepstate.agree("2023-07-01")
    every = f"{agreed.row('all')['by_all']:,.1f}"
    assert next(line for line in repr(agreed).splitlines() if every in line).startswith("all")


def test_the_notebooks_view_is_html_that_escapes(deepstate: cm.Record) -> None:
    for shown in (deepstate, deepstate.at(DAY), deepstate.areas(DAY), deepstate.place("Bakhmut")):
        view = shown._repr_html_()
        assert "<table>" in view
        assert "DeepState" in view
    answer = deepstate.areas(DAY)
    hostile = {**answer.rows[0], "name": "<script>alert(1)</script>{{ 7*7 }}"}
    answer = cm.Answer(**{**vars(answer), "rows": [hostile]})
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in answer._repr_html_()
    assert "<script>" not in answer._repr_html_()


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, controlmap; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & {"numpy", "pandas", "jinja2", "shapely"} == set()


def test_a_source_that_is_not_there_is_refused() -> None:
    with pytest.raises(cm.InputError, match="source 'rubbish': not known; allowed: deepstate"):
        cm.open("rubbish")
