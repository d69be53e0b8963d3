"""Proposals on hand-made records, and the first set; figures worked out by hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import rows as of_rows
from controlmap.analysis import place_history, proposals
from controlmap.analysis.proposals import Outcome, Proposal, Recognised, Selection
from controlmap.cli import main
from controlmap.core.model import Ground, InputError
from controlmap.geo import places
from controlmap.geo.oblasts import ISO_CODES
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from records import EVERYTHING, HELD_ONLY, STRIP_KM2, day, make, reporting

TALKS = date(2026, 1, 24)
FIRST_SET = ["annexation", "anchorage", "donetsk-for-freeze", "freeze", "pre_2022", "ukraine"]


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", "")


def proposal(west: str, east: str, recognised: Mapping[str, Recognised] | None = None) -> Proposal:
    rules = {"WEST": Selection.parse(west), "EAST": Selection.parse(east)}
    unstated = dict.fromkeys(rules, Recognised.UNSTATED)
    return Proposal("made", "Made", "", rules, {**unstated, **(recognised or {})})


# WEST: a strip held before 2022, three since, two contested, one liberated, three never held.
MIXED = {
    Ground.HELD_BEFORE_2022: 1,
    Ground.OCCUPIED: 3,
    Ground.CONTESTED: 2,
    Ground.LIBERATED: 1,
}


def measured(made: Proposal, record: Coverage, on: date) -> Outcome:
    return proposals.measure(record, record.at(on), made)


def strips(*km2: float | None) -> list[float | None]:
    return [None if v is None else round(v / STRIP_KM2, 4) for v in km2]


@pytest.mark.parametrize(
    ("rule", "to_russia", "to_ukraine"),
    [("claim", 6, 0), ("line", 0, 0), ("pre_2022", 0, 3), ("none", 0, 0)],
)
def test_a_rule_moves_what_lies_between_it_and_the_line(
    rule: str, to_russia: float, to_ukraine: float
) -> None:
    record = make((0, MIXED))
    found = measured(proposal(rule, "line"), record, day(0))
    west, east, every = found.rows
    assert strips(west.to_russia_km2, west.to_ukraine_km2) == [to_russia, to_ukraine]
    assert strips(west.would_hold_km2) == [4 + to_russia - to_ukraine]
    assert (east.to_russia_km2, east.to_ukraine_km2) == (0, 0)
    assert every.to_russia_km2 == west.to_russia_km2
    assert strips(west.contested_km2) == [2 if rule == "claim" else 0]
    assert (found.pre_2022_of == day(0)) is (rule == "pre_2022")


def test_infiltrated_land_that_would_pass_is_contested_as_it_is_in_every_figure() -> None:
    record = make((0, {Ground.OCCUPIED: 3, Ground.CONTESTED: 2, Ground.INFILTRATION: 1}))
    west = measured(proposal("claim", "line"), record, day(0)).rows[0]
    assert strips(west.to_russia_km2, west.contested_km2) == [7, 3]


def test_the_line_of_another_day_moves_land_both_ways() -> None:
    # On day 0 four strips from the west; on day 1 two are held at the west end, from 36.0 on.
    record = make((0, {Ground.OCCUPIED: 4}), (1, {Ground.LIBERATED: 3, Ground.OCCUPIED: 4}))
    west = measured(proposal("line@2024-01-01", "line"), record, day(1)).rows[0]
    assert strips(west.to_russia_km2, west.to_ukraine_km2) == [3, 3]
    west = measured(proposal("line@2024-01-02", "line"), record, day(0)).rows[0]
    assert strips(west.to_russia_km2, west.to_ukraine_km2) == [3, 3]


def test_holding_and_being_recognised_are_two_things() -> None:
    record = make((0, MIXED))
    stated = {"WEST": Recognised.HELD, "EAST": Recognised.NONE}
    west, east, every = measured(proposal("claim", "line", stated), record, day(0)).rows
    assert strips(west.recognised_km2, east.recognised_km2, every.recognised_km2) == [10, 0, 10]
    west, east, every = measured(
        proposal("claim", "claim", {"WEST": Recognised.NONE}), record, day(0)
    ).rows
    assert strips(west.recognised_km2, east.recognised_km2, every.recognised_km2) == [0, None, None]


def test_contested_ground_that_is_not_reported_is_not_told() -> None:
    record = make((0, {Ground.OCCUPIED: 4}), reports=HELD_ONLY)
    found = measured(proposal("claim", "line"), record, day(0))
    assert found.rows[0].contested_km2 is None
    assert found.every.contested_km2 is None
    with pytest.raises(InputError, match="pre_2022: made does not report what was held before"):
        measured(proposal("pre_2022", "line"), record, day(0))


def test_what_was_held_before_2022_is_as_last_reported() -> None:
    record = reporting(make((0, MIXED), (1, {Ground.OCCUPIED: 6})), EVERYTHING, HELD_ONLY)
    found = measured(proposal("pre_2022", "none"), record, day(1))
    assert strips(found.every.to_ukraine_km2) == [5]
    assert found.pre_2022_of == day(0)


def test_a_line_of_a_day_that_the_record_has_not() -> None:
    record = make((0, {Ground.OCCUPIED: 4}), (40, {Ground.OCCUPIED: 5}))
    for on, said in (("2030-01-01", "outside the span of made"), ("2024-01-20", "in a gap of")):
        with pytest.raises(InputError, match=said):
            measured(proposal(f"line@{on}", "line"), record, day(0))


@pytest.mark.parametrize(
    "text", ["", "all", "CLAIM", "claim@2024-01-01", "line@", "line@tomorrow", "line@20240101", 3]
)
def test_a_rule_that_is_none(text: object) -> None:
    with pytest.raises(InputError, match="allowed: claim, line, line@YYYY-MM-DD, pre_2022, none"):
        Selection.parse(text)


# Settlements


def test_settlements_are_those_in_the_land_that_passes() -> None:
    record = archive.open_source("deepstate").coverage
    found = {p.id: p for p in proposals.load([proposals.embedded()])[0]}
    snapshot = record.at(TALKS)
    everything = proposals.measure(record, snapshot, found["annexation"])
    donetsk = [p for p in everything.to_russia if p.iso == "UA-14"]
    told = {p.name: p for p in donetsk}
    assert set(proposals.FORTRESS_CITIES) <= set(told)
    assert "Donetsk" not in told
    assert proposals.people(donetsk) == sum(p.population or 0 for p in donetsk)
    # Each has the status that its own point tells on that day.
    for place in (told["Kramatorsk"], places.find("Melitopol")[0], places.find("Bakhmut")[0]):
        status = place_history.record_of(record, place.lon, place.lat).status_on(snapshot.day)
        assert (status == "russian_held") is (place not in everything.to_russia)
    back = proposals.measure(record, snapshot, found["pre_2022"])
    assert back.to_russia == ()
    assert "Mariupol" in {p.name for p in back.to_ukraine}
    assert "Donetsk" not in {p.name for p in back.to_ukraine}


def test_points_between_faces_are_given_to_their_own_oblast() -> None:
    record = make((0, {Ground.OCCUPIED: 12}))
    # Exactly on the corner that both share: its face is that of the oblast it is said to be in.
    for oblast in (0, 1):
        face = place_history.faces_of(
            record, np.array([37.0]), np.array([48.0]), np.array([oblast])
        )
        assert record.face_oblast[face].tolist() == [oblast]


# The first set and files


def test_the_first_set_on_the_day_of_the_talks() -> None:
    record = archive.open_source("deepstate").coverage
    found, broken = proposals.load([proposals.embedded()])
    assert broken == []
    assert [p.id for p in found] == FIRST_SET
    outcomes = {p.id: proposals.measure(record, record.at(TALKS), p) for p in found}
    rows = of_rows.areas(record, record.at(TALKS))
    for row, told in zip(rows, outcomes["annexation"].rows, strict=True):
        assert told.to_russia_km2 == pytest.approx(row.ukrainian_held, abs=0.02)
        assert told.recognised_km2 == pytest.approx(row.total, abs=0.02)
    anchorage = outcomes["anchorage"]
    assert [round(r.to_russia_km2) for r in anchorage.rows] == [5721, 102, 0, 0, 5823]
    assert anchorage.fortress == dict.fromkeys(proposals.FORTRESS_CITIES, (False, True))
    for still in ("freeze", "ukraine"):
        assert (outcomes[still].every.to_russia_km2, outcomes[still].every.to_ukraine_km2) == (0, 0)
        assert outcomes[still].to_russia == outcomes[still].to_ukraine == ()
    assert outcomes["ukraine"].every.recognised_km2 == 0
    assert outcomes["freeze"].every.recognised_km2 is None
    assert outcomes["pre_2022"].pre_2022_of == date(2025, 8, 3)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    made = Proposal(
        'o"w\\n',
        "Лінія “2”",
        "",
        {iso: Selection.parse("line@2025-01-01") for iso in ISO_CODES},
        dict.fromkeys(ISO_CODES, Recognised.NONE),
    )
    path = tmp_path / "own.toml"
    path.write_text(proposals.toml(made), "utf-8")
    (found,), broken = proposals.load([path])
    assert broken == []
    assert (found.id, found.title) == (made.id, made.title)
    assert (found.rules, found.recognised) == (made.rules, made.recognised)


OWN = """
[[proposal]]
id = "own"

[proposal.rules]
UA-14 = "line@2025-01-01"
UA-09 = "claim"
UA-65 = "pre_2022"
UA-23 = "none"
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, list[str]]:
    code = main.main(["proposals", "--as-of", str(TALKS), *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err.splitlines()


def test_the_command_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    code, out, errors = run(capsys, "--file", str(path), "--format", "json")
    told = json.loads(out)
    assert (code, errors) == (0, [])
    assert [p["id"] for p in told["proposals"]] == [*FIRST_SET, "own"]
    for found in told["proposals"]:
        assert [row["iso"] for row in found["oblasts"]] == list(ISO_CODES)
        for key in ("to_russia_km2", "to_ukraine_km2"):
            assert found["all"][key] == pytest.approx(sum(o[key] for o in found["oblasts"]))
        assert found["settlements"] == len(found["places"])
        assert found["population"] == sum(p["population"] or 0 for p in found["places"])
    own = told["proposals"][-1]
    assert own["rules"] == {
        "UA-14": "line@2025-01-01", "UA-09": "claim", "UA-65": "pre_2022", "UA-23": "none",
    }  # fmt: skip
    assert set(own["recognised"].values()) == {"unstated"}
    # What was taken in Donetsk oblast since the first day of 2025 would go back.
    donetsk = own["oblasts"][0]
    record = archive.open_source("deepstate").coverage
    since = of_rows.changes(record, record.at(date(2025, 1, 1)), record.at(TALKS))[0]
    assert donetsk["to_ukraine_km2"] == pytest.approx(since.gained_km2, abs=1e-5)
    assert donetsk["to_russia_km2"] == pytest.approx(since.lost_km2, abs=1e-5)


def test_the_command_as_table_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys)
    assert "fortress cities that would pass: Sloviansk, Kramatorsk" in out
    assert "held before 2022: as last reported, on 2025-08-03" in out
    _, out, _ = run(capsys, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 5 * len(FIRST_SET)
    anchorage = [r for r in rows if (r["id"], r["iso"]) == ("anchorage", "UA-14")]
    assert anchorage[0]["to_russia_km2"].startswith("5720.8")
    assert anchorage[0]["contested_km2"] == ""


@pytest.mark.parametrize(
    ("line", "changed", "said"),
    [
        ('UA-09 = "claim"', 'UA-09 = "half"',
         "proposal 'own': rules.UA-09: found 'half'; allowed: claim, line, line@YYYY"),
        ('UA-14 = "line@2025-01-01"', 'UA-14 = "line@2025-02-31"', "proposal 'own': rules"),
        ('UA-09 = "claim"', 'UA-43 = "claim"',
         "proposal 'own': rules.UA-43: found oblast 'UA-43'; allowed: UA-14, UA-09, UA-65"),
        ('UA-23 = "none"\n', "", "proposal 'own': rules: no rule for UA-23; allowed"),
        ('id = "own"', 'id = "freeze"', "proposal 'freeze': id: is there already"),
        ('id = "own"', 'id = "own"\ncolour = 1', "proposal 'own': colour: not a key"),
        ("[proposal.rules]", '[proposal.recognised]\nUA-14 = "maybe"\n[proposal.rules]',
         "proposal 'own': recognised.UA-14: found 'maybe'; allowed: held, none, unstated"),
        ("[proposal.rules]", 'recognised = "all"\n[proposal.rules]',
         "proposal 'own': recognised: found 'all'; allowed: a table [proposal.recognised]"),
        ("[proposal.rules]", "[proposal.rule]", "proposal 'own': rule: not a key; allowed"),
    ],
)  # fmt: skip
def test_a_broken_entry_is_one_line_and_the_others_work(
    tmp_path: Path, line: str, changed: str, said: str
) -> None:
    assert line in OWN
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(line, changed) + OWN.replace('"own"', '"other"'))
    listed, broken = proposals.load([proposals.embedded(), path])
    assert [p.id for p in listed] == [*FIRST_SET, "other"]
    assert [str(error).startswith(f"own.toml, {said}") for error in broken] == [True]


def test_the_command_shows_the_others_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        OWN.replace('UA-09 = "claim"', 'UA-09 = "half"') + OWN.replace('"own"', '"other"')
    )
    code, out, errors = run(capsys, "--file", str(path), "--format", "json")
    document = json.loads(out)
    assert [p["id"] for p in document["proposals"]] == [*FIRST_SET, "other"]
    assert code == 2
    assert errors[0].startswith("own.toml, proposal 'own': rules.UA-09: found 'half'; allowed: ")
    assert document["broken"] == errors[:1]
    assert errors[1].endswith("own.toml: 1 entry cannot be used; the others are shown")


def test_a_proposal_that_the_record_cannot_tell_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace("line@2025-01-01", "line@2021-01-01"))
    code, out, errors = run(capsys, "--file", str(path), "--format", "json")
    assert code == 2
    assert [p["id"] for p in json.loads(out)["proposals"]] == FIRST_SET
    where = "proposal 'own' cannot be measured by deepstate: rules.UA-14: "
    assert errors[0].startswith(f"{where}2021-01-01: outside the span of deepstate, 2022-04-03 to")


def test_what_a_source_cannot_tell_is_no_fault_of_the_embedded_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, errors = run(capsys, "--source", "nzz", "--format", "json")
    told = json.loads(out)
    assert (code, told["broken"]) == (0, [])
    assert [p["id"] for p in told["proposals"]] == [i for i in FIRST_SET if i != "pre_2022"]
    (why,) = told["left_out"]
    assert errors == [f"left out: {why}"]
    assert why.startswith("proposal 'pre_2022' cannot be measured by nzz: rules.UA-14: pre_2022:")


def test_people_who_would_pass_one_way_and_the_other_are_told_apart(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace("line@2025-01-01", "pre_2022"))  # Luhansk is claimed: to Russia
    _, out, _ = run(capsys, "--file", str(path), "--format", "json")
    own = json.loads(out)["proposals"][-1]
    moved = {to: [p for p in own["places"] if p["to"] == to] for to in ("russia", "ukraine")}
    people = {to: sum(p["population"] or 0 for p in found) for to, found in moved.items()}
    assert len(moved["ukraine"]) > 200
    for to, found in moved.items():
        assert own[f"settlements_to_{to}"] == len(found)
        assert own[f"population_to_{to}"] == people[to]
    assert own["settlements"] == sum(map(len, moved.values()))
    assert own["population"] == sum(people.values())
    _, out, _ = run(capsys, "--file", str(path), "--format", "csv")
    every = list(csv.DictReader(io.StringIO(out)))[-1]
    for to, found in moved.items():
        assert int(every[f"settlements_to_{to}"]) == len(found)
        assert int(every[f"population_to_{to}"]) == people[to]
    _, out, _ = run(capsys)
    tables = {t.split(":")[0]: t.splitlines()[1].split() for t in out.split("\n\n")[:5]}
    assert tables["annexation"][-2:] == ["settlements_to_russia", "population_to_russia"]
    assert tables["pre_2022"][-2:] == ["settlements_to_ukraine", "population_to_ukraine"]
    assert "1,612,442" in out
    assert "population by GeoNames, of mixed dates, for most places before the war" in out
