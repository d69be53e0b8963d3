"""Charts as pictures: what was held, gained and lost over time, and how fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from controlmap.analysis import history, pace, projections
from controlmap.analysis.answer import Answer
from controlmap.analysis.figures import ALL, Contested, Every
from controlmap.draw import charts, pictures, series
from controlmap.draw.charts import Line, Marks
from controlmap.draw.pictures import Caption, Sign, Size, Theme
from controlmap.record.coverage import Coverage
from controlmap.words import text, text_history, text_pace, text_pictures
from controlmap.words.catalog import rendered

_YEAR = timedelta(days=365)


def held(
    coverage: Coverage,
    others: Mapping[str, Coverage],
    start: date,
    end: date,
    iso: str,
    size: Size,
    theme: Theme,
    *,
    advance: str,
    share: bool = False,
) -> str:
    """Return the chart of what was held over time as SVG; of `iso`, or of each oblast for all.

    Areas are in km2, or a `share` of the oblast; bands are the spread over the `others`.
    """
    codes = [ALL, *(o.iso for o in coverage.oblasts)]
    lines = [Line(code, text.named(code)) for code in codes if iso in (ALL, code)]
    spread = series.spread(others, start, end)
    rows = series.held(coverage, start, end, lines, spread, share=share)
    marks = series.marks(coverage, start, end, series.readers(coverage, start, end))
    chart = charts.held_over_time(rows, lines, marks, rendered(text_history.CHART), share=share)
    answer = history.history(coverage, start, end, advance=advance)
    key = [Sign(line.name, colour=charts.COLOURS[line.iso], dash="none") for line in lines]
    title = text_pictures.HELD_OVER_TIME(start=start, end=end)
    said = _said(marks, bands=len(others) > 1, contested=len(lines) == 1)
    return _composed(chart, str(title), _whose(answer, iso), key, answer, size, theme, said)


def flows(
    coverage: Coverage,
    start: date,
    end: date,
    iso: str,
    size: Size,
    theme: Theme,
    *,
    advance: str,
    every: str = Every.MONTH,
) -> str:
    """Return the chart of what was gained and lost by period as SVG, in km2."""
    answer = history.flows(coverage, start, end, every=every, advance=advance)
    marks = series.marks(coverage, start, end, series.readers(coverage, start, end))
    rows = series.bars([row for row in answer.rows if row["iso"] == iso])
    words = rendered(text_history.CHART)
    chart = charts.flows(rows, marks, words)
    key = [Sign(words[kind], colour=colour) for kind, colour in charts.FLOWS.items()]
    title = text_pictures.FLOWS(start=start, end=end)
    said = _said(marks, net=len(rows) <= charts.MOST_NET)
    return _composed(chart, str(title), _whose(answer, iso), key, answer, size, theme, said)


def projection(
    coverage: Coverage,
    iso: str,
    day: date,
    size: Size,
    theme: Theme,
    *,
    window: int,
    contested: str,
    advance: str,
) -> str:
    """Return the chart of a pace as SVG: a year before the day, what followed, what it projects."""
    counted = Contested(contested)
    calibration = pace.calibrate(coverage, iso, counted)[window]
    measured = pace.measure(coverage, iso, coverage.at(day), window, counted, calibration)
    answer = projections.pace(
        coverage, iso, day, window=window, contested=contested, advance=advance
    )
    words = text_pace.chart(day, window)
    known = pace.history(coverage, iso, day - _YEAR, day + _YEAR, counted)
    past, followed = ([p for p in known if p[0] <= day], [p for p in known if p[0] >= day])
    chart = charts.projection(past, followed, pace.ahead(measured), words)
    key = [
        Sign(words[name], colour=colour, dash=charts.dash(style))
        for name, (colour, style) in charts.PROJECTED.items()
        if name in ("past", "followed" if len(followed) > 1 else "", "projected")
    ]
    rate = text_pace.rate_and_range(measured.km2_per_day, measured.low, measured.high)
    if not measured.is_known:
        rate = str(text_pace.not_redrawn(measured.last_redrawn))
    subtitle = f"{_whose(answer, iso)}: {rate}"
    said = [str(text_pace.METHOD(nominal=pace.COVERAGE))]
    return _composed(
        chart, str(text_pictures.PACE(day=day)), subtitle, key, answer, size, theme, said
    )


def _said(marks: Marks, **has: bool) -> list[str]:
    return text_pictures.marks(
        marks.events,
        marks.readers,
        is_carried=bool(marks.carried),
        has_gaps=bool(marks.gaps),
        **has,
    )


def _whose(answer: Answer, iso: str) -> str:
    return f"{answer.evidence[0].title}, {text.named(iso)}"


def _composed(
    chart: charts.Chart,
    title: str,
    subtitle: str,
    key: list[Sign],
    answer: Answer,
    size: Size,
    theme: Theme,
    said: Sequence[str],
) -> str:
    source = [*said, *text_pictures.source(answer.evidence, answer.version, has_map=False)]
    caption = Caption(title, subtitle, key, (), source)
    parts = pictures.layout(caption, size, beside=False)
    ink = str(pictures.style("page", theme)["ink"])
    svg = charts.svg(chart, parts.body.width, parts.body.height, ink)
    return pictures.written(caption, parts, theme, chart={**parts.body._asdict(), "svg": svg})
