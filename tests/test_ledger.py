"""Claims held against hand-made records, and the first ledger; figures worked out by hand."""

# mypy: disable-error-code="union-attr"
# What could not be measured is None: an attribute asked of it fails the test by itself.

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from controlmap.analysis import claim_sentences
from controlmap.analysis import claims as ledger
from controlmap.analysis import ledger as ledger_answer
from controlmap.analysis.claims import Claim, Evaluation, Relation, Verdict
from controlmap.analysis.quantities import QUANTITIES, Measure, Query
from controlmap.cli import main
from controlmap.core.model import Ground, InputError, Status
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from controlmap.words import text_claims
from records import EVERYTHING, HELD_ONLY, STRIP_KM2, day, make, reporting

IDS = [
    "annexed-four",
    "not-full-control",
    "luhansk-nearly-taken",
    "donetsk-5000",
    "donetsk-one-year",
    "donetsk-advancing",
    "fortress-belt",
    "land-to-cede",
    "freeze-for-donetsk",
    "donbas-full-control",
    "nearly-four-years",
    "defensive-depth",
]
UNJUDGED = [
    "annexed-four",
    "land-to-cede",
    "freeze-for-donetsk",
    "donbas-full-control",
    "defensive-depth",
]
"""Declared, or without a figure that is claimed."""
KEYS = {"id", "claimed", "measured", "low", "high", "unit", "verdict", "hindsight"}


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", "")


def claim(
    quantity: str, figure: float, tolerance: float = 0, relation: str = "about", **asked: Any
) -> Claim:
    """A claim about a hand-made record, of 8 January 2024 unless it says otherwise."""
    query = Query(**{"oblasts": ("WEST",), **asked})
    return Claim(
        "made", "Made.", "who", "where", day(7), "", day(7), "", quantity, query,
        Relation(relation), figure, tolerance,
    )  # fmt: skip


def evaluated(made: Claim, *coverages: Coverage, on: date | None = None) -> Evaluation:
    (found,) = ledger.evaluate([made], coverages, on)
    return found


def front(*strips: int) -> Coverage:
    return make(*((n, {Ground.OCCUPIED: s}) for n, s in enumerate(strips)))


def spread(measure: Measure | None) -> tuple[float, float, float]:
    assert measure is not None
    return round(measure.value, 5), round(measure.low, 5), round(measure.high, 5)


def strips(measure: Measure | None) -> tuple[float, float, float]:
    value, low, high = (round(v / STRIP_KM2, 3) for v in spread(measure))
    return value, low, high


# The verdict


@pytest.mark.parametrize(
    ("relation", "low", "high", "verdict"),
    [
        ("about", 4.5, 5.5, Verdict.SUPPORTED),
        ("about", 4.4, 5.5, Verdict.ROUGHLY),
        ("about", 5.6, 6.0, Verdict.ROUGHLY),
        ("about", 6.1, 7.0, Verdict.NOT),
        ("about", 3.0, 3.9, Verdict.NOT),
        ("about", 3.0, math.inf, Verdict.INCONCLUSIVE),
        ("about", 3.9, 5.0, Verdict.INCONCLUSIVE),
        ("about", 5.0, 6.1, Verdict.INCONCLUSIVE),
        ("about", 4.0, 6.0, Verdict.ROUGHLY),
        ("about", math.inf, math.inf, Verdict.NOT),
        ("at_least", 4.5, 9.0, Verdict.SUPPORTED),
        ("at_least", 4.2, 4.3, Verdict.ROUGHLY),
        ("at_least", 3.0, 3.9, Verdict.NOT),
        ("at_most", 0.0, 5.5, Verdict.SUPPORTED),
        ("at_most", 5.6, 6.0, Verdict.ROUGHLY),
        ("at_most", 5.6, 9.0, Verdict.INCONCLUSIVE),
        ("at_most", 6.1, 9.0, Verdict.NOT),
        ("less_than", 1.0, 4.999, Verdict.SUPPORTED),
        ("less_than", 1.0, 5.0, Verdict.ROUGHLY),
        ("less_than", 5.0, 5.1, Verdict.ROUGHLY),
        ("less_than", 5.5, 6.0, Verdict.NOT),
    ],
)
def test_the_rule_gives_the_verdict(
    relation: str, low: float, high: float, verdict: Verdict
) -> None:
    made = claim("not_held_km2", 5, 0.5, relation)
    assert ledger.judge(made, Measure(low, low, high, ())) is verdict


def test_the_rule_is_told_with_its_bounds() -> None:
    made = claim("not_held_km2", 5000, 500)
    assert claim_sentences.rule(made).replace("\N{NO-BREAK SPACE}", " ") == (
        "Supported if all of the spread is between 4,500 and 5,500 km², roughly supported if all "
        "of it is between 4,000 and 6,000 km², not supported if none of it is; inconclusive if "
        "it is partly within that and partly beyond."
    )
    # One bound and not two where both are the same: no rule without a tolerance is a rough one.
    assert (
        claim_sentences.rule(claim("places_not_held", 1, 0, "at_least"))
        .replace("\N{NO-BREAK SPACE}", " ")
        .startswith(
            "Supported if all of the spread is 1 place or more, not supported if none of it is;"
        )
    )
    assert "is 1\N{NO-BREAK SPACE}day," in claim_sentences.rule(claim("days_to_take", 1, 0.2))
    assert claim_sentences.claimed(claim("days_to_take", 1)) == "1\N{NO-BREAK SPACE}day"
    assert claim_sentences.claimed(claim("days_to_take", 2)) == "2\N{NO-BREAK SPACE}days"
    assert "less than 100" in claim_sentences.rule(claim("held_share", 1, 0, "less_than"))


# Quantities


def test_contested_ground_is_the_spread() -> None:
    record = make((0, {Ground.OCCUPIED: 4, Ground.CONTESTED: 2}))
    found = evaluated(claim("held_share", 0.5, 0.11), record, on=day(0))
    assert spread(found.measure) == (0.4, 0.4, 0.6)
    assert found.verdict is Verdict.SUPPORTED
    found = evaluated(claim("not_held_km2", 5 * STRIP_KM2, 1.1 * STRIP_KM2), record, on=day(0))
    assert strips(found.measure) == (6, 4, 6)
    assert found.verdict is Verdict.SUPPORTED
    assert found.measure.contested_of is None
    assert found.hindsight is None


def test_contested_ground_of_an_earlier_day_is_told_with_its_day() -> None:
    both = {Ground.OCCUPIED: 4, Ground.CONTESTED: 3}
    record = reporting(make((0, both), (1, {Ground.OCCUPIED: 5})), EVERYTHING, HELD_ONLY)
    found = evaluated(claim("not_held_km2", 5 * STRIP_KM2), record, on=day(1))
    # One of the three contested strips was taken.
    assert strips(found.measure) == (5, 3, 5)
    assert found.measure.contested_of == day(0)
    assert "1 January 2024" in claim_sentences.contested(found)


def test_of_contested_ground_only_what_was_not_taken_since_is_in_the_spread() -> None:
    # Strips 5 to 7 of ten were contested; of these 5 and 6 are held a day later, then all.
    record = make(
        (0, {Ground.OCCUPIED: 4, Ground.CONTESTED: 3}),
        (1, {Ground.OCCUPIED: 6}),
        (2, {Ground.OCCUPIED: 8}),
    )
    record = reporting(record, EVERYTHING, HELD_ONLY, HELD_ONLY)
    for on, expected in ((0, (6, 3, 6)), (1, (4, 3, 4)), (2, (2, 2, 2))):
        found = evaluated(claim("not_held_km2", 0), record, on=day(on))
        assert strips(found.measure) == expected


def test_contested_ground_that_was_never_told_is_left_out_and_said() -> None:
    record = make((0, {Ground.OCCUPIED: 4}), reports=HELD_ONLY)
    found = evaluated(claim("held_share", 0.4), record, on=day(0))
    assert spread(found.measure) == (0.4, 0.4, 0.4)
    assert found.measure.contested_known is False
    assert "leaves it out" in claim_sentences.contested(found)


def test_time_to_take_the_rest_over_several_windows() -> None:
    # A strip a day to day 31, but none over the last seven: a window of 7 days never ends.
    record = make(*((n, {Ground.OCCUPIED: min(n, 24) // 3}) for n in range(32)))
    asked: dict[str, Any] = {"windows": (30, 7)}
    found = evaluated(claim("days_to_take", 6, 1, **asked), record, on=day(31))
    value, low, high = (found.measure.value, found.measure.low, found.measure.high)
    # Two of ten strips are left, at about a third of a strip a day.
    assert value == pytest.approx(6, rel=0.2)
    assert low <= value
    assert high == math.inf
    # All that is sure is that it ends no sooner: within the bounds or never.
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "to not at this pace, is partly between 4 and 8" in claim_sentences.problem(found)
    assert [p.key for p in found.measure.parts] == ["30", "30", "7", "7"]
    assert found.measure is not None
    assert "not at this pace" in claim_sentences.measured(found, "days")


def test_how_many_periods_gained() -> None:
    # Four periods of two days: a gain, a loss, nothing, a gain.
    record = make(
        *zip(range(0, 9, 2), ({Ground.OCCUPIED: n} for n in (2, 4, 3, 3, 5)), strict=True)
    )
    asked: dict[str, Any] = {"period_days": 2, "periods": 4}
    found = evaluated(claim("gaining_share", 1, 0.1, "at_least", **asked), record, on=day(8))
    assert spread(found.measure) == (0.5, 0.5, 0.5)
    assert [round((p.value or 0) / STRIP_KM2) for p in found.measure.parts] == [2, -1, 0, 2]
    assert found.verdict is Verdict.NOT


@pytest.mark.parametrize("contested", Status.CONTESTED.grounds)
def test_contested_ground_counted_in_may_turn_a_gain(contested: Ground) -> None:
    # The held part grows by two strips out of three contested ones: both together shrink.
    record = make(
        (0, {Ground.OCCUPIED: 2, contested: 5}),
        (2, {Ground.OCCUPIED: 4, contested: 1}),
    )
    asked: dict[str, Any] = {"period_days": 2, "periods": 1}
    found = evaluated(claim("gaining_share", 1, 0, "at_least", **asked), record, on=day(2))
    assert spread(found.measure) == (1, 0, 1)


def test_a_period_in_a_gap_cannot_be_told() -> None:
    record = make((0, {Ground.OCCUPIED: 2}), (40, {Ground.OCCUPIED: 4}))
    asked: dict[str, Any] = {"period_days": 10, "periods": 2}
    found = evaluated(claim("gaining_share", 1, **asked), record, on=day(40))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.measure is None
    assert "in a gap of made" in found.problem


def test_a_period_without_a_new_snapshot_is_not_one_that_gained_nothing() -> None:
    record = make((0, {Ground.OCCUPIED: 2}), (8, {Ground.OCCUPIED: 4}))
    asked: dict[str, Any] = {"period_days": 4, "periods": 2}
    found = evaluated(claim("gaining_share", 1, **asked), record, on=day(8))
    assert (found.verdict, found.measure) == (Verdict.INCONCLUSIVE, None)
    assert f"{day(0)} to {day(4)}: no new snapshot" in found.problem


# Sources and hindsight


def test_several_sources_widen_the_spread() -> None:
    here, there = make((7, {Ground.OCCUPIED: 5})), make((7, {Ground.OCCUPIED: 7}))
    elsewhere = make((100, {Ground.OCCUPIED: 9}))
    made = claim("held_share", 0.5, 0.1)
    alone = evaluated(made, here)
    assert (spread(alone.measure), alone.verdict) == ((0.5, 0.5, 0.5), Verdict.SUPPORTED)
    both = evaluated(made, here, replace(there, source="other"), elsewhere)
    assert (spread(both.measure), both.verdict) == ((0.5, 0.5, 0.7), Verdict.ROUGHLY)
    assert [(t.source, t.verdict) for t in both.by_source] == [
        ("made", Verdict.SUPPORTED),
        ("other", Verdict.ROUGHLY),
    ]
    assert [source for source, _ in both.left_out] == ["made"]


def test_a_source_is_current_for_as_long_as_it_may_be_carried() -> None:
    here, there = make((30, {Ground.OCCUPIED: 5})), make((16, {Ground.OCCUPIED: 7}))
    there = replace(there, source="other")
    made = claim("held_share", 0.5)
    # Fourteen days old on the 31st of January, fifteen on the first of February.
    for on, sources in ((30, ["made", "other"]), (31, ["made"])):
        found = evaluated(made, here, there, on=day(on))
        assert [t.source for t in found.by_source] == sources
    assert "outside the span of other" in found.left_out[0][1]


def test_the_next_source_tells_where_the_first_does_not_know_the_day() -> None:
    here = make((40, {Ground.OCCUPIED: 5}), (50, {Ground.OCCUPIED: 6}))
    there = replace(make((7, {Ground.OCCUPIED: 2}), (49, {Ground.OCCUPIED: 6})), source="other")
    found = evaluated(claim("held_share", 0.2), here, there)
    assert (found.source, spread(found.measure)) == ("other", (0.2, 0.2, 0.2))
    since = found.hindsight
    assert (since.day, since.source, spread(since.measure)) == (day(50), "made", (0.6, 0.6, 0.6))
    # What grew since is told by the source that knows both days.
    (gain,) = since.gains
    assert (gain.source, round(gain.net_km2 / STRIP_KM2, 4)) == ("other", 4)


def test_a_source_too_sparse_for_the_pace_is_left_out() -> None:
    # A strip in four days, told every day and every week: thirty days have five weekly snapshots.
    daily = make(*((n, {Ground.OCCUPIED: n // 4}) for n in range(33)))
    weekly = make(*((n, {Ground.OCCUPIED: n // 4}) for n in (0, 4, 11, 18, 25, 32)))
    made = claim("days_to_take", 8, windows=(30,))
    found = evaluated(made, daily, replace(weekly, source="other"), on=day(32))
    assert [t.source for t in found.by_source] == ["made"]
    (left_out,) = found.left_out
    assert left_out[0] == "other"
    assert "5 snapshots in it; at least 6 are needed" in left_out[1]


def test_what_is_declared_is_told_once() -> None:
    record = archive.open_source("deepstate").coverage
    (annexed,) = (c for c in ledger.load([ledger.embedded()])[0] if c.id == "annexed-four")
    found = evaluated(annexed, record, replace(record, source="nzz"))
    assert len(found.by_source) == 1
    assert claim_sentences.by_source(found, "share") == []


def test_hindsight_measures_the_last_day() -> None:
    record = make((7, {Ground.OCCUPIED: 5}), (17, {Ground.OCCUPIED: 8}))
    found = evaluated(claim("not_held_km2", 5 * STRIP_KM2, STRIP_KM2), record)
    since = found.hindsight
    assert found.verdict is Verdict.SUPPORTED
    assert (since.days, since.verdict) == (10, Verdict.NOT)
    assert strips(since.measure) == (2, 2, 2)
    (gain,) = since.gains
    assert round(gain.net_km2 / STRIP_KM2, 4) == 3
    assert round(gain.left_km2 / STRIP_KM2, 4) == 5
    told = claim_sentences.hindsight(found)
    assert "Measured again on 18 January 2024, 10 days later, the claim is not supported." in told
    assert "60\N{NO-BREAK SPACE}% of what was not held" in told


def test_hindsight_that_cannot_be_told_says_why() -> None:
    record = make((7, {Ground.OCCUPIED: 5}), (17, {Ground.OCCUPIED: 5, Ground.CONTESTED: 4}))
    found = evaluated(claim("held_share", 0.5, 0.1), record)
    assert (found.verdict, found.hindsight.verdict) == (Verdict.SUPPORTED, Verdict.INCONCLUSIVE)
    told = claim_sentences.hindsight(found).replace("\N{NO-BREAK SPACE}", " ")
    why = "the spread, 50–90 %, is partly between 30 and 70 % and partly not."
    assert f"10 days later, the claim is inconclusive: {why}" in told
    # Two windows of 30 days, of which the second has too few snapshots.
    daily = make(*((n, {Ground.OCCUPIED: n // 4}) for n in range(33)), (60, {Ground.OCCUPIED: 9}))
    made = replace(claim("days_to_take", 8, windows=(30,)), speaks_of=day(32))
    told = claim_sentences.hindsight(evaluated(made, daily))
    assert "the claim is inconclusive: window of 30 days before 2024-03-01: 4 snapshots" in told


def test_a_wide_spread_earns_nothing_that_a_narrow_one_does_not() -> None:
    (year,) = (c for c in ledger.load([ledger.embedded()])[0] if c.id == "donetsk-one-year")
    narrow, wide = Measure(888, 700, 1100, ()), Measure(888, 505, math.inf, ())
    assert ledger.judge(year, narrow) is Verdict.NOT
    assert ledger.judge(year, wide) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (700, 1100, "888 days (700–1,100 days)"),
        (700, 99_999, "888 days (700 days to more than 50 years)"),
        (700, math.inf, "888 days (700 days to not at this pace)"),
    ],
)
def test_days_beyond_fifty_years_are_not_told(low: float, high: float, told: str) -> None:
    found = text_claims.measured("days", 888, low, high)
    assert found.replace("\N{NO-BREAK SPACE}", " ") == told


def test_quotes_within_quotes_are_single() -> None:
    record = archive.open_source("deepstate").coverage
    (made,) = (c for c in ledger.load([ledger.embedded()])[0] if c.id == "luhansk-nearly-taken")
    made = replace(made, statement="The “formula” holds.")
    told = claim_sentences.citation(evaluated(made, record, on=date(2022, 11, 1)))
    assert told.startswith("“The ‘formula’ holds.” (The account's authors;")
    assert "Inconclusive: the spread, 97.7–98.8 %, is partly 98 % or more and partly not." in told


def test_a_day_outside_the_record_cannot_be_told() -> None:
    found = evaluated(claim("held_share", 0.5), front(1, 2), on=day(400))
    assert (found.verdict, found.measure, found.snapshot) == (Verdict.INCONCLUSIVE, None, None)
    assert "outside the span of made" in found.problem
    record = archive.open_source("deepstate").coverage
    claims, _ = ledger.load([ledger.embedded()])
    assert "outside the span" in claim_sentences.citation(
        evaluated(claims[0], record, on=day(9999))
    )


def test_every_quantity_draws_lines_over_all_the_record() -> None:
    record = archive.open_source("deepstate").coverage
    claims, _ = ledger.load([ledger.embedded()])
    assert {c.quantity for c in claims} == set(QUANTITIES)
    for made in claims:
        for trace in made.asks.traces(record, made.query):
            assert len(trace.days) == len(trace.values) > 40
            assert trace.days[-1] == date(2026, 8, 20)
            assert sorted(trace.days) == list(trace.days)
    by_id = {c.id: c for c in claims}
    (line,) = by_id["donetsk-5000"].asks.traces(record, by_id["donetsk-5000"].query)
    # Contested ground was last reported in August 2025: from then on there is no band.
    known = [not math.isnan(low) for low in line.low]
    assert known == [d <= date(2025, 7, 31) for d in line.days]


def test_a_line_of_a_chart_stops_where_a_gap_begins() -> None:
    # Of 31 January, 25 and 31 May 2024; nothing is known from 15 February to 24 May.
    held = {Ground.OCCUPIED: 5}
    record = make((10, held), (30, held), (145, held), (151, held))
    (line,) = QUANTITIES["held_share"].traces(record, Query(oblasts=("WEST",)))
    assert line.days == (day(30), day(45), day(151))
    assert [math.isnan(v) for v in line.values] == [False, True, False]
    assert [math.isnan(v) for v in line.high] == [False, True, False]


# The first ledger


def test_the_first_ledger_is_whole() -> None:
    claims, broken = ledger.load([ledger.embedded()])
    assert broken == []
    assert [c.id for c in claims] == IDS
    assert {c.published for c in claims} == {date(2026, 1, 24)}
    for quantity in QUANTITIES:
        assert quantity in text_claims.QUANTITY
        assert (quantity in text_claims.TRACE) == bool(QUANTITIES[quantity].traced)


def test_the_first_ledger_on_its_day() -> None:
    record = archive.open_source("deepstate").coverage
    claims, _ = ledger.load([ledger.embedded()])
    found = {e.claim.id: e for e in ledger.evaluate(claims, [record])}
    assert {i: e.verdict for i, e in found.items()} == {
        **dict.fromkeys(UNJUDGED),
        "nearly-four-years": Verdict.SUPPORTED,
        "not-full-control": Verdict.SUPPORTED,
        "luhansk-nearly-taken": Verdict.SUPPORTED,
        "donetsk-5000": Verdict.ROUGHLY,
        "donetsk-one-year": Verdict.NOT,
        "donetsk-advancing": Verdict.SUPPORTED,
        "fortress-belt": Verdict.SUPPORTED,
    }
    left = found["donetsk-5000"].measure
    assert left.contested_of == date(2025, 8, 3)
    # At no window's pace was it a year: the slopes are pinned in the tests of pace.
    year = found["donetsk-one-year"].measure
    assert 690 < year.low < year.value < year.high < 1400
    (gain,) = found["donetsk-one-year"].hindsight.gains
    assert gain.net_km2 / gain.left_km2 == pytest.approx(435.5 / 5721, rel=0.01)


def test_the_first_ledger_by_every_source_on_its_day() -> None:
    names = ("deepstate", "isw", "nzz")
    records = [archive.open_source(name).coverage for name in names]
    claims, _ = ledger.load([ledger.embedded()])
    found = {e.claim.id: e for e in ledger.evaluate(claims, records)}
    alone = {e.claim.id: e for e in ledger.evaluate(claims, records[:1])}
    assert {i: e.verdict for i, e in found.items()} == {i: e.verdict for i, e in alone.items()}
    for name, evaluation in found.items():
        assert evaluation.measure.value == alone[name].measure.value
    left = found["donetsk-5000"]
    assert [
        (t.source, t.verdict, str(t.snapshot.info.observed.date())) for t in left.by_source
    ] == [
        ("deepstate", Verdict.ROUGHLY, "2026-01-24"),
        ("nzz", Verdict.SUPPORTED, "2026-01-22"),
    ]
    assert spread(left.measure) == pytest.approx((5720.8, 5197.9, 5723.1), abs=0.1)
    assert [name for name, _ in left.left_out] == ["isw"]
    # Five snapshots of NZZ in the 30 days before: they would have made it 505 days to never. Its
    # other windows count.
    year = found["donetsk-one-year"]
    assert [t.source for t in year.by_source] == ["deepstate", "nzz"]
    assert dict(year.left_out)["nzz"].startswith("window of 30 days before 2026-01-24: 5 snapshots")
    windows = {p.key: p.value or 0 for p in year.by_source[1].measure.parts if p.unit == "days"}
    assert list(windows) == ["90", "180", "365"]
    assert 603 < windows["365"] < 681
    assert year.measure.low == min(windows.values()) < year.by_source[0].measure.low
    since = left.hindsight
    assert [(t.source, t.snapshot.day) for t in since.by_source] == [
        ("deepstate", date(2026, 8, 20)),
        ("nzz", date(2026, 8, 20)),
    ]
    assert spread(since.measure) == pytest.approx((5285.4, 4580.8, 5290.9), abs=0.1)
    assert {g.source: round(g.net_km2) for g in since.gains} == {"deepstate": 435, "nzz": 617}


def test_all_is_claimed_from_the_declaration_on_whatever_is_held() -> None:
    record = archive.open_source("deepstate").coverage
    (annexed,) = (c for c in ledger.load([ledger.embedded()])[0] if c.id == "annexed-four")
    for on, share in ((date(2022, 9, 29), 0), (date(2022, 9, 30), 1)):
        (found,) = ledger.evaluate([annexed], [record], on)
        assert (found.measure.value, found.verdict) == (share, None)
        assert found.hindsight is None


def first_ledger(record: Coverage) -> dict[str, Evaluation]:
    claims, _ = ledger.load([ledger.embedded()])
    return {e.claim.id: e for e in ledger.evaluate(claims, [record])}


def test_a_claim_in_words_is_shown_in_words_with_the_reading() -> None:
    claims, _ = ledger.load([ledger.embedded()])
    shown = {c.id: claim_sentences.claimed(c).replace("\N{NO-BREAK SPACE}", " ") for c in claims}
    assert shown["luhansk-nearly-taken"] == "close to complete, read as 99 % or more"
    assert shown["fortress-belt"] == "several fortress cities, read as 4 places or more"
    assert shown["land-to-cede"] == "all that is not taken"
    (fortress,) = (c for c in claims if c.id == "fortress-belt")
    assert "Sloviansk" not in fortress.statement
    assert "The list of four is ours" in fortress.note
    (year,) = (c for c in claims if c.id == "donetsk-one-year")
    assert year.said_by.startswith("analysts")
    assert "could" in year.statement
    row = ledger_answer._row(
        first_ledger(archive.open_source("deepstate").coverage)["luhansk-nearly-taken"]
    )
    assert (row["claimed"], row["tolerance"]) == (None, None)


def test_what_would_have_to_be_ceded_is_measured_with_its_settlements_and_people() -> None:
    found = first_ledger(archive.open_source("deepstate").coverage)
    ceded = {p.key: p.value for p in found["land-to-cede"].measure.parts}
    assert ceded["UA-14"] == pytest.approx(5720.8, abs=0.1)
    assert ceded["UA-09"] == pytest.approx(102.3, abs=0.1)
    assert (ceded["settlements"], ceded["people"]) == (74, 634_388)
    # The account's own sentence does not name Luhansk.
    freeze = found["freeze-for-donetsk"].measure
    assert freeze.value == pytest.approx(ceded["UA-14"])
    assert "settlements" in {p.key for p in found["defensive-depth"].measure.parts}


def test_the_pace_of_two_oblasts_is_that_of_their_sum() -> None:
    # Neither oblast alone: the one grows by a strip a day, the other shrinks by half of one.
    record = archive.open_source("deepstate").coverage
    found = first_ledger(record)["donbas-full-control"].measure
    both = record.status_km2(Status.RUSSIAN_HELD)[:, :2].sum(axis=1)
    total = sum(o.polygon_km2 for o in record.oblasts[:2])
    rate = next(p.value or 0 for p in found.parts if p.unit == "km2_per_day")
    index = record.at(date(2026, 1, 24)).index
    assert found.value == pytest.approx((total - both[index]) / rate)


def test_nearly_four_years_are_counted_on_the_calendar() -> None:
    found = first_ledger(archive.open_source("deepstate").coverage)["nearly-four-years"]
    assert found.measure.value == (date(2026, 1, 24) - date(2022, 2, 24)).days == 1430
    assert (found.verdict, found.hindsight) == (Verdict.SUPPORTED, None)
    assert claim_sentences.hindsight(found) == ""
    assert "calendar" in claim_sentences.citation(found)


def test_the_days_that_a_file_may_be_of_are_in_the_spread() -> None:
    # Files of the 2nd to 8th, each of its own day or the one before; a strip a day.
    record = front(*range(1, 9))
    infos = tuple(replace(s, within=(s.day - timedelta(days=1), s.day)) for s in record.snapshots)
    record = replace(record, snapshots=infos)
    # The map of day 5 is that file's, or the next one's.
    found = evaluated(claim("not_held_km2", 0), record, on=day(5))
    assert strips(found.measure) == (4, 3, 4)
    asked: dict[str, Any] = {"windows": (30,)}
    record = replace(front(*(n // 8 for n in range(1, 80))), source="dated")
    infos = tuple(replace(s, within=(s.day - timedelta(days=1), s.day)) for s in record.snapshots)
    record = replace(record, snapshots=infos)
    # 55 // 8 and 56 // 8: with the next file a strip less is left, at the same pace.
    found = evaluated(claim("days_to_take", 6, **asked), record, on=day(54))
    assert found.measure.low < found.measure.value
    asked = {"period_days": 1, "periods": 1}
    # A gain of one strip from a file of the day or the next, to one of the same: sure to be none.
    found = evaluated(claim("gaining_share", 1, **asked), record, on=day(55))
    assert spread(found.measure)[1] == 0


# The command and files of people's own


OWN = """
[[claim]]
id = "own"
statement = "Half of Kherson oblast is held."
said_by = "me"
published_in = "here"
published = 2026-02-01
speaks_of = 2026-02-01
quantity = "held_share"
oblasts = ["UA-65"]
relation = "about"
figure = 0.5
tolerance = 0.01
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, list[str]]:
    code = main.main(["claims", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err.splitlines()


def test_the_command_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, errors = run(capsys, "--format", "json")
    told = json.loads(out)
    assert (code, errors, told["broken"]) == (0, [], [])
    assert [row["id"] for row in told["claims"]] == IDS
    for row in told["claims"]:
        assert set(row) >= KEYS
        assert row["low"] <= row["measured"] <= row["high"]
        assert (row["verdict"] is None) == (row["id"] in UNJUDGED)
        if row["id"] not in ("annexed-four", "nearly-four-years"):  # no source measures these
            assert row["hindsight"]["text"]
    by_id = {row["id"]: row for row in told["claims"]}
    assert by_id["donetsk-5000"]["unit"] == "km2"
    assert by_id["donetsk-5000"]["measured"] == pytest.approx(5720.8, abs=0.1)
    assert by_id["donetsk-5000"]["low"] == pytest.approx(5197.9, abs=0.1)
    assert [t["source"] for t in by_id["donetsk-5000"]["by_source"]] == ["deepstate", "nzz"]
    assert list(by_id["donetsk-5000"]["left_out"]) == ["isw"]
    assert by_id["donetsk-5000"]["hindsight"]["by_source"][1]["as_of"] == "2026-08-14"
    assert by_id["annexed-four"]["by_source"] == []
    assert told["sources"] == ["deepstate", "isw", "nzz"]
    hindsight = by_id["donetsk-one-year"]["hindsight"]
    assert hindsight["measured"] <= hindsight["high"]


def test_what_never_ends_is_null_in_json() -> None:
    record = make(*((n, {Ground.OCCUPIED: 3}) for n in range(8)))
    found = evaluated(claim("days_to_take", 6, 1, windows=(7,)), record, on=day(7))
    assert spread(found.measure) == (math.inf,) * 3
    row = ledger_answer._row(found)
    assert (row["measured"], row["low"], row["high"]) == (None, None, None)


def test_the_command_on_another_day(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--as-of", "2022-11-01", "--format", "csv")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(out))}
    assert {row["day"] for row in rows.values()} == {"2022-11-01"}
    assert rows["luhansk-nearly-taken"]["verdict"] == "inconclusive"  # 97.7 to 98.8 %
    assert "is partly 98 % or more and partly not" in rows["luhansk-nearly-taken"]["problem"]
    # A year before November 2022 there was no record: the other windows count.
    assert (
        "365 days before 2022-11-01: longer than the record" in rows["donetsk-one-year"]["left_out"]
    )
    assert rows["donetsk-one-year"]["parts"].count(" before: ") == 6
    code, out, errors = run(capsys, "--as-of", "2030-01-01")
    assert (code, out) == (2, "")
    assert "outside the span" in errors[0]


def test_the_command_by_one_source_alone(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--source", "nzz", "--format", "json")
    told = json.loads(out)
    assert told["sources"] == ["nzz"]
    (left,) = (row for row in told["claims"] if row["id"] == "donetsk-5000")
    assert left["low"] == left["measured"] == left["high"] == pytest.approx(5197.9, abs=0.1)
    assert left["verdict"] == "supported"


@pytest.mark.parametrize("advance", ["apart", "held", "contested"])
def test_the_command_counts_the_advance_as_asked(
    capsys: pytest.CaptureFixture[str], advance: str
) -> None:
    asked = ("--source", "isw", "--as-of", "2022-08-01", "--advance", advance)
    _, out, _ = run(capsys, *asked, "--format", "json")
    (left,) = (row for row in json.loads(out)["claims"] if row["id"] == "donetsk-5000")
    isw = archive.open_source("isw").coverage
    ground = isw.areas[isw.at(date(2022, 8, 1)).index][0]
    control = ground[[Ground.OCCUPIED, Ground.HELD_BEFORE_2022]].sum()
    apart = isw.oblasts[0].polygon_km2 - control
    both = apart - ground[Ground.ASSESSED_ADVANCE]
    expected = {"apart": (apart, apart), "held": (both, both), "contested": (apart, both)}
    assert apart - both > 500
    assert (left["measured"], left["low"]) == pytest.approx(expected[advance], abs=0.01)
    assert "isw: Assessed advance is" in run(capsys, *asked)[1]
    assert "Assessed advance" not in run(capsys)[1]  # ISW's record ends in 2023


def test_entries_of_ones_own_follow_the_first(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    code, out, _ = run(capsys, "--file", str(path))
    assert code == 0
    assert "own: not supported\n  Half of Kherson oblast is held." in out
    assert "claimed    50 % ± 1 %" in out
    assert "said by    Me; here, published 1 February 2026; about 1 February 2026" in out
    assert "  at         " not in out
    path.write_text(OWN.replace('said_by = "me"', 'said_by = "me"\nurl = "https://example.org"'))
    assert "  at         https://example.org\n" in run(capsys, "--file", str(path))[1]
    _, out, _ = run(capsys, "--file", str(path), "--format", "csv")
    row = list(csv.DictReader(io.StringIO(out)))[-1]
    assert (row["said_by"], row["published_in"], row["published"], row["url"]) == (
        "me", "here", "2026-02-01", "https://example.org",
    )  # fmt: skip
    _, out, _ = run(capsys, "--file", str(path))
    assert "measured   70.3 %" in out
    assert "declared   100 %, as of 2026-01-24" in out


@pytest.mark.parametrize(
    ("line", "changed", "said"),
    [
        ('oblasts = ["UA-65"]', 'oblasts = ["UA-99"]',
         "claim 'own': oblasts: found 'UA-99'; allowed: UA-14, UA-09, UA-65, UA-23"),
        ('quantity = "held_share"', 'quantity = "mood"',
         "claim 'own': quantity: found 'mood'; allowed: claimed_share, held_share, "
         "not_held_km2, days_to_take, gaining_share, places_not_held"),
        ("speaks_of = 2026-02-01", 'speaks_of = "then"',
         "claim 'own': speaks_of: found 'then'; allowed: a date, as 2026-01-24"),
        ('relation = "about"', 'relation = "near"',
         "claim 'own': relation: found 'near'; allowed: about, at_least, at_most"),
        ("figure = 0.5", 'windows = [7]', "claim 'own': windows: not a key of held_share"),
        ("figure = 0.5", "figure = 75", "claim 'own': figure: found 75; allowed: a share"),
        ("tolerance = 0.01", "tolerance = 5",
         "claim 'own': tolerance: found 5; allowed: a share, 0 to 1"),
        ("figure = 0.5", "", "claim 'own': figure: is missing"),
        ('id = "own"', 'id = "donetsk-5000"', "claim 'donetsk-5000': id: is there already"),
        ('said_by = "me"', 'said_by = "me"\nurl = "javascript:x"', "claim 'own': url: "),
        ('quantity = "held_share"\noblasts = ["UA-65"]',
         'quantity = "days_to_take"\noblasts = ["UA-65"]\nwindows = [8]',
         "claim 'own': windows: found 8; allowed: 7, 30, 90, 180, 365"),
        ('relation = "about"', 'relation = "unstated"',
         "claim 'own': figure: allowed: none where relation is unstated"),
        ('quantity = "held_share"\noblasts = ["UA-65"]',
         'quantity = "places_not_held"\nplaces = ["Slovyansk City"]',
         "claim 'own': places: 'Slovyansk City': no place of that name; near: Sloviansk"),
        ('quantity = "held_share"\noblasts = ["UA-65"]',
         'quantity = "gaining_share"\noblasts = ["UA-65"]\nperiod_days = 366\nperiods = 11',
         "claim 'own': periods: allowed are 3,660 days in all"),
    ],
)  # fmt: skip
def test_a_broken_entry_is_told_and_the_others_work(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, line: str, changed: str, said: str
) -> None:
    assert line in OWN
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(line, changed) + OWN.replace('"own"', '"other"'))
    code, out, errors = run(capsys, "--file", str(path), "--format", "json")
    told = json.loads(out)
    assert [row["id"] for row in told["claims"]] == [*IDS, "other"]
    assert code == 2
    assert errors[0].startswith(f"own.toml, {said}")
    assert told["broken"] == errors[:1]
    assert errors[1].endswith("own.toml: 1 entry cannot be used; the others are shown")


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, errors = run(capsys, "--file", str(tmp_path / "none.toml"))
    assert (code, out, len(errors)) == (2, "", 1)
    with pytest.raises(InputError, match="cannot be read"):
        ledger.load([tmp_path / "none.toml"])


def test_a_citation_has_figure_source_and_dates() -> None:
    record = archive.open_source("deepstate").coverage
    claims, _ = ledger.load([ledger.embedded()])
    (found,) = (e for e in ledger.evaluate(claims, [record]) if e.claim.id == "donetsk-5000")
    told = claim_sentences.citation(found)
    for part in ("5,721 km² (5,642–5,723 km²)", "DeepState", "24 January 2026 (or 25 January 2026)",
                 "retrieved", "3 August 2025", "Roughly supported", "donetsk-5000"):  # fmt: skip
        assert part in told
    both = [record, archive.open_source("nzz").coverage]
    (found,) = (e for e in ledger.evaluate(claims, both) if e.claim.id == "donetsk-5000")
    told = claim_sentences.citation(found)
    for part in ("5,721 km² (5,198–5,723 km²)", "DeepState, 24 January 2026: 5,721 km² (5,642",
                 "NZZ / Liveuamap, 22 January 2026: 5,198 km², supported"):  # fmt: skip
        assert part in told
