"""A small chart as a picture (SVG): lines over time, a band of what is claimed, the day asked of.

A picture and not Vega: a page of seven charts has no second to give. Nothing but numbers of ours
and escaped words are in it, and it reads no style of the page, so that it is the same everywhere.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from html import escape

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis.quantities import Trace

COLOURS = ("#d5583a", "#3f7fd0", "#2b9a8c", "#9a6bc9")
"""Of the lines, in order; legible on light and on dark ground."""
_WIDTH, _HEIGHT = 380, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 22
_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#565d64}.a{stroke:#565d64;stroke-opacity:.35}"
    ".e{fill:#565d64;fill-opacity:.16}.l{stroke:#565d64;stroke-dasharray:4 3}"
    ".d{stroke:#1f2328;stroke-width:1.2}"
    "@media(prefers-color-scheme:dark){text{fill:#b3bac0}.a,.l{stroke:#b3bac0}.e{fill:#b3bac0}"
    ".d{stroke:#eceff1}}"
)


def image(
    traces: Sequence[Trace],
    expected: tuple[float, float, float] | None,
    marked: date,
    told: Callable[[float], str],
    alt: str,
) -> str:
    """An img element with the chart; `told` writes a value of its axis, `alt` what it shows."""
    packed = b64encode(svg(traces, expected, marked, told).encode()).decode()
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{packed}">'


def svg(
    traces: Sequence[Trace],
    expected: tuple[float, float, float] | None,
    marked: date,
    told: Callable[[float], str],
) -> str:
    """The chart: lines, their spread as bands, what is claimed, and the day asked of."""
    low, high = _range(traces, expected)
    first, last = min(t.days[0] for t in traces), max(t.days[-1] for t in traces)
    span = max((last - first).days, 1)

    def x(day: date) -> float:
        return _LEFT + (day - first).days / span * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [*_axes(first, last, low, high, x, y, told)]
    if expected:
        parts.extend(_expected(*expected, y))
    for trace, colour in zip(traces, COLOURS, strict=False):
        parts.extend(_trace(trace, colour, x, y))
    if first <= marked <= last:
        at = f"{x(marked):.1f}"
        parts.append(f'<path class="d" d="M{at} {_TOP - 4}V{_HEIGHT - _BOTTOM}"/>')
    drawn = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}"><style>{_STYLE}</style>{drawn}</svg>'
    )


def _range(
    traces: Sequence[Trace], expected: tuple[float, float, float] | None
) -> tuple[float, float]:
    shown = [v for t in traces for v in (t.values, t.low, t.high) if v is not None]
    values = np.concatenate([*shown, np.array(expected or ())])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    margin = 0.06 * (high - low) or 1.0
    return (0.0 if 0 <= low < margin * 4 else low - margin), high + margin


_Axis = Callable[[date], float]
_Scale = Callable[[float], float]


def _axes(
    first: date,
    last: date,
    low: float,
    high: float,
    x: _Axis,
    y: _Scale,
    told: Callable[[float], str],
) -> Iterator[str]:
    """Lines at round values, and years."""
    for value in _round_values(low, high):
        at = f"{y(value):.1f}"
        yield f'<path class="a" d="M{_LEFT} {at}H{_WIDTH - _RIGHT}"/>'
        label = escape(told(value))
        yield f'<text x="{_LEFT - 5}" y="{at}" text-anchor="end" dy="3.5">{label}</text>'
    for year in range(first.year, last.year + 1):
        start = max(date(year, 1, 1), first)
        end = min(date(year, 12, 31), last)
        if start > first:
            at = f"{x(start):.1f}"
            yield f'<path class="a" d="M{at} {_HEIGHT - _BOTTOM}v4"/>'
        if (end - start).days > 120:
            middle = f"{(x(start) + x(end)) / 2:.1f}"
            yield f'<text x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">{year}</text>'


def _round_values(low: float, high: float) -> list[float]:
    """Two to four round values between two."""
    rough = (high - low) / 3
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _expected(low: float, claimed: float, high: float, y: _Scale) -> Iterator[str]:
    top, bottom = y(high), y(low)
    across = f"M{_LEFT} {{:.1f}}H{_WIDTH - _RIGHT}"
    if bottom - top > 1:
        width = _WIDTH - _LEFT - _RIGHT
        yield (
            f'<rect class="e" x="{_LEFT}" y="{top:.1f}" width="{width}" '
            f'height="{bottom - top:.1f}"/>'
        )
    yield f'<path class="l" d="{across.format(y(claimed))}"/>'


def _trace(trace: Trace, colour: str, x: _Axis, y: _Scale) -> Iterator[str]:
    if trace.low is not None and trace.high is not None:
        for run in _runs(np.isfinite(trace.low) & np.isfinite(trace.high)):
            up = [(x(trace.days[i]), y(float(trace.high[i]))) for i in run]
            down = [(x(trace.days[i]), y(float(trace.low[i]))) for i in reversed(run)]
            yield f'<path d="{_path([*up, *down])}Z" fill="{colour}" fill-opacity="0.25"/>'
    for run in _runs(np.isfinite(trace.values)):
        points = [(x(trace.days[i]), y(float(trace.values[i]))) for i in run]
        yield f'<path d="{_path(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _runs(known: NDArray[np.bool_]) -> list[list[int]]:
    """Stretches of what is known: a gap is not drawn over."""
    numbers = np.flatnonzero(known)
    cuts = np.flatnonzero(np.diff(numbers) > 1) + 1
    return [part.tolist() for part in np.split(numbers, cuts) if len(part)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
