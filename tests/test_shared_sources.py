"""Over the real files of ISW and NZZ: what they hold, and the embedded records against them.

Skipped where there is no ../shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache, reduce
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap import embed, sources
from controlmap.analysis import agreement
from controlmap.core import geoparquet
from controlmap.core.model import Ground, Snapshot, Status
from controlmap.geo.geodesy import areas_km2
from controlmap.record import archive, builder, inputs, overlay, supplement
from controlmap.record.coverage import Coverage

TOLERANCE_KM2 = 0.1
ISW_FILES, NZZ_FILES = 90 + 88 + 88 + 87 + 20, 234
HELD = list(Status.RUSSIAN_HELD.grounds)


@lru_cache(maxsize=2)
def embedded(source: str) -> Coverage:
    return archive.load(geoparquet.geodata(f"{source}.parquet")).coverage


def read(shared: Path, source: str) -> Iterator[Snapshot]:
    return builder.Intake(source, lambda _: None, strict=False).snapshots(
        [shared / "data" / source]
    )


def held_on(source: str, day: date) -> np.ndarray:
    made = embedded(source)
    held: np.ndarray = made.areas[made.at(day).index][:, HELD].sum(axis=1)
    return held


@pytest.fixture(scope="module")
def isw(shared: Path) -> list[Snapshot]:
    """The states of ISW, read once."""
    return list(read(shared, "isw"))


@pytest.mark.exhaustive
def test_every_isw_file_is_read_and_its_layers_are_known(shared: Path) -> None:
    warnings: Counter[str] = Counter()
    count = 0
    for member in inputs.members([shared / "data" / "isw"]):
        snapshot = sources.read(member.data, member.name)
        assert snapshot.info.reader == "isw"
        warnings.update(w.split(": ", 1)[1] for w in snapshot.info.warnings)
        count += 1
    assert count == ISW_FILES
    assert warnings == {
        "layer 'ロシア軍侵攻エリア' holds claimed control too; counted as advance": 3
    }


def test_isw_states_have_control_and_what_is_not_there_is_not_reported(isw: list[Snapshot]) -> None:
    assert len(isw) == 110
    assert all(Status.RUSSIAN_HELD in s.info.reports for s in isw)
    without = [s.info.observed.date() for s in isw if Status.ASSESSED_ADVANCE not in s.info.reports]
    assert without == [date(2022, 2, 24), date(2022, 2, 27)]
    silent = [s.info.observed.date() for s in isw if Status.CLAIMED_CONTROL not in s.info.reports]
    assert silent[2:] == [date(2023, 5, 1), date(2023, 5, 7), date(2023, 5, 13)]


@pytest.mark.parametrize("step", [40, pytest.param(10, marks=pytest.mark.exhaustive)])
def test_the_embedded_isw_is_true_to_its_files(isw: list[Snapshot], step: int) -> None:
    for snapshot in isw[::step]:
        error = builder.error_km2(embedded("isw"), snapshot)
        assert error is not None
        assert np.abs(error).max() < TOLERANCE_KM2


def test_right_bank_kherson_in_the_embedded_isw() -> None:
    before, after = (held_on("isw", day)[2] for day in (date(2022, 11, 6), date(2022, 11, 9)))
    assert [round(v) for v in (before, after)] == [22281, 19281]


def test_nzz_tells_its_day_within_and_lags_its_name(shared: Path) -> None:
    count = lacking = 0
    for member in inputs.members([shared / "data" / "nzz"]):
        snapshot = sources.read(member.data, member.name)
        assert snapshot.info.reader == "nzz"
        named = date.fromisoformat(member.name.removesuffix(".json"))
        assert 0 <= (named - snapshot.info.observed.date()).days <= 13
        assert bool(snapshot.lacks) == (snapshot.info.observed.date() >= date(2024, 3, 15))
        lacking += bool(snapshot.lacks)
        count += 1
    assert (count, lacking) == (NZZ_FILES, 128)


def test_nzz_is_completed_without_a_step(shared: Path) -> None:
    """What is left out from March 2024 on is 16,606 km2; figures go on as they were."""
    figures = archive.load(geoparquet.geodata("nzz.parquet")).provenance.figures
    assert figures["completed_km2"] == pytest.approx(16_606, abs=1)
    step = held_on("nzz", date(2024, 3, 15)) - held_on("nzz", date(2024, 3, 8))
    assert step == pytest.approx([19, 0, 0, 0], abs=1)  # what was gained in a week, by the feed
    assert round(held_on("nzz", date(2024, 3, 15))[1], -1) == 26_270
    raw = next(s for s in read(shared, "nzz") if s.info.observed.date() == date(2024, 3, 15))
    assert round(builder.overlay_km2(embedded("nzz"), raw)[1, 0]) == 18_020


def test_nzz_completed_from_deepstate_differs_by_little(shared: Path) -> None:
    raw = next(s for s in read(shared, "nzz") if s.info.observed.date() == date(2024, 3, 15))
    (done,) = supplement.Completion().of([raw])
    made = builder.overlay_km2(embedded("nzz"), done)[:, 0]
    assert np.abs(made - held_on("nzz", date(2024, 3, 15))).max() < 110
    assert Ground.HELD_BEFORE_2022 in done.layers


DAYS = [
    date(2022, 7, 14), date(2024, 2, 12),  # generalised maps are the farthest from the files here
    date(2022, 4, 10), date(2022, 5, 28), date(2022, 8, 30), date(2022, 10, 16),
    date(2023, 1, 20), date(2023, 4, 5), date(2023, 5, 16), date(2023, 7, 17),
    date(2023, 12, 25), date(2024, 1, 15), date(2024, 4, 1), date(2024, 6, 3),
    date(2024, 8, 12), date(2025, 1, 12), date(2025, 7, 3), date(2025, 8, 4),
    date(2025, 10, 24), date(2026, 1, 11),
]  # fmt: skip


SEAM = (date(2024, 3, 8), date(2024, 3, 15))


def outlines_of(shared: Path, source: str, names: set[str]) -> dict[str, np.ndarray]:
    """What files hold, by name and oblast, as they draw it; completed where they leave it out."""
    folders = [shared / "data" / folder for folder in embed.RECORDS[source][0]]
    intake = builder.Intake(source, lambda _: None, strict=False, limited=False)
    # What NZZ leaves out from one day on is completed from the two files at that seam.
    seam = (info.name for info in embedded(source).snapshots if info.day in SEAM)
    parts = {part for name in (*names, *seam) for part in name.split(" + ")}
    members = (m for m in inputs.members(folders) if m.name in parts)
    snapshots = supplement.Completion().of(intake.snapshots(members))
    wanted = (s for s in snapshots if s.info.name in names)
    made = {snapshot.info.name: overlay.of(source, snapshot) for snapshot in wanted}
    return {name: np.array(list(_held_in(each))) for name, each in made.items()}


def _held_in(record: Coverage) -> Iterator[BaseGeometry]:
    for oblast in range(len(record.oblasts)):
        held = record.held(0) & (record.face_oblast == oblast)
        yield shapely.union_all(record.face_geometry[held])


@pytest.mark.parametrize(
    "days", [DAYS[17:18], pytest.param(DAYS, marks=pytest.mark.exhaustive)], ids=("one", "twenty")
)
def test_agreement_is_that_of_an_overlay_of_the_files(shared: Path, days: list[date]) -> None:
    known = {source: embedded(source) for source in embed.RECORDS}
    compared = {day: [o for o in agreement.opinions(known, day) if o.is_current] for day in days}
    files = {
        source: {o.snapshot.info.name for on in compared.values() for o in on if o.source == source}
        for source in known
    }
    outlines = {source: outlines_of(shared, source, names) for source, names in files.items()}
    for day, opinions in compared.items():
        assert len(opinions) > 1
        found = agreement.by_oblast(agreement.agree(opinions))
        held = [outlines[o.source][o.snapshot.info.name] for o in opinions]
        by_all = areas_km2(reduce(shapely.intersection, held))
        assert [row.by_all for row in found[:-1]] == pytest.approx(by_all, abs=1.0), day
        for i, opinion in enumerate(opinions):
            others = [
                shapely.union_all(each) for each in zip(*held[:i], *held[i + 1 :], strict=True)
            ]
            alone = areas_km2(shapely.difference(held[i], np.array(others)))
            only = [row.only[opinion.source] for row in found[:-1]]
            assert only == pytest.approx(alone, abs=1.0), (day, opinion.source)
