"""The generalised record: figures stay exact, the geometry is our own grid's."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from controlmap.core.model import Ground, InputError
from controlmap.geo import geodesy, oblasts
from controlmap.record import generalise
from controlmap.record.coverage import Coverage, build
from records import make_snapshot

CELL_M = 2000  # coarse, so that a build takes a fraction of a second
OCCUPIED, CONTESTED, LIBERATED, BEFORE = (
    Ground.OCCUPIED, Ground.CONTESTED, Ground.LIBERATED, Ground.HELD_BEFORE_2022,
)  # fmt: skip

# In Donetsk oblast. A block of many cells; and a strip 1e-4 degrees (7 m) wide, in which no cell's
# centre falls.
BLOCK = (37.6, 48.0, 37.9, 48.2)
STRIP = (37.3, 48.3, 37.3001, 48.31)


@pytest.fixture(scope="module")
def exact() -> Coverage:
    """Three days: the block in two halves that share a record, the strip, and a third part."""
    west, east = (37.6, 48.0, 37.7, 48.2), (37.8, 48.0, 37.9, 48.2)
    middle = (37.7, 48.0, 37.8, 48.2)
    return build(
        "deepstate",
        [
            make_snapshot(0, {OCCUPIED: [west, east], CONTESTED: [middle, STRIP]}),
            make_snapshot(1, {OCCUPIED: [BLOCK]}),
            make_snapshot(2, {LIBERATED: [west, east], BEFORE: [STRIP], CONTESTED: [middle]}),
        ],
    )


@pytest.fixture(scope="module")
def coarse(exact: Coverage) -> Coverage:
    return generalise.generalise(exact, CELL_M)


def drawn(coverage: Coverage) -> np.ndarray:
    return coverage.face_geometry[~shapely.is_missing(coverage.face_geometry)]


def test_areas_at_every_snapshot_are_those_of_the_exact_record(
    exact: Coverage, coarse: Coverage
) -> None:
    assert coarse.areas == pytest.approx(exact.areas, abs=1e-6)
    assert coarse.snapshots == exact.snapshots
    assert coarse.cell_m == CELL_M
    assert exact.cell_m is None


def test_a_group_is_an_oblast_and_a_record_with_the_sum_of_its_faces(
    exact: Coverage, coarse: Coverage
) -> None:
    # The two outer thirds, which never differ, are one group; then the middle, the strip, and the
    # untouched rest of each oblast.
    assert len(exact.face_km2) > len(coarse.face_km2)
    assert len(coarse.face_km2) == 3 + 4
    outer = coarse.ground(0) == Ground.OCCUPIED
    assert outer.sum() == 1
    assert coarse.face_km2[outer][0] == pytest.approx(
        exact.face_km2[exact.ground(0) == Ground.OCCUPIED].sum(), abs=1e-9
    )
    records = [
        (
            int(coarse.face_oblast[g]),
            tuple(coarse.run_since[coarse.run_face == g]),
            tuple(coarse.run_ground[coarse.run_face == g]),
        )
        for g in range(len(coarse.face_km2))
    ]
    assert len(set(records)) == len(records)
    assert records == sorted(records, key=lambda r: (r[0], r[2], r[1]))


def test_a_thin_group_keeps_its_area_and_has_no_geometry(exact: Coverage, coarse: Coverage) -> None:
    strip = coarse.ground(2) == Ground.HELD_BEFORE_2022
    assert coarse.face_geometry[strip].tolist() == [None]
    assert coarse.face_km2[strip][0] == pytest.approx(geodesy.area_km2(shapely.box(*STRIP)))
    assert coarse.areas[2, 0, Ground.HELD_BEFORE_2022] == pytest.approx(0.0083, abs=1e-4)
    assert [o.is_empty for o in coarse.dissolved(strip)] == [True] * 4
    assert exact.held(2).any()


def test_the_geometry_is_ours_a_valid_coverage_on_the_grid(coarse: Coverage) -> None:
    faces = drawn(coarse)
    assert shapely.is_valid(faces).all()
    assert shapely.coverage_is_valid(faces)
    units = shapely.get_coordinates(faces) * 2**13
    assert np.array_equal(units, np.rint(units))
    assert set(shapely.get_type_id(faces)) <= {3, 6}  # polygons and multipolygons


def test_the_geometry_is_good_to_a_cell(exact: Coverage, coarse: Coverage) -> None:
    block = shapely.union_all(coarse.dissolved(coarse.held(1)))
    true = geodesy.to_equal_area(shapely.box(*BLOCK))
    ours = geodesy.to_equal_area(block)
    assert shapely.hausdorff_distance(true.boundary, ours.boundary) < 2 * CELL_M
    # 496 km2 of 4 km2 cells: what falls off one side's cells is gained on the other's.
    assert ours.area / 1e6 == pytest.approx(exact.areas[1, 0, Ground.OCCUPIED], rel=0.05)


def test_the_geometry_is_none_of_the_sources(coarse: Coverage) -> None:
    ours = {tuple(p) for p in shapely.get_coordinates(drawn(coarse))}
    theirs = {
        tuple(p)
        for box in (BLOCK, STRIP, (37.7, 48.0, 37.8, 48.2))
        for p in shapely.get_coordinates(shapely.box(*box))
    }
    assert not ours & theirs


def test_the_cells_fill_the_oblasts_to_a_cell(coarse: Coverage) -> None:
    for number, oblast in enumerate(oblasts.load()):
        faces = coarse.face_geometry[coarse.face_oblast == number]
        ours = geodesy.areas_km2(faces[~shapely.is_missing(faces)]).sum()
        assert ours == pytest.approx(oblast.polygon_km2, rel=0.01)


def test_the_same_record_gives_the_same_geometry(exact: Coverage, coarse: Coverage) -> None:
    again = generalise.generalise(exact, CELL_M)
    assert shapely.to_wkb(again.face_geometry).tolist() == (
        shapely.to_wkb(coarse.face_geometry).tolist()
    )


@pytest.mark.parametrize("cell_m", [-500, 0, 99, 5001, 10**9])
def test_a_size_that_is_not_allowed_is_refused_with_what_is(exact: Coverage, cell_m: int) -> None:
    with pytest.raises(InputError, match=f"cells of {cell_m} m: allowed are 100 to 5000 m"):
        generalise.generalise(exact, cell_m)


@pytest.mark.parametrize("cell_m", [None, 100, 5000])
def test_sizes_that_are_allowed(cell_m: int | None) -> None:
    generalise.check_size(cell_m)
