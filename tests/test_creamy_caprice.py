"""Creamy Caprice's map, drawn from the Russian side, is a source like any other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from controlmap import sources
from controlmap.core.model import Ground, InputError, Status
from controlmap.record import archive, builder, inputs, overlay
from controlmap.sources.polygons import Memo
from features import km2
from input_files import SQUARE_KM2

HELD = (37.6, 48.0, 37.7, 48.1)
REST = (37.7, 48.0, 37.8, 48.1)
WITH_DONETSK = (37.8, 48.0, 37.9, 48.1)
NAME = "Control_24_05_06.kml"


def control_zones(
    *sides: tuple[str, tuple[float, float, float, float]], folder: str = "Polygon"
) -> bytes:
    """A document as the map publishes it: a placemark a side, in three dimensions."""
    marks = []
    for style, (west, south, east, north) in sides:
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        ring = " \n".join(f"{lon},{lat},0.0" for lon, lat in corners)
        marks.append(
            f"<Placemark><name> </name><styleUrl>#{style}</styleUrl><Polygon><extrude>1</extrude>"
            f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
            "</outerBoundaryIs></Polygon></Placemark>"
        )
    styles = "".join(
        f'<Style id="{name}"><PolyStyle><color>{colour}</color></PolyStyle></Style>'
        for name, colour in (("ru", "230000ff"), ("ua", "23ff0000"), ("206", "805e3ad9"))
    )
    return (
        f"<kml><Document><name>1</name>{styles}<Folder><name>{folder}</name>{''.join(marks)}"
        "</Folder></Document></kml>"
    ).encode()


def test_one_side_is_held_the_other_is_not() -> None:
    snapshot = sources.read(control_zones(("ru", HELD), ("ua", REST)), NAME)
    assert snapshot.info.reader == "creamy_caprice"
    assert snapshot.info.observed == datetime(2024, 5, 6, tzinfo=UTC)
    assert snapshot.info.reports == {Status.RUSSIAN_HELD}
    assert snapshot.info.warnings == ()
    assert km2(snapshot) == pytest.approx(SQUARE_KM2, abs=0.01)


def test_sides_of_other_styles_are_known_by_a_city_and_not_by_their_colour() -> None:
    data = control_zones(("205", WITH_DONETSK), ("206", REST))
    snapshot = sources.read(data, NAME)
    (polygon,) = snapshot.layers[Ground.OCCUPIED]
    assert polygon.bounds == WITH_DONETSK
    assert [w.partition("; ")[2] for w in snapshot.info.warnings] == [
        "Russian-held, for cities held since 2014 lie in it",
        "not held",
    ]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (control_zones(("ru", HELD), ("ua", REST), folder="Occupied"), "own 2024-05-06.kml"),
        (control_zones(("ru", HELD), ("206", REST)), "own 2024-05-06.kml"),
    ],
)
def test_a_persons_own_kml_is_not_taken_for_it(data: bytes, name: str) -> None:
    assert sources.read(data, name).info.reader == "own"


def test_what_stands_after_the_end_of_a_document_is_left_out() -> None:
    """A file was written over a longer one; its document is whole, and is read."""
    whole = control_zones(("ru", HELD), ("ua", REST))
    snapshot = sources.read(whole + b"6.4326405,0.0 </Folder></kml>", NAME)
    assert km2(snapshot) == pytest.approx(SQUARE_KM2, abs=0.01)
    assert "what stands after the end of its document is left out" in snapshot.info.warnings[0]
    for broken in (whole[:-9], whole.replace(b"</Folder>", b"", 1), whole[:-9] + whole):
        with pytest.raises(InputError, match="is not well-formed, or cut off"):
            sources.read(broken, NAME)


def test_a_file_that_is_not_named_for_a_day() -> None:
    data = control_zones(("ru", HELD), ("ua", REST))
    with pytest.raises(InputError, match="tells no date; name it Control_YY_MM_DD"):
        sources.read(data, "map.kml")
    with pytest.raises(InputError, match="Control_24_13_06 is no day YY_MM_DD"):
        sources.read(data, "Control_24_13_06.kml")


def test_a_record_is_built_of_its_files_and_none_comes_with_controlmap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    with pytest.raises(InputError, match="build one with `controlmap build --source creamy_capr"):
        archive.open_source("creamy_caprice")
    for day, box in (("24_05_06", HELD), ("24_05_10", REST)):
        path = tmp_path / f"Control_{day}.kml"
        path.write_bytes(control_zones(("ru", box), ("ua", WITH_DONETSK)))
    output = tmp_path / "creamy_caprice.parquet"
    files = sorted(tmp_path.glob("*.kml"))
    builder.build_file("creamy_caprice", files, output, None, lambda _: None)
    record = archive.open_source("creamy_caprice").coverage
    assert record.areas[:, 0, Ground.OCCUPIED] == pytest.approx([SQUARE_KM2] * 2, abs=0.01)
    assert "creamy_caprice" in archive.with_records()


DIFFERENCES = {"24_08_01": -37, "25_02_01": 17, "25_05_01": 183, "26_01_01": 389, "26_07_28": 696}
"""In Donetsk from DeepState's map of the evening before, in km2, as an independent count has it."""


def test_every_file_is_read_and_differs_from_deepstate_as_measured(shared: Path) -> None:
    deepstate = archive.open_embedded("deepstate")
    assert deepstate is not None
    memo, count = Memo(), 0
    for member in inputs.members([shared / "data" / "creamy_caprice"]):
        (snapshot,) = sources.read_all(member.data, member.name, memo)
        assert snapshot.info.reader == "creamy_caprice"
        count += 1
        day = member.name.removeprefix("Control_").removesuffix(".kml")
        unusual = day == "26_04_27"
        assert len(snapshot.info.warnings) == {"26_04_27": 2, "25_12_12": 1}.get(day, 0)
        if day not in DIFFERENCES and not unusual:
            continue
        held = overlay.of("creamy_caprice", snapshot).areas[0][:, Ground.OCCUPIED]
        before = deepstate.coverage.at(snapshot.info.observed.date() - timedelta(days=1))
        grounds = list(Status.RUSSIAN_HELD.grounds)
        difference = held - deepstate.coverage.areas[before.index][:, grounds].sum(axis=1)
        if unusual:
            assert np.abs(difference - [672, 39, 1194, 1266]).max() < 20
        else:
            assert difference[0] == pytest.approx(DIFFERENCES[day], abs=3)
    assert count == 136
