"""One file, one answer: by itself and in the record it says the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from controlmap import sources
from controlmap.core.model import Snapshot, Status
from controlmap.record import archive, builder, inputs

DAY = date(2026, 1, 22)


@pytest.fixture(scope="module")
def file(shared: Path) -> Snapshot:
    """NZZ's of 22 January 2026, which leaves out what was held before 2022."""
    member = next(
        m for m in inputs.members([shared / "data" / "nzz"]) if m.name == "2026-01-24.json"
    )
    return sources.read(member.data, member.name)


def test_a_file_of_the_record_is_answered_by_it(file: Snapshot) -> None:
    record = archive.open_source("nzz").coverage
    alone, note = builder.of_snapshot(file)
    held = alone.status_km2(Status.RUSSIAN_HELD, 0)
    assert held[0] == pytest.approx(21309.9, abs=0.05)
    known = record.status_km2(Status.RUSSIAN_HELD, record.at(DAY).index)
    assert held.tolist() == known.tolist()
    assert "held before 24 February 2022" in note


def test_a_file_that_the_record_lacks_is_completed_as_it_is(file: Snapshot) -> None:
    """From the generalised map, whose lines are good to a cell: within 4 km2 an oblast, not 102."""
    record = archive.open_source("nzz").coverage
    new = replace(file, info=replace(file.info, sha256="of another file"))
    alone, _ = builder.of_snapshot(new)
    known = record.status_km2(Status.RUSSIAN_HELD, record.at(DAY).index)
    assert np.abs(alone.status_km2(Status.RUSSIAN_HELD, 0) - known).max() < 4
