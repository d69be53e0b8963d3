"""What cannot be true is kept out; what happened, however fast, is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from controlmap.cli import main
from controlmap.core import geoparquet
from controlmap.core.model import REPORTABLE, Ground, InputError, SnapshotInfo, Status
from controlmap.geo import oblasts
from controlmap.record import archive, builder, plausibility
from controlmap.record.plausibility import KeptOut, Measured
from input_files import make_daily, make_folder, quiet
from records import WEST_EAST

DONETSK, KHERSON = 0, 2


def make(
    *held_km2: float, contested_km2: Sequence[float] | None = None, days: Sequence[float] = ()
) -> list[Measured]:
    """A snapshot a day: so much of WEST is held, and so much contested (by default always 50)."""
    made = []
    for number, held in enumerate(held_km2):
        when = datetime(2024, 3, 1, 12, tzinfo=UTC) + timedelta(
            days=days[number] if days else number
        )
        km2 = np.zeros((2, len(Ground)))
        km2[0, Ground.OCCUPIED] = held
        km2[0, Ground.CONTESTED] = contested_km2[number] if contested_km2 else 50
        info = SnapshotInfo("map", f"{number}.json", when, None, "00", frozenset(REPORTABLE))
        made.append(Measured(info, km2))
    return made


def doubted(*series: Measured) -> list[tuple[str, str]]:
    return [(kept.name, kept.why) for kept in plausibility.implausible(series, WEST_EAST)]


def test_a_jump_that_is_taken_back_is_doubted() -> None:
    assert doubted(*make(8000, 4000, 8000)) == [
        ("1.json", "West: Russian-held -4,000 km2 since 0.json; 2.json takes it back")
    ]


def test_a_jump_that_stays_is_believed() -> None:
    assert doubted(*make(8000, 4000, 3900)) == []


def test_what_moves_by_two_thousand_needs_no_confirmation() -> None:
    assert doubted(*make(8000, 6000, 8000)) == []
    assert [name for name, _ in doubted(*make(8000, 5999, 8000))] == ["1.json"]


def test_half_of_it_must_be_undone_to_take_it_back() -> None:
    assert doubted(*make(8000, 4000, 6000)) == []
    assert [name for name, _ in doubted(*make(8000, 4000, 6001))] == ["1.json"]


def test_days_that_repeat_an_error_are_all_doubted() -> None:
    assert [name for name, _ in doubted(*make(8000, 4000, 4000, 4100, 8000))] == [
        "1.json",
        "2.json",
        "3.json",
    ]


def test_the_last_snapshot_is_doubted_until_the_next() -> None:
    assert doubted(*make(8000, 8000, 4000)) == [
        ("2.json", "West: Russian-held -4,000 km2 since 1.json; no later snapshot confirms it")
    ]
    assert doubted(*make(8000, 8000, 4000, 4000)) == []


def test_fifteen_days_without_a_snapshot_may_hold_anything() -> None:
    assert [name for name, _ in doubted(*make(8000, 4000, days=(0, 14)))] == ["1.json"]
    assert doubted(*make(8000, 4000, days=(0, 14.1))) == []
    # And what comes a fortnight after a jump takes nothing back.
    assert doubted(*make(8000, 4000, 4000, 8000, 8000, days=(0, 1, 2, 16.5, 17))) == []


def test_a_status_that_is_always_there_is_missed() -> None:
    told = [50.0] * 40
    told[20] = 0.9
    assert doubted(*make(*[8000] * 40, contested_km2=told)) == [
        (
            "20.json",
            "draws no contested ground, as hardly any of its reader's do; 21.json takes it back",
        )
    ]


def test_a_status_that_comes_and_goes_is_not_missed() -> None:
    assert doubted(*make(*[8000] * 40, contested_km2=[50.0, 0.0] * 20)) == []


def test_a_status_that_is_given_up_is_given_up_on_the_second_day() -> None:
    told = [50.0] * 40
    told[-2:] = [0.0, 0.0]
    assert doubted(*make(*[8000] * 40, contested_km2=told)) == []
    assert [n for n, _ in doubted(*make(*[8000] * 39, contested_km2=told[:-1]))] == ["38.json"]


def test_what_another_reader_does_not_tell_is_not_missed() -> None:
    series = make(*[8000.0] * 40, contested_km2=[50.0] * 20 + [0.0] * 20)
    held_only = frozenset({Status.RUSSIAN_HELD})
    for number in range(20, 40):
        info = replace(series[number].info, reader="daily", reports=held_only)
        series[number] = replace(series[number], info=info)
    assert doubted(*series) == []
    # Nor does it bear out that the first reader no longer draws it.
    series[19] = replace(series[19], ground_km2=series[20].ground_km2)
    assert [name for name, _ in doubted(*series)] == ["19.json"]


def test_what_is_kept_out_comes_back_from_the_provenance() -> None:
    (kept,) = plausibility.implausible(make(8000, 4000, 8000), WEST_EAST)
    again = KeptOut.from_json(json.loads(json.dumps(kept.to_json())))
    assert (again.name, again.why) == (kept.name, kept.why)
    assert kept.measured is not None
    assert again.measured is not None
    assert again.measured.info == kept.measured.info
    assert np.array_equal(again.measured.ground_km2, kept.measured.ground_km2)
    unread = KeptOut("a", "is not JSON")
    assert KeptOut.from_json(unread.to_json()) == unread


# The real record


@pytest.fixture(scope="module")
def real() -> list[Measured]:
    return plausibility.series_of(archive.load(geoparquet.geodata("deepstate.parquet")).coverage)


def test_no_true_snapshot_is_doubted(real: list[Measured]) -> None:
    assert len(real) == 1487
    assert plausibility.implausible(real, oblasts.load()) == []


def test_the_retreat_from_kherson_is_the_one_true_step_beyond_the_limit(
    real: list[Measured],
) -> None:
    steps = np.diff(np.array([m.held_km2 for m in real]), axis=0)
    beyond = np.argwhere(np.abs(steps) > plausibility.JUMP_KM2)
    assert [(real[i + 1].info.observed.date(), int(o), round(steps[i, o])) for i, o in beyond] == [
        (date(2022, 11, 11), KHERSON, -2003)
    ]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_half_an_oblast_missing_for_a_day_is_found_on_any_day(
    real: list[Measured], data: st.DataObject
) -> None:
    index, oblast = data.draw(st.integers(1, 1486)), data.draw(st.integers(0, 3))
    halved = real[index].ground_km2.copy()
    halved[oblast] /= 2
    series = [*real[:index], replace(real[index], ground_km2=halved), *real[index + 1 :]]
    found = plausibility.implausible(series, oblasts.load())
    assert [kept.name for kept in found] == [real[index].info.name]


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_the_newest_true_snapshot_is_believed_at_once_but_for_one(
    real: list[Measured], data: st.DataObject
) -> None:
    """As the record grew: only the day of the retreat had to wait for the next."""
    index = data.draw(st.integers(1, 1486))
    found = plausibility.implausible(real[: index + 1], oblasts.load())
    alone = real[index].info.observed.date() == date(2022, 11, 11)
    assert len(found) == int(alone)


# Building

WHOLE, HALF = (37.0, 47.6, 38.0, 48.6), (37.0, 47.6, 37.5, 48.6)  # 8,290 km2, and 4,145
IMPOSSIBLE = (20.0, 44.0, 40.0, 52.0)  # 160 square degrees, of 7,500 km2 at the least


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five days: of the third one half is missing, and the fourth cannot be read."""
    files: dict[str, bytes] = {}
    for day, box in (("01", WHOLE), ("02", WHOLE), ("03", HALF), ("05", WHOLE)):
        files |= make_daily(f"202403{day}", box)
    files["deepstatemap_data_20240304.geojson"] = b"{"
    return make_folder(tmp_path / "in", files)


def test_what_cannot_be_is_kept_out_told_and_listed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.parquet"
    assert main.main(["build", "--input", str(folder), "-o", str(out)]) == 0
    errors = capsys.readouterr().err.splitlines()
    record = archive.load(out)
    assert [s.name[18:26] for s in record.coverage.snapshots] == [
        "20240301",
        "20240302",
        "20240305",
    ]
    listed = {k["name"][18:26]: k for k in record.provenance.figures["kept_out"]}
    assert list(listed) == ["20240303", "20240304"]
    assert "Donetsk: Russian-held -" in listed["20240303"]["why"]
    assert "deepstatemap_data_20240305.geojson takes it back" in listed["20240303"]["why"]
    assert "is not JSON" in listed["20240304"]["why"]
    held = listed["20240303"]["ground_km2"][DONETSK][Ground.OCCUPIED]
    assert held < record.coverage.areas[1, DONETSK, Ground.OCCUPIED] - 2000
    assert [e for e in errors if e.startswith("kept out: ")] == [
        f"kept out: {k['name']}: {k['why']}" for k in listed.values()
    ]
    # And the lines of what is kept out cut no face: the box and the rests of the oblasts it is in.
    assert shapely.equals(
        shapely.union_all(record.coverage.face_geometry),
        shapely.union_all([o.polygon for o in record.coverage.oblasts]),
    )
    assert not (shapely.get_coordinates(record.coverage.face_geometry)[:, 0] == 37.5).any()


@pytest.mark.parametrize("bad", ["deepstatemap_data_20240303", "deepstatemap_data_20240304"])
def test_strict_makes_it_an_error_and_writes_nothing(
    bad: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for other in folder.iterdir():
        if other.stem[-2:] in ("03", "04") and other.stem != bad:
            other.unlink()
    out = tmp_path / "r.parquet"
    assert main.main(["build", "--input", str(folder), "-o", str(out), "--strict"]) == 2
    told, errors = capsys.readouterr()
    assert (told, errors.count("\n")) == ("", 1)
    assert bad in errors
    assert not out.exists()


def test_a_record_of_true_files_lists_nothing(folder: Path, tmp_path: Path) -> None:
    for bad in ("03", "04"):
        (folder / f"deepstatemap_data_202403{bad}.geojson").unlink()
    made = builder.build_file("deepstate", [folder], tmp_path / "r.parquet", None, quiet)
    assert "kept_out" not in made.provenance.figures


def test_more_than_all_of_ukraine_is_beyond_the_possible(tmp_path: Path) -> None:
    folder = make_folder(
        tmp_path / "in", make_daily("20240301", WHOLE) | make_daily("20240302", IMPOSSIBLE)
    )
    made = builder.build_file("deepstate", [folder], tmp_path / "r.parquet", None, quiet)
    (kept,) = made.provenance.figures["kept_out"]
    assert kept["name"] == "deepstatemap_data_20240302.geojson"
    assert kept["why"] == (
        "draws at least 1,200,000 km2 as Russian-held; all of Ukraine is 603,628"
    )


def test_where_nothing_can_be_read_the_first_reason_is_told(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "in", {"a.geojson": b"", "b.geojson": b"{", "c.geojson": b""})
    with pytest.raises(InputError, match=r"^a\.geojson: the file is empty.*the other 2 files"):
        builder.build_file("deepstate", [folder], tmp_path / "r.parquet", None, quiet)
