"""The pages Claims, Proposals and Pace as Streamlit's AppTest sees them."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from controlmap.analysis import areas, figures, pace, proposals
from controlmap.analysis.quantities import Trace
from controlmap.dashboard import claim_register, rendering
from controlmap.draw import charts, sparkline
from controlmap.record import archive
from controlmap.words import notes, numbers, text_pace
from test_app import choose, small_record
from test_ledger import OWN as OWN_CLAIM
from test_proposals import OWN as OWN_PROPOSAL

SECONDS = 60
Opened = Callable[..., AppTest]


def claims_page() -> None:
    from controlmap.dashboard.pages import claims
    from controlmap.dashboard.session import guarded

    guarded(claims.show)()


def proposals_page() -> None:
    from controlmap.dashboard.pages import proposals as page
    from controlmap.dashboard.session import guarded

    guarded(page.show)()


def pace_page() -> None:
    from controlmap.dashboard.pages import pace as page
    from controlmap.dashboard.session import guarded

    guarded(page.show)()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """A page run once, with what its address asks for."""
    monkeypatch.setenv("CONTROLMAP_DATA", "")

    def run(shown: Callable[[], None], **asked: str) -> AppTest:
        page = AppTest.from_function(shown, default_timeout=SECONDS)
        for name, value in asked.items():
            page.query_params[name.replace("_", "-")] = value
        page.run()
        assert not page.exception
        return page

    yield run


def said(page: AppTest) -> str:
    """All that the page shows as text, HTML or code."""
    kinds = ("markdown", "caption", "warning", "error", "code")
    shown = [e.value for kind in kinds for e in getattr(page, kind)]
    shown += [e.proto.body for e in page.get("html")]
    return "\n".join(map(str, shown)).replace("\N{NO-BREAK SPACE}", " ")


def pictures(page: AppTest) -> list[ElementTree.Element]:
    """The small charts, as XML."""
    found = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", said(page))
    return [ElementTree.fromstring(base64.b64decode(packed)) for packed in found]


# Claims


def test_every_claim_has_verdict_figures_chart_and_citation(opened: Opened) -> None:
    page = opened(claims_page)
    text = said(page)
    assert text.count('<tr class="cm-claim"') == 12
    verdicts = re.findall(r'cm-judged" role="cell"><span class="cm-verdict cm-(\w+)"', text)
    assert verdicts == [
        "none", "supported", "supported", "roughly", "not", "supported", "supported",
        "none", "none", "none", "supported", "none",
    ]  # fmt: skip
    assert len(pictures(page)) == 2 * 11  # the calendar has none
    assert len(page.code) == 12
    assert "5,721 km²" in text
    assert "5,198–5,723 km²" in text
    row = "<td>5,721 km²</td><td>5,642–5,723 km²</td><td>Roughly supported</td>"
    assert f'<th scope="row">DeepState, 24 January 2026</th>{row}' in text
    row = "<td>5,198 km²</td><td></td><td>Supported</td>"
    assert f'<th scope="row">NZZ / Liveuamap, 22 January 2026</th>{row}' in text
    assert "NZZ / Liveuamap: left out: window of 30 days before 2026-01-24: 5 snapshots" in text
    assert "by NZZ / Liveuamap it grew by 617 km²" in text
    assert "on 3 August 2025" in text
    assert "grew by 435 km², 7.6 % of what was not held" in text
    for note in ("article 73", "ES-11/4", "never defined the annexed border"):
        assert note in text
    assert "Russia's declaration of 30 September 2022, not a measurement" in page.code[0].value
    assert "Declared, 24 January 2026" in text
    assert "DeepState, observed 24 January 2026 (or 25 January 2026)" in page.code[1].value


def test_a_day_chosen_is_measured_and_kept_in_the_address(opened: Opened) -> None:
    page = opened(claims_page)
    choose(page, "on", "chosen")
    page.date_input(key="claims claims-day").set_value(date(2022, 11, 1)).run()
    assert page.query_params["on"] == "chosen"
    assert page.query_params["claims-day"] == "2022-11-01"
    text = said(page)
    assert "Measured, 1 November 2022" in text
    assert "Inconclusive" in text
    assert "DeepState: left out: window of 365 days before 2022-11-01: longer than" in text
    assert "Assessed advance is counted as contested." in text
    linked = opened(claims_page, on="chosen", claims_day="2022-11-01")
    assert "Measured, 1 November 2022" in said(linked)


@pytest.mark.exhaustive
def test_claims_of_ones_own_and_broken_ones(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    hostile = OWN_CLAIM.replace("Half of", "<script>alert(1)</script> {{7*7}} Half of")
    broken = OWN_CLAIM.replace('"own"', '"bad"').replace("UA-65", "UA-<b>")
    (tmp_path / "claims.toml").write_text(hostile + broken)
    page = opened(claims_page)
    text = said(page)
    assert text.count('<tr class="cm-claim"') == 13
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} Half of" in text
    assert len(page.warning) == 1
    assert "claim 'bad': oblasts: " in page.warning[0].value.replace("\\", "")
    assert "<b>" not in page.warning[0].value
    (tmp_path / "claims.toml").write_text(OWN_CLAIM)
    page.run()
    assert not page.warning
    assert ">Half of Kherson oblast is held.</th>" in said(page)


def test_claims_of_a_record_too_short_for_them(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small_record(tmp_path, date(2026, 1, 20), date(2026, 1, 24))
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    text = said(opened(claims_page))
    assert text.count("cm-verdict cm-inconclusive") >= 2
    assert "nothing has followed yet" in text


def test_the_tally_leaves_out_what_there_is_none_of() -> None:
    assert "<li>" not in claim_register.tally([])


# The small charts


def svg(
    traces: Sequence[Trace],
    expected: tuple[float, float, float] | None,
    day: date,
    tick: Callable[[float], str] = str,
) -> str:
    return rendering.render("sparkline.svg", chart=sparkline.chart(traces, expected, day, tick))


def test_a_line_is_drawn_where_it_is_known_and_only_there() -> None:
    days = tuple(date(2024, 1, n) for n in range(1, 7))
    values = np.array([0, 1, math.nan, 3, 4, 5])
    trace = Trace("", days, values, values - 1, values + 1)
    drawn = ElementTree.fromstring(svg([trace], (2, 2.5, 3), days[3]))
    paths = [p for p in drawn.iter() if p.tag.endswith("path")]
    lines = [p.get("d") or "" for p in paths if p.get("fill") == "none"]
    assert [line.count("L") for line in lines] == [1, 2]
    bands = [p for p in paths if p.get("fill-opacity")]
    assert [p.get("d", "").count("L") for p in bands] == [3, 5]
    (day,) = (p.get("d", "") for p in paths if p.get("class") == "d")
    # The fourth of six days lies three fifths of the way from the left edge to the right.
    assert float(day[1:].split()[0]) == pytest.approx(46 + 0.6 * (380 - 46 - 8), abs=0.1)
    (tolerance,) = (p.get("d", "") for p in paths if p.get("class") == "e")
    top, bottom = map(float, re.findall(r"[ V]([\d.]+)", tolerance))
    assert bottom > top


def test_a_flat_line_and_hostile_words_are_drawn() -> None:
    days = (date(2024, 1, 1), date(2026, 1, 1))
    trace = Trace("", days, np.array([1.0, 1.0]))
    drawn = svg([trace], None, date(2030, 1, 1), lambda v: f"<b>{v}</b>")
    assert "<b>" not in drawn
    assert 'class="d"' not in drawn
    ElementTree.fromstring(drawn)


# Proposals


def test_proposals_side_by_side_and_one_in_full(opened: Opened) -> None:
    page = opened(proposals_page, date="2026-01-24")
    text = said(page)
    for title in ("Annexation as claimed", "Freeze along the line", "recognised border"):
        assert title in text
    assert "5,820 km²" in text
    assert "Fortress cities: Sloviansk, Kramatorsk, Druzhkivka, Kostiantynivka would pass" in text
    assert "74 settlements to Russia, population 634,388 (GeoNames)" in text
    # Back to the line of 2022 moves places the other way: no column adds the two directions.
    row = text[text.index("Back to the line of 23 February 2022</th>") :]
    cells = re.findall(r"<td>(.*?)</td>", row)[:8]
    assert cells == ["0", "", "0", "0", "70,090", "65.0 %", "462", "2,441,754"]
    assert "for most places before the war" in text
    assert "includes an unknown contested part" in text
    citation, toml = (c.value for c in page.code)
    assert "Donetsk 5,720 km² to Russia" in citation
    assert "observed 24 January 2026 (or 25 January 2026)" in citation
    assert "Proposal: The “Anchorage formula”, on 24 January 2026 (" in citation
    assert "0 settlements to Ukraine, population 0 (GeoNames); population by" in citation
    assert 'UA-14 = "claim"' in toml


def test_land_that_would_pass_either_way_is_in_the_headline(opened: Opened) -> None:
    choices = {"donetsk": "claim", "zaporizhzhia": "pre_2022"}
    page = opened(proposals_page, date="2026-01-24", proposal="own", **choices)
    (headline,) = re.findall(r'<p class="cm-share">(.*?)</p>', said(page))
    figures = r"<b>5,720 km²</b> would pass from Ukrainian to Russian hands, and ([\d,]+) km² the"
    match = re.match(figures, headline)
    assert match
    # All that is held in Zaporizhzhia oblast, none of which was before 2022.
    record = archive.open_source("deepstate").coverage
    held = areas.areas(record, date(2026, 1, 24)).row("UA-23")["russian_held"]
    assert match[1] == numbers.area(held)


def test_nothing_passes_where_nothing_is_ceded(opened: Opened) -> None:
    text = said(opened(proposals_page, proposal="ukraine"))
    assert "<b>No land would pass</b>" in text
    assert text.count("<td>Ukraine</td>") == 4


def test_the_row_of_what_is_shown_is_marked_and_columns_have_names_of_their_own(
    opened: Opened,
) -> None:
    text = said(opened(proposals_page, date="2026-01-24", proposal="pre_2022"))
    (marked,) = re.findall(r'<tr aria-current="true"><th scope="row">(.*?)</th>', text)
    assert marked == "Back to the line of 23 February 2022"
    for table in re.findall(r"<thead>.*?</thead>", text):
        names = re.findall(r'<th scope="col">(.*?)</th>', table)
        assert all(names)
        assert len(set(names)) == len(names)


def test_one_composes_a_proposal_and_the_address_keeps_it(opened: Opened, tmp_path: Path) -> None:
    page = opened(proposals_page, date="2026-01-24", proposal="own")
    assert "<b>No land would pass</b>" in said(page)
    choose(page, "donetsk", "line-of")
    page.date_input(key="proposals donetsk-day").set_value(date(2025, 1, 1)).run()
    choose(page, "luhansk", "claim")
    asked = {k: page.query_params[k] for k in ("proposal", "donetsk", "donetsk-day", "luhansk")}
    assert asked == {
        "proposal": "own", "donetsk": "line-of", "donetsk-day": "2025-01-01", "luhansk": "claim",
    }  # fmt: skip
    # What it says is what the entry that it hands out measures.
    path = tmp_path / "own.toml"
    path.write_text(page.code[1].value, "utf-8")
    (made,), broken = proposals.load([path])
    assert broken == []
    record = archive.open_source("deepstate").coverage
    found = proposals.measure(record, record.at(date(2026, 1, 24)), made)
    assert found.rows[1].to_russia_km2 == pytest.approx(102.3, abs=0.1)
    assert numbers.area(found.rows[0].to_ukraine_km2) in said(page)
    linked = opened(
        proposals_page, date="2026-01-24", proposal="own", donetsk="line-of",
        donetsk_day="2025-01-01", luhansk="claim",
    )  # fmt: skip
    assert linked.code[1].value == page.code[1].value


@pytest.mark.parametrize(
    ("name", "value"), [("proposal", "<b>"), ("donetsk", "half"), ("donetsk-day", "2021-01-01")]
)
def test_a_bad_address_is_told(opened: Opened, name: str, value: str) -> None:
    page = opened(proposals_page, **{name: value})
    assert len(page.warning) == 1
    assert "<b>" not in page.warning[0].value


def test_proposals_of_ones_own_and_what_a_record_cannot_tell(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small_record(tmp_path, date(2026, 1, 20), date(2026, 1, 24))
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    (tmp_path / "proposals.toml").write_text(
        OWN_PROPOSAL.replace('id = "own"', 'id = "mine"\ntitle = "<i>Mine</i>"')
    )
    page = opened(proposals_page)
    told = [warning.value.replace("\\", "") for warning in page.warning]
    assert len(told) == 2
    assert "does not report what was held before 2022" in told[0]
    assert "proposal 'mine' cannot be measured by deepstate: rules.UA-14: 2025-01-01" in told[1]
    (tmp_path / "proposals.toml").write_text(
        OWN_PROPOSAL.replace('id = "own"', 'id = "mine"\ntitle = "<i>Mine</i>"')
        .replace("line@2025-01-01", "line")
        .replace("pre_2022", "claim")
    )
    page.run()
    assert "&lt;i&gt;Mine&lt;/i&gt;" in said(page)


def test_an_entry_with_the_id_of_the_page_is_told(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    (tmp_path / "proposals.toml").write_text(OWN_PROPOSAL)
    (warning,) = opened(proposals_page).warning
    assert (
        "proposal 'own': id: is reserved for the proposal composed on the page"
        in warning.value.replace("\\", "")
    )


# Pace


def test_the_pace_is_never_a_bare_number(opened: Opened) -> None:
    page = opened(pace_page, date="2026-01-24")
    text = said(page)
    record = archive.open_source("deepstate").coverage
    calibrations = pace.calibrate(record, "UA-14")
    measure = partial(pace.measure, record, "UA-14", record.at(date(2026, 1, 24)), 90)
    found = measure(calibration=calibrations[90])
    assert found.low is not None
    assert found.high is not None
    interval = f"{text_pace.rate(found.low)} to {text_pace.rate(found.high)}"
    assert (
        f"<b>{text_pace.rate(found.km2_per_day)} km² a day</b> robust slope of Russian-held ground "
        f"over 90 days, {interval} km² a day" in text
    )
    assert f"{text_pace.rate(found.plain_km2_per_day)} km² a day" in text
    assert text_pace.takes(found.days_low, found.days_high) in text
    assert "no calendar date is supported: the range goes beyond the longest horizon" in text
    assert re.search(r"right within 25 % a year on in \*\*\d+ %\*\* of 1,146 cases", text)
    assert "Their ranges, meant to hold 80 % of what followed, held **88 %**, in 1 trial" in text
    # In the table the share of each horizon, and how many trials do not overlap.
    for score in pace.backtest(calibrations):
        assert f"<td>{text_pace.held(score.within_interval, score.trials)}</td>" in text
    assert f"km² a day, {interval} (Theil-Sen, of" in page.code[0].value
    assert len(page.get("vega_lite_chart")) == 1


def test_where_slope_and_net_change_part_both_are_named_and_it_is_said_why(opened: Opened) -> None:
    page = opened(pace_page, oblast="all", window="30", date="2026-08-20")
    assert "<b>+1.09 km² a day</b> robust slope" in said(page)
    assert "−12 km², −0.40 km² a day" in said(page)
    assert str(notes.PACE_PARTS) in said(page)
    assert "net change −12 km², −0.40 km² a day; robust slope +1.09 km² a day" in page.code[0].value
    choose(page, "window", "365")
    assert str(notes.PACE_PARTS) not in said(page)


def test_the_pace_follows_its_choices(opened: Opened) -> None:
    page = opened(pace_page, oblast="UA-65")
    assert re.search(r"<b>not redrawn since \d+ July 2024</b>", said(page))
    assert "0.00" not in said(page)
    assert "Projected from" not in said(page)
    assert "Assessed, what followed" not in said(page)
    assert "not redrawn since" in page.code[0].value
    assert "At this pace" not in page.code[0].value
    choose(page, "oblast", "all")
    choose(page, "window", "365")
    assert page.query_params["oblast"] == "all"
    assert page.query_params["window"] == "365"
    record = archive.open_source("deepstate").coverage
    found = pace.measure(record, figures.ALL, record.at(record.span[1]), 365)
    assert f"<b>{text_pace.rate(found.km2_per_day)} km² a day</b>" in said(page)


def test_contested_ground_that_is_not_reported_is_one_line(opened: Opened) -> None:
    page = opened(pace_page, contested="in")
    assert not page.error
    assert "not reported on 20 August 2026" in page.info[0].value
    assert "a day up to 3 August 2025" in page.info[0].value
    page.date_input(key="pace date").set_value(date(2025, 6, 1)).run()
    assert not page.error
    assert "counted as held" in page.code[0].value


def test_a_record_too_short_for_a_pace_is_one_line(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small_record(tmp_path, date(2026, 1, 20), date(2026, 1, 24))
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    page = opened(pace_page)
    assert "longer than the record of deepstate" in page.error[0].value.replace("\\", "")


def test_the_chart_has_what_was_assessed_and_what_was_projected() -> None:
    record = archive.open_source("deepstate").coverage
    snapshot = record.at(date(2026, 1, 24))
    calibration = pace.calibrate(record, "UA-14", windows=(90,))[90]
    found = pace.measure(record, "UA-14", snapshot, calibration=calibration)
    ahead = pace.ahead(found)
    start, *_, end = ahead
    assert start == (snapshot.day, found.held_km2, found.held_km2, found.held_km2)
    assert end[1] - start[1] == pytest.approx(365 * found.km2_per_day)
    outlook = found.outlooks[-1]
    assert outlook.change_low is not None
    assert end[2] - start[1] == pytest.approx(outlook.change_low)
    assert end[2] < end[1] < end[3]
    # Twice the projected would be more than the oblast has: it ends at its border.
    far = pace.ahead(replace(found, km2_per_day=40.0))
    assert far[-1][1] == pytest.approx(26507.8, abs=0.1)
    # Without an interval there is a line and no fan.
    plain = pace.ahead(replace(found, outlooks=(replace(outlook, change_low=None),)))
    assert all(math.isnan(km2) for km2 in plain[-1][2:])
    past = pace.history(record, "UA-14", date(2025, 11, 20), snapshot.day)
    assert len(past) == 66
    words = text_pace.chart(snapshot.day, found.window_days)
    drawn = charts.projection(past, [], ahead, words)
    lines = drawn.to_dict()["datasets"]
    kinds = {row["what"] for rows in lines.values() for row in rows if "km2" in row}
    assert kinds == {words[name] for name in ("past", "projected")}


def test_a_gap_in_the_history_is_a_gap() -> None:
    record = archive.open_source("deepstate").coverage
    past = pace.history(record, "UA-14", date(2026, 8, 1), date(2027, 1, 1), figures.Contested.IN)
    assert past[-1][0] == date(2026, 8, 20)
    assert all(math.isnan(km2) for _, km2 in past)
