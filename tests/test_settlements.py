"""The history of a settlement in a generalised record: by the exact lines, not by its cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from controlmap import sources
from controlmap.analysis import place_history
from controlmap.geo import places
from controlmap.record import archive, coverage
from controlmap.record.coverage import Coverage
from controlmap.record.generalise import generalise
from input_files import make_daily

SIVERSK = next(place for place in places.load() if place.name == "Siversk")
JUST_BESIDE = (SIVERSK.lon + 0.0005, SIVERSK.lat - 0.05, SIVERSK.lon + 0.08, SIVERSK.lat + 0.05)
AROUND = (SIVERSK.lon - 0.0005, SIVERSK.lat - 0.05, SIVERSK.lon + 0.08, SIVERSK.lat + 0.05)


def held_since(record: Coverage, place: places.Place) -> date:
    *_, last = periods(record, place)
    assert last.status == "russian_held"
    return last.since


def periods(record: Coverage, place: places.Place) -> tuple[place_history.Period, ...]:
    return place_history.record_of(record, place.lon, place.lat).periods


@pytest.fixture
def full() -> Coverage:
    """Held up to 40 m beside the settlement from 1 March 2026 on, and with it from the 3rd."""
    days = {"20260303": JUST_BESIDE, "20260305": AROUND}
    files = [item for day, box in days.items() for item in make_daily(day, box).items()]
    return coverage.build("deepstate", [sources.read(data, name) for name, data in files])


@pytest.fixture
def generalised(full: Coverage) -> Coverage:
    return generalise(full, 2000)


def test_a_cell_of_the_map_does_not_date_a_settlement(
    full: Coverage, generalised: Coverage
) -> None:
    assert held_since(full, SIVERSK) == held_since(generalised, SIVERSK) == date(2026, 3, 3)
    by_cell = replace(generalised, settlements={})
    assert periods(by_cell, SIVERSK) != periods(full, SIVERSK)


def test_a_record_keeps_the_faces_of_settlements(generalised: Coverage, tmp_path: Path) -> None:
    path = tmp_path / "deepstate.parquet"
    archive.save(path, generalised, archive.provenance_of(generalised, [], {}))
    read = archive.load(path).coverage
    assert read.settlements == generalised.settlements
    assert len(read.settlements) == len({(p.lon, p.lat) for p in places.load()})


@pytest.mark.parametrize(
    ("name", "oblast", "day"),
    [
        ("Siversk", "UA-14", date(2025, 12, 7)),  # in the file of the 9th, of two evenings before
        ("Mariupol", "UA-14", date(2022, 4, 16)),
        ("Sofiivka", "UA-14", date(2026, 6, 14)),  # in the file of the 16th
    ],
)
def test_embedded_settlements_have_the_dates_of_the_files(
    name: str, oblast: str, day: date
) -> None:
    record = archive.open_source("deepstate").coverage
    of_it = [p for p in places.load() if (p.name, p.iso) == (name, oblast)]
    dates = []
    for place in of_it:
        *_, last = periods(record, place)
        dates.append(last.since)
    assert day in dates
