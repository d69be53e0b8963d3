"""What a held area is good for: sources, dating and denominators, and when it was last redrawn."""

from __future__ import annotations

import html
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import controlmap
from command_line import Run
from controlmap.analysis import budget
from controlmap.analysis.answer import as_text
from controlmap.core.model import Status
from controlmap.record import archive
from controlmap.record.coverage import Coverage, last_changes
from controlmap.words import notes

ISOS = ["UA-14", "UA-09", "UA-65", "UA-23", "all"]


@pytest.fixture(scope="module")
def record() -> controlmap.Record:
    return controlmap.open("deepstate")


def test_a_column_is_redrawn_where_it_moves_by_more_than_a_hectare() -> None:
    km2 = np.array([[5.0, 1.0], [5.0, 1.005], [7.0, 1.0], [7.0, 1.0]])
    assert last_changes(km2).tolist() == [[-1, -1], [-1, -1], [2, -1], [2, -1]]


@pytest.mark.parametrize(
    ("day", "redrawn"),
    [
        ("2026-08-20", ["2026-08-20", "2026-03-14", "2024-07-18", "2026-08-18", "2026-08-20"]),
        ("2024-07-17", ["2024-07-17", "2024-07-13", "2024-05-04", "2024-06-04", "2024-07-17"]),
        ("2022-04-03", [None] * 5),
    ],
)
def test_when_oblasts_were_last_redrawn(
    day: str, redrawn: list[str | None], record: controlmap.Record
) -> None:
    expected = [each and date.fromisoformat(each) for each in redrawn]
    on = date.fromisoformat(day)
    for answer in (record.areas(day), record.compare(day), record.history(day, day)):
        assert [row["last_redrawn"] for row in answer] == expected
    for row, last in zip(record.areas(day), expected, strict=True):
        held = [
            record.areas(d).row(row["iso"])["russian_held"]
            for d in ((last, last - timedelta(days=1)) if last and last > date(2022, 4, 3) else ())
        ]
        assert not held or abs(held[0] - held[1]) > 0.01
        assert last is None or held[0] == pytest.approx(
            record.areas(on).row(row["iso"])["russian_held"], abs=0.05
        )


def test_every_question_of_an_oblast_says_the_same_day(record: controlmap.Record) -> None:
    day = date(2024, 7, 18)
    assert record.changes("2026-07-01").row("UA-65")["last_redrawn"] == day
    assert record.pace("UA-65").rows[0]["last_redrawn"] == day
    assert record.place("Kherson").document["last_redrawn"] == day
    assert "Kherson 2024-07-18" in record.areas().cite()
    told = json.loads(record.compare().to_json())
    assert told["oblasts"][2]["last_redrawn"] == "2024-07-18"
    since = "Kherson since 2024-07-18."
    for answer in (record.areas(), record.changes("2026-07-01"), record.place("Kherson"),
                   record.pace("Kherson")):  # fmt: skip
        assert since in as_text(answer)
    assert "Not redrawn" not in as_text(record.pace("Donetsk"))


def test_thirty_days_are_not_long() -> None:
    rows = [{"iso": "UA-65", "last_redrawn": date(2024, 7, 18)}]
    assert budget.stale(rows, date(2024, 8, 17)) == []
    assert budget.stale(rows, date(2024, 8, 18)) == [("UA-65", date(2024, 7, 18))]


def test_the_budget_of_the_24th_of_january(record: controlmap.Record) -> None:
    """By hand: the other source is NZZ of the 22nd; the files of the 25th and 26th may be of it."""
    day = date(2026, 1, 24)
    row = record.areas(day).row("UA-14")
    nzz = archive.open_source("nzz").coverage
    theirs = nzz.status_km2(Status.RUSSIAN_HELD, nzz.at(day).index)[0]
    assert row["source_spread_km2"] == pytest.approx(abs(theirs - row["russian_held"]))
    coverage = record.coverage
    held = {
        info.name[18:26]: coverage.status_km2(Status.RUSSIAN_HELD, number)[0]
        for number, info in enumerate(coverage.snapshots)
        if info.within and info.within[0] <= day <= info.within[1]
    }
    assert sorted(held) == ["20260125", "20260126"]
    assert row["dating_km2"] == pytest.approx(abs(held["20260125"] - held["20260126"]))
    assert record.areas(day).row("UA-65")["denominator_km2"] == pytest.approx(28461 - 27377.8736)


def test_the_budget_of_a_change_is_of_the_net(record: controlmap.Record) -> None:
    """By hand: NZZ of 18 December and of 22 January; two files may be of either of the days."""
    days = date(2025, 12, 24), date(2026, 1, 24)
    answer = record.changes(*days, by="oblast")
    row, held = answer.row("UA-14"), Status.RUSSIAN_HELD
    nzz = archive.open_source("nzz").coverage
    theirs = np.diff([nzz.status_km2(held, nzz.at(day).index)[0] for day in days])[0]
    assert row["source_spread_km2"] == pytest.approx(abs(theirs - row["net_km2"]))
    coverage = record.coverage
    first, last = (
        [
            coverage.status_km2(held, number)[0]
            for number, info in enumerate(coverage.snapshots)
            if info.within and info.within[0] <= day <= info.within[1]
        ]
        for day in days
    )
    nets = [now - then for now in last for then in first]
    assert row["dating_km2"] == pytest.approx(max(nets) - min(nets))
    shown = as_text(answer).split("\n\n")
    assert shown[1].split()[:6] == ["iso", "name", *budget.COLUMNS]
    assert str(notes.BUDGET_OF_CHANGE) in shown[2]


def test_what_was_not_observed_has_no_budget(record: controlmap.Record) -> None:
    row = record.changes("2026-01-24", "2026-01-24", by="oblast").row("UA-14")
    assert (row["net_km2"], row["source_spread_km2"], row["dating_km2"]) == (None, None, None)
    # ISW has no new snapshot between these: it does not say that nothing changed.
    isw = archive.open_source("isw").coverage
    days = date(2023, 6, 2), date(2023, 6, 4), date(2023, 6, 8)
    assert [isw.at(day).index - isw.at(days[0]).index for day in days] == [0, 0, 1]
    first, *later = (record.coverage.at(day) for day in days)
    spread = [
        budget.of_change(record.coverage, first, last, {"isw": isw})[0]["source_spread_km2"]
        for last in later
    ]
    assert (spread[0], spread[1] is None) == (None, False)


def test_over_land_the_budget_is_of_land(record: controlmap.Record) -> None:
    day = date(2026, 1, 24)
    sources = [archive.open_source(s).coverage for s in ("deepstate", "nzz")]
    held = [c.status_km2(Status.RUSSIAN_HELD, c.at(day).index, controlmap.Basis.LAND)
            for c in sources]  # fmt: skip
    expected = np.ptp(held, axis=0)
    for answer in (record.areas(day, basis="land"), record.history(day, day, basis="land")):
        spread = [row["source_spread_km2"] for row in answer.rows[:4]]
        assert spread == pytest.approx(expected)
        assert spread[2] != pytest.approx(record.areas(day).row("UA-65")["source_spread_km2"])


def test_what_stands_alone_has_no_spread_of_sources(record: controlmap.Record) -> None:
    assert {row["source_spread_km2"] for row in budget_of(record.coverage)} == {None}
    assert {row["dating_km2"] for row in record.areas("2025-06-01")} == {0.0}


def budget_of(coverage: Coverage) -> list[dict[str, object]]:
    return budget.by_oblast(coverage, coverage.at(coverage.span[1]), {})


def test_the_command_keeps_its_tenths_and_has_the_budget_beside(
    record: controlmap.Record,
) -> None:
    text = as_text(record.areas("2026-01-24"))
    first, second = text.split("\n\n")[:2]
    assert "20,787.0" in first
    assert second.split()[:6] == ["iso", "name", *budget.COLUMNS]
    assert [line.split()[0] for line in second.splitlines()[1:]] == ISOS


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's own records of two sources are damaged; of one there is an embedded record."""
    for source in ("nzz", "viina"):
        (tmp_path / f"{source}.parquet").write_bytes(b"damaged")
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))


@pytest.mark.usefixtures("damaged")
@pytest.mark.parametrize(
    "question",
    [
        ["areas", "--date", "2023-06-01"],
        ["compare", "--date", "2023-06-01"],
        ["history", "--from", "2023-06-01", "--to", "2023-06-02"],
        ["changes", "--from", "2023-06-01", "--to", "2023-06-08", "--by", "patch"],
        ["agree", "--date", "2023-06-01"],
        ["claims"],
        ["sources"],
        ["picture", "history", "-o", "a.svg"],
        pytest.param(["publish", "-o", "site"], marks=pytest.mark.exhaustive),
    ],
)
def test_a_damaged_record_of_another_source_is_replaced_or_left_out_and_said_to_be(
    question: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run(capsys, *question, *([] if "-o" in question else ["--format", "json"]))
    assert run.code == 0
    replaced, left_out = run.errors
    assert replaced.startswith("nzz: nzz.parquet: is damaged")
    assert replaced.endswith("; the embedded record is used in its place")
    assert left_out.startswith("viina: left out, its record cannot be read (viina.parquet: is dam")
    if question[0] == "agree":
        assert json.loads(run.out)["records"].keys() == {"deepstate", "isw", "nzz"}


@pytest.mark.usefixtures("damaged")
@pytest.mark.parametrize("source", ["nzz", "viina"])
@pytest.mark.parametrize(
    "question",
    [["areas"], ["claims"], ["check"], ["picture", "map", "-o", "a.svg"], ["publish", "-o", "a"]],
)
def test_a_damaged_record_of_the_source_that_is_asked_is_refused(
    question: list[str], source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(capsys, *question, "--source", source)
    assert (run.code, run.out, len(run.errors)) == (1, "", 1)
    assert run.errors[0].startswith(f"controlmap: {source}.parquet: is damaged")


@pytest.mark.usefixtures("damaged")
def test_what_is_left_out_stands_in_every_answer_that_is_kept(record: controlmap.Record) -> None:
    for answer in (
        record.areas("2023-06-01"),
        record.changes("2023-06-01", "2023-06-08", by="patch"),
        record.agree("2023-06-01"),
    ):
        replaced, left_out = map(str, answer.warnings)
        assert replaced.startswith("nzz: nzz.parquet: is damaged")
        assert left_out.startswith("viina: left out, its record cannot be read")
        assert {replaced, left_out} <= set(answer.provenance["notes"])
        assert replaced in html.unescape(answer._repr_html_())


@pytest.mark.usefixtures("damaged")
def test_a_damaged_record_that_is_named_is_refused(record: controlmap.Record) -> None:
    named = ["nzz"]
    with pytest.raises(controlmap.RecordError, match=r"^nzz\.parquet: is damaged"):
        record.agree("2023-06-01", sources=named)
    with pytest.raises(controlmap.RecordError, match=r"^nzz\.parquet: is damaged"):
        record.changes("2023-06-01", "2023-06-08", by="patch", sources=named)
