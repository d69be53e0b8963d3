"""The pages as Streamlit's AppTest sees them: what they say follows what was chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from controlmap.analysis import agreement, areas
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import Contested
from controlmap.core.model import Ground, Snapshot, SnapshotInfo, Status
from controlmap.dashboard import rendering, session
from controlmap.draw import map_layers, palette
from controlmap.geo.geodesy import array_of
from controlmap.geo.oblasts import Basis
from controlmap.record import archive, coverage
from controlmap.words import text

ENTRY = Path(__file__).parents[1] / "dashboard.py"
SECONDS = 60


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    monkeypatch.setattr(session, "today", lambda: date(2026, 8, 24))
    yield AppTest.from_file(str(ENTRY), default_timeout=SECONDS)


def said(page: AppTest) -> str:
    """All that the page shows as text or HTML."""
    shown = [*page.markdown, *page.caption, *page.warning, *page.error, *page.get("html")]
    text = "\n".join(str(getattr(e, "value", "") or e.proto.body) for e in shown)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def choose(page: AppTest, name: str, value: str) -> None:
    """Choose among a row of buttons by its name in the address, and let the page run."""
    groups: list[Any] = list(page.get("button_group"))
    next(g for g in groups if str(g.key).split()[-1] == name).set_value(value).run()


def held_share(day: date, basis: Basis, contested: Contested) -> str:
    record = archive.open_source("deepstate").coverage
    every = areas.compare(record, day, basis=basis, contested=contested).row("all")
    return text_of_share(every["held_share"])


def test_the_first_page_answers_with_the_latest_day(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert page.title[0].value == "Claimed and held"
    text = said(page)
    assert held_share(date(2026, 8, 20), Basis.POLYGON, Contested.OUT) in text
    assert "20 August 2026 (or 21 August 2026)" in text
    assert "DeepState" in text
    assert "107,800 km²" in text


def test_choices_change_the_figures_and_the_address(page: AppTest) -> None:
    page.run()
    page.date_input(key="overview date").set_value(date(2025, 6, 1)).run()
    out = held_share(date(2025, 6, 1), Basis.POLYGON, Contested.OUT)
    assert out in said(page)
    choose(page, "basis", "official")
    choose(page, "contested", "in")
    both = held_share(date(2025, 6, 1), Basis.OFFICIAL, Contested.IN)
    assert both != out
    assert both in said(page)
    assert "108,850 km²" in said(page)
    assert page.query_params["basis"] == "official"
    assert page.query_params["contested"] == "in"


def test_a_link_is_followed(page: AppTest) -> None:
    page.query_params["date"] = "2026-01-24"
    page.query_params["basis"] = "official"
    page.run()
    assert held_share(date(2026, 1, 24), Basis.OFFICIAL, Contested.OUT) in said(page)


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
    assert held_share(date(2026, 8, 20), Basis.POLYGON, Contested.OUT) in said(page)


def test_steps_by_a_day_stop_at_the_ends(page: AppTest) -> None:
    page.run()
    before, after, latest = page.button
    assert (before.disabled, after.disabled, latest.disabled) == (False, True, True)
    before.click().run()
    assert page.date_input(key="overview date").value == date(2026, 8, 19)
    assert not page.button[1].disabled
    page.button[2].click().run()
    assert page.date_input(key="overview date").value == date(2026, 8, 20)


def test_what_is_not_reported_is_said(page: AppTest) -> None:
    page.run()
    text = said(page)
    assert "not reported" in text
    assert "Contested when last reported, on 3 August 2025: 750 km²." in text
    page.date_input(key="overview date").set_value(date(2025, 8, 3)).run()
    assert "not reported" not in said(page)


def test_a_carried_day_says_so(page: AppTest) -> None:
    page.query_params["date"] = "2025-11-24"
    page.run()
    assert "No snapshot on 24 November 2025: that of 23 November 2025 is carried" in said(page)


@pytest.mark.parametrize(
    ("today", "stale"), [(date(2026, 8, 27), False), (date(2026, 8, 28), True)]
)
def test_more_than_seven_days_old_is_marked(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, today: date, stale: bool
) -> None:
    monkeypatch.setattr(session, "today", lambda: today)
    page.run()
    age = (today - date(2026, 8, 20)).days
    assert f"newest map of this source is of 20 August 2026, {age} days ago" in said(page)
    assert "`controlmap update`" not in said(page)
    assert ("orange-badge" in said(page)) is stale


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
    page.run()
    page.button[0].click().run()
    assert not page.exception
    assert "in a gap of deepstate" in page.error[0].value


def test_a_record_that_ends_earlier_than_the_day_chosen(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page.run()
    assert page.date_input(key="overview date").value == date(2026, 8, 20)
    small_record(tmp_path, date(2026, 1, 1), date(2026, 1, 5))
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    page.run()
    assert not page.exception
    assert page.date_input(key="overview date").value == date(2026, 1, 5)


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


def test_contested_ground_counted_as_held_is_not_called_held(page: AppTest) -> None:
    page.query_params["date"] = "2025-06-01"
    page.query_params["contested"] = "in"
    page.run()
    assert "of the claim is Russian-held or contested" in said(page)
    page.date_input(key="overview date").set_value(date(2026, 1, 24)).run()
    text = said(page)
    assert "of the claim is Russian-held or contested" not in text
    assert "not counted as held" in text


def test_days_before_the_declaration_say_so(page: AppTest) -> None:
    page.query_params["date"] = "2022-09-29"
    page.run()
    assert "before the declaration" in said(page)
    page.date_input(key="overview date").set_value(date(2022, 9, 30)).run()
    assert "before the declaration" not in said(page)


def test_what_the_list_of_layers_says_is_not_of_the_day() -> None:
    record = archive.open_source("deepstate").coverage
    assert map_layers.day_notes(record, record.at(date(2025, 8, 3))) == {}
    assert map_layers.day_notes(record, record.at(date(2026, 8, 20))) == {
        "contested": "not reported",
        "liberated": "not reported",
        "held-before-2022": "as last reported on 3 August 2025",
    }


def test_the_bars_show_contested_ground_as_contested_whether_it_is_counted_or_not() -> None:
    record = archive.open_source("deepstate").coverage
    drawn = {}
    for contested in Contested:
        answer = areas.compare(record, date(2025, 6, 1), contested=contested)
        drawn[contested] = rendering.bars(answer)
        assert text_of_share(answer.row("all")["held_share"]) in drawn[contested]
    segments = [re.findall(r'class="cm-\w+" style="flex:[\d.]+"', html) for html in drawn.values()]
    assert segments[0] == segments[1]
    assert "held or contested" in drawn[Contested.IN]
    assert "held or contested" not in drawn[Contested.OUT]
    # The key, the figures and the colours are not in the bar: they are read wherever it ends.
    assert "</div><p><b>" in drawn[Contested.OUT].replace("\n", "")
    for part in text.PARTS:
        assert f"--{part}:light-dark({','.join(palette.on_land(part))})" in drawn[Contested.OUT]


def test_the_range_over_sources_is_in_the_key_where_there_is_one() -> None:
    record = archive.open_source("deepstate").coverage
    day = date(2026, 8, 20)
    answer = areas.compare(record, day)
    known = agreement.opinions(session.coverages(Advance.APART), day)
    spread = agreement.spread(known, Basis.POLYGON)
    drawn = rendering.bars(answer, spread)
    assert drawn.count('class="cm-band"') == 1 + len(answer)
    assert str(text.SPREAD) in drawn
    assert "sources 81.1 to 81.7 %" in drawn.replace("\N{NO-BREAK SPACE}", " ")
    assert str(text.SPREAD) not in rendering.bars(answer)


def test_what_is_counted_is_named_wherever_it_is_shown(page: AppTest) -> None:
    page.query_params.update({"date": "2025-06-01", "contested": "in"})
    page.run()
    shown = said(page)
    assert "of the claim is Russian-held or contested" in shown
    assert "Claimed, neither held nor contested" in shown
    assert "Held or contested, change over 30 days" in shown
    assert '<th scope="col">Held or contested</th>' in shown
    assert "of held or contested ground" in shown
    choose(page, "contested", "out")
    assert "or contested" not in said(page)


def text_of_share(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")
