"""Ground dissolved into patches: areas add up, geometries are valid, places and days are right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely

import controlmap as cm
from controlmap.analysis import changes
from controlmap.analysis.patches import By
from controlmap.core.model import Ground
from controlmap.geo import places
from controlmap.geo.geodesy import WGS84
from controlmap.record.coverage import Coverage
from records import Layers, day, make, of_boxes, strips

FIRST: Layers = {Ground.OCCUPIED: [(36.0, 48.0, 36.2, 49.0)]}
TWO_MORE: Layers = {
    Ground.OCCUPIED: [
        (36.0, 48.0, 36.3, 49.0),  # a strip beside what was held
        (36.5, 48.0, 36.7, 49.0),  # two away from it, the later of them a day later
        (37.0, 48.0, 37.1, 49.0),  # one of the neighbouring oblast
    ]
}
ONE_BEFORE: Layers = {Ground.OCCUPIED: [(36.0, 48.0, 36.2, 49.0), (36.5, 48.0, 36.6, 49.0)]}
MARCH = date(2024, 3, 1)


def of(source: str, record: Coverage) -> Coverage:
    """The record as a known source's: what an answer rests on is said of it."""
    return replace(record, source=source)


def test_what_hangs_together_in_an_oblast_is_a_patch_the_largest_first() -> None:
    record = of("deepstate", of_boxes(FIRST, ONE_BEFORE, TWO_MORE))
    answer = changes.changes(record, MARCH, date(2024, 3, 3), by="patch")
    assert [(row["iso"], row["change"], strips(row["area_km2"])) for row in answer] == [
        ("WEST", "gained", 2.0),
        ("WEST", "gained", 1.0),
        ("EAST", "gained", 1.0),
    ]
    large = answer.rows[0]
    assert (large["since"], large["since_latest"]) == (date(2024, 3, 2), date(2024, 3, 3))
    assert [row["since"] for row in answer.rows[1:]] == [date(2024, 3, 3)] * 2
    for by, count in ((By.OBLAST, 2), (By.PATCH, 3), (By.FACE, 4)):
        frame = changes.changes(record, MARCH, date(2024, 3, 3), by=by).to_gdf()
        assert len(frame) == count
        assert strips(frame["area_km2"].sum()) == 4.0


def test_ground_that_was_lost_and_taken_again_is_held_since_the_last_time() -> None:
    record = of(
        "deepstate",
        make(
            (0, {Ground.OCCUPIED: 1}),
            (1, {Ground.OCCUPIED: 2}),
            (2, {Ground.OCCUPIED: 1}),
            (3, {Ground.OCCUPIED: 2}),
            (4, {Ground.HELD_BEFORE_2022: 2}),  # of another kind, and held as before
            (5, {Ground.CONTESTED: 2}),
            (6, {Ground.LIBERATED: 2}),
        ),
    )
    (again,) = changes.changes(record, day(0), day(4), by="patch")
    assert (again["since"], again["since_latest"]) == (day(3), day(3))
    (lost,) = changes.changes(record, day(3), day(6), by="patch")
    assert (lost["change"], lost["since"]) == ("lost", day(5))


def test_a_patch_is_named_by_the_place_in_it_that_has_most_people_or_else_the_nearest() -> None:
    donetsk = next(p for p in places.load() if p.name == "Donetsk")
    around = (donetsk.lon - 0.2, donetsk.lat - 0.2, donetsk.lon + 0.2, donetsk.lat + 0.2)
    sea = (36.0, 48.95, 36.01, 48.96)
    record = of("deepstate", of_boxes({}, {Ground.OCCUPIED: [around, sea]}))
    cities = {row["place"]: row for row in changes.changes(record, MARCH, by="patch")}
    assert cities["Donetsk"]["place_km"] == 0
    (other,) = (row for name, row in cities.items() if name != "Donetsk")
    inner = other["lon"], other["lat"]
    metres, name = min((WGS84.inv(*inner, p.lon, p.lat)[2], p.name) for p in places.load())
    assert other["place"] == name
    assert other["place_km"] == pytest.approx(metres / 1000, abs=1)


def test_a_source_shows_a_patch_where_it_has_more_than_half_of_it() -> None:
    record = of("deepstate", of_boxes(FIRST, TWO_MORE))
    much: Layers = {Ground.OCCUPIED: [(36.5, 48.0, 36.61, 49.0), (37.06, 48.0, 37.1, 49.0)]}
    others = {"nzz": of("nzz", of_boxes({}, much)), "isw": of("isw", of_boxes(FIRST, FIRST))}
    answer = changes.changes(record, MARCH, by="patch", others=others)
    shown_by = {(row["iso"], strips(row["area_km2"])): row["shown_by"] for row in answer}
    assert shown_by == {
        ("WEST", 2.0): "deepstate nzz",
        ("WEST", 1.0): "deepstate",
        ("EAST", 1.0): "deepstate",
    }
    # A record that has no snapshot between the days says nothing of what happened between them.
    assert len(answer.evidence) == 6
    answer = changes.changes(record, MARCH, by="patch", others={"nzz": of("nzz", of_boxes(FIRST))})
    assert len(answer.evidence) == 2


@pytest.mark.parametrize("source", ["deepstate", "isw", "nzz"])
@pytest.mark.parametrize("by", By)
def test_the_ground_of_embedded_records_is_valid_and_adds_up(source: str, by: By) -> None:
    record = cm.open(source)
    first, last = record.coverage.span
    answer = record.changes(first, last, by=by, sources=[])
    ground = answer.to_gdf()
    assert ground.is_valid.all()
    assert not ground.is_empty.any()
    assert set(ground.geom_type) <= {"Polygon", "MultiPolygon"}
    assert ground.crs == "OGC:CRS84"
    if by == By.PATCH:
        assert set(ground.geom_type) == {"Polygon"}
        inner = shapely.points(ground[["lon", "lat"]])
        assert (shapely.distance(ground.geometry.array, inner) < 1e-5).all()
    thin = answer.document["not_drawn_km2"] if by != By.OBLAST else None
    for change in ("gained", "lost"):
        drawn = ground.loc[ground["change"] == change, "area_km2"].sum()
        whole = answer.document["all"][f"{change}_km2"]
        if thin is None:
            assert drawn <= whole
        else:
            assert drawn + thin[change] == pytest.approx(whole, abs=1e-2)


def test_an_unknown_piece_is_refused() -> None:
    with pytest.raises(cm.InputError, match="by 'metre': not known; allowed: oblast, patch, face"):
        cm.open("deepstate").changes("2026-01-01", by="metre")


def test_no_patch_is_a_table_without_rows() -> None:
    record = of("deepstate", make((0, {Ground.OCCUPIED: 1}), (1, {Ground.OCCUPIED: 1})))
    answer = changes.changes(record, day(0), day(1), by="patch")
    assert len(answer) == 0
    assert answer.to_csv().startswith("iso,name,change,area_km2,place,")
    assert list(answer.frame.columns)[:4] == ["iso", "name", "change", "area_km2"]
    assert answer.to_gdf().empty


def test_a_settlement_changes_hands_by_its_central_point_the_most_populous_first() -> None:
    known = {p.name: p for p in places.load()}
    donetsk, avdiivka = known["Donetsk"], known["Avdiivka"]
    around = [
        (p.lon - 0.001, p.lat - 0.001, p.lon + 0.001, p.lat + 0.001) for p in (avdiivka, donetsk)
    ]
    beside = (avdiivka.lon + 0.002, avdiivka.lat, avdiivka.lon + 0.004, avdiivka.lat + 0.002)
    record = of("deepstate", of_boxes({Ground.OCCUPIED: [beside]}, {Ground.OCCUPIED: around}, {}))
    west, east = record.oblasts
    oblasts = (replace(west, iso="UA-23"), replace(east, iso="UA-14"))
    record = replace(record, oblasts=oblasts)
    second, third = date(2024, 3, 2), date(2024, 3, 3)
    taken = changes.changes(record, MARCH, second, by="patch").further["settlements"]
    assert [(row["settlement"], row["change"]) for row in taken] == [
        ("Donetsk", "gained"),
        ("Avdiivka", "gained"),
    ]
    lost = changes.changes(record, second, third, by="patch").document["settlements"]
    assert {row["change"] for row in lost} == {"lost"}
    assert changes.changes(record, MARCH, third, by="patch").document["settlements"] == []
