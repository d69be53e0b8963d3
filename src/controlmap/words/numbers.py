"""Numbers and instants as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

_WHOLE = 1e-9  # of a share: the rounding of sums


def percent(share: float) -> str:
    """A share to the tenth of a percent; what is not all is never 100, nor what is some 0."""
    if 0.9995 <= share < 1 - _WHOLE:
        return ">99.9%"
    if _WHOLE < share < 0.0005:
        return "<0.1%"
    return f"{unsigned_zero(share, 3):.1%}"


def signed(value: float, digits: int) -> str:
    """A figure with its sign; one that is shown as zero has none."""
    shown = unsigned_zero(value, digits)
    return f"{shown:+,.{digits}f}" if shown else f"{0:.{digits}f}"


def unsigned_zero(value: float, digits: int) -> float:
    """Return a figure, or 0.0 where it is shown as zero."""
    return 0.0 if round(value, digits) == 0 else value


def instant(snapshot: datetime) -> str:
    """An instant as ISO 8601 in UTC."""
    return snapshot.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
