"""The command that draws pictures to publish, and the map over time as an animation."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from controlmap.cli.options import (
    Commands,
    add_basis,
    add_command,
    add_contested,
    add_record,
    day,
    open_others,
    open_record,
)
from controlmap.cli.printing import progress
from controlmap.core.model import InputError
from controlmap.words.catalog import gettext as _

if TYPE_CHECKING:
    from controlmap.draw.pictures import Size, Theme
    from controlmap.record.coverage import Coverage

_TAKES = {
    "map": ("date", "oblast", "basis"),
    "changes": ("start", "end"),
    "history": ("start", "end", "oblast", "basis"),
    "flows": ("start", "end", "oblast", "every", "basis"),
    "pace": ("date", "oblast", "window", "contested"),
    "play": ("start", "end", "every"),
}
"""The options that each picture takes beside what all do."""
_OPTIONS = {"start": "from", "end": "to"}


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "picture", _picture, _("A map or a chart to publish, or the map over time.")
    )
    parser.add_argument(
        "what",
        choices=tuple(_TAKES),
        help=_(
            "map: a day; changes: between two days; history, flows, pace: charts; play: the map "
            "over a span, as WebP, GIF or MP4 (where ffmpeg is)"
        ),
    )
    add_record(parser)
    parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help=_("default: the latest"))
    parser.add_argument("--from", dest="start", type=day, metavar="YYYY-MM-DD")
    parser.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD")
    parser.add_argument(
        "--oblast", metavar="ISO|NAME", help=_("of a map of a day, or a chart; default: all four")
    )
    parser.add_argument(
        "--every",
        choices=("day", "week", "month"),
        help=_("default: month of flows, week of play"),
    )
    parser.add_argument("--window", type=int, metavar="DAYS", help=_("of a pace; default: 90"))
    add_basis(parser)
    add_contested(parser)
    parser.set_defaults(basis=None, contested=None)
    parser.add_argument(
        "--size",
        choices=("web", "social", "a4"),
        default="web",
        help=_("1200x675 (default), 1080x1080, or a page to print; a PNG has twice as many pixels"),
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        required=True,
        help=_("its suffix is the format: .svg or .png; of play .webp, .gif or .mp4"),
    )
    parser.add_argument("--force", action="store_true", help=_("write over FILE"))


def _picture(arguments: argparse.Namespace) -> None:
    from controlmap.analysis import files
    from controlmap.draw import animation, pictures
    from controlmap.draw.pictures import Size, Theme

    given = {name for takes in _TAKES.values() for name in takes if getattr(arguments, name)}
    for name in sorted(given - set(_TAKES[arguments.what])):
        option = _OPTIONS.get(name, name)
        raise InputError("--{option}: does not go with {what}", option, arguments.what)
    form = arguments.output.suffix.removeprefix(".").lower()
    formats = animation.FORMATS if arguments.what == "play" else pictures.FORMATS
    if form not in formats:
        raise InputError(
            "{path}: is no {what}; allowed: {allowed}",
            arguments.output,
            arguments.what,
            ", ".join(f".{each}" for each in formats),
        )
    files.check([arguments.output], force=arguments.force)
    coverage = open_record(arguments.source)
    how = Size(arguments.size), Theme(arguments.theme)
    if arguments.what == "play":
        content = _play(coverage, arguments, form, *how)
    else:
        content = pictures.encoded(_PICTURES[arguments.what](coverage, arguments, *how), form)
    files.write({arguments.output: content}, force=arguments.force)


def _map(coverage: Coverage, arguments: argparse.Namespace, size: Size, theme: Theme) -> str:
    from controlmap.draw import map_picture

    return map_picture.of_day(
        coverage,
        arguments.date or coverage.span[1],
        size,
        theme,
        basis=arguments.basis or "polygon",
        advance=arguments.advance,
        iso=_iso(arguments),
    )


def _changes(coverage: Coverage, arguments: argparse.Namespace, size: Size, theme: Theme) -> str:
    from controlmap.draw import map_picture

    if arguments.start is None:
        raise InputError("--from: is needed for a picture of changes")
    end = arguments.end or coverage.span[1]
    return map_picture.of_changes(
        coverage, arguments.start, end, size, theme, advance=arguments.advance
    )


def _history(coverage: Coverage, arguments: argparse.Namespace, size: Size, theme: Theme) -> str:
    from controlmap.analysis import assessed_advance
    from controlmap.draw import chart_pictures

    advance = arguments.advance
    others = {s: assessed_advance.counted(c, advance) for s, c in open_others().items()}
    return chart_pictures.held(
        assessed_advance.counted(coverage, advance),
        others,
        *_span(coverage, arguments),
        _iso(arguments),
        basis=arguments.basis or "polygon",
    ).picture(size, theme)


def _flows(coverage: Coverage, arguments: argparse.Namespace, size: Size, theme: Theme) -> str:
    from controlmap.draw import chart_pictures

    return chart_pictures.flows(
        coverage,
        *_span(coverage, arguments),
        _iso(arguments),
        advance=arguments.advance,
        basis=arguments.basis or "polygon",
        every=arguments.every or "month",
    ).picture(size, theme)


def _pace(coverage: Coverage, arguments: argparse.Namespace, size: Size, theme: Theme) -> str:
    from controlmap.analysis import assessed_advance
    from controlmap.analysis.pace import DEFAULT_WINDOW
    from controlmap.draw import chart_pictures

    return chart_pictures.projection(
        assessed_advance.counted(coverage, arguments.advance),
        _iso(arguments),
        arguments.date or coverage.span[1],
        window=arguments.window or DEFAULT_WINDOW,
        contested=arguments.contested or "out",
    ).picture(size, theme)


def _play(
    coverage: Coverage, arguments: argparse.Namespace, form: str, size: Size, theme: Theme
) -> bytes:
    from controlmap.draw import animation

    return animation.encoded(
        coverage,
        *_span(coverage, arguments),
        form,
        size,
        theme,
        every=arguments.every or "week",
        advance=arguments.advance,
        progress=progress,
    )


def _span(coverage: Coverage, arguments: argparse.Namespace) -> tuple[date, date]:
    """Return the span that is chosen, the record's by default; both days are in it."""
    first, last = coverage.span
    start, end = arguments.start or first, arguments.end or last
    for on in (start, end):
        coverage.at(on)
    if start > end:
        raise InputError("from {day} to {day_2}: the first day is after the last", start, end)
    return start, end


def _iso(arguments: argparse.Namespace) -> str:
    from controlmap.analysis.projections import iso_of

    return iso_of(arguments.oblast or "all")


_PICTURES: Mapping[str, Callable[..., str]] = {
    "map": _map,
    "changes": _changes,
    "history": _history,
    "flows": _flows,
    "pace": _pace,
}
