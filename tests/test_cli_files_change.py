"""The command where another kind of a source's files takes over, or where faces are not drawn."""

from __future__ import annotations

import json

import pytest

from command_line import Run

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
        assert found["retrieved_to"] == "2025-08-06T03:00:00Z"
    assert (told["readers_differ"], flat["readers_differ"]) == (True, "true")
    assert Run(capsys, *before, "--format", "json").json["readers_differ"] is False
    takes_over = (
        "takes over, some of the change may be due to that and not to events on the ground: "
    )
    said = f"{takes_over}deepstate_daily from 2025-08-04."
    assert said in Run(capsys, "history", *SEAM).out
    assert said in Run(capsys, "place", "Kostiantynivka, Donetsk").out
    assert "takes over" not in Run(capsys, "history", "--from", "2025-08-04").out


def test_a_place_tells_which_files_its_spells_are_of(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("place", "Kostiantynivka, Donetsk")
    told = json.loads(Run(capsys, *asked, "--format", "json").out)
    assert [(s["status"], s["since"], s["reader"]) for s in told["periods"]] == [
        ("ukrainian_held", "2022-04-03", "deepstate_api"),
        ("not_russian_held", "2025-08-04", "deepstate_daily"),
    ]
    assert told["snapshots"][-1]["reader"] == "deepstate_daily"
    assert "may be contested or Ukrainian-held" in Run(capsys, *asked).out


@pytest.mark.parametrize("by", ["oblast", "patch", "face"])
def test_what_is_too_thin_to_be_drawn_is_one_figure_and_no_feature(
    capsys: pytest.CaptureFixture[str], by: str
) -> None:
    days = ("--from", "2026-01-01", "--to", "2026-01-24")
    shown = json.loads(Run(capsys, "changes", *days, "--by", by, "--format", "geojson").out)
    assert all(f["geometry"] for f in shown["features"])
    assert all(km2 > 0 for km2 in shown["not_drawn_km2"].values())
    assert "cells of 250 m" in shown["note"]
    every = Run(capsys, "changes", *days, "--format", "json").json["all"]
    for change, thin in shown["not_drawn_km2"].items():
        drawn = [f["properties"] for f in shown["features"] if f["properties"]["change"] == change]
        whole = sum(p["area_km2"] for p in drawn) + thin
        assert whole == pytest.approx(every[f"{change}_km2"], abs=1e-3)
