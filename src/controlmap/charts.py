"""Charts of tables, by Altair; what they show is computed below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import altair as alt
import pandas as pd

Point = tuple[date, float]
COLOURS = ("#d5583a", "#d5583a", "#3f7fd0", "#808a94")
"""Of the lines of `projection`, in the order of its words; the page's legend shows them too."""
_PROJECTED = COLOURS[2]
_DASHES = [[1, 0], [2, 3], [1, 0], [6, 4]]


def projection(
    past: Sequence[Point],
    followed: Sequence[Point],
    projected: Sequence[tuple[date, float, float, float]],
    errors: Sequence[tuple[date, float, float]],
    words: Mapping[str, str],
) -> alt.LayerChart:
    """Held ground up to a day, what followed, and what the pace of that day projects; km2.

    Parameters
    ----------
    past, followed
        Days and areas, before the day and after it; a NaN breaks the line.
    projected
        Days after it, with the area projected, and that at the low and high end of the slope.
    errors
        Days after it, with the range that eight in ten past projections would have been right in.
    words
        The titles `day`, `km2`, and those of the lines `past`, `followed`, `projected`, `errors`.
    """
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", labelFlush=True, tickCount=6))
    scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("km2:Q", title=words["km2"], scale=scale, axis=alt.Axis(format=",.0f", tickCount=5))
    hover = [
        alt.Tooltip("day:T", title=words["day"], format="%-d %B %Y"),
        alt.Tooltip("km2:Q", title=words["km2"], format=",.1f"),
        alt.Tooltip("what:N", title=" "),
    ]
    names = [words["past"], words["followed"], words["projected"], words["errors"]]
    colour = alt.Color("what:N", scale=alt.Scale(domain=names, range=list(COLOURS)), legend=None)
    lines = pd.concat(
        [
            _frame(past, words["past"]),
            _frame(followed, words["followed"]),
            _frame([row[:2] for row in projected], words["projected"]),
            _frame([row[:2] for row in errors], words["errors"]),
            _frame([(row[0], row[2]) for row in errors], words["errors"], "high"),
        ]
    )
    dash = alt.StrokeDash("what:N", scale=alt.Scale(domain=names, range=_DASHES), legend=None)
    drawn = (
        alt.Chart(lines)
        .mark_line(strokeWidth=2.2)
        .encode(x=x, y=y, color=colour, strokeDash=dash, detail="part:N", tooltip=hover)
    )
    band = pd.DataFrame(
        {
            "day": pd.to_datetime([row[0] for row in projected]),
            "low": [row[2] for row in projected],
            "high": [row[3] for row in projected],
        }
    )
    shade = (
        alt.Chart(band)
        .mark_area(color=_PROJECTED, opacity=0.28)
        .encode(x=x, y=alt.Y("low:Q", title=words["km2"], scale=scale), y2="high:Q")
    )
    return alt.LayerChart(layer=[shade, drawn], height=360)


def _frame(points: Sequence[tuple[date, float]], what: str, part: str = "") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "day": pd.to_datetime([day for day, _ in points]),
            "km2": [value for _, value in points],
            "what": what,
            "part": f"{what}{part}",
        }
    )
