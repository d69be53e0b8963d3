"""A record held against its files, what others published, and what followed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import controlmap
from command_line import Run
from controlmap.analysis import check, published
from controlmap.analysis.answer import Answer, as_text
from controlmap.core.model import InputError, RecordError
from controlmap.record import archive
from controlmap.sources import anywhere
from input_files import CONTESTED, OCCUPIED, SQUARE, SQUARE_KM2, make_daily, make_file

HELD = dict.fromkeys(("UA-14", "UA-23"), (0.75, 0.95))
"""Oblasts whose line moved over all the record: what an interval meant to hold 80 % may hold."""


@pytest.fixture(scope="module")
def answer() -> Answer:
    return controlmap.open("deepstate").check()


def test_intervals_hold_what_they_are_meant_to_in_oblasts_that_move(answer: Answer) -> None:
    for row in answer:
        if row["iso"] in HELD:
            least, most = HELD[row["iso"]]
            assert least <= row["within_interval"] <= most, row
    trials = {row["horizon_days"]: row["trials"] for row in answer if row["iso"] == "UA-14"}
    assert trials == {90: 13, 180: 5, 365: 1}


def test_it_says_which_record_and_how_it_was_measured(answer: Answer) -> None:
    record = archive.open_source("deepstate")
    told = json.loads(answer.to_json())
    assert told["record_sha256"] == record.coverage.sha256
    assert told["built_error_km2"] == record.provenance.figures["measured_error_km2"]
    assert told["files_error_km2"] is None
    assert {row["iso"]: row["last_redrawn"] for row in told["oblasts"]}["UA-65"] == "2024-07-18"
    assert "error by files  not measured: no files" in as_text(answer)


def test_shares_that_deepstate_published_are_met(answer: Answer) -> None:
    rows = {row["id"]: row for row in answer.further["published"]}
    assert len(rows) == len(published.load())
    for name in ("share-donetsk", "share-luhansk", "points-luhansk", "points-zaporizhzhia"):
        assert rows[name]["difference"] == pytest.approx(0, abs=0.1)
    # It does not say over which total; over the polygon Kherson's is less.
    assert rows["share-kherson"]["difference"] == pytest.approx(-1.7, abs=0.05)
    assert rows["donetsk-left"]["measured"] == pytest.approx(5720.8 / 2.589988, abs=0.1)
    month = rows["month-2026-01"]
    assert month["measured"] is None
    needs_files = [row["measured"] is None for row in answer.further["published"]]
    assert needs_files == sorted(needs_files)
    assert 0 < month["four_oblasts"] < month["figure"] == 245


def test_the_files_say_what_was_published_of_all_ukraine(shared: Path) -> None:
    """The months within the daily mirror, by the raw files: within 0.9 km2, 0.4 in the mean."""
    answer = controlmap.open("deepstate").check(shared / "data" / "deepstate_daily")
    rows = {row["id"]: row for row in answer.further["published"]}
    months = ("2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02")
    errors = [abs(rows[f"month-{month}"]["difference"]) for month in months]
    assert max(errors) < 0.9
    assert sum(errors) / len(errors) < 0.45
    assert rows["total-2026-01-01"]["difference"] == pytest.approx(62.1, abs=0.1)
    (error,) = {row["error_km2"] for row in answer if row["iso"] == "all"}
    assert error == answer.document["files_error_km2"] < 0.1
    assert answer.document["files_overlaid"] == 5  # a quarter each


@pytest.mark.exhaustive
def test_the_maps_own_snapshots_say_it_too(shared: Path) -> None:
    answer = controlmap.open("deepstate").check(shared / "data" / "deepstate_api")
    rows = {row["id"]: row for row in answer.further["published"]}
    for month in ("2024-03", "2024-08", "2025-03", "2025-06", "2025-07"):
        assert rows[f"month-{month}"]["difference"] == pytest.approx(0, abs=0.6)
    assert rows["total-2022-11-12"]["difference"] == pytest.approx(51, abs=1)


def test_what_is_held_anywhere_counts_once_and_in_ukraine_alone() -> None:
    abkhazia = (41.0, 42.9, 41.1, 43.0)
    grounds = (SQUARE, OCCUPIED), (SQUARE, OCCUPIED), (abkhazia, OCCUPIED), (SQUARE, CONTESTED)
    assert anywhere.held_km2(make_file(*grounds), "1709294400.geojson") == pytest.approx(
        SQUARE_KM2, abs=0.001
    )
    ((name, data),) = make_daily("20240709", SQUARE).items()
    assert anywhere.held_km2(data, name) == pytest.approx(SQUARE_KM2, abs=0.001)
    with pytest.raises(InputError, match=r"^x\.geojson: is no file of DeepState's$"):
        anywhere.held_km2(make_file((SQUARE, {"status": "held"})), "x.geojson")


def test_files_of_another_record_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, data in make_daily("20240709", SQUARE).items():
        (tmp_path / name).write_bytes(data)
    run = Run(capsys, "check", "--input", tmp_path)
    assert (run.code, run.out) == (2, "")
    assert "none of the files is one that the record was built of" in run.errors[-1]
    with pytest.raises(InputError, match="none of the files"):
        controlmap.open("deepstate").check(tmp_path)


def test_a_record_that_nothing_was_published_of_is_checked_too() -> None:
    answer = controlmap.open("isw").check()
    assert answer.further["published"] == []
    assert {row["iso"] for row in answer} == {"UA-14", "UA-09", "UA-65", "UA-23", "all"}
    assert "four_oblasts" not in as_text(answer)


def test_every_published_figure_has_who_says_it_and_where() -> None:
    figures = published.load()
    assert len({figure.id for figure in figures}) == len(figures)
    for figure in figures:
        assert figure.said_by
        assert figure.published_in
        assert figure.start is None or figure.start < figure.end
        assert isinstance(figure.end, date)


@pytest.mark.parametrize(
    "entry", ["[[published]]\nid = 'x'", "[[published]]\nwho = 'x'", "=", "\xff"]
)
def test_a_list_that_is_not_whole_is_refused(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "published.toml"
    path.write_bytes(entry.encode("latin-1"))
    with pytest.raises(RecordError, match=r"^published\.toml: "):
        published.read(path)


def test_an_update_keeps_what_a_check_measures_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.ByFiles().error_km2() == [None]
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    assert Run(capsys, "check", "--format", "json").json["files_overlaid"] == 0


def test_the_page_of_method_has_both_tables() -> None:
    def page() -> None:
        from controlmap.dashboard.pages import method

        method.show()

    shown = AppTest.from_function(page, default_timeout=60).run()
    assert not shown.exception
    text = "".join(block.proto.body for block in shown.get("html"))
    assert "89 % (13)" in text
    assert "18 Jul 2024" in text
    assert "Interfax-Ukraine, 1 January 2026" in text
