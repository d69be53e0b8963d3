"""A record with more snapshots answers as one that was built of all of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from controlmap.cli import main
from controlmap.core import geoparquet
from controlmap.core.model import Ground, InputError, RecordError, Snapshot
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of
from controlmap.record import archive, builder, generalise
from controlmap.record.coverage import Coverage, build
from controlmap.record.drawings import Drawings
from controlmap.record.extender import extend
from controlmap.record.inputs import Member
from input_files import make_daily, make_folder, quiet
from records import DAYS, PROPERTY, TINY, WEST_EAST, Layers, make_snapshot, same
from test_sanity import HALF, IMPOSSIBLE, WHOLE

OCCUPIED = Ground.OCCUPIED
READERS = ("map", "daily")
LON, LAT = np.meshgrid(36.0171 + np.arange(20) / 10, 48.0171 + np.arange(10) / 10)
POINTS = array_of(shapely.Point(x, y) for x, y in zip(LON.flat, LAT.flat, strict=True))
"""None of them within 1e-4 degrees of a line that `DAYS` can draw."""


def drawings_of(snapshots: Iterable[Snapshot]) -> Drawings:
    made = Drawings()
    for snapshot in snapshots:
        made.add(snapshot)
    return made


def built(snapshots: Sequence[Snapshot]) -> Coverage:
    return build("made", snapshots, readers=READERS, oblasts=WEST_EAST)


def extended(old: Sequence[Snapshot], *more: Sequence[Snapshot]) -> Coverage:
    """A record of the old ones, extended by the new ones part by part."""
    made = built(old)
    for part in more:
        made = extend(made, drawings_of(part), readers=READERS)
    return made


def holders(coverage: Coverage, points: Any = POINTS) -> np.ndarray:
    """The ground of points in every snapshot; shape (snapshots, points)."""
    point, face = shapely.STRtree(coverage.face_geometry).query(points, "intersects")
    assert np.array_equal(point, np.arange(len(points)))
    return np.array([coverage.ground(i)[face] for i in range(len(coverage.snapshots))])


def assert_answers_alike(one: Coverage, other: Coverage, within_km2: float) -> None:
    assert one.snapshots == other.snapshots
    assert (one.span, one.gaps) == (other.span, other.gaps)
    assert one.areas == pytest.approx(other.areas, abs=within_km2)
    assert np.array_equal(holders(one), holders(other))


def assert_is_a_record(coverage: Coverage) -> None:
    """Faces disjoint, valid and filling the oblasts; runs in order that change the ground."""
    assert shapely.is_valid(coverage.face_geometry).all()
    assert shapely.coverage_is_valid(coverage.face_geometry)
    filled = np.bincount(coverage.face_oblast, coverage.face_km2)
    assert filled == pytest.approx([o.polygon_km2 for o in coverage.oblasts], abs=0.01)
    follows = coverage.run_face[1:] == coverage.run_face[:-1]
    first = np.r_[True, ~follows]
    assert coverage.run_face[first].tolist() == list(range(len(coverage.face_km2)))
    assert (coverage.run_since[first] == 0).all()
    assert (np.diff(coverage.run_since)[follows] > 0).all()
    assert (np.diff(coverage.run_ground)[follows] != 0).all()


@PROPERTY
@given(days=DAYS, data=st.data())
def test_an_extended_record_is_the_rebuilt_one_to_the_last_bit(
    days: list[Layers], data: st.DataObject
) -> None:
    """Boxes cross each other on the grid, so that nothing is bent: before, between and after."""
    snapshots = data.draw(
        st.permutations([make_snapshot(n, layers, "map") for n, layers in enumerate(days)])
    )
    old, new = (data.draw(st.integers(1, len(days))) for _ in range(2))
    made = extended(snapshots[:old], snapshots[old : old + new], snapshots[old + new :])
    assert same(made, built(snapshots))


@PROPERTY
@given(days=DAYS, more=DAYS, data=st.data())
def test_precedence_holds_over_old_and_new_snapshots(
    days: list[Layers], more: list[Layers], data: st.DataObject
) -> None:
    """The map's span may grow over daily snapshots of the record, and over new ones."""
    given_days = st.lists(st.integers(0, 12), min_size=5, max_size=5, unique=True)
    snapshots = [
        make_snapshot(day + part, layers, reader)
        for reader, drawn, part in (("map", days, 0.0), ("daily", more, 0.5))
        for day, layers in zip(data.draw(given_days), drawn, strict=False)
    ]
    snapshots = data.draw(st.permutations(snapshots))
    old = data.draw(st.integers(1, len(snapshots)))
    made = extended(snapshots[:old], snapshots[old:])
    assert_answers_alike(made, built(snapshots), 1e-4)
    assert_is_a_record(made)


STEPS = st.integers(1, 80_000)


@st.composite
def triangles(draw: st.DrawFn) -> shapely.Polygon:
    """A triangle somewhere over WEST and EAST, on the grid, none of its corners on a side."""
    west, middle = draw(st.integers(-10_000, 150_000)), draw(st.integers(0, 100_000))
    east, up, down, far = (draw(STEPS) for _ in range(4))
    corners = [(west, middle), (west + east, middle + up), (west + far, middle - down)]
    return shapely.Polygon([(36 + x / 100_000, 48 + y / 100_000) for x, y in corners])


@PROPERTY
@given(drawn=st.lists(triangles(), min_size=5, max_size=5))
def test_slanted_lines_answer_alike_within_what_the_grid_moves(
    drawn: list[shapely.Polygon],
) -> None:
    snapshots = [
        Snapshot(make_snapshot(n, {}, "map").info, {OCCUPIED: layer})
        for n, layer in enumerate(geodesy.array_of(pair) for pair in itertools.pairwise(drawn))
    ]
    whole, made = built(snapshots), extended(snapshots[:2], snapshots[2:])
    assert made.snapshots == whole.snapshots
    # An edge of at most two degrees moves by less than a metre: 0.2 km2 at the very most.
    assert made.areas == pytest.approx(whole.areas, abs=0.05)
    lines = shapely.union_all([t.boundary for t in drawn])
    away = POINTS[shapely.distance(POINTS, lines) > 1e-4]
    assert np.array_equal(holders(made, away), holders(whole, away))
    assert_is_a_record(made)


def test_only_the_faces_that_are_crossed_are_cut() -> None:
    boxes = [(36.1 + i / 10, 48.1, 36.15 + i / 10, 48.2) for i in range(5)]
    record = built([make_snapshot(0, {OCCUPIED: boxes}, "map")])
    step = (*boxes[2][:2], boxes[2][2] - 0.02, boxes[2][3])
    made = extend(
        record, drawings_of([make_snapshot(1, {OCCUPIED: [*boxes[:2], step, *boxes[3:]]}, "map")])
    )
    kept = set(record.face_geometry) & set(made.face_geometry)
    assert (len(record.face_km2), len(made.face_km2), len(kept)) == (7, 8, 5)
    # A part of the box is apart, the rest of WEST has corners more; EAST and four boxes are left.


def test_what_is_no_longer_used_leaves_no_lines() -> None:
    daily = make_snapshot(2, {OCCUPIED: [(36.2, 48.2, 36.7, 48.7)]}, "daily")
    first, last = (make_snapshot(day, TINY, "map") for day in (1, 3))
    made = extended([first, daily], [last])
    assert [s.reader for s in made.snapshots] == ["map", "map"]
    assert len(made.face_km2) == 3  # the box, the rest of WEST, and EAST


def test_the_same_snapshot_again_changes_nothing() -> None:
    snapshots = [make_snapshot(0, TINY, "map"), make_snapshot(1, {}, "map")]
    assert same(extended(snapshots, snapshots[:1]), built(snapshots))


def test_a_snapshot_that_contradicts_one_of_the_record_is_refused() -> None:
    record = built([make_snapshot(0, TINY, "map", "one")])
    other = drawings_of([make_snapshot(0, {}, "map", "other")])
    with pytest.raises(InputError, match="other: one is of the same instant and differs"):
        extend(record, other)


def test_a_generalised_record_cannot_be_extended() -> None:
    record = generalise.generalise(built([make_snapshot(0, TINY, "map")]), 1000)
    with pytest.raises(InputError, match="made: is generalised to cells of 1000 m; only a record"):
        extend(record, drawings_of([make_snapshot(1, {}, "map")]))


# Files


def boxes_of(day: int) -> tuple[float, float, float, float]:
    """A front that moves east by a kilometre or so a day."""
    return (37.6, 48.0, round(37.65 + 0.013 * day, 5), 48.1)


def daily(*days: int) -> dict[str, bytes]:
    return {k: v for d in days for k, v in make_daily(f"202403{d:02}", boxes_of(d)).items()}


def record_of(tmp_path: Path, files: dict[str, bytes], name: str = "r.parquet") -> Path:
    """A record of these files."""
    out = tmp_path / name
    folder = make_folder(tmp_path / f"in-{name}", files)
    builder.build_file("deepstate", [folder], out, None, quiet)
    return out


def grown(path: Path, files: dict[str, bytes], *, strict: bool = False) -> builder.Extension:
    given = [Member(name, data) for name, data in files.items()]
    return builder.extend_file(path, given, path, quiet, strict=strict)


def used(path: Path) -> list[int]:
    """The days of March that a record has."""
    return [int(s.name[24:26]) for s in archive.load(path).coverage.snapshots]


def listed(path: Path) -> list[int]:
    """The days of March that it lists as kept out."""
    return [
        int(k["name"][24:26]) for k in archive.load(path).provenance.figures.get("kept_out", ())
    ]


def test_days_that_follow_give_the_bytes_of_a_rebuild(tmp_path: Path) -> None:
    path = record_of(tmp_path, daily(1, 2, 3))
    one = grown(path, daily(4))
    two = grown(path, daily(6, 5))
    assert [info.name[24:26] for info in (*one.added, *two.added)] == ["04", "05", "06"]
    assert path.read_bytes() == record_of(tmp_path, daily(*range(1, 7)), "all").read_bytes()


def test_the_command_adds_to_the_record_or_writes_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, other = record_of(tmp_path, daily(2, 3)), tmp_path / "other.parquet"
    before = path.read_bytes()
    folder = make_folder(tmp_path / "new", daily(1, 3, 4))
    assert main.main(["build", "--extend", str(path), str(folder), "-o", str(other)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith(f"{other}: 2 added; 4 snapshots, 2024-02-29 to 2024-03-03, ")
    assert told.err == ""
    assert (path.read_bytes(), used(other)) == (before, [1, 2, 3, 4])
    assert main.main(["build", "--extend", str(path), str(folder)]) == 0
    assert path.read_bytes() == other.read_bytes()
    assert [i["name"][24:26] for i in archive.load(path).provenance.inputs] == [
        f"{d:02}" for d in (1, 2, 3, 4)
    ]


def test_the_error_is_measured_on_the_first_of_a_quarter(tmp_path: Path) -> None:
    path = record_of(tmp_path, daily(5))

    def measured() -> int:
        return int(archive.load(path).provenance.figures["measured_on_snapshots"])

    grown(path, daily(6))
    assert measured() == 1
    grown(path, daily(4))
    assert measured() == 2
    grown(path, make_daily("20240402", boxes_of(7)))  # the map of 1 April
    assert measured() == 3


def test_a_jump_waits_for_the_next_day_and_comes_in_when_given_again(tmp_path: Path) -> None:
    path = record_of(tmp_path, make_daily("20240301", WHOLE) | make_daily("20240302", WHOLE))
    third, fourth = make_daily("20240303", HALF), make_daily("20240304", HALF)
    (kept,) = grown(path, third).kept_out
    assert "no later snapshot confirms it" in kept.why
    assert (used(path), listed(path)) == ([1, 2], [3])
    assert grown(path, fourth).kept_out == ()
    assert (used(path), listed(path)) == ([1, 2, 4], [3])
    grown(path, third)
    assert (used(path), listed(path)) == ([1, 2, 3, 4], [])


def test_what_later_days_take_back_leaves_the_record(tmp_path: Path) -> None:
    whole = {k: v for d in (1, 2, 5) for k, v in make_daily(f"2024030{d}", WHOLE).items()}
    half = {k: v for d in (3, 4) for k, v in make_daily(f"2024030{d}", HALF).items()}
    fifth = whole.popitem()
    path = record_of(tmp_path, whole | half)
    assert (used(path), listed(path)) == ([1, 2, 3, 4], [])
    grown(path, dict([fifth]))
    assert (used(path), listed(path)) == ([1, 2, 5], [3, 4])
    rebuilt = archive.load(record_of(tmp_path, whole | half | dict([fifth]), "all"))
    made = archive.load(path)
    assert made.coverage.snapshots == rebuilt.coverage.snapshots
    assert made.coverage.areas == pytest.approx(rebuilt.coverage.areas, abs=1e-3)
    assert made.provenance.figures["kept_out"] == rebuilt.provenance.figures["kept_out"]
    assert len(made.coverage.face_km2) == len(rebuilt.coverage.face_km2)


@pytest.mark.parametrize(
    "bad",
    [
        {"deepstatemap_data_20240304.geojson": b"{"},
        make_daily("20240304", IMPOSSIBLE),
        make_daily("20240304", (37.0, 47.6, 38.0, 48.6)),
    ],
    ids=["unreadable", "beyond the possible", "a jump"],
)
def test_strict_leaves_the_record_as_it_was(bad: dict[str, bytes], tmp_path: Path) -> None:
    path = record_of(tmp_path, daily(1, 2))
    before = path.read_bytes()
    with pytest.raises(InputError, match="deepstatemap_data_20240304"):
        grown(path, daily(3) | bad, strict=True)
    assert path.read_bytes() == before
    assert [k.name for k in grown(path, daily(3) | bad).kept_out] == list(bad)
    assert (used(path), listed(path)) == ([1, 2, 3], [4])


def test_an_extension_that_fails_while_it_writes_leaves_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = record_of(tmp_path, daily(1, 2))
    before, there = path.read_bytes(), sorted(tmp_path.iterdir())

    def fails(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", fails)
    with pytest.raises(OSError, match="No space left"):
        grown(path, daily(3))
    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == (before, there)


def test_what_cannot_be_extended_is_refused(tmp_path: Path) -> None:
    embedded = geoparquet.geodata("deepstate.parquet")
    out = tmp_path / "out.parquet"
    new = [Member(name, data) for name, data in daily(1).items()]
    with pytest.raises(InputError, match=r"^deepstate\.parquet: is generalised to cells of 250 m"):
        builder.extend_file(embedded, new, out, quiet)
    with pytest.raises(InputError, match="no such file; --extend takes a record"):
        builder.extend_file(out, new, out, quiet)
    with pytest.raises(RecordError, match="holds oblasts, not record"):
        builder.extend_file(geoparquet.geodata("oblasts.parquet"), new, out, quiet)
    assert not out.exists()
    path = record_of(tmp_path, daily(1))
    with pytest.raises(InputError, match="differs"):
        grown(path, {next(iter(daily(1))): next(iter(daily(2).values()))})
