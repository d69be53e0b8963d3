"""The pages as Streamlit's AppTest sees them: what they say follows what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from controlmap.core.model import Ground, Snapshot, SnapshotInfo, Status
from controlmap.draw import map_layers
from controlmap.geo.geodesy import array_of
from controlmap.record import archive, coverage

ENTRY = Path(__file__).parents[1] / "dashboard.py"
SECONDS = 60


def proposals() -> None:
    from controlmap.dashboard.pages import proposals as shown

    shown.show()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    yield AppTest.from_function(proposals, default_timeout=SECONDS)


def test_streamlits_own_first_page_leads_to_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    page = AppTest.from_file(str(ENTRY), default_timeout=SECONDS).run()
    assert not page.exception
    assert 'href="./"' in said(page)


def said(page: AppTest) -> str:
    """All that the page shows as text or HTML."""
    shown = [*page.markdown, *page.caption, *page.warning, *page.error, *page.get("html")]
    text = "\n".join(str(getattr(e, "value", "") or e.proto.body) for e in shown)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def choose(page: AppTest, name: str, value: str) -> None:
    """Choose among a row of buttons by its name in the address, and let the page run."""
    groups: list[Any] = list(page.get("button_group"))
    next(g for g in groups if str(g.key).split()[-1] == name).set_value(value).run()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date", "2021-01-01"),
        ("date", "2031-01-01"),
        ("date", "yesterday"),
        ("basis", "<b>all</b>"),
        ("contested", "perhaps"),
    ],
)
def test_a_bad_address_is_told_and_the_default_shown(page: AppTest, name: str, value: str) -> None:
    page.query_params[name] = value
    page.run()
    assert not page.exception
    assert len(page.warning) == 1
    assert name in page.warning[0].value
    assert "<b>" not in page.warning[0].value
    assert page.date_input(key="proposals date").value == date(2026, 8, 20)


def test_a_damaged_record_is_one_line(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "deepstate.parquet").write_bytes(b"PAR1 nothing PAR1")
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    page.run()
    assert not page.exception
    assert len(page.error) == 1
    assert "deepstate" in page.error[0].value
    assert "\n" not in page.error[0].value


def test_the_method_page_gives_definitions_sources_and_terms() -> None:
    def method() -> None:
        from controlmap.dashboard.pages import method as page

        page.show()

    page = AppTest.from_function(method, default_timeout=SECONDS).run()
    text = said(page)
    assert not page.exception
    for word in ("ES-11/4", "geodesic", "DeepState", "may not be redistributed", "Мінрегіон"):
        assert word in text


def small_record(folder: Path, *days: date) -> None:
    """A record of one square of Donetsk oblast, held on each of the days."""
    square = shapely.box(37.6, 48.0, 37.7, 48.1)
    snapshots = [
        Snapshot(
            SnapshotInfo(
                "deepstate_api",
                f"{day}",
                datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
                None,
                f"{day}",
                frozenset({Status.RUSSIAN_HELD}),
            ),
            {Ground.OCCUPIED: array_of([square])},
        )
        for day in days
    ]
    made = coverage.build("deepstate", snapshots)
    archive.save(folder / "deepstate.parquet", made, archive.provenance_of(made, (), {}))


def test_a_day_in_a_gap_is_one_line(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small_record(tmp_path, date(2026, 1, 1), date(2026, 3, 1))
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    page.query_params["date"] = "2026-02-01"
    page.run()
    assert not page.exception
    assert "in a gap of deepstate" in page.error[0].value


def test_a_record_that_ends_earlier_than_the_day_chosen(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page.run()
    assert page.date_input(key="proposals date").value == date(2026, 8, 20)
    small_record(tmp_path, date(2026, 1, 1), date(2026, 1, 5))
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    page.run()
    assert not page.exception
    assert page.date_input(key="proposals date").value == date(2026, 1, 5)


def test_two_days_of_a_short_record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small_record(tmp_path, date(2026, 1, 1), date(2026, 1, 5))
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))

    def compared() -> None:
        from controlmap.dashboard.pages import changes

        changes.show()

    page = AppTest.from_function(compared, default_timeout=SECONDS).run()
    assert not page.exception
    assert page.date_input(key="changes from").value == date(2026, 1, 1)


def test_the_method_page_of_a_record_without_measured_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small_record(tmp_path, date(2026, 1, 1))
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))

    def method() -> None:
        from controlmap.dashboard.pages import method as shown

        shown.show()

    page = AppTest.from_function(method, default_timeout=SECONDS).run()
    assert not page.exception
    assert "your own" in said(page)


def test_what_the_list_of_layers_says_is_not_of_the_day() -> None:
    record = archive.open_source("deepstate").coverage
    assert map_layers.day_notes(record, record.at(date(2025, 8, 3))) == {}
    assert map_layers.day_notes(record, record.at(date(2026, 8, 20))) == {
        "contested": "not reported",
        "liberated": "not reported",
        "held-before-2022": "as last reported on 3 August 2025",
    }
