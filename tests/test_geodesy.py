"""Areas that can be worked out by hand, and what repairs report."""

from __future__ import annotations

from math import atanh, radians, sin, sqrt

import numpy as np
import pytest
import shapely

from controlmap.geo import geodesy

SEMI_MAJOR_KM = 6378.137
FLATTENING = 1 / 298.257223563


def cell_km2(west: float, south: float, east: float, north: float) -> float:
    """Area between two meridians and two parallels, by the closed form for an ellipsoid."""
    e = sqrt(FLATTENING * (2 - FLATTENING))
    semi_minor_km = SEMI_MAJOR_KM * (1 - FLATTENING)

    def up_to(lat: float) -> float:
        s = sin(radians(lat))
        return s / (1 - (e * s) ** 2) + atanh(e * s) / e

    width = radians(east - west)
    return semi_minor_km**2 / 2 * width * (up_to(north) - up_to(south))


def test_a_cell_of_one_degree_has_the_area_of_the_closed_form() -> None:
    expected = cell_km2(36, 48, 37, 49)
    assert expected == pytest.approx(8217.7, abs=0.1)
    assert geodesy.area_km2(shapely.box(36, 48, 37, 49)) == pytest.approx(expected, rel=1e-6)


def test_the_equal_area_projection_agrees() -> None:
    box = shapely.box(36, 48, 37, 49)
    assert geodesy.equal_area_km2(box) == pytest.approx(cell_km2(36, 48, 37, 49), rel=1e-6)


def test_a_hole_is_taken_off() -> None:
    hole = shapely.box(36.25, 48.25, 36.75, 48.75)
    pierced = shapely.box(36, 48, 37, 49).difference(hole)
    expected = cell_km2(36, 48, 37, 49) - cell_km2(36.25, 48.25, 36.75, 48.75)
    assert geodesy.area_km2(pierced) == pytest.approx(expected, rel=1e-6)


def test_areas_of_many_are_those_of_each() -> None:
    pair = shapely.MultiPolygon([shapely.box(30, 46, 31, 47), shapely.box(36, 48, 37, 49)])
    many = geodesy.areas_km2(geodesy.array_of([pair, shapely.Polygon(), shapely.box(0, 0, 1, 1)]))
    cells = [cell_km2(30, 46, 31, 47) + cell_km2(36, 48, 37, 49), 0.0, cell_km2(0, 0, 1, 1)]
    assert many == pytest.approx(np.array(cells), rel=1e-6)


def test_nothing_has_no_area() -> None:
    assert geodesy.area_km2(shapely.Polygon()) == 0.0
    assert geodesy.areas_km2(geodesy.array_of([])).shape == (0,)


def test_cutting_an_edge_changes_no_area() -> None:
    corners = [(33.0, 46.0), (38.0, 47.5), (36.5, 50.0)]
    cut = [corners[0], (34.0, 46.3), (35.5, 46.75), corners[1], (37.25, 48.75), corners[2]]
    whole, pieces = (geodesy.area_km2(shapely.Polygon(ring)) for ring in (corners, cut))
    assert pieces == pytest.approx(whole, abs=0.001)


def test_the_halves_of_a_triangle_add_up_to_it() -> None:
    left = shapely.Polygon([(33, 46), (35.5, 46.75), (36.5, 50)])
    right = shapely.Polygon([(35.5, 46.75), (38, 47.5), (36.5, 50)])
    whole = shapely.Polygon([(33, 46), (38, 47.5), (36.5, 50)])
    halves = geodesy.area_km2(left) + geodesy.area_km2(right)
    assert halves == pytest.approx(geodesy.area_km2(whole), abs=0.001)


def test_there_and_back_through_the_projection() -> None:
    box = shapely.box(31, 45, 41, 51)
    back = geodesy.to_lonlat(geodesy.to_equal_area(box))
    assert shapely.get_coordinates(back) == pytest.approx(shapely.get_coordinates(box), abs=1e-8)


def test_a_valid_polygon_is_left_as_it_is() -> None:
    box = shapely.box(36, 48, 37, 49)
    parts, moved = geodesy.repair(box)
    assert parts == (box,)
    assert moved == 0.0


BOW_TIE = shapely.Polygon([(36, 48), (37, 49), (37, 48), (36, 49)])


def test_a_bow_tie_becomes_its_two_triangles() -> None:
    parts, _ = geodesy.repair(BOW_TIE)
    triangles = [[(36, 48), (36.5, 48.5), (36, 49)], [(37, 48), (36.5, 48.5), (37, 49)]]
    assert len(parts) == 2
    assert all(any(p.equals(shapely.Polygon(ring)) for p in parts) for ring in triangles)
    assert sum(geodesy.area_km2(p) for p in parts) == pytest.approx(
        2 * geodesy.area_km2(shapely.Polygon(triangles[0])), rel=1e-9
    )


def test_the_outline_of_a_bow_tie_goes_round_nothing_so_all_of_it_moved() -> None:
    parts, moved = geodesy.repair(BOW_TIE)
    assert moved == pytest.approx(sum(geodesy.area_km2(p) for p in parts), rel=1e-6)


def test_a_hole_outside_of_its_shell_becomes_a_polygon() -> None:
    shell, stray = shapely.box(36, 48, 37, 49), shapely.box(38, 48, 38.5, 49)
    parts, _ = geodesy.repair(shapely.Polygon(shell.exterior, [stray.exterior]))
    assert {p.bounds for p in parts} == {shell.bounds, stray.bounds}


def test_a_hole_outside_of_its_shell_was_taken_off_and_is_now_added() -> None:
    shell, stray = shapely.box(36, 48, 37, 49), shapely.box(38, 48, 38.5, 49)
    _, moved = geodesy.repair(shapely.Polygon(shell.exterior, [stray.exterior]))
    # Before: the shell less the stray half cell; after: the shell and it.
    assert moved == pytest.approx(2 * cell_km2(38, 48, 38.5, 49), rel=1e-6)


def test_a_ring_without_area_leaves_nothing() -> None:
    assert geodesy.repair(shapely.Polygon([(36, 48), (37, 48), (36, 48)])) == ((), 0.0)


def test_polygons_are_found_in_any_geometry() -> None:
    box = shapely.box(0, 0, 1, 1)
    mixed = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.MultiPolygon([box]), shapely.LineString([(0, 0), (1, 1)])]
    )
    assert geodesy.polygons_of(mixed) == [box]
    assert geodesy.polygons_of(shapely.Polygon()) == []
