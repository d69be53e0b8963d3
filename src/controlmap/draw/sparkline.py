"""A small chart as lines and labels: a quantity over time, what is claimed of it, and a day.

A picture and not Vega: a page of a dozen charts has no second to give. Here are coordinates in
pixels and words; a template makes a picture of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis.quantities import Trace

COLOURS = ("#d5583a", "#3f7fd0", "#2b9a8c", "#9a6bc9")
"""Of the lines, in order; legible on light and on dark ground."""
_WIDTH, _HEIGHT = 380, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 22
_LEAST_DAYS_OF_YEAR = 120  # a shorter part of a year has no room for its name


@dataclass(frozen=True)
class Label:
    """A text at a point, which it ends at, or is centred on."""

    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True)
class Sparkline:
    """What the picture consists of: paths as SVG writes them, with their colours, and labels."""

    rules: Sequence[str]
    labels: Sequence[Label]
    tolerance: str
    """The area within the tolerance of what is claimed; "" for none to see."""
    claimed: str
    bands: Sequence[tuple[str, str]]
    lines: Sequence[tuple[str, str]]
    marked: str
    frame: tuple[int, int, int, int] = (0, 0, _WIDTH, _HEIGHT)
    """What of it is seen: left, top, width, height."""


@dataclass(frozen=True)
class _Scale:
    """Where days and values lie in the picture."""

    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        span = max((self.last - self.first).days, 1)
        return _LEFT + (day - self.first).days / span * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _TOP + (self.high - value) / (self.high - self.low) * (_HEIGHT - _TOP - _BOTTOM)

    def across(self, value: float) -> str:
        return f"M{_LEFT} {self.y(value):.1f}H{_WIDTH - _RIGHT}"


def chart(
    traces: Sequence[Trace],
    expected: tuple[float, float, float] | None,
    day: date,
    tick: Callable[[float], str],
) -> Sparkline:
    """Return the chart of a quantity.

    Parameters
    ----------
    traces
        The lines, with their spread as bands; a value that is not finite breaks a line.
    expected
        The least, the figure and the most of what is claimed.
    day
        The day to mark, where it lies in the range.
    tick
        Writes a value of the axis.
    """
    first, last = min(t.days[0] for t in traces), max(t.days[-1] for t in traces)
    scale = _Scale(first, last, *_range(traces, expected))
    rules, labels = zip(*[*_values(scale, tick), *_years(scale)], strict=True)
    coloured = list(zip(traces, COLOURS, strict=False))
    return Sparkline(
        rules=[*filter(None, rules)],
        labels=[*filter(None, labels)],
        tolerance=_tolerance(scale, expected[0], expected[2]) if expected else "",
        claimed=scale.across(expected[1]) if expected else "",
        bands=[(path, colour) for t, colour in coloured for path in _bands(t, scale)],
        lines=[(path, colour) for t, colour in coloured for path in _lines(t, scale)],
        marked=f"M{scale.x(day):.1f} {_TOP - 4}V{_HEIGHT - _BOTTOM}"
        if first <= day <= last
        else "",
    )


def bare(chart: Sparkline) -> Sparkline:
    """Return a chart without axes and their labels, to be shown small."""
    margin = 4
    frame = (
        _LEFT - margin,
        _TOP - margin,
        _WIDTH - _LEFT - _RIGHT + 2 * margin,
        _HEIGHT - _TOP - _BOTTOM + 2 * margin,
    )
    return replace(chart, rules=(), labels=(), frame=frame)


def _range(
    traces: Sequence[Trace], expected: tuple[float, float, float] | None
) -> tuple[float, float]:
    shown = [v for t in traces for v in (t.values, t.low, t.high) if v is not None]
    values = np.concatenate([*shown, np.array(expected or ())])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    margin = 0.06 * (high - low) or 1.0
    return (0.0 if 0 <= low < margin * 4 else low - margin), high + margin


def _values(scale: _Scale, tick: Callable[[float], str]) -> Iterator[tuple[str, Label | None]]:
    """Yield lines at round values, each with its label."""
    for value in _round_values(scale.low, scale.high):
        at = scale.y(value)
        yield scale.across(value), Label(_LEFT - 5, at + 3.5, "end", tick(value))


def _years(scale: _Scale) -> Iterator[tuple[str, Label | None]]:
    """Yield where years begin, and their names where there is room."""
    for year in range(scale.first.year, scale.last.year + 1):
        start = max(date(year, 1, 1), scale.first)
        end = min(date(year, 12, 31), scale.last)
        rule = f"M{scale.x(start):.1f} {_HEIGHT - _BOTTOM}v4" if start > scale.first else ""
        middle = (scale.x(start) + scale.x(end)) / 2
        wide = (end - start).days > _LEAST_DAYS_OF_YEAR
        yield rule, Label(middle, _HEIGHT - 6, "middle", str(year)) if wide else None


def _round_values(low: float, high: float) -> list[float]:
    """Return two to four round values between two."""
    rough = (high - low) / 3
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _tolerance(scale: _Scale, low: float, high: float) -> str:
    top, bottom = scale.y(high), scale.y(low)
    if bottom - top <= 1:
        return ""
    return f"M{_LEFT} {top:.1f}H{_WIDTH - _RIGHT}V{bottom:.1f}H{_LEFT}Z"


def _bands(trace: Trace, scale: _Scale) -> Iterator[str]:
    if trace.low is None or trace.high is None:
        return
    for run in _runs(np.isfinite(trace.low) & np.isfinite(trace.high)):
        up = [(scale.x(trace.days[i]), scale.y(float(trace.high[i]))) for i in run]
        down = [(scale.x(trace.days[i]), scale.y(float(trace.low[i]))) for i in reversed(run)]
        yield f"{_path([*up, *down])}Z"


def _lines(trace: Trace, scale: _Scale) -> Iterator[str]:
    for run in _runs(np.isfinite(trace.values)):
        yield _path([(scale.x(trace.days[i]), scale.y(float(trace.values[i]))) for i in run])


def _runs(known: NDArray[np.bool_]) -> list[list[int]]:
    """Return the stretches of what is known: nothing is drawn over a gap."""
    numbers = np.flatnonzero(known)
    cuts = np.flatnonzero(np.diff(numbers) > 1) + 1
    return [run.tolist() for run in np.split(numbers, cuts) if len(run)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
