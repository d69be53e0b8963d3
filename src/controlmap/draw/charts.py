"""Charts over time: Altair is used here only. Words come from the views, figures from `figures`.

A chart takes plain rows, so that what it shows can be tested; nothing is summed or filled in here:
None breaks a line. Areas are in km2, shares from 0 to 1. The series of the rows is the first data
of a chart, which is what a page shows of it as a table.
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from controlmap.words.numbers import AREA_STEP_KM2

Chart = alt.LayerChart

COLOURS = {
    "UA-14": "#d55e00",
    "UA-09": "#3c8fd0",
    "UA-65": "#009e73",
    "UA-23": "#c77cab",
    "all": "currentColor",
}
"""A colour for each oblast, after Okabe and Ito, on light and on dark ground; all in the ink."""
PROJECTED: Mapping[str, tuple[str, str]] = {
    "past": ("#d5583a", "solid"),
    "followed": ("#d5583a", "dotted"),
    "projected": ("#3f7fd0", "solid"),
}
"""The lines of `projection` by the names of its words: colour and dash."""
FLOWS = {"gained": "#d5583a", "lost": "#3a93a8"}
MOST_NET = 80
"""In more periods than these the marks of the net would hide the bars."""
_DASHES = {"solid": [1, 0], "dotted": [2, 3], "dashed": [6, 4]}
_HEIGHT = 320
_PRINT_PX = 14
_PADDING = {"left": 0, "top": 5, "right": 5, "bottom": 0}
_INK = "currentColor"
"""The text's own colour, whichever the theme; what is less than a figure is translucent."""
TEXT_OPACITY = 0.8
_TEXT: Mapping[str, Any] = {"color": _INK, "opacity": TEXT_OPACITY}
_QUIET: Mapping[str, Any] = {"color": _INK, "opacity": 0.6}
_PAPER = "white"
"""The ground of what is saved of a chart, whose ink is black there; a page shows its own ground."""
_LETTER_PX, _SIGN_PX = 6.5, 40
"""The width of a letter of a key, and of the sign and the space of an entry."""
_CAPTION_PX, _LINE_PX = 50, 13
"""What title and key of a chart take of its height, and a line of what is said of it."""
_LETTERS_OF_TITLE, _LETTERS, _SAID_PX = 46, 60, 11
"""Of what is said above a chart: letters in a line, and their size."""
_NARROW_PX = 700
"""In a chart that is narrower its title is wrapped."""
_TICKS, _LEAST_STEP = 5, 0.001
_LOCALE = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""],
           "percent": "\N{NO-BREAK SPACE}%", "minus": "−"}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """What one line of a chart is: an oblast, or all of them."""

    iso: str
    name: str


@dataclass(frozen=True)
class Marks:
    """What is marked along the time axis."""

    events: Sequence[tuple[date, str, str]]  # day, number shown, title
    readers: Sequence[tuple[date, str]]  # the first day of another kind of file, its name
    carried: Sequence[date]  # days without a snapshot of their own
    gaps: Sequence[tuple[date, date]]  # days of which nothing is known


Row = Mapping[str, Any]
Point = tuple[date, float]


def held_over_time(
    rows: Sequence[Row],
    lines: Sequence[Line],
    marks: Marks,
    words: Mapping[str, str],
    *,
    share: bool,
) -> alt.LayerChart:
    """Lines of what is held, a row a day and a line; `value` None is unknown.

    Each row has date, name, value; least and most, the spread over sources, None where there is
    but one; and upper: held and contested together, None where that is not reported. Hovering
    reads all the values of a day.
    """
    frame = _frame(rows, ["date", "name", "value", "least", "most", "upper"])
    form = ".1%" if share else ",.0f"
    names = [line.name for line in lines]
    y = alt.Y(
        "value:Q", title=words["share" if share else "km2"], scale=alt.Scale(zero=False),
        axis=alt.Axis(format=_form(frame[["value", "least", "most", "upper"]], share=share)),
    )  # fmt: skip
    colour = alt.Color(
        "name:N", sort=names, legend=_key(names),
        scale=alt.Scale(domain=names, range=[COLOURS[line.iso] for line in lines]),
    )  # fmt: skip
    base = alt.Chart(frame).encode(x=_time("date"), color=colour)
    bands = [
        base.mark_area(opacity=opacity).encode(y=alt.Y(f"{low}:Q"), y2=f"{high}:Q")
        for low, high, opacity in (("value", "upper", 0.3), ("least", "most", 0.22))
        if _known(frame[high])
    ]
    line = base.mark_line(strokeWidth=1.8).encode(y=y)
    hover = _nearest_day()
    rule = (
        alt.Chart(frame)
        .transform_pivot("name", value="value", groupby=["date"])
        .transform_calculate(**({} if share else {name: _rounded(name) for name in names}))
        .mark_rule(color=_INK)
        .encode(
            x="date:T",
            opacity=alt.condition(hover, alt.value(0.7), alt.value(0)),
            tooltip=[
                _day("date", words["date"]),
                *(alt.Tooltip(f"{name}:Q", format=form) for name in names),
            ],
        )
        .add_params(hover)
    )
    return _sized(frame, *_marks(marks, words), *bands, line, rule)


def flows(rows: Sequence[Row], marks: Marks, words: Mapping[str, str]) -> alt.LayerChart:
    """Bars of what was gained (upwards) and lost (downwards) by period, the net as a hollow mark.

    Each row has start, end, gained, lost, net in km2; None is unknown, and no bar. The net is left
    out where there are more than `MOST_NET` rows.
    """
    frame = _frame(rows, ["start", "end", "gained", "lost", "net"])
    long = frame.assign(lost=-frame["lost"]).melt(
        ["start", "end"], ["gained", "lost"], "kind", "km2"
    )
    long["kind"] = long["kind"].map({kind: words[kind] for kind in FLOWS})
    names = [words[kind] for kind in FLOWS]
    scale = alt.Scale(domain=names, range=list(FLOWS.values()))
    colour = alt.Color("kind:N", legend=_key(names), scale=scale)
    y = alt.Y("km2:Q", title=words["flow"])
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(x=_time("start"), x2="end:T", y=y, y2=alt.datum(0), color=colour)
    )
    tooltip = [
        _day("start", words["after"]),
        _day("end", words["to"]),
        *(alt.Tooltip(f"{k}:Q", title=words[k], format="+,.0f") for k in ("gained", "lost", "net")),
    ]
    signed = frame.assign(lost=-frame["lost"])
    net = (
        alt.Chart(signed)
        .transform_calculate(middle="(time(datum.start) + time(datum.end)) / 2")
        .mark_point(filled=False, size=14, strokeWidth=1.2, color=_INK, opacity=1)
        .encode(x="middle:T", y="net:Q")
    )
    whole = alt.Chart(signed).mark_rect(opacity=0).encode(x="start:T", x2="end:T", tooltip=tooltip)
    return _sized(signed, *_marks(marks, words), bars, *[net] * (len(rows) <= MOST_NET), whole)


def distance(
    rows: Sequence[Row], periods: Sequence[Row], marks: Marks, words: Mapping[str, str]
) -> alt.LayerChart:
    """How far the nearest held ground was, and below it what the place was.

    `rows` have date and km, None where nothing is known; `periods` have start, end, name (a status
    in words) and colour.
    """
    frame = _frame(rows, ["date", "km"])
    x = _time("date")
    line = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after", color=_INK, strokeWidth=1.6)
        .encode(x=x, y=alt.Y("km:Q", title=words["km"]))
    )
    hover = _nearest_day()
    point = (
        alt.Chart(frame)
        .mark_point(filled=True, size=50, color=_INK)
        .encode(
            x=x,
            y="km:Q",
            opacity=alt.condition(hover, alt.value(1), alt.value(0)),
            tooltip=[
                _day("date", words["date"]),
                alt.Tooltip("km:Q", title=words["km"], format=",.1f"),
            ],
        )
        .add_params(hover)
    )
    return _sized(frame, *_marks(marks, words), _strip(periods, words), line, point)


def _strip(periods: Sequence[Row], words: Mapping[str, str]) -> alt.Chart:
    """Return what the place was, as a strip at the foot of the chart."""
    spans = _frame(periods, ["start", "end", "name", "colour"])
    colours = dict(zip(spans["name"], spans["colour"], strict=True))
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    colour = alt.Color("name:N", legend=_key([*colours]), scale=scale)
    tooltip = [
        alt.Tooltip("name:N", title=" "),
        _day("start", words["from"]),
        _day("end", words["until"]),
    ]
    low, high = alt.value(alt.ExprRef("height - 9")), alt.value(alt.ExprRef("height"))
    strip: alt.Chart = alt.Chart(spans).mark_rect(opacity=0.9)
    return strip.encode(x="start:T", x2="end:T", y=low, y2=high, color=colour, tooltip=tooltip)


def projection(
    past: Sequence[Point],
    followed: Sequence[Point],
    projected: Sequence[tuple[date, float, float, float]],
    words: Mapping[str, str],
) -> alt.LayerChart:
    """Held ground up to a day, what followed, and what the pace of that day projects; km2.

    The day is a line of its own.

    Parameters
    ----------
    past, followed
        Days and areas, before the day and after it; a NaN breaks the line.
    projected
        Days after it, with the area projected, and the ends of its interval, NaN where unknown.
    words
        The titles `day`, `km2`, `today`, and those of the lines of `PROJECTED`.
    """
    x = _time("day")
    scale = alt.Scale(zero=False, nice=True)
    values = pd.DataFrame({"km2": [km2 for _, km2 in (*past, *followed)]})
    values = pd.concat([values, pd.DataFrame({"km2": [v for row in projected for v in row[1:]]})])
    axis = alt.Axis(format=_form(values, share=False), tickCount=5)
    y = alt.Y("km2:Q", title=words["km2"], scale=scale, axis=axis)
    hover = [
        _day("day", words["day"]),
        alt.Tooltip("shown:Q", title=words["km2"], format=",.0f"),
        alt.Tooltip("what:N", title=" "),
    ]
    lines = [
        _line(past, words["past"]),
        _line(followed, words["followed"]),
        _line([row[:2] for row in projected], words["projected"]),
    ]
    shown = [name for name, points in zip(PROJECTED, lines, strict=True) if len(points) > 1]
    names = [words[line] for line in shown]
    colours, dashes = zip(*(PROJECTED[line] for line in shown), strict=True)
    scales = [alt.Scale(domain=names, range=r) for r in (colours, [_DASHES[d] for d in dashes])]
    key = _key(names)
    colour = alt.Color("what:N", scale=scales[0], legend=key)
    dash = alt.StrokeDash("what:N", scale=scales[1], legend=key)
    frame = pd.concat(points for points in lines if len(points) > 1)
    layers = (
        alt.Chart(frame)
        .mark_line(strokeWidth=1.8)
        .encode(x=x, y=y, color=colour, strokeDash=dash, detail="part:N", tooltip=hover)
    )
    band = PROJECTED["projected"][0]
    slopes = [(pd.Timestamp(day), low, high) for day, _, low, high in projected]
    shade = (
        alt.Chart(pd.DataFrame(slopes, columns=["day", "low", "high"]))
        .mark_area(fill=band, fillOpacity=0.35, stroke=band, strokeOpacity=0.7)
        .encode(x=x, y=alt.Y("low:Q", title=words["km2"], scale=scale), y2="high:Q")
    )
    today = _days([{"from": projected[0][0], "what": words["today"]}])
    rule = alt.Chart(today).mark_rule(**_QUIET).encode(x="from:T")
    name = alt.Chart(today).mark_text(align="right", dx=-5, y=6, **_TEXT)
    return _sized(frame, rule, name.encode(x="from:T", text="what:N"), shade, layers)


def captioned(chart: Chart, title: str, said: Sequence[str]) -> Chart:
    """Return a chart with its title and what is said of it, both within its specification.

    So they are in whatever is saved of it. Lines are as long as a phone has room for: Vega wraps
    none.
    """
    lines = [line for text in said for line in textwrap.wrap(text, _LETTERS)]
    head = textwrap.wrap(title, _LETTERS_OF_TITLE)
    whole = f"width < {_NARROW_PX} ? {json.dumps(head)} : {json.dumps(title)}"
    captions = alt.TitleParams(
        alt.ExprRef(whole), subtitle=lines,
        anchor="start", frame="group", offset=10, color=_INK, fontSize=_PRINT_PX,
        subtitleColor=_INK, subtitleFontSize=_SAID_PX, subtitlePadding=5,
    )  # fmt: skip
    height = _HEIGHT + _CAPTION_PX + _LINE_PX * len([*head, *lines])
    captioned: Chart = chart.properties(
        title=captions, height=height, background=_PAPER,
        # The page takes the ground away by its style sheet, which reaches no canvas.
        usermeta={"embedOptions": {"renderer": "svg"}},
    )  # fmt: skip
    return captioned


def dash(style: str) -> str:
    """Return a dash of `PROJECTED` as SVG has it."""
    return "none" if style == "solid" else " ".join(map(str, _DASHES[style]))


def svg(chart: alt.LayerChart, width: float, height: float, ink: str) -> str:
    """Return a chart as SVG of that size in all, its text in that colour; without a browser."""
    import vl_convert

    with alt.data_transformers.enable("default", max_rows=None):
        spec = chart.to_dict()
    spec |= {
        "width": round(width),
        "height": round(height),
        "autosize": {"type": "fit", "contains": "padding"},
        "background": None,
    }
    spec["config"] |= {
        "axis": {
            **spec["config"]["axis"],
            **dict.fromkeys(("labelFontSize", "titleFontSize"), _PRINT_PX),
        },
        "font": "Liberation Sans",
        "legend": {"disable": True},
        "view": {"stroke": None},
    }
    picture: str = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    return picture.replace(_INK, ink)


def _key(names: Sequence[str]) -> alt.Legend:
    """Return the key of those names, in as many columns as there is room for."""
    entry_px = _SIGN_PX + _LETTER_PX * max(map(len, names), default=0)
    return alt.Legend(
        title=None, orient="top", labelColor=_INK, labelOpacity=TEXT_OPACITY, labelLimit=0,
        columns=alt.ExprRef(f"max(1, floor(width / {entry_px:.0f}))"), symbolOpacity=1,
    )  # fmt: skip


def _time(field: str) -> alt.X:
    """Return the time axis: years, and months or days between them where there is room."""
    form = {"year": "%Y", "quarter": "%b", "month": "%b", "week": "%-d %b", "date": "%-d %b"}
    axis = alt.Axis(format=form, tickCount=alt.ExprRef("ceil(width / 55)"))
    return alt.X(f"{field}:T", title=None, axis=axis)


def _day(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:T", title=title, format="%-d %B %Y")


def _rounded(field: str) -> str:
    """Return the expression of an area as pages round it, of nothing where nothing is known."""
    value = f"datum[{json.dumps(field)}]"
    return f"isValid({value}) ? round({value} / {AREA_STEP_KM2}) * {AREA_STEP_KM2} : null"


def _form(values: pd.DataFrame, *, share: bool) -> str:
    """Return how the ticks of an axis are written, so that no two of them read the same."""
    known = values.to_numpy(dtype=float)
    span = float(np.nanmax(known) - np.nanmin(known)) if np.isfinite(known).any() else 0.0
    step = max(span * (100 if share else 1) / _TICKS, _LEAST_STEP)
    digits = max(0, -math.floor(math.log10(step)))
    return f".{digits}%" if share else f",.{digits}f"


def _nearest_day() -> alt.Parameter:
    """Return what the pointer is nearest to, by date."""
    return alt.selection_point(
        fields=["date"], nearest=True, on="pointermove", clear="pointerout", empty=False
    )


def _line(points: Sequence[Point], what: str, part: str = "") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "day": pd.to_datetime([day for day, _ in points]),
            "km2": (km2 := pd.Series([value for _, value in points], dtype=float)),
            "shown": (km2 / AREA_STEP_KM2).round() * AREA_STEP_KM2,
            "what": what,
            "part": f"{what}{part}",
        }
    )


def _frame(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame([[row[c] for c in columns] for row in rows], columns=list(columns))
    for column in columns:
        if column in ("date", "start", "end"):
            frame[column] = pd.to_datetime(frame[column])
        elif column not in ("name", "colour"):
            frame[column] = frame[column].astype(float)
    return frame


def _known(values: pd.Series[float]) -> bool:
    return bool(values.notna().any())


def _marks(marks: Marks, words: Mapping[str, str]) -> list[alt.Chart]:
    """Gaps as bands, carried days as ticks below, other files and events as rules with a label."""
    gaps = _days({"from": a, "to": b, "what": words["gap"]} for a, b in marks.gaps)
    carried = _days({"from": day, "what": words["carried"]} for day in marks.carried)
    readers = _days({"from": day, "what": name} for day, name in marks.readers)
    events = _days({"from": d, "label": n, "what": title} for d, n, title in marks.events)
    x = alt.X("from:T", title=None)
    tooltip = [_day("from", words["date"]), alt.Tooltip("what:N", title=" ")]
    dotted = alt.Chart(events).mark_rule(strokeDash=[2, 3], **_QUIET)
    number = alt.Chart(events).mark_text(dy=-6, y=0, fontSize=11, fontWeight="bold", **_TEXT)
    low = alt.value(alt.ExprRef("height - 4"))
    layers = (
        (gaps, alt.Chart(gaps).mark_rect(color=_INK, opacity=0.12).encode(x=x, x2="to:T")),
        (carried, alt.Chart(carried).mark_tick(size=7, **_QUIET).encode(x=x, y=low)),
        (readers, alt.Chart(readers).mark_rule(strokeWidth=1.5, **_QUIET).encode(x=x)),
        (events, dotted.encode(x=x)),
        (events, number.encode(x=x, text="label:N")),
    )
    return [chart.encode(tooltip=tooltip) for frame, chart in layers if len(frame)]


def _days(rows: Any) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["from", "to", "label", "what"])
    frame[["from", "to"]] = frame[["from", "to"]].apply(pd.to_datetime)
    return frame


def _sized(series: pd.DataFrame, *layers: alt.Chart) -> alt.LayerChart:
    """Layers as one chart, its text in the page's ink and its numbers as the page writes them."""
    chart: alt.LayerChart = (
        alt.LayerChart(layer=list(layers), data=series)
        .properties(height=_HEIGHT, width="container", padding=_PADDING)
        .configure(locale={"number": _LOCALE})
        .configure_axis(
            labelColor=_INK, labelOpacity=TEXT_OPACITY, labelPadding=7,
            titleColor=_INK, titleOpacity=TEXT_OPACITY, titlePadding=9,
            gridColor=_INK, gridOpacity=0.14, domainColor=_INK, domainOpacity=0.5,
            tickColor=_INK, tickOpacity=0.5,
        )
    )  # fmt: skip
    return chart
