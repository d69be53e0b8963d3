"""What the command tells while it works, and how."""

from __future__ import annotations

import sys

import pytest

from controlmap.analysis import render
from controlmap.analysis.render import Table
from controlmap.cli.printing import Progress
from controlmap.words import text
from controlmap.words.numbers import percent, signed


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


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (1.0, "100.0%"),
        (1 - 1e-12, "100.0%"),
        (0.99994, ">99.9%"),
        (0.9995, ">99.9%"),
        (0.99949, "99.9%"),
        (0.0005, "0.1%"),
        (0.0004, "<0.1%"),
        (1e-12, "0.0%"),
        (-1e-12, "0.0%"),
        (0.0, "0.0%"),
    ],
)
def test_a_share_is_all_or_nothing_only_where_it_is(share: float, told: str) -> None:
    assert percent(share) == told
    assert text.share(share) == told.replace("%", " %")


def test_nothing_is_shown_with_a_sign_that_it_has_not() -> None:
    assert [signed(v, 1) for v in (-0.04, 0.0, 0.04, -0.06, 1234.5)] == [
        "0.0", "0.0", "0.0", "-0.1", "+1,234.5",
    ]  # fmt: skip
    row = {"net_km2": -0.04, "change_30d": 0.0, "population": 1234, "carried": False}
    assert render.text(Table([row])).splitlines()[1].split() == ["0.0", "0.0", "1,234", "no"]
    assert render.csv_of([{"net_km2": -1e-9}], ["net_km2"]).splitlines()[1] == "0.0"
