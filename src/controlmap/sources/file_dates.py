"""The day that a file's name tells."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from controlmap.core.model import InputError

_DAY = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")


def named_day(name: str) -> datetime | None:
    """The day in a file's name, YYYYMMDD or YYYY-MM-DD, at 00:00 UTC; None where there is none.

    Raises
    ------
    InputError
        Where the name tells two days.
    """
    found = set()
    for year, _, month, day in _DAY.findall(name):
        try:
            found.add(datetime(int(year), int(month), int(day), tzinfo=UTC))
        except ValueError:
            continue
    if len(found) > 1:
        told = " and ".join(f"{day:%Y-%m-%d}" for day in sorted(found))
        raise InputError(f"{name}: is named for {told}; one day is expected")
    return next(iter(found), None)
