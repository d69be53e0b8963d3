"""The map over a span of days as an animation: WebP or GIF, MP4 where a program for it is there."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from controlmap.analysis import assessed_advance
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import Every, days_of
from controlmap.core.choices import chosen
from controlmap.core.model import ControlmapError, InputError
from controlmap.draw import map_picture
from controlmap.draw.pictures import Size, Theme
from controlmap.record.coverage import Coverage

FORMATS = ("webp", "gif", "mp4")
FRAME_MS, LAST_MS = 120, 2000
"""How long a frame stands, and the last."""
_PROGRAM = "ffmpeg"


def encoded(
    coverage: Coverage,
    start: date,
    end: date,
    form: str,
    size: Size,
    theme: Theme,
    *,
    every: str = Every.WEEK,
    advance: str = Advance.APART,
    progress: Callable[[str], None] = lambda _: None,
) -> bytes:
    """Return the map of each period's last day as an animation; days without a map are left out.

    Raises
    ------
    InputError
        Where the format is not known or needs a program that is not here, or no day has a map.
    ControlmapError
        Where that program fails.
    """
    if form not in FORMATS:
        allowed = ", ".join(FORMATS)
        raise InputError(
            "{form!r}: is no format of an animation; allowed: {allowed}", form, allowed
        )
    if form == "mp4" and not shutil.which(_PROGRAM):
        raise InputError("mp4: needs {program}, which is not here; allowed: webp, gif", _PROGRAM)
    days = [d for d in days_of(start, end, chosen(Every, every)) if coverage.known(d)]
    if not days:
        raise InputError("from {start} to {end}: the record has no map of these days", start, end)
    frames = _frames(assessed_advance.counted(coverage, advance), days, size, theme, progress)
    return _film(frames) if form == "mp4" else _images(frames, form)


def _frames(
    coverage: Coverage,
    days: list[date],
    size: Size,
    theme: Theme,
    progress: Callable[[str], None],
) -> Iterator[bytes]:
    import vl_convert

    for number, day in enumerate(days, start=1):
        progress(f"{day}, {number}/{len(days)}")
        yield vl_convert.svg_to_png(map_picture.of_day(coverage, day, size, theme))
    progress("")


def _images(frames: Iterator[bytes], form: str) -> bytes:
    from PIL import Image

    first, *more = (Image.open(io.BytesIO(frame)).convert("RGB") for frame in frames)
    out = io.BytesIO()
    durations = [FRAME_MS] * len(more) + [LAST_MS]
    options = {"quality": 80, "method": 4} if form == "webp" else {"optimize": True}
    first.save(out, form, save_all=True, append_images=more, duration=durations, loop=0, **options)
    return out.getvalue()


def _film(frames: Iterator[bytes]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        command = [
            _PROGRAM, "-loglevel", "error", "-f", "image2pipe", "-c:v", "png",
            "-framerate", str(round(1000 / FRAME_MS)), "-i", "-", "-pix_fmt", "yuv420p",
            "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-movflags", "+faststart", str(path),
        ]  # fmt: skip
        done = subprocess.run(command, input=b"".join(frames), capture_output=True, check=False)
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ControlmapError("{program}: {reason}", _PROGRAM, "".join(reason))
        return path.read_bytes()
