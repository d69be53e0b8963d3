"""Charts with what is said of them: held, gained and lost over time, and how fast.

A page shows one with its title, key and source in its own specification; a picture, around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from controlmap import sources
from controlmap.analysis import history, pace
from controlmap.analysis.answer import Evidence
from controlmap.analysis.figures import ALL, Contested, Every
from controlmap.analysis.pace import Pace
from controlmap.core.choices import chosen
from controlmap.core.version import __version__
from controlmap.draw import charts, pictures, series
from controlmap.draw.charts import Line, Marks
from controlmap.draw.pictures import Caption, Sign, Size, Theme
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage
from controlmap.words import notes, text, text_history, text_pace, text_pictures
from controlmap.words.catalog import rendered

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Captioned:
    """A chart, and what a picture of it says; `marks` is what its marks stand for."""

    chart: charts.Chart
    caption: Caption
    marks: Sequence[str]

    @property
    def on_page(self) -> charts.Chart:
        """The chart as a page shows it, with its title, subtitle and source."""
        return charts.captioned(
            self.chart, self.caption.title, [self.caption.subtitle, *self.caption.source]
        )

    @property
    def alt(self) -> str:
        """What the chart shows, for those who do not see it."""
        return f"{self.caption.title}. {self.caption.subtitle}. {self.caption.source[0]}"

    def picture(self, size: Size, theme: Theme) -> str:
        """Return the picture as SVG."""
        caption = replace(self.caption, source=[*self.marks, *self.caption.source])
        parts = pictures.layout(caption, size, beside=False)
        ink = str(pictures.style("page", theme)["ink"])
        svg = charts.svg(self.chart, parts.body.width, parts.body.height, ink)
        return pictures.written(caption, parts, theme, chart={**parts.body._asdict(), "svg": svg})


def held(
    coverage: Coverage,
    others: Mapping[str, Coverage],
    start: date,
    end: date,
    iso: str,
    *,
    basis: str = Basis.POLYGON,
    share: bool = False,
) -> Captioned:
    """Return the chart of what was held over time; of `iso`, or of each oblast for all.

    Areas are in km2, or a `share` of the basis; bands are the spread over the `others`.
    """
    basis = chosen(Basis, basis)
    codes = [ALL, *(o.iso for o in coverage.oblasts)]
    lines = [Line(code, text.named(code)) for code in codes if iso in (ALL, code)]
    spread = series.spread(others, start, end, basis)
    rows = series.held(coverage, start, end, lines, spread, basis, share=share)
    marks = series.marks(coverage, start, end, series.readers(coverage, start, end))
    chart = charts.held_over_time(rows, lines, marks, rendered(text_history.CHART), share=share)
    key = [Sign(line.name, colour=charts.COLOURS[line.iso], dash="none") for line in lines]
    title = text_pictures.HELD_OVER_TIME(start=start, end=end)
    said = _said(
        marks, bands=series.bounds(others, start, end, iso, basis), contested=len(lines) == 1
    )
    said += map(str, notes.BASIS[basis])
    whose = _whose(coverage, iso)
    return _composed(chart, str(title), whose, key, _evidence(coverage, start, end), said)


def flows(
    coverage: Coverage,
    start: date,
    end: date,
    iso: str,
    *,
    advance: str,
    basis: str = Basis.POLYGON,
    every: str = Every.MONTH,
) -> Captioned:
    """Return the chart of what was gained and lost by period, in km2."""
    marks = series.marks(coverage, start, end, series.readers(coverage, start, end))
    by_period = history.flows(coverage, start, end, every=every, basis=basis, advance=advance)
    rows = series.bars([row for row in by_period if row["iso"] == iso])
    words = rendered(text_history.CHART)
    chart = charts.flows(rows, marks, words)
    key = [Sign(words[kind], colour=colour) for kind, colour in charts.FLOWS.items()]
    title = text_pictures.FLOWS(start=start, end=end)
    said = [str(text_history.FLOWS_HOW), *_said(marks, net=len(rows) <= charts.MOST_NET)]
    said += map(str, notes.BASIS[by_period.choices["basis"]])
    whose = _whose(coverage, iso)
    return _composed(chart, str(title), whose, key, by_period.evidence, said)


def projection(
    coverage: Coverage,
    iso: str,
    day: date,
    *,
    window: int,
    contested: str,
    measured: Pace | None = None,
) -> Captioned:
    """Return the chart of a pace: a year before the day, what followed, what it projects."""
    counted = Contested(contested)
    if measured is None:
        calibration = pace.calibrate(coverage, iso, counted)[window]
        measured = pace.measure(coverage, iso, coverage.at(day), window, counted, calibration)
    words = text_pace.chart(day, window)
    known = pace.history(coverage, iso, day - _YEAR, day + _YEAR, counted)
    past, followed = ([p for p in known if p[0] <= day], [p for p in known if p[0] >= day])
    chart = charts.projection(past, followed, pace.ahead(measured), words)
    key = [
        Sign(words[name], colour=colour, dash=charts.dash(style))
        for name, (colour, style) in charts.PROJECTED.items()
        if name in ("past", "followed" if len(followed) > 1 else "", "projected")
    ]
    rate = str(text_pace.not_redrawn(measured.last_redrawn))
    if measured.is_known:
        rate = text_pace.slope_and_net(
            text_pace.rate_and_range(measured.km2_per_day, measured.low, measured.high),
            text_pace.net(measured.net_km2, measured.plain_km2_per_day),
        )
    subtitle = f"{_whose(coverage, iso)}: {rate}"
    evidence = [Evidence.of(coverage, measured.snapshot)]
    said = [str(text_pace.METHOD(nominal=pace.COVERAGE))]
    return _composed(chart, str(text_pictures.PACE(day=day)), subtitle, key, evidence, said)


def _said(marks: Marks, *, bands: str = "", **has: bool) -> list[str]:
    return text_pictures.marks(
        marks.events,
        marks.readers,
        bands=bands,
        carried=len(marks.carried),
        has_gaps=bool(marks.gaps),
        **has,
    )


def _whose(coverage: Coverage, iso: str) -> str:
    return f"{sources.find_source(coverage.source).title}, {text.named(iso)}"


def _evidence(coverage: Coverage, start: date, end: date) -> list[Evidence]:
    ends = (coverage.known(day) for day in (start, end))
    return [Evidence.of(coverage, snapshot) for snapshot in ends if snapshot]


def _composed(
    chart: charts.Chart,
    title: str,
    subtitle: str,
    key: list[Sign],
    evidence: Sequence[Evidence],
    said: Sequence[str],
) -> Captioned:
    source = text_pictures.source(evidence, __version__, has_map=False)
    return Captioned(chart, Caption(title, subtitle, key, (), source), said)
