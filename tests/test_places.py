"""The settlements: their names, points and ranks; damaged files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import shapely

from controlmap.core import geoparquet
from controlmap.core.model import InputError, RecordError
from controlmap.embed import romanising
from controlmap.geo import oblasts, places

IMPORTANT = [
    "Avdiivka",
    "Bakhmut",
    "Berdiansk",
    "Chasiv Yar",
    "Donetsk",
    "Druzhkivka",
    "Enerhodar",
    "Horlivka",
    "Huliaipole",
    "Kherson",
    "Kostiantynivka",
    "Kramatorsk",
    "Kurakhove",
    "Luhansk",
    "Lyman",
    "Lysychansk",
    "Makiivka",
    "Mariupol",
    "Melitopol",
    "Myrnohrad",
    "Nova Kakhovka",
    "Orikhiv",
    "Pokrovsk",
    "Rubizhne",
    "Sievierodonetsk",
    "Siversk",
    "Sloviansk",
    "Starobilsk",
    "Tokmak",
    "Toretsk",
    "Velyka Novosilka",
    "Vuhledar",
    "Zaporizhzhia",
]


@pytest.mark.parametrize("name", IMPORTANT)
def test_a_place_of_the_news_is_there_under_its_name(name: str) -> None:
    largest = max(
        (p for p in places.load() if p.name == name),
        key=lambda p: p.population or 0,
    )
    assert largest.name_uk
    assert (largest.population or 0) > 5000


@pytest.mark.parametrize(
    ("name", "known_as"),
    [
        ("Konstantinovka", "Kostiantynivka"),
        ("Artemivsk", "Bakhmut"),
        ("Артемовск", "Bakhmut"),
        ("Красноармійськ", "Pokrovsk"),
        ("Покровск", "Pokrovsk"),
        ("Dzerzhinsk", "Toretsk"),
        ("Угледар", "Vuhledar"),
    ],
)
def test_a_place_has_its_former_and_russian_names(name: str, known_as: str) -> None:
    assert places.find(name)[0].name == known_as


def test_no_name_has_an_apostrophe_and_every_ukrainian_one_is_ukrainian() -> None:
    for place in places.load():
        assert re.fullmatch(r"[A-Z][A-Za-z]*(?:[ -][A-Z][a-z]+)*", place.name)
        assert re.fullmatch(r"(?:[А-ЩЬЮЯҐЄІЇа-щьюяґєії’ -]+)?", place.name_uk)


def test_the_two_names_of_a_place_say_the_same() -> None:
    exceptions = {
        (p.name, p.name_uk)
        for p in places.load()
        if p.name_uk and romanising.romanised(p.name_uk) != p.name
    }
    assert exceptions == {("Askania-Nova", "Асканія-Нова")}


def test_every_place_is_in_its_oblast() -> None:
    polygons = {o.iso: o.polygon for o in oblasts.load()}
    assert all(polygons[p.iso].covers(shapely.Point(p.lon, p.lat)) for p in places.load())


def test_places_come_by_oblast_and_falling_population() -> None:
    order = [(oblasts.ISO_CODES.index(p.iso), -(p.population or 0), p.name) for p in places.load()]
    assert order == sorted(order)
    assert {p.iso for p in places.load()} == set(oblasts.ISO_CODES)


def test_the_first_rank_is_the_seven_largest_cities() -> None:
    assert {p.name for p in places.load() if p.rank == 0} == {
        "Donetsk",
        "Horlivka",
        "Kherson",
        "Luhansk",
        "Makiivka",
        "Mariupol",
        "Zaporizhzhia",
    }


def test_ranks_follow_the_floors() -> None:
    for place in places.load():
        people = place.population or 0
        if place.name != "Kherson":
            assert place.rank == [people >= f for f in (*places.RANK_FLOORS, 0)].index(True)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Kostyantynivka, Donetsk", "Kostiantynivka"),
        ("Zaporozhye", "Zaporizhzhia"),
        ("Zaporizhzhya", "Zaporizhzhia"),
        ("Severodonetsk", "Sievierodonetsk"),
        ("Slavyansk", "Sloviansk"),
        ("Gorlovka", "Horlivka"),
        ("Lugansk", "Luhansk"),
        ("Gulyaypole", "Huliaipole"),
        ("Orekhov", "Orikhiv"),
        ("Debal'tsevo", "Debaltseve"),
        ("Herson", "Kherson"),
        ("Авдіївка", "Avdiivka"),
    ],
)
def test_a_name_is_found_in_other_spellings(asked: str, name: str) -> None:
    assert places.find(asked)[0].name == name


def test_other_spellings_take_no_name_from_a_place_that_has_it() -> None:
    for place in places.load():
        try:
            found, others = places.find(f"{place.name}, {oblasts.FACTS[place.iso][0]}")
        except InputError as error:
            assert "places of that name" in str(error)
        else:
            assert {p.name for p in (found, *others)} <= {place.name, place.name_uk}


@pytest.mark.parametrize("asked", ["Robotyne", "Kostantivka", "Kyiv", "", "'"])
def test_a_name_that_is_none_is_told_what_is_known(asked: str) -> None:
    with pytest.raises(
        InputError, match="500 people or more in the four oblasts are known"
    ) as told:
        places.find(asked)
    assert ("Kostiantynivka" in str(told.value)) is (asked == "Kostantivka")


@pytest.mark.parametrize("asked", ["nan,48", "37.7,nan", "inf,48", "37.7,", "1,2,3", "1.2.3,48"])
def test_numbers_that_are_no_degrees(asked: str) -> None:
    with pytest.raises(InputError, match="is not LON,LAT in degrees"):
        places.locate(asked)


def test_no_place_stands_in_another() -> None:
    spots = [(p.lon, p.lat) for p in places.load()]
    assert len(set(spots)) == len(spots)


GOOD = "geonameid,name,name_uk,lon,lat,population,iso,also\n1,Aa,Аа,37.8,48.0,,UA-14,\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 0: is not geonameid"),
        ("name\n1\n", "line 1: is not geonameid"),
        (GOOD + "2,Bb,Бб,37.8\n", "line 3: not enough values"),
        (GOOD + "2,Bb,Бб,x,48.0,,UA-14,\n", "line 3: could not convert"),
        (GOOD + '2,"Bb,Бб,37.8,48.0,,UA-14,\n', "line 3: "),
        (GOOD + "\n", "line 3: not enough values"),
    ],
)
def test_a_damaged_file_is_refused_by_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "places.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(RecordError, match=rf"^places\.csv, {complaint}"):
        places.read_csv(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_bytes(GOOD.encode() + b"2,\xff\n")
    with pytest.raises(RecordError, match=r"^places\.csv, line 0: 'utf-8' codec"):
        places.read_csv(path)


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a line says: its sidecar has the hash of the file."""
    for name in ("places.csv", "places.provenance.json"):
        (tmp_path / name).write_bytes(geoparquet.geodata(name).read_bytes())
    path = tmp_path / "places.csv"
    monkeypatch.setattr(geoparquet, "geodata", lambda name: tmp_path / name)
    places.load.cache_clear()
    assert places.load()
    path.write_text(path.read_text().replace("UA-14", "UA-43", 1))
    places.load.cache_clear()
    with pytest.raises(RecordError, match=r"places\.csv: is damaged"):
        places.load()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"places\.csv: not found"):
        places.read_csv(tmp_path / "places.csv")
