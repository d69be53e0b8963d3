"""The four oblasts: areas, shared edges, and sets that are refused."""

from __future__ import annotations

import pytest
import shapely

from controlmap.core.model import InputError
from controlmap.geo import oblasts
from controlmap.geo.geodesy import area_km2, array_of, equal_area_km2
from controlmap.geo.oblasts import Basis

POLYGON_KM2 = {"UA-14": 26508, "UA-09": 26683, "UA-65": 27378, "UA-23": 27229}
OFFICIAL_KM2 = {"UA-14": 26517, "UA-09": 26684, "UA-65": 28461, "UA-23": 27183}


def test_there_are_four_in_their_order() -> None:
    assert [o.iso for o in oblasts.load()] == ["UA-14", "UA-09", "UA-65", "UA-23"]
    assert tuple(o.iso for o in oblasts.load()) == oblasts.ISO_CODES


def test_areas_of_the_polygons() -> None:
    assert {o.iso: round(o.polygon_km2) for o in oblasts.load()} == POLYGON_KM2


def test_geodesic_and_equal_area_agree() -> None:
    for o in oblasts.load():
        assert o.polygon_km2 == pytest.approx(equal_area_km2(o.polygon), rel=0.0003)


def test_a_basis_chooses_the_total() -> None:
    for o in oblasts.load():
        assert o.total_km2(Basis.OFFICIAL) == OFFICIAL_KM2[o.iso]
        assert round(o.total_km2(Basis.POLYGON)) == POLYGON_KM2[o.iso]


def test_neighbours_share_their_edges_exactly() -> None:
    polygons = array_of(o.polygon for o in oblasts.load())
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    united = area_km2(shapely.coverage_union_all(polygons))
    assert united == pytest.approx(sum(o.polygon_km2 for o in oblasts.load()), abs=0.001)


def test_an_edge_moved_by_a_metre_is_no_longer_shared() -> None:
    donetsk, *others = (o.polygon for o in oblasts.load())
    moved = shapely.transform(donetsk, lambda xy: xy + 1e-5)
    assert not shapely.coverage_is_valid(array_of([moved, *others]))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("UA-14", "UA-14"),
        ("ua-09", "UA-09"),
        ("Kherson", "UA-65"),
        (" zaporizhzhia ", "UA-23"),
        ("Донецька область", "UA-14"),
    ],
)
def test_an_oblast_is_found_by_code_and_names(text: str, iso: str) -> None:
    assert oblasts.find(text) == iso


def test_an_unknown_oblast_lists_what_there_is() -> None:
    with pytest.raises(InputError, match=r"'Crimea'.*UA-14.*UA-09.*UA-65.*UA-23"):
        oblasts.find("Crimea")
