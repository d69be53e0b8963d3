"""The day that a file is of."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from controlmap.core.model import InputError

_DAY = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")


def named_day(name: str) -> datetime | None:
    """Return the day in a file's name, YYYYMMDD or YYYY-MM-DD, at 00:00 UTC; None for none.

    Raises
    ------
    InputError
        Where the name has two days.
    """
    days = set()
    for year, _, month, day in _DAY.findall(name):
        try:
            days.add(datetime(int(year), int(month), int(day), tzinfo=UTC))
        except ValueError:
            continue
    if len(days) > 1:
        listed = " and ".join(f"{day:%Y-%m-%d}" for day in sorted(days))
        raise InputError(f"{name}: is named for {listed}; one day is expected")
    return next(iter(days), None)


def first_known(name: str, advice: str, *instants: datetime | None) -> datetime:
    """Return the first of some instants that is known; an InputError says what to do for none."""
    for instant in instants:
        if instant is not None:
            return instant
    raise InputError(f"{name}: tells no date; {advice} give `areas` a --date")
