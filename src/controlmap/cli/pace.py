"""pace: how fast an oblast's Russian-held ground grows, and how often such projections held."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from controlmap.cli.options import (
    Commands,
    add_command,
    add_format,
    add_record,
    advance_told,
    day,
    open_coverage,
    retrieved,
)
from controlmap.cli.printing import print_json, print_notes, print_rows
from controlmap.core.model import InputError
from controlmap.words.numbers import instant, percent, signed

if TYPE_CHECKING:
    from controlmap.analysis.figures import Contested
    from controlmap.analysis.pace import Pace
    from controlmap.record.coverage import Coverage


def add(commands: Commands) -> None:
    """Add the command."""
    made = add_command(
        commands,
        "pace",
        _pace,
        "The net pace of Russian-held ground with its confidence interval, and when it would take "
        "what remains.",
    )
    made.add_argument(
        "--oblast", required=True, metavar="ISO|NAME", help="UA-14, Donetsk, ...; all for all four"
    )
    made.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="default: the latest")
    made.add_argument(
        "--window",
        type=int,
        metavar="DAYS",
        help="7, 30, 90 (default), 180 or 365 days before; of --backtest, all by default",
    )
    made.add_argument(
        "--contested",
        choices=("out", "in"),
        default="out",
        help="whether contested ground counts with what is held (default: out)",
    )
    made.add_argument(
        "--backtest",
        action="store_true",
        help="instead: how often projections made on every day of the record were right",
    )
    add_record(made)
    add_format(made)


def _pace(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import figures, pace
    from controlmap.geo import oblasts

    coverage = open_coverage(arguments.source, arguments.advance)
    wanted = arguments.oblast.strip()
    iso = figures.ALL if wanted.casefold() == figures.ALL else oblasts.find(wanted)
    contested = figures.Contested(arguments.contested)
    if arguments.backtest:
        _backtest(arguments, coverage, iso, contested)
        return
    snapshot = coverage.at(arguments.as_of or coverage.span[1])
    window = pace.DEFAULT_WINDOW if arguments.window is None else arguments.window
    found = pace.measure(coverage, iso, snapshot, window, contested)
    row = _told(found)
    as_of = instant(snapshot.info.observed)
    sourcing = {
        "source": coverage.source,
        "reader": snapshot.info.reader,
        "as_of": as_of,
        "retrieved": retrieved(snapshot.info),
        "contested_counted": contested.value,
        "advance": arguments.advance,
        "confidence": pace.CONFIDENCE,
    }
    if arguments.format == "json":
        print_json({**sourcing, **row})
    elif arguments.format == "csv":
        print_rows("csv", [{**row, **sourcing}])
    else:
        _print_table(found)
        carried = f" (no snapshot on {snapshot.day}: carried)" if snapshot.carried else ""
        print(
            f"\n{coverage.source}, as of {as_of}{carried}; contested ground "
            f"{'counted as held' if contested is figures.Contested.IN else 'not counted as held'}"
            f"; net, Theil-Sen slope of {row['snapshots']} snapshots with its "
            f"{pace.CONFIDENCE:.0%} interval, which says how well the past is known; "
            "--backtest tells how often such projections held"
        )
        print_notes(advance_told(coverage.source, arguments.advance))


def _told(found: Pace) -> dict[str, Any]:
    days = (found.days, found.days_low, found.days_high)
    dates = [found.date_after(count) for count in days]
    return {
        "iso": found.iso,
        "name": found.name,
        "window_days": found.window_days,
        "snapshots": found.snapshots,
        "pace_km2_per_day": found.km2_per_day,
        "low": found.low,
        "high": found.high,
        "plain_km2_per_day": found.plain_km2_per_day,
        "remaining_km2": found.remaining_km2,
        **dict(zip(("days", "days_low", "days_high"), days, strict=True)),
        **{
            name: reached and str(reached)
            for name, reached in zip(("date", "date_low", "date_high"), dates, strict=True)
        },
    }


def _print_table(found: Pace) -> None:
    from controlmap.words import text_pace

    plain = found.plain_km2_per_day
    lines = {
        "oblast": f"{found.name} ({found.iso})",
        "window": f"{found.window_days} days, {found.snapshots} snapshots",
        "pace": f"{signed(found.km2_per_day, 2)} km2 a day, {signed(found.low, 2)} to "
        f"{signed(found.high, 2)}",
        "plain difference": "not known" if plain is None else f"{signed(plain, 2)} km2 a day",
        "not held": f"{found.remaining_km2:,.1f} km2",
        "to take it": text_pace.within(found.days),
    }
    if found.days_low is not None:
        lines["to take it"] += f"; {text_pace.takes(found.days_low, found.days_high)}"
        reached = text_pace.after(found.snapshot.day, found.days)
        months = text_pace.reached(found.snapshot.day, found.days_low, found.days_high)
        lines["reached"] = f"{reached or text_pace.NOT_WITHIN}; {months}"
    for name, value in lines.items():
        print(f"{name:<18}{value}")


def _backtest(
    arguments: argparse.Namespace, coverage: Coverage, iso: str, contested: Contested
) -> None:
    from controlmap.analysis import pace

    if arguments.as_of:
        raise InputError("--as-of: does not go with --backtest, which is of every day")
    if arguments.window is not None:
        pace.check_window(arguments.window)
    rows = [
        asdict(score)
        for score in pace.backtest(coverage, iso, contested)
        if arguments.window in (None, score.window_days)
    ]
    first, last = coverage.span
    told = {
        "source": coverage.source,
        "iso": iso,
        "from": str(first),
        "to": str(last),
        "contested_counted": contested.value,
        "advance": arguments.advance,
        "right_within": pace.RIGHT_WITHIN,
    }
    if arguments.format == "json":
        print_json({**told, "scores": rows})
    elif arguments.format == "csv":
        print_rows("csv", [{**row, **told} for row in rows])
    else:
        print_rows("table", [{k: _cell(k, v) for k, v in row.items()} for row in rows])
        print(
            f"\n{coverage.source}, {iso}, every day from {first} to {last} whose window and "
            f"horizon the record covers; right: the net change projected is within "
            f"{pace.RIGHT_WITHIN:.0%} of the one that followed; times: what followed over what was "
            f"projected, of eight in ten of the days on which that was {pace.LEAST_PROJECTED_KM2:g}"
            " km2 or more"
        )
        print_notes(advance_told(coverage.source, arguments.advance))


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "not tested"
    if isinstance(value, float):
        return f"{value:.2f}" if name.startswith("times") else percent(value)
    return f"{value:,}" if isinstance(value, int) else str(value)
