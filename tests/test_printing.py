"""What the command tells while it works, and how."""

from __future__ import annotations

import sys

import pytest

from controlmap.printing import Progress


class Clock:
    """Seconds that pass when they are told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_progress_in_a_log_is_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = Progress(clock)
    for second in range(36):
        clock.seconds = float(second)
        progress(f"{second} files read")
    assert capsys.readouterr().err.splitlines() == [f"{n} files read" for n in (10, 20, 30)]


def test_what_is_over_at_once_leaves_a_log_empty(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = Progress(clock)
    for start in (0.0, 100.0):
        clock.seconds = start
        progress("reading")
        clock.seconds = start + 9.9
        progress("writing")
        progress("")
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal_stays_on_its_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = Progress(Clock())
    progress("reading\n\x1b[31m")
    progress("")
    told = capsys.readouterr().err
    assert "\n" not in told
    assert told == "\r\033[Kreading\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[31m\r\033[K"
