"""The page of one place: what it says of a name, of a point, of what cannot be found."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import pytest
from streamlit.testing.v1 import AppTest

from controlmap.core.model import InputError
from controlmap.dashboard import map_view
from controlmap.draw import charts
from controlmap.geo import places

SECONDS = 60


def place_page() -> None:
    from controlmap.dashboard.pages import place

    place.show()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    return AppTest.from_function(place_page, default_timeout=SECONDS)


def html(page: AppTest) -> str:
    return "\n".join(e.proto.body for e in page.get("html")).replace("\N{NO-BREAK SPACE}", " ")


def test_it_opens_with_examples_that_it_knows(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert len(page.button) == 5
    for button in page.button:
        assert places.find(button.label)[0].name == button.label
    page.button[1].click().run()
    assert page.query_params["where"] == "Bakhmut"
    assert "Bakhmut (Бахмут), Donetsk oblast" in html(page)


def test_a_name_tells_status_distance_and_record(page: AppTest) -> None:
    page.query_params["where"] = "Бахмут"
    page.run()
    shown = html(page)
    assert "<b>Russian-held</b> since 4 April 2023" in shown
    assert "0 km: held" in shown
    assert [row in shown for row in ("14 March 2023", "21 days", "345 days", "3.4 years")] == [
        True
    ] * 4
    assert page.query_params["where"] == "Бахмут"


def test_what_a_source_ceased_to_report_is_no_change(page: AppTest) -> None:
    page.query_params["where"] = "Kramatorsk"
    page.run()
    assert "<b>Not Russian-held</b> since 3 April 2022, when the record begins" in html(page)


@pytest.fixture
def gappy(page: AppTest) -> AppTest:
    """The page over NZZ's record, which has a gap from 24 July to 13 August 2022."""
    page.query_params["source"] = "nzz"
    page.query_params["where"] = "Kherson"
    return page


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2022, 8, 7), "<b>Russian-held</b> since 5 March 2022: Kherson"),
        (date(2022, 8, 8), "<b>Not known</b> since 8 August 2022: Kherson"),
        (date(2022, 8, 14), "since 13 August 2022, when snapshots resume, or longer: "),
    ],
)
def test_nothing_is_carried_over_a_gap(gappy: AppTest, on: date, told: str) -> None:
    gappy.query_params["on"] = str(on)
    gappy.run()
    assert told in html(gappy)


def test_a_gap_is_a_line_of_the_history_without_a_distance(
    gappy: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = []

    def distance(rows: Any, periods: Any, *more: Any) -> alt.LayerChart:
        drawn.append((rows, periods))
        return plain(rows, periods, *more)

    plain = charts.distance
    monkeypatch.setattr(charts, "distance", distance)
    gappy.run()
    assert not gappy.exception
    assert "Not known: no snapshot" in html(gappy)
    assert "5 days" in html(gappy)  # 8 to 12 August
    ((rows, periods),) = drawn
    assert {"date": date(2022, 8, 8), "km": None} in rows
    assert not [
        s for s in periods if s["start"] < date(2022, 8, 13) and s["end"] > date(2022, 8, 8)
    ]


def test_the_headline_is_of_the_day_chosen(page: AppTest) -> None:
    page.query_params.update({"where": "Bakhmut", "on": "2023-03-20"})
    page.run()
    assert "<b>Contested</b> since 14 March 2023" in html(page)


def test_doubles_are_offered(page: AppTest) -> None:
    page.query_params["where"] = "Kostiantynivka"
    page.run()
    labels = [b.label for b in page.button]
    assert "Kostiantynivka, Kherson" in labels
    page.button[labels.index("Kostiantynivka, Kherson")].click().run()
    assert "Kherson oblast" in html(page)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Bakmut", "near: Bakhmut"),
        ("<b>x</b>{{7*7}}", "no place of that name"),
        ("-", "no place of that name"),
        ("%", "no place of that name"),
        ("30.5,50.45", "lies in none of the oblasts"),
        ("1.2.3,4", "is not LON,LAT"),
    ],
)
def test_what_cannot_be_found_is_one_line_beside_the_map(
    page: AppTest, asked: str, told: str
) -> None:
    page.query_params["where"] = asked
    page.run()
    assert not page.exception
    assert len(page.error) == 1
    assert told in page.error[0].value.replace("\\", "")
    assert "<b>" not in page.error[0].value


@pytest.mark.parametrize(
    ("asked", "offered"), [("48.6 37.98", "37.98,48.6"), ("Bakmut", "Bakhmut")]
)
def test_what_may_be_meant_is_offered(page: AppTest, asked: str, offered: str) -> None:
    page.query_params["where"] = asked
    page.run()
    assert len(page.error) == 1
    next(b for b in page.button if b.label == offered).click().run()
    assert not page.error
    assert page.query_params["where"] == offered
    assert "Donetsk oblast" in html(page)


@pytest.mark.parametrize(
    "asked", ["37.5 48.25", "37.5;48.25", "48°15'N 37°30'E", "37° 30′ 0″ E, 48.25° N"]
)
def test_degrees_are_read_in_several_forms(asked: str) -> None:
    where = places.locate(asked)
    assert (where.lon, where.lat) == (37.5, 48.25)


def test_a_point_is_read_as_longitude_and_latitude() -> None:
    found = places.locate(" 37.7, 48.5 ")
    assert (found.lon, found.lat, found.place) == (37.7, 48.5, None)
    with pytest.raises(InputError, match="is not LON,LAT"):
        places.locate("37.7.1,48")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"point": [37.7, 48.5], "asked": 1}, (37.7, 48.5)),
        ({"point": [37, 48]}, (37, 48)),
        ({"point": ["37", 48]}, None),
        ({"point": [float("nan"), 48]}, None),
        ({"point": [1e9, 48]}, None),
        ({"point": [37.7]}, None),
        ("37.7,48.5", None),
        (None, None),
        ({"day": 5}, None),
        ({"day": "<script>"}, None),
        ({}, None),
    ],
)
def test_a_map_may_say_anything(value: object, wanted: object) -> None:
    assert map_view.wanted(value) == wanted


def test_two_places_of_one_name_in_one_oblast_are_told_apart(page: AppTest) -> None:
    page.query_params["where"] = "Zaporizhzhia"
    page.run()
    assert not page.exception
    labels = [button.label for button in page.button if button.label.startswith("Zaporizhzhia")]
    assert len(labels) == len(set(labels)) > 1
    next(button for button in page.button if "° N" in button.label).click().run()
    assert not page.exception
    assert "° N" in html(page)
