"""How fast Russian-held ground grows, and how often such projections held, as answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from controlmap.analysis import assessed_advance, budget
from controlmap.analysis import pace as pacing
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL, Contested
from controlmap.analysis.pace import COVERAGE, DEFAULT_WINDOW, RIGHT_WITHIN, Dating, Pace
from controlmap.analysis.render import Block, Facts, Row, Rows, Table
from controlmap.core.choices import chosen
from controlmap.geo import oblasts
from controlmap.record.coverage import Coverage
from controlmap.words import notes
from controlmap.words.catalog import Message


def pace(
    coverage: Coverage,
    oblast: str,
    day: date | None = None,
    *,
    window: int = DEFAULT_WINDOW,
    contested: str = Contested.OUT,
    advance: str = Advance.APART,
) -> Answer:
    """Answer how fast an oblast's Russian-held ground grew, and when that would take the rest.

    The one row has the robust slope in km2 a day with its calibrated interval, the net change,
    what is not held, and the days at that slope; None never ends, or is not supported. A
    map that was not redrawn in the window has no pace. `tables["horizons"]` has the range of the
    change at each horizon, and how often such ranges held.

    Parameters
    ----------
    oblast
        By ISO 3166-2 or name; "all" for the four together.
    day
        The latest by default.
    window
        The days before it that count: 7, 30, 90, 180 or 365.
    contested
        Whether contested ground counts as held: "out" or "in".
    advance
        What assessed advance counts as: "apart", "held" or "contested".

    Raises
    ------
    InputError
        Where the record does not know the day, has too little in the window, does not report
        contested ground that is to count, or a choice is none.
    """
    contested = chosen(Contested, contested)
    coverage = assessed_advance.counted(coverage, advance)
    snapshot = coverage.at(day or coverage.span[1])
    pacing.check_window(window)
    iso = iso_of(oblast)
    calibration = pacing.calibrate(coverage, iso, contested, (window,))[window]
    result = pacing.measure(coverage, iso, snapshot, window, contested, calibration)
    evidence = Evidence.of(coverage, snapshot)
    row, horizons = _row(result), _horizons(result)
    who = {
        "source": coverage.source,
        "reader": evidence.reader,
        "as_of": evidence.observed,
        "retrieved": evidence.retrieved,
        "contested_counted": contested.value,
        "advance": str(advance),
        "confidence": COVERAGE,
    }
    as_of = notes.as_of_iso(evidence)
    if snapshot.carried:
        as_of = notes.CARRIED(observed=as_of, day=str(snapshot.day))
    said = notes.PACE_IN if contested == Contested.IN else notes.PACE_OUT
    return Answer(
        "pace",
        notes.PACE,
        [row],
        document={**who, **row, "horizons": horizons},
        evidence=(evidence,),
        choices={
            "oblast": result.iso,
            "window": str(window),
            "contested": contested.value,
            "advance": str(advance),
        },
        method=notes.PACE_METHOD,
        notes=(
            said(
                source=coverage.source,
                as_of=as_of,
                snapshots=result.snapshots,
                nominal=COVERAGE,
            ),
            *([notes.PACE_PARTS] if result.parts else []),
            *budget.not_redrawn([row], snapshot.day),
            *assessed_advance.note(coverage.source, str(advance)),
        ),
        shared=who,
        further={"horizons": horizons},
        body=partial(_body, result, row, horizons),
    )


def iso_of(oblast: str) -> str:
    """Return the ISO code of an oblast by code or name; "all" is that of the four together."""
    name = oblast.strip()
    return ALL if name.casefold() == ALL else oblasts.find(name)


def _row(pace: Pace) -> dict[str, Any]:
    days = {"": pace.days, "_low": pace.days_low, "_high": pace.days_high}
    rates = {
        "pace_km2_per_day": pace.km2_per_day,
        "low": pace.low,
        "high": pace.high,
        "net_km2": pace.net_km2,
        "plain_km2_per_day": pace.plain_km2_per_day,
    }
    is_dated = pace.is_known and pace.dating == Dating.SUPPORTED
    return {
        "iso": pace.iso,
        "name": pace.name,
        "window_days": pace.window_days,
        "snapshots": pace.snapshots,
        **{name: rate if pace.is_known else None for name, rate in rates.items()},
        "remaining_km2": pace.remaining_km2,
        **{f"days{end}": count if pace.is_known else None for end, count in days.items()},
        **{f"date{end}": pace.date_after(n) if is_dated else None for end, n in days.items()},
        "dating": pace.dating.value if pace.is_known else None,
        "last_redrawn": pace.last_redrawn,
    }


def _horizons(pace: Pace) -> list[dict[str, Any]]:
    return [
        {
            "horizon_days": outlook.horizon_days,
            "change_low_km2": outlook.change_low if pace.is_known else None,
            "change_high_km2": outlook.change_high if pace.is_known else None,
            "within_interval": outlook.covered,
            "trials": outlook.trials,
        }
        for outlook in pace.outlooks
    ]


def _body(pace: Pace, row: Row, horizons: Rows) -> Iterator[Block]:
    from controlmap.words import text_pace

    rate = notes.RATE(rate=pace.km2_per_day)
    if pace.low is not None and pace.high is not None:
        rate = notes.RATE_AND_INTERVAL(pace=pace.km2_per_day, low=pace.low, high=pace.high)
    ends = pace.days_low, pace.days_high
    takes: Message | str = text_pace.within(pace.days)
    if pace.days_low is not None:
        takes = notes.BOTH(first=takes, then=text_pace.takes(*ends))
    reached = text_pace.reached(pace.snapshot.day, *ends, pace.dating.value)
    if not pace.is_known:
        rate, takes, reached = text_pace.not_redrawn(pace.last_redrawn), "", ""
    net, plain = row["net_km2"], row["plain_km2_per_day"]
    known = net is not None and plain is not None
    yield Facts(
        (
            (notes.FACT_OBLAST, f"{row['name']} ({row['iso']})"),
            (notes.FACT_WINDOW, notes.WINDOW(days=pace.window_days, snapshots=pace.snapshots)),
            (notes.FACT_PACE, rate),
            (notes.FACT_NET, notes.NET(net=net, rate=plain) if known else notes.NOT_KNOWN),
            (notes.FACT_NOT_HELD, notes.KM2(area=pace.remaining_km2)),
            (notes.FACT_TO_TAKE, takes),
            (notes.FACT_REACHED, reached),
        )
    )
    yield ""
    yield Table(horizons)


def backtest(
    coverage: Coverage,
    oblast: str,
    *,
    window: int | None = None,
    contested: str = Contested.OUT,
    advance: str = Advance.APART,
) -> Answer:
    """Answer how often projections made on every day of the record were right.

    A row a window and horizon (`pace.Score`); the parameters are those of `pace`, and `window`
    all of them by default.
    """
    contested = chosen(Contested, contested)
    if window is not None:
        pacing.check_window(window)
    coverage = assessed_advance.counted(coverage, advance)
    iso = iso_of(oblast)
    windows = pacing.WINDOWS if window is None else (window,)
    scores = pacing.backtest(pacing.calibrate(coverage, iso, contested, windows))
    rows = [vars(score) for score in scores]
    first, last = coverage.span
    who = {
        "source": coverage.source,
        "iso": iso,
        "from": first,
        "to": last,
        "contested_counted": contested.value,
        "advance": str(advance),
        "right_within": RIGHT_WITHIN,
    }
    said = notes.BACKTEST_NOTE(
        source=coverage.source,
        iso=iso,
        first=str(first),
        last=str(last),
        tolerance=RIGHT_WITHIN,
        nominal=COVERAGE,
    )
    return Answer(
        "backtest",
        notes.BACKTEST,
        rows,
        document={**who, "scores": rows},
        evidence=tuple(Evidence.of(coverage, coverage.at(day)) for day in (first, last)),
        choices={"oblast": iso, "contested": contested.value, "advance": str(advance)},
        method=notes.PACE_METHOD,
        notes=(said, *assessed_advance.note(coverage.source, str(advance))),
        shared=who,
    )
