"""Whose assessment a page shows: the choice follows the reader, the address and the caches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from controlmap.analysis import agreement, areas
from controlmap.analysis.assessed_advance import Advance
from controlmap.dashboard import parameters, session
from controlmap.dashboard.pages import sources as sourcing
from controlmap.draw import map_layers
from controlmap.geo.oblasts import Basis
from controlmap.record import archive
from controlmap.words import text
from test_app import choose, said

SECONDS = 60
DAY = date(2023, 7, 1)
ENTRY = Path(__file__).parents[1] / "dashboard.py"


def changes() -> None:
    from controlmap.dashboard.pages import changes as page

    page.show()


def history() -> None:
    from controlmap.dashboard.pages import history as page

    page.show()


def place() -> None:
    from controlmap.dashboard.pages import place as page

    page.show()


def proposals() -> None:
    from controlmap.dashboard.pages import proposals as page

    page.show()


def pace() -> None:
    from controlmap.dashboard.pages import pace as page

    page.show()


def sources() -> None:
    from controlmap.dashboard.pages import sources as page

    page.show()


PAGES = {
    "changes": (changes, {"from": "2023-06-01", "to": "2023-07-01"}),
    "history": (history, {"start": "2023-06-01", "end": "2023-07-01"}),
    "place": (place, {"on": "2023-07-01", "where": "Bakhmut"}),
    "proposals": (proposals, {"date": "2023-07-01"}),
    "pace": (pace, {"date": "2023-07-01", "window": "30"}),
}


def opened(show: Callable[[], None], **asked: str) -> AppTest:
    page = AppTest.from_function(show, default_timeout=SECONDS)
    for name, value in asked.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    assert not page.error
    return page


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    yield


@pytest.mark.parametrize("name", PAGES)
def test_each_page_shows_the_source_that_the_address_names(name: str) -> None:
    show, asked = PAGES[name]
    page = opened(show, source="isw", **asked)
    assert "Source: **ISW**" in said(page)
    assert page.query_params["source"] == "isw"
    cited = [code.value for code in page.code if "areas geodesic on WGS84" in code.value]
    assert len(cited) == 1
    assert "Source: ISW, observed " in cited[0]
    assert "\N{NO-BREAK SPACE}" not in cited[0]


@pytest.mark.parametrize("name", ["changes", "place", "proposals", "pace"])
def test_a_day_that_a_source_does_not_have_stays_and_is_said(name: str) -> None:
    show, asked = PAGES[name]
    day = next(key for key in ("date", "from", "on") if key in asked)
    page = opened(show, source="isw", **{**asked, day: "2026-01-24", "to": "2026-01-25"})
    assert "ISW: nothing after 24 August 2023" in noted(page)
    assert page.query_params[day] == "2026-01-24"
    choose(page, "source", "deepstate")
    assert not page.info
    assert "Source: **DeepState**" in said(page)
    assert page.query_params[day] == "2026-01-24"


def test_a_day_before_a_record_begins_is_said() -> None:
    page = opened(proposals, date="2022-03-01")
    assert "DeepState: nothing before 3 April 2022" in noted(page)


def test_what_the_first_page_takes_stays_in_the_address_of_every_page() -> None:
    kept = {"date": "2023-07-01", "source": "isw", "basis": "land"}
    kept |= {"contested": "in", "advance": "held"}
    page = opened(history, **kept)
    assert page.query_params == kept
    choose(page, "source", "nzz")
    assert page.query_params == {**kept, "source": "nzz"}


def noted(page: AppTest) -> str:
    (info,) = page.info
    return str(info.value).replace("\\", "")


def test_a_source_that_there_is_not_is_told_and_the_default_shown() -> None:
    page = opened(pace, source="nobody")
    assert "nobody" in page.warning[0].value
    assert "Source: **DeepState**" in said(page)


def test_a_map_lists_the_layers_that_its_source_can_tell_of() -> None:
    names = text.LAYERS
    for source, there, not_there in (
        (
            "deepstate",
            {"contested", "liberated", "held-before-2022"},
            {"advance", "claimed-control"},
        ),
        ("isw", {"advance", "claimed-control"}, {"contested", "liberated"}),
    ):
        told = set(map_layers.available(names, archive.open_source(source).coverage))
        assert there <= told
        assert not not_there & told
        assert {"rest", "held", "oblasts", "claim"} <= told


def test_the_map_of_agreement_is_of_the_records_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    known = agreement.opinions(session.coverages(Advance.APART), DAY)
    before = sourcing.key(known, Basis.POLYGON, Advance.APART)
    isw = session.record("isw")
    was = session.record
    monkeypatch.setattr(
        session,
        "record",
        lambda source: replace(isw, key="another") if source == "isw" else was(source),
    )
    others = [sourcing.key(known, b, a) for b, a in itertools.product(Basis, Advance)]
    assert before not in others
    assert len(set(others)) == len(others)


def test_the_citation_of_sources_names_each_with_its_date() -> None:
    page = opened(sources, date=str(DAY))
    (cited,) = [code.value for code in page.code if "areas geodesic on WGS84" in code.value]
    for part in ("by 3 sources", "DeepState, observed 1 July 2023", "ISW, observed 1 July 2023",
                 "NZZ / Liveuamap, observed 30 June 2023"):  # fmt: skip
        assert part in cited


def test_sources_are_compared_over_land_where_that_is_chosen() -> None:
    page = opened(sources, date=str(DAY), basis="land")
    (cited,) = [code.value for code in page.code if "areas geodesic on WGS84" in code.value]
    assert "without lakes and reservoirs" in cited
    assert "points" not in cited
    known = agreement.opinions(session.coverages(Advance.APART), DAY)
    band = agreement.spread(known, Basis.LAND)[-1]
    assert f"{band.low * 100:.1f} to {band.high * 100:.1f}" in said(page).replace("\u00a0", " ")


def test_the_history_is_of_land_where_that_is_chosen() -> None:
    page = opened(history, start=str(DAY), end="2024-07-01", basis="land", oblast="UA-65")
    (cited,) = [code.value for code in page.code if "areas geodesic on WGS84" in code.value]
    coverage = session.record("deepstate").coverage
    rows = [areas.by_oblast(coverage, coverage.at(DAY), b)[2] for b in (Basis.LAND, Basis.POLYGON)]
    shares = [f"{100 * row['held_share']:.1f}" for row in rows]
    assert f"({shares[0]}" in cited
    assert "of the land area" in cited
    assert shares[0] != shares[1]


def test_pages_keep_a_choice_under_one_name_only_if_it_means_the_same() -> None:
    kept: dict[str, parameters.Parameter[Any]] = {}
    for parameter in {p for listed in parameters.OF_PAGE.values() for p in listed}:
        same = kept.setdefault(parameter.key, parameter)
        assert same.read is parameter.read
        assert set(same.allowed().split(", ")) == set(parameter.allowed().split(", "))


def test_no_address_names_two_parameters_of_a_page() -> None:
    for listed in parameters.OF_PAGE.values():
        names = [parameter.name for parameter in listed]
        assert len(set(names)) == len(names)


@pytest.mark.exhaustive
def test_from_claims_to_a_place_and_back() -> None:
    """Both say `on` in their address, and mean two things."""

    def both() -> None:
        import streamlit as st

        from controlmap.dashboard.pages import claims, place

        {"claims": claims, "place": place}[st.session_state.get("page", "claims")].show()

    page = AppTest.from_function(both, default_timeout=SECONDS).run()
    choose(page, "on", "chosen")
    page.date_input(key="claims claims-day").set_value(date(2023, 7, 1)).run()
    page.query_params.clear()
    page.session_state["page"] = "place"
    page.run()
    assert not page.exception
    assert not page.error
    last = archive.open_source("deepstate").coverage.span[1]
    assert page.date_input(key="place on").value == last
    page.date_input(key="place on").set_value(date(2023, 7, 2)).run()
    assert page.query_params == {"on": "2023-07-02"}
    page.query_params.clear()
    page.session_state["page"] = "claims"
    page.run()
    assert not page.exception
    assert page.query_params == {"on": "chosen", "claims-day": "2023-07-01"}
