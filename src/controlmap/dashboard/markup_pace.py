"""Pace as HTML tables; every text in them is escaped, here or by `markup.table`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from controlmap.analysis import pace
from controlmap.analysis.pace import Pace, Score
from controlmap.dashboard import markup
from controlmap.draw import charts
from controlmap.words import text, text_pace


def legend(words: Mapping[str, str], absent: Collection[str]) -> str:
    """The key of the chart, without the lines that are `absent` from it."""
    styles = charts.PROJECTED.items()
    return markup.legend({words[name]: style for name, style in styles if name not in absent})


def windows(found: Mapping[int, Pace | None]) -> str:
    """Pace, interval, plain difference and time to take the rest, a row a window."""
    rows = [_window(days, measured) for days, measured in found.items()]
    table = markup.table(text_pace.WINDOWS_CAPTION, text_pace.WINDOWS_COLUMNS, rows)
    return f'<div class="cm-plain">{table}</div>'


def _window(days: int, found: Pace | None) -> tuple[str, ...]:
    if found is None:
        return (text.days(days), text.NOT_KNOWN, *["–"] * 7)
    rates = (found.km2_per_day, found.low, found.high, found.plain_km2_per_day)
    counts = (found.days, found.days_low, found.days_high)
    return (
        text.days(days),
        *map(text_pace.rate, rates),
        *map(text_pace.count, counts),
        f"{found.snapshots}",
    )


def backtest(scores: Sequence[Score]) -> str:
    """How often projections were right, a row a window, a column a horizon."""
    by_window = {
        window: {s.horizon_days: s for s in scores if s.window_days == window}
        for window in pace.WINDOWS
    }
    rows = []
    for window, by_horizon in by_window.items():
        last = by_horizon[pace.HORIZONS[-1]]
        rows.append(
            (
                text.days(window),
                *(text_pace.share(by_horizon[h].right) for h in pace.HORIZONS),
                text_pace.share(last.plain_right),
                text_pace.share(last.within_interval),
                text_pace.times(last),
                f"{last.tested:,}",
            )
        )
    columns = text_pace.backtest_columns(pace.HORIZONS)
    table = markup.table(text_pace.BACKTEST_CAPTION, columns, rows)
    return f'<div class="cm-plain">{table}</div>'
